"""What people of the fake Slack do reaches the app as from the real one, over HTTP and through sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.fake import FakeSlack, NotThere, Person, Strict, faults
from tests.slack.fake.samples import Hands, Json, actions, button, field, modal, options, section


class Listener:
    """An app that only writes down what comes, and answers with the next of `answers`."""

    def __init__(self, secret: str, clock: Hands) -> None:
        self.got: list[Json] = []
        self.headers: list[dict[str, str]] = []
        self.answers: list[Any] = []
        self._verifier = SignatureVerifier(secret, clock=self)  # type: ignore[arg-type]
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        if not self._verifier.is_valid_request(raw, dict(request.headers)):
            return web.Response(status=401)
        if request.content_type == "application/json":
            self.got.append(json.loads(raw))
        else:
            form = {key: values[0] for key, values in parse_qs(raw.decode(), keep_blank_values=True).items()}
            self.got.append(json.loads(form["payload"]) if "payload" in form else form)
        self.headers.append(dict(request.headers))
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, int):
            return web.Response(status=answer)
        return web.Response() if answer is None else web.json_response(answer)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
async def slack(clock: Hands) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(clock) as fake:
        fake.limits.off = True
        fake.add_team("T1", "Nordby")
        fake.install("T1", token="xoxb-one")
        fake.add_user("UVERA", "Vera Holm")
        fake.add_user("ULEO", "Leo Dahl")
        fake.add_channel("CJOB", "jobbytte", members=["UVERA"])
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


# Over HTTP


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


def form() -> Json:
    return modal(
        field("goal", {"type": "plain_text_input", "max_length": 10}),
        field("when", {"type": "datepicker", "initial_date": "2026-03-02"}),
        field("who", {"type": "users_select"}, optional=True),
        field("how", {"type": "radio_buttons", "options": options(3)}),
        notify_on_close=True,
    )


async def test_s7_a_form_is_filled_in_and_answered(
    slack: FakeSlack, api: AsyncWebClient, app: Listener, vera: Person
) -> None:
    await api.views_open(trigger_id=(await vera.shortcut("open")).trigger, view=form())
    with pytest.raises(NotThere, match="goal must be filled in"):
        await vera.submits({"how": "1"})
    for wrong in ({"goal": "x" * 11}, {"how": "7"}, {"who": "UNOBODY"}, {"none": "x"}, {"goal": "to\nlinjer"}):
        with pytest.raises(NotThere):
            await vera.submits(wrong)
    app.answers = [{"response_action": "errors", "errors": {"goal": "For kort."}}, None]
    await vera.submits({"goal": "mål", "who": "ULEO"})
    assert vera.modal.errors == {"goal": "For kort."}
    values = app.got[-1]["view"]["state"]["values"]
    assert values["goal"]["value"] == {"type": "plain_text_input", "value": "mål"}
    assert values["when"]["value"]["selected_date"] == "2026-03-02"
    assert values["who"]["value"]["selected_user"] == "ULEO"
    assert values["how"]["value"]["selected_option"]["value"] == "1"
    await vera.submits()
    assert slack.view_of("UVERA") is None


async def test_s7_a_view_goes_on(slack: FakeSlack, api: AsyncWebClient, app: Listener, vera: Person) -> None:
    first = await api.views_open(trigger_id=(await vera.shortcut("open")).trigger, view=form())
    second = modal(section("To", accessory=button("Spring over")), field("goal", {"type": "plain_text_input"}))
    app.answers = [{"response_action": "update", "view": second}]
    await vera.submits({"goal": "mål", "how": "0"})
    assert (vera.modal.id, vera.modal.words()) == (first["view"]["id"], "To\nSpring over\n?")
    sent = await vera.presses(vera.modal, "Spring over")
    assert app.got[-1]["container"] == {"type": "view", "view_id": vera.modal.id}
    assert app.got[-1]["view"]["state"]["values"]["goal"]["value"]["value"] == "mål"
    await api.views_push(trigger_id=sent.trigger, view=form())
    await vera.closes()
    assert (app.got[-1]["type"], app.got[-1]["is_cleared"]) == ("view_closed", False)
    assert vera.modal.id == first["view"]["id"]


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": {"type": "modal", "blocks": []}},
        {"response_action": "replace"},
        {"ok": True},
    ],
)
async def test_s7_an_answer_that_slack_cannot_read(
    api: AsyncWebClient, app: Listener, vera: Person, answer: Json
) -> None:
    await api.views_open(trigger_id=(await vera.shortcut("open")).trigger, view=form())
    app.answers = [answer]
    with pytest.raises(Strict):
        await vera.submits({"goal": "mål", "how": "0"})


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


# Through sockets


class Ear:
    """A Socket Mode client that acknowledges as it is told."""

    def __init__(self, slack: FakeSlack, token: str) -> None:
        web_client = AsyncWebClient(base_url=slack.base_url, retry_handlers=[])
        self.client = SocketModeClient(token, web_client=web_client, ping_interval=0.2)
        self.client.socket_mode_request_listeners.append(self.hear)
        self.got: list[SocketModeRequest] = []
        self.acknowledge: Callable[[SocketModeRequest], Json | None] = lambda request: {}

    async def hear(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self.got.append(request)
        answer = self.acknowledge(request)
        if answer is not None:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, answer or None))


@pytest.fixture
async def ear(slack: FakeSlack) -> AsyncIterator[Ear]:
    slack.tell_by_socket(patience=0.3)
    ear = Ear(slack, slack.add_app_token())
    await ear.client.connect()  # type: ignore[no-untyped-call]
    await slack.sockets.connected()
    yield ear
    await ear.client.close()  # type: ignore[no-untyped-call]


async def test_s9_an_envelope_is_acknowledged_with_an_answer(
    slack: FakeSlack, api: AsyncWebClient, ear: Ear, vera: Person
) -> None:
    assert (await vera.types("Hej")).answer.ok
    await api.views_open(trigger_id=(await vera.shortcut("open")).trigger, view=form())
    ear.acknowledge = lambda request: {"response_action": "errors", "errors": {"goal": "For kort."}}
    await vera.submits({"goal": "mål", "how": "1"})
    assert vera.modal.errors == {"goal": "For kort."}
    assert [request.type for request in ear.got] == ["events_api", "interactive", "interactive"]


async def test_s9_what_was_not_acknowledged_comes_again_on_a_new_connection(
    slack: FakeSlack, ear: Ear, vera: Person
) -> None:
    ear.acknowledge = lambda request: None
    sent = await vera.types("Hej")
    assert (sent.answer.ok, len(slack.sockets.unacknowledged)) == (False, 1)
    ear.acknowledge = lambda request: {}
    await slack.sockets.disconnect("refresh_requested")
    async with asyncio.timeout(5):
        await slack.sockets.all_acknowledged()
    assert [request.envelope_id for request in ear.got] == [sent.envelope_id] * 2
    assert [request.retry_attempt for request in ear.got] == [0, 1]
    assert await slack.retry_due() == []


async def test_s9_ten_connections_and_each_event_to_one(slack: FakeSlack, ear: Ear, vera: Person) -> None:
    other = Ear(slack, slack.add_app_token())
    await other.client.connect()  # type: ignore[no-untyped-call]
    await slack.sockets.connected(2)
    for number in range(4):
        await vera.types(f"{number}")
    assert (len(ear.got), len(other.got)) == (2, 2)
    await other.client.close()  # type: ignore[no-untyped-call]


async def test_s9_a_token_without_the_scope_opens_nothing(slack: FakeSlack, api: AsyncWebClient) -> None:
    slack.fail_next("apps.connections.open", faults.Http(503))
    with pytest.raises(Exception, match="503"):
        await api.apps_connections_open(app_token=slack.add_app_token())
    with pytest.raises(Exception, match="missing_scope"):
        await api.apps_connections_open(app_token=slack.add_app_token(["authorizations:read"]))
