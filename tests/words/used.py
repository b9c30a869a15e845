"""Which words the code uses: strings of dialogs/ and bot/ that are keys, and families it puts together."""

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
)
"""Beginnings of keys that stand nowhere in the code as a whole."""

KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_A-Z]+)+")
FILE = re.compile(r".*\.(py|toml|html|css|js|svg|png|txt|json|yaml|db|log|md|csv)")


def literals(root: Path) -> Iterator[str]:
    """Every string written in the code; of one that is put together the part before the first gap."""
    for path in sorted((*root.glob("dialogs/*.py"), *root.glob("bot/**/*.py"))):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value.partition("#")[0]


def used(root: Path, known: Collection[str]) -> set[str]:
    """The known keys that the code uses."""
    written = set(literals(root))
    return {key for key in known if key in written or key.startswith(FAMILIES)}


def missing(root: Path, known: Collection[str]) -> set[str]:
    """Strings in the code that look like keys of a known kind and are none."""
    kinds = {key.partition(".")[0] for key in known}
    return {
        text
        for text in literals(root)
        if KEY.fullmatch(text)
        and not FILE.fullmatch(text)
        and text not in known
        and text.partition(".")[0] in kinds
    }
