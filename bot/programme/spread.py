"""Who is due at the same time is told over a few minutes, so that no platform has to hold anybody back."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zlib import crc32

from bot.programme.calendar import Worker, at_local, hours, local_date

_LAST = timedelta(seconds=1)
"""Before the end."""


def spread(at: datetime, recipient: str, over: timedelta, worker: Worker) -> datetime:
    """When what is planned `at` (aware) comes to a recipient: always equally late, from at once to less than `over`.

    Never past the end of their hours or of their day, and nothing overtakes what was planned before it.
    """
    day = local_date(at, worker.zone)
    ends = hours(worker, day)[1]
    if at >= ends:
        ends = at_local(day + timedelta(days=1), time(0), worker.zone)
    return max(at, min(at + over * crc32(recipient.encode()) / 2**32, ends - _LAST))
