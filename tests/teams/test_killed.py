"""Killed with something written down: whoever takes over answers it once, and sends nothing that may have come."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from storage.records import OutboxRow, OutboxState
from storage.store import Store, Work
from tests.conftest import ROOT
from tests.stage.play import KEY
from tests.stage.scenes import minutes
from tests.teams.fake import DROP_AFTER, DROP_BEFORE, AcceptThen, Delivery, Hang, Refuse, answered
from tests.teams.fake.faults import Fault
from tests.teams.fake.forms import Values
from tests.teams.here import Here, at

Does = Callable[[], Awaitable[Delivery]]
TICKED: Values = {"answer:prep.ack": "true"}


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database on disk, which outlives a process."""
    return f"sqlite:///{tmp_path}/killed.db"


async def another(here: Here, when: str) -> asyncio.subprocess.Process:
    """The process ends, and another begins elsewhere on the same database; Teams posts to it."""
    play = here.play
    await play._end()
    await play.store.close()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.teams.killed", play.url, here.teams.base_url, play.clock.now().isoformat(), when,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    port = int(await process.stdout.readline())
    here.teams.tell(f"http://127.0.0.1:{port}/api/messages", patience=10.0)
    return process


async def takes_over(here: Here) -> int:
    """A process begins where the other was killed; how many messages may have come."""
    play = here.play
    play.clock.move_to(play.clock.now() + timedelta(seconds=5))  # it knows nothing of who was just written to
    play.store = Store.open(play.url, KEY)
    await play.put_together()
    unknown = await play.delivery.recover()
    await play.conversation.recover()
    await play.conversation.catch_up()
    await play.settle()
    assert await play.conversation.catch_up() == 0
    return unknown


async def killed_at(here: Here, does: Does, when: str) -> Delivery:
    """Somebody does something, the process that hears it is killed, and another takes over."""
    process = await another(here, when)
    delivery = await does()
    assert await process.wait() == -signal.SIGKILL
    assert await takes_over(here) == 0
    return delivery


async def killed_while_it_sends(here: Here, fault: Hang) -> int:
    """What waits is on its way when the process is killed, and another takes over."""
    here.teams.fail_next("send", fault)
    process = await another(here, "sends")
    await asyncio.wait_for(fault.reached.wait(), 30)
    process.kill()
    await process.wait()
    fault.release()
    return await takes_over(here)


async def unknown(here: Here) -> list[OutboxRow]:
    """What the operator finds of which nobody can tell whether it came."""

    def unit(work: Work) -> list[OutboxRow]:
        return list(work.outbox.unknown())

    return await here.play.store.run(unit)


@pytest.mark.parametrize("when", ["kept", "answered"])
async def test_f4_t7_killed_before_teams_hears_of_it_everything_has_one_effect(url: str, when: str) -> None:
    async with at("invited", url=url) as here:
        emil = here.emil.there

        before = len(emil.posts)
        typed = await killed_at(here, lambda: emil.says("hjælp"), when)
        assert (await here.teams.replay(typed)).ok
        await here.play.settle()
        assert len(emil.posts) == before + 1

        start = here.word("btn.start_min", minutes=await minutes(here.emil))
        post = here.newest(here.emil, start)
        pressed = await killed_at(here, lambda: emil.presses(post, start), when)
        assert (await here.teams.replay(pressed)).ok
        await here.play.settle()
        assert len(emil.posts) == before + 1, "what is asked takes the place of what was pressed"
        assert [it.key for it in here.emil.chat(post).fields] == ["prep.ack"]

        go_on = here.word("btn.continue")
        sent = await killed_at(here, lambda: emil.presses(post, go_on, TICKED), when)
        assert not sent.answer.ok
        assert list(await here.kept(here.emil)) == ["prep.ack"]
        answered(await emil.presses(post, go_on, TICKED, screen=post.history[-2]))
        await here.play.settle()
        assert list(await here.kept(here.emil)) == ["prep.ack"], "who presses again is shown what is asked now"
        assert "prep.purpose" in str(emil.card(post))
        here.play.nothing_refused()


@pytest.mark.parametrize("accepted", [True, False])
async def test_t11_killed_between_the_message_and_its_mark_it_is_unknown_and_never_said_twice(
    url: str, accepted: bool
) -> None:
    async with at("round open", url=url) as here:
        emil = here.emil.there
        answered(await emil.says("hjælp"))
        await here.play.conversation.idle()
        await here.play.room.idle()
        before = len(emil.posts)
        assert await killed_while_it_sends(here, Hang(accepted=accepted)) == 1
        await here.play.until(here.play.clock.now() + timedelta(days=1))
        (row,) = await unknown(here)
        assert (row.kind, row.reason) == ("answer", "nobody can tell whether this arrived")
        assert len(emil.posts) in ((before + 1,) if accepted else (before, before + 1))
        came = len(emil.posts)
        answered(await emil.says("status"))
        await here.play.settle()
        assert len(emil.posts) == came + 1, "and what comes after it goes"


@pytest.mark.parametrize(
    ("fault", "state", "posts"),
    [
        (AcceptThen(500), OutboxState.UNKNOWN, 1),
        (DROP_AFTER, OutboxState.UNKNOWN, 1),
        (AcceptThen(504), OutboxState.UNKNOWN, 1),
        (DROP_BEFORE, OutboxState.UNKNOWN, 0),
        (Refuse(429, "Throttled", "30"), OutboxState.SENT, 1),
        (Refuse(412, "PreconditionFailed"), OutboxState.SENT, 1),
    ],
    ids=repr,
)
async def test_t11_what_may_have_come_never_comes_twice_and_what_did_not_comes_later(
    fault: Fault, state: OutboxState, posts: int
) -> None:
    async with at("start") as here:
        emil, before = here.emil.there, len(here.emil.there.posts)
        answered(await emil.says("hjælp"))
        await here.play.room.idle()
        here.teams.fail_next(emil.chat.id, fault)
        for _ in range(30):
            await here.play.settle()
            here.play.clock.move_to(here.play.clock.now() + timedelta(minutes=2))
            await here.play.delivery.recover(starting=False)
        assert len(emil.posts) == before + posts
        assert len(await unknown(here)) == (state is OutboxState.UNKNOWN)


async def test_t11_while_nobody_lets_us_log_in_messages_wait(url: str) -> None:
    async with at("start", url=url) as here:
        emil, before = here.emil.there, len(here.emil.there.posts)
        here.teams.fail_always("token", Refuse(503))
        await here.play.restart()
        answered(await emil.says("hjælp"))
        await here.play.settle()
        assert len(emil.posts) == before
        here.teams.fail_always("token", None)
        await here.play.until(here.play.clock.now() + timedelta(hours=1))
        assert len(emil.posts) == before + 1
        assert await unknown(here) == []
