"""What somebody may take along of an exchange: which answers, under which heading, and what is chosen to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.programme.visibility import Item
from dialogs.model import Visibility

PARTS = (
    ("mus.part.goals", ("prep.goal.",)),
    ("mus.part.outcome", ("deb.3.", "deb.6.", "deb.7.", "deb.8.", "deb.9.", "deb.10.", "deb.11.")),
    ("mus.part.plan", ("deb.12.",)),
    ("mus.part.sharing", ("deb.13.",)),
    ("mus.part.asked", ("deb.14.request", "lead.ret.answer", "lead.ret.commit")),
    ("mus.part.logbook", ("log.",)),
    ("mus.part.since", ("fu.", "lead.fu.")),
)
"""The headings in their order, each with the beginnings of the keys that stand under it."""


@dataclass(frozen=True)
class Piece:
    """One thing to pick: the heading it goes under, what it is called, what it says, and whether others know it."""

    id: str
    part: str
    label: str
    text: str
    shared: bool


def part_of(key: str) -> str:
    """The heading that an answer goes under; empty for what is no goal and no outcome."""
    return next((part for part, starts in PARTS if key.startswith(starts)), "")


def may_take(item: Item, person: str) -> bool:
    """Whether a person may put this answer of theirs on a paper for others.

    What is marked as theirs alone stays theirs alone: it was asked for with that promise, and a paper goes from hand to
    hand. Of the logbook goes only what has been released.
    """
    if item.owner != person or not part_of(item.key):
        return False
    match item.visibility:
        case Visibility.SHARED_ON_REQUEST:
            return bool(item.released) or not item.key.startswith("log.")
        case Visibility.JOINT | Visibility.THREE_PARTY:
            return True
    return False


def is_shared(item: Item) -> bool:
    """Whether somebody else can read it already, so that it is chosen to begin with."""
    return item.confirmed if item.visibility in (Visibility.JOINT, Visibility.THREE_PARTY) else bool(item.released)


def in_parts(pieces: Iterable[Piece]) -> list[tuple[str, Sequence[Piece]]]:
    """The pieces under their headings, in the order of these."""
    kept = list(pieces)
    found = [(part, [piece for piece in kept if piece.part == part]) for part, _ in PARTS]
    return [(part, under) for part, under in found if under]
