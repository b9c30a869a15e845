"""Whether all is well with Teams, and for each thing that is not a sentence that says what to mend."""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import aiohttp
import pytest
from aiohttp import web
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.channels.teams import findings
from bot.channels.teams.calls import Answer, Fate
from bot.channels.teams.doctor import Doctor
from bot.channels.teams.hosts import PrivateAddress
from bot.channels.teams.login import Identity, NoToken
from bot.channels.teams.settings import Teams
from bot.clock import Clock, StandingClock, SystemClock
from bot.doctor import Finding
from storage.records import Chat, Organisation, PersonRow, Workspace
from storage.store import Store, Work
from storage.vault import load_or_create_key_file
from tests.running.test_app import command
from tests.storage.samples import NOW, a_vault
from tests.teams import ours
from tests.teams.fake import DROP_BEFORE, T10, FakeTeams, Garbage, Redirect, Refuse, User
from tests.teams.fake.faults import Fault

LINK = "https://teams.microsoft.com/l/app/55555555-5555-4555-8555-555555555555"
OTHER = "33333333-cccc-4ccc-8ccc-333333333333"


@pytest.fixture
async def fake() -> AsyncIterator[FakeTeams]:
    """A Teams in which all is well: an administrator has consented, and Emil has installed the app."""
    async with FakeTeams(SystemClock()) as fake:
        fake.consent.add(fake.app.tenant)
        yield fake


@pytest.fixture
async def store(fake: FakeTeams) -> AsyncIterator[Store]:
    """A house with somebody in it who is HR, and a chat with Emil."""
    store = Store.open("sqlite://", a_vault())
    store.migrate()
    emil = fake.add_user("Emil Eriksen")
    await store.run(lambda work: with_hr(work, fake.app.tenant))
    await knows(store, fake, emil)
    yield store
    await store.close()


def with_hr(work: Work, tenant: str) -> None:
    work.people.add_organisation(Organisation("org", "Nordby", "DK", "Europe/Copenhagen", "da"))
    work.people.add(PersonRow("hanne", "org", "Hanne", hr=True))
    work.workspaces.put(Workspace("teams", tenant, "Nordby", "org"))


async def knows(store: Store, fake: FakeTeams, user: User, **changes: str) -> None:
    """Writes down the chat with somebody who has installed the app."""
    chat = fake.install(user)
    row = Chat("teams", user.tenant, user.aad, chat.id, user.id, fake.service_url, touched=NOW)
    await store.run(lambda work: work.chats.put(replace(row, **changes)))  # type: ignore[arg-type]


