"""The tokens of the installs, kept in the store and renewed before they end."""

from __future__ import annotations

from datetime import datetime

from bot.channels.slack.renewal import Renewal, usable
from bot.channels.slack.tokens import Access, NoAccess
from bot.channels.slack.workspaces import CHANNEL, leave_workspace
from storage.records import Installation
from storage.store import Store, Work


class ManyTokens:
    """One token for each install. A workspace's own goes before that of its enterprise."""

    def __init__(self, store: Store, renewal: Renewal) -> None:
        self._store = store
        self._renewal = renewal

    async def of(self, tenant: str, enterprise: str = "") -> Access:
        """What opens this workspace now, renewed when it ends soon. Raises NoAccess."""
        found = await self._store.run(lambda work: _best(work, tenant, enterprise))
        fresh = await self._renewal.fresh(usable(found))
        return Access(fresh.token, tenant, fresh.enterprise, fresh.bot_user)

    async def gone(self, tenant: str, enterprise: str = "", at: datetime | None = None) -> None:
        """The install opens nothing more, and what waits for it is cancelled; later installs stay."""
        await self._store.run(lambda work: _end(work, tenant, enterprise, at))


def _best(work: Work, tenant: str, enterprise: str) -> Installation | None:
    known = work.workspaces.find(CHANNEL, tenant)
    if known is not None and known.state == "gone":
        raise NoAccess("gone")
    return work.installations.best(enterprise or (known.enterprise if known else ""), tenant)


def _end(work: Work, tenant: str, enterprise: str, at: datetime | None) -> None:
    known = work.workspaces.find(CHANNEL, tenant) if tenant else None
    enterprise = enterprise or (known.enterprise if known else "")
    installation = work.installations.find(enterprise, tenant)
    if installation is not None:
        if _is_after(installation, at):
            return
        work.installations.end(enterprise, tenant, "gone")
    for left in [tenant] if tenant else _served(work, enterprise):
        leave_workspace(work, left)


def _is_after(installation: Installation, at: datetime | None) -> bool:
    """Whether it was installed after that moment. Slack tells moments in whole seconds."""
    return at is not None and installation.installed.replace(microsecond=0) > at


def _served(work: Work, enterprise: str) -> list[str]:
    """The workspaces that only the enterprise's install opened."""
    inside = [row.tenant for row in work.workspaces.all(CHANNEL) if enterprise and row.enterprise == enterprise]
    own = {tenant: work.installations.find(enterprise, tenant) for tenant in inside}
    return [tenant for tenant, row in own.items() if row is None or row.state != "live"]
