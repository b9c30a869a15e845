"""How fast one person may go. Nobody is kept waiting because of somebody else."""

from __future__ import annotations

import asyncio
from collections import deque

MOST = 100
WITHIN = 10.0
"""So many things in so many seconds, for one person."""


class Pace:
    """Counts what each person did lately: at most `most` things in `within` seconds."""

    def __init__(self, most: int = MOST, within: float = WITHIN) -> None:
        self._most = most
        self._within = within
        self._done: dict[str, deque[tuple[float, str]]] = {}

    def too_fast(self, who: str, what: str = "") -> bool:
        """Counts one more thing. True when it is too much just now, and then it is not counted.

        `what` is its own id, if it has one: the same thing again counts no more.
        """
        now = asyncio.get_running_loop().time()
        lately = self._done.setdefault(who, deque())
        while lately and lately[0][0] <= now - self._within:
            lately.popleft()
        if what and any(what == known for _, known in lately):
            return False
        if len(lately) >= self._most:
            return True
        lately.append((now, what))
        return False
