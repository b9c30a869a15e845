"""Meetings for the calendar: for those who meet, at one moment for all, and as the date stands when asked."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event

from bot.channel import Incoming, Message, Reply
from bot.turns.dates import MEETINGS
from storage.records import CardRow, PersonRow
from storage.store import Work
from tests.conversations.conftest import Open
from tests.stage.play import Seat
from tests.stage.scenes import REASON, Cast

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


async def exchange_id(here: Cast) -> str:
    (exchange,) = await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id))
    return exchange.id


async def does(seat: Seat, here: Cast, kind: str, subject: str = "", day: str = "2026-05-20") -> Reply:
    """Presses for a meeting of Emil's exchange, or another."""
    action = ["calendar", kind, subject or await exchange_id(here), day]
    card = CardRow(f"card-{next(seat.play.events)}", seat.id, "", {"0": action}, "")
    await here.play.store.run(lambda work: work.conversations.add_card(card))
    event = f"event-{next(seat.play.events)}"
    reply = await here.play.conversation.receive(Incoming(seat.address(), event, "press", card=card.id, button="0"))
    await here.play.delivery.deliver()
    return reply


async def asks(seat: Seat, here: Cast, kind: str, subject: str = "", day: str = "2026-05-20") -> Message:
    """What a press for a meeting brings."""
    await does(seat, here, kind, subject, day)
    return await seat.last()


def event_in(message: Message) -> Event:
    (file,) = message.files
    (event,) = Calendar.from_ical(file.text).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def begins(event: Event) -> datetime:
    """When it is, by the clocks in Copenhagen."""
    assert isinstance(event.start, datetime)
    return event.start.astimezone(COPENHAGEN)


async def moves_to(here: Cast, day: date) -> None:
    """The leader sets another day for the return talk."""
    subject = await exchange_id(here)

    def unit(work: Work) -> None:
        (row,) = [it for it in work.answers.about(subject) if it.key == "lead.prep.followup.return"]
        work.answers.update(row.__class__(**{**vars(row), "value": day.isoformat()}))

    await here.play.store.run(unit)


async def test_the_first_call_is_offered_to_both_at_the_same_moment(open_at: Open) -> None:
    here = await open_at("approved")
    offered = []
    for seat in (here.emil, here.vera):
        await seat.taps("btn.calendar.first")
        offered.append(await seat.last())
    mine, hers = map(event_in, offered)
    assert (mine["SUMMARY"], hers["SUMMARY"]) == ("Første opkald med Vera", "Første opkald med Emil")
    assert mine["UID"] == hers["UID"]
    assert mine.start == hers.start
    assert begins(mine).hour == 10
    assert mine.end - mine.start == timedelta(minutes=30)
    assert [button.url.split("/")[2] for button in offered[0].buttons] == ["outlook.office.com", "calendar.google.com"]


async def test_a_day_that_moves_is_the_same_meeting_with_a_higher_number(open_at: Open) -> None:
    here = await open_at("prepared")
    first = event_in(await asks(here.lone, here, "return"))
    await moves_to(here, date(2026, 5, 21))
    await here.play.until(here.play.clock.now() + timedelta(hours=1))
    other = event_in(await asks(here.lone, here, "return"))
    assert first["UID"] == other["UID"]
    assert begins(first).date() == date(2026, 5, 12)
    assert begins(other).date() == date(2026, 5, 21)
    assert int(str(other["SEQUENCE"])) > int(str(first["SEQUENCE"]))


async def test_each_reads_the_time_where_they_are_and_the_words_of_their_language(open_at: Open) -> None:
    here = await open_at("prepared")

    def far_away(work: Work) -> None:
        person: PersonRow = work.people.get(here.emil.id)
        work.people.update(person.__class__(**{**vars(person), "zone": "Europe/Helsinki", "language": "en"}))

    await here.play.store.run(far_away)
    mine, hers = await asks(here.emil, here, "return"), await asks(here.lone, here, "return")
    assert event_in(mine).start == event_in(hers).start
    assert "Tuesday 12\u00a0May at 11:00" in mine.parts[1].text
    assert "tirsdag den 12.\u00a0maj kl. 10.00" in hers.parts[1].text
    assert event_in(mine)["SUMMARY"] == "Return talk with Lone"


