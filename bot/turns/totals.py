"""Some months after a round nobody's evaluation is kept any more, only what was told of it (spec 12.4)."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot import talks
from bot.moment import Moment
from bot.places import hosts_of
from bot.programme.calendar import at_local
from bot.programme.evaluation import DEALS
from bot.programme.phases.facts import CLOSE_AT
from bot.programme.report import added, anonymous_from
from bot.turns import counting, figures
from bot.turns.forgetting import erase_who_is_gone
from bot.turns.pushes import acting
from dialogs.model import Say
from storage.records import ExchangeRow, PromptRow, RoundRow, new_id

KIND = "totals"
DAY = timedelta(days=1)


def plan(moment: Moment, row: RoundRow) -> None:
    """Writes down when the answers of a round become totals, unless that is written already."""
    if any(prompt.state == "pending" for prompt in moment.work.prompts.of(row.id, KIND)):
        return
    zone = moment.work.people.organisation(row.organisation).zone
    day = max(_day(moment, row), moment.now.astimezone(ZoneInfo(zone)).date() + DAY)
    at = at_local(day, CLOSE_AT, zone)
    moment.work.prompts.add(PromptRow(new_id(), row.id, row.id, KIND, day, at))


def _day(moment: Moment, row: RoundRow) -> date:
    choices = moment.choices(row.id)
    ends = [each.end for each in moment.work.exchanges.of_round(row.id) if each.state in figures.GOING]
    check_over = timedelta(days=choices.second_check + choices.check_closes)
    return anonymous_from(row.finish_by, ends, check_over, choices.evaluation_kept_months)


def due(moment: Moment, prompt: PromptRow) -> str:
    """Adds what may be told to the totals and deletes the answers, all at once; later where the round goes on."""
    row = moment.work.rounds.get(prompt.subject)
    if _day(moment, row) > prompt.day:
        plan(moment, row)
        return "cancelled"
    exchanges = moment.work.exchanges.of_round(row.id)
    for exchange in exchanges:
        _close(moment, exchange)
    answers = [
        [each for each in moment.work.answers.about(exchange.id) if each.visibility == "A" or each.key == "eval.quote"]
        for exchange in exchanges
    ]
    told = counting.counted(answers, prompt.day + DAY, moment.choices(row.id).fewest)
    kept = counting.totals_of(moment, row)
    totals = {key: added((kept.get(key, {}), told.get(key, {}))) for key in {**kept, **told}}
    moment.work.choices.put(row.organisation, row.id, counting.TOTALS, totals)
    for each in (each for several in answers for each in several):
        moment.work.answers.delete(each.id)
    moment.work.audit.add(moment.now, row.id, "evaluation.anonymous", row.id)
    erase_who_is_gone(moment, (id for each in exchanges for id in (each.employee, each.leader, *hosts_of(each))))
    return "answered"


def _close(moment: Moment, exchange: ExchangeRow) -> None:
    """An evaluation that somebody is still in ends here."""
    for talked in moment.work.conversations.of_subject(exchange.id):
        if talked.dialog in DEALS and talked.status in ("open", "paused"):
            talks.close(moment, talks.load(moment, talked), "stopped", Say("stop.closed"))


PROMPTS = {KIND: acting(due)}
