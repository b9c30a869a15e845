"""Help at the goals: a beginning to change, an example, and why it is asked, each by a press."""

from __future__ import annotations

from bot import showing, talks
from bot.channel import Choice, Incoming, Reply
from bot.moment import Moment, Press
from bot.script import Talk
from bot.turns.picking import shown_by
from dialogs.model import Say
from dialogs.preparation import GOAL_IDEAS, IDEA
from storage.records import PersonRow

HINTS = {"why": "prep.goal.why", "example": "prep.goal.example"}
"""They stand under the first goal; at the later questions about goals they come by a press."""


def presses(talk: Talk) -> list[Press]:
    """What helps with the question that is open."""
    key, _, number = talk.state.at.partition("#")
    if key not in ("prep.goal.1", "prep.goal.2", "prep.goal.3", "prep.goal.sharpen"):
        return []
    ideas = [] if number else [Press("btn.goal_ideas", ["goal_ideas", talk.row.id])]
    if key == "prep.goal.1":
        return ideas
    hints = [Press("btn.example", ["goal_hint", talk.row.id, "example"])]
    return [*ideas, *hints, Press("btn.why", ["goal_hint", talk.row.id, "why"])]


def ideas(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Lists beginnings of goals to pick one from."""
    talk = _mine(moment, person, args)
    if talk is None:
        return Reply(note=moment.words.text(person.language, "card.answered"))
    choices = tuple(Choice(key, moment.words.text(person.language, key)) for key in GOAL_IDEAS)
    actions = {"pick": ["goal_idea", talk.row.id], "back": ["resume"]}
    showing.pick_one(
        moment, talk, ("goal", "goal.idea_which"), choices, "btn.choose", actions, shown_by(moment, incoming)
    )
    return Reply()


def idea(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The question again, begun with what was picked; it is no answer before it is sent."""
    talk, picked = _mine(moment, person, args), str(incoming.values.get("goal", ""))
    if talk is None or picked not in GOAL_IDEAS:
        return Reply(note=moment.words.text(person.language, "card.answered"))
    start = {IDEA.format(talk.state.at.removeprefix("prep.goal.")): moment.words.text(person.language, picked)}
    talks.begin(moment, talk.topic, replaces=shown_by(moment, incoming), fixed=start)
    return Reply()


def hint(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The question again, with what was asked for above it."""
    talk = _mine(moment, person, args)
    if talk is None:
        return Reply(note=moment.words.text(person.language, "card.answered"))
    talks.begin(moment, talk.topic, replaces=shown_by(moment, incoming), before=[Say(HINTS[args[1]])])
    return Reply()


def _mine(moment: Moment, person: PersonRow, args: list[str]) -> Talk | None:
    """The conversation, while a goal is asked for in it."""
    row = moment.work.conversations.get(args[0])
    if row.person != person.id or row.status not in ("open", "paused"):
        return None
    talk = talks.load(moment, row)
    return talk if presses(talk) else None


PRESSES = {"goal_ideas": ideas, "goal_idea": idea, "goal_hint": hint}
