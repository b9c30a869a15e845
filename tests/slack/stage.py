"""The stage on Slack: the same people and scenes, but everything they do and see goes through the fake Slack."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Literal

from aiohttp import web
from pydantic import SecretStr

from bot.channel import Button, Field, Message, Reply
from bot.channels.slack.pace import Pace
from bot.channels.slack.settings import Slack
from bot.channels.slack.slack import SlackRoom
from bot.clock import StandingClock
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.moment import Moment
from bot.stage import ZONES, Stage, first_morning
from bot.tick import Ticker
from bot.turns import people
from bot.turns.house import house as build_house
from dialogs.model import Raw
from dialogs.typed import day, hour
from storage.records import AddressRow, PersonRow
from storage.store import Store, Work
from tests.slack import reading
from tests.slack.fake import FakeSlack, Person, View
from tests.slack.fake import Message as Posted
from tests.stage.play import KEY, WORDS, NotThere, Play, Seat

TEAM = "T1"
CHANNEL_ID, CHANNEL_NAME = "C0JOBBYTTE", "jobbytte"
CAST = (
    ("UHANNE", "Hanne Holm", "HR"),
    ("UEMIL", "Emil Eriksen", "Børnehaven Solsikken"),
    ("ULONE", "Lone Lund", "Børnehaven Solsikken"),
    ("UVERA", "Vera Vang", "Familieafdelingen"),
)
SECRET = "8f742231b10e8888abcd99abcdef85a5"
IN_NO_HURRY = 100_000
"""A story of weeks is played in a second."""

NOTES = (
    "card.answered",
    "card.not_yours",
    "data.gone",
    "rejected.one",
    "stop.closed",
    "talk.nothing_to_change",
    "only_hr",
)


@dataclass(frozen=True)
class Source:
    """Where a message that was read stands."""

    post: Posted | None = None
    view: View | None = None


class SlackPlay(Play):
    """A house that is reached through Slack only. Made by `open`."""

    slack: FakeSlack
    room: SlackRoom
    transport: Literal["http", "socket"]

    def __init__(self, start: datetime, url: str, language: str) -> None:  # the playground's house is not built
        self.words = WORDS
        self.url = url
        self.language = language
        self.events = count()
        self.store = Store.open(url, KEY)
        self.store.migrate()
        self.house = build_house()
        self.clock = StandingClock(first_morning(start))
        self.sources: dict[int, tuple[Message, Source]] = {}
        self._runner: web.AppRunner | None = None

    @classmethod
    async def open(
        cls,
        start: datetime,
        language: str = "da",
        *,
        url: str = "sqlite://",
        transport: Literal["http", "socket"] = "http",
    ) -> SlackPlay:
        """A workspace with its people, the assistant installed, Hanne of HR known to it."""
        play = cls(start, url, language)
        play.transport = transport
        play.slack = FakeSlack(play.clock)
        play.slack.app.signing_secret = SECRET
        await play.slack.start()
        play.slack.add_team(TEAM, "Sundby Kommune")
        zone, _country = ZONES[language]
        for id, name, unit in CAST:
            play.slack.add_user(id, name, TEAM, title=unit, tz=zone)
        play.bot_token = play.slack.install(TEAM).value
        play.app_token = play.slack.add_app_token()
        play.slack.add_channel(CHANNEL_ID, CHANNEL_NAME, TEAM, members=[id for id, _, _ in CAST])
        await play.put_together()
        organisation = await play.store.run(lambda work: work.people.organisations()[0])
        assert organisation.name == "Sundby Kommune"
        for id, _, unit in CAST:
            await play.arrives(id, unit, hr=unit == "HR")
        return play

    bot_token: str
    app_token: str

    async def put_together(self) -> None:
        """The process, as the composition root builds it; only the pace has the stage's clock."""
        self.build()
        app = web.Application()
        self.room.opens(self.conversation, app)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        if self.transport == "http":
            self.slack.tell_by_http(f"http://{host}:{port}/slack/events", patience=10.0)
        else:
            self.slack.tell_by_socket(patience=10.0)
        await self.room.start()
        if self.transport == "socket":
            await self.slack.sockets.connected()

    def settings(self) -> Slack:
        """How Slack is met."""
        tokens = {"bot_token": SecretStr(self.bot_token)}
        if self.transport == "socket":
            tokens["app_token"] = SecretStr(self.app_token)
        else:
            tokens["signing_secret"] = SecretStr(SECRET)
        return Slack(self.transport, "token", self.slack.base_url, **tokens)  # type: ignore[arg-type]

    def build(self) -> None:
        """Puts everything together on the store."""
        slack = self.settings()
        beginning = self.clock.now()

        def seconds() -> float:
            return (self.clock.now() - beginning).total_seconds()

        async def pause(seconds: float) -> None:
            self.clock.move_to(self.clock.now() + timedelta(seconds=seconds + 0.001))

        async def change(where: AddressRow, *, name: str, zone: str, active: bool) -> None:
            def unit(work: Work) -> None:
                moment = Moment(work, self.words, self.clock.now(), self.house)
                people.change(moment, where, name=name, zone=zone, active=active)

            await self.store.run(unit)

        pace = Pace(seconds, pause)
        self.room = SlackRoom(self.store, self.words, self.clock, slack, people.arrive, change, pace, most=IN_NO_HURRY)
        self.delivery = Delivery(self.store, self.clock, {"slack": self.room.channel})
        self.ticker = Ticker(self.store, self.words, self.clock, self.house)
        self.conversation = Conversation(
            self.store, self.words, self.clock, self.house, lambda: None, {"slack": self.room.people}
        )
        self.stage = Stage(self.store, self.words, self.clock, self.house, self.ticker, self.delivery)

    async def arrives(self, user: str, unit: str, *, hr: bool) -> None:
        """Somebody opens the assistant for the first time; their workplace is known, and HR has its code."""
        where = AddressRow("slack", TEAM, user)
        await self.slack.person(user).opens_messages_tab()
        await self.settle()
        zone, country = ZONES[self.language]

        def settle_in(work: Work) -> None:
            person = work.people.at(where)
            assert person is not None
            changed = replace(person, unit=unit, hr=hr, language=self.language, zone=zone, country=country)
            work.people.update(changed)

        await self.store.run(settle_in)

    async def settle(self) -> None:
        """Everything that was done is answered, shown and sent."""
        assert self.room.inbound is not None
        for _ in range(2):
            await self.conversation.idle()
            await self.room.inbound.idle()
            await self.delivery.deliver()

    async def seat(self, name: str) -> SlackSeat:
        """The person whose name begins so."""
        for row in await self.everybody():
            if row.name.startswith(name):
                user = (await self.store.run(lambda work, row=row: work.people.addresses(row.id)))[0].place  # type: ignore[misc]
                return SlackSeat(self, row.id, row.name, user)
        raise NotThere(f"There is no {name}.")

    async def everybody(self) -> list[PersonRow]:
        """All people that the house knows."""
        return await self.store.run(lambda work: work.people.all(work.people.organisations()[0].id))

    async def add(self, name: str, role: str, unit: str = "", language: str = "da") -> SlackSeat:
        """One more person."""
        user = f"U{name.split()[0].upper()}"
        zone, _ = ZONES[language]
        self.slack.add_user(user, name, TEAM, title=unit, tz=zone)
        self.slack.channels[CHANNEL_ID].members.add(user)
        await self.arrives(user, unit, hr=role == "hr")
        return await self.seat(name)

    async def restart(self) -> None:
        """The process ends and another begins on the same database."""
        await self._end()
        if self.url != "sqlite://":
            await self.store.close()
            self.store = Store.open(self.url, KEY)
            self.store.migrate()
        self.house = build_house()
        await self.put_together()

    async def until(self, moment: datetime) -> None:
        """Lets time pass; everything due on the way happens. Nobody leaves a form open for so long."""
        self.slack.stacks.clear()
        await self.stage.move_to(max(moment, self.clock.now()))
        await self.settle()

    async def _end(self) -> None:
        await self.room.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def close(self) -> None:
        """Lets go of everything."""
        await self._end()
        await self.slack.stop()
        await self.store.close()


