"""The fake Slack hands out envelopes through websockets as the real one."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.fake import FakeSlack, Person, faults
from tests.slack.fake.samples import Hands, Json, form, small_slack


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
def vera(slack: FakeSlack) -> Person:
    return slack.person("UVERA")


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