async def test_the_sparring_is_one_moment_for_all_leaders_and_asks_the_three_questions(open_at: Open) -> None:
    here = await open_at("prepared")

    def also_leads_abroad_on_a_holiday(work: Work) -> str:
        (exchange,) = work.exchanges.of_employee(here.emil.id)
        other = exchange.__class__(
            **{**vars(exchange), "id": "other", "employee": here.vera.id, "leader": here.emil.id}
        )
        work.exchanges.add(other)
        person: PersonRow = work.people.get(here.emil.id)
        away = {"zone": "Europe/Helsinki", "language": "nb", "country": "NO"}
        work.people.update(person.__class__(**{**vars(person), **away}))
        return other.id

    there = await here.play.store.run(also_leads_abroad_on_a_holiday)
    ours = await exchange_id(here)
    offered = [
        await asks(seat, here, "sparring", about, "2026-05-14")
        for seat, about in ((here.lone, ours), (here.emil, there))
    ]
    hers, his = map(event_in, offered)
    assert (hers["UID"], hers.start) == (his["UID"], his.start)
    assert "den 14.\u00a0maj kl. 10.00" in offered[0].parts[1].text
    assert "14.\u00a0mai kl. 11.00" in offered[1].parts[1].text
    for event, questions in (
        (hers, ("Hvad vil I bruge det til?", "Hvad er svært ved at undvære?", "Hvordan tager I imod,")),
        (his, ("Hva vil dere bruke det til?", "Hva er vanskelig med å gi slipp?", "Hvordan tar dere imot")),
    ):
        assert all(question in str(event["DESCRIPTION"]) for question in questions)
    assert all("bruge%20det%20til%3F" in button.url for button in offered[0].buttons)


@pytest.mark.parametrize("kind", MEETINGS)
async def test_only_those_who_meet_get_it(open_at: Open, kind: str) -> None:
    here = await open_at("prepared")
    seats = {"employee": here.emil, "leader": here.lone, "host": here.vera, "hr": here.hanne}
    note = here.play.words.text("da", "card.not_yours")
    for role, seat in seats.items():
        reply = await does(seat, here, kind)
        assert (reply.note == note) is (role not in MEETINGS[kind].parties)
        assert bool((await seat.last()).files) is (role in MEETINGS[kind].parties)


async def test_nothing_that_anybody_wrote_is_in_it(open_at: Open) -> None:
    here = await open_at("prepared")
    written = {
        str(row.value)
        for row in await here.play.store.run(
            lambda work: [*work.answers.by(here.emil.id), *work.answers.by(here.lone.id)]
        )
        if isinstance(row.value, str) and len(row.value) > 12
    }
    assert REASON["da"] in written
    for kind, meeting in MEETINGS.items():
        for seat in [here.emil] * ("employee" in meeting.parties) + [here.lone] * ("leader" in meeting.parties):
            message = await asks(seat, here, kind)
            said = message.files[0].text.replace("\r\n ", "") + "".join(button.url for button in message.buttons)
            assert not [text for text in written if text in said]


async def test_a_day_that_only_the_leader_knows_is_not_told(open_at: Open) -> None:
    here = await open_at("prepared")
    subject = await exchange_id(here)

    def kept_back(work: Work) -> None:
        (row,) = [it for it in work.answers.about(subject) if it.key == "lead.prep.followup.return"]
        work.answers.update(row.__class__(**{**vars(row), "value": "2026-05-21", "confirmed": False}))

    await here.play.store.run(kept_back)
    day = begins(event_in(await asks(here.emil, here, "return"))).date()
    assert day == date(2026, 5, 20)
    day = begins(event_in(await asks(here.lone, here, "return"))).date()
    assert day == date(2026, 5, 21)


async def test_a_day_gone_by_gives_way_to_the_one_that_is_proposed(open_at: Open) -> None:
    here = await open_at("prepared")
    await moves_to(here, date(2026, 4, 1))
    assert begins(event_in(await asks(here.lone, here, "return"))).date() == date(2026, 5, 20)


async def test_an_exchange_that_is_called_off_has_no_meetings(open_at: Open) -> None:
    here = await open_at("approved")
    await here.emil.says("træk mig")
    await here.emil.taps("btn.yes")
    reply = await does(here.vera, here, "first")
    assert reply.note == here.play.words.text("da", "stop.closed")


async def test_asking_twice_answers_twice_and_leaves_the_card_as_it_is(open_at: Open) -> None:
    here = await open_at("approved")
    message, button = await here.emil.offered(here.play.words.text("da", "btn.calendar.first"))
    for _ in range(2):
        await here.emil.press(message, button, {})
    events = [event_in(it) for it in await here.emil.messages() if it.files]
    assert len(events) == 2
    assert len({(event["UID"], event.start) for event in events}) == 1
    card: CardRow | None = await here.play.store.run(lambda work: work.conversations.card(message.card))
    assert card is not None
    assert not card.spent
