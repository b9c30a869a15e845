"""Messages in the chat: inside Slack's limits, all there, and nothing of anybody's text read as formatting."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from bot.channel import Button, Choice, Door, Field, Message, Part
from bot.channels.slack.blocks import chat, chat_parts
from tests.slack.drawings import INJECTIONS, MEMBERS, buttons, messages, parts, seen, shown, things, types
from tests.slack.fake.blocks import problems
from tests.slack.fake.texts import mrkdwn_problems

LONG = Message((Part("Overblik", "title"), *(Part(f"{n}. " + "ord " * 400) for n in range(20))), "Overblik", "c1")


@given(messages)
def test_s16_any_message_fits_in_as_many_as_it_takes(message: Message) -> None:
    for blocks, fallback in chat_parts(message, MEMBERS):
        assert blocks
        assert problems(blocks, "message") == []
        assert fallback.strip()


@given(messages)
def test_s16_any_message_fits_in_one(message: Message) -> None:
    blocks, _ = chat(message, MEMBERS)
    assert blocks
    assert problems(blocks, "message") == []


@given(messages)
def test_s16_a_message_that_fits_is_one_and_the_same(message: Message) -> None:
    found = chat_parts(message, MEMBERS)
    if len(found) == 1:
        assert found[0] == chat(message, MEMBERS)


@given(messages)
def test_s17_all_text_is_plain(message: Message) -> None:
    for blocks, fallback in chat_parts(message, MEMBERS):
        assert types(blocks).isdisjoint({"mrkdwn", "markdown", "link", "user", "usergroup", "broadcast", "emoji"})
        assert mrkdwn_problems(fallback) == []
        assert all(thing.get("emoji") is False for thing in things(blocks) if thing.get("type") == "plain_text")


@given(messages)
def test_s17_a_fallback_says_nothing_but_the_preview(message: Message) -> None:
    for _, fallback in chat_parts(message, MEMBERS):
        said = seen(fallback.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
        assert seen(message.preview).startswith(said.rstrip("…")) or said in ("Vidsyn", "–")


@given(messages)
def test_a12_all_parts_and_buttons_are_there(message: Message) -> None:
    whole = replace(message, door=None, fields=())
    found = shown([blocks for blocks, _ in chat_parts(whole, MEMBERS)])
    for text in (*(part.text for part in whole.parts), *(button.label for button in whole.buttons)):
        assert seen(text) in found or seen(" ".join(text.split())) in found


@pytest.mark.parametrize("text", INJECTIONS)
def test_a12_what_somebody_wrote_is_shown_as_it_stands(text: str) -> None:
    own = Message((Part("Logbog", "title"), Part(text, "own")), "Logbog", "c1", buttons=(Button("a", text[:40]),))
    found = chat_parts(own, {})
    assert seen(text) in shown([blocks for blocks, _ in found])
    assert {fallback for _, fallback in found} == {"Logbog"}


def test_a_long_message_is_parted_between_parts_and_pressed_in_the_last() -> None:
    asking = replace(LONG, fields=(Field("f1", "one", "Hvad nu?", choices=(Choice("a", "A"),)),), buttons=(_GO,))
    found = chat_parts(asking, {})
    assert len(found) > 1
    for blocks, _ in found[:-1]:
        assert types(blocks).isdisjoint({"actions", "input"})
        assert not str(_text(blocks[-1])).endswith("…")
    assert [block["type"] for block in found[-1][0][-2:]] == ["input", "actions"]


def test_a_long_message_as_one_ends_with_an_ellipsis_above_its_buttons() -> None:
    blocks, _ = chat(replace(LONG, buttons=(_GO,)), {})
    assert [_text(blocks[0]), _text(blocks[-2]), blocks[-1]["type"]] == ["Overblik", "…", "actions"]


def test_a_door_shows_how_far_one_is_and_the_way_in_and_nothing_private() -> None:
    blocks, fallback = chat(DEBRIEF, {})
    assert _drawn(blocks) == [
        ("header", "Opsamling"),
        ("context", "2 af 6"),
        ("actions", "Fortsæt / Mind mig om det senere"),
    ]
    assert _values(blocks) == ["d1|open", "c1|later"]
    assert blocks[-1]["elements"][0]["style"] == "primary"
    assert fallback == "Opsamling"


def test_who_answers_by_typing_sees_the_question_in_the_chat_but_not_own_words() -> None:
    assert DEBRIEF.door is not None
    blocks, _ = chat(replace(DEBRIEF, door=replace(DEBRIEF.door, typed=True)), {})
    assert _drawn(blocks) == [
        ("header", "Opsamling"),
        ("context", "2 af 6"),
        ("rich_text", "Prøv at gøre sætningen færdig."),
        ("rich_text", "Hvad har rykket dig?"),
        ("context", "Kun du kan se det her."),
        ("context", "Eller: “Jeg plejede at …”."),
        ("rich_text", "1. Mødet\n2. Frokosten"),
        ("actions", "Fortsæt / Mind mig om det senere"),
    ]


def test_an_announcement_in_a_channel() -> None:
    post = Message(
        (Part("Nu kan du melde dig til Jobbytte forår", "title"), Part("Tilmeld dig senest den 24. april.")),
        "Nu kan du melde dig til Jobbytte forår",
        "c1",
        buttons=(Button("join", "Jeg vil være med", main=True), Button("host", "Vi kan være vært")),
    )
    blocks, fallback = chat(post, {})
    assert _drawn(blocks) == [
        ("header", "Nu kan du melde dig til Jobbytte forår"),
        ("rich_text", "Tilmeld dig senest den 24. april."),
        ("actions", "Jeg vil være med / Vi kan være vært"),
    ]
    assert [button.get("style") for button in blocks[-1]["elements"]] == ["primary", None]
    assert fallback == "Nu kan du melde dig til Jobbytte forår"


def test_an_approval_is_pressed_in_the_chat() -> None:
    approval = Message(
        (
            Part("Dit svar som leder", "title"),
            Part("Støtter du det i princippet?", "asked"),
            Part("Emil får dit svar at vide.", "who"),
        ),
        "Dit svar som leder",
        "c1",
        buttons=(Button("option0", "Godkend", choice=True), Button("option1", "Ikke muligt nu", choice=True)),
    )
    blocks, _ = chat(approval, {})
    assert _drawn(blocks) == [
        ("header", "Dit svar som leder"),
        ("rich_text", "Støtter du det i princippet?"),
        ("context", "Emil får dit svar at vide."),
        ("actions", "Godkend / Ikke muligt nu"),
    ]
    assert blocks[1]["elements"][0]["elements"][0]["style"] == {"bold": True}
    assert _values(blocks) == ["c1|option0", "c1|option1"]


def test_own_words_are_a_quote_and_a_long_title_is_no_header() -> None:
    blocks, _ = chat(Message((Part("Mål " * 50, "title"), Part("Mine ord", "own")), "Mål"), {})
    assert [block["elements"][0]["type"] for block in blocks] == ["rich_text_section", "rich_text_quote"]


def test_a_label_that_is_too_long_stands_in_full_above_its_button() -> None:
    label = "Jeg vil gerne have hjælp til at finde et sted, og det må gerne være et helt andet slags sted end vores"
    blocks, _ = chat(Message((), "x", "c1", buttons=(Button("a", label),)), {})
    assert _text(blocks[0]) == label
    assert blocks[1]["elements"][0]["text"]["text"].endswith("…")


def test_a_label_that_a_phone_may_cut_stands_in_full_above_its_button() -> None:
    label = "Vi er enige om målene og om, hvordan erfaringen skal bruges."
    short = Button("b", "Læg hjemkomstsamtalen i kalenderen")
    blocks, _ = chat(Message((), "x", "c1", buttons=(Button("a", label), short)), {})
    assert [block["type"] for block in blocks] == ["context", "actions"]
    assert blocks[0]["elements"][0]["text"] == label
    assert [it["text"]["text"] for it in blocks[1]["elements"]] == [label, short.label]


def test_buttons_about_one_thing_stand_together() -> None:
    ways = (Button("0.0", "Sæt flueben", matter="0"), Button("1.1", "Ja", matter="1"), Button("2.1", "Nej", matter="1"))
    blocks, _ = chat(Message((), "x", "c1", buttons=ways), {})
    assert [[it["text"]["text"] for it in block["elements"]] for block in blocks] == [["Sæt flueben"], ["Ja", "Nej"]]
    assert len({it["action_id"] for block in blocks for it in block["elements"]}) == 3


def test_a_message_with_nothing_to_see_shows_its_preview() -> None:
    assert _drawn(chat(Message((Part("\u200b"),), "Vidsyn har en besked til dig."), {})[0]) == [
        ("header", "Vidsyn har en besked til dig.")
    ]
    assert chat_parts(Message((), " "), {})[0][1] == "Vidsyn"
    assert problems(chat(Message((), "&" * 4000), {})[0], "message") == []


@given(parts, buttons)
def test_s16_no_two_buttons_are_called_the_same(part: Part, button: Button) -> None:
    blocks, _ = chat(Message((part,), "x", "c1", buttons=(button,) * 30), {})
    ids = [thing["action_id"] for thing in things(blocks) if thing.get("type") == "button"]
    assert len(ids) == len(set(ids)) == 30


_GO = Button("go", "Videre", main=True, sends=True)
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


def _text(block: dict[str, Any]) -> str:
    return " / ".join(thing["text"] for thing in things(block) if isinstance(thing.get("text"), str))


def _drawn(blocks: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(block["type"], _text(block)) for block in blocks]


def _values(blocks: list[dict[str, Any]]) -> list[str]:
    return [thing["value"] for thing in things(blocks) if thing.get("type") == "button"]


def test_a_link_opens_its_page_and_sends_nothing_of_ours() -> None:
    url = "https://outlook.office.com/calendar/0/deeplink/compose?subject=%C3%86"
    message = Message((Part("Tiden er kl. 10"),), "Ny", "c1", buttons=(Button("0", "Åbn", url=url), Button("1", "Luk")))
    blocks, _ = chat(message, MEMBERS)
    assert problems(blocks, "message") == []
    link, press = blocks[-1]["elements"]
    assert (link["url"], "value" in link) == (url, False)
    assert ("url" in press, press["value"]) == (False, "c1|1")
