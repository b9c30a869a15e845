"""A question that is filled in: who will see the answer, what was wrong with it, an input with the question, hints."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

from bot.channel import Choice, Field
from bot.channels.teams.filled import ANSWER, CHOICE
from bot.channels.teams.parts import Element, Say, apart, paragraph, quote, small, wrong
from bot.channels.teams.text import harmless, label, line, pieces, size, units, visible
from dialogs.model import Raw

QUESTION = 500
"""Characters of an input's label."""

OPTION = 200
"""Characters of an option; a longer one stands in full above its input."""

TYPED = 4000
"""Characters that an input for typing takes at the most."""

FEW, SEVERAL = 6, 15
"""So many options stand in sight; more than several can be searched."""

COLLEAGUES = 150
"""People to choose from without searching."""

USERS = {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
"""What Teams searches for colleagues in."""

TRUE, FALSE = "true", "false"

_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_QUARTERS = tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(0, 60, 15))
_NOUGHT_TO_TEN = tuple(Choice(str(n), str(n)) for n in range(11))


def drawn(field: Field, say: Say, members: Mapping[str, str], error: str = "") -> list[Element]:
    """The question and its input. `members`: AAD object ids by ours. `error` is what was wrong with the answer."""
    choices = choices_of(field, members)
    if field.kind in ("one", "many") and not choices:
        return as_text(field)
    asked = {
        "id": field.key if field.key == CHOICE else ANSWER + field.key,
        "label": _question(field, say),
        "isRequired": field.required,
        "errorMessage": say("teams.required"),
    }
    found = [*_above(field), *_in_full(field, choices), *small(field.who), *wrong(error)]
    hints = [element for hint in field.hints for element in small(hint)]
    return [*apart([*found, _input(field, choices, members, say) | asked]), *hints]


def as_text(field: Field) -> list[Element]:
    """The question where nothing can be filled in: the options are numbered, for those who answer by typing."""
    options = "\n".join(f"{n}. {line(choice.label)}" for n, choice in enumerate(field.choices, 1))
    hints = [element for hint in field.hints for element in small(hint)]
    return [*apart(paragraph(field.label, weight="bolder")), *small(field.who), *hints, *paragraph(options)]


def to_read(field: Field) -> list[Element]:
    """The question with what it was answered, where nothing can be filled in."""
    return as_text(field) + (quote(field.value) if field.kind in ("text", "long") else [])


def given_again(field: Field, given: Raw | None) -> Field:
    """The question with what somebody has filled in already, if they have."""
    if given is None:
        return field
    if isinstance(given, str):
        return replace(field, value=given, chosen=(given,) if given else ())
    return replace(field, value=given[0] if given else "", chosen=tuple(given))


def choices_of(field: Field, members: Mapping[str, str]) -> tuple[Choice, ...]:
    """What the field offers, its own options or those of its kind, each value once."""
    offered = field.choices
    if field.kind == "scale":
        offered = offered or _NOUGHT_TO_TEN
    elif field.kind == "time" and offered:
        given = (field.value,) if _HOUR.fullmatch(field.value) else ()
        offered = (*offered, *(Choice(hour, hour) for hour in sorted({*_QUARTERS, *given})))
    elif field.kind == "person":
        offered = _colleagues(field, members)
    return tuple({choice.value: choice for choice in offered}.values())


def _colleagues(field: Field, members: Mapping[str, str]) -> tuple[Choice, ...]:
    """Those who are chosen, then those whom the search cannot find, then as many more as there is room for."""
    chosen = _chosen(field)
    them = sorted(field.choices, key=lambda it: (it.value not in chosen, it.value in members))
    return tuple(Choice(members.get(it.value, it.value), it.label) for it in them[:COLLEAGUES])


