"""Who cannot take part: guests, bots, closed accounts and people from elsewhere. One sentence to them, and no row."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from storage.records import Organisation, Workspace
from storage.store import Work
from tests.slack.fake import Person
from tests.slack.here import Here, at
from tests.slack.stage import CHANNEL_ID, TEAM
from tests.slack.who import JOIN, hello, names, post, row, somebody, told, whispers

GUESTS = [{"is_restricted": True}, {"is_restricted": True, "is_ultra_restricted": True}]
CAST = ["Emil", "Hanne", "Lone", "Vera"]
ELSEWHERE = "T9"


@pytest.fixture
async def here() -> AsyncIterator[Here]:
    """A round is open."""
    async with at("round open") as here:
        yield here
        here.nothing_refused()


def stranger(here: Here) -> Person:
    """Somebody from another workspace, with which the channel is shared."""
    here.slack.add_team(ELSEWHERE, "Nordby Kommune")
    here.slack.add_user("UNILS", "Nils Nabo", ELSEWHERE)
    channel = here.slack.channels[CHANNEL_ID]
    channel.shared_with.add(ELSEWHERE)
    channel.members.add("UNILS")
    return here.slack.person("UNILS", TEAM)


async def nothing_else(here: Here, user: str, posts: int) -> None:
    """No row was made, nothing stands in the channel, nobody else was told, and no page or form shows anything."""
    assert await row(here, user) is None
    assert sorted(await names(here)) == CAST
    assert len(here.slack.ledger.posted_to(CHANNEL_ID)) == posts
    assert here.slack.view_of(user) is None
    assert {seen.user for seen in here.slack.ledger.ephemerals} <= {user}


@pytest.mark.parametrize("fields", GUESTS)
async def test_a_guest_is_told_so_where_they_ask_and_only_they(here: Here, fields: dict[str, bool]) -> None:
    gerd = somebody(here, "UGERD", "Gerd Gæst", **fields)
    sentence = here.word("slack.guest")
    await gerd.presses(post(here), JOIN)
    await here.play.settle()
    assert (whispers(here, "UGERD"), told(here, "UGERD")) == ([sentence], [])
    await gerd.commands("/vidsyn", "status")
    await here.play.settle()
    assert (whispers(here, "UGERD"), told(here, "UGERD")) == ([sentence, sentence], [])
    await gerd.types("Må jeg være med?")
    await here.play.settle()
    assert (len(whispers(here, "UGERD")), told(here, "UGERD")) == (2, [sentence])
    await gerd.opens_messages_tab()
    await here.play.settle()
    assert told(here, "UGERD") == [sentence]
    await nothing_else(here, "UGERD", 1)


@pytest.mark.parametrize("fields", GUESTS)
async def test_the_page_of_a_guest_says_so_and_nothing_else(here: Here, fields: dict[str, bool]) -> None:
    gerd = somebody(here, "UGERD", "Gerd Gæst", locale="nb-NO", **fields)
    await gerd.opens_home()
    await here.play.settle()
    assert (gerd.home.words(), gerd.home.labels()) == (here.play.words.text("nb", "slack.guest"), [])
    assert told(here, "UGERD") == []
    await nothing_else(here, "UGERD", 1)


async def test_the_shortcut_of_a_guest_says_so(here: Here) -> None:
    gerd = somebody(here, "UGERD", "Gerd Gæst", is_restricted=True)
    await gerd.shortcut("vidsyn_open")
    await here.play.settle()
    assert gerd.modal.words() == here.word("slack.guest")
    assert (await row(here, "UGERD"), told(here, "UGERD")) == (None, [])


async def test_a_guest_who_has_set_no_language_is_told_in_that_of_the_workplace(here: Here) -> None:
    def becomes_norwegian(work: Work) -> None:
        work.people.add_organisation(Organisation("oslo", "Oslo kommune", "NO", "Europe/Oslo", "nb"))
        work.workspaces.put(Workspace("slack", TEAM, "Oslo kommune", "oslo"))

    await here.play.store.run(becomes_norwegian)
    gerd = somebody(here, "UGERD", "Gerd Gjest", is_restricted=True, locale="en-US")
    await gerd.commands("/vidsyn", "status")
    await here.play.settle()
    assert whispers(here, "UGERD") == [here.play.words.text("nb", "slack.guest")]


async def test_a_guest_who_becomes_a_member_is_met_like_anybody(here: Here) -> None:
    gerd = somebody(here, "UGERD", "Gerd Gæst", is_restricted=True)
    await gerd.types("Må jeg være med?")
    await here.play.settle()
    await here.slack.admin.changes_user("UGERD", is_restricted=False)
    await gerd.types("Og nu?")
    await here.play.settle()
    assert told(here, "UGERD") == [here.word("slack.guest"), hello(here, "Gerd"), here.word("err.unknown")]


DOES: dict[str, Callable[[Here, Person], Awaitable[object]]] = {
    "presses": lambda here, who: who.presses(post(here), JOIN),
    "names the assistant": lambda here, who: who.mentions(CHANNEL_ID, "hjælp"),
    "commands": lambda here, who: who.commands("/vidsyn", "status", channel=CHANNEL_ID),
}


@pytest.mark.parametrize("does", DOES)
async def test_a_stranger_is_told_so_on_the_spot(here: Here, does: str) -> None:
    nils = stranger(here)
    await DOES[does](here, nils)
    await here.play.settle()
    assert whispers(here, "UNILS") == [here.word("slack.stranger")]
    assert told(here, "UNILS") == []
    await nothing_else(here, "UNILS", 1)
    assert await row(here, "UNILS", ELSEWHERE) is None


async def test_a_stranger_is_told_once_a_minute_however_often_they_press(here: Here) -> None:
    nils = stranger(here)
    for _ in range(3):
        await nils.presses(post(here), JOIN)
    await here.play.settle()
    assert len(whispers(here, "UNILS")) == 1


async def test_a_stranger_has_no_page(here: Here) -> None:
    nils = stranger(here)
    await nils.opens_home()
    await here.play.settle()
    assert here.slack.home_of("UNILS", TEAM) is None
    assert (told(here, "UNILS"), whispers(here, "UNILS")) == ([], [])
    await nothing_else(here, "UNILS", 1)


async def test_nobody_answers_a_bot(here: Here) -> None:
    robot = somebody(here, "UROBOT", "Robot", is_bot=True)
    calls = len(here.calls())
    await robot.mentions(CHANNEL_ID, "hjælp")
    await robot.presses(post(here), JOIN)
    await robot.opens_home()
    await robot.types("hjælp")
    event = {
        "type": "message", "user": "USLACKBOT", "text": "hjælp", "ts": here.slack.new_ts(), "channel_type": "im",
        "channel": here.slack.im("UROBOT").id,
    }  # fmt: skip
    await here.slack.send_event(event, team=TEAM)
    await here.play.settle()
    assert set(here.calls()[calls:]) == {"users.info"}
    await nothing_else(here, "UROBOT", 1)


async def test_nothing_is_sent_to_an_account_that_is_closed(here: Here) -> None:
    """They wrote, and were deactivated before it came here: the event is told again hours later."""
    sent = await here.emil.there.types("hej")
    somebody(here, "UGUN", "Gun Gået", deleted=True)
    late = {**sent.body["event"], "user": "UGUN", "client_msg_id": "late", "channel": here.slack.im("UGUN").id}
    await here.slack.send_event(late, team=TEAM, event_time=int(here.play.clock.now().timestamp()) - 3600)
    await here.play.settle()
    assert (await row(here, "UGUN"), told(here, "UGUN")) == (None, [])
    assert not any(entry.to_deactivated for entry in here.slack.ledger.posted)


@pytest.mark.parametrize(
    ("user", "fields"), [("UGERD", GUESTS[0]), ("UGERD", GUESTS[1]), ("UROBOT", {"is_bot": True}), ("UNILS", None)]
)
async def test_who_cannot_take_part_cannot_be_picked(here: Here, user: str, fields: dict[str, bool] | None) -> None:
    stranger(here) if fields is None else somebody(here, user, "Gerd Gæst", **fields)
    await here.emil.presses_in_channel(JOIN)
    await here.emil.fills({"sign.voluntary": "yes"})
    before = here.view(here.emil)
    await here.emil.there.submits({"sign.leader": user})
    await here.play.settle()
    assert here.emil.there.modal.id == before.id
    assert here.emil.there.modal.errors == {"sign.leader": here.word("slack.no_colleague")}
    await nothing_else(here, user, 1)
    await here.emil.there.submits({"sign.leader": "ULONE"})
    await here.play.settle()
    assert here.word("sign.talked", leader="Lone") in here.emil.there.modal.words()


async def test_a_closed_account_that_was_just_in_the_list_cannot_be_picked(here: Here) -> None:
    somebody(here, "UGUN", "Gun Gået")
    await here.emil.presses_in_channel(JOIN)
    await here.emil.fills({"sign.voluntary": "yes"})
    here.emil.there.fills({"sign.leader": "UGUN"})
    here.slack.users["UGUN"].deleted = True
    await here.emil.there.submits()
    assert here.emil.there.modal.errors == {"sign.leader": here.word("slack.no_colleague")}
    assert await row(here, "UGUN") is None


async def test_nobody_is_their_own_leader(here: Here) -> None:
    await here.emil.presses_in_channel(JOIN)
    await here.emil.fills({"sign.voluntary": "yes"})
    await here.emil.there.submits({"sign.leader": "UEMIL"})
    assert here.emil.there.modal.errors == {"sign.leader": here.word("rejected.yourself")}


async def test_a_member_who_is_made_a_guest_gets_nothing_more(here: Here) -> None:
    await here.slack.admin.changes_user("UEMIL", is_restricted=True)
    assert (await here.emil.person()).active is False
    before = len(told(here, "UEMIL"))
    await here.emil.there.types("status")
    await here.play.settle()
    assert told(here, "UEMIL")[before:] == [here.word("slack.guest")]
    await here.emil.there.opens_home()
    await here.play.settle()
    assert here.emil.there.home.words() == here.word("slack.guest")
