"""What comes in over HTTP: durable before it is acknowledged, and once (S3, S4, S5, S6, S8, S21, A22)."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
import structlog

from bot.channel import Reply
from bot.channels.slack.client import SILENT
from storage.store import StoreUnavailable
from tests.slack.fake import FakeSlack, answered
from tests.slack.inbound_fakes import (
    JOBS,
    LEO,
    TEAM,
    VERA,
    WORDS,
    Entrance,
    Hands,
    asking,
    built,
    entrance,
    in_chat,
    populate,
    with_form,
)
from tests.slack.payloads import (
    Body,
    closing,
    command,
    event,
    mention,
    message,
    press,
    shortcut,
    submission,
    view,
)

CANARY = "kanariefugl"


@pytest.fixture
async def way() -> AsyncIterator[Entrance]:
    async with entrance() as made:
        yield made


async def test_s6_what_is_written_is_on_disk_before_slack_hears_of_it(way: Entrance) -> None:
    way.conversation.gate = asyncio.Event()
    writing = asyncio.ensure_future(way.vera.types("Jeg glæder mig & <3"))
    await way.conversation.reached.wait()
    done, _ = await asyncio.wait({writing}, timeout=0.05)
    assert not done
    way.conversation.gate.set()
    answered(await writing)
    assert way.conversation.last.text == "Jeg glæder mig & <3"


async def test_s3_a_replay_a_hundred_times_at_once_has_one_effect(way: Entrance) -> None:
    first = await way.vera.types("hej")
    answers = await asyncio.gather(*(way.slack.replay(first) for _ in range(100)))
    assert {answer.status for answer in answers} == {200}
    assert len(way.conversation.effects) == 1
    assert len({incoming.event for incoming in way.conversation.came}) == 1
    assert way.slack.ledger.entries == []


async def test_s3_a_replayed_press_has_one_effect(way: Entrance) -> None:
    way.replies(note="Sådan.")
    first = await way.vera.presses(await in_chat(way), "card1|yes")
    answers = await asyncio.gather(*(way.slack.replay(first) for _ in range(100)))
    await way.inbound.idle()
    assert {answer.status for answer in answers} == {200}
    assert len(way.conversation.effects) == 1
    assert len(way.slack.ephemerals_of(VERA)) == 1


async def test_s3_a_replay_after_five_minutes_is_refused(way: Entrance) -> None:
    first = await way.vera.types("hej")
    way.clock.wait(301)
    assert (await way.slack.replay(first)).status == 401
    assert len(way.conversation.came) == 1


async def test_s4_a_repeated_event_is_never_dropped_for_its_headers(way: Entrance) -> None:
    way.conversation.fault = StoreUnavailable("disk")
    first = await way.vera.types("hej")
    assert first.answer.status == 503
    way.conversation.fault = None
    (again,) = await way.slack.retry_due()
    assert again.headers["X-Slack-Retry-Num"] == "1"
    answered(again)
    assert [incoming.text for incoming in way.conversation.effects] == ["hej"]


async def test_s4_the_third_repeat_still_counts(way: Entrance) -> None:
    way.conversation.fault = StoreUnavailable("disk")
    await way.vera.types("hej")
    for wait in (0, 60):
        way.clock.wait(wait)
        (again,) = await way.slack.retry_due()
        assert again.answer.status == 503
    way.conversation.fault = None
    way.clock.wait(300)
    (again,) = await way.slack.retry_due()
    assert again.retry == 3
    answered(again)
    assert len(way.conversation.effects) == 1


async def test_s4_an_event_25_hours_late_is_taken_in(way: Entrance) -> None:
    then = int((way.clock.now() - timedelta(hours=25)).timestamp())
    body = message("hej")
    answered(await way.slack.send_event(body["event"], event_time=then))
    assert len(way.conversation.effects) == 1


REFERENCE = """
app_deleted app_home_opened app_installed app_mention app_rate_limited app_requested app_uninstalled
app_uninstalled_team assistant_thread_context_changed assistant_thread_started call_rejected channel_archive
channel_created channel_deleted channel_history_changed channel_id_changed channel_joined channel_left channel_marked
channel_rename channel_shared channel_unarchive channel_unshared commands_changed dnd_updated dnd_updated_user
email_domain_changed emoji_changed entity_details_requested external_org_migration_finished
external_org_migration_started file_change file_comment_added file_created file_deleted file_public file_shared
file_unshared function_executed grid_migration_finished grid_migration_started group_archive group_close group_deleted
group_history_changed group_joined group_left group_marked group_open group_rename group_unarchive im_close im_created
im_history_changed im_marked im_open invite_requested link_shared manual_presence_change member_joined_channel
member_left_channel message message_metadata_deleted message_metadata_posted message_metadata_updated
message.app_home message.channels message.groups message.im message.mpim pin_added pin_removed pref_change
presence_change reaction_added reaction_removed resources_added resources_removed scope_denied scope_granted
shared_channel_invite_accepted shared_channel_invite_approved shared_channel_invite_declined
shared_channel_invite_received shared_channel_invite_requested star_added star_removed subteam_created
subteam_members_changed subteam_self_added subteam_self_removed subteam_updated team_access_granted
team_access_revoked team_domain_change team_join team_migration_started team_plan_change team_pref_change
team_profile_change team_profile_delete team_profile_reorder team_rename tokens_revoked url_verification user_change
user_connection user_huddle_changed user_profile_changed user_resource_denied user_resource_granted
user_resource_removed user_status_changed user_typing workflow_deleted workflow_published workflow_step_deleted
workflow_step_execute workflow_unpublished
an_invention AN.INVENTION 🐣
""".split()


@pytest.mark.parametrize("kind", REFERENCE)
async def test_s5_every_event_gets_its_200(kind: str) -> None:
    clock = Hands()

    slack = FakeSlack(clock)
    populate(slack)
    way = built(slack, clock)
    for inside in ({}, {"user": VERA, "channel": JOBS}, {"user": {"id": VERA}, "channel": {"id": JOBS}}):
        assert await way.inbound.dispatch(event(kind, **inside)) == (200, None)


@pytest.mark.parametrize("kind", ["block_suggestion", "message_action", "dialog_submission", "an_invention"])
async def test_s5_so_does_every_other_kind_of_payload(way: Entrance, kind: str) -> None:
    delivery = await way.slack.send("interactive", TEAM, {"type": kind, "team": {"id": TEAM}, "user": {"id": VERA}})
    assert answered(delivery).text == ""
    assert way.conversation.came == []


async def test_s5_slack_s_own_questions_are_answered(way: Entrance) -> None:
    challenge = await way.slack.admin.verifies_address("abc")
    assert answered(challenge).json() == {"challenge": "abc"}
    assert answered(await way.slack.admin.limits_rate(TEAM)).text == ""
    check = await way.slack.post_raw(b"ssl_check=1&token=x", "application/x-www-form-urlencoded")
    assert check.status == 200


@pytest.mark.parametrize("fault", [StoreUnavailable("disk"), OSError("disk full"), RuntimeError("x")])
async def test_s6_what_is_not_kept_is_not_acknowledged(way: Entrance, fault: Exception) -> None:
    way.conversation.fault = fault
    delivery = await way.vera.types("hej")
    assert delivery.answer.status == 503
    assert delivery.answer.text == ""
    assert way.slack.retries


@pytest.mark.parametrize("fault", [StoreUnavailable("disk"), RuntimeError("x")])
async def test_s6_news_that_is_not_kept_is_not_acknowledged(way: Entrance, fault: Exception) -> None:
    way.changes.fault = fault
    assert (await way.slack.admin.changes_user(VERA, tz="Europe/Oslo")).answer.status == 503
    way.changes.fault = None
    (again,) = await way.slack.retry_due()
    answered(again)
    assert [news[:2] for news in way.changes.of("changed")] == [(TEAM, VERA)]


async def test_s6_a_press_that_is_not_kept_is_not_acknowledged(way: Entrance) -> None:
    shown = await in_chat(way)
    way.conversation.fault = StoreUnavailable("disk")
    assert (await way.vera.presses(shown, "card1|yes")).answer.status == 503


async def test_s8_a_message_and_a_mention_of_one_gesture_have_one_effect(way: Entrance) -> None:
    bot = way.slack.bots[TEAM]
    for n in range(2):
        answered(await way.vera.types(f"<@{bot}> hej", client_msg_id="one-gesture", event_id=f"EvM{n}"))
    answered(await way.vera.mentions(JOBS, "hej", client_msg_id="one-gesture", event_id="EvA"))
    assert len(way.conversation.came) == 3
    assert len(way.conversation.effects) == 1


async def test_our_own_messages_are_no_answers(way: Entrance) -> None:
    await in_chat(way)
    await in_chat(way, place=JOBS)
    for echo in await way.slack.send_echoes():
        answered(echo)
    assert way.conversation.came == []


async def test_whoever_opens_the_home_finds_it_fresh(way: Entrance) -> None:
    answered(await way.vera.opens_messages_tab())
    await way.inbound.idle()
    assert way.freshened == []
    answered(await way.vera.opens_home())
    await way.inbound.idle()
    assert way.freshened == [(TEAM, VERA)]
    assert [incoming.kind for incoming in way.conversation.came] == ["arrive", "arrive"]


async def test_a_workspace_is_met_once_and_before_its_people() -> None:
    async with entrance() as way:
        for _ in range(3):
            await way.vera.types("hej")
        await way.slack.admin.uninstalls(TEAM)
        assert way.changes.told[0] == ("met", TEAM, "")
        assert len(way.changes.of("met")) == 1


# --- strangers, and people who are too fast ------------------------------------------------------


def shared(way: Entrance) -> None:
    """Sondre from another workspace shares the channel."""
    way.slack.add_team("T2", "Sørby")
    way.slack.add_user("USONDRE", "Sondre Lie", "T2")
    way.slack.channels[JOBS].shared_with.add("T2")
    way.slack.channels[JOBS].members.add("USONDRE")


async def test_a_stranger_is_told_so_on_the_spot(way: Entrance) -> None:
    shared(way)
    answered(await way.slack.person("USONDRE", TEAM).mentions(JOBS, "hej"))
    await way.inbound.idle()
    (seen,) = way.slack.ephemerals_of("USONDRE")
    assert seen.text == WORDS.text("da", "slack.stranger")
    assert way.conversation.came == []


async def test_a_stranger_who_presses_is_told_so_on_the_spot(way: Entrance) -> None:
    shared(way)
    shown = await in_chat(way, place=JOBS)
    answered(await way.slack.person("USONDRE", TEAM).presses(shown, "card1|yes"))
    await way.inbound.idle()
    assert len(way.slack.ephemerals_of("USONDRE")) == 1
    assert way.conversation.came == []


async def test_one_from_a_workspace_that_takes_part_is_heard_as_who_they_are_there(way: Entrance) -> None:
    shared(way)
    way.people.known = {("T2", "USONDRE"): "person-sondre"}
    answered(await way.slack.person("USONDRE", TEAM).mentions(JOBS, "hej"))
    assert way.conversation.last.sender.tenant == "T2"


async def test_a22_one_who_is_too_fast_is_told_once_and_others_are_not_kept_waiting(way: Entrance) -> None:
    for n in range(40):
        answered(await way.vera.types(f"besked {n}"))
    answered(await way.leo.types("hej"))
    await way.inbound.idle()
    assert [incoming.text for incoming in way.conversation.came] == [*(f"besked {n}" for n in range(30)), "hej"]
    assert [seen.text for seen in way.slack.ephemerals_of(VERA)] == [WORDS.text("da", "channel.too_fast")]
    assert way.slack.ephemerals_of(LEO) == []


async def test_a22_a_form_that_comes_too_fast_keeps_what_was_typed(way: Entrance) -> None:
    await with_form(way)
    for n in range(40):
        await way.vera.types(f"besked {n}")
    answered(await way.vera.submits({"q.what": "svar"}))
    assert way.vera.modal.errors == {"q.what": WORDS.text("da", "channel.too_fast")}
    await way.vera.presses(way.vera.modal, "card1|back")
    await way.inbound.idle()
    assert way.called("views.update") == 0
    assert way.vera.modal.filled["q.what", "value"]["value"] == "svar"
    said = await way.vera.commands("/vidsyn", "hjælp")
    assert answered(said).text == ""


async def test_a22_a_press_in_a_form_that_comes_too_fast_leaves_the_form_alone(way: Entrance) -> None:
    await with_form(way)
    for n in range(29):
        await way.vera.types(f"besked {n}")
    await way.vera.presses(way.vera.modal, "card1|back", values={"q.what": "svar"})
    await way.inbound.idle()
    assert way.called("views.update") == 0
    assert len(way.conversation.came) == 30


async def test_a22_thirty_thousand_characters_are_no_trouble(way: Entrance) -> None:
    answered(await way.vera.types("æ" * 30_000))
    assert len(way.conversation.last.text) == 30_000


# --- rubbish, and what is never written down -----------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"team": 5}, {"user": 7}, {"channel": 7}, {"enterprise": 7}, {"actions": []}, {"actions": None},
        {"actions": [{}]}, {"actions": {}}, {"actions": "x"}, {"view": 7}, {"message": 7}, {"state": 7},
        {"response_urls": 7}, {"authorizations": 7}, {"authorizations": [7]}, {"is_enterprise_install": 7},
        {"container": 7}, {"trigger_id": 7}, {"event": 7}, {"ssl_check": 7}, {"command": 7},
    ],
)  # fmt: skip
async def test_s2_a_payload_of_wrong_types_is_never_a_5xx(way: Entrance, changes: Body) -> None:

    for body in (press(), submission(), closing(), shortcut(), message()):
        delivery = await way.slack.send("interactive", TEAM, body | changes)
        assert delivery.answer.status in {200, 400}


def every_way(way: Entrance) -> list[Callable[[], Any]]:
    """All that a person can do, with the canary in it."""

    typed = {"q.what": {"value": {"type": "plain_text_input", "value": CANARY}}}
    named: Body = {"user": {"id": VERA, "name": CANARY, "username": CANARY, "team_id": "T0AAA"}}
    bodies = [
        message(CANARY), mention(CANARY), press(**named, state={"values": typed}),
        submission(view(values=typed), **named),
        closing(view(values=typed), **named), command(CANARY), shortcut(**named), event(CANARY, text=CANARY),
        event("user_change", user={"id": VERA, "name": CANARY}), press(**named) | {"actions": [{"value": CANARY}]},
        event("app_home_opened", user=VERA, tab="home", name=CANARY), {"type": CANARY, "team": CANARY},
        press(**named) | {"team": {CANARY: [CANARY]}, "channel": 7},
    ]  # fmt: skip
    return [lambda body=body: way.inbound.dispatch(body) for body in bodies]  # type: ignore[misc]


class Leaky(RuntimeError):
    """An error that holds somebody's words, as those of libraries do."""

    def __init__(self) -> None:
        super().__init__(CANARY)


