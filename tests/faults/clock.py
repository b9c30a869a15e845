"""The time of a test: the machine's, moved by what stands in a file, so that all its processes have the same.

To let time pass (`move`, `move_to`) moves everything, as real time does. To `set` the clock moves what people see of
it, as an administrator or a time server does; what is steady does not follow.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import SystemClock


class TrueClock:
    """The time as it is: what has passed counts, and what somebody has set does not."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(UTC) + timedelta(seconds=float(self._file.read_text(encoding="ascii").split()[0]))

    def steady(self) -> datetime:
        """The same."""
        return self.now()


class MovedClock(SystemClock):
    """The machine's clock, with so many seconds passed and set as stand in `file`."""

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.exists():
            self._write(0.0, 0.0)
        super().__init__(self._seen, self._passed)

    def moved(self) -> timedelta:
        """How much time has passed that no other clock knows of."""
        return timedelta(seconds=self._read()[0])

    def move_to(self, moment: datetime) -> None:
        """So much time passes that it is this moment."""
        self.move(seconds=(moment - self.now()).total_seconds())

    def move(self, **by: float) -> None:
        """So much time passes, as in timedelta."""
        passed, set_by = self._read()
        self._write(passed + timedelta(**by).total_seconds(), set_by)

    def set(self, **by: float) -> None:
        """The clock is set forward by so much, or back with a negative number."""
        passed, set_by = self._read()
        self._write(passed, set_by + timedelta(**by).total_seconds())

    def _seen(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=sum(self._read()))

    def _passed(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME) + self._read()[0]

    def _read(self) -> tuple[float, float]:
        passed, set_by = self.file.read_text(encoding="ascii").split()
        return float(passed), float(set_by)

    def _write(self, passed: float, set_by: float) -> None:
        draft = self.file.with_suffix(".draft")
        draft.write_text(f"{passed!r} {set_by!r}", encoding="ascii")
        draft.replace(self.file)  # whoever reads meets the old or the new one, and no half
