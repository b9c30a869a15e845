"""The page of one's own in Slack: what it shows to whom, that it is fresh, and that its buttons stay good."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.slack.calls import Answer, Ask
from bot.channels.slack.read import Where
from bot.channels.slack.showing import Showing
from dialogs.model import Raw
from storage.records import AnswerRow, new_id
from storage.store import Work
from tests.slack.fake import View, view_problems
from tests.slack.here import Here, at, buttons
from tests.slack.stage import SlackSeat
from tests.stage.scenes import GOAL, NOTES, REASON, walk, write

ROLES = ("hanne", "emil", "lone", "vera")


@pytest.fixture
async def last_day() -> AsyncIterator[Here]:
    """All but the last day of Emil's logbook are written."""
    async with at("last day") as here:
        yield here


async def opens(here: Here, seat: SlackSeat) -> str:
    """Somebody opens the page; what stands there."""
    await seat.there.opens_home()
    await here.play.settle()
    return shown(seat)


def shown(seat: SlackSeat) -> str:
    """What stands on the page."""
    return seat.there.home.words()


async def presses(here: Here, seat: SlackSeat, label: str) -> View:
    """Presses a button of the page; the form that comes up."""
    await seat.there.presses(seat.there.home, label)
    await here.play.settle()
    return here.view(seat)


def published(here: Here, seat: SlackSeat) -> int:
    """How often the page was drawn."""
    return len([it for it in here.slack.ledger.views if it.user == seat.user and it.how == "published"])


# What it shows


async def test_each_sees_a_page_of_their_own_from_the_first_day_on() -> None:
    async with at("start") as here:
        hr = await opens(here, here.hanne)
        assert here.word("btn.new_round") in hr
        assert here.word("home.needs.nothing") in hr
        for seat in (here.emil, here.lone, here.vera):
            text = await opens(here, seat)
            assert here.word("status.nothing") in text
            assert "Sprog: Dansk" in text
            assert here.word("btn.new_round") not in text
        here.nothing_refused()


async def test_who_signed_up_sees_what_is_next_and_the_leader_what_to_answer() -> None:
    async with at("signed up") as here:
        assert "Du er tilmeldt Jobbytte forår" in await opens(here, here.emil)
        leader = await opens(here, here.lone)
        assert here.word("home.people") in leader, "it is about somebody whom she leads"
        assert here.word("home.guests") not in leader
        assert "svar Emil" in leader
        assert here.word("home.needs") in await opens(here, here.hanne)
        needs = next(it for it in buttons(here.hanne.there.home) if it["text"]["text"] == here.word("btn.needs_me"))
        assert needs["style"] == "primary", "what waits is seen by a press"


async def test_an_employee_sees_goals_the_next_step_the_entries_by_date_and_the_settings(last_day: Here) -> None:
    text = (await opens(last_day, last_day.emil)).split("\n")
    assert "Jobbytte forår: Familieafdelingen, 5.\u00a0maj–7.\u00a0maj. Næste for dig: logbogen, dag for dag." in text
    goal = next(n for n, line in enumerate(text) if line.startswith(GOAL["da"]))
    assert text[goal - 1] == "Mål", "no quote stands without its name"
    days = [line for line in text if line.endswith("Kun du kan se dem.")]
    newest_first = ["6.\u00a0maj: 4 svar. Kun du kan se dem.", "5.\u00a0maj: 4 svar. Kun du kan se dem."]
    assert days == newest_first
    for setting in (
        "Sprog: Dansk",
        "Du har fri klokken 15.30. Logbogen kommer lidt før.",
        "Deling: Jeg vælger hver gang",
    ):
        assert setting in text


async def test_a10_s18_everybody_sees_only_what_is_theirs_to_see(last_day: Here) -> None:
    private = [text for texts in NOTES["da"].values() for text in texts]
    for role in ROLES:
        seat: SlackSeat = getattr(last_day, role)
        text = await opens(last_day, seat)
        assert not [note for note in private if note in text], "the texts of the logbook stand on no page"
        if role != "emil":
            assert GOAL["da"] not in text
            assert "svar. Kun du" not in text
            assert "Deling:" not in text
        if role == "hanne":
            assert "Emil" not in text
            assert "Familieafdelingen" not in text
        if role in ("hanne", "vera"):
            assert REASON["da"] not in text
    assert "Emil hos Familieafdelingen" in shown(last_day.lone)
    assert last_day.word("home.people") in shown(last_day.lone)
    assert "Emil hos Familieafdelingen" in shown(last_day.vera)


