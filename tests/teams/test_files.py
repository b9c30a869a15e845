"""Files in Teams: behind buttons for their reader, for an hour, and nothing of them in the chat."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channel import Button, File, Message, Part
from bot.channels.takeaways import LASTS
from bot.channels.teams.card import chat, whole
from bot.channels.teams.dialog import dialog
from storage.records import AddressRow, Organisation, OutboxState, PersonRow, Takeaway
from storage.store import Work
from tests.slack.drawings import anything
from tests.stage.scenes import write
from tests.teams.drawn import lines, messages, say, shown
from tests.teams.fake.faults import T10
from tests.teams.fake.things import Posted, User
from tests.teams.here import Here, at
from tests.teams.office import ORIGIN, Office, open_office
from tests.teams.schema import Json, actions, check_activity, check_card, check_dialog
from tests.teams.stage import ORIGIN as STAGED

CANARY = "kanariefugl"
TEXT = File("mine-svar.txt", "text/plain", f"{CANARY} om det hele")
JSON = File("mine-svar.json", "application/json", f'["{CANARY}"]')
ALL = Message((Part("Her er det hele."),), "Ny besked", card="c1", buttons=(Button("0", "Luk"),), files=(TEXT, JSON))
LINKS = [f"{ORIGIN}/take/{letter * 43}" for letter in "ab"]
FIRST_DAY = "De tager ti minutter om morgenen til at fordele opkaldene"

any_file = st.builds(File, anything, st.just("text/plain"), st.just(CANARY))


def links_on(card: Json) -> list[str]:
    """Where its buttons lead out."""
    return [it["url"] for it in actions(card) if it["type"] == "Action.OpenUrl"]


# The card


def test_each_file_has_a_button_and_it_is_said_how_long_they_work() -> None:
    (activity,) = chat(ALL, say, links=LINKS)
    check_activity(activity)
    card = activity["attachments"][0]["content"]
    assert lines(card) == [
        "Her er det hele.",
        "[Hent mine-svar.txt]",
        "[Hent mine-svar.json]",
        "Kan hentes i en time.",
        "[Luk]",
    ]
    assert links_on(card) == LINKS


@given(messages, st.lists(any_file, min_size=1, max_size=4).map(tuple))
def test_t14_t15_any_files_are_on_cards_that_teams_takes(message: Message, files: tuple[File, ...]) -> None:
    links = [f"{ORIGIN}/take/{n}" for n in range(len(files))]
    plain = replace(message, files=files, door=None)
    said = chat(plain, say, links=links)
    for activity in said:
        check_activity(activity)
    assert CANARY not in str(said)
    found = [link for activity in said for link in links_on(activity["attachments"][0]["content"])]
    assert found == links


def test_a_name_without_room_on_its_button_stands_above_it() -> None:
    long = File(f"{'alt-hvad-jeg-skrev-' * 4}.txt", "text/plain", CANARY)
    card = chat(replace(ALL, files=(long,)), say, links=LINKS[:1])[0]["attachments"][0]["content"]
    assert long.name in shown(card)
    assert lines(card)[1:3] == [long.name, "[Hent]"]
    assert actions(card)[0]["tooltip"] == f"Hent {long.name}", "more than one may say the same"


def test_without_links_there_is_no_dead_button() -> None:
    card = whole(ALL, say, members={})
    check_card(card)
    assert lines(card) == ["Her er det hele.", "Filerne kan ikke hentes herfra endnu.", "[Luk]"]
    assert chat(ALL, say)[0]["attachments"][0]["content"] == card


def test_a_dialog_says_that_they_are_in_the_chat() -> None:
    value = dialog([ALL], say, members={})
    check_dialog(value)
    card = value["card"]["content"]
    assert "Filerne kan hentes i chatten." in lines(card)
    assert links_on(card) == []
    assert CANARY not in str(value)


# On its way


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with open_office() as office:
        yield office


async def vera_of(office: Office) -> User:
    """Somebody who is a person of ours."""
    vera = await office.meet("Vera Holm")

    def unit(work: Work) -> None:
        work.people.add_organisation(Organisation("o1", "Nordby", "DK", "Europe/Copenhagen", "da"))
        work.people.add(PersonRow("vera", "o1", "Vera Holm"))
        work.people.link("vera", AddressRow("teams", vera.tenant, vera.aad))

    await office.store.run(unit)
    return vera


async def behind(office: Office, post: Posted) -> list[Takeaway | None]:
    """The files behind the buttons of a post."""
    now = office.time.clock.now()
    secrets = [link.removeprefix(f"{ORIGIN}/take/") for link in links_on(post.card or {})]
    return await office.store.run(lambda work: [work.takeaways.find(secret, now) for secret in secrets])


async def test_what_is_sent_leads_its_reader_to_the_files(office: Office) -> None:
    vera = await vera_of(office)
    assert (await office.send(vera, ALL)).state == OutboxState.SENT
    (post,) = office.posts(vera)
    assert await behind(office, post) == [Takeaway("vera", it.name, it.media_type, it.text) for it in (TEXT, JSON)]
    office.teams.assert_no_words(CANARY)


async def test_what_is_sent_again_leaves_one_row_for_each_file(office: Office) -> None:
    vera = await vera_of(office)
    office.teams.fail_next("send", *[T10["Throttled"]] * 3)
    id = await office.queue(vera, ALL)
    await office.run_until_empty(600)
    assert (await office.row(id)).state == OutboxState.SENT
    assert office.teams.ledger.count("send") == 4
    (post,) = office.posts(vera)
    assert None not in await behind(office, post)
    end = office.time.clock.now() + LASTS
    assert await office.store.run(lambda work: work.takeaways.sweep(end)) == 2


async def test_in_a_channel_a_file_has_no_reader_and_no_link(office: Office) -> None:
    jobs = await office.join("Nordby", "Jobbytte")
    assert (await office.send(jobs.id, ALL)).state == OutboxState.SENT
    (post,) = office.posts(jobs.id)
    assert links_on(post.card or {}) == []
    office.teams.assert_no_words(CANARY)


# From the button to the file


async def fetched(here: Here, link: str) -> tuple[int, str, str]:
    """What a browser gets by a link: the status, how it is called, and the text."""
    path = link.removeprefix(STAGED)
    async with aiohttp.ClientSession() as session, session.get(here.play.address + path) as response:
        return response.status, response.headers.get("Content-Disposition", ""), await response.text()


async def test_who_asks_for_all_of_it_gets_it_and_the_chat_does_not() -> None:
    async with at("first day") as here:
        await here.emil.puts_down()
        await write(here)
        await here.emil.taps("btn.no_thanks")
        await here.emil.says("mine data")
        await here.emil.taps("btn.export")
        (post,) = [post for post in here.emil.there.posts if post.card and links_on(post.card)]
        to_read, to_keep = [await fetched(here, link) for link in links_on(here.emil.there.card(post))]
        assert (to_read[0], to_keep[0]) == (200, 200)
        assert to_read[1].endswith("filename*=UTF-8''mine-svar.txt")
        assert FIRST_DAY in to_read[2]
        assert FIRST_DAY in [each["value"] for each in json.loads(to_keep[2])]
        here.teams.assert_no_words(FIRST_DAY, '"visibility"')
        here.play.no_own_words()
        here.play.nothing_refused()

        await here.play.until(here.play.clock.now() + LASTS + timedelta(seconds=1))
        for link in links_on(here.emil.there.card(post)):
            assert (await fetched(here, link))[:2] == (404, "")
        assert await here.play.store.run(lambda work: work.takeaways.sweep(here.play.clock.now())) == 0
