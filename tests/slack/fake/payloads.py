"""What Slack sends to the app, in the shapes of the real one."""

from __future__ import annotations

import secrets
from copy import deepcopy
from typing import Any

from tests.slack.fake.chat import as_json
from tests.slack.fake.forms import option
from tests.slack.fake.texts import escaped
from tests.slack.fake.things import Channel, Json, Message, NotThere, User, View
from tests.slack.fake.views import view_json
from tests.slack.fake.world import World


def wrapped(world: World, team: str, event: Json, event_id: str = "", **more: Any) -> Json:
    """An event in its envelope; `more` replaces keys of it."""
    token = world.tokens_ever(team)
    workspace = world.teams[team]
    event.setdefault("event_ts", world.new_ts())
    channel = world.channels.get(str(event.get("channel")))
    body: Json = {
        "token": world.app.verification_token,
        "team_id": team,
        "context_team_id": team,
        "context_enterprise_id": workspace.enterprise or None,
        "api_app_id": world.app.id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id or f"Ev{world.number():04d}{secrets.token_hex(3).upper()}",
        "event_time": int(float(event["event_ts"])),
        "authorizations": [
            {
                "enterprise_id": workspace.enterprise or None,
                "team_id": None if token.org_wide else team,
                "user_id": token.bot_user,
                "is_bot": True,
                "is_enterprise_install": token.org_wide,
            }
        ],
        "is_ext_shared_channel": bool(channel and channel.shared_with),
        "event_context": f"4-{secrets.token_hex(16)}",
    }
    if workspace.enterprise:
        body["enterprise_id"] = workspace.enterprise
    return body | more


def typed_event(message: Message, channel: Channel, user: User, client_msg_id: str) -> Json:
    """A `message` event for what a person wrote."""
    event = {
        "client_msg_id": client_msg_id,
        "type": "message",
        "text": message.text,
        "user": user.id,
        "ts": message.ts,
        "blocks": deepcopy(message.blocks),
        "team": user.team,
        "channel": channel.id,
        "event_ts": message.ts,
        "channel_type": channel.kind,
    }
    if message.thread:
        event["thread_ts"] = message.thread
    if channel.shared_with:
        event |= {"user_team": user.team, "source_team": user.team}
    return event


def typed_blocks(world: World, text: str) -> list[Json]:
    """The rich_text block that Slack's client makes of typed text."""
    span = {"type": "text", "text": text}
    section = {"type": "rich_text_section", "elements": [span]}
    return [{"type": "rich_text", "block_id": f"b{world.number():04d}", "elements": [section]}]


def keep_typed(world: World, channel: Channel, user: User, text: str, thread: str = "") -> Message:
    """A person's message into the conversation."""
    message = Message(channel.id, world.new_ts(), user.id, escaped(text), typed_blocks(world, text), thread)
    message.from_bot, message.team = False, user.team
    world.said[channel.id].append(message)
    return message


def interaction(world: World, kind: str, team: str, user: User, trigger: str = "") -> Json:
    """What all interactive payloads have. An org-wide installation names no team of its own."""
    token = world.token_of(team)
    workspace = world.teams[team]
    enterprise = {"id": workspace.enterprise, "name": workspace.enterprise_name} if workspace.enterprise else None
    body: Json = {
        "type": kind,
        "team": None if token.org_wide else world.team_json(team),
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team},
        "api_app_id": world.app.id,
        "token": world.app.verification_token,
        "is_enterprise_install": token.org_wide,
        "enterprise": enterprise,
    }
    return body | ({"trigger_id": trigger} if trigger else {})


def in_message(world: World, message: Message, channel: Channel, state: Json, response_url: str) -> Json:
    """What a press in a message adds. A message for one person's eyes is not sent along."""
    private = bool(message.ephemeral_to)
    body: Json = {
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": private,
        },
        "channel": {"id": channel.id, "name": channel.name if channel.kind == "channel" else f"{_name(channel)}"},
        "state": {"values": state},
        "response_url": response_url,
    }
    return body if private else body | {"message": as_json(world, message)}


def in_view(world: World, view: View, state: Json) -> Json:
    """What a press in a modal or home tab adds."""
    return {"container": {"type": "view", "view_id": view.id}, "view": view_json(world, view, state)}


def action(world: World, block: Json, element: Json, choice: Any, state: Json) -> Json:
    """One entry of `actions`: what was pressed or chosen."""
    kind = element["type"]
    done: Json = {
        "type": kind,
        "block_id": block["block_id"],
        "action_id": element["action_id"],
        "action_ts": world.new_ts(),
    }
    if kind == "button":
        done |= {key: deepcopy(element[key]) for key in ("text", "value", "style", "url") if key in element}
    elif kind == "overflow":
        done["selected_option"] = option(element, choice)
    else:
        done |= deepcopy(state[block["block_id"]][element["action_id"]])
    return done


def pressed(shown: Message | View, what: str) -> tuple[Json, Json]:
    """The block and element that a person means by a button's value or label, or by an action_id."""
    everything = list(shown.elements())
    for way in range(3):
        found = [(block, element) for block, element in everything if _names(element)[way] == what]
        if len(found) > 1:
            raise NotThere(f"{what} is there {len(found)} times.")
        if found:
            block, element = found[0]
            if block["type"] == "input" and not block.get("dispatch_action"):
                raise NotThere(f"{what} tells the app nothing before it is submitted.")
            return block, element
    raise NotThere(f"There is no {what}; there is: {', '.join(shown.labels())}.")


def _names(element: Json) -> tuple[object, object, object]:
    """Value, action_id and label, by which it may be meant."""
    return element.get("value"), element.get("action_id"), element.get("text", {}).get("text")


def _name(channel: Channel) -> str:
    return "directmessage" if channel.im_user else "privategroup"
