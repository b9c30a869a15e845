"""Killed with something written down: whoever takes over answers it once, and says in the chat what no form shows."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from storage.store import Store
from tests.conftest import ROOT
from tests.slack.fake import Delivery
from tests.slack.here import Here, at
from tests.stage.play import KEY

Does = Callable[[], Awaitable[Delivery]]


async def killed_at(here: Here, does: Does, when: str) -> Delivery:
    """Somebody does something, the process that hears it is killed, and another takes over."""
    play = here.play
    await play._end()
    await play.store.close()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.slack.killed", play.url, here.slack.base_url, play.bot_token,
        play.clock.now().isoformat(), when, cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    port = int(await process.stdout.readline())
    here.slack.tell_by_http(f"http://127.0.0.1:{port}/slack/events", patience=10.0)
    delivery = await does()
    assert await process.wait() == -signal.SIGKILL
    play.clock.move_to(
        play.clock.now() + timedelta(seconds=5)
    )  # a new process knows nothing of who was just written to
    play.store = Store.open(play.url, KEY)
    await play.put_together()
    await play.delivery.recover()
    await play.conversation.recover()
    await play.conversation.catch_up()
    await play.settle()
    assert await play.conversation.catch_up() == 0
    return delivery


@pytest.mark.parametrize("when", ["kept", "answered"])
async def test_f3_f4_s6_killed_before_slack_hears_of_it_everything_is_answered_once(tmp_path: Path, when: str) -> None:
    async with at("invited", url=f"sqlite:///{tmp_path}/killed.db") as here:
        emil = here.emil.there

        before = len(here.chat(here.emil))
        typed = await killed_at(here, lambda: emil.types("hjælp"), when)
        assert not typed.answer.ok or when == "answered", "Slack has its answer only once it is on disk"
        for again in await here.slack.retry_due():
            assert again.answer.ok
        await here.play.settle()
        assert len(here.chat(here.emil)) == before + 1

        start = here.newest(here.emil, "Start (10 min.)")
        pressed = await killed_at(here, lambda: emil.presses(start, "Start (10 min.)"), when)
        assert not pressed.answer.ok
        assert here.slack.view_of("UEMIL") is None
        door = here.newest(here.emil, here.word("door.open"))
        assert len([post for post in here.chat(here.emil) if here.word("door.open") in post.labels()]) == 1

        await emil.presses(door, here.word("door.open"))
        await here.play.settle()
        form = here.view(here.emil)
        sent = await killed_at(here, lambda: emil.submits({"prep.ack": ["yes"]}), when)
        assert not sent.answer.ok
        assert list(await here.kept(here.emil)) == ["prep.ack"]
        assert here.view(here.emil).body == form.body, "Slack leaves the form as it was"
        await emil.submits({"prep.ack": ["yes"]})
        assert "prep.purpose" in {block["block_id"] for block in here.view(here.emil).blocks}

        await emil.opens_home()
        await here.play.settle()
        before = len(here.chat(here.emil))
        language = here.word("btn.language")
        await killed_at(here, lambda: emil.presses(emil.home, language), when)
        if when == "kept":
            assert here.word("hello.language") in here.chat(here.emil)[-1].words()
            assert len(here.chat(here.emil)) == before + 1
        await emil.presses(emil.home, language)
        await here.play.settle()
        assert here.word("hello.language") in str(here.view(here.emil).body)

        before = len(here.chat(here.emil))
        await killed_at(here, lambda: emil.commands("/vidsyn", "hjælp"), when)
        assert len(here.chat(here.emil)) == before + 1
        here.nothing_refused()
