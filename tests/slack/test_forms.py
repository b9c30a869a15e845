"""Forms on Slack: one modal for a whole talk, its next step in the answer, and in the chat only how far one is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from dialogs.model import Raw
from tests.slack.fake import Delivery, Ephemeral, Posted, Updated, View
from tests.slack.here import Here, about, at, value_of
from tests.slack.stage import CHANNEL_ID, SlackSeat
from tests.stage.scenes import EXPECT, GOAL, NOTES, PLACE, REASON, SHOW, SIGN, minutes, walk

CPR = "070761-4285"
GIVEN: dict[str, Raw] = {
    "prep.ack": "yes",
    "prep.purpose": ["prep.purpose.understand"],
    "prep.purpose.own": "Egne ord om formålet",
    "prep.finish": "15:30",
    "prep.goal.1": "Kanariemål nummer et",
    "prep.goal.1.sign": "Kanarietegn nummer et",
    "prep.expect": "Kanarieforventning",
    "prep.ask": "Kanariespørgsmål",
    "prep.share": "Kanariedeling",
}


@pytest.fixture
async def invited() -> AsyncIterator[Here]:
    """Emil is invited to prepare."""
    async with at("invited") as here:
        yield here


@pytest.fixture
async def logging_time() -> AsyncIterator[Here]:
    """The first day's logbook has come."""
    async with at("first day") as here:
        yield here


async def begins(here: Here) -> None:
    """Emil opens his preparation."""
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))


async def step(here: Here, seat: SlackSeat, given: dict[str, Raw]) -> None:
    """Answers what one screen of the form asks."""
    await walk(seat, given, 1)


async def steps(here: Here, asked: str, given: dict[str, Raw] | None = None) -> None:
    """Answers until the form asks this."""
    given = given if given is not None else dict(GIVEN)
    for _ in range(30):
        if asked in blocks(here.view(here.emil)):
            return
        await step(here, here.emil, given)
    raise AssertionError(f"Nobody asks {asked}.")


def blocks(view: View) -> list[str]:
    """What a form asks."""
    return [block["block_id"] for block in view.blocks if block["type"] == "input"]


def seen_by(here: Here, seat: SlackSeat) -> str:
    """All that somebody ever saw in the private chat, also what was changed later, and notifications."""
    ledger = here.slack.ledger
    shown: list[Posted | Updated | Ephemeral] = [*ledger.posted, *ledger.updates, *ledger.ephemerals]
    return "\n".join(json.dumps([it.blocks, it.text], ensure_ascii=False) for it in shown if it.user == seat.user)


# Step by step


async def test_a_talk_goes_on_in_the_answer_and_the_chat_changes_when_it_begins_and_ends(invited: Here) -> None:
    updates = len(invited.slack.ledger.updates)
    await begins(invited)
    form = invited.view(invited.emil).id
    given, sent, done = dict(GIVEN), 0, ""
    while not done:
        calls = len(invited.calls())
        before = len(invited.slack.deliveries)
        await step(invited, invited.emil, given)
        (delivery,) = invited.slack.deliveries[before:]
        kind = delivery.body["type"]
        sent += 1
        assert invited.slack.view_of("UEMIL") is not None
        assert invited.view(invited.emil).id == form, "one and the same form"
        done = "".join(label for label in invited.chat(invited.emil)[-1].labels() if "enige" in label)
        if done:
            assert sorted(invited.since(calls)) == ["chat.postMessage", "chat.update"], "Lone is told, and it ends here"
        else:
            assert invited.since(calls) == (["views.update"] if kind == "block_actions" else [])
    assert sent >= 12
    mine = [it for it in invited.slack.ledger.updates[updates:] if it.user == "UEMIL"]
    assert len(mine) <= 3
    assert len([post for post in invited.chat(invited.emil) if "Forbered dig" in post.words()]) == 1
    invited.nothing_refused()


async def test_fourteen_steps_of_the_full_preparation_change_the_chat_at_most_three_times(invited: Here) -> None:
    updates, posts = len(invited.slack.ledger.updates), len(invited.chat(invited.emil))
    await begins(invited)
    await invited.emil.presses(invited.word("btn.take_full"))
    given: dict[str, Raw] = {**GIVEN, "prep.goal.2.add": "btn.yes"}
    shown: set[str] = set()
    for _ in range(60):
        if invited.view(invited.emil).body.get("submit") is None:
            break
        shown.add(invited.view(invited.emil).words())
        await step(invited, invited.emil, given)
    assert len(shown) >= 14
    mine = [it for it in invited.slack.ledger.updates[updates:] if it.user == "UEMIL"]
    assert len(mine) <= 3
    assert len(invited.chat(invited.emil)) <= posts + 1
    invited.nothing_refused()


