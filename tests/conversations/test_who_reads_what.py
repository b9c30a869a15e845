"""What one person writes reaches exactly those it is for: T2, T3, T4 and T5."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from bot.channel import Message
from tests.conversations.conftest import Open
from tests.stage.play import Seat, read
from tests.stage.scenes import Cast, debrief, finished, minutes, play_to, prepare, walk, write

SECRET = "Zebrastriber paa gangen"
ASKS = {"da": "Vis mig logbogen", "nb": "Kan jeg få lese loggboken?", "en": "show me the logbook please"}
PURPOSE = {"da": "arbejdsliv", "nb": "arbeidslivet", "en": "working life"}


async def everything(here: Cast, *seats: Seat) -> str:
    """All that these people have been shown, files included."""
    messages = [message for seat in seats for message in await seat.messages()]
    posts = await here.hanne.posts("#jobbytte")
    files = "\n".join(file.text for message in messages for file in message.files)
    return "\n".join(read(message) for message in (*messages, *posts)) + files


async def ask_for_everything(*seats: Seat) -> None:
    """Each tries every way to see what others wrote."""
    for seat in seats:
        for words in ("status", "mine opgaver", "hvad er delt", "vis mig logbogen", "match", "mine data"):
            await seat.says(words)
        await seat.taps("btn.export")


async def overview(here: Cast) -> Sequence[Message]:
    """What Lone has got."""
    return await here.lone.messages()


@pytest.mark.parametrize("language", ["da", "nb", "en"])
async def test_domain_t2_a_leader_who_asks_for_the_logbook_is_told_no_and_nobody_hears_of_it(
    open_at: Open, language: str
) -> None:
    here = await open_at("first day", language)
    await write(here, log__core__what=SECRET)
    before = await here.hanne.everything(), await here.emil.everything()

    await here.lone.says(ASKS[language])

    link = here.play.words.text(language, "released.below")
    expected = here.play.words.text(language, "lead.deny.logbook", {"name": "Emil", "link": link})
    assert (await here.lone.last()).parts[0].text == expected
    assert (await here.hanne.everything(), await here.emil.everything()) == before
    assert SECRET not in await everything(here, here.lone)


@pytest.mark.parametrize("words", ["logbog", "vis mig logbogen"])
async def test_who_has_no_logbook_hears_whose_it_is(open_at: Open, words: str) -> None:
    here = await open_at("first day")
    link = here.play.words.text("da", "released.below")
    for seat in (here.vera, here.lone):
        await seat.says(words)
        told = (await seat.last()).parts[0].text
        assert told == here.play.words.text("da", "lead.deny.logbook", {"name": "Emil", "link": link})
        await seat.taps("btn.released")
        assert here.play.words.text("da", "sum.footer", {"name": "Emil"}) in await seat.text()


async def test_domain_t3_what_is_shared_and_taken_back_before_the_overview_leaves_no_trace(open_at: Open) -> None:
    there, never = await open_at("first day"), await open_at("first day")
    for here in (there, never):
        await write(here, log__core__what=SECRET)
    await there.emil.taps("btn.share_one")
    await there.emil.fills()
    await there.emil.taps("btn.share")
    await there.lone.says("hvad er delt")
    assert SECRET in await there.lone.text()

    await there.emil.taps("btn.unshare")
    for here in (there, never):
        await here.at(date(2026, 5, 8), 12)

    assert SECRET in await there.lone.everything(), "the page she opened while it was shared stays in her chat"
    shown, other = [await here.lone.last() for here in (there, never)]
    assert texts(shown) == texts(other)
    await there.lone.says("hvad er delt")
    assert SECRET not in await there.lone.text()


def texts(message: Message) -> list[str]:
    """The words of a message, byte for byte."""
    return [part.text for part in message.parts]


async def one_story(open_at: Open, way: str) -> tuple[list[str], list[str]]:
    """The weekly and the final summary when Emil skips, keeps for himself, or never answers."""
    here = await open_at("prepared")
    for day in (5, 6, 7):
        await here.at(date(2026, 5, day), 15, 15)
        if way == "private":
            await write(here, log__core__what=SECRET, log__last__unforget=SECRET, log__first__wonder=SECRET)
            await here.emil.taps("btn.no_thanks") if day < 7 else await here.emil.fills()
        elif way == "skipped":
            await here.emil.taps("btn.not_today")
    await debrief(here)
    (weekly,) = [texts(it) for it in await here.lone.messages() if it.parts[0].text.endswith(": uge 1")]
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await walk(here.emil, {"deb.10.transfer": SECRET} if way == "private" else {})
    return weekly, texts(await here.lone.last())


@pytest.mark.parametrize("way", ["skipped", "private"])
async def test_domain_t4_silence_and_privacy_read_the_same_to_the_leader(open_at: Open, way: str) -> None:
    weekly, final = await one_story(open_at, "unanswered")
    assert len(weekly) > 3
    assert len(final) > 3
    assert await one_story(open_at, way) == (weekly, final)


async def share_the_purposes(here: Cast) -> str:
    """Emil finds his purposes among his data and shares them with both; returns the preview."""
    await here.emil.says("mine data")
    await here.emil.taps("btn.see")
    (listed,) = (await here.emil.last()).fields
    question = here.play.words.text(here.play.language, "prep.purpose").split("?")[0]
    (purposes,) = [choice.value for choice in listed.choices if question in choice.label]
    await here.emil.fills({"answer": purposes})
    await here.emil.taps("btn.share")
    await here.emil.fills({"share.receivers": [here.lone.id, here.vera.id]})
    preview = await here.emil.text()
    await here.emil.taps("btn.share")
    return preview


@pytest.mark.parametrize("language", ["da", "nb", "en"])
async def test_domain_t5_the_private_purpose_is_in_nobody_elses_view_or_export(open_at: Open, language: str) -> None:
    here = await open_at("invited", language)
    purposes = ["prep.purpose.understand", "prep.purpose.career"]
    await prepare(here, prep__purpose=purposes, prep__career=SECRET, share__habit="share.habit.open")
    await here.at(here.start, 15, 15)
    await write(here)
    await here.at(here.end, 15, 15)
    await finished(here)
    await debrief(here)
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await walk(here.emil, {"deb.careerclose.text": SECRET, "deb.3.moved": "Alt er nyt her"})
    preview = await share_the_purposes(here)
    await ask_for_everything(here.lone, here.vera, here.hanne)

    others = await everything(here, here.lone, here.vera, here.hanne)
    assert here.play.words.text(language, "prep.purpose.understand") in others
    assert PURPOSE[language] not in preview, "the preview shows exactly what the others get to see"
    assert SECRET not in others
    assert PURPOSE[language] not in others
    await here.emil.says("mine data")
    await here.emil.taps("btn.export")
    own = "".join(file.text for file in (await here.emil.last()).files)
    assert SECRET in own
    assert PURPOSE[language] in own


async def test_play_to_knows_its_scenes(open_at: Open) -> None:
    here = await open_at("start")
    with pytest.raises(KeyError, match="no scene"):
        await play_to(here, "nowhere")
