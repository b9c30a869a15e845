"""Whatever Slack sends, and however often: each thing that a person does has one effect. The ledger is the judge."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import timedelta

import pytest

from bot.channels.slack.showing import LATE
from dialogs.model import Raw
from tests.slack.fake.views import view_json
from tests.slack.here import Here, about, at, buttons, value_of
from tests.slack.stage import CHANNEL_ID, TEAM, SlackSeat
from tests.stage.scenes import minutes, walk


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
    """Emil has his preparation open at its first question."""
    async with at("invited") as here:
        await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
        yield here


def answers_to(here: Here, seat: SlackSeat, before: int) -> int:
    """How many messages somebody has got since there were so many."""
    return len(here.chat(seat)) - before


# Events


async def test_s1_a_wrong_signature_has_no_effect(start: Here) -> None:
    delivery = await start.emil.there.types("hjælp")
    await start.play.settle()
    calls, before = len(start.calls()), len(start.chat(start.emil))
    for headers in (
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": str(int(start.play.clock.now().timestamp()) - 301)},
        {"X-Slack-Request-Timestamp": str(int(start.play.clock.now().timestamp()) + 301)},
    ):
        answer = await start.slack.post_raw(delivery.raw.replace(b"Ev", b"Eu"), headers=headers)
        assert answer.status == 401
    await start.play.settle()
    assert (len(start.calls()), len(start.chat(start.emil))) == (calls, before)


async def test_s3_a_replayed_message_a_hundred_times_at_once_has_no_effect(start: Here) -> None:
    before = len(start.chat(start.emil))
    delivery = await start.emil.there.types("hjælp")
    answers = await asyncio.gather(*(start.slack.replay(delivery) for _ in range(100)))
    assert {answer.status for answer in answers} == {200}
    await start.play.settle()
    assert answers_to(start, start.emil, before) == 1
    await start.play.restart()
    assert (await start.slack.replay(delivery)).status == 200
    await start.play.settle()
    assert answers_to(start, start.emil, before) == 1


async def test_s4_the_same_event_twenty_times_at_once_is_one(start: Here) -> None:
    before = len(start.chat(start.emil))
    delivery = await start.emil.there.types("hjælp")
    body = delivery.body
    again = await asyncio.gather(*(start.slack.send("event", TEAM, body) for _ in range(20)))
    assert all(each.answer.ok for each in again)
    await start.play.settle()
    assert answers_to(start, start.emil, before) == 1


async def test_s4_s6_what_could_not_be_kept_is_said_again_and_answered_once(start: Here) -> None:
    store = await start.troubled()
    before = len(start.chat(start.emil))
    store.away = True
    delivery = await start.emil.there.types("hjælp")
    assert delivery.answer.status == 503
    (at_once,) = await start.slack.retry_due()
    assert (at_once.answer.status, at_once.headers["X-Slack-Retry-Num"]) == (503, "1")
    store.away = False
    start.play.clock.move_to(start.play.clock.now() + timedelta(minutes=1))
    (second,) = await start.slack.retry_due()
    assert (second.answer.status, second.headers["X-Slack-Retry-Num"]) == (200, "2")
    assert second.headers["X-Slack-Retry-Reason"] == "http_error"
    await start.slack.send("event", TEAM, delivery.body)
    await start.play.settle()
    assert answers_to(start, start.emil, before) == 1


async def test_s4_a_retry_header_is_no_reason_to_leave_a_message(start: Here) -> None:
    before = len(start.chat(start.emil))
    first = await start.emil.there.types("hjælp")
    body = {**first.body, "event_id": "EvNEW", "event": {**first.body["event"], "client_msg_id": "new"}}
    headers = {"X-Slack-Retry-Num": "3", "X-Slack-Retry-Reason": "http_timeout"}
    assert (await start.slack.post_raw(json.dumps(body).encode(), headers=headers)).ok
    await start.play.settle()
    assert answers_to(start, start.emil, before) == 2


async def test_f6_an_event_that_is_25_hours_late_is_carried_out_once(start: Here) -> None:
    store = await start.troubled()
    start.slack.delayed_events = True
    before = len(start.chat(start.emil))
    store.away = True
    delivery = await start.emil.there.types("hjælp")
    for wait in (0, 1, 6, *(60 * n for n in range(1, 24))):
        start.play.clock.move_to(start.play.clock.now() + timedelta(minutes=wait))
        await start.slack.retry_due()
    store.away = False
    start.play.clock.move_to(start.play.clock.now() + timedelta(hours=25))
    (late,) = await start.slack.retry_due()
    assert late.answer.ok
    await start.play.settle()
    assert answers_to(start, start.emil, before) == 1
    start.play.clock.move_to(start.play.clock.now() + timedelta(hours=25))
    assert (await start.slack.send("event", TEAM, delivery.body)).answer.ok
    await start.play.settle()
    assert answers_to(start, start.emil, before) == 1


async def test_s8_one_gesture_as_a_message_and_as_a_mention_is_one(start: Here) -> None:
    before = len(start.chat(start.emil))
    delivery = await start.emil.there.types("hjælp", client_msg_id="one-and-the-same")
    event = {key: value for key, value in delivery.body["event"].items() if key != "channel_type"}
    await start.slack.send_event({**event, "type": "app_mention"})
    await start.play.settle()
    assert answers_to(start, start.emil, before) == 1


async def test_s8_one_gesture_as_two_messages_at_different_times_is_one(start: Here) -> None:
    before = len(start.chat(start.emil))
    await asyncio.gather(*(start.emil.there.types("hjælp", client_msg_id="one-and-the-same") for _ in range(2)))
    await start.play.settle()
    assert answers_to(start, start.emil, before) == 1


async def test_s8_the_same_words_twice_are_two(start: Here) -> None:
    before = len(start.chat(start.emil))
    for _ in range(2):
        await start.emil.there.types("hjælp")
    await start.play.settle()
    assert answers_to(start, start.emil, before) == 2


async def test_a_mention_in_a_channel_is_answered_in_private(start: Here) -> None:
    posts, before = len(start.slack.messages(CHANNEL_ID)), len(start.chat(start.emil))
    await start.emil.there.mentions(CHANNEL_ID, "hjælp")
    await start.play.settle()
    assert len(start.slack.messages(CHANNEL_ID)) == posts + 1, "what Emil said, and no more"
    assert answers_to(start, start.emil, before) == 1


EVENTS = """app_rate_limited app_requested app_uninstalled_team assistant_thread_started call_rejected
channel_created channel_history_changed channel_id_changed channel_shared channel_unshared
dnd_updated_user email_domain_changed emoji_changed file_created file_shared function_executed grid_migration_finished
group_close group_open im_close im_created im_history_changed im_open invite_requested link_shared
message_metadata_posted pin_added reaction_added reaction_removed star_added subteam_created subteam_updated
team_domain_change team_join team_rename tokens_revoked_by_nobody url_rotated user_huddle_changed workflow_published
user_profile_changed user_status_changed user_resource_granted hvad_er_det message.never_heard_of""".split()


async def test_s5_unknown_and_invented_events_are_taken_and_change_nothing(start: Here) -> None:
    calls = len(start.calls())
    for kind in EVENTS:
        for more in ({}, {"user": "UEMIL", "channel": CHANNEL_ID, "item": {"type": "message"}}, {"user": 5}):
            delivery = await start.slack.send_event({"type": kind, **more})
            assert delivery.answer.status == 200, kind
    await start.play.settle()
    assert start.since(calls) == []
    assert start.slack.retries == []


async def test_s5_kinds_of_message_that_nobody_wrote_change_nothing(start: Here) -> None:
    im = start.slack.im("UEMIL").id
    calls = len(start.calls())
    for subtype in ("bot_message", "message_replied", "channel_join", "channel_topic", "assistant_app_thread", "odd"):
        delivery = await start.slack.send_event(
            {"type": "message", "subtype": subtype, "user": "UEMIL", "text": "hjælp", "channel": im, "ts": "1.1"}
            | {"channel_type": "im"}
        )
        assert delivery.answer.status == 200
    await start.slack.send_echoes()
    await start.play.settle()
    assert start.since(calls) == []


async def test_f6_s5_an_edited_or_deleted_message_is_not_answered_again(start: Here) -> None:
    before = len(start.chat(start.emil))
    await start.emil.there.types("hjælp")
    await start.play.settle()
    mine = next(post for post in reversed(start.emil.there.messages) if not post.from_bot)
    await start.emil.there.edits(mine, "hjælp mig")
    await start.emil.there.deletes(mine)
    await start.play.settle()
    assert answers_to(start, start.emil, before) == 1


# Buttons in the chat


async def approvals(here: Here) -> int:
    """How often Emil's sign-up was supported, as its effect is told to Emil and to HR."""
    return here.reads(here.emil).count("Lone støtter") + here.reads(here.lone).count(here.word("card.answered"))


