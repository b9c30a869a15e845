"""What Slack tells of workspaces, channels and people, carried out. Each may come twice and in any order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.channels.slack.api import Api
from bot.channels.slack.payload import at, text
from bot.channels.slack.people import SlackPeople
from bot.channels.slack.places import Places
from bot.channels.slack.tokens import NoAccess, Tokens
from bot.channels.slack.workspaces import CHANNEL, meet_workspace
from storage.store import Store


class Changes:
    """The store follows what Slack says. `again` is called when a workspace may have been met anew.

    `alone`: we serve no other town.
    """

    def __init__(
        self,
        store: Store,
        api: Api,
        tokens: Tokens,
        people: SlackPeople,
        places: Places,
        again: Callable[[], None],
        alone: bool = False,
    ) -> None:
        self._store = store
        self._api = api
        self._tokens = tokens
        self._people = people
        self._places = places
        self._again = again
        self._alone = alone

    async def met(self, tenant: str, enterprise: str) -> None:
        """Something came from this workspace, for the first time in this process."""
        await self._store.run(lambda work: meet_workspace(work, tenant, enterprise, alone=self._alone))
        self._again()

    async def changed(self, tenant: str, user: Mapping[str, Any]) -> None:
        """A person is described anew."""
        await self._people.changed(tenant, user)

    async def joined(self, tenant: str, channel: str) -> None:
        """The assistant was invited to a channel, which HR can post in from now on, or it is open again."""
        answer = await self._api.ask(
            tenant, "conversations.info", lambda slack: slack.conversations_info(channel=channel, team_id=tenant)
        )
        if at(answer.data, "channel", "is_member") is not False:
            await self._places.keep(tenant, channel, text(answer.data, "channel", "name") or channel)

    async def left(self, tenant: str, channel: str) -> None:
        """The assistant is in that channel no more."""
        await self._places.leave(tenant, channel)

    async def renamed(self, tenant: str, channel: str, name: str) -> None:
        """A channel has another name; one the assistant is not in stays unknown."""
        known = await self._store.run(lambda work: work.workspaces.place(CHANNEL, tenant, channel))
        if known is not None:
            await self._places.keep(tenant, channel, name)

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
