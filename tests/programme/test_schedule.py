"""What is due when, in a round and in an exchange."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.programme.cadence import CADENCES, exchange_days, last_of_weeks, prompt_days
from bot.programme.calendar import (
    Worker,
    at_local,
    is_holiday,
    is_working_day,
    local_date,
    local_time,
    within_hours,
    working_day_after,
)
from bot.programme.choices import Choices
from bot.programme.schedule import (
    EXCHANGE_KINDS,
    LOGBOOK,
    MOST_A_DAY,
    PLANNED,
    ROUND_KINDS,
    SILENT,
    TASKS,
    Due,
    ExchangeFacts,
    Hosting,
    after_misses,
    closes,
    exchange_dues,
    latest,
    postponed,
    room_to_remind,
    room_today,
    round_dues,
    too_late,
)
from tests.programme.strategies import clocks, dates, moments, workers
from tests.programme.strategies import exchange_days as stays

DANE = Worker()
NORWEGIAN = Worker("Europe/Oslo", "NO")
APPROVED = at_local(date(2026, 4, 7), time(13, 20), DANE.zone)


def local(due: Due, worker: Worker = DANE) -> str:
    """A due thing as people would say it: kind, date and time."""
    day = local_date(due.at, worker.zone)
    return f"{due.kind} {day:%a %d.%m.} {local_time(due.at, worker.zone):%H:%M}"


def three_days(**changes: object) -> ExchangeFacts:
    """The three-day jobswap of the worked example, Tuesday to Thursday."""
    days = tuple(date(2026, 5, day) for day in (5, 6, 7))
    facts = ExchangeFacts(
        id="x",
        employee="mette",
        employee_hours=DANE,
        leader="lars",
        leader_hours=DANE,
        start=days[0],
        end=days[-1],
        days=days,
        state="approved",
        approved_at=APPROVED,
        finish=time(15, 30),
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


@st.composite
def hostings(draw: st.DrawFn, days: tuple[date, ...]) -> tuple[Hosting, ...]:
    """Nobody, one host, or two who share the days."""
    if not days:
        return ()
    middle = len(days) // 2
    parts = draw(st.sampled_from(((), (days,), (days[:middle], days[middle:]))))
    return tuple(
        Hosting(f"host{n}", draw(workers()), part, draw(st.booleans())) for n, part in enumerate(parts) if part
    )


def hours_of(facts: ExchangeFacts, recipient: str) -> Worker:
    """Whose hours count for a recipient."""
    people = {facts.employee: facts.employee_hours, facts.leader: facts.leader_hours}
    return {**people, **{hosting.host: hosting.hours for hosting in facts.hosts}}[recipient]


@st.composite
def exchanges(draw: st.DrawFn) -> ExchangeFacts:
    """Exchanges of all kinds of people."""
    days = draw(stays(most=120))
    me = draw(workers())
    days = tuple(day for day in days if not is_holiday(me.country, day))
    start = days[0] if days else draw(dates)
    approved = at_local(start - timedelta(days=draw(st.integers(0, 60))), draw(clocks), me.zone)
    return ExchangeFacts(
        id="x",
        employee="mette",
        employee_hours=me,
        leader="lars",
        leader_hours=draw(workers()),
        start=start,
        end=days[-1] if days else start + timedelta(days=10),
        days=days,
        state=draw(st.sampled_from(sorted(PLANNED))),
        approved_at=approved,
        begins=draw(st.none() | st.just(me.starts)),
        hosts=draw(hostings(days)),
        track=draw(st.sampled_from(("short", "full"))),
        contact=draw(st.sampled_from(("", "weekly", "mid", "visit", "agree"))),
        call_host_on=draw(st.none() | st.dates(start, start + timedelta(days=20))),
        lead_done=draw(st.booleans()),
        both_ready_at=draw(st.none() | st.just(approved + timedelta(hours=30))),
        shares_on=draw(st.none() | st.dates(start, start + timedelta(days=200))),
        tries_from=draw(st.none() | st.dates(start, start + timedelta(days=200))),
        stopped=draw(st.none() | st.just(start)) if not days else None,
        cadence=draw(st.sampled_from(CADENCES)),
        paused_until=draw(st.none() | st.dates(start, start + timedelta(days=20))),
        prep_done=draw(st.booleans()),
        debrief_done=draw(st.booleans()),
    )


def test_the_three_day_jobswap_of_the_worked_example() -> None:
    dues = exchange_dues(three_days())
    assert [local(due) for due in dues if due.recipient == "mette"] == [
        "prep Tue 21.04. 10:00",
        "homework Tue 28.04. 10:00",
        "colleagues Tue 28.04. 10:00",
        "prep.remind Thu 30.04. 10:00",
        "greeting Mon 04.05. 15:00",
        "log Tue 05.05. 15:15",
        "log.remind Wed 06.05. 09:15",
        "log.close Wed 06.05. 12:00",
        "log Wed 06.05. 15:15",
        "log.remind Thu 07.05. 09:15",
        "log.close Thu 07.05. 12:00",
        "log Thu 07.05. 15:15",
        "week.pick Thu 07.05. 15:15",
        "log.remind Fri 08.05. 09:15",
        "debrief Fri 08.05. 10:00",
        "log.close Fri 08.05. 12:00",
        "eval.emp Mon 11.05. 10:00",
        "debrief.remind Fri 15.05. 10:00",
        "eval.emp.remind Mon 18.05. 10:00",
        "debrief.close Thu 28.05. 12:00",
        "fu30 Mon 08.06. 10:00",
        "fu30.close Tue 16.06. 12:00",
        "fu90 Wed 05.08. 10:00",
        "fu90.remind Mon 10.08. 10:00",
        "fu90.close Sat 15.08. 12:00",
        "close.notice Fri 21.08. 10:00",
        "close.delete Fri 04.09. 12:00",
        "close.shared Fri 07.05. 12:00",
    ]
    assert [local(due) for due in dues if due.recipient == "lars"] == [
        "lead.remind Tue 28.04. 10:00",
        "week.overview Fri 08.05. 09:00",
        "ask Fri 08.05. 10:00",
        "eval.lead Mon 11.05. 10:00",
        "return.remind Mon 18.05. 10:00",
        "eval.lead.remind Mon 18.05. 10:00",
        "lead.fu90 Wed 05.08. 10:00",
    ]


def test_things_are_kept_under_the_day_they_are_for() -> None:
    dues = {(due.kind, due.about): due for due in exchange_dues(three_days())}
    last = date(2026, 5, 7)
    for kind in ("log", "log.remind", "log.close", "week.pick"):
        assert dues[kind, last].day == last
    assert dues["week.overview", last].day == date(2026, 5, 8)


@given(facts=exchanges())
def test_every_unasked_message_lands_inside_the_recipients_hours(facts: ExchangeFacts) -> None:
    for due in exchange_dues(facts):
        if due.kind in SILENT or (due.kind == "greeting" and facts.begins):
            continue
        me = hours_of(facts, due.recipient)
        there = replace(
            me, working_days=tuple({*me.working_days, *(day.weekday() for day in facts.days if day.weekday() < 5)})
        )
        worker = there if due.kind.startswith(("log", "week.pick")) else me
        assert within_hours(worker, due.at) == due.at


@given(facts=exchanges())
def test_nothing_is_due_before_the_approval(facts: ExchangeFacts) -> None:
    assert facts.approved_at is not None
    assert all(due.at >= facts.approved_at for due in exchange_dues(facts))


@given(facts=exchanges())
def test_nothing_is_due_twice_or_out_of_order(facts: ExchangeFacts) -> None:
    dues = exchange_dues(facts)
    assert [due.at for due in dues] == sorted(due.at for due in dues)
    assert len({(due.recipient, due.kind, due.day) for due in dues}) == len(dues)
    assert {due.kind for due in dues} <= set(EXCHANGE_KINDS)
    assert {due.subject for due in dues} <= {facts.id}


@given(facts=exchanges())
def test_a_plan_never_has_more_than_one_task_or_three_messages_a_day(facts: ExchangeFacts) -> None:
    worker = facts.employee_hours
    sent: dict[date, list[str]] = {}
    for due in exchange_dues(facts):
        if due.recipient != facts.employee or due.kind in SILENT:
            continue
        kinds = sent.setdefault(local_date(due.at, worker.zone), [])
        if room_today(kinds, due.kind):
            kinds.append(due.kind)
    for kinds in sent.values():
        assert sum(kind in TASKS for kind in kinds) <= 1
        assert len(set(kinds) - {"week.pick"}) <= MOST_A_DAY


@given(facts=exchanges())
def test_everybody_is_asked_once_and_reminded_once(facts: ExchangeFacts) -> None:
    count = Counter(due.kind for due in exchange_dues(facts))
    for kind in ("prep", "prep.remind", "greeting", "debrief", "debrief.remind", "debrief.close"):
        assert count[kind] <= 1
    assert count["log"] == count["log.close"] >= count["log.remind"]
    days = {kind: {due.about for due in exchange_dues(facts) if due.kind == kind} for kind in count}
    assert days.get("log.remind", set()) <= days.get("log", set())
    assert not facts.prep_done or not count["prep"] + count["prep.remind"]
    assert not facts.debrief_done or not count["debrief"] + count["debrief.close"]
    assert facts.cadence not in ("self", "none") or not count["log"]


@given(facts=exchanges())
def test_a_pause_is_left_in_peace(facts: ExchangeFacts) -> None:
    if facts.paused_until is None:
        return
    back = at_local(facts.paused_until, time(0), facts.employee_hours.zone)
    own = [due for due in exchange_dues(facts) if due.recipient == facts.employee and due.kind not in SILENT]
    assert all(due.at >= back or (due.kind == "greeting" and facts.begins) for due in own)


@given(facts=exchanges())
def test_the_leader_hears_once_a_week_whatever_was_shared(facts: ExchangeFacts) -> None:
    overviews = [due for due in exchange_dues(facts) if due.kind == "week.overview"]
    also = exchange_dues(replace(facts, cadence="none", paused_until=None))
    assert overviews == [due for due in also if due.kind == "week.overview"]
    for due in overviews:
        assert due.recipient == facts.leader
        assert due.about in last_of_weeks(facts.days)
        assert due.day == working_day_after(facts.leader_hours, due.about)


def test_the_debrief_is_reminded_of_and_closed_on_the_days_that_hr_has_chosen() -> None:
    facts = three_days(choices=Choices(debrief_reminder=4, debrief_closes=28))
    last = facts.days[-1]
    days = {due.kind: due.day for due in exchange_dues(facts)}
    assert days["debrief.remind"] == last + timedelta(days=4)
    assert days["debrief.close"] == last + timedelta(days=28)


@given(facts=exchanges())
def test_the_weeks_choice_comes_with_that_days_logbook(facts: ExchangeFacts) -> None:
    dues = exchange_dues(facts)
    logs = {due.day: due.at for due in dues if due.kind == "log"}
    picks = {due.day: due.at for due in dues if due.kind == "week.pick"}
    assert set(picks) <= set(last_of_weeks(facts.days))
    assert all(logs.get(day, at) == at for day, at in picks.items())


def test_domain_t22_reminders_wait_for_the_own_working_day() -> None:
    day = (date(2026, 4, 30),)
    dane = three_days(start=day[0], end=day[0], days=day)
    said = [
        local(due)
        for facts in (dane, replace(dane, employee_hours=NORWEGIAN))
        for due in exchange_dues(facts)
        if due.kind == "log.remind"
    ]
    assert said == ["log.remind Fri 01.05. 09:15", "log.remind Mon 04.05. 09:15"]


def full(**changes: object) -> ExchangeFacts:
    """Three weeks on the full track, with a host in Norway and everything agreed."""
    days = exchange_days(date(2026, 5, 4), date(2026, 5, 22), (), NORWEGIAN)
    facts = three_days(
        start=days[0],
        end=days[-1],
        days=days,
        track="full",
        contact="weekly",
        call_host_on=date(2026, 5, 12),
        both_ready_at=at_local(date(2026, 4, 23), time(14), DANE.zone),
        hosts=(Hosting("hege", NORWEGIAN, days),),
        shares_on=date(2026, 6, 8),
        tries_from=date(2026, 6, 1),
        approved_at=at_local(date(2026, 4, 7), time(13, 20), DANE.zone),
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("days", [(6, 7, 8), (18, 19, 20, 21, 22), (5, 6, 7)], ids=["friday", "holiday", "thursday"])
@pytest.mark.parametrize(
    "changes", [{}, {"paused_until": date(2026, 5, 26)}, {"debrief_put_off_to": date(2026, 5, 27)}]
)
def test_nobody_is_asked_to_evaluate_on_the_day_of_the_invitation_back(
    days: tuple[int, ...], changes: dict[str, date]
) -> None:
    here = tuple(date(2026, 5, day) for day in days)
    dues = exchange_dues(three_days(start=here[0], end=here[-1], days=here, **changes))
    on = {due.kind: due.day for due in dues if due.recipient == "mette"}
    assert max(on["debrief"], changes.get("debrief_put_off_to", on["debrief"])) < on["eval.emp"]


def kinds_of(facts: ExchangeFacts, recipient: str) -> list[str]:
    """What a recipient gets, but for the logbook and the weeks."""
    told = [due for due in exchange_dues(facts) if due.recipient == recipient and due.kind not in SILENT]
    return [local(due) for due in told if due.kind not in LOGBOOK]


def test_domain_t22_each_task_of_the_table_comes_on_its_day_in_the_calendar_of_its_reader() -> None:
    assert kinds_of(full(), "hege") == [
        "host.prep Fri 24.04. 10:00",
        "host.practical Mon 27.04. 10:00",
        "host.practical Thu 30.04. 10:00",
        "host.first Mon 04.05. 09:00",
        "host.check Tue 12.05. 10:00",
        "host.check Mon 18.05. 10:00",
        "host.thanks Tue 26.05. 10:00",
        "eval.host Tue 26.05. 10:00",
        "eval.host.remind Mon 01.06. 10:00",
    ], "the first and the fourteenth of May and Whit Monday are holidays in Norway"
    assert kinds_of(full(), "lars") == [
        "formal Mon 20.04. 10:00",
        "goals Fri 24.04. 10:00",
        "lead.remind Mon 27.04. 10:00",
        "contact Mon 11.05. 10:00",
        "contact.host Tue 12.05. 10:00",
        "ask Tue 12.05. 10:00",
        "contact Mon 18.05. 10:00",
        "ask Tue 26.05. 10:00",
        "return Tue 26.05. 10:00",
        "eval.lead Wed 27.05. 10:00",
        "eval.lead.remind Mon 01.06. 10:00",
        "return.remind Tue 02.06. 10:00",
        "share Fri 05.06. 10:00",
        "lead.fu30 Mon 22.06. 10:00",
        "lead.fu90 Thu 20.08. 10:00",
    ]
    mine = kinds_of(full(), "mette")
    for said in (
        "debrief Tue 26.05. 10:00",
        "eval.emp Wed 27.05. 10:00",
        "homework Mon 27.04. 10:00",
        "colleagues Wed 29.04. 10:00",
        "practical Fri 01.05. 10:00",
        "share Fri 05.06. 10:00",
        "feedback Mon 15.06. 10:00",
        "close.notice Fri 04.09. 10:00",
        "close.notice Wed 16.09. 10:00",
    ):
        assert said in mine


def test_after_a_late_approval_only_preparations_and_formalities_come_all_the_same() -> None:
    late = full(approved_at=at_local(date(2026, 4, 30), time(11), DANE.zone), both_ready_at=None)
    before = [due.kind for due in exchange_dues(late) if due.day < date(2026, 5, 4) and due.kind not in SILENT]
    assert sorted(before) == ["formal", "greeting", "host.prep", "practical", "prep"]


def test_an_early_end_counts_from_its_day() -> None:
    ended = full(stopped=date(2026, 5, 13), days=full().days[:5], state="ended_early", track="short")
    told = [local(due) for due in exchange_dues(ended)]
    assert "debrief Fri 15.05. 10:00" in told, "the fourteenth is a holiday"
    assert "fu30 Fri 12.06. 10:00" in told
    assert not [said for said in told if said.startswith(("return ", "feedback", "share", "lead.fu30"))]


def test_two_days_that_close_together_are_reminded_of_once() -> None:
    days = (date(2026, 5, 8), date(2026, 5, 9))
    weekender = replace(DANE, working_days=(0, 1, 2, 3, 4, 5))
    facts = three_days(start=days[0], end=days[1], days=days, employee_hours=weekender)
    assert [local(due) for due in exchange_dues(facts) if due.kind == "log.remind"] == [
        "log.remind Sat 09.05. 09:15",
        "log.remind Mon 11.05. 09:15",
    ]
    nurse = replace(facts, employee_hours=replace(DANE, working_days=(5,)))
    reminders = [due for due in exchange_dues(nurse) if due.kind == "log.remind"]
    assert len({due.at for due in reminders}) == len(reminders)


def test_without_a_finishing_time_it_asks_three_quarters_of_an_hour_before_the_own_end() -> None:
    log = next(due for due in exchange_dues(three_days(finish=None)) if due.kind == "log")
    assert local(log) == "log Tue 05.05. 15:15"


@pytest.mark.parametrize(
    ("starts", "ends", "finish", "asked"),
    [
        (time(8), time(16), time(18, 0), "log Tue 05.05. 17:45"),
        (time(7), time(15), time(8, 30), "log Tue 05.05. 08:15"),
        (time(15), time(23), time(23), "log Tue 05.05. 22:45"),
        (time(16), time(0), time(0), "log Tue 05.05. 23:45"),
        (time(22), time(6), time(6), "log Wed 06.05. 05:45"),
        (time(8), time(16), time(0, 10), "log Tue 05.05. 23:55"),
    ],
)
def test_a_chosen_finishing_time_is_asked_a_quarter_of_an_hour_before(
    starts: time, ends: time, finish: time, asked: str
) -> None:
    hours = Worker(starts=starts, ends=ends)
    facts = three_days(employee_hours=hours, finish=finish)
    log = next(due for due in exchange_dues(facts) if due.kind == "log")
    assert (local(log), log.day) == (asked, date(2026, 5, 5))


def test_f15_the_night_the_clocks_change_is_asked_at_the_first_minute_there_is() -> None:
    sunday = date(2026, 3, 29)
    worker = Worker(working_days=(0, 1, 2, 3, 4, 5, 6), starts=time(0), ends=time(8))
    facts = three_days(start=sunday, end=sunday, days=(sunday,), employee_hours=worker, finish=time(2, 30))
    facts = replace(facts, approved_at=at_local(date(2026, 3, 1), time(9), worker.zone))
    log = next(due for due in exchange_dues(facts) if due.kind == "log")
    assert local(log) == "log Sun 29.03. 03:00"


def test_never_on_weekends_even_when_the_exchange_is_then() -> None:
    days = exchange_days(date(2026, 5, 7), date(2026, 5, 10), ["thu", "fri", "sat"], DANE)
    assert len(days) == 3
    facts = three_days(start=days[0], end=days[-1], days=days)
    logs = [due.day for due in exchange_dues(facts) if due.kind == "log"]
    assert [day.strftime("%a") for day in logs] == ["Thu", "Fri"]
    weekender = replace(facts, employee_hours=replace(DANE, working_days=(0, 1, 2, 3, 4, 5)))
    assert [due.day for due in exchange_dues(weekender) if due.kind == "log"] == list(days)


def test_an_exchange_day_counts_although_the_person_is_off_then() -> None:
    part_timer = Worker(working_days=(0, 1, 2))
    thursday, friday = date(2026, 5, 7), date(2026, 5, 8)
    facts = three_days(start=thursday, end=friday, days=(thursday, friday), employee_hours=part_timer)
    dues = {(due.kind, due.about): due for due in exchange_dues(facts)}
    assert local(dues["log", thursday]) == "log Thu 07.05. 15:15"
    assert local(dues["log.remind", thursday]) == "log.remind Fri 08.05. 09:15"
    assert closes(part_timer, thursday, facts.days) == dues["log.close", thursday].at
    assert local(next(due for due in exchange_dues(facts) if due.kind == "debrief")).startswith("debrief Mon")


def test_the_greeting_never_comes_in_the_middle_of_a_shift() -> None:
    for begins, said in [(None, "Mon 04.05. 15:00"), (time(7, 30), "Tue 05.05. 07:30"), (time(15), "Mon 04.05. 15:00")]:
        greeting = next(due for due in exchange_dues(three_days(begins=begins)) if due.kind == "greeting")
        assert local(greeting) == f"greeting {said}"
    early = three_days(employee_hours=Worker(starts=time(6), ends=time(14)))
    assert local(next(due for due in exchange_dues(early) if due.kind == "greeting")) == "greeting Mon 04.05. 13:00"
    monday = date(2026, 5, 4)
    after_weekend = three_days(start=monday, end=monday, days=(monday,))
    greeting = next(due for due in exchange_dues(after_weekend) if due.kind == "greeting")
    assert local(greeting) == "greeting Fri 01.05. 15:00"


def test_a_late_approval_greets_at_once_and_plans_nothing_in_the_past() -> None:
    late = three_days(approved_at=at_local(date(2026, 5, 4), time(15, 30), DANE.zone))
    kinds = [local(due) for due in exchange_dues(late)][:3]
    assert kinds == ["prep Mon 04.05. 15:30", "greeting Mon 04.05. 15:30", "log Tue 05.05. 15:15"]
    in_the_middle = three_days(approved_at=at_local(date(2026, 5, 6), time(16, 30), DANE.zone))
    assert local(exchange_dues(in_the_middle)[0]) == "log Thu 07.05. 15:15"
    assert not [due for due in exchange_dues(in_the_middle) if due.kind in {"prep", "prep.remind", "greeting"}]


def test_while_the_days_are_unknown_start_and_end_are_what_counts() -> None:
    kinds = {due.kind for due in exchange_dues(three_days(days=()))}
    assert not kinds & {"log", "log.close", "week.pick", "week.overview", "contact"}
    assert {"prep", "prep.remind", "greeting", "debrief", "debrief.remind", "debrief.close", "fu90"} <= kinds


@pytest.mark.parametrize("state", ["proposed", "declined", "rejected", "withdrawn", "accepted"])
def test_nothing_is_planned_before_the_approval_or_after_the_end(state: str) -> None:
    assert exchange_dues(three_days(state=state)) == []


def test_of_a_closed_exchange_only_the_notices_and_the_deletion_are_to_come() -> None:
    kinds = [due.kind for due in exchange_dues(three_days(state="closed"))]
    assert kinds == ["close.notice", "close.delete", "close.shared"]


def test_the_leader_is_reminded_once_three_working_days_after_the_request() -> None:
    asked = at_local(date(2026, 4, 1), time(14), DANE.zone)
    facts = three_days(state="accepted", approval_asked_at=asked, approved_at=None)
    assert [(due.recipient, local(due)) for due in exchange_dues(facts)] == [
        ("lars", "approve.remind Thu 09.04. 10:00")
    ]


def test_a_round_is_announced_reminded_of_twice_closed_and_told() -> None:
    dues = round_dues(
        round_id="r",
        worker=DANE,
        opens=date(2026, 3, 2),
        deadline=date(2026, 3, 27),
        answer_by=date(2026, 4, 10),
    )
    assert [local(due) for due in dues] == [
        "round.open Mon 02.03. 10:00",
        "round.remind.mid Mon 16.03. 10:00",
        "round.remind.last Thu 26.03. 10:00",
        "round.close Mon 30.03. 10:00",
        "round.result Fri 10.04. 10:00",
    ]


@given(opens=dates, length=st.integers(0, 60), more=st.integers(0, 30), announced=st.booleans(), worker=workers())
def test_a_round_never_reminds_before_it_opens_or_after_the_deadline(
    opens: date, length: int, more: int, announced: bool, worker: Worker
) -> None:
    deadline = opens + timedelta(days=length)
    dues = round_dues(
        round_id="r",
        worker=worker,
        opens=opens,
        deadline=deadline,
        answer_by=deadline + timedelta(days=more),
        announced=announced,
    )
    kinds = [due.kind for due in dues]
    assert kinds == [kind for kind in ROUND_KINDS if kind in kinds]
    assert ("round.open" not in kinds) == announced
    assert {"round.close", "round.result"} <= set(kinds)
    for due in dues:
        assert within_hours(worker, due.at) == due.at
        if due.kind.startswith("round.remind"):
            assert opens < due.day < deadline
        if due.kind == "round.close":
            assert due.day > deadline
    reminders = [due.day for due in dues if due.kind.startswith("round.remind")]
    assert len(set(reminders)) == len(reminders) <= 2


@given(worker=workers(), moment=moments, kind=st.sampled_from([*EXCHANGE_KINDS, *ROUND_KINDS]))
def test_everything_has_a_latest_moment_after_its_time(worker: Worker, moment: datetime, kind: str) -> None:
    at = within_hours(worker, moment)
    end = latest(kind, at, worker)
    assert end >= at
    if kind != "log.remind":
        assert end > at or kind.startswith("round.remind")
    due = Due("p", "x", kind, local_date(at, worker.zone), at, local_date(at, worker.zone))
    assert too_late(due, worker, end)
    assert end == at or not too_late(due, worker, at)
    if kind in {"log", "log.remind", "greeting"}:
        assert end <= at_local(local_date(at, worker.zone) + timedelta(days=1), time(1), worker.zone)


def test_how_late_is_too_late() -> None:
    tuesday = date(2026, 5, 5)

    def at(hour: int, minute: int = 0, day: date = tuesday) -> datetime:
        return at_local(day, time(hour, minute), DANE.zone)

    wednesday = tuesday + timedelta(days=1)
    assert latest("log", at(15, 15), DANE) == at(0, day=wednesday)
    assert latest("log.remind", at(9, 15), DANE) == at(12)
    assert latest("greeting", at(15), DANE) == at(16)
    assert latest("greeting", at(7, 30), DANE) == at(7, 45)
    assert latest("prep", at(10), DANE) == at(16, day=wednesday)
    assert latest("week.overview", at(9), DANE) == at(16, day=wednesday)
    assert latest("round.remind.last", at(10), DANE) == at(16)
    assert latest("log.close", at(12), DANE) > at(12) + timedelta(days=300)
    assert latest("story.review", at(10), DANE) > at(10) + timedelta(days=300)


def test_room_is_one_task_and_three_messages() -> None:
    assert room_today([], "prep")
    assert not room_today(["prep"], "debrief")
    assert not room_today(["prep"], "prep")
    assert room_today(["log.remind", "debrief"], "log")
    assert not room_today(["log.remind", "debrief", "log"], "greeting")
    assert room_today(["log.remind", "debrief", "log"], "week.pick")
    assert room_today(["week.overview", "week.overview", "week.overview"], "approve.remind")
    assert room_today(["greeting", "log.remind", "log"], "log.close")
    assert room_today(["log.close", "log.close", "log.close"], "log")


def test_a_short_exchange_reminds_while_there_is_room() -> None:
    monday = date(2026, 5, 4)
    to_come = [(kind, monday) for kind in ("greeting", "log", "log.remind", "log.close", "debrief", "eval.emp")]
    tasks = [("prep", monday), ("homework", monday)]
    assert room_to_remind(7, tasks, to_come), "three from others, one push of tasks, greeting and logbook"
    assert not room_to_remind(6, tasks, to_come)
    assert not room_to_remind(7, [*tasks, ("prep.remind", monday + timedelta(days=1))], to_come)


@given(worker=workers(), moment=moments)
def test_what_found_no_room_comes_on_the_next_working_day(worker: Worker, moment: datetime) -> None:
    at = within_hours(worker, moment)
    later = postponed(worker, at)
    assert within_hours(worker, later) == later
    day = local_date(later, worker.zone)
    assert day == working_day_after(worker, local_date(at, worker.zone))
    assert is_working_day(worker, day)


@pytest.mark.parametrize(
    ("states", "asks"),
    [
        ([], False),
        (["missed", "missed"], False),
        (["missed", "missed", "missed"], True),
        (["answered", "missed", "missed", "missed"], True),
        (["missed", "missed", "answered", "missed"], False),
        (["missed", "missed", "skipped"], False),
        (["missed", "missed", "missed", "said"], True),
        (["missed", "cancelled", "missed", "pending", "missed"], True),
    ],
)
def test_domain_t18_three_misses_in_a_row_ask_once_then_silence(states: list[str], asks: bool) -> None:
    assert after_misses(states) is asks
    assert not after_misses(states, asked=True)


@given(facts=exchanges())
def test_the_logbook_asks_on_the_days_of_the_cadence_only(facts: ExchangeFacts) -> None:
    logs = [due.day for due in exchange_dues(facts) if due.kind == "log"]
    assert set(logs) <= set(prompt_days(facts.days, facts.cadence))
    assert all(not is_holiday(facts.employee_hours.country, day) for day in logs)


def test_a_leader_who_has_just_approved_is_reminded_of_the_own_part_the_working_day_after() -> None:
    for hour in (9, 18):
        facts = three_days(approved_at=at_local(date(2026, 4, 28), time(hour), DANE.zone))
        reminded = [due.day for due in exchange_dues(facts) if due.kind == "lead.remind"]
        assert reminded == [date(2026, 4, 29)]
