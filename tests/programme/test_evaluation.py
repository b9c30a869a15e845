"""Which statements are asked of whom: as promised, the same each time, and in time all of them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.programme.evaluation import DEALS, TOGETHER
from bot.programme.tracks import minutes
from dialogs.catalogue import DIALOGS
from dialogs.model import View
from tests.stage.play import WORDS

PROMISED = {"eval.emp": 2, "eval.lead": 2, "eval.host": 1}
"""Minutes, as the introductions say."""


@pytest.mark.parametrize("language", ["da", "nb", "en"])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("key", DEALS)
@given(round_number=st.integers(0, 20), place=st.integers(0, 100))
def test_the_evaluation_takes_no_longer_than_it_says(
    key: str, full: bool, language: str, round_number: int, place: int
) -> None:
    dialog = DIALOGS[key]
    items = DEALS[key].asked(round_number, place)
    asks = [ask for ask in dialog.asks if ask.when(View({}, {"items": items, "full": full}))]
    said = [*dialog.intro, *(ask.words for ask in asks), *(hint for ask in asks for hint in ask.hints)]
    assert len(asks) == len(items) > 1
    assert minutes((WORDS.plain(language, key) for key in said), asks) == PROMISED[key]


@pytest.mark.parametrize("key", DEALS)
def test_every_statement_of_the_dialog_is_dealt_out_and_nothing_else(key: str) -> None:
    first = DIALOGS[key].steps[0].asks
    assert sorted(DEALS[key].all) == sorted(ask.key for ask in first)
    assert len(set(DEALS[key].all)) == len(DEALS[key].all)


@pytest.mark.parametrize("key", DEALS)
@given(round_number=st.integers(0, 50), place=st.integers(0, 500))
def test_nobody_is_asked_twice_and_everybody_what_matters_most(key: str, round_number: int, place: int) -> None:
    deal = DEALS[key]
    asked = deal.asked(round_number, place)
    assert len(asked) == len(set(asked)) == len(deal.everybody) + deal.few
    assert set(deal.everybody) <= set(asked) <= set(deal.all)


@pytest.mark.parametrize("key", DEALS)
@pytest.mark.parametrize("round_number", range(4))
def test_seven_in_a_row_answer_the_same_so_that_five_come_together(key: str, round_number: int) -> None:
    deal = DEALS[key]
    counts = Counter(item for place in range(TOGETHER) for item in deal.asked(round_number, place))
    assert set(counts.values()) == {TOGETHER}


@pytest.mark.parametrize("key", DEALS)
def test_in_time_small_rounds_ask_everything_too(key: str) -> None:
    deal = DEALS[key]
    rounds = -(-len(deal.rest) // deal.few)
    counts = Counter(
        item for number in range(rounds) for place in range(TOGETHER) for item in deal.asked(number, place)
    )
    assert set(counts) == set(deal.all)
    assert min(counts.values()) >= TOGETHER
