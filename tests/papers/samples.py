"""Documents to draw, and what is read back from the files."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

from hypothesis import strategies as st
from pypdf import PdfReader

from bot.papers.paper import PDF, Block, Paper, as_file, paper_in
from tests.slack.drawings import anything

NOTE = "Det her er en læringsplan og ikke en bedømmelse."
BLOCKS = (
    Block("plain", "Jobbytte forår, 5. maj–7. maj."),
    Block("heading", "Mål"),
    Block("item", "Jeg vil kunne skrive en indberetning, der kan bruges. Ærø, Ålborg, Øster Å"),
    Block("item", "Kende to, jeg kan ringe til"),
    Block("heading", "Udbytte"),
    Block("label", "Det har rykket mig"),
    Block("own", "Før tænkte jeg, at de var ligeglade.\nNu tænker jeg, at de mangler oplysninger."),
    Block("small", NOTE),
)
MADE = datetime(2026, 5, 11, 8, 0, 3, 77, tzinfo=UTC)
PAPER = Paper("Emil Eriksen: Mål og udbytte", "Sundby Kommune", MADE, "11. maj 2026", "da", BLOCKS)

HARD = (
    "x" * 3000,
    "#set text(red) ] @ref $x$ `raw` *b* _i_ // no /* no */ <label> \\u{41} = heading",
    '"); panic("x")',
    "\x00\x07\x1b[31m\x85\u2028",
    "\ud83d \U0001f469\u200d\U0001f4bb \U0001f600",
    "עברית مرحبا \u202e abc \u2066",
    "中文日本語",
    "&lt;b&gt; <w:p/> ]]>",
    "",
    " \n\t\n ",
)
halves = st.text(st.sampled_from("aæ \n\ud83d\ude00\udfff\U0001f600"), max_size=30)
"""Texts with signs cut in the middle, as a platform may cut them."""

texts = st.one_of(st.sampled_from(HARD), anything, halves)
looks = st.sampled_from(["heading", "label", "plain", "own", "item", "small"])
papers = st.builds(
    Paper,
    texts,
    texts,
    st.just(MADE),
    st.just("11. maj 2026"),
    st.sampled_from(["da", "nb", "en"]),
    st.lists(st.builds(Block, looks, texts), max_size=6).map(tuple),
)


def sent(paper: Paper, media_type: str = PDF) -> Paper:
    """The document as it comes out of the outbox."""
    found = paper_in(as_file(paper, media_type))
    assert found is not None
    return found


def words(pdf: bytes) -> str:
    """All that can be read in a PDF, its lines joined."""
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)
