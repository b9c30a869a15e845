"""HR's one list "what needs me", and what an employee or a leader sees as their next step."""

from __future__ import annotations

from datetime import date, timedelta

from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.planning import is_full
from bot.planning import worker as worker_of
from bot.programme.calendar import at_local, working_day_after
from bot.programme.schedule import PLANNED
from bot.turns import after, reaching, sparring, still_open, stories, swaps
from bot.turns.people import is_gone
from bot.turns.pushes import acting
from dialogs.model import Say
from storage.records import ExchangeRow, PersonRow, PromptRow, RoundRow, SignUpRow, new_id

SHOWN = (
    "proposed",
    "accepted",
    "declined",
    "rejected",
    "approved",
    "prepared",
    "running",
    "finished",
    "debriefed",
    "withdrawn",
    "ended_early",
)
"""States of an exchange that HR sees in the list."""

WAITING = ("signed_up", "in_matching")
TO_APPROVE = (*WAITING, "proposed")
"""States of a sign-up in which its leader still has to approve."""


def remind_hr(moment: Moment, hr: PersonRow, round_id: str) -> None:
    """Puts the list on HR's next working morning; one a day, however much happens."""
    day = working_day_after(worker_of(hr), moment.today(hr))
    at = at_local(day, hr.starts, hr.zone) + timedelta(hours=1)
    moment.work.prompts.add(PromptRow(new_id(), hr.id, hr.organisation, "hr.needs", day, at))


def due(moment: Moment, prompt: PromptRow) -> str:
    """The list, if there is anything on it."""
    hr = moment.person(prompt.recipient)
    if not anything(moment, hr):
        return "cancelled"
    tell(moment, hr, kind="hr.needs")
    return "said"


def anything(moment: Moment, hr: PersonRow) -> bool:
    """True when something waits for HR."""
    waiting = any(_waiting(moment, row) for row in moment.work.rounds.all(hr.organisation))
    meeting = any(sparring.suggested(moment, row, hr) for row in moment.work.rounds.all(hr.organisation))
    pool = any(_pool_wishes(moment, row) for row in moment.work.rounds.all(hr.organisation))
    gone = any(
        _led_by_nobody(moment, row) or _to_be_approved_by_nobody(moment, row)
        for row in moment.work.rounds.all(hr.organisation)
    )
    return waiting or meeting or pool or gone or bool(reaching.not_reached(moment, hr.organisation))


def pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """HR asks for the list."""
    if not person.hr:
        return Reply(note=moment.words.text(person.language, "only_hr"))
    tell(moment, person, kind="answer")
    return Reply()


def tell(moment: Moment, hr: PersonRow, *, kind: str) -> None:
    """Each round with what waits in it, and the way to do it."""
    title = "needs.title" if anything(moment, hr) else "needs.title.nothing"
    parts: list[Say | Part] = [Part(moment.words.text(hr.language, title), "title")]
    presses: list[Press] = []
    rounds = [row for row in moment.work.rounds.all(hr.organisation) if row.state != "draft"]
    for row in rounds:
        parts += [*_lines(moment, row, moment.today(hr)), *sparring.lines(moment, row, hr)]
        if _waiting(moment, row):
            label = moment.words.text(hr.language, "btn.find_place", {"programme": row.name})
            presses.append(Press("", ["match", row.id], text=label, main=not presses))
        presses += sparring.presses(moment, row, hr)
        for exchange in _pool_wishes(moment, row):
            label = moment.words.text(hr.language, "btn.pool_done", {"name": moment.first_name(exchange.employee)})
            presses.append(Press("", ["pool_done", exchange.id], text=label))
    if not rounds:
        parts.append(Say("needs.no_round"))
    says, links = reaching.lines(moment, hr)
    parts += says
    presses += links
    presses.append(Press("btn.new_round", ["new_round"]))
    if stories.told_to(moment, hr):
        presses.append(Press("btn.stories", ["stories"]))
    if rounds:
        presses.append(Press("btn.report", ["report", ""]))
    moment.tell(hr, Told(parts, presses, menu=True), kind=kind, preview=title)


