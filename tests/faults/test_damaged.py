"""What is sealed was damaged, or the key is another: that entry says so, and the rest works."""

from __future__ import annotations

import base64
import signal
from pathlib import Path

from sqlalchemy import Table, create_engine, select, update
from sqlalchemy.engine import make_url

from storage.tables import inbox, outbox
from tests.faults import oracle
from tests.faults.house import House, house
from tests.faults.nursery import Nursery, until
from tests.faults.points import Point
from tests.teams.fake import Refuse

ANOTHER = "test:" + base64.b64encode(b"x" * 32).decode()
LONG = "60"


def damage(it: House, table: Table, id: str) -> None:
    """One bit of what was sealed is another."""
    address = make_url(it.url)
    if address.get_backend_name() == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    engine = create_engine(address)
    with engine.begin() as connection:
        sealed = connection.execute(select(table.c.payload).where(table.c.id == id)).scalar_one()
        flipped = sealed[:-1] + bytes([sealed[-1] ^ 1])
        connection.execute(update(table).where(table.c.id == id).values(payload=flipped))
    engine.dispose()


async def test_f22_what_was_damaged_is_set_aside_and_the_rest_goes_on(
    nursery: Nursery, tmp_path: Path, either: str
) -> None:
    async with house(nursery, tmp_path, either) as it:
        sundby, nordby, _ = it.towns
        emil = it.teams.personal(it.teams.users[nordby.places["Emil"]]).id
        it.teams.fail_next(emil, Refuse(429, "Throttled", LONG))
        first = await it.run(Point("inbox.add", "committed", 1))
        await until(lambda: it.kept.count("slack", "sent") + it.kept.count("teams", "sent"), lambda sent: sent == 5)
        await it.slack.person(sundby.places["Lone"]).types("hjælp")
        assert await first.end() == -signal.SIGKILL
        (waiting,) = [row["id"] for row in it.kept.outbox if row["state"] == "pending"]
        (received,) = [row["id"] for row in it.kept.inbox]
        damage(it, outbox, waiting)
        damage(it, inbox, received)
        it.clock.move(seconds=65)  # whoever had it in hand is gone
        second = await it.run()
        await until(
            lambda: ({row["state"] for row in it.kept.outbox}, [row["state"] for row in it.kept.inbox]),
            lambda seen: seen == ({"sent", "refused"}, ["poison"]),
        )
        assert (await it.slack.person(sundby.places["Vera"]).types("hjælp")).answer.ok
        assert (await it.teams.person(nordby.places["Emil"]).says("hjælp")).answer.ok
        await it.rest()
        (refused,) = [row for row in it.kept.outbox if row["state"] == "refused"]
        assert (refused["id"], refused["reason"]) == (waiting, "unreadable")
        it.one_effect(sundby, "Vera", 1)
        it.one_effect(nordby, "Emil", 1)
        it.one_effect(sundby, "Lone", 0)
        assert received in await it.does("inbox")
        oracle.every_post_has_its_row(it.kept, it.seen)
        oracle.no_words([process.said for process in it.processes], it.secrets)
        assert second.ended is None


async def test_f22_with_another_key_it_does_not_start_and_says_nothing_to_anybody(
    nursery: Nursery, tmp_path: Path, either: str
) -> None:
    async with house(nursery, tmp_path, either) as it:
        before = it.kept
        process = await it.start(settings={"VIDSYN_MASTER_KEYS": ANOTHER})
        assert await process.end() == 1
        assert "another one" in process.said
        assert (it.seen, it.kept) == ([], before)
        await it.run()
        await it.rest()
        it.judge()
