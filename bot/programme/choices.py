"""What an organisation may choose, for all its rounds or for one, and what holds where nothing was chosen (2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

OPTIONAL: Final = (
    "log.opt.dilemma",
    "log.opt.chair",
    "log.opt.role",
    "log.opt.good",
    "log.opt.lead",
    "log.opt.usefulness",
)
"""Prompts of the logbook that are asked only where HR has switched them on (7.4)."""

CLEARED: Final = ("log.deep.energy", "log.deep.wellbeing")
"""Prompts that may be switched on only when employee representatives have cleared them (12.8)."""


@dataclass(frozen=True)
class Choices:
    """What holds in a round. Numbers are days unless their name says otherwise.

    `prompts` are those of OPTIONAL and CLEARED that are switched on; those of CLEARED are asked only where
    `representatives_cleared`. `coaches` are person ids. `help_contacts` says, in HR's
    words, whom to turn to when days are hard; without it that is the round's contact. `sparring` is the ISO date of
    the leaders' meeting. `track` is "full" where everybody takes the full one. `goals` and `actions` are the most of
    them in one exchange. `jobswap_usually` is how many working days a job swap lasts at the most as a rule.
    `pool` where there is a central one that pays for a substitute. `rules_link` leads to the rules for long stays.
    """

    track: str = ""
    prompts: tuple[str, ...] = ()
    representatives_cleared: bool = False
    coaches: tuple[str, ...] = ()
    help_contacts: str = ""
    sparring: str = ""
    pool: bool = False
    goals: int = 3
    actions: int = 3
    return_talk_working_days: int = 10
    sharing: int = 30
    debrief_reminder: int = 7
    debrief_closes: int = 21
    feedback: int = 14
    evaluation: int = 3
    evaluation_reminder: int = 10
    first_check: int = 30
    second_check: int = 90
    check_closes: int = 10
    deletion_after_second_check: int = 30
    export_notices: tuple[int, ...] = (14, 3)
    fewest: int = 5
    evaluation_kept_months: int = 3
    shared_kept_months: int = 12
    sign_ups_kept_months: int = 6
    offers_kept_months: int = 12
    stories_reviewed_months: int = 24
    jobswap_usually: int = 5
    soft_maximum_months: int = 6
    upper_warning_months: int = 12
    rules_link: str = ""

    def asks(self, prompt: str) -> bool:
        """Whether an optional prompt is asked."""
        return prompt in self.prompts and (prompt not in CLEARED or self.representatives_cleared)


def chosen(values: Mapping[str, Any]) -> Choices:
    """The choices from what is kept by name. A name that is not known is left out."""
    known = {field.name for field in fields(Choices)}
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items() if name in known
    }
    return Choices(**given)
