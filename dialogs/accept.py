"""From what a person typed, pressed or filled in to a value, or to the reason why not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import assert_never

from dialogs.model import (
    Ack,
    Answer,
    Day,
    Facts,
    Hour,
    Many,
    Number,
    One,
    Person,
    Raw,
    Rejected,
    Review,
    Scale,
    Text,
    Value,
)
from dialogs.sentence import misfit
from dialogs.typed import day, fold, hour, number

LONGEST_CHOICE = 2000
"""Characters; a longer text chooses nothing, and is not searched."""

UNSEEN: dict[int, str | None] = {
    **dict.fromkeys((*range(32), *range(127, 160), *range(0xD800, 0xE000))),
    **dict.fromkeys((0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)),
    ord("\n"): "\n",
    ord("\t"): " ",
    0x2028: "\n",
    0x2029: "\n",
}
"""Control characters, half characters and marks that turn the direction of the text."""

YES = set("ja jo jep japp jada yes yep yeah ok okay enig agree agreed true on x 1 checked".split())
NO = set("nej nei nope no næ uenig false off 0 unchecked".split())
SEND = set("send post del share gem save done færdig ferdig godkend godkjenn".split())
POLITE = set("tak takk please thanks thank you gerne gjerne det er jeg".split())
AGREES = {"btn.yes", "btn.accept", "btn.approve", "btn.add_goal", "btn.add_action"}
REFUSES = {"btn.no", "btn.decline", "btn.reject", "btn.no_more"}
ALL = {"alle", "alt", "all", "everything", "det hele", "alt sammen", "alle sammen"}
NONE = {"ingen", "intet", "ikke noget", "ingenting", "none", "nothing", "ikke noe"}
BETWEEN = re.compile(r"\s*(?:[,;\n&+]|\b(?:og|and)\b)\s*", re.IGNORECASE)


def accept(answer: Answer, raw: Raw, facts: Facts, labels: Mapping[str, str]) -> Value | Rejected:
    """The value to keep. `labels` are the options' words in the reader's language; a fact's have theirs."""
    if isinstance(raw, list):
        parts = [clean(part) for part in raw]
        if isinstance(answer, Many):
            return _many(answer, parts, _options(answer, facts, labels))
        text = ", ".join(filter(None, parts))
    else:
        text = clean(raw)
    if not text:
        return Rejected("required")
    match answer:
        case Text():
            return _text(answer, text, facts)
        case One():
            return _one(text, _options(answer, facts, labels))
        case Many():
            return _typed_many(answer, text, _options(answer, facts, labels))
        case Number(low=low, high=high):
            return _number(text, low, high)
        case Scale():
            return _scale(answer, text)
        case Day():
            found = day(text, _today(facts))
            return found.isoformat() if found else Rejected("date")
        case Hour():
            return _hour(text, _options(answer, facts, labels))
        case Person():
            return _person(answer, text, facts)
        case Ack():
            return True if _says(text, YES) else Rejected("ack")
        case Review():
            button = labels.get(answer.button, answer.button)
            return True if _says(text, YES | SEND) or fold(text) == fold(button) else Rejected("review")
    assert_never(answer)


def declines(answer: Answer, raw: Raw) -> bool:
    """Whether a tick was not set, for which some platforms send a word, or somebody typed that they do not agree."""
    return isinstance(answer, Ack) and isinstance(raw, str) and _says(clean(raw), NO)


