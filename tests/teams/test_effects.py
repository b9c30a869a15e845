"""Whatever Teams sends, and however often: each thing that a person does has one effect. The ledger is the judge."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from copy import deepcopy
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from dialogs.model import Raw
from tests.stage.play import WORDS
from tests.stage.scenes import MORNING, minutes, play_to, walk
from tests.teams.fake import Delivery, Dialog, Posted, answered, text_of
from tests.teams.fake.things import Json
from tests.teams.here import Here, at
from tests.teams.operator import until
from tests.teams.seat import TeamsSeat
from tests.teams.stage import TeamsPlay
from tests.teams.trouble import OldSeat, Sent, SentAnew, troubled, written
from tests.transcripts.player import SHORT

GO_ON, LATER, SUPPORT, NOT_NOW = "Fortsæt", "Fortsæt senere", "Godkend", "Ikke muligt nu"
PREVIEW = "Se før du sender"
GOAL = "prep.goal.1"


@pytest.fixture
async def start() -> AsyncIterator[Here]:
    """Everybody is there; nothing has happened."""
    async with at("start") as here:
        yield here


@pytest.fixture
async def asked() -> AsyncIterator[Here]:
    """Emil has signed up, and Lone is asked in her chat."""
    async with at("signed up") as here:
        yield here


@pytest.fixture
async def preparing() -> AsyncIterator[Here]:
    """Emil has answered what his preparation asks, and changes his goal in a dialog."""
    async with at("invited") as here:
        await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
        given: dict[str, Raw] = {
            "prep.ack": "yes", "prep.purpose": ["prep.purpose.understand"], "prep.finish": "15:30",
            "prep.goal.1": "Et mål", "prep.goal.1.sign": "Et tegn",
        }  # fmt: skip
        await here.emil.last()
        while here.emil.dialog() is None:
            await walk(here.emil, given, 1)
            await here.emil.last()
        await here.emil.presses("Rediger")
        await here.emil.fills({"edit": GOAL})
        yield here


def shown(here: Here) -> Dialog:
    """The dialog in front of Emil."""
    return here.emil.there.dialog


def asks(here: Here) -> list[str]:
    """What it asks."""
    return [it.key for it in here.dialog(here.emil).fields]


async def changes(here: Here, goal: str, dialog: Dialog | None = None) -> Delivery:
    """Emil sends the dialog in front of him, or one that was there before, with another goal."""
    return await here.emil.there.submits(GO_ON, {f"answer:{GOAL}": goal}, dialog=dialog)


async def goal(here: Here) -> str:
    """What is kept of it."""
    return str((await here.kept(here.emil))[GOAL])


# The whole way


async def way(seats: type[TeamsSeat]) -> tuple[list[list[str]], list[dict[str, Any]]]:
    """All that each of them reads and has answered when the first day is over; ids of ours left out."""
    play = await TeamsPlay.open(MORNING)
    try:
        them = [await play.seat(name) for name in ("Hanne", "Emil", "Lone", "Vera")]
        hanne, emil, lone, vera = [seats(play, it.id, it.name, it.aad) for it in them]
        here = Here(play, hanne, emil, lone, vera, *SHORT)
        await play_to(here, "first day")
        play.nothing_refused()
        play.no_own_words()
        people = (hanne, emil, lone, vera)
        read = [[seat.there.reads(post) for post in seat.there.posts] for seat in people]
        kept = [await here.kept(seat, "") for seat in people]
        return read, [{key: value for key, value in it.items() if not is_id(value)} for it in kept]
    finally:
        await play.close()


def is_id(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{32}", value) is not None


async def test_t7_the_whole_way_is_the_same_when_all_comes_twice_or_from_an_old_client() -> None:
    once = await way(TeamsSeat)
    assert await way(Sent) == once
    assert await way(OldSeat) == once
    read, kept = await way(SentAnew)
    assert kept == once[1]
    below = WORDS.text("da", "card.goes_on_below")
    moved = [[text for text in it if below not in text] for it in read]
    assert moved == once[0], "who begins twice in a channel goes on below, and nothing else is said twice"


# Sent again because the answer was late


async def sent_again(here: Here, does: Callable[[], Awaitable[Delivery]], times: int) -> Delivery:
    """The store is stuck until Teams has sent this so often: the second time with the same id, then with a new one."""
    store, before = await troubled(here), len(here.teams.deliveries)
    address = f"{here.play.address}/api/messages"

    async def sent(often: int) -> None:
        await until(lambda: len(here.teams.deliveries) - before, lambda them: them >= often)

    async def last() -> None:
        await sent(times - 1)
        here.teams.tell(address, repeats=True)

    here.teams.tell(address, patience=0.25, repeats=True)
    store.before = partial(sent, times)
    delivery, _ = await asyncio.gather(does(), last())
    store.before = None
    assert len({it.id for it in (delivery, *delivery.again)}) == (1 if times == 2 else 2)
    answered(delivery)
    await here.play.settle()
    return delivery


async def test_t7_words_that_are_sent_again_are_answered_once(start: Here) -> None:
    before = len(written(start.play))
    await sent_again(start, lambda: start.emil.there.says("hjælp"), 2)
    assert len(written(start.play)) == before + 1


@pytest.mark.parametrize("times", [2, 3])
async def test_t7_a_press_that_is_sent_again_has_one_effect_and_shows_what_stands_there_now(
    asked: Here, times: int
) -> None:
    post, before = asked.newest(asked.lone, SUPPORT), len(written(asked.play))
    await sent_again(asked, lambda: asked.lone.there.presses(post, SUPPORT), times)
    assert "Tak. Emil får at vide" in asked.lone.there.reads(post)
    assert len(written(asked.play)) == before + 1
    await asked.play.until(asked.play.clock.now() + timedelta(days=1))
    assert asked.reads(asked.emil).count("Lone støtter det.") == 1


@pytest.mark.parametrize("times", [2, 3])
async def test_t7_a_step_that_is_sent_again_is_taken_once_and_the_next_one_is_shown(
    preparing: Here, times: int
) -> None:
    before = len(written(preparing.play))
    await sent_again(preparing, lambda: changes(preparing, "Et andet mål"), times)
    assert await goal(preparing) == "Et andet mål"
    assert asks(preparing) == []
    assert "Et andet mål" in text_of(shown(preparing).card), "the summary"
    door = shown(preparing).post
    await sent_again(preparing, lambda: preparing.emil.there.presses(door, PREVIEW), times)
    assert "Et andet mål" in text_of(shown(preparing).card)
    assert len(written(preparing.play)) <= before + 1
    preparing.play.nothing_refused()


@pytest.mark.parametrize("times", [2, 3])
async def test_t7_an_install_that_is_sent_again_is_welcomed_once(start: Here, times: int) -> None:
    ida = start.teams.person(start.play.add_user("Ida Iversen", "Havnen"))

    async def installs() -> Delivery:
        return (await ida.installs(["installationUpdate"]))[0]

    await sent_again(start, installs, times)
    await ida.installs(["conversationUpdate"])
    await start.play.settle()
    assert [ida.reads(post).count("Hej Ida.") for post in ida.posts] == [1]


# Twenty at once, and the very same request


@pytest.mark.parametrize("does", ["says", "presses", "submits", "puts aside"])
async def test_t7_twenty_at_once_and_again_after_a_restart_are_one(preparing: Here, does: str) -> None:
    preparing.teams.limits.off = True  # all of them arrive at the same moment of the clock
    emil, before = preparing.emil.there, len(written(preparing.play))
    if does == "says":
        first = await emil.says("hjælp")
    elif does == "presses":
        first = await emil.presses(shown(preparing).post, GO_ON)
    elif does == "submits":
        first = await changes(preparing, "Et andet mål")
    else:
        first = await emil.submits(LATER)
    answers = await asyncio.gather(*(preparing.teams.replay(first) for _ in range(20)))
    assert {it.status for it in answers} == {200}
    await preparing.play.settle()
    said = len(written(preparing.play)) - before
    assert said == (0 if does == "presses" else 1), "the answer, or how far one is"
    await preparing.play.restart()
    assert (await preparing.teams.replay(first)).status == 200
    await preparing.play.settle()
    assert len(written(preparing.play)) - before == said
    preparing.play.nothing_refused()


async def test_a9_two_answers_at_once_keep_the_first(asked: Here) -> None:
    post = asked.newest(asked.lone, SUPPORT)
    screen = deepcopy(asked.lone.there.card(post))
    both = (SUPPORT, NOT_NOW, SUPPORT, NOT_NOW)
    await asyncio.gather(*(asked.lone.there.presses(post, label, screen=screen) for label in both))
    await asked.play.settle()
    (answer,) = (await asked.kept(asked.lone, "approve.")).values()
    supported = asked.reads(asked.emil).count("Lone støtter det.")
    assert supported == (answer == "btn.approve")
    asked.play.nothing_refused()


# Old cards, and cards of others


@pytest.mark.parametrize("old", [False, True])
async def test_a9_a_card_of_days_ago_says_that_it_is_answered_and_does_nothing(asked: Here, old: bool) -> None:
    post = asked.newest(asked.lone, SUPPORT)
    await asked.lone.there.presses(post, SUPPORT)
    await asked.play.until(asked.play.clock.now() + timedelta(days=3))
    kept, told = await asked.kept(asked.lone, ""), asked.reads(asked.emil)
    for label in (NOT_NOW, SUPPORT):
        answered(await asked.lone.there.presses(post, label, screen=post.history[0], as_old_client=old))
    await asked.play.settle()
    assert (await asked.kept(asked.lone, ""), asked.reads(asked.emil)) == (kept, told)
    said = asked.lone.there.last.card and asked.reads(asked.lone) if old else "\n".join(asked.lone.there.notes)
    assert str(said).count(asked.word("card.answered")) == 2


def pressing(here: Here, post: Posted, card: str, button: str) -> list[Json]:
    """Every way to send this button's data."""
    data = {"vidsyn": {"card": card, "button": button}, "answer:prep.ack": "yes"}
    execute = {"action": {"type": "Action.Execute", "verb": "press", "data": data}, "trigger": "manual"}
    task = {"data": {**data, "msteams": {"type": "task/fetch"}}, "context": {"theme": "default"}}
    about = {"id": None, "replyToId": post.id}
    return [
        it | about | {"id": f"f:{here.teams.new_id()}"}
        for it in (
            {"type": "invoke", "name": "adaptiveCard/action", "value": execute},
            {"type": "invoke", "name": "task/fetch", "value": task},
            {"type": "invoke", "name": "task/submit", "value": task},
            {"type": "message", "value": data},
        )
    ]


