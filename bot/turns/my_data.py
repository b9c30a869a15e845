"""My data: see, correct, take back, delete and download what I wrote, and see who can read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.channel import Choice, File, Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.programme.visibility import COACH_NOTE, Circle, is_unshared, readers, redact
from bot.script import Ending, Script, Talk, Topic
from bot.turns import closing, export, forgetting
from bot.turns.common import ask_of, circle_of, is_text, item, no_facts, shown
from bot.turns.papers import papers_of, to_bring
from bot.turns.picking import pick, shown_by
from dialogs.accept import accept
from dialogs.engine import excerpt, shortened
from dialogs.model import Ask, Rejected, Say
from dialogs.settings import CORRECT
from storage.records import AnswerRow, PersonRow, SignUpRow, new_id
from storage.store import NotFound

MOST_LISTED = 100
"""Answers in one list; the newest first. The download has them all."""


COLLEAGUES = "fb."
"""What colleagues answered is the person's to read and to delete, and not to rewrite."""


def mine(moment: Moment, person: PersonRow) -> list[AnswerRow]:
    """What a person wrote, without controls and what was left empty: the newest day first, each as it was asked."""
    rows = [row for row in moment.work.answers.by(person.id) if row.visibility != "–" and row.value != []]
    return sorted(rows, key=lambda row: row.day, reverse=True)


