"""The platforms of the year: they keep what they are handed. The pages of those outside are real ones."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Final, ParamSpec, TypeVar

from bot.channel import End, Message, Outcome, Outgoing, Unhurried
from bot.channels.web.channel import WebChannel

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Got:
    """Something that came to somebody."""

    at: datetime
    id: str
    channel: str
    person: str
    message: Message


class Inline(ThreadPoolExecutor):
    """Runs what it is given on the spot: nobody else is there to be held up."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """The finished future."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as failure:  # as the real one does
            future.set_exception(failure)
        return future


BREAKS: Final = 200
"""Every so many messages the platform breaks off when it has the message, and quotes it in the error."""


class Post(Unhurried):
    """A platform that keeps what it is handed, and puts it on a page where there is one."""

    abreast = 200

    def __init__(self, name: str, kept: list[Got], page: WebChannel | None = None) -> None:
        self.name = name
        self._kept = kept
        self._page = page
        self._number = 0

    async def send(self, outgoing: Outgoing, now: datetime) -> Outcome:
        """It has arrived."""
        self._kept.append(Got(now, outgoing.id, self.name, outgoing.to.place, outgoing.message))
        if self._page is not None:
            return await self._page.send(outgoing, now)
        self._number += 1
        if self._number % BREAKS == 0:
            raise ConnectionError(f"Broken pipe while sending {outgoing.message}")
        return Outcome(End.SENT, reference=outgoing.id)

    async def find(self, outgoing: Outgoing) -> Outcome | None:
        """Nothing is ever lost."""
        return Outcome(End.SENT, reference=outgoing.id)
