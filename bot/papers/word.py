"""A document as a Word file (DOCX): real headings, lists and language, and nothing of the template it begins from."""

from __future__ import annotations

from datetime import UTC
from io import BytesIO

from docx import Document
from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE as KIND
from docx.opc.part import Part
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from bot.papers.paper import Block, Paper

LANGUAGES = {"da": "da-DK", "nb": "nb-NO", "en": "en-GB"}
STYLES = {"heading": "Heading 2", "own": "Quote", "item": "List Bullet", "plain": "Normal", "label": "Label"}
FONT = "Calibri"
INK, GREY = RGBColor(0x22, 0x22, 0x22), RGBColor(0x5F, 0x5F, 0x5F)
TEMPLATE_ONLY = (
    "http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail",
    "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects",
    KIND.CUSTOM_XML,
)
"""Parts that say something of whoever made the template, and nothing of the document."""

ABOUT_US = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    b"<Application>Vidsyn</Application></Properties>"
)


def drawn(paper: Paper) -> bytes:
    """The Word file."""
    document = Document()
    _strip(document)
    _describe(document, paper)
    _dress(document, paper)
    document.add_paragraph(f"{paper.organisation} · {paper.day}", style="Label")
    document.add_paragraph(paper.title, style="Heading 1")
    for block in paper.blocks:
        _add(document, block)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _add(document: Docx, block: Block) -> None:
    paragraph = document.add_paragraph(block.text, style=STYLES.get(block.look, "Label"))
    if block.look == "label":
        paragraph.paragraph_format.keep_with_next = True
    if block.look == "small":
        paragraph.paragraph_format.space_before = Pt(24)


def _strip(document: Docx) -> None:
    for rels in (document.part.rels, document.part.package.rels):
        for id in [id for id, rel in rels.items() if rel.reltype in TEMPLATE_ONLY]:
            del rels[id]
    about = document.part.package.part_related_by(KIND.EXTENDED_PROPERTIES)
    if isinstance(about, Part):
        about._blob = ABOUT_US
    for ids in document.settings.element.findall(qn("w:rsids")):
        document.settings.element.remove(ids)


def _describe(document: Docx, paper: Paper) -> None:
    about = document.core_properties
    about.title, about.author, about.last_modified_by = paper.title[:255], paper.organisation[:255], ""
    about.comments, about.keywords = "", ""
    about.language = LANGUAGES[paper.language]
    made = paper.made.astimezone(UTC).replace(tzinfo=None)
    about.created, about.modified = made, made


def _dress(document: Docx, paper: Paper) -> None:
    """A4, one language, one font, dark headings."""
    for found in document.styles.element.iter(qn("w:lang")):
        found.set(qn("w:val"), LANGUAGES[paper.language])
    for found in document.settings.element.iter(qn("w:themeFontLang")):
        found.set(qn("w:val"), LANGUAGES[paper.language])
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(27)
    page.top_margin = page.bottom_margin = Mm(25)
    label = document.styles.add_style("Label", WD_STYLE_TYPE.PARAGRAPH)
    for name, size, before, after in (
        ("Normal", 11.0, 0, 8),
        ("Heading 1", 20.0, 0, 10),
        ("Heading 2", 13.0, 16, 6),
        ("List Bullet", 11.0, 0, 4),
        ("Quote", 11.0, 0, 8),
        ("Label", 9.5, 6, 4),
    ):
        style = document.styles[name]
        if isinstance(style, ParagraphStyle):
            _look(style, size, before, after)
    label.font.color.rgb = GREY
    document.styles["Quote"].paragraph_format.left_indent = Mm(6)


def _look(style: ParagraphStyle, size: float, before: float, after: float) -> None:
    style.font.name, style.font.size, style.font.color.rgb, style.font.italic = FONT, Pt(size), INK, False
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in [name for name in fonts.attrib if name.endswith(("Theme", "theme"))]:
        del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), FONT)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
