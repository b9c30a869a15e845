"""What a Slack is made of: teams, users, channels, tokens, triggers, files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from tests.slack.fake.shown import Json as Json
from tests.slack.fake.shown import Message as Message
from tests.slack.fake.shown import View as View


class Clock(Protocol):
    """Tells the time, aware."""

    def now(self) -> datetime:
        """The present moment."""
        ...


class Strict(AssertionError):
    """Something that no real Slack would put up with."""


class NotThere(AssertionError):
    """A person cannot do that: it is not on the screen, or the client does not let them."""


@dataclass
class App:
    """The app as registered. `events`: those it subscribes to; None means all."""

    id: str = "A0VIDSYN01"
    name: str = "Vidsyn"
    bot_name: str = "vidsyn"
    client_id: str = "1111.2222"
    client_secret: str = "0123456789abcdef0123456789abcdef"
    signing_secret: str = "8f742231b10e8888abcd99yyyzzz85a5"
    verification_token: str = "oldVerificationToken0001"
    commands: tuple[str, ...] = ("/vidsyn",)
    events: frozenset[str] | None = None
    messages_tab: bool = True
    home_tab: bool = True


@dataclass
class Team:
    """A workspace. `profile_fields`: id -> definition, as team.profile.get shows them."""

    id: str
    name: str
    domain: str
    enterprise: str = ""
    enterprise_name: str = ""
    profile_fields: dict[str, Json] = field(default_factory=dict)


@dataclass
class User:
    """A member of a workspace. `fields`: id of a profile field -> value (for a field of type user: a user id)."""

    id: str
    team: str
    real_name: str
    name: str
    tz: str = "Europe/Copenhagen"
    tz_offset: int = 7200
    locale: str = "da-DK"
    email: str = ""
    title: str = ""
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_admin: bool = False
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Channel:
    """A channel or, with `im_user`, the direct conversation of that user with the bot."""

    id: str
    team: str
    name: str
    private: bool = False
    archived: bool = False
    members: set[str] = field(default_factory=set)
    shared_with: set[str] = field(default_factory=set)
    im_user: str = ""

    @property
    def kind(self) -> Literal["im", "group", "channel"]:
        """As in channel_type."""
        return "im" if self.im_user else "group" if self.private else "channel"


@dataclass
class Token:
    """A token, and what it opens. `team` empty: org-wide. `expires` None: never."""

    value: str
    kind: Literal["bot", "app"]
    scopes: frozenset[str]
    team: str = ""
    enterprise: str = ""
    teams: frozenset[str] = frozenset()
    bot_user: str = ""
    bot_id: str = ""
    refresh: str = ""
    expires: datetime | None = None
    dead: str = ""
    """Why it opens nothing any more: token_revoked or account_inactive."""

    @property
    def org_wide(self) -> bool:
        """Installed once for all workspaces of an organisation."""
        return self.kind == "bot" and not self.team


@dataclass
class Code:
    """What a user carries from the consent page to the app's redirect address."""

    token: Token
    user: str
    redirect_uri: str
    expires: datetime
    expires_in: float | None = None
    used: bool = False


@dataclass
class Trigger:
    """What lets the app open a view: good once, for three seconds. `view`: the modal that it came from."""

    user: str
    team: str
    at: datetime
    view: str = ""
    used: bool = False


@dataclass
class File:
    """An upload, from the asking for an address to the sharing."""

    id: str
    team: str
    name: str
    length: int
    title: str = ""
    content: bytes | None = None
    shared: bool = False
