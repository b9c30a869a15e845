"""An app that only listens, to try the fake with."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from tests.slack.fake.things import Clock, Json
from tests.slack.fake.ways import signature


class Listener:
    """An app that only writes down what comes, and answers with the next of `answers`."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self.got: list[Json] = []
        self.headers: list[dict[str, str]] = []
        self.answers: list[Any] = []
        self._secret = secret
        self._clock = clock

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """401 for a wrong signature or an old one; a number in `answers` is a status, all else is JSON."""
        raw = await request.read()
        if not self._is_from_slack(raw, request.headers):
            return web.Response(status=401)
        if request.content_type == "application/json":
            self.got.append(json.loads(raw))
        else:
            form = {key: values[0] for key, values in parse_qs(raw.decode(), keep_blank_values=True).items()}
            self.got.append(json.loads(form["payload"]) if "payload" in form else form)
        self.headers.append(dict(request.headers))
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, int):
            return web.Response(status=answer)
        return web.Response() if answer is None else web.json_response(answer)

    def _is_from_slack(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        sent = headers.get("X-Slack-Request-Timestamp", "0")
        fresh = abs(self._clock.now().timestamp() - int(sent)) <= 300
        return fresh and hmac.compare_digest(signature(self._secret, sent, raw), headers.get("X-Slack-Signature", ""))
