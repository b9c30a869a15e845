"""Which statements a person is asked in the evaluation, so that the time it promises is true (spec 9).

The most important are asked of everybody. Of the rest each person gets a few, and seven exchanges in a row the
same ones, so that five answers come together for some rather than two for all. The next seven get the next few,
and each round of an organisation begins a few further on, so that in time everything is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TOGETHER: Final = 7
"""Exchanges in a row that are asked the same; enough for five answers where not everybody answers."""


@dataclass(frozen=True)
class Deal:
    """The questions of one role: those for everybody, and the rest, of which each person is asked `few`."""

    everybody: tuple[str, ...]
    rest: tuple[str, ...]
    few: int

    @property
    def all(self) -> tuple[str, ...]:
        """Every question of the role."""
        return self.everybody + self.rest

    def asked(self, round_number: int, place: int) -> tuple[str, ...]:
        """What is asked about the exchange at this place in its round; both count from 0 and never change."""
        start = (round_number + place // TOGETHER) * self.few
        dealt = (self.rest[(start + n) % len(self.rest)] for n in range(self.few))
        return (*self.everybody, *dealt)


EMPLOYEE: Final = Deal(
    ("eval.emp.worth", "eval.emp.recommend"),
    (
        "eval.emp.goalfit",
        "eval.emp.practice",
        "eval.emp.leader",
        "eval.emp.prep",
        "eval.emp.host",
        "eval.emp.trust",
        "eval.emp.relation",
        "eval.emp.understand",
        "eval.emp.voluntary",
        "eval.emp.confidence",
        "eval.emp.log",
        "eval.emp.debrief",
        "eval.emp.break",
    ),
    3,
)
LEADER: Final = Deal(
    ("eval.lead.worth", "eval.lead.used"),
    (
        "eval.lead.again",
        "eval.lead.relevant",
        "eval.lead.summary",
        "eval.lead.shared",
        "eval.lead.coop",
        "eval.lead.cover",
        "eval.lead.citizen",
        "eval.lead.sparring",
    ),
    3,
)
HOST: Final = Deal(
    ("eval.host.worth",),
    (
        "eval.host.again",
        "eval.host.gain",
        "eval.host.prepared",
        "eval.host.load",
        "eval.host.coop",
        "eval.host.understand",
        "eval.host.conf",
    ),
    1,
)
DEALS: Final = {"eval.emp": EMPLOYEE, "eval.lead": LEADER, "eval.host": HOST}
"""By the key of the dialog."""
