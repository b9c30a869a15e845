"""HR's pages: sentences in the organisation's own words, and its choices, in plain forms."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.web.channel import WebChannel
from bot.channels.web.playground import playground
from bot.hr_desk import HrDesk
from bot.programme.choices import Choices, chosen
from bot.programme.identifiers import mask
from bot.stage import Stage
from dialogs.choices import CHOICES
from dialogs.model import Ask, Number
from tests.stage.play import WORDS
from tests.stage.scenes import Cast, at_scene

KEY = "data.deleted"
OURS = "Dine private notater er slettet."
OWN = "Det private er væk nu."


@dataclass
class Pages:
    """The story with HR's pages, in Hanne's hands unless said otherwise."""

    here: Cast
    client: TestClient[web.Request, web.Application]
    organisation: str
    round: str

    async def get(self, page: str, person: str = "", **query: str) -> tuple[int, str]:
        """Looks at a page."""
        found = await self.client.get(f"/playground/{page}", params={"person": person or self.here.hanne.id, **query})
        return found.status, await found.text()

    async def post(
        self, page: str, form: dict[str, str | list[str]], *, person: str = "", **query: str
    ) -> tuple[int, str]:
        """Sends a form."""
        pairs = [
            (name, each) for name, given in form.items() for each in ([given] if isinstance(given, str) else given)
        ]
        params = {"person": person or self.here.hanne.id, **query}
        found = await self.client.post(f"/playground/{page}", params=params, data=pairs)
        return found.status, await found.text()

    async def looked(self, texts: dict[str, str], **query: str) -> dict[str, str | list[str]]:
        """Sentences after a look: with the mark that keeps them."""
        form: dict[str, str | list[str]] = dict(texts)
        _, page = await self.post("words", {**form, "do": "look"}, **query)
        mark = re.search(r'name="seen" value="([0-9a-f]*)"', page)
        return {**form, "seen": mark[1] if mark else "", "do": "keep"}

    async def choose(self, form: dict[str, str | list[str]]) -> str:
        """Looks at what the choices change, and keeps them as they were looked at; the page that follows."""
        _, page = await self.post("choices", {**form, "do": "look"})
        mark = re.search(r'name="seen" value="([0-9a-f]+)"', page)
        return (await self.post("choices", {**form, "seen": mark[1], "do": "keep"}))[1] if mark else page

    async def own(self, round_id: str = "") -> dict[tuple[str, str], str]:
        """What is said otherwise."""
        return await self.here.play.store.run(lambda work: work.wordings.all(self.organisation).get(round_id, {}))

    async def chosen(self, round_id: str = "") -> Choices:
        """What holds."""
        return chosen(await self.here.play.store.run(lambda work: work.choices.of(self.organisation, round_id)))

    async def audit(self) -> list[tuple[str, str, str]]:
        """Who did what, the newest first."""
        rows = await self.here.play.store.run(lambda work: work.audit.all(20))
        return [(row.actor, row.action, row.subject) for row in rows]


@pytest.fixture
async def pages() -> AsyncIterator[Pages]:
    here = await at_scene("round open")
    play = here.play
    stage = Stage(play.store, play.words, play.clock, play.house, play.ticker, play.delivery)
    office = HrDesk(play.store, play.words, play.clock, play.house)
    app = web.Application()
    door = playground(play.store, play.conversation.receive, stage, WebChannel(play.store), play.words, mask, office)
    app.add_subapp("/playground", door)
    home = (await here.hanne.person()).organisation
    rounds = await play.store.run(lambda work: work.rounds.all(home))
    async with TestClient(TestServer(app)) as client:
        yield Pages(here, client, home, rounds[0].id)
    await play.close()


TEXTS = {
    "text-da": OWN,
    "text-nb": "De private notatene dine er slettet.",
    "text-en": "Your private entries are deleted.",
}


async def test_a_sentence_is_found_by_its_words_and_by_its_key(pages: Pages) -> None:
    for search in ("private notater", KEY):
        status, page = await pages.get("words", search=search)
        assert status == 200
        assert OURS in page
        assert "De private notatene dine er slettet." in page
        assert "Your private entries are deleted." in page


async def test_what_is_not_found_is_said(pages: Pages) -> None:
    assert "Jeg fandt ingen sætning med de ord." in (await pages.get("words", search="flyvende tallerken"))[1]


async def test_a_sentence_is_looked_at_before_it_is_kept(pages: Pages) -> None:
    status, page = await pages.post("words", {**TEXTS, "do": "keep", "seen": ""}, key=KEY)
    assert (status, await pages.own()) == (200, {})
    assert "Sådan kommer det til at se ud:" in page
    status, page = await pages.post("words", await pages.looked(TEXTS, key=KEY), key=KEY)
    assert status == 200
    assert "Gemt. Fra nu af siger jeg det med jeres ord." in page
    assert await pages.own() == {("da", KEY): OWN}
    assert (await pages.audit())[0] == (pages.here.hanne.id, "words.changed", f"{pages.organisation}:da:{KEY}")


async def test_what_was_written_after_the_look_is_looked_at_again(pages: Pages) -> None:
    form = await pages.looked(TEXTS, key=KEY)
    _, page = await pages.post("words", {**form, "text-da": "Noget andet."}, key=KEY)
    assert "Noget andet." in page
    assert await pages.own() == {}


async def test_a_sentence_that_does_not_fit_is_kept_in_no_language(pages: Pages) -> None:
    form = await pages.looked({**TEXTS, "text-nb": "Hei {navn}"}, key=KEY)
    assert form["seen"] == ""
    _, page = await pages.post("words", form, key=KEY)
    assert "{navn} kan jeg ikke fylde ud i den her sætning. Tag det ud." in page
    assert 'aria-invalid="true"' in page
    assert await pages.own() == {}


async def test_a_sentence_for_one_round_leaves_the_others(pages: Pages) -> None:
    await pages.post("words", {**await pages.looked(TEXTS, key=KEY), "round": pages.round}, key=KEY)
    assert await pages.own() == {}
    assert await pages.own(pages.round) == {("da", KEY): OWN}


async def test_the_forms_of_a_sentence_have_a_field_each(pages: Pages) -> None:
    _, page = await pages.get("words", key="share.week.done")
    assert 'id="text-da-one"' in page
    assert 'id="text-da-other"' in page


async def test_there_is_a_way_back_for_one_and_for_all(pages: Pages) -> None:
    await pages.post("words", await pages.looked(TEXTS, key=KEY), key=KEY)
    await pages.post("words", {"do": "back"}, key=KEY)
    assert await pages.own() == {}
    await pages.post("words", await pages.looked(TEXTS, key=KEY), key=KEY)
    _, page = await pages.post("words", {"do": "ask_back"})
    assert "Er I sikre?" in page
    assert await pages.own() != {}
    await pages.post("words", {"do": "all_back"})
    assert await pages.own() == {}


async def test_only_hr_comes_in(pages: Pages) -> None:
    emil = pages.here.emil.id
    for page in ("words", "choices"):
        assert (await pages.get(page, person=emil))[0] == 403
        assert (await pages.post(page, {"do": "keep"}, person=emil, key=KEY))[0] == 403
        assert (await pages.get(page, person="nobody"))[0] == 404


@pytest.mark.parametrize("key", ["playground.title", "own.title", "no.such"])
async def test_what_cannot_be_changed_is_refused(pages: Pages, key: str) -> None:
    assert (await pages.post("words", {**TEXTS, "do": "look"}, key=key))[0] == 404


async def test_what_is_no_form_is_refused(pages: Pages) -> None:
    sent = await pages.client.post("/playground/words", params={"person": pages.here.hanne.id}, json={"do": "keep"})
    assert sent.status == 415


NUMBERS = {
    ask.key: str(getattr(Choices(), ask.key.removeprefix("choose.")))
    for ask in CHOICES.asks
    if isinstance(ask.answer, Number)
}


async def test_choices_are_kept_for_all_rounds_or_for_one(pages: Pages) -> None:
    form: dict[str, str | list[str]] = {
        **NUMBERS,
        "choose.pool": "btn.no",
        "choose.track": "choose.track.full",
        "choose.prompts": ["log.opt.chair", "log.opt.good"],
        "choose.fewest": "8",
    }
    assert "Jeres valg er gemt." in await pages.choose(form)
    now = await pages.chosen()
    assert (now.track, now.prompts, now.fewest) == ("full", ("log.opt.chair", "log.opt.good"), 8)
    await pages.choose({**form, "choose.fewest": "12", "round": pages.round})
    assert (await pages.chosen()).fewest == 8
    assert (await pages.chosen(pages.round)).fewest == 12
    _, asked = await pages.post("choices", {"do": "ask_usual"})
    assert "Fra “8” til “5”." in asked
    assert (await pages.chosen()).fewest == 8
    await pages.post("choices", {"do": "usual"})
    assert await pages.chosen() == Choices()


async def test_choices_are_looked_at_before_they_are_kept(pages: Pages) -> None:
    form: dict[str, str | list[str]] = {**NUMBERS, "choose.pool": "btn.no", "choose.track": "choose.track.days"}
    form |= {"choose.prompts": ["log.opt.chair"]}
    page = ""
    for do in ("look", "keep"):
        _, page = await pages.post("choices", {**form, "do": do})
        assert "Det her ændrer sig, når du gemmer" in page
        assert f"Fra “Ingen” til “{WORDS.text('da', 'log.opt.chair')}”." in page
        assert WORDS.text("da", "choose.fewest") + " Fra" not in page, "only what changes"
        assert await pages.chosen() == Choices(), "nothing is kept that was not looked at"
    mark = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert mark
    other = {**form, "choose.fewest": "8", "seen": mark[1], "do": "keep"}
    assert "Fra “5” til “8”." in (await pages.post("choices", other))[1]
    assert await pages.chosen() == Choices(), "what was written after the look is looked at again"
    assert "Jeres valg er gemt." in await pages.choose(form)
    assert (await pages.chosen()).prompts == ("log.opt.chair",)
    assert WORDS.text("da", "choose.same") in await pages.choose(form)


async def test_after_the_usual_choices_there_is_a_way_back_to_the_own_ones(pages: Pages) -> None:
    form: dict[str, str | list[str]] = {**NUMBERS, "choose.pool": "btn.yes", "choose.track": "choose.track.full"}
    form |= {"choose.prompts": ["log.opt.chair", "log.opt.good"], "choose.cleared": "log.deep.energy"}
    form |= {"round.check.reps": "yes", "choose.fewest": "8", "choose.help_contacts": 'Kim "<b>" lokal 12'}
    await pages.choose(form)
    before = await pages.chosen()
    _, page = await pages.post("choices", {"do": "usual"})
    assert "Nu gælder de almindelige valg igen." in page
    assert await pages.chosen() == Choices()
    back = page[: page.index(WORDS.text("da", "btn.choose_restore"))].rpartition("<form")[2]
    sent: dict[str, str | list[str]] = {}
    for name, value in re.findall(r'name="([\w.]+)" value="([^"]*)"', back):
        listed = sent.setdefault(name, [])
        assert isinstance(listed, list)
        listed.append(unescape(value))
    await pages.choose({name: value for name, value in sent.items() if name != "do"})
    assert await pages.chosen() == before


async def test_wellbeing_is_asked_about_only_when_the_representatives_have_said_yes(pages: Pages) -> None:
    form: dict[str, str | list[str]] = {
        **NUMBERS,
        "choose.pool": "btn.no",
        "choose.track": "choose.track.days",
        "choose.cleared": "log.deep.wellbeing",
    }
    page = await pages.choose(form)
    assert "Jeres valg er gemt." not in page
    assert not (await pages.chosen()).asks("log.deep.wellbeing")
    await pages.choose({**form, "round.check.reps": "yes"})
    assert (await pages.chosen()).asks("log.deep.wellbeing")
    assert (pages.here.hanne.id, "representatives.cleared", pages.organisation) in await pages.audit()


@pytest.mark.parametrize("ask", [ask for ask in CHOICES.asks if ask.key in NUMBERS], ids=lambda ask: ask.key)
async def test_a_number_out_of_range_is_said_and_nothing_is_kept(pages: Pages, ask: Ask) -> None:
    """Each number of 2.5 that HR may set stands there with its label and its range."""
    assert isinstance(ask.answer, Number)
    low, high = ask.answer.low, ask.answer.high
    _, page = await pages.get("choices")
    assert WORDS.text("da", ask.key) in page
    assert f"Fra {low} til {high}." in page[page.index(WORDS.text("da", ask.key)) :]
    form: dict[str, str | list[str]] = {**NUMBERS, "choose.pool": "btn.no", "choose.track": "choose.track.full"}
    for wrong in (str(low - 1), str(high + 1), "mange"):
        _, page = await pages.post("choices", {**form, ask.key: wrong, "do": "keep"})
        assert f"Skriv et tal fra {low} til {high}." in page
        assert await pages.chosen() == Choices()


async def test_whom_to_turn_to_is_named_in_hrs_words(pages: Pages) -> None:
    form: dict[str, str | list[str]] = {**NUMBERS, "choose.pool": "btn.no", "choose.track": "choose.track.days"}
    await pages.choose({**form, "choose.help_contacts": "Kim, lokal 12"})
    assert (await pages.chosen()).help_contacts == "Kim, lokal 12"
    page = await pages.choose({**form, "choose.help_contacts": "Kim " * 500})
    assert "Der er plads til" in page
    assert (await pages.chosen()).help_contacts == "Kim, lokal 12"
