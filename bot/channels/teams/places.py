"""The teams that the assistant is in, and their channels: what HR can post in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.channels.payload import each, text
from bot.channels.people import one_line
from bot.channels.teams.news import News, What
from bot.channels.teams.read import CHANNEL
from bot.channels.teams.reading import Asks, address, decided
from storage.records import Chat, PlaceRow
from storage.store import Store, Work

NOT_THERE = 404
NOT_IN_ROSTER = "BotNotInConversationRoster"


class Places:
    """Each channel is a place, and a row in chats whose `user` is its team. A team's General channel has its id."""

    def __init__(self, store: Store, calls: Asks) -> None:
        self._store = store
        self._calls = calls

    async def join(self, news: News) -> None:
        """The assistant is in this team, and answers it there from now on; its channels are listed by `catch_up`."""
        await self._store.run(lambda work: _join(work, news))

    async def leave(self, news: News) -> None:
        """The assistant is in that team no more, unless it came back since."""
        await self._store.run(lambda work: _leave(work, news))

    async def close(self, news: News) -> None:
        """A channel is gone."""
        await self._store.run(lambda work: _forget(work, news.tenant, news.channel))

    async def catch_up(self, tenant: str, team: str) -> None:
        """Takes over Teams' own list of the channels, and its name of the team. Raises NotReached."""
        home = await self._store.run(lambda work: work.chats.find(CHANNEL, tenant, team))
        if home is None:
            return
        about = decided(await self._calls.ask("GET", address(home.service, "teams", team)))
        answer = decided(await self._calls.ask("GET", address(home.service, "teams", team, "conversations")))
        if answer.status == NOT_THERE or answer.code == NOT_IN_ROSTER:
            await self._store.run(lambda work: _forget_team(work, tenant, team))
        elif answer.done and about.done:
            channels = _named(text(about.data, "name"), team, each(answer.data, "conversations"))
            await self._store.run(lambda work: _take_over(work, tenant, team, channels))

    async def teams(self) -> list[tuple[str, str]]:
        """The teams that the assistant is in, as far as is known, each after its tenant."""

        def unit(work: Work) -> list[tuple[str, str]]:
            tenants = (row.tenant for row in work.workspaces.all(CHANNEL))
            rows = (row for tenant in tenants for row in work.chats.all(CHANNEL, tenant))
            return [(row.tenant, row.place) for row in rows if row.user == row.place != ""]

        return await self._store.run(unit)


def teams_of(work: Work, tenant: str) -> dict[str, str]:
    """The teams of a tenant that the assistant is in -> where they are asked about."""
    found: dict[str, str] = {}
    for place in work.workspaces.places(CHANNEL, tenant):
        channel = work.chats.find(CHANNEL, tenant, place.place)
        if channel is not None:
            found.setdefault(channel.user, channel.service)
    return found


def _named(team_name: str, team: str, listed: list[Any]) -> dict[str, str]:
    """The channels and how HR reads them; the General one goes by the name of its team."""
    channels = {text(channel, "id"): one_line(text(channel, "name")) for channel in listed}
    first = one_line(team_name)
    return {id: first if id == team else " › ".join(filter(None, (first, name))) for id, name in channels.items() if id}


def _join(work: Work, news: News) -> None:
    known = work.chats.find(CHANNEL, news.tenant, news.team)
    moved = known is not None and known.service != news.service
    if known is not None and not moved and news.what is What.DONE:
        return
    touched = max(news.at, known.touched) if known else news.at
    for id in {news.team, *(_channels(work, news.tenant, news.team) if moved else ())}:
        work.chats.put(_chat(news.tenant, id, news.team, news.service, touched))
    if news.team_name and work.workspaces.place(CHANNEL, news.tenant, news.team) is None:
        work.workspaces.put_place(PlaceRow(CHANNEL, news.tenant, news.team, one_line(news.team_name)))


def _leave(work: Work, news: News) -> None:
    known = work.chats.find(CHANNEL, news.tenant, news.team)
    if known is None or known.touched <= news.at:
        _forget_team(work, news.tenant, news.team)


def _take_over(work: Work, tenant: str, team: str, channels: Mapping[str, str]) -> None:
    home = work.chats.find(CHANNEL, tenant, team)
    if home is None:  # we have left while the list was on its way
        return
    for place in _channels(work, tenant, team):
        if place not in channels:
            _forget(work, tenant, place)
    for id, name in channels.items():
        work.chats.put(_chat(tenant, id, team, home.service, home.touched))
        if name:
            work.workspaces.put_place(PlaceRow(CHANNEL, tenant, id, name))


def _chat(tenant: str, channel: str, team: str, service: str, touched: datetime) -> Chat:
    return Chat(CHANNEL, tenant, channel, chat=channel, user=team, service=service, touched=touched)


def _channels(work: Work, tenant: str, team: str) -> list[str]:
    places = (place.place for place in work.workspaces.places(CHANNEL, tenant))
    return [id for id in places if (chat := work.chats.find(CHANNEL, tenant, id)) and chat.user == team]


def _forget_team(work: Work, tenant: str, team: str) -> None:
    for id in {team, *_channels(work, tenant, team)}:
        _forget(work, tenant, id)


def _forget(work: Work, tenant: str, channel: str) -> None:
    work.workspaces.remove_place(CHANNEL, tenant, channel)
    work.chats.remove(CHANNEL, tenant, channel)
    work.outbox.cancel_to(CHANNEL, tenant, channel)