@asynccontextmanager
async def our_door(status: int = 401, headers: Mapping[str, str] | None = None) -> AsyncIterator[str]:
    """Something that stands at our address; our door when it refuses what has no token."""

    async def answer(request: web.Request) -> web.Response:
        assert "Authorization" not in request.headers
        return web.Response(status=status, headers=headers)

    app = web.Application()
    app.router.add_post("/api/messages", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def look(
    fake: FakeTeams,
    store: Store,
    here: Clock | None = None,
    *,
    identity: Identity | None = None,
    machine: str = "http://127.0.0.1:9/",
    **more: Any,
) -> dict[str, Finding]:
    """The findings, with our door in its place unless `address` is among the settings."""
    async with our_door() as address:
        teams = ours.settings(fake, **{"address": address, "link": LINK, **more})
        doctor = Doctor(teams, store, here or SystemClock(), identity, machine)
        with capture_logs():
            found = [finding async for finding in doctor.look()]
    assert len({finding.what for finding in found}) == len(found)
    for finding in found:
        assert_says(finding, fake)
    return {finding.what: finding for finding in found}


def assert_says(finding: Finding, fake: FakeTeams) -> None:
    """It is a sentence, with no secret in it and nobody's name."""
    assert finding.said.endswith("."), finding
    for hidden in (fake.app.secret, "Emil", "emil", "token-", "29:", "a:1", fake.tokens.header):
        assert hidden not in str(finding), finding


def crosses(found: dict[str, Finding]) -> dict[str, str]:
    return {what: finding.said for what, finding in found.items() if not finding.good}


def advised(found: dict[str, Finding]) -> dict[str, str]:
    return {what: finding.said for what, finding in found.items() if finding.mark == "–"}


# All is well


async def test_all_is_well(fake: FakeTeams, store: Store) -> None:
    found = await look(fake, store)
    assert (crosses(found), advised(found)) == ({}, {})
    assert list(found) == [
        "Microsoft", "Clock", "Signatures", "Login", "Sending", "User.Read.All", "Organization.Read.All", "Address",
        "Link", "HR",
    ]  # fmt: skip
    assert "/api/messages answers" in found["Address"].said
    assert [call.code for call in fake.ledger.refused] == ["Request_ResourceNotFound"]  # of nobody
    assert [call.what for call in fake.ledger.calls if call.status == 200] == [
        "openid", "openid", "keys", "token", "member", "token", "organization",
    ]  # fmt: skip


async def test_a_channel_will_do_where_no_chat_is_known(fake: FakeTeams, store: Store) -> None:
    emil = next(iter(fake.users.values()))
    team = fake.add_team("Jobbytte", installed=True)

    def unit(work: Work) -> None:
        work.chats.remove("teams", emil.tenant, emil.aad)
        work.chats.put(Chat("teams", team.tenant, team.id, team.id, team.id, fake.service_url, touched=NOW))

    await store.run(unit)
    assert crosses(await look(fake, store)) == {}
    assert fake.ledger.count("team") == 1


async def test_nothing_is_said_of_sending_where_nobody_is_known(fake: FakeTeams, store: Store) -> None:
    emil = next(iter(fake.users.values()))
    for state in ("gone", "blocked", "absent"):
        await knows(store, fake, emil, state=state)
        found = await look(fake, store)
        assert crosses(found) == {}
        assert advised(found)["Sending"].startswith("Not tried: ")


async def test_t18_a_managed_identity_is_looked_at(fake: FakeTeams, store: Store) -> None:
    mine: dict[str, Any] = {"kind": "UserAssignedMSI", "secret": SecretStr("")}
    identity = Identity(fake.identity_url, fake.tokens.header)
    assert crosses(await look(fake, store, identity=identity, **mine)) == {}
    assert crosses(await look(fake, store, machine=fake.imds_url, **mine)) == {}


async def test_t18_of_any_number_of_tenants_each_is_looked_at(fake: FakeTeams, store: Store) -> None:
    fake.add_tenant("botframework.com", "Microsoft")
    fake.add_tenant(OTHER, "Oeby")
    fake.app.for_many_tenants = True
    await store.run(lambda work: work.workspaces.put(Workspace("teams", OTHER, "Oeby", "org")))
    await knows(store, fake, fake.add_user("Nora Nygaard", OTHER))
    found = await look(fake, store, kind="MultiTenant", tenant="")
    assert crosses(found) == {}
    assert {f"Sending to tenant {fake.app.tenant}", f"Sending to tenant {OTHER}"} <= set(found)
    assert "User.Read.All" not in found


# What is wrong


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Refuse(503), "is in trouble itself (status 503)"),
        (Refuse(404), "Something else answers"),
        (Redirect(), "Something else answers"),
        (DROP_BEFORE, "cannot be reached. Let this machine make https connections"),
    ],
)
async def test_microsoft_does_not_answer_as_microsoft(
    fake: FakeTeams, store: Store, fault: Fault, sentence: str
) -> None:
    fake.fail_always("openid", fault)
    found = await look(fake, store)
    assert sentence in crosses(found)["Microsoft"]
    assert not {"Clock", "Signatures"} & set(found)


async def test_microsoft_cannot_be_reached(fake: FakeTeams, store: Store) -> None:
    await fake.stop()
    found = await look(fake, store)
    assert list(found) == ["Microsoft", "Login", "Address", "Link", "HR"]
    assert "Let this machine make https connections to it" in crosses(found)["Login"]


@pytest.mark.parametrize("fault", [Refuse(500), Garbage(), Garbage('{"keys": []}')])
async def test_t2_the_keys_cannot_be_fetched(fake: FakeTeams, store: Store, fault: Fault) -> None:
    fake.fail_always("keys", fault)
    assert list(crosses(await look(fake, store))) == ["Signatures"]


async def test_the_clock_is_compared_with_microsofts(fake: FakeTeams, store: Store) -> None:
    wrong = StandingClock(SystemClock().now() + timedelta(minutes=6))
    assert "ahead of Microsoft" in crosses(await look(fake, store, wrong))["Clock"]


