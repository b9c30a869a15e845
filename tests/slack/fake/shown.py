"""What people see: messages, and views with what is typed into them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.slack.fake.blocks import elements_of

Json = dict[str, Any]


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
    files: list[Json] = field(default_factory=list)

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
