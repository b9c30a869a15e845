"""Four people press, fill in, type, install and leave as it comes: nothing breaks, nothing doubles, nothing leaks."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs
from structlog.typing import EventDict

from storage.store import Work
from storage.tables import outbox
from tests.teams.fake import T10
from tests.teams.here import Here, at
from tests.teams.walk import Walk, words_in

STEPS = 100
TOLD = {fault.code for fault in T10.values()} | {"", "Request_ResourceNotFound"}
"""What the fake refuses because it was told to, and that it knows nobody's manager."""


async def whole(here: Here, walk: Walk, looked: int) -> None:
    """What is so after every step, whoever did what."""
    for delivery in here.teams.deliveries[looked:]:
        assert delivery.answer.status == 200, (delivery.activity, delivery.answer)
    rows = await here.play.store.run(lambda work: work.outbox._all(select(outbox.c.state)))
    assert Counter(row["state"] for row in rows)["sending"] == 0
    assert not await here.play.store.run(lambda work: work.inbox.pending(1))
    for seat in (here.hanne, here.emil, here.lone, here.vera):
        hello = here.word("hello.bot", name=seat.name.split()[0], contact="HR")
        posts = [post for post in here.teams.personal(seat.there.user).posts if hello in seat.there.reads(post)]
        assert len(posts) <= walk.installs.get(seat.aad, 1)


def failures(logs: list[EventDict]) -> list[EventDict]:
    return [it for it in logs if it["log_level"] == "error"]


async def private(here: Here) -> dict[str, str]:
    """Who wrote each word that is for themselves, or for those alone to whom they show it."""

    def unit(work: Work) -> dict[str, str]:
        found: dict[str, str] = {}
        for seat in (here.hanne, here.emil, here.lone, here.vera):
            for row in work.answers.by(seat.id):
                if row.visibility in ("P", "S") and not row.released:
                    found |= dict.fromkeys(words_in(row.value), seat.aad)
        return found

    return await here.play.store.run(unit)


@pytest.mark.parametrize(("scene", "seed"), [("round open", 1), ("first day", 3), ("debrief", 5)])
async def test_whatever_people_do_nothing_breaks_doubles_or_leaks(scene: str, seed: int) -> None:
    with capture_logs() as logs:
        async with at(scene) as here:
            walk = Walk(here, Random(seed))
            refused = len(here.teams.ledger.refused)
            for _ in range(STEPS):
                looked = len(here.teams.deliveries)
                await walk.step()
                await whole(here, walk, looked)
                assert not failures(logs)
            assert {call.code for call in here.teams.ledger.refused[refused:]} <= TOLD
            assert walk.words, "somebody wrote something"
            here.teams.assert_no_words(*await private(here))
