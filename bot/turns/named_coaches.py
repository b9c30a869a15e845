"""Whom HR names as coaches: who they are, one more, and one less."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot import talks
from bot.channel import Incoming, Reply
from bot.moment import Moment, Press, Told
from bot.script import Ending, Script, Talk, Topic
from bot.turns.common import colleagues, first, no_facts, nobody_else
from bot.turns.picking import shown_by
from dialogs.coach import COACHES
from dialogs.model import Say
from storage.records import PersonRow, new_id

CHOICE = "coaches"


def show(moment: Moment, hr: PersonRow, replaces: str = "") -> None:
    """The coaches there are, and the ways to add one or take one off."""
    people = list(_people(moment, _ids(moment, hr)))
    says = [Say("coaches.are", {"list": [each.name for each in people]})] if people else [Say("coaches.none")]
    ways = [Press("btn.coach_add", ["coach_add"], main=True)]
    for each in people:
        label = moment.words.text(hr.language, "btn.coach_remove", {"name": first(each.name)})
        ways.append(Press("btn.coach_remove", ["coach_remove", each.id], text=label))
    moment.tell(hr, Told([Say("coaches.title"), *says], ways), kind="answer", replaces=replaces)


def _ids(moment: Moment, hr: PersonRow) -> list[str]:
    kept = moment.work.choices.of(hr.organisation).get(CHOICE, [])
    return [str(id) for id in kept] if isinstance(kept, list) else []


def _people(moment: Moment, ids: Iterable[str]) -> Iterable[PersonRow]:
    return filter(None, (moment.work.people.find(id) for id in ids))


def add(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """HR names one more coach."""
    if not person.hr:
        return Reply(note=moment.words.text(person.language, "only_hr"))
    talks.begin(moment, Topic(person, "coaches", person.organisation, new_id()))
    return Reply()


def remove(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """HR takes a coach off the list; what the coach was sent stays the employee's to take back."""
    if not person.hr:
        return Reply(note=moment.words.text(person.language, "only_hr"))
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    left = [id for id in _ids(moment, person) if id != args[0]]
    moment.work.choices.put(person.organisation, "", CHOICE, left)
    moment.work.audit.add(moment.now, person.id, "coaching.removed", args[0])
    show(moment, person, shown_by(moment, incoming))
    return Reply()


def add_facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The colleagues who are not HR: the note is for a coach alone."""
    people = [each for each in colleagues(moment, topic.person) if not moment.person(each["value"]).hr]
    return {**no_facts(moment, topic), "people": people}


def add_finish(moment: Moment, talk: Talk) -> Ending:
    """Adds the coach, once, and tells them what that means."""
    hr, coach = talk.person, moment.person(str(talk.state.answers["coaches.who"]))
    ids = _ids(moment, hr)
    if coach.id not in ids:
        moment.work.choices.put(hr.organisation, "", CHOICE, [*ids, coach.id])
        moment.work.audit.add(moment.now, hr.id, "coaching.named", coach.id)
        moment.tell(coach, Told([Say("coaches.told", no_facts(moment, talk.topic))]), kind="news")
    return Ending([Say("coaches.added", {"name": first(coach.name)})], [Press("btn.coaches", ["coaches"])])


SCRIPTS = {"coaches": Script(COACHES, add_facts, add_finish, nobody_else, keeps=False)}
PRESSES = {"coach_add": add, "coach_remove": remove}