@pytest.mark.parametrize("fault", [None, StoreUnavailable(CANARY), Leaky()], ids=["well", "no store", "broken"])
async def test_s21_nothing_of_what_people_write_is_written_down(
    way: Entrance, fault: Exception | None, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    assert SILENT.disabled
    logging.getLogger().setLevel(logging.DEBUG)
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as logs:
        for reply in (
            Reply(note=CANARY),
            Reply(shows=(asking(),), errors={"q.what": CANARY}),
            Reply(errors={"": CANARY}),
        ):
            way.conversation.reply = reply
            way.conversation.fault = way.changes.fault = fault
            for do in every_way(way):
                await do()
            await way.inbound.idle()
        body = json.dumps({"type": CANARY, "a": CANARY}).encode()
        for raw in (body, body[:-1], b"payload=" + body, body + b"\xff"):
            for kind in ("application/json", "application/x-www-form-urlencoded", CANARY):
                for sign in (True, False):
                    await way.slack.post_raw(raw, kind, sign=sign)
    written = (
        caplog.text + repr([record.__dict__ for record in caplog.records]) + repr(logs) + "".join(capsys.readouterr())
    )
    assert CANARY not in written
    assert way.slack.token_of(TEAM).value not in written


async def test_s21_settings_of_other_ways_to_build_bolt_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("SLACK_VERIFICATION_TOKEN", "x")
    clock = Hands()

    slack = FakeSlack(clock)
    populate(slack)
    way = built(slack, clock)
    assert await way.inbound.dispatch(message("hej")) == (200, None)
    assert await way.inbound.dispatch({"ssl_check": "1", "token": "x"}) == (200, None)
    assert len(way.conversation.effects) == 1
