"""The records that cross the store's border. Times are aware UTC; typed text is plain here, sealed inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from storage.ids import new_id as new_id


@dataclass(frozen=True)
class Organisation:
    """One employer. `country` is DK or NO (its public holidays); `zone` an IANA name."""

    id: str
    name: str
    country: str
    zone: str
    language: str


@dataclass(frozen=True)
class PersonRow:
    """A person of ours. `working_days` counts Monday as 0; hours are the person's own, in `zone`.

    `leader` is who the workplace's directory says leads the person, to start from when it is asked.

    One who is not `active` has left the workplace's chat for now, and is written to no more.
    """

    id: str
    organisation: str
    name: str
    unit: str = ""
    email: str = ""
    language: str = "da"
    zone: str = "Europe/Copenhagen"
    country: str = "DK"
    working_days: tuple[int, ...] = (0, 1, 2, 3, 4)
    starts: time = time(8, 0)
    ends: time = time(16, 0)
    hr: bool = False
    told: frozenset[str] = frozenset()
    active: bool = True
    leader: str = ""


@dataclass(frozen=True)
class AddressRow:
    """Where a person is reached. `origin` of a channel post has no person."""

    channel: str
    tenant: str
    place: str


@dataclass(frozen=True)
class RoundRow:
    """A jobdating round. `post_to` is the channel it is announced in; `post` the announcement's outgoing."""

    id: str
    organisation: str
    name: str
    language: str
    post_to: AddressRow
    opens: date
    deadline: date
    answer_by: date
    latest_start: date
    finish_by: date
    forms: tuple[str, ...]
    contact: str
    state: str = "draft"
    post: str = ""


@dataclass(frozen=True)
class SignUpRow:
    """A wish to take part. Its answers are kept under the subject `id`."""

    id: str
    round: str
    person: str
    leader: str
    state: str
    mode: str = ""
    leader_told: bool = False
    support: str = ""
    track: str = ""


@dataclass(frozen=True)
class OfferRow:
    """An offer to be a host workplace. Its answers are kept under the subject `id`."""

    id: str
    round: str
    person: str
    unit: str
    state: str


@dataclass(frozen=True)
class Stop:
    """One place of an exchange that is split over several. `host` is a person id, empty where there is nobody."""

    host: str
    unit: str
    start: date
    end: date


@dataclass(frozen=True)
class ExchangeRow:
    """One person's exchange. `days` are empty until known; `why` is HR's reason for the match.

    `stops` are the places of one that is split, in order; else empty. `linked` is the exchange that goes the other way.
    """

    id: str
    round: str
    sign_up: str
    employee: str
    leader: str
    host: str
    home_unit: str
    host_unit: str
    form: str
    start: date
    end: date
    days: tuple[date, ...]
    track: str
    state: str
    why: str = ""
    offer: str = ""
    asked_at: datetime | None = None
    approved_at: datetime | None = None
    stops: tuple[Stop, ...] = ()
    linked: str = ""


@dataclass(frozen=True)
class JournalRow:
    """How an employee wants the logbook in one exchange. Nobody else may see it.

    `cadence`: rule, every, weekly, self or none. `style`: core, oneline or free.
    `habit`: item, open or final.
    """

    exchange: str
    finish: time | None = None
    cadence: str = "rule"
    style: str = "core"
    habit: str = "item"
    paused_until: date | None = None
    asked_after_misses: bool = False


@dataclass(frozen=True)
class AnswerRow:
    """One answer. `subject` is a round, sign-up, offer or exchange; `occasion` "prep", "log:2026-05-03".

    `day` is when it was written (never the hour). `confirmed` turns J and T readable; `released` names the
    people who may read an S item; `picked` preselects it for the next overview, and a J or T item with False is
    kept from a leader who came later; `edited` is the day of a later correction. One that cannot be read has no
    value, and a replacement character for its question.
    """

    id: str
    person: str
    subject: str
    occasion: str
    key: str
    visibility: str
    value: Any
    question: str
    day: date
    confirmed: bool = False
    released: frozenset[str] = frozenset()
    picked: bool | None = None
    sent: bool = False
    edited: date | None = None