async def test_a10_what_a_leader_opens_on_the_page_is_only_what_was_shared() -> None:
    async with at("first day") as here:
        await write(here)
        await opens(here, here.lone)
        before = (await presses(here, here.lone, here.word("btn.released_of", name="Emil"))).words()
        assert NOTES["da"]["log.core.what"][0] not in before
        await here.emil.taps("btn.share_one")
        field = (await here.emil.last()).fields[0]
        await here.emil.fills({"answer": field.choices[0].value})
        await here.emil.fills()
        await here.emil.taps("btn.share")
        after = (await presses(here, here.lone, here.word("btn.released_of", name="Emil"))).words()
        assert [text for texts in NOTES["da"].values() for text in texts if text in after] != []
        assert len([text for texts in NOTES["da"].values() for text in texts if text in after]) == 1
        assert "1 delt med Lone" in await opens(here, here.emil)
        here.nothing_refused()


async def test_the_texts_of_an_entry_open_by_a_press(last_day: Here) -> None:
    await opens(last_day, last_day.emil)
    form = await presses(last_day, last_day.emil, "5.\u00a0maj")
    assert NOTES["da"]["log.core.what"][0] in form.words()
    assert NOTES["da"]["log.core.what"][1] not in form.words()
    assert NOTES["da"]["log.core.what"][0] not in last_day.reads(last_day.emil), "and not in the chat"


# Fresh


async def test_it_is_drawn_when_it_is_opened_and_not_for_a_message(last_day: Here) -> None:
    before = published(last_day, last_day.emil)
    await last_day.emil.there.types("hjælp")
    await last_day.emil.there.opens_messages_tab()
    await last_day.play.settle()
    assert published(last_day, last_day.emil) == before
    await opens(last_day, last_day.emil)
    assert published(last_day, last_day.emil) == before + 1


async def test_a_hundred_openings_at_once_are_no_hundred_drawings(last_day: Here) -> None:
    before = published(last_day, last_day.emil)
    await asyncio.gather(*(last_day.emil.there.opens_home() for _ in range(100)))
    await last_day.play.settle()
    assert 1 <= published(last_day, last_day.emil) - before <= 60
    last_day.nothing_refused()


SETTINGS = [
    ("btn.language", {"_choice": "English"}, "Language: English"),
    ("btn.change_time", {"log.time": "14:15"}, "Du har fri klokken 14.15."),
    ("btn.habit", {"_choice": "Først efter opsamlingen"}, "Deling: Først efter opsamlingen"),
    ("btn.pause", {"absent.until": "2026-05-20"}, "Logbogen holder pause til den 20.\u00a0maj."),
]


async def test_a_setting_that_is_changed_on_the_page_shows_there_at_once(last_day: Here) -> None:
    here = last_day
    await opens(here, here.emil)
    for button, answers, line in reversed(SETTINGS):
        assert line not in shown(here.emil)
        await presses(here, here.emil, here.word(button))
        await here.emil.there.submits(answers)
        await here.play.settle()
        assert line in shown(here.emil)
        here.slack.stacks["UEMIL"].clear()
    assert "What I have shared" not in here.reads(here.emil)
    here.nothing_refused()


async def test_a_pause_is_ended_on_the_page(last_day: Here) -> None:
    here = last_day
    await opens(here, here.emil)
    await presses(here, here.emil, here.word("btn.pause"))
    await here.emil.there.submits({"absent.until": "2026-05-20"})
    await here.play.settle()
    await here.emil.there.presses(here.emil.there.home, here.word("btn.resume"))
    await here.play.settle()
    assert "pause til" not in shown(here.emil)
    assert here.word("btn.pause") in here.emil.there.home.labels()
    here.nothing_refused()


async def test_a_preparation_that_ends_shows_the_goals_on_the_page() -> None:
    async with at("invited") as here:
        assert GOAL["da"] not in await opens(here, here.emil)
        await presses(here, here.emil, here.word("btn.prepare"))
        await prepare_in_form(here)
        assert GOAL["da"] in shown(here.emil)
        assert here.word("btn.change_preparation") in here.emil.there.home.labels()


async def prepare_in_form(here: Here) -> None:
    """Emil answers what the form asks."""
    given: dict[str, Raw] = {
        "prep.ack": "yes", "prep.purpose": ["prep.purpose.understand"], "prep.finish": "15:30",
        "prep.goal.1": GOAL["da"], "prep.goal.1.sign": "Et tegn",
    }  # fmt: skip
    await walk(here.emil, given)


async def test_the_logbook_that_is_written_shows_on_the_page() -> None:
    async with at("first day") as here:
        assert "5. maj:" not in await opens(here, here.emil)
        await write(here)
        assert "5.\u00a0maj: 4 svar. Kun du kan se dem." in shown(here.emil)


# Buttons


