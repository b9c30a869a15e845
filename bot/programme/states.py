"""The states of a sign-up, an offer, a round and an exchange, and which change is allowed when (spec 2.3).

`running` needs no signed agreement until agreements exist in the product: approval is T0 (domain/README.md).
Of the chain in 2.3 the states are listed that the product uses now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Circumstances:
    """What a guard may look at."""

    voluntary: bool = False
    host_said_yes: bool = False
    justified: bool = False
    joint_goal: bool = False
    rules_ticked: bool = False
    practical_done: bool = False
    started: bool = False
    over: bool = False
    learned: bool = False


@dataclass(frozen=True)
class Guard:
    """A condition, by the name of the circumstance, with the sentence for a refusal.

    A soft guard warns, and HR may go on with a reason.
    """

    needs: str
    refusal: str
    soft: bool = False


@dataclass(frozen=True)
class Move:
    """An answer to "may it change so?". `refusal` is a word key, empty when allowed; `soft` only warns."""

    refusal: str = ""
    soft: bool = False

    @property
    def allowed(self) -> bool:
        """True when nothing stands in the way."""
        return not self.refusal


States = Mapping[str, Mapping[str, tuple[Guard, ...]]]
"""Per state the states that may follow, each with its guards."""

FREE: Final[tuple[Guard, ...]] = ()
VOLUNTARY: Final = Guard("voluntary", "state.need.voluntary")
HOST_YES: Final = Guard("host_said_yes", "state.need.host")
JUSTIFIED: Final = Guard("justified", "approve.needjust")
JOINT_GOAL: Final = Guard("joint_goal", "state.need.goal", soft=True)
RULES_TICKED: Final = Guard("rules_ticked", "state.need.rules", soft=True)
PRACTICAL_DONE: Final = Guard("practical_done", "state.need.practical", soft=True)
STARTED: Final = Guard("started", "state.need.start")
OVER: Final = Guard("over", "state.need.end")
LEARNED: Final = Guard("learned", "state.need.learned", soft=True)

NOT_SO: Final = "state.not_now"
"""The sentence for a change that no state allows."""

ROUND: Final[States] = {
    "draft": {"open": FREE, "closed": FREE},
    "open": {"closed": FREE},
    "closed": {"open": FREE},
}

OFFER: Final[States] = {
    "draft": {"open": FREE},
    "open": {"proposed": FREE, "withdrawn": FREE},
    "proposed": {"open": FREE, "withdrawn": FREE},
    "withdrawn": {"open": FREE},
}

SIGN_UP: Final[States] = {
    "draft": {"signed_up": (VOLUNTARY,), "withdrawn": FREE},
    "signed_up": {"in_matching": FREE, "proposed": FREE, "waitlisted": FREE, "withdrawn": FREE},
    "in_matching": {"proposed": FREE, "waitlisted": FREE, "not_matched": FREE, "withdrawn": FREE},
    "proposed": {"in_matching": FREE, "placed": FREE, "withdrawn": FREE},
    "waitlisted": {"proposed": FREE, "in_matching": FREE, "not_matched": FREE, "withdrawn": FREE},
    "placed": {"in_matching": FREE, "withdrawn": FREE},
    "not_matched": {"in_matching": FREE},
    "withdrawn": {"signed_up": (VOLUNTARY,)},
}

EXCHANGE: Final[States] = {
    "proposed": {"accepted": (HOST_YES,), "declined": FREE, "withdrawn": FREE},
    "accepted": {"approved": (JUSTIFIED,), "rejected": FREE, "withdrawn": FREE},
    "approved": {
        "prepared": (JOINT_GOAL, RULES_TICKED, PRACTICAL_DONE),
        "running": (STARTED,),
        "finished": (OVER,),
        "withdrawn": FREE,
        "ended_early": FREE,
    },
    "prepared": {"running": (STARTED,), "finished": (OVER,), "withdrawn": FREE, "ended_early": FREE},
    "running": {"paused": FREE, "finished": (OVER,), "debriefed": (OVER, LEARNED), "ended_early": FREE},
    "paused": {"running": FREE, "finished": (OVER,), "ended_early": FREE},
    "finished": {"debriefed": (LEARNED,), "closed": FREE},
    "ended_early": {"debriefed": (LEARNED,), "closed": FREE},
    "debriefed": {"closed": FREE},
    "declined": {},
    "rejected": {},
    "withdrawn": {},
    "closed": {},
}


def move(states: States, source: str, target: str, circumstances: Circumstances = Circumstances()) -> Move:
    """Whether `source` may become `target` now. A hard guard that fails refuses, else a soft one warns."""
    guards = states.get(source, {}).get(target)
    if guards is None:
        return Move(NOT_SO)
    failed = [guard for guard in guards if not getattr(circumstances, guard.needs)]
    hard = [guard for guard in failed if not guard.soft]
    for guard in hard or failed:
        return Move(guard.refusal, guard.soft)
    return Move()


def left_open(states: States, source: str, target: str, circumstances: Circumstances) -> list[str]:
    """What the soft guards of a change still miss, by the names of the circumstances."""
    guards = states.get(source, {}).get(target, ())
    return [guard.needs for guard in guards if guard.soft and not getattr(circumstances, guard.needs)]
