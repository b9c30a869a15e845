"""Which questions an entry asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.programme.cadence import is_last_of_week, midpoint, prompted
from bot.programme.choices import CLEARED, OPTIONAL
from bot.programme.questions import (
    CORE,
    FOLLOW_UPS,
    GOAL,
    LAST,
    Entry,
    extra,
    goal_turn,
    offers_free,
    questions,
    shows_hints,
)
from tests.programme.strategies import exchange_days

MONDAY = date(2026, 3, 2)
FIELDS = {field for fields in FOLLOW_UPS.values() for field in fields}
MID = "log.mid."


def days_of(weeks: int, weekdays: Sequence[int]) -> tuple[date, ...]:
    days = (MONDAY + timedelta(days=n) for n in range(7 * weeks))
    return tuple(day for day in days if day.weekday() in weekdays)


def walk(days: Sequence[date], person: Entry, *, every: bool = False) -> list[tuple[Entry, tuple[str, ...]]]:
    """All entries of a stay with their questions; `person` holds what does not change."""
    entries: list[tuple[Entry, tuple[str, ...]]] = []
    for number, day in enumerate(sorted(prompted(days, every=every)), start=1):
        entry = replace(
            person,
            number=number,
            day_index=days.index(day) + 1,
            total=len(days),
            first=day == days[0],
            mid=day == midpoint(days),
            last=day == days[-1],
            last_of_week=is_last_of_week(days, day),
            history=tuple(keys for _, keys in entries),
        )
        entries.append((entry, questions(entry)))
    return entries


def prompts(keys: Sequence[str]) -> set[str]:
    """The extra prompts among an entry's questions, without their own fields."""
    return {key for key in keys if key not in (*CORE, *LAST, "log.core.free") and key not in FIELDS}


@st.composite
def people(draw: st.DrawFn) -> Entry:
    return Entry(
        number=0,
        day_index=0,
        total=0,
        part_time=draw(st.booleans()),
        style=draw(st.sampled_from(("core", "free"))),
        goals=draw(st.integers(0, 3)),
        has_assumption=draw(st.booleans()),
        has_question_to_ask=draw(st.booleans()),
        asked=draw(st.booleans()),
        switched_on=draw(st.sets(st.sampled_from((*OPTIONAL, *CLEARED)))),
    )


PLAIN = Entry(0, 0, 0, goals=2, has_assumption=True, has_question_to_ask=True)


def test_the_three_day_jobswap_of_the_worked_example() -> None:
    entries = [keys for _, keys in walk(days_of(1, (0, 1, 2)), PLAIN)]
    assert entries == [(*CORE, "log.first.wonder"), (*CORE, "log.deep.prejudice"), LAST]


def test_without_an_assumption_the_own_question_goes_before_the_general_one() -> None:
    without = replace(PLAIN, has_assumption=False)
    days = days_of(1, (0, 1, 2))
    assert walk(days, without)[1][1] == (*CORE, "log.deep.ask")
    neither = replace(without, has_question_to_ask=False, goals=0)
    assert walk(days, neither)[1][1] == (*CORE, "log.deep.prejudice.none")


def test_domain_t1_two_jobs_is_the_extra_on_prompted_thursdays() -> None:
    for entry, keys in walk(days_of(13, (1, 3)), replace(PLAIN, part_time=True)):
        thursday = entry.day_index % 2 == 0
        assert ("log.twojobs" in keys) == (thursday and not entry.last)
        assert "log.week.look" not in keys


@given(days=exchange_days(), person=people(), every=st.booleans())
def test_no_extra_prompt_comes_twice_within_five_entries(days: tuple[date, ...], person: Entry, every: bool) -> None:
    entries = [prompts(keys) for _, keys in walk(days, person, every=every)]
    for n, asked in enumerate(entries):
        earlier = set().union(*entries[max(0, n - 4) : n])
        assert not (asked & earlier) - {"log.twojobs"}


@given(days=exchange_days(), person=people(), every=st.booleans())
def test_a_goal_comes_at_least_every_fifth_entry(days: tuple[date, ...], person: Entry, every: bool) -> None:
    person = replace(person, goals=max(1, person.goals))
    entries = walk(days, person, every=every)
    asked = [any(key.startswith((GOAL, "log.mid.goal")) for key in keys) for _, keys in entries]
    for n in range(len(entries) - 5):
        assert any(asked[n : n + 5])


@given(days=exchange_days(), person=people())
def test_an_entry_is_the_core_and_at_most_one_extra(days: tuple[date, ...], person: Entry) -> None:
    for entry, keys in walk(days, person):
        core = ("log.core.free",) if entry.style == "free" else CORE
        assert len(set(keys)) == len(keys)
        if entry.last:
            assert len(keys) == (3 if entry.style == "core" else 2)
            continue
        assert keys[: len(core)] == core
        more = {key for key in prompts(keys) if not key.startswith(MID)}
        if entry.mid and entry.total >= 5 and not entry.first:
            assert not more
        elif entry.first:
            assert len(more - {"log.first.place"}) == 1
        else:
            assert len(more) <= 1 or more == {"log.twojobs", GOAL}
            assert not any(key.startswith(MID) for key in keys)


@given(days=exchange_days(), person=people(), every=st.booleans())
def test_what_is_off_is_asked_only_when_switched_on(days: tuple[date, ...], person: Entry, every: bool) -> None:
    asked = {key for _, keys in walk(days, person, every=every) for key in keys}
    assert asked & {*OPTIONAL, *CLEARED} <= {*person.switched_on}


