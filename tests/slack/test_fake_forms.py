"""A modal of the fake Slack is filled in, sent and answered as the real one."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.fake import FakeSlack, NotThere, Person, Strict
from tests.slack.fake.listener import Listener
from tests.slack.fake.samples import Hands, Json, button, field, form, modal, section, small_slack


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
