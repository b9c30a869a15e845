"""Whether Slack would take blocks or a view. Pure: a list of sentences, empty if all is well."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Literal

from tests.slack.fake.elements import IN_ACTIONS, IN_INPUT, IN_SECTION, look_at_element, look_at_image
from tests.slack.fake.looking import Json, Look
from tests.slack.fake.rich import look_at_rich_text
from tests.slack.fake.texts import look_at_text, weight

Surface = Literal["message", "modal", "home"]

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MOST_TEXT_IN_MESSAGE = 13_200
TOO_LONG = "msg_blocks_too_long"
_EVERYWHERE = {"section", "divider", "header", "image", "actions", "context", "input", "rich_text"}
ALLOWED = {"message": {*_EVERYWHERE, "markdown"}, "modal": _EVERYWHERE, "home": _EVERYWHERE}
_VIEW_LIMIT = 250_000


def problems(blocks: Sequence[Any], surface: Surface) -> list[str]:
    """What Slack would refuse in these blocks on a "message", "modal" or "home"."""
    look = Look()
    _look_at_blocks(look, "/blocks", list(blocks), surface)
    return look.said


def view_problems(view: Json) -> list[str]:
    """What Slack would refuse in this view, a modal or a home tab."""
    look = Look()
    thing = look.thing("/view", view)
    if thing is None:
        return look.said
    kind = thing.get("type")
    if kind == "modal":
        _look_at_modal(look, thing)
        _look_at_blocks(look, "/view/blocks", thing.get("blocks"), "modal")
    elif kind == "home":
        look.keys("/view", thing, ("type", "blocks"), ("private_metadata", "callback_id", "external_id"))
        _look_at_blocks(look, "/view/blocks", thing.get("blocks"), "home")
    else:
        look.wrong("/view/type", "must be modal or home")
    look.text("/view", thing, "private_metadata", 3000, 0)
    look.text("/view", thing, "callback_id", 255, 0)
    look.text("/view", thing, "external_id", 255, 0)
    if len(json.dumps(thing)) > _VIEW_LIMIT:
        look.wrong("/view", "view_too_large")
    return look.said


def _look_at_modal(look: Look, view: Json) -> None:
    known = ("submit", "close", "private_metadata", "callback_id", "external_id", "clear_on_close", "notify_on_close")
    look.keys("/view", view, ("type", "title", "blocks"), known)
    look.flag("/view", view, "clear_on_close", "notify_on_close")
    for key in ("title", "submit", "close"):
        if view.get(key) is not None:
            look_at_text(look, f"/view/{key}", view[key], 24)
    has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in view.get("blocks") or [])
    if has_input and view.get("submit") is None:
        look.wrong("/view", "missing required field: submit, since there are input blocks")


def _look_at_blocks(look: Look, at: str, blocks: object, surface: Surface) -> None:
    for index, value in enumerate(look.items(at, blocks, 0, MOST_BLOCKS[surface])):
        here = f"{at}/{index}"
        block = look.thing(here, value)
        if block is None:
            continue
        kind = str(block.get("type"))
        look.text(here, block, "block_id", 255)
        if kind not in ALLOWED[surface]:
            look.wrong(here, f"unsupported type: {kind} on a {surface}")
        else:
            _JUDGES[kind](look, here, block, surface)
        _look_at_action_ids(look, here, block)
    whole = [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
    ids = Counter(str(block["block_id"]) for block in whole if "block_id" in block)
    for name in sorted(name for name, count in ids.items() if count > 1):
        look.wrong(at, f"block_id {name} stands twice")
    if sum(element.get("focus_on_load") is True for block in whole for element in elements_of(block)) > 1:
        look.wrong(at, "focus_on_load stands twice")
    if surface == "message" and weight(whole) > MOST_TEXT_IN_MESSAGE:
        look.wrong(at, f"{TOO_LONG}: {weight(whole)} characters")


def elements_of(block: Json) -> list[Json]:
    """The elements in a block that can be pressed or filled in."""
    kind = block.get("type")
    found: list[Any] = []
    if kind == "section":
        found = [block.get("accessory")]
    elif kind == "actions":
        found = block["elements"] if isinstance(block.get("elements"), list) else []
    elif kind == "input":
        found = [block.get("element")]
    return [element for element in found if isinstance(element, dict) and element.get("type") != "image"]


def _look_at_action_ids(look: Look, at: str, block: Json) -> None:
    ids = [element["action_id"] for element in elements_of(block) if "action_id" in element]
    if len(set(map(str, ids))) < len(ids):
        look.wrong(at, "an action_id stands twice in one block")


def _section(look: Look, at: str, block: Json, surface: Surface) -> None:
    look.keys(at, block, ("type",), ("block_id", "text", "fields", "accessory", "expand"))
    if block.get("text") is None and block.get("fields") is None:
        look.wrong(at, "must define either text or fields")
    if block.get("text") is not None:
        look_at_text(look, f"{at}/text", block["text"], 3000, mrkdwn=True)
    if block.get("fields") is not None:
        for index, field in enumerate(look.many(at, block, "fields", 1, 10)):
            look_at_text(look, f"{at}/fields/{index}", field, 2000, mrkdwn=True)
    if block.get("accessory") is not None:
        look_at_element(look, f"{at}/accessory", block["accessory"], IN_SECTION, surface)


def _divider(look: Look, at: str, block: Json, surface: Surface) -> None:
    look.keys(at, block, ("type",), ("block_id",))


def _header(look: Look, at: str, block: Json, surface: Surface) -> None:
    if look.keys(at, block, ("type", "text"), ("block_id",)):
        look_at_text(look, f"{at}/text", block["text"], 150)


def _image(look: Look, at: str, block: Json, surface: Surface) -> None:
    look_at_image(look, at, block, ("block_id", "title"))
    if "title" in block:
        look_at_text(look, f"{at}/title", block["title"], 2000)


def _actions(look: Look, at: str, block: Json, surface: Surface) -> None:
    if look.keys(at, block, ("type", "elements"), ("block_id",)):
        for index, element in enumerate(look.many(at, block, "elements", 1, 25)):
            look_at_element(look, f"{at}/elements/{index}", element, IN_ACTIONS, surface)


def _context(look: Look, at: str, block: Json, surface: Surface) -> None:
    if look.keys(at, block, ("type", "elements"), ("block_id",)):
        for index, element in enumerate(look.many(at, block, "elements", 1, 10)):
            here = f"{at}/elements/{index}"
            if isinstance(element, dict) and element.get("type") == "image":
                look_at_image(look, here, element)
            else:
                look_at_text(look, here, element, 3000, mrkdwn=True)


def _input(look: Look, at: str, block: Json, surface: Surface) -> None:
    if not look.keys(at, block, ("type", "label", "element"), ("block_id", "hint", "optional", "dispatch_action")):
        return
    look.flag(at, block, "optional", "dispatch_action")
    look_at_text(look, f"{at}/label", block["label"], 2000)
    if block.get("hint") is not None:
        look_at_text(look, f"{at}/hint", block["hint"], 2000)
    look_at_element(look, f"{at}/element", block["element"], IN_INPUT, surface)


def _rich_text(look: Look, at: str, block: Json, surface: Surface) -> None:
    if look.keys(at, block, ("type", "elements"), ("block_id",)):
        look_at_rich_text(look, at, block)


def _markdown(look: Look, at: str, block: Json, surface: Surface) -> None:
    if look.keys(at, block, ("type", "text"), ("block_id",)):
        look.text(at, block, "text", 12_000)


_JUDGES: dict[str, Callable[[Look, str, Json, Surface], None]] = {
    "section": _section,
    "divider": _divider,
    "header": _header,
    "image": _image,
    "actions": _actions,
    "context": _context,
    "input": _input,
    "rich_text": _rich_text,
    "markdown": _markdown,
}
