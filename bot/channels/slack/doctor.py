"""Whether Slack and Vidsyn reach each other, and Vidsyn may do there what it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp

from bot.channels.slack import findings
from bot.channels.slack.asking import Told, ask
from bot.channels.slack.client import proxy_for
from bot.channels.slack.manifest import EVENTS_PATH
from bot.channels.slack.settings import Slack
from bot.clock import Clock
from bot.doctor import Finding, bad, good, hr
from storage.records import Installation
from storage.store import Store

PATIENCE = aiohttp.ClientTimeout(total=10, connect=5)
"""Seconds for one question, to Slack or to ourselves."""


class Doctor:
    """Looks at everything between Slack and us. Says no token, and changes nothing."""

    def __init__(self, slack: Slack, store: Store, clock: Clock, session: aiohttp.ClientSession) -> None:
        self._slack = slack
        self._store = store
        self._clock = clock
        self._session = session

    async def look(self) -> AsyncIterator[Finding]:
        """The findings, one after the other; when Slack is not there, only those that do not need it."""
        told = await self._who_am_i(self._slack.bot_token.get_secret_value())
        yield findings.reached(told)
        if not findings.is_unreached(told):
            yield findings.clock(told.date, self._clock.now())
            ways = self._by_token(told) if self._slack.install == "token" else self._by_install()
            async for finding in ways:
                yield finding
            if self._slack.transport == "socket":
                yield await self._socket(await self._app_of(told))
        if self._slack.transport == "http":
            yield await self._address()
        yield await self._store.run(lambda work: hr(work, "Slack"))

    async def _by_token(self, told: Told) -> AsyncIterator[Finding]:
        for finding in findings.token(told):
            yield finding
        team = told.text("team_id")
        # A token for a whole organisation names the organisation here, and that has no channels.
        if not told.error and team.startswith("T"):
            yield findings.channels(await self._channels(self._slack.bot_token.get_secret_value(), team))

    async def _by_install(self) -> AsyncIterator[Finding]:
        installed = await self._store.run(lambda work: work.installations.all())
        if not [row for row in installed if row.state == "live"]:
            yield bad("Installs", f"Nobody has installed Vidsyn. Open {self._slack.address}/slack/install.")
        for row in installed:
            async for finding in self._install(row):
                yield finding

    async def _install(self, row: Installation) -> AsyncIterator[Finding]:
        what = f"Workspace {row.tenant}" if row.tenant else f"Organisation {row.enterprise}"
        again = f"Install it again at {self._slack.address}/slack/install."
        if row.state == "gone":
            yield good(what, "It has removed Vidsyn, and gets nothing.")
        elif row.state != "live":
            yield bad(what, f"Its token could not be renewed. {again}")
        elif not row.token.isascii():
            yield bad(what, f"Its token cannot be read with these master keys. Put the right ones back. Or: {again}")
        else:
            async for finding in self._live(row, what, again):
                yield finding

    async def _live(self, row: Installation, what: str, again: str) -> AsyncIterator[Finding]:
        told = await self._who_am_i(row.token)
        if told.error:
            yield bad(what, f"{findings.because(told.error)} {again}")
            return
        yield good(what, f"{told.text('team')}.")
        yield findings.scopes(told, f"{what}, scopes")
        if row.tenant:
            yield findings.channels(await self._channels(row.token, row.tenant), f"{what}, channels")

    async def _who_am_i(self, token: str) -> Told:
        return await ask(token, self._slack.api, self._session, lambda client: client.auth_test())

    async def _channels(self, token: str, team: str) -> Told:
        kinds = "public_channel,private_channel"
        return await ask(
            token, self._slack.api, self._session,
            lambda client: client.users_conversations(
                types=kinds, exclude_archived=True, limit=findings.MANY, team_id=team
            ),
        )  # fmt: skip

    async def _app_of(self, told: Told) -> str:
        """The id of the bot token's app; empty when Slack does not say."""
        if told.error or not (user := told.text("user_id")):
            return ""
        token = self._slack.bot_token.get_secret_value()
        return findings.app_of(
            await ask(token, self._slack.api, self._session, lambda client: client.users_info(user=user))
        )

    async def _socket(self, app: str) -> Finding:
        token = self._slack.app_token.get_secret_value()
        api = self._slack.api
        told = await ask(token, api, self._session, lambda client: client.apps_connections_open(app_token=token))
        return findings.socket(told, token, app)

    async def _address(self) -> Finding:
        if not self._slack.address:
            return bad("Address", "PUBLIC_URL is not set. Set it to the address that Slack reaches Vidsyn at.")
        url = f"{self._slack.address}/healthz"
        try:
            async with self._session.get(
                url, allow_redirects=False, timeout=PATIENCE, proxy=proxy_for(url)
            ) as response:
                status, body = response.status, await response.content.read(64)
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            return bad("Address", f"{url} {findings.silent(failure)}")
        if (status, body.strip()) != (200, b"ok"):
            return bad("Address", f"{url} is answered by something else (status {status}). {findings.PROXY}")
        return good("Address", f"{url} answers, at least from here. Slack calls {self._slack.address}{EVENTS_PATH}.")