@dataclass(frozen=True)
class ConversationRow:
    """A dialog somebody is in. `state` is the engine's without answers; `card` the open card's one-time key.

    `status`: open, paused, done or stopped. `message` is the outgoing that shows the open card.
    """

    id: str
    person: str
    dialog: str
    subject: str
    occasion: str
    state: Mapping[str, Any]
    status: str
    card: str
    message: str
    touched: datetime


@dataclass(frozen=True)
class CardRow:
    """A card somebody was sent. `person` is empty when anybody may press it; `actions` by button: ids."""

    id: str
    person: str
    conversation: str
    actions: Mapping[str, list[str]]
    message: str
    spent: bool = False


@dataclass(frozen=True)
class InboxRow:
    """One thing received. `payload` is the incoming as JSON text, empty once finished.

    Until `lease` somebody answers it; None when nobody does. `since` is when it came, None once finished.
    """

    id: str
    channel: str
    event: str
    payload: str
    state: str
    attempts: int
    lease: datetime | None = None
    since: datetime | None = None


class OutboxState(StrEnum):
    """Held is in no queue yet; pending and sending are on the way; the other five are ends."""

    HELD = "held"
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class OutboxRow:
    """One message on its way. `order` counts within the store; `subject` lets a withdrawal cancel it.

    `rank`: 0 answers somebody who is there, 1 can wait for those. `token` is its sender's, until `lease`.
    """

    id: str
    to: AddressRow
    payload: str
    kind: str
    subject: str
    state: OutboxState
    order: int
    not_before: datetime
    not_after: datetime | None
    attempts: int
    replaces: str = ""
    thread: str = ""
    reference: str = ""
    reason: str = ""
    lease: datetime | None = None
    rank: int = 1
    token: str = ""


@dataclass(frozen=True)
class PromptRow:
    """One thing due. Unique on (recipient, subject, kind, day). `recipient`: a person, or a round for posts.

    `state`: pending, said, answered, skipped, missed or cancelled. `data` holds only keys and ids.
    A pending one is `token`'s to say, until `lease`.
    """

    id: str
    recipient: str
    subject: str
    kind: str
    day: date
    at: datetime
    state: str = "pending"
    data: Mapping[str, Any] = field(default_factory=dict)
    lease: datetime | None = None
    token: str = ""


@dataclass(frozen=True)
class AuditRow:
    """What was done by whom, ids only."""

    at: datetime
    actor: str
    action: str
    subject: str


@dataclass(frozen=True)
class MailRow:
    """A message kept for a reader without a chat client. `box` is a person id or a channel's name."""

    id: str
    box: str
    author: str
    payload: str
    at: datetime
    order: int
    thread: str = ""
    version: int = 1


@dataclass(frozen=True)
class Workspace:
    """A workplace's chat. `organisation` is whose it is; `enterprise` what it is part of, if anything.

    `state`: live or gone.
    """

    channel: str
    tenant: str
    name: str
    organisation: str
    enterprise: str = ""
    state: str = "live"


@dataclass(frozen=True)
class PlaceRow:
    """A channel the assistant is in. `name` is how people write it: "#jobbytte"."""

    channel: str
    tenant: str
    place: str
    name: str


@dataclass(frozen=True)
class Chat:
    """How a place is reached on a platform that tells it with what it sends. Taken from verified things only.

    `place` is as in an address: a person, a channel, or "" for all of the tenant. `chat` and `user` are the platform's
    names of the conversation and of the person in it, empty until known; of a channel `user` is the team that it is in.
    `service` is where to answer, `touched` when the platform last told something new.
    `state`: live, absent (the assistant is not installed yet), gone (removed) or blocked (by the person or an admin).
    """

    channel: str
    tenant: str
    place: str
    chat: str = ""
    user: str = ""
    service: str = ""
    state: str = "live"
    touched: datetime = field(kw_only=True)


@dataclass(frozen=True)
class Takeaway:
    """A file that a person may take along."""

    person: str
    name: str
    media_type: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Installation:
    """What an install let us have. `tenant` is empty when it is for every workspace of `enterprise`.

    `expires` is when the token ends, None for never. `state`: live, gone (removed) or expired (install again).
    A token that cannot be read is a replacement character.
    """

    id: str
    enterprise: str
    tenant: str
    app: str
    bot_user: str
    token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires: datetime | None
    scopes: frozenset[str]
    state: str = "live"
    installed: datetime = field(kw_only=True)
