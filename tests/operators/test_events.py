"""Every event that is logged stands in the operators' table, and nothing that is not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from bot.logs import FOREIGN
from tests.conftest import ROOT

TABLE = re.compile(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|", re.MULTILINE)
LEVELS = ("debug", "info", "warning", "error", "critical")


def events() -> Iterator[str]:
    """The name of each event, as it stands in the code."""
    for file in sorted(p for room in ("bot", "storage", "dialogs") for p in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of, name = node.func.value, node.func.attr
                if isinstance(of, ast.Name) and of.id == "log" and name in LEVELS:
                    yield from names(node.args[0])
                if name == "_later":  # what Teams says in the background: its trouble is the end of a name
                    yield from (f"teams_{it}" for arg in node.args[1:] for it in names(arg))
    yield FOREIGN


def names(said: ast.expr) -> Iterator[str]:
    """What an event may be called; one that is put together is named where it is."""
    if isinstance(said, ast.JoinedStr):
        return
    yield from (it.value for it in ast.walk(said) if isinstance(it, ast.Constant) and isinstance(it.value, str))


def test_every_event_stands_in_the_table_with_what_to_do() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8").partition("## Logs")[2]
    listed = [name for row in TABLE.findall(text) for name in re.findall(r"[a-z_]+", row)]
    there = set(events())
    assert len(there) > 50
    assert sorted(listed) == sorted(there)
