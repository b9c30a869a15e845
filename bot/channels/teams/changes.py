"""What Teams tells of tenants, people, teams and installs, carried out. Each may come twice and in any order (T13)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import structlog

from bot.channel import NotReached
from bot.channels.people import Change, real_zone
from bot.channels.teams import chats
from bot.channels.teams.news import News, What, read_news
from bot.channels.teams.people import TeamsPeople
from bot.channels.teams.places import Places
from bot.channels.teams.read import CHANNEL
from bot.channels.teams.tenants import Tenants
from bot.clock import Clock
from storage.records import AddressRow, PersonRow
from storage.store import Store, Work

log = structlog.get_logger()


class Changes:
    """The store follows what verified activities say. What Teams or Graph must be asked for is done a little later."""

    def __init__(
        self, store: Store, clock: Clock, tenants: Tenants, people: TeamsPeople, places: Places, change: Change
    ) -> None:
        self._store = store
        self._clock = clock
        self._tenants = tenants
        self._people = people
        self._places = places
        self._change = change
        self._listed: set[tuple[str, str]] = set()
        self._doing: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Asks anew for the channels of all teams: some may have come or gone while we were away."""
        for tenant, team in await self._places.teams():
            self._list(tenant, team)

    async def heard(self, activity: Mapping[str, Any]) -> bool:
        """Keeps how its sender is reached now, and follows their time zone; False: it is for another bot than ours.

        Raises StoreUnavailable.
        """
        news = read_news(activity, self._clock.now())
        if not self._tenants.serves(news.tenant):
            return False
        if await self._tenants.met(news.tenant):
            self._later(partial(self._tenants.name, news.tenant), "tenant_not_named")
        person = await self._store.run(lambda work: _heard(work, news))
        if news.person:
            self._people.hint(news.tenant, news.person, news.locale, news.zone)
        zone = real_zone(news.zone)
        if person is not None and zone and zone != person.zone:
            where = AddressRow(CHANNEL, news.tenant, news.person)
            await self._change(where, name="", zone=zone, active=person.active)
        if news.team and news.what is What.DONE:
            await self._join(news)
        return True

    async def tell(self, activity: Mapping[str, Any]) -> str:
        """Carries it out. The name of the install when somebody has the assistant now, who is to be welcomed; else "".

        Welcomed once an install: it may have several names, but who is greeted is noted with the greeting.
        """
        news = read_news(activity, self._clock.now())
        if news.personal and news.person:
            return await self._personal(news)
        if news.team:
            await self._team(news)
        return ""

    async def idle(self) -> None:
        """Waits until everything that is done later is done."""
        while self._doing:
            await asyncio.gather(*self._doing)

    async def stop(self) -> None:
        """Asks no more."""
        for task in self._doing:
            task.cancel()
        await asyncio.gather(*self._doing, return_exceptions=True)

    async def _personal(self, news: News) -> str:
        if news.what is What.REMOVED:
            await self._store.run(lambda work: chats.leave(work, news))
            self._people.forget(news.tenant, news.person)
        elif news.what in (What.ADDED, What.BROUGHT_ALONG):
            lives = await self._store.run(lambda work: chats.reach(work, news))
            if lives and news.what is What.ADDED:
                return f"install:{news.tenant}:{news.person}:{news.at.isoformat()}"
        return ""

    async def _team(self, news: News) -> None:
        if news.what in (What.REMOVED, What.TEAM_GONE):
            await self._places.leave(news)
            self._listed.discard((news.tenant, news.team))
            return
        if news.what is What.CHANNEL_GONE:
            await self._places.close(news)
        if news.what in (What.ADDED, What.BROUGHT_ALONG, What.TEAM_CHANGED, What.CHANNEL_GONE):
            # Teams' own list is the truth, whichever of its news comes late.
            self._listed.discard((news.tenant, news.team))
            await self._join(news)

    async def _join(self, news: News) -> None:
        await self._places.join(news)
        self._list(news.tenant, news.team)

    def _list(self, tenant: str, team: str) -> None:
        if (tenant, team) not in self._listed:
            self._listed.add((tenant, team))
            self._later(partial(self._listing, tenant, team), "channels_not_listed")

    async def _listing(self, tenant: str, team: str) -> None:
        try:
            await self._places.catch_up(tenant, team)
        except Exception:
            self._listed.discard((tenant, team))  # asked again with the next thing that comes from there
            raise

    def _later(self, doing: Callable[[], Awaitable[None]], trouble: str) -> None:
        task = asyncio.get_running_loop().create_task(_tried(doing, trouble))
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)


async def _tried(doing: Callable[[], Awaitable[None]], trouble: str) -> None:
    try:
        await doing()
    except NotReached as no:
        log.info(f"teams_{trouble}", code=str(no))
    except Exception as failure:  # the store, most likely; its text may hold names
        log.warning(f"teams_{trouble}", error=type(failure).__name__)


def _heard(work: Work, news: News) -> PersonRow | None:
    """Who it is, if they are a person of ours."""
    chats.meet(work, news)
    if news.personal and news.person and news.what is What.DONE:
        chats.reach(work, news)
    return work.people.at(AddressRow(CHANNEL, news.tenant, news.person)) if news.person else None
