"""The SDK sorts activities, and sends nothing by itself."""

from __future__ import annotations

from typing import Any

import pytest
from botbuilder.core import TurnContext
from botbuilder.schema import Activity

from bot.channels.teams.adapter import Adapter, Answer, NotOurs, Raw, Turns
from tests.teams.payloads import activity, data, execute, message, task


class Heard:
    """What reached which handler, by name."""

    def __init__(self) -> None:
        self.them: list[tuple[str, Raw]] = []
        self.adapter = Adapter(
            Turns(self.handle("message"), self.handle("news"), {"adaptiveCard/action": self.handle("press")})
        )

    def handle(self, name: str) -> Any:
        async def took(raw: Raw) -> Answer:
            self.them.append((name, raw))
            return {"statusCode": 200} if name == "press" else None

        return took


@pytest.mark.parametrize(
    ("body", "handler", "answer"),
    [
        (message("hej"), "message", None),
        (activity("installationUpdate", action="add"), "news", None),
        (activity("conversationUpdate", membersAdded=[{"id": "x"}]), "news", None),
        (execute(data()), "press", {"statusCode": 200}),
    ],
)
async def test_each_kind_reaches_its_handler_as_it_was_sent(body: Raw, handler: str, answer: Answer) -> None:
    heard = Heard()
    assert await heard.adapter.run(body) == answer
    assert heard.them == [(handler, body)]


@pytest.mark.parametrize(
    "body",
    [
        task("task/fetch", data()),
        activity("messageReaction", reactionsAdded=[{"type": "like"}]),
        activity("messageUpdate", text="x"),
        activity("messageDelete"),
        activity("event", name="application/vnd.microsoft.readReceipt"),
        activity("typing"),
        activity("endOfConversation"),
        activity("somethingNew"),
        activity("invoke", name="composeExtension/query", value={}),
        activity("invoke"),
    ],
    ids=lambda body: str(body.get("name") or body["type"]),
)
async def test_t13_what_nobody_takes_is_no_error(body: Raw) -> None:
    heard = Heard()
    assert await heard.adapter.run(body) is None
    assert heard.them == []


@pytest.mark.parametrize("body", [{}, {"type": 3}, {"type": None, "name": "x"}])
async def test_what_the_sdk_cannot_read_is_not_ours(body: Raw) -> None:
    with pytest.raises(NotOurs):
        await Heard().adapter.run(body)


async def test_the_sdk_does_not_read_what_we_read_ourselves() -> None:
    heard, odd = Heard(), message("x", timestamp="yesterday")
    await heard.adapter.run(odd)
    assert heard.them == [("message", odd)]


async def test_the_sdk_cannot_send() -> None:
    adapter = Heard().adapter
    context = TurnContext(adapter, Activity().deserialize(message("hej")))
    for doing in (
        context.send_activity("hej"),
        context.update_activity(Activity(type="message")),
        context.delete_activity("1"),
    ):
        with pytest.raises(NotOurs):
            await doing
