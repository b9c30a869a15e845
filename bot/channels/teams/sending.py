"""One message on its way: its conversation is made sure of, then its parts are posted, or take another's place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.channel import End, Outcome, Outgoing
from bot.channels.line import GRACE
from bot.channels.teams.calls import Answer, Calls, Fate
from bot.channels.teams.chat_of import ChatOf, is_channel
from bot.channels.teams.outcomes import AGAIN, Stopped, later, refused, stopped_by, unknown
from bot.channels.teams.pace import Pace
from bot.channels.teams.reading import address
from bot.channels.undrawn import AWAY
from storage.records import Chat
from storage.store import StoreUnavailable

Activity = Mapping[str, Any]

MOST_BYTES = 100_000
"""Of a message in UTF-16, as Teams counts (T14)."""

_NO_CHANGE = frozenset({400, 403, 404, 405})
"""The message that should change is gone, or nobody may change it: Teams has several words for that."""


def reference(conversation: str, activity: str) -> str:
    """What a message is called."""
    return f"{conversation}|{activity}"


def split(reference: str) -> tuple[str, str]:
    """The conversation and the activity in a reference of ours; empty when it is none."""
    conversation, _, activity = reference.partition("|")
    return (conversation, activity) if conversation and activity else ("", "")


def size(activity: Activity) -> int:
    """How heavy it is for Teams, in bytes of UTF-16."""
    return len(json.dumps(activity, ensure_ascii=False).encode("utf-16-le", "surrogatepass"))


class Sending:
    """Sends one message. `until` is when to stop waiting in line, on the clock of the pace."""

    def __init__(
        self, calls: Calls, chats: ChatOf, pace: Pace, outgoing: Outgoing, activities: Sequence[Activity], until: float
    ) -> None:
        self._calls = calls
        self._chats = chats
        self._pace = pace
        self._id = outgoing.id
        self._is_ours = outgoing.is_ours
        self._to = outgoing.to
        self._activities = activities
        self._until = until
        self._changes = split(outgoing.replaces)
        self._thread = _thread(outgoing)
        self._said = 0

    async def run(self) -> Outcome:
        """What came of it. Raises Stopped."""
        if any(size(activity) > MOST_BYTES for activity in self._activities):
            raise refused("too_big")
        try:
            chat = await self.reach()
        except StoreUnavailable:  # nothing is said yet
            raise Stopped(AWAY) from None
        named = ""
        for activity in self._activities:
            named = await self._say(chat, activity)
            self._said += 1
        return Outcome(End.SENT, reference=named)

    # A conversation

    async def reach(self) -> Chat:
        """Where it goes; a person's chat is made if need be. Raises Stopped."""
        chat = await self._chats.find(self._to)
        if not chat.chat and not is_channel(self._to.place):
            return await self._chats.made(self._to, self._create)
        return chat

    async def _create(self, chat: Chat) -> str:
        """Teams gives the same conversation however often it is asked for."""
        await self._turn()
        member = {"id": chat.user or self._to.place}
        answer = await self._ask(
            "POST",
            address(chat.service, "conversations"),
            self._with({"isGroup": False, "members": [member]}),
            safe=True,
        )
        if answer.done and (id := answer.text("id")):
            return id
        raise await self._stopped(answer)

    async def _knock(self, chat: Chat) -> None:
        """Before a new message goes to a Teams that was ill, something goes that may get lost."""
        if self._said or not self._pace.is_ill(self._to.tenant):
            return
        home = address(chat.service, "conversations", chat.chat or self._to.place)
        url = f"{home}/pagedmembers?pageSize=50" if is_channel(self._to.place) else f"{home}/members/{self._to.place}"
        answer = await self._calls.ask("GET", url)
        if answer.fate not in (Fate.DONE, Fate.REFUSED) or answer.status >= 500:
            self._pace.learn(self._to.tenant, self._to.place, answer)
            raise later(answer.code, max(self._pace.wait(self._to.tenant, self._to.place), AGAIN))
        self._check_time()

    # A message

    async def _say(self, chat: Chat, activity: Activity) -> str:
        """Posts one part, or changes what it replaces. The reference of what stands there now."""
        while True:
            await self._turn()
            if not self._changes[1]:
                await self._knock(chat)
            answer, conversation = await self._put(chat, activity)
            if self._changes[1] and answer.status in _NO_CHANGE:
                self._changes = ("", "")
            elif self._thread and answer.status == 404:
                self._thread = ""
            else:
                break
        if not answer.done:
            raise await self._stopped(answer)
        # A new thread is told by both: its own id, and that of the message in it.
        id = self._changes[1] or answer.text("activityId") or answer.text("id")
        if not id:
            raise unknown("no_reference")
        self._changes = ("", "")
        return reference(conversation or answer.text("id"), id)

    async def _put(self, chat: Chat, activity: Activity) -> tuple[Answer, str]:
        """The answer, and the conversation; that is empty for a new thread, which has none before."""
        said = {**activity, "from": {"id": self._bot}}
        conversation, changed = self._changes
        if changed:
            url = address(chat.service, "conversations", conversation, "activities", changed)
            return await self._ask("PUT", url, {**said, "id": changed}), conversation
        conversation = self._thread or ("" if is_channel(self._to.place) else chat.chat)
        if conversation:
            url = address(chat.service, "conversations", conversation, "activities")
            return await self._ask("POST", url, said), conversation
        body = self._with({"isGroup": True, "activity": said}, channel={"id": self._to.place})
        return await self._ask("POST", address(chat.service, "conversations"), body), ""

    # Inside

    @property
    def _bot(self) -> str:
        return f"28:{self._calls.teams.app_id}"

    def _with(self, body: dict[str, Any], **data: Any) -> dict[str, Any]:
        tenant = self._to.tenant
        return {"bot": {"id": self._bot}, "tenantId": tenant, "channelData": {"tenant": {"id": tenant}, **data}} | body

    async def _turn(self) -> None:
        """Waits until a call may go. The first part waits in the tenant's line, the others follow it."""
        pace, tenant, place = self._pace, self._to.tenant, self._to.place
        if self._said:
            await pace.next_part(tenant, place)
            return
        self._check_time()
        wait = await pace.turn(tenant, place, self._id, self._until)
        if wait or not self._is_ours():
            raise later("waits in line", wait)

    def _check_time(self) -> None:
        """What is begun too late may not end while the message is ours."""
        if self._pace.now() > self._until + GRACE:
            raise later("took too long", 0.0)

    async def _ask(self, method: str, url: str, body: Mapping[str, Any], *, safe: bool = False) -> Answer:
        answer = await self._calls.ask(method, url, body=body, safe=safe)
        self._pace.learn(self._to.tenant, self._to.place, answer)
        return answer

    async def _stopped(self, answer: Answer) -> Exception:
        if self._said:
            return unknown(f"half sent: {answer.code}")
        try:
            await self._chats.learn(self._to, answer)
        except StoreUnavailable:  # Teams took nothing, and says so again
            return Stopped(AWAY)
        return stopped_by(answer, self._pace.wait(self._to.tenant, self._to.place))


def _thread(outgoing: Outgoing) -> str:
    """The conversation of the thread that it belongs to, if that is in the channel where it goes."""
    conversation, activity = split(outgoing.thread)
    channel, _, root = conversation.partition(";messageid=")
    if not is_channel(channel) or channel != outgoing.to.place:
        return ""
    return conversation if root else f"{channel};messageid={activity}"
