"""Where each sentence of the specification is said, and what shows it.

    SENTENCES=write python -m tests.words.walk

writes docs/sentences.md anew. Without the variable it says which sentences are said nowhere. The conversation and the
condition are read from the code, which says where a sentence can be said; that it is, the transcripts show, or a test.
"""

from __future__ import annotations

import ast
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from dialogs.catalogue import DIALOGS
from dialogs.model import Ask, Condition, Dialog, Hour, Many, One, Review, always
from tests.conftest import ROOT
from tests.words.heard import languages
from tests.words.said_by_test import SAID_BY_TEST
from tests.words.spec import later, spec_keys
from tests.words.used import FAMILIES

TABLE = ROOT / "docs" / "sentences.md"

UNSAID: Mapping[str, str] = {
    "btn.another": "A question of the day is passed by with “Skip this question”; another comes the next day.",
    "btn.save_private": "Saving never shares, and who will see it stands beside each question; one button saves.",
    "btn.open_private": "Nobody in a chat has a page elsewhere; a host from outside opens theirs by the link.",
    "btn.suggest": "A change is talked of with HR: both answers to a proposal tell HR, who can propose anew.",
    "btn.need": "A workplace that looks for somebody is section 10.5, whose conversation is still to come.",
    "push.need.route": "As above: no such need is taken in yet.",
    "push.leadernetwork": "As above: leaders are asked once their needs can be taken in.",
    "push.agreement": "The agreement of section 10.6 is still to come.",
    "log.open": "Each entry asks one thing more than the core of three (7.1): “three short questions” would be false.",
    "log.first.morning": "The greeting comes the afternoon before: nobody is asked when their own day there begins.",
    "privacy.vis.C": "Nothing that a conversation asks for is posted in a channel; its posts are the round's own.",
    "err.lost": "Nothing is acknowledged before it is kept; a platform then says itself that it did not get through.",
}
"""Sentences of the specification that are said nowhere, with the reason. At most fifteen."""

Places = dict[str, list[str]]


def places() -> Places:
    """By key, where it is said: in conversations, then in code."""
    found: Places = defaultdict(list)
    for dialog in DIALOGS.values():
        for key, place in _in_dialog(dialog):
            _note(found, key, place)
    in_dialogs = {*found}
    prefixes: dict[str, list[str]] = defaultdict(list)
    for path in sorted((*ROOT.glob("bot/**/*.py"), *ROOT.glob("dialogs/*.py"))):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for text, function, beginning in _strings(ast.parse(path.read_text("utf-8")), module):
            if beginning and text.startswith(FAMILIES):
                _note(prefixes, text, function)
            elif not beginning and not (module.startswith("dialogs.") and text.partition("#")[0] in in_dialogs):
                _note(found, text.partition("#")[0], function)
    for path in sorted(ROOT.glob("bot/**/*.html")):
        for text in re.findall(r"\"([a-z0-9_.]+)\"", path.read_text("utf-8")):
            _note(found, text, path.name)
    for key in spec_keys():
        for prefix, functions in prefixes.items():
            if key.startswith(prefix) and key not in found:
                for function in functions:
                    _note(found, key, f"{function} (put together)")
    return found


def _note(found: Mapping[str, list[str]], key: str, place: str) -> None:
    if place not in found[key]:
        found[key].append(place)


def _in_dialog(dialog: Dialog) -> Iterator[tuple[str, str]]:
    yield dialog.title, f"{dialog.key}: title"
    yield from ((key, f"{dialog.key}: at the beginning") for key in dialog.intro)
    yield from ((key, f"{dialog.key}: at the end") for key in dialog.outro)
    for ask in dialog.asks:
        condition = "" if ask.when is always else f", when {described(ask.when)}"
        yield ask.words, f"{dialog.key}: asked{condition}"
        place = f"{dialog.key}: at {ask.words}{condition}"
        said_when = "" if ask.says_when is always else f", if {described(ask.says_when)}"
        yield from ((key, f"{place}{said_when}, before it") for key in ask.says)
        yield from ((key, f"{place}, as a hint") for key in ask.hints)
        yield from ((key, f"{place}, to choose") for key in _options(ask))
        named = ((ask.refusal, "without an answer"), (ask.reflect, "after it"), (ask.starter, "to begin with"))
        yield from ((key, f"{place}, {how}") for key, how in named if key)


def _options(ask: Ask) -> tuple[str, ...]:
    match ask.answer:
        case One(options=options) | Many(options=options) | Hour(options=options):
            return options
        case Review(button=button):
            return (button,)
    return ()


def described(condition: Condition) -> str:
    """A condition as it was written: its name, and what it was made of."""
    name = condition.__qualname__.partition(".")[0]
    cells = condition.__closure__ or ()
    made_of = []
    for cell in cells:
        value = cell.cell_contents
        parts = value if isinstance(value, tuple) else (value,)
        made_of += [described(part) if callable(part) else str(part) for part in parts]
    return f"{name}({', '.join(made_of)})" if made_of else name


def _strings(tree: ast.AST, module: str, function: str = "") -> Iterator[tuple[str, str, bool]]:
    """Each string, the function it stands in, and whether it only begins one that is put together."""
    for node in ast.iter_child_nodes(tree):
        inside = f"{function}.{node.name}" if isinstance(node, ast.ClassDef) and function else function
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = node.name
        place = f"{module}.{inside}" if inside else module
        if isinstance(node, ast.JoinedStr):
            first = node.values[0]
            if isinstance(first, ast.Constant):
                yield str(first.value), place, True
            yield from _strings(node, module, inside)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, place, False
        else:
            yield from _strings(node, module, inside)


def unsaid(found: Places) -> list[str]:
    """The sentences that are said nowhere."""
    return [key for key in spec_keys() if key not in found]


def table(found: Places) -> str:
    """The committed table."""
    waits = set(later(unsaid(found)))
    heard = languages(spec_keys())
    lines = [
        "# Every sentence of the specification, and where it is said",
        "",
        "Written by `SENTENCES=write python -m tests.words.walk`: change the code, not this file.",
        "",
        "*Where* is read from the code: the conversation, and the condition on which it says the sentence.",
        "*Shown by* is what has been seen: the languages in whose transcripts (tests/transcripts) the words stand,",
        "found by their text, so that two sentences with the same words are shown together; else the test that has",
        "it said.",
        "",
        "| sentence | where | shown by |",
        "| --- | --- | --- |",
    ]
    for key in spec_keys():
        shown = ", ".join(heard.get(key, ()))
        if key in UNSAID:
            where = f"not said. {UNSAID[key]}"
        elif key in waits:
            where = "to come: matching, approval and agreement"
        else:
            where = "; ".join(found.get(key, ["nowhere"]))
        by_test = f"`{SAID_BY_TEST[key]}`" if key in SAID_BY_TEST else ""
        lines.append(f"| `{key}` | {where} | {' and '.join(filter(None, (shown, by_test)))} |".replace("\n", " "))
    return "\n".join(lines) + "\n"


def main() -> None:
    """Writes the table, or says what is unsaid."""
    found = places()
    if os.environ.get("SENTENCES") == "write":
        Path(TABLE).write_text(table(found), "utf-8")
    silent = unsaid(found)
    print("to come:", *later(silent))
    print("unsaid:", *sorted(set(silent) - set(later(silent)) - set(UNSAID)))


if __name__ == "__main__":
    main()
