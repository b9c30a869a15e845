"""After the exchange: what the leader notes from the return talk (spec section 8.4)."""

from __future__ import annotations

from dialogs.conditions import chose, fact
from dialogs.kinds import LONG, SHORT, YES_NO
from dialogs.model import Ack, Ask, Day, Dialog, step
from dialogs.model import Visibility as Who

QUESTIONS = ("lead.ret.q1", "lead.ret.q2", "lead.ret.q3", "lead.ret.q4")
"""What the leader can ask in the talk."""

RETURN_TALK = Dialog(
    "ret",
    "lead.ret.title",
    form=True,
    steps=(
        step(
            Ask("lead.ret.held", Ack(), Who.JOINT, required=True),
            Ask("lead.ret.answer", LONG, Who.JOINT, when=fact("request")),
            Ask("lead.ret.commit", SHORT, Who.JOINT),
            Ask("lead.ret.commit.when", Day(after="today"), Who.JOINT),
            Ask("lead.ret.decide", YES_NO, Who.LEADER),
            Ask("lead.ret.decide.what", LONG, Who.LEADER, when=chose("lead.ret.decide", "btn.yes")),
        ),
    ),
)
