"""What a Slack is made of: teams, users, channels, messages, views, tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from tests.slack.fake.blocks import elements_of

Json = dict[str, Any]


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
class Message:
    """A message as it stands now; those handed out are copies."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread: str = ""
    metadata: Json | None = None
    from_bot: bool = True
    team: str = ""
    edited: str = ""
    deleted: bool = False
    ephemeral_to: str = ""

    def elements(self) -> Iterator[tuple[Json, Json]]:
        """Each element that can be pressed or chosen in, with its block."""
        for block in self.blocks:
            for element in elements_of(block):
                yield block, element

    def labels(self) -> list[str]:
        """What stands on the buttons."""
        return [str(element["text"]["text"]) for _, element in self.elements() if element["type"] == "button"]

    def words(self) -> str:
        """All text that is read in the blocks, or the text if there are none."""
        return "\n".join(said(self.blocks)) if self.blocks else self.text


@dataclass
class View:
    """A modal or home tab. `filled`: what its user has typed and chosen so far, by (block_id, action_id)."""

    id: str
    team: str
    user: str
    body: Json
    hash: str
    root: str = ""
    previous: str = ""
    open: bool = True
    filled: dict[tuple[str, str], Json] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        """Its blocks."""
        blocks: list[Json] = self.body["blocks"]
        return blocks

    @property
    def title(self) -> str:
        """What stands at the top of a modal."""
        return str(self.body.get("title", {}).get("text", ""))

    def elements(self) -> Iterator[tuple[Json, Json]]:
        """Each element that can be pressed or filled in, with its block."""
        for block in self.blocks:
            for element in elements_of(block):
                yield block, element

    def labels(self) -> list[str]:
        """What stands on the buttons inside, without submit and close."""
        return [str(element["text"]["text"]) for _, element in self.elements() if element["type"] == "button"]

    def words(self) -> str:
        """All text that is read in it, below the title."""
        return "\n".join(said(self.blocks))


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


def said(thing: object) -> list[str]:
    """Every text in blocks, in order."""
    if isinstance(thing, list):
        return [text for item in thing for text in said(item)]
    if not isinstance(thing, dict):
        return []
    own = thing.get("text")
    texts = [own] if isinstance(own, str) else []
    for key, item in thing.items():
        if isinstance(item, (dict, list)) and not key.startswith("initial_"):
            texts += said(item)
    return texts
