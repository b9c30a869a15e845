"""What HR's pages ask of the house. The composition root gives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.channel import Field
from dialogs.model import Raw

Text = str | Mapping[str, str]
"""A sentence, or its forms by plural name."""


class NotHr(Exception):
    """Somebody who is not HR asks."""


@dataclass(frozen=True)
class Sentence:
    """A sentence by language: as it is said now, and as Vidsyn says it. `own` are the languages with own words."""

    key: str
    now: Mapping[str, Text]
    ours: Mapping[str, Text]
    own: frozenset[str]
    fills: str
    room: int


@dataclass(frozen=True)
class Seen:
    """How a sentence would look, or why it does not fit."""

    looks: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Ahead:
    """A line for each choice that would change, or by field what does not fit."""

    changes: Sequence[str] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)


class Office(Protocol):
    """HR's part of the house. Every question raises NotHr for anybody else. `round` is empty for all rounds."""

    async def rounds(self, person: str) -> list[tuple[str, str]]:
        """Id and name of each round."""
        ...

    async def search(self, person: str, language: str, text: str, round: str) -> tuple[list[Sentence], int]:
        """The first sentences that are found, and how many there are. Without a text: those with own words."""
        ...

    async def sentence(self, person: str, key: str, round: str) -> Sentence | None:
        """One sentence; None when it cannot be changed."""
        ...

    async def look(self, person: str, language: str, key: str, texts: Mapping[str, Text]) -> dict[str, Seen]:
        """How sentences by language would look; the faults in `language`."""
        ...

    async def keep(self, person: str, key: str, round: str, texts: Mapping[str, Text]) -> bool:
        """Keeps sentences by language. False when one does not fit; then none is kept."""
        ...

    async def back(self, person: str, key: str, round: str) -> None:
        """Vidsyn's words again for one sentence; without a key for all."""
        ...

    async def choices(self, person: str, language: str, round: str) -> Sequence[Field]:
        """The choices as they are, to fill in."""
        ...

    async def look_ahead(self, person: str, language: str, round: str, values: Mapping[str, Raw]) -> Ahead:
        """What would change if the choices were kept, or by field what does not fit."""
        ...

    async def choose(self, person: str, language: str, round: str, values: Mapping[str, Raw]) -> None:
        """Keeps the choices; nothing where one does not fit."""
        ...

    async def changes(self, person: str, language: str, round: str) -> Sequence[str]:
        """What changes when the usual choices hold again, a line for each."""
        ...

    async def usual(self, person: str, round: str) -> None:
        """The usual choices again."""
        ...
