"""Each sentence of the specification is seen in the transcripts of all three languages, or a test has it said, or it
stands in one short list with the reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.words import LANGUAGES
from dialogs.catalogue import DIALOGS
from dialogs.conditions import answered, both, chose, unless
from tests.words.heard import Heard, languages
from tests.words.said_by_test import SAID_BY_TEST, names_it
from tests.words.spec import later, spec_keys
from tests.words.walk import TABLE, UNSAID, Places, described, places, table, unsaid

MOST_UNSAID = 15
EVERYWHERE = tuple(LANGUAGES)


@pytest.fixture(scope="module")
def found(shared: Path) -> Places:
    """Where each sentence can be said, by the code."""
    assert shared.exists()
    return places()


@pytest.fixture(scope="module")
def heard(shared: Path) -> Mapping[str, tuple[str, ...]]:
    """In which languages each sentence of the product is seen in a transcript."""
    assert shared.exists()
    return languages(spec_keys())


def test_every_sentence_is_seen_in_each_language_or_said_by_a_test(
    found: Places, heard: Mapping[str, tuple[str, ...]]
) -> None:
    accounted = {*later(unsaid(found)), *UNSAID, *SAID_BY_TEST}
    missing = {key: heard.get(key, ()) for key in spec_keys() if key not in accounted and heard.get(key) != EVERYWHERE}
    assert missing == {}, "Python -m tests.words.heard says where a sentence stands."
    assert len(spec_keys()) == 646


def test_what_a_test_says_is_named_there_and_seen_in_no_transcript_of_some_language(
    heard: Mapping[str, tuple[str, ...]],
) -> None:
    assert [key for key in SAID_BY_TEST if not names_it(key)] == []
    assert [key for key in SAID_BY_TEST if heard.get(key) == EVERYWHERE] == []


def test_every_conversation_is_seen_in_each_language() -> None:
    said = languages({ask.words for dialog in DIALOGS.values() for ask in dialog.asks})
    unseen = [
        dialog.key for dialog in DIALOGS.values() if not any(said.get(ask.words) == EVERYWHERE for ask in dialog.asks)
    ]
    assert unseen == []


def test_every_sentence_has_its_place(found: Places) -> None:
    silent = unsaid(found)
    assert sorted(set(silent) - set(later(silent)) - set(UNSAID)) == []


def test_what_is_unsaid_is_little_and_has_a_reason(heard: Mapping[str, tuple[str, ...]]) -> None:
    assert len(UNSAID) <= MOST_UNSAID
    assert all(len(reason) > 20 for reason in UNSAID.values())
    assert [key for key in UNSAID if heard.get(key) or key in SAID_BY_TEST] == []


def test_the_table_is_in_step(found: Places) -> None:
    assert TABLE.read_text("utf-8") == table(found), "Run: SENTENCES=write python -m tests.words.walk"


def test_a_place_names_the_conversation_and_the_condition(found: Places) -> None:
    assert any(place.startswith("prep: asked") for place in found["prep.expect"])
    assert "choose: asked, when answered(choose.cleared)" in found["round.check.reps"]
    assert "bot.turns.my_data.forget_now" in found["data.deleted"]


def test_a_condition_reads_as_it_was_written() -> None:
    condition = both(answered("a.b"), unless(chose("c.d", "e.f")))
    assert described(condition) == "both(answered(a.b), unless(chose(c.d, e.f)))"


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("Hvad vil du?", True),
        ("Ja", True),
        ("Nej", False),
        ("Saved. Thank you", True),
        ("Thank you", False),
        ("{name} is back. Here is {list}", True),
        ("{name} is back. There is {list}", False),
        ("s back. Here is {list}", False),
        ("{name}: {text}", False),
    ],
)
def test_a_sentence_is_found_as_a_line_or_within_a_message(text: str, *, there: bool) -> None:
    seen = Heard(
        frozenset({"Hvad vil du?", "Ja", "Ja, tak", "Saved. Thank you very much."}),
        ("Hvad vil du? Ja Nej, tak", "Saved. Thank you very much.", "Emil is back. Here is this"),
    )
    assert seen.has(text) is there
