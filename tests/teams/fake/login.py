"""Where the bot gets its tokens: the login service, and the two kinds of managed identity."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.teams.fake.calls import Answer, Asked, Refusal
from tests.teams.fake.things import Json
from tests.teams.fake.world import World

CONNECTOR = "https://api.botframework.com"
GRAPH = "https://graph.microsoft.com"
AUDIENCES = {f"{audience}/.default": audience for audience in (CONNECTOR, GRAPH)}


@dataclass(frozen=True)
class Token:
    """What opens one of the two services until it expires."""

    value: str
    audience: str
    tenant: str
    expires: datetime


@dataclass
class Tokens:
    """All tokens ever given. `lives`: seconds; `header`: the secret of the App Service's identity."""

    world: World
    lives: int = 3599
    header: str = "the-identity-header"
    given: dict[str, Token] = field(default_factory=dict)

    def by_secret(self, asked: Asked) -> Answer:
        """client_credentials: the app's id and secret, in the tenant where it is known."""
        form, tenant, app = asked.body, asked.parts["tenant"], self.world.app
        if form.get("grant_type") != "client_credentials":
            raise _no(400, "unsupported_grant_type", "AADSTS70003")
        if tenant not in (*self.world.tenants, app.login_tenant):
            raise _no(400, "invalid_request", "AADSTS90002: Tenant not found.")
        if form.get("client_id") != app.id:
            raise _no(400, "unauthorized_client", "AADSTS700016: Application not found in the directory.")
        if form.get("client_secret") != app.secret:
            raise _no(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        audience = AUDIENCES.get(str(form.get("scope")))
        if audience is None:
            raise _no(400, "invalid_scope", "AADSTS70011: The provided value for the input parameter is not valid.")
        if audience == CONNECTOR and tenant != app.login_tenant:
            raise _no(400, "unauthorized_client", "AADSTS700016: The bot is at home in another tenant.")
        token = self.give(audience, tenant)
        body = {"token_type": "Bearer", "expires_in": self.lives, "ext_expires_in": self.lives}
        return Answer(200, body | {"access_token": token.value}, tenant=tenant)

    def by_app_service(self, asked: Asked) -> Answer:
        """The App Service's identity endpoint."""
        if asked.headers.get("X-IDENTITY-HEADER") != self.header:
            raise Refusal(401, "Unauthorized", body={"statusCode": 401, "message": "No managed identity."})
        return self._by_identity(asked, "2019-08-01", {})

    def by_imds(self, asked: Asked) -> Answer:
        """The identity endpoint of a virtual machine."""
        if asked.headers.get("Metadata") != "true":
            raise _no(400, "invalid_request", "Required metadata header not specified")
        return self._by_identity(asked, "2018-02-01", {"expires_in": str(self.lives)})

    def give(self, audience: str, tenant: str = "") -> Token:
        """A new token, as if somebody had asked for it."""
        expires = self.world.now + timedelta(seconds=self.lives)
        token = Token(f"token-{secrets.token_hex(16)}", audience, tenant or self.world.app.tenant, expires)
        self.given[token.value] = token
        return token

    def check(self, asked: Asked, audience: str) -> Token:
        """The token of a call, or 401."""
        scheme, _, value = asked.headers.get("Authorization", "").partition(" ")
        token = self.given.get(value)
        why = ""
        if scheme != "Bearer" or token is None:
            why = "No such token."
        elif token.audience != audience:
            why = f"The token is for {token.audience}."
        elif token.expires <= self.world.now:
            why = "The token has expired."
        if why or token is None:
            code = "InvalidAuthenticationToken" if audience == GRAPH else "Unauthorized"
            raise Refusal(401, code, why)
        return token

    def forget(self) -> None:
        """No token opens anything any more."""
        self.given.clear()

    def _by_identity(self, asked: Asked, version: str, more: Json) -> Answer:
        if asked.query.get("api-version") != version:
            raise _no(400, "invalid_request", f"The api-version is {version}.")
        if asked.query.get("client_id") != self.world.app.id:
            raise _no(400, "invalid_request", "Identity not found")
        resource = asked.query.get("resource", "").rstrip("/")
        if resource not in (CONNECTOR, GRAPH):
            raise _no(400, "invalid_resource", "AADSTS500011")
        token = self.give(resource)
        body: Json = {
            "access_token": token.value, "expires_on": str(int(token.expires.timestamp())), "resource": resource,
            "token_type": "Bearer", "client_id": self.world.app.id,
        }  # fmt: skip
        return Answer(200, body | more)


def _no(status: int, code: str, why: str) -> Refusal:
    return Refusal(status, code, why, body={"error": code, "error_description": why})
