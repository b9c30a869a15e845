"""One person at Slack: what they see in the chat and in forms, and what they press, fill in and type there."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.channel import Button, Message, Reply
from dialogs.model import Raw
from tests.slack import reading
from tests.slack.fake import Message as Posted
from tests.slack.fake import Person, View
from tests.slack.filling import NotTaken, as_given
from tests.stage.play import NotThere, Seat

if TYPE_CHECKING:
    from tests.slack.stage import SlackPlay

TEAM = "T1"

NOTES = (
    "card.answered",
    "card.not_yours",
    "data.gone",
    "rejected.one",
    "stop.closed",
    "talk.nothing_to_change",
    "only_hr",
)

CLOSE = "close"
"""The button that closes a form; it is Slack's own."""


@dataclass(frozen=True)
class Source:
    """Where a message that was read stands. A form is kept as it was then, for a second click."""

    post: Posted | None = None
    view: View | None = None


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

    # What they see

    async def messages(self) -> list[Message]:
        """What the assistant has said in private, and the form that is open last."""
        form = self.form()
        return [*self.chats(), form] if form else self.chats()

    async def last(self) -> Message:
        """The newest message; one that opens in a form is opened."""
        form = self.form()
        if form is not None:
            return form
        shown = self.chats()[-1]
        return await self.opened(shown) or shown

    async def posts(self, channel: str) -> list[Message]:
        """All posts of a channel."""
        slack = self.play.slack
        found = next(each for each in slack.channels.values() if f"#{each.name}" == channel)
        return [self.chat(post) for post in slack.from_bot(found.id)]

    def chats(self) -> list[Message]:
        """What the assistant has said in private, as it stands in the chat."""
        return [self.chat(post) for post in self.play.slack.from_bot(self.user)]

    def chat(self, post: Posted) -> Message:
        """A message as it is read in the chat."""
        shown = reading.message(self.play.slack, TEAM, self.user, post, self.play.language)
        self.play.sources[id(shown)] = (shown, Source(post=post))
        return shown

    def form(self) -> Message | None:
        """The form that is open."""
        view = self.play.slack.view_of(self.user)
        if view is None:
            return None
        shown = self._noted(reading.form(self.play.slack, TEAM, self.user, view.body, self.play.language))[0]
        self.play.sources[id(shown)] = (shown, Source(view=deepcopy(view)))
        return shown

    async def offered(self, label: str, channel: str = "") -> tuple[Message, Button]:
        """The newest button with this label: in the open form, in the chat, then behind the newest door."""
        if channel:
            return _labelled(await self.posts(channel), label) or self._nothing(label)
        form = self.form()
        if form is not None and (found := _labelled([form], label)):
            return found
        if form is not None and label == self._closing():
            return form, Button(CLOSE, label)
        chat = self.chats()
        doors = [shown for shown in chat if door_of(shown)]
        found = _labelled(chat, label)
        newest_door = chat.index(doors[-1]) if doors else -1
        if found and not is_door(found[1]) and chat.index(found[0]) >= newest_door:
            return found
        for door in reversed(doors):
            # What stands behind the door is the message itself, and newer than what stands above it.
            if found and not is_door(found[1]) and chat.index(found[0]) > chat.index(door):
                return found
            opened = await self.opened(door)
            if opened and (behind := _labelled([opened], label)):
                return behind
        return found if found and not is_door(found[1]) else self._nothing(label)

    def sees(self, label: str) -> bool:
        """Whether there is a button with this label on the screen: in the form, else in the chat."""
        form = self.form()
        return bool(_labelled([form] if form else self.chats(), label)) or label == self._closing()

    def _closing(self) -> str:
        view = self.play.slack.view_of(self.user)
        return str(view.body["close"]["text"]) if view and "close" in view.body else ""

    def _nothing(self, label: str) -> tuple[Message, Button]:
        raise NotThere(f"{self.name} has no button {label!r}.")

    # What they do

    async def opened(self, message: Message) -> Message | None:
        """What a message's door opens; None when it has none."""
        door = door_of(message)
        if door is None:
            return None
        await self.press(message, door, {})
        return self.form()

    async def puts_down(self) -> None:
        """Closes the open form: in front of it nothing can be typed or pressed in the chat."""
        if self.play.slack.view_of(self.user) is not None:
            await self.there.closes(everything=True)
            await self.play.settle()

    async def says(self, text: str) -> Reply:
        """Types."""
        await self.puts_down()
        await self.there.types(text)
        await self.play.settle()
        return Reply()

    async def press(
        self, message: Message, button: Button, values: Mapping[str, Raw], *, leave: str = "", event: str = ""
    ) -> Reply:
        """Presses a button of a message or form that was read before, also of one that has changed since."""
        source = self.play.sources[id(message)][1]
        before = len(self.play.slack.ephemerals_of(self.user))
        given = {key: self.as_given(message, key, value) for key, value in values.items()}
        if source.post is not None:
            await self.puts_down()
            await self.there.presses(source.post, button.id, values=given, old=True)
        elif source.view is not None:
            await self._press_in_form(source.view, button, given, leave)
        await self.play.settle()
        return self._reply(message, before)

    async def _press_in_form(self, view: View, button: Button, given: Mapping[str, object], leave: str) -> None:
        live = self.play.slack.view_of(self.user)
        if live is not None and (live.hash == view.hash or leave):  # what is offered about an answer came later
            view = live
        if button.id == CLOSE:
            await self.there.closes(view, old=True)
        elif button.choice:
            await self.there.submits({**given, "_choice": button.id}, view, old=True)
        elif button.sends:
            await self.there.submits({**given, **({"_leave": leave} if leave else {})}, view, old=True)
        else:
            await self.there.presses(view, button.id, values=given, old=True)

    def fills_some(self, message: Message, values: Mapping[str, Raw]) -> None:
        """Fills in what Slack's client takes of it, and sends nothing."""
        refused = self.not_taken(message, values)
        given = {key: self.as_given(message, key, value) for key, value in values.items() if key not in refused}
        if view := self.play.slack.view_of(self.user):
            self.there.fills(given, view)

    def not_taken(self, message: Message, values: Mapping[str, Raw]) -> dict[str, str]:
        """The labels, by key, of the fields for which Slack's client holds the form back.

        That is what has to be filled in and is empty, and what its pickers and lists do not offer.
        """
        refused: dict[str, str] = {}
        for shown in message.fields:
            standing = shown.value or shown.chosen
            if shown.required and not values.get(shown.key, standing):
                refused[shown.key] = shown.label
            elif shown.key in values:
                try:
                    self.as_given(message, shown.key, values[shown.key])
                except NotTaken:
                    refused[shown.key] = shown.label
        return refused

    def as_given(self, message: Message, key: str, value: Raw) -> object:
        """A value as Slack's client takes it in the field with this key or label. Raises NotTaken."""
        shown = next((each for each in message.fields if key in (each.key, each.label)), None)
        if shown is None:
            raise NotThere(f"The form has no field {key!r}; it has {[each.label for each in message.fields]}.")
        return as_given(shown, value, self.play.clock.now().date(), self.play.store)

    # What comes of it at once

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

    def form_of(self, message: Message) -> str:
        """The id of the form that the message was read in; empty for the chat."""
        view = self.play.sources[id(message)][1].view
        return view.id if view else ""

    def only_notes(self, form: Message) -> bool:
        """Whether it only says why nothing was done."""
        return not form.fields and all(part.text in self._notes() for part in form.parts)

    def _notes(self) -> set[str]:
        return {self.play.words.text(self.play.language, key) for key in NOTES}

    def _noted(self, shown: Message) -> tuple[Message, str]:
        """The form without a note at its head, and the note."""
        at = next((n for n, part in enumerate(shown.parts) if part.text in self._notes()), None)
        if at is None or at > 1 or len(shown.parts) + len(shown.fields) + len(shown.buttons) <= 2:
            return shown, shown.parts[at].text if at is not None and at <= 1 else ""
        return replace(shown, parts=(*shown.parts[:at], *shown.parts[at + 1 :])), shown.parts[at].text


def is_door(button: Button) -> bool:
    """Whether it opens the form of its message."""
    return button.id.endswith("|open")


def door_of(message: Message) -> Button | None:
    """The button that opens the message's form."""
    return next(filter(is_door, message.buttons), None)


def _labelled(messages: list[Message], label: str) -> tuple[Message, Button] | None:
    for message in reversed(messages):
        for button in message.buttons:
            if button.label == label:
                return message, button
    return None
