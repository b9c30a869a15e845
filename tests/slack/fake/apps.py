"""auth.test, apps.connections.open and oauth.v2.access: tokens, how they are got and what they are."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta

from tests.slack.fake.calls import Call, Refusal
from tests.slack.fake.things import Json, Token
from tests.slack.fake.world import World

TOKEN_LIVES = timedelta(hours=12)
TICKET_LIVES = timedelta(seconds=30)


def auth_test(call: Call) -> Json:
    """auth.test: whose token this is."""
    token = call.token
    if token.kind == "app":
        return {"app_name": call.world.app.name, "app_id": call.world.app.id}
    team = call.world.teams.get(token.team)
    enterprise = {"enterprise_id": token.enterprise} if token.enterprise else {}
    return {
        "url": f"https://{team.domain if team else 'org.enterprise'}.slack.com/",
        "team": team.name if team else token.enterprise,
        "user": call.world.app.bot_name,
        "team_id": token.team or token.enterprise,
        "user_id": token.bot_user,
        "bot_id": token.bot_id,
        "is_enterprise_install": token.org_wide,
        **enterprise,
    }


def connections_open(call: Call) -> Json:
    """apps.connections.open: an address for one websocket, to be used at once."""
    ticket = secrets.token_hex(16)
    call.world.tickets[ticket] = call.world.now + TICKET_LIVES
    return {"url": f"{call.arguments['_socket_url']}?ticket={ticket}&app_id={call.world.app.id}"}


def oauth_v2_access(world: World, arguments: Json, basic: tuple[str, str] | None) -> Json:
    """oauth.v2.access: a code or a refresh token for a token. Knows no bearer token."""
    app = world.app
    id, secret = basic or (str(arguments.get("client_id", "")), str(arguments.get("client_secret", "")))
    if id != app.client_id:
        raise Refusal("invalid_client_id")
    if secret != app.client_secret:
        raise Refusal("bad_client_secret")
    grant = str(arguments.get("grant_type") or "authorization_code")
    if grant == "authorization_code":
        return _by_code(world, arguments)
    if grant == "refresh_token":
        return _by_refresh(world, str(arguments.get("refresh_token", "")))
    raise Refusal("invalid_grant_type")


def _by_code(world: World, arguments: Json) -> Json:
    code = world.codes.get(str(arguments.get("code", "")))
    if code is None:
        raise Refusal("invalid_code")
    if code.used:
        raise Refusal("code_already_used")
    if world.now > code.expires:
        raise Refusal("code_expired")
    if str(arguments.get("redirect_uri") or "") != code.redirect_uri:
        raise Refusal("bad_redirect_uri")
    code.used = True
    token = world.keep(code.token, code.expires_in)
    return _granted(world, token) | {"authed_user": {"id": code.user}}


def _by_refresh(world: World, refresh: str) -> Json:
    old = world.refreshable.pop(refresh, None)
    if old is None or old.dead:
        raise Refusal("invalid_refresh_token")
    fresh = replace(old, value=f"{old.value.rsplit('-', 1)[0]}-{secrets.token_hex(8)}")
    return _granted(world, world.keep(fresh, TOKEN_LIVES.total_seconds()))


def _granted(world: World, token: Token) -> Json:
    team = world.teams.get(token.team)
    enterprise = {"id": token.enterprise, "name": f"Org {token.enterprise}"} if token.enterprise else None
    answer: Json = {
        "access_token": token.value,
        "token_type": "bot",
        "scope": ",".join(sorted(token.scopes)),
        "bot_user_id": token.bot_user,
        "app_id": world.app.id,
        "team": {"id": team.id, "name": team.name} if team else None,
        "enterprise": enterprise,
        "is_enterprise_install": token.org_wide,
    }
    if token.expires is not None:
        seconds = int((token.expires - world.now).total_seconds())
        answer |= {"refresh_token": token.refresh, "expires_in": seconds}
    return answer
