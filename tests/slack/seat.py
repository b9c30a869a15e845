"""One person at Slack: what they press, fill in and type there, in the chat and in forms."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channel import Button, Message, Reply
from dialogs.model import Raw
from tests.slack.fake import View
from tests.slack.filling import NotTaken, as_given
from tests.slack.sight import CLOSE, Sight, door_of, is_door, labelled
from tests.stage.play import NotThere


class SlackSeat(Sight):
    """One person at Slack."""

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
        chat = self.chats()
        doors = [shown for shown in chat if door_of(shown)]
        found = labelled(chat, label)
        newest_door = chat.index(doors[-1]) if doors else -1
        if found and not is_door(found[1]) and chat.index(found[0]) >= newest_door:
            return found
        for door in reversed(doors):
            # What stands behind the door is the message itself, and newer than what stands above it.
            if found and not is_door(found[1]) and chat.index(found[0]) > chat.index(door):
                return found
            opened = await self.opened(door)
            if opened and (behind := labelled([opened], label)):
                return behind
        return found if found and not is_door(found[1]) else self._nothing(label)

    def _nothing(self, label: str) -> tuple[Message, Button]:
        raise NotThere(f"{self.name} has no button {label!r}.")

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
        return self.reply(message, before)

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