async def test_s3_a_replayed_press_a_hundred_times_at_once_has_one_effect(asked: Here) -> None:
    card = asked.newest(asked.lone, "Godkend")
    posted, calls = len(asked.slack.ledger.posted), len(asked.calls())
    delivery = await asked.lone.there.presses(card, "Godkend")
    answers = await asyncio.gather(*(asked.slack.replay(delivery) for _ in range(100)))
    assert {answer.status for answer in answers} == {200}
    await asked.play.settle()
    assert "Emil får at vide" in asked.chat(asked.lone)[-1].words()
    assert asked.since(calls).count("chat.update") == 1
    assert "chat.postEphemeral" not in asked.since(calls), "nobody pressed a second time"
    assert len({(post.channel, post.text, str(post.blocks)) for post in asked.slack.ledger.posted[posted:]}) == len(
        asked.slack.ledger.posted[posted:]
    )
    asked.nothing_refused()


async def test_a9_a_double_click_in_the_chat_has_one_effect(asked: Here) -> None:
    card = asked.newest(asked.lone, "Godkend")
    calls = len(asked.calls())
    await asyncio.gather(*(asked.lone.there.presses(card, "Godkend", old=True) for _ in range(2)))
    await asked.play.settle()
    assert asked.since(calls).count("chat.update") == 1
    (whisper,) = asked.slack.ephemerals_of(asked.lone.user)
    assert whisper.text == asked.word("card.answered")
    asked.nothing_refused()


