"""What must hold for every person and every day of the year. Each check returns a sentence for each breach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from bot.holding import UNCOUNTED
from bot.programme.calendar import is_holiday, within_hours
from bot.programme.questions import FOLLOW_UPS
from bot.programme.schedule import MOST_A_DAY, TASKS
from tests.year.people import worker_of
from tests.year.record import Life, Unasked

CHOSEN: Final = ("log", "week.pick")
WITHIN: Final = 5
EXTRAS: Final = ("log.deep.", "log.opt.", "log.twojobs.carry")
"""How the prompts begin that take turns; the specials have their days."""


def _comes(life: Life, one: Unasked) -> bool:
    """Whether it comes by itself: who is outside has a page to look at, and a mail that says so."""
    return one.kind == "mail" or one.person not in life.year.outside


# How often, and when


def too_often(life: Life) -> Iterator[str]:
    """At most one push of tasks and three unasked messages a day, whoever brought them about."""
    days: dict[tuple[str, date], list[str]] = defaultdict(list)
    for one in life.unasked:
        if _comes(life, one) and one.kind not in UNCOUNTED:
            days[one.person, one.day].append(one.kind)
    for (person, day), kinds in days.items():
        if len(kinds) > MOST_A_DAY:
            yield f"{person} got {kinds} on {day}"
        if sum(kind in TASKS for kind in kinds) > 1:
            yield f"{person} got two pushes of tasks on {day}: {kinds}"


def out_of_hours(life: Life) -> Iterator[str]:
    """Nothing unasked comes outside the hours; the logbook when the person chose, on a day of theirs."""
    there: dict[str, set[int]] = defaultdict(set)
    for exchange in life.exchanges:
        there[exchange.employee] |= {day.weekday() for day in exchange.days if day.weekday() < 5}
    for one in life.unasked:
        if not _comes(life, one):
            continue
        worker = worker_of(life.year.people[one.person])
        if one.kind in CHOSEN:
            days = {*worker.working_days, *there[one.person]}
            own = {one.day, one.day - timedelta(days=worker.overnight)}
            if not any(day.weekday() in days and not is_holiday(worker.country, day) for day in own):
                yield f"{one.person} is asked for the logbook on {one.day}"
            continue
        if one.kind in ("log.remind", "greeting"):
            worker = replace(worker, working_days=tuple(sorted({*worker.working_days, *there[one.person]})))
        if within_hours(worker, one.at) != one.at:
            yield f"{one.person} got {one.kind} at {one.at}"


# The logbook's questions


def asked_too_soon(life: Life) -> Iterator[str]:
    """An extra prompt that came twice within five entries, also one that HR has switched on."""
    fields = {key for keys in FOLLOW_UPS.values() for key in keys}
    for exchange in life.exchanges:
        entries = [row for row in life.prompts[exchange.id] if row.kind == "log" and row.state == "answered"]
        asked = [
            [str(key) for key in row.data.get("questions", ())] for row in sorted(entries, key=lambda row: row.day)
        ]
        for number, keys in enumerate(asked):
            recent = {key for earlier in asked[max(0, number - WITHIN + 1) : number] for key in earlier}
            for key in keys:
                if key.startswith(EXTRAS) and key not in fields and key in recent:
                    yield f"{exchange.id} is asked {key} again at entry {number + 1}: {asked}"
