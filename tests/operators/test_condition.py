"""What the doctor says of a house at work."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import StandingClock
from bot.condition import Facts, facts, findings
from bot.settings import Settings
from storage.backup import LAST, save
from storage.overview import Queues
from storage.records import AddressRow, Organisation, PersonRow
from storage.store import Store, Work
from tests.operators.test_health import CANARY
from tests.running.test_app import command, ended
from tests.slack.fake import FakeSlack
from tests.stage.play import KEY

NOW = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
NONE = timedelta()
IDLE = Queues(0, NONE, 0, {}, {}, 0, NONE)
WELL = Facts(NOW, None, 0, IDLE, {}, NOW.isoformat())


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(_env_file=None)


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        (WELL, "✓ Waiting: 0 to answer, 0 to send, 0 due."),
        (replace(WELL, server=140011), "✗ Server: This is PostgreSQL 14. Upgrade it to 15 or later."),
        (
            replace(WELL, theirs=NOW - timedelta(seconds=11)),
            "✗ Clock: This machine is 11 seconds ahead of the",
        ),
        (replace(WELL, queues=replace(IDLE, set_aside=2)), "– Set aside: 2 received things could not be answered."),
        (replace(WELL, queues=replace(IDLE, outbox={("unknown", "slack"): 3})), "– Unknown: 3 messages may or may not"),
        (
            replace(WELL, queues=replace(IDLE, received=4, received_age=timedelta(minutes=5))),
            "✗ Waiting: 4 received things are not answered, the oldest for 5 minutes. See that Vidsyn runs",
        ),
        (
            replace(
                WELL, queues=replace(IDLE, outbox={("pending", "teams"): 9}, held_up={"teams": timedelta(hours=3)})
            ),
            "✗ Waiting: 9 messages are not sent, the oldest for 3 hours.",
        ),
        (
            replace(WELL, crowd={"slack": 10_000}),
            "✓ Pace in Slack: 10000 people due at once all have their prompt within 42 minutes: Slack takes about 24",
        ),
        (
            replace(WELL, crowd={"teams": 300}),
            "✓ Pace in Teams: 300 people due at once all have their prompt within 3 minutes: Teams takes about 1620 m",
        ),
        (
            replace(WELL, queues=replace(IDLE, outbox={("held", "slack"): 2})),
            "✓ Waiting: 0 to answer, 0 to send, 0 due, 2 held for their readers' hours.",
        ),
        (replace(WELL, crowd={"slack": 1}), "✓ Pace in Slack: 1 person who is due has the prompt within 3 minutes"),
        (replace(WELL, backup=None), "– Backup: `vidsyn backup` has made none yet."),
        (
            replace(WELL, backup=(NOW - timedelta(days=9)).isoformat()),
            "– Backup: The last that `vidsyn backup` made",
        ),
        (WELL, "✓ Backup: The last one is 0 minutes old."),
    ],
)
def test_each_thing_has_its_sentence(seen: Facts, line: str, settings: Settings) -> None:
    said = [str(finding) for finding in findings(seen, settings)]
    assert [it for it in said if it.startswith(line)], said


def test_doors_and_files_have_theirs(settings: Settings, tmp_path: Path) -> None:
    assert [finding.what for finding in findings(WELL, settings)] == ["Waiting", "Backup"]
    open_to_all = settings.model_copy(update={"public_url": "https://vidsyn.example.dk"})
    (tmp_path / ".env").write_text("HOST=127.0.0.1\n")
    (tmp_path / ".env").chmod(0o640)
    assert [finding.what for finding in findings(WELL, open_to_all)] == ["Waiting", "Backup", "Metrics", "Group"]
    (tmp_path / ".env").chmod(0o600)
    assert "Group" not in [finding.what for finding in findings(WELL, open_to_all)]


async def test_the_facts_are_read_from_either_database(url: str, tmp_path: Path) -> None:
    store = Store.open(url, KEY)
    store.migrate()

    def unit(work: Work) -> None:
        work.people.add_organisation(Organisation("org", "Nordby", "DK", "Europe/Copenhagen", "da"))
        for n in range(5):
            work.people.add(PersonRow(str(n), "org", CANARY))
            work.people.link(str(n), AddressRow("slack", "T1" if n < 3 else "T2", f"U{n}"))

    await store.run(unit)
    await store.close()
    save(url, tmp_path / "one.gz", NOW)
    store = Store.open(url, KEY)
    seen = await store.run(lambda work: facts(work, StandingClock(NOW)))
    await store.close()
    assert seen.crowd == {"slack": 3}
    assert seen.backup == NOW.isoformat()
    assert (seen.server >= 150000) == url.startswith("postgresql") == (seen.theirs is not None)
    assert LAST == "backup"


async def test_two_platforms_do_not_say_the_same_twice(tmp_path: Path) -> None:
    async with FakeSlack(StandingClock(NOW)) as slack:
        slack.add_team("T1", "Sundby")
        settings = {
            "SLACK_BOT_TOKEN": slack.install("T1").value, "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef",
            "SLACK_API_URL": slack.base_url, "MicrosoftAppId": "7e1f1c2a-3f3a-4a5b-8c9d-0e1f2a3b4c5d",
            "MicrosoftAppPassword": "a-secret-of-the-app-1234567890", "PUBLIC_URL": "https://vidsyn.invalid",
            "MicrosoftAppTenantId": "1e1f1c2a-3f3a-4a5b-8c9d-0e1f2a3b4c5d",
            "TEAMS_SERVICE_HOSTS": "127.0.0.1:9", "TEAMS_OPENID_METADATA_URL": "http://127.0.0.1:9/x",
            "TEAMS_LOGIN_URL": "http://127.0.0.1:9",
        }  # fmt: skip
        process = await command(tmp_path, "doctor", **settings)
        assert process.stdout is not None
        out = (await process.stdout.read()).decode()
        code, complaints = await ended(process)
    assert (code, complaints) == (1, b"")
    assert out.count(" HR:") == 1
    assert out.count(" Backup:") == 1
