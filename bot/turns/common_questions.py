"""Short answers to common questions (spec 10.8): typed, picked under help, and behind "read more" in the channel."""

from __future__ import annotations

from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.turns.common import contact_of
from bot.turns.settings import active_exchange
from dialogs.engine import shortened
from dialogs.model import Say
from storage.records import PersonRow, RoundRow

ANSWERS = (
    "faq.who",
    "faq.pay",
    "faq.return",
    "faq.recip",
    "faq.log",
    "faq.stop",
    "faq.leader",
    "faq.sick",
    "faq.appraisal",
)
ROOM = 75
"""Characters of a button."""


def menu(moment: Moment, person: PersonRow) -> Reply:
    """The questions, a button each."""
    _tell(moment, person, [], "")
    return Reply()


def more(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """ "Read more" in the channel is answered in private: what the round is, and the questions."""
    round_row = moment.work.rounds.get(args[0])
    if round_row.organisation != person.organisation:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    values = {"programme": round_row.name, "deadline": round_row.deadline}
    says: list[Say | Part] = [Say("round.post.body", values), Say("round.post.how", values)]
    _tell(moment, person, says, round_row.id)
    if moment.shown or moment.said:
        return Reply()
    return Reply(note=moment.words.text(person.language, "channel.answered_privately"))


def _tell(moment: Moment, person: PersonRow, says: list[Say | Part], subject: str) -> None:
    words = moment.speaking(person.organisation, subject).words
    presses = [Press("", ["faq_answer", key], text=_question(words.plain(person.language, key))) for key in ANSWERS]
    moment.tell(person, Told([Say("faq.title"), *says, Say("faq.choose")], presses), kind="answer", subject=subject)


def _question(text: str) -> str:
    """What is asked: all up to the first question mark."""
    asked, mark, _ = text.partition("?")
    return shortened(asked + mark, ROOM)


def answered(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The question that was pressed."""
    answer(moment, person, args[0])
    return Reply()


def answer(moment: Moment, person: PersonRow, key: str) -> None:
    """Answers a question, as it is for this person."""
    exchange = active_exchange(moment, person)
    rounds = moment.work.rounds.all(person.organisation)
    round_row: RoundRow | None = rounds[-1] if rounds else None
    if exchange is not None:
        round_row = moment.work.rounds.get(exchange.round)
    leader = moment.first_name(exchange.leader) if exchange is not None else ""
    values = {
        "org": moment.work.people.organisation(person.organisation).name,
        "contact": contact_of(moment, round_row),
        "leader": leader or _somebody(moment, person),
    }
    subject = exchange.id if exchange is not None else ""
    moment.tell(person, Told([Say(key, values)], [Press("btn.faq", ["faq"])]), kind="answer", subject=subject)


def _somebody(moment: Moment, person: PersonRow) -> str:
    """How a leader is called who is not known yet; it may begin a sentence."""
    said = moment.words.text(person.language, "your_leader")
    return said[:1].upper() + said[1:]


def pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The button for the questions."""
    return menu(moment, person)


PRESSES = {"faq": pressed, "faq_answer": answered, "faq_more": more}
