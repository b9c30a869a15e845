"""Which small assignment fits, one at a time."""

from __future__ import annotations

import itertools

import pytest

from bot.programme.assignments import Fit, assignment

FITS = {
    "card.ten": Fit(meeting=True),
    "card.myth": Fit(assumption=True),
    "card.test": Fit(practice=True),
    "card.phone": Fit(relations=True),
    "card.pair": Fit(partner=True),
}


@pytest.mark.parametrize(("key", "fit"), FITS.items())
def test_each_fits_what_it_is_about(key: str, fit: Fit) -> None:
    assert assignment(fit) == key
    assert assignment(fit, {key}) == ""


def test_the_next_comes_when_one_is_done_and_none_twice() -> None:
    everything = Fit(meeting=True, assumption=True, practice=True, relations=True, partner=True)
    done: list[str] = []
    for _ in itertools.takewhile(lambda _: assignment(everything, done), range(9)):
        done.append(assignment(everything, done))
    assert done == list(FITS)


def test_where_nothing_fits_nothing_is_offered() -> None:
    assert assignment(Fit()) == ""
