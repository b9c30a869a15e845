"""Jobdating rounds, the wishes to take part and the offers to be a host."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from storage.errors import NotFound
from storage.keys import HOUSE
from storage.part import Remembering, address, without
from storage.prepared import Row
from storage.records import OfferRow, RoundRow, SignUpRow
from storage.tables import offers, rounds, sign_ups

_ROUND = select(rounds).where(rounds.c.id == bindparam("this"))
_UPDATE = update(rounds).where(rounds.c.id == bindparam("this"))
_OF_ORGANISATION = select(rounds).where(rounds.c.organisation == bindparam("organisation")).order_by(rounds.c.order)

_SIGN_UP = select(sign_ups).where(sign_ups.c.id == bindparam("this"))
_UPDATE_SIGN_UP = update(sign_ups).where(sign_ups.c.id == bindparam("this"))
_SIGN_UPS = select(sign_ups).where(sign_ups.c.round == bindparam("round")).order_by(sign_ups.c.order)
_SIGN_UP_OF = (
    select(sign_ups)
    .where(sign_ups.c.round == bindparam("round"), sign_ups.c.person == bindparam("person"))
    .where(sign_ups.c.state != "withdrawn")
    .order_by(sign_ups.c.order.desc())
    .limit(1)
)

_OFFER = select(offers).where(offers.c.id == bindparam("this"))
_UPDATE_OFFER = update(offers).where(offers.c.id == bindparam("this"))
_OFFERS = select(offers).where(offers.c.round == bindparam("round")).order_by(offers.c.order)


class Rounds(Remembering):
    """Rounds, sign-ups and offers, each list in the order they were added."""

    def add(self, row: RoundRow) -> None:
        """Add a round."""
        self._change(insert(rounds), self._round_values(row))

    def get(self, id: str) -> RoundRow:
        """The round called `id`. Raises NotFound."""
        found = self.find(id)
        if found is None:
            raise NotFound
        return found

    def find(self, id: str) -> RoundRow | None:
        """The round called `id`, if there is one."""

        def read() -> RoundRow | None:
            row = self._first(_ROUND, this=id)
            return self._round(row) if row else None

        return self._once(id, read)

    def update(self, row: RoundRow) -> None:
        """Keep the round as it is now. Raises NotFound."""
        self._change_one(_UPDATE, {"this": row.id, **self._round_values(row)})

    def all(self, organisation: str) -> list[RoundRow]:
        """The organisation's rounds, whatever their state."""
        return [self._round(row) for row in self._all(_OF_ORGANISATION, organisation=organisation)]

    def add_sign_up(self, row: SignUpRow) -> None:
        """Add a wish to take part."""
        self._change(insert(sign_ups), vars(row))

    def sign_up(self, id: str) -> SignUpRow:
        """The sign-up called `id`. Raises NotFound."""
        return SignUpRow(**without(self._the(_SIGN_UP, this=id), "order"))

    def sign_up_of(self, round: str, person: str) -> SignUpRow | None:
        """The person's latest sign-up for the round that is not withdrawn."""
        row = self._first(_SIGN_UP_OF, round=round, person=person)
        return SignUpRow(**without(row, "order")) if row else None

    def update_sign_up(self, row: SignUpRow) -> None:
        """Keep the sign-up as it is now. Raises NotFound."""
        self._change_one(_UPDATE_SIGN_UP, {"this": row.id, **vars(row)})

    def sign_ups(self, round: str) -> list[SignUpRow]:
        """All sign-ups for the round, withdrawn ones too."""
        return [SignUpRow(**without(row, "order")) for row in self._all(_SIGN_UPS, round=round)]

    def add_offer(self, row: OfferRow) -> None:
        """Add an offer to be a host."""
        self._change(insert(offers), self._offer_values(row))

    def offer(self, id: str) -> OfferRow:
        """The offer called `id`. Raises NotFound."""
        return self._offers([self._the(_OFFER, this=id)])[0]

    def update_offer(self, row: OfferRow) -> None:
        """Keep the offer as it is now. Raises NotFound."""
        self._change_one(_UPDATE_OFFER, {"this": row.id, **self._offer_values(row)})

    def offers(self, round: str) -> list[OfferRow]:
        """All offers for the round."""
        return self._offers(self._all(_OFFERS, round=round))

    def _round_values(self, row: RoundRow) -> dict[str, Any]:
        values = {**vars(row), **vars(row.post_to)}
        del values["post_to"], values["name"]
        return values | self._sealed(HOUSE, "rounds", row.id, name=row.name)

    def _round(self, row: Row) -> RoundRow:
        fields = without(row, "order", "channel", "tenant", "place")
        fields["name"] = self._keys.show(HOUSE, "rounds", "name", row["id"], row["name"])
        return RoundRow(post_to=address(row), **fields)

    def _offer_values(self, row: OfferRow) -> dict[str, Any]:
        values = {name: value for name, value in vars(row).items() if name != "unit"}
        return values | self._sealed(row.person, "offers", row.id, unit=row.unit)

    def _offers(self, rows: Sequence[Row]) -> list[OfferRow]:
        self._keys.fetch(row["person"] for row in rows)
        show = self._keys.show
        return [
            OfferRow(
                **without(row, "order", "unit"),
                unit=show(row["person"], "offers", "unit", row["id"], row["unit"]),
            )
            for row in rows
        ]
