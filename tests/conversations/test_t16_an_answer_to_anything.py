"""Whatever is written, in whatever state, gets an answer that leads on (T16)."""

from __future__ import annotations

import pytest

from bot.channel import Message
from tests.stage.play import Seat, read
from tests.stage.scenes import SCENES, at_scene

WORDS = ("hi", "HELLO", "Help", "hjælp", "HEI!", "asdf qwer", "🙂🙂🙂", "?", "", "x" * 30_000, "-- ' ; <b>")


async def after(seat: Seat, text: str) -> list[Message]:
    """What is new after these words."""
    before = await seat.messages()
    reply = await seat.says(text)
    now = await seat.messages()
    assert now != before or reply.note, f"{text[:20]!r} got no answer"
    return [message for message in now if message not in before] or now[len(before) :]


@pytest.mark.parametrize("scene", SCENES)
async def test_t16_every_state_answers_anything_and_goes_on(scene: str) -> None:
    here = await at_scene(scene)
    for seat in (here.emil, here.lone, here.vera, here.hanne):
        for text in WORDS:
            await after(seat, text)
        last = "\n".join(read(message) for message in await after(seat, "hjælp"))
        assert "Du kan skrive" in last
