"""Who may call whom, and where the clock is read: from the syntax trees, so imports in functions count."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

OURS = ("bot", "dialogs", "storage")

# A room, and what of ours it may import. Longest path first: the first that fits a file decides.
ROOMS = {
    "bot/programme/": ("bot.programme", "dialogs"),
    "bot/": ("bot", "dialogs", "storage"),
    "dialogs/": ("dialogs",),
    "storage/": ("storage",),
}
# These rooms are thought alone: of the standard library, nothing that waits, remembers or reaches out.
PURE = ("bot/programme/", "dialogs/")
OUTSIDE = {
    "asyncio", "http", "os", "pathlib", "shutil", "socket", "sqlite3", "subprocess", "tempfile", "threading",
    "urllib.request",
}  # fmt: skip

# A name, and the only places where it may be named.
HOMES: dict[str, tuple[str, ...]] = {
    "sqlalchemy": ("storage/",),
    "alembic": ("storage/",),
    "slack_bolt": ("bot/channels/slack/",),
    "slack_sdk": ("bot/channels/slack/",),
    "botbuilder": ("bot/channels/teams/",),
    "botframework": ("bot/channels/teams/",),
    "apscheduler": ("bot/scheduler.py",),
    "holidays": ("bot/programme/calendar.py",),
    "bot.channels.web.playground": ("bot/channels/web/", "bot/app.py"),
    "datetime.date.today": ("bot/clock.py",),
    "datetime.datetime.now": ("bot/clock.py",),
    "datetime.datetime.today": ("bot/clock.py",),
    "datetime.datetime.utcnow": ("bot/clock.py",),
    "time.time": ("bot/clock.py",),
    "time.time_ns": ("bot/clock.py",),
}


def breaches(path: str, source: str) -> Iterator[str]:
    """One sentence for each name in the file that belongs elsewhere: where it stands, what, and its place."""
    tree = ast.parse(source)
    for line, name in _imported(path, tree):
        here = f"{path}:{line} imports {name}"
        if home := _home(path, name):
            yield f"{here}, which belongs in {home} only"
        elif stranger := _stranger(path, name):
            yield f"{here}, but {stranger}"
    for line, name in _spelled(path, tree):
        if name in HOMES and (home := _home(path, name)):
            yield f"{path}:{line} names {name}, which belongs in {home} only"


def _home(path: str, name: str) -> str:
    for owned, places in HOMES.items():
        if _within(name, owned) and not path.startswith(places):
            return " and ".join(places)
    return ""


def _stranger(path: str, name: str) -> str:
    room = next(room for room in ROOMS if path.startswith(room))
    top, _, _ = name.partition(".")
    if top in OURS:
        allowed = ROOMS[room]
        return "" if _among(name, allowed) else f"of ours {room} may import {' and '.join(allowed)} only"
    if room not in PURE:
        return ""
    if any(_within(name, outside) for outside in OUTSIDE):
        return f"{room} is pure: no waiting, no files, no network; that belongs elsewhere in bot/"
    if top not in sys.stdlib_module_names and top not in HOMES:
        return f"{room} uses the standard library only; that belongs elsewhere in bot/"
    return ""


def _within(name: str, owner: str) -> bool:
    return name == owner or name.startswith(f"{owner}.")


def _among(name: str, owners: tuple[str, ...]) -> bool:
    return any(_within(name, owner) for owner in owners)


def _imported(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every module or member that the file imports, by its full name, `import_module("...")` among them."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(names=names):
                yield from ((node.lineno, f"{_source(path, node)}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name


def _source(path: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = path.split("/")[: -node.level]
    return ".".join([*package, *filter(None, [node.module])])


def _spelled(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every dotted name in the file, with what its first word was imported as written out."""
    known = dict(_aliases(path, tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            first, _, rest = ast.unparse(node).partition(".")
            if first in known:
                yield node.lineno, f"{known[first]}.{rest}"


def _aliases(path: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first, _, _ = alias.name.partition(".")
                yield (alias.asname, alias.name) if alias.asname else (first, first)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{_source(path, node)}.{alias.name}"


def _files(root: Path) -> list[str]:
    return sorted(file.relative_to(root).as_posix() for top in OURS for file in (root / top).rglob("*.py"))


def test_everything_is_in_its_room() -> None:
    files = _files(ROOT)
    assert {file.split("/")[0] for file in files} == set(OURS)
    found = [breach for file in files for breach in breaches(file, (ROOT / file).read_text(encoding="utf-8"))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("path", "source", "said"),
    [
        ("dialogs/engine.py", "import bot.words", "of ours dialogs/ may import dialogs only"),
        ("dialogs/engine.py", "from storage import store", "of ours dialogs/ may import dialogs only"),
        ("dialogs/engine.py", "import babel", "dialogs/ uses the standard library only"),
        ("dialogs/engine.py", "import asyncio", "dialogs/ is pure"),
        ("dialogs/engine.py", "from urllib import request", "dialogs/ is pure"),
        ("dialogs/engine.py", "def f():\n    import storage", "of ours dialogs/ may import dialogs only"),
        ("bot/programme/rounds.py", "from bot import words", "may import bot.programme and dialogs only"),
        ("bot/programme/rounds.py", "from ..clock import Clock", "may import bot.programme and dialogs only"),
        ("bot/programme/rounds.py", "import storage.store", "may import bot.programme and dialogs only"),
        ("bot/programme/rounds.py", "import pydantic", "bot/programme/ uses the standard library only"),
        ("bot/programme/rounds.py", "import holidays", "belongs in bot/programme/calendar.py only"),
        ("storage/store.py", "from bot.clock import Clock", "of ours storage/ may import storage only"),
        ("storage/store.py", "from dialogs.model import Say", "of ours storage/ may import storage only"),
        ("storage/store.py", "import slack_sdk.web", "belongs in bot/channels/slack/ only"),
        ("bot/app.py", "from sqlalchemy import select", "belongs in storage/ only"),
        ("bot/cli.py", "import alembic.config", "belongs in storage/ only"),
        ("bot/cli.py", "import_module('alembic.config')", "belongs in storage/ only"),
        ("bot/cli.py", "importlib.import_module('alembic')", "belongs in storage/ only"),
        ("bot/cli.py", "__import__('alembic')", "belongs in storage/ only"),
        ("bot/delivery.py", "from slack_sdk.errors import SlackApiError", "in bot/channels/slack/ only"),
        ("bot/channels/teams/inbound.py", "import slack_bolt", "belongs in bot/channels/slack/ only"),
        ("bot/app.py", "from botbuilder.core import TurnContext", "belongs in bot/channels/teams/ only"),
        ("bot/app.py", "import botframework.connector", "belongs in bot/channels/teams/ only"),
        ("bot/app.py", "from apscheduler.triggers import cron", "belongs in bot/scheduler.py only"),
        ("bot/cli.py", "from bot.channels.web import playground", "belongs in bot/channels/web/ and bot/app"),
        ("bot/cli.py", "import bot.channels.web\nbot.channels.web.playground.go()", "names bot.channels.web"),
        ("bot/cli.py", "from datetime import datetime\ndatetime.now(UTC)", "names datetime.datetime.now"),
        ("bot/cli.py", "import datetime as dt\ndt.datetime.utcnow()", "names datetime.datetime.utcnow"),
        ("storage/x.py", "from datetime import datetime\nf(default=datetime.today)", "datetime.today"),
        ("dialogs/x.py", "from datetime import date as d\nd.today()", "names datetime.date.today"),
        ("bot/cli.py", "import time\ntime.time()", "names time.time, which belongs in bot/clock.py only"),
        (
            "bot/cli.py",
            "from time import time_ns",
            "imports time.time_ns, which belongs in bot/clock.py only",
        ),
    ],
)
def test_a_breach_is_one_sentence(path: str, source: str, said: str) -> None:
    (sentence,) = breaches(path, source)
    assert sentence.startswith(f"{path}:{1 + source.count(chr(10))} ")
    assert said in sentence


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("dialogs/engine.py", "import re\nfrom dialogs.model import Dialog\nfrom urllib.parse import quote"),
        ("bot/programme/rounds.py", "from datetime import date\nfrom dialogs.model import Visibility"),
        ("bot/programme/rounds.py", "from . import matching"),
        ("bot/programme/calendar.py", "import holidays\nfrom holidays import country_holidays"),
        ("bot/clock.py", "from datetime import UTC, datetime\ndatetime.now(UTC)"),
        ("bot/cli.py", "import time\ntime.monotonic()\nclock.now()"),
        ("bot/words.py", "import babel\nimport storage.store"),
        ("bot/app.py", "from bot.channels.web import playground\nplayground.routes()"),
        ("bot/channels/slack/inbound.py", "import slack_bolt, slack_sdk"),
        ("bot/scheduler.py", "import apscheduler"),
        ("storage/tables.py", "import sqlalchemy as sa\nimport alembic\nfrom storage.vault import Vault"),
    ],
)
def test_what_is_at_home_is_left_alone(path: str, source: str) -> None:
    assert not list(breaches(path, source))


def test_new_files_are_read_however_deep_they_lie(tmp_path: Path) -> None:
    for name in ("bot/a/b/c.py", "dialogs/d.py", "storage/migrations/e.py", "tests/f.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert _files(tmp_path) == ["bot/a/b/c.py", "dialogs/d.py", "storage/migrations/e.py"]