def test_the_optional_pack_takes_part_in_the_rotation() -> None:
    days = tuple(MONDAY + timedelta(days=n) for n in range(20))
    asked = {key for _, keys in walk(days, replace(PLAIN, switched_on=OPTIONAL), every=True) for key in keys}
    assert asked >= {*OPTIONAL}


def test_domain_t19_the_day_is_scored_often_enough_for_two_in_a_row() -> None:
    days = tuple(MONDAY + timedelta(days=n) for n in range(15))
    entries = walk(days, replace(PLAIN, switched_on=CLEARED), every=True)
    assert sum("log.deep.wellbeing" in keys for _, keys in entries) >= 2


@given(days=exchange_days(), person=people(), every=st.booleans())
def test_prompts_wait_for_their_day(days: tuple[date, ...], person: Entry, every: bool) -> None:
    earliest = {
        "log.deep.prejudice": 2,
        "log.deep.prejudice.none": 2,
        "log.deep.idea": 2,
        "log.deep.ask": 2,
        "log.deep.contribution": 3,
    }
    entries = walk(days, person, every=every)
    for entry, keys in entries:
        assert all(entry.day_index >= earliest.get(key, 1) for key in keys)
        assert ("log.deep.prejudice" not in keys) or entry.has_assumption
        assert (GOAL not in keys) or entry.goals
        assert ("log.deep.ask" not in keys) or (entry.has_question_to_ask and not entry.asked)
    assert sum("log.deep.ask" in keys for _, keys in entries) <= 2


@pytest.mark.parametrize("total", range(4, 16))
def test_the_question_to_ask_comes_on_day_two_or_three(total: int) -> None:
    days = tuple(MONDAY + timedelta(days=n) for n in range(total))
    asked = [entry.day_index for entry, keys in walk(days, PLAIN) if "log.deep.ask" in keys]
    assert asked[0] in {2, 3}


@given(days=exchange_days(most=30))
def test_the_midpoint_looks_at_every_goal_from_five_days_on(days: tuple[date, ...]) -> None:
    for entry, keys in walk(days, PLAIN):
        looked = "log.mid.adjust" in keys
        assert looked == (entry.mid and len(days) >= 5 and not (entry.first or entry.last))
        assert not looked or {"log.mid.goal#1", "log.mid.goal#2"} < set(keys)


def test_priority_of_the_specials() -> None:
    history = tuple((f"log.deep.{n}",) for n in range(3))
    everything = replace(
        PLAIN, number=4, day_index=4, total=30, first=True, mid=True, last=True, last_of_week=True, part_time=True,
        history=history,
    )  # fmt: skip
    assert questions(everything)[0] == "log.last.unforget"
    assert questions(replace(everything, last=False))[3] == "log.first.wonder"
    rest = replace(everything, last=False, first=False)
    assert questions(rest)[3] == "log.mid.goal#1"
    assert questions(replace(rest, mid=False))[3] == "log.twojobs"
    assert questions(replace(rest, mid=False, part_time=False))[3] == "log.deep.ask"
    assert questions(replace(rest, mid=False, part_time=False, asked=True))[3] == "log.week.look"


def test_the_own_words_win_over_general_prompts() -> None:
    entry = replace(PLAIN, number=2, day_index=2, total=10, history=(("log.first.wonder",),))
    assert extra(entry) == ("log.deep.prejudice",)
    after = replace(entry, number=3, history=(*entry.history, questions(entry)))
    assert extra(after) == (GOAL, "log.deep.goal.scale")


def test_the_last_day_has_its_own_three_whatever_else_it_is() -> None:
    last = replace(PLAIN, number=9, day_index=9, total=9, last=True, last_of_week=True, part_time=True, goals=3)
    assert questions(last) == LAST
    only = replace(last, day_index=1, total=1, first=True)
    assert questions(only) == ("log.last.unforget", "log.first.impression", "log.last.gift")


@given(days=exchange_days(most=60), person=people())
def test_one_line_stays_one_line(days: tuple[date, ...], person: Entry) -> None:
    for entry, keys in walk(days, replace(person, style="oneline")):
        assert keys == (("log.last.unforget",) if entry.last else ("log.core.oneline",))


def test_writing_freely_keeps_the_extra() -> None:
    assert questions(replace(PLAIN, number=1, day_index=1, total=3, first=True, style="free")) == (
        "log.core.free",
        "log.first.wonder",
    )


def test_domain_t24_a_second_place_asks_for_the_first_impression() -> None:
    again = replace(PLAIN, number=9, day_index=9, total=16, first=True, history=(("log.first.wonder",),))
    assert extra(again)[0] == "log.first.impression"


def test_the_first_day_of_a_longer_stay_asks_for_what_is_needed() -> None:
    first = replace(PLAIN, number=1, day_index=1, total=6, first=True)
    assert extra(first) == ("log.first.wonder", "log.first.place", "log.first.place.missing")


def test_several_goals_take_turns() -> None:
    history: list[tuple[str, ...]] = []
    turns = []
    for _ in range(5):
        turns.append(goal_turn(history, 2))
        history.append((*CORE, GOAL, "log.deep.goal.scale"))
    assert turns == [1, 2, 1, 2, 1]
    assert goal_turn(history, 0) == 0


def test_hints_fade_and_free_writing_is_offered() -> None:
    assert [shows_hints(number) for number in (1, 3, 4)] == [True, True, False]
    assert [offers_free(number) for number in (7, 8)] == [False, True]
