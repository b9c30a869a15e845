"""What HR's report is reckoned from. Whoever reads a report gets figures; the answers themselves stay in here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from bot.moment import Moment
from bot.planning import days_of
from bot.programme.evaluation import DEALS
from bot.programme.report import (
    PEOPLE,
    Balance,
    Figures,
    Given,
    Histogram,
    added,
    balances,
    countable,
    histogram,
    in_fives,
    share,
    shared_out,
)
from bot.programme.tracks import SHORT_UP_TO
from bot.programme.visibility import may_count, may_quote
from bot.turns.common import is_outside, is_text, item
from bot.turns.stories import told_to
from bot.turns.weeks import open_tasks
from storage.records import AnswerRow, ExchangeRow, PersonRow, RoundRow

GOING = ("approved", "prepared", "running", "paused", "finished", "ended_early", "debriefed", "closed")
"""States of an exchange that has a place."""

WEEKS_UP_TO = 20
"""Exchange days up to which a stay counts as some weeks."""

STATEMENTS = frozenset(key for deal in DEALS.values() for key in deal.all)
"""The questions of the evaluation that have an answer to count."""

SHARED = "fu30.shared"

ASKED_LATER = (SHARED, "lead.fu90.realised", "fu90.contact", "fu90.easier", "fu90.org")
"""What is asked after a month and after 90 days."""

HINDERED = "hinder:"
"""What got in the way is counted apart for each time it is asked."""

TOTALS = "totals"
"""The name under which a round's totals are kept when the answers are gone."""


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
    answers = counted(rows.values(), today, fewest)
    kept = totals_of(moment, row)
    return Figures(
        sign_ups=len(sign_ups),
        withdrawn=sum(each.state == "withdrawn" for each in sign_ups),
        matches=len({each.sign_up for each in going}),
        over=len(over),
        tasks=sum(_tasks(moment, each) for each in going),
        forms=shared_out(Counter(each.form for each in going), fewest),
        lengths=shared_out(Counter(_length(moment, each) for each in going), fewest),
        goals=share([_both(by_id[id], rows[id]) for id in first], fewest),
        talks=share([_holds(rows[id], "lead.ret.held", True) for id in first], fewest),
        shared=share(_said_yes(answers.pop(SHARED, {})), fewest),
        answers={key: added((kept.get(key, {}), answers.get(key, {}))) for key in {**kept, **answers}},
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


def totals_of(moment: Moment, row: RoundRow) -> Mapping[str, Histogram]:
    """The totals of answers that are gone."""
    kept = moment.work.choices.of(row.organisation, row.id).get(TOTALS, {})
    return kept if isinstance(kept, dict) else {}


def counted(exchanges: Iterable[list[AnswerRow]], today: date, fewest: int) -> dict[str, dict[str, int]]:
    """Per question how many gave each answer, of what was answered before `today` and as far as it may be told."""
    given: dict[str, dict[tuple[str, str], Given]] = {}
    for rows in exchanges:
        for row in rows:
            key = _counted_as(row)
            if not key or row.value is None or not may_count(item(row)):
                continue
            # What an exchange brought is asked per exchange, whoever leads it; all else counts people.
            who = row.subject if row.visibility == "H" else row.person
            several = given.setdefault(key, {})
            before = several.get((who, row.subject))
            said = map(str, row.value if isinstance(row.value, list) else [row.value])
            value = tuple(dict.fromkeys((*(before.value if before else ()), *said)))
            several[who, row.subject] = Given(row.day, row.id, who, value)
    told = {key: countable(several.values(), today, fewest) for key, several in given.items()}
    return {key: _histogram(key, several) for key, several in told.items() if several}


def _histogram(key: str, several: list[Given]) -> dict[str, int]:
    """Where several things can be chosen, how many people did stands with it."""
    return histogram(several) | ({PEOPLE: len(several)} if key.startswith(HINDERED) else {})


def _counted_as(row: AnswerRow) -> str:
    """The name an answer is counted under; empty when it is not."""
    key = row.key.partition("#")[0]
    if key == "fu.hinder":
        return HINDERED + row.occasion
    return key if key in STATEMENTS or key in ASKED_LATER else ""


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


def _tasks(moment: Moment, exchange: ExchangeRow) -> int:
    if not exchange.leader or exchange.state in ("approved", "closed"):
        return 0
    return len(open_tasks(moment, exchange, moment.person(exchange.leader)))


def _length(moment: Moment, exchange: ExchangeRow) -> str:
    days = len(days_of(moment, exchange))
    if days <= SHORT_UP_TO:
        return "report.length.days"
    return "report.length.weeks" if days <= WEEKS_UP_TO else "report.length.months"


def _both(exchange: ExchangeRow, rows: list[AnswerRow]) -> bool:
    """Whether both have ticked that they agree on the goals, whoever led then."""
    ticked = {row.person for row in rows if row.key == "goals.agreed" and may_count(item(row))}
    return exchange.employee in ticked and len(ticked) > 1


def _said_yes(counts: Histogram) -> list[bool]:
    """Yes and no, one for each who has answered."""
    return [True] * counts.get("btn.yes", 0) + [False] * counts.get("btn.no", 0)


def _holds(rows: list[AnswerRow], key: str, value: object) -> bool:
    return any(row.key == key and row.value == value and may_count(item(row)) for row in rows)
