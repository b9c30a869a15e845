"""views.*: modals that a trigger opens, and home tabs."""

from __future__ import annotations

import re
import secrets
from copy import deepcopy
from datetime import timedelta
from typing import Literal

from tests.slack.fake.blocks import view_problems
from tests.slack.fake.calls import Call, Refusal
from tests.slack.fake.chat import with_ids
from tests.slack.fake.ledger import ViewShown
from tests.slack.fake.things import Json, Trigger, View
from tests.slack.fake.world import World

TRIGGER_LIVES = timedelta(seconds=3)
MOST_ON_STACK = 3


def open_(call: Call) -> Json:
    """views.open: takes the place of whatever modal was there."""
    body = _body(call, "modal")
    trigger = _trigger(call)
    close_all(call.world, trigger.user)
    return {"view": view_json(call.world, show(call.world, trigger.user, trigger.team, body, "opened"))}


def push(call: Call) -> Json:
    """views.push: on top of the modal that the trigger came from, three at most."""
    body = _body(call, "modal")
    trigger = _trigger(call)
    stack = call.world.stacks[trigger.user]
    if not stack or trigger.view not in {view.id for view in stack}:
        raise Refusal("not_found")
    if len(stack) >= MOST_ON_STACK:
        raise Refusal("push_limit_reached")
    return {"view": view_json(call.world, show(call.world, trigger.user, trigger.team, body, "pushed"))}


def update(call: Call) -> Json:
    """views.update: a modal that is still open; a wrong hash is a race that was lost."""
    body = _body(call, "modal")
    id, external = call.text("view_id"), call.text("external_id")
    if not id and not external:
        raise Refusal("invalid_arguments", ["[ERROR] missing required field: view_id"])
    found = [view for view in call.world.views.values() if id in ("", view.id) and view.open]
    found = [view for view in found if not external or view.body.get("external_id") == external]
    if not found or found[0].team not in call.token.teams or found[0].body["type"] != "modal":
        raise Refusal("not_found")
    view = found[0]
    if call.text("hash") not in ("", view.hash):
        raise Refusal("hash_conflict")
    change(call.world, view, body)
    return {"view": view_json(call.world, view)}


def publish(call: Call) -> Json:
    """views.publish: the home tab of one user."""
    user = call.user("user_id", "user_not_found")
    body = _body(call, "home")
    if not call.world.app.home_tab:
        raise Refusal("not_enabled")
    if user.is_bot or user.deleted:
        raise Refusal("user_not_found")
    team = user.team if user.team in call.token.teams else call.team
    before = call.world.homes.get((team, user.id))
    if call.text("hash") and (before is None or call.text("hash") != before.hash):
        raise Refusal("hash_conflict")
    view = before or _new(call.world, team, user.id)
    view.body, view.hash = with_view_ids(call.world, body), _new_hash(call.world)
    call.world.homes[team, user.id] = view
    _shown(call.world, view, "published")
    return {"view": view_json(call.world, view)}


def show(world: World, user: str, team: str, body: Json, how: Literal["opened", "pushed"]) -> View:
    """A modal in front of the user."""
    stack = world.stacks[user]
    view = _new(world, team, user)
    view.body = with_view_ids(world, body)
    view.root, view.previous = (stack[0].id, stack[-1].id) if stack else (view.id, "")
    stack.append(view)
    _shown(world, view, how)
    return view


def change(world: World, view: View, body: Json) -> None:
    """Other contents for the same modal; what was typed stays where block and element are the same."""
    view.body, view.hash = with_view_ids(world, body), _new_hash(world)
    there = {(block["block_id"], element["action_id"]): element["type"] for block, element in view.elements()}
    view.filled = {key: state for key, state in view.filled.items() if there.get(key) == state["type"]}
    view.errors = {}
    _shown(world, view, "updated")


def close_top(world: World, user: str) -> None:
    """The modal in front goes; the one below it is seen again."""
    view = world.stacks[user].pop()
    view.open = False
    _shown(world, view, "closed")


def close_all(world: World, user: str) -> None:
    """No modal any more."""
    while world.stacks[user]:
        close_top(world, user)


def with_view_ids(world: World, body: Json) -> Json:
    """A copy whose blocks and elements have their ids."""
    return {**deepcopy(body), "blocks": with_ids(world, body["blocks"])}


def view_json(world: World, view: View, state: Json | None = None) -> Json:
    """A view as in answers and payloads."""
    body = deepcopy(view.body)
    bot = world.bots.get(view.team, "")
    return {
        "id": view.id,
        "team_id": view.team,
        "type": body["type"],
        "blocks": body["blocks"],
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "state": {"values": state or {}},
        "hash": view.hash,
        "title": body.get("title"),
        "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False),
        "close": body.get("close"),
        "submit": body.get("submit"),
        "previous_view_id": view.previous or None,
        "root_view_id": view.root,
        "app_id": world.app.id,
        "external_id": body.get("external_id", ""),
        "app_installed_team_id": view.team,
        "bot_id": f"B{bot[1:]}",
    }


def _trigger(call: Call) -> Trigger:
    id = call.text("trigger_id", required=True)
    if not re.fullmatch(r"\d+\.\d+\.[0-9a-f]{32}", id):
        raise Refusal("invalid_arguments", ["[ERROR] invalid `trigger_id` [json-pointer:/trigger_id]"])
    trigger = call.world.triggers.get(id)
    if trigger is None or trigger.team not in call.token.teams:
        raise Refusal("invalid_trigger")
    if trigger.used:
        raise Refusal("exchanged_trigger_id")
    if call.world.now - trigger.at > TRIGGER_LIVES:
        raise Refusal("expired_trigger_id")
    trigger.used = True
    return trigger


def _body(call: Call, kind: str) -> Json:
    body = call.parsed("view", "invalid_arguments")
    if not isinstance(body, dict):
        raise Refusal("invalid_arguments", ["[ERROR] missing required field: view"])
    said = view_problems(body)
    if body.get("type") != kind:
        said.append(f"must be {kind} [json-pointer:/view/type]")
    if said:
        too_large = any("view_too_large" in sentence for sentence in said)
        raise Refusal("view_too_large" if too_large else "invalid_arguments", [f"[ERROR] {each}" for each in said])
    external = body.get("external_id")
    if external and call.method != "views.update":
        others = [view for view in call.world.views.values() if view.open and view.body.get("external_id") == external]
        if others:
            raise Refusal("duplicate_external_id")
    return body


def _new(world: World, team: str, user: str) -> View:
    id = f"V{world.number():09d}"
    world.views[id] = View(id, team, user, {"blocks": []}, _new_hash(world), root=id)
    return world.views[id]


def _new_hash(world: World) -> str:
    return f"{int(world.now.timestamp())}.{secrets.token_hex(4)}"


def _shown(world: World, view: View, how: Literal["opened", "pushed", "updated", "published", "closed"]) -> None:
    world.ledger.entries.append(ViewShown(world.now, view.team, view.user, view.id, how, deepcopy(view.body)))
