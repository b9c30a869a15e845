"""A document as a tagged PDF (PDF/UA-1), set by typst. People's words reach it as data, never as its source."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import structlog
import typst

from bot.papers.paper import PAPER, Paper

log = structlog.get_logger()

ACCESSIBLE: list[typst.PDFStandard] = ["ua-1"]


@cache
def _source() -> bytes:
    return files("bot.papers").joinpath("paper.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    """Those that the typesetter brings along: the same on every machine, with all letters of the three languages."""
    return typst.Fonts(include_system_fonts=False)


def drawn(paper: Paper) -> bytes:
    """The PDF. Signs that no font has make it a plain tagged one, with a box where each stands."""
    try:
        return _set(paper, ACCESSIBLE)
    except typst.TypstError:  # its text quotes the document
        log.info("pdf_without_standard")
        return _set(paper, [])


def _set(paper: Paper, standards: list[typst.PDFStandard]) -> bytes:
    made = typst.compile(
        _source(),
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"paper": PAPER.dump_json(paper).decode()},
        pdf_standards=standards,
        timestamp=paper.made.replace(microsecond=0),
    )
    if not isinstance(made, bytes):
        raise TypeError("The typesetter gave no PDF.")
    return made
