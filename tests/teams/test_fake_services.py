"""The fake Teams is strict: what the real one refuses, it refuses."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.clock import StandingClock
from tests.teams.fake import (
    CONNECTOR,
    DROP_AFTER,
    DROP_BEFORE,
    GRAPH,
    T10,
    AcceptThen,
    FakeTeams,
    Garbage,
    Hang,
    Person,
    Redirect,
    Refuse,
)
from tests.teams.fake.client import Client
from tests.teams.fake.samples import card, field, message, small_teams

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
    return teams.person(next(user for user in teams.users.values() if user.name == "Vera Holm"))


def wait(clock: StandingClock, seconds: float) -> None:
    clock.move_to(clock.now() + timedelta(seconds=seconds))


def creation(teams: FakeTeams, person: Person, id: str = "") -> Json:
    return {
        "bot": {"id": teams.app.bot},
        "members": [{"id": id or person.user.id}],
        "channelData": {"tenant": {"id": teams.app.tenant}},
    }


# Keys


async def test_t2_the_keys_are_where_the_document_says(teams: FakeTeams, client: Client) -> None:
    _, document, _ = await client.ask("GET", teams.openid_url)
    status, keys, _ = await client.ask("GET", document["jwks_uri"])
    assert (status, document["issuer"]) == (200, "https://api.botframework.com")
    assert [(key["kid"], "msteams" in key["endorsements"]) for key in keys["keys"]] == [("key-0", True)]
    assert "d" not in keys["keys"][0]
    teams.keys.roll(keep_old=True, endorsements=None)
    _, keys, _ = await client.ask("GET", document["jwks_uri"])
    assert [("endorsements" in key) for key in keys["keys"]] == [True, False]
    teams.fail_always("keys", Refuse(500))
    assert (await client.ask("GET", document["jwks_uri"]))[0] == 500
    teams.fail_always("keys", None)
    assert (await client.ask("GET", document["jwks_uri"]))[0] == 200
    assert (teams.ledger.count("openid"), teams.ledger.count("keys")) == (1, 4)


# Tokens


def form(teams: FakeTeams, **more: str) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_id": teams.app.id,
        "client_secret": teams.app.secret,
        "scope": f"{CONNECTOR}/.default",
    } | more


async def token(teams: FakeTeams, data: dict[str, str], tenant: str = "") -> tuple[int, Json]:
    url = f"{teams.login_url}/{tenant or teams.app.tenant}/oauth2/v2.0/token"
    async with aiohttp.ClientSession() as session, session.post(url, data=data) as response:
        return response.status, await response.json()


async def test_the_login_service_gives_tokens_that_end(
    teams: FakeTeams, client: Client, vera: Person, clock: StandingClock
) -> None:
    status, body = await token(teams, form(teams))
    assert (status, body["token_type"], body["expires_in"]) == (200, "Bearer", 3599)
    path = f"v3/conversations/{vera.chat.id}/activities"
    assert (await client.ask("POST", path, message(card("Hej")), token=body["access_token"]))[0] == 201
    _, graph = await token(teams, form(teams, scope=f"{GRAPH}/.default"))
    for wrong in ("", "nonsense", graph["access_token"]):
        assert (await client.ask("POST", path, message(card("Hej")), token=wrong))[0] == 401
    wait(clock, 3599)
    assert (await client.ask("POST", path, message(card("Hej")), token=body["access_token"]))[0] == 401
    assert teams.app.secret not in str(teams.ledger.calls)
    assert [call.tenant for call in teams.ledger.of("token")] == [teams.app.tenant] * 2


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": "another"}, 400, "unauthorized_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"scope": "openid"}, 400, "invalid_scope"),
    ],
)
async def test_the_login_service_is_strict(teams: FakeTeams, wrong: dict[str, str], status: int, error: str) -> None:
    said, body = await token(teams, form(teams, **wrong))
    assert (said, body["error"]) == (status, error)
    assert teams.tokens.given == {}


async def test_a_bot_logs_in_at_home(teams: FakeTeams) -> None:
    other = teams.add_tenant("33333333-cccc-4ccc-8ccc-333333333333", "Sundby")
    assert (await token(teams, form(teams), other))[0] == 400
    assert (await token(teams, form(teams, scope=f"{GRAPH}/.default"), other))[0] == 200
    assert (await token(teams, form(teams), "nowhere"))[1]["error"] == "invalid_request"
    teams.app.for_many_tenants = True
    assert (await token(teams, form(teams), "botframework.com"))[0] == 200


async def test_t18_managed_identities(teams: FakeTeams, client: Client, clock: StandingClock) -> None:
    query = {"resource": CONNECTOR, "client_id": teams.app.id, "api-version": "2019-08-01"}
    headers = {"X-IDENTITY-HEADER": teams.tokens.header}
    status, body, _ = await client.ask("GET", teams.identity_url, params=query, headers=headers)
    assert (status, int(body["expires_on"])) == (200, int(clock.now().timestamp()) + 3599)
    assert (await client.ask("GET", teams.identity_url, params=query))[0] == 401
    machine = query | {"api-version": "2018-02-01"}
    status, body, _ = await client.ask("GET", teams.imds_url, params=machine, headers={"Metadata": "true"})
    assert (status, body["expires_in"]) == (200, "3599")
    assert (await client.ask("GET", teams.imds_url, params=machine))[0] == 400
    for wrong in ({"client_id": "another"}, {"resource": "https://evil.example"}, {"api-version": "1"}):
        assert (await client.ask("GET", teams.identity_url, params=query | wrong, headers=headers))[0] == 400


# Conversations


async def test_t9_a_person_has_one_conversation(teams: FakeTeams, client: Client, vera: Person) -> None:
    answers = [
        await client.ask("POST", "v3/conversations", creation(teams, vera, id)) for id in ("", vera.aad, vera.aad)
    ]
    assert [(status, body["id"]) for status, body, _ in answers] == [(201, vera.chat.id)] * 3
    assert vera.chat.id.startswith("a:1")
    assert {call.where for call in teams.ledger.of("create")} == {vera.aad}


async def test_t10_never_installed_is_not_in_the_roster(teams: FakeTeams, client: Client) -> None:
    leo = teams.person(next(user for user in teams.users.values() if user.name == "Leo Dahl"))
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


# Limits


async def test_t12_a_conversation_takes_so_much(
    teams: FakeTeams, client: Client, vera: Person, clock: StandingClock
) -> None:
    path = f"v3/conversations/{vera.chat.id}/activities"

    async def sends(count: int) -> list[int]:
        return [(await client.ask("POST", path, message(card("Hej"))))[0] for _ in range(count)]

    assert await sends(8) == [201] * 7 + [429]
    wait(clock, 1)
    assert await sends(2) == [201, 429]
    wait(clock, 1)
    status, body, headers = await client.ask("GET", f"v3/conversations/{vera.chat.id}/members/{vera.aad}")
    assert (status, await sends(1)) == (200, [201])
    teams.limits.write = ((1, 60),)
    status, body, headers = await client.ask("POST", path, message(card("Hej")))
    assert (status, body["error"]["code"], headers["Retry-After"]) == (429, "Throttled", "60")
    teams.limits.says_when = False
    assert "Retry-After" not in (await client.ask("POST", path, message(card("Hej"))))[2]
    assert len(vera.posts) == 9


async def test_t12_a_tenant_takes_thirty_a_second(teams: FakeTeams, client: Client, clock: StandingClock) -> None:
    people = [teams.person(teams.add_user(f"Anne {number}")) for number in range(31)]
    for person in people:
        teams.install(person.user)
    asked = [client.ask("POST", "v3/conversations", creation(teams, person)) for person in people]
    statuses = [status for status, _, _ in await asyncio.gather(*asked)]
    assert sorted(statuses) == [201] * 30 + [429]
    wait(clock, 1)
    assert (await client.ask("POST", "v3/conversations", creation(teams, people[0])))[0] == 201


# Trouble


@pytest.mark.parametrize("row", T10)
async def test_t10_each_row_of_the_table(teams: FakeTeams, client: Client, vera: Person, row: str) -> None:
    path = f"v3/conversations/{vera.chat.id}/activities"
    teams.fail_next(vera.chat.id, T10[row])
    status, body, headers = await client.ask("POST", path, message(card("Hej")))
    assert (status, headers.get("Retry-After")) == (T10[row].status, T10[row].retry_after)
    assert T10[row].code in str(body)
    assert vera.posts == []
    assert (await client.ask("POST", path, message(card("Hej"))))[0] == 201
    assert [(call.status, call.accepted) for call in teams.ledger.of("send")] == [(status, False), (201, True)]


async def test_t11_an_answer_can_be_lost(teams: FakeTeams, client: Client, vera: Person) -> None:
    path = f"v3/conversations/{vera.chat.id}/activities"
    teams.fail_next("send", AcceptThen(500), DROP_AFTER, DROP_BEFORE, Garbage())
    assert (await client.ask("POST", path, message(card("En"))))[0] == 500
    for words in ("To", "Tre"):
        with pytest.raises(aiohttp.ClientError):
            await client.ask("POST", path, message(card(words)))
    assert (await client.ask("POST", path, message(card("Fire"))))[1] == "<html>oops</html>"
    assert [vera.reads(post) for post in vera.posts] == ["En", "To", "Fire"]
    calls = teams.ledger.of("send")
    assert [(call.status, call.accepted) for call in calls] == [(500, True), (0, True), (0, False), (200, True)]
    assert [call.reference for call in teams.ledger.accepted] == [post.id for post in vera.posts]


async def test_a_call_can_hang(teams: FakeTeams, client: Client, vera: Person) -> None:
    hang = Hang(accepted=False)
    teams.fail_next("send", hang)
    sending = asyncio.create_task(client.posts(vera.chat.id, message(card("Hej"))))
    await hang.reached.wait()
    assert vera.posts == []
    hang.release()
    assert await sending == vera.last.id


async def test_t6_a_redirect_leads_where_the_ledger_sees_it(teams: FakeTeams, client: Client, vera: Person) -> None:
    teams.fail_next("send", Redirect())
    status, _, headers = await client.ask("POST", f"v3/conversations/{vera.chat.id}/activities", message(card("x")))
    assert (status, teams.ledger.count("elsewhere")) == (302, 0)
    assert (await client.ask("POST", headers["Location"], {}))[0] == 404
    assert teams.ledger.count("elsewhere") == 1


# Graph


async def test_graph_answers_where_somebody_consented(teams: FakeTeams, client: Client, vera: Person) -> None:
    token = teams.tokens.give(GRAPH).value
    url = f"{teams.graph_url}/v1.0/users/{vera.aad}"
    status, body, _ = await client.ask("GET", url, token=token)
    assert (status, body["error"]["code"]) == (403, "Authorization_RequestDenied")
    teams.consent.add(teams.app.tenant)
    assert (await client.ask("GET", url))[0] == 401
    _, body, _ = await client.ask("GET", url, token=token, params={"$select": "displayName,userType"})
    assert {key: value for key, value in body.items() if "@" not in key} == {
        "displayName": "Vera Holm",
        "userType": "Member",
    }
    _, body, _ = await client.ask("GET", f"{teams.graph_url}/v1.0/users/{vera.user.upn}", token=token)
    assert (body["id"], body["jobTitle"], "userType" in body) == (vera.aad, "Jordemoder", False)
    _, body, _ = await client.ask("GET", f"{url}/manager", token=token, params={"$select": "id"})
    assert body["id"] == vera.user.manager
    leo = f"{teams.graph_url}/v1.0/users/{vera.user.manager}/manager"
    assert (await client.ask("GET", leo, token=token))[0] == 404
    assert (await client.ask("GET", url, token=token, params={"$select": "shoeSize"}))[0] == 400
    assert (await client.ask("GET", f"{teams.graph_url}/v1.0/users/{vera.user.id}", token=token))[0] == 404
