"""How long a conversation takes, reckoned from what it says and asks, so that the sentence that names it is true."""

from __future__ import annotations

from bot.moment import Moment
from bot.programme.tracks import minutes
from bot.script import Topic
from dialogs.model import NOTHING, Ask, Dialog, Facts, Many, Scale, Value, View

HIGH = 10
"""A number that leads to no further question."""


def minutes_of(moment: Moment, topic: Topic, dialog: Dialog, *, full: bool, known: Facts = NOTHING) -> int:
    """Minutes for who answers everything and chooses nothing special. `known` are facts that ask for more."""
    usual = {"full": full, "goals": 1, "quotes": ["one"], "assumption": "one", "releasable": ["one"]}
    asks = _asked(dialog, {**usual, **known})
    keys = [*dialog.intro, *(key for ask in asks for key in (*ask.says, ask.words, *ask.hints))]
    return minutes((moment.words.plain(topic.person.language, key) for key in keys), asks)


def _asked(dialog: Dialog, facts: Facts) -> list[Ask]:
    """The questions that come one after the other, those that an answer leads to included."""
    answers: dict[str, Value] = {}
    asks = []
    for ask in dialog.asks:
        if ask.when(View(answers, facts)):
            asks.append(ask)
            answers[ask.key] = _something(ask)
    return asks


def _something(ask: Ask) -> Value:
    """An answer, whatever it is: one of several, a high number, or that there is one."""
    if isinstance(ask.answer, Many):
        return ["one"]
    return HIGH if isinstance(ask.answer, Scale) else True
