"""Text as Slack counts it and reads it: length after escaping, and what may stand between < and >."""

from __future__ import annotations

import re

from tests.slack.fake.looking import Json, Look

_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")
_ANGLES = re.compile(r"<([^<>]*)>")
_LABEL = r"(?:\|[^|]+)?"
_FORMS = [
    re.compile(rf"@[UW][A-Z0-9]+{_LABEL}"),
    re.compile(rf"#[CG][A-Z0-9]+{_LABEL}"),
    re.compile(r"!date\^-?\d+\^[^^|]*\{[a-z_]+\}[^^|]*(?:\^https?://[^|^]+)?\|[^|]+"),
    re.compile(rf"https?://[^\s|]+{_LABEL}"),
    re.compile(rf"(?:mailto|tel):[^\s|]+{_LABEL}"),
]
_EVERYONE = re.compile(r"!(?:here|channel|everyone|subteam\^.*)")


def escaped(text: str) -> str:
    """As Slack keeps it: & < > as entities, an entity that is there already left alone."""
    return _BARE_AMPERSAND.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def counted(text: str, *, mrkdwn: bool = False) -> int:
    """The length by which Slack measures a text."""
    if not mrkdwn:
        return len(escaped(text))
    return sum(len(part) if index % 2 else len(escaped(part)) for index, part in enumerate(_pieces(text)))


def _pieces(text: str) -> list[str]:
    """Outside and inside of `<…>` in turn; the inside with its angles."""
    pieces, end = [], 0
    for match in _ANGLES.finditer(text):
        pieces += [text[end : match.start()], match.group()]
        end = match.end()
    return [*pieces, text[end:]]


def mrkdwn_problems(text: str) -> list[str]:
    """What a careful sender never writes: Slack would show it wrongly, link it or call everybody.

    Slack itself takes these; the fake does not, since each is a text of somebody's that was not escaped or was cut.
    """
    said = []
    for index, piece in enumerate(_pieces(text)):
        if index % 2:
            inside = piece[1:-1]
            if _EVERYONE.fullmatch(inside):
                said.append("mentions everybody")
            elif not any(form.fullmatch(inside) for form in _FORMS):
                said.append("<…> holds no mention, date or link")
            continue
        if "<" in piece:
            said.append("< is not escaped")
        if ">" in re.sub(r"(?m)^>{1,3}", "", piece):
            said.append("> is not escaped")
        if _BARE_AMPERSAND.search(piece):
            said.append("& is not escaped, or an entity is cut in two")
    return said


def look_at_text(look: Look, at: str, value: object, most: int, *, mrkdwn: bool = False, least: int = 1) -> None:
    """A text object; `mrkdwn` says whether that type may stand here too."""
    thing = look.thing(at, value)
    if thing is None:
        return
    kind = thing.get("type")
    if kind not in (("plain_text", "mrkdwn") if mrkdwn else ("plain_text",)):
        look.wrong(f"{at}/type", f"must be plain_text{' or mrkdwn' if mrkdwn else ''}")
        return
    look.keys(at, thing, ("type", "text"), ("emoji",) if kind == "plain_text" else ("verbatim",))
    look.flag(at, thing, "emoji", "verbatim")
    text = thing.get("text")
    if not isinstance(text, str):
        look.wrong(f"{at}/text", "must be a string")
        return
    length = counted(text, mrkdwn=kind == "mrkdwn")
    if length < least or not text.strip():
        look.wrong(f"{at}/text", "must be more than 0 characters")
    if length > most:
        look.wrong(f"{at}/text", f"must be less than {most + 1} characters, is {length}")
    if kind == "mrkdwn":
        for sentence in mrkdwn_problems(text):
            look.wrong(f"{at}/text", sentence)


def weight(value: object) -> int:
    """All the text in blocks together, as the undocumented total counts it."""
    if isinstance(value, list):
        return sum(weight(item) for item in value)
    if not isinstance(value, dict):
        return 0
    own = _own_text(value)
    return own + sum(weight(item) for key, item in value.items() if key != "text" or not isinstance(item, str))


def _own_text(thing: Json) -> int:
    text = thing.get("text")
    return counted(text, mrkdwn=thing.get("type") in ("mrkdwn", "markdown")) if isinstance(text, str) else 0
