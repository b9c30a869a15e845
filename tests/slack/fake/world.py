"""The state of the fake, which the methods change, and what a test may ask it."""

from __future__ import annotations

import secrets
from copy import deepcopy

from tests.slack.fake.setting import ALL_SCOPES as ALL_SCOPES
from tests.slack.fake.setting import Setting
from tests.slack.fake.things import Channel, Json, Message, NotThere, Token, Trigger, View


class World(Setting):
    """Looks around in what is there."""

    def im(self, user: str, team: str = "") -> Channel:
        """The direct conversation of the user with the assistant."""
        team = team or self.users[user].team
        for channel in self.channels.values():
            if channel.im_user == user and channel.team == team:
                return channel
        id = f"D{self.number():03d}{user[1:]}"
        self.channels[id] = Channel(id, team, "directmessage", members={user, self.bots[team]}, im_user=user)
        return self.channels[id]

    def messages(self, place: str) -> list[Message]:
        """The conversation as it stands now: a channel, or a user's with the assistant."""
        channel = self.im(place).id if place in self.users else place
        return [deepcopy(message) for message in self.said[channel] if not message.deleted]

    def from_bot(self, place: str) -> list[Message]:
        """Of these, what the assistant said."""
        return [message for message in self.messages(place) if message.from_bot]

    def ephemerals_of(self, user: str) -> list[Message]:
        """What only this person saw, in order."""
        return [
            Message(seen.channel, seen.ts, "", seen.text, seen.blocks, team=seen.team, ephemeral_to=user)
            for seen in self.ledger.ephemerals
            if seen.user == user
        ]

    def view_of(self, user: str) -> View | None:
        """The modal that is in front of the user now."""
        return self.stacks[user][-1] if self.stacks[user] else None

    def home_of(self, user: str, team: str = "") -> View | None:
        """What the home tab shows."""
        return self.homes.get((team or self.users[user].team, user))

    def new_trigger(self, user: str, team: str = "", view: str = "") -> str:
        """A trigger id as a gesture of the user's brings it; `view`: the modal that the gesture was made in."""
        id = f"{self.number()}.{int(self.now.timestamp())}.{secrets.token_hex(16)}"
        self.triggers[id] = Trigger(user, team or self.users[user].team, self.now, view)
        return id

    def token_of(self, team: str) -> Token:
        """The bot token that works in this workspace: its own before the organisation's, the newest first."""
        alive = [token for token in self.tokens.values() if team in token.teams and not token.dead]
        if not alive:
            raise NotThere(f"The app is not installed in {team}.")
        return max(alive, key=lambda token: (not token.org_wide, token.expires or self.now))

    def tokens_ever(self, team: str) -> Token:
        """As `token_of`, but a dead one will do: Slack tells of an end after it."""
        known = [token for token in self.tokens.values() if team in token.teams]
        if not known:
            raise NotThere(f"The app was never installed in {team}.")
        return max(known, key=lambda token: (not token.dead, not token.org_wide))

    def team_json(self, id: str) -> Json:
        """As in payloads."""
        team = self.teams[id]
        return {"id": id, "domain": team.domain} | (
            {"enterprise_id": team.enterprise, "enterprise_name": team.enterprise_name} if team.enterprise else {}
        )
