"""What owners of teams do: the app and people come and go, channels too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tests.teams.fake import payloads
from tests.teams.fake.things import Chat, Json, Team, User
from tests.teams.fake.ways import Delivery

if TYPE_CHECKING:
    from tests.teams.fake.teams import FakeTeams


class Admin:
    """Each happening changes the world and tells the bot. `by` is who does it, and a member of the team."""

    def __init__(self, teams: FakeTeams) -> None:
        self._teams = teams

    async def adds_to(
        self, team: Team, by: User, told: Iterable[str] = ("conversationUpdate", "installationUpdate"),
        selected: Chat | None = None,
    ) -> list[Delivery]:  # fmt: skip
        """The app to a team; `selected`: the channel that it was added to, else General."""
        team.installed = True
        team.members.add(by.aad)
        return [await self._installed(team, by, kind, "add", selected) for kind in told]

    async def removes_from(
        self, team: Team, by: User, told: Iterable[str] = ("conversationUpdate", "installationUpdate")
    ) -> list[Delivery]:
        """The app from a team."""
        team.installed = False
        return [await self._installed(team, by, kind, "remove", None) for kind in told]

    async def creates_channel(self, team: Team, name: str, by: User) -> tuple[Chat, Delivery]:
        """channelCreated"""
        chat = self._teams.add_channel(team, name)
        return chat, await self._update(chat, by, "channelCreated")

    async def renames_channel(self, chat: Chat, name: str, by: User) -> Delivery:
        """channelRenamed"""
        self._teams.team_of(chat).channels[chat.id] = name
        return await self._update(chat, by, "channelRenamed")

    async def deletes_channel(self, chat: Chat, by: User) -> Delivery:
        """channelDeleted"""
        body = self._body(chat, by, "channelDeleted")
        self._teams.close_channel(chat)
        return await self._teams.send(body)

    async def renames_team(self, team: Team, name: str, by: User) -> Delivery:
        """teamRenamed"""
        team.name = name
        return await self._update(self._teams.chats[team.id], by, "teamRenamed")

    async def deletes_team(self, team: Team, by: User) -> Delivery:
        """teamDeleted"""
        team.installed = False
        return await self._update(self._teams.chats[team.id], by, "teamDeleted")

    async def adds_member(self, team: Team, user: User, by: User) -> Delivery:
        """teamMemberAdded, for a person."""
        team.members.add(user.aad)
        chat = self._teams.chats[team.id]
        return await self._update(chat, by, "teamMemberAdded", membersAdded=[{"id": user.id, "aadObjectId": user.aad}])

    async def _installed(self, team: Team, by: User, kind: str, action: str, selected: Chat | None) -> Delivery:
        chat = self._teams.chats[team.id]
        if kind == "conversationUpdate":
            bot = [{"id": self._teams.app.bot}]
            if action == "add":
                return await self._update(chat, by, "teamMemberAdded", membersAdded=bot)
            return await self._update(chat, by, "teamMemberRemoved", membersRemoved=bot)
        body = self._body(chat, by, "", type="installationUpdate", action=action)
        body["channelData"]["settings"] = {"selectedChannel": {"id": (selected or chat).id}}
        del body["channelData"]["eventType"]
        return await self._teams.send(body)

    async def _update(self, chat: Chat, by: User, event: str, **more: object) -> Delivery:
        return await self._teams.send(self._body(chat, by, event, **more))

    def _body(self, chat: Chat, by: User, event: str, **more: object) -> Json:
        data = payloads.about_team(self._teams, chat, event)
        return payloads.activity(self._teams, by, chat, "conversationUpdate") | {"channelData": data} | more
