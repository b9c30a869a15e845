"""What Teams sends, read: activity -> Incoming, and where the answer can go. What does not fit is None."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.channel import Address, Incoming
from bot.channels.payload import at, text
from bot.channels.teams.filled import OURS, Filled, filled

CHANNEL = "teams"

_BETWEEN = re.compile(r"[ \t\u00a0]+")


@dataclass(frozen=True)
class Where:
    """Where something happened. `user` is the AAD object id; `chat` the conversation, `service` where it is answered.

    `personal`: the person is alone with the assistant there. `post` is the message that was answered or pressed at.
    """

    tenant: str
    user: str
    chat: str
    service: str
    personal: bool
    post: str = ""


@dataclass(frozen=True)
class Heard:
    """One thing that somebody did. `people` are the answers that are users of the tenant, question key -> object id."""

    incoming: Incoming
    where: Where
    people: Mapping[str, str] = field(default_factory=dict)


def tenant_of(activity: Any) -> str:
    """The tenant that it comes from, or ""; also where it names two."""
    places = (text(activity, "channelData", "tenant", "id"), text(activity, "conversation", "tenantId"))
    named = {place.lower() for place in places if place}
    return named.pop() if len(named) == 1 else ""


def user_of(activity: Any) -> str:
    """Who did it, by AAD object id; by the platform's own id where there is none, as in a local client."""
    return (text(activity, "from", "aadObjectId") or text(activity, "from", "id")).lower()


def is_personal(activity: Any) -> bool:
    """Whether somebody is alone with the assistant there."""
    return text(activity, "conversation", "conversationType") == "personal"


def said(activity: Any) -> Heard | None:
    """A message to the assistant alone, or one that names it in a channel; also a press of an old client."""
    data = at(activity, "value")
    if isinstance(data, Mapping) and OURS in data:
        return _pressed(activity, filled(data), "")
    words = _words(activity)
    # Whoever names the assistant before others asks it something; what was asked in private is answered there.
    kind: Literal["text", "command"] = "text" if is_personal(activity) and words else "command"
    return _heard(activity, kind=kind, text=words)


def pressed(activity: Any) -> Heard | None:
    """A button of a card that waits for what takes its place."""
    return _pressed(activity, filled(at(activity, "value", "action", "data")), "card")


def fetched(activity: Any) -> Heard | None:
    """A button that opens a dialog."""
    return _pressed(activity, filled(at(activity, "value", "data")), "may_open")


def submitted(activity: Any) -> Heard | None:
    """A button in a dialog."""
    return _pressed(activity, filled(at(activity, "value", "data")), "open")


def arrived(activity: Any, event: str) -> Heard | None:
    """Somebody has installed the assistant. `event` names this install."""
    heard = _heard(activity, kind="arrive")
    return heard and Heard(Incoming(heard.incoming.sender, event, "arrive"), heard.where)


def _pressed(activity: Any, given: Filled, form: Literal["", "card", "may_open", "open"]) -> Heard | None:
    if not (given.card and given.button):
        return None
    return _heard(
        activity,
        people=given.people,
        kind="press",
        card=given.card,
        button=given.button,
        values=dict(given.values),
        leave=given.leave,
        leaves=list(given.leaves),
        form=form,
    )


def _heard(activity: Any, people: Mapping[str, str] | None = None, **did: Any) -> Heard | None:
    tenant, user, id = tenant_of(activity), user_of(activity), text(activity, "id")
    chat = text(activity, "conversation", "id")
    if not (tenant and user and id and chat) or text(activity, "from", "id") == text(activity, "recipient", "id"):
        return None
    where = Where(
        tenant,
        user,
        chat,
        text(activity, "serviceUrl"),
        is_personal(activity),
        text(activity, "replyToId") or id,
    )
    return Heard(Incoming(Address(CHANNEL, tenant, user), f"{chat}:{id}", **did), where, people or {})


def _words(activity: Any) -> str:
    """What was typed, without the assistant's own name where it was called by it."""
    words = text(activity, "text")
    entities = at(activity, "entities")
    ours = text(activity, "recipient", "id")
    for entity in entities if isinstance(entities, list) else []:
        if text(entity, "type") == "mention" and text(entity, "mentioned", "id") == ours and text(entity, "text"):
            words = words.replace(text(entity, "text"), " ")
    # Teams writes the second of two blanks so that no browser swallows it.
    return "\n".join(_BETWEEN.sub(" ", row).strip() for row in words.replace("&nbsp;", " ").splitlines()).strip()
