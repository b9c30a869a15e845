"""A question as a field of a form, in the reader's language: its label, its options, and what was answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.channel import Choice, Field
from bot.words import Words
from dialogs.model import (
    Ack,
    Ask,
    Day,
    Facts,
    Hour,
    Many,
    Number,
    One,
    Person,
    Say,
    Scale,
    Text,
    Value,
)

Who = Callable[[Ask], Say | None]
"""The sentence that says who will see the answer."""


@dataclass(frozen=True)
class Reader:
    """For whom a screen is drawn: language, the words, what is known, and who will see the answers."""

    language: str
    words: Words
    facts: Facts
    who: Who

    def text(self, key: str, values: Mapping[str, Any] | None = None) -> str:
        """A sentence with the facts in its placeholders."""
        return self.words.text(self.language, key, {**self.facts, **(values or {})})

    def values(self, ask: Ask) -> dict[str, Any]:
        """The facts as a repeat sees them: "goal#2" stands in for "goal"."""
        if not ask.number:
            return dict(self.facts)
        ending = "#" + ask.number
        own = {key.removesuffix(ending): value for key, value in self.facts.items() if key.endswith(ending)}
        return {**self.facts, **own}


def labels_of(reader: Reader, ask: Ask) -> dict[str, str]:
    """The options of a question by value, in the reader's language; those of a fact bring their own labels."""
    answer = ask.answer
    if isinstance(answer, (One, Many, Person)) and answer.fact:
        return {option["value"]: option["label"] for option in reader.facts.get(answer.fact, ())}
    return dict(reader.words.labels(reader.language, ask, reader.values(ask)))


def hints_of(reader: Reader, ask: Ask) -> list[str]:
    """What stands small below the question, while the reader still needs it."""
    if not reader.facts.get("hints", True):
        return []
    return [reader.words.text(reader.language, key, reader.values(ask)) for key in ask.hints]


def _range(reader: Reader, ask: Ask) -> list[str]:
    """Between which numbers the answer lies."""
    answer = ask.answer
    if not isinstance(answer, Number):
        return []
    return [reader.text("choose.range", {"low": answer.low, "high": answer.high})]


def field_of(reader: Reader, ask: Ask, filled: Mapping[str, Value]) -> Field:
    """A question as a field, with what was answered already."""
    who = reader.who(ask)
    labels = labels_of(reader, ask)
    given = filled.get(ask.key)
    kinds: dict[type[object], str] = {
        One: "one",
        Many: "many",
        Scale: "scale",
        Day: "date",
        Hour: "time",
        Person: "person",
        Ack: "tick",
    }
    kind = kinds.get(type(ask.answer), "long" if isinstance(ask.answer, Text) and ask.answer.long else "text")
    starter = reader.facts.get(ask.starter, "") if ask.starter else ""
    if ask.starter and not starter and reader.words.has(ask.starter):
        starter = reader.text(ask.starter)
    return Field(
        key=ask.key,
        kind=kind,  # type: ignore[arg-type]  # the table above names only kinds of Field
        label=reader.words.text(reader.language, ask.words, reader.values(ask)),
        who=reader.words.say(reader.language, who) if who else "",
        hints=(*_range(reader, ask), *hints_of(reader, ask)),
        choices=_choices(ask, labels),
        value=_shown(given) if given is not None else str(starter),
        chosen=_chosen(reader, ask, given),
        required=ask.required,
        limit=ask.answer.limit if isinstance(ask.answer, Text) else 0,
    )


def _choices(ask: Ask, labels: Mapping[str, str]) -> tuple[Choice, ...]:
    if isinstance(ask.answer, Scale):
        return tuple(Choice(str(n), str(n)) for n in range(ask.answer.low, ask.answer.high + 1))
    return tuple(Choice(value, label) for value, label in labels.items())


def _shown(given: Value) -> str:
    return "" if isinstance(given, (list, bool)) else str(given)


def _chosen(reader: Reader, ask: Ask, given: Value | None) -> tuple[str, ...]:
    if isinstance(given, list):
        return tuple(given)
    if isinstance(given, bool):
        return ("yes",) if given else ()
    if given is not None:
        return (str(given),)
    if isinstance(ask.answer, (One, Many, Person)) and ask.answer.fact:
        return tuple(option["value"] for option in reader.facts.get(ask.answer.fact, ()) if option.get("chosen"))
    return ()
