"""Socket Mode: acknowledged when it is on disk, said again when it is not, and one effect all the same (S9)."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import pytest
import structlog

from bot.channels.slack.socket import Socket
from storage.store import StoreUnavailable
from tests.slack.fake import FakeSlack, Person, answered
from tests.slack.fake.faults import Http, Refusal
from tests.slack.inbound_fakes import TEAM, VERA, WORDS, Entrance, Hands, asking, built, in_chat, populate
from tests.slack.payloads import message

CANARY = "kanariefugl"
PING = 0.05


def a_socket(way: Entrance) -> Socket:
    token = next(token.value for token in way.slack.tokens.values() if token.kind == "app")
    return Socket(way.inbound.dispatch, token, way.slack.base_url, ping=PING)


@asynccontextmanager
async def joined(sockets: int = 1, patience: float = 3.0) -> AsyncIterator[tuple[Entrance, list[Socket]]]:
    """The way in through so many connections."""
    clock = Hands()
    async with FakeSlack(clock) as slack:
        populate(slack)
        slack.add_app_token()
        way = built(slack, clock)
        slack.tell_by_socket(patience=patience)
        made = [a_socket(way) for _ in range(sockets)]
        for socket in made:
            await socket.start()
        await slack.sockets.connected(sockets)
        try:
            yield way, made
        finally:
            for socket in made:
                await socket.stop()
            await way.inbound.idle()


@pytest.fixture
async def way() -> AsyncIterator[Entrance]:
    async with joined() as (made, _):
        yield made


async def test_what_comes_through_a_socket_is_taken_in_like_any_other(way: Entrance) -> None:
    answered(await way.vera.types("hej"))
    assert way.conversation.last.text == "hej"
    answered(await way.slack.admin.changes_user(VERA, tz="Europe/Oslo"))
    assert len(way.changes.of("changed")) == 1
    said = await way.vera.commands("/vidsyn")
    assert answered(said).json() == {
        "response_type": "ephemeral",
        "text": WORDS.text("da", "channel.answered_privately"),
    }


async def test_a_form_is_opened_and_answered_through_a_socket(way: Entrance) -> None:
    way.replies(asking())
    answered(await way.vera.presses(await in_chat(way), "card1|yes"))
    await way.inbound.idle()
    way.replies(errors={"q.what": "Skriv lidt mere."})
    await way.vera.submits({"q.what": "svar"})
    assert way.vera.modal.errors == {"q.what": "Skriv lidt mere."}


async def test_s9_nothing_is_acknowledged_before_it_is_on_disk(way: Entrance) -> None:
    way.conversation.gate = asyncio.Event()
    writing = asyncio.ensure_future(way.vera.types("hej"))
    await way.conversation.reached.wait()
    assert len(way.slack.sockets.unacknowledged) == 1
    way.conversation.gate.set()
    answered(await writing)
    assert way.slack.sockets.unacknowledged == {}


async def test_s9_what_is_not_kept_is_not_acknowledged_and_comes_again() -> None:
    async with joined(patience=0.2) as (way, _):
        way.conversation.fault = StoreUnavailable("disk")
        delivery = await way.vera.types("hej")
        assert not delivery.answer.ok
        way.conversation.fault = None
        way.slack.sockets.patience = 3
        (again,) = await way.slack.retry_due()
        answered(again)
        assert again.envelope_id == delivery.envelope_id
        assert len(way.conversation.effects) == 1


async def test_s9_the_same_envelope_again_has_one_effect(way: Entrance) -> None:
    first = await way.vera.types("hej")
    for _ in range(5):
        answered_again = await way.slack.sockets.deliver(first)
        assert answered_again.ok
    assert len(way.conversation.came) == 6
    assert len(way.conversation.effects) == 1


async def test_s9_a_connection_lost_before_the_acknowledgement_loses_nothing(way: Entrance) -> None:
    way.conversation.gate = asyncio.Event()
    writing = asyncio.ensure_future(way.vera.types("hej"))
    await way.conversation.reached.wait()
    way.slack.sockets.drop()
    way.conversation.gate.set()
    await way.slack.sockets.connected()
    await writing
    for again in await way.slack.retry_due():
        answered(again)
    assert way.slack.sockets.unacknowledged == {}
    assert len(way.conversation.effects) == 1


@pytest.mark.parametrize(
    ("reason", "close"), [("refresh_requested", True), ("warning", False), ("link_disabled", True)]
)
async def test_s9_the_connection_moves_when_slack_says_so(way: Entrance, reason: str, close: bool) -> None:
    (before,) = way.slack.sockets.connections
    await way.slack.sockets.disconnect(reason, close=close)
    await asyncio.wait({before.request.task}, timeout=10)
    await way.slack.sockets.connected()
    assert before not in way.slack.sockets.connections
    answered(await way.vera.types("hej"))
    assert len(way.conversation.effects) == 1
    assert way.called("apps.connections.open") == 2


async def test_s9_several_connections_share_the_work_and_double_nothing() -> None:
    async with joined(sockets=3) as (way, _):
        await asyncio.gather(*(person(way, n).types(f"besked {n}") for n in range(6)))
        assert sorted(incoming.text for incoming in way.conversation.effects) == [f"besked {n}" for n in range(6)]
        assert all(connection.got for connection in way.slack.sockets.connections)


def person(way: Entrance, n: int) -> Person:
    way.slack.add_user(f"U{n}", f"Person {n}")
    return way.slack.person(f"U{n}")


async def test_s9_a_connection_is_sought_until_there_is_one() -> None:
    clock = Hands()
    async with FakeSlack(clock) as slack:
        populate(slack)
        slack.add_app_token()
        way = built(slack, clock)
        slack.tell_by_socket()
        slack.fail_next("apps.connections.open", Http(503), Refusal("internal_error"), Http(500))
        socket = a_socket(way)
        await socket.start()
        assert not await socket.connected()
        await way.slack.sockets.connected()
        answered(await way.vera.types("hej"))
        assert await socket.connected()
        await socket.stop()
        assert not await socket.connected()


class Spent(dict[str, datetime]):
    """Tickets, the first of which lead nowhere."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.left = count

    def __setitem__(self, ticket: str, ends: datetime) -> None:
        if self.left:
            self.left -= 1
        else:
            super().__setitem__(ticket, ends)


