"""A leader who thinks of somebody: the bot passes it on once, neutrally, and tells nobody what comes of it (T12)."""

from __future__ import annotations

from typing import Any

from bot import talks
from bot.channel import Incoming, Reply
from bot.moment import Moment, Press, Told
from bot.script import Ending, Script, Talk, Topic
from bot.turns import signups
from bot.turns.common import colleagues, facts_of_round, first, is_outside
from bot.turns.people import told
from dialogs.model import Ask, Say
from dialogs.suggest import SUGGEST
from storage.records import PersonRow, RoundRow, new_id


def ask(moment: Moment, person: PersonRow) -> Reply:
    """Asks whom a leader thinks of; also what comes up when a leader tries to sign somebody up.

    The page of a host from outside is for being a host, and says nothing of who works here.
    """
    if is_outside(moment, person.id):
        moment.tell(person, Told([Say("err.unknown")], [Press("btn.help", ["help"])]), kind="answer")
        return Reply()
    round_row = _open_round(moment, person)
    if round_row is None:
        moment.tell(person, Told([Say("suggest.no_round")]), kind="answer")
    else:
        talks.begin(moment, Topic(person, "suggest", round_row.id, new_id()))
    return Reply()


def _open_round(moment: Moment, person: PersonRow) -> RoundRow | None:
    """The newest round that somebody can still sign up for."""
    rounds = [row for row in moment.work.rounds.all(person.organisation) if row.state == "open"]
    return next((row for row in reversed(rounds) if moment.today(person) <= row.deadline), None)


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The colleagues to think of."""
    round_row = moment.work.rounds.get(topic.subject)
    return {**facts_of_round(moment, topic, round_row), "people": colleagues(moment, topic.person)}


def who(moment: Moment, talk: Talk, ask: Ask) -> Say:
    """Only the one who is thought of hears of it."""
    return Say("suggest.seen")


def finish(moment: Moment, talk: Talk) -> Ending:
    """Tells the person, once a round, whoever suggests it; the leader reads the same whatever the person has done."""
    round_row = moment.work.rounds.get(talk.row.subject)
    employee = moment.person(str(talk.state.answers["suggest.who"]))
    mark = f"suggested:{round_row.id}"
    sign_up = moment.work.rounds.sign_up_of(round_row.id, employee.id)
    if mark not in employee.told and (sign_up is None or sign_up.state == "draft"):
        told(moment, employee, mark)
        says = [Say("suggest.leader", {"leader": first(talk.person.name), "programme": round_row.name})]
        presses = [Press("btn.signup", ["suggested", round_row.id]), Press("btn.no_thanks", ["done"])]
        moment.tell(employee, Told(says, presses), kind="news", subject=round_row.id)
    return Ending([Say("suggest.sent", {"name": first(employee.name)})])


def pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """A leader presses for it in the help, or at the end of the own part."""
    return ask(moment, person)


def suggested(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The person takes it up: an ordinary sign-up begins, by the own wish."""
    signups.pressed(moment, person, args, incoming)
    return Reply()


SCRIPTS = {"suggest": Script(SUGGEST, facts, finish, who, keeps=False)}
PRESSES = {"suggest": pressed, "suggested": suggested}
