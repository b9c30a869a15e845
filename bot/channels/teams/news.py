"""What an activity tells beside what somebody says in it: where its sender is reached, and what came or went (T13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.channels.payload import each, text
from bot.channels.teams.read import is_personal, tenant_of, user_of


class What(StrEnum):
    """`done`: somebody wrote or pressed. An upgrade of the app may bring the assistant along, or take it away."""

    DONE = "done"
    ADDED = "added"
    BROUGHT_ALONG = "brought along"
    REMOVED = "removed"
    TEAM_CHANGED = "team changed"
    TEAM_GONE = "team gone"
    CHANNEL_GONE = "channel gone"
    OTHER = "other"


_INSTALLS = {
    "add": What.ADDED,
    "add-upgrade": What.BROUGHT_ALONG,
    "remove": What.REMOVED,
    "remove-upgrade": What.REMOVED,
}
_EVENTS = {
    "channelCreated": What.TEAM_CHANGED,
    "channelRenamed": What.TEAM_CHANGED,
    "channelRestored": What.TEAM_CHANGED,
    "channelDeleted": What.CHANNEL_GONE,
    "teamRenamed": What.TEAM_CHANGED,
    "teamUnarchived": What.TEAM_CHANGED,
    "teamRestored": What.TEAM_CHANGED,
    # Nothing can be posted in a team that is archived.
    "teamArchived": What.TEAM_GONE,
    "teamDeleted": What.TEAM_GONE,
    "teamHardDeleted": What.TEAM_GONE,
}


@dataclass(frozen=True)
class News:
    """One activity. `person` is their AAD object id, `user` the platform's id of them, `at` when Teams says it was.

    `chat` is the conversation if it is a `personal` one. `team` is empty outside teams.
    """

    what: What
    tenant: str
    at: datetime
    service: str
    personal: bool
    person: str
    user: str
    chat: str
    team: str
    team_name: str
    channel: str
    locale: str
    zone: str


def read_news(activity: Any, now: datetime) -> News:
    """What the activity tells. What is missing or of another type is ""; a moment that is none is `now`."""
    personal, ours = is_personal(activity), text(activity, "recipient", "id")
    user = text(activity, "from", "id")
    return News(
        what=_what(activity, ours),
        tenant=tenant_of(activity),
        at=_moment(text(activity, "timestamp"), now),
        service=text(activity, "serviceUrl"),
        personal=personal,
        person=user_of(activity) if user != ours else "",
        user=user if user != ours else "",
        chat=text(activity, "conversation", "id") if personal else "",
        team=text(activity, "channelData", "team", "id"),
        team_name=text(activity, "channelData", "team", "name"),
        channel=text(activity, "channelData", "channel", "id"),
        locale=text(activity, "locale") or _of_client(activity, "locale"),
        zone=text(activity, "localTimezone") or _of_client(activity, "timezone"),
    )


def _what(activity: Any, ours: str) -> What:
    kind = text(activity, "type")
    if kind in ("message", "invoke"):
        return What.DONE
    if kind == "installationUpdate":
        return _INSTALLS.get(text(activity, "action").lower(), What.OTHER)
    if kind != "conversationUpdate":
        return What.OTHER
    if _names(activity, "membersAdded", ours):
        return What.ADDED
    if _names(activity, "membersRemoved", ours):
        return What.REMOVED
    return _EVENTS.get(text(activity, "channelData", "eventType"), What.OTHER)


def _names(activity: Any, members: str, ours: str) -> bool:
    return ours != "" and any(text(member, "id") == ours for member in each(activity, members))


def _moment(said: str, now: datetime) -> datetime:
    """When it was; never later than now, for what is to come would stand above everything that comes."""
    try:
        moment = datetime.fromisoformat(said)
        return min(moment if moment.tzinfo else moment.replace(tzinfo=UTC), now).astimezone(UTC)
    except (ValueError, OverflowError):
        return now


def _of_client(activity: Any, name: str) -> str:
    """What the client tells of itself."""
    clients = (entity for entity in each(activity, "entities") if text(entity, "type") == "clientInfo")
    return next((text(client, name) for client in clients), "")
