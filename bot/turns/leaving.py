"""Stopping: no reason asked, nothing more happens, and those who wait are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import talks
from bot.moment import Moment, Press, Told
from bot.planning import replan
from bot.script import Ending, Script, Talk, Topic
from bot.turns.common import facts_of_exchange, facts_of_round, who_sees
from bot.turns.moves import exchange_to, offer_to, sign_up_to
from bot.turns.needs import remind_hr
from dialogs.model import Say
from dialogs.settings import STOP
from storage.records import ExchangeRow, SignUpRow

LIVE = ("proposed", "accepted", "approved", "prepared", "running", "paused", "finished")
UNDER_WAY = ("running", "paused")
OVER = ("finished", "debriefed")


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """What would be stopped."""
    exchange = moment.work.exchanges.find(topic.subject)
    if exchange is not None:
        return facts_of_exchange(moment, topic, exchange)
    sign_up = moment.work.rounds.sign_up(topic.subject)
    return facts_of_round(moment, topic, moment.work.rounds.get(sign_up.round))


def what_to_stop(moment: Moment, topic_person: str) -> str:
    """The exchange or sign-up a person is in, newest first; empty when there is none."""
    for exchange in reversed(moment.work.exchanges.of_employee(topic_person)):
        if exchange.state in LIVE:
            return exchange.id
    person = moment.person(topic_person)
    for round_row in moment.work.rounds.all(person.organisation):
        sign_up = moment.work.rounds.sign_up_of(round_row.id, topic_person)
        if sign_up is not None:
            return sign_up.id
    return ""


def finish(moment: Moment, talk: Talk) -> Ending:
    """Withdraws, or ends early when the exchange is under way."""
    if talk.state.answers.get("stop.ask") != "btn.yes":
        return Ending([Say("stop.kept")])
    exchange = moment.work.exchanges.find(talk.row.subject)
    if exchange is None:
        sign_up = moment.work.rounds.sign_up(talk.row.subject)
        return _withdraw(moment, talk, sign_up)
    return _end(moment, talk, exchange)


def _withdraw(moment: Moment, talk: Talk, sign_up: SignUpRow) -> Ending:
    for exchange in moment.work.exchanges.of_employee(sign_up.person):
        if exchange.sign_up == sign_up.id and exchange.state in LIVE:
            return _end(moment, talk, exchange)
    round_row = moment.work.rounds.get(sign_up.round)
    sign_up_to(moment, sign_up, "withdrawn")
    _forget(moment, sign_up)
    _silence(moment, sign_up.id)
    moment.work.audit.add(moment.now, talk.person.id, "sign_up.withdrawn", sign_up.id)
    if sign_up.leader_told and sign_up.leader:
        _tell(moment, sign_up.leader, talk, round_row.name, sign_up.id)
    _tell_hr(moment, talk, sign_up.round)
    return Ending([Say("sign.withdraw", {"date": moment.today(talk.person)})])


def _forget(moment: Moment, sign_up: SignUpRow) -> None:
    """The answers of a withdrawn sign-up are deleted at once; only that it was withdrawn is kept."""
    for row in moment.work.answers.of(sign_up.person, sign_up.id, "sign"):
        moment.work.answers.delete(row.id)


def _tell_hr(moment: Moment, talk: Talk, round_id: str) -> None:
    for hr in moment.work.people.hr(talk.person.organisation):
        remind_hr(moment, hr, round_id)


def _end(moment: Moment, talk: Talk, exchange: ExchangeRow) -> Ending:
    under_way = exchange.state in UNDER_WAY
    round_row = moment.work.rounds.get(exchange.round)
    over = exchange.state in OVER
    state = "ended_early" if under_way else "closed" if over else "withdrawn"
    end = min(exchange.end, moment.today(talk.person)) if under_way else exchange.end
    days = tuple(day for day in exchange.days if day <= end)
    ended = exchange_to(moment, replace(exchange, end=end, days=days), state)
    sign_up = moment.work.rounds.sign_up(exchange.sign_up)
    if not over:
        sign_up_to(moment, sign_up, "withdrawn")
        _forget(moment, sign_up)
    if exchange.offer and not over:
        offer_to(moment, moment.work.rounds.offer(exchange.offer), "open")
    _silence(moment, exchange.id)
    moment.work.audit.add(moment.now, talk.person.id, f"exchange.{state}", exchange.id)
    if over:
        return Ending([Say("stop.closed")])
    _tell_hr(moment, talk, exchange.round)
    for other in {exchange.leader, exchange.host} - {""}:
        _tell(moment, other, talk, round_row.name, exchange.id)
    if under_way:
        replan(moment, ended)
        debrief = Press("btn.debrief", ["begin", "deb", exchange.id, "deb"], main=True)
        return Ending([Say("end.early", {"date": end})], [debrief, Press("btn.no_thanks", ["done"])])
    return Ending([Say("sign.withdraw", {"date": moment.today(talk.person)})])


def _silence(moment: Moment, subject: str) -> None:
    """Nothing more goes out about it: prompts and what is queued are cancelled, open cards closed."""
    moment.work.prompts.cancel(subject)
    moment.work.outbox.cancel(subject)
    for row in moment.work.conversations.of_subject(subject):
        if row.status in ("open", "paused") and row.dialog != "stop":
            talks.close(moment, talks.load(moment, row), "stopped", Say("stop.closed"))


def _tell(moment: Moment, person_id: str, talk: Talk, programme: str, subject: str) -> None:
    values = {"name": talk.person.name.split()[0], "programme": programme}
    moment.tell(moment.person(person_id), Told([Say("stop.told", values)]), kind="news", subject=subject)


STOP_SCRIPT = Script(STOP, facts, finish, who_sees, keeps=False)
