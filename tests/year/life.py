"""Time passes: what is due is said, people answer as they are, and everything that anybody gets is written down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Final

from bot.channel import Address, Button, Incoming, Message, Reply
from bot.clock import StandingClock
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.moment import Moment
from bot.programme.calendar import within_hours
from bot.stage import CHANNEL, TENANT
from bot.tick import Ticker
from bot.turns.common import OUTSIDE
from dialogs.model import Raw
from storage.records import CardRow, ExchangeRow, PersonRow, new_id
from storage.store import Store, Work
from tests.year.filling import Pen
from tests.year.leaks import Leaks
from tests.year.people import HABITS, LEADS, Plan, worker_of
from tests.year.post import Got

OVER: Final = datetime(2027, 8, 20, 12, tzinfo=UTC)
"""When also the last of what was private has been deleted."""

LONGEST_TALK: Final = 40
GIVES_UP: Final = 3
"""Screens after which somebody who answers half of it leaves a talk, to go on or not."""


@dataclass
class Year:
    """A house with everybody in it, and what happens there. `unwanted` says of what was due and not said why."""

    store: Store
    clock: StandingClock
    ticker: Ticker
    delivery: Delivery
    conversation: Conversation
    moments: Callable[[Work], Moment]
    plans: dict[str, Plan]
    people: dict[str, PersonRow]
    outside: set[str]
    got: list[Got]
    pen: Pen
    leaks: Leaks
    unwanted: dict[str, str]
    did: Counter[str] = field(default_factory=Counter)
    """How often each pressed or typed something."""
    refused: list[str] = field(default_factory=list)
    seen: int = 0
    _answered_at: dict[str, datetime] = field(default_factory=dict)
    _queue: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    async def lives(self, until: datetime = OVER) -> None:
        """All of it, one thing after the other."""
        while True:
            due = await self.ticker.next_at()
            planned = self._queue[0][0] if self._queue else None
            at = min((moment for moment in (due, planned) if moment is not None), default=None)
            if at is None or at > until:
                break
            self.clock.move_to(max(at, self.clock.now()))
            if planned is not None and planned <= self.clock.now():
                await heappop(self._queue)[2]()
                await self.delivers()
            elif await self.ticker.tick():
                await self.delivers()

    async def delivers(self, *, answered: bool = True) -> None:
        """What was queued arrives, and whoever got something may answer it later, if it is to be `answered`."""
        await self.delivery.deliver()
        new, self.seen = self.got[self.seen :], len(self.got)
        for got in new:
            await self.leaks.arrived(got)
            if answered and got.message.card and got.person in self.people:
                self._may_answer(got)

    def later(self, at: datetime, act: Callable[[], Awaitable[None]]) -> None:
        """Somebody will do something."""
        heappush(self._queue, (at, next(self._numbers), act))

    # What people do

    def _may_answer(self, got: Got) -> None:
        """Each as they are: at once, tomorrow, sometimes or never, and only while at work."""
        if self._answered_at.get(got.person) == got.at:
            return  # it came while they were answering, and is answered there
        habit, dice = self._habit(got.person), self.pen.dice(got.person)
        if habit == "never" or (habit == "half" and dice.random() < 0.4):
            return
        wait = timedelta(hours=20) if habit == "late" else timedelta(minutes=dice.randint(4, 50))
        at = within_hours(worker_of(self.people[got.person]), got.at + wait, chosen=True)
        self.later(at, partial(self._answers, got.person, got.message))

    def _habit(self, who: str) -> str:
        if who in self.plans:
            return self.plans[who].habit
        others = LEADS if who.startswith("lead") else HABITS
        return others[int(who[-2:]) % len(others)]

    async def _answers(self, who: str, message: Message) -> None:
        """Goes on with a message until nothing more is asked, or the card is spent."""
        self._answered_at[who] = self.clock.now()
        shown: Message | None = message
        for screen in range(LONGEST_TALK):
            if shown is None or (screen == GIVES_UP and self._habit(who) == "half"):
                return
            step = await self._step(who, shown)
            if step is None:
                return
            before = len(self.got)
            await self._press(who, shown, *step)
            await self.delivery.deliver()
            shown = self._shown_since(before, who)
        raise AssertionError(f"{who} is asked without end: {shown}")

    def _shown_since(self, before: int, who: str) -> Message | None:
        mine = [got.message for got in self.got[before:] if got.person == who and got.message.card]
        return mine[-1] if mine else None

    async def _step(self, who: str, message: Message) -> tuple[Button, dict[str, Raw]] | None:
        """What to press next, and what to fill in; nothing when the talk is over."""
        card, exchange = await self.store.run(lambda work: _card_of(work, message.card))
        if card is None or card.spent:
            return None
        if message.fields:
            sends = next((button for button in message.buttons if button.sends), None)
            return (sends, self.pen.fills(who, message, exchange)) if sends else None
        button = self.pen.chosen(card, message)
        return (button, {}) if button else None

    async def _press(self, who: str, message: Message, button: Button, values: dict[str, Raw]) -> None:
        """Presses, and sends what is filled in."""
        self.did[who] += 1
        reply = await self._pressed(who, message.card, button.id, values)
        if reply.errors:
            self.refused.append(f"{who} {reply.errors} {[(f.key, f.kind, f.choices[:2]) for f in message.fields]}")

    async def _pressed(self, who: str, card: str, button: str, values: dict[str, Raw]) -> Reply:
        incoming = Incoming(self.address(who), self._event(), "press", card=card, button=button, values=values)
        return await self.conversation.receive(incoming)

    def _event(self) -> str:
        return f"event-{next(self._numbers)}"

    def address(self, who: str) -> Address:
        """Where somebody is reached."""
        return Address(OUTSIDE, "year", who) if who in self.outside else Address(CHANNEL, TENANT, who)

    async def says(self, who: str, text: str) -> Message | None:
        """Types; what is shown then."""
        self.did[who] += 1
        before = len(self.got)
        await self.conversation.receive(Incoming(self.address(who), self._event(), "text", text=text))
        await self.delivery.deliver()
        return self._shown_since(before, who)

    async def says_and_answers(self, who: str, text: str) -> None:
        """Types, and goes on with what comes."""
        shown = await self.says(who, text)
        if shown is not None:
            await self._answers(who, shown)

    async def sends(self, who: str, form: Message, values: dict[str, Raw]) -> None:
        """Fills in a form so, and sends it."""
        await self._press(who, form, next(button for button in form.buttons if button.sends), values)

    async def does(self, who: str, *action: str) -> list[Message]:
        """Presses a button that does this, as one on a card of the person's own would; what comes of it."""
        card = CardRow(new_id(), who, "", {"0": [*action]}, "")
        await self.store.run(lambda work: work.conversations.add_card(card))
        before = len(self.got)
        await self._pressed(who, card.id, "0", {})
        await self.delivers(answered=False)
        return [got.message for got in self.got[before:] if got.person == who]


def _card_of(work: Work, id: str) -> tuple[CardRow | None, ExchangeRow | None]:
    """A card, and the exchange that its conversation is about."""
    card = work.conversations.card(id)
    if card is None or not card.conversation:
        return card, None
    return card, work.exchanges.find(work.conversations.get(card.conversation).subject)
