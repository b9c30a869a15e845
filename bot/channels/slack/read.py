"""What Slack sends, read: payload -> Incoming, and where the answer can go. What does not fit is None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.channel import CLOSED, Address, Incoming
from bot.channels.slack.marks import plain
from bot.channels.slack.payload import at, bot_user, enterprise, home_of, metadata, team, text
from bot.channels.slack.state import CHOICE, LEAVE, Filled, filled
from bot.channels.slack.workspaces import CHANNEL

EMPTY_COMMAND = "help"
SHORTCUT = "status"
"""Words that the house understands in every language."""

SPOKEN = {"", "file_share", "thread_broadcast"}
"""Kinds of message that somebody wrote; the rest is news of the chat itself."""

SLACKBOT = "USLACKBOT"

ALONE = "D"
"""Begins the id of a chat with the bot alone."""


@dataclass(frozen=True)
class Where:
    """Where an answer can go. `tenant` is the workspace that the bot heard it in, which need not be the person's.

    `channel` is where it was said or pressed, `view` and `hash` name the form it was pressed in; what there is none
    of is "". `home` says that the view is the App Home.
    """

    tenant: str
    enterprise: str
    user: str
    channel: str = ""
    trigger: str = ""
    view: str = ""
    hash: str = ""
    home: bool = False


@dataclass(frozen=True)
class Heard:
    """One thing that somebody did. `stranger`: from a workspace that only shares a channel with this one.

    `users` are the answers that are Slack users, question key -> user id; they are not among the incoming's values.
    `form` is the view as Slack sent it back.
    """

    incoming: Incoming
    where: Where
    stranger: bool = False
    users: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict, repr=False)


def said(body: Any) -> Heard | None:
    """A message to the bot alone, or one that names it in a channel."""
    event = at(body, "event")
    kind, user = text(event, "type"), text(event, "user")
    if kind == "message" and text(event, "channel_type") != "im":
        return None
    if text(event, "subtype") not in SPOKEN or at(event, "bot_id") or at(event, "hidden"):
        return None
    if user in {"", SLACKBOT, bot_user(body)}:
        return None
    id = text(event, "client_msg_id") or text(body, "event_id")
    words = plain(text(event, "text"), bot_user(body))
    # Whoever names the bot before others asks it something; what was asked in private is answered there.
    alone = kind == "message" or text(event, "channel").startswith(ALONE)
    return _heard_event(body, id, "text" if alone else "command", words)


def arrived(body: Any) -> Heard | None:
    """Somebody opened the bot's page, or its private chat."""
    heard = _heard_event(body, text(body, "event_id"), "arrive", "")
    return heard if heard and text(body, "event", "user") != bot_user(body) else None


def pressed(body: Any) -> Heard | None:
    """A button in a message, in a form or on the App Home. Anything else there does nothing by itself."""
    actions = at(body, "actions")
    values = [_value(action) for action in actions] if isinstance(actions, list) else []
    card, _, button = next(filter(None, values), "").partition("|")
    if not card or not button:
        return None
    in_view = bool(text(body, "view", "id"))
    state = at(body, "view", "state") if in_view else at(body, "state")
    form: Literal["may_open", "open"] = "open" if in_view else "may_open"
    return _heard_press(body, text(body, "trigger_id"), card, button, filled(state), form)


def submitted(body: Any) -> Heard | None:
    """A form that was sent."""
    answers, about = filled(at(body, "view", "state")), metadata(at(body, "view"))
    button = answers.said(CHOICE) or text(about, "button")
    card = text(about, "card")
    return _heard_press(body, text(body, "trigger_id"), card, button, answers, "open") if card and button else None


def closed(body: Any) -> Heard | None:
    """A form that was closed without being sent."""
    card = text(metadata(at(body, "view")), "card")
    id = f"closed:{text(body, 'view', 'id')}:{text(body, 'view', 'hash')}"
    return _heard_press(body, id, card, CLOSED, Filled(), "") if card else None


def command(body: Any) -> Heard | None:
    """A slash command. One without words asks for help."""
    words = plain(text(body, "text"), "").strip() or EMPTY_COMMAND
    return _heard(body, text(body, "user_id"), text(body, "trigger_id"), kind="command", text=words, form="may_open")


def shortcut(body: Any) -> Heard | None:
    """The shortcut, which shows how things stand."""
    user, id = text(body, "user", "id"), text(body, "trigger_id")
    return _heard(body, user, id, kind="command", text=SHORTCUT, form="open")


def _value(action: Any) -> str:
    if text(action, "type") == "button":
        return text(action, "value")
    return text(action, "selected_option", "value") if text(action, "type") == "overflow" else ""


def _heard_event(body: Any, id: str, kind: Literal["text", "command", "arrive"], words: str) -> Heard | None:
    return _heard(body, text(body, "event", "user"), id, kind=kind, text=words)


def _heard_press(
    body: Any, id: str, card: str, button: str, answers: Filled, form: Literal["", "may_open", "open"]
) -> Heard | None:
    leave = answers.said(LEAVE)
    leaves = at(metadata(at(body, "view")), "leaves") if leave else []
    return _heard(
        body,
        text(body, "user", "id"),
        id,
        users=answers.users,
        kind="press",
        card=card,
        button=button,
        values=dict(answers.values),
        leave=leave if leave in {"mask", "keep"} else "",
        leaves=[key for key in leaves if isinstance(key, str)] if isinstance(leaves, list) else [],
        form=form,
    )


def _heard(body: Any, user: str, id: str, users: Mapping[str, str] | None = None, **said: Any) -> Heard | None:
    here = team(body)
    if not (here and user and id):
        return None
    home = home_of(body) or here
    where = Where(
        here,
        enterprise(body),
        user,
        channel=text(body, "channel", "id") or text(body, "channel_id") or text(body, "event", "channel"),
        trigger=text(body, "trigger_id"),
        view=text(body, "view", "id"),
        hash=text(body, "view", "hash"),
        home=text(body, "view", "type") == "home",
    )
    incoming = Incoming(Address(CHANNEL, home, user), f"{here}:{id}", **said)
    form = at(body, "view")
    return Heard(incoming, where, home != here, users or {}, form if isinstance(form, Mapping) else {})
