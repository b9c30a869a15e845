"""A process that answers Slack and is killed once something is written down, or once it is answered.

`python -m tests.slack.killed URL SLACK TOKEN NOW kept|answered` prints the port that Slack posts to.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from storage.store import Store, Work
from tests.slack.fake import FakeSlack
from tests.slack.stage import SlackPlay
from tests.stage.play import KEY

T = TypeVar("T")


class Dies(Store):
    """A store whose process dies with the unit of work that writes something down (`kept`) or answers it."""

    def __init__(self, inner: Store, when: str) -> None:
        self._inner = inner
        self.is_shared = inner.is_shared
        self._when = when
        self._kept = False

    async def run(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        """As the real one, until that unit is committed."""
        result = await self._inner.run(unit, serial)
        waits = bool(await self._inner.run(lambda work: work.inbox.pending(1)))
        if (waits and self._when == "kept") or (self._kept and not waits):
            os.kill(os.getpid(), signal.SIGKILL)
        self._kept = self._kept or waits
        return result

    def run_now(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        return self._inner.run_now(unit, serial)

    async def close(self) -> None:
        await self._inner.close()


async def main(url: str, base_url: str, token: str, now: str, when: str) -> None:
    play = SlackPlay(datetime.fromisoformat(now), url, "da")
    play.clock.move_to(datetime.fromisoformat(now))
    play.transport, play.bot_token = "http", token
    play.store = Dies(Store.open(url, KEY), when)
    play.slack = FakeSlack(play.clock)
    play.slack.base_url = base_url
    await play.put_together()
    assert play._runner is not None
    print(play._runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:6]))
