"""The leader's part before an exchange (spec section 6.3): one form on the short track, three on the full one."""

from __future__ import annotations

from dialogs.conditions import FULL, both, chose, fact
from dialogs.kinds import LONG, YES_NO
from dialogs.model import Ask, Day, Dialog, Many, One, step
from dialogs.model import Visibility as Who

GOALS = ("lead.prep.goals.agree", "lead.prep.goals.add", "lead.prep.goals.talk")
COVER = ("lead.prep.cover.wait", "lead.prep.cover.share", "lead.prep.cover.swap", "lead.prep.cover.sub")
APPROACH = (
    "lead.prep.approach.benefit",
    "lead.prep.approach.represent",
    "lead.prep.approach.inside",
    "lead.prep.approach.contact",
)
RULES = (
    "lead.prep.rules.secrecy",
    "lead.prep.rules.nocases",
    "lead.prep.rules.nodata",
    "lead.prep.rules.logbook",
    "lead.prep.rules.time",
    "lead.prep.rules.stop",
)
FORMAL = (
    "lead.prep.formal.contract",
    "lead.prep.formal.pay",
    "lead.prep.formal.holiday",
    "lead.prep.formal.insurance",
    "lead.prep.formal.hours",
    "lead.prep.formal.cert",
    "lead.prep.formal.end",
)
CONTACT = (
    "lead.prep.contact.weekly",
    "lead.prep.contact.mid",
    "lead.prep.contact.visit",
    "lead.prep.contact.agree",
)
PAIR = ("lead.prep.pair.yes", "lead.prep.pair.buddy", "lead.prep.pair.no")

SUBSTITUTE = chose("lead.prep.cover", "lead.prep.cover.sub")

LEADER_PART = Dialog(
    "lead",
    "lead.prep.title",
    form=True,
    intro=("lead.prep.intro",),
    steps=(
        step(
            Ask("lead.prep.use", LONG, Who.JOINT),
            Ask("lead.prep.goals", One(GOALS), Who.JOINT, when=both(FULL, fact("goals"))),
            Ask(
                "lead.prep.goals.comment",
                LONG,
                Who.JOINT,
                when=both(FULL, chose("lead.prep.goals", "lead.prep.goals.add")),
            ),
            Ask("lead.prep.cover", One(COVER), Who.HR),
            Ask("lead.prep.pool", YES_NO, Who.CONTROL, when=both(fact("pool"), SUBSTITUTE)),
            Ask("lead.prep.followup.return", Day(after="home_from"), Who.JOINT, required=True),
        ),
        step(
            Ask("lead.prep.approach", Many(APPROACH), Who.JOINT, when=both(FULL, fact("own_place"))),
            Ask("lead.prep.rules", Many(RULES), Who.JOINT, when=FULL, hints=("lead.prep.rules.conflict_why",)),
            Ask("lead.prep.formal", Many(FORMAL), Who.HR, when=FULL),
        ),
        step(
            Ask("lead.prep.contact", One(CONTACT), Who.JOINT, when=FULL),
            Ask("lead.prep.contact.hostleader", Day(after="today"), Who.LEADER, when=FULL),
            Ask("lead.prep.followup.slot", Day(after="home_from"), Who.JOINT, when=FULL),
            Ask("lead.prep.pair", One(PAIR), Who.LEADER, when=FULL),
            Ask("lead.prep.sparring", Day(after="today"), Who.HR, when=both(FULL, fact("other_leaders"))),
        ),
    ),
)
