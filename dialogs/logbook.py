"""During the exchange: the logbook (spec sections 7.3 to 7.6). The programme chooses an entry's questions."""

from __future__ import annotations

from dialogs.conditions import asked_today, both, chose, fact
from dialogs.kinds import HOW_FAR, LONG, SHORT, YES_NO
from dialogs.model import Answer, Ask, Condition, Dialog, One, always, step
from dialogs.model import Visibility as Who

ENERGY = One(("scale.energy.1", "scale.energy.2", "scale.energy.3", "scale.energy.4", "scale.energy.5"))
DAY = One(("scale.day.1", "scale.day.2", "scale.day.3", "scale.day.4", "scale.day.5"))
ROLE = One(("log.opt.role.authority", "log.opt.role.expert", "log.opt.role.facilitator"))
TWO_JOBS = One(("log.twojobs.fine", "log.twojobs.tight", "log.twojobs.much"))


def today(
    key: str,
    answer: Answer,
    visibility: Who,
    *,
    only: Condition | None = None,
    says: tuple[str, ...] = (),
    says_when: Condition = always,
    hints: tuple[str, ...] = (),
) -> Ask:
    """A question that is asked when it was chosen for this entry, and `only` holds."""
    chosen = asked_today(key)
    when = both(chosen, only) if only else chosen
    return Ask(key, answer, visibility, when=when, says=says, says_when=says_when, hints=hints)


LOGBOOK = Dialog(
    "log",
    "log.title",
    form=True,
    steps=(
        step(
            today("log.first.impression", LONG, Who.SHARED_ON_REQUEST),
            today(
                "log.core.what",
                LONG,
                Who.SHARED_ON_REQUEST,
                hints=("log.core.what.hint", "log.core.example", "log.why"),
            ),
            today("log.core.sowhat", LONG, Who.SHARED_ON_REQUEST),
            today("log.core.nowwhat", LONG, Who.SHARED_ON_REQUEST),
            today("log.core.oneline", SHORT, Who.SHARED_ON_REQUEST),
            today("log.core.free", LONG, Who.SHARED_ON_REQUEST),
            today("log.deep.difference", LONG, Who.SHARED_ON_REQUEST),
            today("log.deep.surprise", LONG, Who.SHARED_ON_REQUEST),
            today("log.deep.prejudice", LONG, Who.PRIVATE),
            today("log.deep.prejudice.none", LONG, Who.PRIVATE),
            today("log.deep.relation", LONG, Who.PRIVATE),
            today("log.deep.idea", LONG, Who.SHARED_ON_REQUEST),
            today("log.deep.goal", LONG, Who.SHARED_ON_REQUEST),
            today("log.deep.goal.scale", HOW_FAR, Who.SHARED_ON_REQUEST),
            today("log.deep.energy", ENERGY, Who.PRIVATE),
            today("log.deep.energy.note", LONG, Who.PRIVATE),
            today("log.deep.wellbeing", DAY, Who.PRIVATE),
            today("log.deep.good", LONG, Who.PRIVATE),
            today("log.deep.contribution", LONG, Who.SHARED_ON_REQUEST),
            today("log.deep.ask", LONG, Who.PRIVATE),
            today("log.opt.dilemma", LONG, Who.SHARED_ON_REQUEST),
            today("log.opt.chair", LONG, Who.SHARED_ON_REQUEST),
            today("log.opt.role", ROLE, Who.SHARED_ON_REQUEST),
            today("log.opt.good", LONG, Who.SHARED_ON_REQUEST),
            today("log.opt.lead", LONG, Who.PRIVATE),
            today("log.opt.usefulness", LONG, Who.SHARED_ON_REQUEST),
            today("log.first.wonder", LONG, Who.PRIVATE),
            today("log.first.place", YES_NO, Who.PRIVATE),
            today(
                "log.first.place.missing",
                LONG,
                Who.SHARED_ON_REQUEST,
                only=chose("log.first.place", "btn.no"),
            ),
            today("log.mid.goal#1", HOW_FAR, Who.JOINT, only=fact("goals", 1), says=("log.mid.intro",)),
            today("log.mid.goal#2", HOW_FAR, Who.JOINT, only=fact("goals", 2)),
            today("log.mid.goal#3", HOW_FAR, Who.JOINT, only=fact("goals", 3)),
            today("log.mid.adjust", LONG, Who.JOINT),
            today("log.mid.missing", LONG, Who.SHARED_ON_REQUEST),
            today("log.mid.share", LONG, Who.SHARED_ON_REQUEST),
            today(
                "log.last.unforget",
                LONG,
                Who.SHARED_ON_REQUEST,
                says=("log.last.intro",),
                says_when=both(asked_today("log.last.gift"), fact("last_place")),
            ),
            today("log.last.changed", LONG, Who.PRIVATE),
            today("log.last.gift", LONG, Who.SHARED_ON_REQUEST),
            today("log.week.look", LONG, Who.SHARED_ON_REQUEST),
            today("log.week.next", SHORT, Who.SHARED_ON_REQUEST),
            today("log.twojobs", TWO_JOBS, Who.SHARED_ON_REQUEST),
            today("log.twojobs.note", LONG, Who.SHARED_ON_REQUEST),
            today("log.twojobs.carry", LONG, Who.SHARED_ON_REQUEST),
            today("log.mark", YES_NO, Who.PRIVATE),
        ),
    ),
)

MISSES = Dialog(
    "misses",
    "log.title",
    quick=True,
    steps=(
        step(
            Ask(
                "log.missed.three",
                One(
                    (
                        "log.missed.opt.line",
                        "log.missed.opt.weekly",
                        "log.missed.opt.time",
                        "log.missed.opt.self",
                        "log.missed.opt.stop",
                    )
                ),
                Who.CONTROL,
            ),
        ),
    ),
)
