"""An exchange played from the round to the debrief, whatever the forms ask: people who answer every card."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from bot.channel import Button, Field, Message
from dialogs.model import Raw
from storage.records import CardRow, ConversationRow
from storage.store import Work
from tests.stage.play import Play, Seat

MONDAY = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
"""Nine in the morning in Copenhagen."""

LONGEST_TALK = 60
CHANNEL = "#jobbytte"
Writes = Callable[[str], str]


def plainly(key: str) -> str:
    """What somebody writes under a question when nothing depends on it."""
    return f"Noget at skrive om {key.replace('.', ' ')}"


@dataclass
class Story:
    """People who answer. `writes` says what is written in each text field; `picks` chooses by question key."""

    play: Play
    writes: Writes = plainly
    picks: dict[str, Raw] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)

    async def meet(self) -> None:
        """The four who are there on the first start, each with the hello they got."""
        await self.play.delivery.deliver()
        self.hr, self.employee, self.leader, self.host = [
            await self.play.seat(name) for name in ("Hanne", "Emil", "Lone", "Vera")
        ]

    async def card(self, seat: Seat, dialog: str) -> tuple[ConversationRow, CardRow, Message] | None:
        """The open card of a conversation as the person sees it."""

        def unit(work: Work) -> tuple[ConversationRow, CardRow] | None:
            for row in work.conversations.open(seat.id):
                if row.dialog == dialog and row.status == "open":
                    card = work.conversations.card(row.card)
                    assert card is not None
                    return row, card
            return None

        found = await self.play.store.run(unit)
        if found is None:
            return None
        message = next(message for message in await seat.messages() if message.card == found[1].id)
        return (*found, message)

    async def answers_all(self, seat: Seat, dialog: str) -> int:
        """Goes through a conversation to its end; how many cards that were."""
        for number in range(LONGEST_TALK):
            shown = await self.card(seat, dialog)
            if shown is None:
                return number
            await self.answers(seat, shown[1], shown[2])
        raise AssertionError(f"The talk {dialog} does not come to an end.")

    async def answers(self, seat: Seat, card: CardRow, message: Message) -> None:
        """Answers one card."""
        button = next((button for button in message.buttons if button.sends), None) or self._chosen(card, message)
        values = {shown.key: self._value(shown) for shown in message.fields}
        reply = await seat.press(message, button, values)
        if reply.errors and reply.identifiers:
            reply = await seat.press(message, button, values, leave="keep")
        assert not reply.errors, reply.errors
        assert not reply.note

    def _chosen(self, card: CardRow, message: Message) -> Button:
        """Of the options that are buttons, the one picked for this question, else the first."""
        answering = [button for button in message.buttons if card.actions[button.id][0] == "answer"]
        for button in answering:
            _, key, value = card.actions[button.id]
            if self.picks.get(key) == value:
                return button
        return answering[0]

    def _value(self, shown: Field) -> Raw:
        if shown.key in self.picks:
            return self.picks[shown.key]
        match shown.kind:
            case "text" | "long":
                text = self.writes(shown.key)
                self.written.append(text)
                return text
            case "many":
                return list(shown.chosen) or [shown.choices[0].value]
            case "date":
                return (self.play.clock.now().date() + timedelta(days=40)).isoformat()
            case "time":
                return "15:00"
            case "tick":
                return "yes"
        return shown.chosen[0] if shown.chosen else shown.choices[0].value

    async def presses(self, seat: Seat, verb: str, box: str = "") -> None:
        """Presses the newest button that does this."""
        message, button = await self.button(seat, verb, box)
        await seat.press(message, button, {})

    async def button(self, seat: Seat, verb: str, box: str = "") -> tuple[Message, Button]:
        """The newest button that does this, and its message."""
        messages = await (seat.posts(box) if box else seat.messages())
        for message in reversed(messages):
            card = await self._row(message.card)
            for button in message.buttons:
                if card is not None and card.actions.get(button.id, [""])[: verb.count(" ") + 1] == verb.split():
                    return message, button
        raise AssertionError(f"{seat.name} has no button that does {verb!r}.")

    async def _row(self, card: str) -> CardRow | None:
        return await self.play.store.run(lambda work: work.conversations.card(card)) if card else None

    # The programme, step by step

    async def round_opens(self) -> None:
        today = self.play.clock.now().date()
        days = {"opens": 0, "deadline": 11, "answer_by": 18, "latest_start": 60, "finish_by": 90}
        self.picks |= {f"round.new.{name}": (today + timedelta(days=n)).isoformat() for name, n in days.items()}
        self.picks["round.new.channel"] = CHANNEL
        await self.presses(self.hr, "new_round")
        await self.answers_all(self.hr, "round")

    async def signs_up(self, mode: str = "sign.mode.match") -> None:
        self.picks |= {"sign.leader": self.leader.id, "sign.mode": mode, "sign.more": "btn.yes"}
        await self.presses(self.employee, "sign_up", CHANNEL)
        await self.answers_all(self.employee, "sign")
        await self.answers_all(self.leader, "principle")

    async def offers(self) -> None:
        await self.presses(self.host, "host_offer", CHANNEL)
        await self.answers_all(self.host, "offer")

    async def is_matched(self, start: date, end: date) -> None:
        self.picks |= {"match.start": start.isoformat(), "match.end": end.isoformat()}
        await self.hr.says("status")
        await self.presses(self.hr, "match")
        await self.answers_all(self.hr, "match")
        await self.answers_all(self.employee, "proposal")
        await self.answers_all(self.host, "host_proposal")
        await self.answers_all(self.leader, "approve")

    async def prepares(self) -> None:
        await self.employee.says("status")
        await self.presses(self.employee, "begin prep")
        await self.answers_all(self.employee, "prep")
        await self.presses(self.leader, "begin lead")
        await self.answers_all(self.leader, "lead")

    async def debriefs(self) -> None:
        await self.presses(self.employee, "begin deb")
        await self.answers_all(self.employee, "deb")

    async def agreed(self, start: date, end: date) -> None:
        """Everything until the preparation begins."""
        await self.meet()
        await self.round_opens()
        await self.signs_up()
        await self.offers()
        await self.is_matched(start, end)

    async def whole(self, start: date, end: date) -> None:
        """All of it, a logbook entry on each day that is asked about."""
        await self.agreed(start, end)
        await self.prepares()
        while (at := await self.play.stage.next_event()) is not None and at.date() <= end + timedelta(days=10):
            await self.play.until(at)
            await self.answers_all(self.employee, "log")
            await self.answers_all(self.employee, "week")
        await self.debriefs()


async def exchange_id(play: Play) -> str:
    """The one exchange there is."""

    def unit(work: Work) -> str:
        rounds = work.rounds.all(work.people.organisations()[0].id)
        return next(exchange.id for row in rounds for exchange in work.exchanges.of_round(row.id))

    return await play.store.run(unit)


def texts(writes: Mapping[str, str]) -> Writes:
    """Writes what is given for a key, else plainly."""
    return lambda key: writes.get(key, plainly(key))
