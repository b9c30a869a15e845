"""What Slack says anew of people: zone, name, and accounts that are closed and opened again (S22)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.records import ExchangeRow, OutboxRow, PromptRow
from tests.slack.fake import answered
from tests.slack.fake.faults import Limited
from tests.slack.here import Here, at
from tests.slack.stage import TEAM
from tests.slack.who import known, names, row, told
from tests.storage.claims import claim

COPENHAGEN, LISBON = ZoneInfo("Europe/Copenhagen"), ZoneInfo("Europe/Lisbon")


@pytest.fixture
async def here() -> AsyncIterator[Here]:
    """Emil's exchange is prepared; it begins on Tuesday the fifth of May."""
    async with at("prepared") as here:
        yield here
        # Where the clock stands until somebody waits, two messages may come a little too close.
        assert {refused.error for refused in here.slack.ledger.refusals} <= {"ratelimited"}


async def exchange(here: Here) -> ExchangeRow:
    (found,) = await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id))
    return found


async def prompts(here: Here, person: str) -> list[PromptRow]:
    """What was, is or will be due to somebody, in order."""
    subject = (await exchange(here)).id
    rows = await here.play.store.run(lambda work: work.prompts.of(subject))
    return sorted((row for row in rows if row.recipient == person), key=lambda row: row.at)


async def planned(here: Here, person: str) -> list[PromptRow]:
    """What is still to be said to somebody, in order."""
    return [row for row in await prompts(here, person) if row.state == "pending"]


async def until(here: Here, day: date, hour: int, minute: int = 0) -> None:
    """Lets time pass until then, in Copenhagen."""
    await here.play.until(datetime(day.year, day.month, day.day, hour, minute, tzinfo=COPENHAGEN))


def mark(here: Here) -> int:
    return len(here.slack.ledger.posted)


def posted_since(here: Here, mark: int) -> set[str]:
    """Who has been written to in private since then."""
    return {post.user for post in here.slack.ledger.posted[mark:] if post.user}


async def closes(here: Here, user: str) -> None:
    """An administrator closes the account."""
    await here.slack.admin.changes_user(user, deleted=True)
    await here.play.settle()


async def opens_again(here: Here, user: str) -> None:
    await here.slack.admin.changes_user(user, deleted=False)
    await here.play.settle()


# Zone


async def test_s22_what_is_planned_moves_with_the_zone(here: Here) -> None:
    before = await planned(here, here.emil.id)
    await here.slack.admin.changes_user("UEMIL", tz="Europe/Lisbon")
    after = await planned(here, here.emil.id)
    assert [(row.kind, row.day) for row in after] == [(row.kind, row.day) for row in before]
    # Noon, half past three, whatever it is: it is the same on the clock there.
    assert [row.at.astimezone(LISBON).replace(tzinfo=None) for row in after] == [
        row.at.astimezone(COPENHAGEN).replace(tzinfo=None) for row in before
    ]
    assert (await here.emil.person()).zone == "Europe/Lisbon"


async def test_s22_the_logbook_comes_when_it_is_half_past_three_where_one_is(here: Here) -> None:
    await here.slack.admin.changes_user("UEMIL", tz="Europe/Lisbon")
    await until(here, here.start, 16, 0)
    before = mark(here)
    assert here.word("door.log") not in here.reads(here.emil)
    await until(here, here.start, 16, 45)
    assert posted_since(here, before) == {"UEMIL"}
    assert here.word("door.log") in here.reads(here.emil)


async def test_s22_the_leaders_zone_moves_only_what_is_the_leaders(here: Here) -> None:
    emil, lone = await planned(here, here.emil.id), await planned(here, here.lone.id)
    await here.slack.admin.changes_user("ULONE", tz="Europe/Lisbon")
    assert [row.at for row in await planned(here, here.emil.id)] == [row.at for row in emil]
    moved = await planned(here, here.lone.id)
    assert [row.at - timedelta(hours=1) for row in moved] == [row.at for row in lone]


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "Europe/København"])
async def test_s22_a_zone_that_there_is_not_changes_nothing(here: Here, zone: str) -> None:
    before, emil = await planned(here, here.emil.id), await here.emil.person()
    answered(await here.slack.admin.changes_user("UEMIL", tz=zone))
    assert (await planned(here, here.emil.id), await here.emil.person()) == (before, emil)


async def test_s22_an_old_description_that_comes_late_undoes_nothing(here: Here) -> None:
    """Slack says again what was not taken, up to hours later."""
    old = await here.slack.admin.changes_user("UEMIL", deleted=True)
    here.play.clock.move_to(here.play.clock.now() + timedelta(minutes=1))
    await here.slack.admin.changes_user("UEMIL", deleted=False, tz="Europe/Lisbon")
    await here.slack.send_event(old.body["event"], team=TEAM)
    emil = await here.emil.person()
    assert (emil.active, emil.zone) == (True, "Europe/Lisbon")


