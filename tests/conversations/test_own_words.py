"""Sentences in an organisation's own words: said to its own readers, and to nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from unittest.mock import patch

import pytest

from bot.moment import Moment, Told
from bot.wordings import MOST_KEPT, forget, put, words_of
from bot.words import Text, Words
from dialogs.model import Say
from storage.records import Organisation
from storage.store import Work
from tests.stage.play import WORDS
from tests.stage.scenes import Cast, at_scene, cast, play_to

KEY = "data.deleted"
OURS = "Dine private notater er slettet."


@pytest.fixture
async def here() -> AsyncIterator[Cast]:
    here = await at_scene("approved")
    yield here
    await here.play.close()


async def own(here: Cast, text: str, *, key: str = KEY, round_id: str = "", language: str = "da") -> str:
    """An own sentence of Hanne's organisation, whose id it returns."""
    home = (await here.hanne.person()).organisation
    await here.play.store.run(lambda work: work.wordings.put(home, round_id, language, key, text))
    forget(here.play.words, home)
    return home


async def said(here: Cast, seat_id: str, key: str = KEY, subject: str = "", **values: object) -> str:
    """The words in which the organisation of somebody says a sentence."""

    def unit(work: Work) -> str:
        moment = Moment(work, here.play.words, here.play.clock.now(), here.play.house)
        person = work.people.get(seat_id)
        moment.tell(person, Told([Say(key, values)]), kind="answer", subject=subject)
        return moment.speaking(person.organisation, subject).words.text(person.language, key, values)

    expected = await here.play.store.run(unit)
    await here.play.delivery.deliver()
    seat = next(seat for seat in (here.hanne, here.emil, here.lone, here.vera) if seat.id == seat_id)
    assert await seat.text() == expected
    return expected


async def exchange_of(here: Cast) -> tuple[str, str]:
    """The id of Emil's exchange and of its round."""
    rows = await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id))
    return rows[0].id, rows[0].round


async def test_an_own_sentence_is_said_from_then_on(here: Cast) -> None:
    assert await said(here, here.emil.id) == OURS
    await own(here, "Det private er væk nu.")
    assert await said(here, here.emil.id) == "Det private er væk nu."


async def test_a_rounds_own_sentence_goes_before_the_one_for_all(here: Cast) -> None:
    exchange, round_id = await exchange_of(here)
    await own(here, "Væk i alle runder.")
    await own(here, "Væk i denne runde.", round_id=round_id)
    assert await said(here, here.emil.id, subject=exchange) == "Væk i denne runde."
    assert await said(here, here.emil.id, subject=round_id) == "Væk i denne runde."
    assert await said(here, here.emil.id) == "Væk i alle runder."


async def test_each_reader_of_an_exchange_between_two_keeps_the_words_of_their_own(here: Cast) -> None:
    exchange, round_id = await exchange_of(here)

    def move(work: Work) -> None:
        work.people.add_organisation(Organisation("norge", "Nordby Kommune", "NO", "Europe/Oslo", "nb"))
        work.people.update(replace(work.people.get(here.vera.id), organisation="norge"))
        work.wordings.put("norge", "", "da", KEY, "Hos os er det væk.")

    await here.play.store.run(move)
    await own(here, "Væk i denne runde.", round_id=round_id)
    assert await said(here, here.emil.id, subject=exchange) == "Væk i denne runde."
    assert await said(here, here.vera.id, subject=exchange) == "Hos os er det væk."


async def test_each_language_has_its_own_sentence(here: Cast) -> None:
    home = await own(here, "Væk.", language="nb")
    assert await said(here, here.emil.id) == OURS
    words: Words = await here.play.store.run(lambda work: words_of(here.play.words, work, home))
    assert words.text("nb", KEY) == "Væk."


@pytest.mark.parametrize(
    ("text", "one", "two"),
    [
        (
            {"one": "Ét til {leader} {date}.", "other": "{n} til {leader} {date}."},
            "Ét til Lone 7.\u00a0maj.",
            "2 til Lone 7.\u00a0maj.",
        ),
        ("{n} til {leader} {date}.", "1 til Lone 7.\u00a0maj.", "2 til Lone 7.\u00a0maj."),
    ],
)
async def test_own_words_can_be_one_text_or_the_forms(here: Cast, text: Text, one: str, two: str) -> None:
    home, key = (await here.hanne.person()).organisation, "share.week.done"
    await here.play.store.run(lambda work: put(work, WORDS, home, ("", "da", key), text))
    forget(here.play.words, home)
    words = await here.play.store.run(lambda work: words_of(here.play.words, work, home))
    values = {"leader": "Lone", "date": date(2026, 5, 7)}
    assert [words.text("da", key, {**values, "n": n}) for n in (1, 2)] == [one, two]


async def test_what_does_not_fit_any_more_is_left_out(here: Cast) -> None:
    await own(here, "Væk den {date}.")
    assert await said(here, here.emil.id) == OURS


async def test_what_a_conversation_asks_is_asked_in_own_words(here: Cast) -> None:
    await own(here, "Hvad hedder dit sprog?", key="hello.language")
    await here.emil.says("sprog")
    assert "Hvad hedder dit sprog?" in await here.emil.text()


async def test_a_post_in_the_channel_is_in_the_words_of_its_organisation() -> None:
    here = await cast()
    await own(here, "Kom med i {programme}.", key="round.post.title")
    await play_to(here, "round open")
    posts = await here.emil.posts("#jobbytte")
    assert posts[0].parts[0].text == "Kom med i Jobbytte forår."
    await here.play.close()


async def test_nothing_is_asked_of_the_store_where_nothing_is_said_otherwise(here: Cast) -> None:
    home = (await here.hanne.person()).organisation

    def unit(work: Work) -> None:
        words_of(here.play.words, work, home)
        with patch.object(work.wordings, "all", side_effect=AssertionError):
            assert words_of(here.play.words, work, home) is here.play.words

    await here.play.store.run(unit)


async def test_as_many_organisations_as_there_are_can_be_served(here: Cast) -> None:
    def unit(work: Work) -> bool:
        return all(words_of(here.play.words, work, f"by-{n}") is here.play.words for n in range(MOST_KEPT + 5))

    assert await here.play.store.run(unit)


@pytest.mark.parametrize("answer", ["", "noget andet", "a|b"])
async def test_a_sentence_that_is_none_is_not_put_back(here: Cast, answer: str) -> None:
    await own(here, "Det private er væk nu.")
    await here.hanne.says("egne ord")
    await here.hanne.taps("btn.own_back")
    await here.hanne.taps("btn.own_one_back")
    card = await here.hanne.last()
    reply = await here.hanne.press(card, card.buttons[0], {"answer": answer})
    assert reply.note == here.play.words.text("da", "rejected.one")
    assert await said(here, here.emil.id) == "Det private er væk nu."
    await here.hanne.fills({"answer": card.fields[0].choices[0].value})
    assert await said(here, here.emil.id) == OURS
