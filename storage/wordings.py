"""An organisation's own sentences, in place of the product's, for all its rounds or for one."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Insert, bindparam, delete, or_, select

from storage.part import Part, insert_or
from storage.tables import wordings

_OF = (
    select(wordings.c.language, wordings.c.key, wordings.c.text)
    .where(wordings.c.organisation == bindparam("organisation"))
    .where(or_(wordings.c.round == "", wordings.c.round == bindparam("round")))
    .order_by(wordings.c.round)
)
_ALL_OF = select(wordings.c.round, wordings.c.language, wordings.c.key, wordings.c.text).where(
    wordings.c.organisation == bindparam("organisation")
)
_PLACE = ("organisation", "round", "language", "key")
_REMOVE = delete(wordings).where(*(wordings.c[name] == bindparam(f"this_{name}") for name in _PLACE))


@cache
def _put(dialect: str) -> Insert:
    add = insert_or(dialect, wordings)
    return add.on_conflict_do_update(index_elements=[*_PLACE], set_={"text": add.excluded["text"]})


class Wordings(Part):
    """Own sentences by (language, key). A round's goes before one that holds for all (round "")."""

    def of(self, organisation: str, round: str = "") -> dict[tuple[str, str], str]:
        """What is said otherwise in a round; with no round, in all."""
        rows = self._all(_OF, organisation=organisation, round=round)
        return {(row["language"], row["key"]): row["text"] for row in rows}

    def all(self, organisation: str) -> dict[str, dict[tuple[str, str], str]]:
        """Everything an organisation says otherwise, by round ("" holds for all). What it does not say is not there."""
        found: dict[str, dict[tuple[str, str], str]] = {}
        for row in self._all(_ALL_OF, organisation=organisation):
            found.setdefault(row["round"], {})[row["language"], row["key"]] = row["text"]
        return found

    def put(self, organisation: str, round: str, language: str, key: str, text: str) -> None:
        """Keep an own sentence."""
        row = {"organisation": organisation, "round": round, "language": language, "key": key, "text": text}
        self._change(_put(self._dialect), row)

    def remove(self, organisation: str, round: str, language: str, key: str) -> bool:
        """The product's own sentence is said again. False when it was said all along."""
        values = (organisation, round, language, key)
        place = {f"this_{name}": value for name, value in zip(_PLACE, values, strict=True)}
        return self._change(_REMOVE, place) > 0