async def test_a9_another_person_s_cards_doors_and_pages_do_nothing_for_anybody_else(preparing: Here) -> None:
    """Whoever sends what stands on the buttons of somebody else."""
    emil = preparing.emil
    await emil.says("mine data")
    cards = await preparing.play.store.run(lambda work: work.conversations.open(emil.id))
    ids = {row.card for row in cards} | {row.id for row in cards} | {f"home:{emil.id}"}
    ids |= set(re.findall(r"'card': '([0-9a-f]{32})'", str([post.card for post in emil.there.posts])))
    assert len(ids) > 3
    read, kept = preparing.reads(emil), await preparing.kept(emil, "")
    for stranger in (preparing.lone, preparing.vera, preparing.hanne):
        theirs = await preparing.kept(stranger, "")
        posts = len(stranger.there.posts)
        for id in ids:
            for button in ("open", "0", "save"):
                for raw in pressing(preparing, stranger.there.last, id, button):
                    delivery = await stranger.there.sends(raw)
                    assert delivery.answer.status == 200
                    if raw["type"] == "invoke":
                        assert preparing.word("card.not_yours") in str(delivery.answer.json())
        await preparing.play.settle()
        said = stranger.there.posts[posts:]
        assert {stranger.there.reads(post) for post in said} == {preparing.word("card.not_yours")}
        assert await preparing.kept(stranger, "") == theirs
    assert (preparing.reads(emil), await preparing.kept(emil, "")) == (read, kept)
    preparing.play.nothing_refused()


