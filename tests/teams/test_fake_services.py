"""The login service, the keys and Graph of the fake are strict."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.clock import StandingClock
from tests.teams.fake import (
    CONNECTOR,
    GRAPH,
    FakeTeams,
    Person,
    Refuse,
)
from tests.teams.fake.client import Client
from tests.teams.fake.samples import card, message, named, small_teams

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


def wait(clock: StandingClock, seconds: float) -> None:
    clock.move_to(clock.now() + timedelta(seconds=seconds))


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
