"""During an exchange: the logbook, the weeks, and keeping in touch (spec 7.1, 7.7, 7.8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.programme.cadence import last_of_weeks, midpoint, prompt_days
from bot.programme.calendar import (
    Worker,
    at_local,
    hours,
    is_working_day,
    local_date,
    on_day,
    within_hours,
    working_day_after,
)
from bot.programme.phases.facts import (
    CLOSE_AT,
    DAY,
    TASK_AT,
    Due,
    ExchangeFacts,
    Hosting,
    about,
    absent,
    due,
    for_leader,
    not_after,
    there,
)

OVERVIEW_AT: Final = time(9, 0)
REMIND_AT: Final = time(9, 15)
BEFORE_FINISH: Final = timedelta(minutes=15)
BEFORE_END_OF_DAY: Final = timedelta(minutes=45)
WITH_A_MIDDLE: Final = 5
"""Exchange days from which there is a midpoint to stop at."""

_MINUTE: Final = timedelta(minutes=1)


def during(facts: ExchangeFacts) -> list[Due]:
    """What is due from the first day to the last."""
    dues = [*_logbook(facts), *_weeks(facts)]
    if facts.leader:
        dues += _leader(facts)
    for hosting in facts.hosts:
        dues += _checks(facts, hosting)
    return dues


def closes(worker: Worker, day: date, days: Iterable[date] = ()) -> datetime:
    """When a day's entry closes: noon on the next working day. Exchange days count as working days too."""
    here = there(worker, days)
    return at_local(working_day_after(here, day), CLOSE_AT, here.zone)


def _logbook(facts: ExchangeFacts) -> list[Due]:
    """Per prompted day: the prompt, one reminder the next working morning, the close at noon.

    Two days that close together are reminded of once, of the later one.
    """
    here = there(facts.employee_hours, facts.days)
    dues = []
    reminders: dict[datetime, Due] = {}
    for day in prompt_days(facts.days, facts.cadence):
        asks = _asks_at(facts, here, day)
        early = facts.approved_at is not None and asks < facts.approved_at
        if early or absent(facts, day) or not is_working_day(here, day):
            continue
        closing = closes(here, day, facts.days)
        morning = at_local(local_date(closing, here.zone), REMIND_AT, here.zone)
        dues.append(about(facts, "log", day, asks))
        remind = within_hours(here, morning)
        if remind < closing:
            reminders[remind] = about(facts, "log.remind", day, remind)
        dues.append(about(facts, "log.close", day, closing))
    return [*dues, *reminders.values()]


def _asks_at(facts: ExchangeFacts, here: Worker, day: date) -> datetime:
    """A quarter of an hour before the chosen finishing time, else 45 minutes before the own day ends.

    A shift over midnight that finishes after it asks in its last quarter of an hour, on the next date. Where the
    clocks leave out the last hour of the day, it asks in the minute before: the date after has its own.
    """
    if facts.finish is not None:
        ends = day + DAY if here.overnight and facts.finish <= here.starts else day
        shown = datetime.combine(ends, facts.finish) - BEFORE_FINISH
        if shown.date() < day:
            shown += DAY
        at = at_local(shown.date(), shown.time(), here.zone)
        return at if local_date(at, here.zone) == shown.date() else at - _MINUTE
    opens, ends_at = hours(here, day)
    return max(opens, ends_at - BEFORE_END_OF_DAY)


def _weeks(facts: ExchangeFacts) -> list[Due]:
    """Per calendar week: what goes to the leader is chosen with the last day's logbook and goes next morning.

    The leader's overview comes whether or not anything was released, so that silence tells nothing.
    """
    here, leader = there(facts.employee_hours, facts.days), facts.leader_hours
    dues = []
    for day in last_of_weeks(facts.days):
        if facts.cadence != "none" and not absent(facts, day) and is_working_day(here, day):
            dues.append(about(facts, "week.pick", day, _asks_at(facts, here, day)))
        if facts.leader:
            morning = on_day(leader, working_day_after(leader, day), OVERVIEW_AT)
            overview = due(facts.leader, facts.id, "week.overview", morning, leader)
            dues.append(replace(overview, about=day))
    return dues


def _leader(facts: ExchangeFacts) -> Iterator[Due]:
    """The calls that were agreed on, and the questions to ask at the midpoint."""
    leader, days = facts.leader_hours, facts.days
    wanted = [("contact", day) for day in _calls(facts)]
    if len(days) >= WITH_A_MIDDLE:
        wanted.append(("ask", midpoint(days)))
    for kind, day in wanted:
        told = for_leader(facts, kind, on_day(leader, day, TASK_AT))
        if told.day <= facts.last:
            yield told
    if facts.call_host_on is not None:
        yield for_leader(facts, "contact.host", on_day(leader, facts.call_host_on, TASK_AT))


def _calls(facts: ExchangeFacts) -> list[date]:
    """Weekly: the first day of each exchange week from the second on, of a single week its first day."""
    if not facts.days or facts.contact in ("", "agree"):
        return []
    if facts.contact in ("mid", "visit"):
        return [midpoint(facts.days)]
    mondays = sorted({day - day.weekday() * DAY for day in facts.days})
    return mondays[1:] or [facts.first]


def _checks(facts: ExchangeFacts, hosting: Hosting) -> Iterator[Due]:
    """The host's check-in, on the host's own working day or the one before it, never before the guest is there."""
    for day in _check_days(hosting.days):
        at = not_after(hosting.hours, day)
        told = due(hosting.host, facts.id, "host.check", at, hosting.hours)
        if hosting.days[0] <= told.day:
            yield replace(told, about=day)


def _check_days(days: tuple[date, ...]) -> tuple[date, ...]:
    """Short stays: the last day but one. Longer ones: the midpoint, and the first day of the last week."""
    if len(days) <= WITH_A_MIDDLE:
        return days[-2:][:1]
    monday = days[-1] - days[-1].weekday() * DAY
    middle, late = midpoint(days), next(day for day in days if day >= monday)
    return (middle, max(late, days[-2]) if late <= middle else late)
