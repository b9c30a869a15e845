"""Whether a card is one that Teams takes: the Adaptive Card schema, and what Teams asks for besides."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, Final

import pytest
from jsonschema import Draft6Validator

from tests.conftest import IN_CI, ROOT

Json = dict[str, Any]

FILE: Final = ROOT.parent / "shared" / "schemas" / "adaptivecards" / "adaptive-card-1.5.0.json"
MOST_ACTIONS: Final = 6
MOST_BYTES: Final = 100_000
"""Of a whole message, in UTF-16."""

USERS: Final = {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
TEXTS: Final = {"text", "title", "label", "value", "id", "placeholder", "tooltip", "errorMessage", "fallbackText"}
"""What may be any text, as far as the schema goes; that each is one is looked at apart."""

_MARKDOWN: Final = re.compile(r"[*_`\[\]<>&\\#~]|://|www\.|^\s*(?:\d+[.)]|[-+])\s", re.IGNORECASE)


def check_card(card: Json, *, dialog: bool = False) -> None:
    """Fails with a sentence for the first thing that Teams would not take. In a dialog all actions send it."""
    _by_schema(card)
    assert tuple(int(it) for it in card["version"].split(".")) <= (1, 5), card["version"]
    assert card["body"], "Teams shows no empty card"
    assert card["fallbackText"].strip()
    assert _bytes(card) <= MOST_BYTES, f"{_bytes(card)} bytes"
    ids = [it["id"] for it in elements(card) if it["type"].startswith("Input.")]
    assert len(ids) == len(set(ids)), f"an id stands twice: {ids}"
    for element in elements(card):
        _check_element(element)
    for action in actions(card):
        _check_action(action, dialog=dialog, chosen="choice" in ids)


def check_activity(activity: Json) -> None:
    """Fails for an activity that Teams would not take."""
    assert activity["type"] == "message"
    assert "text" not in activity, "a card and a text are shown both"
    assert activity["summary"].strip()
    (attachment,) = activity["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    check_card(attachment["content"])
    assert _bytes(activity) <= MOST_BYTES


def check_dialog(value: Json) -> None:
    """Fails for a task module that Teams would not take."""
    assert set(value) == {"title", "width", "height", "card"}
    assert 0 < len(value["title"]) <= 60
    assert {value["width"], value["height"]} <= {"small", "medium", "large"}
    assert value["card"]["contentType"] == "application/vnd.microsoft.card.adaptive"
    check_card(value["card"]["content"], dialog=True)


def elements(drawn: Any) -> Iterator[Json]:
    """Every element of it that has a type, outermost first; what stands in an action's data is none."""
    if isinstance(drawn, dict) and "type" in drawn:
        yield drawn
    for key, item in drawn.items() if isinstance(drawn, dict) else enumerate(drawn) if isinstance(drawn, list) else ():
        if key not in ("data", "choices.data", "fallback"):
            yield from elements(item)


def actions(card: Json) -> list[Json]:
    """The card's actions, as they stand."""
    return [it for it in elements(card) if it["type"].startswith("Action.")]


def inputs(card: Json) -> dict[str, Json]:
    """The card's inputs by id."""
    return {it["id"]: it for it in elements(card) if it["type"].startswith("Input.")}


@cache
def _validator() -> Draft6Validator:
    if not FILE.exists():
        (pytest.fail if IN_CI else pytest.skip)("the Adaptive Card schema does not lie beside the repository")
    return Draft6Validator(json.loads(FILE.read_text("utf-8")))


def _by_schema(card: Json) -> None:
    """The schema's own words, element by element: it says nothing of texts, so that each shape is looked at once."""
    _fits_schema(json.dumps(_shape({**card, "body": []}), sort_keys=True))
    for element in card["body"]:
        around = {"type": "AdaptiveCard", "version": card["version"], "body": [_shape(element)]}
        _fits_schema(json.dumps(around, sort_keys=True))


@lru_cache(10_000)
def _fits_schema(card: str) -> None:
    found = [
        f"{'/'.join(map(str, it.absolute_path))}: {it.message[:300]}"
        for it in _validator().iter_errors(json.loads(card))
    ]
    assert not found, found[:3]


def _shape(it: Any) -> Any:
    """It without its texts. The schema is older than the search in a menu, which Teams documents."""
    if isinstance(it, list):
        return list({json.dumps(_shape(item), sort_keys=True): _shape(item) for item in it}.values())
    if not isinstance(it, dict):
        return it
    if "choices.data" in it:
        assert it["choices.data"] == USERS
    found = {key: "x" if key in TEXTS else _shape(item) for key, item in it.items() if key != "choices.data"}
    if it.get("type") == "Input.ChoiceSet" and it.get("style") == "filtered":
        found["style"] = "compact"
    return {key: {} if key == "data" else item for key, item in found.items()}


def _check_element(element: Json) -> None:
    assert all(isinstance(element.get(key, ""), str) for key in TEXTS)
    match element["type"]:
        case "ActionSet":
            assert 0 < len(element["actions"]) <= MOST_ACTIONS
        case "TextBlock":
            assert not _MARKDOWN.search(element["text"]), f"markdown: {element['text']!r}"
            assert element["wrap"] is True
        case "TextRun":
            assert element["text"].strip()
        case "Input.ChoiceSet":
            values = [it["value"] for it in element["choices"]]
            assert len(values) == len(set(values))
            assert values or "choices.data" in element
            chosen = element.get("value", "").split(",") if element.get("isMultiSelect") else [element.get("value", "")]
            assert set(chosen) <= {*values, ""}
    if element["type"].startswith("Input."):
        assert element["label"].strip(), "a screen reader has nothing to say for the input"
        assert element["errorMessage"].strip()


def _check_action(action: Json, *, dialog: bool, chosen: bool) -> None:
    assert 0 < len(action["title"]) <= 60
    if action["type"] == "Action.OpenUrl":
        assert action["url"].startswith("https://")
        return
    data = action["data"]
    assert data["vidsyn"]["button"] or chosen, "nothing says which button it is"
    if dialog:
        assert action["type"] == "Action.Submit"
        assert data["vidsyn"]["dialog"] is True
    elif action["type"] == "Action.Submit":
        assert data["msteams"] == {"type": "task/fetch"}
    else:
        assert (action["type"], action["verb"]) == ("Action.Execute", "press")
        assert action["fallback"]["type"] == "Action.Submit"
        assert action["fallback"]["data"] == data


def _bytes(drawn: Any) -> int:
    return len(json.dumps(drawn, ensure_ascii=False).encode("utf-16-le", "surrogatepass"))