async def test_the_chat_never_holds_a_word_that_its_reader_wrote_in_a_form() -> None:
    """From the sign-up to the debrief: also not for a moment, and not in a notification."""
    async with at("debrief") as here:
        assert REASON["da"] not in seen_by(here, here.lone)
        assert SHOW["da"] not in seen_by(here, here.vera)
        await shares_one(here)
        await debriefs(here)
        await corrects_one(here)
        emil = [words["da"] for words in (GOAL, SIGN, EXPECT, PLACE)]
        emil += [text for texts in NOTES["da"].values() for text in texts] + ["Opsamlet kanarie", "Rettet kanarie"]
        assert not [text for text in emil if text in seen_by(here, here.emil)]
        kept = str([row.value for row in await here.answers(here.emil)])
        assert "Opsamlet kanarie" in kept
        assert "Rettet kanarie" in kept
        assert NOTES["da"]["log.core.what"][0] in kept
        here.nothing_refused()


async def test_who_answers_by_typing_is_not_read_their_own_words_to_choose_from() -> None:
    async with at("debrief") as here:
        await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
        view = here.view(here.emil)
        quote = NOTES["da"]["log.core.what"][0]
        assert quote[:30] in view.words(), "the form lists them"
        await here.emil.says("fortsæt")
        door = here.chat(here.emil)[-1]
        assert here.word("deb.1.recall") in door.words(), "the question stands there, the choice in the form"
        assert quote[:30] not in seen_by(here, here.emil)
        await here.emil.there.presses(door, door.labels()[0])
        await here.play.settle()
        assert quote[:30] in here.view(here.emil).words()
        here.nothing_refused()


async def shares_one(here: Here) -> None:
    """Emil shares one thought of the day, looks at what it says first, and takes it back."""
    await here.emil.taps("btn.share_one")
    await here.emil.fills({"answer": (await here.emil.last()).fields[0].choices[0].value})
    await here.emil.fills()
    await here.emil.taps("btn.share")
    await here.emil.taps("btn.unshare")


async def corrects_one(here: Here) -> None:
    """Emil looks at his data and writes an entry anew."""
    await here.emil.says("mine data")
    await here.emil.taps("btn.see")
    await here.emil.fills({"answer": (await here.emil.last()).fields[0].choices[0].value})
    await here.emil.taps("btn.edit")
    await here.emil.fills({"correct.text": "Rettet kanarie"})


async def debriefs(here: Here) -> None:
    """Emil has his debrief in the form, and writes the same everywhere."""
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    for _ in range(60):
        view = here.slack.view_of("UEMIL")
        if view is None or "submit" not in view.body:
            return
        message = await here.emil.last()
        texts: dict[str, Raw] = {
            field.key: "Opsamlet kanarie" for field in message.fields if field.kind in ("text", "long")
        }
        await walk(here.emil, texts, 1)
    raise AssertionError("The debrief does not come to an end.")


# Put down and taken up again


async def test_a_form_put_down_half_way_says_in_the_chat_how_far_one_is(invited: Here) -> None:
    await begins(invited)
    await steps(invited, "prep.expect")
    await invited.emil.there.closes()
    await invited.play.settle()
    door = invited.chat(invited.emil)[-1]
    assert "4 af 7" in door.words()
    assert invited.word("btn.continue") in door.labels()
    await invited.emil.there.presses(door, invited.word("btn.continue"))
    await invited.play.settle()
    assert "prep.expect" in blocks(invited.view(invited.emil))
    assert "Kanariemål" not in seen_by(invited, invited.emil)
    invited.nothing_refused()


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=8)])
async def test_a_form_put_down_is_taken_up_again_after_a_restart_and_next_week(
    tmp_path: Path, later: timedelta
) -> None:
    async with at("invited", url=f"sqlite:///{tmp_path}/later.db") as here:
        await begins(here)
        await steps(here, "prep.goal.1.sign")
        await here.emil.there.closes()
        await here.play.settle()
        door = here.newest(here.emil, here.word("btn.continue"))
        await here.play.restart()
        await here.play.until(here.play.clock.now() + later)
        await here.emil.there.presses(door, value_of(door, here.word("btn.continue")), old=True)
        await here.play.settle()
        assert "prep.goal.1.sign" in blocks(here.view(here.emil))
        await steps(here, "prep.share")
        assert (await here.kept(here.emil))["prep.goal.1"] == "Kanariemål nummer et"
        here.nothing_refused()


