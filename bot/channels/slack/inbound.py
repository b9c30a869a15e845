"""What comes in from Slack, over HTTP and over a socket alike: durable first, then acknowledged, then shown."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from bot.channel import Reply
from bot.channels.slack import read
from bot.channels.slack.answers import Answer, Updates, asks, to_command, to_press, to_shortcut, to_submission
from bot.channels.slack.client import SILENT
from bot.channels.slack.doors import opened
from bot.channels.slack.news import News
from bot.channels.slack.payload import text
from bot.channels.slack.read import Heard
from bot.channels.slack.reception import Reception
from bot.channels.slack.showing import Showing
from bot.clock import Clock
from storage.store import StoreUnavailable

log = structlog.get_logger()

PATH = "/slack/events"
SHORTCUT = "vidsyn_open"
BEGAN, OUTCOME = "vidsyn_began", "vidsyn_outcome"
"""Under these names Bolt's context carries when a thing came, and what became of it."""

_ANY = re.compile("")

Body = dict[str, Any]
Outcome = tuple[int, Answer]
Handle = Callable[[Body, float], Awaitable[Answer]]


class Inbound:
    """The way in. `secret` is the signing secret, or several separated by commas; a socket needs none."""

    def __init__(self, reception: Reception, showing: Showing, news: News, clock: Clock, secret: str = "") -> None:
        self._reception = reception
        self._showing = showing
        self._news = news
        self._clock = clock
        self._secret = secret
        self._bolt = self._routed()

    def routes(self, app: web.Application) -> None:
        """Adds the address that Slack posts to."""
        app.router.add_post(PATH, self._posted)

    async def dispatch(self, body: Body) -> Outcome:
        """The status, and what goes with it. 200: it is on disk, or nothing of ours. 503: Slack shall say it again."""
        if text(body, "type") == "app_rate_limited":
            log.warning("slack_events_limited")
        try:
            request = AsyncBoltRequest(body=body, mode="socket_mode", context={BEGAN: monotonic()})
        except Exception:  # Bolt looks into the body for its context, and is not ready for anything
            # An event that nobody understands is none of ours; too many refusals, and Slack sends no more at all.
            return (200 if text(body, "type") == "event_callback" else 400), None
        response = await self._bolt.async_dispatch(request)
        outcome: Outcome | None = request.context.get(OUTCOME)
        if outcome is not None:
            return outcome
        if response.status == 404:
            return 200, None
        # No listener of ours ran: it is Bolt's own answer, or Bolt could not make sense of the body.
        return (200, json.loads(response.body) if response.body else None) if response.status == 200 else (400, None)

    async def idle(self) -> None:
        """Waits until all that was answered is shown."""
        await self._showing.idle()

    def _routed(self) -> AsyncApp:
        app = AsyncApp(
            name="vidsyn",
            logger=SILENT,
            authorize=_authorize,
            request_verification_enabled=False,
            ssl_check_enabled=False,
            ignoring_self_events_enabled=False,
            ignoring_self_assistant_message_events_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
            process_before_response=True,
        )
        app.event(_ANY)(_listener(self._event))
        app.action({"type": "block_actions", "action_id": _ANY})(_listener(self._press))
        app.view(_ANY)(_listener(self._submission))
        app.view_closed(_ANY)(_listener(self._closing))
        app.command(_ANY)(_listener(self._command))
        app.global_shortcut(SHORTCUT)(_listener(self._shortcut))
        return app

    async def _posted(self, request: web.Request) -> web.Response:
        body = await opened(request, self._secret, self._clock.now())
        status, answer = await self.dispatch(body)
        return web.Response(status=status) if answer is None else web.json_response(answer, status=status)

    async def _event(self, body: Body, began: float) -> Answer:
        kind = text(body, "event", "type")
        if kind not in {"message", "app_mention", "app_home_opened"}:
            await self._news.tell(body)
            return None
        arrives = kind == "app_home_opened"
        heard = read.arrived(body) if arrives else read.said(body)
        if heard is not None:
            await self._news.met(heard.where.tenant, heard.where.enterprise)
            await self._reception.hear(heard)
            self._showing.then(heard.where, None, fresh=arrives and text(body, "event", "tab") == "home")
        return None

    async def _press(self, body: Body, began: float) -> Answer:
        heard, reply = await self._received(read.pressed(body))
        if heard is None or reply is None or reply.repeated:
            return None
        then = to_press(heard, reply, await self._reception.pen(heard, reply))
        self._showing.then(heard.where, then, began, fresh=heard.where.home or not asks(reply))
        return None

    async def _submission(self, body: Body, began: float) -> Answer:
        heard, reply = await self._received(read.submitted(body), sent=True)
        if heard is None or reply is None:
            return None
        answer = to_submission(heard, reply, await self._reception.pen(heard, reply))
        # Slack gives up on us after three seconds, and then still shows the form as it was.
        late = self._showing.is_late(began)
        then = Updates(answer["view"]) if late and answer and "view" in answer else None
        self._showing.then(heard.where, then, began, fresh=not (asks(reply) or reply.repeated))
        return answer

    async def _closing(self, body: Body, began: float) -> Answer:
        heard, _ = await self._received(read.closed(body))
        if heard is not None:
            self._showing.then(heard.where, None, fresh=True)
        return None

    async def _command(self, body: Body, began: float) -> Answer:
        heard, reply = await self._received(read.command(body))
        if heard is None or reply is None or reply.repeated:
            return None
        answer, then = to_command(reply, await self._reception.pen(heard, reply))
        self._showing.then(heard.where, then, began)
        return answer

    async def _shortcut(self, body: Body, began: float) -> Answer:
        heard, reply = await self._received(read.shortcut(body))
        if heard is not None and reply is not None and not reply.repeated:
            self._showing.then(heard.where, to_shortcut(reply, await self._reception.pen(heard, reply)), began)
        return None

    async def _received(self, heard: Heard | None, *, sent: bool = False) -> tuple[Heard | None, Reply | None]:
        if heard is None:
            return None, None
        await self._news.met(heard.where.tenant, heard.where.enterprise)
        return heard, await self._reception.receive(heard, sent=sent)


def _listener(handle: Handle) -> Callable[..., Awaitable[BoltResponse]]:
    """A listener that leaves its outcome in the context. What it cannot keep, Slack is to say again."""

    async def listen(body: Body, context: Body) -> BoltResponse:
        try:
            context[OUTCOME] = 200, await handle(body, context[BEGAN])
        except StoreUnavailable:
            log.warning("slack_not_kept", kind=_kind(body))
            context[OUTCOME] = 503, None
        except Exception as failure:
            log.error("slack_failed", kind=_kind(body), error=type(failure).__name__)
            context[OUTCOME] = 503, None
        return BoltResponse(status=context[OUTCOME][0])

    return listen


def _kind(body: Body) -> str:
    kinds = {"block_actions", "view_submission", "view_closed", "shortcut", "event_callback"}
    kind = text(body, "type")
    return kind if kind in kinds else "command"


async def _authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
    # No call to Slack and no token: what is sent goes through our own client.
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_user_id="", bot_token="")
