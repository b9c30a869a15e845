"""Our own tokens: asked for once, kept, renewed in time, and a refusal is a code and nothing else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.channels.teams.login import Identity, Login, NoToken
from bot.clock import StandingClock
from tests.teams.fake import FakeTeams
from tests.teams.fake.faults import DROP_AFTER, AcceptThen, Fault, Garbage, Hang, Redirect, Refuse
from tests.teams.fake.login import CONNECTOR, GRAPH
from tests.teams.ours import settings

SCOPE = f"{CONNECTOR}/.default"
NOON = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOON)


@pytest.fixture
async def fake(clock: StandingClock) -> AsyncIterator[FakeTeams]:
    async with FakeTeams(clock) as fake:
        yield fake


async def refusal(login: Login) -> NoToken:
    """Why there is no token."""
    with pytest.raises(NoToken) as caught:
        await login.token(SCOPE)
    return caught.value


async def test_a_token_for_each_service(fake: FakeTeams) -> None:
    login = Login(settings(fake), fake.clock)
    tokens = [await login.token(f"{audience}/.default") for audience in (CONNECTOR, GRAPH)]
    assert [fake.tokens.given[token].audience for token in tokens] == [CONNECTOR, GRAPH]


async def test_a_hundred_who_ask_at_once_cause_one_request(fake: FakeTeams) -> None:
    login = Login(settings(fake), fake.clock)
    tokens = await asyncio.gather(*(login.token(SCOPE) for _ in range(100)))
    assert (len(set(tokens)), fake.ledger.count("token")) == (1, 1)


async def test_who_gives_up_waiting_leaves_the_others_alone(fake: FakeTeams) -> None:
    login = Login(settings(fake), fake.clock)
    fake.fail_next("token", hang := Hang())
    first = asyncio.create_task(login.token(SCOPE))
    await hang.reached.wait()
    others = [asyncio.create_task(login.token(SCOPE)) for _ in range(10)]
    first.cancel()
    assert len(set(await asyncio.gather(*others))) == 1


async def test_a_token_is_kept_until_shortly_before_its_end(fake: FakeTeams, clock: StandingClock) -> None:
    login = Login(settings(fake), clock)
    first = await login.token(SCOPE)
    clock.move_to(NOON + timedelta(seconds=3599 - 301))
    assert await login.token(SCOPE) == first
    clock.move_to(NOON + timedelta(seconds=3599 - 299))
    assert await login.token(SCOPE) != first


async def test_a_refused_token_is_thrown_away_once(fake: FakeTeams, clock: StandingClock) -> None:
    login = Login(settings(fake), clock)
    first = await login.token(SCOPE)
    login.refused(SCOPE, "another")
    login.refused(SCOPE, first)
    assert await login.token(SCOPE) == first, "a new one would be refused just the same"
    clock.move_to(NOON + timedelta(minutes=1))
    login.refused(SCOPE, first)
    assert await login.token(SCOPE) != first


async def test_for_any_tenant_the_bot_is_at_home_with_microsoft(fake: FakeTeams) -> None:
    fake.add_tenant("botframework.com", "Microsoft")
    fake.app.tenant = "botframework.com"
    await Login(settings(fake, kind="MultiTenant", tenant=""), fake.clock).token(SCOPE)
    assert "/login/botframework.com/oauth2/" in fake.ledger.calls[-1].address


async def test_anonymous_has_no_token_and_asks_nobody(fake: FakeTeams) -> None:
    assert await Login(settings(fake, kind="Anonymous"), fake.clock).token(SCOPE) == ""
    assert fake.ledger.calls == []


# The machine's identity


def by_machine(fake: FakeTeams, header: str = "", clock: StandingClock | None = None) -> Login:
    identity = Identity(fake.identity_url, header or fake.tokens.header)
    return Login(settings(fake, kind="UserAssignedMSI", secret=SecretStr("")), clock or fake.clock, identity)


async def test_an_app_service_gives_the_token(fake: FakeTeams, clock: StandingClock) -> None:
    login = by_machine(fake)
    first = await login.token(SCOPE)
    assert fake.tokens.given[first].audience == CONNECTOR
    clock.move_to(NOON + timedelta(seconds=3599 - 301))
    assert await login.token(SCOPE) == first, "it says the moment of its end, not for how long"
    clock.move_to(NOON + timedelta(seconds=3599 - 299))
    assert await login.token(SCOPE) != first
    assert (fake.ledger.count("identity"), fake.ledger.count("token")) == (2, 0)


async def test_a_virtual_machine_gives_the_token(fake: FakeTeams) -> None:
    teams = settings(fake, kind="UserAssignedMSI", secret=SecretStr(""))
    token = await Login(teams, fake.clock, machine=fake.imds_url).token(SCOPE)
    assert fake.tokens.given[token].audience == CONNECTOR
    assert [call.what for call in fake.ledger.calls] == ["imds"]


async def test_the_wrong_header_gives_none(fake: FakeTeams) -> None:
    assert (await refusal(by_machine(fake, "wrong"))).reason == "login_401"


# Refused, or out of reach


async def test_a_wrong_secret_is_no_matter_of_waiting(fake: FakeTeams, clock: StandingClock) -> None:
    login = Login(settings(fake, secret=SecretStr("not the secret of the app")), clock)
    no = await refusal(login)
    assert (no.later, no.reason) == (False, "login_invalid_client")
    for _ in range(50):
        await refusal(login)
    assert fake.ledger.count("token") == 1
    clock.move_to(NOON + timedelta(minutes=1))
    await refusal(login)
    assert fake.ledger.count("token") == 2


BROKEN: list[tuple[Fault, str]] = [
    (Refuse(500), "login_500"),
    (Refuse(503, retry_after="30"), "login_503"),
    (Refuse(429), "login_429"),
    (AcceptThen(502), "login_502"),
    (Garbage(), "login_no_token"),
    (Garbage("[]"), "login_no_token"),
    (Garbage('{"access_token": "a", "expires_in": "soon"}'), "login_no_token"),
    (Garbage('{"access_token": "a", "expires_in": 1e400}'), "login_no_token"),
    (Garbage('{"access_token": "a\\nb", "expires_in": 3599}'), "login_no_token"),
    (Garbage("[" * 100_000), "login_no_token"),
    (Garbage("x" * 300_000), "login_TooBig"),
    (DROP_AFTER, "login_ServerDisconnectedError"),
    (Redirect(), "login_302"),
    (Hang(), "login_TimeoutError"),
]


@pytest.mark.parametrize(("fault", "reason"), BROKEN)
async def test_what_breaks_is_asked_again_soon_and_not_at_once(
    fake: FakeTeams, clock: StandingClock, fault: Fault, reason: str
) -> None:
    login = Login(settings(fake), clock, patience=0.3)
    fake.fail_next("token", fault)
    noes = [await refusal(login) for _ in range(20)]
    assert {(no.later, no.reason) for no in noes} == {(True, reason)}
    assert fake.ledger.count("token") == 1
    clock.move_to(NOON + timedelta(seconds=10))
    assert await login.token(SCOPE)
    assert fake.ledger.count("elsewhere") == 0


async def test_nobody_there(fake: FakeTeams) -> None:
    teams = settings(fake, login="http://127.0.0.1:9/login", near=frozenset({"127.0.0.1:9"}))
    no = await refusal(Login(teams, fake.clock))
    assert (no.later, no.reason) == (True, "login_ClientConnectorError")


async def test_no_secret_and_no_token_in_any_log(fake: FakeTeams, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logged:
        login = Login(settings(fake), fake.clock)
        token = await login.token(SCOPE)
        await refusal(Login(settings(fake, secret=SecretStr("a secret that is wrong")), fake.clock))
    said = repr(logged) + caplog.text + repr(login._kept)
    assert "login_invalid_client" in said
    for hidden in (token, fake.app.secret, "a secret that is wrong", "AADSTS7000215: "):
        assert hidden not in said
