"""Which questions one logbook entry asks (spec 7.1, 7.3 to 7.5, as corrected by domain/README.md)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from bot.programme.choices import CLEARED, OPTIONAL

CORE: Final = ("log.core.what", "log.core.sowhat", "log.core.nowwhat")
LAST: Final = ("log.last.unforget", "log.last.changed", "log.last.gift")
GOAL: Final = "log.deep.goal"
WELLBEING: Final = "log.deep.wellbeing"
"""Where it is switched on it comes as often as it may: in turn with all others it would hardly come twice (T19)."""
REST: Final = 4
"""An extra prompt rests for this many entries: never twice within five, the goal exactly every fifth."""

MID_FROM: Final = 5
"""No midpoint review in stays under five exchange days (7.9)."""

PLACE_FROM: Final = 6
"""Whether the first day has what is needed is asked where there is time to put it right."""

HINTS_UNTIL: Final = 3
"""Why and example hints are shown for this many entries, then no more (D10)."""

FREE_FROM: Final = 8
"""From this entry on the first screen offers to write freely (7.1)."""

FOLLOW_UPS: Final = {
    GOAL: ("log.deep.goal.scale",),
    "log.deep.energy": ("log.deep.energy.note",),
    "log.first.place": ("log.first.place.missing",),
    "log.twojobs": ("log.twojobs.note",),
    "log.week.look": ("log.week.next",),
}
"""The fields that belong to a prompt and count as one with it."""

_PREJUDICE: Final = ("log.deep.prejudice", "log.deep.prejudice.none")
OWN_WORDS: Final = (_PREJUDICE[0], GOAL)
"""Prompts with the person's own words win over all others."""


@dataclass(frozen=True)
class Entry:
    """What decides the questions of one entry.

    `number` counts this person's entries from 1, `day_index` the exchange days from 1 to `total`. `history`
    holds the question keys of the earlier entries, oldest first. `style` is core, oneline or free. `asked`
    says that the question from the preparation has been put. `switched_on` are the prompts that are off
    unless HR has chosen them for the round.
    """

    number: int
    day_index: int
    total: int
    first: bool = False
    mid: bool = False
    last: bool = False
    last_of_week: bool = False
    part_time: bool = False
    style: str = "core"
    history: Sequence[tuple[str, ...]] = ()
    goals: int = 0
    has_assumption: bool = False
    has_question_to_ask: bool = False
    asked: bool = False
    switched_on: Collection[str] = ()


def questions(entry: Entry) -> tuple[str, ...]:
    """The keys of this entry's questions, in order: the core of three and at most one extra.

    One line stays one line. The last day's three take the place of the core; on a one-day visit, where
    there is no first day to look back on, the first impression takes the place of "other eyes".
    """
    if entry.style == "oneline":
        return (LAST[0],) if entry.last else ("log.core.oneline",)
    if entry.style == "free":
        return ("log.core.free", *((LAST[2],) if entry.last else extra(entry)))
    if entry.last:
        return (LAST[0], "log.first.impression", LAST[2]) if entry.first else LAST
    return (*CORE, *extra(entry))


def extra(entry: Entry) -> tuple[str, ...]:
    """The extra prompt of an entry that is not the last, with its own fields; nothing when none fits.

    Specials by their priority, the goal when it is due, else what was asked longest ago. The weekly question
    about two jobs comes on its day even so; a due goal then takes the place of its note. The first day of a
    further place (T24) asks for the first impression.
    """
    if entry.first:
        wonder = "log.first.impression" if "log.first.wonder" in _asked(entry) else "log.first.wonder"
        return (wonder, *(_with_fields("log.first.place") if entry.total >= PLACE_FROM else ()))
    if entry.mid and entry.total >= MID_FROM:
        goals = (f"log.mid.goal#{n}" for n in range(1, entry.goals + 1))
        return (*goals, "log.mid.adjust", "log.mid.missing", "log.mid.share")
    due = _goal_is_due(entry)
    if entry.part_time and entry.last_of_week:
        return ("log.twojobs", GOAL) if due else _with_fields("log.twojobs")
    if due:
        return _with_fields(GOAL)
    if _time_to_ask(entry):
        return ("log.deep.ask",)
    if entry.last_of_week and entry.total > 20 and _rested(entry, "log.week.look"):
        return _with_fields("log.week.look")
    fitting = [prompt for prompt in _rotation(entry) if _rested(entry, prompt)]
    if WELLBEING in fitting and not any(prompt in OWN_WORDS and not _last_use(entry, prompt) for prompt in fitting):
        return (WELLBEING,)
    return _with_fields(min(fitting, key=lambda prompt: _last_use(entry, prompt))) if fitting else ()


