"""Tokens that end are renewed in time: by one process, once, and kept before they are used.

Slack takes a refresh token once. Who dies between Slack's answer and our keeping it has lost the install: the next
one to try is refused, and somebody has to install again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.channels.slack.calls import Answer, Calls
from bot.channels.slack.tokens import Access, NoAccess
from bot.clock import Clock
from storage.keys import Unreadable
from storage.records import Installation
from storage.store import Store, StoreUnavailable, Work

log = structlog.get_logger()

EARLY = timedelta(hours=2)
"""A token with less time left is renewed."""

LEASE = 30.0
"""Seconds that one process has for it; more than Slack may take to answer."""

TRIES_TO_KEEP = 5

REFUSED = frozenset({"invalid_refresh_token", "token_revoked", "token_expired", "invalid_grant", "account_inactive"})
"""Slack will never renew this one."""


@dataclass(frozen=True)
class Client:
    """The app as Slack knows it."""

    id: str
    secret: str = field(repr=False)

    async def ask(self, slack: AsyncWebClient, **fields: str) -> AsyncSlackResponse:
        """Calls oauth.v2.access. The SDK's own way there uses what aiohttp is about to drop."""
        who = {"Authorization": aiohttp.encode_basic_auth(self.id, self.secret)}
        return await slack.api_call("oauth.v2.access", data=fields, headers=who)


NOBODY = Access("", "", "", "")
"""For calls that the app makes as itself."""


class Renewal:
    """`patience`: seconds to wait for another process; `beat`: seconds between two looks at what it has done."""

    def __init__(
        self, store: Store, calls: Calls, clock: Clock, app: Client, patience: float = 5.0, beat: float = 0.1
    ) -> None:
        self._store = store
        self._calls = calls
        self._clock = clock
        self._app = app
        self._looks = max(1, round(patience / beat))
        self._beat = beat
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._renewing: set[asyncio.Task[Installation]] = set()

    async def fresh(self, installation: Installation) -> Installation:
        """The install with a token that lasts. Raises NoAccess."""
        if not self._ends_soon(installation):
            return installation
        async with self._locks[installation.id]:
            task = asyncio.create_task(self._renew(installation))
            self._renewing.add(task)
            task.add_done_callback(self._renewed)
            # Whoever asked may give up; what Slack has answered must be kept all the same.
            return await asyncio.shield(task)

    def _renewed(self, task: asyncio.Task[Installation]) -> None:
        self._renewing.discard(task)
        if not task.cancelled():
            # Looked at, so that nobody is told of what the one who gave up did not hear.
            task.exception()

    async def _renew(self, read: Installation) -> Installation:
        claimed, old = await self._claim(read)
        if not self._ends_soon(old):
            return old
        if not old.refresh_token or isinstance(old.refresh_token, Unreadable):
            return self._while_it_lasts(old, "no_refresh_token")
        if not claimed:
            return await self._what_another_does(old)
        answer = await self._ask(old.refresh_token)
        if answer.done and answer.text("access_token"):
            await self._keep(old, answer)
            return await self._again(old)
        if answer.code in REFUSED:
            return await self._refused(old)
        code = answer.code or "malformed"
        log.warning("slack_token_not_renewed", tenant=old.tenant, enterprise=old.enterprise, code=code)
        return self._while_it_lasts(old, code)

    async def _claim(self, read: Installation) -> tuple[bool, Installation]:
        """Whether it is ours to renew, and how it is now: another may have renewed it since it was read."""
        now = self._clock.now()

        def unit(work: Work) -> tuple[bool, Installation | None]:
            # In this order: what is read under a claim stays so.
            claimed = work.installations.claim_refresh(read.id, now, LEASE)
            return claimed, work.installations.find(read.enterprise, read.tenant)

        claimed, found = await self._store.run(unit)
        return claimed, usable(found)

    async def _ask(self, refresh_token: str) -> Answer:
        return await self._calls.ask(
            NOBODY, lambda slack: self._app.ask(slack, grant_type="refresh_token", refresh_token=refresh_token)
        )

    async def _keep(self, old: Installation, answer: Answer) -> None:
        token, refresh_token = answer.text("access_token"), answer.text("refresh_token") or old.refresh_token
        expires = ends(answer.data.get("expires_in"), self._clock.now())
        for left in reversed(range(TRIES_TO_KEEP)):
            try:
                await self._store.run(
                    lambda work: work.installations.save_refreshed(old.id, token, refresh_token, expires)
                )
                return
            except StoreUnavailable as failure:
                if not left:
                    raise NoAccess("not_kept", later=True) from failure
                await asyncio.sleep(self._beat)

    async def _refused(self, old: Installation) -> Installation:
        now = await self._again(old)
        if now.refresh_token != old.refresh_token:
            return now
        await self._store.run(lambda work: work.installations.end(old.enterprise, old.tenant, "expired"))
        log.error(
            "slack_install_again",
            tenant=old.tenant,
            enterprise=old.enterprise,
            sentence="Slack no longer renews this workspace's token. Open /slack/install and install Vidsyn again.",
        )
        raise NoAccess("expired", later=True)

    async def _what_another_does(self, old: Installation) -> Installation:
        for _ in range(self._looks):
            await asyncio.sleep(self._beat)
            now = await self._again(old)
            if not self._ends_soon(now):
                return now
        return self._while_it_lasts(old, "being_renewed")

    async def _again(self, old: Installation) -> Installation:
        return usable(await self._store.run(lambda work: work.installations.find(old.enterprise, old.tenant)))

    def _while_it_lasts(self, old: Installation, code: str) -> Installation:
        if old.expires is not None and old.expires <= self._clock.now():
            raise NoAccess(code, later=True)
        return old

    def _ends_soon(self, installation: Installation) -> bool:
        return installation.expires is not None and installation.expires - self._clock.now() < EARLY


def usable(installation: Installation | None) -> Installation:
    """The install, if it opens anything. Raises NoAccess."""
    if installation is None:
        raise NoAccess("not_installed")
    if installation.state != "live":
        raise NoAccess(installation.state, later=installation.state == "expired")
    if isinstance(installation.token, Unreadable):
        raise NoAccess("unreadable", later=True)
    return installation


def ends(seconds: Any, now: datetime) -> datetime | None:
    """When a token ends that Slack gave so many seconds; None for one that does not."""
    if isinstance(seconds, int) and not isinstance(seconds, bool) and seconds > 0:
        return now + timedelta(seconds=seconds)
    return None
