"""What a transcript needs of a chat: people who type and press, time that passes, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.channel import Button, Field, Message, Reply
from bot.channels.web.channel import letter
from dialogs.model import Raw
from tests.stage.play import NotThere, Seat, spaced
from tests.stage.scenes import Cast


@dataclass(frozen=True)
class News:
    """A message that is new, or that took the place of an earlier one, in somebody's chat or in a channel."""

    place: str
    message: Message
    changed: bool
    in_thread: bool = False


@dataclass(frozen=True)
class Answer:
    """What a person gets back at once: words beside the fields, a short note, and more buttons."""

    errors: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    offers: tuple[Button, ...] = ()


class Chat(Protocol):
    """People at their chats, on whatever platform. Everybody is called by their first name."""

    language: str

    def now(self) -> datetime:
        """The time of the story."""
        ...

    async def joins(self, name: str, role: str, unit: str) -> None:
        """One more person installs the assistant."""
        ...

    async def says(self, who: str, text: str) -> Answer:
        """Somebody types."""
        ...

    async def presses(self, who: str, label: str, values: Mapping[str, str], channel: str = "") -> Answer:
        """Somebody presses the newest button with this label; `values` by the beginning of a field's label."""
        ...

    async def presses_again(self, who: str) -> Answer:
        """The same press on the same card once more."""
        ...

    async def next_due(self) -> datetime | None:
        """When something happens next by itself."""
        ...

    async def wait_until(self, moment: datetime) -> None:
        """Lets time pass; everything due happens."""
        ...

    async def restart(self) -> None:
        """The process ends, and another begins on the same database."""
        ...

    async def news(self) -> list[News]:
        """What everybody sees that they did not see when this was asked last."""
        ...


@dataclass
class Pressed:
    """The last press of a person, to repeat it or to follow an offer it brought."""

    message: Message
    button: Button
    values: Mapping[str, Raw]
    offers: tuple[Button, ...]


class PlayChat:
    """A chat on the playground's channel."""

    def __init__(self, here: Cast) -> None:
        self.language = here.play.language
        self._here = here
        self._seen: dict[str, int] = {}
        self._pressed: dict[str, Pressed] = {}
        self._latest = ""

    def now(self) -> datetime:
        return self._here.play.clock.now()

    async def joins(self, name: str, role: str, unit: str) -> None:
        self._latest = name.split()[0]
        await self._here.play.add(name, role, unit, self.language)

    async def says(self, who: str, text: str) -> Answer:
        seat = await self._seat(who)
        return _answer(await seat.says(text), None)

    async def presses(self, who: str, label: str, values: Mapping[str, str], channel: str = "") -> Answer:
        seat = await self._seat(who)
        before = self._pressed.get(who)
        offer = next((offer for offer in before.offers if offer.label == label), None) if before else None
        if before is not None and offer is not None:
            return await self._press(seat, before.message, before.button, before.values, leave=offer.id)
        message, button = await seat.offered(label, channel)
        return await self._press(seat, message, button, _values(message, values))

    async def presses_again(self, who: str) -> Answer:
        last = self._pressed[who]
        return await self._press(await self._seat(who), last.message, last.button, last.values)

    async def next_due(self) -> datetime | None:
        return await self._here.play.stage.next_event()

    async def wait_until(self, moment: datetime) -> None:
        self._latest = ""
        await self._here.play.until(moment)

    async def restart(self) -> None:
        await self._here.play.restart()

    async def news(self) -> list[News]:
        cards = await self._here.play.stage.people()
        boxes = {card.id: card.name.split()[0] for card in cards}
        boxes |= {name: name for name in await self._here.play.stage.channels()}
        boxes |= await self._outside()
        return sorted(await self._in(boxes), key=lambda news: news.place != self._latest)

    async def _outside(self) -> dict[str, str]:
        """The boxes of those who are on no platform."""
        return {seat.id: seat.name.split()[0] for seat in await self._here.play.outside()}

    async def _in(self, boxes: Mapping[str, str]) -> list[News]:
        found: list[News] = []
        for box, place in boxes.items():
            rows = await self._here.play.store.run(lambda work, box=box: work.mail.list(box))  # type: ignore[misc]
            for row in rows:
                before = self._seen.get(row.id)
                message = letter(row).message
                if before != row.version and row.author != box and message is not None:
                    found.append(News(place, message, changed=before is not None, in_thread=bool(row.thread)))
                self._seen[row.id] = row.version
        return found

    async def _seat(self, who: str) -> Seat:
        self._latest = who
        outside = [seat for seat in await self._here.play.outside() if seat.name.startswith(who)]
        return outside[0] if outside else await self._here.play.seat(who)

    async def _press(
        self, seat: Seat, message: Message, button: Button, values: Mapping[str, Raw], leave: str = ""
    ) -> Answer:
        reply = await seat.press(message, button, values, leave=leave)
        self._pressed[seat.name.split()[0]] = Pressed(message, button, values, reply.offers)
        return _answer(reply, message)


def _answer(reply: Reply, message: Message | None) -> Answer:
    labels = {shown.key: shown.label for shown in message.fields} if message else {}
    return Answer({labels.get(key, key): text for key, text in reply.errors.items()}, reply.note, reply.offers)


def _values(message: Message, values: Mapping[str, str]) -> dict[str, Raw]:
    found: dict[str, Raw] = {}
    for label, text in values.items():
        shown = _one_that_begins(message.fields, label)
        if shown.kind == "many":
            found[shown.key] = [_choice(shown, part.strip()) for part in text.split(" + ") if part.strip()]
        else:
            found[shown.key] = _choice(shown, text)
    return found


def _one_that_begins(fields: tuple[Field, ...], label: str) -> Field:
    found = [shown for shown in fields if spaced(shown.label).startswith(label)]
    if len(found) != 1:
        raise NotThere(f"{len(found)} fields begin with {label!r}; there are {[shown.label for shown in fields]}.")
    return found[0]


def _choice(shown: Field, text: str) -> str:
    """The value of the choice that begins so; else what was written, as a person might write anything."""
    found = [choice.value for choice in shown.choices if text and spaced(choice.label).startswith(text)]
    return found[0] if len(found) == 1 else text
