"""What Slack answers, or does not: what becomes of the message, and that it comes once."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.channel import Message, Part
from bot.channels.retry_after import LONGEST_WAIT
from bot.channels.slack.calls import WAIT, Calls, Fate, wait
from bot.channels.slack.tokens import Access
from bot.delivery import MOST_TRIES
from storage.records import OutboxState
from tests.slack.fake.faults import (
    DROP_AFTER,
    DROP_BEFORE,
    FINE,
    AcceptThen,
    Fault,
    Garbage,
    Hang,
    Http,
    Limited,
    Refusal,
)
from tests.slack.office import FOUR, Office, open_office

SENT, REFUSED, PENDING = OutboxState.SENT, OutboxState.REFUSED, OutboxState.PENDING
CANCELLED, UNKNOWN, SENDING = OutboxState.CANCELLED, OutboxState.UNKNOWN, OutboxState.SENDING
ACCESS = Access("xoxb-secret", "T1", "", "U0BOT")
SECRET = "Hemmelig tanke om chefen"


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with open_office() as office:
        yield office


def posts(office: Office) -> int:
    """How often Slack was asked to post."""
    return office.slack.ledger.methods().count("chat.postMessage")


# Refused


@pytest.mark.parametrize(
    "error",
    [
        "channel_not_found", "not_in_channel", "is_archived", "user_disabled", "user_not_found", "cannot_dm_bot",
        "messages_tab_disabled", "restricted_action", "msg_too_long", "msg_blocks_too_long", "invalid_blocks",
        "missing_scope", "no_permission", "team_access_not_granted", "invented_tomorrow",
    ],
)  # fmt: skip
async def test_what_slack_refuses_is_not_tried_again(office: Office, error: str) -> None:
    office.slack.fail_next("chat.postMessage", Refusal(error))
    row = await office.send("CJOB")
    assert (row.state, row.reason, posts(office)) == (REFUSED, error, 1)
    assert (await office.send("CJOB")).state == SENT, "and what comes after it goes"


async def test_real_refusals(office: Office) -> None:
    office.slack.add_channel("COLD", "gammel").archived = True
    office.slack.add_channel("CFAR", "fremmed", with_bot=False)
    reasons = [(await office.send(place)).reason for place in ("COLD", "CFAR", "CNONE", "UNONE", "U0BOT1")]
    assert reasons == ["is_archived", "not_in_channel", "channel_not_found", "channel_not_found", "cannot_dm_bot"]


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth", "app_uninstalled"])
async def test_s12_a_dead_token_ends_the_workspace(office: Office, error: str) -> None:
    office.slack.fail_next("chat.postMessage", Refusal(error))
    later = await office.queue("ULEO", due=FOUR + timedelta(hours=1))
    row = await office.send("UVERA")
    assert (row.state, row.reason) == (REFUSED, error)
    assert (await office.row(later)).state == CANCELLED
    after = await office.send("CJOB")
    assert (after.state, after.reason) == (REFUSED, "gone")
    assert posts(office) == 1


async def test_s12_what_waits_in_line_when_the_app_is_removed_is_not_sent(office: Office) -> None:
    """Claimed and waiting its turn: the workspace is looked at once more before the call."""
    waiting = [await office.queue(place) for place in ("CJOB", "UVERA", "ULEO")]
    office.slack.fail_next("chat.postMessage", hang := Hang())
    delivering = asyncio.create_task(office.delivery.deliver())
    await hang.reached.wait()
    await office.tokens.gone("T1")
    hang.release()
    await delivering
    ends = [await office.row(id) for id in waiting]
    assert [(row.state, row.reason) for row in ends] == [(SENT, ""), (REFUSED, "gone"), (REFUSED, "gone")]
    assert (posts(office), len(office.slack.ledger.posted)) == (1, 1)


async def test_s12_an_install_that_came_after_is_not_ended_by_the_old_token(office: Office) -> None:
    office.slack.fail_next("chat.postMessage", hang := Hang(accepted=False), FINE)
    delivering = asyncio.create_task(office.send("UVERA"))
    await hang.reached.wait()
    (old,) = [token for token in office.slack.tokens.values() if token.kind == "bot"]
    old.dead = "token_revoked"
    office.time.clock.move_to(FOUR + timedelta(minutes=1))
    await office.installs_again("T1")
    hang.release()
    await delivering
    assert (await office.send("ULEO")).state == SENT


# Later


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("0", 0), ("1", 1), ("30", 30), ("86400", 86400), ("604800", 86400), (None, 30), ("abc", 30), ("-5", 30),
     ("Mon, 04 May 2020 16:00:30 GMT", 0), ("inf", 30), ("1e3", 30)],
)  # fmt: skip
async def test_f7_retry_after_is_respected(office: Office, said: str | None, seconds: float) -> None:
    office.slack.fail_next("chat.postMessage", Limited(said))
    ids = [await office.queue(place) for place in ("UVERA", "ULEO")]
    await office.run_until_empty(seconds + 60)
    taken = [posted.at - FOUR for posted in office.slack.ledger.posted]
    assert all(at >= timedelta(seconds=seconds) for at in taken)
    assert taken[0] <= timedelta(seconds=seconds + 10)
    assert {(await office.row(id)).state for id in ids} == {SENT}


async def test_f7_however_often_slack_says_wait_nothing_is_lost(office: Office) -> None:
    office.slack.fail_next("chat.postMessage", *[Limited("10")] * 40)
    id = await office.queue("UVERA")
    await office.run_until_empty(1000)
    assert (await office.row(id)).state == SENT
    assert len(office.slack.ledger.posted) == 1


async def test_f7_other_workspaces_go_on() -> None:
    async with open_office(["T1", "T2"]) as office:
        office.slack.add_user("USIF", "Sif", team="T2")
        office.slack.fail_next("chat.postMessage", Limited("3600"))
        held = await office.queue("UVERA")
        await office.delivery.deliver()
        assert (await office.send("USIF", tenant="T2")).state == SENT
        assert (await office.row(held)).state == PENDING


async def test_slack_that_is_busy_is_tried_a_few_times(office: Office) -> None:
    office.slack.fail_next("chat.postMessage", *[Refusal("service_unavailable")] * (MOST_TRIES - 1))
    id = await office.queue("UVERA")
    await office.run_until_empty(3600)
    assert (await office.row(id)).state == SENT
    assert office.time.now() >= 30 * (MOST_TRIES - 1), "and not all at once"
    office.slack.fail_next("chat.postMessage", *[Refusal("service_unavailable")] * MOST_TRIES)
    id = await office.queue("UVERA")
    await office.run_until_empty(7200)
    assert ((await office.row(id)).state, (await office.row(id)).reason) == (REFUSED, "service_unavailable")


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/api/", "http://nowhere.invalid/api/", "https://127.0.0.1:{port}/api/"]
)
async def test_f9_what_never_left_goes_once_slack_is_reached(office: Office, address: str) -> None:
    """Nobody there, no such name, no TLS: however long it takes, it is not the message's fault."""
    office.slack.base_url, real = address.format(port=office.slack.root.rpartition(":")[2]), office.slack.base_url
    cut_off = office.again(patience=2)
    id = await cut_off.queue("UVERA")
    for hour in range(MOST_TRIES + 2):
        office.time.clock.move_to(FOUR + timedelta(hours=hour))
        await cut_off.delivery.deliver()
    assert (await office.row(id)).state == PENDING
    assert len(office.slack.ledger.calls) == 0
    office.slack.base_url = real
    await office.again().run_until_empty(900)
    assert (await office.row(id)).state == SENT


