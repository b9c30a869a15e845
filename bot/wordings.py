"""An organisation's own sentences in front of the product's, for its readers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from weakref import WeakKeyDictionary

from bot.own_words import fault
from bot.words import Text, Words
from storage.store import NotFound, Work

FRESH = 5.0
"""Seconds until it is looked whether another process has changed a sentence; what this one changes holds at once."""

MOST_KEPT = 1000
"""Organisations whose sentences are kept in mind."""


@dataclass(frozen=True)
class Kept:
    """What an organisation says, as it was read: its words by round ("" for all). Empty when it says nothing else."""

    until: float
    rounds: Mapping[str, Words]


_KEPT: WeakKeyDictionary[Words, dict[str, Kept]] = WeakKeyDictionary()


def words_of(words: Words, work: Work, organisation: str, subject: str = "") -> Words:
    """The words for a reader in an organisation, about a round, or about a sign-up, an offer or an exchange in one."""
    product = words.product
    mind = _KEPT.setdefault(product, {})
    kept = mind.get(organisation)
    if kept is None or kept.until < monotonic():
        if len(mind) >= MOST_KEPT:
            mind.clear()
        kept = mind[organisation] = Kept(monotonic() + FRESH, _read(product, work, organisation))
    if not kept.rounds:
        return product
    round_id = round_of(work, subject) if subject and len(kept.rounds) > 1 else ""
    return kept.rounds.get(round_id) or kept.rounds[""]


def forget(words: Words, organisation: str) -> None:
    """A sentence of this organisation was changed here."""
    _KEPT.get(words.product, {}).pop(organisation, None)


def round_of(work: Work, subject: str) -> str:
    """The round that something belongs to: a round itself, an exchange, a sign-up or an offer; empty for all else."""
    exchange = work.exchanges.find(subject)
    if exchange is not None:
        return exchange.round
    if work.rounds.find(subject) is not None:
        return subject
    for find in (work.rounds.sign_up, work.rounds.offer):
        try:
            return find(subject).round
        except NotFound:
            continue
    return ""


def _read(product: Words, work: Work, organisation: str) -> Mapping[str, Words]:
    """What does not fit the product's sentence any more is left out: a new version may fill in something else."""
    by_round = {
        round_id: {
            place: text
            for place, text in ((place, as_text(kept)) for place, kept in own.items())
            if fault(product, place[1], text) is None
        }
        for round_id, own in work.wordings.all(organisation).items()
    }
    if not by_round:
        return {}
    for_all = by_round.pop("", {})
    return {
        "": product.with_own(organisation, for_all),
        **{round_id: product.with_own(organisation, {**for_all, **own}) for round_id, own in by_round.items()},
    }


Place = tuple[str, str, str]
"""Round ("" for all), language and key of an own sentence."""


def put(work: Work, product: Words, organisation: str, place: Place, text: Text) -> str:
    """Keeps a sentence that fits. What is said without it anyway is not kept. Returns changed, removed or nothing."""
    here, language, key = place
    kept, said = work.wordings.all(organisation), as_kept(text)
    for_all = kept.get("", {}) if here else {}
    beneath = for_all.get((language, key), as_kept(product.written(language, key)))
    if said == kept.get(here, {}).get((language, key), beneath):
        return ""
    if said == beneath:
        work.wordings.remove(organisation, here, language, key)
        return "removed"
    work.wordings.put(organisation, here, language, key, said)
    return "changed"


def called(organisation: str, place: Place) -> str:
    """What the audit calls a sentence: ids only."""
    here, language, key = place
    return f"{here or organisation}:{language}:{key}"


FORMS = '{"'
"""How a sentence begins that is kept in its forms. A text that may be said does not: it has no such placeholder."""


def as_kept(text: Text) -> str:
    """How a sentence is written down: a text as it is, forms as JSON."""
    return text if isinstance(text, str) else json.dumps(dict(text), ensure_ascii=False)


def as_text(kept: str) -> Text:
    """The sentence that was written down."""
    return dict(json.loads(kept)) if kept.startswith(FORMS) else kept
