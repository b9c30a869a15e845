"""What the fake accepted and showed, in order, and what it refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

Json = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Posted:
    """A message as it was accepted. `user`: whose direct conversation it is, empty in a channel.

    `unfurls`: whether links or media in it may unfold. `to_deactivated`: nobody is there to read it.
    """

    at: datetime
    team: str
    channel: str
    user: str
    ts: str
    text: str
    blocks: list[Json]
    thread: str
    metadata: Json | None
    kind: Literal["channel", "im"]
    unfurls: bool
    to_deactivated: bool


@dataclass(frozen=True)
class Updated:
    """A message that was changed."""

    at: datetime
    team: str
    channel: str
    user: str
    ts: str
    text: str
    blocks: list[Json]
    metadata: Json | None


@dataclass(frozen=True)
class Deleted:
    """A message that was taken away."""

    at: datetime
    team: str
    channel: str
    ts: str


@dataclass(frozen=True)
class Ephemeral:
    """What one person saw and nothing keeps. `by`: the method, "command" or "response_url"."""

    at: datetime
    team: str
    channel: str
    user: str
    ts: str
    text: str
    blocks: list[Json]
    by: str


@dataclass(frozen=True)
class ViewShown:
    """A view that was opened, pushed, updated, published or closed."""

    at: datetime
    team: str
    user: str
    view_id: str
    how: Literal["opened", "pushed", "updated", "published", "closed"]
    view: Json


@dataclass(frozen=True)
class FileShared:
    """A file in a conversation."""

    at: datetime
    team: str
    channel: str
    user: str
    file_id: str
    name: str
    title: str
    content: bytes


@dataclass(frozen=True)
class Refused:
    """A call that had no effect. `error` is Slack's code; `why` its details."""

    at: datetime
    method: str
    team: str
    error: str
    channel: str = ""
    retry_after: int | None = None
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Called:
    """A call that arrived, whatever became of it; arguments without the token."""

    at: datetime
    method: str
    arguments: Json


Entry = Posted | Updated | Deleted | Ephemeral | ViewShown | FileShared


@dataclass
class Ledger:
    """`entries`: all that people could see, in order. `refusals` and `calls` stand beside it."""

    entries: list[Entry] = field(default_factory=list)
    refusals: list[Refused] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)

    def of(self, kind: type[T]) -> list[T]:
        """The entries of one kind."""
        return [entry for entry in self.entries if isinstance(entry, kind)]

    @property
    def posted(self) -> list[Posted]:
        """Every message posted."""
        return self.of(Posted)

    @property
    def updates(self) -> list[Updated]:
        """Every change of a message."""
        return self.of(Updated)

    @property
    def ephemerals(self) -> list[Ephemeral]:
        """Every message for one person's eyes."""
        return self.of(Ephemeral)

    @property
    def views(self) -> list[ViewShown]:
        """Every view."""
        return self.of(ViewShown)

    @property
    def files(self) -> list[FileShared]:
        """Every file."""
        return self.of(FileShared)

    def posted_to(self, place: str) -> list[Posted]:
        """What was posted to a channel, or to a user directly."""
        return [post for post in self.posted if place in (post.channel, post.user)]

    def methods(self) -> list[str]:
        """The methods called, in order."""
        return [call.method for call in self.calls]
