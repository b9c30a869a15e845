"""Who may read what: the one place that decides it, for summary, page, export and command alike (spec 0.2).

Every way of access calls `readable` (or `may_read`) and shows nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from dialogs.model import Value, Visibility

CAREER: Final = "prep.purpose.career"
"""The private purpose inside the shareable list of purposes (D25, T5)."""

NEVER: Final = frozenset({"prep.career", "deb.careerclose", "deb.careerclose.text"})
"""Answers that stay with their owner whatever they are marked as."""

COACH_NOTE: Final = "coach.note"
"""What an employee sends a coach: the coach's to read and nobody else's."""

_SIGN_UP: Final = "sign."
_EVALUATION: Final = "eval."
_WISH: Final = "sign.learn"
_LEADER_PART: Final = "lead.prep."
_STORY: Final = "story."
GOALS: Final = frozenset({f"prep.goal.{n}" for n in ("1", "2", "3", "sharpen", "1.sign", "2.sign", "3.sign")})
"""What the host reads too, once the employee and the leader have agreed on it (6.4)."""


@dataclass(frozen=True)
class Item:
    """An answer, as the rule sees it. `visibility` is a class of 0.2.

    `confirmed` says that its conversation was sent, `released` names the people who were given an S item.
    `withheld` keeps a J or T item from the leader: it was agreed with the one before, and not passed on.
    """

    owner: str
    visibility: str
    confirmed: bool
    released: frozenset[str]
    key: str
    value: Value | None = None
    withheld: bool = False


@dataclass(frozen=True)
class Circle:
    """Who is who, by person id; empty where there is nobody. `host_sees_wish` once the employee accepted.

    `agreed` says that the employee and the leader have both ticked the goals. `further` are the hosts of the
    other places of a stay that is split.
    """

    employee: str
    leader: str = ""
    host: str = ""
    hr: frozenset[str] = frozenset()
    host_sees_wish: bool = False
    agreed: bool = False
    further: frozenset[str] = frozenset()

    @property
    def hosts(self) -> frozenset[str]:
        """Everybody who is host of the exchange, at whatever place."""
        return (self.further | {self.host}) - {""}


def may_read(item: Item, reader: str, circle: Circle) -> bool:
    """True when `reader`, a person id, may read this answer now. What is not allowed here is forbidden."""
    if not reader:
        return False
    if reader == item.owner:
        return True
    if item.key.partition("#")[0] in NEVER or (item.value is not None and redact(item.value) in ([], "")):
        return False
    match item.visibility:
        case Visibility.SHARED_ON_REQUEST if item.key.startswith(_STORY):
            return (item.confirmed and reader in circle.hr) or reader in item.released
        case Visibility.SHARED_ON_REQUEST if item.key == COACH_NOTE:
            return reader in item.released - {circle.leader, *circle.hosts, *circle.hr}
        case Visibility.SHARED_ON_REQUEST:
            return reader in item.released
        case Visibility.JOINT | Visibility.HR if item.key.startswith(_SIGN_UP):
            return _may_read_sign_up(item, reader, circle)
        case Visibility.JOINT:
            if reader in circle.hosts and circle.agreed and item.key.partition("#")[0] in GOALS:
                return item.confirmed
            return item.confirmed and (reader == circle.employee or _may_leader(item, reader, circle))
        case Visibility.THREE_PARTY:
            guests = circle.hosts if item.owner not in circle.hosts else frozenset[str]()
            return item.confirmed and (reader in {circle.employee, *guests} or _may_leader(item, reader, circle))
        case Visibility.HR:
            return reader in circle.hr or (reader == circle.leader and item.key.startswith(_LEADER_PART))
        case Visibility.CHANNEL:
            return True
    return False


def _may_leader(item: Item, reader: str, circle: Circle) -> bool:
    """Whether this is the leader, and it is not what a leader before wrote, or was agreed with one before."""
    written_for = item.owner in {circle.employee, *circle.hosts}
    return reader == circle.leader and written_for and not item.withheld


def is_unshared(item: Item) -> bool:
    """True for what nobody but its author may read: it is deleted at the end (12.4), controls and drafts with it."""
    if item.key.startswith(_EVALUATION):
        return False  # it goes with the round's evaluation, and is counted first
    if item.visibility == Visibility.SHARED_ON_REQUEST:
        consents = item.key.startswith(_STORY) and item.confirmed
        return not item.released and not consents
    if item.visibility in (Visibility.JOINT, Visibility.THREE_PARTY):
        return not item.confirmed and not item.key.startswith(_SIGN_UP)  # HR reads a sign-up as it is written
    return item.visibility in (Visibility.PRIVATE, Visibility.CONTROL)


def has_own_rule(item: Item, *, stays: bool) -> bool:
    """True for what is not deleted with the rest of an exchange (12.4): evaluations, and stories with consent.

    `stays` says that the author of a story is still there to take it back.
    """
    if item.visibility == Visibility.AGGREGATE or item.key.startswith(_EVALUATION):
        return True
    return stays and item.key.startswith(_STORY) and item.confirmed


def readers(item: Item, circle: Circle) -> list[str]:
    """The ids of the people who may read the answer, sorted; of a channel's text only those of the circle."""
    people = {item.owner, circle.employee, circle.leader, *circle.hosts, *circle.hr, *item.released}
    return sorted(person for person in people if may_read(item, person, circle))


def readable(items: Iterable[Item], reader: str, circle: Circle) -> list[Item]:
    """The answers that `reader` may read, in their order, without the private purpose of others."""
    return [
        item if reader == item.owner or item.value is None else replace(item, value=redact(item.value))
        for item in items
        if may_read(item, reader, circle)
    ]


def redact(value: Value) -> Value:
    """The value without the private purpose: what anybody but its owner may get to see (T5)."""
    if isinstance(value, list):
        return [part for part in value if part != CAREER]
    return "" if value == CAREER else value


def _may_read_sign_up(item: Item, reader: str, circle: Circle) -> bool:
    """HR reads every answer, the leader the joint ones once sent on, the host the wish once accepted."""
    if reader in circle.hr:
        return True
    joint = item.visibility == Visibility.JOINT and item.confirmed
    if reader == circle.leader:
        return joint and not item.withheld
    return reader in circle.hosts and joint and item.key == _WISH and circle.host_sees_wish


COUNTED: Final = frozenset({"goals.agreed", "lead.ret.held", "fu30.shared", "fu.hinder", "lead.fu90.realised"})
"""Answers that HR gets to know as a figure, though not whose they are (11.3)."""


def is_counted(key: str) -> bool:
    """Whether HR gets to know the answers to this question as a figure, whoever else may read them."""
    return key.partition("#")[0] in COUNTED


def may_count(item: Item) -> bool:
    """Whether an answer may go into HR's figures, without its owner and among at least five (spec 9, 11.3)."""
    return item.visibility == Visibility.AGGREGATE or is_counted(item.key)


def may_quote(item: Item, ticked: bool) -> bool:
    """Whether HR may read a text of the evaluation, without a name: only where its author ticked so."""
    return item.visibility == Visibility.AGGREGATE and ticked
