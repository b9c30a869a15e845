"""Filling in a card as a real client lets people do it, and finding its buttons."""

from __future__ import annotations

import re
from datetime import date, time

from tests.teams.fake.cards import inputs, rows, walk
from tests.teams.fake.things import Json, NotThere

Values = dict[str, str | list[str] | bool | int | float]


def button(card: Json, title: str) -> Json:
    """The action with this title."""
    found = [action for row in rows(card) for action in row if action.get("title") == title]
    if not found:
        there = [action.get("title") for row in rows(card) for action in row]
        raise NotThere(f"There is no button {title!r}, only {there}.")
    return found[0]


def labels(card: Json) -> list[str]:
    """What stands on the buttons."""
    return [str(action.get("title", "")) for row in rows(card) for action in row]


def gathered(card: Json, action: Json, values: Values | None) -> Json:
    """The action's data with what was filled in; NotThere when a client would say what is missing instead."""
    fields = {str(field["id"]): field for field in inputs(card)}
    if unknown := sorted(set(values or {}) - set(fields)):
        raise NotThere(f"There is no field {', '.join(unknown)}, only {sorted(fields)}.")
    data = action.get("data", {})
    if not isinstance(data, dict):
        raise NotThere("The data of the action is no object, so nothing can be merged with it.")
    if action.get("isEnabled") is False:
        raise NotThere("The button is greyed out.")
    if action.get("associatedInputs") == "none":
        return dict(data)
    filled = {id: _written(field, (values or {}).get(id)) for id, field in fields.items()}
    for id, field in fields.items():
        _check(field, filled[id])
    return data | {id: text for id, text in filled.items() if text or fields[id]["type"] in _EMPTY}


_EMPTY = ("Input.Text", "Input.Date", "Input.Time")
"""What is sent although nothing stands in it."""


def _written(field: Json, given: str | list[str] | bool | float | None) -> str:
    """The value as it is sent: always a string."""
    if field["type"] == "Input.Toggle":
        on, off = str(field.get("valueOn", "true")), str(field.get("valueOff", "false"))
        if isinstance(given, bool):
            return on if given else off
        return str(given if given is not None else field.get("value", off))
    if given is None:
        return str(field.get("value", ""))
    return ",".join(given) if isinstance(given, list) else str(given)


def _check(field: Json, text: str) -> None:
    id, kind = field["id"], field["type"]
    off = str(field.get("valueOff", "false"))
    if field.get("isRequired") and (not text.strip() or (kind == "Input.Toggle" and text == off)):
        raise NotThere(f"{id}: {field.get('errorMessage')}")
    if not text:
        return
    match kind:
        case "Input.Text":
            _check_text(field, text)
        case "Input.ChoiceSet":
            _check_choice(field, text)
        case "Input.Toggle" if text not in (str(field.get("valueOn", "true")), off):
            raise NotThere(f"{id} is on or off, not {text}.")
        case "Input.Number":
            number = float(text)
            if not field.get("min", number) <= number <= field.get("max", number):
                raise NotThere(f"{id}: {text} is out of bounds.")
        case "Input.Date":
            date.fromisoformat(text)
            if not field.get("min", text) <= text <= field.get("max", text):
                raise NotThere(f"{id}: {text} is out of bounds.")
        case "Input.Time":
            time.fromisoformat(text)


def _check_text(field: Json, text: str) -> None:
    if len(text.encode("utf-16-le")) // 2 > field.get("maxLength", len(text) * 2):
        raise NotThere(f"{field['id']} takes {field['maxLength']} characters.")
    if "\n" in text and not field.get("isMultiline"):
        raise NotThere(f"{field['id']} has one line.")
    if "regex" in field and not re.search(field["regex"], text):
        raise NotThere(f"{field['id']}: {field.get('errorMessage')}")


def _check_choice(field: Json, text: str) -> None:
    chosen = text.split(",") if field.get("isMultiSelect") else [text]
    if "choices.data" in field:
        return
    there = {choice["value"] for choice in field.get("choices", [])}
    if not set(chosen) <= there:
        raise NotThere(f"{field['id']} has no choice {text}, only {sorted(there)}.")


def text_of(card: Json) -> str:
    """All that is read in a card, a line for each piece, buttons in brackets."""
    return "\n".join(line for thing in walk(card) for line in _lines(thing) if line)


def _lines(thing: Json) -> list[str]:
    kind = str(thing.get("type", ""))
    if kind == "TextBlock":
        return [str(thing.get("text", ""))]
    if kind == "RichTextBlock":
        runs = thing.get("inlines", [])
        return ["".join(run if isinstance(run, str) else str(run.get("text", "")) for run in runs)]
    if kind == "FactSet":
        return [f"{fact['title']} {fact['value']}" for fact in thing.get("facts", [])]
    if kind.startswith("Action."):
        return [f"[{thing.get('title', '')}]"]
    if kind.startswith("Input."):
        return _input_lines(thing)
    return [str(thing["altText"])] if kind == "Image" and "altText" in thing else []


def _input_lines(field: Json) -> list[str]:
    value = str(field.get("value", ""))
    titles = {str(choice["value"]): str(choice["title"]) for choice in field.get("choices", [])}
    options = " / ".join(titles.values())
    head = str(field.get("label") or field.get("title") or field.get("placeholder") or "")
    shown = ", ".join(titles.get(each, each) for each in value.split(",")) if titles else value
    return [head, options, f"= {shown}" if value else ""]
