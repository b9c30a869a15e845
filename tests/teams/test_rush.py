"""Many people whose logbooks are due in the same minute: the whole house, held to Teams' limits by the fake."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.channels.teams.channel import TeamsChannel
from bot.channels.teams.login import Login
from bot.channels.teams.pace import Pace
from bot.delivery import Delivery
from bot.moment import Moment
from bot.planning import replan
from bot.stage import Stage
from storage.records import AddressRow, Chat, ExchangeRow, PersonRow, RoundRow, SignUpRow, new_id
from storage.store import Work
from storage.tables import outbox
from tests.slack.office import Time
from tests.stage.scenes import MORNING
from tests.teams.fake import Called, User, answered
from tests.teams.fake.forms import Values
from tests.teams.fake.limits import TENANT, WRITE
from tests.teams.office import TimedCalls
from tests.teams.stage import ORIGIN, TeamsPlay, settings

MANY = 500
DAYS = (date(2026, 5, 5), date(2026, 5, 6))
DUE = datetime(2026, 5, 5, 15, 15, tzinfo=ZoneInfo("Europe/Copenhagen")).astimezone(UTC)
LATER = timedelta(minutes=5)


class InTime(TeamsPlay):
    """What is delivered goes out while the time of day stands still, as it nearly does for a call."""

    def build(self) -> None:
        super().build()
        time, teams = Time(self.clock), settings(self.teams)
        calls = TimedCalls(teams, Login(teams, self.clock), 60, time)
        pace = Pace(time.now, time.pause, lambda: 0.5)
        channel = TeamsChannel(calls, self.store, self.words, pace, self.clock, ORIGIN)
        self.delivery = Delivery(self.store, self.clock, {"teams": channel}, 60)
        self.stage = Stage(self.store, self.words, self.clock, self.house, self.ticker, self.delivery)


async def test_t12_five_hundred_logbooks_of_one_minute_each_come_once_and_in_order() -> None:
    play = await InTime.open(MORNING)
    assert isinstance(play, InTime)
    try:
        users = [play.teams.add_user(f"Person {n}", installed=True) for n in range(MANY)]
        await play.store.run(lambda work: under_way(play, work, users))
        await play.until(DUE - LATER)
        before, refused = len(play.teams.ledger.accepted), len(play.teams.ledger.refused)
        await play.until(DUE + LATER)
        calls = play.teams.ledger.accepted[before:]
        logbooks = [call for call in calls if call.body.get("summary") == play.words.text("da", "log.title")]
        homes = {play.teams.personal(user).id: user.aad for user in users}
        assert sorted(homes[call.where] for call in logbooks) == sorted(user.aad for user in users)
        assert [homes[call.where] for call in logbooks] == await in_order(play), "first come, first served"
        assert play.teams.ledger.refused[refused:] == []
        within_limits(calls)
        assert logbooks[-1].at - logbooks[0].at < timedelta(minutes=1)
        await fills_in(play, users[-1])
        play.nothing_refused()
    finally:
        await play.close()


def within_limits(calls: list[Called]) -> None:
    """Counted once more, beside the fake: no second holds more than Teams allows of a tenant."""
    for most, seconds in TENANT:
        for first, last in zip(calls, calls[most:], strict=False):
            assert last.at - first.at >= timedelta(seconds=seconds)
    assert WRITE[0] == (7, 1)


async def in_order(play: TeamsPlay) -> list[str]:
    """The people in the order in which their logbooks were written down."""
    query = select(outbox.c.place).where(outbox.c.kind == "log").order_by(outbox.c.order)
    return [row["place"] for row in await play.store.run(lambda work: work.outbox._all(query))]


async def fills_in(play: TeamsPlay, user: User) -> None:
    """One of them writes in their logbook."""
    person, values = play.teams.person(user), Values({"answer:log.core.what": "De fordeler opkaldene om morgenen"})
    answered(await person.presses(person.last, person.buttons()[0], values))
    await play.settle()
    where = AddressRow("teams", user.tenant, user.aad)

    def kept(work: Work) -> list[object]:
        found = work.people.at(where)
        assert found is not None
        return [row.value for row in work.answers.by(found.id)]

    assert "De fordeler opkaldene om morgenen" in await play.store.run(kept)
    play.teams.assert_no_words("De fordeler opkaldene")


def under_way(play: TeamsPlay, work: Work, users: list[User]) -> None:
    """So many people with an exchange of their own, all agreed and prepared, all free at half past three."""
    people = {person.name.split()[0]: person for person in work.people.all(work.people.organisations()[0].id)}
    emil, lone, vera, hanne = (people[name] for name in ("Emil", "Lone", "Vera", "Hanne"))
    row = RoundRow(
        "round", emil.organisation, "Forår", "da", AddressRow("teams", play.team.tenant, play.team.id),
        date(2026, 4, 1), date(2026, 4, 10), date(2026, 4, 17), DAYS[0], DAYS[-1], (), hanne.id, "closed", "post",
    )  # fmt: skip
    work.rounds.add(row)
    for n, user in enumerate(users):
        employee = _employee(play, work, emil, user)
        work.rounds.add_sign_up(SignUpRow(f"sign-up-{n}", "round", employee.id, lone.id, "placed", leader_told=True))
        exchange = ExchangeRow(
            f"exchange-{n}", "round", f"sign-up-{n}", employee.id, lone.id, vera.id, emil.unit, vera.unit,
            "form.short", DAYS[0], DAYS[-1], DAYS, "short", "prepared", approved_at=play.clock.now(),
        )  # fmt: skip
        work.exchanges.add(exchange)
        replan(Moment(work, play.words, play.clock.now(), play.house), exchange)


def _employee(play: TeamsPlay, work: Work, emil: PersonRow, user: User) -> PersonRow:
    """Somebody who is known, and whose chat is known too."""
    employee = replace(emil, id=new_id(), name=user.name, told=emil.told | {"hello"})
    work.people.add(employee)
    work.people.link(employee.id, AddressRow("teams", user.tenant, user.aad))
    home = play.teams.personal(user).id
    work.chats.put(
        Chat("teams", user.tenant, user.aad, home, user.id, play.teams.service_url, touched=play.clock.now())
    )
    return employee
