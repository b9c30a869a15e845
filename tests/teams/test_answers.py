"""What Teams is told in the same request, for each thing that a reply can hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.channel import Button, Door, Field, Message, Part, Reply
from bot.channels.teams import read
from bot.channels.teams.answers import CARD, SENTENCE, Answer, Pen, to_fetch, to_press, to_submission
from bot.channels.teams.read import Heard
from tests.stage.play import WORDS
from tests.teams.fake import problems, text_of
from tests.teams.payloads import data, execute, task

PEN = Pen(lambda key: WORDS.text("da", key), {})
ASKED = Message(
    (Part("Forberedelse", "title"), Part("Hvad vil du lære?", "asked")),
    preview="Forberedelse",
    card="card2",
    fields=(Field("why", "long", "Hvad vil du lære?", required=True),),
    buttons=(Button("save", "Videre", main=True, sends=True),),
    door=Door("talk", "Fortsæt", "2 af 7"),
)
QUOTING = Message(
    (Part("Opsamling", "title"), Part("Det var en god dag", "own")),
    preview="Opsamling",
    card="card3",
    buttons=(Button("go", "Videre", main=True),),
    door=Door("talk", "Fortsæt", "3 af 7"),
)
KEEP = Button("keep", "Gem det, som det er", sends=True)


def heard(body: dict[str, Any]) -> Heard:
    found = read.pressed(body) or read.fetched(body)
    assert found is not None
    return found


PRESS = heard(execute(data("save", "card1", why="Ring 22 33 44 55")))
SUBMISSION = heard(task("task/submit", data("save", "card1", why="Ring 22 33 44 55")))


def card_in(answer: Answer | None) -> dict[str, Any]:
    """The card that is shown, whether in the chat or in a dialog."""
    assert answer is not None
    card = answer["value"] if answer.get("type") == CARD else answer["task"]["value"]["card"]["content"]
    assert isinstance(card, dict)
    assert problems(card, dialog="task" in answer) == []
    return card


def test_t15_the_next_card_takes_the_place_of_the_pressed_one() -> None:
    answer = to_press(PRESS, Reply(card=ASKED), PEN)
    assert (answer["statusCode"], answer["type"]) == (200, CARD)
    assert "Hvad vil du lære?" in text_of(card_in(answer))


def test_no_words_of_anybody_come_into_the_chat_with_an_answer() -> None:
    card = card_in(to_press(PRESS, Reply(card=QUOTING), PEN))
    assert "Det var en god dag" not in text_of(card)
    assert "Fortsæt" in text_of(card)
    assert "Det var en god dag" in text_of(card_in(to_fetch(PRESS, Reply(shows=(QUOTING,)), PEN)))


def test_what_is_refused_is_there_again_with_what_was_typed_and_why_and_what_can_be_done() -> None:
    reply = Reply(errors={"why": "Det ligner et telefonnummer."}, offers=(KEEP,), again=ASKED)
    for answer in (to_press(PRESS, reply, PEN), to_submission(SUBMISSION, reply, PEN)):
        shown = text_of(card_in(answer))
        assert "Det ligner et telefonnummer." in shown
        assert "Gem det, som det er" in shown
        assert "Ring 22 33 44 55" in str(card_in(answer))


def test_a_note_leaves_the_card_where_it_is() -> None:
    assert to_press(PRESS, Reply(note="Den er besvaret."), PEN) == {
        "statusCode": 200,
        "type": SENTENCE,
        "value": "Den er besvaret.",
    }
    assert to_press(PRESS, Reply(errors={"x": "Nej."}), PEN)["value"] == "Nej."
    assert to_press(PRESS, Reply(), PEN)["value"] == "Svaret står i chatten."


def test_a_dialog_opens_with_what_is_shown_or_says_why_not() -> None:
    assert to_fetch(PRESS, Reply(shows=(ASKED,)), PEN)["task"]["type"] == "continue"
    assert to_fetch(PRESS, Reply(note="Den er lukket."), PEN) == {
        "task": {"type": "message", "value": "Den er lukket."}
    }
    assert to_fetch(PRESS, Reply(), PEN)["task"]["value"] == "Svaret står nederst i chatten."
    elsewhere = replace(PRESS, where=replace(PRESS.where, personal=False))
    assert to_fetch(elsewhere, Reply(), PEN)["task"]["value"] == "Jeg har svaret dig i vores private chat."


def test_a_dialog_goes_on_says_something_or_closes() -> None:
    assert "Hvad vil du lære?" in text_of(card_in(to_submission(SUBMISSION, Reply(shows=(ASKED,)), PEN)))
    assert "Den er lukket." in text_of(card_in(to_submission(SUBMISSION, Reply(note="Den er lukket."), PEN)))
    assert to_submission(SUBMISSION, Reply(), PEN) is None
