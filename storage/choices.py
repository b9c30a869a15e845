"""What an organisation has chosen, for all its rounds or for one. Names and values only: nobody's words."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Insert, bindparam, delete, or_, select

from storage.part import Remembering, insert_or
from storage.tables import choices

_OF = (
    select(choices.c.name, choices.c.value)
    .where(choices.c.organisation == bindparam("organisation"))
    .where(or_(choices.c.round == "", choices.c.round == bindparam("round")))
    .order_by(choices.c.round)
)
_REMOVE = delete(choices).where(
    *(choices.c[name] == bindparam(f"this_{name}") for name in ("organisation", "round", "name"))
)


@cache
def _put(dialect: str) -> Insert:
    add = insert_or(dialect, choices)
    return add.on_conflict_do_update(
        index_elements=["organisation", "round", "name"], set_={"value": add.excluded["value"]}
    )


class Choices(Remembering):
    """An organisation's choices by name. What is chosen for a round goes before what holds for all (round "")."""

    def of(self, organisation: str, round: str = "") -> dict[str, Any]:
        """What holds in a round; with no round, what holds for all."""
        rows = self._once((organisation, round), lambda: self._all(_OF, organisation=organisation, round=round))
        return {row["name"]: row["value"] for row in rows}

    def put(self, organisation: str, round: str, name: str, value: Any) -> None:
        """Keep a choice: anything that JSON holds."""
        row = {"organisation": organisation, "round": round, "name": name, "value": value}
        self._change(_put(self._dialect), row)

    def remove(self, organisation: str, round: str, name: str) -> bool:
        """The default holds again. False when nothing was chosen."""
        values = {"this_organisation": organisation, "this_round": round, "this_name": name}
        return self._change(_REMOVE, values) > 0
