"""Text for Slack: harmless, counted as Slack may count, cut only where a reader would."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.letters import extends, letters
from bot.channels.slack.text import BLANK, escape, harmless, mrkdwn, pieces, plain, shortened, size, visible
from tests.slack.drawings import INJECTIONS, NOTHING, anything, seen
from tests.slack.fake.texts import mrkdwn_problems

FAMILY: Final = "👨‍👩‍👧‍👦"
MARKED: Final = "e" + "\u0301" * 10_000

limits = st.integers(8, 3000)


@given(anything, limits)
def test_s16_pieces_fit_and_nothing_is_lost(text: str, limit: int) -> None:
    found = pieces(text, limit)
    assert all(size(piece) <= limit and visible(piece) for piece in found)
    assert seen("".join(found)) == seen(text)


@given(anything, limits)
def test_s16_a_shortened_text_fits(text: str, limit: int) -> None:
    found = shortened(text, limit)
    assert size(found) <= limit
    assert found == harmless(text).strip() or found.endswith("…")


@given(anything, limits)
def test_s16_a_plain_text_fits_and_is_never_empty(text: str, limit: int) -> None:
    found = plain(text, limit)
    assert visible(found["text"])
    assert found["text"] == found["text"].strip()
    assert 0 < size(found["text"]) <= limit
    assert (found["type"], found["emoji"]) == ("plain_text", False)


@given(anything, st.integers(20, 500))
def test_s17_where_slack_reads_nothing_of_the_text_is_read(text: str, limit: int) -> None:
    found = mrkdwn(text, limit)
    assert size(found.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")) <= limit
    assert mrkdwn_problems(found) == []
    assert visible(found)


@given(st.text(st.sampled_from("a b\n&<>.👍🏽e\u0301🇩🇰\u200d👩한"), max_size=300), st.integers(30, 60))
def test_s17_no_letter_is_cut_in_two(text: str, limit: int) -> None:
    whole = [letter for letter in letters(harmless(text)) if size(letter) <= limit]
    if len(whole) < len(list(letters(harmless(text)))):
        return  # a letter that fits nowhere is cut, which has its own test
    for piece in pieces(text, limit):
        assert not extends(piece[:1]) or harmless(text).strip().startswith(piece)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("abc", ["a", "b", "c"]),
        (f"a{FAMILY}b", ["a", FAMILY, "b"]),
        ("👍🏽👍", ["👍🏽", "👍"]),
        ("🇩🇰🇳🇴🇸", ["🇩🇰", "🇳🇴", "🇸"]),
        ("e\u0301e", ["e\u0301", "e"]),
        ("한국", ["한", "국"]),
        ("\u1112\u1161\u11ab!", ["\u1112\u1161\u11ab", "!"]),
        ("🏴\U000e0067\U000e0062\U000e007f.", ["🏴\U000e0067\U000e0062\U000e007f", "."]),
        ("", []),
    ],
)
def test_letters(text: str, found: list[str]) -> None:
    assert list(letters(text)) == found


def test_a12_ten_thousand_marks_on_one_letter_end_and_fit() -> None:
    found = pieces(MARKED, 3000)
    assert [size(piece) for piece in found] == [3000, 3000, 3000, 1001]
    assert "".join(found) == MARKED
    assert size(shortened(MARKED, 75)) == 75


def test_a12_what_turns_direction_or_is_no_text_is_made_harmless() -> None:
    assert harmless("\u202eevil\u202c \u2066x\u2069") == "evil x"
    assert harmless("a\x00b\x1bc\x85d\ud800e\uffff") == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffd"
    assert harmless("en\r\nto\rtre\u2028fire\tfem") == "en\nto\ntre\nfire\tfem"
    assert harmless("א\u200fב") == "א\u200fב"


@pytest.mark.parametrize("text", NOTHING)
def test_a12_what_cannot_be_seen_is_no_text(text: str) -> None:
    assert not visible(text)
    assert pieces(text, 100) == []
    assert plain(text, 75)["text"] == mrkdwn(text, 75) == BLANK


@pytest.mark.parametrize("text", ["a", "👍", "\u0301", "\ufffd", "\U0001fae8", "–"])
def test_what_can_be_seen_is_text(text: str) -> None:
    assert visible(text)


def test_s17_three_characters_are_escaped_and_counted_so() -> None:
    assert escape('<b> & "x"') == '&lt;b&gt; &amp; "x"'
    assert (size("&"), size("<"), size("👍"), size("ø")) == (5, 4, 2, 1)


@pytest.mark.parametrize("text", INJECTIONS[:13])
def test_a12_nothing_that_slack_would_read_is_left_together(text: str) -> None:
    found = mrkdwn(text, 3000)
    for sign in ("<", "://", "www.", ":smile", ":+1", "@channel", "a@", "*fed", "fed*", "_kursiv", "`kode", "~streg"):
        assert sign not in found
    assert seen(found.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")) == seen(text)


@pytest.mark.parametrize(
    ("text", "limit", "found"),
    [
        ("Et. To.\n\nTre. Fire.", 15, ["Et. To.", "Tre. Fire."]),
        ("Et. To.\nTre. Fire.", 15, ["Et. To.", "Tre. Fire."]),
        ("Et to. Tre fire fem.", 12, ["Et to.", "Tre fire", "fem."]),
        ("Hvad nu? Det ved jeg ikke helt", 24, ["Hvad nu?", "Det ved jeg ikke helt"]),
        ("etmegetlangtord", 8, ["etmegetl", "angtord"]),
        ("a & b & c", 8, ["a &", "b &", "c"]),
        ("a \u0301b" * 3, 8, ["a \u0301ba \u0301b", "a \u0301b"]),
    ],
)
def test_where_a_text_is_cut(text: str, limit: int, found: list[str]) -> None:
    assert pieces(text, limit) == found


@pytest.mark.parametrize(
    ("text", "limit", "found"),
    [
        ("Opsamling", 24, "Opsamling"),
        ("Vi skal tale sammen først, siger hun", 24, "Vi skal tale sammen…"),
        ("Emil hos Familieafdelingen: Det kan du se", 28, "Emil hos Familieafdelingen…"),
        ("etmegetlangtordudenmellemrum", 10, "etmegetla…"),
        ("to ord,\xa0og flere", 10, "to ord…"),
        (FAMILY * 3, 24, FAMILY * 2 + "…"),
    ],
)
def test_how_a_text_is_shortened(text: str, limit: int, found: str) -> None:
    assert shortened(text, limit) == found


def test_flags_are_not_torn_apart() -> None:
    assert pieces("🇩🇰" * 20, 30) == ["🇩🇰" * 7, "🇩🇰" * 7, "🇩🇰" * 6]
