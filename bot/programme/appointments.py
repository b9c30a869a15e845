"""Meetings that are offered for a calendar: when they are proposed, and the links that open them in one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote, urlencode
from uuid import UUID, uuid5

from bot.programme.calendar import Worker, at_local, is_working_day, on_day

CLOCK = time(10)
"""When a meeting is proposed, by the clock of whoever owns it (own default)."""

MINUTES = {"first": 30, "goals": 30, "return": 30, "share": 15, "sparring": 60}
"""How long each kind of meeting takes (8.4 for the return talk; own defaults)."""

OUTLOOK = "https://outlook.office.com/calendar/0/deeplink/compose"
GOOGLE = "https://calendar.google.com/calendar/render"

_OURS = UUID("6f0f4b0e-6d0c-5a3e-9a55-2f1c7f6b0a11")
_BEFORE_US = datetime(2025, 1, 1, tzinfo=UTC)
_PLAIN = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Appointment:
    """One meeting in its reader's words. Times are aware UTC, so that each calendar shows its own.

    `id` is the same for the same meeting, whoever asks and however often its date changes; `edition` only grows.
    """

    id: str
    edition: int
    title: str
    about: str
    starts: datetime
    ends: datetime
    made: datetime

    def __post_init__(self) -> None:
        # Half a surrogate pair, which can be typed, stands in no file and in no address.
        for name in ("title", "about"):
            object.__setattr__(self, name, getattr(self, name).encode(errors="replace").decode())


def named(subject: str, kind: str) -> str:
    """What the meeting of a kind about a subject is called in every calendar. It tells nobody what that is."""
    return f"{uuid5(_OURS, f'{kind} {subject}')}@vidsyn"


def edition(now: datetime) -> int:
    """The number of what is offered now: higher than that of all that was offered before."""
    return (now - _BEFORE_US) // timedelta(minutes=1)


def starts(owner: Worker, day: date, *, chosen: bool) -> datetime:
    """When the meeting begins. A day that was `chosen` stays, a proposed one moves to a working day and its hours."""
    if chosen and not is_working_day(owner, day):
        return at_local(day, CLOCK, owner.zone)
    return on_day(owner, day, CLOCK)


def outlook(it: Appointment) -> str:
    """The link that opens the meeting in Outlook on the web, ready to be saved."""
    return _link(
        OUTLOOK,
        path="/calendar/action/compose",
        rru="addevent",
        subject=it.title,
        startdt=it.starts.isoformat().replace("+00:00", "Z"),
        enddt=it.ends.isoformat().replace("+00:00", "Z"),
        body=it.about,
    )


def google(it: Appointment) -> str:
    """The link that opens the meeting in Google Calendar, ready to be saved."""
    between = f"{it.starts:{_PLAIN}}/{it.ends:{_PLAIN}}"
    return _link(GOOGLE, action="TEMPLATE", text=it.title, dates=between, details=it.about)


def _link(page: str, **data: str) -> str:
    return f"{page}?{urlencode(data, quote_via=quote)}"
