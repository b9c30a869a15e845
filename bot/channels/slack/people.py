"""Who is who in a workspace: the person behind a user, and the leader that the profile names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.channel import Address, Newcomer, NotReached
from bot.channels.people import Arrive, Change, person_of
from bot.channels.people import members_of as people_there
from bot.channels.slack.api import Api
from bot.channels.slack.calls import Answer, Ask, Fate
from bot.channels.slack.payload import at, text
from bot.channels.slack.users import GONE, NOBODY, name_of, newcomer, why_not, zone_of
from bot.channels.slack.users import GUEST as GUEST
from bot.channels.slack.users import STRANGER as STRANGER
from bot.channels.slack.workspaces import CHANNEL
from storage.records import AddressRow
from storage.store import Store, Work

LEADER = frozenset(
    {"manager", "line manager", "supervisor", "leder", "nærmeste leder", "chef", "nærmeste chef", "sjef"}
)
"""What workplaces call the field of the profile that names the leader."""

HOUR = 3600.0


class SlackPeople:
    """The directory of every workspace."""

    def __init__(self, api: Api, store: Store, arrive: Arrive, change: Change) -> None:
        self._api = api
        self._store = store
        self._arrive = arrive
        self._change = change
        self._leader_fields: dict[str, tuple[float, tuple[str, ...]]] = {}

    async def look_up(self, address: Address) -> Newcomer:
        """What Slack knows of a user. Raises NotReached."""
        answer = await self._ask(
            address.tenant,
            "users.info",
            lambda slack: slack.users_info(user=address.place, include_locale=True, team_id=address.tenant),
        )
        if not answer.done:
            # A workspace that has gone gets no answer, and whom Slack does not show us is from elsewhere.
            return Newcomer("", refused=STRANGER if answer.code.startswith("user") else NOBODY)
        user = at(answer.data, "user")
        return await self._store.run(lambda work: newcomer(work, address.tenant, user))

    async def leader_of(self, address: Address) -> str:
        """The person whom the user's profile names as the leader; empty when it names nobody. Raises NotReached."""
        tenant, user_id = address.tenant, address.place
        fields = await self._fields(tenant)
        if not fields:
            return ""
        answer = await self._ask(
            tenant, "users.profile.get", lambda slack: slack.users_profile_get(user=user_id, team_id=tenant)
        )
        for field in fields:
            leader = text(answer.data, "profile", "fields", field, "value").split(",")[0].strip()
            if leader and leader != user_id:
                return await self.person_of(tenant, leader)
        return ""

    async def person_of(self, tenant: str, user_id: str) -> str:
        """The person of ours that a user is, written down if need be; empty for one who cannot take part.

        Raises NotReached.
        """
        return await person_of(self._store, self.look_up, self._arrive, Address(CHANNEL, tenant, user_id))

    async def members(self, tenant: str, people: Iterable[str]) -> dict[str, str]:
        """The users of a workspace that people of ours are there, by our id."""
        wanted = list(people)
        return await self._store.run(lambda work: members_of(work, tenant, wanted))

    async def changed(self, tenant: str, user: Mapping[str, Any]) -> None:
        """Slack describes a user anew: name, time zone, and whether they can still take part."""
        id, active = text(user, "id"), why_not(user, is_ours=True) not in (GONE, GUEST)
        for home in await self._store.run(lambda work: _told_of(work, tenant, user)):
            where = AddressRow(CHANNEL, home, id)
            await self._change(where, name=name_of(user), zone=zone_of(user), active=active)

    async def _fields(self, tenant: str) -> tuple[str, ...]:
        """The fields of a profile that name the leader. Workplaces seldom change them."""
        until, fields = self._leader_fields.get(tenant, (float("-inf"), ()))
        if self._api.pace.now() >= until:
            answer = await self._ask(tenant, "team.profile.get", lambda slack: slack.team_profile_get(team_id=tenant))
            fields = tuple(_leader_fields(answer.data))
            self._leader_fields[tenant] = (self._api.pace.now() + HOUR, fields)
        return fields

    async def _ask(self, tenant: str, method: str, ask: Ask) -> Answer:
        """The answer, if Slack gave one. Raises NotReached."""
        answer = await self._api.ask(tenant, method, ask)
        if answer.fate in (Fate.DONE, Fate.REFUSED, Fate.GONE):
            return answer
        raise NotReached(answer.code)


def members_of(work: Work, tenant: str, people: Iterable[str]) -> dict[str, str]:
    """The users of a workspace that people of ours are there, by our id."""
    return people_there(work, CHANNEL, tenant, people)


def _told_of(work: Work, tenant: str, user: Mapping[str, Any]) -> list[str]:
    """Where a person of ours is the user that is described; nowhere when a later description came before this one.

    Slack may have to send one again, and to another process.
    """
    id, updated = text(user, "id"), user.get("updated")
    homes = [home for home in _homes(work, tenant) if work.people.at(AddressRow(CHANNEL, home, id)) is not None]
    if homes and isinstance(updated, int):
        mark = f"slack.updated:{tenant}:{id}"
        latest = int(work.meta.get(mark) or updated)
        if updated < latest:
            return []
        work.meta.set(mark, str(updated))
    return homes


def _homes(work: Work, tenant: str) -> list[str]:
    """The workspaces where a user of this one may be known: those of the enterprise, under the same id."""
    known = work.workspaces.find(CHANNEL, tenant)
    if known is None or not known.enterprise:
        return [tenant]
    return [row.tenant for row in work.workspaces.all(CHANNEL) if row.enterprise == known.enterprise]


def _leader_fields(data: Any) -> Iterable[str]:
    fields = at(data, "profile", "fields")
    for field in fields if isinstance(fields, list) else []:
        if text(field, "type") == "user" and " ".join(text(field, "label").casefold().split()) in LEADER:
            yield text(field, "id")
