"""What a press brings back: the button's own data and, beside them, what stood in the card's inputs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dialogs.model import Raw

OURS = "vidsyn"
"""The key of the button's own data."""

ANSWER = "answer:"
"""Begins the id of an input; a question's key follows."""

CHOICE = "choice"
"""The id of a choice among buttons that is drawn as an input."""

MOST_TEXT = 40_000
MOST_VALUES = 200
MOST_KEY = 200
"""Characters of one text, answers at once, characters of a key or an id: what is more is no card of ours."""

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Filled:
    """What was pressed, and what was filled in by question key.

    `people` are the answers that name a user of the tenant, by AAD object id in lower case; their keys are in no other.
    `dialog`: it was pressed in a dialog.
    """

    card: str = ""
    button: str = ""
    values: Mapping[str, Raw] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    leave: Literal["", "mask", "keep"] = ""
    leaves: tuple[str, ...] = ()
    dialog: bool = False


def filled(data: Any) -> Filled:
    """The data of an action, read. What is odd is left out: without a card and a button nothing was pressed."""
    about = data.get(OURS) if isinstance(data, Mapping) else None
    if not isinstance(about, Mapping):
        return Filled()
    several = _keys(about.get("many"))
    values: dict[str, Raw] = {}
    people: dict[str, str] = {}
    for id, given in data.items():
        key = _text(id).removeprefix(ANSWER)
        if not _text(id).startswith(ANSWER) or not 0 < len(key) <= MOST_KEY or len(values) >= MOST_VALUES:
            continue
        if not isinstance(given, str) or len(given) > MOST_TEXT:
            continue
        if _GUID.fullmatch(given):
            people[key] = given.lower()
        else:
            values[key] = [it for it in given.split(",") if it] if key in several else given
    for key in several:
        values.setdefault(key, [])  # where nothing is ticked, nothing is sent
    leave = about.get("leave")
    return Filled(
        card=_id(about.get("card")),
        button=_id(data.get(CHOICE)) or _id(about.get("button")),
        values=values,
        people=people,
        leave="mask" if leave == "mask" else "keep" if leave == "keep" else "",
        leaves=_keys(about.get("leaves")),
        dialog=about.get("dialog") is True,
    )


def _keys(given: Any) -> tuple[str, ...]:
    them = given[:MOST_VALUES] if isinstance(given, list) else []
    return tuple(it for it in them if _id(it))


def _id(given: Any) -> str:
    return given if isinstance(given, str) and len(given) <= MOST_KEY else ""


def _text(given: Any) -> str:
    return given if isinstance(given, str) else ""
