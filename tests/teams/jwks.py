"""Keys of our own, tokens made with them, and a Microsoft that tells which keys are its own."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

Json = dict[str, Any]
Answer = Callable[[web.Request], web.StreamResponse]

NOON = datetime(2026, 5, 7, 10, 0, tzinfo=UTC)
STAMP = int(NOON.timestamp())
APP_ID = "1b2c3d4e-0f1a-4b2c-8d3e-4f5a6b7c8d9e"
ISSUER = "https://api.botframework.com"
SERVICE = "https://smba.trafficmanager.net/emea/9e8d7c6b-5a4f-4e3d-8c2b-1a0f4e3d2c1b/"
DOCUMENT = "/v1/.well-known/openidconfiguration"
KEYS = "/v1/.well-known/keys"


def private_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key for each name, the same one in all tests."""
    return _made(name, bits)


@cache
def _made(name: str, bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def segment(part: bytes | Json) -> str:
    """A part of a token."""
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def sealed(header: bytes | Json, claims: bytes | Json, key: rsa.RSAPrivateKey) -> str:
    """A token with an RS256 signature, whatever its header says."""
    signed = f"{segment(header)}.{segment(claims)}"
    return f"{signed}.{segment(key.sign(signed.encode(), padding.PKCS1v15(), SHA256()))}"


def claims(**changes: Any) -> Json:
    """What a token of Microsoft's says: these five were seen on a live one."""
    usual = {"aud": APP_ID, "iss": ISSUER, "nbf": STAMP - 60, "exp": STAMP + 3600, "serviceurl": SERVICE}
    return usual | changes


def header(**changes: Any) -> Json:
    """The header of a token that is signed with the key "one"."""
    return {"typ": "JWT", "alg": "RS256", "kid": "one", "x5t": "one"} | changes


def token(name: str = "one", **changes: Any) -> str:
    """A good token by the key of this name, with other claims."""
    return sealed(header(kid=name, x5t=name), claims(**changes), private_key(name))


def jwk(name: str = "one", bits: int = 2048, **changes: Any) -> Json:
    """A public key as Microsoft lists it."""
    numbers = private_key(name, bits).public_key().public_numbers()
    usual = {"kty": "RSA", "use": "sig", "kid": name, "x5t": name, "endorsements": ["skype", "msteams", "msteamsbot"]}
    return usual | {"n": _number(numbers.n), "e": _number(numbers.e)} | changes


def _number(value: int) -> str:
    return segment(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Microsoft:
    """Serves the OpenID document and the keys. `asked` are the paths that were fetched, in order.

    `answers` takes the place of a path's answer. While `holds` is clear, nothing is answered.
    """

    def __init__(self, keys: Iterable[Json] | None = None) -> None:
        self.keys: list[Any] = [jwk()] if keys is None else list(keys)
        self.asked: list[str] = []
        self.answers: dict[str, Answer] = {}
        self.holds = asyncio.Event()
        self.holds.set()
        self.began = asyncio.Event()
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self._server = TestServer(app)

    @property
    def document(self) -> str:
        """The address of the OpenID document."""
        return str(self._server.make_url(DOCUMENT))

    @property
    def fetches(self) -> int:
        """How often the document was fetched."""
        return self.asked.count(DOCUMENT)

    async def start(self) -> None:
        """Opens, on a port of its own."""
        await self._server.start_server()

    async def close(self) -> None:
        """Answers nothing more."""
        self.holds.set()
        await self._server.close()

    def says(self, path: str, body: bytes | Json, status: int = 200, **headers: str) -> None:
        """What is answered at `path` from now on."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers[path] = lambda request: web.Response(body=data, status=status, headers=headers)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        self.began.set()
        await self.holds.wait()
        if request.path in self.answers:
            return self.answers[request.path](request)
        if request.path == DOCUMENT:
            return web.json_response({"issuer": ISSUER, "jwks_uri": str(self._server.make_url(KEYS))})
        if request.path == KEYS:
            return web.json_response({"keys": self.keys})
        raise web.HTTPNotFound()
