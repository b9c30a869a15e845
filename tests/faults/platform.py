"""Platforms in the process of the test: they take everything, remember it, and go wrong as they are told."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.channel import MESSAGE, End, Message, Outcome, Outgoing, Unhurried
from tests.faults.oracle import Seen

Trouble = Literal["wait", "busy", "refuse", "broken", "lost", "hang", "hang before"]
"""It asks for patience; says that it is busy; refuses; breaks before it took the message, or after; stays silent
after it took the message, or before."""


@dataclass
class Platform(Unhurried):
    """`asked`: whether it tells what became of a message, as Slack does and Teams does not."""

    name: str
    asked: bool
    abreast: int = 8
    troubles: deque[Trouble] = field(default_factory=deque)
    taken: list[tuple[datetime, Outgoing]] = field(default_factory=list)

    async def send(self, outgoing: Outgoing, now: datetime) -> Outcome:
        """Takes one message, or does what it was told to do next."""
        await asyncio.sleep(0)
        trouble = self.troubles.popleft() if self.troubles else ""
        match trouble:
            case "wait":
                return Outcome(End.LATER, after=30, reason="ratelimited", counts=False)
            case "busy":
                return Outcome(End.LATER, after=2, reason="busy")
            case "refuse":
                return Outcome(End.REFUSED, reason="no")
            case "broken":
                return Outcome(End.LATER, after=1, reason="not reached", counts=False)
            case "hang before":
                await asyncio.Event().wait()
        self.taken.append((now, outgoing))
        if trouble == "lost":
            raise ConnectionResetError
        if trouble == "hang":
            await asyncio.Event().wait()
        return Outcome(End.SENT, reference=_reference(outgoing))

    async def find(self, outgoing: Outgoing) -> Outcome | None:
        """What became of a message."""
        await asyncio.sleep(0)
        if not self.asked:
            return None
        there = any(it.id == outgoing.id for _, it in self.taken)
        return Outcome(End.SENT, reference=_reference(outgoing)) if there else Outcome(End.REFUSED)

    @property
    def seen(self) -> list[Seen]:
        """What people can see, each message as often as it came; what takes the place of another is none more."""
        times: dict[str, int] = {}
        found = []
        for at, outgoing in self.taken:
            if outgoing.replaces:
                continue
            times[outgoing.id] = times.get(outgoing.id, 0) + 1
            again = f" again {times[outgoing.id]}" if times[outgoing.id] > 1 else ""
            place = (self.name, outgoing.to.tenant, outgoing.to.place)
            words = json.dumps(MESSAGE.dump_python(outgoing.message, mode="json"), ensure_ascii=False)
            found.append(Seen(at, place, _reference(outgoing) + again, outgoing.message.preview, words))
        return found

    def messages(self, place: str) -> list[Message]:
        """What somebody has got, oldest first."""
        return [outgoing.message for _, outgoing in self.taken if outgoing.to.place == place]


def _reference(outgoing: Outgoing) -> str:
    return f"ref-{outgoing.id}"
