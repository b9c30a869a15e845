"""A transcript taken apart, to compare how it is told on two platforms."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.transcripts.script import INDENT, Grammar

UNSAID = "…"
"""Stands for words that are the platform's own: its client sends nothing that it does not take."""


@dataclass
class Scene:
    """What somebody does, and what everybody sees of it."""

    done: str
    seen: list[str] = field(default_factory=list)


def scenes(text: str) -> list[Scene]:
    """The transcript, action by action."""
    found: list[Scene] = []
    for line in text.splitlines():
        if line.startswith(INDENT):
            found[-1].seen.append(line)
        elif line:
            found.append(Scene(line))
    return found


def held_back(one: Scene, other: Scene, grammar: Grammar) -> None:
    """The client says what it does not take in its words, and all at once: then it was sent back as it is written.

    `one` is as written, `other` as played on the platform.
    """
    if not other.seen or not all(line.endswith(f"”: {UNSAID}") for line in other.seen):
        return
    first = f"{INDENT}{grammar.beside} “"
    sent_back = one.seen and one.seen[0].startswith(first)
    if sent_back and not any(line.startswith(f"{INDENT}{grammar.to} ") for line in one.seen):
        one.seen = list(other.seen)
