"""Questions on a card: each kind with the input that fits, what was filled in, what was wrong, what can be done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from bot.channel import Button, Choice, Field, Message, Part
from bot.channels.teams.card import chat, whole
from bot.channels.teams.filled import filled
from bot.channels.teams.text import harmless
from dialogs.model import Raw
from tests.slack.drawings import fields, seen
from tests.teams.drawn import EMIL, LONE, MEMBERS, lines, say, shown
from tests.teams.schema import USERS, Json, actions, check_card, elements, inputs

SAVE = Button("save", "Gem", main=True, sends=True)


def card(*asked: Field, **more: Any) -> Json:
    """The card that asks this."""
    found = whole(Message((), "Logbog", "c1", asked, (SAVE,)), say, members=MEMBERS, **more)
    check_card(found)
    return found


def only(asked: Field, **more: Any) -> Json:
    """The one input of the question."""
    (found,) = inputs(card(asked, **more)).values()
    return found


def options(*labels: str) -> tuple[Choice, ...]:
    """Options with these labels."""
    return tuple(Choice(f"v{n}", label) for n, label in enumerate(labels))


@given(fields())
def test_t15_nothing_of_a_question_is_lost(field: Field) -> None:
    found = shown(card(field))
    offered = field.kind in ("one", "many", "scale")
    for text in (
        *harmless(field.label).split("\n"),
        field.who,
        *field.hints,
        *(it.label for it in field.choices if offered),
    ):
        assert seen(text) in found
    if field.kind in ("text", "long"):
        assert seen(field.value) in found


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (Field("f", "text", "?", limit=300), {"type": "Input.Text", "isMultiline": False, "maxLength": 300}),
        (Field("f", "long", "?", limit=3000), {"type": "Input.Text", "isMultiline": True, "maxLength": 3000}),
        (Field("f", "long", "?", value="x" * 400, limit=300), {"maxLength": 400, "value": "x" * 400}),
        (Field("f", "one", "?", choices=options("a", "b")), {"type": "Input.ChoiceSet", "style": "expanded"}),
        (Field("f", "one", "?", choices=options(*"abcdefg"), value="v3"), {"style": "compact", "value": "v3"}),
        (Field("f", "one", "?", choices=options(*map(str, range(40)))), {"style": "filtered"}),
        (Field("f", "many", "?", choices=options(*"abc"), chosen=("v2", "v0", "x")), {"value": "v2,v0"}),
        (Field("f", "many", "?", choices=options(*"abcdefgh")), {"style": "expanded", "isMultiSelect": True}),
        (Field("f", "scale", "?", value="7"), {"type": "Input.ChoiceSet", "style": "compact", "value": "7"}),
        (Field("f", "date", "?", value="2026-05-05"), {"type": "Input.Date", "value": "2026-05-05"}),
        (Field("f", "time", "?", value="15:40"), {"type": "Input.Time", "value": "15:40"}),
        (Field("f", "date", "?"), {"type": "Input.Date", "placeholder": "Vælg"}),
        (Field("f", "time", "?"), {"type": "Input.Time", "placeholder": "Vælg"}),
        (Field("f", "time", "?", choices=options("Ikke i dag"), value="15:40"), {"style": "compact", "value": "15:40"}),
        (Field("f", "tick", "Er det forstået?"), {"type": "Input.Toggle", "title": "Ja", "value": "false"}),
        (Field("f", "tick", "?", chosen=("yes",)), {"type": "Input.Toggle", "value": "true"}),
        (Field("f", "text", "?", required=True), {"isRequired": True, "errorMessage": "Det her skal udfyldes."}),
    ],
)
def test_t15_each_kind_of_question_has_its_input(field: Field, kind: Json) -> None:
    found = only(field)
    assert found["id"] == "answer:f"
    assert found | kind == found


def test_a_date_or_time_that_is_none_is_not_filled_in() -> None:
    assert "value" not in only(Field("f", "date", "?", value="2026-02-31"))
    assert "value" not in only(Field("f", "time", "?", value="25:00"))


def test_a_colleague_is_chosen_among_those_we_know_or_searched_for() -> None:
    known = (Choice("p1", "Emil Eriksen"), Choice("p2", "Lone Lund"), Choice("p3", "Vera Vang"))
    found = only(Field("f", "person", "Hvem?", choices=known, chosen=("p2",)))
    assert found["choices.data"] == USERS
    assert [(it["title"], it["value"]) for it in found["choices"]] == [
        ("Lone Lund", LONE),
        ("Vera Vang", "p3"),
        ("Emil Eriksen", EMIL),
    ], "those whom the search cannot find come before those whom it can"
    assert found["value"] == LONE


def test_of_very_many_colleagues_the_rest_is_searched_for() -> None:
    known = tuple(Choice(f"p{n}", f"Kollega {n}") for n in range(2000))
    assert len(only(Field("f", "person", "Hvem?", choices=known, chosen=("p1999",)))["choices"]) == 150
    assert only(Field("f", "person", "Hvem?", choices=known, chosen=("p1999",)))["value"] == "p1999"


def test_a_question_of_several_lines_is_labelled_by_its_last() -> None:
    found = card(Field("f", "text", "I går skrev du om morgenmødet.\n\nHvad tænker du nu?", "Kun du kan se det her."))
    assert lines(found)[:3] == [
        "I går skrev du om morgenmødet.",
        "Kun du kan se det her.",
        "Hvad tænker du nu?: Text",
    ]


def test_a_question_without_words_or_without_options() -> None:
    assert only(Field("f", "text", "\u200b"))["label"] == "Vælg"
    assert lines(card(Field("f", "one", "Hvem?")))[0] == "Hvem?"


def test_what_was_filled_in_stands_there_again_below_what_was_wrong() -> None:
    asked = (
        Field("a", "text", "Hvornår?"),
        Field("b", "many", "Hvilke?", choices=options("Mandag", "Tirsdag")),
        Field("c", "person", "Hvem?", choices=(Choice("p1", "Emil"),)),
        Field("d", "tick", "Klar?"),
        Field("e", "tick", "Helt klar?", chosen=("yes",)),
    )
    values: dict[str, Raw] = {"a": "i morgen", "b": ["v1"], "c": "p1", "d": "true", "e": "false"}
    found = card(*asked, values=values, errors={"a": "Skriv en dato.", "b": "Vælg to.", "x": "Noget andet."})
    assert [it.get("value") for it in inputs(found).values()] == ["i morgen", "v1", EMIL, "true", "false"]
    assert lines(found)[:6] == [
        "Noget andet.",
        say("teams.wrong"),
        "Skriv en dato.",
        "Hvornår?: Text",
        "Vælg to.",
        "Hvilke?: ChoiceSet expanded",
    ]
    red = [it["text"] for it in elements(found) if it.get("color") == "attention"]
    assert red == ["Noget andet.", say("teams.wrong"), "Skriv en dato.", "Vælg to."]


def test_one_error_stands_at_its_question_alone() -> None:
    found = card(Field("a", "text", "Hvornår?"), errors={"a": "Skriv en dato."})
    assert lines(found) == ["Skriv en dato.", "Hvornår?: Text", "[Gem]"]


def test_after_a_number_was_found_it_can_be_hidden_or_kept() -> None:
    offers = (Button("mask", "Skjul nummeret", sends=True), Button("keep", "Det er ikke et cpr-nummer", sends=True))
    asked = (Field("a", "long", "Hvad skete der?"), Field("m", "many", "Hvor?", choices=options("Her")))
    found = card(*asked, values={"a": "010101-1234"}, errors={"a": "Det ligner et cpr-nummer."}, offers=offers)
    assert lines(found)[-3:] == ["[Skjul nummeret]", "[Det er ikke et cpr-nummer]", "[Gem]"]
    mask, keep, save = actions(found)
    assert [it["title"] for it in (mask, keep, save)] == ["Skjul nummeret", "Det er ikke et cpr-nummer", "Gem"]
    assert mask["data"]["vidsyn"] == {"card": "c1", "button": "save", "leave": "mask", "leaves": ["a"], "many": ["m"]}
    assert keep["associatedInputs"] == "auto"
    assert filled({**keep["data"], "answer:a": "010101-1234"}).leave == "keep"


def test_what_must_be_filled_in_stops_only_the_button_that_sends_it() -> None:
    ways = (SAVE, Button("skip", "Spring over"), Button("see", "Se det", opens=True))
    (activity,) = chat(Message((), "x", "c1", (Field("a", "text", "?", required=True),), ways), say)
    save, skip, see = actions(activity["attachments"][0]["content"])
    assert [it["associatedInputs"] for it in (save, skip, see)] == ["auto", "none", "none"]
    assert [it["fallback"]["associatedInputs"] for it in (save, skip)] == ["auto", "none"]
    assert see["data"]["msteams"] == {"type": "task/fetch"}


def test_answers_stand_below_one_another_and_short_ones_beside() -> None:
    def rows(*labels: str) -> list[str]:
        pressed = [Button(f"o{n}", label, choice=True) for n, label in enumerate(labels)]
        back = Button("back", "Tilbage", quiet=True)
        return lines(whole(Message((), "x", "c1", (), (*pressed, back)), say, members={}))

    assert rows("Ja", "Nej") == ["[Ja] [Nej]", "[Tilbage]"]
    assert rows("Godkend", "Vi skal tale sammen først", "Ikke muligt nu") == [
        "[Godkend]",
        "[Vi skal tale sammen først]",
        "[Ikke muligt nu]",
        "[Tilbage]",
    ]


def test_an_answer_with_no_room_on_a_button_is_chosen_in_a_list() -> None:
    long = "Jeg har en idé, men vil have hjælp til kontakten"
    answers = (Button("o0", "Jeg ordner det selv", choice=True), Button("o1", long, choice=True, main=True))
    said = (Part("2 af 3", "small"), Part("Har du et sted?", "asked"), Part("HR kan se det her.", "who"), Part("Tak."))
    message = Message(said, "x", "c1", (), (*answers, Button("back", "Tilbage", quiet=True)))
    found = whole(message, say, members={})
    check_card(found)
    assert lines(found) == [
        "2 af 3",
        "Tak.",
        "HR kan se det her.",
        "Har du et sted?: ChoiceSet expanded",
        "[Fortsæt]",
        "[Tilbage]",
    ]
    asked = inputs(found)["choice"]
    assert [it["title"] for it in asked["choices"]] == ["Jeg ordner det selv", long]
    assert (asked["value"], asked["isRequired"]) == ("o1", True)
    sent = filled({**actions(found)[0]["data"], "choice": "o0"})
    assert (sent.card, sent.button, sent.values) == ("c1", "o0", {})


def test_any_other_label_with_no_room_stands_in_full_above() -> None:
    label = "Vi er enige om målene og om, hvordan erfaringen bliver brugt"
    found = whole(Message((), "x", "c1", (), (Button("a", label),)), say, members={})
    assert lines(found) == [label, "[Vi er enige om målene og om…]"]
    assert actions(found)[0]["tooltip"] == label


def test_what_is_about_another_thing_begins_a_row() -> None:
    ways = (Button("0.0", "Sæt flueben", matter="0"), Button("1.1", "Ja", matter="1"), Button("2.1", "Nej", matter="1"))
    found = whole(Message((), "x", "c1", (), ways), say, members={})
    assert lines(found) == ["[Sæt flueben]", "[Ja] [Nej]"]


def test_no_row_has_more_than_six_buttons_and_only_the_first_main_one_stands_out() -> None:
    pressed = tuple(Button(f"b{n}", "", main=n > 3) for n in range(40))
    found = whole(Message((), "x", "c1", (), pressed), say, members={})
    check_card(found)
    assert len(actions(found)) == 40
    assert [it["data"]["vidsyn"]["button"] for it in actions(found) if "style" in it] == ["b4"]


def test_the_language_of_the_card_is_its_readers() -> None:
    message = Message((), "Logbok", "c1", (), (SAVE,), language="nb")
    assert whole(message, say, members={})["lang"] == "nb"
    assert whole(replace(message, language="en"), say, members={})["lang"] == "en"
