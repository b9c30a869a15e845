"""HR asks for a reminder: questions of a proposal that wait are reminded of now, and never more than once."""

from __future__ import annotations

from bot.channel import Reply
from bot.moment import Moment, Told
from dialogs.model import Say
from storage.records import PersonRow

KINDS = ("proposal.remind", "approve.remind")


def remind(moment: Moment, person: PersonRow) -> Reply:
    """Takes forward the one reminder that each of those who have not answered yet would get."""
    if not person.hr:
        moment.tell(person, Told([Say("only_hr")]), kind="answer")
        return Reply()
    waiting = [
        prompt
        for round_row in moment.work.rounds.all(person.organisation)
        for exchange in moment.work.exchanges.of_round(round_row.id)
        if exchange.state in ("proposed", "accepted")
        for kind in KINDS
        for prompt in moment.work.prompts.of(exchange.id, kind)
        if prompt.state == "pending"
    ]
    for prompt in waiting:
        moment.work.prompts.move(prompt.id, moment.now)
    count = len({prompt.recipient for prompt in waiting})
    moment.tell(person, Told([Say("remind.sent", {"n": count}) if count else Say("remind.none")]), kind="answer")
    return Reply()