async def test_a9_two_answers_at_once_keep_the_first(asked: Here) -> None:
    card = asked.newest(asked.lone, "Godkend")
    await asyncio.gather(
        *(asked.lone.there.presses(card, label, old=True) for label in ("Godkend", "Ikke muligt nu")),
    )
    await asked.play.settle()
    assert len(asked.slack.ephemerals_of(asked.lone.user)) == 1
    assert len([post for post in asked.chat(asked.lone) if "Tak." in post.words()]) <= 1
    asked.nothing_refused()


async def test_a9_a_click_on_an_old_card_is_told_so_and_does_nothing(asked: Here) -> None:
    card = asked.newest(asked.lone, "Godkend")
    await asked.lone.there.presses(card, "Godkend")
    await asked.play.settle()
    before, calls = asked.reads(asked.lone), len(asked.calls())
    await asked.lone.there.presses(card, "Ikke muligt nu", old=True)
    await asked.play.settle()
    assert asked.since(calls) == ["chat.postEphemeral"]
    assert asked.slack.ephemerals_of(asked.lone.user)[-1].text == asked.word("card.answered")
    assert asked.reads(asked.lone) == before


async def test_a9_another_person_s_click_on_a_chat_button_does_nothing(asked: Here) -> None:
    """Whoever sends what stands on the button of somebody else's card."""
    value, before = value_of(asked.newest(asked.lone, "Godkend"), "Godkend"), asked.reads(asked.lone)
    for stranger in (asked.emil, asked.vera):
        own = await stranger.there.presses(asked.newest(stranger, "Hvad kan du?"), "Hvad kan du?")
        await asked.play.settle()
        calls = len(asked.calls())
        await asked.sends({**own.body, "actions": [{**own.body["actions"][0], "value": value}]})
        assert asked.since(calls) == ["chat.postEphemeral"]
        assert asked.slack.ephemerals_of(stranger.user)[-1].text == asked.word("card.not_yours")
    assert asked.reads(asked.lone) == before


