"""No figure of a report leads back to anybody: not by itself, not beside another, not after the one before."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.programme.report import (
    FEWEST,
    NOTHING_SHOWN,
    PEOPLE,
    Average,
    Balance,
    Figures,
    Given,
    Part,
    anonymous_from,
    average,
    balances,
    chosen,
    countable,
    histogram,
    in_fives,
    share,
    shared_out,
    together,
)

START = date(2026, 5, 4)


def answer(n: int, day: int = 0, who: str = "", value: str = "scale.agree.4") -> Given:
    return Given(START + timedelta(days=day), f"{n:03}", who or str(n), (value,))


ANSWERS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 12), st.integers(1, 5)), max_size=40).map(
    lambda rows: [answer(n, day, str(who), f"scale.agree.{value}") for n, (day, who, value) in enumerate(rows)]
)
COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 12))


def test_domain_t15_four_answers_are_no_figure_and_five_are() -> None:
    four = [answer(n) for n in range(4)]
    five = [*four, answer(4)]
    tomorrow = START + timedelta(days=1)
    assert average(histogram(countable(four, tomorrow))) is None
    assert average(histogram(countable(five, tomorrow))) == Average(4.0, 5)


def test_what_is_answered_today_is_counted_tomorrow() -> None:
    assert countable([answer(n) for n in range(5)], START) == []


def test_five_answers_of_one_person_are_one() -> None:
    same = [answer(n, who="leader") for n in range(5)]
    assert countable(same, START + timedelta(days=1)) == []


def test_not_relevant_is_no_answer() -> None:
    answers = [*(answer(n) for n in range(4)), answer(4, value="scale.agree.na")]
    assert countable(answers, START + timedelta(days=1)) == []


@given(answers=ANSWERS)
def test_two_reports_after_each_other_differ_by_five_people_or_by_none(answers: list[Given]) -> None:
    shown = [countable(answers, START + timedelta(days=day)) for day in range(9)]
    for earlier, later in pairwise(shown):
        assert later[: len(earlier)] == earlier
        assert (len(later) - len(earlier)) % FEWEST == 0
        assert len({each.who for each in later}) == len(later)


@given(counts=COUNTS)
def test_no_part_of_a_whole_is_small_and_none_is_reckoned_back(counts: dict[str, int]) -> None:
    shown = shared_out(counts)
    known = [n for n in shown.values() if n is not None]
    hidden = {name for name, n in shown.items() if n is None}
    assert set(shown) == set(counts)
    assert all(n == 0 or n >= FEWEST for n in known)
    left = sum(counts.values()) - sum(known)
    assert left == sum(counts[name] for name in hidden)
    if hidden:
        assert left >= FEWEST or hidden == set(counts), "what is left over is told of nobody, or is the whole"
        assert len(hidden) > 1 or hidden == set(counts)


@given(flags=st.lists(st.booleans(), max_size=30))
def test_a_share_is_told_only_where_nobody_stands_almost_alone(flags: list[bool]) -> None:
    told = share(flags)
    if told == NOTHING_SHOWN:
        assert len(flags) < FEWEST or 0 < sum(flags) < FEWEST or 0 < len(flags) - sum(flags) < FEWEST
    else:
        assert told == Part(sum(flags), len(flags))
        assert {sum(flags), len(flags) - sum(flags)}.isdisjoint(range(1, FEWEST))


@pytest.mark.parametrize(("people", "chose", "told"), [(10, 5, 5), (10, 4, None), (10, 6, None), (10, 10, 10)])
def test_of_several_choices_each_is_told_like_a_share(people: int, chose: int, told: int | None) -> None:
    assert chosen({PEOPLE: people, "fu.hinder.time": chose}) == {"fu.hinder.time": told}


@given(rounds=st.lists(ANSWERS, max_size=4))
def test_all_rounds_less_those_that_are_told_leave_five_people_or_none(rounds: list[list[Given]]) -> None:
    today = START + timedelta(days=9)
    each = [Figures(answers={"item": histogram(countable(answers, today))}) for answers in rounds]
    known = together(each).answers.get("item", {})
    assert Counter(known) == sum((Counter(one.answers["item"]) for one in each), Counter())
    for one in each:
        rest = sum(known.values()) - sum(one.answers["item"].values())
        assert rest == 0 or rest >= FEWEST


def test_all_rounds_add_up_what_each_shows_and_nothing_else() -> None:
    one = Figures(sign_ups=3, forms={"form.shadow": 5, "form.loan": None}, goals=Part(5, 10), stories=("b",))
    other = Figures(sign_ups=4, forms={"form.shadow": 6, "form.loan": None}, goals=NOTHING_SHOWN, stories=("a",))
    both = together([one, other])
    assert both.sign_ups == 7
    assert both.forms == {"form.shadow": 11, "form.loan": None}
    assert both.goals == Part(5, 10)
    assert both.stories == ("a", "b")
    assert together([]) == Figures()


def test_exchanges_are_counted_in_fives_by_their_end() -> None:
    ends = {str(n): START + timedelta(days=n) for n in range(7)}
    assert in_fives(ends, START + timedelta(days=30)) == ["0", "1", "2", "3", "4"]
    assert in_fives(ends, START + timedelta(days=4)) == []


def test_domain_t30_what_a_workplace_sent_and_received_is_its_balance() -> None:
    sent = [("Bakkeskolen", "Familieafdelingen")] * 4
    received = [("familieafdelingen ", "Bakkeskolen")]
    assert balances([*sent, *received]) == [Balance("Bakkeskolen", 4, 1), Balance("Familieafdelingen", 1, 4)]
    assert balances([("Havnen", "")]) == [Balance("Havnen", 1, 0)]


@pytest.mark.parametrize(
    ("finish_by", "ends", "day"),
    [
        (date(2026, 6, 30), [date(2026, 5, 7)], date(2026, 9, 30)),
        (date(2026, 11, 30), [], date(2027, 2, 28)),
        (date(2026, 6, 30), [date(2026, 6, 30)], date(2026, 10, 8)),
    ],
)
def test_answers_become_totals_three_months_after_the_round_and_after_the_last_check(
    finish_by: date, ends: list[date], day: date
) -> None:
    assert anonymous_from(finish_by, ends, timedelta(days=100), 3) == day
