"""Sixty people whose logbooks are due in the same minute: the whole house, held to Slack's limits by the fake."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.moment import Moment
from bot.planning import replan
from storage.records import AddressRow, ExchangeRow, PersonRow, RoundRow, SignUpRow, new_id
from storage.store import Work
from storage.tables import outbox
from tests.slack.stage import CHANNEL_ID, TEAM, SlackPlay
from tests.stage.scenes import MORNING

MANY = 60
DAYS = (date(2026, 5, 5), date(2026, 5, 6))
DUE = datetime(2026, 5, 5, 15, 15, tzinfo=ZoneInfo("Europe/Copenhagen"))


async def test_s14_sixty_logbooks_of_one_minute_each_come_once_and_in_order() -> None:
    play = await SlackPlay.open(MORNING)
    try:
        await play.store.run(lambda work: under_way(play, work))
        await play.until(DUE.astimezone(UTC) - timedelta(minutes=5))
        before, refusals = len(play.slack.ledger.posted), len(play.slack.ledger.refusals)
        await play.until(DUE.astimezone(UTC) + timedelta(minutes=5))
        logbooks = [post for post in play.slack.ledger.posted[before:] if post.text == "Logbog"]
        assert sorted(post.user for post in logbooks) == sorted(f"U{n:04}" for n in range(MANY))
        assert [post.user for post in logbooks] == await in_order(play), "first come, first served"
        assert {post.to_deactivated for post in logbooks} == {False}
        assert play.slack.ledger.refusals[refusals:] == []
        assert logbooks[-1].at - logbooks[0].at < timedelta(minutes=1)
        pressed = await play.slack.person("U0059").presses(play.slack.person("U0059").last, "Skriv i logbogen")
        await play.settle()
        assert pressed.answer.ok
        assert play.slack.view_of("U0059") is not None
    finally:
        await play.close()


async def in_order(play: SlackPlay) -> list[str]:
    """The people in the order in which their logbooks were written down."""
    query = select(outbox.c.place).where(outbox.c.kind == "log").order_by(outbox.c.order)
    return [row["place"] for row in await play.store.run(lambda work: work.outbox._all(query))]


def under_way(play: SlackPlay, work: Work) -> None:
    """So many people with an exchange of their own, all agreed and prepared, all free at half past three."""
    people = {person.name.split()[0]: person for person in work.people.all(work.people.organisations()[0].id)}
    emil, lone, vera, hanne = (people[name] for name in ("Emil", "Lone", "Vera", "Hanne"))
    row = RoundRow(
        "round", emil.organisation, "Forår", "da", AddressRow("slack", TEAM, CHANNEL_ID), date(2026, 4, 1),
        date(2026, 4, 10), date(2026, 4, 17), DAYS[0], DAYS[-1], (), hanne.id, "closed", "post",
    )  # fmt: skip
    work.rounds.add(row)
    for n in range(MANY):
        play.slack.add_user(f"U{n:04}", f"Person {n}", TEAM)
        employee = _employee(work, emil, n)
        sign_up = f"sign-up-{n}"
        work.rounds.add_sign_up(SignUpRow(sign_up, "round", employee.id, lone.id, "placed", leader_told=True))
        exchange = ExchangeRow(
            f"exchange-{n}", "round", sign_up, employee.id, lone.id, vera.id, emil.unit, vera.unit, "form.short",
            DAYS[0], DAYS[-1], DAYS, "short", "prepared", approved_at=play.clock.now(),
        )  # fmt: skip
        work.exchanges.add(exchange)
        replan(Moment(work, play.words, play.clock.now(), play.house), exchange)


def _employee(work: Work, emil: PersonRow, n: int) -> PersonRow:
    employee = replace(emil, id=new_id(), name=f"Person {n}", told=emil.told | {"hello"})
    work.people.add(employee)
    work.people.link(employee.id, AddressRow("slack", TEAM, f"U{n:04}"))
    return employee
