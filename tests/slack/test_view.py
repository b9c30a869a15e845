"""Forms and the App Home: inside Slack's limits, each button in its role, each question with who sees the answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channel import Button, Choice, Door, Field, Message, Part
from bot.channels.slack.state import filled
from bot.channels.slack.text import harmless
from bot.channels.slack.view import home, view
from tests.slack.drawings import INJECTIONS, MEMBERS, WORDS, fields, messages, say, seen, shown, things, types
from tests.slack.fake.blocks import view_problems

several = st.lists(messages, min_size=1, max_size=3)


@given(several, st.text(max_size=200))
def test_s16_any_messages_fit_in_a_form(shows: list[Message], note: str) -> None:
    shows = [replace(it, fields=()) for it in shows[:-1]] + shows[-1:]
    errors = {field.key: note for field in shows[-1].fields}
    assert view_problems(view(shows, say, note, MEMBERS, errors)) == []


@given(st.lists(messages, max_size=3))
def test_s16_any_messages_fit_on_the_home_page(shows: list[Message]) -> None:
    found = home(shows, say)
    assert view_problems(found) == []
    assert "input" not in types(found)


@given(messages)
def test_s17_all_text_in_a_form_is_plain(message: Message) -> None:
    for found in (view([message], say, members=MEMBERS), home([message], say)):
        assert types(found).isdisjoint({"mrkdwn", "markdown", "link", "user", "usergroup", "broadcast", "emoji"})


@given(messages)
def test_a12_all_that_fits_in_a_form_is_there(message: Message) -> None:
    message = replace(message, parts=message.parts[:4], fields=message.fields[:2], buttons=message.buttons[:9])
    drawn = view([message], say, members=MEMBERS)
    found = shown(drawn)
    if seen(WORDS["slack.cut"]) in found:
        return
    inside = [it for it in message.buttons if it.id != "pause"]
    fitting = [it for it in message.buttons if it.id == "pause" and len(it.label) < 9]
    texts = [part.text for part in message.parts] + [it.label for it in (*inside, *fitting[:1])]
    for field in message.fields:
        texts += [*harmless(field.label).split("\n"), field.who, *field.hints]
        if field.kind in ("one", "many"):
            texts += [choice.label for choice in field.choices]
    for text in texts:
        assert seen(text) in found or seen(" ".join(text.split())) in found


@given(fields(), st.sampled_from(("text", "long")))
def test_a12_what_was_typed_is_in_its_field_or_above_it(field: Field, kind: Any) -> None:
    message = Message((), "x", "c1", fields=(replace(field, kind=kind),), buttons=(SAVE,))
    assert seen(field.value) in shown(view([message], say))


@pytest.mark.parametrize("text", INJECTIONS)
def test_a12_injections_are_shown_as_they_stand_in_a_form(text: str) -> None:
    message = Message((Part(text, "own"),), "x", "c1", fields=(Field("f", "long", text[:150]),), buttons=(SAVE,))
    drawn = view([message], say)
    assert view_problems(drawn) == []
    assert shown(drawn).count(seen(text[:150])) >= 2


def test_the_logbook_is_one_form() -> None:
    drawn = view([LOGBOOK], say)
    assert _foot(drawn) == ("Logbog", "Fortsæt senere", "Gem")
    assert _drawn(drawn) == [
        ("rich_text", "Hvad vil du huske fra i dag?"),
        ("context", "Kun du kan se det her, indtil du vælger at dele det."),
        ("input", "Hvad hænger ved fra i dag? / Noget, du så, hørte eller gjorde."),
        ("divider", ""),
        ("context", "Kun du kan se det her."),
        ("input", "Vil du se på det igen? / Ja / Nej"),
        ("actions", "Ikke i dag"),
    ]
    typed, chosen = drawn["blocks"][2], drawn["blocks"][5]
    assert (typed["block_id"], typed["optional"], typed["element"]["initial_value"]) == ("log.what", False, "Mødet")
    assert typed["hint"]["text"] == "Noget, du så, hørte eller gjorde."
    assert chosen["element"]["initial_option"]["value"] == "yes"
    assert json.loads(drawn["private_metadata"]) == {"card": "c1", "button": "save", "leaves": []}
    assert drawn["notify_on_close"] is False


def test_we_hear_when_a_form_is_put_down_that_has_a_door_in_the_chat() -> None:
    opened = replace(CHOICE, door=Door("d", "Fortsæt", "6 af 14"))
    for them in ([opened], [opened, LOGBOOK], [LOGBOOK, opened]):
        assert view(them, say)["notify_on_close"] is True


def test_a_debrief_step_is_a_list_with_one_button() -> None:
    drawn = view([CHOICE], say)
    assert _foot(drawn) == ("Opsamling", "Fortsæt senere", "Fortsæt")
    assert _drawn(drawn) == [
        ("context", "6 af 14"),
        ("context", "Kun du kan se det her."),
        ("input", "Hvor langt kom du? / Begyndt / Halvvejs / Tænk på dit tegn."),
        ("actions", "Tilbage"),
    ]
    asked = drawn["blocks"][2]
    assert (asked["block_id"], asked["element"]["action_id"]) == ("_choice", "value")
    assert asked["element"]["initial_option"]["value"] == "option1"
    assert json.loads(drawn["private_metadata"]) == {"card": "c2", "button": "", "leaves": []}


def test_the_only_choice_is_the_button_at_the_foot() -> None:
    drawn = view([replace(CHOICE, buttons=(CHOICE.buttons[0],))], say)
    assert _foot(drawn) == ("Opsamling", "Luk", "Begyndt")
    assert json.loads(drawn["private_metadata"])["button"] == "option0"
    assert drawn["notify_on_close"] is False


def test_an_only_choice_too_long_for_the_foot_stands_inside() -> None:
    drawn = view([replace(CHOICE, buttons=(Button("a", "Jeg har læst det og går videre", choice=True),))], say)
    assert _foot(drawn) == ("Opsamling", "Luk", None)
    assert _drawn(drawn)[-1] == ("actions", "Jeg har læst det og går videre")


def test_the_last_question_of_several_messages_has_the_button_at_the_foot() -> None:
    drawn = view([CHOICE, Message((Part("Gemt."),), "x", "c3"), LOGBOOK], say)
    assert _foot(drawn) == ("Opsamling", "Fortsæt senere", "Gem")
    assert json.loads(drawn["private_metadata"])["card"] == "c1"
    values = [thing["value"] for thing in things(drawn) if thing.get("type") == "button"]
    assert values == ["c2|option0", "c2|option1", "c2|back", "c1|not_today"]


def test_a_long_title_stands_in_full_below_and_no_title_is_the_name() -> None:
    title = "Emil hos Familieafdelingen: Det kan du se"
    drawn = view([Message((Part(title, "title"), Part("Mål")), "x")], say)
    assert drawn["title"]["text"] == "Vidsyn"
    assert _drawn(drawn)[0] == ("header", title)
    assert view([Message((Part("Mål"),), "x")], say)["title"]["text"] == "Vidsyn"


def test_a_button_inside_that_only_closes_is_left_to_the_foot() -> None:
    drawn = view([replace(LOGBOOK, buttons=(SAVE, Button("leave", "Luk")))], say)
    assert _foot(drawn) == ("Logbog", "Luk", "Gem")
    assert "actions" not in types(drawn)


@pytest.mark.parametrize(
    ("kind", "count", "element"),
    [
        ("one", 10, "radio_buttons"),
        ("one", 11, "static_select"),
        ("many", 10, "checkboxes"),
        ("many", 11, "checkboxes"),
        ("many", 30, "checkboxes"),
        ("many", 31, "multi_static_select"),
        ("many", 250, "multi_static_select"),
        ("scale", 10, "radio_buttons"),
        ("scale", 11, "static_select"),
        ("date", 0, "datepicker"),
        ("time", 0, "timepicker"),
        ("time", 1, "static_select"),
        ("person", 5, "users_select"),
        ("tick", 0, "checkboxes"),
        ("text", 0, "plain_text_input"),
    ],
)
def test_which_control_a_question_gets(kind: Any, count: int, element: str) -> None:
    offered = tuple(Choice(f"v{n}", f"Svar {n}") for n in range(count))
    drawn = view([_asking(Field("f", kind, "Hvad?", choices=offered, chosen=("v0",)))], say)
    assert view_problems(drawn) == []
    assert {block["element"]["type"] for block in drawn["blocks"] if block["type"] == "input"} == {element}
    shown_options = {thing["value"] for thing in things(drawn["blocks"]) if "value" in thing}
    assert {choice.value for choice in offered} <= shown_options or kind == "person"


def test_more_boxes_than_slack_takes_stand_in_sight_in_groups_of_ten_and_are_one_answer() -> None:
    offered = tuple(Choice(f"v{n}", f"Svar {n}") for n in range(23))
    field = Field("f", "many", "Hvad?", "Kun dig", ("Vælg frit.",), offered, chosen=("v2", "v11", "v22"))
    drawn = view([_asking(field)], say)
    assert view_problems(drawn) == []
    assert [text for kind, text in _drawn(drawn) if kind == "input"] == [
        "Hvad? / " + " / ".join(f"Svar {n}" for n in range(10)),
        "11–20 / " + " / ".join(f"Svar {n}" for n in range(10, 20)),
        "21–23 / Svar 20 / Svar 21 / Svar 22 / Vælg frit.",
    ]
    groups = [block for block in drawn["blocks"] if block["type"] == "input"]
    state = {block["block_id"]: {"value": _untouched(block["element"])} for block in reversed(groups)}
    assert filled({"values": state}).values == {"f": ["v2", "v11", "v22"]}


def test_what_has_to_be_ticked_stays_one_menu() -> None:
    offered = tuple(Choice(f"v{n}", f"Svar {n}") for n in range(12))
    assert _element(Field("f", "many", "Hvad?", choices=offered, required=True))["type"] == "multi_static_select"


def test_a_tick_is_yes_a_day_its_date_and_a_person_their_user() -> None:
    ticked = _element(Field("f", "tick", "Jeg er enig", chosen=("yes",)))
    assert (ticked["options"][0]["text"]["text"], ticked["initial_options"][0]["value"]) == ("Ja", "yes")
    assert _element(Field("f", "date", "Hvornår?", value="2026-05-05"))["initial_date"] == "2026-05-05"
    assert "initial_date" not in _element(Field("f", "date", "Hvornår?", value="2026-02-31"))
    assert _element(Field("f", "time", "Hvornår?", value="15:40"))["initial_time"] == "15:40"
    assert _element(Field("f", "person", "Hvem?", chosen=("p1",)))["initial_user"] == "U111"
    assert "initial_user" not in _element(Field("f", "person", "Hvem?", chosen=("ukendt",)))


@pytest.mark.parametrize("kind", ["date", "time", "person"])
def test_what_is_opened_to_choose_from_says_so_in_the_readers_language(kind: Any) -> None:
    assert _element(Field("f", kind, "Hvad?"))["placeholder"]["text"] == say("slack.choose")


def test_a_time_may_be_one_of_the_words_or_any_quarter_or_the_one_that_was_given() -> None:
    field = Field("f", "time", "Hvornår?", choices=(Choice("shifts", "Jeg har vagter"),), value="15:40")
    found = _element(field)
    assert found["initial_option"]["value"] == "15:40"
    assert [option["value"] for option in found["options"][:3]] == ["shifts", "00:00", "00:15"]
    assert len(found["options"]) == 1 + 96 + 1


def test_a_text_longer_than_its_field_stands_in_full_above_it() -> None:
    value = "Et langt svar. " * 300
    blocks = view([_asking(Field("f", "long", "Hvad?", value=value, limit=3000))], say)["blocks"]
    assert types(blocks[0]) >= {"rich_text_quote"}
    assert len(blocks[-1]["element"]["initial_value"]) <= blocks[-1]["element"]["max_length"] == 3000


def test_a_long_option_goes_on_in_the_line_below_and_a_longer_one_is_listed_above() -> None:
    two = "5. maj, Det hænger ved: De tager ti minutter om morgenen til at fordele opkaldene"
    more = "6. maj, Det hænger ved: " + "De ringer altid til os om fredagen, og så " * 4 + "er det for sent"
    offered = (Choice("a", two), Choice("b", more))
    blocks = view([_asking(Field("f", "many", "Hvad?", choices=offered))], say)["blocks"]
    first, second = blocks[1]["element"]["options"]
    assert first["text"]["text"] == "5. maj, Det hænger ved:"
    assert first["description"]["text"] == "De tager ti minutter om morgenen til at fordele opkaldene"
    assert _text(blocks[0]) == f"2. {more}"
    assert second["text"]["text"].startswith("2. 6. maj")
    assert second["text"]["text"].endswith("…")


def test_a_long_option_of_several_things_goes_on_before_one_of_them() -> None:
    label = "Emil Eriksen · Familieafdelingen, for de får vores indberetninger · Hvad de har brug for at vide fra os"
    (option,) = _element(Field("f", "one", "Hvem?", choices=(Choice("a", label),)))["options"]
    assert option["text"]["text"] == "Emil Eriksen · Familieafdelingen, for de får vores indberetninger"
    assert option["description"]["text"] == "· Hvad de har brug for at vide fra os"


def test_s16_what_does_not_fit_in_a_form_is_said_and_the_questions_stay() -> None:
    many = replace(LOGBOOK, parts=tuple(Part(f"Dag {n}", "own") for n in range(200)))
    drawn = view([many], say)
    assert view_problems(drawn) == []
    assert len(drawn["blocks"]) == 100
    texts = [text for _, text in _drawn(drawn)]
    assert texts.index(WORDS["slack.cut"]) == texts.index("Kun du kan se det her, indtil du vælger at dele det.") - 1
    assert [kind for kind, _ in _drawn(drawn)].count("input") == 2


def test_the_home_page_has_all_buttons_and_nothing_to_fill_in() -> None:
    drawn = home([LOGBOOK, replace(CHOICE, door=Door("d", "Fortsæt", "6 af 14"))], say)
    assert _drawn(drawn) == [
        ("header", "Logbog"),
        ("rich_text", "Hvad vil du huske fra i dag?"),
        ("rich_text", "Hvad hænger ved fra i dag?"),
        ("context", "Kun du kan se det her, indtil du vælger at dele det."),
        ("context", "Noget, du så, hørte eller gjorde."),
        ("rich_text", "Mødet"),
        ("rich_text", "Vil du se på det igen?"),
        ("context", "Kun du kan se det her."),
        ("rich_text", "1. Ja\n2. Nej"),
        ("actions", "Gem / Ikke i dag / Fortsæt senere"),
        ("divider", ""),
        ("header", "Opsamling"),
        ("context", "6 af 14"),
        ("actions", "Fortsæt"),
    ]
    ids = [thing["action_id"] for thing in things(drawn) if "action_id" in thing]
    assert ids == ["press:0", "press:1", "press:2", "press:3"]


@given(fields())
def test_what_a_form_begins_with_is_what_it_sends_untouched(field: Field) -> None:
    field = replace(field, value=field.value[:300])
    blocks = view([_asking(field)], say, members=MEMBERS)["blocks"]
    asked = [block for block in blocks if block["type"] == "input"]
    state = {"values": {block["block_id"]: {"value": _untouched(block["element"])} for block in asked}}
    values = filled(state).values
    given = set(values.get(field.key, ())) if field.kind in ("many", "tick") else {values.get(field.key, "")}
    assert given <= {field.value, *field.chosen, "", "yes"} or field.kind in ("text", "long")


SAVE = Button("save", "Gem", main=True, sends=True)
LOGBOOK = Message(
    (Part("Logbog", "title"), Part("Hvad vil du huske fra i dag?")),
    "Logbog",
    "c1",
    fields=(
        Field(
            "log.what",
            "long",
            "Hvad hænger ved fra i dag?",
            "Kun du kan se det her, indtil du vælger at dele det.",
            ("Noget, du så, hørte eller gjorde.",),
            value="Mødet",
            required=True,
            limit=3000,
        ),
        Field(
            "log.again",
            "one",
            "Vil du se på det igen?",
            "Kun du kan se det her.",
            choices=(Choice("yes", "Ja"), Choice("no", "Nej")),
            chosen=("yes",),
        ),
    ),
    buttons=(SAVE, Button("not_today", "Ikke i dag", beside=True), Button("pause", "Fortsæt senere", quiet=True)),
)
CHOICE = Message(
    (
        Part("Opsamling", "title"),
        Part("6 af 14", "small"),
        Part("Hvor langt kom du?", "asked"),
        Part("Kun du kan se det her.", "who"),
        Part("Tænk på dit tegn.", "small"),
    ),
    "Opsamling",
    "c2",
    buttons=(
        Button("option0", "Begyndt", choice=True),
        Button("option1", "Halvvejs", choice=True, main=True),
        Button("back", "Tilbage", quiet=True),
        Button("pause", "Fortsæt senere", quiet=True),
    ),
)


def _asking(field: Field) -> Message:
    return Message((), "x", "c1", fields=(field,), buttons=(SAVE,))


def _element(field: Field) -> dict[str, Any]:
    element: dict[str, Any] = view([_asking(field)], say, members=MEMBERS)["blocks"][-1]["element"]
    return element


def _untouched(element: dict[str, Any]) -> dict[str, Any]:
    """What Slack sends for a control that nobody touched."""
    answers = {
        "initial_value": "value",
        "initial_option": "selected_option",
        "initial_options": "selected_options",
        "initial_date": "selected_date",
        "initial_time": "selected_time",
        "initial_user": "selected_user",
    }
    return {"type": element["type"]} | {answers[key]: element[key] for key in answers if key in element}


def _foot(drawn: dict[str, Any]) -> tuple[str, str, str | None]:
    submit = drawn.get("submit")
    return drawn["title"]["text"], drawn["close"]["text"], submit["text"] if submit else None


def _text(block: dict[str, Any]) -> str:
    element = {key: it for key, it in block.get("element", {}).items() if not key.startswith("initial")}
    texts = [thing["text"] for thing in things(block | {"element": element}) if isinstance(thing.get("text"), str)]
    return " / ".join(texts)


def _drawn(drawn: dict[str, Any]) -> list[tuple[str, str]]:
    return [(block["type"], _text(block)) for block in drawn["blocks"]]
