"""Time passes: what is due is said, people answer as they are, and everything that anybody gets is written down."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Final, ParamSpec, TypeVar

from bot.channel import MESSAGE, Address, Button, End, Field, Incoming, Message, Outcome, Outgoing, Unhurried
from bot.clock import StandingClock
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.moment import Moment
from bot.programme.calendar import at_local, within_hours
from bot.programme.visibility import may_read
from bot.stage import CHANNEL, TENANT
from bot.tick import Ticker
from bot.turns.common import OUTSIDE, circle_of, item
from bot.turns.house import house as build_house
from bot.turns.mails import CHANNEL as MAIL
from bot.turns.mails import announce
from bot.turns.signups import ask_leader
from dialogs.model import Raw
from storage.records import (
    AddressRow,
    CardRow,
    ExchangeRow,
    Organisation,
    PersonRow,
    RoundRow,
    SignUpRow,
)
from storage.store import Store, Work
from tests.stage.play import KEY, WORDS
from tests.year.people import DAY, FIRST, HABITS, LEADS, Plan, person, plans, worker_of

P = ParamSpec("P")
T = TypeVar("T")

OVER: Final = datetime(2027, 8, 20, 12, tzinfo=UTC)
"""When also the last of what was private has been deleted."""

LEADERS: Final = 40
HOSTS: Final = 60
TOKEN: Final = re.compile(r"zq[a-j]{5}x")
LONGEST_TALK: Final = 40
GIVES_UP: Final = 3
"""Screens after which somebody who answers half of it leaves a talk, to go on or not."""

ASKED_FOR_VIEW: Final = ("deb.12.action.what", "fu.new")
"""What colleagues are told when the employee asks them for their view of it (8.6)."""
ANSWERS: Final = ("answer", "card")
PICKS: Final = {
    "approve.final": "btn.approve",
    "stop.ask": "btn.yes",
    "prep.goal.more": "btn.no_more",
    "lead.prep.goals": "lead.prep.goals.agree",
}


@dataclass(frozen=True)
class Got:
    """Something that came to somebody."""

    at: datetime
    id: str
    channel: str
    person: str
    message: Message


@dataclass(frozen=True)
class Written:
    """Words that somebody wrote, found again by their token."""

    author: str
    key: str
    at: datetime


class Inline(ThreadPoolExecutor):
    """Runs what it is given on the spot: nobody else is there to be held up."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """The finished future."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as failure:  # as the real one does
            future.set_exception(failure)
        return future


class Post(Unhurried):
    """A platform that keeps what it is handed, and does nothing else."""

    abreast = 200

    def __init__(self, name: str, kept: list[Got]) -> None:
        self.name = name
        self.kept = kept

    async def send(self, outgoing: Outgoing, now: datetime) -> Outcome:
        """It has arrived."""
        self.kept.append(Got(now, outgoing.id, self.name, outgoing.to.place, outgoing.message))
        return Outcome(End.SENT, reference=outgoing.id)

    async def find(self, outgoing: Outgoing) -> Outcome | None:
        """Nothing is ever lost."""
        return Outcome(End.SENT, reference=outgoing.id)


