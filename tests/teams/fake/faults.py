"""What goes wrong on the way: each fault befalls one call, or all of them until it is mended."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Refuse:
    """Answers with a status and does nothing. `retry_after` is the header as it is written; None leaves it out."""

    status: int
    code: str = ""
    retry_after: str | None = None


@dataclass(frozen=True)
class AcceptThen:
    """Does what was asked and then answers with a bare status."""

    status: int = 500


@dataclass(frozen=True)
class Drop:
    """Closes the connection without an answer. `accepted`: after having done what was asked."""

    accepted: bool


@dataclass(frozen=True)
class Garbage:
    """Does what was asked and answers 200 with what is no JSON."""

    body: str = "<html>oops</html>"


@dataclass(frozen=True)
class Redirect:
    """Answers 302 to this address; empty for one of the fake's own, which the ledger calls "elsewhere"."""

    to: str = ""


@dataclass
class Hang:
    """Stays silent until `release()`; `reached` is set when a call waits. `accepted`: does it first, else after."""

    accepted: bool = True
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Lets the call go on."""
        self.released.set()


@dataclass(frozen=True)
class Fine:
    """Nothing goes wrong this time."""


Fault = Fine | Refuse | AcceptThen | Drop | Garbage | Redirect | Hang

FINE = Fine()
DROP_BEFORE = Drop(accepted=False)
DROP_AFTER = Drop(accepted=True)

T10: dict[str, Refuse] = {
    "BotNotInConversationRoster": Refuse(403, "BotNotInConversationRoster"),
    "ConversationBlockedByUser": Refuse(403, "ConversationBlockedByUser"),
    "BotDisabledByAdmin": Refuse(403, "BotDisabledByAdmin"),
    "MessageWritesBlocked": Refuse(403, "MessageWritesBlocked"),
    "InvalidBotApiHost": Refuse(403, "InvalidBotApiHost"),
    "ForbiddenOperationException": Refuse(403, "ForbiddenOperationException"),
    "ConversationNotFound": Refuse(404, "ConversationNotFound"),
    "ActivityNotFoundInConversation": Refuse(404, "ActivityNotFoundInConversation"),
    "BotNotRegistered": Refuse(401, "BotNotRegistered"),
    "BadSyntax": Refuse(400, "BadSyntax"),
    "PreconditionFailed": Refuse(412, "PreconditionFailed"),
    "MessageSizeTooBig": Refuse(413, "MessageSizeTooBig"),
    "Throttled": Refuse(429, "Throttled"),
    "Throttled after": Refuse(429, "Throttled", "3"),
    "500": Refuse(500, "ServiceError"),
    "502": Refuse(502, "BadGateway"),
    "503": Refuse(503, "ServiceUnavailable"),
    "504": Refuse(504, "GatewayTimeout"),
}
"""The rows of the table of status codes, by their code."""


@dataclass
class Faults:
    """Faults in waiting and faults that stay, by what is called or by the conversation; "*" befalls any call."""

    waiting: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    standing: dict[str, Fault] = field(default_factory=dict)
    hangs: list[Hang] = field(default_factory=list)

    def add(self, key: str, *faults: Fault) -> None:
        """The next calls meet these, one each."""
        self.waiting[key].extend(faults)
        self.hangs += [fault for fault in faults if isinstance(fault, Hang)]

    def stay(self, key: str, fault: Fault | None) -> None:
        """Every call meets this one until None mends it."""
        self.standing.pop(key, None)
        if fault is not None:
            self.standing[key] = fault
        if isinstance(fault, Hang):
            self.hangs.append(fault)

    def next(self, what: str, where: str) -> Fault | None:
        """What befalls this call."""
        keys = [key for key in (where, what, "*") if key]
        for key in keys:
            if self.waiting[key]:
                return self.waiting[key].popleft()
        return next((self.standing[key] for key in keys if key in self.standing), None)

    def release_all(self) -> None:
        """Nothing hangs any more."""
        for hang in self.hangs:
            hang.release()
