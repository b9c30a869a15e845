"""One server on 127.0.0.1 that plays the login service, the Bot Framework, the connector and Graph."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

from aiohttp import web

from tests.teams.fake import faults as trouble
from tests.teams.fake.calls import Answer, Asked, Refusal, error
from tests.teams.fake.connector import Connector
from tests.teams.fake.graph import Graph
from tests.teams.fake.keys import ISSUER
from tests.teams.fake.ledger import Called
from tests.teams.fake.login import Tokens
from tests.teams.fake.things import App, Clock, Json
from tests.teams.fake.world import World

Responder = Callable[[Asked], Answer]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_SECRET = ("client_secret", "client_assertion", "access_token")


class Server(World):
    """Answers from the state of the world, and writes everything down in `ledger`.

    `region` is part of `service_url`; another one is the same Teams at another address.
    """

    def __init__(self, clock: Clock, app: App | None = None) -> None:
        super().__init__(clock, app)
        self.tokens = Tokens(self)
        self.faults = trouble.Faults()
        self.region = "emea"
        self.base_url = ""
        self.host = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listens on a free port."""
        server = web.Application(client_max_size=16 * 1024 * 1024)
        self._add_routes(server.router)
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=1, handle_signals=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.host = f"{host}:{port}"
        self.base_url = f"http://{self.host}"

    async def stop(self) -> None:
        """Lets go of everything that hangs, and closes."""
        self.faults.release_all()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # Addresses

    @property
    def openid_url(self) -> str:
        """The OpenID metadata document."""
        return f"{self.base_url}/v1/.well-known/openidconfiguration"

    @property
    def login_url(self) -> str:
        """The login service, to which `/{tenant}/oauth2/v2.0/token` is added."""
        return f"{self.base_url}/login"

    @property
    def graph_url(self) -> str:
        """Microsoft Graph, to which `/v1.0/users/…` is added."""
        return f"{self.base_url}/graph"

    @property
    def service_url(self) -> str:
        """The connector, as activities name it; it ends with a slash."""
        return f"{self.base_url}/smba/{self.region}/"

    @property
    def identity_url(self) -> str:
        """IDENTITY_ENDPOINT of an App Service; IDENTITY_HEADER is `tokens.header`."""
        return f"{self.base_url}/msi/token"

    @property
    def imds_url(self) -> str:
        """The metadata service of a virtual machine."""
        return f"{self.base_url}/metadata/identity/oauth2/token"

    # Trouble

    def fail_next(self, key: str, *faults: trouble.Fault) -> None:
        """The next calls go wrong in these ways, one each.

        `key`: openid, keys, token, identity, imds, create, send, reply, update, delete, member, members, channels,
        team, user, manager, organization; a conversation, team, user or tenant id; or "*".
        """
        self.faults.add(key, *faults)

    def fail_always(self, key: str, fault: trouble.Fault | None) -> None:
        """All such calls go wrong until None mends them."""
        self.faults.stay(key, fault)

    # Inside

    def _add_routes(self, router: web.UrlDispatcher) -> None:
        connector, graph = Connector(self, self.tokens), Graph(self, self.tokens)
        v3 = "/smba/{region}/v3"
        one = f"{v3}/conversations/{{conversation}}"
        ways: list[tuple[str, str, str, Responder]] = [
            ("GET", "/v1/.well-known/openidconfiguration", "openid", self._openid),
            ("GET", "/v1/.well-known/keys", "keys", lambda _: Answer(200, self.keys.document())),
            ("POST", "/login/{tenant}/oauth2/v2.0/token", "token", self.tokens.by_secret),
            ("GET", "/msi/token", "identity", self.tokens.by_app_service),
            ("GET", "/metadata/identity/oauth2/token", "imds", self.tokens.by_imds),
            ("POST", f"{v3}/conversations", "create", connector.create),
            ("POST", f"{one}/activities", "send", connector.send),
            ("POST", f"{one}/activities/{{activity}}", "reply", connector.reply),
            ("PUT", f"{one}/activities/{{activity}}", "update", connector.update),
            ("DELETE", f"{one}/activities/{{activity}}", "delete", connector.delete),
            ("GET", f"{one}/members/{{member}}", "member", connector.member),
            ("GET", f"{one}/pagedmembers", "members", connector.members),
            ("GET", f"{v3}/teams/{{team}}/conversations", "channels", connector.channels),
            ("GET", f"{v3}/teams/{{team}}", "team", connector.team),
            ("GET", "/graph/v1.0/users/{user}", "user", graph.user),
            ("GET", "/graph/v1.0/users/{user}/manager", "manager", graph.manager),
            ("GET", "/graph/v1.0/organization", "organization", graph.organization),
            ("*", "/{rest:.*}", "elsewhere", _nowhere),
        ]
        for method, path, what, respond in ways:
            router.add_route(method, path, self._handler(what, respond))

    def _handler(self, what: str, respond: Responder) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._handle(request, what, respond)

        return handle

    async def _handle(self, request: web.Request, what: str, respond: Responder) -> web.StreamResponse:
        asked = Asked(what, dict(request.match_info), dict(request.query), request.headers, {}, str(request.url))
        try:
            asked = replace(asked, body=await _body(request, what))
        except Refusal as refusal:
            return self._refused(asked, refusal)
        fault = self.faults.next(what, self._about(asked))
        match fault:
            case trouble.Refuse(status, code, retry_after):
                return self._refused(asked, Refusal(status, code, retry_after=retry_after))
            case trouble.Redirect(to):
                self._write_down(asked, 302)
                return web.Response(status=302, headers={"Location": to or f"{self.base_url}/elsewhere"})
            case trouble.Drop(accepted=False):
                self._write_down(asked, 0)
                return _cut(request)
            case trouble.Hang(accepted=False) as hang:
                await _wait(hang)
        return await self._respond(request, asked, respond, fault)

    async def _respond(
        self, request: web.Request, asked: Asked, respond: Responder, fault: trouble.Fault | None
    ) -> web.StreamResponse:
        try:
            answer = respond(asked)
        except Refusal as refusal:
            return self._refused(asked, refusal)
        match fault:
            case trouble.AcceptThen(status):
                self._write_down(asked, status, answer)
                return web.json_response(error("ServiceError"), status=status)
            case trouble.Drop():
                self._write_down(asked, 0, answer)
                return _cut(request)
            case trouble.Garbage(body):
                self._write_down(asked, 200, answer)
                return web.Response(text=body, content_type="text/html")
            case trouble.Hang(accepted=True) as hang:
                self._write_down(asked, 0, answer)
                await _wait(hang)
            case _:
                self._write_down(asked, answer.status, answer)
        return web.json_response(answer.body, status=answer.status)

    def _refused(self, asked: Asked, refusal: Refusal) -> web.Response:
        self._write_down(asked, refusal.status, refusal=refusal)
        return web.json_response(refusal.body, status=refusal.status, headers=refusal.headers)

    def _write_down(
        self, asked: Asked, status: int, answer: Answer | None = None, refusal: Refusal | None = None
    ) -> None:
        chat = self.chat(asked.where)
        tenant = answer.tenant if answer else ""
        called = Called(
            self.now, asked.what, (answer.where if answer else "") or self._about(asked),
            tenant or (chat.tenant if chat else ""), status, answer is not None, refusal.code if refusal else "",
            refusal.why if refusal else "", answer.reference if answer else "",
            {key: value for key, value in asked.body.items() if key not in _SECRET}, asked.address,
        )  # fmt: skip
        self.ledger.calls.append(called)

    def _about(self, asked: Asked) -> str:
        """What a call is about: as its path says, or for a new conversation the member or the channel."""
        if asked.what != "create":
            chat = self.chat(asked.where)
            return chat.id if chat else asked.where
        members, data = asked.body.get("members"), asked.body.get("channelData")
        if isinstance(members, list) and members and isinstance(members[0], dict):
            name = str(members[0].get("id"))
            return next((user.aad for user in self.users.values() if name in (user.id, user.aad)), name)
        return str(data.get("channel", {}).get("id", "")) if isinstance(data, dict) else ""

    def _openid(self, asked: Asked) -> Answer:
        return Answer(
            200,
            {
                "issuer": ISSUER,
                "authorization_endpoint": "https://invalid.botframework.com",
                "jwks_uri": f"{self.base_url}/v1/.well-known/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            },
        )


def _nowhere(asked: Asked) -> Answer:
    raise Refusal(404, "NotFound", "There is nothing here.")


async def _body(request: web.Request, what: str) -> Json:
    """The JSON object of a writing call, or the form of a token request."""
    if what == "token":
        if request.content_type != "application/x-www-form-urlencoded":
            raise Refusal(400, "invalid_request", "AADSTS900144: The request body must be a form.")
        return dict(await request.post())
    if request.method not in ("POST", "PUT") or what == "elsewhere":
        return {}
    if request.content_type != "application/json":
        raise Refusal(415, "UnsupportedMediaType", f"A body is JSON, not {request.content_type}.")
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise Refusal(400, "BadSyntax", "The body is no JSON.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "BadSyntax", "The body is no object.")
    return body


async def _wait(hang: trouble.Hang) -> None:
    hang.reached.set()
    await hang.released.wait()


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
