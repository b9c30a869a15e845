"""A month and three months after: the employee looks at the plan, the leader at what came of it."""

from __future__ import annotations

from typing import Any

from bot import talks
from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.planning import replan
from bot.programme.states import Circumstances
from bot.programme.visibility import is_counted
from bot.script import Ending, Script, Talk, Topic
from bot.turns import after
from bot.turns.common import bare, exchange_of, facts_of_exchange, label_of, latest, shown_to_others, who_sees
from bot.turns.moves import exchange_to
from bot.turns.picking import shown_by
from bot.turns.pushes import acting, telling
from dialogs.follow_up import FIRST_CHECK, LEADER_CHECK, SECOND_CHECK
from dialogs.model import Ask, Say, Visibility
from storage.records import AnswerRow, ExchangeRow, PersonRow, PromptRow

FIRST, SECOND, LEADERS = "fu30", "fu90", "lead.fu90"


# The employee


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The plan as it is now, and what the leader was asked for."""
    exchange = exchange_of(moment, topic)
    rows = moment.work.answers.of(topic.person.id, exchange.id, "deb")
    checked = (FIRST,) if topic.dialog == SECOND else ()
    rows += [row for occasion in checked for row in moment.work.answers.of(topic.person.id, exchange.id, occasion)]
    plan = {f"action#{action.number}": bare(action.text) for action in after.plan_of(rows, *checked)}
    return {
        **facts_of_exchange(moment, topic, exchange),
        **plan,
        "planned": bool(plan),
        "request": after.request_of(rows),
    }


def beside(moment: Moment, talk: Talk) -> list[Say | Part]:
    """What the leader answered to the request, where it is asked about."""
    if talk.state.at not in ("fu30.shared", "fu30.request"):
        return []
    exchange = moment.work.exchanges.get(talk.row.subject)
    answers = [
        row
        for row in after.read_by(moment, exchange, talk.person.id)
        if row.key in ("lead.ret.answer", "lead.ret.commit")
    ]
    parts: list[Say | Part] = []
    for row in answers:
        parts.append(Part(label_of(moment, talk.person.language, row), "small"))
        parts.append(Part(shown_to_others(moment, talk.person.language, row), "own"))
    return parts


def who(moment: Moment, talk: Talk, ask: Ask) -> Say | None:
    """Who sees an answer; also where HR counts one that is nobody's to read."""
    if ask.visibility is Visibility.SHARED_ON_REQUEST and is_counted(ask.key):
        return Say("privacy.vis.S.counted")
    return who_sees(moment, talk, ask)


def finish(moment: Moment, talk: Talk) -> Ending:
    """The plan is as the person says now, and the leader can read it."""
    moment.work.answers.confirm(talk.person.id, talk.row.subject, talk.row.occasion, anew=False)
    replan(moment, moment.work.exchanges.get(talk.row.subject))
    last = [Say("fu.thanks")] if talk.row.dialog == SECOND else []
    return Ending([Say("fu.done")] if talk.facts["planned"] and not last else last or [Say("ok.saved")])


def push(moment: Moment, prompt: PromptRow) -> Told | None:
    """The invitation to a check; that of the first month only where there is something to ask about."""
    exchange = moment.work.exchanges.get(prompt.subject)
    dialog = prompt.kind.partition(".")[0]
    if exchange.state not in after.OVER or _is_answered(moment, exchange, dialog):
        return None
    topic = Topic(moment.person(prompt.recipient), dialog, exchange.id, dialog)
    known = facts(moment, topic)
    if dialog == FIRST and not known["planned"] and not known["request"]:
        return None
    presses = [
        Press("btn.start", ["begin", dialog, exchange.id, dialog], main=True),
        Press("btn.later", ["later", prompt.id]),
    ]
    n = after.days_since(moment, exchange, topic.person)
    return Told([Say("fu30.intro" if dialog == FIRST else "fu90.intro", {"n": n})], presses)


def remind(moment: Moment, prompt: PromptRow) -> Told | None:
    """The one reminder of the last check; it can be declined."""
    exchange = moment.work.exchanges.get(prompt.subject)
    if exchange.state not in after.OVER or _is_answered(moment, exchange, SECOND):
        return None
    closing = [row.day for row in moment.work.prompts.of(exchange.id, "fu90.close") if row.state == "pending"]
    if not closing:
        return None
    presses = [
        Press("btn.start", ["begin", SECOND, exchange.id, SECOND], main=True),
        Press("btn.no_thanks", ["fu_skip", exchange.id]),
    ]
    return Told([Say("push.fu90.again", {"date": min(closing)})], presses)