async def test_s22_who_is_unknown_stays_unknown(here: Here) -> None:
    here.slack.add_user("UNORA", "Nora Nielsen", TEAM)
    for change in ({"tz": "Europe/Lisbon"}, {"real_name": "Nora Berg"}, {"deleted": True}, {"deleted": False}):
        await here.slack.admin.changes_user("UNORA", **change)
    await here.slack.admin.new_colleague("UNORA")
    await here.play.settle()
    assert (await row(here, "UNORA"), told(here, "UNORA")) == (None, [])
    assert sorted(await names(here)) == ["Emil", "Hanne", "Lone", "Vera"]


# Name


async def test_s22_a_new_name_is_used_at_once(here: Here) -> None:
    await here.slack.admin.changes_user("UEMIL", real_name="Emilie Eriksen")
    assert (await known(here, "UEMIL")).name == "Emilie Eriksen"
    await here.lone.there.opens_home()
    await here.play.settle()
    assert "Emilie" in here.lone.there.home.words()
    await here.slack.admin.changes_user("UEMIL", real_name="")
    assert (await known(here, "UEMIL")).name != ""


# Gone and back


async def test_s22_who_is_deactivated_gets_nothing_more(here: Here) -> None:
    await closes(here, "UEMIL")
    before = mark(here)
    await until(here, here.end + timedelta(days=121), 12)
    assert "UEMIL" not in posted_since(here, before)
    assert not any(post.to_deactivated for post in here.slack.ledger.posted)
    assert [row.kind for row in await planned(here, here.emil.id)] == ["close.shared"]  # deleted without a word
    assert {row.state for row in await prompts(here, here.emil.id) if row.kind in ("log", "debrief")} == {"cancelled"}
    assert (await exchange(here)).state == "closed", "nothing waits for what does not come"


async def test_s22_what_waits_to_be_sent_is_cancelled(here: Here) -> None:
    here.slack.fail_next("chat.postMessage", Limited("3600"))
    await here.emil.there.types("hjælp")
    await here.play.settle()
    await closes(here, "UEMIL")
    before = mark(here)
    await here.play.until(here.play.clock.now() + timedelta(hours=3))
    assert posted_since(here, before) == set()
    assert await waiting(here) == []


async def waiting(here: Here) -> list[OutboxRow]:
    """What would be sent within a day."""
    later = here.play.clock.now() + timedelta(days=1)
    return await here.play.store.run(lambda work: claim(work, later, 100))


async def test_s22_what_others_do_is_not_told_to_who_is_gone() -> None:
    async with at("signed up") as here:
        await closes(here, "UEMIL")
        before = mark(here)
        await here.lone.taps("btn.approve")
        assert posted_since(here, before) == set()
        assert not any(post.to_deactivated for post in here.slack.ledger.posted)
        await opens_again(here, "UEMIL")
        await here.emil.there.opens_home()
        await here.play.settle()
        assert here.word("home.waiting") in here.emil.there.home.words()


async def test_s22_the_others_go_on_without_the_one_who_is_gone(here: Here) -> None:
    await closes(here, "ULONE")
    before = mark(here)
    await until(here, here.start, 16)
    assert "UEMIL" in posted_since(here, before)
    assert "ULONE" not in posted_since(here, before)


async def test_s22_who_is_back_goes_on(here: Here) -> None:
    await closes(here, "UEMIL")
    await until(here, here.start + timedelta(days=1), 9)
    before = mark(here)
    await opens_again(here, "UEMIL")
    assert posted_since(here, before) == set(), "what was missed is not made up for"
    await until(here, here.start + timedelta(days=1), 15, 45)
    assert "UEMIL" in posted_since(here, before)
    await here.emil.fills({"log.core.what": "De ringer om fredagen"})
    assert {row.kind for row in await planned(here, here.emil.id)} >= {"log", "debrief"}


async def test_s22_who_acts_is_there_whatever_slack_said_last(here: Here) -> None:
    """The event that says so was lost, or has not come yet."""
    await closes(here, "UEMIL")
    here.slack.users["UEMIL"].deleted = False
    before = mark(here)
    await here.emil.there.types("status")
    await here.play.settle()
    assert posted_since(here, before) == {"UEMIL"}
    assert (await here.emil.person()).active
    assert {row.kind for row in await planned(here, here.emil.id)} >= {"log", "debrief"}


async def test_s22_who_opens_the_home_again_has_a_page(here: Here) -> None:
    await closes(here, "UEMIL")
    here.slack.users["UEMIL"].deleted = False
    here.slack.homes.clear()
    await here.emil.there.opens_home()
    await here.play.settle()
    assert here.word("home.mine") in here.emil.there.home.words()
