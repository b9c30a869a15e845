"""Text as Slack can take it: shown as typed, wherever it stands. Nothing of it formats, links or mentions."""

from __future__ import annotations

import re
from typing import Any

from bot.channels.text import BLANK as BLANK
from bot.channels.text import MORE as MORE
from bot.channels.text import escape as escape
from bot.channels.text import harmless as harmless
from bot.channels.text import line as line
from bot.channels.text import pieces as pieces
from bot.channels.text import shortened as shortened
from bot.channels.text import size as size
from bot.channels.text import units as units
from bot.channels.text import visible as visible

_FORMAT = re.compile(r"([*_~`@])|(:)(?=[\w+-])|(\.)(?=\w)|(:)(?=//)|^(&gt;)", re.MULTILINE)
_JOIN = "\u2060"


def plain(text: str, limit: int) -> dict[str, Any]:
    """A text object that is shown as typed, at most `limit` characters long and never empty."""
    fitted = shortened(text, limit)
    return {"type": "plain_text", "text": fitted if visible(fitted) else BLANK, "emoji": False}


def mrkdwn(text: str, limit: int) -> str:
    """The text for a place where Slack reads formatting, so that it is read there as typed. Never empty."""
    text, room = harmless(text), limit
    while size(said := _as_typed(shortened(text, room))) > limit and room > 1:
        room -= max(1, room // 8)
    return said if visible(said) else BLANK


def _as_typed(text: str) -> str:
    return _FORMAT.sub(lambda match: _JOIN + match.group() + _JOIN, escape(text))
