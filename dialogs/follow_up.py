"""A month and three months after: what has become of the plan (spec section 8.5)."""

from __future__ import annotations

from dialogs.conditions import chose, fact
from dialogs.kinds import AGREE, LONG, SHORT, YES_NO
from dialogs.model import Ask, Dialog, Many, One, Step, step
from dialogs.model import Visibility as Who

MOST_ACTIONS = 3

WHERE = One(("scale.action.done", "scale.action.doing", "scale.action.not", "scale.action.dropped"))
HINDRANCES = Many(
    (
        "fu.hinder.time",
        "fu.hinder.support",
        "fu.hinder.colleagues",
        "fu.hinder.rules",
        "fu.hinder.chance",
        "fu.hinder.fit",
        "fu.hinder.none",
    )
)
KEEP, SMALLER, NEW, DROP = "fu.next.keep", "fu.next.smaller", "fu.next.new", "fu.next.drop"
RECEIVED = One(("fu30.request.yes", "fu30.request.part", "fu30.request.no"))


def action(n: int) -> Step:
    """What has become of action number `n` of the plan, and what happens with it now."""
    there = fact(f"action#{n}")
    return step(
        Ask(f"fu.action#{n}", WHERE, Who.JOINT, when=there),
        Ask(f"fu.helped#{n}", LONG, Who.SHARED_ON_REQUEST, when=there),
        Ask(f"fu.hinder#{n}", HINDRANCES, Who.SHARED_ON_REQUEST, when=there),
        Ask(f"fu.next#{n}", One((KEEP, SMALLER, NEW, DROP)), Who.JOINT, when=there),
        Ask(f"fu.new#{n}", SHORT, Who.JOINT, when=chose(f"fu.next#{n}", SMALLER, NEW)),
    )


FIRST_CHECK = Dialog(
    "fu30",
    "fu.title",
    form=True,
    steps=(
        action(1),
        action(2),
        action(3),
        step(
            Ask("fu30.shared", YES_NO, Who.JOINT),
            Ask("fu30.request", RECEIVED, Who.SHARED_ON_REQUEST, when=fact("request")),
        ),
    ),
)

SECOND_CHECK = Dialog(
    "fu90",
    "fu.title",
    form=True,
    steps=(
        action(1),
        action(2),
        action(3),
        step(Ask("fu90.example", LONG, Who.SHARED_ON_REQUEST)),
        step(
            Ask("fu90.contact", YES_NO, Who.AGGREGATE),
            Ask("fu90.easier", AGREE, Who.AGGREGATE),
            Ask("fu90.org", AGREE, Who.AGGREGATE),
        ),
    ),
)

LEADER_CHECK = Dialog(
    "lead.fu90",
    "lead.fu90.title",
    form=True,
    steps=(
        step(
            Ask(
                "lead.fu90.realised",
                One(("lead.fu90.realised.yes", "lead.fu90.realised.part", "lead.fu90.realised.no")),
                Who.HR,
                required=True,
            ),
            Ask("lead.fu90.what", LONG, Who.HR),
        ),
    ),
)
