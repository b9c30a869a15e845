"""Workspaces as they come and go, and whose they are."""

from __future__ import annotations

from dataclasses import replace

from bot.channels import organisations
from bot.channels.organisations import COUNTRY, LANGUAGE, ZONE
from storage.records import Workspace
from storage.store import Work

CHANNEL = "slack"


def welcome_workspace(
    work: Work,
    tenant: str,
    name: str = "",
    enterprise: str = "",
    country: str = COUNTRY,
    zone: str = ZONE,
    language: str = LANGUAGE,
    *,
    alone: bool = False,
) -> Workspace:
    """Somebody has installed Vidsyn there. `alone`: we serve no other town."""
    return organisations.welcome(
        work, CHANNEL, tenant, name, enterprise, alone=alone, country=country, zone=zone, language=language
    )


def meet_workspace(work: Work, tenant: str, enterprise: str = "", name: str = "", *, alone: bool = False) -> Workspace:
    """The workspace as it is known; one that is met for the first time is welcomed. One that is gone stays so.

    Each workspace of an enterprise with an install for all of them is met like this, when something comes from it.
    """
    return organisations.meet(work, CHANNEL, tenant, name, enterprise, alone=alone)


def leave_workspace(work: Work, tenant: str) -> int:
    """Nothing is sent there any more; how many messages had been waiting. Twice is harmless."""
    known = work.workspaces.find(CHANNEL, tenant)
    if known is not None and known.state != "gone":
        work.workspaces.put(replace(known, state="gone"))
    return work.outbox.cancel_to(CHANNEL, tenant)
