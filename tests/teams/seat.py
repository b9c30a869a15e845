"""One person at Teams: what they press, fill in and type there, in cards of the chat and in dialogs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from bot.channel import Button, Message, Reply
from dialogs.model import Raw
from tests.stage.play import NotThere
from tests.teams import reading
from tests.teams.fake import answered
from tests.teams.fake.forms import Values
from tests.teams.reading import ANSWER, CHOICE, LEAVE, Json
from tests.teams.sight import Sight, Source


class TeamsSeat(Sight):
    """One person at Teams."""

    async def puts_down(self) -> None:
        """Closes the open dialog with its cross, of which nobody is told."""
        if self.dialog() is not None:
            self.there.closes()

    async def says(self, text: str) -> Reply:
        """Types."""
        await self.puts_down()
        answered(await self.there.says(text))
        await self.play.settle()
        return Reply()

    async def press(
        self, message: Message, button: Button, values: Mapping[str, Raw], *, leave: str = "", event: str = ""
    ) -> Reply:
        """Presses a button of a message that was read before, also of one that has changed since."""
        source = self.play.sources[id(message)][1]
        if leave:  # what is offered about an answer stands on the card as it is now, with the answer filled in
            message, button, values = self._now(source), Button(LEAVE + leave, ""), {}
            source = self.play.sources[id(message)][1]
        before = len(self.there.notes)
        title = str(reading.action_of(source.card, button)["title"])
        inputs = self._inputs(message, button, values)
        self.play.own |= {str(it): self.aad for key, it in inputs.items() if it and self._is_own(message, key)}
        if source.dialog is not None:
            delivery = await self.there.submits(title, inputs, dialog=source.dialog)
        else:
            assert source.post is not None
            await self.puts_down()
            delivery = await self.there.presses(source.post, title, inputs, screen=dict(source.card))
        answered(delivery)
        at_once = source.post.seen.get(self.aad) if source.post else None
        await self.play.settle()
        self._stays(source, at_once)
        return self.reply(source, before)

    def _stays(self, source: Source, at_once: Json | None) -> None:
        """What takes the card's place at once is what then stands in the chat.

        But for what is sent back to be filled in again, and for the links to files, which come with the chat alone.
        """
        if at_once is None or source.post is None or reading.card(at_once, self.play.language).errors:
            return
        stands = reading.card(source.post.card or {}, self.play.language)
        if not stands.message.files and stands != reading.card(at_once, self.play.language):
            raise NotThere(f"{self.name} saw another card at once than the one that stands there now.")

    def _is_own(self, message: Message, id: str) -> bool:
        key = id.removeprefix(ANSWER)
        typed = any(it.key == key and it.kind in ("text", "long") for it in message.fields)
        return typed and self.play.is_own(key)

    def _now(self, source: Source) -> Message:
        form = self.form()
        if form is not None:
            return form
        assert source.post is not None
        return self.chat(source.post)

    def _inputs(self, message: Message, button: Button, values: Mapping[str, Raw]) -> Values:
        """What is put into the inputs, by their ids."""
        shown = {each.label: each.key for each in message.fields}
        given = {ANSWER + shown.get(key, key): self.as_given(message, key, value) for key, value in values.items()}
        if button.id.startswith(f"{CHOICE}:"):
            given[CHOICE] = button.id.removeprefix(f"{CHOICE}:")
        return cast(Values, given)
