"""What a Teams is made of: an app, users, teams, chats, what was posted in them, and dialogs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Json = dict[str, Any]


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def now(self) -> datetime:
        """The present moment."""
        ...

    def steady(self) -> datetime:
        """The same for whoever measures how long something takes."""
        ...


class NotThere(AssertionError):
    """A person cannot do that: it is not on their screen, or their client does not let them."""


class Strict(AssertionError):
    """The bot answered what Teams does not understand."""


@dataclass
class App:
    """The bot's registration. `tenant` is where it is at home; one for many tenants logs in at botframework.com."""

    id: str
    secret: str
    tenant: str
    name: str = "Vidsyn"
    for_many_tenants: bool = False

    @property
    def login_tenant(self) -> str:
        """Where it gets its token for the connector."""
        return "botframework.com" if self.for_many_tenants else self.tenant

    @property
    def bot(self) -> str:
        """Its id in activities."""
        return f"28:{self.id}"


@dataclass
class User:
    """Somebody in a tenant. `id` is the "29:…" by which this bot knows them; `manager` an aad id or empty."""

    aad: str
    tenant: str
    id: str
    name: str
    upn: str
    mail: str
    locale: str = "da-DK"
    zone: str = "Europe/Copenhagen"
    platform: str = "Windows"
    title: str = ""
    department: str = ""
    manager: str = ""
    guest: bool = False
    deleted: bool = False
    installed: bool = False
    blocked: bool = False

    @property
    def role(self) -> Literal["guest", "user"]:
        """As the connector's userRole."""
        return "guest" if self.guest else "user"


@dataclass
class Team:
    """A team; its id is also that of its General channel. `channels` are names by id, `members` aad ids."""

    id: str
    group: str
    name: str
    tenant: str
    channels: dict[str, str] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)
    installed: bool = False


@dataclass
class Posted:
    """A message as it stands now. `sender` is empty for the bot's own, `seen` what single people see instead of `card`.

    `conversation` is where it is changed and answered; in a channel that is its thread. `history`: every card it held.
    """

    id: str
    conversation: str
    at: datetime
    sender: str = ""
    summary: str = ""
    text: str = ""
    card: Json | None = None
    edited: bool = False
    deleted: bool = False
    replies: list[Posted] = field(default_factory=list)
    seen: dict[str, Json] = field(default_factory=dict)
    history: list[Json] = field(default_factory=list)


@dataclass
class Chat:
    """A personal chat or a channel, with its posts in order; `user` or `team` says whose it is."""

    id: str
    kind: Literal["personal", "channel"]
    tenant: str
    user: str = ""
    team: str = ""
    posts: list[Posted] = field(default_factory=list)

    def everything(self) -> Iterator[Posted]:
        """Every post that was not taken away, and the replies under it."""
        for post in self.posts:
            yield from (each for each in (post, *post.replies) if not each.deleted)

    def find(self, id: str) -> Posted | None:
        """The post or reply with this id."""
        return next((each for each in self.everything() if each.id == id), None)


@dataclass
class Dialog:
    """A dialog (task module) in front of somebody. `post` is the message whose button opened it."""

    title: str
    height: int | str
    width: int | str
    card: Json
    post: Posted
