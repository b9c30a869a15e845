"""Elements in which one chooses from a list."""

from __future__ import annotations

import re
from typing import Any

from tests.slack.fake.looking import Json, Look
from tests.slack.fake.texts import look_at_text

COMMON = ("type", "action_id", "confirm", "focus_on_load", "placeholder")


def _options(look: Look, at: str, value: object, *, most: int, rich: bool = False, url: bool = False) -> list[Json]:
    """The options that are whole. `rich`: mrkdwn too; `url`: may lead somewhere."""
    whole: list[Json] = []
    for index, item in enumerate(look.items(at, value, 1, most)):
        here = f"{at}/{index}"
        option = look.thing(here, item)
        if option is None or not look.keys(here, option, ("text", "value"), ("description", *(["url"] if url else []))):
            continue
        look_at_text(look, f"{here}/text", option["text"], 75, mrkdwn=rich)
        look.text(here, option, "value", 150)
        look.text(here, option, "url", 3000)
        if "description" in option:
            look_at_text(look, f"{here}/description", option["description"], 75, mrkdwn=rich)
        whole.append(option)
    values = [option["value"] for option in whole]
    if len(set(map(str, values))) < len(values):
        look.wrong(at, "two options have the same value")
    return whole


def _initial(look: Look, at: str, element: Json, options: list[Json]) -> None:
    if "initial_option" in element and element["initial_option"] not in options:
        look.wrong(f"{at}/initial_option", "must be one of the options")
    if "initial_options" in element:
        chosen: list[Any] = look.many(at, element, "initial_options", 1, 100)
        if any(option not in options for option in chosen):
            look.wrong(f"{at}/initial_options", "must be among the options")


def look_at_checkboxes(look: Look, at: str, element: Json) -> None:
    """Checkboxes or radio buttons: ten options at most."""
    initial = "initial_options" if element["type"] == "checkboxes" else "initial_option"
    if look.keys(at, element, ("type", "options"), ("action_id", "confirm", "focus_on_load", initial)):
        _initial(look, at, element, _options(look, f"{at}/options", element["options"], most=10, rich=True))


def look_at_overflow(look: Look, at: str, element: Json) -> None:
    """The menu behind the dots: five options at most."""
    if look.keys(at, element, ("type", "options"), ("action_id", "confirm")):
        _options(look, f"{at}/options", element["options"], most=5, url=True)


def look_at_static_select(look: Look, at: str, element: Json) -> None:
    """A select with its own options: a hundred at most, or in groups."""
    multi = element["type"].startswith("multi_")
    extra = ("initial_options", "max_selected_items") if multi else ("initial_option",)
    look.keys(at, element, ("type",), (*COMMON, "options", "option_groups", *extra))
    look.number(at, element, "max_selected_items", 1, 100)
    if ("options" in element) == ("option_groups" in element):
        look.wrong(at, "needs either options or option_groups")
        return
    options: list[Json] = []
    if "options" in element:
        options = _options(look, f"{at}/options", element["options"], most=100)
    else:
        for index, value in enumerate(look.many(at, element, "option_groups", 1, 100)):
            here = f"{at}/option_groups/{index}"
            group = look.thing(here, value)
            if group is not None and look.keys(here, group, ("label", "options")):
                look_at_text(look, f"{here}/label", group["label"], 75)
                options += _options(look, f"{here}/options", group["options"], most=100)
    _initial(look, at, element, options)


def look_at_other_select(look: Look, at: str, element: Json) -> None:
    """A select whose options Slack or the app brings."""
    kind = str(element["type"])
    what = kind.removeprefix("multi_").removesuffix("_select")
    one = {"users": "initial_user", "conversations": "initial_conversation", "channels": "initial_channel"}
    key = one.get(what, "initial_option")
    extra = {"conversations": ("default_to_current_conversation", "filter", "response_url_enabled"),
             "channels": ("response_url_enabled",), "external": ("min_query_length",)}.get(what, ())  # fmt: skip
    multi = kind.startswith("multi_")
    look.keys(at, element, ("type",), (*COMMON, f"{key}s" if multi else key, *extra,
                                       *(["max_selected_items"] if multi else [])))  # fmt: skip
    look.number(at, element, "max_selected_items", 1, 100)
    if what != "external":
        chosen = element.get(f"{key}s", []) if multi else [element[key]] if key in element else []
        letters = "UW" if what == "users" else "CDG" if what == "conversations" else "C"
        if any(not re.fullmatch(rf"[{letters}][A-Z0-9]+", str(item)) for item in chosen):
            look.wrong(at, f"{key} is no id of its kind")
