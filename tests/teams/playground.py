"""What the Agents Playground does, as measured: activities without a token, and a connector that asks for none."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import aiohttp
from aiohttp import web

from tests.teams.fake import CARD, text_of
from tests.teams.fake.things import Json

AAD = "00000000-0000-0000-0000-0000000000020"
"""One digit too many: without a file of its own the Playground's ids are no GUIDs."""

CHAT, BOT = "personal-chat-id", {"id": "00000000-0000-0000-0000-00000000000011", "name": "Test Bot"}
TENANT = "00000000-0000-0000-0000-0000000000001"
MEMBER = {"id": "user-id-0", "name": "Alex Wilber", "aadObjectId": AAD, "userRole": "user", "tenantId": TENANT}


class Playground:
    """One person's page. `posts` are the cards and typing that came into the chat."""

    def __init__(self) -> None:
        self.posts: list[Json] = []
        self.host = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Playground:
        app = web.Application()
        chat = f"/_connector/v3/conversations/{CHAT}"
        app.router.add_post(f"{chat}/activities", self._posted)
        app.router.add_put(f"{chat}/activities/{{id}}", self._posted)
        app.router.add_get(f"{chat}/members/{MEMBER['id']}", self._member)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.host = f"{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def opens(self, bot: str) -> list[int]:
        """The page is opened, or loaded again: two activities at the same moment."""
        added = [{"id": MEMBER["id"], "aadObjectId": AAD}, {"id": BOT["id"]}]
        return [
            await self.sends(bot, {"type": "installationUpdate", "action": "add"}),
            await self.sends(bot, {"type": "conversationUpdate", "membersAdded": added}),
        ]

    async def says(self, bot: str, text: str) -> int:
        """Something is typed."""
        return await self.sends(bot, {"type": "message", "text": text, "textFormat": "plain"})

    async def sends(self, bot: str, what: Json, headers: Mapping[str, str] | None = None) -> int:
        """Posts an activity with what all of them hold; the status of the answer."""
        activity: Json = {
            "id": str(uuid.uuid4()), "timestamp": datetime.now(UTC).isoformat(), "channelId": "msteams",
            "serviceUrl": f"http://{self.host}/_connector", "recipient": BOT, "locale": "en-US",
            "from": {name: MEMBER[name] for name in ("id", "name", "aadObjectId")},
            "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": CHAT},
            "channelData": {"tenant": {"id": TENANT}}, **what,
        }  # fmt: skip
        async with aiohttp.ClientSession() as session, session.post(bot, json=activity, headers=headers) as response:
            return response.status

    def words(self) -> str:
        """What stands in the chat."""
        found: list[Any] = [each for post in self.posts for each in post.get("attachments", ())]
        return "\n".join(text_of(each["content"]) for each in found if each["contentType"] == CARD)

    async def _posted(self, request: web.Request) -> web.Response:
        assert "Authorization" not in request.headers
        self.posts.append(await request.json())
        return web.json_response({"id": str(len(self.posts))}, status=201)

    async def _member(self, request: web.Request) -> web.Response:
        return web.json_response(MEMBER)
