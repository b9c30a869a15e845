"""Workspaces as they come and go, and whose they are."""

from __future__ import annotations

from dataclasses import replace

from storage.records import Organisation, Workspace, new_id
from storage.store import Work

CHANNEL = "slack"

COUNTRY, ZONE, LANGUAGE = "DK", "Europe/Copenhagen", "da"
"""Of an organisation that nobody has said anything about."""


def welcome_workspace(
    work: Work,
    tenant: str,
    name: str = "",
    enterprise: str = "",
    country: str = COUNTRY,
    zone: str = ZONE,
    language: str = LANGUAGE,
) -> Workspace:
    """Somebody has installed Vidsyn there: the workspace lives, and belongs to the organisation it always had.

    One that was never there gets an organisation of its own, of the same name. An empty name changes none; one that
    comes later takes the place of the workspace's id.
    """
    known = work.workspaces.find(CHANNEL, tenant)
    if known is None:
        organisation = Organisation(new_id(), name or tenant, country, zone, language)
        work.people.add_organisation(organisation)
        known = Workspace(CHANNEL, tenant, organisation.name, organisation.id, enterprise)
    elif name and known.name == tenant and work.people.organisation(known.organisation).name == tenant:
        work.people.name_organisation(known.organisation, name)
    workspace = replace(known, name=name or known.name, enterprise=enterprise, state="live")
    work.workspaces.put(workspace)
    return workspace


def meet_workspace(work: Work, tenant: str, enterprise: str = "", name: str = "") -> Workspace:
    """The workspace as it is known; one that is met for the first time is welcomed. One that is gone stays so.

    Each workspace of an enterprise with an install for all of them is met like this, when something comes from it.
    """
    return work.workspaces.find(CHANNEL, tenant) or welcome_workspace(work, tenant, name, enterprise)


def leave_workspace(work: Work, tenant: str) -> int:
    """Nothing is sent there any more; how many messages had been waiting. Twice is harmless."""
    known = work.workspaces.find(CHANNEL, tenant)
    if known is not None and known.state != "gone":
        work.workspaces.put(replace(known, state="gone"))
    return work.outbox.cancel_to(CHANNEL, tenant)