NEVER = ["no-such-card|option0", "no-such-card|open", "|", "x|", "|x", "x", "", "x|" * 900, "home:x|y", "\u202e|\x00"]


async def test_a9_a_button_that_never_was_does_nothing(asked: Here) -> None:
    own = await asked.emil.there.presses(asked.newest(asked.emil, "Hvad kan du?"), "Hvad kan du?")
    await asked.play.settle()
    calls = len(asked.calls())
    for value in NEVER:
        delivery = await asked.sends({**own.body, "actions": [{**own.body["actions"][0], "value": value}]})
        assert delivery.answer.ok
    assert set(asked.since(calls)) == {"chat.postEphemeral"}
    asked.nothing_refused()


async def test_a9_a_button_of_a_card_that_has_no_such_button_does_nothing(asked: Here) -> None:
    card = asked.newest(asked.lone, "Godkend")
    delivery = await asked.lone.there.presses(asked.newest(asked.lone, "Hvad kan du?"), "Hvad kan du?")
    await asked.play.settle()
    key = value_of(card, "Godkend").partition("|")[0]
    calls = len(asked.calls())
    for button in ("option9", "open", "pause", "save", "option0|option1"):
        await asked.sends({**delivery.body, "actions": [{**delivery.body["actions"][0], "value": f"{key}|{button}"}]})
    assert set(asked.since(calls)) == {"chat.postEphemeral"}
    assert "Godkend" in asked.chat(asked.lone)[-2].labels() + asked.chat(asked.lone)[-1].labels()


# Forms


async def test_a9_a_form_that_is_sent_twice_has_one_effect(preparing: Here) -> None:
    view = preparing.slack.view_of("UEMIL")
    assert view is not None
    there = preparing.emil.there
    await asyncio.gather(*(there.submits({"prep.ack": ["yes"]}, view, old=True) for _ in range(2)))
    await preparing.play.settle()
    assert list(await preparing.kept(preparing.emil)) == ["prep.ack"]
    assert "prep.purpose" in blocks(preparing), "the next question"
    await there.submits({"prep.purpose": ["prep.purpose.understand"]})
    await preparing.play.settle()
    assert list(await preparing.kept(preparing.emil)) == ["prep.ack", "prep.purpose"]
    preparing.nothing_refused()


async def test_s3_a_replayed_form_a_hundred_times_at_once_has_one_effect(preparing: Here) -> None:
    calls = len(preparing.calls())
    delivery = await preparing.emil.there.submits({"prep.ack": ["yes"]})
    answers = await asyncio.gather(*(preparing.slack.replay(delivery) for _ in range(100)))
    await preparing.play.settle()
    assert list(await preparing.kept(preparing.emil)) == ["prep.ack"]
    assert preparing.since(calls) == []
    next_question = delivery.answer.json()
    assert all(answer.json() == next_question for answer in answers), "whichever answer Slack reads, it is the same"
    await preparing.play.restart()
    late = (await preparing.slack.replay(delivery)).json()
    assert isinstance(late, dict)
    assert "prep.purpose" in str(late["view"])
    preparing.nothing_refused()


async def test_a9_a_button_in_a_form_that_is_clicked_twice_has_one_effect(preparing: Here) -> None:
    await through(preparing, "prep.expect")
    view = preparing.view(preparing.emil)
    there = preparing.emil.there
    await asyncio.gather(*(there.presses(view, preparing.word("btn.back"), old=True) for _ in range(2)))
    await preparing.play.settle()
    assert "prep.goal.1.sign" in blocks(preparing), "one step back, not two"
    refused = [(it.method, it.error) for it in preparing.slack.ledger.refusals]
    assert refused in ([], [("views.update", "hash_conflict")])


async def test_s3_a_replayed_press_in_a_form_changes_nothing(preparing: Here) -> None:
    await through(preparing, "prep.expect")
    view, calls = preparing.view(preparing.emil), len(preparing.calls())
    delivery = await preparing.emil.there.presses(view, preparing.word("btn.back"), old=True)
    await asyncio.gather(*(preparing.slack.replay(delivery) for _ in range(100)))
    await preparing.play.settle()
    assert preparing.since(calls) == ["views.update"]
    assert "prep.goal.1.sign" in blocks(preparing)
    preparing.nothing_refused()


