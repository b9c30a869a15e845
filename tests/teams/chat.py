"""A chat for transcripts on Teams: what everybody sees there, in the words of the playground's transcripts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace

from bot.channel import Button, Message, Part
from dialogs.model import Raw
from tests.stage.chat import Answer, News, PlayChat
from tests.stage.play import Seat
from tests.stage.scenes import Cast
from tests.teams.difference import UNSAID
from tests.teams.fake import Posted
from tests.teams.reading import CHOICE, NUMBERED
from tests.teams.seat import TeamsSeat
from tests.teams.stage import TEAM, TeamsPlay
from tests.transcripts.script import shown


class TeamsChat(PlayChat):
    """A chat on Teams. What has a door is opened to be read, unless it is open already."""

    def __init__(self, here: Cast, play: TeamsPlay) -> None:
        super().__init__(here)
        self._play = play
        self._stood: dict[tuple[str, str], str] = {}
        self._dialogs: dict[str, str] = {}
        self._behind: dict[str, str] = {}
        self._reading: set[str] = set()
        self._held: dict[str, Answer] = {}

    async def presses(self, who: str, label: str, values: Mapping[str, str], channel: str = "") -> Answer:
        """What is offered about an answer is not there while the client holds it back: it holds it back again."""
        seat = await self._seat(who)
        if who in self._held and isinstance(seat, TeamsSeat) and not channel and not seat.sees(label):
            return self._held[who]
        return await super().presses(who, label, values, channel)

    async def _press(
        self, seat: Seat, message: Message, button: Button, values: Mapping[str, Raw], leave: str = ""
    ) -> Answer:
        """Teams' client itself sends nothing in which something is missing."""
        if not isinstance(seat, TeamsSeat):
            return await super()._press(seat, message, button, values, leave)
        who = seat.name.split()[0]
        self._held.pop(who, None)
        sends = button.sends or button.id.startswith(f"{CHOICE}:")
        if sends and not leave and (refused := seat.not_taken(message, values)):
            self._held[who] = Answer(dict.fromkeys(refused.values(), UNSAID))
            return self._held[who]
        answer = await super()._press(seat, message, button, values, leave)
        if answer.errors and (form := seat.form()):
            self._dialogs[seat.aad] = _text(form)  # the same dialog, and what is new in it is the answer
        return answer

    async def news(self) -> list[News]:
        await self._play.looks()
        found: list[News] = []
        for row in await self._play.everybody():
            if (seat := await self._play.seat_of(row)) is not None:
                found += [news async for news in self._private(seat)]
        found += await self._in(await self._outside())
        reader = await self._play.seat("Hanne")
        posts = self._play.posted(TEAM)
        found += [News(TEAM, reader.chat(post), changed) for post, changed in self._fresh(posts)]
        replies = [reply for post in posts for reply in post.replies]
        found += [News(TEAM, reader.chat(post), changed, in_thread=True) for post, changed in self._fresh(replies)]
        return sorted(found, key=lambda news: news.place != self._latest)

    async def _private(self, seat: TeamsSeat) -> AsyncIterator[News]:
        place, dialog, form = seat.name.split()[0], seat.dialog(), self._form(seat)
        fresh = {post.id: changed for post, changed in self._fresh(seat.there.posts)}
        for post in list(seat.there.posts):
            message = seat.chat(post)
            behind = form if dialog is not None and dialog.post is post else None
            if behind is not None and seat.door_of(message):
                self._behind[post.id] = _text(behind)
                yield News(
                    place, _with_opening(message, behind) if post.id in fresh else behind, fresh.get(post.id, True)
                )
                form = None
            elif post.id in fresh and seat.door_of(message):
                read = await self._opened(seat, post, message, changed=fresh[post.id])
                form = None if form and self._behind.get(post.id) == _text(form) else form  # the dialog leads there too
                if read is not None:
                    yield News(place, read, fresh[post.id])
            elif post.id in fresh:
                said = form if form and behind and self._says_less(message, form) else message
                form = None if form and _text(form) in (_text(said), self._without_files(said)) else form
                yield News(place, said, fresh[post.id])
        if form is not None:
            yield News(place, form, changed=seat.aad in self._reading)
        self._reading -= {seat.aad}
        self._reading |= {seat.aad} if seat.dialog() else set()

    def _says_less(self, message: Message, form: Message) -> bool:
        """Whether the chat leaves one's own words to the dialog that shows them."""
        thanks = [[self._play.words.text(self._play.language, key)] for key in ("deb.done.plain", "mus.ready.chat")]
        others = [part.text for part in message.parts if part not in form.parts and part.look != "title"]
        same = [it.label for it in message.buttons] == [it.label for it in form.buttons]
        return same and message.fields == form.fields and others in ([], *thanks)

    def _without_files(self, message: Message) -> str:
        """What a dialog says of a message with files: that these are in the chat."""
        in_chat = Part(self._play.words.text(self._play.language, "teams.in_chat"), "small")
        return _text(replace(message, parts=(*message.parts, in_chat), files=())) if message.files else ""

    async def _opened(self, seat: TeamsSeat, post: Posted, message: Message, *, changed: bool) -> Message | None:
        """What stands behind a door; None when only the door is drawn anew."""
        form = await seat.opened(message)
        if form is None:
            return message
        before, self._behind[post.id] = self._behind.get(post.id), _text(form)
        self._dialogs[seat.aad] = _text(form)
        return None if changed and before == _text(form) else _with_opening(message, form)

    def _fresh(self, posts: list[Posted]) -> Iterator[tuple[Posted, bool]]:
        """Messages that are new, and those that have changed."""
        for post in posts:
            id = (post.conversation, post.id)
            before, now = self._stood.get(id), json.dumps([post.card, post.text])
            if before != now:
                self._stood[id] = now
                yield post, before is not None

    def _form(self, seat: TeamsSeat) -> Message | None:
        """The dialog, if it has just been opened, or shows something new that is more than a note."""
        form = seat.form()
        seen = _text(form) if form else ""
        if form is None or seen == self._dialogs.get(seat.aad) or seat.only_notes(form):
            return None
        self._dialogs[seat.aad] = seen
        return form


def _text(message: Message) -> str:
    return "\n".join(shown(message))


def _with_opening(door: Message, form: Message) -> Message:
    """What is said beside a door belongs to what stands behind it, unless it stands there already."""
    behind = _text(form)
    lines = [line for part in door.parts if part.look == "plain" for line in part.text.splitlines()]
    said = [Part(line) for line in lines if line not in behind and not NUMBERED.fullmatch(line)]
    title = [part for part in form.parts[:1] if part.look == "title"]
    return replace(form, parts=(*title, *said, *form.parts[len(title) :]))
