"""Everything that was asked of the fake, in order, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.teams.fake.things import Json


@dataclass(frozen=True)
class Called:
    """One call. `what` names the operation, `where` the conversation, user or team, `reference` what came of it.

    `status` 0: the connection was closed, or nothing was answered. `accepted`: it had its effect, whatever the status.
    """

    at: datetime
    what: str
    where: str
    tenant: str
    status: int
    accepted: bool
    code: str = ""
    why: str = ""
    reference: str = ""
    body: Json = field(default_factory=dict)
    address: str = ""


WRITES = ("create", "send", "reply", "update", "delete")


@dataclass
class Ledger:
    """`calls` is all of it; secrets are left out of the bodies."""

    calls: list[Called] = field(default_factory=list)

    def of(self, *what: str) -> list[Called]:
        """The calls of these operations."""
        return [call for call in self.calls if call.what in what]

    def count(self, what: str) -> int:
        """How often an operation was asked for."""
        return len(self.of(what))

    @property
    def accepted(self) -> list[Called]:
        """Every writing call that had its effect."""
        return [call for call in self.of(*WRITES) if call.accepted]

    @property
    def refused(self) -> list[Called]:
        """Every call of any kind that had none."""
        return [call for call in self.calls if not call.accepted]

    def accepted_in(self, where: str) -> list[Called]:
        """What had its effect in one conversation."""
        return [call for call in self.accepted if call.where == where]
