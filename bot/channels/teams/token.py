"""Whether a request is from Microsoft, and meant for us (T1, T3, T4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt

from bot.channels.body import parse
from bot.channels.teams.keys import Key, Keys

CHANNEL = "msteams"
"""What Teams calls itself, in an activity and in what a key may speak for."""

SKEW = 300
"""Seconds that Microsoft's clock and ours may differ, either way."""

LONGEST = 8_000
"""Characters of a token; Microsoft's have about a thousand."""

ALGORITHMS = ("RS256",)
"""Never what the token itself says: with HS256 anybody could sign, the public key being the secret."""

_BEARER = re.compile(r"Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)")


class Refused(Exception):
    """The request does not come in. `status` is 401 without a valid token, 403 when it is for something else.

    `code` is for the log: what was wrong, never with what.
    """

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Proof:
    """What a valid token says: the service that it is from, and the channels its key may speak for."""

    service: str
    endorsements: frozenset[str]


async def prove(header: str, keys: Keys, app_id: str, issuer: str, now: datetime) -> Proof:
    """What the token in an Authorization header proves, `app_id` and `issuer` being whom it is for and from.

    Raises Refused with 401.
    """
    found = _BEARER.fullmatch(header) if len(header) <= LONGEST else None
    if found is None or not app_id:
        raise Refused(401, "no_token")
    key = await keys.find(_key_id(found[1]), now)
    if key is None:
        raise Refused(401, "unknown_key")
    claims = _claims(found[1], key)
    if claims.get("iss") != issuer:
        raise Refused(401, "issuer")
    if claims.get("aud") != app_id:
        raise Refused(401, "audience")
    _check_time(claims, now.timestamp())
    service = claims.get("serviceurl")
    if not isinstance(service, str) or not service:
        raise Refused(401, "no_service")
    return Proof(service, key.endorsements)


def check(proof: Proof, activity: Mapping[str, Any]) -> None:
    """Raises Refused with 403 unless the token was made for this activity.

    The service's address must be the very same, slash and case too: one service writes both from one value, so that a
    difference was made by somebody else, and our own tokens are sent to that address.
    """
    if activity.get("channelId") != CHANNEL:
        raise Refused(403, "channel")
    if CHANNEL not in proof.endorsements:
        raise Refused(403, "endorsement")
    if activity.get("serviceUrl") != proof.service:
        raise Refused(403, "service")


def _key_id(token: str) -> str:
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except jwt.PyJWTError:
        raise Refused(401, "malformed") from None
    if not isinstance(kid, str):
        raise Refused(401, "malformed")
    return kid


def _claims(token: str, key: Key) -> dict[str, Any]:
    try:
        claims = parse(_JWS.decode(token, key.public, algorithms=ALGORITHMS).decode("utf-8"))
    except jwt.PyJWTError:
        raise Refused(401, "signature") from None
    except (ValueError, RecursionError):
        raise Refused(401, "claims") from None
    if not isinstance(claims, dict):
        raise Refused(401, "claims")
    return claims


def _check_time(claims: Mapping[str, Any], now: float) -> None:
    if now >= _seconds(claims.get("exp")) + SKEW:
        raise Refused(401, "expired")
    if now < _seconds(claims.get("nbf", 0)) - SKEW:
        raise Refused(401, "not_yet")


def _seconds(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(401, "time")
    return value


_JWS = jwt.PyJWS()
