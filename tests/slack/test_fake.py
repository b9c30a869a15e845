"""The fake Slack is strict: what the real one refuses, it refuses."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.fake import FakeSlack, faults
from tests.slack.fake.samples import Hands, Json, actions, button, field, modal, section, small_slack


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
async def slack(clock: Hands) -> AsyncIterator[FakeSlack]:
    async with small_slack(clock) as fake:
        yield fake


@pytest.fixture
def api(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient("xoxb-one", base_url=slack.base_url, retry_handlers=[])


async def refusal(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    response = caught.value.response
    return "429" if response.status_code == 429 else str(response["error"])


# The Web API


async def test_a_message_arrives_and_is_changed(slack: FakeSlack, api: AsyncWebClient, clock: Hands) -> None:
    sent = await api.chat_postMessage(channel="UVERA", text="Hej", blocks=[section("Hej"), actions(button())])
    metadata = {"event_type": "vidsyn", "event_payload": {"id": "m1"}}
    clock.wait(1)
    await api.chat_postMessage(channel="UVERA", text="To", metadata=metadata)
    assert sent["channel"].startswith("D")
    await api.chat_update(channel=sent["channel"], ts=sent["ts"], text="Tak", blocks=[section("Tak")])
    assert [(message.text, message.labels()) for message in slack.messages("UVERA")] == [("Tak", []), ("To", [])]
    assert [post.text for post in slack.ledger.posted_to("UVERA")] == ["Hej", "To"]


async def test_s14_a_message_a_second_in_a_channel(slack: FakeSlack, api: AsyncWebClient, clock: Hands) -> None:
    await api.chat_postMessage(channel="UVERA", text="En")
    with pytest.raises(SlackApiError) as caught:
        await api.chat_postMessage(channel="UVERA", text="To")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
    await api.chat_postMessage(channel="ULEO", text="En")
    clock.wait(1)
    await api.chat_postMessage(channel="UVERA", text="To")
    assert [refused.error for refused in slack.ledger.refusals] == ["ratelimited"]


async def test_s14_a_workspace_has_a_limit_too(slack: FakeSlack, api: AsyncWebClient, clock: Hands) -> None:
    slack.limits.per_minute["users.info"] = 3
    for _ in range(3):
        await api.users_info(user="UVERA")
    assert await refusal(api.users_info(user="UVERA")) == "429"
    assert slack.ledger.refusals[0].retry_after == 60
    clock.wait(60)
    await api.users_info(user="UVERA")


async def test_tokens_and_scopes(slack: FakeSlack, api: AsyncWebClient, clock: Hands) -> None:
    poor = slack.install("T1", scopes=["users:read"], expires_in=60)
    assert await refusal(api.chat_postMessage(channel="UVERA", text="x", token="xoxb-nobody")) == "invalid_auth"
    with pytest.raises(SlackApiError) as caught:
        await api.chat_postMessage(channel="UVERA", text="x", token=poor.value)
    answer = caught.value.response
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "chat:write", "users:read")
    assert answer.headers["x-oauth-scopes"] == "users:read"
    assert "email" not in (await api.users_info(user="UVERA", token=poor.value))["user"]["profile"]
    assert await refusal(api.apps_connections_open(app_token=poor.value)) == "not_allowed_token_type"
    clock.wait(60)
    assert await refusal(api.users_info(user="UVERA", token=poor.value)) == "token_expired"
    assert slack.ledger.posted == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "CNONE", "text": "x"}, "channel_not_found"),
        ({"channel": "CSECRET", "text": "x"}, "channel_not_found"),
        ({"channel": "COTHER", "text": "x"}, "not_in_channel"),
        ({"channel": "COLD", "text": "x"}, "is_archived"),
        ({"channel": "UVERA"}, "no_text"),
        ({"channel": "UVERA", "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "UVERA", "text": "x", "blocks": [section("")]}, "invalid_blocks"),
        ({"channel": "UVERA", "text": "x", "blocks": [section("x" * 2700)] * 5}, "msg_blocks_too_long"),
        ({"channel": "UVERA", "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_schema"),
        ({"channel": "UVERA", "text": "x", "thread_ts": "1.1"}, "thread_not_found"),
    ],
)
async def test_messages_that_are_refused(slack: FakeSlack, api: AsyncWebClient, arguments: Json, error: str) -> None:
    slack.add_channel("COTHER", "andet", with_bot=False)
    slack.add_channel("CSECRET", "hemmeligt", private=True, with_bot=False)
    slack.add_channel("COLD", "gammelt").archived = True
    assert await refusal(api.api_call("chat.postMessage", json=arguments)) == error
    assert slack.ledger.posted == []


async def test_only_an_own_message_is_changed(slack: FakeSlack, api: AsyncWebClient) -> None:
    assert await refusal(api.chat_update(channel="CJOB", ts="1.1", text="x")) == "message_not_found"
    await api.chat_postMessage(channel="CJOB", text="Hej")
    slack.said["CJOB"][0].user = "UVERA"
    ts = slack.messages("CJOB")[0].ts
    assert await refusal(api.chat_update(channel="CJOB", ts=ts, text="x")) == "cant_update_message"
    assert await refusal(api.chat_postEphemeral(channel="CJOB", user="ULEO", text="x")) == "user_not_in_channel"


async def test_history_shows_metadata_when_asked(slack: FakeSlack, api: AsyncWebClient, clock: Hands) -> None:
    for number in range(3):
        metadata = {"event_type": "vidsyn", "event_payload": {"id": f"m{number}"}}
        await api.chat_postMessage(channel="UVERA", text=f"{number}", metadata=metadata)
        clock.wait(2)
    channel = slack.im("UVERA").id
    page = await api.conversations_history(channel=channel, limit=2, include_all_metadata=True)
    assert [message["metadata"]["event_payload"]["id"] for message in page["messages"]] == ["m2", "m1"]
    rest = await api.conversations_history(channel=channel, cursor=page["response_metadata"]["next_cursor"])
    assert [(message["text"], "metadata" in message) for message in rest["messages"]] == [("0", False)]
    late = await api.conversations_history(channel=channel, oldest=slack.messages("UVERA")[1].ts)
    assert [message["text"] for message in late["messages"]] == ["2"]


async def test_s7_a_trigger_dies_after_three_seconds(slack: FakeSlack, api: AsyncWebClient, clock: Hands) -> None:
    view = modal(field("q", {"type": "plain_text_input"}))
    trigger = slack.new_trigger("UVERA")
    opened = await api.views_open(trigger_id=trigger, view=view)
    assert await refusal(api.views_open(trigger_id=trigger, view=view)) == "exchanged_trigger_id"
    late = slack.new_trigger("UVERA")
    clock.wait(3.1)
    assert await refusal(api.views_open(trigger_id=late, view=view)) == "expired_trigger_id"
    assert await refusal(api.views_open(trigger_id="rubbish", view=view)) == "invalid_arguments"
    view_id, old = opened["view"]["id"], opened["view"]["hash"]
    await api.views_update(view_id=view_id, hash=old, view=modal(section("b")))
    assert await refusal(api.views_update(view_id=view_id, hash=old, view=view)) == "hash_conflict"
    assert await refusal(api.views_update(view_id="V0", view=view)) == "not_found"
    seen = slack.view_of("UVERA")
    assert seen is not None
    assert seen.words() == "b"


async def test_a_home_tab_is_published(slack: FakeSlack, api: AsyncWebClient) -> None:
    await api.views_publish(user_id="UVERA", view={"type": "home", "blocks": [section("Mit bytte")]})
    home = slack.home_of("UVERA")
    assert home is not None
    assert home.words() == "Mit bytte"
    assert await refusal(api.views_publish(user_id="UVERA", view=modal(section("a")))) == "invalid_arguments"


async def test_people_as_they_are(slack: FakeSlack, api: AsyncWebClient) -> None:
    slack.add_team("T2", "Sydby")
    slack.add_user("UGUEST", "Gitte Guest", is_restricted=True)
    slack.add_user("UFAR", "Fie Fjern", team="T2")
    assert await refusal(api.users_info(user="UFAR")) == "user_not_found"
    slack.add_channel("CSHARED", "delt", members=["UFAR"], shared_with=["T2"])
    assert (await api.users_info(user="UFAR"))["user"]["is_stranger"] is True
    assert (await api.users_info(user="UGUEST", include_locale=True))["user"]["locale"] == "da-DK"
    slack.add_profile_field("T1", "Xf1", "Manager")
    slack.users["UVERA"].fields["Xf1"] = "ULEO"
    assert (await api.team_profile_get())["profile"]["fields"][0]["type"] == "user"
    assert (await api.users_profile_get(user="UVERA"))["profile"]["fields"]["Xf1"]["value"] == "ULEO"
    mine = await api.users_conversations(types="public_channel,private_channel")
    assert [channel["name"] for channel in mine["channels"]] == ["jobbytte", "delt"]


async def test_s11_a_refresh_token_is_good_once(slack: FakeSlack, api: AsyncWebClient, clock: Hands) -> None:
    app, back = slack.app, "https://e.dk/back"
    code = slack.new_code(slack.make_token(team="T1"), "UVERA", back, expires_in=43_200)

    def redeem(**more: str) -> Any:
        known = {"client_id": app.client_id, "client_secret": app.client_secret}
        return api.api_call("oauth.v2.access", data=known | more)

    assert await refusal(redeem(code=code, client_secret="no")) == "bad_client_secret"
    assert await refusal(redeem(code=code, redirect_uri="https://evil")) == "bad_redirect_uri"
    first = await redeem(code=code, redirect_uri=back)
    assert (first["team"]["id"], first["expires_in"], first["authed_user"]["id"]) == ("T1", 43_200, "UVERA")
    assert await refusal(redeem(code=code, redirect_uri=back)) == "code_already_used"
    second = await redeem(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert second["access_token"] != first["access_token"]
    again = redeem(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert await refusal(again) == "invalid_refresh_token"
    clock.wait(43_200)
    assert await refusal(api.auth_test(token=second["access_token"])) == "token_expired"


async def test_s13_an_org_wide_token_names_the_workspace(slack: FakeSlack, api: AsyncWebClient) -> None:
    for id in ("T7", "T8", "T9"):
        slack.add_team(id, f"Org {id}", enterprise="E1")
    slack.add_user("WORG", "Olga Org", team="T8")
    token = slack.install_org("E1", ["T7", "T8"]).value
    assert (await api.auth_test(token=token))["is_enterprise_install"] is True
    assert await refusal(api.users_conversations(token=token)) == "missing_argument"
    assert await refusal(api.users_conversations(token=token, team_id="T9")) == "team_access_not_granted"
    await api.users_conversations(token=token, team_id="T8")
    await api.chat_postMessage(token=token, channel="WORG", text="Hej", team_id="T8")
    assert slack.ledger.posted[0].team == "T8"


async def test_a_file_is_shared(slack: FakeSlack, api: AsyncWebClient) -> None:
    channel = slack.im("UVERA").id
    await api.files_upload_v2(channel=channel, filename="min.json", content="{}", title="Mine svar")
    assert [(file.user, file.title, file.content) for file in slack.ledger.files] == [("UVERA", "Mine svar", b"{}")]


# Faults


async def test_s15_faults_come_as_scripted(slack: FakeSlack, api: AsyncWebClient, clock: Hands) -> None:
    slack.limits.off = True
    hang = faults.Hang()
    slack.fail_next(
        "chat.postMessage", faults.Http(503), faults.Limited("abc"), faults.Refusal("fatal_error"), faults.DROP_BEFORE,
        faults.DROP_AFTER, faults.AcceptThen(500), faults.Garbage(), hang,
    )  # fmt: skip
    seen: list[object] = []
    for number in range(7):
        try:
            await api.chat_postMessage(channel="UVERA", text=f"{number}")
        except SlackApiError as error:
            seen.append(error.response.status_code)
        except (aiohttp.ClientError, ConnectionError):
            seen.append("lost")
    assert seen[:6] == [503, 429, 200, "lost", "lost", 500]
    waiting = asyncio.create_task(api.chat_postMessage(channel="UVERA", text="7"))
    await hang.reached.wait()
    hang.release()
    await waiting
    assert [post.text for post in slack.ledger.posted] == ["4", "5", "6", "7"]


def test_a_token_is_known_only_when_it_is_kept(clock: Hands) -> None:
    fake = FakeSlack(clock)
    fake.add_team("T1", "Nordby")
    made = fake.make_token(team="T1")
    assert made.value not in fake.tokens
    assert fake.keep(replace(made, value="xoxb-two")).value in fake.tokens
