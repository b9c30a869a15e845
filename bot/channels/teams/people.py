"""Who is who in a tenant: the person behind an AAD object id, and the leader whom the directory names."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.channel import Address, Newcomer, NotReached
from bot.channels.people import Arrive, person_of, real_zone
from bot.channels.people import members_of as people_there
from bot.channels.teams.graph import Graph
from bot.channels.teams.members import Hint, language_of, newcomer
from bot.channels.teams.places import teams_of
from bot.channels.teams.read import CHANNEL
from bot.channels.teams.reading import Asks, address, decided
from storage.store import Store, Work

MOST_HINTS = 10_000
"""People of whom we keep in mind what their client told; the one heard of longest ago is forgotten first."""

MOST_TEAMS = 5
"""Teams that are asked whether somebody is a member."""


class TeamsPeople:
    """The directory of every tenant. Nothing is sent to anybody by asking."""

    def __init__(self, calls: Asks, graph: Graph, store: Store, arrive: Arrive) -> None:
        self._calls = calls
        self._graph = graph
        self._store = store
        self._arrive = arrive
        self._hints: OrderedDict[tuple[str, str], Hint] = OrderedDict()

    def hint(self, tenant: str, aad: str, locale: str, zone: str) -> None:
        """Keeps in mind what somebody's own client told in a verified activity; what it leaves out stays as it was."""
        before = self._hints.pop((tenant, aad), Hint())
        self._hints[tenant, aad] = Hint(language_of(locale) or before.language, real_zone(zone) or before.zone)
        if len(self._hints) > MOST_HINTS:
            self._hints.popitem(last=False)

    def forget(self, tenant: str, aad: str) -> None:
        """Keeps nothing in mind of somebody who is gone."""
        self._hints.pop((tenant, aad), None)

    async def look_up(self, address: Address) -> Newcomer:
        """What the rosters and Graph know of an AAD object id. Raises NotReached."""
        tenant, aad = address.tenant, address.place
        member = await self._member(tenant, aad)
        user = await self._user(tenant, aad, needed=not member)
        hint = self._hints.get((tenant, aad), Hint())

        def unit(work: Work) -> Newcomer:
            known = work.workspaces.find(CHANNEL, tenant)
            if known is None:
                raise NotReached("unknown tenant")
            spoken = work.people.organisation(known.organisation).language
            return newcomer(member, user, tenant, known.organisation, spoken, hint)

        return await self._store.run(unit)

    async def leader_of(self, address: Address) -> str:
        """The person whom Graph names as the manager; empty when it names nobody, or not to us. Raises NotReached."""
        manager = await self._graph.manager(address.tenant, address.place)
        if manager in ("", address.place):
            return ""
        return await self.person_of(address.tenant, manager)

    async def person_of(self, tenant: str, aad: str) -> str:
        """The person of ours with this AAD object id, written down if need be. Raises NotReached.

        Empty for one who cannot take part, and for one of whom nobody tells us the name.
        """
        return await person_of(self._store, self.look_up, self._arrive, Address(CHANNEL, tenant, aad))

    async def members(self, tenant: str, people: Iterable[str]) -> dict[str, str]:
        """The AAD object ids that people of ours have in a tenant, by our id."""
        wanted = list(people)
        return await self._store.run(lambda work: members_of(work, tenant, wanted))

    async def _user(self, tenant: str, aad: str, *, needed: bool) -> Mapping[str, Any]:
        try:
            return await self._graph.user(tenant, aad)
        except NotReached:
            if needed:
                raise
            return {}

    async def _member(self, tenant: str, aad: str) -> Mapping[str, Any]:
        """Somebody as the first roster that has them says; empty when none has. Raises NotReached."""
        for url in await self._store.run(lambda work: list(_rosters(work, tenant, aad))):
            answer = decided(await self._calls.ask("GET", url))
            if answer.done:
                return answer.data
        return {}


def members_of(work: Work, tenant: str, people: Iterable[str]) -> dict[str, str]:
    """The AAD object ids that people of ours have in a tenant, by our id."""
    return people_there(work, CHANNEL, tenant, people)


def _rosters(work: Work, tenant: str, aad: str) -> Iterator[str]:
    """Where the rosters of the chat with somebody, and of the teams that we are in, tell of them."""
    chat = work.chats.find(CHANNEL, tenant, aad)
    if chat is not None and chat.chat and chat.service:
        yield address(chat.service, "conversations", chat.chat, "members", chat.user or aad)
    for team, service in list(teams_of(work, tenant).items())[:MOST_TEAMS]:
        yield address(service, "conversations", team, "members", aad)
