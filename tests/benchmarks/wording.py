"""What own words cost: a turn where HR says none, some or very many sentences in its own way."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from time import process_time, thread_time
from unittest.mock import patch

from bot import moment, wordings
from bot.channel import Address, End, Incoming, Outcome, Outgoing, Unhurried
from bot.clock import StandingClock
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.own_words import fault
from bot.stage import CHANNEL, TENANT
from bot.turns.house import house as build_house
from bot.words import Words
from storage.records import AddressRow, Organisation, PersonRow
from storage.store import Store, Work
from tests.benchmarks.databases import KEY, SQLITE
from tests.benchmarks.measure import Size, Spread, Table, Wrong, number

NOON = datetime(2026, 5, 7, 10, 0, tzinfo=UTC)
NOT_LOOKED_FOR = "never looked for"
CASES = {NOT_LOOKED_FOR: 0, "none": 0, "10": 10, "500": 500}
"""How many sentences are said otherwise. The first is the product as if there were no own words at all."""

SLICES = 30
"""Parts of a run: in each of them every case has its turn, so that what the machine does meanwhile meets all."""

WARM = 20
"""Turns before anything is measured."""

OWN = "Ja. "
"""How a sentence of an organisation's own begins here."""

ANEW = 20
"""How often the sentences are read anew."""


class Quiet(Unhurried):
    """A platform that takes everything and does nothing."""

    abreast = 50

    def __init__(self) -> None:
        self.name = CHANNEL
        self.said = ""

    async def send(self, outgoing: Outgoing, now: datetime) -> Outcome:
        """It has arrived."""
        self.said = outgoing.message.parts[0].text
        return Outcome(End.SENT, reference=outgoing.id)

    async def find(self, outgoing: Outgoing) -> Outcome | None:
        """Nothing is ever lost."""
        return Outcome(End.SENT, reference=outgoing.id)


@dataclass
class Place:
    """A house with one person in it, and an organisation that says so many sentences otherwise."""

    name: str
    store: Store
    words: Words
    conversation: Conversation
    delivery: Delivery
    platform: Quiet
    own: int
    done: int = 0

    async def turns(self, number: int) -> float:
        """CPU µs of each of so many turns."""
        begun = process_time()
        for _ in range(number):
            self.done += 1
            sender = Address(CHANNEL, TENANT, self.name)
            await self.conversation.receive(Incoming(sender, f"event-{self.done}", "text", text="hjælp"))
            await self.delivery.deliver()
        if self.platform.said.startswith(OWN) != bool(self.own):
            raise Wrong(f"With {self.own} own sentences somebody is told: {self.platform.said}")
        return (process_time() - begun) / number * 1e6

    async def anew(self) -> float:
        """CPU ms to read the sentences anew, as it happens every few seconds."""

        def unit(work: Work) -> float:
            wordings.forget(self.words, self.name)
            begun = thread_time()
            wordings.words_of(self.words, work, self.name)
            return (thread_time() - begun) * 1000

        return await self.store.run(unit)


def wording(size: Size) -> list[Table]:
    """On SQLite, with no platform beside it: elsewhere a turn takes longer, and own words take the same."""
    return [asyncio.run(_measured(size))]


async def _measured(size: Size) -> Table:
    table = Table(
        "A turn in own words, SQLite",
        ("sentences of its own", "CPU µs a turn", "× never looked for", "to read them anew, ms"),
    )
    words = Words.load()
    with SQLITE.fresh() as url:
        places = [_place(f"{url}.{n}", words, f"place{n}", own) for n, own in enumerate(CASES.values())]
        figures: list[list[float]] = [[] for _ in places]
        parts = size.runs * SLICES if size.turns > SLICES else 1
        each = max(size.turns // SLICES, 1)
        for place in places:
            await place.turns(WARM)
        gc.collect()
        for _ in range(parts):
            for case, place, found in zip(CASES, places, figures, strict=True):
                with _as_if_there_were_none(case == NOT_LOOKED_FOR):
                    found.append(await place.turns(each))
        for case, place, found in zip(CASES, places, figures, strict=True):
            ratios = [one / bare for one, bare in zip(found, figures[0], strict=True)]
            anew = [] if case == NOT_LOOKED_FOR else [await place.anew() for _ in range(ANEW)]
            table.add(case, Spread.of(found), f"{median(ratios):.3f}", number(median(anew)) if anew else "")
        for place in places:
            sent = await place.store.run(_sent)
            await place.store.close()
            if sent != place.done + 1:  # the first has a hello before it
                raise Wrong(f"Of {place.done} turns in {place.name} {sent} messages came.")
    return table


def _place(url: str, words: Words, name: str, own: int) -> Place:
    store = Store.open(url, KEY)
    store.migrate()
    store.run_now(lambda work: _move_in(work, words, name, own))
    clock = StandingClock(NOON)
    house, platform = build_house(), Quiet()
    conversation = Conversation(store, words, clock, house, lambda: None)
    return Place(name, store, words, conversation, Delivery(store, clock, {CHANNEL: platform}), platform, own)


def _move_in(work: Work, words: Words, name: str, own: int) -> None:
    work.people.add_organisation(Organisation(name, "Sundby Kommune", "DK", "Europe/Copenhagen", "da"))
    work.people.add(PersonRow(name, name, "Emil Eriksen"))
    work.people.link(name, AddressRow(CHANNEL, TENANT, name))
    changed = ((key, f"{OWN}{words.plain('da', key)}") for key in sorted(words.keys, key=_said_first))
    fitting = [(key, text) for key, text in changed if fault(words, key, text) is None][:own]
    if len(fitting) < own:
        raise Wrong(f"Only {len(fitting)} sentences of {own} can be said otherwise.")
    for key, text in fitting:
        wordings.put(work, words, name, ("", "da", key), text)


def _said_first(key: str) -> tuple[bool, str]:
    """What the help says comes first, so that a turn really is in own words."""
    return not key.startswith("help"), key


def _sent(work: Work) -> int:
    rows = work.outbox._connection.exec_driver_sql("SELECT count(*) FROM outbox WHERE state = 'sent'")
    return int(rows.scalar_one())


@contextmanager
def _as_if_there_were_none(off: bool) -> Iterator[None]:
    """Nobody looks whether there are own words, if `off`."""
    with patch.object(moment, "words_of", _product) if off else nullcontext():
        yield


def _product(words: Words, work: Work, organisation: str, subject: str = "") -> Words:
    return words.product
