"""What people of the fake Slack do reaches the app as from the real one."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.fake import FakeSlack, NotThere, Person
from tests.slack.fake.listener import Listener
from tests.slack.fake.samples import Hands, actions, button, modal, options, section, small_slack


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
async def slack(clock: Hands) -> AsyncIterator[FakeSlack]:
    async with small_slack(clock) as fake:
        fake.limits.off = True
        yield fake


@pytest.fixture
def api(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient("xoxb-one", base_url=slack.base_url, retry_handlers=[])


@pytest.fixture
async def app(slack: FakeSlack, clock: Hands) -> AsyncIterator[Listener]:
    listener = Listener(slack.app.signing_secret, clock)
    server = web.Application()
    server.router.add_post("/slack/events", listener.handle)
    async with TestServer(server) as running:
        slack.tell_by_http(str(running.make_url("/slack/events")))
        yield listener


@pytest.fixture
def vera(slack: FakeSlack) -> Person:
    return slack.person("UVERA")


async def test_s1_everything_is_signed_and_shaped(slack: FakeSlack, app: Listener, vera: Person) -> None:
    for delivery in (
        await vera.types("Hej & <hop>"),
        await vera.mentions("CJOB", "hvad nu"),
        await vera.opens_home(),
        await vera.commands("/vidsyn", "hjælp"),
        await vera.shortcut("open"),
    ):
        assert delivery.answer.ok
    typed, mention, home, command, shortcut = app.got
    assert (typed["event"]["text"], typed["event"]["channel_type"]) == ("Hej &amp; &lt;hop&gt;", "im")
    assert typed["authorizations"][0]["is_enterprise_install"] is False
    assert (mention["event"]["type"], mention["event"]["text"]) == ("app_mention", "<@U0BOT1> hvad nu")
    assert (home["event"]["type"], home["event"]["tab"]) == ("app_home_opened", "home")
    assert (command["command"], command["text"], command["is_enterprise_install"]) == ("/vidsyn", "hjælp", "false")
    assert (shortcut["callback_id"], shortcut["team"]["id"]) == ("open", "T1")


async def test_s1_bytes_of_ones_own(slack: FakeSlack, app: Listener, vera: Person, clock: Hands) -> None:
    sent = await vera.types("Hej")
    assert (await slack.replay(sent)).ok
    assert (await slack.post_raw(b"{}", sign=False)).status == 401
    assert (await slack.post_raw(b'{"type": "x"}')).ok
    clock.wait(301)
    assert (await slack.replay(sent)).status == 401


async def test_s4_retries_at_once_then_after_one_and_five_minutes(
    slack: FakeSlack, app: Listener, vera: Person, clock: Hands
) -> None:
    app.answers = [500, 503, 500, 500]
    sent = await vera.types("Hej")
    seen = []
    for wait in (0, 0, 59, 1, 299, 1, 3600):
        clock.wait(wait)
        seen.append(len(await slack.retry_due()))
    assert seen == [1, 0, 0, 1, 0, 1, 0]
    assert [headers.get("X-Slack-Retry-Num") for headers in app.headers] == [None, "1", "2", "3"]
    assert app.headers[1]["X-Slack-Retry-Reason"] == "http_error"
    assert {body["event_id"] for body in app.got} == {sent.event_id}


async def test_a_press_brings_message_state_and_trigger(
    slack: FakeSlack, api: AsyncWebClient, app: Listener, vera: Person
) -> None:
    select = {"type": "static_select", "action_id": "pick", "options": options(2)}
    await api.chat_postMessage(
        channel="UVERA", text="Hvad nu?", blocks=[section("Hvad nu?"), actions(button(), select)]
    )
    old = vera.last
    sent = await vera.presses(vera.last, "Ja")
    assert app.got[0]["actions"][0]["value"] == "card|yes"
    assert app.got[0]["message"]["ts"] == vera.last.ts
    assert app.got[0]["container"]["channel_id"] == vera.last.channel
    await vera.presses(vera.last, "pick", "1")
    assert app.got[1]["actions"][0]["selected_option"]["value"] == "1"
    await api.views_open(trigger_id=sent.trigger, view=modal(section("a")))
    await api.chat_update(channel=old.channel, ts=old.ts, text="Tak", blocks=[section("Tak")])
    with pytest.raises(NotThere, match="no Ja"):
        await vera.presses(old, "Ja")
    await vera.presses(old, "Ja", old=True)
    with pytest.raises(NotThere, match="not in"):
        await slack.person("ULEO").presses(old, "Ja", old=True)


async def test_answers_to_a_command(slack: FakeSlack, api: AsyncWebClient, app: Listener, vera: Person) -> None:
    app.answers = [{"text": "Her er hjælp."}]
    sent = await vera.commands("/vidsyn", "hjælp")
    assert [(seen.by, seen.text) for seen in slack.ledger.ephemerals] == [("command", "Her er hjælp.")]
    later = await api._request(http_verb="POST", api_url=sent.body["response_url"], req_args={"json": {"text": "Mere"}})
    assert later["status_code"] == 200
    assert slack.ephemerals_of("UVERA")[-1].text == "Mere"
    with pytest.raises(NotThere):
        await vera.commands("/other")


async def test_s12_what_administrators_do(slack: FakeSlack, api: AsyncWebClient, app: Listener, vera: Person) -> None:
    await slack.admin.changes_user("UVERA", tz="Europe/London", deleted=False)
    await slack.admin.renames("CJOB", "byt")
    await slack.admin.removes_bot("CJOB", "UVERA")
    await slack.admin.invites_bot("CJOB", "UVERA")
    await slack.admin.limits_rate("T1")
    await slack.admin.uninstalls("T1", ["tokens_revoked", "app_uninstalled"])
    kinds = [body.get("event", body)["type"] for body in app.got]
    assert kinds[:4] == ["user_change", "channel_rename", "channel_left", "member_joined_channel"]
    assert kinds[4:] == ["app_rate_limited", "tokens_revoked", "app_uninstalled"]
    assert app.got[0]["event"]["user"]["tz"] == "Europe/London"
    with pytest.raises(NotThere):
        await vera.types("Hej")
    with pytest.raises(Exception, match="account_inactive"):
        await api.auth_test()


async def test_s13_an_org_wide_installation_names_no_team(slack: FakeSlack, app: Listener) -> None:
    slack.add_team("T7", "Syd", enterprise="E1")
    slack.install_org("E1", ["T7"])
    slack.add_user("WORG", "Olga Org", team="T7")
    await slack.person("WORG").shortcut("open")
    await slack.person("WORG").types("Hej")
    press, typed = app.got
    assert (press["team"], press["is_enterprise_install"], press["enterprise"]["id"]) == (None, True, "E1")
    assert (typed["team_id"], typed["enterprise_id"]) == ("T7", "E1")


async def test_people_take_back_and_send_files(slack: FakeSlack, app: Listener, vera: Person) -> None:
    await vera.types("Hej")
    await vera.edits(vera.messages[0], "Hov")
    await vera.deletes(vera.messages[0])
    await vera.sends_file("plan.pdf")
    assert [body["event"].get("subtype") for body in app.got] == [
        None,
        "message_changed",
        "message_deleted",
        "file_share",
    ]
    assert [message.text for message in vera.messages] == [""]


async def test_without_its_scope_an_event_is_not_told(slack: FakeSlack, app: Listener, vera: Person) -> None:
    slack.tokens.clear()
    slack.install("T1", scopes=["chat:write", "app_mentions:read"])
    await vera.mentions("CJOB", "hvad nu")
    with pytest.raises(NotThere, match="im:history"):
        await vera.types("Hej")
    with pytest.raises(NotThere, match="commands"):
        await vera.commands("/vidsyn")


async def test_what_the_assistant_posts_is_told_to_it_too(
    slack: FakeSlack, api: AsyncWebClient, app: Listener, vera: Person
) -> None:
    await api.chat_postMessage(channel="UVERA", text="Hej")
    await slack.send_echoes()
    assert (app.got[0]["event"]["bot_id"], app.got[0]["event"]["channel_type"]) == ("B0BOT1", "im")