NEVER = ["no-such-card", "x", "|", "x|y", "home:nobody", "\u202e\x00", "../../card", "' OR 1=1 --", "é" * 200]


async def test_a9_a_button_that_never_was_does_nothing(asked: Here) -> None:
    read, kept = asked.reads(asked.lone), await asked.kept(asked.lone, "")
    card = re.findall(r"'card': '([0-9a-f]{32})'", str(asked.newest(asked.lone, SUPPORT).card))[0]
    said = len(asked.lone.there.posts)
    for id, button in [*((id, "option0") for id in NEVER), (card, "option9"), (card, "pause")]:
        for raw in pressing(asked, asked.lone.there.last, id, button):
            answered(await asked.lone.there.sends(raw))
    await asked.play.settle()
    assert await asked.kept(asked.lone, "") == kept
    answers = {asked.word(key) for key in ("card.not_yours", "card.answered")}
    assert {asked.lone.there.reads(post) for post in asked.lone.there.posts[said:]} <= answers
    assert asked.reads(asked.lone).startswith(read)
    asked.play.nothing_refused()


# Out of order


async def test_a9_a_step_that_was_taken_in_another_client_leads_to_the_one_that_is_open_now(preparing: Here) -> None:
    """The same talk stands open on a telephone and on a computer."""
    first = shown(preparing)
    await preparing.emil.there.presses(first.post, GO_ON)
    assert asks(preparing) == [GOAL]
    second = shown(preparing)
    answered(await changes(preparing, "Fra computeren", second))
    summary = shown(preparing)
    answered(await changes(preparing, "Fra telefonen", first))
    said = text_of(shown(preparing).card)
    assert preparing.word("card.answered") in said
    assert text_of(summary.card) in said, "the other one comes to where the talk is"
    assert await goal(preparing) == "Fra computeren"
    await preparing.emil.there.submits("Send", dialog=summary)
    for old in (first, second):
        answered(await changes(preparing, "For sent", old))
    answered(await preparing.emil.there.submits("Rediger", dialog=summary))
    assert await goal(preparing) == "Fra computeren"
    assert (await preparing.kept(preparing.emil))["prep.confirm"] is True
    await preparing.play.settle()
    preparing.play.nothing_refused()
    preparing.play.no_own_words()


