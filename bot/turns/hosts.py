"""The host: a short preparation, what is open before the start, the first morning, check-ins and a thank-you."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot import talks
from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.places import stop_of
from bot.planning import days_of
from bot.script import Ending, Script, Talk, Topic
from bot.turns import host_words
from bot.turns.common import exchange_of, facts_of_exchange, first, is_outside
from bot.turns.host_words import FIRST_DAY, PREPARED
from bot.turns.minutes import minutes_of
from bot.turns.people import told
from bot.turns.preparations import goals_of, readable_by
from bot.turns.pushes import acting, telling
from dialogs.host import HOST_CHECK, HOST_MORE, HOST_PREPARATION, TEXT
from dialogs.model import Ask, Say, Visibility
from storage.records import AnswerRow, ConversationRow, ExchangeRow, PersonRow, PromptRow, Stop, new_id

AHEAD = ("approved", "prepared")
"""States of an exchange that is agreed and has not begun."""

GOING = (*AHEAD, "running", "paused")
GONE = ("withdrawn", "rejected", "closed", "proposed", "declined", "accepted")
"""States of an exchange that there is nothing to thank for."""

TEAM, DECLARATION, SIGNED = "host.prep.team", "host.prep.declaration", "host.signed"
TICKS = {"team": TEAM, "signed": SIGNED}
"""What a host ticks off in one press, by what the button says."""


# Who is host, and of what


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The facts of the exchange as its host sees them: their own place, and how long the guest has been there."""
    exchange = exchange_of(moment, topic)
    stop = _stop(exchange, topic.person.id)
    today = moment.today(topic.person)
    days = [day for day in days_of(moment, exchange) if stop.start <= day <= stop.end]
    return {
        **facts_of_exchange(moment, topic, exchange),
        "host": first(topic.person.name),
        "host_unit": stop.unit,
        "start": stop.start,
        "end": stop.end,
        "n": len([day for day in days if day <= today]),
        "days_left": len([day for day in days if day > today]),
    }


def _stop(exchange: ExchangeRow, person: str) -> Stop:
    """The place of this host; the whole exchange for one who was host when the conversation began."""
    return stop_of(exchange, person) or Stop(person, exchange.host_unit, exchange.start, exchange.end)


def who(moment: Moment, talk: Talk, ask: Ask) -> Say | None:
    """Who will see the answer, as its host reads it: the guest and the guest's leader."""
    if ask.visibility is not Visibility.THREE_PARTY:
        return None
    return Say("privacy.vis.T", {"leader": talk.facts["name"], "host": talk.facts["leader"]})


def _once(moment: Moment, person: PersonRow, what: str) -> bool:
    """True the first time; a change of an answer tells nothing a second time."""
    if what in moment.person(person.id).told:
        return False
    told(moment, person, what)
    return True


def _exchange_for(moment: Moment, prompt: PromptRow, states: Sequence[str]) -> ExchangeRow | None:
    """The exchange, while it is in one of the states and the recipient is host in it."""
    exchange = moment.work.exchanges.find(prompt.subject)
    if exchange is None or exchange.state not in states or stop_of(exchange, prompt.recipient) is None:
        return None
    return exchange


# The preparation


def beside(moment: Moment, talk: Talk) -> list[Say | Part]:
    """The goals, once the employee and the leader have agreed on them."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    goals = goals_of(readable_by(moment, exchange, talk.person.id, "prep"))
    listed = [goals[f"goal#{n}"] for n in (1, 2, 3) if f"goal#{n}" in goals]
    return [Say("host.prep.goals", {"list": listed})] if listed else []


def finish(moment: Moment, talk: Talk) -> Ending:
    """What the host wrote becomes readable to the employee and the leader; the employee is told."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    kept = moment.work.answers.of(talk.person.id, exchange.id, PREPARED)
    news = any(not row.confirmed for row in kept)
    moment.work.answers.confirm(talk.person.id, exchange.id, PREPARED)
    employee = moment.person(exchange.employee)
    first_time = _once(moment, talk.person, f"host.prep:{exchange.id}")
    if kept and news and exchange.state in GOING:
        key = "host.prep.told" if first_time else "host.prep.changed"
        says = [Say(key, {"host": first(talk.person.name)})]
        look = host_words.press(moment, exchange, employee)
        moment.tell(employee, Told(says, look), kind="news", subject=exchange.id)
    return Ending([], [Press("btn.change_answers", ["reopen", "host.prep", exchange.id, PREPARED])])


