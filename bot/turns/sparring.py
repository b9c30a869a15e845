"""The leaders of a round meet once for sparring: they suggest dates, HR chooses one, everybody is invited (2.7)."""

from __future__ import annotations

from collections import Counter
from datetime import date

from bot.channel import Incoming, Reply
from bot.moment import Moment, Press, Told
from bot.programme.visibility import may_read
from bot.turns import dates
from bot.turns.common import as_date, circle_of, item
from dialogs.model import Say
from storage.records import ExchangeRow, PersonRow, RoundRow

QUESTION = "lead.prep.sparring"
GOING = ("approved", "prepared", "running", "paused", "finished", "ended_early", "debriefed")
"""States of an exchange whose leader is invited."""

ENOUGH = 2
"""Leaders who must have suggested a date before HR is asked to choose."""


def day_of(moment: Moment, round_id: str) -> date | None:
    """When the leaders of a round meet; None where nothing is set."""
    return as_date(moment.choices(round_id).sparring)


def suggested(moment: Moment, row: RoundRow, hr: PersonRow) -> dict[date, int]:
    """The days ahead that leaders suggest, with how many each suits; empty until two have answered, or once set."""
    meeting = day_of(moment, row.id)
    if meeting is not None and meeting >= moment.today(hr):
        return {}
    wanted = {
        exchange.leader: day
        for exchange in moment.work.exchanges.of_round(row.id)
        if exchange.state in GOING
        for answer in moment.work.answers.of(exchange.leader, exchange.id, "lead")
        if answer.key == QUESTION and may_read(item(answer), hr.id, circle_of(moment, exchange))
        if (day := as_date(str(answer.value))) is not None and day >= moment.today(hr)
    }
    counted = Counter(wanted.values())
    return dict(sorted(counted.items())) if len(wanted) >= ENOUGH else {}


def lines(moment: Moment, row: RoundRow, hr: PersonRow) -> list[Say]:
    """What HR's list says of it."""
    days = suggested(moment, row, hr)
    if days:
        listed = [Say("needs.sparring.date", {"date": day, "n": n}) for day, n in days.items()]
        return [Say("needs.sparring", {"programme": row.name, "list": listed})]
    meeting = day_of(moment, row.id)
    if meeting is not None and meeting >= moment.today(hr):
        return [Say("needs.sparring.set", {"programme": row.name, "date": meeting})]
    return []


def presses(moment: Moment, row: RoundRow, hr: PersonRow) -> list[Press]:
    """A button per suggested day."""
    return [
        Press(
            "btn.sparring",
            ["sparring", row.id, day.isoformat()],
            text=moment.words.text(hr.language, "btn.sparring", {"date": day}),
        )
        for day in suggested(moment, row, hr)
    ]


def pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """HR has chosen: all leaders of the round are invited, and so is whoever comes later."""
    round_id, chosen = args
    row = moment.work.rounds.get(round_id)
    if not person.hr or row.organisation != person.organisation:
        return Reply(note=moment.words.text(person.language, "only_hr"))
    if moment.choices(round_id).sparring == chosen:
        return Reply(note=moment.words.text(person.language, "card.answered"))
    day = date.fromisoformat(chosen)
    if day < moment.today(person):
        return Reply(note=moment.words.text(person.language, "sparring.past"))
    moment.work.choices.put(row.organisation, round_id, "sparring", chosen)
    moment.work.audit.add(moment.now, person.id, "round.sparring", round_id)
    invited = {exchange.leader: exchange for exchange in _going(moment, round_id)}
    for exchange in invited.values():
        _invite(moment, exchange, row, day)
    moment.tell(person, Told([Say("sparring.sent", {"date": day, "n": len(invited)})]), kind="answer", subject=round_id)
    return Reply()


def invite_late(moment: Moment, exchange: ExchangeRow) -> None:
    """A leader who comes to the round after the choice is invited too, while the day lies ahead; once."""
    day = day_of(moment, exchange.round)
    if day is None or day < moment.today(moment.person(exchange.leader)):
        return
    others = [it for it in _going(moment, exchange.round) if it.leader == exchange.leader and it.id != exchange.id]
    if not others:
        _invite(moment, exchange, moment.work.rounds.get(exchange.round), day)


def _going(moment: Moment, round_id: str) -> list[ExchangeRow]:
    return [row for row in moment.work.exchanges.of_round(round_id) if row.state in GOING and row.leader]


def _invite(moment: Moment, exchange: ExchangeRow, row: RoundRow, day: date) -> None:
    say = Say("lead.sparring.invite", {"programme": row.name, "date": day})
    press = dates.add_to_calendar(exchange, "sparring", day)
    moment.tell(moment.person(exchange.leader), Told([say], [press]), kind="news", subject=exchange.id)


def steps(moment: Moment, leader: PersonRow) -> list[Say]:
    """The meeting among the leader's own next steps, once per round."""
    rounds = {row.round for row in moment.work.exchanges.of_leader(leader.id) if row.state in GOING}
    meetings = sorted(day for round_id in rounds if (day := day_of(moment, round_id)) is not None)
    return [Say("task.sparring", {"date": day}) for day in meetings if day >= moment.today(leader)]


PRESSES = {"sparring": pressed}