# Unknown

LOST: list[Callable[[], Fault]] = [
    lambda: DROP_BEFORE,
    lambda: DROP_AFTER,
    lambda: Http(500),
    lambda: Http(503),
    lambda: AcceptThen(500),
    lambda: AcceptThen(502),
    Garbage,
    lambda: Garbage('["ok"]'),
    lambda: Refusal("fatal_error"),
    lambda: Refusal("internal_error"),
    lambda: Hang(accepted=True),
    lambda: Hang(accepted=False),
]


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("place", ["UVERA", "CJOB"])
async def test_f2_what_nobody_answered_is_looked_up_and_comes_once(
    office: Office, fault: Callable[[], Fault], place: str
) -> None:
    hasty = office.again(patience=0.3)
    office.slack.fail_next("chat.postMessage", fault())
    id = await hasty.queue(place)
    await hasty.run_until_empty(120)
    assert (await office.row(id)).state == SENT
    assert (await office.row(id)).reference == await reference_of_last(office)
    assert len(office.slack.ledger.posted) == 1


async def reference_of_last(office: Office) -> str:
    posted = office.slack.ledger.posted[-1]
    return f"{posted.channel}:{posted.ts}"


@pytest.mark.parametrize("fault", LOST)
async def test_f2_where_nothing_can_be_looked_up_it_stays_unknown(office: Office, fault: Callable[[], Fault]) -> None:
    hasty = office.again(patience=0.3)
    office.slack.fail_next("chat.postMessage", fault())
    office.slack.fail_next("conversations.history", *[Refusal("missing_scope")] * 10)
    id = await hasty.queue("CJOB")
    await hasty.run_until_empty(300)
    assert (await office.row(id)).state == UNKNOWN
    assert (posts(office), len(office.slack.ledger.posted) <= 1) == (1, True)


@pytest.mark.parametrize("fault", LOST)
async def test_f2_a_change_whose_answer_was_lost_is_made(office: Office, fault: Callable[[], Fault]) -> None:
    hasty = office.again(patience=0.3)
    first = await hasty.send("CJOB", "Opslag")
    office.slack.fail_next("chat.update", fault())
    id = await hasty.queue("CJOB", "Lukket", replaces=first.id)
    await hasty.run_until_empty(120)
    assert (await office.row(id)).state == SENT
    (message,) = office.slack.messages("CJOB")
    assert message.words() == "Lukket"


