"""A process that lets time pass and is killed on the way.

`python -m tests.running.killed URL UNTIL AT committed|begun`
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import datetime

from tests.running.exchange import MONDAY, goes_on
from tests.running.fakes import Failpoint
from tests.stage.play import Play


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(url: str, until: str, at: int, when: str) -> None:
    play = Play(MONDAY, url)
    play.store = Failpoint(play.store, at, committed=when == "committed", die=die)
    play.build()
    await goes_on(play, datetime.fromisoformat(until))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