async def test_a_form_that_was_never_closed_is_no_obstacle(invited: Here) -> None:
    """A phone that ran out of battery: Slack says nothing, and the door in the chat still opens it."""
    await begins(invited)
    await steps(invited, "prep.goal.1")
    invited.slack.stacks["UEMIL"].clear()
    door = invited.chat(invited.emil)[-1]
    await invited.emil.there.presses(door, door.labels()[0])
    await invited.play.settle()
    assert "prep.goal.1" in blocks(invited.view(invited.emil))


async def test_what_was_typed_and_not_sent_is_not_kept_when_the_form_is_closed(invited: Here) -> None:
    await begins(invited)
    await steps(invited, "prep.goal.1")
    invited.emil.there.fills({"prep.goal.1": "Kanarie, men jeg fortryder"})
    await invited.emil.there.closes()
    await invited.play.settle()
    assert "prep.goal.1" not in await invited.kept(invited.emil)
    assert "Kanarie" not in seen_by(invited, invited.emil)


# Two devices


async def test_one_question_in_two_forms_keeps_the_first_answer_and_loses_nothing(invited: Here) -> None:
    await begins(invited)
    await steps(invited, "prep.goal.1")
    phone = invited.slack.view_of("UEMIL")
    assert phone is not None
    door, there = invited.chat(invited.emil)[-1], invited.emil.there
    invited.slack.stacks["UEMIL"] = []
    await there.presses(door, door.labels()[0])
    await invited.play.settle()
    laptop = invited.slack.view_of("UEMIL")
    assert laptop is not None
    await there.submits({"prep.goal.1": "Fra den bærbare"}, laptop)
    await invited.play.settle()
    await there.submits({"prep.goal.1": "Fra telefonen"}, phone, old=True)
    await invited.play.settle()
    assert (await invited.kept(invited.emil))["prep.goal.1"] == "Fra den bærbare"
    assert blocks(phone) == blocks(laptop) != ["prep.goal.1"], "the phone shows what is asked now"
    assert invited.word("card.answered") in phone.words()
    invited.nothing_refused()


async def test_the_same_form_on_two_devices_at_once_has_one_effect(invited: Here) -> None:
    await begins(invited)
    await steps(invited, "prep.goal.1")
    phone, there = invited.slack.view_of("UEMIL"), invited.emil.there
    door = invited.chat(invited.emil)[-1]
    invited.slack.stacks["UEMIL"] = []
    await there.presses(door, door.labels()[0])
    await invited.play.settle()
    laptop = invited.slack.view_of("UEMIL")
    both = zip(("Fra telefonen", "Fra den bærbare"), (phone, laptop), strict=True)
    await asyncio.gather(*(there.submits({"prep.goal.1": text}, view, old=True) for text, view in both))
    await invited.play.settle()
    kept = (await invited.kept(invited.emil))["prep.goal.1"]
    assert kept in ("Fra telefonen", "Fra den bærbare")
    assert phone is not None
    assert laptop is not None
    assert blocks(phone) == blocks(laptop) != ["prep.goal.1"]
    invited.nothing_refused()


# Typed instead


async def test_answers_typed_in_the_chat_and_back_to_the_form(invited: Here) -> None:
    await begins(invited)
    await steps(invited, "prep.goal.1")
    old = invited.slack.view_of("UEMIL")
    invited.slack.stacks["UEMIL"] = []
    await invited.emil.there.types("Et mål, skrevet i chatten")
    await invited.play.settle()
    assert (await invited.kept(invited.emil))["prep.goal.1"] == "Et mål, skrevet i chatten"
    typed = invited.chat(invited.emil)[-1]
    assert invited.word("btn.continue") in typed.labels(), "the question stands in the chat, the form a press away"
    await invited.emil.there.presses(typed, invited.word("btn.continue"))
    await invited.play.settle()
    assert "prep.goal.1" not in blocks(invited.view(invited.emil))
    await steps(invited, "prep.expect")
    assert old is not None
    await invited.emil.there.submits({"prep.goal.1": "Fra den gamle formular"}, old, old=True)
    await invited.play.settle()
    assert (await invited.kept(invited.emil))["prep.goal.1"] == "Et mål, skrevet i chatten"
    invited.nothing_refused()


# The logbook, and what is wrong with an answer


async def opens_logbook(here: Here) -> View:
    """Emil opens the day's logbook."""
    door = here.newest(here.emil, here.word("door.log"))
    await here.emil.there.presses(door, here.word("door.log"))
    await here.play.settle()
    return here.view(here.emil)