async def test_f2_a_post_that_arrives_after_we_looked_is_not_doubled(office: Office) -> None:
    """Slack is slow: our call has ended, and so has the first look, when it posts after all."""
    hasty = office.again(patience=0.2)
    office.slack.fail_next("chat.postMessage", hang := Hang(accepted=False))
    id = await hasty.queue("CJOB")
    await hasty.delivery.deliver()
    assert ((await office.row(id)).state, office.slack.ledger.posted) == (SENDING, [])
    hang.release()
    for _ in range(100):
        await asyncio.sleep(0 if office.slack.ledger.posted else 0.02)
    await hasty.run_until_empty(120)
    assert ((await office.row(id)).state, len(office.slack.ledger.posted)) == (SENT, 1)


async def test_s15_nothing_is_tried_again_by_itself(office: Office) -> None:
    """The stock client posts twice when the connection drops after the request."""
    office.slack.fail_next("chat.postMessage", DROP_AFTER)
    await office.send("CJOB")
    assert posts(office) == 1


async def test_f10_while_slack_is_down_the_rest_of_the_line_is_left_alone(office: Office) -> None:
    for n in range(40):
        office.slack.add_user(f"U{n:04}", f"Person {n}")
        await office.queue(f"U{n:04}")
    office.slack.fail_next("chat.postMessage", *[Http(500)] * 100)
    await office.delivery.deliver()
    assert posts(office) <= 3
    office.slack.faults.waiting.clear()
    await office.run_until_empty(600)
    assert len(office.slack.ledger.posted) == 40


# Answers that are none


@asynccontextmanager
async def a_server(answer: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """The address of something that reads a request and then does as it likes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            await answer(writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/api/"


def whole(body: bytes, kind: str = "application/json", status: int = 200) -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


ODD = [
    b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n", whole(b'{"ok": true}')[:-1], whole(b""), whole(b"null"),
    whole(b"[]"), whole(b"{}"), whole(b"{"), whole(b'"ok"'), whole(b"\xff\xfe"), whole(b"[" * 100_000),
    whole(b'{"ok": false}'), whole(b'{"ok": false, "error": 5}'),
    whole(b'{"ok": false, "error": "Hemmelig tekst"}'), whole(b'{"error": "is_archived"}'), whole(b"ok", "text/plain"),
    whole(b"<html>", "text/html", 503), whole(b'{"ok": true}', status=500), whole(b"1e400"),
    whole(b'{"ok": false, "error": "is_archived"}', status=502),
]  # fmt: skip


@pytest.mark.parametrize("said", ODD)
async def test_f9_what_nobody_understands_may_have_been_done(said: bytes) -> None:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()

    async with a_server(answer) as address:
        given = await Calls(address, 2).ask(ACCESS, lambda slack: slack.chat_postMessage(channel="C1", text="Hej"))
    assert given.fate is Fate.LOST
    assert "Hemmelig" not in given.code


async def test_f9_one_byte_at_a_time(office: Office) -> None:
    async def answer(writer: asyncio.StreamWriter) -> None:
        for byte in whole(b'{"ok": true}'):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.02)

    async with a_server(answer) as address:
        given = await Calls(address, 0.3).ask(ACCESS, lambda slack: slack.chat_postMessage(channel="C1", text="Hej"))
    assert (given.fate, given.code) == (Fate.LOST, "TimeoutError")


@given(said=st.one_of(st.none(), st.text(max_size=40), st.floats().map(str), st.integers().map(str)))
def test_f7_any_retry_after_is_some_time(said: str | None) -> None:
    headers = {} if said is None else {"Retry-After": said, "Date": said}
    waited = wait(headers)
    assert math.isfinite(waited)
    assert 0 <= waited <= LONGEST_WAIT


def test_f7_a_moment_is_counted_from_the_moment_of_the_answer() -> None:
    date = {"Date": "Mon, 04 May 2026 14:00:00 GMT"}
    assert wait({"Retry-After": "Mon, 04 May 2026 14:02:00 GMT", **date}) == 120
    assert wait({"Retry-After": "Mon, 04 May 2026 13:00:00 GMT", **date}) == 0
    assert wait({"Retry-After": "Mon, 04 May 2026 14:02:00 GMT"}) == WAIT


# What is said about it


@pytest.mark.parametrize("fault", [DROP_AFTER, Garbage(SECRET), Refusal("fatal_error"), Limited("abc"), Http(500)])
async def test_s21_no_text_and_no_token_in_any_log_or_reason(
    office: Office, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (token,) = [token.value for token in office.slack.tokens.values()]
    for method in ("chat.postMessage", "chat.update", "conversations.history", "conversations.open"):
        office.slack.fail_next(method, fault, fault)
    with capture_logs() as logged:
        first = await office.queue("UVERA", Message((Part(SECRET, "own"),), "Ny besked"))
        await office.delivery.deliver()
        second = await office.send("UVERA", SECRET, replaces=first)
        await office.delivery.recover()
    said = repr(logged) + caplog.text + (await office.row(first)).reason + second.reason
    assert SECRET not in said
    assert token not in said
    assert "Vera" not in said
