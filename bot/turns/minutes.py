"""How long a conversation takes, reckoned from what it says and asks, so that the sentence that names it is true."""

from __future__ import annotations

from bot.moment import Moment
from bot.programme.tracks import minutes
from bot.script import Topic
from dialogs.model import NOTHING, Dialog, Facts, View


def minutes_of(moment: Moment, topic: Topic, dialog: Dialog, *, full: bool, known: Facts = NOTHING) -> int:
    """Minutes for the questions that are asked when nothing special is chosen. `known` are facts that ask for more."""
    usual = {"full": full, "goals": 1, "quotes": ["one"], "assumption": "one", "releasable": ["one"]}
    facts: Facts = {**usual, **known}
    asks = [ask for ask in dialog.asks if ask.when(View({}, facts))]
    keys = [*dialog.intro, *(key for ask in asks for key in (*ask.says, ask.words, *ask.hints))]
    return minutes((moment.words.plain(topic.person.language, key) for key in keys), asks)
