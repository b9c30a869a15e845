"""The PDF: tagged, in its language, with every letter, and with people's words as nothing but words."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from bot.papers.paper import Block, Paper
from bot.papers.pdf import drawn
from tests.papers.samples import BLOCKS, HARD, PAPER, papers, sent, words


def opened(paper: Paper) -> PdfReader:
    return PdfReader(BytesIO(drawn(sent(paper))))


def tags(node: Any) -> list[str]:
    """The structure's kinds, from the top, in the order in which they are read."""
    node = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(node, list):
        return [kind for child in node for kind in tags(child)]
    if not isinstance(node, dict):
        return []
    own = [str(node["/S"])] if "/S" in node else []
    return own + (tags(node["/K"]) if "/K" in node else [])


def test_it_is_an_accessible_pdf_in_its_language() -> None:
    reader = opened(PAPER)
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "da"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    about = reader.metadata
    assert about is not None
    assert (about.title, about.author) == (PAPER.title, PAPER.organisation)


def test_headings_lists_and_quotes_are_what_they_are_to_a_screen_reader() -> None:
    found = tags(opened(PAPER).trailer["/Root"]["/StructTreeRoot"]["/K"])  # type: ignore[index]
    assert (found.count("/H1"), found.count("/H2")) == (1, 2)
    assert (found.count("/L"), found.count("/LI")) == (1, 2)
    assert found.count("/BlockQuote") == 1
    assert found.index("/H1") < found.index("/H2") < found.index("/L") < found.index("/BlockQuote")


def test_every_sentence_can_be_read_and_copied() -> None:
    said = words(drawn(sent(PAPER)))
    for block in BLOCKS:
        assert " ".join(block.text.split()) in said
    assert "æøåÆØÅ" in words(drawn(sent(replace(PAPER, title="æøåÆØÅ"))))
    assert "Sundby Kommune" in said
    assert "11. maj 2026" in said


def test_a_short_exchange_fills_one_page_and_a_long_one_says_which_page() -> None:
    assert len(opened(PAPER).pages) == 1
    long = opened(replace(PAPER, blocks=BLOCKS * 20))
    assert len(long.pages) > 2
    assert f"2 / {len(long.pages)}" in long.pages[1].extract_text()


@pytest.mark.parametrize("text", HARD[1:3])
def test_words_that_look_like_source_stay_words(text: str) -> None:
    said = words(drawn(sent(replace(PAPER, blocks=(Block("own", text), Block("heading", text))))))
    assert said.count(text) == 2


def test_a_word_longer_than_the_line_stays_on_the_paper() -> None:
    said = "\n".join(page.extract_text() for page in opened(replace(PAPER, blocks=(Block("own", "x" * 3000),))).pages)
    lines = [line.replace("\u200b", "") for line in said.split("\n") if line.startswith("xx") or "x\u200bx" in line]
    assert sum(map(len, lines)) == 3000
    assert max(map(len, lines)) < 90


def test_an_address_can_be_copied_from_the_paper() -> None:
    address = "https://vidsyn.example.dk/" + "/".join(["familieafdelingen"] * 9) + "?id=1"
    assert address in words(drawn(sent(replace(PAPER, blocks=(Block("own", address),))))).replace(" ", "")


def test_signs_without_a_font_leave_the_rest_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    paper = sent(replace(PAPER, blocks=(*BLOCKS, Block("own", "Tak \U0001f600 for kanariefugl"))))
    reader = PdfReader(BytesIO(drawn(paper)))
    root: Any = reader.trailer["/Root"]
    assert "/StructTreeRoot" in root
    assert "kanariefugl" in reader.pages[0].extract_text()
    assert "kanariefugl" not in caplog.text


@given(papers)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_document_becomes_a_tagged_pdf(paper: Paper) -> None:
    root: Any = opened(paper).trailer["/Root"]
    assert root["/Lang"] == paper.language
    assert "/StructTreeRoot" in root
