"""What a question is called when somebody else reads its answer: never by what its author wrote elsewhere."""

from __future__ import annotations

import pytest

from bot.drawing import quotes
from dialogs.catalogue import DIALOGS
from dialogs.model import Ask, Visibility
from tests.stage.play import WORDS

SHARED = (Visibility.SHARED_ON_REQUEST, Visibility.JOINT, Visibility.THREE_PARTY)
QUOTING = {
    ask.words: ask
    for dialog in DIALOGS.values()
    for ask in dialog.asks
    if ask.visibility in SHARED and quotes(WORDS, ask.words)
}


def test_some_questions_repeat_what_their_author_wrote() -> None:
    assert {"fu.action", "fu30.request", "log.deep.goal"} <= QUOTING.keys()


@pytest.mark.parametrize("ask", QUOTING.values(), ids=QUOTING)
def test_a_question_that_quotes_its_author_has_a_short_name_for_others(ask: Ask) -> None:
    """The answer may be for somebody whom the quoted text is not for."""
    short = f"short.{ask.key.partition('#')[0]}"
    assert WORDS.has(short)
    assert not quotes(WORDS, short)
