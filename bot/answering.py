"""What is answered in a conversation: looked at again, refused with a sentence, or kept."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channel import Button, Incoming, Part, Reply
from bot.fields import Reader
from bot.moment import Moment, Told
from bot.programme.identifiers import found
from bot.script import Talk
from dialogs.model import Ask, Raw, Rejected, State, Text, Turn, Value, Visibility
from storage.records import AnswerRow, new_id

REFLECTIVE = {Visibility.PRIVATE, Visibility.SHARED_ON_REQUEST}
"""Classes whose texts should lead to nobody; contact details belong in the others."""


def doubts(moment: Moment, talk: Talk, given: Mapping[str, Raw], incoming: Incoming) -> Reply | None:
    """A text that may lead to somebody is kept only after the person has looked again."""
    if incoming.kind == "text" or incoming.leave == "keep":
        return None
    errors: dict[str, str] = {}
    for ask in talk.dialog.asks:
        text = given.get(ask.key, "")
        if not isinstance(ask.answer, Text) or ask.visibility not in REFLECTIVE or not isinstance(text, str):
            continue
        signs = [sign for sign in found(text) if sign.severity == "warn"]
        if signs:
            item = text[signs[0].start : signs[0].end]
            errors[ask.key] = moment.words.text(talk.person.language, "safe.id_other", {"item": item})
    if not errors:
        return None
    keep = Button("keep", moment.words.text(talk.person.language, "btn.save_as_is"), sends=True)
    return Reply(errors=errors, identifiers=sorted(errors), offers=(keep,))


def refuse(moment: Moment, talk: Talk, turn: Turn, incoming: Incoming) -> Reply:
    """Says what did not fit. A form shows it at the field; typed words get it as a message below."""
    errors = {key: _sentence(moment, talk, rejected) for key, rejected in turn.errors.items()}
    oneself = [key for key in errors if incoming.values.get(key) == talk.person.id]
    errors |= dict.fromkeys(oneself, moment.words.text(talk.person.language, "rejected.yourself"))
    if incoming.kind == "press" and incoming.values:
        return Reply(errors=errors)
    if incoming.kind == "press":
        return Reply(errors=errors, note=" ".join(errors.values()))
    moment.tell(talk.person, Told([Part(text) for text in errors.values()]), kind="answer", subject=talk.row.subject)
    return Reply()


def _sentence(moment: Moment, talk: Talk, rejected: Rejected) -> str:
    say = rejected.say
    return moment.words.text(talk.person.language, say.key, {**talk.facts, **say.values})


def keep(moment: Moment, talk: Talk, after: State, view: Reader) -> None:
    """Writes what changed: an answer a row, by the question's key, with the question as it was asked."""
    script = moment.house.scripts[talk.row.dialog]
    if not script.keeps:
        return
    kept = {row.key: row for row in moment.work.answers.of(talk.person.id, talk.row.subject, talk.row.occasion)}
    for key, value in after.answers.items():
        ask = talk.dialog.ask(key)
        if ask is None or (key in kept and kept[key].value == value):
            continue
        moment.work.answers.put(_answer(moment, talk, view, ask, value))
    for key, row in kept.items():
        if key not in after.answers:
            moment.work.answers.delete(row.id)


def _answer(moment: Moment, talk: Talk, view: Reader, ask: Ask, value: Value) -> AnswerRow:
    return AnswerRow(
        id=new_id(),
        person=talk.person.id,
        subject=talk.row.subject,
        occasion=talk.row.occasion,
        key=ask.key,
        visibility=ask.visibility.value,
        value=value,
        question=view.words.text(view.language, ask.words, view.values(ask)),
        day=moment.today(talk.person),
    )
