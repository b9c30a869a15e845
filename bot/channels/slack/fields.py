"""A question that is filled in: who will see the answer, the question, a control, the hints. In forms and messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date

from bot.channel import Choice, Field, Part
from bot.channels.slack.parts import LABEL, TEXT, Block, Say, paragraph, parts, quote, small
from bot.channels.slack.state import GOES_ON, VALUE
from bot.channels.slack.text import harmless, line, pieces, plain, shortened, size, units, visible

QUESTION = 2000
"""Characters of a question or its hint."""

FEW = 10
"""More options than this are a menu, fewer stand in sight."""

IN_SIGHT = 30
"""So many boxes can be ticked in sight, in groups of ten: Slack takes no more in one."""

MENU = 100
"""Options in one group of a menu."""

_SENTENCE = re.compile(r"[.!?…:][\"”»)]*\s+(?=\w|[“«\"])|\s+(?=· )")
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_QUARTERS = tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(0, 60, 15))
_NOUGHT_TO_TEN = tuple(Choice(str(n), str(n)) for n in range(11))


def drawn(field: Field, members: Mapping[str, str], say: Say) -> list[Block]:
    """The question and its control. `members`: the platform's ids of people by ours."""
    choices, above = choices_of(field, say), _label_above(field)
    if field.kind in ("one", "many") and not choices:
        return as_text(field)
    element = _element(field, choices, members, say)
    hints = pieces("\n".join(field.hints), QUESTION)
    asked: Block = {
        "type": "input",
        "block_id": field.key,
        "label": plain(_lines(field.label)[-1], QUESTION),
        "element": element | {"action_id": VALUE},
        "optional": not field.required,
    }
    groups = _groups(asked)
    if hints:
        groups[-1]["hint"] = plain(hints[0], QUESTION)
    listed = _listed(choices) if "options" in element or "option_groups" in element else []
    return [*above, *_too_long(field), *listed, *small(field.who), *groups, *parts(_small(hints[1:]))]


def as_text(field: Field) -> list[Block]:
    """The question where nothing can be filled in: the options are numbered, for those who answer by typing."""
    options = "\n".join(f"{n}. {line(choice.label)}" for n, choice in enumerate(field.choices, 1))
    return [
        *paragraph(field.label, bold=True),
        *small(field.who),
        *parts(_small(field.hints)),
        *paragraph(options),
    ]


def to_read(field: Field) -> list[Block]:
    """The question with what it was answered, where nothing can be filled in."""
    return [*as_text(field), *(quote(field.value) if field.kind in ("text", "long") else [])]


def choices_of(field: Field, say: Say) -> tuple[Choice, ...]:
    """What the field offers, its own options or those of its kind."""
    match field.kind:
        case "scale":
            return field.choices or _NOUGHT_TO_TEN
        case "tick":
            return (Choice("yes", field.choices[0].label if field.choices else say("btn.yes")),)
        case "time" if field.choices:
            given = (field.value,) if _HOUR.fullmatch(field.value) else ()
            hours = sorted({*_QUARTERS, *given})
            return (*field.choices, *(Choice(hour, hour) for hour in hours))
    return field.choices


def _element(field: Field, choices: Sequence[Choice], members: Mapping[str, str], say: Say) -> Block:
    match field.kind:
        case "text" | "long":
            return _typed(field)
        case "date":
            return _menu("datepicker", say) | ({"initial_date": field.value} if _is_day(field.value) else {})
        case "time" if not field.choices:
            return _menu("timepicker", say) | ({"initial_time": field.value} if _HOUR.fullmatch(field.value) else {})
        case "person":
            known = [members[person] for person in (*field.chosen, field.value) if person in members]
            return _menu("users_select", say) | ({"initial_user": known[0]} if known else {})
        case "many" | "tick":
            return _several(choices, field, say)
    return _single(choices, field, say)


def _is_day(value: str) -> bool:
    with suppress(ValueError):
        return date.fromisoformat(value).isoformat() == value
    return False


def _typed(field: Field) -> Block:
    value = _fitted(field)
    return {
        "type": "plain_text_input",
        "multiline": field.kind == "long",
        "max_length": min(max(field.limit or TEXT, units(value)), TEXT),
    } | ({"initial_value": value} if visible(value) else {})


def _fitted(field: Field) -> str:
    """What is filled in already, as much of it as there is room for."""
    value = harmless(field.value)
    return value if units(value) <= TEXT else pieces(value, TEXT)[0]