def _input(field: Field, choices: Sequence[Choice], members: Mapping[str, str], say: Say) -> Element:
    match field.kind:
        case "text" | "long":
            return _typed(field)
        case "date":
            return _picked("Input.Date", field.value if _is_day(field.value) else "", say)
        case "time" if not choices:
            return _picked("Input.Time", field.value if _HOUR.fullmatch(field.value) else "", say)
        case "tick":
            return _tick(field, say)
        case "person":
            wanted = [members.get(person, person) for person in _chosen(field)]
            return _offered(choices, wanted, say) | {"style": "compact", "choices.data": USERS}
        case "many":
            ticked = {"value": ",".join(_there(field.chosen, choices))}
            return _offered(choices, (), say) | {"style": "expanded", "isMultiSelect": True} | ticked
    return _offered(choices, _chosen(field), say)


def _picked(kind: str, value: str, say: Say) -> Element:
    # Without a word of ours some clients say it in English.
    return {"type": kind, "placeholder": say("teams.choose")} | ({"value": value} if value else {})


def _typed(field: Field) -> Element:
    value = harmless(field.value)
    value = value if units(value) <= TYPED else pieces(value, TYPED)[0]
    room = min(max(field.limit or TYPED, units(value)), TYPED)
    typed = {"type": "Input.Text", "isMultiline": field.kind == "long", "maxLength": room}
    return typed | ({"value": value} if visible(value) else {})


def _tick(field: Field, say: Say) -> Element:
    said = field.choices[0].label if field.choices else say("btn.yes")
    ticked = bool(field.chosen) and field.chosen != (FALSE,)
    return {
        "type": "Input.Toggle",
        "title": label(said, OPTION),
        "value": TRUE if ticked else FALSE,
        "valueOn": TRUE,
        "valueOff": FALSE,
        "wrap": True,
    }


def _offered(choices: Sequence[Choice], wanted: Sequence[str], say: Say) -> Element:
    """The options in sight, in a menu, or in a menu that can be searched."""
    chosen = _there(wanted, choices)[:1]
    # A menu that can be searched shows what is chosen by its value and not by its name.
    searched = len(choices) > SEVERAL and not chosen
    return {
        "type": "Input.ChoiceSet",
        "style": "expanded" if len(choices) <= FEW else "filtered" if searched else "compact",
        "choices": [{"title": label(_numbered(n, it), OPTION), "value": it.value} for n, it in enumerate(choices, 1)],
        "placeholder": say("teams.choose"),
        "wrap": True,
        "value": "".join(chosen),
    }


def _there(wanted: Sequence[str], choices: Sequence[Choice]) -> list[str]:
    """Those of the values that can be chosen, each once."""
    return list(dict.fromkeys(it for it in wanted if it in {choice.value for choice in choices}))


def _numbered(number: int, choice: Choice) -> str:
    return f"{number}. {choice.label}" if _is_long(choice) else choice.label


def _in_full(field: Field, choices: Sequence[Choice]) -> list[Element]:
    """What has no room in the input: long options with their numbers, and a text that is longer than it takes."""
    long = [f"{n}. {line(it.label)}" for n, it in enumerate(choices, 1) if _is_long(it)]
    if field.kind in ("text", "long") and units(harmless(field.value)) > TYPED:
        return quote(field.value)
    return paragraph("\n".join(long))


def _is_long(choice: Choice) -> bool:
    return size(line(choice.label)) > OPTION


def _question(field: Field, say: Say) -> str:
    return label(_lines(field)[-1], QUESTION) if visible(field.label) else say("teams.choose")


def _above(field: Field) -> list[Element]:
    """What a label has no room for: all but its last line, or all of it when that is too long."""
    lines = _lines(field)
    above = lines if size(lines[-1]) > QUESTION else lines[:-1]
    return paragraph("\n".join(above), weight="bolder")


def _lines(field: Field) -> list[str]:
    return [row for row in harmless(field.label).split("\n") if visible(row)] or [""]


def _chosen(field: Field) -> tuple[str, ...]:
    return (*field.chosen, *((field.value,) if field.value else ()))


def _is_day(value: str) -> bool:
    with suppress(ValueError):
        return date.fromisoformat(value).isoformat() == value
    return False
