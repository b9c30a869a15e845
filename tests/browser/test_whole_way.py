"""An exchange from the round to the debrief, played at the page by everybody who takes part in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.clock import StandingClock
from tests.browser.site import Chair, serve

MONDAY = datetime(2026, 4, 13, 7, 0, tzinfo=UTC)
GOAL = "Jeg vil kunne skrive en indberetning, der kan bruges med det samme"
EXPECTED = "At de er stressede og sure"
MOVED = "Før tænkte jeg, at de var sure. Nu tænker jeg, at de mangler oplysninger"
PRIVATE = (
    EXPECTED,
    "Om jeg vil læse videre",
    "Hvorfor hører vi aldrig noget",
    "Tolken blev ringet op to gange",
    "Hvem bestemmer, hvad der haster",
    "De spørger mere, end jeg troede",
    "Jeg vil ringe, før jeg skriver",
    "Ventetiden er kortere, end vi tror",
    "Jeg har fået mere mod på det",
    "De gør sig umage med det, de får",
    "Jeg skriver de to oplysninger med fra starten",
)
"""What Emil writes and does not share."""
SHARED = "De tager ti minutter om morgenen til at fordele opkaldene"


@pytest.fixture
async def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """A playground that nobody has used yet, on a Monday at nine in Copenhagen."""
    monkeypatch.setattr("bot.app.SystemClock", lambda: StandingClock(MONDAY))
    async with serve(tmp_path) as address:
        yield address


async def test_an_exchange_is_carried_from_the_round_to_the_debrief(page: Page, browser: Browser, address: str) -> None:
    chair = Chair(page, address)
    await chair.enter()
    await open_a_round(chair)
    await sign_up(chair)
    await offer_to_host(chair)
    await find_a_place(chair)
    await agree(chair)
    await prepare(chair)
    second = await browser.new_context(locale="da-DK", timezone_id="Europe/Copenhagen")
    lone = Chair(await second.new_page(), address)
    await lone.enter()
    await lone.be("Lone")
    await do_the_leaders_part(chair)
    await write_the_logbook(chair)
    await get_the_overview(chair, lone)
    await look_back(chair, lone)
    await second.close()
    await emil_sees_all_he_wrote(chair)
    await nothing_private_is_seen_by("Lone", chair)
    await nothing_private_is_seen_by("Hanne", chair)


async def open_a_round(chair: Chair) -> None:
    await chair.be("Hanne")
    await chair.type("ny runde")
    await chair.send(
        round__new__name="Jobbytte forår",
        round__new__forms=[chair.words("form.shadow"), chair.words("form.jobswap_next")],
    )
    await chair.send(
        round__new__opens="2026-04-13",
        round__new__deadline="2026-04-20",
        round__new__answer_by="2026-04-24",
        round__new__latest_start="2026-06-01",
        round__new__finish_by="2026-06-30",
    )
    await chair.send(round__new__channel="#jobbytte", round__check__contact="Hanne Holm")
    await chair.press("btn.post")
    await chair.reads("Jobbytte forår er åben")


async def sign_up(chair: Chair) -> None:
    await chair.be("Emil")
    await chair.look_into("#jobbytte")
    await chair.reads("Nu kan du melde dig til Jobbytte forår")
    await chair.press("btn.signup")
    await chair.be("Emil")
    await chair.send(sign__voluntary="")
    await chair.send(sign__leader="Lone Lund, Børnehaven Solsikken")
    await chair.press("sign.talked.yes")
    await chair.press("sign.mode.match")
    await chair.send(sign__where="Familieafdelingen, for de får vores indberetninger")
    await chair.type("Hvad de har brug for at vide fra os")
    await chair.press("btn.no")
    await chair.reads("Du er tilmeldt")
    await chair.be("Lone")
    await chair.reads("Hvad de har brug for at vide fra os")
    await chair.press("btn.approve")


async def offer_to_host(chair: Chair) -> None:
    await chair.be("Vera")
    await chair.look_into("#jobbytte")
    await chair.press("btn.hostoffer")
    await chair.be("Vera")
    await chair.send(offer__who="Vera Vang", offer__leader="", offer__show="Følge en sag fra indberetning til møde")
    await chair.send()
    await chair.reads("Tak, fordi I åbner døren")


async def find_a_place(chair: Chair) -> None:
    await chair.be("Hanne")
    await chair.type("match")
    await chair.press("btn.find_place", programme="Jobbytte forår")
    await chair.field("match.wish").get_by_role("radio").check()
    await chair.send()
    await chair.field("match.offer").get_by_role("radio").check()
    await chair.send(
        match__form=chair.words("form.shadow"),
        match__start="2026-05-05",
        match__end="2026-05-07",
        match__why="De modtager jeres indberetninger",
    )
    await chair.press("btn.send")


async def agree(chair: Chair) -> None:
    for name in ("Emil", "Vera"):
        await chair.be(name)
        await chair.press("btn.accept")
    await chair.be("Lone")
    await chair.press("btn.approve")
    await chair.send()
    await expect(chair.field("lead.prep.justify").locator(".error")).to_contain_text("skal du skrive hvorfor")
    await chair.send(lead__prep__justify="Vi bruger lang tid på indberetninger. Vi vil blive bedre til at skrive dem.")
    await chair.be("Emil")
    await chair.reads("Vi bruger lang tid på indberetninger")


async def prepare(chair: Chair) -> None:
    ready = chair.messages.filter(has_text="Skal vi gøre dig klar?")
    while not await ready.count():
        assert await chair.wait_for_next() < "2026-05"
    await chair.press_main()
    await chair.send(prep__ack="")
    await chair.send(prep__purpose=[chair.words("prep.purpose.practice"), chair.words("prep.purpose.career")])
    await chair.press("btn.skip")
    await chair.send(prep__career="Om jeg vil læse videre")
    await expect(chair.field("prep.days").get_by_role("checkbox", checked=True)).to_have_count(3)
    await chair.send(prep__finish="15:30")
    await chair.send(prep__goal__1="se hvordan de arbejder")
    await chair.type(GOAL)
    await chair.type("Når de ikke ringer tilbage med spørgsmål")
    await chair.type(f"{EXPECTED}. Alle siger, de aldrig svarer.")
    await chair.type("Hvorfor hører vi aldrig noget?")
    await chair.type("Mine kolleger på stuen, på et personalemøde")
    await chair.type("20. maj")
    await chair.press("share.habit.item")
    await expect((await chair.seen(GOAL)).locator(".reader")).to_have_count(0)
    await chair.press("btn.send")
    await chair.reads("Du er godt forberedt")
    await expect((await chair.seen(GOAL)).locator(".reader")).to_have_text(["Lone Lund"])
    expectation = (await chair.seen(EXPECTED)).locator(".readers")
    await expect(expectation).to_have_text(chair.words("playground.seen.nobody"))


async def do_the_leaders_part(chair: Chair) -> None:
    await chair.be("Lone")
    await chair.reads(GOAL)
    await chair.press_main()
    await chair.send(
        lead__prep__use="På personalemødet i maj",
        lead__prep__cover=chair.words("lead.prep.cover.share"),
        lead__prep__followup__return="2026-05-12",
    )
    for name in ("Lone", "Emil"):
        await chair.be(name)
        await chair.press("goals.agreed")


async def write_the_logbook(chair: Chair) -> None:
    """Three days: by form, by typing, and in one line. One answer of the first day is shared."""
    await chair.be("Emil")
    await chair.wait_until("2026-05-04")
    await chair.wait_for_next()
    await chair.reads("Vær nysgerrig, spørg åbent")
    await logbook_comes(chair)
    await chair.send(
        log__core__what=SHARED,
        log__core__sowhat="Tolken blev ringet op to gange",
        log__core__nowwhat="Jeg vil ringe, før jeg skriver",
        log__first__wonder="Hvem bestemmer, hvad der haster",
        log__mark=chair.words("btn.yes"),
    )
    await chair.press("btn.share_one")
    await chair.fill("answer", SHARED)
    await chair.send()
    await chair.send()
    await chair.press("btn.share")
    await chair.reads("Delt med Lone")
    shared = await chair.seen(SHARED)
    await expect(shared.locator(".reader")).to_have_text(["Lone Lund"])

    await chair.wait_a_day()
    await logbook_comes(chair)
    await chair.type("De spørger mere, end jeg troede")
    await chair.send(log__core__sowhat="Ventetiden er kortere, end vi tror")
    await chair.press("btn.no_thanks")

    await chair.wait_a_day()
    await logbook_comes(chair)
    await chair.press("btn.short")
    await chair.send(log__last__unforget="Jeg har fået mere mod på det")


async def logbook_comes(chair: Chair) -> None:
    """The clock goes on until the form of the day is there."""
    form = chair.page.locator('#entries .field[data-key^="log."]')
    while not await form.count():
        assert await chair.wait_for_next() < "2026-05-08"


async def get_the_overview(chair: Chair, lone: Chair) -> None:
    """What is chosen in the preview, and nothing else, comes to Lone: without a reload, in her own window."""
    choices = chair.field("share.week.pick")
    await expect(choices.get_by_role("checkbox", checked=True)).to_have_count(1)
    await chair.send()
    overview = lone.messages.filter(has_text=SHARED)
    await expect(overview).to_have_count(0)
    assert (await chair.wait_for_next()).startswith("2026-05-08")
    await expect(overview).to_be_visible()


async def look_back(chair: Chair, lone: Chair) -> None:
    """Emil looks back, chooses what goes to Lone and confirms; she gets the plan and what was chosen."""
    back = chair.messages.filter(has_text="Velkommen tilbage fra Familieafdelingen")
    while not await back.count():
        assert await chair.wait_for_next() < "2026-05-09"
    await chair.press_main()
    await chair.walk(
        "deb.",
        {
            "deb.1.recall": f"5. maj: {SHARED}",
            "deb.3.moved": MOVED,
            "deb.5.assumption": "De gør sig umage med det, de får",
            "deb.10.transfer": "Jeg skriver de to oplysninger med fra starten",
            "deb.12.action.what#1": "Lave en skabelon til indberetninger",
            "deb.12.action.when#1": "2026-06-01",
            "deb.14.request": "Tid til at lave skabelonen",
            "deb.confirm": f"Det har rykket mig: {MOVED}",
        },
    )
    await chair.reads("Lave en skabelon til indberetninger")
    summary = await lone.reads("Det tager vi med fra Familieafdelingen")
    for line in (MOVED, GOAL, "Lave en skabelon til indberetninger · 1. juni", "Tid til at lave skabelonen"):
        await expect(summary).to_contain_text(line)


async def emil_sees_all_he_wrote(chair: Chair) -> None:
    await chair.be("Emil")
    for text in (*PRIVATE, SHARED, MOVED, GOAL):
        await chair.seen(text)


async def nothing_private_is_seen_by(name: str, chair: Chair) -> None:
    await chair.be(name)
    if name == "Lone":
        await chair.press("btn.released")
        await chair.reads("Det kan du se")
    await expect(chair.page.locator("#seen")).not_to_have_attribute("aria-busy", "true")
    shown = await chair.everything()
    await chair.look_into("#jobbytte")
    shown += await chair.everything()
    assert [text for text in PRIVATE if text in shown] == []