def _too_long(field: Field) -> list[Block]:
    """All of a text that its field cannot hold, to read above it."""
    typed = field.kind in ("text", "long")
    return quote(field.value) if typed and units(harmless(field.value)) > TEXT else []


def _single(choices: Sequence[Choice], field: Field, say: Say) -> Block:
    options = _options(choices)
    chosen = [option for option in options if option["value"] in (*field.chosen, field.value)]
    return _offered("radio_buttons", "static_select", options, say) | ({"initial_option": chosen[0]} if chosen else {})


def _several(choices: Sequence[Choice], field: Field, say: Say) -> Block:
    options = _options(choices)
    chosen = [option for option in options if option["value"] in field.chosen]
    return _offered("checkboxes", "multi_static_select", options, say) | (
        {"initial_options": chosen[:MENU]} if chosen else {}
    )


def _groups(asked: Block) -> list[Block]:
    """The question; one with a menu to tick in goes on in groups of boxes, so that all that is ticked can be read.

    What has to be ticked stays a menu: Slack would want a tick in each group.
    """
    element = asked["element"]
    options = element.get("options", ())
    if element["type"] != "multi_static_select" or not asked["optional"] or not FEW < len(options) <= IN_SIGHT:
        return [asked]
    found = []
    for n in range(0, len(options), FEW):
        group = options[n : n + FEW]
        chosen = [it for it in element.get("initial_options", ()) if it in group]
        boxes: Block = {"type": "checkboxes", "options": group, "action_id": element["action_id"]}
        goes_on = {
            "block_id": f"{asked['block_id']}{GOES_ON}{n + 1}",
            "label": plain(f"{n + 1}–{n + len(group)}", LABEL),
        }
        boxes |= {"initial_options": chosen} if chosen else {}
        found.append(asked | (goes_on if n else {}) | {"element": boxes})
    return found


def _offered(in_sight: str, menu: str, options: list[Block], say: Say) -> Block:
    if len(options) <= FEW:
        return {"type": in_sight, "options": options}
    chosen = _menu(menu, say)
    if len(options) <= MENU:
        return chosen | {"options": options}
    groups = [(n, options[n : n + MENU]) for n in range(0, len(options), MENU)]
    return chosen | {
        "option_groups": [{"label": plain(f"{n + 1}–{n + len(group)}", LABEL), "options": group} for n, group in groups]
    }


def _menu(kind: str, say: Say) -> Block:
    """What is opened to choose from. Its word is ours: Slack itself speaks few languages."""
    return {"type": kind, "placeholder": plain(say("slack.choose"), 2 * LABEL)}


def _options(choices: Sequence[Choice]) -> list[Block]:
    """An option for each value; Slack takes none twice."""
    each = {choice.value: _option(number, choice) for number, choice in enumerate(choices, 1)}
    return list(each.values())


def _option(number: int, choice: Choice) -> Block:
    """A label that is too long goes on in the line below; one that is longer still begins with its number."""
    said = _in_two(choice)
    if len(said) > 2:
        start = f"{number}. "
        said = [start + shortened(line(choice.label), LABEL - len(start))]
    option: Block = {"text": plain(said[0] if said else "", LABEL), "value": choice.value}
    return option | {"description": plain(said[1], LABEL)} if len(said) == 2 else option


def _listed(choices: Sequence[Choice]) -> list[Block]:
    """In full and with their numbers, the options that are too long for two lines."""
    long = [f"{n}. {line(choice.label)}" for n, choice in enumerate(choices, 1) if len(_in_two(choice)) > 2]
    return paragraph("\n".join(long))


def _in_two(choice: Choice) -> list[str]:
    """The label whole or in two lines, best between sentences, at a colon or dot; three or more when it is longer."""
    text = line(choice.label)
    if size(text) <= LABEL:
        return [text]
    halves = [(text[: it.end()].rstrip(), text[it.end() :]) for it in _SENTENCE.finditer(text)]
    fitting = [it for it in halves if size(it[0]) <= LABEL and size(it[1]) <= LABEL]
    return list(fitting[-1]) if fitting and len(fitting[-1][0]) > 10 else pieces(text, LABEL)


def _label_above(field: Field) -> list[Block]:
    """What a label has no room for: all but its last line, or all of it when that is too long."""
    lines = _lines(field.label)
    above = lines if size(lines[-1]) > QUESTION else lines[:-1]
    return paragraph("\n".join(above), bold=True)


def _lines(text: str) -> list[str]:
    return [row for row in harmless(text).split("\n") if visible(row)] or [""]


def _small(texts: Iterable[str]) -> list[Part]:
    return [Part(text, "small") for text in texts]