def _lines(moment: Moment, row: RoundRow, today: date) -> list[Say | Part]:
    sign_ups = [sign_up for sign_up in moment.work.rounds.sign_ups(row.id) if sign_up.state != "draft"]
    offers = [offer for offer in moment.work.rounds.offers(row.id) if offer.state == "open"]
    waiting = _waiting(moment, row)
    exchanges = moment.work.exchanges.of_round(row.id)
    values = {
        "programme": row.name,
        "deadline": row.deadline,
        "n": len(waiting),
        "total": sum(sign_up.state != "withdrawn" for sign_up in sign_ups),
        "text": len(offers),
    }
    lines: list[Say | Part] = [Say("needs.round", values)]
    lines += [Say("needs.wish", _wish_values(moment, sign_up)) for sign_up in waiting]
    for sign_up in _to_be_approved_by_nobody(moment, row):
        gone = {"name": moment.person(sign_up.person).name, "leader": moment.first_name(sign_up.leader)}
        lines.append(Say("needs.leader_gone.early", gone))
    latest = {exchange.sign_up: exchange for exchange in exchanges}
    for exchange in latest.values():
        if exchange.state in SHOWN:
            lines.append(Say(f"needs.{exchange.state}", _exchange_values(moment, exchange)))
            lines += _before(moment, exchange)
        if _is_led_by_nobody(moment, exchange):
            lines.append(Say("needs.leader_gone", _exchange_values(moment, exchange)))
        if swaps.is_half(moment, exchange):
            lines.append(Say("needs.half_gone", _exchange_values(moment, exchange)))
    meetings = [
        Say("push.firstmeeting", {"host_unit": exchange.host_unit, "date": exchange.start})
        for exchange in latest.values()
        if exchange.state == "approved" and exchange.start > today
    ]
    return [*lines, *meetings, *([Say("meet.agenda")] if meetings else [])]


def _before(moment: Moment, exchange: ExchangeRow) -> list[Say]:
    """What is not in place before an exchange, and a wish for the pool; neither stops anything."""
    name = moment.person(exchange.employee).name
    missing = still_open.of(moment, exchange, full=is_full(moment, exchange))
    lines = [Say("needs.open", {"name": name, "list": missing})] if missing else []
    if still_open.wants_pool(moment, exchange):
        lines.append(Say("needs.pool", {"name": name, "leader": moment.first_name(exchange.leader)}))
    return lines


def _pool_wishes(moment: Moment, row: RoundRow) -> list[ExchangeRow]:
    """Exchanges whose leader waits for the pool."""
    latest = {exchange.sign_up: exchange for exchange in moment.work.exchanges.of_round(row.id)}
    return [exchange for exchange in latest.values() if still_open.wants_pool(moment, exchange)]


def pool_done(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """HR has dealt with a wish for the pool: it is on the list no more. The list stays for the rest."""
    exchange = moment.work.exchanges.find(args[0])
    if not person.hr or exchange is None or not _is_of(moment, exchange, person):
        return Reply(note=moment.words.text(person.language, "only_hr"))
    if not still_open.wants_pool(moment, exchange):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    said = Say("needs.pool.done", {"leader": moment.first_name(exchange.leader)})
    question = moment.words.say(person.language, said)
    after.note(moment, person, exchange, "pool", still_open.POOL_DONE, question, value=True, visibility="H")
    moment.work.audit.add(moment.now, person.id, "pool.done", exchange.id)
    moment.tell(person, Told([said]), kind="answer")
    return Reply()


def _is_of(moment: Moment, exchange: ExchangeRow, hr: PersonRow) -> bool:
    return moment.work.rounds.get(exchange.round).organisation == hr.organisation


def _led_by_nobody(moment: Moment, row: RoundRow) -> list[ExchangeRow]:
    return [it for it in moment.work.exchanges.of_round(row.id) if _is_led_by_nobody(moment, it)]


def _is_led_by_nobody(moment: Moment, exchange: ExchangeRow) -> bool:
    """Whether the leader has gone, and the employee has not named another yet; nobody else can."""
    return exchange.state in PLANNED and _has_gone(moment, exchange.leader)


def _to_be_approved_by_nobody(moment: Moment, row: RoundRow) -> list[SignUpRow]:
    """Sign-ups whose leader has gone before the approval, while the employee has not named another."""
    sign_ups = (it for it in moment.work.rounds.sign_ups(row.id) if it.state in TO_APPROVE)
    return [sign_up for sign_up in sign_ups if _has_gone(moment, sign_up.leader)]


def _has_gone(moment: Moment, leader_id: str) -> bool:
    leader = moment.work.people.find(leader_id) if leader_id else None
    return leader is not None and is_gone(moment, leader)


def _waiting(moment: Moment, row: RoundRow) -> list[SignUpRow]:
    return [sign_up for sign_up in moment.work.rounds.sign_ups(row.id) if sign_up.state in WAITING]


def _wish_values(moment: Moment, sign_up: SignUpRow) -> dict[str, object]:
    person = moment.person(sign_up.person)
    return {
        "name": person.name,
        "home_unit": person.unit or "–",
        "text": Say(f"needs.support.{sign_up.support or 'open'}"),
    }


def _exchange_values(moment: Moment, exchange: ExchangeRow) -> dict[str, object]:
    return {
        "name": moment.person(exchange.employee).name,
        "host_unit": exchange.host_unit,
        "leader": moment.first_name(exchange.leader),
        "start": exchange.start,
        "end": exchange.end,
    }


PRESSES = {
    "needs": pressed,
    "pool_done": pool_done,
}
PROMPTS = {
    "hr.needs": acting(due),
}
