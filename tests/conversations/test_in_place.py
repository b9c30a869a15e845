"""A platform whose cards replace themselves: the answer to a press takes the card's place at once."""

from __future__ import annotations

import pytest

from bot.channel import Incoming, Message, Reply
from dialogs.model import Raw
from tests.stage.play import Seat, read
from tests.stage.scenes import Cast, at_scene, join

WILLING = {"sign.voluntary": "yes"}


async def presses(seat: Seat, message: Message, button: str, event: str, form: str = "card", **values: Raw) -> Reply:
    """A press at a card, as such a platform passes it on."""
    incoming = Incoming(
        seat.address(),
        event,
        "press",
        card=message.card,
        button=button,
        values=values,
        form=form,  # type: ignore[arg-type]
    )
    reply = await seat.play.conversation.receive(incoming)
    await seat.play.delivery.deliver()
    return reply


async def asked(here: Cast) -> tuple[Message, Message]:
    """The first question of the sign-up, and the second, which took its place."""
    await join(here, here.emil)
    first = await here.emil.last()
    reply = await presses(here.emil, first, "save", "e1", **WILLING)
    assert reply.card is not None
    return first, reply.card


async def test_the_answer_takes_the_place_and_is_what_then_stands_in_the_chat() -> None:
    here = await at_scene("round open")
    first, second = await asked(here)
    assert read(second) != read(first)
    assert second == await here.emil.last()
    assert read(first) not in await here.emil.text()


@pytest.mark.parametrize("event", ["e1", "e1 with another id"])
async def test_t7_a_repeated_press_gets_the_card_that_stands_there_now(event: str) -> None:
    here = await at_scene("round open")
    first, second = await asked(here)
    before = await here.emil.messages()
    reply = await presses(here.emil, first, "save", event, **WILLING)
    assert reply.card == second
    assert not reply.note
    assert await here.emil.messages() == before


async def test_an_old_card_further_up_says_that_it_is_answered() -> None:
    here = await at_scene("round open")
    _, second = await asked(here)
    await here.emil.says("hjælp")
    await here.emil.says("fortsæt")
    reply = await presses(here.emil, second, second.buttons[0].id, "e2")
    assert reply.card is None or reply.card != second


async def test_what_is_refused_is_shown_again_as_it_was_asked() -> None:
    here = await at_scene("first day")
    form = await here.emil.last()
    key = form.fields[0].key
    reply = await presses(here.emil, form, "save", "e3", **{key: "Barnet 010101-1234 kom"})
    assert reply.errors.keys() == {key}
    assert reply.again is not None
    assert (reply.again.card, reply.again.fields, reply.again.buttons) == (form.card, form.fields, form.buttons)
    doubt = await presses(here.emil, form, "save", "e4", **{key: "Ring til 22 33 44 55"})
    assert doubt.again is not None
    assert [button.id for button in doubt.offers] == ["keep"]
    stranger = await presses(here.vera, form, "save", "e5", **{key: "Barnet 010101-1234 kom"})
    assert stranger.again is None


async def test_a_press_that_says_something_below_leaves_its_card_alone() -> None:
    here = await at_scene("start")
    await here.emil.says("hjælp")
    message = await here.emil.last()
    reply = await presses(here.emil, message, message.buttons[0].id, "e6")
    assert reply.card is None
    assert read(message) in await here.emil.everything()


async def test_the_buttons_that_lead_to_somebodys_words_say_so() -> None:
    here = await at_scene("last day")
    await here.emil.presses("Gem")
    await here.emil.says("mine data")
    assert [button.opens for button in (await here.emil.last()).buttons] == [True, False, True, False]
    await here.lone.says("mine medarbejdere")
    people = await here.lone.last()
    assert "Emil" in read(people)
    assert [button.opens for button in people.buttons] == [True]
