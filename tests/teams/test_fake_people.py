"""The fake's people act as a Teams client lets them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from bot.clock import StandingClock
from tests.teams.fake import FakeTeams, NotThere, Person, Posted, Strict
from tests.teams.fake.client import Client, Listener
from tests.teams.fake.samples import (
    card,
    card_answer,
    dialog_answer,
    execute,
    field,
    message,
    note_answer,
    opens,
    required,
    small_teams,
    submit,
)

Json = dict[str, Any]


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with small_teams(StandingClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))) as fake:
        yield fake


@pytest.fixture
async def bot(teams: FakeTeams) -> AsyncIterator[Listener]:
    listener = Listener(teams)
    server = web.Application()
    server.router.add_post("/teams/messages", listener.handle)
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    teams.tell(f"http://{host}:{port}/teams/messages")
    yield listener
    listener.hold.set()
    await runner.cleanup()


@pytest.fixture
def vera(teams: FakeTeams) -> Person:
    return teams.person(next(user for user in teams.users.values() if user.name == "Vera Holm"))


@pytest.fixture
def leo(teams: FakeTeams) -> Person:
    return teams.person(next(user for user in teams.users.values() if user.name == "Leo Dahl"))


async def posted(teams: FakeTeams, person: Person, content: Json) -> Posted:
    await Client(teams).posts(person.chat.id, message(content))
    return person.last


# What arrives


async def test_words_arrive_in_the_shape_of_teams(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    delivery = await vera.says("hej")
    (got,) = bot.got
    assert delivery.answer.status == 200
    assert got["id"].isdigit()
    assert got["from"] == {"id": vera.user.id, "name": "Vera Holm", "aadObjectId": vera.aad}
    assert got["from"]["id"].startswith("29:")
    assert got["recipient"] == {"id": f"28:{teams.app.id}", "name": "Vidsyn"}
    assert got["conversation"] == {"conversationType": "personal", "tenantId": teams.app.tenant, "id": vera.chat.id}
    assert got["channelData"] == {"tenant": {"id": teams.app.tenant}}
    assert (got["channelId"], got["serviceUrl"]) == ("msteams", teams.service_url)
    assert (got["type"], got["text"], got["textFormat"], got["locale"]) == ("message", "hej", "plain", "da-DK")
    assert (got["timestamp"], got["localTimestamp"]) == ("2026-03-02T08:00:00.000Z", "2026-03-02T09:00:00.000+01:00")
    assert got["localTimezone"] == "Europe/Copenhagen"
    (client,) = got["entities"]
    assert client == {
        "type": "clientInfo",
        "locale": "da-DK",
        "country": "DK",
        "platform": "Windows",
        "timezone": "Europe/Copenhagen",
    }


async def test_a_mention_in_a_channel(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    team = next(iter(teams.teams.values()))
    await vera.says_in(team.id, "hjælp")
    (got,) = bot.got
    thread = got["conversation"]["id"]
    assert thread == f"{team.id};messageid={got['id']}"
    assert got["conversation"]["conversationType"] == "channel"
    assert got["conversation"]["isGroup"] is True
    assert got["text"] == "<at>Vidsyn</at> hjælp"
    assert got["entities"][1]["mentioned"]["id"] == teams.app.bot
    assert got["channelData"]["team"]["id"] == team.id
    await Client(teams).posts(thread, message(card("Svar")))
    (post,) = teams.place(team.id).posts
    assert (post.sender, [each.card for each in post.replies]) == (vera.aad, [card("Svar")])
    assert teams.posts(team.id) == []


async def test_t13_coming_and_going(teams: FakeTeams, bot: Listener, leo: Person) -> None:
    await leo.installs()
    await leo.upgrades()
    await leo.upgrades("remove-upgrade")
    await leo.uninstalls()
    assert [(got["type"], got.get("action")) for got in bot.got] == [
        ("conversationUpdate", None),
        ("installationUpdate", "add"),
        ("installationUpdate", "add-upgrade"),
        ("installationUpdate", "remove-upgrade"),
        ("installationUpdate", "remove"),
    ]
    assert bot.got[0]["membersAdded"] == [{"id": bot.got[0]["recipient"]["id"]}]
    status, body, _ = await Client(teams).ask("POST", f"v3/conversations/{leo.chat.id}/activities", message(card("x")))
    assert (status, body["errorCode"]) == (403, 209)
    assert "MessageWritesBlocked" in body["message"]


async def test_an_app_in_a_team(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    team = teams.add_team("Sundby")
    await teams.admin.adds_to(team, vera.user)
    chat, _ = await teams.admin.creates_channel(team, "Jobbytte", vera.user)
    await teams.admin.renames_channel(chat, "Bytte", vera.user)
    await teams.admin.renames_team(team, "Søby", vera.user)
    await teams.admin.deletes_channel(chat, vera.user)
    await teams.admin.removes_from(team, vera.user)
    events = [got["channelData"].get("eventType") or got["action"] for got in bot.got]
    assert events == (
        "teamMemberAdded add channelCreated channelRenamed teamRenamed channelDeleted teamMemberRemoved remove".split()
    )
    assert bot.got[1]["channelData"]["settings"] == {"selectedChannel": {"id": team.id}}
    assert bot.got[2]["channelData"]["channel"] == {"id": chat.id, "name": "Jobbytte"}
    assert bot.got[4]["channelData"]["team"]["name"] == "Søby"


async def test_words_are_changed_and_taken_back(bot: Listener, vera: Person) -> None:
    said = await vera.says("hej")
    await vera.edits(said, "goddag")
    await vera.deletes(said)
    assert [(got["type"], got.get("text")) for got in bot.got] == [
        ("message", "hej"),
        ("messageUpdate", "goddag"),
        ("messageDelete", None),
    ]
    assert len({got["id"] for got in bot.got}) == 1
    await vera.sends({"type": "event", "name": "never/heard", "localTimezone": None})
    assert "localTimezone" not in bot.got[-1]


async def test_a_reaction_names_the_message(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    post = await posted(teams, vera, card("Hej"))
    await vera.reacts(post)
    assert (bot.got[0]["replyToId"], bot.got[0]["reactionsAdded"]) == (post.id, [{"type": "like"}])


# The token


async def test_t1_tokens_are_as_the_clock_says(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    old = teams.keys.token(teams.service_url)
    said = await vera.says("hej")
    assert (await teams.replay(said)).status == 200
    wrong: list[Json] = [{"aud": "another"}, {"iss": "https://evil.example"}, {"serviceurl": "x"}, {"exp": None}]
    for claims in wrong:
        token = teams.keys.token(teams.service_url, claims)
        assert (await teams.send(said.activity, token=token)).answer.status == 401
    assert (await teams.post_raw(said.raw, token="")).status == 401
    teams.keys.roll()
    assert (await teams.post_raw(said.raw, token=old)).status == 401
    assert (await teams.post_raw(said.raw)).status == 200


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
    leo = next(user for user in teams.users.values() if user.name == "Leo Dahl")
    assert teams.card_of(leo.aad, post) == post.card
    await teams.person(leo).presses(post, "Ja")
    assert teams.person(leo).notes == ["Det ved vi."]
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
    assert (await vera.submits("Videre")).answer.status == 500
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


# Repetition


async def test_t7_teams_repeats_what_is_not_answered(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    assert teams._way is not None
    teams.tell(teams._way.url, patience=0.2, repeats=True)
    bot.hold.clear()
    delivery = await vera.says("hej")
    ids = [got["id"] for got in bot.got]
    assert [ids.index(id) for id in ids] == [0, 0, 2, 2]
    assert (delivery.taken.status, delivery.taken.reason) == (0, "timeout")
    bot.hold.set()
    assert (await vera.says("hej igen")).again == []


@pytest.mark.parametrize(("twice", "ids"), [("same id", 1), ("new id", 2)])
async def test_t7_everything_comes_twice(teams: FakeTeams, bot: Listener, vera: Person, twice: Any, ids: int) -> None:
    teams.twice = twice
    await vera.says("hej")
    assert len(bot.got) == 2
    assert len({got["id"] for got in bot.got}) == ids
