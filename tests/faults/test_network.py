"""What the network and the platforms do to the real process: lines that break, platforms that hang, wait or refuse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from storage.store import Store, Work
from storage.vault import Vault
from tests.faults import oracle
from tests.faults.house import MASTER, House, house
from tests.faults.nursery import Nursery, until
from tests.faults.proxy import Break, Line, line
from tests.slack.fake.faults import Hang as SlackHang
from tests.slack.fake.faults import Limited
from tests.teams.fake import Refuse

POST = "chat.postMessage"
A_MINUTE = 60.0
"""Seconds."""
LEFT = {Break.AFTER, Break.HALF, Break.DRIP}
"""Of these the platform has had the request."""


@asynccontextmanager
async def on_lines(nursery: Nursery, folder: Path) -> AsyncIterator[tuple[House, Line, Line]]:
    """A house that talks to both platforms through lines that can break."""
    async with AsyncExitStack() as stack:
        it = await stack.enter_async_context(house(nursery, folder, settles=False))
        slack = await stack.enter_async_context(line(it.slack.root.rpartition("/")[2], f"POST /api/{POST}"))
        teams = await stack.enter_async_context(line(it.teams.host, "/activities HTTP"))
        it.more["SLACK_API_URL"] = f"http://{slack.host}/api/"
        # People are at the platform itself; what the house calls is what the chats say.
        it.more["TEAMS_SERVICE_HOSTS"] = f"{it.teams.host},{teams.host}"
        direct = it.teams.base_url
        it.teams.base_url = f"http://{teams.host}"
        await it.settle()
        it.teams.base_url = direct
        yield it, slack, teams


async def test_f9_whatever_breaks_nothing_is_lost_or_doubled(nursery: Nursery, tmp_path: Path) -> None:
    folders = {how: tmp_path / how.name for how in Break}
    for folder in folders.values():
        folder.mkdir()
    await asyncio.gather(*(breaks(nursery, folder, how) for how, folder in folders.items()))


async def breaks(nursery: Nursery, folder: Path, how: Break) -> None:
    """Both lines break in this way, once each, under the first message."""
    async with on_lines(nursery, folder) as (it, slack, teams):
        slack.breaks.append(how)
        teams.breaks.append(how)
        await it.run()
        await it.rest()
        assert (slack.broken, teams.broken) == ([how], [how])
        kept = it.judge()
        assert kept.count("slack", "unknown") == 0, f"{how}: Slack is asked what has become of it"
        assert (how in LEFT) <= kept.count("teams", "unknown") <= 1, f"{how}: Teams is not"


async def test_f10_while_slack_hangs_teams_goes_on(nursery: Nursery, tmp_path: Path) -> None:
    async with house(nursery, tmp_path) as it:
        hangs = [SlackHang(accepted=False) for _ in range(50)]
        it.slack.fail_next(POST, *hangs)
        await it.run()
        nordby = it.teams.person(it.towns[1].places["Emil"])
        await hangs[0].reached.wait()
        assert (await nordby.says("hjælp")).answer.ok
        await until(lambda: it.kept.count("teams", "sent"), lambda sent: sent == 5)
        assert it.slack.ledger.posted == []
        it.slack.faults.waiting[POST].clear()
        it.slack.faults.release_all()
        await it.rest()
        it.judge()


async def test_f7_who_is_asked_to_wait_waits_and_others_go_on(nursery: Nursery, tmp_path: Path) -> None:
    async with house(nursery, tmp_path) as it:
        it.slack.fail_next(POST, Limited("2"), Limited("0"), Limited("1"))
        sundby, nordby, vestby = it.towns
        it.teams.fail_next(it.teams.personal(it.teams.users[nordby.places["Emil"]]).id, Refuse(429, "Throttled", "3"))
        it.teams.fail_next(vestby.channel_place, Refuse(429, "Throttled"))
        await it.run()
        await it.rest()
        kept = it.judge()
        assert (kept.count("slack", "sent"), kept.count("teams", "sent")) == (2, 4)
        asked = [call.at for call in it.slack.ledger.refusals if call.method == POST]
        posted = [post.at for post in it.slack.ledger.posted]
        assert (posted[0] - asked[0]).total_seconds() >= 2, "two seconds were asked for"
        assert sundby.tenant == it.slack.ledger.posted[0].team


async def posts_come_later(it: House) -> None:
    """The rounds are announced a minute after the logbooks are due."""

    def unit(work: Work) -> None:
        for town in it.towns:
            (prompt,) = work.prompts.of(town.round, "round.open")
            work.prompts.move(prompt.id, prompt.at + timedelta(seconds=A_MINUTE))

    store = Store.open(it.url, Vault.parse(MASTER))
    await store.run(unit)
    await store.close()


@pytest.mark.parametrize(
    "ends",
    [
        {412: "sent", 502: "unknown", 503: "unknown", 504: "unknown"},
        {400: "refused", 403: "refused", 413: "refused", 500: "unknown"},
    ],
    ids=lambda ends: " ".join(map(str, ends)),
)
async def test_f8_only_what_was_certainly_not_done_is_done_again(
    nursery: Nursery, tmp_path: Path, ends: dict[int, str]
) -> None:
    async with house(nursery, tmp_path) as it:
        people = [town.places["Emil"] for town in it.towns[1:]]
        statuses = list(ends)
        for place, status in zip(people, statuses[:2], strict=True):
            it.teams.fail_next(it.teams.place(place).id, Refuse(status, "Trouble"))
        it.teams.fail_next("create", *[Refuse(status, "Trouble") for status in statuses[2:]])
        await posts_come_later(it)  # a Teams that was ill is first asked something else, which would go wrong instead
        await it.run()
        await it.rest()
        it.clock.move(seconds=A_MINUTE)
        await it.rest()
        rows = {row["place"]: row["state"] for row in it.kept.outbox if row["channel"] == "teams"}
        posts = [rows[town.channel_place] for town in it.towns[1:]]
        assert [rows[place] for place in people] == [ends[status] for status in statuses[:2]]
        assert sorted(posts) == sorted(ends[status] for status in statuses[2:])
        tries = len(it.teams.ledger.of("send", "create"))
        assert tries == len(ends) + list(ends.values()).count("sent")
        oracle.every_post_has_its_row(it.kept, it.seen)
