"""Whoever was interrupted finds the way back, and is asked what fits the day."""

from __future__ import annotations

from datetime import date

from bot.channel import Incoming, Message, Reply
from tests.stage.play import Seat, read
from tests.stage.scenes import Cast, at_scene, join


async def does(seat: Seat, event: str, **more: object) -> Reply:
    """Something that a platform with forms passes on."""
    reply = await seat.play.conversation.receive(Incoming(seat.address(), event, **more))  # type: ignore[arg-type]
    await seat.play.delivery.deliver()
    return reply


async def page(here: Cast, seat: Seat) -> tuple[Message, ...]:
    return await here.play.conversation.page(seat.address())


async def test_a_sign_up_that_was_put_down_is_on_the_page_and_in_the_status() -> None:
    here = await at_scene("round open")
    await join(here, here.emil)
    assert "Fortsæt: Tilmelding" in "\n".join(map(read, await page(here, here.emil)))
    (shown,) = (await does(here.emil, "s1", kind="command", text="status", form="open")).shows
    assert "Du er i gang med" in read(shown)
    assert "Fortsæt: Tilmelding" in read(shown)


async def test_a_decision_that_is_opened_from_the_page_stays_in_the_chat() -> None:
    here = await at_scene("signed up")
    (section, *_) = await page(here, here.lone)
    button = next(button for button in section.buttons if button.label == "Fortsæt: Dit svar som leder")
    (shown,) = (await does(here.lone, "p1", kind="press", card=section.card, button=button.id, form="open")).shows
    assert "Støtter du det i princippet?" in read(shown)
    assert "Støtter du det i princippet?" in await here.lone.text()
    await here.lone.presses("Godkend")
    assert "Lone støtter det." in await here.emil.text()


async def test_the_door_of_a_reason_says_what_is_missing() -> None:
    here = await at_scene("accepted")
    message, button = await here.lone.offered("Godkend")
    (shown,) = (await does(here.lone, "a1", kind="press", card=message.card, button=button.id, form="may_open")).shows
    assert shown.door is not None
    assert shown.door.opening.startswith("Hvilken aktuel udfordring hos jer skal forløbet hjælpe med?")


async def test_no_door_of_a_coach_talk_says_what_somebody_wrote() -> None:
    here = await at_scene("debrief")
    message, button = await here.emil.offered("Start (7 min.)")
    reply = await does(here.emil, "d1", kind="press", card=message.card, button=button.id, form="may_open")
    for n in range(6):
        (shown,) = reply.shows
        assert shown.door is not None
        assert shown.door.opening == "" or n == 0
        way = next(it for it in shown.buttons if it.sends or it.id == "skip")
        reply = await does(here.emil, f"d1{n}", kind="press", card=shown.card, button=way.id, form="open")


async def test_without_a_preparation_the_first_day_is_not_the_last() -> None:
    here = await at_scene("approved", start=date(2026, 5, 4), end=date(2026, 5, 22))
    await here.at(date(2026, 5, 4), 16, 0)
    text = await here.emil.text()
    assert "Logbog" in text
    assert "Sidste dag" not in text


async def test_who_has_written_nothing_is_told_so_when_asking_for_it_all() -> None:
    here = await at_scene("start")
    await here.vera.says("mine data")
    await here.vera.presses("Hent det hele")
    message = await here.vera.last()
    assert message.files == ()
    assert read(message) == here.play.words.text("da", "data.nothing")
