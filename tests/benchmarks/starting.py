"""`vidsyn run` until it says that it is ready, what it takes of memory, and which platforms it has imported."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.benchmarks.measure import Size, Spread, Table, Wrong
from tests.benchmarks.sides import APP, SECRET, TENANT, TOKEN
from tests.benchmarks.worker import ROOT, Worker

FOREIGN = {"Slack": ("slack_bolt", "slack_sdk"), "Teams": ("botbuilder", "jwt")}
"""What only one platform needs."""

CASES: dict[str, tuple[str, ...]] = {
    "the playground": (),
    "Slack": ("Slack",),
    "Teams": ("Teams",),
    "Slack and Teams": ("Slack", "Teams"),
}


def starting(size: Size) -> list[Table]:
    """The second start, on a database that is there."""
    heads = ("what", "ready after, s", "memory, MiB", "imported")
    table = Table("Start of `vidsyn run`", heads)
    with Worker("outside", platform="slack") as slack, Worker("outside", platform="teams") as teams:
        for name, platforms in CASES.items():
            if not size.shared and platforms:
                continue
            settings = _settings(platforms, slack.said["port"], teams.said["port"])
            with tempfile.TemporaryDirectory(prefix="vidsyn-bench-") as folder:
                found = [_start(Path(folder), settings) for _ in range(size.runs + 1)][1:]
            imported = _imported(settings)
            table.add(
                name, Spread.of([it[0] for it in found]), Spread.of([it[1] for it in found]), imported or "neither"
            )
    return [table]


def _start(folder: Path, settings: dict[str, str]) -> tuple[float, float]:
    """Seconds until it is ready, and MiB then."""
    began = perf_counter()
    command = [sys.executable, "-m", "bot.cli", "run"]
    process = subprocess.Popen(
        command, cwd=folder, env=_environment(settings), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if "Vidsyn is ready" in line:
                break
        else:
            raise Wrong("`vidsyn run` did not get ready.")
        seconds = perf_counter() - began
        pages = int(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1])
        return seconds, pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def _imported(settings: dict[str, str]) -> str:
    """The platforms whose libraries are there once everything is put together."""
    code = (
        "import sys\nfrom bot.settings import Settings\nfrom bot.app import build\nbuild(Settings())\n"
        f"print(*(name for name, of in {FOREIGN!r}.items() if set(of) & sys.modules.keys()))"
    )
    with tempfile.TemporaryDirectory(prefix="vidsyn-bench-") as folder:
        command = [sys.executable, "-c", code]
        environment = _environment(settings)
        found = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return found.stdout.strip().replace(" ", ", ")


def _environment(settings: dict[str, str]) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "PORT": "0", **settings}


def _settings(platforms: tuple[str, ...], slack: int, teams: int) -> dict[str, str]:
    settings: dict[str, str] = {}
    if "Slack" in platforms:
        settings |= {
            "SLACK_API_URL": f"http://127.0.0.1:{slack}/api/", "SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET,
        }  # fmt: skip
    if "Teams" in platforms:
        host = f"127.0.0.1:{teams}"
        settings |= {
            "MicrosoftAppId": APP, "MicrosoftAppPassword": "the-secret-of-the-app", "MicrosoftAppTenantId": TENANT,
            "TEAMS_OPENID_METADATA_URL": f"http://{host}/v1/.well-known/openidconfiguration",
            "TEAMS_LOGIN_URL": f"http://{host}/login", "TEAMS_GRAPH_URL": f"http://{host}/graph",
            "TEAMS_SERVICE_HOSTS": host,
        }  # fmt: skip
    return settings
