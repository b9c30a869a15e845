"""A chat for transcripts on Slack: what everybody sees there, in the words of the playground's transcripts."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from difflib import unified_diff

from bot.channel import Button, Message, Part
from dialogs.model import Raw
from tests.slack.fake import Message as Posted
from tests.slack.stage import CAST, CHANNEL_NAME, SlackPlay, SlackSeat
from tests.stage.chat import Answer, News, PlayChat
from tests.stage.play import WORDS, Seat
from tests.stage.scenes import Cast
from tests.transcripts.script import GRAMMARS, shown

UNSAID = "…"
"""Stands for words that are Slack's own."""


class SlackChat(PlayChat):
    """A chat on Slack. Forms are read where their door stands; a door that nobody has opened is opened to read."""

    def __init__(self, here: Cast, play: SlackPlay) -> None:
        super().__init__(here)
        self._play = play
        self._blocks: dict[tuple[str, str], str] = {}
        self._forms: dict[str, str] = {}

    async def _press(
        self, seat: Seat, message: Message, button: Button, values: Mapping[str, Raw], leave: str = ""
    ) -> Answer:
        """Slack itself sends no form in which something is missing, and says so in words of its own."""
        assert isinstance(seat, SlackSeat)
        given = {**{shown.key: "" for shown in message.fields}, **values}
        if button.sends and (missing := seat.missing(message, values)):
            kept = {key: value for key, value in given.items() if value}
            if kept and (view := self._play.slack.view_of(seat.user)):
                seat.there.fills({key: seat.as_given(message, key, value) for key, value in kept.items()}, view)
            return Answer(dict.fromkeys(missing, UNSAID))
        return await super()._press(seat, message, button, values, leave)

    async def news(self) -> list[News]:
        found: list[News] = []
        for row in await self._play.everybody():
            seat = await self._play.seat(row.name)
            found += [news async for news in self._private(seat)]
        for post in self._fresh(f"#{CHANNEL_NAME}"):
            reader = await self._play.seat("Hanne")
            found.append(News(f"#{CHANNEL_NAME}", reader.chat(post), changed=False, in_thread=bool(post.thread)))
        return sorted(found, key=lambda news: news.place != self._latest)

    async def _private(self, seat: SlackSeat) -> AsyncIterator[News]:
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
    there = {*(part.text for part in form.parts), *(field.label for field in form.fields)}
    lines = [line for part in door.parts if part.look == "plain" for line in part.text.split("\n")]
    said = [Part(line) for line in lines if line not in there]
    title = [part for part in form.parts[:1] if part.look == "title"]
    return replace(form, parts=(*title, *said, *form.parts[len(title) :])) if said else form


def difference(written: str, played: str, language: str) -> list[str]:
    """How a transcript was played otherwise on Slack than it is written, apart from what is each platform's own.

    That is: where a message stands; the notes "I have answered you" and "this is answered", where a form shows it; who
    can be picked; the button that closes; and the words for a form in which something is missing.
    """
    expected, seen = _common(written, language), _common(played, language)
    at = 0
    for line in seen:
        if line.endswith(f"”: {UNSAID}"):
            asked = line.removesuffix(UNSAID)
            at = next((n for n, other in enumerate(expected[at:], at) if other.startswith(asked)), len(expected))
            if at < len(expected):
                expected[at] = line
    return list(unified_diff(expected, seen, "written", "on Slack", lineterm="", n=4))


def _common(text: str, language: str) -> list[str]:
    grammar = GRAMMARS[language]
    notes = [f"{grammar.note} {WORDS.text(language, key)}" for key in ("channel.answered_privately", "card.answered")]
    people = re.compile(rf" *\([ x]\) ({'|'.join(name for _, name, _ in CAST)})(, .*)?")
    close = f"[{WORDS.text(language, 'btn.close')}]"
    lines = []
    for line in text.splitlines():
        line = line.replace(f" ({grammar.same})", "").replace(f"({grammar.same}, ", "(").replace(close, "").rstrip()
        if line.strip() not in (*notes, grammar.silence) and not people.fullmatch(line):
            lines.append(line)
    return lines
