"""Messages of every kind for the tests of what is drawn, and how to read what was drawn."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from hypothesis import strategies as st

from bot.channel import Button, Choice, Door, Field, Message, Part
from bot.channels.slack.text import harmless, visible

WORDS: Final = {
    "btn.yes": "Ja",
    "btn.continue": "Fortsæt",
    "btn.close": "Luk",
    "slack.choose": "Vælg",
    "slack.cut": "Her er ikke plads til mere. Resten kan ses under Mine data.",
    "slack.leave": "Hvad skal jeg gøre med det?",
    "slack.title": "Vidsyn",
}
MEMBERS: Final = {"p1": "U111", "p2": "W222"}

INJECTIONS: Final = (
    "<!channel> <!here> <!everyone>",
    "<@U1> <#C1> <!subteam^S1>",
    "<http://evil.example|bank>",
    "<at>Hanne</at> <at id='1'>",
    "<script>alert(1)</script> <img src=x>",
    "[x](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "*fed* _kursiv_ ~streg~ `kode` ```blok```",
    "> citat\n>>> mere",
    ":smile: :+1::skin-tone-2:",
    "https://evil.example www.evil.example a@evil.example",
    "&amp; &lt;!channel&gt; &amp;lt;",
    "@channel @here @everyone #general",
    "\u202eevil\u202c \u2066x\u2069 \u200f\u061c",
    "\u200b\u200c\u2060\ufeff",
    "e" + "\u0301" * 10_000,
    "\x00\x07\x1b[31m rød \x85",
    "👨‍👩‍👧‍👦" * 700,
    "🇩🇰" * 2000,
    "&" * 4000,
    "\ud800 halv",
)
NOTHING: Final = ("", " ", "\n\n", "\u200b", "\u00ad", "\u3164", "\u202e")

anything = st.one_of(
    st.text(max_size=80),
    st.sampled_from((*INJECTIONS, *NOTHING)),
    st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=12), st.integers(1, 900)),
)
short = st.one_of(st.text(max_size=200), st.sampled_from((*INJECTIONS[:14], *NOTHING)))
ids = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789._#"), min_size=1, max_size=20)
choices = st.lists(st.builds(Choice, ids, short), max_size=130, unique_by=lambda it: it.value).map(tuple)


@st.composite
def fields(draw: st.DrawFn) -> Field:
    """A field of any kind, with values that are of it and values that are not."""
    offered = draw(choices)
    values = st.sampled_from(
        [choice.value for choice in offered] + ["p1", "2026-05-05", "15:40", "2026-02-31", "25:00"]
    )
    return Field(
        key=draw(ids),
        kind=draw(st.sampled_from(("text", "long", "one", "many", "scale", "date", "time", "person", "tick"))),
        label=draw(short),
        who=draw(short),
        hints=tuple(draw(st.lists(short, max_size=3))),
        choices=offered,
        value=draw(st.one_of(values, anything)),
        chosen=tuple(draw(st.lists(values, max_size=4))),
        required=draw(st.booleans()),
        limit=draw(st.sampled_from((0, 100, 300, 3000))),
    )


parts = st.builds(Part, anything, st.sampled_from(("plain", "title", "asked", "who", "own", "small")))
buttons = st.builds(Button, ids | st.just("pause"), short, *[st.booleans()] * 5)
doors = st.builds(Door, ids, short, short, anything, st.booleans())
messages = st.builds(
    Message,
    parts=st.lists(parts, max_size=8).map(tuple),
    preview=anything,
    card=ids,
    fields=st.lists(fields(), max_size=4, unique_by=lambda it: it.key).map(tuple),
    buttons=st.lists(buttons, max_size=40, unique_by=lambda it: it.id).map(tuple),
    door=st.none() | doors,
)


def say(key: str) -> str:
    """The words in Danish."""
    return WORDS[key]


def things(drawn: Any) -> Iterator[dict[str, Any]]:
    """Every object in it, outermost first."""
    if isinstance(drawn, dict):
        yield drawn
    for item in drawn.values() if isinstance(drawn, dict) else drawn if isinstance(drawn, list) else ():
        yield from things(item)


def shown(drawn: Any) -> str:
    """All that can be read in it, without what cannot be seen, in the order it stands."""
    texts = [thing.get(key) for thing in things(drawn) for key in ("text", "initial_value")]
    return seen("".join(text for text in texts if isinstance(text, str)))


def seen(text: str) -> str:
    """The text without white space and other signs that are not seen."""
    return "".join(sign for sign in unicodedata.normalize("NFC", harmless(text)) if visible(sign))


def types(drawn: Any) -> set[str]:
    """Every type in it."""
    return {thing["type"] for thing in things(drawn) if "type" in thing}
