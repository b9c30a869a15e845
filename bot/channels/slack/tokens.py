"""What opens a workspace. `one_token` and `many_tokens` are the two ways to have it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Access:
    """What a call to one workspace needs. `tenant` is the workspace, also when the token is for more than that."""

    token: str = field(repr=False)
    tenant: str
    enterprise: str
    bot_user: str


class NoAccess(Exception):
    """There is no working token for the workspace.

    `reason`: not_installed, gone, expired, unreadable, or Slack's own code. `later`: it may work again by itself, or
    once somebody has installed anew; without it, nothing will ever be sent there.
    """

    def __init__(self, reason: str, *, later: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.later = later


class Tokens(Protocol):
    """The tokens, by workspace. `enterprise` is what the workspace is part of, where the caller knows."""

    async def of(self, tenant: str, enterprise: str = "") -> Access:
        """What opens this workspace now. Raises NoAccess."""
        ...

    async def gone(self, tenant: str, enterprise: str = "", at: datetime | None = None) -> None:
        """Vidsyn was removed there, so nothing more is sent; an empty `tenant` is the whole enterprise.

        `at`: when it happened, where Slack says so; an install after that stays. Twice is harmless.
        """
        ...
