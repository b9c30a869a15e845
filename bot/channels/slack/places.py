"""The channels that the assistant is in, as far as Slack has told."""

from __future__ import annotations

from typing import Any

from bot.channels.slack.api import Api
from bot.channels.slack.calls import Fate
from bot.channels.slack.payload import at, text
from bot.channels.slack.workspaces import CHANNEL
from storage.records import PlaceRow
from storage.store import Store

KINDS = "public_channel,private_channel"
MOST = 200
"""Channels in one answer."""


class Places:
    """What HR can post in."""

    def __init__(self, store: Store, api: Api) -> None:
        self._store = store
        self._api = api

    async def keep(self, tenant: str, channel: str, name: str) -> None:
        """The assistant is in this channel, and this is its name now, with or without the #."""
        place = PlaceRow(CHANNEL, tenant, channel, f"#{name.removeprefix('#')}")
        await self._store.run(lambda work: work.workspaces.put_place(place))

    async def leave(self, tenant: str, channel: str) -> None:
        """The assistant is in it no more."""
        await self._store.run(lambda work: work.workspaces.remove_place(CHANNEL, tenant, channel))

    async def catch_up(self, tenant: str) -> bool:
        """Takes over Slack's own list: invitations may have come while we were away. False: ask again later."""
        found: dict[str, str] = {}
        cursor = ""
        while True:
            answer = await self._api.ask(tenant, "users.conversations", _listing(tenant, cursor))
            if not answer.done:
                return answer.fate in (Fate.REFUSED, Fate.GONE)
            channels = at(answer.data, "channels")
            for channel in channels if isinstance(channels, list) else []:
                found[text(channel, "id")] = text(channel, "name")
            cursor = text(answer.data, "response_metadata", "next_cursor")
            if not cursor:
                break
        known = await self._store.run(lambda work: work.workspaces.places(CHANNEL, tenant))
        for place in known:
            if place.place not in found:
                await self.leave(tenant, place.place)
        for id, name in found.items():
            if id:
                await self.keep(tenant, id, name)
        return True


def _listing(tenant: str, cursor: str) -> Any:
    return lambda slack: slack.users_conversations(
        types=KINDS, exclude_archived=True, limit=MOST, cursor=cursor or None, team_id=tenant
    )