async def test_the_logbook_is_one_form_and_one_answer(logging_time: Here) -> None:
    here = logging_time
    view = await opens_logbook(here)
    assert len(blocks(view)) >= 3
    assert "submit" in view.body
    calls = len(here.calls())
    texts = {key: f"Kanarie om {key}" for key in blocks(view) if key.startswith("log.") and is_text(view, key)}
    delivery = await here.emil.there.submits(texts)
    await here.play.settle()
    kept = await here.kept(here.emil, "log.")
    assert texts.items() <= kept.items()
    assert here.since(calls).count("chat.update") == 1
    assert len(here.since(calls)) == 1
    assert "Kanarie" not in seen_by(here, here.emil)
    assert delivery.answer.ok
    here.nothing_refused()


def is_text(view: View, key: str) -> bool:
    """Whether a question is answered in words."""
    return any(block["block_id"] == key and element["type"] == "plain_text_input" for block, element in view.elements())


@pytest.mark.parametrize("leave", ["mask", "keep"])
async def test_a_cpr_number_in_the_logbook_is_asked_about_in_the_form(logging_time: Here, leave: str) -> None:
    here = logging_time
    view = await opens_logbook(here)
    first, second = [key for key in blocks(view) if is_text(view, key)][:2]
    delivery = await here.emil.there.submits({first: f"Borger {CPR} kom", second: "Noget andet"})
    await here.play.settle()
    assert action(delivery) == "update"
    asked = here.view(here.emil)
    assert here.word("safe.id_found") in asked.words()
    assert {here.word("btn.mask"), here.word("btn.not_id")} <= set(asked.words().split("\n"))
    assert await here.kept(here.emil, "log.") == {}
    assert CPR not in str(here.slack.ledger.calls), "not even in what is sent to Slack"
    await here.emil.there.submits({"_leave": leave})
    await here.play.settle()
    kept = await here.kept(here.emil, "log.")
    assert kept[second] == "Noget andet"
    assert (CPR in kept[first]) == (leave == "keep")
    here.nothing_refused()


async def test_a_second_number_typed_beside_the_first_is_asked_about_too(logging_time: Here) -> None:
    here = logging_time
    view = await opens_logbook(here)
    first, second = [key for key in blocks(view) if is_text(view, key)][:2]
    await here.emil.there.submits({first: f"Borger {CPR} kom"})
    await here.emil.there.submits({second: f"Og {CPR} kom igen", "_leave": "keep"})
    await here.play.settle()
    assert here.word("safe.id_found") in here.view(here.emil).words()
    assert await here.kept(here.emil, "log.") == {}
    await here.emil.there.submits({"_leave": "mask"})
    await here.play.settle()
    kept = await here.kept(here.emil, "log.")
    assert CPR not in kept[second]


def action(delivery: Delivery) -> str:
    """What Slack is told to do with the form."""
    answer = delivery.answer.json()
    return str(answer["response_action"]) if isinstance(answer, dict) else ""


async def test_s7_a_text_that_is_too_long_is_an_error_at_its_question(logging_time: Here) -> None:
    """Slack's own client stops it before; one that does not is told where."""
    here = logging_time
    view = await opens_logbook(here)
    key = next(key for key in blocks(view) if is_text(view, key))
    first = await here.emil.there.submits({key: f"Borger {CPR} kom"})
    body = {**first.body, "view": json.loads(json.dumps(first.body["view"]))}
    body["view"]["state"]["values"][key]["value"]["value"] = "x" * 30_000
    delivery = await here.sends(body)
    answer = delivery.answer.json()
    assert isinstance(answer, dict)
    assert answer["response_action"] == "errors"
    assert set(answer["errors"]) == {key}
    assert await here.kept(here.emil, "log.") == {}


async def test_s7_an_end_before_its_start_is_an_error_at_the_end_and_what_was_typed_stays() -> None:
    async with at("supported") as here:
        await here.hanne.says("match")
        await here.hanne.taps("btn.find_place", programme="Jobbytte forår")
        form = here.view(here.hanne)
        (wish,) = [element for block, element in form.elements() if block["block_id"] == "match.wish"]
        await here.hanne.there.submits({"match.wish": wish["options"][0]["value"]})
        await here.play.settle()
        form = here.view(here.hanne)
        (offer,) = [element for block, element in form.elements() if block["block_id"] == "match.offer"]
        calls = len(here.calls())
        delivery = await here.hanne.there.submits({
            "match.offer": offer["options"][0]["value"], "match.form": "form.shadow", "match.start": "2026-05-07",
            "match.end": "2026-05-05", "match.why": "De modtager jeres indberetninger",
        })  # fmt: skip
        await here.play.settle()
        answer = delivery.answer.json()
        assert isinstance(answer, dict)
        assert answer["response_action"] == "errors"
        assert set(answer["errors"]) <= {"match.start", "match.end"}
        assert here.since(calls) == []
        assert about(here.view(here.hanne)) == about(form), "the form stays, and what was typed in it"
        await here.hanne.there.submits({"match.end": "2026-05-08"})
        await here.play.settle()
        assert blocks(here.view(here.hanne)) != blocks(form)
        here.nothing_refused()


