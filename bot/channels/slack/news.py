"""What Slack tells about workspaces, channels and people: taken in before the 200, as everything else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from bot.channels.slack.payload import at, bot_user, enterprise, team, text

LATEST = 253402300799
"""The last second of the year 9999."""


class Changes(Protocol):
    """Where the news goes. Each may come twice and in any order, and raises StoreUnavailable to be told again."""

    async def met(self, tenant: str, enterprise: str) -> None:
        """Something came from this workspace, for the first time in this process."""
        ...

    async def changed(self, tenant: str, user: Mapping[str, Any]) -> None:
        """A person is described anew, by Slack's own `user` object: time zone, name, `deleted`."""
        ...

    async def joined(self, tenant: str, channel: str) -> None:
        """The bot may be in one more channel."""
        ...

    async def left(self, tenant: str, channel: str) -> None:
        """The bot is in that channel no more."""
        ...

    async def renamed(self, tenant: str, channel: str, name: str) -> None:
        """A channel has another name, without the #."""
        ...

    async def uninstalled(self, tenant: str, enterprise: str, at: datetime | None) -> None:
        """Vidsyn was removed there, at a moment that Slack names; an empty `tenant` is the whole enterprise."""
        ...

    async def revoked(self, tenant: str, enterprise: str, bots: list[str], at: datetime | None) -> None:
        """The tokens of these bot users open nothing any more."""
        ...


class News:
    """Tells `changes` what an event says."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._known: dict[str, Callable[[Mapping[str, Any]], Awaitable[None]]] = {
            "user_change": self._changed,
            "member_joined_channel": self._joined,
            "member_left_channel": self._bot_left,
            "channel_left": self._left,
            "group_left": self._left,
            "channel_deleted": self._left,
            "group_deleted": self._left,
            "channel_archive": self._left,
            "group_archive": self._left,
            "channel_unarchive": self._opened,
            "group_unarchive": self._opened,
            "channel_rename": self._renamed,
            "group_rename": self._renamed,
            "app_uninstalled": self._uninstalled,
            "tokens_revoked": self._revoked,
            "team_access_revoked": self._team_left,
        }
        self._met: set[tuple[str, str]] = set()

    async def met(self, tenant: str, enterprise: str) -> None:
        """Something came from this workspace."""
        if (tenant, enterprise) not in self._met:
            await self._changes.met(tenant, enterprise)
            self._met.add((tenant, enterprise))

    async def tell(self, body: Mapping[str, Any]) -> None:
        """Takes in the event; one that is no news of ours changes nothing."""
        known = self._known.get(text(body, "event", "type"))
        if known is not None and (team(body) or enterprise(body)):
            await known(body)

    async def _changed(self, body: Mapping[str, Any]) -> None:
        user = at(body, "event", "user")
        if text(user, "id"):
            await self._changes.changed(team(body), user)

    async def _joined(self, body: Mapping[str, Any]) -> None:
        if _is_bot(body) and (channel := _channel(body)):
            await self.met(team(body), enterprise(body))
            await self._changes.joined(team(body), channel)

    async def _opened(self, body: Mapping[str, Any]) -> None:
        if channel := _channel(body):
            await self._changes.joined(team(body), channel)

    async def _bot_left(self, body: Mapping[str, Any]) -> None:
        if _is_bot(body):
            await self._left(body)

    async def _left(self, body: Mapping[str, Any]) -> None:
        if channel := _channel(body):
            await self._changes.left(team(body), channel)

    async def _renamed(self, body: Mapping[str, Any]) -> None:
        channel, name = _channel(body), text(body, "event", "channel", "name")
        if channel and name:
            await self._changes.renamed(team(body), channel, name)

    async def _uninstalled(self, body: Mapping[str, Any]) -> None:
        self._met.clear()  # whoever installs again is met again
        await self._changes.uninstalled(_removed_from(body), enterprise(body), _moment(body))

    async def _revoked(self, body: Mapping[str, Any]) -> None:
        bots = at(body, "event", "tokens", "bot")
        ours = [bot for bot in bots if isinstance(bot, str)] if isinstance(bots, list) else []
        if ours:
            self._met.clear()
            await self._changes.revoked(_removed_from(body), enterprise(body), ours, _moment(body))

    async def _team_left(self, body: Mapping[str, Any]) -> None:
        teams = at(body, "event", "team_ids")
        self._met.clear()
        for tenant in teams if isinstance(teams, list) else []:
            if isinstance(tenant, str) and tenant:
                await self._changes.uninstalled(tenant, enterprise(body), _moment(body))


def _channel(body: Mapping[str, Any]) -> str:
    return text(body, "event", "channel") or text(body, "event", "channel", "id")


def _is_bot(body: Mapping[str, Any]) -> bool:
    return text(body, "event", "user") == bot_user(body) != ""


def _removed_from(body: Mapping[str, Any]) -> str:
    """The workspace, or "" when an install for the whole enterprise went."""
    grants = at(body, "authorizations")
    granted = grants[0] if isinstance(grants, list) and grants else body
    whole = at(granted, "is_enterprise_install") is True and enterprise(body)
    return "" if whole else team(body)


def _moment(body: Mapping[str, Any]) -> datetime | None:
    seconds = body.get("event_time")
    if not isinstance(seconds, int) or not 0 < seconds < LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)
