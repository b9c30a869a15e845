"""The leader's word: support in principle at sign-up, approval with a written reason once the place is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import talks
from bot.channel import Incoming, Reply
from bot.holding import DECISION
from bot.moment import Moment, Press, Told
from bot.places import hosts_of, stop_of
from bot.planning import replan
from bot.planning import worker as worker_of
from bot.programme.calendar import working_day_after
from bot.programme.states import Circumstances
from bot.script import Ending, Script, Talk, Topic
from bot.turns import sparring, swaps
from bot.turns.common import bare, decision_told, facts_of_exchange, facts_of_round
from bot.turns.dates import add_to_calendar
from bot.turns.moves import exchange_to, sign_up_to
from bot.turns.needs import remind_hr
from bot.turns.picking import shown_by
from bot.turns.pushes import acting
from bot.turns.signups import wish_of, with_other_leader
from dialogs.approval import APPROVE, PRINCIPLE
from dialogs.model import Say
from storage.records import ExchangeRow, PersonRow, PromptRow

CALL_DAYS = 5
"""Working days within which the two sides arrange a first call (own default)."""

PROPOSED_DAYS = 3
"""Working days after which that call is proposed, unless it has to be sooner (own default)."""


def principle_facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """What the leader needs to say yes in principle: who, and the wish to learn, which is the leader's to read."""
    sign_up = moment.work.rounds.sign_up(topic.subject)
    return {
        **facts_of_round(moment, topic, moment.work.rounds.get(sign_up.round)),
        "name": moment.first_name(sign_up.person),
        "leader": moment.first_name(sign_up.person),
        "text": bare(wish_of(moment, sign_up, topic.person.language)),
    }


def principle_finish(moment: Moment, talk: Talk) -> Ending:
    """Tells the employee. A no goes on to HR, who can help."""
    sign_up = moment.work.rounds.sign_up(talk.row.subject)
    if _is_closed(moment, talk.person, "principle", sign_up.id):
        return Ending([Say("stop.closed")])
    employee = moment.person(sign_up.person)
    decision = str(talk.state.answers["approve.principle"])
    support = {"btn.approve": "yes", "btn.talk_first": "talk", "btn.reject": "no"}[decision]
    moment.work.rounds.update_sign_up(replace(sign_up, support=support))
    moment.work.answers.confirm(talk.person.id, sign_up.id, talk.row.occasion)
    _tell_employee(moment, talk, employee, support, sign_up.id)
    if support == "talk":
        return Ending([Say("approve.talk.noted", talk.facts)], [_after_talk(talk)])
    key = "approve.noted.principle" if support == "yes" else "approve.noted"
    return Ending([Say(key, talk.facts)])


def approve_facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """Place, dates and form, and whose exchange it is."""
    exchange = moment.work.exchanges.get(topic.subject)
    facts = facts_of_exchange(moment, topic, exchange)
    form, _, _ = moment.words.text(topic.person.language, exchange.form or "form.short").partition(":")
    wish = bare(wish_of(moment, moment.work.rounds.sign_up(exchange.sign_up), topic.person.language))
    return {**facts, "leader": facts["name"], "text": form.lower(), "item": wish or "…"}


