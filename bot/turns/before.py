"""What is pushed before the exchange besides the preparation itself: homework, colleagues, and what is still open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.channel import Incoming, Part, Reply
from bot.holding import LATER
from bot.moment import Moment, Press, Told
from bot.places import hosts_of
from bot.planning import is_full, worker
from bot.programme.calendar import on_day, working_day_before
from bot.programme.phases.facts import TASK_AT
from bot.script import Ending, Script, Talk, Topic
from bot.turns import leader_part, still_open
from bot.turns.common import exchange_of, facts_of_exchange, who_sees
from bot.turns.picking import shown_by
from bot.turns.preparations import FEWEST_DAYS
from bot.turns.pushes import telling
from dialogs.checklists import FORMAL, PRACTICAL
from dialogs.model import Ask, Say
from dialogs.preparation import ABROAD, IN_PLACE
from storage.records import AnswerRow, ExchangeRow, PersonRow, PromptRow, new_id

OPEN_BEFORE = 2
"""Working days before the first one; then the rest is named on the short track."""


def homework(moment: Moment, prompt: PromptRow) -> Told | None:
    """Three things to find out about the host, once; on the short track with the practical list, offered once."""
    exchange = moment.work.exchanges.get(prompt.subject)
    employee = moment.person(exchange.employee)
    left = (_first_day(exchange) - moment.today(employee)).days
    if exchange.state not in still_open.AHEAD or left < FEWEST_DAYS:
        return None
    says = [Say("prep.homework", {"n": left, "host_unit": exchange.host_unit})]
    if is_full(moment, exchange) or _went_through(moment, exchange):
        return Told(says)
    return Told([*says, Say("practical.offer")], [_tick("practical", prompt)])


def _went_through(moment: Moment, exchange: ExchangeRow) -> bool:
    """Whether the employee has been asked what is in place."""
    return still_open.answer(moment, exchange.employee, exchange.id, "prep", "prep.practical") is not None


def _tick(form: str, prompt: PromptRow) -> Press:
    return Press("btn.tick", ["begin", form, prompt.subject, prompt.id], main=True)


def _first_day(exchange: ExchangeRow) -> date:
    return exchange.days[0] if exchange.days else exchange.start


def colleagues(moment: Moment, prompt: PromptRow) -> Told | None:
    """Whether to ask the colleagues what to look for, once."""
    exchange = moment.work.exchanges.get(prompt.subject)
    if exchange.state not in still_open.AHEAD:
        return None
    presses = [
        Press("btn.see_text", ["colleagues_text", prompt.id], main=True),
        Press("btn.no_thanks", ["colleagues_settled", prompt.id, "skipped"]),
    ]
    return Told([Say("prep.colleagues")], presses)


def colleagues_text(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The ready text, to copy, change and send oneself: nothing is posted for anybody."""
    prompt = moment.work.prompts.get(args[0])
    if prompt.recipient != person.id:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    exchange = moment.work.exchanges.get(prompt.subject)
    values = facts_of_exchange(moment, Topic(person, "prep", exchange.id, ""), exchange)
    text = Part(moment.words.text(person.language, "prep.colleagues.post", values), "own")
    presses = [
        Press("btn.done", ["colleagues_settled", prompt.id, "answered"], main=True),
        Press("btn.no_thanks", ["colleagues_settled", prompt.id, "skipped"]),
    ]
    told = Told([Say("prep.colleagues.copy"), text], presses)
    moment.tell(person, told, kind="answer", subject=exchange.id, replaces=shown_by(moment, incoming))
    return Reply()