@pytest.mark.parametrize(("seconds", "sentence"), [(70, "70 seconds ahead"), (-70, "70 seconds behind")])
def test_the_clock_is_off(seconds: int, sentence: str) -> None:
    off = findings.clock(NOW, NOW + timedelta(seconds=seconds))
    assert (off.good, sentence in off.said, "NTP" in off.said) == (False, True, True)
    assert findings.clock(NOW, NOW + findings.SKEW).good
    assert findings.clock(None, NOW).good


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"secret": SecretStr("not-the-secret-of-the-app")}, "MicrosoftAppPassword"),
        ({"app_id": OTHER}, "MicrosoftAppId"),
        ({"tenant": OTHER}, "MicrosoftAppTenantId"),
    ],
)
async def test_t5_the_login_is_refused(fake: FakeTeams, store: Store, changes: dict[str, Any], setting: str) -> None:
    found = await look(fake, store, **changes)
    assert list(crosses(found)) == ["Login"]
    assert f"Compare {setting} " in found["Login"].said
    assert "not-the-secret" not in found["Login"].said


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("login_AADSTS7000215", "the secret. Compare MicrosoftAppPassword"),
        ("login_AADSTS7000222", "The secret has ended."),
        ("login_AADSTS700016", "no such app in this tenant"),
        ("login_AADSTS7000229", "no enterprise application"),
        ("login_AADSTS7000112", "is disabled"),
        ("login_AADSTS90002", "no such tenant"),
        ("login_AADSTS900023", "no such tenant"),
        ("login_AADSTS1", "Microsoft refuses (login_AADSTS1)."),
    ],
)
def test_t5_what_the_login_service_says(reason: str, sentence: str) -> None:
    found = findings.login(NoToken(False, reason), Teams("SingleTenant"))
    assert (found.good, sentence in found.said) == (False, True)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({}, "hands out no tokens (login_ClientConnectorError)"), ({"app_id": OTHER}, "has no such identity")],
)
async def test_t18_the_machine_has_no_such_identity(
    fake: FakeTeams, store: Store, changes: dict[str, Any], sentence: str
) -> None:
    machine: dict[str, Any] = {"machine": fake.imds_url} if changes else {}
    found = await look(fake, store, kind="UserAssignedMSI", secret=SecretStr(""), **machine, **changes)
    assert list(crosses(found)) == ["Login"]
    assert sentence in found["Login"].said


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (T10["BotNotRegistered"], "does not take Vidsyn's token (BotNotRegistered)"),
        (Refuse(403, "Forbidden"), "does not take Vidsyn's token (Forbidden)"),
        (T10["BotDisabledByAdmin"], "An administrator has blocked Vidsyn."),
        (T10["503"], "does not answer (ServiceUnavailable)"),
        (DROP_BEFORE, "does not answer (ServerDisconnectedError)"),
    ],
)
async def test_t10_teams_does_not_take_the_token(fake: FakeTeams, store: Store, fault: Fault, sentence: str) -> None:
    fake.fail_always("member", fault)
    found = await look(fake, store)
    assert list(crosses(found)) == ["Sending"]
    assert sentence in found["Sending"].said


@pytest.mark.parametrize(
    "row", ["BotNotInConversationRoster", "ConversationBlockedByUser", "ConversationNotFound", "Throttled"]
)
async def test_t10_what_is_wrong_with_one_chat_is_nothing_to_mend(fake: FakeTeams, store: Store, row: str) -> None:
    fake.fail_always("member", T10[row])
    assert crosses(await look(fake, store)) == {}


async def test_t6_a_stored_address_that_is_on_no_list(fake: FakeTeams, store: Store) -> None:
    await knows(store, fake, next(iter(fake.users.values())), service="https://x.trafficmanager.net/emea/")
    found = await look(fake, store)
    assert list(crosses(found)) == ["Sending"]
    assert "TEAMS_SERVICE_HOSTS" in found["Sending"].said


# What is optional


async def test_without_consent_it_says_what_is_lost(fake: FakeTeams, store: Store) -> None:
    fake.consent.clear()
    found = await look(fake, store)
    assert crosses(found) == {}
    assert list(advised(found)) == ["User.Read.All", "Organization.Read.All"]
    assert "asked who leads them" in found["User.Read.All"].said


