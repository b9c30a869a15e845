"""The human coach: is sent what the employee chooses and nothing else, which nobody reads beside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import talks
from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.programme.visibility import COACH_NOTE, NEVER, may_read
from bot.script import Ending, Script, Talk, Topic
from bot.turns import after, named_coaches
from bot.turns.coach_ways import AFTER, LIVE, coaches_of, next_talk, occasion_of
from bot.turns.common import (
    circle_of,
    exchange_of,
    facts_of_exchange,
    first,
    is_text,
    item,
    label_of,
    shown,
)
from bot.turns.debriefs import offered_quotes
from bot.turns.picking import shown_by
from dialogs import engine
from dialogs.coach import COACH
from dialogs.debrief import BEFORE_THE_PLAN
from dialogs.engine import excerpt
from dialogs.model import Ask, Say, State
from storage.records import AnswerRow, ConversationRow, ExchangeRow, PersonRow, new_id


def pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The employee wants to talk with a coach."""
    exchange = moment.work.exchanges.find(args[0])
    if exchange is None or exchange.employee != person.id:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if exchange.state not in LIVE:
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    begin(moment, person, exchange, args[1])
    return Reply()


def begin(moment: Moment, person: PersonRow, exchange: ExchangeRow, occasion: str) -> None:
    """Opens the note, or goes on with it; one that was sent is begun anew."""
    if not coaches_of(moment, exchange):
        moment.tell(person, Told([Say("coach.none")]), kind="answer")
        return
    row = moment.work.conversations.find(person.id, "coach", exchange.id, occasion_of(occasion))
    if row is not None and row.status == "done":
        moment.work.conversations.put(replace(row, state={}))
    talks.begin(moment, Topic(person, "coach", exchange.id, occasion_of(occasion)))


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """Who the coaches are, and what of the employee's own words could be in the note."""
    exchange = exchange_of(moment, topic)
    coaches = [{"value": each.id, "label": each.name} for each in coaches_of(moment, exchange)]
    return {
        **facts_of_exchange(moment, topic, exchange),
        "coaches": coaches,
        "several": len(coaches) > 1,
        "items": _items(moment, exchange, topic),
    }


def _items(moment: Moment, exchange: ExchangeRow, topic: Topic) -> list[dict[str, str]]:
    """The texts of the preparation; after the exchange the entries to choose from and the goals."""
    language, mine = topic.person.language, moment.work.answers.of(exchange.employee, exchange.id, "prep")
    texts = [row for row in mine if is_text(moment, row) and row.key.partition("#")[0] not in NEVER]
    if topic.occasion == occasion_of(AFTER):
        texts = [row for row in texts if row.key.startswith("prep.goal.")]
    listed = [
        {"value": row.id, "label": f"{label_of(moment, language, row)}: {shown(moment, language, row)}"}
        for row in texts
    ]
    quotes = offered_quotes(moment, exchange, language) if topic.occasion == occasion_of(AFTER) else []
    return [*quotes, *listed]


def more(moment: Moment, talk: Talk) -> dict[str, Any]:
    """The chosen coach, the note to start from, and what will be sent exactly as it will be read."""
    answers, known = talk.state.answers, facts(moment, talk.topic)
    coach = moment.work.people.find(_chosen(talk, known))
    picked = answers.get("coach.items", [])
    texts = [each["label"] for each in known["items"] if isinstance(picked, list) and each["value"] in picked]
    asked = {"text": moment.words.text(talk.person.language, "coach.asked", {"name": talk.person.name})}
    note = str(answers.get(COACH_NOTE, ""))
    return {
        "coach": first(coach.name) if coach else moment.words.text(talk.person.language, "coach.some"),
        "note": _fitting("\n".join(texts)),
        "preview": [{"label": "", "ours": "yes", **asked}, *([{"label": "", "text": note}] if note else [])],
        "items": [{**each, "label": excerpt(each["label"], 150)} for each in known["items"]],
    }


def _fitting(text: str) -> str:
    """A beginning that fits the field it stands in."""
    most = 3000 - 2
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"


def _chosen(talk: Talk, known: dict[str, Any]) -> str:
    """The coach's id: the one who was chosen, or the only one there is."""
    ids = [each["value"] for each in known["coaches"]]
    answer = str(talk.state.answers.get("coach.who", ""))
    return answer if answer in ids else ids[0] if len(ids) == 1 else ""


def who(moment: Moment, talk: Talk, ask: Ask) -> Say | None:
    """Only the coach reads the note."""
    return Say("coach.reads", {"coach": talk.facts["coach"]}) if ask.key == COACH_NOTE else None


