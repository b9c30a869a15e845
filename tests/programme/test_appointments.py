"""Meetings offered for a calendar: one id each, a growing edition, and the same moment for all who read it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from icalendar import Calendar, Event

from bot.invitation import file_name, invitation
from bot.programme.appointments import Appointment, edition, google, named, outlook, starts
from bot.programme.calendar import Worker
from tests.papers.samples import halves
from tests.slack.drawings import anything

NOW = datetime(2026, 4, 13, 7, 0, 30, 123, tzinfo=UTC)
TALK = Appointment(
    named("e1", "return"),
    edition(NOW),
    "Hjemkomstsamtale med Åse",
    "Jobbytte; forår, 2026: Emil hos Æblegården\nVidsyn har foreslået tiden.",
    datetime(2026, 5, 27, 8, 0, tzinfo=UTC),
    datetime(2026, 5, 27, 8, 30, tzinfo=UTC),
    NOW,
)


def test_a_meeting_is_called_the_same_for_everybody_and_tells_nothing() -> None:
    assert named("e1", "return") == TALK.id
    assert len({named(exchange, kind) for exchange in ("e1", "e2") for kind in ("return", "share")}) == 4
    assert TALK.id.endswith("@vidsyn")


def test_what_is_offered_later_has_the_higher_edition() -> None:
    assert edition(NOW + timedelta(minutes=1)) == edition(NOW) + 1
    assert 0 < edition(NOW) < edition(datetime(2090, 1, 1, tzinfo=UTC)) < 2**31


@pytest.mark.parametrize(
    ("zone", "country", "day", "chosen", "expected"),
    [
        ("Europe/Copenhagen", "DK", date(2026, 5, 27), False, datetime(2026, 5, 27, 8, 0, tzinfo=UTC)),
        ("Europe/Copenhagen", "DK", date(2026, 1, 7), False, datetime(2026, 1, 7, 9, 0, tzinfo=UTC)),
        ("Europe/Oslo", "NO", date(2026, 5, 16), False, datetime(2026, 5, 18, 8, 0, tzinfo=UTC)),
        ("Europe/Copenhagen", "DK", date(2026, 5, 16), True, datetime(2026, 5, 16, 8, 0, tzinfo=UTC)),
        ("America/Nuuk", "DK", date(2026, 5, 27), True, datetime(2026, 5, 27, 11, 0, tzinfo=UTC)),
    ],
    ids=["summer", "winter", "a Saturday moves on", "a Saturday that was chosen stays", "far away"],
)
def test_it_begins_at_ten_where_its_owner_is(
    zone: str, country: str, day: date, chosen: bool, expected: datetime
) -> None:
    assert starts(Worker(zone, country), day, chosen=chosen) == expected


def test_the_links_open_the_same_meeting() -> None:
    there = parse_qs(urlsplit(outlook(TALK)).query)
    assert urlsplit(outlook(TALK)).hostname == "outlook.office.com"
    assert there["rru"] == ["addevent"]
    assert there["path"] == ["/calendar/action/compose"]
    assert there["startdt"] == ["2026-05-27T08:00:00Z"]
    assert there["enddt"] == ["2026-05-27T08:30:00Z"]
    assert (there["subject"], there["body"]) == ([TALK.title], [TALK.about])
    here = parse_qs(urlsplit(google(TALK)).query)
    assert urlsplit(google(TALK)).hostname == "calendar.google.com"
    assert (here["action"], here["dates"]) == (["TEMPLATE"], ["20260527T080000Z/20260527T083000Z"])
    assert (here["text"], here["details"]) == ([TALK.title], [TALK.about])
    assert "+" not in outlook(TALK) + google(TALK), "Outlook shows a plus as a plus"


def event_in(text: str) -> Event:
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def test_the_file_says_what_calendars_need() -> None:
    file = invitation(TALK)
    assert (file.name, file.media_type) == ("Hjemkomstsamtale med Åse.ics", "text/calendar; method=PUBLISH")
    lines = file.text.encode().split(b"\r\n")
    assert lines[-1] == b""
    assert all(b"\n" not in line and len(line) <= 75 for line in lines)
    assert b"DTSTART:20260527T080000Z" in lines
    assert b"DTEND:20260527T083000Z" in lines
    assert b"METHOD:PUBLISH" in lines
    assert f"SEQUENCE:{TALK.edition}".encode() in lines
    assert "Jobbytte\\; forår\\, 2026" in file.text.replace("\r\n ", "")
    assert not {b"ATTENDEE", b"ORGANIZER", b"URL"} & {line.partition(b":")[0].partition(b";")[0] for line in lines}


@given(halves, halves)
def test_signs_that_are_cut_in_the_middle_break_no_file_and_no_link(title: str, about: str) -> None:
    it = Appointment(TALK.id, TALK.edition, title, about, TALK.starts, TALK.ends, NOW)
    file = invitation(it)
    assert event_in(file.text)["UID"] == TALK.id
    assert file.name.encode()
    for link, field in ((outlook(it), "subject"), (google(it), "text")):
        assert link.isascii()
        assert parse_qs(urlsplit(link).query, keep_blank_values=True)[field] == [it.title]


@given(anything, anything)
def test_the_file_is_read_back_whatever_it_says(title: str, about: str) -> None:
    it = Appointment(TALK.id, TALK.edition, title, about, TALK.starts, TALK.ends, NOW)
    file = invitation(it)
    event = event_in(file.text)
    assert event["UID"] == TALK.id
    assert event.start == TALK.starts
    assert len(Calendar.from_ical(file.text).walk()) == 2
    assert all(len(line) <= 75 for line in file.text.encode().split(b"\r\n"))


def test_half_a_sign_is_shown_as_a_question() -> None:
    it = Appointment(TALK.id, TALK.edition, "\ud800 halv", "\udfff", TALK.starts, TALK.ends, NOW)
    assert "SUMMARY:? halv" in invitation(it).text
    assert "text=%3F%20halv" in google(it)
    assert "subject=%3F%20halv" in outlook(it)


@given(anything)
def test_a_file_has_a_name_that_every_disk_takes(text: str) -> None:
    name = file_name(text)
    assert 0 < len(name) <= 80
    assert not set(name) & set('\x00\n<>:"/\\|?*')
    assert name == name.strip(" .")
