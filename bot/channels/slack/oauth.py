"""Installing by OAuth: somebody goes to Slack, says yes there, and comes back in the same browser."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlencode, urljoin

import structlog
from aiohttp import web

from bot.channels.slack.calls import Answer, Calls, Fate
from bot.channels.slack.install_page import STRICT, page
from bot.channels.slack.renewal import NOBODY, Client, ends
from bot.channels.slack.scopes import SCOPES
from bot.channels.slack.settings import Slack
from bot.channels.slack.workspaces import CHANNEL, welcome_workspace
from bot.clock import Clock
from bot.words import Words
from storage.records import Installation, new_id
from storage.store import Store, Work

log = structlog.get_logger()

INSTALL = "/slack/install"
REDIRECT = "/slack/oauth_redirect"

COOKIE = "vidsyn_install"
LIFE = timedelta(minutes=10)
"""How long one may think about it at Slack."""

STATE_BYTES = 32
_STATE = re.compile(r"[A-Za-z0-9_-]{43}")
_CODE = re.compile(r"[A-Za-z0-9._-]{1,512}")
LONGEST_NAME = 200


class NotInstalled(Exception):
    """Nothing was installed. `key` is the sentence that says why, `status` goes with it."""

    def __init__(self, key: str, status: int = 400) -> None:
        super().__init__(key)
        self.key = key
        self.status = status


@dataclass(frozen=True)
class Yes:
    """What Slack granted, and for whom."""

    installation: Installation
    name: str


def install_routes(store: Store, words: Words, clock: Clock, slack: Slack) -> list[web.RouteDef]:
    """The two routes, for the app that `slack` describes."""
    client = Client(slack.client_id, slack.client_secret.get_secret_value())
    door = Door(store, words, clock, Calls(slack.api), client, slack.api, slack.address)
    # A HEAD, by which programs try out links, must not use up a state.
    return [
        web.get(INSTALL, door.begin, allow_head=False),
        web.get(REDIRECT, door.come_back, allow_head=False),
    ]


@dataclass(frozen=True)
class Door:
    """Both ends of an install. `address` is ours, as the operator has set it: nothing else says where to come back."""

    store: Store = field(repr=False)
    words: Words = field(repr=False)
    clock: Clock
    calls: Calls
    client: Client
    api: str
    address: str

    async def begin(self, request: web.Request) -> web.Response:
        """Sends the browser to Slack, with a state that only this browser may bring back, once."""
        state = secrets.token_urlsafe(STATE_BYTES)
        now = self.clock.now()

        def keep(work: Work) -> None:
            work.oauth.sweep(now)
            work.oauth.add_state(_hash(state), now + LIFE)

        await self.store.run(keep)
        wanted = {"client_id": self.client.id, "scope": ",".join(sorted(SCOPES)), "state": state}
        query = urlencode({**wanted, "redirect_uri": self._back})
        to_slack = f"{urljoin(self.api, '/oauth/v2/authorize')}?{query}"
        response = web.Response(status=302, headers={**STRICT, "Location": to_slack})
        response.set_cookie(
            COOKIE,
            state,
            max_age=int(LIFE.total_seconds()),
            path="/slack",
            secure=self._is_secure,
            httponly=True,
            samesite="Lax",
        )
        return response

    async def come_back(self, request: web.Request) -> web.Response:
        """The end of an install: a page that says how it went."""
        try:
            response = await self._finish(request)
        except NotInstalled as why:
            response = page(request, self.words, why.key, {}, why.status, again=INSTALL)
        response.del_cookie(COOKIE, path="/slack", secure=self._is_secure, httponly=True, samesite="Lax")
        return response

    async def _finish(self, request: web.Request) -> web.Response:
        await self._spend(request)
        if denied := request.query.getall("error", []):
            raise _denial(denied)
        yes = self._granted(await self._exchange(_only(request, "code", _CODE)))
        await self.store.run(lambda work: _keep(work, yes))
        where = yes.installation
        log.info("slack_installed", tenant=where.tenant, enterprise=where.enterprise)
        key = "slack.installed" if where.tenant else "slack.installed_everywhere"
        return page(request, self.words, key, {"org": yes.name}, 200)

    async def _spend(self, request: web.Request) -> None:
        state = _only(request, "state", _STATE)
        # Somebody else's browser does not even use it up.
        if not hmac.compare_digest(request.cookies.get(COOKIE, "").encode(errors="surrogateescape"), state.encode()):
            raise NotInstalled("slack.install_stale")
        now = self.clock.now()
        if not await self.store.run(lambda work: work.oauth.spend_state(_hash(state), now)):
            raise NotInstalled("slack.install_stale")

    async def _exchange(self, code: str) -> Answer:
        answer = await self.calls.ask(NOBODY, lambda slack: self.client.ask(slack, code=code, redirect_uri=self._back))
        if answer.done:
            return answer
        log.warning("slack_not_installed", code=answer.code)
        if answer.fate in (Fate.REFUSED, Fate.GONE):
            raise NotInstalled("slack.install_failed")
        raise NotInstalled("slack.install_unreachable", 503)

    def _granted(self, answer: Answer) -> Yes:
        """What Slack granted. Raises NotInstalled for anything but a bot's token.

        That it is our own app's, Slack sees to: it takes a code only with the secret of the app it was made for.
        """
        is_wide = answer.data.get("is_enterprise_install") is True
        enterprise, tenant = answer.text("enterprise", "id"), "" if is_wide else answer.text("team", "id")
        token, app, bot_user = answer.text("access_token"), answer.text("app_id"), answer.text("bot_user_id")
        whole = token and bot_user and answer.text("token_type") == "bot" and (enterprise if is_wide else tenant)
        if not whole:
            log.warning("slack_not_installed", code="malformed")
            raise NotInstalled("slack.install_failed")
        now = self.clock.now()
        scopes = frozenset(scope for scope in answer.text("scope").split(",") if scope)
        expires = ends(answer.data.get("expires_in"), now)
        name = answer.text("enterprise" if is_wide else "team", "name")[:LONGEST_NAME] or tenant or enterprise
        return Yes(
            Installation(
                new_id(), enterprise, tenant, app, bot_user, token, answer.text("refresh_token"), expires, scopes,
                installed=now,
            ),
            name,
        )  # fmt: skip

    @property
    def _back(self) -> str:
        return self.address + REDIRECT

    @property
    def _is_secure(self) -> bool:
        return self.address.startswith("https:")


def _keep(work: Work, yes: Yes) -> None:
    """The install, and its workspaces live. Which ones an enterprise has is seen when something comes from them."""
    installation = work.installations.put(yes.installation)
    if installation.tenant:
        welcome_workspace(work, installation.tenant, yes.name, installation.enterprise)
        return
    for known in work.workspaces.all(CHANNEL):
        if known.enterprise == installation.enterprise:
            welcome_workspace(work, known.tenant, enterprise=known.enterprise)


def _only(request: web.Request, name: str, shape: re.Pattern[str]) -> str:
    values = request.query.getall(name, [])
    if len(values) != 1 or not shape.fullmatch(values[0]):
        raise NotInstalled("slack.install_stale")
    return values[0]


def _denial(errors: list[str]) -> NotInstalled:
    if errors == ["access_denied"]:
        return NotInstalled("slack.install_denied", 200)
    return NotInstalled("slack.install_failed")


def _hash(state: str) -> str:
    return sha256(state.encode()).hexdigest()
