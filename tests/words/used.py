"""Which words are used: strings in code and pages that are keys, and families that code puts together."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

FAMILIES = (
    "rejected.",  # Rejected("scale")
    "privacy.vis.",  # the visibility of a question
    "language.",  # the language of a person
    "form.",  # the form of an exchange
    "approve.told.",  # the leader's decision
    "exchange.",  # how an exchange ended
    "log.missed.set.",  # what was chosen after three misses
    "needs.",  # what HR has to do
    "status.next.",  # the state of an exchange
    "round.new.",  # a date of the round
    "short.",  # what an answer is called for its readers
    "class.",  # who can read an answer
    "door.",  # the way into the form of a conversation
    "playground.role.",
    "playground.language.",
)
"""Beginnings of keys that stand nowhere in the code as a whole."""

NOT_WORDS = {
    "gift.sent",
    "host.check",
    "host.first",
    "host.more",
    "host.practical",
    "host.prep",
    "host.signed",
    "host.thanks",
    "eval.emp",
    "eval.emp.remind",
    "eval.host",
    "eval.host.remind",
    "eval.lead",
    "fb.who",
    "eval.lead.remind",
    "hr.needs",
    "left.delete",
    "story.close",
    "story.kept",
    "story.review",
    "story.sent",
    "lead.fu90",
    "fu30.close",
    "fu90.close",
    "fu90.remind",
    "lead.remind",
    "log.remind",
    "prep.remind",
    "proposal.remind",
    "round.open",
    "round.opened",
    "round.close",
    "round.remind",
    "round.sparring",
    "slack.com",
    "close.delete",
    "close.notice",
    "close.shared",
    "round.clear",
    "round.cleared",
    "shared.deleted",
    "person.erased",
}
"""Names of prompts and of entries in the audit that look like keys, and a host that does."""

LANGUAGES = ("da", "nb", "en")
KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]*[a-z0-9A-Z])+")
BEGINNING = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\.")
FILE = re.compile(r".*\.(py|toml|html|css|js|svg|png|txt|typ|json|yaml|db|log|md|csv)")


def literals(root: Path) -> Iterator[str]:
    """Every string written in code and in pages, without the number of a repeat."""
    for path in sorted((*root.glob("dialogs/*.py"), *root.glob("bot/**/*.py"))):
        for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value.partition("#")[0]
    for path in sorted(root.glob("bot/**/*.html")):
        yield from re.findall(r"\"([a-z0-9_.]+)\"", path.read_text("utf-8"))


def said(root: Path) -> Iterator[str]:
    """Keys that are plainly said: Say("key"), Press("key"), words.text(language, "key")."""
    for path in sorted((*root.glob("dialogs/*.py"), *root.glob("bot/**/*.py"))):
        for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
            if isinstance(node, ast.Call) and (_name(node.func) in ("Say", "Press") or _is_ours(node.func)):
                for argument in node.args[:2]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value


def _is_ours(function: ast.expr) -> bool:
    """Whether the words are asked: other things have a text too, and call it by another key."""
    owner = function.value if isinstance(function, ast.Attribute) and function.attr == "text" else None
    return owner is not None and _name(owner) in ("words", "_words", "reader", "view")


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def used(root: Path, known: Collection[str]) -> set[str]:
    """The known keys that the code uses."""
    written = set(literals(root))
    return {key for key in known if key in written or key.startswith(FAMILIES)}


def missing(root: Path, known: Collection[str]) -> set[str]:
    """Keys that are said and unknown, and strings that look like keys of a known kind and are none."""
    kinds = {key.partition(".")[0] for key in known}
    plain = {key for key in said(root) if key and key not in known and key not in LANGUAGES}
    return plain | {
        text
        for text in literals(root)
        if KEY.fullmatch(text)
        and not FILE.fullmatch(text)
        and text not in known
        and text not in NOT_WORDS
        and text.partition(".")[0] in kinds
    }


def unlisted(root: Path, known: Collection[str]) -> set[str]:
    """Beginnings of known keys in the code, as in f"rejected.{code}", that are not among the families."""
    return {
        text
        for text in literals(root)
        if BEGINNING.fullmatch(text) and not text.startswith(FAMILIES) and any(key.startswith(text) for key in known)
    }
