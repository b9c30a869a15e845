"""What people type and choose in a view or message, as Slack's own client lets them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from tests.slack.fake.things import Json, Message, NotThere, View

# Where the value of an element stands in its state, and under which key its initial value comes.
_KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
Filled = dict[tuple[str, str], Json]
Values = Mapping[str, Any]
"""What is filled in: block_id, or block_id/action_id -> text, option (value or label), list of them, date, time, id."""


def state_of(shown: Message | View, filled: Filled) -> Json:
    """state.values: every element that holds a value, filled in or as it began."""
    values: Json = {}
    for block, element in shown.elements():
        if element["type"] in _KEYS:
            key = (block["block_id"], element["action_id"])
            values.setdefault(key[0], {})[key[1]] = filled.get(key) or _initial(element)
    return values


def fill(shown: Message | View, filled: Filled, values: Values, users: set[str]) -> None:
    """Types and chooses; NotThere where the client offers no such thing."""
    for name, value in values.items():
        found = [
            (block, element)
            for block, element in shown.elements()
            if name in (block["block_id"], f"{block['block_id']}/{element['action_id']}") and element["type"] in _KEYS
        ]
        if len(found) != 1:
            raise NotThere(f"{len(found)} places to fill in are called {name}.")
        block, element = found[0]
        filled[block["block_id"], element["action_id"]] = chosen(element, value, users)


def chosen(element: Json, value: Any, users: set[str]) -> Json:
    """The state of an element once this value is in it."""
    kind = element["type"]
    key = _KEYS[kind][0]
    if value in (None, "", []):
        return {"type": kind, key: [] if key.endswith("s") else None}
    if key == "value":
        return {"type": kind, key: _typed(element, str(value))}
    if key == "selected_option":
        return {"type": kind, key: option(element, value)}
    if key == "selected_options":
        picked = [option(element, item) for item in value]
        most = element.get("max_selected_items", len(picked))
        if len(picked) > most:
            raise NotThere(f"Only {most} can be chosen.")
        return {"type": kind, key: picked}
    if key == "selected_date":
        return {"type": kind, key: (value if isinstance(value, date) else date.fromisoformat(value)).isoformat()}
    if key == "selected_time":
        moment = value if isinstance(value, time) else time.fromisoformat(value)
        return {"type": kind, key: f"{moment:%H:%M}"}
    if key == "selected_date_time":
        return {"type": kind, key: int(value.timestamp()) if isinstance(value, datetime) else int(value)}
    if "user" in key:
        for id in value if isinstance(value, list) else [value]:
            if id not in users:
                raise NotThere(f"{id} is not in the list of people.")
    return {"type": kind, key: value}


def option(element: Json, wanted: Any) -> Json:
    """The option with this value or label."""
    options = [*element.get("options", [])]
    for group in element.get("option_groups", []):
        options += group["options"]
    by_value = [each for each in options if each["value"] == wanted]
    found = by_value or [each for each in options if each["text"]["text"] == wanted]
    if len(found) != 1:
        raise NotThere(f"{len(found)} options are called {wanted}.")
    return dict(found[0])


def refuse_unfinished(view: View, state: Json) -> None:
    """NotThere if the client would not let this view be submitted."""
    if view.body.get("submit") is None:
        raise NotThere("There is no button to submit this with.")
    for block in view.blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        value = state[block["block_id"]][element["action_id"]][_KEYS[element["type"]][0]]
        if value in (None, "", []) or (isinstance(value, str) and not value.strip()):
            if not block.get("optional"):
                raise NotThere(f"{block['block_id']} must be filled in.")
        elif isinstance(value, str) and len(value) < element.get("min_length", 0):
            raise NotThere(f"{block['block_id']} wants at least {element['min_length']} characters.")


def _typed(element: Json, text: str) -> str:
    kind = element["type"]
    if "\n" in text and not element.get("multiline"):
        raise NotThere("Only one line fits.")
    if len(text) > element.get("max_length", 3000):
        raise NotThere(f"Only {element.get('max_length', 3000)} characters fit, these are {len(text)}.")
    if kind == "number_input":
        if not re.fullmatch(r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+", text):
            raise NotThere("Only numbers fit.")
        if not float(element.get("min_value", "-inf")) <= float(text) <= float(element.get("max_value", "inf")):
            raise NotThere("The number is too small or too large.")
    if kind == "email_text_input" and "@" not in text:
        raise NotThere("That is no address.")
    return text


def _initial(element: Json) -> Json:
    key, initial = _KEYS[element["type"]]
    return {"type": element["type"], key: element.get(initial, [] if key.endswith("s") else None)}
