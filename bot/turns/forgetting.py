"""Deleting for good: answers, what conversations hold of them, and messages with them that have not gone out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot import talks
from bot.moment import Moment
from bot.programme.visibility import has_own_rule
from bot.turns import unsaying
from bot.turns.common import bare, is_outside, is_text, item
from bot.turns.counting import keep_counts
from dialogs import engine
from dialogs.model import Say, State, Text, Visibility
from storage.erasing import ERASED
from storage.records import AnswerRow, ConversationRow, PersonRow

UNSENT = (Visibility.PRIVATE, Visibility.SHARED_ON_REQUEST)

OVER = ("declined", "rejected", "withdrawn", "closed")
"""States of an exchange that nobody has a part in any more."""


def forget(moment: Moment, rows: Sequence[AnswerRow], *, at_the_end: bool = False) -> None:
    """Deletes answers, drafts of their corrections, and messages about them that still wait.

    `at_the_end`: it is their time to go, so what HR counts of them is kept as a number.
    """
    for subject in sorted({row.subject for row in rows}):
        exchange = moment.work.exchanges.find(subject)
        if exchange is not None:
            keep_counts(moment, exchange, [row for row in rows if row.subject == subject], all_of_it=at_the_end)
    if rows:
        unsaying.delete(moment, rows)
        _unfix(moment, rows)
    for row in rows:
        moment.work.answers.delete(row.id)
        empty(moment, moment.work.conversations.of_subject(row.id))


def _unfix(moment: Moment, rows: Iterable[AnswerRow]) -> None:
    """What others are asked about is not shown to them again."""
    for row in rows:
        text = bare(str(row.value))
        for talk in moment.work.conversations.of_subject(row.subject) if is_text(moment, row) else ():
            fixed = talk.state.get("fixed")
            if isinstance(fixed, dict) and text in fixed.values():
                left = {name: value for name, value in fixed.items() if value != text}
                moment.work.conversations.put(replace(talk, state={**talk.state, "fixed": left}))


def empty(moment: Moment, rows: Iterable[ConversationRow]) -> None:
    """Ends conversations, and lets go of all that they hold: drafts, quotes, what was asked."""
    for row in rows:
        held = row.state.get("answers", {})
        drafts = [text for text in held.values() if isinstance(text, str)] if isinstance(held, dict) else []
        if drafts:
            unsaying.delete_drafts(moment, row, drafts)
        if row.status in ("open", "paused"):
            talks.close(moment, talks.load(moment, row), "stopped", Say("stop.closed"))
        kept = moment.work.conversations.get(row.id)
        moment.work.conversations.put(replace(kept, state=engine.to_json(State(kept.dialog))))


def drafts_of(moment: Moment, person: PersonRow) -> list[ConversationRow]:
    """The conversations, open or put aside, that hold words which the person has sent to nobody."""
    return [row for row in moment.work.conversations.open(person.id) if _holds_words(moment, row)]


def _holds_words(moment: Moment, row: ConversationRow) -> bool:
    script = moment.house.scripts[row.dialog]
    asks = (ask for ask in script.dialog.asks if ask.visibility in UNSENT)
    return not script.keeps and any(isinstance(ask.answer, Text) for ask in asks)


# A person of whom nothing is kept any more


def erase_who_is_gone(moment: Moment, people: Iterable[str]) -> None:
    """Erases those of them who have left, or were hosts from outside, once nothing of theirs is kept or under way."""
    for id in sorted({*people} - {""}):
        person = moment.work.people.find(id)
        if person is not None and person.name != ERASED and _is_gone(moment, person):
            erase(moment, person)


def _is_gone(moment: Moment, person: PersonRow) -> bool:
    if person.active and not is_outside(moment, person.id):
        return False
    work = moment.work
    parts = {
        row.id: row
        for rows in (work.exchanges.of_employee, work.exchanges.of_leader, work.exchanges.of_host)
        for row in rows(person.id)
    }
    if work.answers.by(person.id) or any(row.state not in OVER for row in parts.values()):
        return False
    # Somebody else's story or evaluation goes in its own time, and names nobody.
    return all(has_own_rule(item(row), stays=True) for part in parts for row in work.answers.about(part))


def erase(moment: Moment, person: PersonRow) -> None:
    """Nothing names the person any more. Of the exchanges dates and workplaces stay, for HR's figures."""
    exchanges = moment.work.exchanges.of_employee(person.id)
    rounds = moment.work.rounds.all(person.organisation)
    offers = [offer for row in rounds for offer in moment.work.rounds.offers(row.id) if offer.person == person.id]
    moment.work.erasing.person(person.id)
    for exchange in exchanges:
        moment.work.exchanges.update(replace(exchange, why=""))
    for offer in offers:
        moment.work.rounds.update_offer(replace(offer, unit=ERASED))
    moment.work.audit.add(moment.now, "", "person.erased", person.id)