def invite(moment: Moment, prompt: PromptRow) -> Told | None:
    """Ten days before: five short questions; nothing when they are answered."""
    exchange = _exchange_for(moment, prompt, AHEAD)
    if exchange is None or _is_done(moment, exchange, prompt.recipient):
        return None
    host = moment.person(prompt.recipient)
    topic = Topic(host, "host.prep", exchange.id, PREPARED)
    return Told(
        [Say("push.hostprep", facts(moment, topic))], [_start(moment, topic), Press("btn.later", ["later", prompt.id])]
    )


def _start(moment: Moment, topic: Topic) -> Press:
    minutes = minutes_of(moment, topic, HOST_PREPARATION, full=False)
    return Press("btn.start_min", ["begin", "host.prep", topic.subject, PREPARED], main=True, minutes=minutes)


def _is_done(moment: Moment, exchange: ExchangeRow, host: str) -> bool:
    row = moment.work.conversations.find(host, "host.prep", exchange.id, PREPARED)
    return row is not None and row.status == "done"


def practical(moment: Moment, prompt: PromptRow) -> Told | None:
    """What is still open before the start, with a press for each; nothing when nothing is."""
    exchange = _exchange_for(moment, prompt, AHEAD)
    if exchange is None:
        return None
    host = moment.person(prompt.recipient)
    topic = Topic(host, "host.prep", exchange.id, PREPARED)
    values = facts(moment, topic)
    answers = {row.key: row.value for row in moment.work.answers.of(host.id, exchange.id, PREPARED)}
    items: list[Say] = []
    presses: list[Press] = []
    if not _is_done(moment, exchange, host.id):
        items.append(Say("host.open.prep"))
        presses.append(_start(moment, topic))
    elif FIRST_DAY not in answers:
        items.append(Say("host.open.firstday"))
        presses.append(Press("btn.change_answers", ["reopen", "host.prep", exchange.id, PREPARED], main=True))
    if TEAM not in answers:
        items.append(Say("host.open.team"))
        label = moment.words.text(host.language, TEAM, values)
        presses.append(Press(TEAM, ["host_tick", exchange.id, "team"], text=label))
    if answers.get(DECLARATION) == "btn.yes" and SIGNED not in answers:
        items.append(Say("host.open.declaration", values))
        presses.append(Press("btn.signed", ["host_tick", exchange.id, "signed"]))
    return Told([Say("push.practical", {**values, "list": items})], presses) if items else None