@dataclass
class Year:
    """A house with everybody in it, and what happens there."""

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
    kinds: frozenset[str] = frozenset()
    seen: int = 0
    passed_on: int = 0
    dice: Random = field(default_factory=lambda: Random(7))
    written: dict[str, Written] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    busy: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict)
    queue: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = field(default_factory=list)
    numbers: count[int] = field(default_factory=count)

    async def lives(self, until: datetime = OVER) -> None:
        """All of it, one thing after the other."""
        while True:
            due = await self.ticker.next_at()
            planned = self.queue[0][0] if self.queue else None
            at = min((moment for moment in (due, planned) if moment is not None), default=None)
            if at is None or at > until:
                break
            self.clock.move_to(max(at, self.clock.now()))
            if planned is not None and planned <= self.clock.now():
                await heappop(self.queue)[2]()
                await self.delivers()
            elif await self.ticker.tick():
                await self.delivers()

    async def delivers(self) -> None:
        """What was queued arrives, and whoever got something may answer it later."""
        await self.delivery.deliver()
        new, self.seen = self.got[self.seen :], len(self.got)
        for got in new:
            await self._looks_for_leaks(got)
            if got.message.card and got.person in self.people:
                self._may_answer(got)

    def later(self, at: datetime, act: Callable[[], Awaitable[None]]) -> None:
        """Somebody will do something."""
        heappush(self.queue, (at, next(self.numbers), act))

    # What people do

    def _may_answer(self, got: Got) -> None:
        """Each as they are: at once, tomorrow, sometimes or never, and only while at work."""
        if any(end == got.at for _, end in self.busy.get(got.person, [])):
            return  # it came while they were answering, and is answered there
        habit = self._habit(got.person)
        if habit == "never" or (habit == "half" and self.dice.random() < 0.4):
            return
        wait = timedelta(hours=20) if habit == "late" else timedelta(minutes=self.dice.randint(4, 50))
        at = within_hours(worker_of(self.people[got.person]), got.at + wait, chosen=True)
        self.later(at, partial(self._answers, got.person, got.message))

    def _habit(self, who: str) -> str:
        if who in self.plans:
            return self.plans[who].habit
        others = LEADS if who.startswith("lead") else HABITS
        return others[int(who[-2:]) % len(others)]

    async def _answers(self, who: str, message: Message) -> None:
        """Goes on with a message until nothing more is asked, or the card is spent."""
        now = self.clock.now()
        self.busy.setdefault(who, []).append((now, now))
        shown: Message | None = message
        for screen in range(LONGEST_TALK):
            if shown is None or (screen == GIVES_UP and self._habit(who) == "half"):
                return
            step = await self._step(who, shown)
            if step is None:
                return
            before = len(self.got)
            await self.press(who, shown, *step)
            await self.delivery.deliver()
            mine = [got.message for got in self.got[before:] if got.person == who and got.message.card]
            shown = mine[-1] if mine else None
        raise AssertionError(f"{who} is asked without end: {shown}")

    async def _step(self, who: str, message: Message) -> tuple[Button, dict[str, Raw]] | None:
        """What to press next, and what to fill in; nothing when the talk is over."""
        card, exchange = await self.store.run(lambda work: _card_of(work, message.card))
        if card is None or card.spent:
            return None
        if message.fields:
            sends = next((button for button in message.buttons if button.sends), None)
            return (sends, self._fills(who, message, exchange)) if sends else None
        button = self._chosen(card, message)
        return (button, {}) if button else None

    def _chosen(self, card: CardRow, message: Message) -> Button | None:
        wanted: dict[str, Button] = {}
        for button in message.buttons:
            action = card.actions.get(button.id)
            if action is None:
                continue
            if action[0] == "answer" and PICKS.get(action[1]) == action[2]:
                return button
            wanted.setdefault(action[0], button)
        for verb in ("answer", "begin", "goals_agreed", "review", "confirm"):
            if verb in wanted:
                return wanted[verb]
        return None

    def _fills(self, who: str, message: Message, exchange: ExchangeRow | None) -> dict[str, Raw]:
        return {shown.key: self._value(who, shown, exchange) for shown in message.fields}

    def _value(self, who: str, shown: Field, exchange: ExchangeRow | None) -> Raw:
        plan = self.plans.get(who)
        if shown.key in PICKS:
            return PICKS[shown.key]
        match shown.kind:
            case "text" | "long":
                return self._words(who, shown.key)
            case "many":
                return self._many(plan, shown)
            case "date":
                return self._date(shown.key, exchange).isoformat()
            case "time":
                return self._time(plan, shown)
            case "tick":
                return "yes"
        choices = [choice.value for choice in shown.choices]
        return self.dice.choice(choices) if choices else (shown.chosen[0] if shown.chosen else shown.value)

    def _many(self, plan: Plan | None, shown: Field) -> list[str]:
        values = [choice.value for choice in shown.choices]
        if shown.key == "prep.days":
            return [value for value in values if value in plan.weekdays] if plan and plan.weekdays else values
        if shown.chosen:
            return list(shown.chosen)
        return values[: self.dice.randint(1, max(1, min(2, len(values))))]

    def _time(self, plan: Plan | None, shown: Field) -> str:
        if plan is not None and plan.shifts and shown.choices:
            return shown.choices[0].value
        ends = plan.employee.ends if plan else time(15)
        return f"{ends:%H:%M}"

    def _date(self, key: str, exchange: ExchangeRow | None) -> date:
        """What is agreed for afterwards lies after the last day, everything else in the next weeks."""
        today = self.clock.now().date()
        afterwards = "followup" in key or "share" in key
        since = max(today, exchange.end) if exchange is not None and afterwards else today
        return since + DAY * self.dice.randint(3, 12 if afterwards else 30)

    def _words(self, who: str, key: str) -> str:
        number = len(self.written)
        token = "zq" + "".join("abcdefghij"[int(digit)] for digit in f"{number:05}") + "x"
        self.written[token] = Written(who, key, self.clock.now())
        return f"{token} om det jeg så"

    async def press(self, who: str, message: Message, button: Button, values: dict[str, Raw]) -> None:
        """Presses, and sends what is filled in."""
        incoming = Incoming(
            self._address(who),
            f"event-{next(self.numbers)}",
            "press",
            card=message.card,
            button=button.id,
            values=values,
        )
        reply = await self.conversation.receive(incoming)
        if reply.errors:
            self.refused.append(f"{who} {reply.errors} {[(f.key, f.kind, f.choices[:2]) for f in message.fields]}")

    async def says(self, who: str, text: str) -> None:
        """Types."""
        await self.conversation.receive(Incoming(self._address(who), f"event-{next(self.numbers)}", "text", text=text))

    def _address(self, who: str) -> Address:
        return Address(OUTSIDE, "year", who) if who in self.outside else Address(CHANNEL, TENANT, who)

    async def says_and_answers(self, who: str, text: str) -> None:
        """Types, and goes on with what comes."""
        before = len(self.got)
        await self.says(who, text)
        await self.delivery.deliver()
        mine = [got.message for got in self.got[before:] if got.person == who and got.message.card]
        if mine:
            await self._answers(who, mine[-1])

    # What nobody else may see

    async def _looks_for_leaks(self, got: Got) -> None:
        text = MESSAGE.dump_json(got.message).decode()
        if TOKEN.search(got.message.preview):
            self.leaks.append(f"the preview of {got.id} quotes {got.message.preview}")
        if got.channel == MAIL and TOKEN.search(text):
            self.leaks.append(f"a mail to {got.person} quotes somebody")
        strange = {token for token in TOKEN.findall(text) if self.written[token].author != got.person}
        if strange:
            self.passed_on += len(strange)
            found = await self.store.run(lambda work: self._forbidden(work, got, strange))
            self.leaks += [f"{got.at} to {got.person}: {what}" for what in found]

    def _forbidden(self, work: Work, got: Got, tokens: set[str]) -> list[str]:
        """Which of the words are not the reader's to read now."""
        moment, found = self.moments(work), []
        for token in sorted(tokens):
            written = self.written[token]
            if written.key.startswith(ASKED_FOR_VIEW) and work.outbox.get(got.id).kind == "fb":
                continue
            rows = [row for row in work.answers.by(written.author) if token in str(row.value)]
            exchanges = [exchange for row in rows if (exchange := work.exchanges.find(row.subject)) is not None]
            if not any(
                may_read(item(row), got.person, circle_of(moment, exchange))
                for row, exchange in zip(rows, exchanges, strict=False)
            ):
                found.append(f"{written.author}'s {written.key} ({[row.visibility for row in rows]})")
        return found


