"""What Slack tells of workspaces, channels and people, carried out. Each may come twice and in any order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.channels.slack.api import Api
from bot.channels.slack.payload import at, text
from bot.channels.slack.people import SlackPeople
from bot.channels.slack.tokens import NoAccess, Tokens
from bot.channels.slack.workspaces import CHANNEL, meet_workspace
from storage.records import PlaceRow
from storage.store import Store

KINDS = "public_channel,private_channel"
MOST = 200
"""Channels in one answer."""


class Changes:
    """The store follows what Slack says."""

    def __init__(self, store: Store, api: Api, tokens: Tokens, people: SlackPeople) -> None:
        self._store = store
        self._api = api
        self._tokens = tokens
        self._people = people

    async def met(self, tenant: str, enterprise: str) -> None:
        """Something came from this workspace, for the first time in this process."""
        await self._store.run(lambda work: meet_workspace(work, tenant, enterprise))

    async def changed(self, tenant: str, user: Mapping[str, Any]) -> None:
        """A person is described anew."""
        await self._people.changed(tenant, user)

    async def joined(self, tenant: str, channel: str) -> None:
        """The assistant was invited to a channel, which HR can post in from now on, or it is open again."""
        answer = await self._api.ask(
            tenant, "conversations.info", lambda slack: slack.conversations_info(channel=channel, team_id=tenant)
        )
        if at(answer.data, "channel", "is_member") is not False:
            await self._keep(tenant, channel, text(answer.data, "channel", "name") or channel)

    async def left(self, tenant: str, channel: str) -> None:
        """The assistant is in that channel no more."""
        await self._store.run(lambda work: work.workspaces.remove_place(CHANNEL, tenant, channel))

    async def renamed(self, tenant: str, channel: str, name: str) -> None:
        """A channel has another name; one the assistant is not in stays unknown."""
        known = await self._store.run(lambda work: work.workspaces.place(CHANNEL, tenant, channel))
        if known is not None:
            await self._keep(tenant, channel, name)

    async def uninstalled(self, tenant: str, enterprise: str, at: datetime | None) -> None:
        """Vidsyn was removed: nothing more is sent there."""
        await self._tokens.gone(tenant, enterprise, at)

    async def revoked(self, tenant: str, enterprise: str, bots: list[str], at: datetime | None) -> None:
        """The tokens of these bot users open nothing any more; those of others are not ours."""
        try:
            ours = (await self._tokens.of(tenant, enterprise)).bot_user
        except NoAccess:
            return
        if ours in bots:
            await self._tokens.gone(tenant, enterprise, at)

    async def catch_up(self, tenant: str) -> None:
        """The channels the assistant is in, as Slack lists them: invitations may have come while we were away."""
        found: dict[str, str] = {}
        cursor = ""
        while True:
            answer = await self._api.ask(tenant, "users.conversations", self._listing(tenant, cursor))
            if not answer.done:
                return
            channels = at(answer.data, "channels")
            for channel in channels if isinstance(channels, list) else []:
                found[text(channel, "id")] = text(channel, "name")
            cursor = text(answer.data, "response_metadata", "next_cursor")
            if not cursor:
                break
        known = await self._store.run(lambda work: work.workspaces.places(CHANNEL, tenant))
        for place in known:
            if place.place not in found:
                await self.left(tenant, place.place)
        for id, name in found.items():
            if id:
                await self._keep(tenant, id, name)

    def _listing(self, tenant: str, cursor: str) -> Any:
        return lambda slack: slack.users_conversations(
            types=KINDS, exclude_archived=True, limit=MOST, cursor=cursor or None, team_id=tenant
        )

    async def _keep(self, tenant: str, channel: str, name: str) -> None:
        place = PlaceRow(CHANNEL, tenant, channel, f"#{name.removeprefix('#')}")
        await self._store.run(lambda work: work.workspaces.put_place(place))
