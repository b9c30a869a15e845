"""Text on a card: nothing of it is read as format where a client might, and it is seen as it was typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channel import Part
from bot.channels.teams.parts import BOX, heading, paragraph, parts, quote, weight
from bot.channels.teams.text import BLANK, is_plain, label, run
from tests.slack.drawings import INJECTIONS, NOTHING, anything, seen

MARKDOWN = (
    "**fed** *kursiv* _kursiv_ ~~streg~~",
    "[x](javascript:alert(1)) ![x](http://evil.example/x.png) [x][y]",
    "# overskrift",
    "1. punkt",
    "1.",
    "__*__ ~~**~~",
    "evil.example",
    "- punkt",
    "* punkt",
    "> citat",
    "`kode` ```blok```",
    "<at>Hanne</at> <b>fed</b> <http://evil.example>",
    "&lt; &amp; \\*",
    "---",
    "https://evil.example www.evil.example a@evil.example",
    "{{DATE(2017-02-14T06:08:39Z, SHORT)}} {{TIME(2017-02-14T06:08:39Z)}}",
)
READ = re.compile(
    r"([*_~])(?!\1|\u200a)|\]\(|\]\[|`|<\w|&\w|\\\*|://|\w\.[^\W\d]|\w@|\{\{|^\s*(?:[-+#>]|\d+[.)])",
    re.IGNORECASE,
)
"""What markdown, or a client beside it, would make something of."""


@given(anything | st.sampled_from(MARKDOWN), st.integers(20, 500))
def test_t15_nothing_in_a_label_is_read(text: str, limit: int) -> None:
    found = label(text, limit)
    assert is_plain(found) or not READ.search(found)
    assert found.strip()


@given(anything | st.sampled_from(MARKDOWN))
def test_t15_a_label_is_seen_as_it_was_typed(text: str) -> None:
    found = label(text, 100_000)
    assert seen(found).replace("\u02cb", "`") == (seen(text) or BLANK)


@given(anything)
def test_t15_no_date_is_put_in_the_place_of_text(text: str) -> None:
    assert "{{" not in run(text)
    assert seen(run(text)) == seen(text)


@pytest.mark.parametrize("text", [*MARKDOWN, *INJECTIONS])
def test_t15_a_heading_that_markdown_could_read_is_no_text_block(text: str) -> None:
    assert {it["type"] for it in heading(text)} <= {"RichTextBlock"} or is_plain(text.strip())


@pytest.mark.parametrize(
    "text",
    [
        "Nu kan du melde dig til Jobbytte forår",
        "Opsamling (2 af 6)",
        "“Åben” er også et svar: sig til, hvis …",
        "Emil hos Familieafdelingen, 5.–7. maj",
        "10 minutter · 15:30",
    ],
)
def test_a_plain_heading_is_one_for_screen_readers_too(text: str) -> None:
    (found,) = heading(text)
    assert (found["type"], found["style"], found["text"]) == ("TextBlock", "heading", text)
    assert label(text, 100) == text


@pytest.mark.parametrize("text", NOTHING)
def test_what_cannot_be_seen_is_no_text(text: str) -> None:
    assert heading(text) == paragraph(text) == []
    assert label(text, 100) == BLANK


def test_a_paragraph_of_its_own_is_a_block_of_its_own() -> None:
    found = [it["inlines"][0]["text"] for it in paragraph("En linje\nog en til\n\n \n\nEt nyt afsnit")]
    assert found == ["En linje\nog en til", "Et nyt afsnit"]


def test_own_words_of_many_paragraphs_stand_in_one_box_with_all_their_gaps() -> None:
    said = [f"Afsnit {n}" for n in range(1, 13)]
    (box,) = quote("\n\n".join(said))
    assert [it["inlines"][0]["text"] for it in box["items"]] == said


def test_own_words_too_long_for_one_box_go_on_in_another_without_a_gap() -> None:
    named, *boxes = parts([Part("Det hænger ved", "small"), Part("\n\n".join(["Et langt afsnit. " * 30] * 40), "own")])
    assert [it["spacing"] for it in (named, *boxes)] == ["small", "small", *["none"] * (len(boxes) - 1)]
    assert len(boxes) > 1
    assert all(weight(box["items"]) < BOX + 100 for box in boxes)


def test_t14_weight_is_counted_in_utf_16() -> None:
    assert (weight("a"), weight("ø"), weight("👍")) == (6, 6, 8)