def blocks(here: Here) -> set[str]:
    """What the form in front of Emil asks."""
    return {block["block_id"] for block in here.view(here.emil).blocks}


async def through(here: Here, key: str) -> None:
    """Emil answers what his form asks, until it asks this."""
    given: dict[str, Raw] = {
        "prep.ack": "yes", "prep.purpose": ["prep.purpose.understand"], "prep.finish": "15:30",
        "prep.goal.1": "Et mål", "prep.goal.1.sign": "Et tegn",
    }  # fmt: skip
    for _ in range(30):
        if key in {field.key for field in (await here.emil.last()).fields}:
            return
        await walk(here.emil, given, 1)
    raise AssertionError(f"Nobody asks {key}.")


# Another person, and what no client sends


async def test_a9_another_person_s_form_is_refused(preparing: Here) -> None:
    """Private metadata edited to the card of somebody else."""
    mine = await preparing.emil.there.submits({"prep.ack": ["yes"]})
    await preparing.play.settle()
    theirs = preparing.view(preparing.emil)
    assert about(theirs)["card"]
    body = deepcopy(mine.body)
    body["view"]["private_metadata"] = theirs.body["private_metadata"]
    body["view"]["state"] = {"values": {"prep.purpose": {"value": {"type": "checkboxes", "selected_options": [
        {"value": "prep.purpose.test", "text": {"type": "plain_text", "text": "x"}}]}}}}  # fmt: skip
    for stranger in (preparing.lone, preparing.vera, preparing.hanne):
        delivery = await preparing.sends(body, by=stranger)
        assert preparing.word("card.not_yours") in str(delivery.answer.json())
        assert await preparing.kept(stranger) == {}
    assert list(await preparing.kept(preparing.emil)) == ["prep.ack"]


RUBBISH = [
    "", "null", "[]", "{}", "{", '"x"', "5", "[" * 1500, '{"card": null, "button": null}',
    '{"card": 5, "button": "save"}',
    '{"card": "nope", "button": "save"}', '{"card": ["a"], "button": {}}', '{"card": "x|y", "button": "x|y"}',
    '{"card": "\\ud800", "button": "save"}', "\u202e" * 1000, '{"button": "save"}',
]  # fmt: skip


async def test_a9_private_metadata_that_is_rubbish_does_nothing(preparing: Here) -> None:
    mine = await preparing.emil.there.submits({"prep.ack": ["yes"]})
    for rubbish in RUBBISH:
        body = deepcopy(mine.body)
        body["view"]["private_metadata"] = rubbish
        for kind in ("view_submission", "view_closed"):
            delivery = await preparing.sends({**body, "type": kind})
            assert delivery.answer.status == 200, rubbish
    assert list(await preparing.kept(preparing.emil)) == ["prep.ack"]


async def test_s9_the_same_form_again_through_a_socket_gets_the_same_answer_and_has_one_effect() -> None:
    """Slack says again what was not acknowledged in time: whichever answer it takes, the form goes on."""
    async with at("invited", transport="socket") as here:
        await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
        first = await here.emil.there.submits({"prep.ack": ["yes"]})
        again = [await here.slack.send("interactive", TEAM, first.body) for _ in range(3)]
        assert "prep.purpose" in str(first.answer.json())
        assert all(delivery.answer.json() == first.answer.json() for delivery in again)
        before = len(here.chat(here.emil))
        typed = await here.emil.there.types("hjælp")
        await here.slack.send("event", TEAM, typed.body)
        await here.play.settle()
        assert answers_to(here, here.emil, before) == 1
        assert list(await here.kept(here.emil)) == ["prep.ack"]
        here.nothing_refused()


# The page of one's own