def approve_finish(moment: Moment, talk: Talk) -> Ending:
    """Approved with a reason: the exchange is on, everybody is told, and the prompts are planned."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    if _is_closed(moment, talk.person, "approve", exchange.id):
        return Ending([Say("stop.closed")])
    if exchange.state != "accepted":
        return Ending([Say("card.answered")])
    employee = moment.person(exchange.employee)
    decision = str(talk.state.answers["approve.final"])
    moment.work.answers.confirm(talk.person.id, exchange.id, talk.row.occasion)
    if decision == "btn.talk_first":
        _tell_employee(moment, talk, employee, "talk", exchange.id)
        return Ending([Say("approve.talk.noted", talk.facts)], [_after_talk(talk)])
    if decision == "btn.reject":
        exchange_to(moment, exchange, "rejected")
        sign_up = moment.work.rounds.sign_up(exchange.sign_up)
        sign_up_to(moment, replace(sign_up, support="no"), "in_matching")
        for hr in moment.work.people.hr(employee.organisation):
            remind_hr(moment, hr, exchange.round)
        swaps.tell_gone(moment, exchange)
        _tell_employee(moment, talk, employee, "no", exchange.id)
        return Ending([Say("approve.noted", talk.facts)])
    reason = Circumstances(justified=bool(talk.state.answers.get("lead.prep.justify")))
    approved = exchange_to(moment, replace(exchange, approved_at=moment.now), "approved", reason)
    sign_up = moment.work.rounds.sign_up(exchange.sign_up)
    sign_up_to(moment, replace(sign_up, support="yes"), "placed")
    moment.work.audit.add(moment.now, talk.person.id, "exchange.approved", exchange.id)
    _tell_all(moment, approved)
    sparring.invite_late(moment, approved)
    replan(moment, approved)
    return Ending([Say("approve.noted.final", talk.facts)])


def _tell_all(moment: Moment, exchange: ExchangeRow) -> None:
    employee = moment.person(exchange.employee)
    reason = next(
        (
            row
            for row in moment.work.answers.of(exchange.leader, exchange.id, "approve")
            if row.key == "lead.prep.justify"
        ),
        None,
    )
    today = moment.today(employee)
    by = max(today, min(working_day_after(worker_of(employee), today, CALL_DAYS), exchange.start))
    facts = facts_of_exchange(moment, Topic(employee, "approve", exchange.id, "approve"), exchange)
    says = [Say("approve.told.final", facts)]
    if reason is not None:
        says.append(Say("approve.told.reason", {"text": str(reason.value)}))
    hosts = [moment.person(host) for host in hosts_of(exchange)]
    says += [Say("match.with", {**facts, "host": host.name}) for host in hosts[:1]]
    says += [Say("match.with.too", {"host": host.name, "host_unit": _unit(exchange, host.id)}) for host in hosts[1:]]
    call = add_to_calendar(exchange, "first", min(working_day_after(worker_of(employee), today, PROPOSED_DAYS), by))
    ahead = by > today
    calls = [call] if ahead else []
    says.append(Say("match.yes" if ahead else "match.yes.now", {**facts, "date": by}))
    moment.tell(employee, Told(says, calls), kind=DECISION, subject=exchange.id)
    for host in hosts:
        facts = facts_of_exchange(moment, Topic(host, "approve", exchange.id, "approve"), exchange)
        say = Say("match.yes.host" if ahead else "match.yes.host.now", {**facts, "date": by})
        moment.tell(host, Told([say], calls), kind="news", subject=exchange.id)


def _unit(exchange: ExchangeRow, host: str) -> str:
    stop = stop_of(exchange, host)
    return stop.unit if stop else exchange.host_unit


def _tell_employee(moment: Moment, talk: Talk, employee: PersonRow, support: str, subject: str) -> None:
    values = {**talk.facts, "leader": talk.person.name.split()[0]}
    if support == "no":
        values["text"] = bare(str(talk.state.answers.get("approve.no.reason", "")))
    moment.tell(employee, Told([Say(f"approve.told.{support}", values)]), kind=DECISION, subject=subject)


def _after_talk(talk: Talk) -> Press:
    return Press("btn.have_talked", ["decide_again", talk.row.dialog, talk.row.subject], main=True)


def _is_closed(moment: Moment, leader: PersonRow, dialog: str, subject: str) -> bool:
    """True when the wish or the exchange was withdrawn, or somebody else is the leader now."""
    if dialog == "principle":
        sign_up = moment.work.rounds.sign_up(subject)
        return sign_up.state == "withdrawn" or sign_up.leader != leader.id
    exchange = moment.work.exchanges.get(subject)
    return exchange.state == "withdrawn" or exchange.leader != leader.id


def _is_decided(moment: Moment, dialog: str, subject: str) -> bool:
    """True when a yes or a no has been given."""
    if dialog == "principle":
        return moment.work.rounds.sign_up(subject).support in ("yes", "no")
    return moment.work.exchanges.get(subject).state != "accepted"


def decide_again(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """After the talk the leader is asked afresh; the earlier "talk first" gives way."""
    dialog, subject = args
    if _is_closed(moment, person, dialog, subject):
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    row = moment.work.conversations.find(person.id, dialog, subject, dialog)
    if row is None or _is_decided(moment, dialog, subject):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    if row.status == "done":
        for answer in moment.work.answers.of(person.id, subject, dialog):
            moment.work.answers.delete(answer.id)
        moment.work.conversations.put(replace(row, state={}, status="open", card="", touched=moment.now))
    talks.begin(moment, Topic(person, dialog, subject, dialog), replaces=shown_by(moment, incoming))
    return Reply()


def remind(moment: Moment, prompt: PromptRow) -> str:
    """Reminds the leader once while the decision is open."""
    exchange = moment.work.exchanges.find(prompt.subject)
    if exchange is None or exchange.state != "accepted":
        return "cancelled"
    leader = moment.person(exchange.leader)
    today = moment.today(leader)
    deadline = max(today, min(exchange.start, working_day_after(worker_of(leader), today, CALL_DAYS)))
    values = {**approve_facts(moment, Topic(leader, "approve", exchange.id, "approve")), "deadline": deadline}
    row = moment.work.conversations.find(leader.id, "approve", exchange.id, "approve")
    talked = row is not None and row.status == "done"
    again = ["decide_again", "approve", exchange.id] if talked else ["begin", "approve", exchange.id, "approve"]
    press = Press("btn.answer", again, main=True)
    told = Told([Say("approve.remind", values)], [press])
    moment.tell(leader, told, kind="task", subject=exchange.id, preview="approve.title")
    return "said"


def ways_out(moment: Moment, talk: Talk) -> list[Press]:
    """Who was named leader and is not says so: answering is how a leader confirms."""
    return [Press("btn.not_leader", ["not_leader", talk.row.subject])]


def not_leader(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Somebody else is the leader: the employee names them, and nothing more is asked here."""
    sign_up = moment.work.rounds.sign_up(args[0])
    if _is_closed(moment, person, "principle", sign_up.id) or _is_decided(moment, "principle", sign_up.id):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    row = moment.work.conversations.find(person.id, "principle", sign_up.id, "principle")
    if row is None or not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    employee = moment.person(sign_up.person)
    values = {"name": moment.first_name(employee.id), "leader": moment.first_name(person.id)}
    talks.close(moment, talks.load(moment, row), "stopped", Say("approve.not_leader.noted", values))
    moment.work.rounds.update_sign_up(with_other_leader(moment, sign_up, ""))
    press = Press("btn.other_leader", ["other_leader", sign_up.id], main=True)
    moment.tell(employee, Told([Say("approve.not_leader", values)], [press]), kind="news", subject=sign_up.id)
    return Reply()


SCRIPTS = {
    "principle": Script(PRINCIPLE, principle_facts, principle_finish, decision_told, ways_out),
    "approve": Script(APPROVE, approve_facts, approve_finish, decision_told),
}
PRESSES = {
    "decide_again": decide_again,
    "not_leader": not_leader,
}
PROMPTS = {
    "approve.remind": acting(remind),
}
