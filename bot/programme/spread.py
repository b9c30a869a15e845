"""Who is due at the same time is told over a few minutes, so that no platform has to hold anybody back."""

from __future__ import annotations

from datetime import timedelta
from zlib import crc32


def spread(recipient: str, over: timedelta) -> timedelta:
    """How much later than planned something comes to a recipient: always the same, from none to less than `over`."""
    return over * crc32(recipient.encode()) / 2**32
