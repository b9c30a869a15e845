"""A process that answers Teams and is killed once something is written down, once it is answered, or while it sends.

`python -m tests.teams.killed URL TEAMS NOW kept|answered|sends` prints the port that Teams posts to.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime

from tests.slack.killed import Dies
from tests.teams.fake import FakeTeams
from tests.teams.stage import IN_NO_HURRY, TeamsPlay


async def main(url: str, base_url: str, now: str, when: str) -> None:
    play = TeamsPlay(datetime.fromisoformat(now), url, "da")
    play.most = play.late = play.soon = IN_NO_HURRY
    play.clock.move_to(datetime.fromisoformat(now))
    play.teams = FakeTeams(play.clock)
    play.teams.base_url, play.teams.host = base_url, base_url.removeprefix("http://")
    if when != "sends":
        play.store = Dies(play.store, when)
    await play.put_together()
    print(play.address.rpartition(":")[2], flush=True)
    if when == "sends":
        await play.delivery.recover()  # as at every start
        await play.delivery.deliver()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
