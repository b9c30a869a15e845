"""How long a platform asks us to wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 86400.0
"""Seconds; one that asks for more is asked again after a day."""

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from a header with seconds or a moment; None when nothing that makes sense stands there."""
    said = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(said):
        return min(float(said), LONGEST_WAIT)
    then, sent = _moment(said), _moment(headers.get("Date", ""))
    if then is None or sent is None:
        return None
    return min(max((then - sent).total_seconds(), 0.0), LONGEST_WAIT)


def _moment(said: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else None
