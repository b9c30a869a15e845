"""Answers as HR's report counts them: in whole fives, and still the same when the answers themselves are deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from bot.moment import Moment
from bot.programme.evaluation import DEALS
from bot.programme.report import NOT_COUNTED, PEOPLE, Given, Histogram, added, countable, histogram
from bot.programme.visibility import may_count
from bot.turns.common import item
from storage.records import AnswerRow, ExchangeRow, RoundRow

STATEMENTS = frozenset(key for deal in DEALS.values() for key in deal.all)
"""The questions of the evaluation that have an answer to count."""

SHARED = "fu30.shared"
REALISED = "lead.fu90.realised"

ASKED_LATER = (SHARED, REALISED, "fu90.contact", "fu90.easier", "fu90.org")
"""What is asked after a month and after 90 days."""

HINDERED = "hinder:"
"""What got in the way is counted apart for each time it is asked."""

TOTALS = "totals"
"""The name under which a round's totals are kept when the answers are gone."""

TALLY = "tally"
"""The name under which it is kept which exchanges stand in the totals, and what waits for a whole five."""

GOALS, TALKS, POOL = "goals", "talks", "pool"
TICKS = "ticks"
"""The name under which the exchanges are kept whose ticks are gone: of the goals, of the talks, and for the pool."""

Found = dict[str, dict[tuple[str, str], Given]]
"""By what it is counted under: who answered it about which exchange."""


@dataclass(frozen=True)
class Tally:
    """Of one question: the exchanges that are counted already, and the sum of answers that are gone and are not.

    What is `left` is of fewer people than are ever told of; how many they are stands under PEOPLE.
    """

    done: frozenset[str] = frozenset()
    left: Histogram = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        """How many people gave what is left."""
        return self.left.get(PEOPLE, 0)


NO_TALLY = Tally()


def totals_of(moment: Moment, row: RoundRow) -> Mapping[str, Histogram]:
    """The totals of answers that are gone."""
    kept = moment.work.choices.of(row.organisation, row.id).get(TOTALS, {})
    return kept if isinstance(kept, dict) else {}


def tallies_of(moment: Moment, row: RoundRow) -> dict[str, Tally]:
    """What is known beside the totals of answers that are gone, by question."""
    kept = moment.work.choices.of(row.organisation, row.id).get(TALLY, {})
    return {key: Tally(frozenset(one["done"]), one["left"]) for key, one in kept.items()}


def counted(
    exchanges: Iterable[list[AnswerRow]], today: date, fewest: int, tallies: Mapping[str, Tally] | None = None
) -> dict[str, dict[str, int]]:
    """Per question how many gave each answer, of what was answered before `today` and as far as it may be told."""
    known = tallies or {}
    found = given(exchanges)
    told = {key: _told(found.get(key, {}), known.get(key, NO_TALLY), today, fewest) for key in {**known, **found}}
    return {key: _histogram(key, several, known.get(key, NO_TALLY)) for key, several in told.items() if several}


def given(exchanges: Iterable[list[AnswerRow]]) -> Found:
    """All answers that are counted somewhere. Several about the same, such as one for each action, are one."""
    found: Found = {}
    for rows in exchanges:
        for row in rows:
            key = counted_as(row)
            if not key or row.value is None or not may_count(item(row)):
                continue
            # What an exchange brought is asked per exchange, whoever leads it; all else counts people.
            who = row.subject if row.visibility == "H" else row.person
            several = found.setdefault(key, {})
            before = several.get((who, row.subject))
            said = map(str, row.value if isinstance(row.value, list) else [row.value])
            value = tuple(dict.fromkeys((*(before.value if before else ()), *said)))
            several[who, row.subject] = Given(row.day, row.id, who, value)
    return found


def _told(several: Mapping[tuple[str, str], Given], tally: Tally, today: date, fewest: int) -> list[Given]:
    """Those who make whole fives, with what is left of answers that are gone."""
    new = (one for (_, exchange), one in several.items() if exchange not in tally.done)
    return countable(new, today, fewest, tally.waiting)


def _histogram(key: str, told: list[Given], tally: Tally) -> dict[str, int]:
    """Where several things can be chosen, how many people did stands with it."""
    counts = added((tally.left, histogram(told)))
    counts.pop(PEOPLE, None)
    return counts | ({PEOPLE: len(told) + tally.waiting} if key.startswith(HINDERED) else {})


