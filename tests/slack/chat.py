"""A chat for transcripts on Slack: what everybody sees there, in the words of the playground's transcripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.channel import Message
from tests.slack.fake import Message as Posted
from tests.slack.stage import CHANNEL_NAME, SlackPlay, SlackSeat
from tests.stage.chat import Answer, News, PlayChat
from tests.stage.scenes import Cast
from tests.transcripts.script import GRAMMARS, shown


@dataclass(frozen=True)
class Seen:
    """What somebody has seen of one place: the blocks of each message, and the form."""

    blocks: str


class SlackChat(PlayChat):
    """A chat on Slack. Forms are read where their door stands; a door that nobody has opened is opened to read."""

    def __init__(self, here: Cast, play: SlackPlay) -> None:
        super().__init__(here)
        self._play = play
        self._blocks: dict[tuple[str, str], str] = {}
        self._forms: dict[str, str] = {}
        self._endings: dict[str, list[str]] = {}

    async def presses(self, who: str, label: str, values: object, channel: str = "") -> Answer:  # type: ignore[override]
        answer = await super().presses(who, label, values, channel)  # type: ignore[arg-type]
        return answer

    async def news(self) -> list[News]:
        found: list[News] = []
        for row in await self._play.everybody():
            seat = await self._play.seat(row.name)
            found += [news async for news in self._private(seat)]
        for post in self._fresh(f"#{CHANNEL_NAME}"):
            reader = await self._play.seat("Hanne")
            found.append(News(f"#{CHANNEL_NAME}", reader.chat(post), changed=False, in_thread=bool(post.thread)))
        return sorted(found, key=lambda news: news.place != self._latest)

    async def _private(self, seat: SlackSeat):  # type: ignore[no-untyped-def]
        name = seat.name.split()[0]
        fresh = list(self._fresh(seat.user))
        form = self._form(seat)
        read = False
        for post in fresh:
            message = seat.chat(post)
            if not any(button.id.endswith("|open") for button in message.buttons):
                text = "\n".join(shown(message))
                if form is not None and text == "\n".join(shown(form)):
                    form = None
                yield News(name, message, changed=False)
                continue
            if form is None and not read:
                opened = await seat.opened(message)
                form = self._form(seat) or opened
            if form is not None:
                yield News(name, _with_opening(message, form), changed=False)
                form, read = None, True
        if form is not None:
            yield News(name, form, changed=False)

    def _fresh(self, place: str) -> Iterator[Posted]:
        """Messages that are new or changed."""
        slack = self._play.slack
        where = place
        if place.startswith("#"):
            where = next(each.id for each in slack.channels.values() if f"#{each.name}" == place)
        for post in slack.from_bot(where):
            now = json.dumps(post.blocks)
            if self._blocks.get((where, post.ts)) != now:
                self._blocks[where, post.ts] = now
                yield post

    def _form(self, seat: SlackSeat) -> Message | None:
        """The form, if it shows something new."""
        form = seat.form()
        text = "\n".join(shown(form)) if form else ""
        before = self._forms.get(seat.user, "")
        self._forms[seat.user] = text
        return form if form is not None and text != before else None


def _with_opening(door: Message, form: Message) -> Message:
    """What is said beside a door belongs to what stands behind it."""
    said = [part for part in door.parts if part.look == "plain" and part not in form.parts]
    title = [part for part in form.parts[:1] if part.look == "title"]
    return replace(form, parts=(*title, *said, *form.parts[len(title) :])) if said else form


def plain(text: str, language: str, note: str) -> list[str]:
    """A transcript without what only the playground shows: where a message stands, and the note that a form replaces."""
    grammar = GRAMMARS[language]
    lines = []
    for line in text.splitlines():
        line = line.replace(f" ({grammar.same})", "").replace(f"({grammar.same}, ", "(")
        if line.strip() != f"{grammar.note} {note}":
            lines.append(line)
    return lines
