"""What stands in the place of a value in our documents and others'."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"(^|[-_. <])(your|change|changeme|example|placeholder|dummy|todo|insert|x{3,})($|[-_. >])",
    re.IGNORECASE,
)
_GAPS = ("…", "...", "<", ">")


def is_placeholder(value: str) -> bool:
    """Whether somebody has copied the setting and not filled it in."""
    return _WORDS.search(value) is not None or any(gap in value for gap in _GAPS)
