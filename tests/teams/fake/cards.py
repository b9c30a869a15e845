"""What Teams (and, where it is said, our own house) refuses in an Adaptive Card."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache, lru_cache

from jsonschema import Draft6Validator
from jsonschema.exceptions import best_match

from tests.conftest import ROOT
from tests.teams.fake.things import Json

SCHEMA = ROOT.parent / "shared/schemas/adaptivecards/adaptive-card-1.5.0.json"
MOST_ACTIONS = 6
MOST_REFRESHED = 60
PEOPLE = "graph.microsoft.com/users"
_NOT_CARD = ("data", "msteams", "choices.data", "requires")


def problems(card: Json, *, dialog: bool = False) -> list[str]:
    """One sentence for each thing that is wrong with the card; nothing for one that is shown as it is."""
    return list(_problems(json.dumps(card, sort_keys=True), dialog))


def walk(thing: object, *, fallbacks: bool = False) -> Iterator[Json]:
    """Every element and action of a card, from the top down; what replaces others only with `fallbacks`."""
    if isinstance(thing, list):
        for item in thing:
            yield from walk(item, fallbacks=fallbacks)
    elif isinstance(thing, dict):
        yield thing
        for key, value in thing.items():
            if key not in _NOT_CARD and (fallbacks or key != "fallback"):
                yield from walk(value, fallbacks=fallbacks)


def inputs(card: Json) -> list[Json]:
    """Its fields."""
    return [thing for thing in walk(card) if str(thing.get("type", "")).startswith("Input.")]


def rows(card: Json) -> list[list[Json]]:
    """Its rows of actions: that of each card inside, and each ActionSet."""
    return [thing["actions"] for thing in walk(card) if isinstance(thing.get("actions"), list)]


def leads_to_dialog(action: Json) -> bool:
    """Whether pressing it asks the bot for a dialog."""
    data = action.get("data")
    return isinstance(data, dict) and data.get("msteams", {}).get("type") == "task/fetch"


def prefilled(card: Json) -> list[str]:
    """The ids of text fields that are filled in already."""
    return [str(field.get("id")) for field in inputs(card) if field["type"] == "Input.Text" and field.get("value")]


@lru_cache(maxsize=2048)
def _problems(written: str, dialog: bool) -> tuple[str, ...]:
    card: Json = json.loads(written)
    if card.get("type") != "AdaptiveCard":
        return ("It is no AdaptiveCard.",)
    return (
        *_version(card), *_schema(card), *_fields(card), *_actions(card, dialog), *_refresh(card), *_extras(card),
    )  # fmt: skip


def _version(card: Json) -> Iterator[str]:
    if card.get("version") not in ("1.0", "1.1", "1.2", "1.3", "1.4", "1.5"):
        yield f"Its version is {card.get('version')}; Teams shows cards up to 1.5."


@cache
def _validator() -> Draft6Validator | None:
    if not SCHEMA.is_file():
        return None
    return Draft6Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _schema(card: Json) -> Iterator[str]:
    """By the schema, without what Teams adds to it: its own part of a card, and people to search for in a list."""
    validator = _validator()
    plain = deepcopy(card)
    plain.pop("msteams", None)
    for field in inputs(plain):
        field.pop("choices.data", None)
        if field.get("style") == "filtered":
            del field["style"]
    if validator is not None and (error := best_match(validator.iter_errors(plain))) is not None:
        path = "/".join(str(step) for step in error.absolute_path)
        yield f"The schema does not allow /{path}: {error.message[:300]}"


def _fields(card: Json) -> Iterator[str]:
    known: set[str] = set()
    for field in inputs(card):
        id = field.get("id")
        if not id:
            yield f"An {field['type']} has no id, so its value is never sent."
        elif id in known:
            yield f"Two inputs are called {id}."
        known.add(str(id))
        if field.get("isRequired") and not (field.get("errorMessage") and field.get("label")):
            yield f"{id} is required, but has no label or no errorMessage to say so."
        if field["type"] == "Input.ChoiceSet":
            yield from _choices(field)


def _choices(field: Json) -> Iterator[str]:
    values = [choice.get("value") for choice in field.get("choices", [])]
    query = field.get("choices.data")
    if query is not None and query != {"type": "Data.Query", "dataset": PEOPLE}:
        yield f"{field.get('id')} asks for {query}; Teams knows Data.Query of {PEOPLE}."
    if query is None and not values:
        yield f"{field.get('id')} has no choices."
    if len(set(values)) < len(values):
        yield f"{field.get('id')} has the same value twice."
    if any("," in str(value) for value in values) and field.get("isMultiSelect"):
        yield f"{field.get('id')} has a comma in a value, which separates several."
    chosen = [each for each in str(field.get("value") or "").split(",") if each]
    if query is None and not set(chosen) <= set(values):
        yield f"{field.get('id')} has chosen what is no choice: {field.get('value')}"


def _actions(card: Json, dialog: bool) -> Iterator[str]:
    for row in rows(card):
        if len(row) > MOST_ACTIONS:
            yield f"A row has {len(row)} actions; Teams shows {MOST_ACTIONS}."
        if any(not action.get("title") for action in row):
            yield "An action in a row has no title."
    if dialog and any(leads_to_dialog(action) for action in walk(card)):
        yield "A dialog opens no dialog; the answer to its Action.Submit shows the next."
    refreshing = card.get("refresh", {}).get("action")
    for action in walk(card):
        if action.get("type") != "Action.Execute" or action is refreshing:
            continue
        fallback = action.get("fallback")
        if dialog:
            yield "A dialog is sent with Action.Submit, not with Action.Execute."
        elif not isinstance(fallback, dict) or fallback.get("type") != "Action.Submit":
            yield "An Action.Execute has no Action.Submit to fall back to."
        if not action.get("verb"):
            yield "An Action.Execute has no verb."


def _refresh(card: Json) -> Iterator[str]:
    if len(card.get("refresh", {}).get("userIds", [])) > MOST_REFRESHED:
        yield f"It refreshes for more than {MOST_REFRESHED} people."


def _extras(card: Json) -> Iterator[str]:
    """What only Teams knows: the width, and people mentioned."""
    extras = card.get("msteams", {})
    if unknown := set(extras) - {"width", "entities"}:
        yield f"msteams knows no {', '.join(sorted(unknown))}."
    if extras.get("width", "Full") != "Full":
        yield "The only width is Full."
    written = json.dumps(card.get("body", []), ensure_ascii=False)
    for mention in extras.get("entities", []):
        if mention.get("type") != "mention" or str(mention.get("text")) not in written:
            yield "A mention does not stand in the card."
