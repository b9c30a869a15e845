"""One person at a platform with forms: what is said in the chat may be a door, and what it says stands behind it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channel import Button, Message
from dialogs.model import Raw
from tests.stage.filling import NotTaken, as_given
from tests.stage.play import NotThere, Seat, spaced

CLOSE = "close"
"""The id of a button that closes a form and is the platform's own."""


class FormSeat(Seat):
    """Reads and presses in the chat and in the form that is open. A platform says how."""

    def chats(self) -> list[Message]:
        """What the assistant has said in private, as it stands in the chat."""
        raise NotImplementedError

    def form(self) -> Message | None:
        """The form that is open."""
        raise NotImplementedError

    def is_door(self, button: Button) -> bool:
        """Whether it opens the form of its message."""
        raise NotImplementedError

    async def puts_down(self) -> None:
        """Closes the open form: in front of it nothing can be typed or pressed in the chat."""
        raise NotImplementedError

    def closing(self) -> str:
        """What stands on the platform's own button that closes the form, if it has one with words."""
        return ""

    def door_of(self, message: Message) -> Button | None:
        """The button that opens the message's form."""
        return next(filter(self.is_door, message.buttons), None)

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

    async def offered(self, label: str, channel: str = "") -> tuple[Message, Button]:
        """The newest button with this label: in the open form, in the chat, then behind the newest door."""
        if channel:
            return labelled(await self.posts(channel), label) or self._nothing(label)
        form = self.form()
        if form is not None and (found := labelled([form], label)):
            return found
        if form is not None and label == self.closing():
            return form, Button(CLOSE, label)
        return await self._in_chat(label) or self._nothing(label)

    async def _in_chat(self, label: str) -> tuple[Message, Button] | None:
        """The newest one in the chat. What stands behind a door is newer than what stands above it."""
        chat = self.chats()
        found = labelled(chat, label)
        if found and self.is_door(found[1]):
            found = None
        at = chat.index(found[0]) if found else -1
        for door in reversed([shown for n, shown in enumerate(chat) if n > at and self.door_of(shown)]):
            opened = await self.opened(door)
            if opened and (behind := labelled([opened], label)):
                return behind
        return found

    def _nothing(self, label: str) -> tuple[Message, Button]:
        raise NotThere(f"{self.name} has no button {label!r}.")

    def sees(self, label: str) -> bool:
        """Whether there is a button with this label on the screen: in the form, else in the chat."""
        form = self.form()
        return bool(labelled([form] if form else self.chats(), label)) or label == self.closing() != ""

    async def opened(self, message: Message) -> Message | None:
        """What a message's door opens; None when it has none."""
        door = self.door_of(message)
        if door is None:
            return None
        await self.press(message, door, {})
        return self.form()

    def not_taken(self, message: Message, values: Mapping[str, Raw]) -> dict[str, str]:
        """The labels, by key, of the fields for which the client holds the form back.

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
        """A value as the client takes it in the field with this key or label. Raises NotTaken."""
        shown = next((each for each in message.fields if key in (each.key, each.label)), None)
        if shown is None:
            raise NotThere(f"The form has no field {key!r}; it has {[each.label for each in message.fields]}.")
        return as_given(shown, value, self.play.clock.now().date(), self.play.store)


def labelled(messages: list[Message], label: str) -> tuple[Message, Button] | None:
    """The newest button with this label."""
    for message in reversed(messages):
        for button in message.buttons:
            if spaced(button.label) == spaced(label):
                return message, button
    return None
