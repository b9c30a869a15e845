"""HR's report of a round: figures that lead back to nobody (spec 9, 11.3, 12.4).

Three rules, and no others. Answers are counted five people at a time, in the order of their days and never on their
own day: so two reports, one after the other, differ by five people or by none. Of a whole that is shared out, no part
of one to four is shown, nor one that could be reckoned back from the rest. And what is told of all rounds is what
each of them tells, added up. No two attributes are ever crossed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from bot.programme.calendar import months_after

FEWEST: Final = 5
"""The default of `Choices.fewest`: fewer are never shown."""

NOT_COUNTED: Final = "scale.agree.na"
"""Who finds a statement not relevant has not answered it."""

PEOPLE: Final = ""
"""Where several things can be chosen: the name in the histogram under which the people are counted."""

_SCALE: Final = "scale.agree."

Histogram = Mapping[str, int]
"""How many gave each answer."""


@dataclass(frozen=True)
class Given:
    """One answer. `order` sorts those of a day, the same each time; who answered several times counts once."""

    day: date
    order: str
    who: str
    value: tuple[str, ...]


@dataclass(frozen=True)
class Average:
    """The mean of answers that were numbers, to one decimal, and how many they are."""

    mean: float
    count: int


@dataclass(frozen=True)
class Part:
    """So many of a whole. Both are None where either could lead back to somebody."""

    part: int | None
    whole: int | None


NOTHING_SHOWN: Final = Part(None, None)


@dataclass(frozen=True)
class Balance:
    """Reciprocity of a workplace: how many it sent and how many it received (T30)."""

    name: str
    sent: int
    received: int


@dataclass(frozen=True)
class Figures:
    """What is told of a round, or of several added up. `answers` are by question, `texts` nobody's by name.

    `forms` and `lengths` share out the exchanges; a part that is None is hidden. `pool` is None where there is none.
    """

    sign_ups: int = 0
    withdrawn: int = 0
    matches: int = 0
    over: int = 0
    tasks: int = 0
    pool: int | None = None
    forms: Mapping[str, int | None] = field(default_factory=dict)
    lengths: Mapping[str, int | None] = field(default_factory=dict)
    goals: Part = NOTHING_SHOWN
    talks: Part = NOTHING_SHOWN
    shared: Part = NOTHING_SHOWN
    answers: Mapping[str, Histogram] = field(default_factory=dict)
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stories: tuple[str, ...] = ()


def together(rounds: Sequence[Figures]) -> Figures:
    """What each round tells, added up; what one hides stays out of the sum."""
    return Figures(
        sign_ups=sum(one.sign_ups for one in rounds),
        withdrawn=sum(one.withdrawn for one in rounds),
        matches=sum(one.matches for one in rounds),
        over=sum(one.over for one in rounds),
        tasks=sum(one.tasks for one in rounds),
        pool=_parts([{"pool": one.pool} for one in rounds]).get("pool"),
        forms=_parts([one.forms for one in rounds]),
        lengths=_parts([one.lengths for one in rounds]),
        goals=_part([one.goals for one in rounds]),
        talks=_part([one.talks for one in rounds]),
        shared=_part([one.shared for one in rounds]),
        answers={
            key: added(one.answers.get(key, {}) for one in rounds) for key in _keys(one.answers for one in rounds)
        },
        texts={
            key: tuple(sorted(text for one in rounds for text in one.texts.get(key, ())))
            for key in _keys(one.texts for one in rounds)
        },
        stories=_sorted(one.stories for one in rounds),
    )


def _sorted(texts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted(text for several in texts for text in several))


def _keys(tables: Iterable[Mapping[str, object]]) -> list[str]:
    return list(dict.fromkeys(key for table in tables for key in table))


def _parts(tables: Sequence[Mapping[str, int | None]]) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for name in _keys(tables):
        shown = [n for table in tables if (n := table.get(name)) is not None]
        found[name] = sum(shown) if shown else None
    return found


def _part(parts: Sequence[Part]) -> Part:
    shown = [each for each in parts if each.whole]
    if not shown:
        return NOTHING_SHOWN
    return Part(sum(each.part or 0 for each in shown), sum(each.whole or 0 for each in shown))


def countable(given: Iterable[Given], today: date, fewest: int = FEWEST, waiting: int = 0) -> list[Given]:
    """The answers that may be counted today: of earlier days, the first ones, as many as make whole fives.

    `waiting` are people whose answers are gone and are a number only: they are the first of the next five.
    """
    answered = (each for each in given if each.day < today and NOT_COUNTED not in each.value)
    first: dict[str, Given] = {}
    for each in sorted(answered, key=lambda each: (each.day, each.order)):
        first.setdefault(each.who, each)
    whole = (len(first) + waiting) // fewest * fewest
    return list(first.values())[: max(whole - waiting, 0)]


def histogram(given: Iterable[Given]) -> dict[str, int]:
    """How many gave each answer; of several at once each counts."""
    return dict(Counter(value for each in given for value in each.value))


def added(histograms: Iterable[Histogram]) -> dict[str, int]:
    """The sum of several."""
    total: Counter[str] = Counter()
    for one in histograms:
        total.update(one)
    return dict(total)


def average(counts: Histogram, fewest: int = FEWEST) -> Average | None:
    """The mean of agreeing (1 to 5) or of numbers; None of fewer than `fewest`."""
    numbers = {int(value.removeprefix(_SCALE)): n for value, n in counts.items()}
    count = sum(numbers.values())
    if count < fewest:
        return None
    return Average(round(sum(value * n for value, n in numbers.items()) / count, 1), count)


def shared_out(counts: Histogram, fewest: int = FEWEST) -> dict[str, int | None]:
    """A whole by its parts. A part under `fewest` is hidden, with others until nobody can be reckoned back."""
    hidden = {name for name, n in counts.items() if 0 < n < fewest}
    open_ones = sorted((name for name, n in counts.items() if n >= fewest), key=lambda name: (counts[name], name))
    while hidden and open_ones and (len(hidden) < 2 or sum(counts[name] for name in hidden) < fewest):
        hidden.add(open_ones.pop(0))
    if hidden and (len(hidden) < 2 or sum(counts[name] for name in hidden) < fewest):
        hidden = set(counts)
    return {name: None if name in hidden else n for name, n in counts.items()}


def chosen(counts: Histogram, fewest: int = FEWEST) -> dict[str, int | None]:
    """Where several can be chosen: how many chose each, hidden where they or the others are too few."""
    people = counts.get(PEOPLE, 0)
    each = {name: n for name, n in counts.items() if name != PEOPLE}
    return {name: shared_out({"yes": n, "no": people - n}, fewest)["yes"] for name, n in each.items()}


def share(flags: Sequence[bool], fewest: int = FEWEST) -> Part:
    """How many of them hold. Nothing of fewer than `fewest`, and nothing where the others would be so few."""
    parts = shared_out({"yes": sum(flags), "no": len(flags) - sum(flags)}, fewest)
    if len(flags) < fewest or None in parts.values():
        return NOTHING_SHOWN
    return Part(parts["yes"], len(flags))


def in_fives(ends: Mapping[str, date], today: date, fewest: int = FEWEST) -> list[str]:
    """Of exchanges by their last day those that are counted: over before today, the first ones, in whole fives."""
    given = countable((Given(end, name, name, ()) for name, end in ends.items()), today, fewest)
    return [each.order for each in given]


def anonymous_from(finish_by: date, ends: Sequence[date], check_over: timedelta, months: int) -> date:
    """When single answers are no longer kept (12.4): `months` after the round is over, and not before the last check.

    A round is over with its last exchange, or by the day it was to finish. `check_over` is how long after an exchange
    the last thing about it can be answered.
    """
    later = months_after(max([finish_by, *ends]), months)
    return max([later, *(end + check_over for end in ends)])


def balances(exchanges: Iterable[tuple[str, str]]) -> list[Balance]:
    """Per workplace what it sent and received, by name, from pairs of (home, host). A name counts however written."""
    sent: Counter[str] = Counter()
    received: Counter[str] = Counter()
    names: dict[str, str] = {}
    for home, host in exchanges:
        for name, counter in ((home, sent), (host, received)):
            if name.strip():
                names.setdefault(name.strip().casefold(), name.strip())
                counter[name.strip().casefold()] += 1
    return [Balance(names[key], sent[key], received[key]) for key in sorted(names)]
