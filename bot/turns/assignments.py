"""One small assignment at a time, on the employee's page and after the debrief."""

from __future__ import annotations

from bot.channel import Incoming, Reply
from bot.moment import Moment, Press, Told
from bot.programme.assignments import Fit, assignment
from bot.turns import after
from bot.turns.common import latest
from bot.turns.picking import shown_by
from dialogs.model import Say
from storage.records import ExchangeRow, PersonRow

OCCASION = "card"


def offered(moment: Moment, exchange: ExchangeRow) -> str:
    """The key of the assignment that is open now; empty when none is."""
    if exchange.state != "debriefed":
        return ""
    rows = moment.work.answers.about(exchange.id)
    mine = [row for row in rows if row.person == exchange.employee]
    purposes = next((row.value for row in mine if row.key == "prep.purpose"), None)
    how = latest(mine, "deb.13.share.how")
    fit = Fit(
        meeting=how == "deb.13.share.how.meeting",
        assumption=bool(latest(mine, "prep.expect")),
        practice=bool(latest(mine, "deb.9.practices")),
        relations=isinstance(purposes, list) and "prep.purpose.network" in purposes,
        partner=how == "deb.13.share.how.pair" or _has_partner(moment, exchange),
    )
    return assignment(fit, {row.key for row in mine if row.occasion == OCCASION})


def _has_partner(moment: Moment, exchange: ExchangeRow) -> bool:
    """Whether somebody else of the same unit has been on an exchange in the round."""
    others = moment.work.exchanges.of_round(exchange.round)
    return any(
        other.employee != exchange.employee and other.home_unit == exchange.home_unit and other.state in after.OVER
        for other in others
    )


def card(moment: Moment, exchange: ExchangeRow) -> tuple[list[Say], list[Press]]:
    """The assignment and the button that says it is done."""
    key = offered(moment, exchange)
    return ([Say(key)], [Press("btn.card_done", ["card_done", exchange.id, key])]) if key else ([], [])


def done(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Notes for the person alone that it is done."""
    exchange = moment.work.exchanges.get(args[0])
    if person.id != exchange.employee:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if offered(moment, exchange) != args[1]:
        return Reply(note=moment.words.text(person.language, "card.answered"))
    moment.work.conversations.spend(incoming.card)
    question = moment.words.text(person.language, args[1])
    after.note(moment, person, exchange, OCCASION, args[1], question, value=True, visibility="P")
    moment.tell(
        person, Told([Say("ok.saved")]), kind="answer", subject=exchange.id, replaces=shown_by(moment, incoming)
    )
    return Reply()


PRESSES = {"card_done": done}
