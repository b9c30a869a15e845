"""Tenants as they come, and which of them this bot is for."""

from __future__ import annotations

from bot.channels import organisations
from bot.channels.teams.graph import Graph
from bot.channels.teams.read import CHANNEL
from storage.store import Store, Work


class Tenants:
    """`ours` is the only tenant that is served; empty where every one is. `alone`: we serve no other town."""

    def __init__(self, store: Store, graph: Graph, ours: str = "", alone: bool = False) -> None:
        self._store = store
        self._graph = graph
        self._ours = ours
        self._alone = alone
        self._met: set[str] = set()

    def serves(self, tenant: str) -> bool:
        """Whether this bot is for that tenant."""
        return bool(tenant) and self._ours in ("", tenant)

    async def met(self, tenant: str) -> bool:
        """Something verified came from this tenant; True for the first time in this process."""
        if tenant in self._met:
            return False
        await self._store.run(lambda work: organisations.meet(work, CHANNEL, tenant, alone=self._alone))
        self._met.add(tenant)
        return True

    async def name(self, tenant: str) -> None:
        """Calls the tenant what Graph calls it, once we may ask; until then it goes by its id. Raises NotReached."""
        known = await self._store.run(lambda work: work.workspaces.find(CHANNEL, tenant))
        if known is None or known.name != tenant:
            return
        name = await self._graph.organisation(tenant)
        if name:

            def unit(work: Work) -> None:
                organisations.welcome(work, CHANNEL, tenant, name, alone=self._alone)

            await self._store.run(unit)
