"""The rich_text block: sections, lists, quotes and code, and what stands in them."""

from __future__ import annotations

from tests.slack.fake.looking import Json, Look

# What a span needs, and what it may have besides.
_SPANS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "text": (("text",), ("style",)),
    "link": (("url",), ("text", "style", "unsafe")),
    "emoji": (("name",), ("unicode", "skin_tone", "style")),
    "user": (("user_id",), ("style",)),
    "channel": (("channel_id",), ("style",)),
    "date": (("timestamp", "format"), ("url", "fallback", "style")),
}
_STYLES = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
_SECTIONS: dict[str, tuple[str, ...]] = {
    "rich_text_section": (),
    "rich_text_preformatted": ("border", "language"),
    "rich_text_quote": ("border",),
}


def look_at_rich_text(look: Look, at: str, block: Json) -> None:
    """The block's elements; its own keys are the caller's."""
    for index, value in enumerate(look.many(at, block, "elements", 1, 10_000)):
        here = f"{at}/elements/{index}"
        part = look.thing(here, value)
        if part is None:
            continue
        if part.get("type") == "rich_text_list":
            _look_at_list(look, here, part)
        else:
            _look_at_section(look, here, part)


def _look_at_list(look: Look, at: str, part: Json) -> None:
    look.keys(at, part, ("type", "style", "elements"), ("indent", "offset", "border"))
    look.one_of(at, part, "style", ("bullet", "ordered"))
    look.number(at, part, "indent", 0, 8)
    for index, value in enumerate(look.many(at, part, "elements", 1, 10_000)):
        here = f"{at}/elements/{index}"
        section = look.thing(here, value)
        if section is None:
            continue
        if section.get("type") != "rich_text_section":
            look.wrong(here, "a list holds rich_text_section only")
        _look_at_section(look, here, section)


def _look_at_section(look: Look, at: str, part: Json) -> None:
    kind = part.get("type")
    if kind not in _SECTIONS:
        look.wrong(at, "unknown rich text element")
        return
    look.keys(at, part, ("type", "elements"), _SECTIONS[str(kind)])
    for index, value in enumerate(look.many(at, part, "elements", 1, 10_000)):
        here = f"{at}/elements/{index}"
        span = look.thing(here, value)
        if span is not None:
            _look_at_span(look, here, span)


def _look_at_span(look: Look, at: str, span: Json) -> None:
    kind = span.get("type")
    if kind in ("broadcast", "usergroup"):
        look.wrong(at, "mentions everybody")
    elif kind not in _SPANS:
        look.wrong(at, "unknown rich text element")
    else:
        required, optional = _SPANS[str(kind)]
        look.keys(at, span, ("type", *required), optional)
        look.text(at, span, "text", 40_000)
        style = span.get("style", {})
        if not isinstance(style, dict) or set(style) - set(_STYLES):
            look.wrong(f"{at}/style", f"holds {', '.join(_STYLES)} only")
        else:
            look.flag(f"{at}/style", style, *style)
