"""The text files: the specification's words unchanged, ours in its voice, none missing and none left over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.words import LANGUAGES, read
from tests.conftest import ROOT
from tests.words.lix import lix, sentences, words_of
from tests.words.rewritten import REWRITTEN
from tests.words.used import missing, unlisted, used

TEXTS, KINDS = read()


@pytest.fixture(scope="session")
def spec(shared: Path) -> Mapping[str, Mapping[str, str]]:
    """The strings of the specification."""
    strings: dict[str, dict[str, str]] = json.loads((shared / "domain" / "strings.json").read_text("utf-8"))
    return strings


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_specifications_words_are_unchanged(spec: Mapping[str, Mapping[str, str]], language: str) -> None:
    ours = {key: text for key, text in TEXTS[language].items() if key in spec}
    changed = {key for key, text in ours.items() if text != spec[key][language]}
    assert len(ours) > 550
    assert changed <= set(REWRITTEN)


def test_what_is_said_in_our_words_differs_in_some_language(spec: Mapping[str, Mapping[str, str]]) -> None:
    for key in REWRITTEN:
        assert any(TEXTS[language][key] != spec[key][language] for language in LANGUAGES), key


def test_the_specifications_types_and_visibilities_are_unchanged(
    spec: Mapping[str, Mapping[str, str]],
) -> None:
    ours = {key: (kind.type, kind.visibility) for key, kind in KINDS.items() if key in spec}
    assert ours == {key: (spec[key]["type"], spec[key]["vis"]) for key in ours}


def test_no_word_is_left_over() -> None:
    assert sorted(set(KINDS) - used(ROOT, KINDS)) == []


def test_no_word_is_missing() -> None:
    assert sorted(missing(ROOT, KINDS)) == []


def test_the_languages_hold_the_same_keys_in_the_same_order() -> None:
    assert [*TEXTS["da"]] == [*TEXTS["en"]] == [*TEXTS["nb"]]


def test_a_sentence_that_runs_on_is_counted() -> None:
    assert len(sentences("Den 3. maj kl. 15.30 går vi hjem. Så er det slut: Tak for i dag.")) == 3
    assert words_of("Hej {name}, det er 3-årige") == ["Hej", "navn", "det", "er", "3-årige"]


def test_a_heavy_text_weighs_more() -> None:
    assert lix("Vi går hjem nu.") == 4.0
    assert lix("Medarbejderrepræsentanter informeres.") == 102.0


def test_a_key_in_the_code_without_words_is_found(tmp_path: Path) -> None:
    (tmp_path / "dialogs").mkdir()
    (tmp_path / "dialogs" / "new.py").write_text('KEYS = ("prep.expect", "prep.unknown", "prep.py", "deb.2.moment#1")')
    (tmp_path / "dialogs" / "made.py").write_text('keys = (f"rejected.{code}", f"prep.left_{over}", f"deb.2.{what}")')
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "say.py").write_text(
        'words.text("da", "only_hr"); Say("screen.progress"); Press("prep.expect")'
    )
    known = {"prep.expect", "deb.2.moment", "rejected.date", "prep.left_over"}
    assert unlisted(tmp_path, known) == {"deb.2."}
    assert missing(tmp_path, known) == {"prep.unknown", "only_hr", "screen.progress"}
    assert used(tmp_path, known) == {"prep.expect", "deb.2.moment", "rejected.date"}
