"""The Word file: real headings and lists, its language, and nothing of the template."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from docx.document import Document as Docx
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings

from bot.papers.paper import WORD, Paper
from bot.papers.word import drawn
from tests.papers.samples import BLOCKS, PAPER, papers, sent


def opened(paper: Paper) -> Docx:
    return Document(BytesIO(drawn(sent(paper, WORD))))


def test_headings_and_lists_are_real() -> None:
    paragraphs = opened(PAPER).paragraphs
    styles = [(it.style.name if it.style else "", it.text) for it in paragraphs]
    assert styles[:2] == [("Label", "Sundby Kommune · 11. maj 2026"), ("Heading 1", PAPER.title)]
    assert [text for style, text in styles if style == "Heading 2"] == ["Mål", "Udbytte"]
    assert [text for style, text in styles if style == "List Bullet"] == [
        block.text for block in BLOCKS if block.look == "item"
    ]
    assert [text for style, text in styles if style == "Quote"] == [BLOCKS[6].text]
    assert [text for _, text in styles[2:]] == [block.text for block in BLOCKS]


@pytest.mark.parametrize(("language", "code"), [("da", "da-DK"), ("nb", "nb-NO"), ("en", "en-GB")])
def test_it_says_its_language(language: str, code: str) -> None:
    document = opened(Paper(PAPER.title, PAPER.organisation, PAPER.made, PAPER.day, language, BLOCKS))
    said = {it.get(qn("w:val")) for it in document.styles.element.iter(qn("w:lang"))}
    assert said == {code}
    assert {it.get(qn("w:val")) for it in document.settings.element.iter(qn("w:themeFontLang"))} == {code}
    assert document.core_properties.language == code


def test_nothing_is_left_of_the_template() -> None:
    written = drawn(sent(PAPER, WORD))
    about = opened(PAPER).core_properties
    assert (about.title, about.author) == (PAPER.title, PAPER.organisation)
    assert (about.comments, about.keywords, about.last_modified_by) == ("", "", "")
    assert about.created == about.modified == PAPER.made.replace(microsecond=0)
    with ZipFile(BytesIO(written)) as zipped:
        everything = b"".join(zipped.read(name) for name in zipped.namelist())
        names = " ".join(zipped.namelist())
    assert b"python-docx" not in everything
    assert b"Macintosh" not in everything
    assert b"rsidRoot" not in everything
    assert not [part for part in ("thumbnail", "customXml", "stylesWithEffects") if part in names]


def test_it_is_a4_and_one_font() -> None:
    document = opened(PAPER)
    page = document.sections[0]
    size = [length.mm for length in (page.page_width, page.page_height) if length is not None]
    assert size == [pytest.approx(210, abs=0.1), pytest.approx(297, abs=0.1)]
    fonts = {document.styles[name].font.name for name in ("Normal", "Heading 1", "Heading 2", "List Bullet", "Quote")}
    assert fonts == {"Calibri"}


@given(papers)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_document_becomes_a_word_file(paper: Paper) -> None:
    clean = sent(paper, WORD)
    said = [it.text for it in Document(BytesIO(drawn(clean))).paragraphs]
    assert said[1:] == [clean.title, *(block.text for block in clean.blocks)]
    assert isinstance(Document(BytesIO(drawn(clean))).core_properties.created, datetime)
