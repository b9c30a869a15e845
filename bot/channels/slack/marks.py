"""What a person typed, out of what Slack made of it: marks around links and names, and three characters escaped."""

from __future__ import annotations

import re

_ANGLED = re.compile(r"<([^<>]*)>")


def plain(words: str, me: str) -> str:
    """Words as they were typed: without Slack's marks around links and names, and without the name of `me`."""
    if me:
        words = re.sub(rf" *<@{re.escape(me)}(\|[^<>]*)?>[,:]? *", " ", words).strip()
    shown = _ANGLED.sub(lambda found: _shown(found[1]), words)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _shown(mark: str) -> str:
    target, _, label = mark.partition("|")
    sign = target[:1]
    if sign == "@":
        return f"@{label or target[1:]}"
    if sign == "#":
        return f"#{label or target[1:]}"
    if sign == "!":
        return label or f"@{target[1:]}"
    return label or target.removeprefix("mailto:").removeprefix("tel:")
