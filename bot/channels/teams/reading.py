"""Asking Teams or Microsoft Graph for what they know; nothing is changed there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote

from bot.channel import NotReached
from bot.channels.teams.calls import Answer, Fate


class Asks(Protocol):
    """Calls once and never raises."""

    async def ask(self, method: str, url: str, *, body: Mapping[str, Any] | None = None, graph: bool = False) -> Answer:
        """What became of it."""
        ...


def address(service: str, *path: str) -> str:
    """The address of a resource of the connector; ids hold signs that an address cannot."""
    return "/".join([service.rstrip("/"), "v3", *(quote(part, safe="") for part in path)])


def decided(answer: Answer) -> Answer:
    """The answer, if it is one that would be the same a little later. Raises NotReached."""
    if answer.fate in (Fate.DONE, Fate.REFUSED) and answer.status < 500:
        return answer
    raise NotReached(answer.code)
