"""After some years the author of a story is asked whether others may still learn from it; without an answer it goes.

Spec 12.4. The day is said when the story is told, and stays as it was said.
"""

from __future__ import annotations

from datetime import date, timedelta

from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.planning import worker
from bot.programme.calendar import at_local, local_date, months_after, on_day
from bot.programme.phases.facts import CLOSE_AT, TASK_AT
from bot.turns.forgetting import empty, erase_who_is_gone, forget
from bot.turns.picking import shown_by
from bot.turns.pushes import acting, telling
from dialogs.model import Say
from storage.records import AnswerRow, ExchangeRow, PersonRow, PromptRow, new_id

REVIEW, CLOSE = "story.review", "story.close"
TEXT, HELPER = "story.write", "story.helper"
DAY = timedelta(days=1)
TIME_TO_ANSWER = timedelta(days=30)
"""How long the author has (own default)."""


def plan(moment: Moment, exchange: ExchangeRow) -> date:
    """Writes down when the author is asked, counted from today, and when the story goes; the day of the first."""
    author = moment.person(exchange.employee)
    months = moment.choices(exchange.round).stories_reviewed_months
    at = on_day(worker(author), months_after(moment.today(author), months), TASK_AT)
    asks = PromptRow(new_id(), author.id, exchange.id, REVIEW, local_date(at, author.zone), at)
    rows = [asks, _closing(author, exchange, asks.day)]
    moment.work.prompts.plan(author.id, exchange.id, rows, {REVIEW, CLOSE}, moment.now)
    return asks.day


def _closing(author: PersonRow, exchange: ExchangeRow, asked: date) -> PromptRow:
    day = asked + TIME_TO_ANSWER + DAY
    return PromptRow(new_id(), author.id, exchange.id, CLOSE, day, at_local(day, CLOSE_AT, author.zone))


def _rows(moment: Moment, exchange: ExchangeRow) -> list[AnswerRow]:
    return moment.work.answers.of(exchange.employee, exchange.id, "story")


def _told(moment: Moment, exchange: ExchangeRow) -> AnswerRow | None:
    """The text, while others may learn from it."""
    return next((row for row in _rows(moment, exchange) if row.key == TEXT and row.confirmed), None)


def ask(moment: Moment, prompt: PromptRow) -> Told | None:
    """Whether it may stay; nothing where it was taken back or deleted. The time to answer counts from now."""
    exchange = moment.work.exchanges.get(prompt.subject)
    author = moment.person(exchange.employee)
    if _told(moment, exchange) is None:
        return None
    today = moment.today(author)
    moment.work.prompts.plan(author.id, exchange.id, [_closing(author, exchange, today)], {CLOSE}, moment.now)
    see = Press("btn.story_see", ["story_see", exchange.id])
    question = Say("story.again", {"host_unit": exchange.host_unit, "date": today + TIME_TO_ANSWER})
    return Told([question], [*_answers(exchange), see])


def _answers(exchange: ExchangeRow) -> list[Press]:
    return [
        Press("btn.story_stays", ["story_stays", exchange.id], main=True),
        Press("btn.story_delete", ["story_delete", exchange.id]),
    ]


def see(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The story as it is, to answer with it in sight."""
    exchange = moment.work.exchanges.get(args[0])
    text = _told(moment, exchange)
    if person.id != exchange.employee or text is None:
        return Reply(note=moment.words.text(person.language, "data.gone" if text is None else "card.not_yours"))
    told = Told([Say("story.title"), Part(str(text.value), "own")], _answers(exchange))
    moment.tell(person, told, kind="answer", subject=exchange.id, replaces=shown_by(moment, incoming))
    return Reply()


def stays(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The author says yes, and is asked again after as long."""
    exchange = moment.work.exchanges.get(args[0])
    if refused := _refused(moment, person, exchange, incoming):
        return Reply(note=moment.words.text(person.language, refused))
    again = moment.words.date_and_year(person.language, plan(moment, exchange))
    moment.work.audit.add(moment.now, person.id, "story.stays", exchange.id)
    moment.tell(person, Told([Say("story.stays", {"date": again})]), kind="answer", replaces=shown_by(moment, incoming))
    return Reply()


def deleted(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The author says no."""
    exchange = moment.work.exchanges.get(args[0])
    if refused := _refused(moment, person, exchange, incoming):
        return Reply(note=moment.words.text(person.language, refused))
    helps = any(row.key == HELPER and row.value == "btn.yes" for row in _rows(moment, exchange))
    delete(moment, exchange)
    says = [Say("story.deleted"), *([Say("story.helper.gone")] if helps else [])]
    moment.tell(person, Told(says), kind="answer", replaces=shown_by(moment, incoming))
    return Reply()


def _refused(moment: Moment, person: PersonRow, exchange: ExchangeRow, incoming: Incoming) -> str:
    """Why an answer is not taken, if it is not."""
    if person.id != exchange.employee:
        return "card.not_yours"
    if not moment.work.conversations.spend(incoming.card):
        return "card.answered"
    return "" if _told(moment, exchange) else "data.gone"


def close(moment: Moment, prompt: PromptRow) -> str:
    """Deletes the story that nobody has said yes to again, also one that was taken back before."""
    exchange = moment.work.exchanges.get(prompt.subject)
    author = moment.person(exchange.employee)
    if author.active and any(row.state == "pending" for row in moment.work.prompts.of(exchange.id, REVIEW)):
        moment.work.prompts.add(_closing(author, exchange, moment.today(author)))  # the question is still to come
        return "cancelled"
    return "answered" if delete(moment, exchange) else "cancelled"


def delete(moment: Moment, exchange: ExchangeRow) -> bool:
    """Deletes all of a story, if there is one; whoever has left is erased where nothing else is kept."""
    rows = _rows(moment, exchange)
    if not rows:
        return False
    forget(moment, rows, at_the_end=True)
    talk = moment.work.conversations.find(exchange.employee, "story", exchange.id, "story")
    empty(moment, [talk] if talk else [])
    moment.work.audit.add(moment.now, exchange.employee, "story.deleted", exchange.id)
    erase_who_is_gone(moment, [exchange.employee])
    return True


PRESSES = {"story_see": see, "story_stays": stays, "story_delete": deleted}
PROMPTS = {REVIEW: telling(ask), CLOSE: acting(close)}
