"""What Slack's user object says of somebody: who they are, or why they cannot take part."""

from __future__ import annotations

from typing import Any

from bot.channel import Newcomer, NotReached
from bot.channels.people import one_line, real_zone
from bot.channels.slack.payload import at, text
from bot.channels.slack.workspaces import CHANNEL
from storage.store import Work

GUEST, STRANGER, GONE, NOBODY = "slack.guest", "slack.stranger", "slack.gone", "bot"
"""Why somebody cannot take part. Nobody answers a bot."""

LANGUAGES = {"da": "da", "nb": "nb", "no": "nb", "nn": "nb"}
"""Ours, by the first part of a Slack locale. English is what Slack is set to by itself, so it says nothing."""


def newcomer(work: Work, tenant: str, user: Any) -> Newcomer:
    """Somebody as Slack's user object describes them, or why they cannot take part. Raises NotReached."""
    workspace = work.workspaces.find(CHANNEL, tenant)
    if workspace is None:
        raise NotReached("unknown workspace")
    language = LANGUAGES.get(text(user, "locale").replace("_", "-").split("-")[0].lower(), "")
    refused = why_not(user, _is_ours(work, tenant, workspace.enterprise, user))
    if refused:
        spoken = language or work.people.organisation(workspace.organisation).language
        return Newcomer("", language=spoken, refused=refused, gone=refused == GONE)
    return Newcomer(
        name=name_of(user) or text(user, "id"),
        organisation=workspace.organisation,
        email=text(user, "profile", "email"),
        zone=zone_of(user),
        language=language,
    )


def why_not(user: Any, is_ours: bool) -> str:
    """Why the user cannot take part; empty for one who can. `is_ours`: they are a colleague."""

    def says(name: str) -> bool:
        return at(user, name) is True

    if says("is_bot") or says("is_workflow_bot") or says("is_connector_bot") or text(user, "id") == "USLACKBOT":
        return NOBODY
    if says("is_stranger") or not is_ours:
        return STRANGER
    if says("deleted"):
        return GONE
    return GUEST if says("is_restricted") or says("is_ultra_restricted") else ""


def _is_ours(work: Work, tenant: str, enterprise: str, user: Any) -> bool:
    """Whether the user is a member of the workspace, or of another one of the same enterprise."""
    home = text(user, "team_id")
    theirs = text(user, "enterprise_user", "enterprise_id")
    if home == tenant or (enterprise and enterprise in (home, theirs)):
        return True
    other = work.workspaces.find(CHANNEL, home)
    return bool(enterprise and other and other.enterprise == enterprise)


def name_of(user: Any) -> str:
    """What the user is called, in one line."""
    names = (text(user, "profile", "real_name"), text(user, "real_name"), text(user, "name"))
    return next(filter(None, map(one_line, names)), "")


def zone_of(user: Any) -> str:
    """The time zone of the user, if it is one."""
    return real_zone(text(user, "tz"))
