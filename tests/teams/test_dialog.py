"""Messages as a dialog: one card, its buttons all send it, and only one of the messages is filled in."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.channel import Button, Choice, Field, Message, Part
from bot.channels.teams.dialog import dialog, noted
from tests.slack.drawings import seen
from tests.teams.drawn import MEMBERS, lines, messages, say, shown
from tests.teams.schema import Json, actions, check_dialog, inputs
from tests.teams.test_card import DEBRIEF

THANKS = Message(
    (Part("Tak. Det er gemt."), Part("Morgenmødet", "own")),
    "Logbog",
    "c0",
    buttons=(Button("share", "Del en af dem"),),
)


def content(value: Json) -> Json:
    """The card of a task module."""
    found: Json = value["card"]["content"]
    return found


@given(st.lists(messages, min_size=1, max_size=3))
def test_t15_any_messages_are_a_dialog_that_teams_takes(shows: list[Message]) -> None:
    check_dialog(dialog(shows, say, members=MEMBERS))


@given(messages)
def test_t14_a_dialog_loses_nothing_that_it_has_room_for(message: Message) -> None:
    value = dialog([replace(message, fields=())], say, members=MEMBERS)
    if say("teams.cut") not in lines(content(value)):
        found = shown(content(value)) + seen(value["title"])
        assert all(seen(part.text) in found for part in message.parts)


def test_t15_a_dialog_shows_own_words_and_asks() -> None:
    value = dialog([DEBRIEF], say, members={})
    check_dialog(value)
    assert (value["title"], value["width"], value["height"]) == ("Opsamling", "medium", "large")
    assert lines(content(value)) == [
        "2 af 6",
        "Prøv at gøre sætningen færdig.",
        "Før tænkte jeg, at de var ligeglade.",
        "Kun du kan se det her.",
        "Hvad har rykket dig?: ChoiceSet expanded",
        "Eller: “Jeg plejede at …”.",
        "[Fortsæt]",
        "[Mind mig om det senere]",
        "[Fortsæt senere]",
    ]
    save = actions(content(value))[0]
    assert save["type"] == "Action.Submit"
    assert save["data"] == {"vidsyn": {"card": "c1", "button": "save", "dialog": True}}


def test_of_several_messages_the_last_that_asks_is_filled_in_and_all_can_be_pressed() -> None:
    earlier = replace(DEBRIEF, card="c2", fields=(Field("x", "text", "Før?", value="Det her"),))
    value = dialog([earlier, DEBRIEF, THANKS], say, members={})
    assert list(inputs(content(value))) == ["answer:deb.what"]
    assert {"Før?", "Det her", "Tak. Det er gemt."} <= set(lines(content(value)))
    pressed = [it["data"]["vidsyn"]["card"] for it in actions(content(value))]
    assert pressed == ["c2"] * 3 + ["c1"] * 3 + ["c0"]


def test_with_errors_the_dialog_says_so_above_and_keeps_what_was_typed() -> None:
    asked = replace(DEBRIEF, fields=(Field("a", "long", "Hvad skete der?"),))
    offers = (Button("mask", "Skjul nummeret", sends=True),)
    value = dialog(
        [asked],
        say,
        members={},
        note="Se her.",
        values={"a": "010101-1234"},
        errors={"a": "Et cpr-nummer?", "": "Lukket."},
        offers=offers,
    )
    check_dialog(value)
    assert lines(content(value))[:2] == ["Se her.", "Lukket."]
    assert inputs(content(value))["answer:a"]["value"] == "010101-1234"
    mask = actions(content(value))[0]
    assert mask["data"]["vidsyn"] == {
        "card": "c1",
        "button": "save",
        "leave": "mask",
        "leaves": ["", "a"],
        "dialog": True,
    }


def test_a_title_with_no_room_stands_on_the_card() -> None:
    long = "En meget lang titel, som ingen telefon kan vise i en eneste linje"
    value = dialog([Message((Part(long, "title"),), "x")], say, members={})
    assert value["title"] == "Vidsyn"
    assert lines(content(value)) == [long]


def test_a_dialog_that_only_says_something() -> None:
    value = noted("Det her er lukket.", say)
    check_dialog(value)
    assert (lines(content(value)), value["height"]) == (["Det her er lukket."], "small")


def test_a_long_answer_is_chosen_in_a_list_here_too() -> None:
    answers = tuple(Button(f"o{n}", f"{n}: et svar, der er for langt til en knap", choice=True) for n in range(3))
    value = dialog([Message((Part("Hvad nu?", "asked"),), "x", "c1", (), answers)], say, members={})
    check_dialog(value)
    assert inputs(content(value))["choice"]["choices"][2] == {"title": answers[2].label, "value": "o2"}


def test_options_that_quote_are_read_as_text() -> None:
    quoting = Field("a", "one", "Hvilken?", choices=(Choice("v", "**fed** [x](http://evil.example)"),))
    (asked,) = inputs(content(dialog([Message((), "x", "c", (quoting,))], say, members={}))).values()
    assert "**f" not in asked["choices"][0]["title"]
    assert "](" not in asked["choices"][0]["title"]
