"""Workspaces and tenants as they come, and whose they are: one organisation may be met on several platforms."""

from __future__ import annotations

from dataclasses import replace

from storage.records import Organisation, Workspace, new_id
from storage.store import Work

COUNTRY, ZONE, LANGUAGE = "DK", "Europe/Copenhagen", "da"
"""Of an organisation that nobody has said anything about."""

PLATFORMS = ("slack", "teams")


def welcome(
    work: Work,
    channel: str,
    tenant: str,
    name: str = "",
    enterprise: str = "",
    *,
    alone: bool = False,
    country: str = COUNTRY,
    zone: str = ZONE,
    language: str = LANGUAGE,
) -> Workspace:
    """Somebody has installed Vidsyn there: the place lives, and belongs to the organisation it always had.

    One that was never there gets an organisation of its own, of the same name; where we serve one town `alone`, it
    joins the one organisation that there is. An empty name changes none; one that comes later takes the place of an id.
    """
    known = work.workspaces.find(channel, tenant)
    if known is None:
        home = _only_one(work) if alone else None
        if home is None:
            home = Organisation(new_id(), name or tenant, country, zone, language)
            work.people.add_organisation(home)
        known = Workspace(channel, tenant, name or tenant, home.id, enterprise)
    if name and _is_nameless(work, known):
        work.people.name_organisation(known.organisation, name)
    workspace = replace(known, name=name or known.name, enterprise=enterprise, state="live")
    work.workspaces.put(workspace)
    return workspace


def meet(
    work: Work, channel: str, tenant: str, name: str = "", enterprise: str = "", *, alone: bool = False
) -> Workspace:
    """The place as it is known; one that is met for the first time is welcomed. One that is gone stays so."""
    known = work.workspaces.find(channel, tenant)
    return known or welcome(work, channel, tenant, name, enterprise, alone=alone)


def _only_one(work: Work) -> Organisation | None:
    organisations = work.people.organisations()
    return organisations[0] if len(organisations) == 1 else None


def _is_nameless(work: Work, workspace: Workspace) -> bool:
    """Whether the organisation is still called by the id of where it was met first."""
    called = work.people.organisation(workspace.organisation).name
    return called == workspace.tenant or any(work.workspaces.find(platform, called) for platform in PLATFORMS)