@pytest.mark.parametrize("what", ["user", "organization"])
async def test_one_consent_may_be_there_without_the_other(fake: FakeTeams, store: Store, what: str) -> None:
    fake.fail_always(what, Refuse(403, "Authorization_RequestDenied"))
    found = await look(fake, store)
    assert list(advised(found)) == ["User.Read.All" if what == "user" else "Organization.Read.All"]


def test_what_graph_does_not_say_is_not_guessed() -> None:
    silent, locked = Answer(Fate.BUSY, 503, "http_503"), Answer(Fate.LOCKED_OUT, code="login_invalid_scope")
    for finding in (findings.people, findings.organisation):
        assert (finding(silent).good, "does not say (http_503)" in finding(silent).said) == (True, True)
        assert "It is not given" in finding(locked).said
    assert "does not say" in findings.people(Answer(Fate.REFUSED, 404, "http_404")).said


async def test_without_a_link_it_says_what_people_are_told(fake: FakeTeams, store: Store) -> None:
    found = await look(fake, store, link="")
    assert list(advised(found)) == ["Link"]
    assert "Teams > Apps > Vidsyn" in found["Link"].said


async def test_nobody_is_hr(fake: FakeTeams, store: Store) -> None:
    await store.run(lambda work: work.people.update(replace(work.people.get("hanne"), hr=False)))
    found = crosses(await look(fake, store))
    assert list(found) == ["HR"]
    assert "to Vidsyn in Teams" in found["HR"]


# The address


async def test_the_address_is_not_set(fake: FakeTeams, store: Store) -> None:
    found = crosses(await look(fake, store, address=""))
    assert (list(found), found["Address"].startswith("PUBLIC_URL is not set.")) == (["Address"], True)


async def test_the_address_does_not_answer(fake: FakeTeams, store: Store) -> None:
    async with our_door() as address:
        pass
    found = crosses(await look(fake, store, address=address))
    assert "does not answer from here (ClientConnectorError). Start Vidsyn" in found["Address"]
    assert "then try it from outside" in found["Address"]


async def test_the_address_does_not_speak_https(fake: FakeTeams, store: Store) -> None:
    async with our_door() as address:
        found = crosses(await look(fake, store, address=address.replace("http:", "https:")))
    assert "certificate" in found["Address"]


async def test_the_address_is_a_name_that_nobody_knows(fake: FakeTeams, store: Store) -> None:
    found = crosses(await look(fake, store, address="https://vidsyn.invalid"))
    assert "Put it in the DNS" in found["Address"]


@pytest.mark.parametrize("status", [200, 302, 403, 404, 405, 502])
async def test_something_else_answers_there(fake: FakeTeams, store: Store, status: int) -> None:
    async with our_door(status) as address:
        found = crosses(await look(fake, store, address=address))
    assert f"something else (status {status}). Start Vidsyn" in found["Address"]


async def test_something_asks_for_a_password_there(fake: FakeTeams, store: Store) -> None:
    async with our_door(401, {"WWW-Authenticate": 'Basic realm="Nordby"'}) as address:
        found = crosses(await look(fake, store, address=address))
    assert "asks for a password" in found["Address"]


# The proxy


KEY = ConnectionKey("login.botframework.com", 443, True, True, None, None, None, "")
AWAY = OSError(111, "away")


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (aiohttp.InvalidURL("nonsense"), "HTTPS_PROXY is no address"),
        (aiohttp.ClientHttpProxyError(Mock(), (), status=403), "not let through by the proxy (status 403)"),
        (aiohttp.ClientProxyConnectionError(KEY, AWAY), "the proxy does not answer"),
        (aiohttp.ClientConnectorCertificateError(KEY, ssl.SSLCertVerificationError()), "somebody in between"),
        (PrivateAddress(), "private address"),
        (aiohttp.ClientConnectorError(KEY, AWAY), "cannot be reached"),
        (TimeoutError(), "cannot be reached"),
    ],
)
def test_why_microsoft_does_not_answer(failure: Exception, sentence: str) -> None:
    found = findings.reached(findings.Told(failure=failure), Teams("SingleTenant"))
    assert (found.good, sentence in found.said) == (False, True)
    assert found.said.startswith("login.botframework.com ")


# Without a lock