def _card_of(work: Work, id: str) -> tuple[CardRow | None, ExchangeRow | None]:
    """A card, and the exchange that its conversation is about."""
    card = work.conversations.card(id)
    if card is None or not card.conversation:
        return card, None
    return card, work.exchanges.find(work.conversations.get(card.conversation).subject)


def begin() -> Year:
    """Everybody is there, and every exchange waits for its day."""
    store = Store.open("sqlite://", KEY)
    store._threads = Inline()
    store.migrate()
    clock = StandingClock(datetime.combine(FIRST, time(7), UTC))
    house = replace(build_house(), announce=announce)
    got: list[Got] = []
    channels = {name: Post(name, got) for name in (CHANNEL, OUTSIDE, MAIL)}
    leaders = [person(f"lead{n:02}", f"Leder{n:02} Lund", 3 * n) for n in range(LEADERS)]
    leaders = [replace(leader, starts=time(8), ends=time(16)) for leader in leaders]
    hosts = [replace(person(f"host{n:02}", f"Vært{n:02} Vang", n), starts=time(8), ends=time(16)) for n in range(HOSTS)]
    hr = replace(person("hr00", "Hanne Holm", 0), hr=True)
    all_plans = {plan.employee.id: plan for plan in plans(leaders, hosts)}
    everybody = [hr, *leaders, *hosts, *(plan.employee for plan in all_plans.values())]
    outside = {host.id for host in hosts[::6]}
    store.run_now(lambda work: _moves_in(work, everybody, outside))
    year = Year(
        store=store,
        clock=clock,
        ticker=Ticker(store, WORDS, clock, house),
        delivery=Delivery(store, clock, channels),
        conversation=Conversation(store, WORDS, clock, house, lambda: None),
        moments=lambda work: Moment(work, WORDS, clock.now(), house),
        plans=all_plans,
        people={each.id: each for each in everybody},
        outside=outside,
        got=got,
        kinds=frozenset(house.prompts),
    )
    for plan in all_plans.values():
        year.later(plan.asked_at, partial(_asks, year, plan))
        if plan.stops_at:
            year.later(plan.stops_at, partial(year.says_and_answers, plan.employee.id, "stop"))
        if plan.pause:
            year.later(plan.pause[0], partial(_pauses, year, plan))
        if plan.shifts and plan.habit != "never":
            for n in range(0, (plan.end - plan.start).days + 1, 2):
                at = at_local(plan.start + DAY * n, plan.employee.starts, plan.employee.zone) + timedelta(hours=3)
                year.later(at, partial(year.says_and_answers, plan.employee.id, "logbog"))
    return year


