"""What opens the platforms is renewed, and what Microsoft signs with is exchanged, while things go wrong."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from bot.channels.slack.renewal import EARLY
from bot.channels.teams.keys import FRESH, PAUSE
from storage.records import Installation
from storage.store import Store
from storage.vault import Vault
from tests.faults.house import MASTER, House, house
from tests.faults.nursery import Nursery, until
from tests.faults.points import Point
from tests.faults.process import TRACE
from tests.faults.test_processes import A_LEASE
from tests.faults.towns import TEN
from tests.slack.fake.faults import Hang
from tests.slack.installs import an_install
from tests.teams.fake import Refuse

OAUTH = "oauth.v2.access"
SOON = EARLY.total_seconds() - 60
"""Seconds that a token lasts which is renewed at once."""


def renewals(it: House) -> int:
    """How often Slack was asked for a new token."""
    return it.slack.ledger.methods().count(OAUTH)


async def install(it: House, lasts: float) -> Installation:
    """Somebody installs the app in the town in Slack; the token lasts for so many seconds."""
    store = Store.open(it.url, Vault.parse(MASTER))
    made = an_install(it.slack, it.slack.install(it.towns[0].tenant, expires_in=lasts))
    await store.run(lambda work: work.installations.put(made))
    await store.close()
    return made


@asynccontextmanager
async def for_many(
    nursery: Nursery, folder: Path, url: str, at: datetime = TEN + timedelta(seconds=1), lasts: float = SOON
) -> AsyncIterator[House]:
    """A house that any workspace can install, with a token that lasts for so many seconds."""
    async with house(nursery, folder, url, at) as it:
        it.more |= {
            "SLACK_BOT_TOKEN": "", "SLACK_CLIENT_ID": it.slack.app.client_id, "PUBLIC_URL": "https://vidsyn.example.dk",
            "SLACK_CLIENT_SECRET": it.slack.app.client_secret,
        }  # fmt: skip
        await install(it, lasts)
        yield it


async def test_f19_two_processes_that_need_a_new_token_at_once_renew_once(
    nursery: Nursery, tmp_path: Path, url: str
) -> None:
    async with for_many(nursery, tmp_path, url, at=TEN - timedelta(minutes=5), lasts=EARLY.total_seconds() + 60) as it:
        traces = [tmp_path / "first.trace", tmp_path / "second.trace"]
        both = [await it.run(**{TRACE: str(trace)}) for trace in traces]
        it.clock.move(seconds=90)
        hang = Hang(accepted=False)
        it.slack.fail_next(OAUTH, hang)
        sundby = it.towns[0]
        for process, name in zip(both, ("Lone", "Vera"), strict=True):
            it.hear(process.port)
            assert (await it.slack.person(sundby.places[name]).opens_home()).answer.ok
        await until(lambda: all("installations.claim_refresh" in trace.read_text() for trace in traces))
        hang.release()
        it.clock.move_to(TEN + timedelta(seconds=1))
        await it.rest()
        it.judge()
        await until(lambda: all(it.slack.home_of(sundby.places[name]) for name in ("Lone", "Vera")))
        assert renewals(it) == 1


async def test_f19_killed_after_slack_renewed_somebody_installs_again_and_what_waited_goes_out(
    nursery: Nursery, tmp_path: Path, either: str
) -> None:
    async with for_many(nursery, tmp_path, either) as it:
        first = await it.start(Point("installations.save_refreshed", "begun"))
        assert await first.end() == -signal.SIGKILL, first.said
        it.clock.move(seconds=A_LEASE)
        second = await it.run()
        await second.says('"slack_install_again"')
        await until(lambda: it.kept.count("teams", "sent"), lambda sent: sent == 4)
        assert not it.slack.ledger.posted
        assert it.kept.count("slack", "pending") + it.kept.count("slack", "sending") == 2, "all of it waits"
        assert renewals(it) == 2, "nobody asks in vain again"
        await install(it, SOON)
        it.clock.move(seconds=A_LEASE)
        await it.rest()
        it.judge(refused=["invalid_refresh_token"])
        assert len(it.slack.ledger.posted) == 2


async def test_f20_old_keys_serve_while_microsoft_is_away_and_a_new_one_is_fetched_once(
    nursery: Nursery, tmp_path: Path
) -> None:
    async with house(nursery, tmp_path, at=TEN - FRESH - timedelta(hours=1)) as it:
        await it.run()
        _, nordby, vestby = it.towns
        lone, vera = it.teams.person(nordby.places["Lone"]), it.teams.person(vestby.places["Vera"])
        assert (await lone.says("hjælp")).answer.ok
        for what in ("openid", "keys"):
            it.teams.fail_always(what, Refuse(503, "ServiceUnavailable"))
        it.clock.move_to(TEN + timedelta(seconds=1))
        assert (await lone.says("hjælp")).answer.ok, "the old keys still serve"
        await until(lambda: it.teams.ledger.count("openid"), lambda count: count == 2)
        it.teams.keys.roll()
        refused = await vera.says("hjælp")
        assert not refused.answer.ok
        for what in ("openid", "keys"):
            it.teams.fail_always(what, None)
        it.clock.move(seconds=PAUSE.total_seconds())
        fetched = it.teams.ledger.count("keys")
        said = await asyncio.gather(*(lone.says("hjælp") for _ in range(8)))
        assert all(each.answer.ok for each in said)
        assert it.teams.ledger.count("keys") == fetched + 1
        assert (await it.teams.replay(refused)).ok
        await it.rest()
        it.judge()
        it.one_effect(nordby, "Lone", 10)
        it.one_effect(vestby, "Vera", 1)
