"""A process in which an exchange is played with words that nobody may find, and which is killed on the way.

`python -m tests.running.telling URL AT`
"""

from __future__ import annotations

import asyncio
import sys
from datetime import date

from tests.running.fakes import Failpoint
from tests.running.killed import die
from tests.running.story import MONDAY, Story
from tests.stage.play import Play

CANARY = "Kanariefugl"
"""It stands in every text that anybody writes, and in no text of ours."""

START, END = date(2026, 6, 1), date(2026, 6, 5)


def canary(key: str) -> str:
    """A text to write under a question, which tells where it was written."""
    return f"{CANARY} i <{key}> som ikke skal findes af andre"


async def main(url: str, at: int) -> None:
    play = Play(MONDAY, url)
    play.store = Failpoint(play.store, at, die=die)
    play.build()
    await Story(play, canary).whole(START, END)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
