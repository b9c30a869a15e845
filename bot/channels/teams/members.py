"""What the roster and Graph say of somebody: who they are, or why they cannot take part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.channel import Newcomer
from bot.channels.payload import at, text
from bot.channels.people import one_line

GUEST, STRANGER, GONE = "teams.guest", "teams.stranger", "teams.gone"
"""Why somebody cannot take part."""

LANGUAGES = {"da": "da", "nb": "nb", "no": "nb", "nn": "nb", "en": "en"}
"""Ours, by the first part of a locale. Teams speaks the language of its reader's machine, so English says something."""

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FROM_OUTSIDE = "#EXT#"
"""Stands in the user principal name of everybody from another organisation."""


@dataclass(frozen=True)
class Hint:
    """What somebody's own client told: a language of ours and a real time zone, or "" for either."""

    language: str = ""
    zone: str = ""


def newcomer(member: Any, user: Any, tenant: str, organisation: str, spoken: str, hint: Hint) -> Newcomer:
    """Somebody as the roster's `member` and Graph's `user` describe them, or why they cannot take part.

    Either may be empty. `spoken` is the language of the organisation.
    """
    refused = why_not(member, user, tenant)
    language = hint.language or language_of(text(user, "preferredLanguage"))
    if refused:
        return Newcomer("", language=language or spoken, refused=refused, gone=refused == GONE)
    return Newcomer(
        name=name_of(member, user),
        organisation=organisation,
        email=text(member, "email") or text(user, "mail"),
        unit=one_line(text(user, "department")),
        zone=hint.zone,
        language=language,
    )


def why_not(member: Any, user: Any, tenant: str) -> str:
    """Why somebody cannot take part; empty for one who can."""
    roles = {text(member, "userRole").lower(), text(user, "userType").lower()}
    names = text(member, "userPrincipalName") + text(user, "userPrincipalName")
    if roles & {"guest", "anonymous"} or _FROM_OUTSIDE in names.upper():
        return GUEST
    home = text(member, "tenantId").lower()
    if not name_of(member, user) or (_ID.fullmatch(home) and home != tenant):
        return STRANGER
    return GONE if at(user, "accountEnabled") is False else ""


def name_of(member: Any, user: Any) -> str:
    """What somebody is called, in one line; empty when nobody tells us."""
    parts = f"{text(member, 'givenName')} {text(member, 'surname')}"
    return next(filter(None, map(one_line, (text(member, "name"), text(user, "displayName"), parts))), "")


def language_of(locale: str) -> str:
    """The language of ours that a locale such as "da-DK" is for; empty when it is for none."""
    return LANGUAGES.get(locale.replace("_", "-").split("-")[0].lower(), "")