def finish(moment: Moment, talk: Talk) -> Ending:
    """Keeps the note as the employee's own, released to the coach alone, and tells the coach without a word of it."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    coach = moment.work.people.find(_chosen(talk, facts(moment, talk.topic)))
    if coach is None:
        return Ending([Say("coach.none")])
    note = str(talk.state.answers.get(COACH_NOTE, ""))
    row = _keep(moment, talk, coach, note) if note else None
    name = talk.person.name
    look = [Press("btn.coach_note", ["coach_note", row.id], main=True)] if row else []
    moment.tell(coach, Told([Say("coach.asked", {"name": name})], look), kind="news", subject=exchange.id)
    moment.work.audit.add(moment.now, talk.person.id, "coaching.asked", exchange.id)
    ways = [Press("btn.take_back", ["coach_back", row.id])] if row else []
    said = Say("coach.sent" if row else "coach.sent.bare", {"coach": first(coach.name)})
    return Ending([said], [*_talked(exchange.id, talk.row.occasion), *ways])


def _talked(exchange_id: str, occasion: str) -> list[Press]:
    """The button for a talk that was held, after the exchange; `occasion` is the conversation's or the note's."""
    return [Press("btn.have_talked", ["coach_held", exchange_id])] if occasion.endswith(f":{AFTER}") else []


def _keep(moment: Moment, talk: Talk, coach: PersonRow, note: str) -> AnswerRow:
    """The note, in place of one that was sent before: that one is nobody's to read any more."""
    occasion = talk.row.occasion.replace("coach:", "note:")
    for old in moment.work.answers.of(talk.person.id, talk.row.subject, occasion):
        if old.key == COACH_NOTE:
            moment.work.answers.delete(old.id)
    row = AnswerRow(
        id=new_id(),
        person=talk.person.id,
        subject=talk.row.subject,
        occasion=occasion,
        key=COACH_NOTE,
        visibility="S",
        value=note,
        question=moment.words.text(talk.person.language, COACH_NOTE),
        day=moment.today(talk.person),
        released=frozenset({coach.id}),
    )
    return moment.work.answers.put(row)


def take_back(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The employee takes the note back, as long as the coach has not opened it."""
    row = _note(moment, args[0])
    if row is None or row.person != person.id:
        return Reply(note=moment.words.text(person.language, "data.gone"))
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    if not row.sent:
        moment.work.answers.update(replace(row, released=frozenset()))
        moment.work.audit.add(moment.now, person.id, "answer.taken_back", row.id)
    said = Told([Say("coach.was_read" if row.sent else "share.taken_back")], _talked(row.subject, row.occasion))
    moment.tell(person, said, kind="answer", subject=row.subject, replaces=shown_by(moment, incoming))
    return Reply()


def _note(moment: Moment, id: str) -> AnswerRow | None:
    row = moment.work.answers.get(id)
    return row if row is not None and row.key == COACH_NOTE else None


def read(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The coach opens the note, which marks it as read."""
    row = _note(moment, args[0])
    exchange = moment.work.exchanges.find(row.subject) if row else None
    if row is None or exchange is None or not may_read(item(row), person.id, circle_of(moment, exchange)):
        return Reply(note=moment.words.text(person.language, "data.gone"))
    if not row.sent and person.id != row.person:
        moment.work.answers.update(replace(row, sent=True))
        moment.work.audit.add(moment.now, person.id, "coaching.read", row.id)
    title = moment.words.text(person.language, "coach.from", {"name": moment.first_name(row.person)})
    moment.tell(person, Told([Part(title, "title"), Part(str(row.value), "own")]), kind="answer", subject=row.subject)
    return Reply()


def held(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The talk has been held: what it covered is passed over in the debrief, and can still be gone back to."""
    exchange = moment.work.exchanges.find(args[0])
    if exchange is None or exchange.employee != person.id:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if exchange.state not in ("finished", "ended_early") or after.is_debrief_closed(moment, exchange):
        return Reply(note=moment.words.text(person.language, "coach.not_now"))
    row = moment.work.conversations.find(person.id, AFTER, exchange.id, AFTER)
    if row is not None and row.status in ("done", "stopped"):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    moment.work.conversations.put(_passed_over(moment, person, exchange, row))
    topic = Topic(person, AFTER, exchange.id, AFTER)
    talks.begin(moment, topic, replaces=shown_by(moment, incoming), before=[Say("coach.held")])
    return Reply()


def _passed_over(
    moment: Moment, person: PersonRow, exchange: ExchangeRow, row: ConversationRow | None
) -> ConversationRow:
    """The debrief, put aside where the plan begins."""
    kept = {each.key for each in moment.work.answers.of(person.id, exchange.id, AFTER)}
    state = engine.from_json(row.state) if row is not None and row.state else State(AFTER)
    skipped = {*state.skipped, *BEFORE_THE_PLAN} - kept
    there = row or ConversationRow(new_id(), person.id, AFTER, exchange.id, AFTER, {}, "paused", "", "", moment.now)
    state = replace(state, at="", skipped=tuple(sorted(skipped)))
    return replace(there, state=engine.to_json(state), status="paused")


def command(moment: Moment, person: PersonRow) -> Reply:
    """HR sees the coaches; an employee on an exchange gets to one."""
    if person.hr:
        named_coaches.show(moment, person)
        return Reply()
    mine = [each for each in moment.work.exchanges.of_employee(person.id) if each.state in LIVE]
    if not mine:
        moment.tell(person, Told([Say("coach.none")]), kind="answer")
    else:
        begin(moment, person, mine[-1], next_talk(mine[-1]))
    return Reply()


def listed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The button for it."""
    return command(moment, person)


SCRIPTS = {"coach": Script(COACH, facts, finish, who, more=more, keeps=False)}
PRESSES = {
    "coach": pressed,
    "coach_back": take_back,
    "coach_note": read,
    "coach_held": held,
    "coaches": listed,
}
