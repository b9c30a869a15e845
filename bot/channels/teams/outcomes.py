"""What becomes of a message after an answer of Teams (T10)."""

from __future__ import annotations

from bot.channel import End, Outcome
from bot.channels.teams.calls import Answer, Fate

AGAIN = 30.0
"""Seconds until a message is tried again that Teams could not take."""

LOCKED_OUT = 600.0
"""Seconds until it is tried again when our own secret is refused: somebody has to change it first."""

DAY = 86400.0
"""Seconds that a message waits for an install, which wakes it."""

ABSENT = "not_installed"
NOT_INSTALLED = frozenset({"BotNotInConversationRoster", "ForbiddenOperationException"})
BLOCKED = frozenset({"ConversationBlockedByUser", "BotDisabledByAdmin", "MessageWritesBlocked"})
"""By the person or an administrator, until the person acts."""

NO_CONVERSATION = "ConversationNotFound"

_REASONS = {
    "InvalidBotApiHost": (
        "InvalidBotApiHost: this tenant is reached at another host, which is known once somebody there has written to "
        "Vidsyn. If it is none of Microsoft's usual ones, add it to TEAMS_SERVICE_HOSTS."
    ),
    "wrong_host": (
        "wrong_host: the stored address of this conversation is none that messages may go to. If it is right, add its "
        "host to TEAMS_SERVICE_HOSTS."
    ),
}


class Stopped(Exception):
    """The message goes no further. `outcome` is why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


def later(reason: str, after: float, *, counts: bool = False) -> Stopped:
    """The message comes again in so many seconds."""
    return Stopped(Outcome(End.LATER, reason=reason, after=after, counts=counts))


def refused(reason: str) -> Stopped:
    """The message will never go."""
    return Stopped(Outcome(End.REFUSED, reason=reason))


def unknown(reason: str) -> Stopped:
    """Nobody can tell whether the message, or all of it, arrived."""
    return Stopped(Outcome(End.UNKNOWN, reason=reason))


def stopped_by(answer: Answer, wait: float) -> Stopped:
    """Why the message stops at this answer, which is not `done`. `wait`: seconds until anybody may call again."""
    match answer.fate:
        case Fate.LIMITED:
            return later(answer.code, max(wait, answer.after))
        case Fate.NOT_SENT:
            # Teams is out of reach, which is not the message's fault.
            return later(answer.code, max(wait, AGAIN))
        case Fate.LOCKED_OUT:
            return later(answer.code, LOCKED_OUT)
        case Fate.BUSY:
            return later(answer.code, max(wait, AGAIN), counts=True)
        case Fate.LOST:
            return unknown(answer.code)
    return refused(_REASONS.get(answer.code, answer.code))
