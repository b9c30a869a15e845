"""One call of the fake's server: what was asked, and how it is answered or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.teams.fake.things import Json

BLOCKED = '{\r\n  "subCode": "MessageWritesBlocked",\r\n  "details": "Thread is blocked from message writes.",\r\n}'


class Refusal(Exception):
    """The call has no effect. `house`: Teams would take it; our own rules do not."""

    def __init__(
        self, status: int, code: str, why: str = "", *, retry_after: str | None = None, body: Json | None = None
    ) -> None:
        super().__init__(f"{status} {code} {why}".strip())
        self.status = status
        self.code = code
        self.why = why
        self.headers = {} if retry_after is None else {"Retry-After": retry_after}
        self.body = error(code, why) if body is None else body


@dataclass(frozen=True)
class Asked:
    """A call as it arrived. `parts` are those of its path, `body` is the JSON or the form."""

    what: str
    parts: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Json
    address: str

    @property
    def where(self) -> str:
        """What it is about: a conversation, a team, a user, a member to write to, or a tenant."""
        return next((self.parts[name] for name in ("conversation", "team", "user", "tenant") if name in self.parts), "")


@dataclass(frozen=True)
class Answer:
    """How it is answered. `reference`: the id of what came of it; `where` and `tenant` if the path says less."""

    status: int
    body: Json = field(default_factory=dict)
    reference: str = ""
    where: str = ""
    tenant: str = ""


def error(code: str, why: str = "") -> Json:
    """An error as the connector writes it; that of a blocked chat has a shape of its own."""
    if code == "MessageWritesBlocked":
        return {"errorCode": 209, "message": BLOCKED}
    return {"error": {"code": code, "message": why or code}}
