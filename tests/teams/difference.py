"""How a transcript of the playground may be told otherwise on Teams, and how it may not."""

from __future__ import annotations

from difflib import unified_diff

UNSAID = "…"
"""Stands for words that the client says by itself: it sends nothing that it does not take."""


def difference(written: str, played: str, language: str) -> list[str]:
    return list(unified_diff(written.splitlines(), played.splitlines(), "written", "on Teams", lineterm="", n=4))
