"""Takes what was heard to the conversation, and shows the answer where it was asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any, Protocol

import structlog

from bot.channel import Incoming, Message, Reply
from bot.channels.slack.answers import Opens, Pen, Then, Updates, Whispers
from bot.channels.slack.calls import Answer, Ask
from bot.channels.slack.read import Heard, Where
from bot.channels.slack.text import mrkdwn
from bot.channels.web.pace import Pace
from bot.words import Words

log = structlog.get_logger()

MOST, WITHIN = 30, 60.0
"""So many things in so many seconds, for one person."""

LATE = 2.5
"""Seconds after which a form is not opened any more: Slack lets go of the trigger after three."""

WHISPER = 3000
"""Characters that one person is told on the spot."""

TOO_FAST = "slack.too_fast"

WHOLE = ""
"""The key of an error that is about no question."""


class Receives(Protocol):
    """The conversation. Both return after the incoming is on disk, and raise StoreUnavailable if it cannot be."""

    async def accept(self, incoming: Incoming) -> None:
        """Answers a little later."""
        ...

    async def receive(self, incoming: Incoming) -> Reply:
        """Answers at once."""
        ...


class People(Protocol):
    """Who the users of a workspace are."""

    async def person_of(self, tenant: str, user: str) -> str:
        """Our id of this user, or "" for one who cannot be a person of ours."""
        ...

    async def language(self, tenant: str, user: str) -> str:
        """The language to speak with this user."""
        ...

    async def members(self, tenant: str, messages: Sequence[Message]) -> Mapping[str, str]:
        """The user ids in the workspace of the people who can be chosen in these messages, by our id."""
        ...


class Asks(Protocol):
    """Calls to a workspace, each once."""

    async def ask(self, tenant: str, method: str, ask: Ask) -> Answer:
        """What Slack answered. Never raises."""
        ...


After = Callable[[str, str], Awaitable[None]]
"""Called with tenant and user when something of theirs may have changed: the App Home is drawn anew."""


class Reception:
    """One for all workspaces. What is shown after the acknowledgement runs on, and is held until it is done."""

    def __init__(self, conversation: Receives, people: People, api: Asks, words: Words, after: After) -> None:
        self._conversation = conversation
        self._people = people
        self._api = api
        self._words = words
        self._after = after
        self._pace = Pace(MOST, WITHIN)
        self._told = Pace(1, WITHIN)
        self._tasks: set[asyncio.Task[None]] = set()

    async def hear(self, heard: Heard) -> None:
        """Somebody wrote or came. It is on disk when this returns, and is answered a little later."""
        if self._too_fast(heard):
            if heard.incoming.kind == "text" and (sentence := await self._once(heard)):
                self.then(heard, Whispers(sentence))
        elif heard.stranger:
            # Their workspace has no bot that could write to them: what is answered is said here.
            reply = await self._conversation.receive(heard.incoming)
            if reply.note and heard.incoming.kind == "text":
                self.then(heard, Whispers(reply.note))
        else:
            await self._conversation.accept(heard.incoming)

    async def receive(self, heard: Heard, *, sent: bool = False) -> Reply | None:
        """Somebody pressed, gave a command or `sent` a form. Carried out when this returns; None: nothing to show."""
        if self._too_fast(heard):
            return await self._slower(heard, sent)
        known = {key: await self._people.person_of(heard.where.tenant, user) for key, user in heard.users.items()}
        incoming = replace(heard.incoming, values={**heard.incoming.values, **known})
        return await self._conversation.receive(incoming)

    async def pen(self, heard: Heard, reply: Reply) -> Pen:
        """What the answer is drawn with."""
        language = reply.shows[0].language if reply.shows else await self._language(heard)
        members = await self._people.members(heard.where.tenant, reply.shows) if reply.shows else {}
        return Pen(lambda key: self._words.text(language, key), members)

    def then(self, heard: Heard, then: Then, began: float = 0.0, *, fresh: bool = False) -> None:
        """Shows it, while Slack has its acknowledgement already. `fresh`: the App Home may say something else now."""
        if then is not None:
            self._start(self._show(heard.where, then, began))
        if fresh:
            self._start(self._freshen(heard.where))

    async def idle(self) -> None:
        """Waits until all is shown."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _too_fast(self, heard: Heard) -> bool:
        return self._pace.too_fast(_who(heard), heard.incoming.event)

    async def _slower(self, heard: Heard, sent: bool) -> Reply | None:
        """A form keeps what was typed in it; elsewhere a sentence says it, once."""
        if sent:
            return Reply(errors={WHOLE: await self._sentence(heard)})
        if heard.where.view and not heard.where.home:
            return None
        sentence = await self._once(heard)
        return Reply(note=sentence) if sentence else None

    async def _once(self, heard: Heard) -> str:
        return "" if self._told.too_fast(_who(heard)) else await self._sentence(heard)

    async def _sentence(self, heard: Heard) -> str:
        return self._words.text(await self._language(heard), TOO_FAST)

    async def _language(self, heard: Heard) -> str:
        return await self._people.language(heard.incoming.sender.tenant, heard.incoming.sender.place)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _show(self, where: Where, then: Opens | Updates | Whispers, began: float) -> None:
        if isinstance(then, Opens) and monotonic() - began > LATE:
            log.info("slack_trigger_late")
            return
        method, ask = _call(where, then)
        answer = await self._api.ask(where.tenant, method, ask)
        if not answer.done:
            log.info("slack_answer_not_shown", method=method, code=answer.code)

    async def _freshen(self, where: Where) -> None:
        try:
            await self._after(where.tenant, where.user)
        except Exception as failure:
            log.error("slack_home_not_fresh", error=type(failure).__name__)


def _who(heard: Heard) -> str:
    return f"{heard.incoming.sender.tenant}:{heard.incoming.sender.place}"


def _call(where: Where, then: Opens | Updates | Whispers) -> tuple[str, Ask]:
    match then:
        case Opens(view):
            return "views.open", lambda api: api.views_open(trigger_id=where.trigger, view=view)
        case Updates(view):
            # With the hash of the form that was pressed in: a second click finds it changed, and changes nothing.
            return "views.update", lambda api: api.views_update(view_id=where.view, hash=where.hash, view=view)
        case Whispers(text):
            said = mrkdwn(text, WHISPER)
            return "chat.postEphemeral", lambda api: api.chat_postEphemeral(
                channel=where.channel, user=where.user, text=said
            )
