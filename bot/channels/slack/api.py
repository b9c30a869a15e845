"""Calls to a workspace: with its token as it is at that moment, and never while Slack says wait."""

from __future__ import annotations

from bot.channels.slack.calls import Answer, Ask, Calls, Fate
from bot.channels.slack.pace import LIMITS, Pace
from bot.channels.slack.tokens import Access, NoAccess, Tokens
from bot.clock import Clock
from storage.store import StoreUnavailable


class Api:
    """What outgoing things go through."""

    def __init__(self, calls: Calls, tokens: Tokens, pace: Pace, clock: Clock) -> None:
        self.pace = pace
        self.clock = clock
        self._calls = calls
        self._tokens = tokens

    async def ask(self, tenant: str, method: str, ask: Ask) -> Answer:
        """Calls once. `method` is what `ask` calls: Slack counts, and says wait, for each of them."""
        if held := self.pace.held(tenant, method):
            return Answer(Fate.LIMITED, code="ratelimited", after=held)
        began = self.clock.now()
        try:
            access = await self._tokens.of(tenant)
        except NoAccess as no:
            return Answer(Fate.NOT_SENT if no.later else Fate.REFUSED, code=no.reason)
        except StoreUnavailable:
            return Answer(Fate.NOT_SENT, code="store")
        answer = await self._calls.ask(access, ask)
        if answer.fate is Fate.GONE:
            try:
                if await self._is_renewed(access):
                    return Answer(Fate.NOT_SENT, code="token_renewed")
                await self._tokens.gone(tenant, access.enterprise, began)
            except StoreUnavailable:  # Slack did nothing, and says so again
                return Answer(Fate.NOT_SENT, code="store")
        self._learn(tenant, method, answer)
        return answer

    async def _is_renewed(self, access: Access) -> bool:
        """Whether another token opens the workspace by now: then the end of this one is the end of nothing else."""
        try:
            return (await self._tokens.of(access.tenant, access.enterprise)).token != access.token
        except NoAccess:
            return False

    async def upload(self, address: str, content: bytes) -> Answer:
        """Hands over the content of a file."""
        return await self._calls.upload(address, content)

    def _learn(self, tenant: str, method: str, answer: Answer) -> None:
        if answer.fate is Fate.LIMITED:
            self.pace.hold(tenant, method, answer.after)
        elif method not in LIMITS:
            return  # nobody stands in line for it
        elif answer.fate in (Fate.BUSY, Fate.NOT_SENT, Fate.LOST):
            self.pace.trouble(tenant, method)
        else:
            self.pace.well(tenant, method)
