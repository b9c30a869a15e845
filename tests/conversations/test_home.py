"""The page of one's own: what it shows to whom, and that its buttons stay good."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.channel import Incoming, Message
from tests.stage.play import Seat, read, spaced
from tests.stage.scenes import Cast, at_scene, write


async def page(here: Cast, seat: Seat) -> tuple[Message, ...]:
    return await here.play.conversation.page(seat.address())


async def text(here: Cast, seat: Seat) -> str:
    return "\n\n".join(read(section) for section in await page(here, seat))


async def press(here: Cast, seat: Seat, label: str, pressed_by: Seat | None = None) -> str:
    """Presses a button of a page, and what an open form shows then."""
    section, button = next(
        (section, button)
        for section in await page(here, seat)
        for button in section.buttons
        if spaced(button.label) == label
    )
    by = pressed_by or seat
    incoming = Incoming(
        by.address(), f"home-{label}-{by.id}", "press", card=section.card, button=button.id, form="open"
    )
    reply = await here.play.conversation.receive(incoming)
    return "\n".join([reply.note, *map(read, reply.shows)])


async def test_an_employee_sees_goals_next_step_entries_and_settings() -> None:
    here = await at_scene("last day")
    shown = await text(here, here.emil)
    assert "Næste for dig: logbogen, dag for dag." in shown
    assert "Jeg vil kunne skrive en indberetning, der kan bruges med det samme" in shown
    assert "5.\u00a0maj: 4 svar. Kun du kan se dem." in shown
    assert "Du har fri klokken 15.30." in shown
    assert "Deling: Jeg vælger hver gang" in shown


async def test_what_is_shared_says_with_whom() -> None:
    here = await at_scene("first day")
    await write(here)
    await here.emil.presses("Del en af dem")
    await here.emil.fills({"answer": (await here.emil.last()).fields[0].choices[0].value})
    await here.emil.fills()
    await here.emil.presses("Del denne")
    assert "4 svar, 1 delt med Lone." in await text(here, here.emil)


async def test_a_host_is_asked_how_a_visit_goes_for_as_long_as_it_lasts() -> None:
    here = await at_scene("second day")
    assert "Fortsæt: Kort status" in await text(here, here.vera)
    await here.at(here.end + timedelta(days=1), 10)
    assert "Kort status" not in await text(here, here.vera)


async def test_the_texts_of_an_entry_open_by_a_press_and_stand_nowhere_else() -> None:
    here = await at_scene("last day")
    assert "fordele opkaldene" not in await text(here, here.emil)
    assert "fordele opkaldene" in await press(here, here.emil, "5. maj")
    assert "fordele opkaldene" not in await press(here, here.emil, "6. maj")


async def test_a10_a_page_shows_only_what_its_viewer_may_see() -> None:
    here = await at_scene("last day")
    for seat in (here.lone, here.vera, here.hanne):
        shown = await text(here, seat)
        assert "svar. Kun du" not in shown
        assert "Deling:" not in shown
    assert "Emil hos Familieafdelingen" in await text(here, here.lone)
    assert "Emil" not in await text(here, here.hanne)


async def test_a9_a_button_of_somebody_elses_page_opens_nothing() -> None:
    here = await at_scene("last day")
    shown = await press(here, here.emil, "5. maj", pressed_by=here.lone)
    assert "fordele opkaldene" not in shown
    assert here.play.words.text("da", "card.not_yours") in shown


async def test_a_setting_is_changed_in_the_form_that_the_page_opens() -> None:
    here = await at_scene("last day")
    before = len(await here.emil.messages())
    shown = await press(here, here.emil, "Sprog")
    assert "Hvilket sprog skal vi bruge?" in shown
    assert len(await here.emil.messages()) == before


async def test_somebody_without_an_exchange_is_told_so_and_has_settings() -> None:
    here = await at_scene("start")
    shown = await text(here, here.emil)
    assert "Du har ikke et forløb lige nu." in shown
    assert "Sprog: Dansk" in shown


async def test_a_page_of_somebody_unknown_is_empty() -> None:
    here = await at_scene("start")
    stranger = replace(here.emil.address(), place="nobody")
    assert await here.play.conversation.page(stranger) == ()
