"""What installs let us have: tokens, sealed with the house's key; and the states of installs under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Insert, bindparam, delete, insert, or_, select, update

from storage.keys import HOUSE
from storage.part import Part, insert_or, without
from storage.prepared import Row
from storage.records import Installation
from storage.tables import installations, is_one_of, oauth_states

_EXACTLY = (installations.c.enterprise == bindparam("of_enterprise")) & (
    installations.c.tenant == bindparam("of_tenant")
)
_FIND = select(installations).where(_EXACTLY)
_ID = select(installations.c.id).where(_EXACTLY).with_for_update()
_ALL = select(installations).order_by(installations.c.order)
_THIS = installations.c.id == bindparam("this")
_UPDATE = update(installations).where(_THIS)
_END = update(installations).where(_EXACTLY).values(state=bindparam("end"))
_CLAIM = (
    update(installations)
    .where(_THIS, is_one_of(installations.c.state, "live"))
    .where(or_(installations.c.lease.is_(None), installations.c.lease <= bindparam("now")))
    .values(lease=bindparam("until"))
)
# A new install ends the lease: what was refreshed before it is worth nothing after it.
_SAVE = (
    update(installations)
    .where(_THIS, installations.c.lease.is_not(None), is_one_of(installations.c.state, "live", "expired"))
    .values(state="live", lease=None)
)
_ADD_STATE = insert(oauth_states)
_SPEND = delete(oauth_states).where(oauth_states.c.hash == bindparam("hash"), oauth_states.c.expires > bindparam("now"))
_SWEEP = delete(oauth_states).where(oauth_states.c.expires <= bindparam("now"))


@cache
def _add(dialect: str) -> Insert:
    return insert_or(dialect, installations).on_conflict_do_nothing(index_elements=["enterprise", "tenant"])


class Installations(Part):
    """Installs, one for each workspace or enterprise. A token may be UNREADABLE."""

    def put(self, installation: Installation) -> Installation:
        """Keep it, in the place of an older one of the same workspace, whose id it takes; as it is kept."""
        if self._change(_add(self._dialect), self._values(installation)):
            return installation
        # The tokens are bound to the row they lie in, so they are sealed for the id that is there.
        where = {"of_enterprise": installation.enterprise, "of_tenant": installation.tenant}
        kept = replace(installation, id=self._the(_ID, **where)["id"])
        self._change_one(_UPDATE, {"this": kept.id, **self._values(kept)})
        return kept

    def find(self, enterprise: str, tenant: str) -> Installation | None:
        """The one of exactly this workspace, or of the whole enterprise when `tenant` is empty."""
        row = self._first(_FIND, of_enterprise=enterprise, of_tenant=tenant)
        return self._rows([row])[0] if row else None

    def best(self, enterprise: str, tenant: str) -> Installation | None:
        """The workspace's own, else the one for the whole enterprise. One that lives goes before one that does not."""
        own = self.find(enterprise, tenant)
        if (own and own.state == "live") or not enterprise:
            return own
        wide = self.find(enterprise, "")
        return wide if wide and (own is None or wide.state == "live") else own

    def all(self) -> list[Installation]:
        """Every one there ever was, the oldest first."""
        return self._rows(self._all(_ALL))

    def end(self, enterprise: str, tenant: str, state: str) -> bool:
        """Mark exactly this one gone or expired. False when there is none."""
        return self._change(_END, {"of_enterprise": enterprise, "of_tenant": tenant, "end": state}) == 1

    def claim_refresh(self, id: str, now: datetime, lease_seconds: float) -> bool:
        """True for the one who may refresh the token; for nobody else before the lease is over."""
        until = now + timedelta(seconds=lease_seconds)
        return self._change(_CLAIM, {"this": id, "now": now, "until": until}) == 1

    def save_refreshed(self, id: str, token: str, refresh_token: str, expires: datetime | None) -> bool:
        """Keep what a refresh brought. False when it was removed or installed anew meanwhile."""
        sealed = self._sealed(HOUSE, "installations", id, token=token, refresh_token=refresh_token)
        return self._change(_SAVE, {"this": id, "expires": expires, **sealed}) == 1

    def _values(self, row: Installation) -> dict[str, object]:
        sealed = self._sealed(HOUSE, "installations", row.id, token=row.token, refresh_token=row.refresh_token)
        return {**vars(row), **sealed, "lease": None}

    def _rows(self, rows: Sequence[Row]) -> list[Installation]:
        return [self._row(row) for row in rows]

    def _row(self, row: Row) -> Installation:
        fields = without(row, "order", "lease")
        for column in ("token", "refresh_token"):
            fields[column] = self._keys.show(HOUSE, "installations", column, row["id"], row[column])
        return Installation(**fields)


class OAuthStates(Part):
    """Installs that have begun. Only hashes are kept."""

    def add_state(self, hash: str, expires: datetime) -> None:
        """Keep the hash of a state that was given out."""
        self._change(_ADD_STATE, {"hash": hash, "expires": expires})

    def spend_state(self, hash: str, now: datetime) -> bool:
        """True once, and only before the state expires."""
        return self._change(_SPEND, {"hash": hash, "now": now}) == 1

    def sweep(self, now: datetime) -> int:
        """Forget the states that have expired; how many."""
        return self._change(_SWEEP, {"now": now})