def clean(text: str) -> str:
    """The text without what cannot be seen, trimmed."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(UNSEEN).strip()


def _options(answer: Answer, facts: Facts, labels: Mapping[str, str]) -> dict[str, str]:
    """Option value to its label."""
    options = {value: labels.get(value, "") for value in getattr(answer, "options", ())}
    fact = getattr(answer, "fact", "")
    if fact and not isinstance(answer, Review):
        options |= {option["value"]: option["label"] for option in facts.get(fact, ())}
    return options


def _today(facts: Facts) -> date:
    today = facts["today"]
    return today if isinstance(today, date) else date.fromisoformat(today)


def _text(answer: Text, text: str, facts: Facts) -> Value | Rejected:
    if len(text) > answer.limit:
        return Rejected("too_long", {"limit": answer.limit, "n": len(text)})
    if len(re.findall(r"[^\W\d_]+", text)) < answer.words:
        return Rejected("required")
    if answer.fills and (rejected := misfit(text, facts.get(answer.fills, ()), facts.get("room", answer.limit))):
        return rejected
    return unicodedata.normalize("NFC", text)  # only now: on endless text it is slow


def _one(text: str, options: Mapping[str, str]) -> Value | Rejected:
    found = _find(text, options)
    if len(found) == 1:
        return found[0]
    return _unclear(found, options)


def _unclear(found: list[str], options: Mapping[str, str]) -> Rejected:
    if not found:
        return Rejected("option")
    return Rejected("ambiguous", {"list": [options[value] for value in found]})


def _many(answer: Many, parts: list[str], options: Mapping[str, str]) -> Value | Rejected:
    chosen: set[str] = set()
    for part in filter(None, parts):
        found = _find(part, options)
        if len(found) != 1:
            return _unclear(found, options)
        chosen.update(found)
    if not chosen and answer.least:
        return Rejected("required")
    if len(chosen) < answer.least:
        return Rejected("few", {"least": answer.least})
    if len(chosen) > answer.most:
        return Rejected("many", {"most": answer.most})
    return [value for value in options if value in chosen]


def _typed_many(answer: Many, text: str, options: Mapping[str, str]) -> Value | Rejected:
    if len(text) > LONGEST_CHOICE:
        return Rejected("option")
    if not _find(text, options):
        if fold(text) in ALL:
            return _many(answer, list(options), options)
        if fold(text) in NONE:
            return _many(answer, [], options)
        if re.fullmatch(r"[0-9\s]+", text):
            return _many(answer, text.split(), options)
    return _many(answer, _pieces(text, options), options)


def _pieces(text: str, options: Mapping[str, str]) -> list[str]:
    """The text cut at commas and "og", but not inside a label that has some of its own."""
    edges = [(0, 0), *(gap.span() for gap in BETWEEN.finditer(text)), (len(text), len(text))]
    whole = {fold(label) for label in options.values()}
    most = max((len(BETWEEN.findall(label)) for label in options.values()), default=0)
    pieces, at = [], 0
    while at < len(edges) - 1:
        ends = range(min(at + most + 1, len(edges) - 1), at, -1)
        end = next((e for e in ends if fold(text[edges[at][1] : edges[e][0]]) in whole), at + 1)
        pieces.append(text[edges[at][1] : edges[end][0]])
        at = end
    return pieces


def _find(text: str, options: Mapping[str, str]) -> list[str]:
    """The options a text can mean: by value, label, number, beginning, or a plain yes or no."""
    if len(text) > LONGEST_CHOICE:
        return []
    if text in options:
        return [text]
    wanted = fold(unicodedata.normalize("NFC", text))
    folded = {value: fold(label) for value, label in options.items()}
    same = [value for value in options if text == options[value].strip()] or [
        value for value in options if wanted and wanted == folded[value]
    ]
    if same:
        return same
    if re.fullmatch(r"[0-9]{1,4}", wanted):
        return list(options)[int(wanted) - 1 : int(wanted)] if int(wanted) else []
    begins = [value for value in options if wanted and folded[value].startswith(wanted)]
    whole_words = [value for value in begins if folded[value].startswith(wanted + " ")]
    if len(begins) == 1 or len(whole_words) == 1:
        return begins if len(begins) == 1 else whole_words
    for words, meant in ((YES, AGREES), (NO, REFUSES)):
        if _says(text, words) and (answers := [value for value in options if value in meant]):
            return answers
    counted = number(text)
    if not begins and counted:
        return list(options)[counted - 1 : counted]
    return begins


def _says(text: str, words: set[str]) -> bool:
    """True when the text is one of the words, with or without a thank you."""
    said = [word for word in fold(text[:LONGEST_CHOICE]).split() if word not in POLITE]
    return bool(said) and len(said) <= 3 and all(word in words for word in said)


def _number(text: str, low: int, high: int) -> Value | Rejected:
    written = number(text)
    fits = written is not None and low <= written <= high
    return written if written is not None and fits else Rejected("scale", {"low": low, "high": high})


def _scale(answer: Scale, text: str) -> Value | Rejected:
    found = number(text)
    if found is None or not answer.low <= found <= answer.high:
        return Rejected("scale", {"low": answer.low, "high": answer.high})
    return found


def _hour(text: str, options: Mapping[str, str]) -> Value | Rejected:
    found = hour(text)
    if found:
        return found
    # A number is an hour here, never the number of an option.
    chosen = [] if number(text) is not None else _find(text, options)
    return chosen[0] if len(chosen) == 1 else Rejected("time")


def _person(answer: Person, text: str, facts: Facts) -> Value | Rejected:
    people = facts.get(answer.fact, ())
    options = {person["value"]: person["label"] for person in people}
    address = text.casefold()
    found = [person["value"] for person in people if address in _addresses(person)] or _find(text, options)
    if not found and len(text) <= LONGEST_CHOICE:
        names = fold(text).split()
        found = [value for value in options if names and _named(names, fold(options[value]).split())]
    if len(found) == 1:
        return str(found[0])
    return _unclear(found, options) if found else Rejected("person")


def _addresses(person: Mapping[str, str]) -> list[str]:
    return [person[kind].casefold() for kind in ("email", "address") if person.get(kind)]


def _named(typed: list[str], name: list[str]) -> bool:
    """True when every typed word begins one of the words of the name."""
    return len(typed) <= 10 and all(any(part.startswith(word) for part in name) for word in typed)
