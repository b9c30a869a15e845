"""What HR has paired is proposed to the employee and to the hosts, and each says yes or no."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot import talks
from bot.moment import Moment, Press, Told
from bot.places import hosts_of
from bot.planning import worker as worker_of
from bot.programme.calendar import at_local, working_day_after, working_day_before
from bot.programme.schedule import TASK_AT
from bot.programme.states import Circumstances
from bot.script import Ending, Script, Talk, Topic
from bot.turns import reaching, split, swaps
from bot.turns.common import decision_told, ended, facts_of_exchange, no_facts
from bot.turns.moves import exchange_to, offer_to, sign_up_to
from bot.turns.needs import remind_hr
from bot.turns.pushes import telling
from bot.turns.signups import ask_leader, wish_of
from dialogs.match import HOST_PROPOSAL, PROPOSAL
from dialogs.model import Say
from storage.records import ExchangeRow, PersonRow, PromptRow, new_id

ANSWER_DAYS = 5
"""Working days to answer a proposal (own default)."""


def ask_hosts(moment: Moment, exchange: ExchangeRow) -> None:
    """Asks every host of the exchange."""
    for host in map(moment.person, hosts_of(exchange)):
        ask(moment, host, "host_proposal", exchange)
        reaching.asked(moment, host, exchange.employee)


def ask(moment: Moment, person: PersonRow, dialog: str, exchange: ExchangeRow) -> None:
    """Asks one side, and plans the one reminder before the answer is due."""
    talks.begin(moment, Topic(person, dialog, exchange.id, "proposal"))
    worker = worker_of(person)
    tomorrow = working_day_after(worker, moment.today(person))
    day = max(tomorrow, working_day_before(worker, _answer_by(moment, person, exchange)))
    at = at_local(day, TASK_AT, person.zone)
    moment.work.prompts.add(PromptRow(new_id(), person.id, exchange.id, "proposal.remind", day, at))


def remind(moment: Moment, prompt: PromptRow) -> Told | None:
    """The one reminder of a proposal that waits."""
    exchange = moment.work.exchanges.get(prompt.subject)
    dialog = "host_proposal" if prompt.recipient in hosts_of(exchange) else "proposal"
    row = moment.work.conversations.find(prompt.recipient, dialog, exchange.id, "proposal")
    if exchange.state != "proposed" or row is None or row.status not in ("open", "paused"):
        return None
    person = moment.person(prompt.recipient)
    deadline = _answer_by(moment, person, exchange, 1)
    values = {
        **facts_of_exchange(moment, Topic(person, dialog, exchange.id, "proposal"), exchange),
        "deadline": deadline,
    }
    key = "match.remind.host" if dialog == "host_proposal" else "match.remind"
    return Told([Say(key, values)], [Press("btn.answer", ["begin", dialog, exchange.id, "proposal"], main=True)])


def _answer_by(moment: Moment, person: PersonRow, exchange: ExchangeRow, days: int = ANSWER_DAYS) -> date:
    """Until when to answer: in some working days, or the last one before the stay where that is sooner."""
    hours, today = worker_of(person), moment.today(person)
    return max(today, min(working_day_after(hours, today, days), working_day_before(hours, exchange.start)))


def proposal_facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """What a proposal says: place, dates, the reason, and until when to answer."""
    exchange = moment.work.exchanges.get(topic.subject)
    deadline = _answer_by(moment, topic.person, exchange)
    sign_up = moment.work.rounds.sign_up(exchange.sign_up)
    reason = exchange.why or moment.words.text(topic.person.language, "match.why.default")
    is_host = topic.dialog == "host_proposal"
    return {
        **no_facts(moment, topic),
        **facts_of_exchange(moment, topic, exchange),
        "text": ended(wish_of(moment, sign_up, topic.person.language) if is_host else reason),
        "name": moment.first_name(exchange.employee) if is_host else "HR",
        "deadline": deadline,
    }


def proposal_finish(moment: Moment, talk: Talk) -> Ending:
    """The person's yes goes on to the host; a no sends the wish back to HR, and nothing is asked."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    if exchange.state != "proposed":
        return Ending([Say("card.answered")])
    if talk.state.answers["match.propose.emp"] == "btn.decline":
        _decline(moment, exchange)
        return Ending([Say("match.declined.emp")])
    if [host for host in hosts_of(exchange) if host != exchange.employee]:
        ask_hosts(moment, exchange)
    else:
        accept(moment, exchange)
    return Ending([Say("match.accepted.emp", {"host_unit": talk.facts["host_unit"]})])


def host_finish(moment: Moment, talk: Talk) -> Ending:
    """The host's yes goes on to the leader; a no is told kindly."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    if exchange.state != "proposed":
        return Ending([Say("card.answered")])
    if talk.state.answers["match.propose.host"] == "btn.decline":
        _decline(moment, exchange)
        employee = moment.person(exchange.employee)
        moment.tell(employee, Told([Say("match.no.emp")]), kind="news", subject=exchange.id)
        split.tell_other_hosts(moment, exchange, talk.person)
        return Ending([Say("match.declined.host")])
    if not split.all_said_yes(moment, exchange):
        return Ending([Say("match.accepted.host.more", {"name": moment.first_name(exchange.employee)})])
    accept(moment, exchange)
    return Ending([Say("match.accepted.host", {"name": moment.first_name(exchange.employee)})])


def accept(moment: Moment, exchange: ExchangeRow) -> None:
    """Both sides have said yes: the leader decides."""
    ask_leader(moment, exchange_to(moment, exchange, "accepted", Circumstances(host_said_yes=True)))


def _decline(moment: Moment, exchange: ExchangeRow) -> None:
    exchange_to(moment, exchange, "declined")
    sign_up_to(moment, moment.work.rounds.sign_up(exchange.sign_up), "in_matching")
    for offer in split.offers(moment, exchange, "proposed"):
        offer_to(moment, offer, "open")
    swaps.tell_gone(moment, exchange)
    for hr in moment.work.people.hr(moment.person(exchange.employee).organisation):
        remind_hr(moment, hr, exchange.round)


SCRIPTS = {
    "proposal": Script(PROPOSAL, proposal_facts, proposal_finish, decision_told),
    "host_proposal": Script(HOST_PROPOSAL, proposal_facts, host_finish, decision_told),
}
PROMPTS = {"proposal.remind": telling(remind)}