def counted_as(row: AnswerRow) -> str:
    """The name an answer is counted under; empty when it is not."""
    key = row.key.partition("#")[0]
    if key == "fu.hinder":
        return HINDERED + row.occasion
    return key if key in STATEMENTS or key in ASKED_LATER else ""


def keep_counts(moment: Moment, exchange: ExchangeRow, rows: Collection[AnswerRow], *, all_of_it: bool = True) -> None:
    """Before `rows` are deleted: what HR is told stays as it is, and what waits for a whole five waits as a number.

    Evaluations have a rule of their own. Not `all_of_it`: somebody deletes some, so what was not told of is let go.
    """
    going = {key for key in map(counted_as, rows) if key.startswith(HINDERED) or key in (SHARED, REALISED)}
    if not going:
        return
    round_row = moment.work.rounds.get(exchange.round)
    zone = moment.work.people.organisation(round_row.organisation).zone
    today = moment.now.astimezone(ZoneInfo(zone)).date()
    fewest = moment.choices(round_row.id).fewest
    found = given(moment.work.answers.about(each.id) for each in moment.work.exchanges.of_round(round_row.id))
    tallies, totals = tallies_of(moment, round_row), dict(totals_of(moment, round_row))
    for key in sorted(going):
        several, tally = found.get(key, {}), tallies.get(key, NO_TALLY)
        if told := _told(several, tally, today, fewest):
            totals[key] = added((totals.get(key, {}), _histogram(key, told, tally)))
            told_of = {about for (_, about), one in several.items() if one in told}
            tally = Tally(tally.done | told_of)
        left = [one for (_, about), one in several.items() if about == exchange.id and about not in tally.done]
        if all_of_it and left:
            tally = _set_down(tally, exchange, left)
        tallies[key] = tally
    work, scope = moment.work.choices, (round_row.organisation, round_row.id)
    kept = {key: {"done": sorted(one.done), "left": dict(one.left)} for key, one in tallies.items()}
    work.put(*scope, TALLY, kept)
    work.put(*scope, TOTALS, totals)


def _set_down(tally: Tally, exchange: ExchangeRow, left: Collection[Given]) -> Tally:
    """With the answers about one exchange among those that are a number only. Not relevant is no answer."""
    answers = [one for one in left if NOT_COUNTED not in one.value]
    sums = added((tally.left, histogram(answers), {PEOPLE: len(answers)}))
    return Tally(tally.done | {exchange.id}, sums)


# Ticks of an exchange


def has_tick(moment: Moment, exchange: ExchangeRow, rows: Iterable[AnswerRow], name: str) -> bool:
    """Whether both agreed on the goals, the return talk was held, or the pool asked for; also once that is deleted."""
    return exchange.id in _ticks_of(moment, exchange).get(name, ()) or _stands(exchange, [*rows], name)


def keep_ticks(moment: Moment, exchange: ExchangeRow, rows: Collection[AnswerRow]) -> None:
    """Before the answers of an exchange are deleted: that both agreed, the talk was held, and the pool asked for."""
    ticks = {name: {*_ticks_of(moment, exchange).get(name, ())} for name in (GOALS, TALKS, POOL)}
    for name, those in ticks.items():
        if _stands(exchange, rows, name):
            those.add(exchange.id)
    organisation = moment.work.rounds.get(exchange.round).organisation
    kept = {name: sorted(those) for name, those in ticks.items()}
    moment.work.choices.put(organisation, exchange.round, TICKS, kept)


def _ticks_of(moment: Moment, exchange: ExchangeRow) -> Mapping[str, Collection[str]]:
    organisation = moment.work.rounds.get(exchange.round).organisation
    kept = moment.work.choices.of(organisation, exchange.round).get(TICKS, {})
    return kept if isinstance(kept, dict) else {}


def _stands(exchange: ExchangeRow, rows: Collection[AnswerRow], name: str) -> bool:
    if name == TALKS:
        return any(row.key == "lead.ret.held" and row.value is True and may_count(item(row)) for row in rows)
    if name == POOL:
        said = {row.key: row.value for row in rows if row.occasion == "lead"}
        return said.get("lead.prep.pool") == "btn.yes" and said.get("lead.prep.cover") == "lead.prep.cover.sub"
    ticked = {row.person for row in rows if row.key == "goals.agreed" and may_count(item(row))}
    return exchange.employee in ticked and len(ticked) > 1  # whoever led then
