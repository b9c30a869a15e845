"""What one person sees at Slack: the chat as it stands, the form that is open, and what came of a press at once."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.channel import Button, Message, Reply
from tests.slack import reading
from tests.slack.fake import Message as Posted
from tests.slack.fake import Person, View
from tests.stage.forms import FormSeat

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


@dataclass(frozen=True)
class Source:
    """Where a message that was read stands. A form is kept as it was then, for a second click."""

    post: Posted | None = None
    view: View | None = None


@dataclass
class Sight(FormSeat):
    """One person's eyes."""

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

    def is_door(self, button: Button) -> bool:
        """Whether it opens the form of its message."""
        return button.id.endswith("|open")

    def closing(self) -> str:
        """What stands on the button that closes the form."""
        view = self.play.slack.view_of(self.user)
        return str(view.body["close"]["text"]) if view and "close" in view.body else ""

    def reply(self, message: Message, before: int) -> Reply:
        """What is said at once about a press on `message`; `before` is how many whispers there had been."""
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