async def test_a9_a_button_of_another_person_s_page_does_nothing() -> None:
    async with at("last day") as here:
        for seat in (here.emil, here.lone):
            await seat.there.opens_home()
            await here.play.settle()
        values = [button["value"] for button in buttons(here.emil.there.home)]
        label = here.emil.there.home.labels()[0]
        own = await here.emil.there.presses(here.emil.there.home, label)
        await here.play.settle()
        before, kept = here.reads(here.emil), await here.kept(here.emil, "")
        for value in values:
            body = {**own.body, "actions": [{**own.body["actions"][0], "value": value}]}
            body["view"] = view_json(here.slack, here.lone.there.home, {})
            await here.sends(body, by=here.lone)
            assert here.view(here.lone).words() == here.word("card.not_yours")
        assert (here.reads(here.emil), await here.kept(here.emil, "")) == (before, kept)
        here.nothing_refused()


# Whoever is slow, dies, or comes back


async def test_s7_a_trigger_that_has_died_is_no_error_and_the_door_opens_it() -> None:
    """The store is slow, and Slack has let go of the trigger; in the fake's time."""
    async with at("invited") as here:
        store = await here.troubled()

        async def slowly() -> None:
            here.play.clock.move_to(here.play.clock.now() + timedelta(seconds=3.1))
            store.before = None

        start = here.newest(here.emil, "Start (10 min.)")
        store.before = slowly
        delivery = await here.emil.there.presses(start, "Start (10 min.)")
        await here.play.settle()
        assert delivery.answer.status == 200
        assert [(it.method, it.error) for it in here.slack.ledger.refusals] == [("views.open", "expired_trigger_id")]
        assert here.slack.view_of("UEMIL") is None
        assert [it.text for it in here.slack.ephemerals_of("UEMIL")] == [here.word("channel.slow")]
        await opens_by_its_door(here)


async def test_s7_a_store_that_takes_2900_milliseconds_is_in_time_for_slack_and_the_door_opens_it() -> None:
    async with at("invited", late=LATE) as here:
        store = await here.troubled()

        async def slowly() -> None:
            store.before = None
            await asyncio.sleep(2.9)

        start = here.newest(here.emil, "Start (10 min.)")
        store.before, calls = slowly, len(here.calls())
        delivery = await here.emil.there.presses(start, "Start (10 min.)")
        await here.play.settle()
        assert delivery.answer.status == 200
        assert "views.open" not in here.since(calls), "it would have come too late"
        assert [it.text for it in here.slack.ephemerals_of("UEMIL")] == [here.word("channel.slow")]
        await opens_by_its_door(here)
        here.nothing_refused()


async def opens_by_its_door(here: Here) -> None:
    """Emil presses again: the conversation began once, and is where it was."""
    door = here.chat(here.emil)[-1]
    await here.emil.there.presses(door, here.word("door.open"))
    await here.play.settle()
    assert "prep.ack" in blocks(here)
    rows = await here.play.store.run(lambda work: work.conversations.open(here.emil.id))
    assert [row.dialog for row in rows] == ["prep"]
    await here.emil.there.submits({"prep.ack": ["yes"]})
    await here.play.settle()
    assert list(await here.kept(here.emil)) == ["prep.ack"]


@pytest.mark.parametrize("order", [("app_uninstalled", "tokens_revoked"), ("tokens_revoked", "app_uninstalled")])
async def test_s12_uninstalled_in_the_middle_nothing_is_sent_until_it_is_installed_again(
    order: tuple[str, str],
) -> None:
    async with at("second day") as here:
        posted = len(here.slack.ledger.posted)
        await here.slack.admin.uninstalls(TEAM, order)
        await here.slack.admin.uninstalls(TEAM, order)
        calls = len(here.calls())
        await here.play.until(here.play.clock.now() + timedelta(days=1))
        assert here.calls()[calls:] == []
        here.play.bot_token = here.slack.install(TEAM).value
        await here.play.restart()
        await here.play.until(here.play.clock.now() + timedelta(hours=3))
        assert here.slack.ledger.posted[posted:] == []
        await here.emil.there.types("Morgenmødet")
        await here.play.settle()
        assert "Morgenmødet" in (await here.kept(here.emil, "log.")).values()
        await here.play.until(here.play.clock.now() + timedelta(days=4))
        told = {post.user for post in here.slack.ledger.posted[posted:]}
        assert {"UEMIL", "ULONE"} <= told
        here.nothing_refused()
