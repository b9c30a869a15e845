"""The house as the playground sees it: its people, its clock, and who can read what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.channels.web.desk import PersonCard, Seen
from bot.clock import StandingClock
from bot.delivery import Delivery
from bot.moment import Moment
from bot.programme.schedule import HELD, SILENT
from bot.script import House
from bot.tick import Ticker
from bot.turns import my_data, people
from bot.turns.common import shown
from bot.words import Words
from storage.records import AddressRow, AnswerRow, Organisation, PersonRow, PlaceRow, PromptRow, new_id
from storage.store import Store, Work

CHANNEL = "playground"
TENANT = "local"
CHANNELS = ("#jobbytte",)
ZONES = {"da": ("Europe/Copenhagen", "DK"), "nb": ("Europe/Oslo", "NO"), "en": ("Europe/Copenhagen", "DK")}
CAST = (
    ("Hanne Holm", "hr", "HR"),
    ("Emil Eriksen", "employee", "Børnehaven Solsikken"),
    ("Lone Lund", "leader", "Børnehaven Solsikken"),
    ("Vera Vang", "host", "Familieafdelingen"),
)
"""Who is there on the first start."""

FAR = datetime.max.replace(tzinfo=UTC)
LOOK_AHEAD = 100
"""Things due that are looked at for the next that is said."""

SEEN = ("log.close", "round.close")
"""Housekeeping that shows: a card is closed, or the channel is told."""

MOST_STEPS = 5000
"""Steps of one move of the clock; more means that something is due for ever."""


class Stage:
    """What the playground may ask of the house, besides being a channel."""

    def __init__(
        self, store: Store, words: Words, clock: StandingClock, house: House, ticker: Ticker, delivery: Delivery
    ) -> None:
        self._store = store
        self._words = words
        self._clock = clock
        self._house = house
        self._ticker = ticker
        self._delivery = delivery

    async def people(self) -> list[PersonCard]:
        """Everybody who can be played."""
        return await self._store.run(_cards)

    async def add_person(self, name: str, role: str, unit: str, language: str) -> PersonCard:
        """Adds somebody and says hello to them."""
        now = self._clock.now()
        card = await self._store.run(
            lambda work: _add(Moment(work, self._words, now, self._house), name, role, unit, language)
        )
        self._delivery.kick()
        return card

    async def channels(self) -> list[str]:
        """The channels that everybody reads."""
        return list(CHANNELS)

    async def who_sees(self, person_id: str, language: str) -> list[Seen]:
        """Every answer of a person with its readers."""
        now = self._clock.now()
        return await self._store.run(
            lambda work: _seen(Moment(work, self._words, now, self._house), person_id, language)
        )

    async def now(self) -> datetime:
        """The playground's time."""
        return self._clock.now()

    async def next_event(self) -> datetime | None:
        """When something is said next by itself. What closes in silence is passed on the way."""
        return await self._store.run(_next_said)

    async def move_to(self, moment: datetime) -> None:
        """Moves the clock forward; everything due on the way happens at its own time, in order."""
        for _ in range(MOST_STEPS):
            due = await self._ticker.next_at()
            if due is None or due > moment:
                break
            await self._settle(due)
        await self._settle(moment)

    async def _settle(self, moment: datetime) -> None:
        """The clock at a moment, kept for the next start, and all that is due then said and sent."""
        self._clock.move_to(moment)
        now = self._clock.now()
        await self._store.run(lambda work: work.meta.set("clock", now.isoformat()))
        await self._ticker.tick()
        await self._delivery.deliver()


def _next_said(work: Work) -> datetime | None:
    """When the next thing is said. A day's close is pending only while its entry is open, and then it is said."""
    rows = work.prompts.due(FAR, LOOK_AHEAD)
    said = (row.at for row in rows if row.kind in SEEN or (row.kind not in SILENT and _is_said(work, row)))
    return next(said, rows[-1].at if rows else None)


def _is_said(work: Work, row: PromptRow) -> bool:
    """Whether it is still to be said; what was held may be cancelled by now."""
    return row.kind != HELD or work.outbox.is_held(row.subject)


def first_morning(now: datetime) -> datetime:
    """Nine o'clock on the first working day from now: when a newcomer's story begins."""
    local = now.astimezone(ZoneInfo("Europe/Copenhagen"))
    day = local.date()
    while day.weekday() > 4:
        day += timedelta(days=1)
    return datetime.combine(day, time(9, 0), ZoneInfo("Europe/Copenhagen")).astimezone(UTC)


def open_stage(work: Work, words: Words, house: House, now: datetime) -> datetime:
    """The first cast on the first start. Returns the playground's time."""
    kept = work.meta.get("clock")
    if kept:
        return datetime.fromisoformat(kept)
    start = first_morning(now)
    work.meta.set("clock", start.isoformat())
    for name in CHANNELS:
        work.workspaces.put_place(PlaceRow(CHANNEL, TENANT, name, name))
    organisation = Organisation(new_id(), "Sundby Kommune", "DK", "Europe/Copenhagen", "da")
    work.people.add_organisation(organisation)
    moment = Moment(work, words, start, house)
    for name, role, unit in CAST:
        _add(moment, name, role, unit, "da")
    return start


def _add(moment: Moment, name: str, role: str, unit: str, language: str) -> PersonCard:
    zone, country = ZONES[language]
    person = PersonRow(
        id=new_id(),
        organisation=moment.work.people.organisations()[0].id,
        name=name,
        unit=unit,
        language=language,
        zone=zone,
        country=country,
        hr=role == "hr",
    )
    moment.work.people.add(person)
    moment.work.people.link(person.id, AddressRow(CHANNEL, TENANT, person.id))
    moment.work.meta.set(f"role.{person.id}", role)
    if person.hr:
        moment.work.audit.add(moment.now, "operator", "hr.granted", person.id)
    people.welcome(replace(moment, actor=person.id), person)
    return _card(moment.work, person)


def _cards(work: Work) -> list[PersonCard]:
    everybody = work.people.on(CHANNEL, work.people.organisations()[0].id)
    order = {"hr": 0, "employee": 1, "leader": 2, "host": 3}
    cards = [_card(work, person) for person in everybody]
    return sorted(cards, key=lambda card: (order.get(card.role, 4), card.name))


def _card(work: Work, person: PersonRow) -> PersonCard:
    role = "hr" if person.hr else work.meta.get(f"role.{person.id}") or "employee"
    return PersonCard(person.id, person.name, role, person.unit, person.language, person.id, person.zone)


def _seen(moment: Moment, person_id: str, language: str) -> list[Seen]:
    person = replace(moment.person(person_id), language=language)
    seen = []
    for row in my_data.mine(moment, person):
        seen.append(
            Seen(
                occasion_title=moment.words.text(language, _title(moment, row)),
                question=row.question,
                text=shown(moment, language, row),
                day=row.day,
                code=row.visibility,
                class_sentence=moment.words.text(language, f"class.{row.visibility}"),
                readers=my_data.readers_of(moment, row),
            )
        )
    return seen


def _title(moment: Moment, row: AnswerRow) -> str:
    """The conversation that an answer was given in. A tick outside one, as at the goals, belongs to the preparation."""
    scripts = moment.house.scripts
    script = scripts.get(row.occasion.partition(":")[0]) or scripts.get(row.key.partition(".")[0])
    if script is None:
        script = scripts["lead" if _leads(moment, row) else "prep"]
    return script.dialog.title


def _leads(moment: Moment, row: AnswerRow) -> bool:
    exchange = moment.work.exchanges.find(row.subject)
    return exchange is not None and exchange.leader == row.person
