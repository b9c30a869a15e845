"""The sentences that HR may say otherwise: which, whether one fits, how it looks, and all of them in a file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final

from bot.words import LANGUAGES, ROOM, Text, Words, forms_of, placeholders_of
from dialogs.model import Rejected, Say
from dialogs.sentence import misfit, written
from dialogs.typed import fold

LONGEST: Final = 1000
"""Characters of a sentence whose place has no smaller room."""

OURS: Final = ("playground.", "personal.", "slack.", "teams.", "take.", "own.", "choose.", "placeholder.")
"""Sentences about the product itself, and those by which the others are changed: they stay as they are."""

PLURALS: Final = ("one", "other")
"""The forms that Danish, Bokmål and English have."""

MOST_FOUND: Final = 50
"""Sentences that one search shows."""

NAMES: Final = {"name": "Emil", "leader": "Lone", "host": "Vera", "coach": "Kim", "contact": "Hanne", "new": "Mette"}
WHEN: Final = ("start", "end", "date", "deadline", "day", "when")
NUMBERS: Final = ("n", "total", "minutes", "limit", "least", "most", "low", "high")
PLACES: Final = {"home_unit": "own.example.home", "host_unit": "own.example.host", "programme": "own.example.programme"}


def may_change(words: Words, key: str) -> bool:
    """Whether HR may say it otherwise."""
    return words.has(key) and not key.startswith(OURS)


def room(words: Words, key: str) -> int:
    """Characters that the sentence may have."""
    return ROOM.get(words.kind(key).type, LONGEST)


def fault(words: Words, key: str, text: Text) -> Rejected | None:
    """Why a sentence cannot stand in the place of this one; None when it can."""
    if not may_change(words, key):
        return Rejected("own.unknown")
    wanted = words.placeholders(key)
    if not isinstance(text, str) and not _has_forms(words, key, text):
        return Rejected("own.forms")
    if missing := sorted(wanted - placeholders_of(text)):
        there = any(form.strip() for form in forms_of(text))
        return Rejected("placeholder.missing", {"text": written(missing)}) if there else Rejected("required")
    # The form for one thing may say "a day" where the other says "{n} days".
    found = (misfit(form, wanted & placeholders_of(form), room(words, key)) for form in forms_of(text))
    return next((rejected for rejected in found if rejected is not None), None)


def _has_forms(words: Words, key: str, text: Mapping[str, str]) -> bool:
    """Whether the forms of a sentence are those of one that counts something."""
    counts = not isinstance(words.product.written("en", key), str)
    return counts and "other" in text and not {*text} - {*PLURALS}


def search(words: Words, language: str, text: str) -> list[str]:
    """The keys of the sentences that hold all that is searched for, or whose key does; in their order."""
    wanted = fold(text).split()
    return [
        key
        for key in words.keys
        if may_change(words, key)
        and (text.strip() in key or all(word in fold(words.plain(language, key)) for word in wanted))
    ]


def example(words: Words, language: str, key: str, text: Text, today: date, organisation: str) -> str:
    """The sentence as it would look, filled in with what could stand there."""
    shown = words.with_own(organisation, {(language, key): text})
    return shown.text(language, key, examples(words, language, today, organisation))


def examples(words: Words, language: str, today: date, organisation: str) -> dict[str, Any]:
    """A value for every placeholder."""
    own = Say("own.example.text")
    return {
        **dict.fromkeys(("goal", "sign", "quote", "assumption", "action", "plan", "request", "text", "item"), own),
        **{name: Say(example_key) for name, example_key in PLACES.items()},
        **NAMES,
        **dict.fromkeys(WHEN, today),
        **dict.fromkeys(NUMBERS, 3),
        "place": Say("own.example.host"),
        "before": own,
        "after": own,
        "org": organisation,
        "time": time(15, 15),
        "hour": time(15, 15),
        "link": "https://vidsyn.example.dk/you/…",
        "list": (own, own),
    }


# By file


@dataclass(frozen=True)
class Line:
    """A sentence of a file. `text` is None where it is the product's own."""

    key: str
    text: Text | None


def as_file(words: Words, language: str) -> str:
    """All sentences that may be changed, as TOML: the organisation's own where there is one."""
    lines = (
        f"{json.dumps(key)} = {_toml(words.written(language, key))}" for key in words.keys if may_change(words, key)
    )
    return f"language = {json.dumps(language)}\n\n" + "\n".join(lines) + "\n"


def from_file(words: Words, content: str) -> tuple[str, list[Line], list[tuple[str, Rejected]]]:
    """The language of a file, what is said in it, and by key what is wrong with it.

    Raises ValueError with a sentence when it cannot be read at all.
    """
    try:
        table: dict[str, Any] = tomllib.loads(content)
    except tomllib.TOMLDecodeError as exc:
        raise ValueError(f"The file cannot be read as TOML: {exc}.") from exc
    except RecursionError:
        raise ValueError("The file cannot be read as TOML: too much stands inside each other.") from None
    language = table.pop("language", None)
    if language not in LANGUAGES:
        raise ValueError('The file must begin with its language: language = "da", "nb" or "en".')
    lines: list[Line] = []
    faults: list[tuple[str, Rejected]] = []
    for key, text in _flat(table):
        if not _is_text(text):
            faults.append((key, Rejected("own.forms")))
            continue
        said = text.strip() if isinstance(text, str) else text
        rejected = fault(words, key, said)
        if rejected is not None:
            faults.append((key, rejected))
        else:
            lines.append(Line(key, None if said == words.product.written(language, key) else said))
    return language, lines, faults


def _flat(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Keys are quoted; one that is written without the marks has become a table in a table."""
    for key, value in table.items():
        if isinstance(value, dict) and not {*value} <= {*PLURALS}:
            yield from ((f"{key}.{rest}", inner) for rest, inner in _flat(value))
        else:
            yield key, value


def _is_text(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, dict) and all(isinstance(form, str) for form in value.values()))


def _toml(text: Text) -> str:
    if isinstance(text, str):
        return json.dumps(text, ensure_ascii=False)
    forms = (f"{form} = {json.dumps(said, ensure_ascii=False)}" for form, said in text.items())
    return "{ " + ", ".join(forms) + " }"