# Ended meanwhile


async def test_a_form_whose_talk_was_ended_meanwhile_says_so_and_keeps_nothing(invited: Here) -> None:
    await begins(invited)
    await steps(invited, "prep.goal.1")
    form = invited.slack.view_of("UEMIL")
    assert form is not None
    invited.slack.stacks["UEMIL"] = []
    await invited.emil.there.commands("/vidsyn", "stop")
    await invited.play.settle()
    await invited.emil.taps("btn.yes")
    late = await invited.emil.there.submits({"prep.goal.1": "For sent"}, form, old=True)
    await invited.play.settle()
    assert late.answer.json() == {
        "response_action": "errors",
        "errors": {"prep.goal.1": invited.word("stop.closed")},
    }, "what was typed stays in sight, and is kept nowhere"
    assert "prep.goal.1" not in await invited.kept(invited.emil)
    await invited.emil.there.presses(form, invited.word("btn.back"), old=True)
    await invited.play.settle()
    assert invited.word("stop.closed") in form.words()
    doors = [post for post in invited.chat(invited.emil) if invited.word("btn.continue") in post.labels()]
    assert not doors, "nothing in the chat leads there any more"
    invited.nothing_refused()


# Where a form opens from


async def test_a_form_opens_from_a_post_in_a_channel() -> None:
    async with at("round open") as here:
        (post,) = here.slack.from_bot(CHANNEL_ID)
        calls = len(here.calls())
        await here.emil.there.presses(post, here.word("btn.signup"))
        await here.play.settle()
        assert "sign.voluntary" in blocks(here.view(here.emil))
        assert here.word("door.open") in here.chat(here.emil)[-1].labels(), "and it can be found again"
        assert sorted(here.since(calls)) == ["chat.postMessage", "views.open"]
        await here.emil.there.presses(post, here.word("btn.signup"))
        await here.play.settle()
        assert len([it for it in here.chat(here.emil) if here.word("door.open") in it.labels()]) == 1
        here.nothing_refused()


@pytest.mark.parametrize("way", ["command", "shortcut", "home", "chat"])
async def test_hr_opens_a_round_in_a_form_from_everywhere(way: str) -> None:
    async with at("start") as here:
        hanne = here.hanne.there
        match way:
            case "command":
                await hanne.commands("/vidsyn", "ny runde")
            case "shortcut":
                await hanne.shortcut("vidsyn_open")
                await here.play.settle()
                view = here.view(here.hanne)
                await hanne.presses(view, here.word("btn.new_round"), old=True)
            case "home":
                await hanne.opens_home()
                await here.play.settle()
                await hanne.presses(hanne.home, here.word("btn.new_round"))
            case "chat":
                await hanne.types("hjælp")
                await here.play.settle()
                await hanne.presses(here.newest(here.hanne, here.word("btn.new_round")), here.word("btn.new_round"))
        await here.play.settle()
        assert "round.new.name" in blocks(here.view(here.hanne))
        here.nothing_refused()


@pytest.mark.parametrize("text", ["status", "hjælp", "mine data", "sprog", "ny runde", "hvad er det?", ""])
async def test_a_command_is_answered_once_and_in_private(text: str) -> None:
    async with at("start") as here:
        posts, before = len(here.slack.messages(CHANNEL_ID)), len(here.chat(here.emil))
        await here.emil.there.commands("/vidsyn", text, CHANNEL_ID)
        await here.play.settle()
        seen = len(here.chat(here.emil)) - before + (here.slack.view_of("UEMIL") is not None)
        assert seen >= 1 or here.slack.ephemerals_of("UEMIL")
        assert len(here.slack.messages(CHANNEL_ID)) == posts
        here.nothing_refused()


async def test_the_shortcut_of_an_employee_shows_how_things_stand_and_opens_the_logbook() -> None:
    async with at("second day") as here:
        await here.emil.there.shortcut("vidsyn_open")
        await here.play.settle()
        view = here.view(here.emil)
        assert "Næste for dig" in view.words()
        await here.emil.there.presses(view, here.word("btn.write"), old=True)
        await here.play.settle()
        assert [key for key in blocks(here.view(here.emil)) if key.startswith("log.")]
        here.nothing_refused()
