"""Everybody moves in, and every exchange of the year waits for its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Final

from bot.channels.web.channel import WebChannel
from bot.clock import StandingClock
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.metrics import Meters
from bot.moment import Moment
from bot.programme.calendar import at_local
from bot.programme.choices import OPTIONAL
from bot.stage import CHANNEL, TENANT
from bot.tick import Ticker
from bot.turns.common import OUTSIDE
from bot.turns.house import house as build_house
from bot.turns.mails import CHANNEL as MAIL
from bot.turns.mails import announce
from bot.turns.signups import ask_leader
from storage.records import AddressRow, ExchangeRow, Organisation, PersonRow, RoundRow, SignUpRow
from storage.store import Store, Work
from tests.stage.play import KEY, WORDS
from tests.year.filling import Pen
from tests.year.leaks import Leaks
from tests.year.life import Year
from tests.year.people import DAY, FIRST, HR, Plan, person, plans
from tests.year.post import Got, Inline, Post
from tests.year.unwanted import noting

LEADERS: Final = 40
HOSTS: Final = 60


def begin(meters: Meters) -> Year:
    """Everybody is there, and every exchange waits for its day. `meters` count what is sent."""
    store = Store.open("sqlite://", KEY)
    store._threads = Inline()
    store.migrate()
    clock = StandingClock(datetime.combine(FIRST, time(7), UTC))
    unwanted: dict[str, str] = {}
    house = noting(replace(build_house(), announce=announce), unwanted)
    got: list[Got] = []
    channels = {name: Post(name, got) for name in (CHANNEL, MAIL)}
    channels[OUTSIDE] = Post(OUTSIDE, got, WebChannel(store, OUTSIDE))
    leaders = [person(f"lead{n:02}", f"Leder{n:02} Lund", 3 * n) for n in range(LEADERS)]
    leaders = [replace(leader, starts=time(8), ends=time(16)) for leader in leaders]
    hosts = [replace(person(f"host{n:02}", f"Vært{n:02} Vang", n), starts=time(8), ends=time(16)) for n in range(HOSTS)]
    hr = replace(person(HR, "Hanne Holm", 0), hr=True)
    all_plans = {plan.employee.id: plan for plan in plans(leaders, hosts)}
    everybody = [hr, *leaders, *hosts, *(plan.employee for plan in all_plans.values())]
    outside = {host.id for host in hosts[::6]}
    store.run_now(lambda work: _move_in(work, everybody, outside))

    def moments(work: Work) -> Moment:
        return Moment(work, WORDS, clock.now(), house)

    pen = Pen(all_plans, clock)
    year = Year(
        store=store,
        clock=clock,
        ticker=Ticker(store, WORDS, clock, house),
        delivery=Delivery(store, clock, channels, ended=lambda row, state: meters.ended(row, state, clock.now())),
        conversation=Conversation(store, WORDS, clock, house, lambda: None),
        moments=moments,
        plans=all_plans,
        people={each.id: each for each in everybody},
        outside=outside,
        got=got,
        pen=pen,
        leaks=Leaks(store, moments, pen.written),
        unwanted=unwanted,
    )
    for plan in all_plans.values():
        _waits(year, plan)
    return year


def _waits(year: Year, plan: Plan) -> None:
    """What somebody will do without being asked."""
    year.later(plan.asked_at, partial(_asks, year, plan))
    if plan.stops_at:
        year.later(plan.stops_at, partial(year.says_and_answers, plan.employee.id, "stop"))
    if plan.pause:
        year.later(plan.pause[0], partial(_pauses, year, plan))
    if plan.shifts and plan.habit != "never":
        for n in range(0, (plan.end - plan.start).days + 1, 2):
            at = at_local(plan.start + DAY * n, plan.employee.starts, plan.employee.zone) + timedelta(hours=3)
            year.later(at, partial(year.says_and_answers, plan.employee.id, "logbog"))


def _move_in(work: Work, everybody: list[PersonRow], outside: set[str]) -> None:
    work.people.add_organisation(Organisation("year", "Sundby Kommune", "DK", "Europe/Copenhagen", "da"))
    for each in everybody:
        work.people.add(each)
        channel, tenant = (OUTSIDE, "year") if each.id in outside else (CHANNEL, TENANT)
        work.people.link(each.id, AddressRow(channel, tenant, each.id))
    work.choices.put("year", "", "prompts", [*OPTIONAL])
    work.rounds.add(
        RoundRow(
            "round", "year", "Jobbytte", "da", AddressRow(CHANNEL, TENANT, "#jobbytte"), FIRST, FIRST, FIRST,
            FIRST + DAY * 365, FIRST + DAY * 365, (), HR, "closed", "post",
        )
    )  # fmt: skip


async def _asks(year: Year, plan: Plan) -> None:
    """Everybody has said yes; the leader is asked."""

    def unit(work: Work) -> None:
        me = plan.employee
        sign_up = SignUpRow(f"s{plan.number}", "round", me.id, plan.leader, "placed", leader_told=True)
        work.rounds.add_sign_up(sign_up)
        row = ExchangeRow(
            f"x{plan.number}", "round", sign_up.id, me.id, plan.leader, plan.host, me.unit, "Værtsstedet", plan.form,
            plan.start, plan.end, (), "", "accepted", stops=plan.stops, linked=plan.linked,
        )  # fmt: skip
        work.exchanges.add(row)
        ask_leader(year.moments(work), row)

    await year.store.run(unit)


async def _pauses(year: Year, plan: Plan) -> None:
    """Away until a day, in the words of the bot."""
    assert plan.pause is not None
    form = await year.says(plan.employee.id, "pause")
    if form is not None and form.fields:
        await year.sends(plan.employee.id, form, {"absent.until": plan.pause[1].isoformat()})
