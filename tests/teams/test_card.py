"""A message as the cards that say it: always ones that Teams takes, all of it there, nothing of it read as format."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from bot.channel import Button, Choice, Door, Field, Message, Part
from bot.channels.teams.card import chat, whole
from tests.slack.drawings import INJECTIONS, seen
from tests.teams.drawn import MEMBERS, lines, messages, say, shown
from tests.teams.schema import Json, actions, check_activity, check_card, elements, inputs

LONG = "Et afsnit, som nogen har skrevet om en dag hos de andre. " * 30


def cards(message: Message) -> list[Json]:
    """The cards of its activities."""
    return [it["attachments"][0]["content"] for it in chat(message, say, members=MEMBERS)]


@given(messages)
def test_t15_any_message_is_said_with_cards_that_teams_takes(message: Message) -> None:
    found = chat(message, say, members=MEMBERS)
    assert found
    for activity in found:
        check_activity(activity)
    for card in cards(message)[:-1]:
        assert not inputs(card)
        assert not actions(card), "what is pressed stands in the last"


@given(messages)
def test_t15_any_message_is_one_card_for_the_place_of_another(message: Message) -> None:
    check_card(whole(message, say, members=MEMBERS))


@given(messages)
def test_t14_nothing_that_is_said_is_lost(message: Message) -> None:
    plain = replace(message, door=None, fields=())
    found = "".join(shown(card) for card in cards(plain))
    for text in (*(part.text for part in plain.parts), *(button.label for button in plain.buttons)):
        assert seen(text) in found


@given(messages)
def test_what_stands_behind_a_door_stands_in_no_chat(message: Message) -> None:
    secret = "Kanariefugl 4711"
    own = replace(
        message,
        parts=(*message.parts, Part(secret, "own")),
        fields=(*message.fields, Field("secret", "long", "Hvad?", value=secret)),
        door=Door("d1", "Åbn"),
    )
    assert own.private
    assert secret not in str(chat(own, say, members=MEMBERS))
    assert secret not in str(whole(own, say, members=MEMBERS))


@pytest.mark.parametrize("text", INJECTIONS)
def test_t15_what_somebody_wrote_stands_as_it_was_written(text: str) -> None:
    message = Message(
        (Part(text, "title"), Part(text), Part(text, "own"), Part(text, "asked"), Part(text, "who")),
        "Logbog",
        "c1",
        fields=(Field("f", "many", text, text, (text,), (Choice("a", text), Choice("b", "B"))),),
        buttons=(Button("go", text, sends=True), Button("yes", text, choice=True)),
    )
    for activity in chat(message, say):
        check_activity(activity)
        assert "entities" not in activity
        for run in elements(activity["attachments"][0]["content"]):
            assert "{{" not in run.get("text", "") + run.get("label", "")
    whole_text = "".join(shown(card) for card in cards(message))
    assert whole_text.count(seen(text)) >= (8 if seen(text) else 0)


def test_t14_a_long_message_is_parted_and_asks_in_its_last() -> None:
    message = Message(
        tuple(Part(f"{n}. {LONG}", "own") for n in range(60)),
        "Overblik",
        "c1",
        fields=(Field("f", "text", "Hvad tænker du?"),),
        buttons=(Button("save", "Gem", main=True, sends=True),),
    )
    found = cards(message)
    assert len(found) > 1
    assert [bool(inputs(card)) for card in found] == [False] * (len(found) - 1) + [True]
    assert say("teams.cut") not in str(found)
    said = "".join(shown(card) for card in found)
    assert all(seen(part.text) in said for part in message.parts)


def test_t14_as_one_card_it_says_where_it_was_cut_and_can_still_be_answered() -> None:
    message = Message(
        tuple(Part(f"{n}. {LONG}") for n in range(60)),
        "Overblik",
        "c1",
        fields=(Field("f", "text", "Hvad tænker du?"),),
        buttons=(Button("save", "Gem", main=True, sends=True),),
    )
    card = whole(message, say, members={})
    check_card(card)
    assert lines(card)[-3:] == [say("teams.cut"), "Hvad tænker du?: Text", "[Gem]"]


def test_t14_what_cannot_be_cut_leaves_the_buttons() -> None:
    huge = tuple(Field(f"f{n}", "many", "?", choices=_many(150, "x" * 200)) for n in range(8))
    card = whole(Message((), "x", "c1", huge, (Button("save", "Gem", sends=True),)), say, members={})
    check_card(card)
    assert lines(card)[-1] == "[Gem]"


def test_a_door_shows_how_far_one_is_and_the_way_in_and_nothing_private() -> None:
    (card,) = cards(DEBRIEF)
    check_card(card)
    assert lines(card) == ["Opsamling", "2 af 6", "[Fortsæt]", "[Mind mig om det senere]"]
    way_in, later = actions(card)
    assert way_in["type"] == "Action.Submit"
    assert way_in["data"] == {"vidsyn": {"card": "d1", "button": "open"}, "msteams": {"type": "task/fetch"}}
    assert later["data"] == {"vidsyn": {"card": "c1", "button": "later"}}
    assert card["fallbackText"] == "Opsamling"


def test_who_answers_by_typing_sees_the_question_beside_the_door_but_not_own_words() -> None:
    assert DEBRIEF.door is not None
    (card,) = cards(replace(DEBRIEF, door=replace(DEBRIEF.door, typed=True)))
    assert lines(card)[:-2] == [
        "Opsamling",
        "2 af 6",
        "Prøv at gøre sætningen færdig.",
        "Hvad har rykket dig?",
        "Kun du kan se det her.",
        "Eller: “Jeg plejede at …”.",
        "1. Mødet\n2. Frokosten",
    ]


def test_what_is_not_private_is_filled_in_in_the_chat_though_it_has_a_door() -> None:
    open_one = replace(DEBRIEF, parts=DEBRIEF.parts[:3])
    assert not open_one.private
    (card,) = cards(open_one)
    assert lines(card) == [
        "Opsamling",
        "2 af 6",
        "Prøv at gøre sætningen færdig.",
        "Kun du kan se det her.",
        "Hvad har rykket dig?: ChoiceSet expanded",
        "Eller: “Jeg plejede at …”.",
        "[Fortsæt]",
        "[Mind mig om det senere]",
        "[Fortsæt senere]",
    ]


def test_an_announcement_in_a_channel() -> None:
    (card,) = cards(POST)
    check_card(card)
    title, *_ = card["body"]
    assert (title["type"], title["style"]) == ("TextBlock", "heading")
    assert lines(card) == [
        "Nu kan du melde dig til Jobbytte forår",
        "Tilmeld dig senest den 24. april.",
        "[Jeg vil være med]",
        "[Vi kan være vært]",
    ]
    join, host = actions(card)
    assert [join.get("style"), host.get("style")] == ["positive", None]
    assert join["data"] == join["fallback"]["data"] == {"vidsyn": {"card": "c1", "button": "join"}}


def test_a_link_opens_its_page_and_sends_nothing_of_ours() -> None:
    url = "https://calendar.google.com/calendar/render?text=%C3%86"
    buttons = (Button("0", "Åbn i Google Kalender", url=url), Button("1", "Luk"))
    message = Message((Part("Tiden er kl. 10"),), "Ny", card="c1", buttons=buttons)
    (activity,) = chat(message, say)
    check_activity(activity)
    link, press = actions(activity["attachments"][0]["content"])
    assert link == {"type": "Action.OpenUrl", "title": "Åbn i Google Kalender", "url": url}
    assert (press["type"], press["title"]) == ("Action.Execute", "Luk")


def test_what_cannot_be_seen_leaves_the_preview() -> None:
    (activity,) = chat(Message((Part("\u200b"),), "Vidsyn har en besked til dig."), say)
    assert lines(activity["attachments"][0]["content"]) == ["Vidsyn har en besked til dig."]
    assert chat(Message((), " "), say)[0]["summary"] == "Vidsyn"


def _many(times: int, label: str) -> tuple[Choice, ...]:
    return tuple(Choice(str(n), label) for n in range(times))


POST = Message(
    (Part("Nu kan du melde dig til Jobbytte forår", "title"), Part("Tilmeld dig senest den 24. april.")),
    "Nu kan du melde dig til Jobbytte forår",
    "c1",
    buttons=(Button("join", "Jeg vil være med", main=True), Button("host", "Vi kan være vært")),
)
DEBRIEF = Message(
    (
        Part("Opsamling", "title"),
        Part("2 af 6", "small"),
        Part("Prøv at gøre sætningen færdig."),
        Part("Før tænkte jeg, at de var ligeglade.", "own"),
    ),
    "Opsamling",
    "c1",
    fields=(
        Field(
            "deb.what",
            "one",
            "Hvad har rykket dig?",
            "Kun du kan se det her.",
            ("Eller: “Jeg plejede at …”.",),
            (Choice("a", "Mødet"), Choice("b", "Frokosten")),
            value="a",
        ),
    ),
    buttons=(
        Button("save", "Fortsæt", main=True, sends=True),
        Button("later", "Mind mig om det senere", beside=True),
        Button("pause", "Fortsæt senere", quiet=True),
    ),
    door=Door("d1", "Fortsæt", "2 af 6"),
)
