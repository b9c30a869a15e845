"""One call of a Web API method: who calls, with what, and how it is refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.slack.fake.ledger import Refused as RefusedEntry
from tests.slack.fake.limits import Exceeded
from tests.slack.fake.things import Channel, Json, Token, User
from tests.slack.fake.world import World

_JSON_ARGUMENTS = ("blocks", "view", "metadata", "files", "attachments")


class Refusal(Exception):
    """ok=false with this error; `why` are the details in response_metadata."""

    def __init__(self, error: str, why: list[str] | None = None, **more: object) -> None:
        super().__init__(error)
        self.error = error
        self.why = why or []
        self.more = more


@dataclass
class Call:
    """A call whose token, scopes and method limit are in order."""

    world: World
    method: str
    arguments: Json
    token: Token

    @property
    def team(self) -> str:
        """The workspace in which it acts: the token's, else team_id, else the only one, else none."""
        if self.token.team:
            return self.token.team
        asked = str(self.arguments.get("team_id") or "")
        return asked or (next(iter(self.token.teams)) if len(self.token.teams) == 1 else "")

    def text(self, name: str, *, required: bool = False, error: str = "invalid_arguments") -> str:
        """A string argument; a number is read as its digits, as a form would have it."""
        value = self.arguments.get(name)
        if value is None or value == "":
            if required:
                raise Refusal(error, [f"[ERROR] missing required field: {name}"])
            return ""
        if isinstance(value, (dict, list, bool)):
            raise Refusal("invalid_arguments", [f"[ERROR] must be a string: {name}"])
        return str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        """A yes or no, in any of the ways that Slack reads it."""
        value = self.arguments.get(name)
        return default if value is None else str(value).lower() in ("1", "true")

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from 1."""
        value = self.text(name)
        if not value:
            return default
        if not value.isdigit() or not 1 <= int(value) <= most:
            raise Refusal("invalid_limit" if name == "limit" else "invalid_arguments")
        return int(value)

    def parsed(self, name: str, error: str = "invalid_arguments") -> Any:
        """An argument that is JSON, given as such or as a string."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal(error) from None

    def user(self, name: str = "user", error: str = "user_not_found") -> User:
        """A user whom the token can see."""
        user = self.world.users.get(self.text(name, required=True))
        if user is None or not self.sees(user):
            raise Refusal(error)
        return user

    def sees(self, user: User) -> bool:
        """A member of its workspaces, or of one that shares a channel with them."""
        shared = [each for each in self.world.channels.values() if each.team in self.token.teams and each.shared_with]
        return user.team in self.token.teams or any(user.id in channel.members for channel in shared)

    def channel(self, name: str = "channel") -> Channel:
        """A channel that the token can see: public ones, and those that the bot is in."""
        channel = self.world.channels.get(self.text(name, required=True, error="channel_not_found"))
        if channel is None or channel.team not in self.token.teams:
            raise Refusal("channel_not_found")
        if channel.kind != "channel" and not self.is_in(channel):
            raise Refusal("channel_not_found")
        return channel

    def is_in(self, channel: Channel) -> bool:
        """Whether the bot is a member."""
        return self.token.bot_user in channel.members

    def need(self, *scopes: str) -> None:
        """One of these scopes, or missing_scope."""
        if scopes and not self.token.scopes & set(scopes):
            provided = ",".join(sorted(self.token.scopes))
            raise Refusal("missing_scope", needed=",".join(scopes), provided=provided)

    def post_limit(self, channel: Channel) -> None:
        """A message a second in each channel; above that the call ends as 429."""
        try:
            self.world.limits.post(channel.id, self.world.now)
        except Exceeded as exceeded:
            self.refused("ratelimited", channel.id, exceeded.wait)
            raise

    def refused(self, error: str, channel: str = "", wait: int | None = None, why: tuple[str, ...] = ()) -> None:
        """Writes it down."""
        entry = RefusedEntry(self.world.now, self.method, self.team, error, channel, wait, why)
        self.world.ledger.refusals.append(entry)


def readable(arguments: Json) -> Json:
    """The arguments as they go into the ledger: without the token, JSON in strings read."""
    result: Json = {}
    for key, value in arguments.items():
        if key in ("token", "client_secret", "refresh_token", "code"):
            continue
        result[key] = value
        if key in _JSON_ARGUMENTS and isinstance(value, str):
            try:
                result[key] = json.loads(value)
            except ValueError:
                result[key] = value
    return result
