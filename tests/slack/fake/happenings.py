"""What administrators and Slack itself do: people change, channels come and go, the app is removed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tests.slack.fake.things import Channel, Json
from tests.slack.fake.users import seen_by
from tests.slack.fake.ways import Delivery

if TYPE_CHECKING:
    from tests.slack.fake.slack import FakeSlack


class Admin:
    """Each happening changes the world and tells the app."""

    def __init__(self, slack: FakeSlack) -> None:
        self._slack = slack

    async def changes_user(self, user: str, **fields: object) -> Delivery:
        """user_change: time zone, name, deleted and so on; `fields` are those of User."""
        person = self._slack.users[user]
        for name, value in fields.items():
            if not hasattr(person, name):
                raise AttributeError(name)
            setattr(person, name, value)
        return await self._about_user("user_change", user)

    async def new_colleague(self, user: str) -> Delivery:
        """team_join, for somebody added to the world before."""
        return await self._about_user("team_join", user)

    async def invites_bot(self, channel: str, inviter: str) -> Delivery:
        """member_joined_channel for the assistant."""
        where = self._slack.channels[channel]
        bot = self._slack.bots[where.team]
        where.members.add(bot)
        event = {
            "type": "member_joined_channel", "user": bot, "channel": channel, "team": where.team, "inviter": inviter,
            "channel_type": "G" if where.private else "C",
        }  # fmt: skip
        return await self._slack.send_event(event, team=where.team)

    async def removes_bot(self, channel: str, actor: str, *, told: str = "channel_left") -> Delivery:
        """channel_left (group_left in a private one), or `told="member_left_channel"`."""
        where = self._slack.channels[channel]
        bot = self._slack.bots[where.team]
        where.members.discard(bot)
        if told == "member_left_channel":
            kind = "G" if where.private else "C"
            event: Json = {"type": told, "user": bot, "channel": channel, "channel_type": kind, "team": where.team}
        else:
            event = {"type": self._of(where, "left"), "channel": channel, "actor_id": actor}
        return await self._slack.send_event(event, team=where.team)

    async def renames(self, channel: str, name: str) -> Delivery:
        """channel_rename or group_rename."""
        where = self._slack.channels[channel]
        where.name = name
        about = {"id": channel, "name": name, "is_channel": not where.private, "created": 1_700_000_000}
        return await self._slack.send_event({"type": self._of(where, "rename"), "channel": about}, team=where.team)

    async def archives(self, channel: str, actor: str) -> Delivery:
        """channel_archive or group_archive."""
        where = self._slack.channels[channel]
        where.archived = True
        event = {"type": self._of(where, "archive"), "channel": channel, "user": actor}
        return await self._slack.send_event(event, team=where.team)

    async def deletes_channel(self, channel: str) -> Delivery:
        """channel_deleted or group_deleted."""
        where = self._slack.channels.pop(channel)
        return await self._slack.send_event({"type": self._of(where, "deleted"), "channel": channel}, team=where.team)

    async def withdraws(self, team: str) -> Delivery:
        """team_access_revoked: an organisation takes its app away from one workspace."""
        delivery = await self._slack.send_event({"type": "team_access_revoked", "team_ids": [team]}, team=team)
        for token in self._slack.tokens.values():
            if token.org_wide:
                token.teams -= {team}
        return delivery

    async def uninstalls(
        self, team: str, told: Iterable[str] = ("app_uninstalled", "tokens_revoked")
    ) -> list[Delivery]:
        """The app is removed from a workspace; the two events come in any order."""
        bot = self._end(team, "account_inactive")
        deliveries = []
        for kind in told:
            event: Json = {"type": kind}
            if kind == "tokens_revoked":
                event["tokens"] = {"oauth": [], "bot": [bot]}
            deliveries.append(await self._slack.send_event(event, team=team))
        return deliveries

    async def revokes_tokens(self, team: str) -> Delivery:
        """tokens_revoked, while the app stays installed."""
        bot = self._end(team, "token_revoked")
        event = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot]}}
        return await self._slack.send_event(event, team=team)

    async def limits_rate(self, team: str) -> Delivery:
        """app_rate_limited: no event, but a body of its own."""
        minute = int(self._slack.now.timestamp()) // 60 * 60
        body = {
            "token": self._slack.app.verification_token, "type": "app_rate_limited", "team_id": team,
            "minute_rate_limited": minute, "api_app_id": self._slack.app.id,
        }  # fmt: skip
        return await self._slack.send("event", team, body)

    async def verifies_address(self, challenge: str = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd") -> Delivery:
        """url_verification, as when the address is entered."""
        body = {"token": self._slack.app.verification_token, "challenge": challenge, "type": "url_verification"}
        return await self._slack.send("event", next(iter(self._slack.teams)), body)

    def _end(self, team: str, why: str) -> str:
        token = self._slack.tokens_ever(team)
        for each in self._slack.tokens.values():
            if each.team == team or (each.org_wide and each.bot_user == token.bot_user):
                each.dead = why
        return token.bot_user

    def _of(self, channel: Channel, what: str) -> str:
        return f"{'group' if channel.private else 'channel'}_{what}"

    async def _about_user(self, kind: str, user: str) -> Delivery:
        person = self._slack.users[user]
        teams = [person.team, *self._slack.teams]
        team = next(team for team in teams if team in self._slack.bots)
        token = self._slack.tokens_ever(team)
        event: Json = {"type": kind, "user": seen_by(self._slack, token, person)}
        if kind == "user_change":
            event["cache_ts"] = int(self._slack.now.timestamp())
        return await self._slack.send_event(event, team=team)