async def test_s9_an_address_that_leads_nowhere_is_given_up_for_another() -> None:
    async with FakeSlack(Hands()) as slack:
        populate(slack)
        slack.add_app_token()
        slack.tickets = Spent(2)
        way = built(slack, Hands())
        slack.tell_by_socket()
        socket = a_socket(way)
        await socket.start()
        try:
            async with asyncio.timeout(10):
                await slack.sockets.connected()
            answered(await way.vera.types("hej"))
        finally:
            await socket.stop()
        assert way.called("apps.connections.open") == 3


async def test_s9_a_wrong_token_keeps_nobody_waiting_at_the_end() -> None:
    async with FakeSlack(Hands()) as slack:
        populate(slack)
        way = built(slack, Hands())
        socket = Socket(way.inbound.dispatch, "xapp-wrong", slack.base_url, ping=PING)
        await socket.start()
        await socket.stop()
        await socket.stop()
        assert slack.sockets.connections == []


async def test_what_has_come_is_finished_before_the_end() -> None:
    async with joined() as (way, (socket,)):
        way.conversation.gate = asyncio.Event()
        writing = asyncio.ensure_future(way.vera.types("hej"))
        await way.conversation.reached.wait()
        stopping = asyncio.ensure_future(socket.stop())
        await asyncio.wait({stopping}, timeout=0.05)
        assert not stopping.done()
        way.conversation.gate.set()
        await stopping
        answered(await writing)
        assert len(way.conversation.effects) == 1


@pytest.mark.parametrize("payload", [{}, {"type": 7}, {"type": "event_callback"}, {"type": "an_invention"}])
async def test_s2_rubbish_is_acknowledged_once_and_for_all(way: Entrance, payload: dict[str, object]) -> None:
    delivery = await way.slack.send("interactive", TEAM, payload)
    answered(delivery)
    assert way.conversation.came == []


async def test_s21_nothing_of_what_people_write_is_written_down(
    way: Entrance, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as logs:
        answered(await way.vera.types(CANARY))
        way.conversation.fault = RuntimeError(CANARY)
        way.slack.sockets.patience = 0.1
        await way.vera.types(CANARY)
        connection = way.slack.sockets.connections[0]
        for raw in (CANARY, json.dumps({"type": CANARY}), "{" + CANARY, json.dumps([CANARY])):
            await connection.socket.send_str(raw)
        body = message(CANARY)
        body["event"] = CANARY
        await connection.socket.send_json({"envelope_id": "x", "type": "events_api", "payload": body})
        way.conversation.fault = None
        way.slack.sockets.patience = 3
        answered(await way.vera.types("hej"))
        way.slack.sockets.drop()
        await way.slack.sockets.connected()
    token = next(token.value for token in way.slack.tokens.values() if token.kind == "app")
    written = caplog.text + repr([record.__dict__ for record in caplog.records]) + repr(logs)
    written += "".join(capsys.readouterr())
    assert CANARY not in written
    assert token not in written
