"""What HR's report is reckoned from. Whoever reads a report gets figures; the answers themselves stay in here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from bot.moment import Moment
from bot.planning import days_of
from bot.programme.report import Balance, Figures, Histogram, added, balances, in_fives, share, shared_out
from bot.programme.tracks import SHORT_UP_TO
from bot.programme.visibility import may_quote
from bot.turns.common import is_outside, is_text, item
from bot.turns.counting import GOALS, POOL, SHARED, TALKS, counted, has_tick, tallies_of, totals_of
from bot.turns.stories import told_to
from bot.turns.weeks import open_tasks
from storage.records import AnswerRow, ExchangeRow, PersonRow, RoundRow

GOING = ("approved", "prepared", "running", "paused", "finished", "ended_early", "debriefed", "closed")
"""States of an exchange that has a place."""

WEEKS_UP_TO = 20
"""Exchange days up to which a stay counts as some weeks."""


def of_round(moment: Moment, row: RoundRow, hr: PersonRow) -> Figures:
    """The figures of a round, as HR may know them."""
    today = moment.today(hr)
    fewest = moment.choices(row.id).fewest
    sign_ups = [each for each in moment.work.rounds.sign_ups(row.id) if each.state != "draft"]
    going = [each for each in moment.work.exchanges.of_round(row.id) if each.state in GOING]
    rows = {each.id: moment.work.answers.about(each.id) for each in going}
    over = {each.id: each.end for each in going if each.end < today}
    first = in_fives(over, today, fewest)
    by_id = {each.id: each for each in going}
    live = counted(rows.values(), today, fewest, tallies_of(moment, row))
    kept = totals_of(moment, row)
    answers = {key: added((kept.get(key, {}), live.get(key, {}))) for key in {**kept, **live}}
    return Figures(
        sign_ups=len(sign_ups),
        withdrawn=sum(each.state == "withdrawn" for each in sign_ups),
        matches=len({each.sign_up for each in going}),
        over=len(over),
        tasks=sum(_tasks(moment, each) for each in going),
        pool=_pool(moment, row, rows, going),
        forms=shared_out(Counter(each.form for each in going), fewest),
        lengths=shared_out(Counter(_length(moment, each) for each in going), fewest),
        goals=share([has_tick(moment, by_id[id], rows[id], GOALS) for id in first], fewest),
        talks=share([has_tick(moment, by_id[id], rows[id], TALKS) for id in first], fewest),
        shared=share(_said_yes(answers.pop(SHARED, {})), fewest),
        answers=answers,
        texts=_texts(moment, rows.values(), today),
        stories=tuple(sorted(text for each, text, _ in told_to(moment, hr) if each.round == row.id)),
    )


def balance(moment: Moment, hr: PersonRow) -> tuple[list[Balance], Balance]:
    """Reciprocity over all rounds: of each workplace, and of the organisation as a whole."""
    home = moment.work.people.organisation(hr.organisation)
    going = [
        each
        for row in moment.work.rounds.all(hr.organisation)
        for each in moment.work.exchanges.of_round(row.id)
        if each.state in GOING
    ]
    received = sum(bool(each.host) and not is_outside(moment, each.host) for each in going)
    units = balances((each.home_unit, each.host_unit) for each in going)
    return units, Balance(home.name, len(going), received)


def aim(moment: Moment, row: RoundRow) -> str:
    """What the round set out to learn, in HR's words; empty where nothing was written."""
    rows = moment.work.answers.about(row.id)
    return next((str(each.value) for each in rows if each.key == "round.check.learn" and each.value), "")


def _texts(moment: Moment, exchanges: Iterable[list[AnswerRow]], today: date) -> dict[str, tuple[str, ...]]:
    """The texts that HR may read, by question. They are sorted, so that those of one person do not stand together."""
    found: dict[str, list[str]] = {}
    for rows in exchanges:
        ticked = {(row.person, row.occasion) for row in rows if row.key == "eval.quote" and row.value is True}
        for row in rows:
            written = row.day < today and row.key.startswith("eval.") and is_text(moment, row)
            if written and may_quote(item(row), (row.person, row.occasion) in ticked):
                found.setdefault(row.key, []).append(str(row.value))
    return {key: tuple(sorted(texts)) for key, texts in found.items()}


def _pool(
    moment: Moment, row: RoundRow, rows: Mapping[str, list[AnswerRow]], going: Iterable[ExchangeRow]
) -> int | None:
    """For how many the pool was asked, which HR was told of each; None where there is none and nobody has."""
    asked = sum(has_tick(moment, each, rows[each.id], POOL) for each in going)
    return asked if asked or moment.choices(row.id).pool else None


def _tasks(moment: Moment, exchange: ExchangeRow) -> int:
    if not exchange.leader or exchange.state in ("approved", "closed"):
        return 0
    return len(open_tasks(moment, exchange, moment.person(exchange.leader)))


def _length(moment: Moment, exchange: ExchangeRow) -> str:
    days = len(days_of(moment, exchange))
    if days <= SHORT_UP_TO:
        return "report.length.days"
    return "report.length.weeks" if days <= WEEKS_UP_TO else "report.length.months"


def _said_yes(counts: Histogram) -> list[bool]:
    """Yes and no, one for each who has answered."""
    return [True] * counts.get("btn.yes", 0) + [False] * counts.get("btn.no", 0)
