"""A chat for transcripts on Slack: what everybody sees there, in the words of the playground's transcripts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace

from bot.channel import Button, Message, Part
from dialogs.model import Raw
from tests.slack.difference import UNSAID
from tests.slack.fake import Message as Posted
from tests.slack.seat import SlackSeat
from tests.slack.stage import CHANNEL_NAME, SlackPlay
from tests.stage.chat import Answer, News, PlayChat
from tests.stage.forms import CLOSE
from tests.stage.play import NotThere, Seat
from tests.stage.scenes import Cast
from tests.transcripts.script import shown


class SlackChat(PlayChat):
    """A chat on Slack. What has a door is opened to be read, unless it is open already."""

    def __init__(self, here: Cast, play: SlackPlay) -> None:
        super().__init__(here)
        self._play = play
        self._stood: dict[tuple[str, str], str] = {}
        self._forms: dict[str, tuple[str, str]] = {}
        self._behind: dict[str, str] = {}
        self._at_door: dict[str, str] = {}
        self._held: dict[str, Answer] = {}
        self.second_clicks = 0

    async def presses(self, who: str, label: str, values: Mapping[str, str], channel: str = "") -> Answer:
        """What is offered about an answer is not there while Slack holds the form back: it holds it back again."""
        seat = await self._seat(who)
        if isinstance(seat, SlackSeat) and who in self._held and not channel and not seat.sees(label):
            return self._held[who]
        return await super().presses(who, label, values, channel)

    async def presses_again(self, who: str) -> Answer:
        """A double click: the second one comes from the message or form as it was before the first."""
        self.second_clicks += 1
        return await super().presses_again(who)

    async def _press(
        self, seat: Seat, message: Message, button: Button, values: Mapping[str, Raw], leave: str = ""
    ) -> Answer:
        """Slack's client itself sends no form in which something is missing, and says so in words of its own."""
        if not isinstance(seat, SlackSeat):
            return await super()._press(seat, message, button, values, leave)
        who = seat.name.split()[0]
        self._held.pop(who, None)
        refused = seat.not_taken(message, values) if button.sends or button.choice else {}
        if refused:
            seat.fills_some(message, values)
            self._held[who] = Answer(dict.fromkeys(refused.values(), UNSAID))
            return self._held[who]
        if id := seat.form_of(message):
            self._forms[seat.user] = (id, _text(message))
        answer = await super()._press(seat, message, button, values, leave)
        if answer.offers:
            self._form(seat)  # the same form, and what is new in it is the answer
        if button.id == CLOSE:
            await self._is_still_there(seat, message)
        return answer

    async def _is_still_there(self, seat: SlackSeat, form: Message) -> None:
        """A form that was put down stands behind its door as it was."""
        doors = [shown for shown in seat.chats() if seat.door_of(shown) and _title(shown) == _title(form)]
        for door in doors[-1:]:
            opened = await seat.opened(door)
            if opened is None or opened.fields != form.fields or opened.parts != form.parts:
                raise NotThere(f"{seat.name} put a form down and finds another behind its door.")
            await seat.puts_down()

    async def news(self) -> list[News]:
        found: list[News] = []
        for row in await self._play.everybody():
            seat = await self._play.seat(row.name)
            found += [news async for news in self._private(seat)]
        reader = await self._play.seat("Hanne")
        for post, changed in self._fresh(f"#{CHANNEL_NAME}"):
            found.append(News(f"#{CHANNEL_NAME}", reader.chat(post), changed, in_thread=bool(post.thread)))
        found += await self._in(await self._outside())
        return sorted(found, key=lambda news: news.place != self._latest)

    async def _private(self, seat: SlackSeat) -> AsyncIterator[News]:
        form = self._form(seat)
        fresh = [(seat.chat(post), changed) for post, changed in self._fresh(seat.user)]
        for message, changed in _with_files(fresh):
            read: Message | None = message
            door = seat.door_of(message)
            if door is None:
                read = form if form and self._says_less(message, form) else message
                same = (_text(read), self._without_files(read), self._without_close(read))
                form = None if form and _text(form) in same else form
            elif form is not None and _title(form) == _title(message):
                read, form = _with_opening(message, form), None
                self._at_door[seat.user] = door.id
            else:
                read = await self._opened(seat, message, door.id, changed=changed)
            if read is not None:
                yield News(seat.name.split()[0], read, changed)
        if form is not None:
            yield News(seat.name.split()[0], form, changed=False)
        if (door_id := self._at_door.get(seat.user)) and (last := self._forms.get(seat.user)):
            self._behind[door_id] = last[1]

    def _says_less(self, message: Message, form: Message) -> bool:
        """Whether the chat says that something is over, and leaves one's own words to the form that shows them."""
        thanks = [[self._play.words.text(self._play.language, key)] for key in ("deb.done.plain", "mus.ready.chat")]
        same = _title(message) == _title(form) and [it.label for it in message.buttons] == [
            it.label for it in form.buttons
        ]
        others = [part.text for part in message.parts if part not in form.parts and part.look != "title"]
        return same and others in thanks

    def _without_close(self, message: Message) -> str:
        """What a form says of a message that can be closed: a form is closed by a button of Slack's own."""
        close = self._play.words.text(self._play.language, "btn.close")
        return _text(replace(message, buttons=tuple(it for it in message.buttons if it.label != close)))

    def _without_files(self, message: Message) -> str:
        """What a form says of a message with files: that these are in the chat."""
        in_chat = Part(self._play.words.text(self._play.language, "slack.in_chat"), "small")
        return _text(replace(message, parts=(*message.parts, in_chat), files=())) if message.files else ""

    async def _opened(self, seat: SlackSeat, message: Message, door: str, *, changed: bool) -> Message | None:
        """What stands behind a door; None when only the door is drawn anew."""
        form = await seat.opened(message)
        if form is None:
            return message
        before, self._behind[door] = self._behind.get(door), _text(form)
        self._forms[seat.user] = (seat.form_of(form), _text(form))
        self._at_door[seat.user] = door
        return None if changed and before == self._behind[door] else _with_opening(message, form)

    def _fresh(self, place: str) -> Iterator[tuple[Posted, bool]]:
        """Messages that are new, and those that have changed."""
        slack = self._play.slack
        where = place
        if place.startswith("#"):
            where = next(each.id for each in slack.channels.values() if f"#{each.name}" == place)
        for post in slack.from_bot(where):
            before, now = self._stood.get((where, post.ts)), json.dumps([post.blocks, post.files])
            if before != now:
                self._stood[where, post.ts] = now
                yield post, before is not None

    def _form(self, seat: SlackSeat) -> Message | None:
        """The form, if it has just been opened, or shows something new that is more than a note."""
        form = seat.form()
        seen = (seat.form_of(form), _text(form)) if form else ("", "")
        if form is None or seen == self._forms.get(seat.user) or seat.only_notes(form):
            return None
        self._forms[seat.user] = seen
        return form


def _text(message: Message) -> str:
    return "\n".join(shown(message))


def _title(message: Message) -> str:
    return next((part.text for part in message.parts if part.look == "title"), "")


def _with_files(fresh: list[tuple[Message, bool]]) -> list[tuple[Message, bool]]:
    """Slack shows the files of a message in one of their own, right below it."""
    found: list[tuple[Message, bool]] = []
    for message, changed in fresh:
        if message.files and not message.parts and found:
            above, was_changed = found.pop()
            found.append((replace(above, files=(*above.files, *message.files)), was_changed))
        else:
            found.append((message, changed))
    return found


def _with_opening(door: Message, form: Message) -> Message:
    """What is said beside a door belongs to what stands behind it, unless it stands there already."""
    behind = _text(form)
    lines = [line for part in door.parts if part.look == "plain" for line in part.text.splitlines()]
    said = [Part(line) for line in lines if line not in behind]
    title = [part for part in form.parts[:1] if part.look == "title"]
    return replace(form, parts=(*title, *said, *form.parts[len(title) :]))
