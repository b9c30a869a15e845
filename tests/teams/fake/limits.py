"""How much Teams takes: in each conversation, and in a tenant."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

Windows = Sequence[tuple[int, float]]

WRITE: Windows = ((7, 1), (8, 2), (60, 30), (1800, 3600))
READ: Windows = ((14, 1), (16, 2), (120, 30), (3600, 3600))
TENANT: Windows = ((30, 1),)


class Exceeded(Exception):
    """Too much; `wait` is the number of seconds until there is room again."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"Too much; room in {wait} seconds.")
        self.wait = wait


@dataclass
class Limits:
    """No window of its length ever holds more than its number. What is refused does not count.

    `says_when`: whether the refusal carries a Retry-After; the real one leaves it out at times.
    """

    write: Windows = WRITE
    read: Windows = READ
    tenant: Windows = TENANT
    off: bool = False
    says_when: bool = True
    _taken: dict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))

    def take(self, where: str, tenant: str, now: datetime, *, reads: bool = False) -> None:
        """One call about a conversation in a tenant, or Exceeded."""
        if self.off:
            return
        own = f"{'read' if reads else 'write'} {where}"
        wait = max(self._wait(own, self.read if reads else self.write, now), self._wait(tenant, self.tenant, now))
        if wait > 0:
            raise Exceeded(math.ceil(wait))
        self._taken[own].append(now)
        self._taken[tenant].append(now)

    def _wait(self, key: str, windows: Windows, now: datetime) -> float:
        taken = self._taken[key]
        longest = timedelta(seconds=max(seconds for _, seconds in windows))
        while taken and now - taken[0] >= longest:
            taken.popleft()
        waits = [0.0]
        for most, seconds in windows:
            if len(taken) >= most:
                waits.append((taken[-most] + timedelta(seconds=seconds) - now).total_seconds())
        return max(waits)
