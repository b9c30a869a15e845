"""Interactive elements: buttons, selects, pickers and inputs, with Slack's limits for each."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from tests.slack.fake.looking import Json, Look
from tests.slack.fake.selects import look_at_checkboxes, look_at_other_select, look_at_overflow, look_at_static_select
from tests.slack.fake.texts import look_at_text

SELECTS = ("static", "external", "users", "conversations", "channels")
SINGLE = tuple(f"{name}_select" for name in SELECTS)
MULTI = tuple(f"multi_{name}_select" for name in SELECTS)
PICKERS = ("datepicker", "timepicker", "datetimepicker")
LISTS = ("checkboxes", "radio_buttons")
TYPED = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input")

# Where each may stand.
IN_SECTION = {"button", "overflow", "image", "datepicker", "timepicker", *SINGLE, *MULTI, *LISTS}
IN_ACTIONS = {"button", "overflow", *PICKERS, *SINGLE, *LISTS}
IN_INPUT = {*TYPED, *PICKERS, *SINGLE, *MULTI, *LISTS, "file_input"}
# Not in a message.
FORM_ONLY = {"email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input"}


def look_at_element(look: Look, at: str, value: object, allowed: set[str], surface: str) -> None:
    """One element where only those of `allowed` may stand."""
    element = look.thing(at, value)
    if element is None:
        return
    kind = str(element.get("type"))
    if kind not in allowed:
        look.wrong(at, f"unsupported type: {kind}")
        return
    if surface == "message" and kind in FORM_ONLY:
        look.wrong(at, f"{kind} is not for messages")
    if kind != "image":
        look.text(at, element, "action_id", 255)
        look.flag(at, element, "focus_on_load")
        if "focus_on_load" in element and surface == "message":
            look.wrong(f"{at}/focus_on_load", "is not for messages")
        if element.get("placeholder") is not None:
            look_at_text(look, f"{at}/placeholder", element["placeholder"], 150)
        if element.get("confirm") is not None:
            _look_at_confirm(look, f"{at}/confirm", element["confirm"])
    _JUDGES[kind](look, at, element)


def look_at_image(look: Look, at: str, element: Json, more: tuple[str, ...] = ()) -> None:
    """An image: block or element."""
    look.keys(at, element, ("type", "alt_text"), ("image_url", "slack_file", *more))
    if ("image_url" in element) == ("slack_file" in element):
        look.wrong(at, "needs either image_url or slack_file")
    look.text(at, element, "image_url", 3000)
    look.text(at, element, "alt_text", 2000)
    if not str(element.get("image_url", "https://")).startswith(("http://", "https://")):
        look.wrong(f"{at}/image_url", "must be an address")


def _look_at_confirm(look: Look, at: str, value: object) -> None:
    thing = look.thing(at, value)
    if thing is None or not look.keys(at, thing, ("title", "text", "confirm", "deny"), ("style",)):
        return
    look_at_text(look, f"{at}/title", thing["title"], 100)
    look_at_text(look, f"{at}/text", thing["text"], 300, mrkdwn=True)
    look_at_text(look, f"{at}/confirm", thing["confirm"], 30)
    look_at_text(look, f"{at}/deny", thing["deny"], 30)
    look.one_of(at, thing, "style", ("primary", "danger"))


def _button(look: Look, at: str, element: Json) -> None:
    known = ("action_id", "confirm", "url", "value", "style", "accessibility_label")
    if not look.keys(at, element, ("type", "text"), known):
        return
    look_at_text(look, f"{at}/text", element["text"], 75)
    look.text(at, element, "value", 2000)
    look.text(at, element, "url", 3000)
    if not str(element.get("url", "https://")).startswith(("http://", "https://")):
        look.wrong(f"{at}/url", "must be an address")
    look.text(at, element, "accessibility_label", 75)
    look.one_of(at, element, "style", ("primary", "danger"))


def _picker(look: Look, at: str, element: Json) -> None:
    kind = element["type"]
    key = {"datepicker": "initial_date", "timepicker": "initial_time"}.get(kind, "initial_date_time")
    known = ("type", "action_id", "confirm", "focus_on_load", key)
    more = {"datepicker": ("placeholder",), "timepicker": ("placeholder", "timezone")}.get(kind, ())
    look.keys(at, element, ("type",), (*known, *more))
    value = element.get(key)
    if value is None:
        if key in element:
            look.wrong(f"{at}/{key}", "must not be null")
    elif not _is_moment(kind, value):
        look.wrong(f"{at}/{key}", "must be YYYY-MM-DD" if kind == "datepicker" else "must be HH:MM or a Unix time")


def _is_moment(kind: str, value: object) -> bool:
    if kind == "datetimepicker":
        return isinstance(value, int) and len(str(value)) == 10
    if kind == "timepicker":
        return isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value) is not None
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _plain_text_input(look: Look, at: str, element: Json) -> None:
    known = ("action_id", "initial_value", "multiline", "min_length", "max_length", "dispatch_action_config",
             "focus_on_load", "placeholder")  # fmt: skip
    look.keys(at, element, ("type",), known)
    look.flag(at, element, "multiline")
    look.number(at, element, "min_length", 0, 3000)
    look.number(at, element, "max_length", 1, 3000)
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    look.text(at, element, "initial_value", most if isinstance(most, int) else 3000, 0)
    if isinstance(least, int) and isinstance(most, int) and least > most:
        look.wrong(at, "min_length is above max_length")


def _other_input(look: Look, at: str, element: Json) -> None:
    kind = element["type"]
    common = ("action_id", "dispatch_action_config", "focus_on_load", "placeholder", "initial_value")
    if kind == "number_input":
        look.keys(at, element, ("type", "is_decimal_allowed"), (*common, "min_value", "max_value"))
    elif kind == "file_input":
        look.keys(at, element, ("type",), ("action_id", "filetypes", "max_files"))
    else:
        look.keys(at, element, ("type",), common)


_JUDGES: dict[str, Callable[[Look, str, Json], None]] = {
    "button": _button,
    "image": look_at_image,
    "overflow": look_at_overflow,
    "plain_text_input": _plain_text_input,
    **dict.fromkeys(LISTS, look_at_checkboxes),
    **dict.fromkeys(PICKERS, _picker),
    **dict.fromkeys((*SINGLE, *MULTI), look_at_other_select),
    **dict.fromkeys(("static_select", "multi_static_select"), look_at_static_select),
    **dict.fromkeys(
        ("email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input"), _other_input
    ),
}
