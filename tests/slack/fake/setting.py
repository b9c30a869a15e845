"""Setting the scene: who and what is there when a test begins."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from tests.slack.fake.ledger import Ledger
from tests.slack.fake.limits import Limits
from tests.slack.fake.things import (
    App,
    Channel,
    Clock,
    Code,
    File,
    Message,
    Team,
    Token,
    Trigger,
    User,
    View,
)

ALL_SCOPES = frozenset(
    "app_mentions:read channels:history channels:read chat:write commands files:write groups:history groups:read "
    "im:history im:read im:write team:read users.profile:read users:read users:read.email".split()
)


class Setting:
    """Teams, users, channels, messages, views, tokens; ids are as readable as Slack's allow."""

    def __init__(self, clock: Clock, app: App | None = None) -> None:
        self.clock = clock
        self.app = app or App()
        self.ledger = Ledger()
        self.limits = Limits()
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.tokens: dict[str, Token] = {}
        self.codes: dict[str, Code] = {}
        self.refreshable: dict[str, Token] = {}
        self.bots: dict[str, str] = {}
        self.said: dict[str, list[Message]] = defaultdict(list)
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[View]] = defaultdict(list)
        self.homes: dict[tuple[str, str], View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.files: dict[str, File] = {}
        self.tickets: dict[str, datetime] = {}
        self._count = 0
        self._last_ts = (0, 0)

    @property
    def now(self) -> datetime:
        """The present moment on the injected clock."""
        return self.clock.now()

    def number(self) -> int:
        """A new number, never given twice."""
        self._count += 1
        return self._count

    def new_ts(self) -> str:
        """A new message time, later than all before."""
        moment = self.now.timestamp()
        wanted = (int(moment), int(moment % 1 * 1_000_000))
        last = self._last_ts
        self._last_ts = wanted if wanted > last else (last[0], last[1] + 1)
        return f"{self._last_ts[0]}.{self._last_ts[1]:06d}"

    def add_team(self, id: str, name: str, *, domain: str = "", enterprise: str = "") -> Team:
        """A workspace; `enterprise` is the id of the organisation that it belongs to."""
        team = Team(id, name, domain or name.lower(), enterprise, f"Org {enterprise}" if enterprise else "")
        self.teams[id] = team
        return team

    def add_user(self, id: str, real_name: str, team: str = "", **more: object) -> User:
        """A member of `team` (default: the first workspace); `more` are fields of User."""
        team = team or next(iter(self.teams))
        name = real_name.split()[0].lower()
        user = User(id, team, real_name, name, email=f"{name}@example.org")
        self.users[id] = replace(user, **more)  # type: ignore[arg-type]
        return self.users[id]

    def add_profile_field(self, team: str, id: str, label: str, kind: str = "user") -> None:
        """A custom field of profiles; kind "user" for one such as Manager."""
        self.teams[team].profile_fields[id] = {
            "id": id, "ordering": len(self.teams[team].profile_fields), "label": label, "hint": "", "type": kind,
            "possible_values": None, "options": None, "is_hidden": False,
        }  # fmt: skip

    def add_channel(
        self,
        id: str,
        name: str,
        team: str = "",
        *,
        members: Iterable[str] = (),
        private: bool = False,
        with_bot: bool = True,
        shared_with: Iterable[str] = (),
    ) -> Channel:
        """A channel; `with_bot`: the assistant is in it, if it is installed there."""
        team = team or next(iter(self.teams))
        channel = Channel(id, team, name, private, members=set(members), shared_with=set(shared_with))
        if with_bot and team in self.bots:
            channel.members.add(self.bots[team])
        self.channels[id] = channel
        return channel

    def install(
        self, team: str = "", *, scopes: Iterable[str] = ALL_SCOPES, token: str = "", expires_in: float | None = None
    ) -> Token:
        """The app in one workspace, with its bot user; `expires_in` seconds means token rotation."""
        team = team or next(iter(self.teams))
        bot_user = self._bot_in(team, f"U0BOT{team[1:]}")
        made = self.make_token(scopes, team=team, enterprise=self.teams[team].enterprise, bot_user=bot_user)
        return self.keep(replace(made, value=token or made.value), expires_in)

    def install_org(self, enterprise: str, teams: Iterable[str], *, scopes: Iterable[str] = ALL_SCOPES) -> Token:
        """The app once for an organisation, added to these workspaces; the token is the same for all."""
        teams = list(teams)
        bot_user = f"U0BOT{enterprise}"
        for team in teams:
            self._bot_in(team, bot_user)
        made = self.make_token(scopes, enterprise=enterprise, bot_user=bot_user)
        return self.keep(replace(made, teams=frozenset(teams)))

    def add_app_token(self, scopes: Iterable[str] = ("connections:write",), value: str = "") -> str:
        """An app-level token for Socket Mode."""
        value = value or f"xapp-1-{self.app.id}-{self.number()}-{secrets.token_hex(8)}"
        self.tokens[value] = Token(value, "app", frozenset(scopes))
        return value

    def new_code(self, token: Token, user: str, redirect_uri: str = "", expires_in: float | None = None) -> str:
        """What the consent page hands out for an installation that `make_token` describes."""
        code = f"{self.number()}.{secrets.token_hex(12)}"
        self.codes[code] = Code(token, user, redirect_uri, self.now + timedelta(minutes=10), expires_in)
        return code

    def make_token(
        self, scopes: Iterable[str] = ALL_SCOPES, *, team: str = "", enterprise: str = "", bot_user: str = ""
    ) -> Token:
        """A bot token that nobody knows yet; without `team` it is for the whole organisation."""
        teams = [
            each.id for each in self.teams.values() if (each.id == team if team else each.enterprise == enterprise)
        ]
        bot_user = bot_user or f"U0BOT{team[1:] or enterprise}"
        value = f"xoxb-{self.number()}-{secrets.token_hex(8)}"
        return Token(value, "bot", frozenset(scopes), team, enterprise, frozenset(teams), bot_user, f"B{bot_user[1:]}")

    def keep(self, token: Token, expires_in: float | None = None) -> Token:
        """From now on the token opens; with `expires_in` it has a refresh token and an end."""
        if expires_in is not None:
            refresh = f"xoxe-1-{secrets.token_hex(8)}"
            token = replace(token, refresh=refresh, expires=self.now + timedelta(seconds=expires_in))
            self.refreshable[refresh] = token
        for team in token.teams:
            self._bot_in(team, token.bot_user)
        self.tokens[token.value] = token
        return token

    def _bot_in(self, team: str, bot_user: str) -> str:
        if bot_user not in self.users:
            self.users[bot_user] = User(bot_user, team, self.app.name, self.app.bot_name, is_bot=True)
        return self.bots.setdefault(team, bot_user)
