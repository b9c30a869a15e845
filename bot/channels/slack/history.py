"""What of a message stands in Slack already. Each carries our id in its metadata, which nobody sees."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.channel import Address, Outgoing
from bot.channels.slack.api import Api
from bot.channels.slack.calls import Answer, Ask, Fate

EVENT = "vidsyn"
PEOPLE = ("U", "W")
"""How the id of a user begins."""

BACK = timedelta(days=7)
"""How far to look back: longer than delivery asks about."""

PAGE = 100
PAGES = 3
"""Where more has been written than this, nobody can tell."""


class Unclear(Exception):
    """Slack did not say. `answer` is why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.code)
        self.answer = answer


@dataclass
class Trace:
    """What is there: the channel, the time stamp of each part by number, and when its files were last shared."""

    channel: str = ""
    posts: dict[int, str] = field(default_factory=dict)
    shared: str = ""

    @property
    def has_files(self) -> bool:
        """Whether the files came too: they are shared last, and an earlier message may have had some of that name."""
        return bool(self.posts) and float(self.shared or 0) > float(max(self.posts.values()))


def metadata(outgoing: Outgoing, part: int = 0) -> dict[str, Any]:
    """What to look for later. `part` counts the posts that one message takes."""
    return {"event_type": EVENT, "event_payload": {"id": outgoing.id} | ({"part": part} if part else {})}


def split(reference: str) -> tuple[str, str]:
    """The channel and the time stamp in a reference of ours; empty when it is none."""
    channel, _, ts = reference.partition(":")
    return (channel, ts) if ts else ("", "")


class History:
    """Looks messages up."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def trace(self, outgoing: Outgoing) -> Trace:
        """What of the message is there. Raises Unclear."""
        changed, ts = split(outgoing.replaces)
        trace = Trace(changed or await self._channel(outgoing.to))
        if ts:
            self._look(await self._at(outgoing, trace.channel, ts), outgoing, trace)
        if not trace.posts:
            async for message in self._lately(outgoing, trace.channel):
                self._look(message, outgoing, trace)
        return trace

    async def _channel(self, to: Address) -> str:
        if not to.place.startswith(PEOPLE):
            return to.place
        answer = await self._ask(
            to, "conversations.open", lambda slack: slack.conversations_open(users=to.place, team_id=to.tenant)
        )
        return answer.text("channel", "id")

    async def _at(self, outgoing: Outgoing, channel: str, ts: str) -> Mapping[str, Any]:
        """The message with this time stamp; empty when it is gone."""
        answer = await self._page(outgoing, channel, oldest=ts, latest=ts, inclusive=True, limit=2)
        return next((message for message in _messages(answer) if message.get("ts") == ts), {})

    async def _lately(self, outgoing: Outgoing, channel: str) -> AsyncIterator[Mapping[str, Any]]:
        oldest = f"{(self._api.clock.now() - BACK).timestamp():.6f}"
        cursor = ""
        for _ in range(PAGES):
            more = {"cursor": cursor} if cursor else {}
            answer = await self._page(outgoing, channel, oldest=oldest, limit=PAGE, **more)
            for message in _messages(answer):
                yield message
            cursor = answer.text("response_metadata", "next_cursor")
            if not cursor:
                return
        raise Unclear(Answer(Fate.REFUSED, code="too_much_to_look_through"))

    async def _page(self, outgoing: Outgoing, channel: str, **which: Any) -> Answer:
        # What stands in a thread is not in the history of its channel.
        home, thread = split(outgoing.thread)
        which = {**which, "channel": channel, "include_all_metadata": True, "team_id": outgoing.to.tenant}
        if thread and home == channel:
            return await self._ask(
                outgoing.to, "conversations.replies", lambda slack: slack.conversations_replies(ts=thread, **which)
            )
        return await self._ask(outgoing.to, "conversations.history", lambda slack: slack.conversations_history(**which))

    async def _ask(self, to: Address, method: str, ask: Ask) -> Answer:
        answer = await self._api.ask(to.tenant, method, ask)
        if not answer.done:
            raise Unclear(answer)
        return answer

    def _look(self, message: Mapping[str, Any], outgoing: Outgoing, trace: Trace) -> None:
        said = message.get("metadata") or {}
        payload = said.get("event_payload") or {}
        if said.get("event_type") == EVENT and payload.get("id") == outgoing.id:
            trace.posts[payload.get("part", 0)] = message["ts"]
        names = {file.get("name") for file in message.get("files") or ()}
        if names & {file.name for file in outgoing.message.files}:
            trace.shared = max(trace.shared, message["ts"])


def _messages(answer: Answer) -> list[Mapping[str, Any]]:
    found = answer.data.get("messages")
    return [message for message in found if isinstance(message, dict)] if isinstance(found, list) else []
