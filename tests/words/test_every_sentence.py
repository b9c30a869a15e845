"""Each sentence of the specification is said somewhere, or stands in one short list with the reason why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogs.conditions import answered, both, chose, unless
from tests.words.walk import TABLE, UNSAID, Places, described, later, places, spec_keys, table, unsaid

MOST_UNSAID = 15


@pytest.fixture(scope="module")
def found(shared: Path) -> Places:
    """Where each sentence is said."""
    assert shared.exists()
    return places()


def test_every_sentence_has_its_place(found: Places) -> None:
    silent = unsaid(found)
    waits = later(silent)
    assert sorted(set(silent) - set(waits) - set(UNSAID)) == []
    assert len(spec_keys()) == 646


def test_what_is_unsaid_is_little_and_has_a_reason(found: Places) -> None:
    assert len(UNSAID) <= MOST_UNSAID
    assert all(len(reason) > 20 for reason in UNSAID.values())
    assert set(UNSAID) <= set(unsaid(found))


def test_the_table_is_in_step(found: Places) -> None:
    assert TABLE.read_text("utf-8") == table(found), "Run: SENTENCES=write python -m tests.words.walk"


def test_a_place_names_the_conversation_and_the_condition(found: Places) -> None:
    assert any(place.startswith("prep: asked") for place in found["prep.expect"])
    assert "choose: asked, when answered(choose.cleared)" in found["round.check.reps"]
    assert "bot.turns.my_data.forget_now" in found["data.deleted"]


def test_a_condition_reads_as_it_was_written() -> None:
    condition = both(answered("a.b"), unless(chose("c.d", "e.f")))
    assert described(condition) == "both(answered(a.b), unless(chose(c.d, e.f)))"
