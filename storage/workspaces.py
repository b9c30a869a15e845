"""The workplaces' chats, and the channels in them where the assistant is."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Insert, bindparam, delete, select

from storage.part import Part, insert_or
from storage.records import PlaceRow, Workspace
from storage.tables import places, workspaces

_OF_CHANNEL = (
    select(workspaces)
    .where(workspaces.c.channel == bindparam("channel"))
    .order_by(workspaces.c.name, workspaces.c.tenant)
)
_ONE = select(workspaces).where(
    workspaces.c.channel == bindparam("channel"), workspaces.c.tenant == bindparam("tenant")
)
_IN = (places.c.channel == bindparam("channel")) & (places.c.tenant == bindparam("tenant"))
_HERE = _IN & (places.c.place == bindparam("place"))
_PLACES = select(places).where(_IN).order_by(places.c.name, places.c.place)
_PLACE = select(places).where(_HERE)
_REMOVE = delete(places).where(_HERE)


@cache
def _put(dialect: str) -> Insert:
    add = insert_or(dialect, workspaces)
    changed = {name: add.excluded[name] for name in ("name", "organisation", "enterprise", "state")}
    return add.on_conflict_do_update(index_elements=["channel", "tenant"], set_=changed)


@cache
def _put_place(dialect: str) -> Insert:
    add = insert_or(dialect, places)
    return add.on_conflict_do_update(index_elements=["channel", "tenant", "place"], set_={"name": add.excluded.name})


class Workspaces(Part):
    """Workspaces and the places in them. A workspace that is gone stays, so that it can come back."""

    def put(self, workspace: Workspace) -> None:
        """Keep the workspace as it is now. Conflict when its organisation does not exist."""
        self._change(_put(self._dialect), vars(workspace))

    def find(self, channel: str, tenant: str) -> Workspace | None:
        """The workspace called `tenant`, if it is known."""
        row = self._first(_ONE, channel=channel, tenant=tenant)
        return Workspace(**row) if row else None

    def all(self, channel: str) -> list[Workspace]:
        """Those of one chat platform, by name."""
        return [Workspace(**row) for row in self._all(_OF_CHANNEL, channel=channel)]

    def put_place(self, place: PlaceRow) -> None:
        """Keep the place, under the name it has now."""
        self._change(_put_place(self._dialect), vars(place))

    def remove_place(self, channel: str, tenant: str, place: str) -> None:
        """Forget the place; one that is not there is harmless."""
        self._change(_REMOVE, {"channel": channel, "tenant": tenant, "place": place})

    def places(self, channel: str, tenant: str) -> list[PlaceRow]:
        """The places of one workspace, by name."""
        return [PlaceRow(**row) for row in self._all(_PLACES, channel=channel, tenant=tenant)]

    def place(self, channel: str, tenant: str, place: str) -> PlaceRow | None:
        """The place called `place`, if the assistant is there."""
        row = self._first(_PLACE, channel=channel, tenant=tenant, place=place)
        return PlaceRow(**row) if row else None
