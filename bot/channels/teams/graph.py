"""Microsoft Graph: who somebody is, who leads them, and what the organisation is called, where we may ask.

An administrator consents once for User.Read.All, and for Organization.Read.All; without that nothing is lost but
convenience.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from bot.channels.payload import each, text
from bot.channels.teams.calls import Fate
from bot.channels.teams.reading import Asks, decided
from bot.clock import Clock

NO_CONSENT_STANDS = timedelta(hours=1)
"""Where we may not ask, we do not ask again within this."""

OF_A_PERSON = "displayName,mail,userPrincipalName,preferredLanguage,department,accountEnabled,userType"
"""What is used, and no more."""

USER = "#microsoft.graph.user"


class Graph:
    """The Graph at `base`, for the `tenant` that our token is for; of any other it is not asked."""

    def __init__(self, calls: Asks, clock: Clock, base: str, tenant: str) -> None:
        self._calls = calls
        self._clock = clock
        self._base = base
        self._tenant = tenant
        self._closed_until: dict[str, datetime] = {}

    async def user(self, tenant: str, aad: str) -> Mapping[str, Any]:
        """Somebody's user object; empty when there is none, or none for us. Raises NotReached."""
        return await self._get(tenant, "users", f"/{quote(aad, safe='')}?$select={OF_A_PERSON}")

    async def manager(self, tenant: str, aad: str) -> str:
        """The AAD object id of somebody's manager; empty when there is none, or none for us. Raises NotReached."""
        manager = await self._get(tenant, "users", f"/{quote(aad, safe='')}/manager?$select=id")
        # A manager may also be a contact without an account.
        return text(manager, "id").lower() if text(manager, "@odata.type") in ("", USER) else ""

    async def organisation(self, tenant: str) -> str:
        """What the tenant is called; empty when we may not know. Raises NotReached."""
        found = each(await self._get(tenant, "organization", "?$select=displayName"), "value")
        return text(found[0], "displayName").strip() if found else ""

    async def _get(self, tenant: str, what: str, rest: str) -> Mapping[str, Any]:
        closed = self._closed_until.get(what)
        if tenant != self._tenant or (closed is not None and self._clock.now() < closed):
            return {}
        answer = await self._calls.ask("GET", f"{self._base}/v1.0/{what}{rest}", graph=True)
        if answer.fate is Fate.LOCKED_OUT or answer.status in (401, 403):
            self._closed_until[what] = self._clock.now() + NO_CONSENT_STANDS
            return {}
        return answer.data if decided(answer).done else {}
