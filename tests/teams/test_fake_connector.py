"""The connector of the fake is strict: what the real one refuses, it refuses."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.clock import StandingClock
from tests.teams.fake import (
    FakeTeams,
    Person,
)
from tests.teams.fake.client import Client
from tests.teams.fake.samples import card, field, message, named, small_teams

Json = dict[str, Any]


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))


@pytest.fixture
async def teams(clock: StandingClock) -> AsyncIterator[FakeTeams]:
    async with small_teams(clock) as fake:
        yield fake


@pytest.fixture
def client(teams: FakeTeams) -> Client:
    return Client(teams)


@pytest.fixture
def vera(teams: FakeTeams) -> Person:
    return named(teams, "Vera Holm")


def creation(teams: FakeTeams, person: Person, id: str = "") -> Json:
    return {
        "bot": {"id": teams.app.bot},
        "members": [{"id": id or person.user.id}],
        "channelData": {"tenant": {"id": teams.app.tenant}},
    }


# Conversations


async def test_t9_a_person_has_one_conversation(teams: FakeTeams, client: Client, vera: Person) -> None:
    answers = [
        await client.ask("POST", "v3/conversations", creation(teams, vera, id)) for id in ("", vera.aad, vera.aad)
    ]
    assert [(status, body["id"]) for status, body, _ in answers] == [(201, vera.chat.id)] * 3
    assert vera.chat.id.startswith("a:1")
    assert {call.where for call in teams.ledger.of("create")} == {vera.aad}


async def test_t10_never_installed_is_not_in_the_roster(teams: FakeTeams, client: Client) -> None:
    leo = named(teams, "Leo Dahl")
    status, body, _ = await client.ask("POST", "v3/conversations", creation(teams, leo))
    assert (status, body["error"]["code"]) == (403, "BotNotInConversationRoster")
    teams.install(leo.user)
    leo.blocks()
    status, body, _ = await client.ask("POST", "v3/conversations", creation(teams, leo))
    assert (status, body["error"]["code"]) == (403, "ConversationBlockedByUser")
    leo.unblocks()
    teams.disabled.add(teams.app.tenant)
    status, body, _ = await client.ask("POST", "v3/conversations", creation(teams, leo))
    assert (status, body["error"]["code"]) == (403, "BotDisabledByAdmin")


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"bot": {"id": "28:another"}}, 400),
        ({"members": []}, 400),
        ({"channelData": {}}, 400),
        ({"activity": {"type": "message"}}, 400),
        ({"surprise": 1}, 400),
        ({"members": [{"id": "29:nobody"}]}, 404),
        ({"members": [{"id": "vera@nordby.example"}]}, 404),
    ],
)
async def test_conversations_that_are_not_created(
    teams: FakeTeams, client: Client, vera: Person, wrong: Json, status: int
) -> None:
    assert (await client.ask("POST", "v3/conversations", creation(teams, vera) | wrong))[0] == status


async def test_a_thread_in_a_channel(teams: FakeTeams, client: Client) -> None:
    team = next(iter(teams.teams.values()))
    channel = teams.add_channel(team, "Jobbytte")
    body = {
        "isGroup": True,
        "bot": {"id": teams.app.bot},
        "channelData": {"channel": {"id": channel.id}},
        "activity": message(card("Runden er åben")),
    }
    status, made, _ = await client.ask("POST", "v3/conversations", body)
    assert (status, made["id"]) == (201, f"{channel.id};messageid={made['activityId']}")
    reply = await client.posts(made["id"], message(card("En mere")))
    (post,) = teams.posts(channel.id)
    assert (post.id, [each.id for each in post.replies]) == (made["activityId"], [reply])
    status, _, _ = await client.ask("POST", f"v3/conversations/{channel.id}/activities/{reply}", message(card("Og en")))
    assert (status, len(post.replies)) == (201, 2)
    team.installed = False
    status, said, _ = await client.ask("POST", "v3/conversations", body)
    assert (status, said["error"]["code"]) == (403, "BotNotInConversationRoster")


async def test_messages_are_changed_and_taken_away(teams: FakeTeams, client: Client, vera: Person) -> None:
    id = await client.posts(vera.chat.id, message(card("Før")))
    path = f"v3/conversations/{vera.chat.id}/activities/{id}"
    vera.last.seen[vera.aad] = card("Hendes egen")
    assert vera.reads() == "Hendes egen"
    assert (await client.ask("PUT", path, message(card("Nu"), "Nyt")))[0] == 200
    assert (vera.reads(), vera.last.edited, vera.last.summary) == ("Nu", True, "Nyt")
    assert (await client.ask("DELETE", path))[0] == 200
    assert vera.posts == []
    status, body, _ = await client.ask("PUT", path, message(card("Igen")))
    assert (status, body["error"]["code"]) == (404, "ActivityNotFoundInConversation")
    with pytest.raises(AssertionError, match="Før"):
        teams.assert_no_words("Før")
    teams.assert_no_words("Aldrig sagt")


@pytest.mark.parametrize(
    ("activity", "status", "code"),
    [
        ({"type": "message"}, 400, "BadSyntax"),
        ({"type": "event", "name": "x"}, 400, "BadSyntax"),
        ({"type": "message", "text": "x", "surprise": 1}, 400, "BadSyntax"),
        ({"type": "message", "text": "x", "textFormat": "rtf"}, 400, "BadSyntax"),
        ({"type": "message", "text": "x"}, 400, "HouseRule"),
        (message(card("x"), summary=" "), 400, "HouseRule"),
        (message(card(field(value="mine ord"))), 400, "HouseRule"),
        (message(card("x", version="1.6")), 400, "BadArgument"),
        (message(card("x" * 50_000)), 413, "MessageSizeTooBig"),
    ],
)
async def test_messages_that_are_refused(
    teams: FakeTeams, client: Client, vera: Person, activity: Json, status: int, code: str
) -> None:
    path = f"v3/conversations/{vera.chat.id}/activities"
    said, body, _ = await client.ask("POST", path, activity)
    assert (said, body["error"]["code"]) == (status, code)
    assert [(call.status, call.code, call.where) for call in teams.ledger.refused] == [(status, code, vera.chat.id)]
    teams.house_rules = False
    assert ((await client.ask("POST", path, activity))[0] == 201) == (code == "HouseRule")


async def test_t14_the_size_is_counted_in_utf_16(client: Client, vera: Person) -> None:
    path = f"v3/conversations/{vera.chat.id}/activities"
    assert (await client.ask("POST", path, message(card("æ" * 49_000))))[0] == 201
    assert (await client.ask("POST", path, message(card("🎈" * 25_000))))[0] == 413


async def test_what_is_no_json_is_refused(client: Client, vera: Person) -> None:
    path = f"v3/conversations/{vera.chat.id}/activities"
    assert (await client.ask("POST", path, data=b"{"))[0] == 415
    headers = {"Content-Type": "application/json"}
    assert (await client.ask("POST", path, data=b"{", headers=headers))[0] == 400
    assert (await client.ask("POST", path, data=b"[]", headers=headers))[0] == 400


async def test_typing_is_no_post(teams: FakeTeams, client: Client, vera: Person) -> None:
    assert (await client.ask("POST", f"v3/conversations/{vera.chat.id}/activities", {"type": "typing"}))[0] == 201
    assert vera.posts == []
    assert [call.body for call in teams.ledger.of("send")] == [{"type": "typing"}]


async def test_members_and_channels(teams: FakeTeams, client: Client, vera: Person) -> None:
    team = next(iter(teams.teams.values()))
    channel = teams.add_channel(team, "Jobbytte")
    for name in (vera.user.id, vera.aad, vera.user.upn):
        status, body, _ = await client.ask("GET", f"v3/conversations/{vera.chat.id}/members/{name}")
        assert (status, body["aadObjectId"], body["userRole"]) == (200, vera.aad, "user")
    assert (await client.ask("GET", f"v3/conversations/{vera.chat.id}/members/29:x"))[0] == 404
    team.members |= {teams.add_user(f"Anne {number}").aad for number in range(60)}
    path = f"v3/conversations/{team.id}/pagedmembers"
    _, first, _ = await client.ask("GET", path, params={"pageSize": "1"})
    _, second, _ = await client.ask("GET", path, params={"pageSize": "1", "continuationToken": "50"})
    assert (len(first["members"]), first["continuationToken"], len(second["members"])) == (50, "50", 12)
    assert "continuationToken" not in second
    _, found, _ = await client.ask("GET", f"v3/teams/{team.id}/conversations")
    assert found["conversations"] == [{"id": team.id, "name": None}, {"id": channel.id, "name": "Jobbytte"}]
    _, about, _ = await client.ask("GET", f"v3/teams/{team.id}")
    assert about == {"id": team.id, "name": "Nordby", "aadGroupId": team.group}