def goal_turn(history: Sequence[tuple[str, ...]], goals: int) -> int:
    """The number, from 1, of the goal whose turn it is in the goal prompt. 0 when there is none."""
    return sum(GOAL in keys for keys in history) % goals + 1 if goals else 0


def shows_hints(number: int) -> bool:
    """True while entry `number` still carries the "why" and the example (D10)."""
    return number <= HINTS_UNTIL


def offers_free(number: int) -> bool:
    """True when entry `number` offers to write freely (7.1)."""
    return number >= FREE_FROM


def _rotation(entry: Entry) -> list[str]:
    """The prompts that fit this entry; those with the person's own words first (7.4)."""
    day = entry.day_index
    fits = {
        _PREJUDICE[0]: entry.has_assumption and day >= 2,
        GOAL: entry.goals > 0 and not _goal_lately(entry),
        _PREJUDICE[1]: not entry.has_assumption and day >= 2,
        **dict.fromkeys(OPTIONAL, True),
        "log.deep.surprise": True,
        "log.deep.difference": True,
        "log.deep.contribution": day >= 3,
        "log.deep.idea": day >= 2,
        "log.deep.good": True,
        "log.deep.relation": True,
        "log.twojobs.carry": entry.part_time and day >= 3,
        **dict.fromkeys(CLEARED, True),
    }
    off = {*OPTIONAL, *CLEARED} - {*entry.switched_on}
    return [prompt for prompt, fit in fits.items() if fit and prompt not in off]


def _time_to_ask(entry: Entry) -> bool:
    """True when the question from the preparation comes back: day two or three, once more if not yet put.

    Day three, or day two where the midpoint or the end takes day three. In a three-day stay the assumption
    goes before it (worked example 7.9).
    """
    if not entry.has_question_to_ask or entry.asked:
        return False
    times = sum("log.deep.ask" in keys for keys in entry.history)
    if entry.total <= 3 and entry.has_assumption and _PREJUDICE[0] not in _asked(entry):
        return False
    earliest = 2 if entry.total in {3, 5, 6} else 3
    return entry.day_index >= earliest and times < 2 and _rested(entry, "log.deep.ask")


def _goal_is_due(entry: Entry) -> bool:
    return entry.goals > 0 and len(entry.history) >= REST and not _goal_lately(entry)


def _goal_lately(entry: Entry) -> bool:
    return any(key.startswith((GOAL, "log.mid.goal")) for keys in entry.history[-REST:] for key in keys)


def _rested(entry: Entry, prompt: str) -> bool:
    same = _PREJUDICE if prompt in _PREJUDICE else (prompt,)
    return not any(key in same for keys in entry.history[-REST:] for key in keys)


def _last_use(entry: Entry, prompt: str) -> int:
    """The entry at which the prompt was last used, from 1; 0 for never."""
    return max((n for n, keys in enumerate(entry.history, 1) if prompt in keys), default=0)


def _asked(entry: Entry) -> set[str]:
    return {key for keys in entry.history for key in keys}


def _with_fields(prompt: str) -> tuple[str, ...]:
    return (prompt, *FOLLOW_UPS.get(prompt, ()))