def colleagues_settled(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Sent or skipped: it is not brought up again, and nobody is told which."""
    prompt = moment.work.prompts.get(args[0])
    if prompt.recipient != person.id:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    sent = args[1] == "answered"
    moment.work.prompts.mark(prompt.id, "answered" if sent else "skipped", prompt.data)
    say = Say("prep.colleagues.sent" if sent else "closed.fine")
    told, replaces = Told([say]), shown_by(moment, incoming)
    moment.tell(person, told, kind="answer", subject=prompt.subject, replaces=replaces)
    return Reply()


def practical(moment: Moment, prompt: PromptRow) -> Told | None:
    """What is not in place yet; nothing when all is, or when nobody has looked on the short track."""
    exchange = moment.work.exchanges.get(prompt.subject)
    open_now = still_open.practical(moment, exchange)
    looked = is_full(moment, exchange) or _went_through(moment, exchange)
    begun = _first_day(exchange) <= moment.today(moment.person(exchange.employee))
    if exchange.state not in still_open.AHEAD or begun or not open_now or not looked:
        return None
    values = {"start": exchange.start, "list": [Say(item) for item in open_now]}
    return Told([Say("push.practical", values)], [_tick("practical", prompt), Press("btn.later", ["later", prompt.id])])


def formal(moment: Moment, prompt: PromptRow) -> Told | None:
    """The formalities that are still open; nothing when none are, or on the short track."""
    exchange = moment.work.exchanges.get(prompt.subject)
    open_now = still_open.formal(moment, exchange)
    if exchange.state not in still_open.AHEAD or not open_now or not is_full(moment, exchange):
        return None
    values = {"name": moment.first_name(exchange.employee), "list": [Say(item) for item in open_now]}
    return Told([Say("push.formal", values)], [_tick("formal", prompt), Press("btn.later", ["later", prompt.id])])


def practical_facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The practical things that are open."""
    exchange = exchange_of(moment, topic)
    items = still_open.practical(moment, exchange)
    return {
        **facts_of_exchange(moment, topic, exchange),
        "host_person": bool(hosts_of(exchange)),
        "open_practical": _options(moment, topic, [item for item in items if item in IN_PLACE]),
        "open_abroad": _options(moment, topic, [item for item in items if item in ABROAD]),
    }


def formal_facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The formalities that are open."""
    exchange = exchange_of(moment, topic)
    items = still_open.formal(moment, exchange)
    return {**facts_of_exchange(moment, topic, exchange), "open_formal": _options(moment, topic, items)}


def _options(moment: Moment, topic: Topic, items: Sequence[str]) -> list[dict[str, str]]:
    return [{"value": item, "label": moment.words.text(topic.person.language, item)} for item in items]


def practical_finish(moment: Moment, talk: Talk) -> Ending:
    """What was ticked is added to the list of the preparation."""
    for ask in talk.dialog.asks:
        _add(moment, talk, ask, "prep", confirmed=True)
    exchange = moment.work.exchanges.get(talk.row.subject)
    rest = still_open.practical(moment, exchange)
    if rest and not is_full(moment, exchange):
        _again(moment, exchange, talk.person)
    return _rest(rest)


def _again(moment: Moment, exchange: ExchangeRow, employee: PersonRow) -> None:
    """Names the rest once more on the short track, where it is otherwise not planned; the question says so."""
    day = working_day_before(worker(employee), _first_day(exchange), OPEN_BEFORE)
    at = on_day(worker(employee), day, TASK_AT)
    if at > moment.now:
        moment.work.prompts.add(PromptRow(new_id(), employee.id, exchange.id, f"practical{LATER}", day, at))


def formal_finish(moment: Moment, talk: Talk) -> Ending:
    """What was ticked is added to the leader's list."""
    for ask in talk.dialog.asks:
        _add(moment, talk, ask, "lead", confirmed=False)
    return _rest(still_open.formal(moment, moment.work.exchanges.get(talk.row.subject)))


def _add(moment: Moment, talk: Talk, ask: Ask, occasion: str, *, confirmed: bool) -> None:
    """Joins what was ticked now to what was ticked before."""
    chosen, key = talk.state.answers.get(ask.key), ask.key
    if not isinstance(chosen, list):
        return
    exchange = talk.row.subject
    kept = still_open.answer(moment, talk.person.id, exchange, occasion, key)
    before = still_open.ticked(moment, talk.person.id, exchange, occasion, key)
    row = AnswerRow(
        id=new_id(),
        person=talk.person.id,
        subject=exchange,
        occasion=occasion,
        key=key,
        visibility=ask.visibility.value,
        value=[*before, *(item for item in chosen if item not in before)],
        question=kept.question if kept else moment.words.text(talk.person.language, key),
        day=moment.today(talk.person),
        confirmed=kept.confirmed if kept else confirmed,
    )
    moment.work.answers.put(row)


def _rest(items: Sequence[str]) -> Ending:
    if not items:
        return Ending([Say("checklist.done")])
    return Ending([Say("checklist.rest", {"list": [Say(item) for item in items]})])


SCRIPTS = {
    "practical": Script(PRACTICAL, practical_facts, practical_finish, who_sees, keeps=False),
    "formal": Script(FORMAL, formal_facts, formal_finish, who_sees, keeps=False),
}
PRESSES = {"colleagues_text": colleagues_text, "colleagues_settled": colleagues_settled}
PROMPTS = {
    "homework": telling(homework),
    "colleagues": telling(colleagues),
    "practical": telling(practical),
    "formal": telling(formal),
    "lead.remind": telling(leader_part.remind),
}
