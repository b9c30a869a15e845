"""One person at Slack: what they press, fill in and type there, in the chat and in forms."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channel import Button, Message, Reply
from dialogs.model import Raw
from tests.slack.fake import Message as Posted
from tests.slack.fake import View
from tests.slack.sight import Sight
from tests.stage.forms import CLOSE


class SlackSeat(Sight):
    """One person at Slack."""

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
        given = in_groups(source.post or source.view, given)
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
            self.there.fills(in_groups(view, given), view)

    def as_given(self, message: Message, key: str, value: Raw) -> object:
        """A tick is one of several boxes to Slack, of which there is one."""
        given = super().as_given(message, key, value)
        return ["yes"] * given if isinstance(given, bool) else given


def in_groups(shown: Posted | View | None, given: Mapping[str, object]) -> dict[str, object]:
    """What is ticked, in the blocks where it can be: to Slack ten boxes are the most of one."""
    found = dict(given)
    blocks = [(block["block_id"], element) for block, element in shown.elements()] if shown else []
    for key in {id.partition("|")[0] for id, _ in blocks if "|" in id} & given.keys():
        ticked = given[key]
        assert isinstance(ticked, list)
        for id, element in blocks:
            if id.partition("|")[0] == key:
                found[id] = [option["value"] for option in element["options"] if option["value"] in ticked]
    return found
