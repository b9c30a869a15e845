"""What a channel is: two translations, platform to Incoming and Outgoing to platform."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import TypeAdapter

from dialogs.model import Raw

OUTSIDE = "web"
"""The channel of those who have a page of their own instead of a chat."""


@dataclass(frozen=True)
class Address:
    """Where a person or a channel post is reached: platform, workspace or tenant, and the platform's id."""

    channel: str
    tenant: str
    place: str


@dataclass(frozen=True)
class Incoming:
    """One thing a person did, verified by its channel.

    `event` is the platform's own id of it. A press carries `card` and `button`; a form also `values` by
    question key; typed words are `text`. `leave` says what to do with an identifier that was found:
    "mask" hides it, "keep" says it is none. A "command" is words that are never the answer to a question; "arrive" is
    somebody who opened the assistant and said nothing.
    `form`: whether the platform can open a form in answer to this, or has one open, which the answer then stands in;
    "card": the answer takes the place of the card that was pressed.
    """

    sender: Address
    event: str
    kind: Literal["text", "command", "press", "arrive"]
    text: str = ""
    card: str = ""
    button: str = ""
    values: dict[str, Raw] = field(default_factory=dict)
    leave: Literal["", "mask", "keep"] = ""
    leaves: list[str] = field(default_factory=list)
    form: Literal["", "card", "may_open", "open"] = ""


@dataclass(frozen=True)
class Newcomer:
    """What a platform knows of somebody who is no person of ours yet.

    `organisation` is the id of theirs. `language` is what they set there, a hint. `refused` is the word key that says
    why they cannot take part, or "bot" for one that gets no answer at all. To one who is `gone` nothing is sent.
    """

    name: str
    organisation: str = ""
    email: str = ""
    unit: str = ""
    zone: str = ""
    language: str = ""
    refused: str = ""
    gone: bool = False


@dataclass(frozen=True)
class Choice:
    """An option of a field, in the reader's language."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """One question on a card, in the reader's language. `who` says who will see the answer."""

    key: str
    kind: Literal["text", "long", "one", "many", "scale", "date", "time", "person", "tick"]
    label: str
    who: str = ""
    hints: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    value: str = ""
    chosen: tuple[str, ...] = ()
    required: bool = False
    limit: int = 0


@dataclass(frozen=True)
class Part:
    """A paragraph. `title` heads the card, `asked` is a question and `who` says who sees the answer to it,
    `own` is a person's own words, `small` a side remark.
    """

    text: str
    look: Literal["plain", "title", "asked", "who", "own", "small"] = "plain"


@dataclass(frozen=True)
class Button:
    """A press. `sends` is True when the card's fields go with it and must be filled in; `quiet` leads elsewhere.

    `choice` is one of the answers to the question. `beside` can be pressed without opening the form. `opens`: what it
    leads to quotes somebody, so that a platform with forms shows it there. `url`: it opens that page, and nothing comes
    back. `matter`: which of several things it is about, where a message is about several; those of one stand together.
    """

    id: str
    label: str
    main: bool = False
    sends: bool = False
    quiet: bool = False
    choice: bool = False
    beside: bool = False
    opens: bool = False
    url: str = ""
    matter: str = ""


@dataclass(frozen=True)
class File:
    """A file to download, made for its reader."""

    name: str
    media_type: str
    text: str


OPEN = "open"
"""The button of a door."""

CLOSED = "closed"
"""A form was closed without being sent: the door says how far one is."""


@dataclass(frozen=True)
class Door:
    """How a platform with forms shows a message in the chat: `text`, how far one is, and a button that opens the form.

    `card` is its key, which lasts as long as the conversation. `opening` is what is said to begin with. `typed`: the
    person answers by typing, so the question stands in the chat too; not `inside`, the questions and options that quote
    what somebody wrote.
    """

    card: str
    label: str
    text: str = ""
    opening: str = ""
    typed: bool = False
    inside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Message:
    """What is shown, in the reader's language. `preview` is all that a notification may show: never private text.

    `card` is the one-time key that a press sends back. `about` is the same on every card of a conversation, so that a
    platform can keep what is half-written when one card takes the place of another.
    """

    parts: tuple[Part, ...]
    preview: str
    card: str = ""
    fields: tuple[Field, ...] = ()
    buttons: tuple[Button, ...] = ()
    files: tuple[File, ...] = ()
    language: str = "da"
    about: str = ""
    door: Door | None = None

    @property
    def for_a_form(self) -> bool:
        """Whether a form is its better place: something to fill in, or the reader's own words to look at."""
        return bool(self.door or self.fields or self.quotes)

    @property
    def quotes(self) -> bool:
        """Whether somebody's own words stand in it."""
        return any(part.look == "own" for part in self.parts)

    @property
    def private(self) -> bool:
        """Whether somebody's own words stand in it, also in a question or as what a field is filled with."""
        asked = bool(self.door and self.door.inside)
        return self.quotes or asked or any(field.value for field in self.fields if field.kind in ("text", "long"))


