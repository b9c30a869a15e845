"""What stands where in the payloads of Slack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.channels.payload import at as at
from bot.channels.payload import text as text


def team(body: Any) -> str:
    """The workspace whose bot heard this, or ""."""
    granted = _granted(body)
    places: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (body, ("view", "app_installed_team_id")),
        (granted, ("team_id",)),
        (body, ("context_team_id",)),
        (body, ("team", "id")),
        (body, ("team_id",)),
        (body, ("view", "team_id")),
        (body, ("message", "team")),
        (body, ("user", "team_id")),
    )
    return next((found for source, path in places if (found := text(source, *path))), "")


def enterprise(body: Any) -> str:
    """The organisation of that workspace, or ""."""
    granted = _granted(body)
    return text(granted, "enterprise_id") or text(body, "enterprise", "id") or text(body, "enterprise_id")


def bot_user(body: Any) -> str:
    """The bot's own user id, which every event names, or ""."""
    granted = _granted(body)
    return text(granted, "user_id") if at(granted, "is_bot") is not False else ""


def home_of(body: Any) -> str:
    """The workspace that the person is from, when it is another than the one the bot heard them in."""
    event = at(body, "event")
    home = text(event, "user_team") or text(event, "source_team") or text(body, "user", "team_id")
    whole = at(_granted(body), "is_enterprise_install") or at(body, "is_enterprise_install")
    if home and home == enterprise(body):
        return ""
    # Installed for a whole organisation, its other workspaces are at home too; a channel shared with others is not.
    if whole is True and at(body, "is_ext_shared_channel") is not True:
        return ""
    return home


def metadata(view: Any) -> Mapping[str, Any]:
    """What a form says of itself: its card, its button, and the questions whose numbers may be identifiers."""
    try:
        about = json.loads(text(view, "private_metadata"))
        json.dumps(about, ensure_ascii=False).encode()  # half characters can be written so, and kept nowhere
    except (ValueError, RecursionError):
        return {}
    return about if isinstance(about, dict) else {}


def _granted(body: Any) -> Any:
    """The installation that an event came through."""
    grants = at(body, "authorizations")
    return grants[0] if isinstance(grants, list) and grants else None