def tick(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The host ticks off something that was open. The rest of the message stays."""
    exchange, key = moment.work.exchanges.find(args[0]), TICKS[args[1]]
    if exchange is None or stop_of(exchange, person.id) is None:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if exchange.state in GONE:
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    kept = moment.work.answers.of(person.id, exchange.id, PREPARED)
    if any(row.key == key for row in kept):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    values = facts(moment, Topic(person, "host.prep", exchange.id, PREPARED))
    moment.work.answers.put(
        AnswerRow(
            id=new_id(),
            person=person.id,
            subject=exchange.id,
            occasion=PREPARED,
            key=key,
            visibility=Visibility.THREE_PARTY.value,
            value=True,
            question=moment.words.text(person.language, TEAM if key == TEAM else DECLARATION, values),
            day=moment.today(person),
            confirmed=True,
        )
    )
    moment.tell(person, Told([Say("host.noted")]), kind="answer", subject=exchange.id)
    return Reply()


def first_morning(moment: Moment, prompt: PromptRow) -> Told | None:
    """The first morning: who comes today, where and when, and a tip."""
    exchange = _exchange_for(moment, prompt, GOING)
    if exchange is None:
        return None
    host = moment.person(prompt.recipient)
    rows = moment.work.answers.of(host.id, exchange.id, PREPARED)
    where = [Say("host.first.where", {"text": str(row.value)}) for row in rows if row.key == FIRST_DAY]
    today = Say("host.first.today", facts(moment, Topic(host, "host.prep", exchange.id, PREPARED)))
    return Told([today, *where, Say("host.prep.tip")])


# Along the way


def check(moment: Moment, prompt: PromptRow) -> str:
    """The check-in of one minute: a question that is answered in one press."""
    exchange = _exchange_for(moment, prompt, GOING)
    host = moment.work.people.find(prompt.recipient)
    if exchange is None or host is None:
        return "cancelled"
    talks.begin(moment, Topic(host, "host.check", exchange.id, f"host.check:{prompt.day.isoformat()}"))
    return "said"


def is_past(moment: Moment, row: ConversationRow) -> bool:
    """Whether it asks how a visit goes that is over."""
    return row.dialog == "host.check" and moment.work.exchanges.get(row.subject).state not in GOING


def check_opening(moment: Moment, talk: Talk) -> list[Say]:
    """From when to when the guest is there: days that were missed are not the host's to know from here."""
    return [Say("host.check.intro" if int(talk.facts["n"]) > 1 else "host.check.intro.day", talk.facts)]


def check_finish(moment: Moment, talk: Talk) -> Ending:
    """The answer is readable to both. Who wants to be contacted is named to both at once."""
    exchange, host = moment.work.exchanges.get(talk.row.subject), talk.person
    moment.work.answers.confirm(host.id, exchange.id, talk.row.occasion)
    answer = str(talk.state.answers.get("host.check.plan", ""))
    more = [Press("btn.tell_more", ["begin", "host.more", exchange.id, talk.row.occasion])]
    if answer == "host.check.plan.no":
        _tell_to_call(moment, exchange, host, talk.facts)
        return Ending([Say("host.check.saved.contact")], more)
    if answer == "host.check.plan.adjust":
        employee = moment.person(exchange.employee)
        says = [Say("host.adjust.told", {"host": first(host.name)})]
        moment.tell(
            employee, Told(says, host_words.press(moment, exchange, employee)), kind="news", subject=exchange.id
        )
    return Ending([Say("host.check.saved" if answer else "ok.saved")], more)


def _tell_to_call(moment: Moment, exchange: ExchangeRow, host: PersonRow, values: Mapping[str, Any]) -> None:
    reached = is_outside(moment, host.id) and host.email
    mail = [Say("host.contact.mail", {"host": first(host.name), "text": host.email})] if reached else []
    for reader, key in ((exchange.leader, "host.contact.leader"), (exchange.employee, "host.contact.employee")):
        if reader:
            told_to = moment.person(reader)
            look = host_words.press(moment, exchange, told_to)
            moment.tell(told_to, Told([Say(key, values), *mail], look), kind="news", subject=exchange.id)


def more_finish(moment: Moment, talk: Talk) -> Ending:
    """What the host added is readable to both."""
    moment.work.answers.confirm(talk.person.id, talk.row.subject, talk.row.occasion)
    return Ending([Say("host.check.saved")])


def thanks(moment: Moment, prompt: PromptRow) -> Told | None:
    """The day after: a thank-you, unless the guest's own has come already."""
    exchange = moment.work.exchanges.find(prompt.subject)
    if exchange is None or exchange.state in GONE or stop_of(exchange, prompt.recipient) is None:
        return None
    if any(prompt.recipient in row.released for row in moment.work.answers.about(exchange.id) if row.key == TEXT):
        return None
    host = moment.person(prompt.recipient)
    return Told([Say("host.goodbye", facts(moment, Topic(host, "host.prep", exchange.id, PREPARED)))])


def wrote(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Shows the employee or the leader what the hosts have written."""
    exchange = moment.work.exchanges.find(args[0])
    if exchange is None or person.id not in (exchange.employee, exchange.leader):
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    values = {"host": moment.first_name(exchange.host) or exchange.host_unit}
    shown = host_words.parts(moment, exchange, person) or [Say("host.wrote.nothing", values)]
    moment.tell(person, Told(shown), kind="answer", subject=exchange.id)
    return Reply()


SCRIPTS = {
    "host.prep": Script(HOST_PREPARATION, facts, finish, who, beside=beside),
    "host.check": Script(HOST_CHECK, facts, check_finish, who, opening=check_opening),
    "host.more": Script(HOST_MORE, facts, more_finish, who),
}
PRESSES = {"host_tick": tick, "host_wrote": wrote}
PROMPTS = {
    "host.prep": telling(invite),
    "host.practical": telling(practical),
    "host.first": telling(first_morning),
    "host.check": acting(check),
    "host.thanks": telling(thanks),
}
