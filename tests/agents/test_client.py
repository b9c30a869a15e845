"""The Agents Playground and what drives it, on a small bot: so a failure elsewhere is the product's."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.agents.client import expect
from tests.agents.conftest import OpenClient
from tests.agents.echo import EchoBot, card, echo_bot
from tests.agents.tenant import CHANNEL, CHANNEL_NAME, EMIL, TENANT, VERA, Seat

pytestmark = pytest.mark.browser


@pytest.fixture
async def bot() -> AsyncIterator[EchoBot]:
    async with echo_bot() as bot:
        yield bot


async def test_opening_it_installs_the_bot_which_welcomes(bot: EchoBot, open_client: OpenClient) -> None:
    seat = Seat(VERA)
    client = await open_client(seat, bot.address)
    await client.wait_for_text("Velkommen")
    assert await client.messages() == ["Velkommen\nHvem er du?"]
    installed = await bot.waits_for("installationUpdate", action="add")
    assert installed["serviceUrl"] == seat.service
    assert installed["from"] == {"id": VERA.user, "aadObjectId": VERA.aad}
    assert installed["conversation"] == {"conversationType": "personal", "tenantId": TENANT, "id": VERA.chat}


async def test_opening_it_again_installs_again_and_shows_nothing_old(bot: EchoBot, open_client: OpenClient) -> None:
    client = await open_client(Seat(VERA), bot.address)
    await client.wait_for_text("Velkommen")
    await client.enter()
    await client.says("hej igen")
    await client.wait_for_text("Du skrev: hej igen")
    assert await client.messages() == ["Du skrev: hej igen"]
    assert [it.get("action") for it in bot.got if it["type"] == "installationUpdate"] == ["add", "add"]


async def test_every_field_can_be_filled_in_and_the_card_replaces_itself(bot: EchoBot, open_client: OpenClient) -> None:
    client = await open_client(Seat(VERA), bot.address)
    await client.says("skema")
    await client.wait_for_text("Dagens spørgsmål")
    await client.fill("Hvad så du?", "En mor & 'børn' på æ, ø og å")
    await client.fill("Hvad så du ikke?", "Køen\nog kaffen")
    await client.fill("Dag", "2026-12-24")
    await client.fill("Klokken", "09:05")
    await client.tick("Jeg er sikker")
    await client.choose("En af listen", "Pære")
    await client.choose("En af dem", "Æble")
    await client.choose("Flere", "Æble", "Pære")
    await client.press("Send")
    await client.wait_for_text("Tak for svaret")
    await expect(client.card("Dagens spørgsmål")).to_have_count(0)
    pressed = await bot.waits_for("invoke", name="adaptiveCard/action")
    assert pressed["value"]["action"]["data"] == {
        "short": "En mor & 'børn' på æ, ø og å", "long": "Køen\nog kaffen", "day": "2026-12-24", "hour": "09:05",
        "sure": "true", "one": "p", "radio": "a", "many": "a,p",
    }  # fmt: skip


async def test_what_is_required_is_asked_for_before_anything_is_sent(bot: EchoBot, open_client: OpenClient) -> None:
    client = await open_client(Seat(VERA), bot.address)
    await client.says("skema")
    await client.wait_for_text("Dagens spørgsmål")
    await client.press("Send")
    for wanted in ("Skriv et svar", "Vælg en dag", "Vælg mindst en"):
        await expect(client.card().get_by_text(wanted)).to_be_visible()
    await client.fill("Hvad så du?", "Nu med svar")
    await client.fill("Dag", "2026-05-04")
    await client.choose("Flere", "Pære")
    await client.press("Send")
    await client.wait_for_text("Tak for svaret")
    assert [it["value"]["action"]["data"]["many"] for it in bot.got if it["type"] == "invoke"] == ["p"]


@pytest.mark.parametrize("early", [False, True], ids=["after the answer", "before the answer"])
async def test_a_card_can_be_filled_in_once_it_is_kept(bot: EchoBot, open_client: OpenClient, early: bool) -> None:
    bot.updates_first = early
    client = await open_client(Seat(VERA), bot.address)
    await client.says("skema")
    for answer in ("Et", "To", "Tre"):
        await client.wait_for_text("spørgsmål")
        await client.fill("Hvad så du?", answer)
        await client.fill("Dag", "2026-05-04")
        await client.choose("Flere", "Æble")
        await client.press("Send")
        await client.wait_for_text("Tak for svaret")
        await client.wait_until_kept()
        await client.press("Igen")
        await client.wait_for_text("Næste spørgsmål")
        await client.wait_until_kept()
    sent = [it["value"]["action"] for it in bot.got if it["type"] == "invoke"]
    assert [it["data"]["short"] for it in sent if it["verb"] == "send"] == ["Et", "To", "Tre"]


async def test_a_note_is_for_whoever_pressed(bot: EchoBot, open_client: OpenClient) -> None:
    client = await open_client(Seat(VERA), bot.address)
    await client.wait_for_text("Velkommen")
    await client.press("Hvem er du?")
    await client.wait_for_note("En ekkobot")
    await expect(client.card("Velkommen")).to_be_visible()


async def test_a_bot_can_speak_by_itself(bot: EchoBot, open_client: OpenClient, tmp_path: Path) -> None:
    seat = Seat(VERA)
    client = await open_client(seat, bot.address)
    await client.wait_for_text("Velkommen")
    await bot.tells(seat.service, VERA.chat, card("Godmorgen, Vera"))
    await client.wait_for_text("Godmorgen, Vera")
    await client.screenshot(tmp_path / "morning.png")
    assert (tmp_path / "morning.png").stat().st_size > 10_000


async def test_a_channel_has_posts_and_mentions(bot: EchoBot, open_client: OpenClient) -> None:
    seat = Seat(VERA)
    client = await open_client(seat, bot.address)
    await client.wait_for_text("Velkommen")
    await client.look_into(CHANNEL_NAME)
    await client.wait_for_text("Velkommen")
    await bot.tells(seat.service, CHANNEL, card("Runden er åben", note="Meld dig"))
    await client.wait_for_text("Runden er åben")
    await client.press("Meld dig")
    await client.wait_for_note("En ekkobot")
    pressed = await bot.waits_for("invoke")
    assert pressed["conversation"]["id"].partition(";")[0] == CHANNEL
    await client.mentions("Vidsyn", "hjælp")
    said = await bot.waits_for("message")
    assert said["text"] == "<at>Vidsyn</at> hjælp"
    await client.go_back()
    assert await client.messages() == ["Velkommen\nHvem er du?"]


async def test_taking_the_bot_away_tells_it_so(bot: EchoBot, open_client: OpenClient) -> None:
    client = await open_client(Seat(VERA), bot.address)
    await client.wait_for_text("Velkommen")
    await client.triggers("Uninstall application")
    removed = await bot.waits_for("installationUpdate", action="remove")
    assert removed["from"]["aadObjectId"] == VERA.aad


async def test_two_people_sit_at_one_client_each(bot: EchoBot, open_client: OpenClient) -> None:
    vera, emil = await open_client(Seat(VERA), bot.address), await open_client(Seat(EMIL), bot.address)
    await vera.says("Vera her")
    await emil.says("Emil her")
    await vera.wait_for_text("Du skrev: Vera her")
    await emil.wait_for_text("Du skrev: Emil her")
    assert {it["from"]["aadObjectId"] for it in bot.got if it["type"] == "message"} == {VERA.aad, EMIL.aad}
