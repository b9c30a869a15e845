"""What stands where in what a platform sends. What is missing or of another type is "" or None, never an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def at(body: Any, *path: str) -> Any:
    """What stands at this path, or None."""
    for name in path:
        body = body.get(name) if isinstance(body, Mapping) else None
    return body


def text(body: Any, *path: str) -> str:
    """The text at this path, or ""."""
    found = at(body, *path)
    return found if isinstance(found, str) else ""


def each(body: Any, *path: str) -> list[Any]:
    """The members of the list at this path; none when there is no list."""
    found = at(body, *path)
    return found if isinstance(found, list) else []
