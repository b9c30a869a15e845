"""The real process on the fake Teams: started as an operator starts it, with Microsoft there and away."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import SystemClock
from tests.slack.fake import FakeSlack
from tests.teams.fake import T10, FakeTeams, Garbage, Hang, Person, Refuse, answered
from tests.teams.fake.faults import Fault
from tests.teams.operator import (
    NOT_YET,
    PLAYED,
    READY,
    Operator,
    Process,
    anonymous,
    configured,
    ended,
    reads,
    until,
)
from tests.teams.playground import Playground

HELLO, HELP, WHAT = "Hej Emil.", "Du kan skrive:", "Det forstod jeg ikke."


@pytest.fixture
async def fake() -> AsyncIterator[FakeTeams]:
    async with FakeTeams(SystemClock()) as fake:
        yield fake


@pytest.fixture
async def operator(tmp_path: Path, fake: FakeTeams) -> AsyncIterator[Operator]:
    it = Operator(tmp_path, configured(fake))
    fake.tell(it.endpoint)
    yield it
    await it.goes()


@pytest.fixture
def emil(fake: FakeTeams) -> Person:
    return fake.person(fake.add_user("Emil Eriksen"))


# Started, killed, started again


async def test_it_starts_welcomes_answers_and_ends_clean(operator: Operator, emil: Person) -> None:
    process = await operator.starts()
    for delivery in await emil.installs():
        answered(delivery)
    await reads(emil, HELLO)
    answered(await emil.says("hjælp"))
    assert (await reads(emil, HELLO, HELP)).count(HELLO) == 1
    process.send_signal(signal.SIGTERM)
    assert await ended(process) == (0, "")


async def test_f4_a_kill_loses_nothing_and_welcomes_nobody_twice(
    operator: Operator, fake: FakeTeams, emil: Person
) -> None:
    process = await operator.starts()
    deliveries = await emil.installs()
    await reads(emil, HELLO)
    deliveries += await asyncio.gather(*(emil.says("hjælp") for _ in range(5)))
    await killed(process)
    taken = [delivery for delivery in deliveries if delivery.answer.ok]
    await operator.starts()
    for delivery in deliveries:
        await fake.replay(delivery)
    answered(await emil.says("blåbær"))
    said = await reads(emil, WHAT)  # the answers come in order
    assert said.count(HELLO) == 1
    # What was on its way at the kill may have arrived: nobody can tell, so it is not said again (T11).
    ((unknown,),) = await operator.knows("SELECT count(*) FROM outbox WHERE state = 'unknown'")
    assert len(taken) - 2 - int(unknown) <= said.count(HELP) <= len(deliveries) - 2


async def test_f4_what_waited_at_the_kill_is_said_after_it(operator: Operator, fake: FakeTeams, emil: Person) -> None:
    process = await operator.starts()
    fake.fail_always("send", T10["Throttled after"])
    for delivery in (*await emil.installs(), await emil.says("hjælp")):
        answered(delivery)
    await until(lambda: [call for call in fake.ledger.refused if call.body.get("type") == "message"], bool)
    await operator.knows("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE state = 'sending')")
    await killed(process)
    assert emil.posts == []
    fake.fail_always("send", None)
    process = await operator.starts()
    said = await reads(emil, HELLO, HELP)
    assert (said.count(HELLO), said.count(HELP)) == (1, 1)
    assert said.index(HELLO) < said.index(HELP)
    process.terminate()
    assert (await ended(process))[0] == 0


# Refused, or away


@pytest.mark.parametrize("key", ["MicrosoftAppPassword", "MicrosoftAppId", "MicrosoftAppTenantId"])
async def test_t5_what_microsoft_does_not_take_ends_the_start(operator: Operator, fake: FakeTeams, key: str) -> None:
    wrong = {"MicrosoftAppPassword": "not-the-secret-of-the-app"}
    said = await operator.does_not_start(**{key: wrong.get(key, "33333333-cccc-4ccc-8ccc-333333333333")})
    assert "Microsoft does not let Vidsyn log in (login_" in said
    assert "Compare MicrosoftAppId, MicrosoftAppPassword and MicrosoftAppTenantId" in said
    for hidden in (fake.app.secret, "not-the-secret", "AADSTS7000215: "):
        assert hidden not in said


@pytest.mark.parametrize("missing", ["MicrosoftAppId", "MicrosoftAppPassword", "MicrosoftAppTenantId"])
async def test_t5_without_an_id_or_a_secret_it_does_not_start(
    operator: Operator, fake: FakeTeams, missing: str
) -> None:
    assert (await operator.does_not_start(**{missing: ""})).startswith(f"{missing} is missing. ")
    assert fake.ledger.calls == []


@pytest.mark.parametrize(("what", "fault"), [("token", Refuse(503)), ("token", Garbage()), ("*", Refuse(502))])
async def test_microsoft_may_come_back_after_the_start(
    operator: Operator, fake: FakeTeams, emil: Person, what: str, fault: Fault
) -> None:
    fake.fail_always(what, fault)
    process = await operator.starts(NOT_YET)
    fake.fail_always(what, None)
    await emil.installs()
    await reads(emil, HELLO)
    process.terminate()
    status, logged = await ended(process)
    assert status == 0
    assert fake.app.secret not in logged
    assert "Emil" not in logged


async def test_t2_without_the_keys_nobody_comes_in_until_they_are_there(
    operator: Operator, fake: FakeTeams, emil: Person
) -> None:
    fake.fail_always("keys", Refuse(500))
    process = await operator.starts()
    assert (await emil.says("hej")).answer.status == 401
    process.terminate()
    assert (await ended(process))[0] == 0


async def test_f24_it_ends_while_microsoft_hangs(operator: Operator, fake: FakeTeams, emil: Person) -> None:
    process = await operator.starts()
    fake.fail_always("send", hang := Hang())
    await emil.installs()
    async with asyncio.timeout(20):
        await hang.reached.wait()
    process.terminate()
    assert (await ended(process))[0] == 0


# Beside Slack


async def test_slack_and_teams_start_together(operator: Operator, emil: Person) -> None:
    async with FakeSlack(SystemClock()) as slack:
        slack.add_team("T0SUNDBY", "Sundby Kommune")
        slack.add_user("UVERA", "Vera Vang")
        token = slack.install("T0SUNDBY").value
        slack.tell_by_socket()
        operator.settings |= {
            "SLACK_BOT_TOKEN": token, "SLACK_APP_TOKEN": slack.add_app_token(), "SLACK_API_URL": slack.base_url,
        }  # fmt: skip
        process = await operator.starts(b"Vidsyn is ready in Slack: Sundby Kommune.", READY)
        await slack.sockets.connected()
        await emil.installs()
        await slack.person("UVERA").types("hjælp")
        await reads(emil, HELLO)
        assert await operator.knows("SELECT channel FROM addresses GROUP BY channel HAVING count(*) = 1") != []
        process.terminate()
        assert (await ended(process))[0] == 0


# Without a lock


@pytest.fixture
async def page() -> AsyncIterator[Playground]:
    async with Playground() as page:
        yield page


@pytest.fixture
async def player(tmp_path: Path, page: Playground) -> AsyncIterator[Operator]:
    it = Operator(tmp_path, anonymous(page.host))
    yield it
    await it.goes()


async def test_t20_the_agents_playground_is_welcomed_and_answered(player: Operator, page: Playground) -> None:
    process = await player.starts(PLAYED)
    assert await page.opens(player.endpoint) == [200, 200]
    await until(page.words, lambda said: "Alex" in said)
    assert await page.says(player.endpoint, "hjælp") == 200
    said = await until(page.words, lambda said: HELP in said or "You can write:" in said)
    assert said.count("Alex") == 1
    assert await player.knows("SELECT value FROM meta WHERE key = 'door'", "anonymous.db") == [("anonymous",)]
    process.terminate()
    assert await ended(process) == (0, "")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "192.0.2.1"},
        {"Forwarded": "for=192.0.2.1"},
        {"Host": "vidsyn.example.dk"},
        {"Origin": "https://evil.example"},
    ],
)
async def test_t20_what_comes_from_elsewhere_is_refused(
    player: Operator, page: Playground, headers: dict[str, str]
) -> None:
    await player.starts(PLAYED)
    assert await page.sends(player.endpoint, {"type": "message", "text": "hej"}, headers) == 403
    assert page.posts == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"HOST": "0.0.0.0"}, "runs on this machine only"),
        ({"SLACK_BOT_TOKEN": "xoxb-1-2-abcdefgh", "SLACK_APP_TOKEN": "xapp-1-A1-2-abcdefgh"}, "nothing that is real"),
        ({"MicrosoftAppId": "33333333-cccc-4ccc-8ccc-333333333333"}, "nothing that is real"),
        ({"TEAMS_SERVICE_HOSTS": ""}, "only hosts on this machine"),
        ({"TEAMS_SERVICE_HOSTS": "smba.trafficmanager.net"}, "only hosts on this machine"),
        ({"TEAMS_DANGEROUSLY_ANONYMOUS": "perhaps"}, "is 1 or 0"),
    ],
)
async def test_t5_the_anonymous_mode_is_for_this_machine_alone(
    player: Operator, settings: dict[str, str], sentence: str
) -> None:
    assert sentence in await player.does_not_start(**settings)
    assert not (player.folder / "data").exists()


async def test_t20_each_kind_of_door_has_a_database_of_its_own(
    player: Operator, page: Playground, fake: FakeTeams
) -> None:
    doors = {b"Vidsyn is ready. Open": {}, READY: configured(fake), PLAYED: anonymous(page.host)}
    for ready, settings in doors.items():
        url = f"sqlite:///{player.folder}/{len(player.processes)}.db"
        player.settings = settings | {"DATABASE_URL": url}
        process = await player.starts(ready)
        process.terminate()
        assert (await ended(process))[0] == 0
        for other in doors.values():
            if other is not settings:
                player.settings = other | {"DATABASE_URL": url}
                assert (await player.does_not_start()).startswith("This database is for something else")


async def killed(process: Process) -> None:
    """At once, with no time for anything."""
    process.kill()
    await process.communicate()
