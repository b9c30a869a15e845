"""What Slack sends, in the shapes of its documentation, for tests that need no server."""

from __future__ import annotations

import json
from typing import Any

TEAM, ORG, PERSON, BOT, CHANNEL, DM = "T0AAA", "E0AAA", "U0VERA", "U0BOT", "C0JOBS", "D0VERA"
TRIGGER = "13345224609.738474920.8088930838d88f008e0"
Body = dict[str, Any]


def event(kind: str, id: str = "Ev0001", body: Body | None = None, **inside: Any) -> Body:
    """An event as the Events API wraps it, in HTTP and over a socket alike."""
    return {
        "token": "verification",
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": "A0APP",
        "event": {"type": kind, "event_ts": "1778148000.000100", **inside},
        "type": "event_callback",
        "event_id": id,
        "event_time": 1778148000,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": "4-context",
        **(body or {}),
    }


def message(text: str = "hej", id: str = "Ev0001", body: Body | None = None, **inside: Any) -> Body:
    """Something written to the bot alone."""
    said = {
        "client_msg_id": "5f2c-msg",
        "text": text,
        "user": PERSON,
        "ts": "1778148000.000100",
        "team": TEAM,
        "channel": DM,
        "channel_type": "im",
    }
    return event("message", id, body, **(said | inside))


def mention(text: str = f"<@{BOT}> hej", id: str = "Ev0002", body: Body | None = None, **inside: Any) -> Body:
    """The bot named in a channel."""
    said = {"client_msg_id": "5f2c-msg", "text": text, "user": PERSON, "ts": "1778148000.000100", "channel": CHANNEL}
    return event("app_mention", id, body, **(said | inside))


def press(value: str = "card1|yes", **changes: Any) -> Body:
    """A button in a message."""
    return {
        "type": "block_actions",
        "user": {"id": PERSON, "username": "vera", "name": "vera", "team_id": TEAM},
        "api_app_id": "A0APP",
        "token": "verification",
        "container": {"type": "message", "message_ts": "1778148000.000100", "channel_id": DM, "is_ephemeral": False},
        "trigger_id": TRIGGER,
        "team": {"id": TEAM, "domain": "vejle"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": DM, "name": "directmessage"},
        "message": {"type": "message", "user": BOT, "ts": "1778148000.000100", "text": "…", "blocks": []},
        "state": {"values": {}},
        "response_url": "https://hooks.slack.example/actions/T0AAA/1/x",
        "actions": [
            {
                "action_id": "press:0",
                "block_id": "b1",
                "text": {"type": "plain_text", "text": "Ja"},
                "value": value,
                "type": "button",
                "action_ts": "1778148001.000000",
            }
        ],
        **changes,
    }


def view(
    card: str = "card1",
    button: str = "submit",
    values: Body | None = None,
    leaves: list[str] | None = None,
    **more: Any,
) -> Body:
    """A form as Slack sends it back."""
    about: Body = {"card": card, "button": button} | ({"leaves": leaves} if leaves is not None else {})
    return {
        "id": "V0001",
        "team_id": TEAM,
        "type": "modal",
        "blocks": [],
        "private_metadata": json.dumps(about),
        "callback_id": "vidsyn",
        "state": {"values": values or {}},
        "hash": "1778148000.h4sh",
        "title": {"type": "plain_text", "text": "Logbog"},
        "root_view_id": "V0001",
        "app_id": "A0APP",
        "external_id": "",
        "app_installed_team_id": TEAM,
        "bot_id": "B0BOT",
        **more,
    }


def press_in(shown: Body, value: str = "card1|back", **changes: Any) -> Body:
    """A button in a form or on the App Home."""
    body = press(value, view=shown, container={"type": "view", "view_id": shown["id"]}, **changes)
    for name in ("channel", "message", "state", "response_url"):
        del body[name]
    return body


def submission(shown: Body | None = None, **changes: Any) -> Body:
    """A form that is sent."""
    return {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": "vejle"},
        "user": {"id": PERSON, "username": "vera", "name": "vera", "team_id": TEAM},
        "api_app_id": "A0APP",
        "token": "verification",
        "trigger_id": TRIGGER,
        "view": shown or view(),
        "response_urls": [],
        "is_enterprise_install": False,
        "enterprise": None,
        **changes,
    }


def closing(shown: Body | None = None, **changes: Any) -> Body:
    """A form that is closed without being sent."""
    body = submission(shown, type="view_closed", is_cleared=False, **changes)
    del body["trigger_id"]
    return body


def command(text: str = "", **changes: Any) -> Body:
    """What is typed after a slash."""
    return {
        "token": "verification",
        "team_id": TEAM,
        "team_domain": "vejle",
        "channel_id": CHANNEL,
        "channel_name": "jobbytte",
        "user_id": PERSON,
        "user_name": "vera",
        "command": "/vidsyn",
        "text": text,
        "api_app_id": "A0APP",
        "is_enterprise_install": "false",
        "response_url": "https://hooks.slack.example/commands/T0AAA/1/x",
        "trigger_id": TRIGGER,
        **changes,
    }


def shortcut(**changes: Any) -> Body:
    """The shortcut that is there everywhere."""
    return {
        "type": "shortcut",
        "token": "verification",
        "action_ts": "1778148001.000000",
        "team": {"id": TEAM, "domain": "vejle"},
        "user": {"id": PERSON, "username": "vera", "team_id": TEAM},
        "is_enterprise_install": False,
        "enterprise": None,
        "callback_id": "vidsyn_open",
        "trigger_id": TRIGGER,
        **changes,
    }
