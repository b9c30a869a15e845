"""Small assignments after an exchange: which of them fits what somebody has planned and written (spec 8.6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Fit:
    """What decides which assignments fit. `partner`: somebody of the same unit is on an exchange too."""

    meeting: bool = False
    assumption: bool = False
    practice: bool = False
    relations: bool = False
    partner: bool = False


def assignment(fit: Fit, done: Collection[str] = ()) -> str:
    """The key of the next assignment that fits and is not done, or nothing. One at a time."""
    fitting = {
        "card.ten": fit.meeting,
        "card.myth": fit.assumption,
        "card.test": fit.practice,
        "card.phone": fit.relations,
        "card.pair": fit.partner,
    }
    return next((key for key, fits in fitting.items() if fits and key not in done), "")