def _ours() -> bool:
    return True


@dataclass(frozen=True)
class Outgoing:
    """A message on its way. `replaces` and `thread` are references of the platform to an earlier one.

    One that is `urgent` need not stand in line behind those that are not. `is_ours` is asked before what cannot be
    undone: after a long stop another process may be sending it.
    """

    id: str
    to: Address
    message: Message
    replaces: str = ""
    thread: str = ""
    urgent: bool = field(default=False, compare=False)
    is_ours: Callable[[], bool] = field(default=_ours, compare=False, repr=False)


@dataclass(frozen=True)
class Reply:
    """What a platform wants inside the same request: errors by question key, and whether an identifier caused them.

    `shows` is what an open form shows next; with nothing it closes. `repeated`: it had come before, and had its effect.
    `card` takes the place of the card that was pressed. With errors, `again` is what was sent, as it was asked.
    """

    errors: dict[str, str] = field(default_factory=dict)
    identifiers: list[str] = field(default_factory=list)
    offers: tuple[Button, ...] = ()
    note: str = ""
    shows: tuple[Message, ...] = ()
    repeated: bool = False
    card: Message | None = None
    again: Message | None = None


class End(StrEnum):
    """How sending went, as far as is known."""

    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    LATER = "later"


@dataclass(frozen=True)
class Outcome:
    """The platform's answer to one send. `after`: seconds to wait when it said later. `reference`: its own id.

    `counts`: later is one of the few tries that a message has. Waiting in line is none.
    """

    end: End
    reference: str = ""
    reason: str = ""
    after: float = 0.0
    counts: bool = True


@dataclass(frozen=True)
class Hold:
    """A platform wants to be left alone for so many seconds with `what`, which is its channel's own word for it."""

    tenant: str
    what: str
    seconds: float


class Directory(Protocol):
    """Who is who on a platform."""

    async def look_up(self, address: Address) -> Newcomer:
        """What the platform knows of somebody. Raises NotReached when it cannot be asked now."""
        ...

    async def leader_of(self, address: Address) -> str:
        """The person id of whom the platform names as the leader; empty when it names nobody. Raises NotReached."""
        ...


class NotReached(Exception):
    """The platform cannot be asked now. It is asked again later."""


class Channel(Protocol):
    """A platform, seen from delivery. `find` looks a message up after a broken send; None when it cannot tell.

    `abreast`: messages on their way at once to one tenant. The others wait in the outbox, where answers overtake them.
    """

    name: str
    abreast: int

    async def send(self, outgoing: Outgoing, now: datetime) -> Outcome:
        """Hand one message to the platform."""
        ...

    async def find(self, outgoing: Outgoing) -> Outcome | None:
        """What became of a message whose answer was lost: sent, refused (never arrived), later (ask again), or None."""
        ...

    def heard(self) -> Sequence[Hold]:
        """What the platform has asked for since the last time, for whoever sends there next."""
        ...

    def obey(self, holds: Sequence[Hold]) -> None:
        """What it has asked another process for: this one keeps to it too."""
        ...


class Unhurried:
    """What a channel is part of whose platform never asks to be left alone."""

    def heard(self) -> Sequence[Hold]:
        """Nothing."""
        return ()

    def obey(self, holds: Sequence[Hold]) -> None:
        """There is nothing to keep to."""


MESSAGE: TypeAdapter[Message] = TypeAdapter(Message)
INCOMING: TypeAdapter[Incoming] = TypeAdapter(Incoming)
