"""One message on its way: its files are uploaded, its parts posted or changed, its files shown. In that order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.channel import End, File, Outcome, Outgoing
from bot.channels.slack.api import Api
from bot.channels.slack.blocks import Drawn
from bot.channels.slack.calls import Answer, Fate
from bot.channels.slack.history import PEOPLE, History, Trace, Unclear, metadata, split
from bot.channels.slack.pace import POST, UPDATE
from bot.channels.slack.parts import Block

AGAIN = 30.0
"""Seconds until a message is tried again that Slack could not take."""

NOT_TO_CHANGE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""The message that should change is gone, or Slack lets nobody change it: the new one is posted."""


class Stopped(Exception):
    """The message goes no further. `outcome` is why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


def method_of(outgoing: Outgoing) -> str:
    """What Slack is asked to do with it."""
    return UPDATE if split(outgoing.replaces)[1] else POST


class Sending:
    """Sends one message. `contents` are its files; `until` is when to stop waiting in line, by the pace's clock."""

    def __init__(
        self, api: Api, outgoing: Outgoing, drawn: Sequence[Drawn], contents: Sequence[bytes], until: float
    ) -> None:
        self._api = api
        self._outgoing = outgoing
        self._drawn = drawn
        self._contents = contents
        self._until = until
        self._to = outgoing.to
        self._changes = split(outgoing.replaces)
        self._thread = self._thread_of()

    async def run(self, history: History) -> Outcome:
        """What came of it. Raises Stopped. What stands there already, of an earlier try, is not sent again."""
        files = self._outgoing.message.files
        trace = Trace()
        if len(self._drawn) + bool(files) > 1:
            trace = await self._before(history)
        shown = bool(files) and trace.has_files
        uploads = [] if shown else [await self._upload(*it) for it in zip(files, self._contents, strict=True)]
        channel, ts = trace.channel, ""
        for part, (blocks, text) in enumerate(self._drawn):
            ts = trace.posts.get(part, "")
            if not ts:
                channel, ts = await self._say(part, blocks, text)
        if uploads:
            await self._show(uploads, channel)
        return Outcome(End.SENT, reference=f"{channel}:{ts}")

    async def _before(self, history: History) -> Trace:
        try:
            return await history.trace(self._outgoing)
        except Unclear as unclear:
            raise Stopped(self._harmless(unclear.answer)) from None

    async def _say(self, part: int, blocks: list[Block], text: str) -> tuple[str, str]:
        while True:
            method = UPDATE if self._changes[1] else POST
            await self._turn(method)
            answer = await self._put(method, part, blocks, text)
            if method == POST:
                self._api.pace.posted(self._to.tenant, self._to.place)
            if method == UPDATE and answer.code in NOT_TO_CHANGE:
                self._changes = ("", "")
            elif self._thread and answer.code == "thread_not_found":
                self._thread = ""
            elif answer.fate is not Fate.LIMITED or self._api.pace.now() >= self._until:
                return self._reference(answer)

    async def _turn(self, method: str) -> None:
        wait = await self._api.pace.turn(self._to.tenant, method, self._outgoing.id, self._to.place, self._until)
        if wait or not self._outgoing.is_ours():
            raise Stopped(Outcome(End.LATER, reason="waits in line", after=wait, counts=False))

    async def _put(self, method: str, part: int, blocks: list[Block], text: str) -> Answer:
        said: dict[str, Any] = {"blocks": blocks, "text": text, "team_id": self._to.tenant}
        said["metadata"] = metadata(self._outgoing, part)
        if method == UPDATE:
            channel, ts = self._changes
            return await self._api.ask(
                self._to.tenant, UPDATE, lambda slack: slack.chat_update(channel=channel, ts=ts, **said)
            )
        return await self._api.ask(
            self._to.tenant,
            POST,
            lambda slack: slack.chat_postMessage(
                channel=self._place(),
                thread_ts=self._thread or None,
                unfurl_links=False,
                unfurl_media=False,
                **said,
            ),
        )

    def _reference(self, answer: Answer) -> tuple[str, str]:
        channel, ts = answer.text("channel"), answer.text("ts")
        if not answer.done:
            raise Stopped(self._outcome(answer))
        if not (channel and ts):
            raise Stopped(Outcome(End.UNKNOWN, reason="no_reference"))
        return channel, ts

    async def _upload(self, file: File, content: bytes) -> str:
        """The id of the file, which nobody sees yet."""
        name, size, team = file.name, len(content), self._to.tenant
        answer = await self._api.ask(
            team,
            "files.getUploadURLExternal",
            lambda slack: slack.files_getUploadURLExternal(filename=name, length=size, team_id=team),
        )
        if answer.done:
            id = answer.text("file_id")
            answer = await self._api.upload(answer.text("upload_url"), content)
            if answer.done:
                return id
        raise Stopped(self._harmless(answer))

    async def _show(self, uploads: Sequence[str], channel: str) -> None:
        files = zip(uploads, self._outgoing.message.files, strict=True)
        named: list[dict[str, str | None]] = [{"id": id, "title": file.name} for id, file in files]
        answer = await self._api.ask(
            self._to.tenant,
            "files.completeUploadExternal",
            lambda slack: slack.files_completeUploadExternal(
                files=named, channel_id=channel, thread_ts=self._thread or None, team_id=self._to.tenant
            ),
        )
        if not answer.done:
            raise Stopped(self._outcome(answer))

    def _thread_of(self) -> str:
        channel, ts = split(self._outgoing.thread)
        return ts if channel == self._to.place or self._to.place.startswith(PEOPLE) else ""

    def _place(self) -> str:
        return split(self._outgoing.thread)[0] if self._thread else self._to.place

    def _harmless(self, answer: Answer) -> Outcome:
        """Of a step that nobody sees, so that it may be done again."""
        outcome = self._outcome(answer)
        return Outcome(End.LATER, reason=answer.code, after=AGAIN) if outcome.end is End.UNKNOWN else outcome

    def _outcome(self, answer: Answer) -> Outcome:
        match answer.fate:
            case Fate.LIMITED:
                return Outcome(End.LATER, reason=answer.code, after=answer.after, counts=False)
            case Fate.NOT_SENT:
                # Slack is out of reach, which is not the message's fault.
                return Outcome(End.LATER, reason=answer.code, after=self._wait(), counts=False)
            case Fate.BUSY:
                return Outcome(End.LATER, reason=answer.code, after=self._wait())
            case Fate.LOST:
                return Outcome(End.UNKNOWN, reason=answer.code)
        return Outcome(End.REFUSED, reason=answer.code)

    def _wait(self) -> float:
        return max(self._api.pace.held(self._to.tenant, method_of(self._outgoing)), AGAIN)
