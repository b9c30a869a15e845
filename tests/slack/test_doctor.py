"""Whether all is well with Slack, and for each thing that is not a sentence that says what to mend."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from pydantic import SecretStr

from bot.channels.slack.doctor import Doctor
from bot.channels.slack.findings import SKEW, clock
from bot.channels.slack.scopes import SCOPES
from bot.channels.slack.settings import Slack
from bot.clock import Clock, StandingClock, SystemClock
from bot.doctor import Finding
from storage.records import Installation, Organisation, PersonRow
from storage.store import Store, Work
from tests.running.test_app import command, ended
from tests.slack.fake import FakeSlack, faults
from tests.storage.samples import NOW, a_vault

SIGNING = "0123456789abcdef0123456789abcdef"


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    """A Slack in which all is well."""
    async with FakeSlack(SystemClock()) as fake:
        fake.add_team("T1", "Nordby")
        fake.install("T1", scopes=SCOPES)
        fake.add_channel("CJOB", "jobbytte")
        yield fake


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """A house with somebody in it who is HR."""
    store = Store.open("sqlite://", a_vault())
    store.migrate()
    await store.run(with_hr)
    yield store
    await store.close()


def with_hr(work: Work) -> None:
    work.people.add_organisation(Organisation("org", "Nordby", "DK", "Europe/Copenhagen", "da"))
    work.people.add(PersonRow("hanne", "org", "Hanne", hr=True))


def token(fake: FakeSlack) -> str:
    return next(value for value, each in fake.tokens.items() if each.kind == "bot")


def by_socket(fake: FakeSlack) -> Slack:
    given = SecretStr(token(fake)), SecretStr(fake.add_app_token())
    return Slack("socket", "token", fake.base_url, bot_token=given[0], app_token=given[1])


def by_http(fake: FakeSlack, address: str = "") -> Slack:
    return Slack("http", "token", fake.base_url, address, SecretStr(token(fake)), signing_secret=SecretStr(SIGNING))


def by_install(fake: FakeSlack, address: str = "https://vidsyn.invalid") -> Slack:
    return Slack("http", "oauth", fake.base_url, address, signing_secret=SecretStr(SIGNING))


async def look(slack: Slack, store: Store, here: Clock | None = None) -> dict[str, Finding]:
    async with ClientSession() as session:
        found = [finding async for finding in Doctor(slack, store, here or SystemClock(), session).look()]
    assert len({finding.what for finding in found}) == len(found)
    for finding in found:
        assert re.match(r"[A-Z0-9h]", finding.said), finding
        assert finding.said.endswith("."), finding
        assert "xoxb-" not in str(finding)
        assert "xapp-" not in str(finding)
    return {finding.what: finding for finding in found}


def crosses(found: dict[str, Finding]) -> dict[str, str]:
    return {what: finding.said for what, finding in found.items() if not finding.good}


async def the_cross(slack: Slack, store: Store, here: Clock | None = None) -> tuple[str, str]:
    ((what, said),) = crosses(await look(slack, store, here)).items()
    return what, said


# All is well


async def test_all_is_well_by_socket_mode(fake: FakeSlack, store: Store) -> None:
    found = await look(by_socket(fake), store)
    assert crosses(found) == {}
    assert list(found) == ["Slack", "Clock", "Bot token", "Scopes", "Channels", "Socket Mode", "HR"]
    assert found["Bot token"].said == "Nordby, as vidsyn."
    assert found["Channels"].said == "Vidsyn is in 1."


async def test_all_is_well_by_http(fake: FakeSlack, store: Store) -> None:
    async with healthy() as address:
        found = await look(by_http(fake, address), store)
    assert crosses(found) == {}
    assert "Socket Mode" not in found
    assert f"{address}/slack/events" in found["Address"].said


# What is wrong


async def test_slack_cannot_be_reached(fake: FakeSlack, store: Store) -> None:
    slack = by_socket(fake)
    await fake.stop()
    found = await look(slack, store)
    assert list(found) == ["Slack", "HR"]
    assert "cannot be reached" in crosses(found)["Slack"]


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (faults.Http(503), "in trouble itself"),
        (faults.Http(200), "Something else answers"),
        (faults.Garbage(), "Something else answers"),
        (faults.DROP_BEFORE, "cannot be reached"),
    ],
)
async def test_slack_does_not_answer_as_slack(
    fake: FakeSlack, store: Store, fault: faults.Fault, sentence: str
) -> None:
    fake.fail_next("auth.test", fault)
    what, said = await the_cross(by_socket(fake), store)
    assert (what, sentence in said) == ("Slack", True)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("invalid_auth", "does not know this token"),
        ("token_revoked", "revoked"),
        ("account_inactive", "removed"),
        ("token_expired", "expired"),
        ("ratelimited", "Slack says ratelimited"),
        ("<script> xoxb-1", "something unknown"),
    ],
)
async def test_the_bot_token_does_not_open(fake: FakeSlack, store: Store, error: str, sentence: str) -> None:
    fake.fail_next("auth.test", faults.Refusal(error))
    what, said = await the_cross(by_socket(fake), store)
    assert (what, sentence in said, "SLACK_BOT_TOKEN" in said) == ("Bot token", True, True)


async def test_the_bot_token_is_of_a_person(fake: FakeSlack, store: Store) -> None:
    given = fake.tokens[token(fake)]
    fake.tokens[given.value] = replace(given, bot_id="")
    found = crosses(await look(by_socket(fake), store))
    assert "a person's" in found["Bot token"]


async def test_s18_scopes_are_missing_or_beside(fake: FakeSlack, store: Store) -> None:
    given = fake.tokens[token(fake)]
    fake.tokens[given.value] = replace(given, scopes=given.scopes - {"files:write", "im:write"})
    what, said = await the_cross(by_socket(fake), store)
    assert (what, said.partition(".")[0]) == ("Scopes", "Missing: files:write, im:write")
    fake.tokens[given.value] = replace(given, scopes=given.scopes | {"users:read.email"})
    what, said = await the_cross(by_socket(fake), store)
    assert (what, said.startswith("Not needed: users:read.email. ")) == ("Scopes", True)
    assert "vidsyn manifest slack" in said


@pytest.mark.parametrize("scopes", [(), ("authorizations:read",)])
async def test_the_app_token_opens_no_socket(fake: FakeSlack, store: Store, scopes: tuple[str, ...]) -> None:
    slack = replace(by_socket(fake), app_token=SecretStr(fake.add_app_token(scopes)))
    what, said = await the_cross(slack, store)
    assert (what, "connections:write" in said) == ("Socket Mode", True)


async def test_an_app_token_that_slack_does_not_know(fake: FakeSlack, store: Store) -> None:
    slack = replace(by_socket(fake), app_token=SecretStr("xapp-1-A1-2-3"))
    assert (await the_cross(slack, store))[0] == "Socket Mode"


async def test_the_two_tokens_are_of_two_apps(fake: FakeSlack, store: Store) -> None:
    slack = replace(by_socket(fake), app_token=SecretStr(fake.add_app_token(value="xapp-1-A0OTHER-2-3")))
    what, said = await the_cross(slack, store)
    assert (what, "of another app than SLACK_BOT_TOKEN" in said) == ("Socket Mode", True)


@pytest.mark.parametrize("fault", [faults.Refusal("missing_scope"), faults.Garbage()])
async def test_which_app_it_is_may_stay_unknown(fake: FakeSlack, store: Store, fault: faults.Fault) -> None:
    fake.fail_next("users.info", fault)
    assert crosses(await look(by_socket(fake), store)) == {}


async def test_it_is_in_no_channel(fake: FakeSlack, store: Store) -> None:
    fake.channels.clear()
    what, said = await the_cross(by_socket(fake), store)
    assert (what, "/invite @Vidsyn" in said) == ("Channels", True)


async def test_nobody_is_hr(fake: FakeSlack, store: Store) -> None:
    await store.run(lambda work: work.people.update(replace(work.people.get("hanne"), hr=False)))
    what, said = await the_cross(by_socket(fake), store)
    assert (what, "vidsyn hr-code" in said) == ("HR", True)


async def test_nobody_is_hr_in_one_of_several_workplaces(fake: FakeSlack, store: Store) -> None:
    other = Organisation("other", "Øby", "DK", "Europe/Copenhagen", "da")
    await store.run(lambda work: work.people.add_organisation(other))
    what, said = await the_cross(by_socket(fake), store)
    assert (what, said.startswith("Nobody is in Øby.")) == ("HR", True)


@pytest.mark.parametrize(("seconds", "sentence"), [(70, "70 seconds ahead"), (-70, "70 seconds behind")])
def test_the_clock_is_off(seconds: int, sentence: str) -> None:
    off = clock(NOW, NOW + timedelta(seconds=seconds))
    assert (off.good, sentence in off.said, "NTP" in off.said) == (False, True, True)
    assert clock(NOW, NOW + SKEW).good
    assert clock(None, NOW).good


async def test_the_clock_is_compared_with_slacks(fake: FakeSlack, store: Store) -> None:
    wrong = StandingClock(SystemClock().now() + timedelta(minutes=6))
    assert (await the_cross(by_socket(fake), store, wrong))[0] == "Clock"


# The address


class healthy:  # noqa: N801
    """Something that listens on this machine; Vidsyn when it answers ok."""

    def __init__(self, answer: str = "ok", status: int = 200) -> None:
        self._answer = answer
        self._status = status

    async def __aenter__(self) -> str:
        server = web.Application()
        server.router.add_get("/healthz", self._health)
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}"

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _health(self, request: web.Request) -> web.Response:
        headers = {"Location": "/elsewhere"} if self._status == 302 else {}
        return web.Response(text=self._answer, status=self._status, headers=headers)


async def test_the_address_is_not_set(fake: FakeSlack, store: Store) -> None:
    what, said = await the_cross(by_http(fake), store)
    assert (what, said.startswith("PUBLIC_URL is not set.")) == ("Address", True)


async def test_the_address_does_not_answer(fake: FakeSlack, store: Store) -> None:
    async with healthy() as address:
        pass
    what, said = await the_cross(by_http(fake, address), store)
    assert (what, "does not answer" in said) == ("Address", True)


async def test_the_address_is_a_name_that_nobody_knows(fake: FakeSlack, store: Store) -> None:
    what, said = await the_cross(by_http(fake, "https://vidsyn.invalid"), store)
    assert (what, "Put it in the DNS" in said) == ("Address", True)


async def test_the_address_does_not_speak_https(fake: FakeSlack, store: Store) -> None:
    async with healthy() as address:
        what, said = await the_cross(by_http(fake, address.replace("http:", "https:")), store)
    assert (what, "certificate" in said) == ("Address", True)


@pytest.mark.parametrize(("answer", "status"), [("Welcome to nginx", 200), ("ok", 502), ("ok", 302)])
async def test_something_else_answers_there(fake: FakeSlack, store: Store, answer: str, status: int) -> None:
    async with healthy(answer, status) as address:
        what, said = await the_cross(by_http(fake, address), store)
    assert (what, f"something else (status {status})" in said) == ("Address", True)


# Many workspaces


def installed(fake: FakeSlack, **changes: str) -> Installation:
    given = fake.tokens[token(fake)]
    row = Installation(
        "i1", "", given.team, fake.app.id, given.bot_user, given.value, "", None, given.scopes, installed=NOW
    )  # fmt: skip
    return replace(row, **changes)  # type: ignore[arg-type]


async def installs(store: Store, *rows: Installation) -> None:
    def unit(work: Work) -> None:
        for row in rows:
            work.installations.put(row)

    await store.run(unit)


async def test_every_workspace_is_looked_at(fake: FakeSlack, store: Store) -> None:
    await installs(store, installed(fake), installed(fake, id="i2", tenant="T2", state="gone"))
    async with healthy() as address:
        found = await look(by_install(fake, address), store)
    assert crosses(found) == {}
    assert found["Workspace T1"].said == "Nordby."
    assert "removed Vidsyn" in found["Workspace T2"].said
    assert {"Workspace T1, scopes", "Workspace T1, channels"} <= set(found)


async def test_an_organisation_is_looked_at(fake: FakeSlack, store: Store) -> None:
    fake.add_team("T2", "Øby", enterprise="E1")
    wide = fake.install_org("E1", ["T2"], scopes=SCOPES)
    await installs(store, installed(fake, enterprise="E1", tenant="", token=wide.value))
    async with healthy() as address:
        found = await look(by_install(fake, address), store)
    assert crosses(found) == {}
    assert {"Organisation E1", "Organisation E1, scopes"} <= set(found)


async def test_nobody_has_installed_it(fake: FakeSlack, store: Store) -> None:
    async with healthy() as address:
        what, said = await the_cross(by_install(fake, address), store)
    assert (what, f"{address}/slack/install" in said) == ("Installs", True)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"token": "xoxb-2-revoked"}, "does not know this token"),
        ({"token": "\N{REPLACEMENT CHARACTER}"}, "master keys"),
        ({"state": "expired"}, "could not be renewed"),
    ],
)
async def test_one_workspace_is_not_well(fake: FakeSlack, store: Store, changes: dict[str, str], sentence: str) -> None:
    await installs(store, installed(fake), installed(fake, id="i2", tenant="T2", **changes))
    async with healthy() as address:
        what, said = await the_cross(by_install(fake, address), store)
    assert (what, sentence in said, f"{address}/slack/install" in said) == ("Workspace T2", True, True)


# The command


async def doctor(folder: Path, **settings: str) -> tuple[int, list[str]]:
    process = await command(folder, "doctor", **settings)
    out, complaints = await process.communicate()
    assert complaints == b""
    assert process.returncode is not None
    assert not re.search(rb"x(oxb|app)-[a-z0-9]", out)
    return process.returncode, out.decode().splitlines()


WELL = "It can be written, and its tables are up to date."


async def test_the_command_says_what_is_well_and_what_is_not(fake: FakeSlack, tmp_path: Path) -> None:
    settings = {
        "SLACK_BOT_TOKEN": token(fake), "SLACK_APP_TOKEN": fake.add_app_token(), "SLACK_API_URL": fake.base_url,
    }  # fmt: skip
    await ended(await command(tmp_path, "migrate", **settings))
    code, lines = await doctor(tmp_path, **settings)
    assert code == 1
    assert [line for line in lines if line.startswith("✗ ")] == [
        "✗ HR: Nobody is. Run `.venv/bin/vidsyn hr-code`, and let HR write the code to Vidsyn in Slack."
    ]
    assert [line.split(":")[0] for line in lines if line.startswith("– ")] == ["– Backup", "– Pages"]
    assert lines[:3] == [
        "✓ Settings: Slack, Socket Mode, one workspace.", "✓ Keys: They are there, and open the database.",
        f"✓ Database: This is the SQLite database {tmp_path}/data/vidsyn.db (not used yet). {WELL}",
    ]  # fmt: skip


async def test_with_nothing_set_it_looks_at_the_playground(tmp_path: Path) -> None:
    code, lines = await doctor(tmp_path)
    assert (code, lines[0]) == (0, "✓ Settings: Nothing of Slack's or Teams' is set, so this is the playground.")
    assert [line.split(":")[0] for line in lines] == ["✓ Settings", "– Keys", "– Database"]
    assert not (tmp_path / "data").exists(), "who looks makes nothing"


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-your-token"}, "✗ Settings: SLACK_BOT_TOKEN is a placeholder."),
        ({"SLACK_BOT_TOKEN": "xoxb-…"}, "✗ Settings: SLACK_BOT_TOKEN is a placeholder."),
        ({"SLACK_SIGNING_SECRET": "<secret>"}, "✗ Settings: SLACK_SIGNING_SECRET is a placeholder."),
        ({"PORT": "3978a"}, "✗ Settings: PORT is wrong: Input should be a valid integer"),
        ({"VIDSYN_MASTER_KEYS": "not-a-key"}, "✗ Keys: Master key 1"),
        ({"DATABASE_URL": "mysql://x/y"}, "✗ Database: DATABASE_URL names a database that is not built in"),
    ],
)
async def test_the_house_itself_is_not_well(tmp_path: Path, settings: dict[str, str], line: str) -> None:
    code, lines = await doctor(tmp_path, **settings)
    assert code == 1
    assert lines[-1].startswith(line), lines


async def test_a_settings_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("SLACK_BOT_TOKEN=xoxb-1".encode("utf-16"))
    code, lines = await doctor(tmp_path)
    assert (code, lines) == (1, ["✗ Settings: The file .env is no plain text. Save it as UTF-8."])
