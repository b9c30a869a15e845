"""Changes of state, each held to the table of the programme. A change it does not allow is a fault of ours."""

from __future__ import annotations

from dataclasses import replace

from bot.moment import Moment
from bot.programme.states import EXCHANGE, OFFER, ROUND, SIGN_UP, Circumstances, States, move
from storage.records import ExchangeRow, OfferRow, RoundRow, SignUpRow

NOTHING_SPECIAL = Circumstances()


class WrongMove(Exception):
    """A state may not change so; the guard's name stands in the text."""


def exchange_to(
    moment: Moment, exchange: ExchangeRow, state: str, circumstances: Circumstances = NOTHING_SPECIAL
) -> ExchangeRow:
    """The exchange in its new state, kept. Raises WrongMove."""
    _check(EXCHANGE, exchange.state, state, circumstances)
    moved = replace(exchange, state=state)
    moment.work.exchanges.update(moved)
    return moved


def sign_up_to(
    moment: Moment, sign_up: SignUpRow, state: str, circumstances: Circumstances = NOTHING_SPECIAL
) -> SignUpRow:
    """The sign-up in its new state, kept. Raises WrongMove."""
    _check(SIGN_UP, sign_up.state, state, circumstances)
    moved = replace(sign_up, state=state)
    moment.work.rounds.update_sign_up(moved)
    return moved


def offer_to(moment: Moment, offer: OfferRow, state: str) -> OfferRow:
    """The offer in its new state, kept. Raises WrongMove."""
    _check(OFFER, offer.state, state, NOTHING_SPECIAL)
    moved = replace(offer, state=state)
    moment.work.rounds.update_offer(moved)
    return moved


def round_to(moment: Moment, row: RoundRow, state: str) -> RoundRow:
    """The round in its new state, kept. Raises WrongMove."""
    _check(ROUND, row.state, state, NOTHING_SPECIAL)
    moved = replace(row, state=state)
    moment.work.rounds.update(moved)
    return moved


def _check(states: States, source: str, target: str, circumstances: Circumstances) -> None:
    if source == target:
        return
    outcome = move(states, source, target, circumstances)
    if outcome.refusal and not outcome.soft:
        raise WrongMove(f"{source} may not become {target}: {outcome.refusal}")
