"""Whether Teams and Vidsyn reach each other, and each takes the other for who they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from bot.channels.proxy import proxy_for
from bot.channels.teams import findings
from bot.channels.teams.calls import Answer, Calls
from bot.channels.teams.fetch import TooBig, fetch, fetch_from
from bot.channels.teams.findings import Told
from bot.channels.teams.hosts import Hosts, PrivateAddress
from bot.channels.teams.inbound import PATH
from bot.channels.teams.keys import Keys
from bot.channels.teams.login import MACHINE, Identity, Login, NoToken
from bot.channels.teams.read import CHANNEL
from bot.channels.teams.reading import address
from bot.channels.teams.settings import Teams
from bot.clock import Clock
from bot.doctor import Finding, hr
from storage.records import Chat
from storage.store import Store, Work

PATIENCE = 10.0
"""Seconds for one question, to Microsoft or to ourselves."""

NOBODY = "00000000-0000-0000-0000-000000000000"
"""Who may ask for people is told that there is none such; so nothing is read about anybody."""


class Doctor:
    """Looks at everything between Microsoft and us. Says no secret and nobody's name, and changes nothing."""

    def __init__(
        self, teams: Teams, store: Store, clock: Clock, identity: Identity | None = None, machine: str = MACHINE
    ) -> None:
        self._teams = teams
        self._store = store
        self._clock = clock
        self._login = Login(teams, clock, identity, PATIENCE, machine)
        self._calls = Calls(teams, self._login)

    async def look(self) -> AsyncIterator[Finding]:
        """The findings, one after the other; what Microsoft must let us in for only when it does."""
        parts = [self._playground()] if self._teams.kind == "Anonymous" else [self._microsoft(), self._ourselves()]
        for part in parts:
            async for finding in part:
                yield finding
        yield await self._store.run(lambda work: hr(work, "Teams"))

    async def _playground(self) -> AsyncIterator[Finding]:
        yield findings.anonymous(self._teams)

    async def _microsoft(self) -> AsyncIterator[Finding]:
        told = await self._document()
        yield findings.reached(told, self._teams)
        if told.status == 200:
            yield findings.clock(told.date, self._clock.now())
            yield findings.keys(await Keys(self._teams.openid, PATIENCE).ready(self._clock.now()))
        refusal = await self._refusal()
        yield findings.login(refusal, self._teams)
        if refusal is None:
            async for finding in self._sending():
                yield finding
            if self._teams.tenant:
                yield findings.people(await self._graph(f"users/{NOBODY}?$select=id"))
                yield findings.organisation(await self._graph("organization?$select=id"))

    async def _ourselves(self) -> AsyncIterator[Finding]:
        url = f"{self._teams.address}{PATH}"
        # Without a token: what does not refuse this is not our door.
        told = await _told("POST", url, json={}) if self._teams.address else Told()
        yield findings.address(told, url if self._teams.address else "")
        yield findings.link(self._teams)

    async def _document(self) -> Told:
        try:
            got = await fetch_from(Hosts.of(self._teams.openid, self._teams.near), "GET", self._teams.openid, PATIENCE)
        except (aiohttp.ClientError, OSError, PrivateAddress, TooBig) as failure:
            return Told(failure=failure)
        return Told(got.status, got.headers)

    async def _refusal(self) -> NoToken | None:
        try:
            await self._login.token(f"{self._teams.issuer}/.default")
        except NoToken as no:
            return no
        return None

    async def _sending(self) -> AsyncIterator[Finding]:
        """Whether Teams takes our token, as far as there is anything that it may be asked for."""
        found = await self._store.run(_one_of_each_tenant)
        if not found:
            yield findings.nobody_there()
        for chat in found:
            what = "Sending" if len(found) == 1 else f"Sending to tenant {chat.tenant}"
            yield findings.sending(await self._calls.ask("GET", _about(chat)), what)

    async def _graph(self, what: str) -> Answer:
        return await self._calls.ask("GET", f"{self._teams.graph}/v1.0/{what}", graph=True)


def _one_of_each_tenant(work: Work) -> list[Chat]:
    """Of each tenant that is known a chat or a channel that we are in, if there is any."""
    tenants = (work.chats.all(CHANNEL, row.tenant) for row in work.workspaces.all(CHANNEL))
    found = (next((row for row in rows if row.chat and row.state == "live"), None) for rows in tenants)
    return [row for row in found if row is not None]


def _about(chat: Chat) -> str:
    """What only its bot may ask."""
    if chat.place == chat.chat:  # a channel; its user is the team
        return address(chat.service, "teams", chat.user)
    return address(chat.service, "conversations", chat.chat, "members", chat.user or chat.place)


async def _told(method: str, url: str, **what: Any) -> Told:
    """What our own address answers."""
    try:
        got = await fetch(aiohttp.TCPConnector(), method, url, PATIENCE, proxy=proxy_for(url), **what)
    except (aiohttp.ClientError, OSError, TooBig) as failure:
        return Told(failure=failure)
    return Told(got.status, got.headers)