async def test_t20_the_anonymous_mode_is_called_what_it_is(fake: FakeTeams, store: Store) -> None:
    found = await look(fake, store, kind="Anonymous", app_id="", secret=SecretStr(""), tenant="", address="")
    assert list(found) == ["Door", "HR"]
    assert "lets in everybody" in found["Door"].said
    assert fake.host in found["Door"].said
    assert fake.ledger.calls == []


# The command


async def doctor(folder: Path, **settings: str) -> tuple[int, list[str]]:
    process = await command(folder, "doctor", **settings)
    out, complaints = await process.communicate()
    assert complaints == b""
    assert process.returncode is not None
    return process.returncode, out.decode().splitlines()


def configured(fake: FakeTeams, **more: str) -> dict[str, str]:
    """The settings of an operator."""
    return {
        "MicrosoftAppId": fake.app.id, "MicrosoftAppPassword": fake.app.secret,
        "MicrosoftAppTenantId": fake.app.tenant, "TEAMS_SERVICE_HOSTS": fake.host,
        "TEAMS_OPENID_METADATA_URL": fake.openid_url, "TEAMS_LOGIN_URL": fake.login_url,
        "TEAMS_GRAPH_URL": fake.graph_url, **more,
    }  # fmt: skip


async def test_the_command_says_what_is_well_and_what_is_not(fake: FakeTeams, tmp_path: Path) -> None:
    code, lines = await doctor(tmp_path, **configured(fake))
    assert code == 1
    assert [line.split(":")[0] for line in lines] == [
        "✓ Settings", "– Keys", "– Database", "✓ Microsoft", "✓ Clock", "✓ Signatures", "✓ Login", "– Sending",
        "✓ User.Read.All", "✓ Organization.Read.All", "✗ Address", "– Link", "✗ HR", "✓ Waiting", "– Backup",
    ]  # fmt: skip
    assert lines[0] == "✓ Settings: Teams, one tenant, with a secret."
    assert fake.app.secret not in str(lines)


async def test_t5_a_refused_secret_is_one_line_and_no_log(fake: FakeTeams, tmp_path: Path) -> None:
    code, lines = await doctor(tmp_path, **configured(fake, MicrosoftAppPassword="not-the-secret-of-the-app"))
    assert code == 1
    assert "✗ Login: Microsoft does not take the secret" in [line.split(".")[0] for line in lines]
    assert all(re.match(r"[✓✗–] ", line) for line in lines)
    assert "not-the-secret" not in str(lines)


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"MicrosoftAppId": "nonsense"}, "✗ Settings: MicrosoftAppId is something else."),
        ({"MicrosoftAppPassword": ""}, "✗ Settings: MicrosoftAppPassword is missing."),
        ({"TEAMS_DANGEROUSLY_ANONYMOUS": "1"}, "✗ Settings: TEAMS_DANGEROUSLY_ANONYMOUS lets in everybody"),
        ({"PUBLIC_URL": "http://vidsyn.example.dk"}, "✗ Settings: PUBLIC_URL: Teams calls https only."),
    ],
)
async def test_t5_the_settings_are_not_well(
    fake: FakeTeams, tmp_path: Path, settings: dict[str, str], line: str
) -> None:
    code, lines = await doctor(tmp_path, **configured(fake, **settings))
    assert (code, len(lines)) == (1, 1)
    assert lines[0].startswith(line)


async def test_t18_many_tenants_are_warned_of(fake: FakeTeams, tmp_path: Path) -> None:
    settings = configured(fake, MicrosoftAppType="MultiTenant", MicrosoftAppTenantId="")
    _, lines = await doctor(tmp_path, **settings)
    assert lines[1].startswith("– App type: MicrosoftAppType is MultiTenant")


async def test_t20_a_database_of_the_platforms_is_not_for_the_playground(fake: FakeTeams, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/one.db"
    anonymous = {"TEAMS_DANGEROUSLY_ANONYMOUS": "1", "TEAMS_SERVICE_HOSTS": fake.host, "DATABASE_URL": database}
    code, lines = await doctor(tmp_path, **anonymous)
    assert (code, [line[0] for line in lines]) == (1, list("✓–––✗")), lines  # nobody is HR
    store = Store.open(database, load_or_create_key_file(tmp_path / "data" / "master.key"))
    store.migrate()
    await store.run(lambda work: work.meta.set("door", "chats"))
    await store.close()
    code, lines = await doctor(tmp_path, **anonymous)
    assert code == 1
    assert lines[-1].startswith("✗ Database: This database is for something else")
