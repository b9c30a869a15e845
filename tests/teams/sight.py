"""What one person sees at Teams: the chat as it stands, the dialog that is open, and what came of a press at once."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot.channel import OPEN, Button, Message, Part, Reply
from tests.stage.forms import FormSeat
from tests.teams import reading
from tests.teams.fake import Dialog, Person, Posted

if TYPE_CHECKING:
    from tests.teams.stage import TeamsPlay

NOTES = (
    "card.answered",
    "card.not_yours",
    "channel.answered_privately",
    "data.gone",
    "rejected.one",
    "stop.closed",
    "talk.nothing_to_change",
    "only_hr",
)


@dataclass(frozen=True)
class Source:
    """Where a message that was read stands. The card is kept as it was then, for a second click."""

    card: Mapping[str, Any] = field(default_factory=dict)
    post: Posted | None = None
    dialog: Dialog | None = None


@dataclass
class Sight(FormSeat):
    """One person's eyes."""

    aad: str = ""
    play: TeamsPlay

    def __init__(self, play: TeamsPlay, id: str, name: str, aad: str) -> None:
        self.play = play
        self.id = id
        self.name = name
        self.aad = aad

    @property
    def there(self) -> Person:
        """The person in the fake."""
        return self.play.teams.person(self.aad)

    async def posts(self, channel: str) -> list[Message]:
        """All posts of a channel."""
        return [self.chat(post) for post in self.play.posted(channel)]

    def chats(self) -> list[Message]:
        """What the assistant has said in private, as it stands in the chat."""
        return [self.chat(post) for post in self.there.posts]

    def chat(self, post: Posted) -> Message:
        """A message as it is read in the chat."""
        if post.card is None:
            return self._from(Message((Part(post.text),), ""), Source(post=post))
        card = deepcopy(self.there.card(post))
        shown = reading.card(card, self.play.language).message
        return self._from(replace(shown, files=tuple(map(self.play.downloaded, shown.files))), Source(card, post))

    def dialog(self) -> Dialog | None:
        """The dialog that is open."""
        return self.play.teams.open.get(self.aad)

    def form(self) -> Message | None:
        """What the dialog that is open shows."""
        dialog = self.dialog()
        if dialog is None:
            return None
        shown, _ = self._noted(self._read(dialog).message)
        return self._from(shown, Source(dialog.card, dialog.post, dialog))

    def is_door(self, button: Button) -> bool:
        """Whether it opens the dialog that its message is answered in."""
        return button.opens and button.id.endswith(f"|{OPEN}")

    def reply(self, source: Source, before: int) -> Reply:
        """What is said at once about a press on what stands there; `before` is how many notes there had been."""
        note = "\n".join(self.there.notes[before:])
        dialog, post = self.dialog(), source.post
        if dialog is not None:
            seen = self._read(dialog)
            return Reply(errors=dict(seen.errors), offers=seen.offers, note=note or self._noted(seen.message)[1])
        if post is None or self.aad not in post.seen:
            return Reply(note=note)
        seen = reading.card(post.seen[self.aad], self.play.language)
        return Reply(errors=dict(seen.errors), offers=seen.offers, note=note)

    def only_notes(self, form: Message) -> bool:
        """Whether it only says why nothing was done."""
        return not form.fields and all(part.text in self._notes() for part in form.parts)

    def _read(self, dialog: Dialog) -> reading.Seen:
        return reading.card(dialog.card, self.play.language, dialog.title)

    def _from(self, shown: Message, source: Source) -> Message:
        self.play.sources[id(shown)] = (shown, source)
        return shown

    def _notes(self) -> set[str]:
        return {self.play.words.text(self.play.language, key) for key in NOTES}

    def _noted(self, shown: Message) -> tuple[Message, str]:
        """The dialog without a note at its head, and the note."""
        at = next((n for n, part in enumerate(shown.parts[:2]) if part.text in self._notes()), None)
        if at is None:
            return shown, ""
        rest = replace(shown, parts=(*shown.parts[:at], *shown.parts[at + 1 :]))
        return rest if rest.parts or rest.fields else shown, shown.parts[at].text
