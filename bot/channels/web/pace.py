"""How fast one person may go. Nobody is kept waiting because of somebody else."""

from __future__ import annotations

import asyncio
from collections import deque

MOST = 100
WITHIN = 10.0
"""So many things in so many seconds, for one person."""


class Pace:
    """Counts what each person did lately."""

    def __init__(self) -> None:
        self._done: dict[str, deque[float]] = {}

    def too_fast(self, who: str) -> bool:
        """Counts one more thing. True when it is too much just now, and then it is not counted."""
        now = asyncio.get_running_loop().time()
        lately = self._done.setdefault(who, deque())
        while lately and lately[0] <= now - WITHIN:
            lately.popleft()
        if len(lately) >= MOST:
            return True
        lately.append(now)
        return False
