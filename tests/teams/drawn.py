"""Messages to draw as cards, the words to do it with, and how to read what was drawn."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from bot.channel import Button, Message
from tests.slack.drawings import anything, doors, fields, ids, parts, seen, short
from tests.teams.schema import Json, elements

WORDS: Final = {
    "btn.continue": "Fortsæt",
    "btn.yes": "Ja",
    "teams.an_hour": "Kan hentes i en time.",
    "teams.choose": "Vælg",
    "teams.cut": "Her er ikke plads til mere. Resten kan ses under Mine data.",
    "teams.download": "Hent",
    "teams.in_chat": "Filerne kan hentes i chatten.",
    "teams.nowhere": "Filerne kan ikke hentes herfra endnu.",
    "teams.required": "Det her skal udfyldes.",
    "teams.title": "Vidsyn",
    "teams.wrong": "Flere svar skal ses igennem. Hvad der er galt, står over hvert af dem.",
}
EMIL, LONE, VERA = (f"{n}0000000-0000-4000-8000-00000000000{n}" for n in "123")
MEMBERS: Final = {"p1": EMIL, "p2": LONE}

buttons = st.builds(Button, ids | st.just("pause"), short, *[st.booleans()] * 6)
messages = st.builds(
    Message,
    parts=st.lists(parts, max_size=8).map(tuple),
    preview=anything,
    card=ids,
    fields=st.lists(fields(), max_size=4, unique_by=lambda it: it.key).map(tuple),
    buttons=st.lists(buttons, max_size=40, unique_by=lambda it: it.id).map(tuple),
    door=st.none() | doors,
)

_READ: Final = ("text", "label", "title", "value", "tooltip")


def say(key: str) -> str:
    """The words in Danish."""
    return WORDS[key]


def shown(card: Json) -> str:
    """All that can be read on it, without what cannot be seen, in the order it stands."""
    return seen(" ".join(_texts(card))).replace("\u02cb", "`")


def lines(card: Json) -> list[str]:
    """What stands on it, a line for each text, input and row of buttons."""
    found = []
    for element in elements(card["body"]):
        kind = element["type"]
        if kind in ("TextRun", "TextBlock"):
            found.append(element["text"])
        elif kind == "ActionSet":
            found.append(" ".join(f"[{it['title']}]" for it in element["actions"]))
        elif kind.startswith("Input."):
            found.append(f"{element['label']}: {kind.removeprefix('Input.')} {element.get('style', '')}".rstrip())
    return found


def _texts(card: Json) -> list[str]:
    found: list[str] = []
    for element in elements(card["body"]):
        choices: list[Any] = element.get("choices", [])
        said = [element.get(key, "") for key in _READ] + [it["title"] for it in choices]
        found += [text for text in said if isinstance(text, str)]
    return found
