"""Any sequence of calls keeps the outbox's promises: order, one at a time, fencing, an end is an end."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from storage.claiming import Mark
from storage.ids import new_id
from storage.records import OutboxRow, OutboxState
from storage.store import Store
from tests.storage.claims import LEASE, claim
from tests.storage.samples import HERE, NOW, SECOND, a_vault, queue

KEPT = (OutboxState.HELD, OutboxState.UNKNOWN)
"""States in which nothing waits and the text is there still."""


@dataclass
class Ledger:
    """What a message should be like, and the tokens it was ever taken with."""

    address: int
    not_before: datetime
    not_after: datetime | None
    state: OutboxState = OutboxState.PENDING
    tokens: list[str] = field(default_factory=list)
    attempts: int = 0
    lease: datetime | None = None

    @property
    def waits(self) -> bool:
        return self.state in (OutboxState.PENDING, OutboxState.SENDING)


class OutboxMachine(RuleBasedStateMachine):
    messages = Bundle("messages")

    def __init__(self) -> None:
        super().__init__()
        self.store = Store.open("sqlite://", a_vault())
        self.store.migrate()
        self.now = NOW
        self.ledger: dict[str, Ledger] = {}

    def teardown(self) -> None:
        asyncio.run(self.store.close())

    @rule(
        target=messages,
        address=some.integers(0, 2),
        wait=some.integers(0, 3),
        life=some.none() | some.integers(0, 5),
        held=some.booleans(),
    )
    def add(self, address: int, wait: int, life: int | None, held: bool) -> str:
        not_before = self.now + wait * SECOND
        not_after = None if life is None else not_before + life * SECOND
        to = replace(HERE, place=f"D{address}")
        times = {"not_before": not_before, "not_after": not_after}
        row = self.store.run_now(lambda work: queue(work, "text", to, **times, held=held))
        self.ledger[row.id] = Ledger(address, not_before, not_after, OutboxState.HELD if held else OutboxState.PENDING)
        return row.id

    @rule(id=messages)
    def let_go(self, id: str) -> None:
        entry = self.ledger[id]
        held = entry.state is OutboxState.HELD
        late = entry.not_after is not None and entry.not_after < self.now
        assert self.store.run_now(lambda work: work.outbox.let_go(id, self.now)) is (held and not late)
        if held and late:
            entry.state = OutboxState.EXPIRED
        elif held:
            entry.state, entry.not_before = OutboxState.PENDING, self.now
            self.ledger[id] = self.ledger.pop(id)  # behind all that waits

    @rule(seconds=some.integers(1, 40))
    def wait(self, seconds: int) -> None:
        self.now += seconds * SECOND

    @rule(limit=some.integers(1, 4))
    def claim(self, limit: int) -> None:
        for entry in self.ledger.values():
            if entry.state is OutboxState.PENDING and entry.not_after and entry.not_after < self.now:
                entry.state = OutboxState.EXPIRED
        fronts: dict[int, str] = {}
        for id, entry in self.ledger.items():
            if entry.waits:
                fronts.setdefault(entry.address, id)
        due = [id for id in fronts.values() if self._is_due(self.ledger[id])]
        claimed = self.store.run_now(lambda work: claim(work, self.now, limit))
        assert len(claimed) == min(limit, len(due))
        assert {row.id for row in claimed} <= set(due)
        for row in claimed:
            self.ledger[row.id].attempts += 1
            self._note(row)

    @rule(
        id=messages,
        which=some.integers(0, 3),
        end=some.sampled_from(["sent", "refused", "unknown"]),
    )
    def finish(self, id: str, which: int, end: str) -> None:
        entry, state = self.ledger[id], OutboxState(end)
        if self._mark(entry, which, lambda token: Mark(id, token, state)):
            entry.state = state

    @rule(id=messages, which=some.integers(0, 3), seconds=some.integers(0, 9))
    def later(self, id: str, which: int, seconds: int) -> None:
        entry = self.ledger[id]
        then = self.now + seconds * SECOND
        if self._mark(entry, which, lambda token: Mark(id, token, OutboxState.PENDING, not_before=then)):
            entry.state, entry.not_before = OutboxState.PENDING, then

    @rule()
    def rescue(self) -> None:
        late = {id for id, entry in self.ledger.items() if self._is_stuck(entry)}
        until, token = self.now + LEASE, new_id()
        rows = self.store.run_now(lambda work: work.outbox.rescue(self.now, until, token, (), 99))
        assert {row.id for row in rows} == late
        for row in rows:
            self._note(row)

    @invariant()
    def the_store_agrees_with_the_ledger(self) -> None:
        rows = self.store.run_now(lambda work: [work.outbox.get(id) for id in self.ledger])
        for row, entry in zip(rows, self.ledger.values(), strict=True):
            assert row.state is entry.state
            assert row.payload == ("text" if entry.waits or entry.state in KEPT else "")
            assert row.attempts == entry.attempts

    @invariant()
    def an_address_is_sent_one_at_a_time(self) -> None:
        sending = [entry.address for entry in self.ledger.values() if entry.state is OutboxState.SENDING]
        assert len(sending) == len(set(sending))

    def _is_due(self, entry: Ledger) -> bool:
        return entry.state is OutboxState.PENDING and entry.not_before <= self.now

    def _is_stuck(self, entry: Ledger) -> bool:
        return entry.state is OutboxState.SENDING and entry.lease is not None and entry.lease < self.now

    def _note(self, row: OutboxRow) -> None:
        entry = self.ledger[row.id]
        assert row.token not in entry.tokens
        entry.state, entry.lease = OutboxState.SENDING, row.lease
        entry.tokens.append(row.token)

    def _mark(self, entry: Ledger, which: int, mark: Callable[[str], Mark]) -> bool:
        """Whether a mark with one of the tokens was noted, as it must be with the last one alone."""
        if not entry.tokens:
            return False
        made = mark(entry.tokens[which % len(entry.tokens)])
        ours = entry.state is OutboxState.SENDING and made.token == entry.tokens[-1]
        assert self.store.run_now(lambda work: work.outbox.mark([made])) == ({made.id} if ours else set())
        return ours


OutboxMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=25)
TestOutbox = OutboxMachine.TestCase
