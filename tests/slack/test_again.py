"""The same form once more: what was typed stands in it, what was wrong is said, and a number can be hidden or kept."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, Final

from hypothesis import assume, given

from bot.channel import Button, Message, Reply
from bot.channels.slack.again import with_errors_offers
from bot.channels.slack.state import filled
from bot.channels.slack.view import view
from tests.slack.drawings import MEMBERS, messages, say
from tests.slack.fake.blocks import view_problems
from tests.slack.fake.texts import escaped
from tests.slack.test_view import LOGBOOK, SAVE, _untouched

FOUND: Final = Reply(
    errors={"log.what": "Det her ligner et cpr-nummer."},
    identifiers=["log.what"],
    offers=(Button("mask", "Skjul det", sends=True), Button("keep", "Det er ikke et cpr-nummer", sends=True)),
)
STATE: Final = {
    "log.what": {"value": {"type": "plain_text_input", "value": "cpr 010190-1234 & <b>"}},
    "log.again": {"value": {"type": "radio_buttons", "selected_option": {"text": {"text": "Nej"}, "value": "no"}}},
}


def test_what_was_typed_and_chosen_stands_in_the_form() -> None:
    again = with_errors_offers(_sent(LOGBOOK, STATE), FOUND, say)
    assert view_problems(again) == []
    elements = {block["block_id"]: block["element"] for block in again["blocks"] if block["type"] == "input"}
    assert elements["log.what"]["initial_value"] == "cpr 010190-1234 & <b>"
    assert elements["log.again"]["initial_option"]["value"] == "no"
    assert filled({"values": {key: {"value": _untouched(it)} for key, it in elements.items()}}) == filled(
        {"values": STATE | {"_leave": {"value": {"type": "radio_buttons", "selected_option": None}}}}
    )


def test_the_warning_stands_above_its_question_and_the_offers_below() -> None:
    again = with_errors_offers(_sent(LOGBOOK, STATE), FOUND, say)
    names = [block.get("block_id", block["type"]) for block in again["blocks"]]
    at = names.index("log.what")
    assert names[at - 1 : at + 2] == ["_warn:0:log.what", "log.what", "_leave"]
    leave = again["blocks"][at + 1]
    assert [option["value"] for option in leave["element"]["options"]] == ["mask", "keep"]
    assert leave["optional"] is True
    assert json.loads(again["private_metadata"]) == {"card": "c1", "button": "save", "leaves": ["log.what"]}
    assert [again[key]["text"] for key in ("title", "submit", "close")] == ["Logbog", "Gem", "Fortsæt senere"]


def test_a_second_time_has_no_warning_twice_and_nothing_left_of_the_first() -> None:
    first = with_errors_offers(_sent(LOGBOOK, STATE), FOUND, say)
    other = Reply(errors={"log.again": "Vælg en først."})
    again = with_errors_offers(_from_slack(first, STATE), other, say)
    names = [block.get("block_id", "") for block in again["blocks"]]
    assert [name for name in names if name.startswith("_")] == ["_warn:0:log.again"]
    assert json.loads(again["private_metadata"])["leaves"] == []
    assert with_errors_offers(_from_slack(first, STATE), FOUND, say) == first


def test_what_was_emptied_is_empty() -> None:
    state: dict[str, Any] = {
        "log.what": {"value": {"type": "plain_text_input", "value": None}},
        "log.again": {"value": {"type": "radio_buttons", "selected_option": None}},
    }
    again = with_errors_offers(_sent(LOGBOOK, state), Reply(), say)
    elements = [block["element"] for block in again["blocks"] if block["type"] == "input"]
    assert all(not key.startswith("initial") for element in elements for key in element)


@given(messages)
def test_s16_any_form_fits_again_and_is_the_same(message: Message) -> None:
    message = replace(message, buttons=(SAVE, *message.buttons[:5]))
    first = view([message], say, members=MEMBERS)
    assume(not re.search("&(amp|lt|gt);", str(first)))  # Slack shows these as the character they stand for
    inputs = [block for block in first["blocks"] if block["type"] == "input"]
    state = {block["block_id"]: {"value": _untouched(block["element"])} for block in inputs}
    assert with_errors_offers(_from_slack(first, state), Reply(), say) == first
    reply = replace(FOUND, errors={block["block_id"]: "Det her ligner et cpr-nummer." for block in inputs[:1]})
    assert view_problems(with_errors_offers(_from_slack(first, state), reply, say)) == []


def _sent(message: Message, state: dict[str, Any]) -> dict[str, Any]:
    return _from_slack(view([message], say), state)


def _from_slack(drawn: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    """The view as Slack sends it back: with its state, and the texts escaped."""
    blocks = _escaped(drawn["blocks"])
    return drawn | {"id": "V1", "hash": "h", "blocks": blocks, "state": {"values": state}}


def _escaped(it: Any) -> Any:
    if isinstance(it, dict):
        return {key: escaped(value) if key == "text" and isinstance(value, str) else _escaped(value)
                for key, value in it.items()}  # fmt: skip
    return [_escaped(item) for item in it] if isinstance(it, list) else it
