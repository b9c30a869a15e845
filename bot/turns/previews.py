"""The leader's overview of a week, for the employee to look at before it goes and after (spec 11.1)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.turns.weeks import goes_along, monday, of_week, summary
from dialogs.model import Say
from storage.records import ExchangeRow, PersonRow, PromptRow


def look(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Shows the employee the overview as the leader will get it, or got it."""
    exchange, occasion = moment.work.exchanges.get(args[0]), args[1]
    week = date.fromisoformat(occasion.removeprefix("week:"))
    if person.id != exchange.employee:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    leader = moment.first_name(exchange.leader)
    prompt = _of_week(moment, exchange, week)
    if prompt is None or prompt.state != "pending":
        copy: list[Say | Part] = [Say("sum.copy", {"leader": leader}), *_as_own(moment, exchange, person, week)]
        moment.tell(person, Told(copy), kind="answer", subject=exchange.id)
        return Reply()
    waiting = of_week(moment, exchange, week)
    goes = {row.id for row in waiting if goes_along(moment, exchange, row)}
    time = prompt.at.astimezone(ZoneInfo(person.zone)).time()
    says = _as_own(moment, exchange, person, week, {row.id for row in waiting}, goes)
    change = Press("btn.change_choice", ["reopen", "week", exchange.id, occasion])
    told = Told([Say("sum.preview", {"leader": leader, "time": time}), *says], [change] if waiting else [])
    moment.tell(person, told, kind="answer", subject=exchange.id)
    return Reply()


def _of_week(moment: Moment, exchange: ExchangeRow, week: date) -> PromptRow | None:
    """The overview of a week, sent or still to come."""
    prompts = moment.work.prompts.of(exchange.id, "week.overview")
    return next((row for row in prompts if monday(date.fromisoformat(str(row.data["about"]))) == monday(week)), None)


def _as_own(
    moment: Moment,
    exchange: ExchangeRow,
    person: PersonRow,
    week: date,
    settled: Collection[str] = (),
    ahead: Collection[str] = (),
) -> list[Part]:
    """The leader's overview in the employee's language."""
    leader = replace(moment.person(exchange.leader), language=person.language)
    says = summary(moment, exchange, leader, week, settled, ahead)
    return [Part(moment.words.say(person.language, say), "own") for say in says]


PRESSES = {"week_preview": look}