def _moves_in(work: Work, everybody: list[PersonRow], outside: set[str]) -> None:
    work.people.add_organisation(Organisation("year", "Sundby Kommune", "DK", "Europe/Copenhagen", "da"))
    for each in everybody:
        work.people.add(each)
        channel, tenant = (OUTSIDE, "year") if each.id in outside else (CHANNEL, TENANT)
        work.people.link(each.id, AddressRow(channel, tenant, each.id))
    work.rounds.add(
        RoundRow(
            "round", "year", "Jobbytte", "da", AddressRow(CHANNEL, TENANT, "#jobbytte"), FIRST, FIRST, FIRST,
            FIRST + DAY * 365, FIRST + DAY * 365, (), "hr00", "closed", "post",
        )
    )  # fmt: skip


async def _asks(year: Year, plan: Plan) -> None:
    """Everybody has said yes; the leader is asked."""

    def unit(work: Work) -> None:
        me = plan.employee
        sign_up = SignUpRow(f"s{plan.number}", "round", me.id, plan.leader, "placed", leader_told=True)
        work.rounds.add_sign_up(sign_up)
        row = ExchangeRow(
            f"x{plan.number}", "round", sign_up.id, me.id, plan.leader, plan.host, me.unit, "Værtsstedet", plan.form,
            plan.start, plan.end, (), "", "accepted", stops=plan.stops,
        )  # fmt: skip
        work.exchanges.add(row)
        ask_leader(year.moments(work), row)

    await year.store.run(unit)


async def _pauses(year: Year, plan: Plan) -> None:
    """Away until a day, in the words of the bot."""
    assert plan.pause is not None
    back = plan.pause[1]
    me = plan.employee.id
    before = len(year.got)
    await year.says(me, "pause")
    await year.delivery.deliver()
    forms = [got.message for got in year.got[before:] if got.person == me and got.message.fields]
    if forms:
        sends = next(button for button in forms[-1].buttons if button.sends)
        await year.press(me, forms[-1], sends, {"absent.until": back.isoformat()})
