"""Gone while something is queued for them: nothing is sent to them any more, and nobody knocks again and again."""

from __future__ import annotations

from pathlib import Path

from tests.faults import oracle
from tests.faults.house import house
from tests.faults.nursery import Nursery, until
from tests.slack.fake.faults import Limited
from tests.teams.fake import Refuse

LONG = "300"


async def test_f18_what_is_queued_for_who_removes_the_app_is_cancelled(nursery: Nursery, tmp_path: Path) -> None:
    async with house(nursery, tmp_path) as it:
        sundby, nordby, vestby = it.towns
        it.slack.fail_next("chat.postMessage", *[Limited(LONG)] * 5)
        emil, other = it.teams.person(nordby.places["Emil"]), it.teams.person(vestby.places["Emil"])
        it.teams.fail_next(emil.chat.id, Refuse(429, "Throttled", LONG))
        other.blocks()
        await it.run()
        await until(lambda: [call for call in it.teams.ledger.refused if call.where == emil.chat.id])
        await until(lambda: [call for call in it.slack.ledger.refusals if call.error == "ratelimited"])
        await until(lambda: it.kept.count("slack", "pending") + it.kept.count("teams", "pending"), lambda n: n == 3)
        it.clock.move(seconds=5)  # Slack says in whole seconds when it was
        await emil.uninstalls()
        await it.slack.admin.uninstalls(sundby.tenant)
        ends = await until(
            lambda: {
                town.name: row["state"]
                for town in it.towns
                for row in it.kept.outbox
                if row["kind"] == "log" and row["place"] == town.places["Emil"]
            },
            lambda ends: ends == {"Sundby": "cancelled", "Nordby": "cancelled", "Vestby": "refused"},
        )
        assert len(ends) == 3
        calls = len([call for call in it.teams.ledger.calls if call.where in (emil.chat.id, other.chat.id)])
        for _ in range(3):
            it.clock.move(seconds=50)
            await until(lambda: not it.kept.waits(it.clock.now()))
        assert len([call for call in it.teams.ledger.calls if call.where in (emil.chat.id, other.chat.id)]) == calls
        assert not it.slack.ledger.posted
        oracle.every_post_has_its_row(it.kept, it.seen)
