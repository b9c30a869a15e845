"""Somebody whom the house has never heard of: however they come, they are written down, greeted once and answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage.records import PersonRow
from tests.slack.fake import Person
from tests.slack.fake.faults import Http
from tests.slack.here import Here, at
from tests.slack.who import HOST, JOIN, hello, known, names, post, row, somebody, told, whispers
from tests.stage.scenes import ROUND_NAME, only


@pytest.fixture
async def here() -> AsyncIterator[Here]:
    """A round is open."""
    async with at("round open") as here:
        yield here
        here.nothing_refused()


@pytest.fixture
def nora(here: Here) -> Person:
    return somebody(here, "UNORA", "Nora Nielsen", tz="Atlantic/Faroe")


async def is_written_down(here: Here) -> PersonRow:
    nora = await known(here, "UNORA")
    assert (nora.name, nora.zone, nora.language) == ("Nora Nielsen", "Atlantic/Faroe", "da")
    assert nora.organisation == (await here.hanne.person()).organisation
    assert (nora.hr, nora.active) == (False, True)
    return nora


@pytest.mark.parametrize(("label", "title"), [(JOIN, "sign.title"), (HOST, "offer.title")])
async def test_a_first_press_in_the_channel_opens_the_form_and_greets(
    here: Here, nora: Person, label: str, title: str
) -> None:
    await nora.presses(post(here), label)
    await here.play.settle()
    await is_written_down(here)
    assert nora.modal.title == here.word(title)
    assert told(here, "UNORA")[0] == hello(here, "Nora")
    assert [here.word(title) in text for text in told(here, "UNORA")] == [False, True], "then the door to the form"
    assert whispers(here, "UNORA") == []


async def test_the_form_comes_up_although_the_hello_is_sent_later(here: Here, nora: Person) -> None:
    """The trigger dies after three seconds: the form waits for nothing but who it is."""
    here.slack.fail_next("chat.postMessage", *[Http(503)] * 3)
    await nora.presses(post(here), JOIN)
    assert here.play.room.inbound is not None
    await here.play.room.inbound.idle()
    assert nora.modal.title == here.word("sign.title")
    here.slack.faults.waiting.clear()


async def test_a_first_word_is_answered_after_the_hello(here: Here, nora: Person) -> None:
    await nora.types("Hvad er det her?")
    await here.play.settle()
    await is_written_down(here)
    assert told(here, "UNORA") == [hello(here, "Nora"), here.word("err.unknown")]


async def test_a_first_command_is_answered_after_the_hello(here: Here, nora: Person) -> None:
    await nora.commands("/vidsyn", "sprog")
    await here.play.settle()
    await is_written_down(here)
    assert told(here, "UNORA")[0] == hello(here, "Nora")
    await nora.commands("/vidsyn")
    await here.play.settle()
    assert told(here, "UNORA").count(hello(here, "Nora")) == 1
    assert here.word("help.menu", contact="Hanne") in told(here, "UNORA")


async def test_the_first_shortcut_shows_how_things_stand(here: Here, nora: Person) -> None:
    await nora.shortcut("vidsyn_open")
    await here.play.settle()
    await is_written_down(here)
    assert here.word("status.nothing") in nora.modal.words()
    assert told(here, "UNORA") == []
    await nora.types("hjælp")
    await here.play.settle()
    assert told(here, "UNORA")[0] == hello(here, "Nora"), "with the first that is said in private"


async def test_who_opens_the_home_is_greeted_once_and_has_a_page(here: Here, nora: Person) -> None:
    for _ in range(3):
        await nora.opens_home()
        await here.play.settle()
    await nora.opens_messages_tab()
    await here.play.settle()
    await is_written_down(here)
    assert told(here, "UNORA") == [hello(here, "Nora")]
    assert here.word("status.nothing") in nora.home.words()
    assert here.word("btn.new_round") not in nora.home.labels()


async def test_everything_at_once_makes_one_person_and_one_hello(here: Here, nora: Person) -> None:
    await asyncio.gather(
        nora.opens_home(),
        nora.presses(post(here), JOIN),
        nora.presses(post(here), HOST),
        nora.opens_messages_tab(),
        nora.types("hej"),
        nora.commands("/vidsyn", "status"),
    )
    await here.play.settle()
    assert (await names(here)).count("Nora") == 1
    assert told(here, "UNORA").count(hello(here, "Nora")) == 1
    assert told(here, "UNORA")[0] == hello(here, "Nora")


async def test_the_same_press_twice_at_once_signs_up_once(here: Here, nora: Person) -> None:
    first = await nora.presses(post(here), JOIN)
    await asyncio.gather(*(here.slack.replay(first) for _ in range(5)))
    await here.play.settle()
    assert (await names(here)).count("Nora") == 1
    assert len(told(here, "UNORA")) == 2


async def test_who_cannot_be_looked_up_now_is_met_a_little_later(here: Here, nora: Person) -> None:
    here.slack.fail_next("users.info", Http(500), Http(500))
    await nora.types("Hvad er det her?")
    await here.play.settle()
    here.slack.faults.waiting.clear()
    assert (await row(here, "UNORA"), told(here, "UNORA")) == (None, [])
    await here.play.conversation.catch_up()
    await here.play.settle()
    assert told(here, "UNORA") == [hello(here, "Nora"), here.word("err.unknown")]


@pytest.mark.parametrize(
    ("locale", "zone", "language"),
    [
        ("nb-NO", "Europe/Copenhagen", "nb"),
        ("no-NO", "Europe/London", "nb"),
        ("da-DK", "Europe/Oslo", "da"),
        ("en-US", "Europe/London", "da"),
        ("en-GB", "Europe/Copenhagen", "da"),
        ("de-DE", "Europe/Berlin", "da"),
    ],
)
async def test_slacks_language_is_a_hint_and_only_at_first(here: Here, locale: str, zone: str, language: str) -> None:
    ola = somebody(here, "UOLA", "Ola Olsen", locale=locale, tz=zone)
    await ola.opens_messages_tab()
    await here.play.settle()
    assert (await known(here, "UOLA")).language == language
    other = "nb-NO" if language == "da" else "da-DK"
    await here.slack.admin.changes_user("UOLA", locale=other, real_name="Ola Berg")
    await ola.types("hei")
    await here.play.settle()
    assert ((await known(here, "UOLA")).language, (await known(here, "UOLA")).name) == (language, "Ola Berg")


async def test_who_is_picked_as_leader_is_greeted_before_the_first_question(here: Here) -> None:
    leif = somebody(here, "ULEIF", "Leif Lauritsen", tz="Europe/Oslo")
    await signs_up_with(here, "ULEIF")
    assert (await known(here, "ULEIF")).zone == "Europe/Oslo"
    first, question = told(here, "ULEIF")
    assert first == hello(here, "Leif", "others")
    assert "Emil vil gerne være med i Jobbytte forår" in question
    await leif.presses(leif.last, here.word("btn.approve"))
    await here.play.settle()
    assert told(here, "ULEIF").count(hello(here, "Leif", "others")) == 1


async def test_who_is_picked_as_host_is_greeted_before_the_first_question(here: Here) -> None:
    somebody(here, "UHUGO", "Hugo Hede")
    await signs_up_with(here, "ULONE", "sign.mode.self")
    await here.lone.taps("btn.approve")
    await here.hanne.says("match")
    await here.hanne.taps("btn.find_place", programme=ROUND_NAME["da"])
    await here.hanne.fills({"match.wish": only(await here.hanne.last(), "match.wish")})
    day = {"match.start": here.start.isoformat(), "match.end": here.end.isoformat(), "match.form": "form.shadow"}
    await here.hanne.fills({"match.place": "Biblioteket", "match.host": "UHUGO", **day})
    assert told(here, "UHUGO") == []
    await here.hanne.taps("btn.send")
    first, question = told(here, "UHUGO")
    assert first == hello(here, "Hugo", "others")
    assert "Emil fra Børnehaven Solsikken vil gerne komme til jer" in question


async def signs_up_with(here: Here, leader: str, mode: str = "sign.mode.match") -> None:
    """Emil signs up with a user as leader to whom he has talked."""
    emil = here.emil
    await emil.presses_in_channel(JOIN)
    await emil.fills({"sign.voluntary": "yes"})
    await emil.fills({"sign.leader": leader})
    await emil.taps("sign.talked.yes")
    await emil.taps(mode)
    await emil.fills({"sign.self.where" if mode.endswith("self") else "sign.where": "Biblioteket"})
    await emil.fills({"sign.learn": "Hvad de har brug for"})
    await emil.taps("btn.no")
