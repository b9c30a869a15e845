"""The keys with which the Bot Framework signs, and the tokens it makes with them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from tests.teams.fake.things import App, Clock, Json

ISSUER = "https://api.botframework.com"
ENDORSED = ("skype", "msteams", "webchat")
LIVES = timedelta(hours=1)


@cache
def rsa_key(number: int) -> RSAPrivateKey:
    """The n-th key; made once per process, since that takes time."""
    return generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Key:
    """A published key. `endorsements` are the channels it may speak for; None leaves the list out."""

    number: int
    endorsements: tuple[str, ...] | None = ENDORSED

    @property
    def kid(self) -> str:
        """Its id."""
        return f"key-{self.number}"

    @property
    def private(self) -> RSAPrivateKey:
        """What signs."""
        return rsa_key(self.number)

    def published(self) -> Json:
        """As it stands in the document."""
        body: Json = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        body = {"kty": "RSA", "use": "sig", "kid": self.kid, "x5t": self.kid, "n": body["n"], "e": body["e"]}
        return body if self.endorsements is None else body | {"endorsements": list(self.endorsements)}


@dataclass
class Keys:
    """`published` are those of the document; the last one signs."""

    app: App
    clock: Clock
    published: list[Key] = field(default_factory=lambda: [Key(0)])

    @property
    def current(self) -> Key:
        """The one that signs."""
        return self.published[-1]

    def roll(self, *, keep_old: bool = False, endorsements: tuple[str, ...] | None = ENDORSED) -> Key:
        """A new key signs from now on; the old ones leave the document unless they are kept."""
        new = Key(self.current.number + 1, endorsements)
        self.published = [*(self.published if keep_old else []), new]
        return new

    def document(self) -> Json:
        """The JSON Web Key Set."""
        return {"keys": [key.published() for key in self.published]}

    def token(
        self,
        service_url: str,
        claims: Json | None = None,
        *,
        key: Key | None = None,
        headers: Json | None = None,
        algorithm: str = "RS256",
        secret: Any = None,
    ) -> str:
        """A token as Teams sends it. In `claims` and `headers` None takes one away; `secret` signs instead."""
        now, key = self.clock.now(), key or self.current
        standard: Json = {
            "serviceurl": service_url, "nbf": now, "exp": now + LIVES, "iss": ISSUER, "aud": self.app.id,
        }  # fmt: skip
        header: Json = {"kid": key.kid, "x5t": key.kid, "typ": "JWT"}
        return jwt.encode(
            _with(standard, claims), secret if secret is not None else key.private, algorithm, _with(header, headers)
        )


def _with(standard: Json, changes: Json | None) -> Json:
    return {name: value for name, value in (standard | (changes or {})).items() if value is not None}
