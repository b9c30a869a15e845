"""A message that could not be drawn, and so was not sent."""

from __future__ import annotations

import structlog

from bot.channel import End, Outcome
from storage.store import StoreUnavailable

log = structlog.get_logger()

AGAIN = 2.0
"""Seconds until it is tried again when only the database was away."""

AWAY = Outcome(End.LATER, reason="store", after=AGAIN, counts=False)
"""What needs the database first, and so was not sent while that was away."""


def undrawn(id: str, failure: Exception) -> Outcome:
    """What becomes of it: drawn again it would fail again, so it is set aside where operators see it."""
    if isinstance(failure, StoreUnavailable):
        return AWAY
    log.error("draw_failed", outgoing=id, error=type(failure).__name__)
    return Outcome(End.REFUSED, reason=f"cannot be drawn: {type(failure).__name__}")
