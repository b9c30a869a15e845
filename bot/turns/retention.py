"""Months later: what was shared is deleted too, and what people wrote for a round that led to nothing (spec 12.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.moment import Moment
from bot.places import hosts_of
from bot.planning import facts_of
from bot.programme.calendar import at_local, months_after
from bot.programme.phases.after import after
from bot.programme.phases.facts import CLOSE_AT
from bot.programme.visibility import has_own_rule
from bot.turns.common import is_outside, item
from bot.turns.counting import keep_ticks
from bot.turns.figures import GOING
from bot.turns.forgetting import empty, erase_who_is_gone, forget
from bot.turns.moves import exchange_to
from bot.turns.pushes import acting
from storage.erasing import ERASED
from storage.records import ExchangeRow, PromptRow, RoundRow, new_id

SHARED, ROUND = "close.shared", "round.clear"
DAY = timedelta(days=1)

UNSETTLED = ("proposed", "accepted")
"""States of an exchange that somebody never said yes or no to."""


# An exchange


def plan_shared(moment: Moment, exchange: ExchangeRow) -> None:
    """Writes down when what was shared is deleted, also where nothing else is to come of the exchange."""
    if any(row.state == "pending" for row in moment.work.prompts.of(exchange.id, SHARED)):
        return
    for due in (it for it in after(facts_of(moment, exchange)) if it.kind == SHARED):
        known = moment.work.prompts.find(due.recipient, due.subject, SHARED, due.day)
        if known is None:
            moment.work.prompts.add(PromptRow(new_id(), due.recipient, due.subject, SHARED, due.day, due.at))
        elif known.state == "cancelled":
            moment.work.prompts.mark(known.id, "pending")


def shared_due(moment: Moment, prompt: PromptRow) -> str:
    """Deletes all that people wrote about an exchange, with the sign-up it began with. What HR counts stays a number.

    Evaluations go with their round. A story stays as long as its author can take it back.
    """
    exchange = moment.work.exchanges.get(prompt.subject)
    author = moment.person(exchange.employee)
    rows = moment.work.answers.about(exchange.id)
    keep_ticks(moment, exchange, rows)
    forget(moment, [row for row in rows if not has_own_rule(item(row), stays=author.active)], at_the_end=True)
    _clear_sign_up(moment, exchange.sign_up)
    empty(moment, moment.work.conversations.of_subject(exchange.id))
    moment.work.exchanges.update(replace(exchange, why=""))
    _clear_pages(moment, exchange)
    moment.work.audit.add(moment.now, prompt.recipient, "shared.deleted", exchange.id)
    erase_who_is_gone(moment, [*_parties(exchange), *(row.person for row in rows)])
    return "answered"


def _clear_pages(moment: Moment, exchange: ExchangeRow) -> None:
    """A host from outside reads on a page of ours what others keep in their own chat."""
    for host in hosts_of(exchange):
        if is_outside(moment, host):
            moment.work.erasing.page(host, exchange.id)


def _parties(exchange: ExchangeRow) -> Iterable[str]:
    return (exchange.employee, exchange.leader, *hosts_of(exchange))


def _clear_sign_up(moment: Moment, sign_up: str) -> None:
    """Only that somebody signed up stays, for the figures."""
    forget(moment, moment.work.answers.about(sign_up), at_the_end=True)
    empty(moment, moment.work.conversations.of_subject(sign_up))


# A round


def plan(moment: Moment, row: RoundRow) -> None:
    """Writes down when what led to nothing is deleted. Planned again, it is as the choices are now."""
    zone = moment.work.people.organisation(row.organisation).zone
    today = moment.now.astimezone(ZoneInfo(zone)).date()
    done = [known.day for known in moment.work.prompts.of(row.id, ROUND) if known.state == "answered"]
    days = {max(day, today + DAY) for day in _days(moment, row) if day > max(done, default=date.min)}
    due = [PromptRow(new_id(), row.id, row.id, ROUND, day, at_local(day, CLOSE_AT, zone)) for day in sorted(days)]
    moment.work.prompts.plan(row.id, row.id, due, {ROUND}, moment.now)


def _days(moment: Moment, row: RoundRow) -> tuple[date, date]:
    """When sign-ups without a place are deleted, and when offers are."""
    choices = moment.choices(row.id)
    over = row.finish_by
    return months_after(over, choices.sign_ups_kept_months), months_after(over, choices.offers_kept_months)


def round_due(moment: Moment, prompt: PromptRow) -> str:
    """Deletes what is due of a round by the day of the prompt; done twice it is as done once."""
    row = moment.work.rounds.get(prompt.subject)
    sign_ups, offers = _days(moment, row)
    if min(sign_ups, offers) > prompt.day:  # HR has chosen to keep it longer since
        plan(moment, row)
        return "cancelled"
    if sign_ups <= prompt.day:
        _clear_sign_ups(moment, row)
    if offers <= prompt.day:
        _clear_offers(moment, row)
    moment.work.audit.add(moment.now, row.id, "round.cleared", row.id)
    return "answered"


def _clear_sign_ups(moment: Moment, row: RoundRow) -> None:
    """Those without a place, and the proposals that came to nothing."""
    for talk in moment.work.conversations.of_subject(row.id):
        if talk.dialog == "match":  # HR left it half-way, and it names somebody
            forget(moment, moment.work.answers.of(talk.person, row.id, talk.occasion), at_the_end=True)
            empty(moment, [talk])
    exchanges = moment.work.exchanges.of_round(row.id)
    placed = {exchange.sign_up for exchange in exchanges if exchange.state in GOING}
    for sign_up in moment.work.rounds.sign_ups(row.id):
        if sign_up.id not in placed:
            _clear_sign_up(moment, sign_up.id)
            erase_who_is_gone(moment, (sign_up.person, sign_up.leader))
    for exchange in exchanges:
        if exchange.state not in GOING:
            forget(moment, moment.work.answers.about(exchange.id), at_the_end=True)
            empty(moment, moment.work.conversations.of_subject(exchange.id))
            over = exchange_to(moment, exchange, "withdrawn") if exchange.state in UNSETTLED else exchange
            moment.work.exchanges.update(replace(over, why=""))
            _clear_pages(moment, exchange)
            erase_who_is_gone(moment, _parties(exchange))


def _clear_offers(moment: Moment, row: RoundRow) -> None:
    """What hosts wrote about their workplace; that there was an offer stays."""
    for offer in moment.work.rounds.offers(row.id):
        forget(moment, moment.work.answers.about(offer.id), at_the_end=True)
        empty(moment, moment.work.conversations.of_subject(offer.id))
        moment.work.rounds.update_offer(replace(offer, unit=ERASED))
        erase_who_is_gone(moment, (offer.person,))


PROMPTS = {SHARED: acting(shared_due), ROUND: acting(round_due)}
