"""Whether a sentence of somebody's own fits in the place of ours."""

from __future__ import annotations

import re
from collections.abc import Collection

from dialogs.model import Rejected

PLACEHOLDER = re.compile(r"\{(\w+)\}")
BRACE = re.compile(r"[{}]")


def misfit(text: str, wanted: Collection[str], room: int) -> Rejected | None:
    """Why a sentence does not fit: `wanted` are the names it must fill in, all and no others, `room` is characters."""
    if not text.strip():
        return Rejected("required")
    if len(text) > room:
        return Rejected("too_long", {"limit": room, "n": len(text)})
    there = set(PLACEHOLDER.findall(text))
    if missing := sorted(set(wanted) - there):
        return Rejected("placeholder.missing", {"text": written(missing)})
    if unknown := sorted(there - set(wanted)):
        return Rejected("placeholder.unknown", {"text": written(unknown)})
    if BRACE.search(PLACEHOLDER.sub("", text)):
        return Rejected("placeholder.brace")
    return None


def written(names: Collection[str]) -> str:
    """{name}, {date}"""
    return ", ".join(f"{{{name}}}" for name in names)
