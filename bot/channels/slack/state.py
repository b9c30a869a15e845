"""What stands in a form or a message, read from Slack's `state`: question key -> what was filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dialogs.model import Raw

CHOICE, LEAVE = "_choice", "_leave"
"""Blocks that are no questions: which button was chosen in a list, and what to do with an identifier."""

VALUE = "value"
"""The action id of every input."""

GOES_ON = "|"
"""Between a question's key and a number: the block has more boxes of the same question."""

_PLAIN = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "number_input": "value",
    "url_text_input": "value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
}
_ONE = {"static_select", "external_select", "radio_buttons"}
_MANY = {"multi_static_select", "multi_external_select", "checkboxes"}


@dataclass(frozen=True)
class Filled:
    """What was filled in. `users` are the answers that name Slack users; their keys are in no other."""

    values: Mapping[str, Raw] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)

    def said(self, block: str) -> str:
        """What was chosen in a block that is no question."""
        return self.beside.get(block, "")


def filled(state: Any) -> Filled:
    """Every input of the state. What is empty is "" or no options; what is no input of ours is left out."""
    values: dict[str, Raw] = {}
    users: dict[str, str] = {}
    beside: dict[str, str] = {}
    more: dict[str, list[str]] = {}
    blocks = state.get("values") if isinstance(state, Mapping) else None
    for key, block in (blocks if isinstance(blocks, Mapping) else {}).items():
        element = block.get(VALUE) if isinstance(block, Mapping) else None
        if not isinstance(element, Mapping):
            continue
        raw = _raw(element)
        if GOES_ON in key:
            more[key] = raw if isinstance(raw, list) else []
        elif key.startswith("_"):
            beside[key] = raw if isinstance(raw, str) else ""
        elif element.get("type") == "users_select" and raw:
            users[key] = str(raw)
        elif raw is not None:
            values[key] = raw
    return Filled(_together(values, more), users, beside)


def _together(values: Mapping[str, Raw], more: Mapping[str, list[str]]) -> dict[str, Raw]:
    """The values, with what was ticked in further blocks of a question after what was ticked in its first."""
    found = dict(values)
    for block in sorted(more, key=lambda it: (len(it), it)):
        key = block.partition(GOES_ON)[0]
        first = found.get(key)
        if isinstance(first, list):
            found[key] = [*first, *more[block]]
    return found


def _raw(element: Mapping[str, Any]) -> Raw | None:
    kind = _text(element.get("type"))
    if kind == "users_select":
        return _text(element.get("selected_user"))
    if kind in _ONE:
        return _option(element.get("selected_option"))
    if kind in _MANY:
        options = element.get("selected_options")
        return [said for option in options if (said := _option(option))] if isinstance(options, list) else []
    return _text(element.get(_PLAIN[kind])) if kind in _PLAIN else None


def _option(option: Any) -> str:
    return _text(option.get("value")) if isinstance(option, Mapping) else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