async def test_a9_what_is_typed_while_a_dialog_is_open_counts_once(preparing: Here) -> None:
    first = shown(preparing)
    answered(await preparing.emil.there.says("Skrevet i chatten"))
    await preparing.play.settle()
    assert await goal(preparing) == "Skrevet i chatten"
    answered(await changes(preparing, "Skrevet i formularen", first))
    await preparing.play.settle()
    assert await goal(preparing) == "Skrevet i chatten"
    assert asks(preparing) == []
    preparing.play.nothing_refused()
    preparing.teams.assert_no_words("Skrevet i chatten", "Skrevet i formularen")


async def test_a9_a_dialog_of_a_talk_that_was_stopped_keeps_nothing(preparing: Here) -> None:
    first = shown(preparing)
    await preparing.emil.says("stop")
    await preparing.emil.presses("Ja")
    answered(await changes(preparing, "For sent", first))
    said = text_of(shown(preparing).card)
    assert preparing.word("stop.closed") in said
    assert await goal(preparing) == "Et mål"
    await preparing.play.settle()
    preparing.play.no_own_words()


# What is no message, or is one no more


async def test_f6_t13_reactions_edits_and_unknown_events_are_taken_and_change_nothing(start: Here) -> None:
    emil = start.emil.there
    typed = await emil.says("hjælp")
    await start.play.settle()
    before = len(start.teams.ledger.calls)
    for delivery in (
        await emil.edits(typed, "mine data"),
        await emil.deletes(typed),
        await emil.reacts(emil.last),
        await emil.sends({"type": "messageReaction", "reactionsRemoved": [{"type": "like"}]}),
        await emil.sends({"type": "typing"}),
        await emil.sends({"type": "endOfConversation"}),
        await emil.sends({"type": "hvad_er_det", "text": "mine data"}),
        await emil.sends({"type": "event", "name": "application/vnd.microsoft.readReceipt", "value": {}}),
        await emil.sends({"type": "invoke", "name": "composeExtension/query", "value": {}}),
        await emil.sends({"type": "invoke", "name": "adaptiveCard/action", "value": {"action": {"data": {}}}}),
        await emil.sends({"type": "invoke", "name": "task/fetch", "value": {"data": {"vidsyn": []}}}),
        await emil.sends({"type": "installationUpdate", "action": "upgrade"}),
        await emil.sends({"type": "conversationUpdate", "membersAdded": [{"id": emil.user.id}]}),
        await emil.sends({"type": "conversationUpdate", "channelData": {"tenant": {"id": emil.user.tenant}}}),
    ):
        assert delivery.answer.status == 200, delivery.activity
    await start.play.settle()
    assert start.teams.ledger.calls[before:] == []
