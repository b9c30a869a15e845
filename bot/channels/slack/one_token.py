"""The token that the operator has set: for one workspace, or for one enterprise."""

from __future__ import annotations

import asyncio
from datetime import datetime
from time import monotonic

from bot.channels.slack.calls import Calls, Fate
from bot.channels.slack.tokens import Access, NoAccess
from bot.channels.slack.workspaces import CHANNEL, leave_workspace, welcome_workspace
from bot.clock import Clock
from storage.records import Workspace
from storage.store import Store, Work

STAYS = 1.0
"""Seconds that a served workspace is not looked up again. That one has left is seen at once in this process."""


class OneToken:
    """SLACK_BOT_TOKEN. Slack says once whom it is for; only that workspace is served, or that enterprise's.

    `alone`: we serve no other town.
    """

    def __init__(self, store: Store, calls: Calls, token: str, clock: Clock, alone: bool = False) -> None:
        self._store = store
        self._clock = clock
        self._calls = calls
        self._token = token
        self._alone = alone
        self._whose: Access | None = None
        self._taken: datetime | None = None
        self._ended = False
        self._asking = asyncio.Lock()
        self._live: dict[tuple[str, str], float] = {}

    async def start(self) -> Access:
        """Whom the token is for; `tenant` is empty when it is for a whole enterprise. Raises NoAccess."""
        async with self._asking:
            if self._whose is None:
                asked = self._clock.now()
                self._whose, self._taken = await self._ask(), asked
            return self._whose

    async def of(self, tenant: str, enterprise: str = "") -> Access:
        """What opens this workspace now. Raises NoAccess."""
        whose = await self.start()
        if self._live.get((tenant, enterprise), 0.0) > monotonic() and not self._ended:
            return Access(whose.token, tenant, whose.enterprise, whose.bot_user)
        known = await self._store.run(lambda work: work.workspaces.find(CHANNEL, tenant))
        if not _is_for(whose, tenant, enterprise or (known.enterprise if known else "")):
            raise NoAccess("not_installed")
        if self._ended or (known is not None and known.state == "gone"):
            raise NoAccess("gone")
        if known is not None:
            self._live = {key: until for key, until in self._live.items() if until > monotonic()}
            self._live[tenant, enterprise] = monotonic() + STAYS
        return Access(whose.token, tenant, whose.enterprise, whose.bot_user)

    async def gone(self, tenant: str, enterprise: str = "", at: datetime | None = None) -> None:
        """The token opens nothing more there. A token that was made anew comes with a new start.

        Slack may tell of the end of an older token, and as late as it likes: what it has taken since has not ended.
        """
        if at is not None and self._taken is not None and self._taken.replace(microsecond=0) > at:
            return

        def leave(work: Work) -> None:
            for workspace in [tenant] if tenant else [row.tenant for row in _of_enterprise(work, enterprise)]:
                leave_workspace(work, workspace)

        self._ended = self._ended or not tenant
        self._live.clear()
        await self._store.run(leave)

    async def _ask(self) -> Access:
        answer = await self._calls.ask(Access(self._token, "", "", ""), lambda slack: slack.auth_test())
        if not answer.done:
            raise NoAccess(answer.code, later=answer.fate not in (Fate.REFUSED, Fate.GONE))
        enterprise = answer.text("enterprise_id")
        is_wide = answer.data.get("is_enterprise_install") is True
        tenant = "" if is_wide else answer.text("team_id")
        if not (enterprise if is_wide else tenant):
            raise NoAccess("no_team", later=True)
        if tenant:
            name = answer.text("team")
            await self._store.run(lambda work: welcome_workspace(work, tenant, name, enterprise, alone=self._alone))
        return Access(self._token, tenant, enterprise, answer.text("user_id"))


def _is_for(whose: Access, tenant: str, enterprise: str) -> bool:
    return tenant == whose.tenant if whose.tenant else bool(tenant) and enterprise == whose.enterprise


def _of_enterprise(work: Work, enterprise: str) -> list[Workspace]:
    return [row for row in work.workspaces.all(CHANNEL) if enterprise and row.enterprise == enterprise]
