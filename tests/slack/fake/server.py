"""A server on 127.0.0.1 that answers like slack.com/api."""

from __future__ import annotations

import asyncio

from aiohttp import web

from tests.slack.fake import faults as trouble
from tests.slack.fake import files
from tests.slack.fake.apps import oauth_v2_access
from tests.slack.fake.calls import Call, Refusal, readable
from tests.slack.fake.ledger import Called, Refused
from tests.slack.fake.limits import Exceeded
from tests.slack.fake.methods import METHODS, Method
from tests.slack.fake.requests import arguments_of, client_of, cut, limited
from tests.slack.fake.things import App, Clock, Json, Token
from tests.slack.fake.world import World

OAUTH = "oauth.v2.access"


class ApiServer(World):
    """Answers at `base_url` like slack.com/api, from the state of the world."""

    def __init__(self, clock: Clock, app: App | None = None) -> None:
        super().__init__(clock, app)
        self.faults = trouble.Faults()
        self.base_url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listens on a free port."""
        server = web.Application(client_max_size=16 * 1024 * 1024)
        self.add_routes(server)
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=1, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}/api/"

    async def stop(self) -> None:
        """Lets go of everything that hangs, and closes."""
        self.faults.release_all()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def root(self) -> str:
        """The address of the server, without a slash at its end."""
        return self.base_url.removesuffix("/api/")

    def add_routes(self, server: web.Application) -> None:
        """The addresses that this server has."""
        server.router.add_route("*", "/api/{method}", self._api)
        server.router.add_post("/upload/v1/{id}", self._upload)

    def fail_next(self, method: str, *faults: trouble.Fault) -> None:
        """The next calls of the method (or of any: "*") go wrong in these ways, one each."""
        self.faults.add(method, *faults)

    async def _upload(self, request: web.Request) -> web.Response:
        taken = files.upload(self, request.match_info["id"], await request.read())
        return web.Response(text="OK" if taken else "no", status=200 if taken else 400)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await arguments_of(request)
        self.ledger.calls.append(Called(self.now, method, readable(arguments or {})))
        fault = self.faults.next(method)
        match fault:
            case trouble.Http(status):
                return web.Response(status=status, text="")
            case trouble.Limited(retry_after):
                self.ledger.refusals.append(Refused(self.now, method, "", "ratelimited"))
                return limited(retry_after)
            case trouble.Refusal(error):
                self.ledger.refusals.append(Refused(self.now, method, "", error))
                return web.json_response({"ok": False, "error": error})
            case trouble.Drop(accepted=False):
                return cut(request)
            case trouble.Hang(accepted=False) as hang:
                await _wait(hang)
        response = self._answer(request, method, arguments)
        match fault:
            case trouble.Drop(accepted=True):
                return cut(request)
            case trouble.AcceptThen(status):
                return web.Response(status=status, text="")
            case trouble.Garbage(body):
                return web.Response(text=body, content_type="text/html")
            case trouble.Hang(accepted=True) as hang:
                await _wait(hang)
            case trouble.Slow(seconds):
                await asyncio.sleep(seconds)
        return response

    def _answer(self, request: web.Request, method: str, arguments: Json | None) -> web.Response:
        headers = {"x-slack-req-id": f"req{self.number()}"}
        token: Token | None = None
        try:
            if arguments is None:
                raise Refusal("invalid_json")
            if method == OAUTH:
                body = oauth_v2_access(self, arguments, client_of(request))
            else:
                known = METHODS.get(method)
                if known is None:
                    raise Refusal("unknown_method", req_method=method)
                token = self._token(request, arguments)
                body = known.run(self._call(request, known, method, arguments, token))
        except Exceeded as exceeded:
            return limited(str(exceeded.wait))
        except Refusal as refusal:
            team = token.team if token else ""
            channel = str((arguments or {}).get("channel", ""))
            self.ledger.refusals.append(Refused(self.now, method, team, refusal.error, channel, why=tuple(refusal.why)))
            details = {"response_metadata": {"messages": refusal.why}} if refusal.why else {}
            body = {"ok": False, "error": refusal.error, **refusal.more, **details}
            return web.json_response(body, headers=headers | _scopes(token, method))
        return web.json_response({"ok": True, **body}, headers=headers | _scopes(token, method))

    def _call(self, request: web.Request, known: Method, method: str, arguments: Json, token: Token) -> Call:
        if known.kind not in ("any", token.kind):
            raise Refusal("not_allowed_token_type")
        if request.method == "GET" and not known.get:
            raise Refusal("method_not_supported_by_get", ["the fake wants POST here"])
        if request.content_type == "application/json" and not known.json:
            arguments = {"team_id": arguments.get("team_id")}
        arguments = {
            **arguments,
            "_upload_url": f"{self.root}/upload/v1",
            "_socket_url": f"{self.root.replace('http', 'ws', 1)}/link/",
        }
        call = Call(self, method, arguments, token)
        call.need(*known.scopes)
        asked = call.text("team_id")
        if token.kind == "bot" and asked and asked not in token.teams:
            raise Refusal("team_access_not_granted" if asked in self.teams else "invalid_team_id")
        if known.needs_team and token.org_wide and not asked:
            raise Refusal("missing_argument", ["team_id"])
        try:
            self.limits.take(method, call.team or self._team_meant(arguments), self.now)
        except Exceeded as exceeded:
            call.refused("ratelimited", call.text("channel") if method.startswith("chat") else "", exceeded.wait)
            raise
        return call

    def _team_meant(self, arguments: Json) -> str:
        """The workspace of the channel or user that an org-wide token names."""
        for name in ("channel", "user", "user_id", "channel_id"):
            named = str(arguments.get(name, ""))
            if named in self.channels:
                return self.channels[named].team
            if named in self.users:
                return self.users[named].team
        return ""

    def _token(self, request: web.Request, arguments: Json) -> Token:
        header = request.headers.get("Authorization", "")
        in_form = arguments.get("token", "") if request.content_type != "application/json" else ""
        value = header.removeprefix("Bearer ") if header.startswith("Bearer ") else str(in_form)
        if not value:
            raise Refusal("not_authed")
        token = self.tokens.get(value)
        if token is None:
            raise Refusal("invalid_auth")
        if token.dead:
            raise Refusal(token.dead)
        if token.expires is not None and self.now >= token.expires:
            raise Refusal("token_expired")
        return token


def _scopes(token: Token | None, method: str) -> dict[str, str]:
    if token is None or method not in METHODS:
        return {}
    needed = ",".join(METHODS[method].scopes)
    return {"x-oauth-scopes": ",".join(sorted(token.scopes)), "x-accepted-oauth-scopes": needed}


async def _wait(hang: trouble.Hang) -> None:
    hang.reached.set()
    await hang.released.wait()
