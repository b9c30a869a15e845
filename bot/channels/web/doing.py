"""What a person does on a page, handed to the house."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime

from aiohttp import web

from bot.channel import Address, Incoming
from bot.channels.pace import Pace
from bot.channels.web.answers import sentence
from bot.channels.web.asked import Pressed, Typed
from bot.channels.web.channel import WebChannel
from bot.channels.web.desk import Masked, Receive, Words


class Doing:
    """Takes what people type and press, as fast as people are."""

    def __init__(
        self,
        channel: WebChannel,
        receive: Receive,
        words: Words,
        masked: Masked,
        now: Callable[[], Awaitable[datetime]],
    ) -> None:
        self._channel = channel
        self._receive = receive
        self._words = words
        self._masked = masked
        self._now = now
        self._pace = Pace()

    async def text(self, sender: Address, language: str, typed: Typed) -> web.Response:
        """Something the person typed: kept as their own bubble, then handed to the house."""
        if self._pace.too_fast(sender.place):
            return self._slow_down(language)
        await self._channel.keep_words(sender, typed.event, self._masked(typed.text), await self._now())
        return await self._hand_over(Incoming(sender, typed.event, "text", text=typed.text))

    async def press(self, sender: Address, language: str, pressed: Pressed) -> web.Response:
        """A button the person pressed."""
        if self._pace.too_fast(sender.place):
            return self._slow_down(language)
        incoming = Incoming(
            sender,
            pressed.event,
            "press",
            card=pressed.card,
            button=pressed.button,
            values=pressed.values,
            leave=pressed.leave,
            leaves=pressed.leaves,
        )
        return await self._hand_over(incoming)

    async def _hand_over(self, incoming: Incoming) -> web.Response:
        reply = await self._receive(incoming)
        return web.json_response(
            {
                "errors": reply.errors,
                "identifiers": reply.identifiers,
                "offers": [asdict(offer) for offer in reply.offers],
                "note": reply.note,
            }
        )

    def _slow_down(self, language: str) -> web.Response:
        response = sentence(self._words.text(language, "playground.too_fast", {}), 429)
        response.headers["Retry-After"] = "10"
        return response
