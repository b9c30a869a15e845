"""Teams, put together: what comes in, what goes out, and who is who."""

from __future__ import annotations

import asyncio
from random import SystemRandom
from time import monotonic

import structlog
from aiohttp import web

from bot.channels.connections import Connections
from bot.channels.people import Arrive, Change
from bot.channels.reception import MOST, language_in
from bot.channels.teams.calls import Calls
from bot.channels.teams.changes import Changes
from bot.channels.teams.channel import TeamsChannel
from bot.channels.teams.doors import Door, opened
from bot.channels.teams.graph import Graph
from bot.channels.teams.inbound import LATE, Inbound
from bot.channels.teams.keys import Keys
from bot.channels.teams.login import Identity, Login, NoToken
from bot.channels.teams.pace import Pace
from bot.channels.teams.people import TeamsPeople
from bot.channels.teams.places import Places
from bot.channels.teams.read import CHANNEL
from bot.channels.teams.reception import Reception, Talks
from bot.channels.teams.settings import Teams, WrongTeams
from bot.channels.teams.speaking import SOON, Speaking
from bot.channels.teams.tenants import Tenants
from bot.clock import Clock
from bot.words import Words
from storage.store import Store

log = structlog.get_logger()


class TeamsRoom:
    """Everything about Teams. First there is the channel, then with `opens` the way in, then `start`.

    `most`: so many things by one person in a minute; beyond that they are asked to wait. `late`: seconds after which
    Teams is answered whatever it is; `soon`: after which one is told that an answer comes. `alone`: we serve no other
    town. `identity` is what the machine says of itself, for a managed identity. `origin` is where people's browsers
    reach us, when that is no public address.
    """

    def __init__(
        self,
        store: Store,
        words: Words,
        clock: Clock,
        teams: Teams,
        arrive: Arrive,
        change: Change,
        *,
        identity: Identity | None = None,
        pace: Pace | None = None,
        most: int = MOST,
        late: float = LATE,
        soon: float = SOON,
        alone: bool = False,
        origin: str = "",
    ) -> None:
        self._store = store
        self._words = words
        self._clock = clock
        self._teams = teams
        self._most = most
        self._late = late
        self._login = Login(teams, clock, identity)
        self._connections = Connections()
        calls = Calls(teams, self._login, connections=self._connections)
        self._pace = pace or Pace(monotonic, asyncio.sleep, SystemRandom().random)
        graph = Graph(calls, clock, teams.graph, teams.tenant)
        self.people = TeamsPeople(calls, graph, store, arrive)
        self.channel = TeamsChannel(calls, store, words, self._pace, clock, origin or teams.address)
        self.changes = Changes(
            store,
            clock,
            Tenants(store, graph, "" if teams.kind in ("MultiTenant", "Anonymous") else teams.tenant, alone),
            self.people,
            Places(store, calls),
            change,
        )
        self.speaking = Speaking(calls, self._pace, soon)
        self._keys = Keys(teams.openid)
        self._inbound: Inbound | None = None

    def opens(self, talks: Talks, app: web.Application) -> None:
        """Lets in what Teams sends, for this conversation, at an address of `app`."""
        door = Door(self._teams, self._keys, self._clock)
        reception = Reception(
            talks,
            self.people,
            self._words,
            language_in(self._store, CHANNEL),
            self.channel.reaches,
            self._teams.way_in,
            self._most,
        )
        self._inbound = Inbound(
            lambda request: opened(request, door), reception, self.changes, self.speaking, self._late
        )
        self._inbound.routes(app)

    async def start(self) -> str:
        """Logs in, and asks what has become of the teams; what to tell the operator. Raises WrongTeams."""
        if self._teams.kind == "Anonymous":
            return "Vidsyn is ready for the Agents Playground on this machine, and lets in everybody on it."
        try:
            await self._login.token(f"{self._teams.issuer}/.default")
        except NoToken as no:
            if not no.later:
                raise WrongTeams(
                    f"Microsoft does not let Vidsyn log in ({no.reason}). Compare MicrosoftAppId, MicrosoftAppPassword "
                    "and MicrosoftAppTenantId with the app registration; `vidsyn doctor` looks at the rest."
                ) from no
            log.warning("teams_not_reached", reason=no.reason)
            return "Microsoft does not answer yet; Vidsyn goes on trying."
        if not await self._keys.ready(self._clock.now()):
            log.warning("teams_keys_not_there")
        await self.changes.start()
        return "Vidsyn is ready in Teams."

    async def stop(self) -> None:
        """Takes nothing more, and waits until what was answered is said."""
        if self._inbound is not None:
            await self._inbound.idle()
        await self.speaking.idle()
        await self.changes.stop()
        await self._keys.close()

    async def close(self) -> None:
        """Lets go of the connections: nothing is sent any more."""
        await self._connections.close()

    async def idle(self) -> None:
        """Waits until all that was begun is done."""
        if self._inbound is not None:
            await self._inbound.idle()
        await self.changes.idle()
        await self.speaking.idle()
