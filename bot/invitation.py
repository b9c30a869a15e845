"""A meeting as a calendar file (RFC 5545), to be read by whatever calendar its reader has."""

from __future__ import annotations

import re

from bot.channel import File
from bot.programme.appointments import Appointment

_NO_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')


def invitation(it: Appointment) -> File:
    """The file. It invites nobody: whoever opens it puts the meeting into their own calendar."""
    from icalendar import Calendar, Event  # noqa: PLC0415 - for the few who ask for it

    event = Event()
    event.add("uid", it.id)
    event.add("sequence", it.edition)
    event.add("dtstamp", it.made)
    event.add("dtstart", it.starts)
    event.add("dtend", it.ends)
    event.add("summary", it.title)
    event.add("description", it.about)
    calendar = Calendar()
    calendar.add("prodid", "-//Vidsyn//Vidsyn//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return File(f"{file_name(it.title)}.ics", "text/calendar; method=PUBLISH", calendar.to_ical().decode())


def file_name(text: str) -> str:
    """The text as every disk takes it in a name."""
    return " ".join(_NO_NAME.sub(" ", text).split())[:80].strip(" .") or "vidsyn"
