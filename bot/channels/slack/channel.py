"""What goes out to Slack: each message once, at Slack's pace, and looked up when its answer was lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.channel import End, Field, Hold, Outcome, Outgoing
from bot.channels.slack.api import Api
from bot.channels.slack.blocks import Drawn, chat, chat_parts
from bot.channels.slack.calls import Fate
from bot.channels.slack.history import History, Unclear, split
from bot.channels.slack.pace import ABREAST, PATIENCE, POST, UPDATE
from bot.channels.slack.people import members_of
from bot.channels.slack.sending import Sending, Stopped, method_of
from bot.channels.slack.workspaces import CHANNEL
from bot.channels.undrawn import undrawn
from bot.papers.content import content_of
from bot.words import Words
from storage.store import Store


class SlackChannel:
    """The channel "slack". A reference is a message's channel and time stamp: "D024BE91L:1503435956.000247"."""

    name = CHANNEL
    abreast = ABREAST

    def __init__(self, api: Api, store: Store, words: Words) -> None:
        self._api = api
        self._store = store
        self._words = words
        self._history = History(api)

    async def send(self, outgoing: Outgoing, now: datetime) -> Outcome:
        """Posts the message or changes the one it replaces, when it is its turn."""
        pace, tenant = self._api.pace, outgoing.to.tenant
        # First of all, so that messages stand in line in the order in which delivery took them.
        pace.queue(tenant, method_of(outgoing), outgoing.id, urgent=outgoing.urgent)
        until = pace.now() + PATIENCE
        stays = False
        try:
            outcome = await self._send(outgoing, until)
            stays = outcome.end is End.LATER
        finally:
            if not stays:
                pace.leave(tenant, POST, outgoing.id)
                pace.leave(tenant, UPDATE, outgoing.id)
        return outcome

    async def find(self, outgoing: Outgoing) -> Outcome | None:
        """Whether all of the message stands in Slack. Refused when something is missing: sending adds just that.

        Later when Slack does not answer, None when it never will.
        """
        try:
            trace = await self._history.trace(outgoing)
        except Unclear as unclear:
            return None if unclear.answer.fate in (Fate.REFUSED, Fate.GONE) else Outcome(End.LATER)
        last = len(await self._drawn(outgoing)) - 1
        if set(range(last + 1)) <= trace.posts.keys() and (trace.has_files or not outgoing.message.files):
            return Outcome(End.SENT, reference=f"{trace.channel}:{trace.posts[last]}")
        return Outcome(End.REFUSED, reason="never arrived")

    def heard(self) -> Sequence[Hold]:
        """By workspace and method, as Slack counts."""
        return self._api.pace.heard()

    def obey(self, holds: Sequence[Hold]) -> None:
        """Slack said so to another process."""
        for hold in holds:
            self._api.pace.obey(hold)

    async def _send(self, outgoing: Outgoing, until: float) -> Outcome:
        try:
            drawn = await self._drawn(outgoing)
            contents = [await content_of(file) for file in outgoing.message.files]
        except Exception as failure:  # nothing has been sent yet
            return undrawn(outgoing.id, failure)
        try:
            return await Sending(self._api, outgoing, drawn, contents, until).run(self._history)
        except Stopped as stopped:
            return stopped.outcome

    async def _drawn(self, outgoing: Outgoing) -> list[Drawn]:
        message = outgoing.message
        people = set(named(message.fields))
        members: Mapping[str, str] = {}
        if people:
            members = await self._store.run(lambda work: members_of(work, outgoing.to.tenant, people))

        def say(key: str) -> str:
            return self._words.text(message.language, key)

        if split(outgoing.replaces)[1]:
            return [chat(message, members, say)]
        return chat_parts(message, members, say)


def named(fields: Iterable[Field]) -> Iterable[str]:
    """The ids of people that stand in fields."""
    for field in fields:
        if field.kind == "person":
            yield from (person for person in (*field.chosen, field.value) if person)
