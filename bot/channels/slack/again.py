"""The same form once more, with what was typed, what was wrong with it, and what can be done about a number."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.channel import Button, Reply
from bot.channels.slack.parts import LABEL, Block, Say, paragraph
from bot.channels.slack.state import LEAVE, VALUE
from bot.channels.slack.text import line, plain
from bot.channels.slack.view import MOST_BLOCKS, metadata

WARNING = "_warn:"
"""Begins the id of the block that warns about a question."""

KEPT = ("type", "callback_id", "title", "submit", "close", "notify_on_close", "clear_on_close")
_FILLED = {
    "plain_text_input": ("value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "users_select": ("selected_user", "initial_user"),
    "radio_buttons": ("selected_option", "initial_option"),
    "static_select": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
}
"""Where each control's answer stands in what Slack sends, and in what it is sent."""


def with_errors_offers(sent: Mapping[str, Any], reply: Reply, say: Say) -> Block:
    """The form as it was `sent` (the payload's view), with the reply's errors and, where it offers any, its choices.

    The question that is answered by one of the offers is `_leave`; the form then remembers the reply's identifiers.
    """
    about = json.loads(sent["private_metadata"])
    state = sent.get("state", {}).get("values", {})
    blocks: list[Block] = []
    last = next(reversed([*reply.errors, *reply.identifiers]), "")
    for block in _unescaped(sent["blocks"]):
        key = block.get("block_id", "")
        if key == LEAVE or key.startswith(WARNING):
            continue
        if block["type"] == "input":
            blocks += _warning(key, reply.errors.get(key, ""))
        blocks.append(_filled(block, state.get(key, {}).get(VALUE)))
        if key == last and reply.offers:
            blocks.append(_leave(reply.offers, say))
    whole = _unescaped({key: sent[key] for key in KEPT if sent.get(key) is not None})
    leaves = reply.identifiers if reply.offers else ()
    return {
        **whole,
        "private_metadata": metadata(about.get("card", ""), about.get("button", ""), leaves),
        "blocks": blocks[:MOST_BLOCKS],
    }


def _warning(key: str, sentence: str) -> list[Block]:
    return [block | {"block_id": f"{WARNING}{n}:{key}"[:255]} for n, block in enumerate(paragraph(sentence, bold=True))]


def _leave(offers: Sequence[Button], say: Say) -> Block:
    options = [{"text": plain(line(it.label), LABEL), "value": it.id} for it in offers]
    return {
        "type": "input",
        "block_id": LEAVE,
        "label": plain(say("slack.leave"), LABEL),
        "element": {"type": "radio_buttons", "action_id": VALUE, "options": options},
        "optional": True,
    }


def _filled(block: Block, given: Mapping[str, Any] | None) -> Block:
    """The block with the person's answer in its control."""
    element = block.get("element", {})
    if given is None or element.get("type") not in _FILLED:
        return block
    answer, initial = _FILLED[element["type"]]
    empty = {key: value for key, value in element.items() if key != initial}
    value = _own(element, given.get(answer))
    return block | {"element": empty | {initial: value} if value else empty}


def _own(element: Block, value: Any) -> Any:
    """The answer, with the control's own options in place of what Slack made of them."""
    groups = [group["options"] for group in element.get("option_groups", ())]
    options = {it["value"]: it for group in (element.get("options", ()), *groups) for it in group}
    if isinstance(value, list):
        return [options[it["value"]] for it in value if it.get("value") in options]
    return options.get(value.get("value")) if isinstance(value, dict) else value


def _unescaped(it: Any) -> Any:
    """What Slack sent, with its entities as the characters they were: it keeps plain text escaped."""
    if isinstance(it, str):
        return it.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    if isinstance(it, list):
        return [_unescaped(item) for item in it]
    return {key: _unescaped(value) for key, value in it.items()} if isinstance(it, dict) else it
