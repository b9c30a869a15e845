"""The SDK's turn: which kind of activity it is, and which handler takes it. Sending is ours, not the SDK's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn

from botbuilder.core import ActivityHandler, BotAdapter, InvokeResponse, TurnContext
from botbuilder.schema import Activity, ConversationReference, ResourceResponse

Raw = Mapping[str, Any]
Answer = dict[str, Any] | None
Handle = Callable[[Raw], Awaitable[Answer]]

RAW = "vidsyn_activity"
"""Under this name a turn carries the activity as Teams sent it: the SDK's own reading drops the tenant."""


SEEN = frozenset({"type", "name", "id", "channelId", "action"})
"""What the SDK needs to see of an activity to choose its handler: to read all of it takes as long as the whole turn."""


class NotOurs(Exception):
    """The SDK can make nothing of it, or tried to send by itself."""


class Turns(ActivityHandler):
    """Hands each kind of activity on. `invokes` are by name; an invoke that nobody takes gets an empty 200."""

    def __init__(self, message: Handle, news: Handle, invokes: Mapping[str, Handle]) -> None:
        self._message = message
        self._news = news
        self._invokes = invokes

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Somebody wrote, or pressed a button of an old client."""
        await self._message(turn_context.turn_state[RAW])

    async def on_conversation_update_activity(self, turn_context: TurnContext) -> None:
        """Something about a team, a channel or who is there."""
        await self._news(turn_context.turn_state[RAW])

    async def on_installation_update(self, turn_context: TurnContext) -> None:
        """The assistant was installed, removed or brought up to date."""
        await self._news(turn_context.turn_state[RAW])

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        """Teams waits for an answer."""
        handle = self._invokes.get(str(turn_context.activity.name))
        answer = await handle(turn_context.turn_state[RAW]) if handle else None
        return InvokeResponse(status=200, body=answer)


class Adapter(BotAdapter):
    """Runs one turn and keeps what an invoke is answered with."""

    def __init__(self, turns: Turns) -> None:
        super().__init__()
        self._turns = turns

    async def run(self, activity: Raw) -> Answer:
        """The answer to an invoke; None for everything else. Raises NotOurs, and what a handler raises."""
        if not isinstance(activity.get("type"), str):
            raise NotOurs("no type")
        try:
            context = TurnContext(self, Activity().deserialize({key: activity[key] for key in SEEN & activity.keys()}))
        except Exception as failure:  # the SDK is not ready for anything
            raise NotOurs(type(failure).__name__) from None
        context.turn_state[RAW] = activity
        await self.run_pipeline(context, self._turns.on_turn)
        answered = context.turn_state.get(self._INVOKE_RESPONSE_KEY)
        body = answered.value.body if answered is not None else None
        return body if isinstance(body, dict) else None

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        """Keeps the answer to an invoke; nothing else may be sent from here."""
        for activity in activities:
            if activity.type != "invokeResponse":
                _refuse()
            context.turn_state[self._INVOKE_RESPONSE_KEY] = activity
        return [ResourceResponse(id="") for _ in activities]

    async def update_activity(self, context: TurnContext, activity: Activity) -> NoReturn:
        """Nothing is changed from here."""
        _refuse()

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> NoReturn:
        """Nothing is deleted from here."""
        _refuse()


def _refuse() -> NoReturn:
    raise NotOurs("The SDK sends nothing: what goes out is written down first.")
