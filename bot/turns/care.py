"""What is said to the person alone beside what they wrote, and more about who reads it. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from bot.channel import Incoming, Reply
from bot.moment import Moment, Told
from bot.programme.safety import HARD_DAYS, concern, hard_days
from bot.turns.common import contact_of
from dialogs.model import Say
from storage.records import AnswerRow, ExchangeRow, PersonRow

SCORE = "log.deep.wellbeing"
"""The question how the day was, 1 to 5."""


def beside(moment: Moment, exchange: ExchangeRow, occasion: str, written: Iterable[AnswerRow]) -> list[Say]:
    """What one logbook entry calls for: where to turn, first for what is urgent, then for hard days (T19).

    Typed words were looked at when they came.
    """
    rows = [*written]
    key = "" if moment.typed else concern(str(row.value) for row in rows if isinstance(row.value, str))
    keys = [key] if key else []
    if any(row.key == SCORE for row in rows) and hard_days(_scores(moment, exchange, occasion)):
        keys.append(HARD_DAYS)
    return [Say(key, _whom(moment, moment.person(exchange.employee), exchange)) for key in keys]


def typed(moment: Moment, person: PersonRow, text: str) -> bool:
    """Says at once what typed words call for. True when they called for something."""
    key = concern([text])
    if not key:
        return False
    own = moment.work.exchanges.of_employee(person.id)
    moment.tell(person, Told([Say(key, _whom(moment, person, own[-1] if own else None))]), kind="answer")
    return True


def _whom(moment: Moment, person: PersonRow, exchange: ExchangeRow | None) -> dict[str, str]:
    """Whom to turn to: the leader, and who HR names for it, else the contact of the round."""
    leader = moment.first_name(exchange.leader) if exchange else ""
    rounds = moment.work.rounds.all(person.organisation)
    round_row = moment.work.rounds.get(exchange.round) if exchange else (rounds[-1] if rounds else None)
    named = moment.choices(round_row.id).help_contacts if round_row else ""
    return {
        "leader": leader or moment.words.text(person.language, "your_leader"),
        "contact": named.strip().rstrip(".") or contact_of(moment, round_row),
    }


def _scores(moment: Moment, exchange: ExchangeRow, occasion: str) -> list[int | None]:
    """The day scores of the entries up to this one, oldest first."""
    entries: dict[str, int | None] = {}
    for row in moment.work.answers.about(exchange.id):
        if row.person == exchange.employee and row.occasion.startswith("log:") and row.occasion <= occasion:
            entries.setdefault(row.occasion, None)
            if row.key == SCORE and row.value:
                entries[row.occasion] = int(str(row.value).rpartition(".")[2])
    return [entries[key] for key in sorted(entries)]


def who_reads(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Where the logbook is kept, until when, and who could look at it."""
    exchange = moment.work.exchanges.find(args[0])
    if exchange is None or exchange.employee != person.id:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    values = {"org": moment.work.people.organisation(person.organisation).name, "date": kept_until(moment, exchange)}
    moment.tell(person, Told([Say("privacy.logbook.full", values)]), kind="answer", subject=exchange.id)
    return Reply()


def kept_until(moment: Moment, exchange: ExchangeRow) -> date:
    """The day on which the private entries are deleted."""
    choices = moment.choices(exchange.round)
    return exchange.end + timedelta(days=choices.second_check + choices.deletion_after_second_check)


PRESSES = {"who_reads": who_reads}
