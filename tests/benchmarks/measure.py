"""Figures: the least, the median and the most of some runs, and tables of them as they stand in the documentation."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal


class Wrong(Exception):
    """Something was lost, doubled or refused: no figure is worth anything then."""


@dataclass(frozen=True)
class Spread:
    """The figures of some runs of the same."""

    figures: tuple[float, ...]

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        """All figures of one thing."""
        return cls(tuple(figures))

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.figures)

    def __str__(self) -> str:
        return "–".join(number(each) for each in (min(self.figures), self.middle, max(self.figures)))


def number(value: float) -> str:
    """Three digits that count; thousands with a comma."""
    if value >= 1000:
        digits = 3 - len(str(int(value)))
        return f"{round(value, digits):,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def part(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not pass: 0.99 for p99."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


@dataclass
class Table:
    """What one benchmark has found."""

    title: str
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        """One row more."""
        self.rows.append(tuple(str(cell) for cell in cells))

    def __str__(self) -> str:
        lines = [f"## {self.title}", "", _line(self.heads), _line(["---"] * len(self.heads))]
        lines += [_line(row) for row in self.rows]
        return "\n".join([*lines, *(f"\n{note}" for note in self.notes), ""])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def machine() -> str:
    """What it ran on, without any name or path."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} on {platform.machine()}, "
        f"{platform.python_implementation()} {platform.python_version()}"
    )


Platform = Literal["slack", "teams"]


@dataclass(frozen=True)
class Size:
    """How much is measured; `shared`: on PostgreSQL too."""

    runs: int
    turns: int
    messages: int
    prompts: int
    rows: tuple[int, ...]
    hour: int
    load: int
    processes: tuple[int, ...] = (1, 2, 4)
    persons: int = 32
    platforms: tuple[Platform, ...] = ("slack", "teams")
    shared: bool = True


SIZES = {
    "smoke": Size(
        runs=1, turns=8, messages=8, prompts=40, rows=(40,), hour=8, load=40, processes=(2,), persons=4,
        platforms=("slack",), shared=False,
    ),
    "tiny": Size(runs=1, turns=100, messages=100, prompts=2000, rows=(1000, 2000), hour=200, load=400),
    "quick": Size(runs=3, turns=1500, messages=2000, prompts=50_000, rows=(10_000, 100_000), hour=3000, load=4000),
    "full": Size(
        runs=5, turns=4000, messages=10_000, prompts=100_000, rows=(10_000, 100_000, 1_000_000), hour=10_000,
        load=100_000,
    ),
}  # fmt: skip

Bench = Callable[[Size], list[Table]]
