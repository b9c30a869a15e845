"""What is not configured is not imported: a third of the memory, and half of the start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from storage.migrate import newest
from tests.conftest import ROOT

HEAVY = {
    "slack_sdk", "slack_bolt", "botbuilder", "msrest", "requests", "jwt", "psycopg", "alembic", "typst", "docx", "lxml",
    "icalendar",
}  # fmt: skip
SLACK = {
    "SLACK_BOT_TOKEN": "xoxb-1-2-3",
    "SLACK_SIGNING_SECRET": "0123456789abcdef" * 2,
    "PUBLIC_URL": "https://vidsyn.example.dk",
}
TEAMS = {
    "MicrosoftAppId": "11111111-1111-4111-8111-111111111111",
    "MicrosoftAppPassword": "the-secret-of-the-app",
    "MicrosoftAppTenantId": "22222222-2222-4222-8222-222222222222",
    "PUBLIC_URL": "https://vidsyn.example.dk",
}
STARTS = """
import asyncio, json, sys
from bot.app import build
from bot.cli import main
from bot.settings import Settings
app = build(Settings())
asyncio.run(app.store.close())
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def imported(folder: Path, settings: dict[str, str]) -> set[str]:
    """The libraries that a start of the house brings along, the second time, with its tables made."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "Microsoft", "TEAMS_"))}
    env = bare | settings | {"VIDSYN_DATA": str(folder), "PYTHONPATH": str(ROOT)}
    found: set[str] = set()
    for _ in range(2):
        run = subprocess.run(
            [sys.executable, "-c", STARTS], cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False
        )
        assert run.returncode == 0, run.stderr
        found = set(json.loads(run.stdout.splitlines()[-1]))
    return found & HEAVY


@pytest.mark.parametrize(
    ("settings", "brings"),
    [
        ({}, set()),
        (SLACK, {"slack_sdk", "slack_bolt"}),
        (TEAMS, {"botbuilder", "msrest", "requests", "jwt"}),
    ],
    ids=["playground", "slack", "teams"],
)
def test_a_start_brings_what_is_configured_and_nothing_else(
    tmp_path: Path, settings: dict[str, str], brings: set[str]
) -> None:
    assert imported(tmp_path, settings) == brings


def test_the_last_step_is_the_one_that_leads_to_todays_tables() -> None:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    assert newest() == ScriptDirectory.from_config(config).get_current_head()