def skip(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The last check is declined: it is not asked about again."""
    exchange = moment.work.exchanges.get(args[0])
    if person.id != exchange.employee:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    moment.tell(
        person, Told([Say("fu.skipped")]), kind="answer", subject=exchange.id, replaces=shown_by(moment, incoming)
    )
    return Reply()


def close(moment: Moment, prompt: PromptRow) -> str:
    """Ten days after: what was not answered is asked no more. After the last check the exchange is closed."""
    exchange = moment.work.exchanges.get(prompt.subject)
    dialog = prompt.kind.partition(".")[0]
    _stop(moment, exchange.employee, dialog, exchange)
    if dialog == SECOND:
        _stop(moment, exchange.leader, LEADERS, exchange)
        close_exchange(moment, exchange)
    return "answered"


def _stop(moment: Moment, person: str, dialog: str, exchange: ExchangeRow) -> None:
    row = moment.work.conversations.find(person, dialog, exchange.id, dialog)
    if row is not None and row.status in ("open", "paused"):
        talks.close(moment, talks.load(moment, row), "stopped", Say("fu.closed"))


def close_exchange(moment: Moment, exchange: ExchangeRow) -> ExchangeRow:
    """The exchange is closed, whether or not the last check was answered (T25); its deletion is still to come."""
    if exchange.state in ("approved", "prepared", "running", "paused"):  # nobody was there to be asked
        exchange = exchange_to(moment, exchange, "finished", Circumstances(over=True))
    if exchange.state not in after.OVER:
        return exchange
    moment.work.audit.add(moment.now, exchange.employee, "exchange.closed", exchange.id)
    return exchange_to(moment, exchange, "closed")


def _is_answered(moment: Moment, exchange: ExchangeRow, dialog: str) -> bool:
    row = moment.work.conversations.find(exchange.employee, dialog, exchange.id, dialog)
    return row is not None and row.status == "done"


# The leader


def leader_push(moment: Moment, prompt: PromptRow) -> Told | None:
    """Whether what was promised is done. Nothing where nothing was promised."""
    exchange = moment.work.exchanges.get(prompt.subject)
    rows = after.read_by(moment, exchange, prompt.recipient)
    promised = after.commitment_of(rows)
    if exchange.state not in after.OVER or promised is None or not after.is_held(rows):
        return None
    question = _leader_question(moment, exchange, promised.text)
    presses = [
        Press(answer, ["lead_fu30", exchange.id, answer], main=answer == "btn.yes") for answer in ("btn.yes", "btn.no")
    ]
    return Told([question], presses)


def _leader_question(moment: Moment, exchange: ExchangeRow, text: str) -> Say:
    n = after.days_since(moment, exchange, moment.person(exchange.leader))
    return Say("lead.fu30", {"name": moment.first_name(exchange.employee), "text": text, "n": n})


def leader_answer(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Keeps whether it is done; what is not done stays among the leader's next steps."""
    exchange = moment.work.exchanges.get(args[0])
    if person.id != exchange.leader:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if exchange.state not in after.OVER:
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    promised = after.commitment_of(after.read_by(moment, exchange, person.id))
    question = moment.words.say(person.language, _leader_question(moment, exchange, promised.text if promised else "…"))
    done = args[1] == "btn.yes"
    after.note(moment, person, exchange, "lead.fu30", "lead.fu30", question, value=done, visibility="L")
    said = Say("ok.saved" if done else "lead.fu30.no")
    moment.tell(person, Told([said]), kind="answer", subject=exchange.id, replaces=shown_by(moment, incoming))
    return Reply()


def leader_facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The facts of the exchange."""
    return facts_of_exchange(moment, topic, exchange_of(moment, topic))


def leader_who(moment: Moment, talk: Talk, ask: Ask) -> Say | None:
    """HR reads it, and for what."""
    return Say("privacy.vis.H.after")


def leader_beside(moment: Moment, talk: Talk) -> list[Say | Part]:
    """The leader's own reason from before, once more (D20)."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    return [*_reason(after.read_by(moment, exchange, talk.person.id))]


def _reason(rows: list[AnswerRow]) -> list[Say]:
    reason = bare(latest([row for row in rows if row.occasion == "approve"], "lead.prep.justify"))
    return [Say("lead.ret.justify", {"text": reason})] if reason else []


def leader_finish(moment: Moment, talk: Talk) -> Ending:
    """HR can read whether it has been of use."""
    return Ending([Say("lead.fu90.done")])


def leader_last(moment: Moment, prompt: PromptRow) -> Told | None:
    """At the last check: has it been of use? With the reason that was given before."""
    exchange = moment.work.exchanges.get(prompt.subject)
    if exchange.state not in after.OVER:
        return None
    n = after.days_since(moment, exchange, moment.person(prompt.recipient))
    values = {"name": moment.first_name(exchange.employee), "host_unit": exchange.host_unit, "n": n}
    presses = [
        Press("btn.start", ["begin", LEADERS, exchange.id, LEADERS], main=True),
        Press("btn.later", ["later", prompt.id]),
    ]
    reason = _reason(after.read_by(moment, exchange, prompt.recipient))
    return Told([Say("lead.fu90.intro", values), *reason], presses)


SCRIPTS = {
    FIRST: Script(FIRST_CHECK, facts, finish, who, beside=beside),
    SECOND: Script(SECOND_CHECK, facts, finish, who, beside=beside),
    LEADERS: Script(LEADER_CHECK, leader_facts, leader_finish, leader_who, beside=leader_beside),
}
PRESSES = {"fu_skip": skip, "lead_fu30": leader_answer}
PROMPTS = {
    "fu30": telling(push),
    "fu30.close": acting(close),
    "fu90": telling(push),
    "fu90.remind": telling(remind),
    "fu90.close": acting(close),
    "lead.fu30": telling(leader_push),
    "lead.fu90": telling(leader_last),
}
