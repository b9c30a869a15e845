"""The fake's people press and fill in as a Teams client lets them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.clock import StandingClock
from tests.teams.fake import FakeTeams, NotThere, Person, Posted, Strict, answered
from tests.teams.fake.client import Client, Listener, listening
from tests.teams.fake.samples import (
    card,
    card_answer,
    dialog_answer,
    execute,
    field,
    message,
    named,
    note_answer,
    opens,
    required,
    small_teams,
    submit,
)  # fmt: skip

Json = dict[str, Any]


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with small_teams(StandingClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))) as fake:
        yield fake


@pytest.fixture
async def bot(teams: FakeTeams) -> AsyncIterator[Listener]:
    async with listening(teams) as listener:
        yield listener


@pytest.fixture
def vera(teams: FakeTeams) -> Person:
    return named(teams, "Vera Holm")


async def posted(teams: FakeTeams, person: Person, content: Json) -> Posted:
    await Client(teams).posts(person.chat.id, message(content))
    return person.last


# Presses


async def test_a_press_is_answered_with_a_card(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    team = next(iter(teams.teams.values()))
    await Client(teams).posts(team.id, message(card("Er du med?", actions=(execute("Ja", card="c1"),))))
    (post,) = teams.posts(team.id)
    bot.answers = [card_answer(card("Du er med.")), note_answer("Det ved vi.")]
    delivery = await vera.presses(post, "Ja")
    (got,) = bot.got
    assert (got["type"], got["name"], got["replyToId"]) == ("invoke", "adaptiveCard/action", post.id)
    assert got["value"]["trigger"] == "manual"
    assert got["value"]["action"] == {
        "type": "Action.Execute",
        "title": "Ja",
        "verb": "press",
        "data": {"card": "c1"},
    }
    assert got["conversation"]["id"] == post.conversation
    assert delivery.answer.status == 200
    assert vera.reads(post) == "Du er med."
    leo = named(teams, "Leo Dahl")
    assert leo.card(post) == post.card
    await leo.presses(post, "Ja")
    assert leo.notes == ["Det ved vi."]
    with pytest.raises(NotThere, match="no button"):
        await vera.presses(post, "Ja")
    await vera.presses(post, "Ja", screen=post.history[0])


async def test_fields_are_looked_at_before_anything_is_sent(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    many = [{"title": "En", "value": "a"}, {"title": "To", "value": "b"}]
    form = card(
        required("goal", maxLength=5, regex="^[a-z]+$"),
        field("who", "Input.ChoiceSet", choices=many, isMultiSelect=True),
        field("sure", "Input.Toggle", title="Ja"),
        field("when", "Input.Date"),
        actions=(execute("Send", card="c1"), submit("Nej") | {"associatedInputs": "none"}),
    )
    post = await posted(teams, vera, form)
    bad: list[dict[str, Any]] = [
        {},
        {"goal": " "},
        {"goal": "abcdef"},
        {"goal": "ABC"},
        {"goal": "abc", "who": ["c"]},
        {"goal": "abc", "else": "x"},
    ]
    for values in bad:
        with pytest.raises(NotThere):
            await vera.presses(post, "Send", values)
    assert bot.got == []
    await vera.presses(post, "Send", {"goal": "abc", "who": ["a", "b"], "sure": True})
    data = bot.got[0]["value"]["action"]["data"]
    assert data == {"card": "c1", "goal": "abc", "who": "a,b", "sure": "true", "when": ""}
    await vera.presses(post, "Nej")
    assert bot.got[1]["value"] == {}


async def test_an_old_client_sends_the_fallback(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    post = await posted(teams, vera, card("Hej", actions=(execute("Ja", card="c1"),)))
    await vera.presses(post, "Ja", as_old_client=True)
    (got,) = bot.got
    assert (got["type"], got["value"], got["replyToId"]) == ("message", {"card": "c1"}, post.id)
    assert "text" not in got


# Dialogs


async def test_a_dialog_goes_on_and_closes(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    post = await posted(teams, vera, card("Mål", actions=(opens("Åbn", card="door"),)))
    first = card(required("goal", value="at lære"), actions=(submit("Videre", card="c2"),))
    bot.answers = [dialog_answer(first), dialog_answer(card("Tak", actions=(submit("Luk"),)), "Tak"), 200]
    await vera.presses(post, "Åbn")
    assert (bot.got[0]["name"], bot.got[0]["value"]["data"]["card"]) == ("task/fetch", "door")
    assert vera.dialog.title == "Mål"
    old = vera.dialog
    await vera.submits("Videre")
    assert bot.got[1]["name"] == "task/submit"
    assert bot.got[1]["value"] == {"data": {"card": "c2", "goal": "at lære"}, "context": {"theme": "default"}}
    assert vera.dialog.title == "Tak"
    await vera.submits("Luk")
    with pytest.raises(NotThere):
        _ = vera.dialog
    assert [dialog.title for dialog in vera.dialogs] == ["Mål", "Tak"]
    bot.answers = [{"task": {"type": "message", "value": "Det er for sent."}}]
    await vera.submits("Videre", dialog=old)
    assert vera.notes == ["Det er for sent."]
    teams.assert_no_words("at lære")


async def test_a_dialog_stays_when_nothing_answers(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    post = await posted(teams, vera, card("Mål", actions=(opens(),)))
    bot.answers = [dialog_answer(card("Mål", actions=(submit(),))), 500]
    await vera.presses(post, "Åbn")
    failed = await vera.submits("Videre")
    with pytest.raises(AssertionError, match="500"):
        answered(failed)
    assert vera.dialog.title == "Mål"
    vera.closes()
    with pytest.raises(NotThere):
        vera.closes()


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {"statusCode": 200, "type": "application/json", "value": {}},
        {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": {"type": "AdaptiveCard"}},
        note_answer(""),
        card_answer(card("x")) | {"more": 1},
        card_answer(card("x", actions=({"type": "Action.Execute", "title": "x", "verb": "press"},))),
    ],
)
async def test_answers_to_a_card_that_teams_does_not_understand(
    teams: FakeTeams, bot: Listener, vera: Person, answer: Any
) -> None:
    post = await posted(teams, vera, card("Hej", actions=(execute("Ja"),)))
    bot.answers = [answer]
    with pytest.raises(Strict):
        await vera.presses(post, "Ja")


@pytest.mark.parametrize(
    "answer",
    [
        {"task": {"type": "continue", "value": {}}},
        {"task": {"type": "message", "value": ""}},
        {"task": {"type": "open"}},
        dialog_answer(card("x"), title=""),
        dialog_answer(card("x"), height="huge"),
        dialog_answer(card("x", actions=(execute(),))),
    ],
)
async def test_dialogs_that_teams_does_not_show(teams: FakeTeams, bot: Listener, vera: Person, answer: Json) -> None:
    post = await posted(teams, vera, card("Hej", actions=(opens(),)))
    bot.answers = [answer]
    with pytest.raises(Strict):
        await vera.presses(post, "Åbn")