def menu(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The button for one's own data."""
    tell_menu(moment, person)
    return Reply()


def tell_menu(moment: Moment, person: PersonRow) -> None:
    """The ways to one's own data."""
    presses = [
        Press("btn.see", ["data_list"], main=True),
        Press("btn.export", ["data_download"]),
        *(
            press
            for exchange in moment.work.exchanges.of_employee(person.id)
            for press in (papers_of if exchange.state == "closed" else to_bring)(moment, exchange)
        ),
        Press("btn.delete_private", ["data_forget"]),
    ]
    moment.tell(person, Told([Say("data.menu"), *closing.told(moment, person)], presses), kind="answer")


def listed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """All answers to pick one from, or those of one occasion in one exchange."""
    rows = [row for row in mine(moment, person) if not args or [row.subject, row.occasion] == args][:MOST_LISTED]
    if not rows:
        moment.tell(person, Told([Say("data.nothing")]), kind="answer")
        return Reply()
    choices = [Choice(row.id, _label(moment, person.language, row)) for row in rows]
    pick(
        moment,
        person,
        "btn.my_data",
        "data.which",
        choices,
        Press("btn.open", ["data_show", ""]),
        Press("btn.close", ["done"]),
        replaces=shown_by(moment, incoming),
    )
    return Reply()


def _label(moment: Moment, language: str, row: AnswerRow) -> str:
    text = excerpt(shown(moment, language, row), 60)
    return f"{moment.words.date(language, row.day)} · {shortened(row.question, 60)} · {text}"


def show(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """One answer: the question as it was asked, the text, who can read it now, and what can be done."""
    row = moment.work.answers.get(args[0] or str(incoming.values.get("answer", "")))
    if row is None or row.person != person.id:
        return Reply(note=moment.words.text(person.language, "data.gone"))
    names = readers_of(moment, row)
    who = _who(moment, person.language, names)
    parts: list[Say | Part] = [
        Part(moment.words.text(person.language, "btn.my_data"), "title"),
        Part(row.question, "small"),
        Part(shown(moment, person.language, row), "own"),
        who,
    ]
    presses = []
    if is_text(moment, row) and not row.key.startswith(COLLEAGUES):
        presses.append(Press("btn.edit", ["begin", "correct", row.id, new_id()], main=True))
    if row.key == "story.write" and row.confirmed:
        presses.append(Press("btn.story_withdraw", ["story_withdraw", row.id]))
    if row.visibility == "S" and row.released:
        presses.append(Press("btn.unshare", ["unshare", row.id]))
    elif (
        row.visibility == "S"
        and row.key != COACH_NOTE
        and redact(row.value) not in ("", [])
        and _is_exchange(moment, row.subject)
    ):
        presses.append(Press("btn.share", ["share", row.id]))
    presses.append(Press("btn.delete", ["data_delete", row.id]))
    presses.append(Press("btn.back", ["data_list"]))
    moment.tell(person, Told(parts, presses), kind="answer", replaces=shown_by(moment, incoming))
    return Reply()


def _is_exchange(moment: Moment, subject: str) -> bool:
    return moment.work.exchanges.find(subject) is not None


def readers_of(moment: Moment, row: AnswerRow) -> list[str]:
    """The names of those who can read an answer now, besides its author."""
    exchange = moment.work.exchanges.find(row.subject)
    if exchange is not None:
        ids: Sequence[str] = readers(item(row), circle_of(moment, exchange))
    else:
        ids = _readers_before(moment, row)
    return sorted(moment.person(person).name for person in ids if person and person != row.person)


def _readers_before(moment: Moment, row: AnswerRow) -> list[str]:
    """Of a sign-up or an offer: HR reads it, the leader what is marked once told, the host the wish after a yes."""
    for exchange in reversed(moment.work.exchanges.of_employee(row.person)):
        if exchange.sign_up == row.subject and exchange.state not in ("declined", "rejected", "withdrawn"):
            return readers(item(row), circle_of(moment, exchange))
    person = moment.person(row.person)
    hr = frozenset(other.id for other in moment.work.people.hr(person.organisation))
    sign_up = sign_up_called(moment, row.subject)
    leader = sign_up.leader if sign_up is not None and sign_up.leader_told else ""
    if sign_up is not None and row.person == sign_up.leader:
        return readers(item(row), Circle(sign_up.person, sign_up.leader, "", hr))
    return readers(item(row), Circle(row.person, leader, "", hr))


def sign_up_called(moment: Moment, subject: str) -> SignUpRow | None:
    """The sign-up with this id, if it is one."""
    try:
        return moment.work.rounds.sign_up(subject)
    except NotFound:
        return None


def delete(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Deletes one answer, at once and everywhere in the product."""
    row = moment.work.answers.get(args[0])
    if row is None or row.person != person.id:
        return Reply(note=moment.words.text(person.language, "data.gone"))
    moment.work.conversations.spend(incoming.card)
    forgetting.forget(moment, [row])
    moment.work.audit.add(moment.now, person.id, "answer.deleted", row.id)
    presses = [Press("btn.back", ["data_list"])]
    moment.tell(person, Told([Say("data.one_deleted")], presses), kind="answer", replaces=shown_by(moment, incoming))
    return Reply()


def forget(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Asks once before all private entries are deleted."""
    presses = [Press("btn.delete_private", ["data_forget_now"]), Press("btn.close", ["done"], main=True)]
    moment.tell(person, Told([Say("data.forget.sure")], presses), kind="answer", replaces=shown_by(moment, incoming))
    return Reply()


def forget_now(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Deletes all private and unshared entries, and drafts of what was never sent."""
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    mine = (row for row in moment.work.answers.by(person.id) if row.visibility != "–")
    forgetting.forget(moment, [row for row in mine if is_unshared(item(row))])
    forgetting.empty(moment, forgetting.drafts_of(moment, person))
    moment.work.audit.add(moment.now, person.id, "answers.deleted", person.id)
    moment.tell(person, Told([Say("data.deleted")]), kind="answer", replaces=shown_by(moment, incoming))
    return Reply()


def download(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """All that a person wrote: to read, and as JSON to take along."""
    rows = list(reversed(mine(moment, person)))
    if not rows:
        moment.tell(person, Told([Say("data.nothing")]), kind="answer", replaces=shown_by(moment, incoming))
        return Reply()
    name, text = moment.words.text(person.language, "data.file"), export.as_text(moment, person, rows)
    data = [
        {
            "day": row.day.isoformat(),
            "question": row.question,
            "key": row.key,
            "value": row.value,
            "visibility": row.visibility,
            "readers": readers_of(moment, row),
        }
        for row in rows
    ]
    files = (
        File(f"{name}.txt", "text/plain", text),
        File(f"{name}.json", "application/json", json.dumps(data, ensure_ascii=False, indent=1)),
    )
    moment.tell(person, Told([Say("data.download")]), kind="answer", files=files, replaces=shown_by(moment, incoming))
    return Reply()


def correct_facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The text as it is now, to start from."""
    row = moment.work.answers.get(topic.subject)
    if row is None or row.person != topic.person.id or not is_text(moment, row):
        return {**no_facts(moment, topic), "text": ""}
    return {**no_facts(moment, topic), "text": str(row.value), "question": row.question}


def correct_finish(moment: Moment, talk: Talk) -> Ending:
    """Keeps the corrected text; those it is shared with read the new one, marked as changed.

    A text that does not fit the question is shown once more, and can be written anew.
    """
    row = moment.work.answers.get(talk.row.subject)
    ask = ask_of(moment, row) if row else None
    if row is None or ask is None or row.person != talk.person.id or not is_text(moment, row):
        return Ending([Say("data.gone")])
    given = str(talk.state.answers.get("correct.text", ""))
    text = accept(ask.answer, given, {}, {})
    if isinstance(text, Rejected):
        again = Press("btn.edit", ["begin", "correct", row.id, new_id()])
        return Ending([Part(given, "own"), text.say], [again], chat=[text.say])
    moment.work.answers.update(replace(row, value=text, edited=moment.today(talk.person)))
    return Ending([Say("ok.saved")], [Press("btn.back", ["data_list"])])


def correct_who(moment: Moment, talk: Talk, ask: Ask) -> Say | None:
    """Who reads the corrected text: those who read it before."""
    row = moment.work.answers.get(talk.row.subject)
    if row is None:
        return None
    return _who(moment, talk.person.language, readers_of(moment, row))


def _who(moment: Moment, language: str, names: list[str]) -> Say:
    """The sentence that names the others who can read an answer."""
    if not names:
        return Say("data.readers.none")
    return Say("data.readers", {"list": moment.words.listing(language, names)})


SCRIPTS = {
    "correct": Script(CORRECT, correct_facts, correct_finish, correct_who, keeps=False),
}
PRESSES = {
    "my_data": menu,
    "data_list": listed,
    "data_show": show,
    "data_delete": delete,
    "data_download": download,
    "data_forget": forget,
    "data_forget_now": forget_now,
}
