"""Which addresses mail can be sent to: asked before somebody is promised one, and again before it goes."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def is_address(text: str) -> bool:
    """Whether mail can be sent there, as far as can be seen."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None
