"""A small real bot: it welcomes, shows a form that takes its own place, answers the presser, and speaks by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

from tests.agents.tenant import BOT

Activity = dict[str, Any]

FIELDS: list[Activity] = [
    {"type": "Input.Text", "id": "short", "label": "Hvad så du?", "isRequired": True, "errorMessage": "Skriv et svar"},
    {"type": "Input.Text", "id": "long", "label": "Hvad så du ikke?", "isMultiline": True},
    {"type": "Input.Date", "id": "day", "label": "Dag", "isRequired": True, "errorMessage": "Vælg en dag"},
    {"type": "Input.Time", "id": "hour", "label": "Klokken"},
    {"type": "Input.Toggle", "id": "sure", "title": "Jeg er sikker"},
]
CHOICES = [{"title": "Æble", "value": "a"}, {"title": "Pære", "value": "p"}]
FIELDS += [
    {"type": "Input.ChoiceSet", "id": "one", "label": "En af listen", "choices": CHOICES},
    {"type": "Input.ChoiceSet", "id": "radio", "label": "En af dem", "style": "expanded", "choices": CHOICES},
    {"type": "Input.ChoiceSet", "id": "many", "label": "Flere", "style": "expanded", "isMultiSelect": True}
    | {"choices": CHOICES, "isRequired": True, "errorMessage": "Vælg mindst en"},
]


def card(text: str, *fields: Activity, **buttons: str) -> Activity:
    """An Adaptive Card; a button is its verb and its title."""
    body = [{"type": "TextBlock", "text": text, "wrap": True}, *fields]
    actions = [{"type": "Action.Execute", "verb": verb, "title": title} for verb, title in buttons.items()]
    return {"type": "AdaptiveCard", "version": "1.5", "body": body, "actions": actions}


def _message(content: Activity) -> Activity:
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}
    return {"type": "message", "from": {"id": BOT}, "attachments": [attachment]}


class EchoBot:
    """What it got; `address` is where it takes activities. `updates_first`: before it answers a press, not after."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.address = ""
        self.got: list[Activity] = []
        self.updates_first = False
        self._session = session
        self._news = asyncio.Condition()
        self._welcomed: set[str] = set()
        self._later: list[asyncio.Future[None]] = []

    async def waits_for(self, kind: str, **members: object) -> Activity:
        """The newest activity of this type with these members; waits until there is one."""

        def found() -> Activity | None:
            return next((it for it in reversed(self.got) if it["type"] == kind and members.items() <= it.items()), None)

        async with self._news, asyncio.timeout(30):
            await self._news.wait_for(found)
        activity = found()
        assert activity
        return activity

    async def tells(self, service: str, conversation: str, content: Activity) -> str:
        """Sends a card by itself. Gives the id of its message."""
        address = f"{service}/v3/conversations/{conversation}/activities"
        async with self._session.post(address, json=_message(content)) as answer:
            assert answer.status == 201, await answer.text()
            sent: Activity = await answer.json()
            return str(sent["id"])

    async def updates(self, service: str, conversation: str, message: str, content: Activity) -> None:
        """Puts a card in the place of one that it sent."""
        address = f"{service}/v3/conversations/{conversation}/activities/{message}"
        async with self._session.put(address, json=_message(content)) as answer:
            assert answer.status == 200, await answer.text()

    async def close(self) -> None:
        """Waits for what is under way. Raises what went wrong with it, but for a client that has left meanwhile."""
        for end in await asyncio.gather(*self._later, return_exceptions=True):
            if end is not None and not isinstance(end, aiohttp.ClientConnectionError):
                raise end

    async def receive(self, request: web.Request) -> web.Response:
        """Takes an activity, as Teams posts it."""
        activity: Activity = await request.json()
        async with self._news:
            self.got.append(activity)
            self._news.notify_all()
        if activity["type"] == "invoke":
            return await self._pressed(activity)
        chat = activity["conversation"]["id"]
        if activity["type"] == "message":
            await self.tells(activity["serviceUrl"], chat, self._said(activity["text"]))
        elif activity.get("action") == "add" and chat not in self._welcomed:
            self._welcomed.add(chat)
            await self.tells(activity["serviceUrl"], chat, card("Velkommen", note="Hvem er du?"))
        return web.Response()

    def _said(self, text: str) -> Activity:
        return _form("Dagens spørgsmål") if text == "skema" else card(f"Du skrev: {text}")

    async def _pressed(self, activity: Activity) -> web.Response:
        verb = activity["value"]["action"]["verb"]
        if verb == "note":
            return _invoked("activity.message", "En ekkobot")
        answered = card("Tak for svaret", again="Igen") if verb == "send" else _form("Næste spørgsmål")
        update = self.updates(activity["serviceUrl"], activity["conversation"]["id"], activity["replyToId"], answered)
        if self.updates_first:
            await update
        else:
            self._later.append(asyncio.ensure_future(update))
        return _invoked("card.adaptive", answered)


def _form(text: str) -> Activity:
    return card(text, *FIELDS, send="Send")


def _invoked(kind: str, value: object) -> web.Response:
    """The answer to a press."""
    return web.json_response({"statusCode": 200, "type": f"application/vnd.microsoft.{kind}", "value": value})


@asynccontextmanager
async def echo_bot() -> AsyncIterator[EchoBot]:
    """Runs the bot on a free port of this machine."""
    async with aiohttp.ClientSession() as session:
        bot = EchoBot(session)
        app = web.Application()
        app.router.add_post("/api/messages", bot.receive)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        bot.address = f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"
        try:
            yield bot
        finally:
            await runner.cleanup()
            await bot.close()