@dataclass
class SlackSeat(Seat):
    """One person at Slack."""

    user: str = ""
    play: SlackPlay

    def __init__(self, play: SlackPlay, id: str, name: str, user: str) -> None:
        self.play = play
        self.id = id
        self.name = name
        self.user = user

    @property
    def there(self) -> Person:
        """The person in the fake."""
        return self.play.slack.person(self.user)

    async def messages(self) -> list[Message]:
        """What the assistant has said in private, and the form that is open last."""
        shown = [self.chat(post) for post in self.play.slack.from_bot(self.user)]
        form = self.form()
        return [*shown, form] if form else shown

    async def last(self) -> Message:
        """The newest message; one that opens in a form is opened."""
        form = self.form()
        if form is not None:
            return form
        shown = [self.chat(post) for post in self.play.slack.from_bot(self.user)]
        if shown and (opened := await self.opened(shown[-1])):
            return opened
        return shown[-1]

    async def posts(self, channel: str) -> list[Message]:
        """All posts of a channel."""
        slack = self.play.slack
        found = next(each for each in slack.channels.values() if f"#{each.name}" == channel)
        return [self.chat(post) for post in slack.from_bot(found.id)]

    def chat(self, post: Posted) -> Message:
        """A message as it is read in the chat."""
        shown = reading.message(self.play.slack, TEAM, self.user, post.blocks, post.text, self.play.language)
        self.play.sources[id(shown)] = (shown, Source(post=post))
        return shown

    def form(self) -> Message | None:
        """The form that is open."""
        view = self.play.slack.view_of(self.user)
        if view is None:
            return None
        shown = reading.form(self.play.slack, TEAM, self.user, view.body, self.play.language)
        shown, _ = self._noted(shown)
        self.play.sources[id(shown)] = (shown, Source(view=deepcopy(view)))
        return shown

    async def opened(self, message: Message) -> Message | None:
        """What a message's door opens; None when it has none."""
        door = next((button for button in message.buttons if button.id.endswith("|open")), None)
        if door is None:
            return None
        self.put_aside()
        await self.press(message, door, {})
        return self.form()

    def put_aside(self) -> None:
        """Leaves an open form behind, as on a phone in the pocket."""
        self.play.slack.stacks[self.user].clear()

    async def offered(self, label: str, channel: str = "") -> tuple[Message, Button]:
        """The newest button with this label: in the open form, in the chat, then behind the newest door."""
        if channel:
            return _labelled(await self.posts(channel), label) or self._nothing(label)
        form = self.form()
        if form is not None and (found := _labelled([form], label)):
            return found
        if form is not None and label == self.closing():
            return form, Button("close", label)
        chat = [self.chat(post) for post in self.play.slack.from_bot(self.user)]
        doors = [shown for shown in chat if any(button.id.endswith("|open") for button in shown.buttons)]
        found = _labelled(chat, label)
        newest_door = chat.index(doors[-1]) if doors else -1
        if found and (found[1].id.endswith("|open") or chat.index(found[0]) < newest_door):
            # Behind the door may be a button of the same name.
            opened = await self.opened(doors[-1])
            behind = _labelled([opened], label) if opened else None
            if behind or found[1].id.endswith("|open"):
                return behind or self._nothing(label)
        if found:
            return found
        if doors and (opened := await self.opened(doors[-1])) and (found := _labelled([opened], label)):
            return found
        return self._nothing(label)

    def closing(self) -> str:
        """What stands on the button that closes the form."""
        view = self.play.slack.view_of(self.user)
        return str(view.body["close"]["text"]) if view and "close" in view.body else ""

    def missing(self, message: Message, given: Mapping[str, Raw]) -> list[str]:
        """The labels of what Slack wants filled in before it sends the form."""
        empty = [shown for shown in message.fields if shown.required and not (shown.value or shown.chosen)]
        return [shown.label for shown in empty if not given.get(shown.key)]

    def _nothing(self, label: str) -> tuple[Message, Button]:
        raise NotThere(f"{self.name} has no button {label!r}.")

    async def says(self, text: str) -> Reply:
        """Types."""
        self.put_aside()
        await self.there.types(text)
        await self.play.settle()
        return Reply()

    async def press(
        self, message: Message, button: Button, values: Mapping[str, Raw], *, leave: str = "", event: str = ""
    ) -> Reply:
        """Presses a button of a message or form that was read before."""
        source = self.play.sources[id(message)][1]
        before = len(self.play.slack.ephemerals_of(self.user))
        given = {key: self.as_given(message, key, value) for key, value in values.items()}
        if source.post is not None:
            if self.form() is not None:
                self.put_aside()
            await self.there.presses(source.post, button.id, values=given, old=True)
        elif source.view is not None:
            await self._press_in_form(source.view, button, given, leave)
        await self.play.settle()
        return self._reply(message, before)

    async def _press_in_form(self, view: View, button: Button, given: Mapping[str, object], leave: str) -> None:
        live = self.play.slack.view_of(self.user)
        if live is not None and live.hash == view.hash:
            view = live
        if button.id == "close":
            await self.there.closes(view)
        elif button.choice:
            await self.there.submits({**given, "_choice": button.id}, old=True)
        elif button.sends:
            await self.there.submits({**given, **({"_leave": leave} if leave else {})}, old=True)
        else:
            await self.there.presses(view, button.id, values=given, old=True)

    def _reply(self, message: Message, before: int) -> Reply:
        note = "\n".join(each.text for each in self.play.slack.ephemerals_of(self.user)[before:])
        view = self.play.slack.view_of(self.user)
        if view is None:
            return Reply(note=note)
        shown = reading.form(self.play.slack, TEAM, self.user, view.body, self.play.language)
        noted = self._noted(shown)[1]
        offers = tuple(
            Button(option["value"], option["text"]["text"], sends=True)
            for block in view.blocks
            if block.get("block_id") == "_leave"
            for option in block["element"]["options"]
        )
        errors = dict(view.errors)
        if offers:
            labels = {each.key: each.label for each in message.fields}
            errors |= {
                each.key: each.label.removesuffix(labels[each.key]).strip()
                for each in shown.fields
                if each.key in labels and each.label != labels[each.key]
            }
        return Reply(errors=errors, offers=offers, note=note or noted)

    def _noted(self, shown: Message) -> tuple[Message, str]:
        """The form without a note at its head, and the note."""
        known = {self.play.words.text(self.play.language, key) for key in NOTES}
        at = next((n for n, part in enumerate(shown.parts) if part.text in known), None)
        if at is None or at > 1 or len(shown.parts) + len(shown.fields) + len(shown.buttons) <= 2:
            return shown, shown.parts[at].text if at is not None and at <= 1 else ""
        return replace(shown, parts=(*shown.parts[:at], *shown.parts[at + 1 :])), shown.parts[at].text

    def as_given(self, message: Message, key: str, value: Raw) -> object:
        """A value as Slack's client takes it in the field with this key or label."""
        shown = next((each for each in message.fields if key in (each.key, each.label)), None)
        if shown is None:
            raise NotThere(f"The form has no field {key!r}; it has {[each.label for each in message.fields]}.")
        return self._as_slack_wants(shown, value)

    def _as_slack_wants(self, shown: Field, value: Raw) -> object:
        by_label = {choice.label: choice.value for choice in shown.choices}
        today = self.play.clock.now().date()
        match shown.kind:
            case "person":
                return self._users().get(str(value), by_label.get(str(value), value))
            case "date":
                found: date | None = day(str(value), today)
                return found.isoformat() if found else value
            case "time":
                return hour(str(value)) or by_label.get(str(value), value)
            case "tick":
                return ["yes"] if value else []
            case "many":
                return [by_label.get(each, each) for each in value]
        return by_label.get(str(value), value)

    def _users(self) -> dict[str, str]:
        rows = self.play.store.run_now(_places)
        return dict(rows)


def _places(work: Work) -> list[tuple[str, str]]:
    organisation = work.people.organisations()[0].id
    return [(row.id, work.people.addresses(row.id)[0].place) for row in work.people.all(organisation)]


def _labelled(messages: list[Message], label: str) -> tuple[Message, Button] | None:
    for message in reversed(messages):
        for button in message.buttons:
            if button.label == label:
                return message, button
    return None