async def test_a9_a_button_that_is_pressed_twice_opens_one_thing(last_day: Here) -> None:
    here = last_day
    await opens(here, here.emil)
    before, home = here.reads(here.emil), here.emil.there.home
    await asyncio.gather(*(here.emil.there.presses(home, here.word("btn.change_time"), old=True) for _ in range(2)))
    await here.play.settle()
    rows = await here.play.store.run(lambda work: work.conversations.open(here.emil.id))
    assert len([row for row in rows if row.dialog == "time"]) == 1
    await here.emil.there.submits({"log.time": "14:15"})
    await here.play.settle()
    assert "klokken 14.15" in shown(here.emil)
    assert here.reads(here.emil).replace(before, "").count("14.15") <= 1
    here.nothing_refused()


async def test_a9_a_button_of_an_old_page_does_what_it_says_or_nothing(last_day: Here) -> None:
    """The page of yesterday, on a phone that was asleep: its buttons are named by what they do."""
    here = last_day
    await opens(here, here.emil)
    old = deepcopy(here.emil.there.home)
    kept = await here.kept(here.emil, "")
    await here.play.until(here.play.clock.now() + timedelta(days=30))
    await opens(here, here.emil)
    for button in list(buttons(old)):
        body_of = here.emil.there
        here.slack.homes["T1", "UEMIL"], now = old, here.slack.homes["T1", "UEMIL"]
        delivery = await body_of.presses(old, button["value"], old=True)
        here.slack.homes["T1", "UEMIL"] = now
        await here.play.settle()
        assert delivery.answer.status == 200
        here.slack.stacks["UEMIL"].clear()
    assert await here.kept(here.emil, "") == kept, "nothing was changed by opening things"
    here.nothing_refused()


# Full pages


async def test_s16_sixty_days_of_entries_fit(last_day: Here) -> None:
    here = last_day

    def many(work: Work) -> None:
        (exchange,) = work.exchanges.of_employee(here.emil.id)
        for n in range(60):
            day = here.start - timedelta(days=n + 10)
            for key in ("log.core.what", "log.core.sowhat"):
                work.answers.put(
                    AnswerRow(new_id(), here.emil.id, exchange.id, f"log:{day}", key, "S", "Et svar", "Hvad?", day)
                )

    await here.play.store.run(many)
    await opens(here, here.emil)
    home = here.emil.there.home
    assert len(home.blocks) <= 100
    assert view_problems(home.body) == []
    assert len([line for line in home.words().split("\n") if line.endswith("Kun du kan se dem.")]) >= 10
    here.nothing_refused()


async def test_s16_a_leader_and_host_of_sixty_has_a_page_that_fits(last_day: Here) -> None:
    here = last_day

    def many(work: Work) -> None:
        (exchange,) = work.exchanges.of_employee(here.emil.id)
        for n in range(60):
            person = replace(work.people.get(here.emil.id), id=new_id(), name=f"Navn{n} *Efternavn* <!channel>")
            work.people.add(person)
            sign_up = replace(work.rounds.sign_up(exchange.sign_up), id=new_id(), person=person.id)
            work.rounds.add_sign_up(sign_up)
            work.exchanges.add(replace(exchange, id=new_id(), employee=person.id, sign_up=sign_up.id))

    await here.play.store.run(many)
    for seat in (here.lone, here.vera):
        text = await opens(here, seat)
        home = seat.there.home
        assert len(home.blocks) <= 100
        assert view_problems(home.body) == []
        assert "Navn0" in text
        assert text.rstrip().endswith(here.word("btn.help")), "the settings are still there"
    here.nothing_refused()


async def test_what_is_opened_again_and_again_leaves_nothing_behind_in_the_chat(last_day: Here) -> None:
    here = last_day
    await opens(here, here.emil)
    before = here.reads(here.emil)
    for _ in range(3):
        form = await presses(here, here.emil, here.word("btn.write"))
        assert any(block["block_id"].startswith("log.") for block in form.blocks)
    assert here.reads(here.emil) == before
    await here.emil.fills({"log.last.unforget": "Morgenmødet"})
    assert (await here.kept(here.emil, "log."))["log.last.unforget"] == "Morgenmødet"
    here.nothing_refused()


async def test_a_page_is_drawn_one_at_a_time_and_at_last_as_it_is_then() -> None:
    drawn: list[str] = []

    async def draw(tenant: str, user: str) -> None:
        drawn.append(f"{user} begins")
        await asyncio.sleep(0.001)
        drawn.append(f"{user} ends")

    showing = Showing(Silent(), draw)
    for _ in range(3):
        for _ in range(5):
            showing.then(Where("T1", "", "UEMIL"), None, fresh=True)
        await asyncio.sleep(0)
    await showing.idle()
    assert drawn == ["UEMIL begins", "UEMIL ends"] * 2, "once for what had changed by then, once for all since"


class Silent:
    """A Slack that is not asked."""

    async def ask(self, tenant: str, method: str, ask: Ask) -> Answer:
        raise AssertionError(method)
