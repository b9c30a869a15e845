"""The door that Slack's requests come in by: S1, S2, A1, A3 and A4."""

import asyncio
import gzip
import hmac
import json
import logging
import zlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.body import DEEPEST, MOST_BYTES
from bot.channels.slack.doors import checked, opened

NOON = datetime(2026, 5, 7, 10, 0, tzinfo=UTC)
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
OLD_SECRET = "the-one-before"
CANARY = "kanariefugl"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
EVENT = {"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": {"type": "message"}}
HELLO = json.dumps(EVENT).encode()

Client = TestClient[web.Request, web.Application]


def signature(body: bytes, stamp: str, secret: str = SECRET) -> str:
    """As Slack's documentation says it, in other words than the product's."""
    return "v0=" + hmac.digest(secret.encode(), b"v0:" + stamp.encode() + b":" + body, sha256).hex()


def signed(body: bytes, late: int = 0, secret: str = SECRET, kind: str = JSON) -> dict[str, str]:
    """The headers of a request that Slack made `late` seconds ago."""
    stamp = str(int(NOON.timestamp()) - late)
    return {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature(body, stamp, secret),
    }


class Porch:
    """A server that is nothing but the door, and remembers what came through."""

    def __init__(self, secret: str = SECRET, slowest: float = 10.0) -> None:
        self.came: list[dict[str, Any]] = []
        self._secret = secret
        self._slowest = slowest

    async def handle(self, request: web.Request) -> web.Response:
        self.came.append(await opened(request, self._secret, NOON, self._slowest))
        return web.Response()

    async def client(self) -> Client:
        app = web.Application()
        app.router.add_post("/slack/events", self.handle)
        client: Client = TestClient(TestServer(app))
        await client.start_server()
        return client


@pytest.fixture
def porch() -> Porch:
    return Porch()


@pytest.fixture
async def client(porch: Porch) -> AsyncIterator[Client]:
    client = await porch.client()
    yield client
    await client.close()


async def post(client: Client, body: bytes, headers: dict[str, str]) -> int:
    response = await client.post("/slack/events", data=body, headers=headers)
    text = await response.text()
    assert CANARY not in text
    return response.status


# --- the signature -------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [0, 1, 299, 300, -1, -299, -300])
async def test_f14_s1_a_signature_within_five_minutes_comes_in(client: Client, porch: Porch, late: int) -> None:
    assert await post(client, HELLO, signed(HELLO, late)) == 200
    assert porch.came == [EVENT]


@pytest.mark.parametrize("late", [301, 302, 86_400, -301, -302, -86_400])
async def test_f14_s1_outside_five_minutes_nothing_comes_in(client: Client, porch: Porch, late: int) -> None:
    assert await post(client, HELLO, signed(HELLO, late)) == 401
    assert porch.came == []


def changed(position: int) -> Callable[[str], str]:
    return lambda text: text[:position] + ("0" if text[position] != "0" else "1") + text[position + 1 :]


@pytest.mark.parametrize("position", [3, 4, 34, 65, 66])
async def test_s1_each_character_of_the_signature_counts(client: Client, porch: Porch, position: int) -> None:
    headers = signed(HELLO)
    headers["X-Slack-Signature"] = changed(position)(headers["X-Slack-Signature"])
    assert await post(client, HELLO, headers) == 401
    assert porch.came == []


@pytest.mark.parametrize(
    "body",
    [HELLO + b" ", HELLO[:-1], HELLO.replace(b"Ev1", b"Ev2"), json.dumps(EVENT, indent=1).encode(), b""],
    ids=["longer", "shorter", "other", "written anew", "empty"],
)
async def test_s1_the_signature_is_over_the_very_bytes(client: Client, porch: Porch, body: bytes) -> None:
    assert await post(client, body, signed(HELLO)) == 401
    assert porch.came == []


async def test_s1_the_time_is_signed_too(client: Client, porch: Porch) -> None:
    headers = signed(HELLO, late=301) | {"X-Slack-Request-Timestamp": str(int(NOON.timestamp()))}
    assert await post(client, HELLO, headers) == 401
    assert porch.came == []


@pytest.mark.parametrize("secret", ["", " ", "other", SECRET[:-1], SECRET + "x", SECRET.upper()])
async def test_s1_another_secret_is_refused(client: Client, porch: Porch, secret: str) -> None:
    assert await post(client, HELLO, signed(HELLO, secret=secret)) == 401
    assert porch.came == []


@pytest.mark.parametrize("setting", ["", ",", " , ", ",,"])
async def test_s1_without_a_secret_nobody_comes_in(setting: str) -> None:
    porch = Porch(setting)
    client = await porch.client()
    for secret in ("", " ", ",", SECRET):
        assert await post(client, HELLO, signed(HELLO, secret=secret)) == 401
    assert porch.came == []
    await client.close()


async def test_s1_two_secrets_while_one_takes_the_place_of_the_other() -> None:
    porch = Porch(f"{SECRET}, {OLD_SECRET}")
    client = await porch.client()
    assert await post(client, HELLO, signed(HELLO)) == 200
    assert await post(client, HELLO, signed(HELLO, secret=OLD_SECRET)) == 200
    assert await post(client, HELLO, signed(HELLO, secret=f"{SECRET}, {OLD_SECRET}")) == 401
    assert len(porch.came) == 2
    await client.close()


def test_s1_slack_s_own_example() -> None:
    # The example of docs.slack.dev, "Verifying requests from Slack".
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&"
        b"channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&"
        b"response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"
        b"96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    said = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert signature(body, "1531420618") == said


# --- rubbish without a signature -----------------------------------------------------------------

STAMP = str(int(NOON.timestamp()))
ARABIC = STAMP.translate({ord("0") + n: 0x660 + n for n in range(10)})
BAD_HEADERS: list[dict[str, str]] = [
    {},
    {"X-Slack-Signature": signature(HELLO, STAMP)},
    {"X-Slack-Request-Timestamp": STAMP},
    *(
        {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature(HELLO, stamp)}
        for stamp in (
            "", " ", "x", "1e9", "-1", "+" + STAMP, STAMP + ".0", "0x10", "NaN", "inf", "9" * 13, "9" * 5000,
            STAMP + "\u0661", "\u0661\u0662", "\xb2", "1_778_148_000", ARABIC, STAMP + ",1",
        )
    ),
    *(
        {"X-Slack-Request-Timestamp": STAMP, "X-Slack-Signature": said}
        for said in (
            "", "v0", "v0=", "v0=" + "0" * 63, "v0=" + "0" * 65, "v1=" + signature(HELLO, STAMP)[3:],
            signature(HELLO, STAMP)[3:], signature(HELLO, STAMP).upper(), "V0=" + signature(HELLO, STAMP)[3:],
            signature(HELLO, STAMP) + "0", "æ" * 67, "v0=" + "æ" * 64, "v0=" + "٣" * 64, "*" * 1000,
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("headers", BAD_HEADERS)
@pytest.mark.parametrize("body", [HELLO, b"\xff\xfe", b"[" * 100_000], ids=["good", "bytes", "deep"])
async def test_a1_a_header_that_does_not_fit_is_401(
    client: Client, porch: Porch, headers: dict[str, str], body: bytes
) -> None:
    assert await post(client, body, {"Content-Type": JSON} | headers) == 401
    assert porch.came == []


@pytest.mark.parametrize("name", ["X-Slack-Request-Timestamp", "X-Slack-Signature"])
async def test_a1_a_header_that_stands_twice_is_401(client: Client, porch: Porch, name: str) -> None:
    headers = [*signed(HELLO).items(), (name, signed(HELLO)[name])]
    response = await client.post("/slack/events", data=HELLO, headers=headers)
    assert response.status == 401
    assert porch.came == []


async def test_a1_no_body_in_any_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    body = json.dumps({**EVENT, "text": CANARY}).encode()
    with caplog.at_level(logging.DEBUG):
        for headers in (signed(body, 301), signed(body, secret="other"), {"Content-Type": JSON}, signed(b"")):
            assert await post(client, body, headers) == 401
        broken = body + b"}"
        assert await post(client, broken, signed(broken)) == 400
    assert CANARY not in caplog.text
    assert all(CANARY not in repr(record.__dict__) for record in caplog.records)


RAW = st.binary(max_size=300)
HEADER = st.text(st.characters(min_codepoint=32, blacklist_categories=("Cs", "Cc")), max_size=80)


@given(body=RAW, stamp=HEADER, said=HEADER)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_s2_no_headers_and_no_bytes_bring_it_down(body: bytes, stamp: str, said: str) -> None:
    async def go() -> int:
        porch = Porch()
        client = await porch.client()
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": said, "Content-Type": JSON}
        status = await post(client, body, headers)
        await client.close()
        assert porch.came == []
        return status

    assert asyncio.run(go()) in {400, 401}


@given(body=RAW, kind=st.sampled_from([JSON, FORM, "text/plain", "", "x", "application/json; charset=utf-16"]))
@settings(max_examples=60)
def test_s2_signed_rubbish_is_400(body: bytes, kind: str) -> None:
    async def go() -> int:
        client = await Porch().client()
        status = await post(client, body, signed(body, kind=kind))
        await client.close()
        return status

    assert asyncio.run(go()) in {200, 400}


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


@given(ANY_JSON)
def test_s2_any_value_is_a_body_or_a_value_error(value: Any) -> None:
    try:
        body = checked(value)
    except ValueError:
        return
    assert isinstance(body, dict)


# --- signed, but not well formed -----------------------------------------------------------------


def event(**changes: Any) -> bytes:
    return json.dumps(EVENT | changes).encode()


def without(name: str) -> bytes:
    return json.dumps({key: value for key, value in EVENT.items() if key != name}).encode()


BAD_JSON = {
    "empty": b"",
    "space": b" ",
    "not UTF-8": b'{"type": "\xff"}',
    "UTF-16": HELLO.decode().encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + HELLO,
    "half": HELLO[:-1],
    "two": HELLO + HELLO,
    "array": b"[" + HELLO + b"]",
    "null": b"null",
    "number": b"1",
    "string": b'"x"',
    "true": b"true",
    "object without a type": b"{}",
    "NaN": b'{"type": "x", "a": NaN}',
    "Infinity": b'{"type": "x", "a": -Infinity}',
    "1e400": b'{"type": "x", "a": 1e400}',
    "-1e400": b'{"type": "x", "a": -1e400}',
    "a number of 5,000 digits": b'{"type": "x", "a": ' + b"1" * 5000 + b"}",
    "100,000 lists": b'{"type": "x", "a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "50,000 objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "100,000 open lists": b"[" * 100_000,
    "one level too many": b'{"type": "x", "a": ' + b"[" * DEEPEST + b"]" * DEEPEST + b"}",  # and the object
    "a name twice": b'{"type": "x", "type": "x"}',
    "a name twice, deep": b'{"type": "x", "a": [{"b": {"c": 1, "c": 1}}]}',
    "type is a number": event(type=1),
    "type is null": event(type=None),
    "type is a list": event(type=["event_callback"]),
    "no event": without("event"),
    "event is null": event(event=None),
    "event is a list": event(event=[{"type": "message"}]),
    "event is text": event(event="message"),
    "event without a type": event(event={}),
    "event type is a number": event(event={"type": 1}),
    "no event id": without("event_id"),
    "event id is empty": event(event_id=""),
    "event id is a number": event(event_id=1),
}

BAD_FORMS = {
    "empty": b"",
    "no pairs": b"payload",
    "payload is empty": b"payload=",
    "payload is no JSON": b"payload=x",
    "payload is a list": b"payload=%5B%5D",
    "payload is null": b"payload=null",
    "payload without a type": b"payload=%7B%7D",
    "payload twice": b"payload=%7B%22type%22%3A%22x%22%7D&payload=%7B%7D",
    "not UTF-8": b"command=%FF",
    "raw bytes": b"command=\xff",
    "neither payload nor command": b"a=b",
    "command twice": b"command=a&command=b",
    "1,000 fields": b"&".join(b"a%d=1" % n for n in range(1000)) + b"&command=x",
    "nothing between": b"command=x&&text=y",
}


@pytest.mark.parametrize("body", BAD_JSON.values(), ids=BAD_JSON.keys())
async def test_a3_a_signed_body_that_is_no_event_is_400(client: Client, porch: Porch, body: bytes) -> None:
    assert await post(client, body, signed(body)) == 400
    assert porch.came == []


@pytest.mark.parametrize("body", BAD_JSON.values(), ids=BAD_JSON.keys())
async def test_a3_unsigned_it_is_401_before_anything_is_read_from_it(client: Client, porch: Porch, body: bytes) -> None:
    assert await post(client, body, signed(body, secret="other")) == 401
    assert await post(client, body, {"Content-Type": JSON}) == 401
    assert porch.came == []


@pytest.mark.parametrize("body", BAD_JSON.values(), ids=BAD_JSON.keys())
async def test_a3_the_same_as_a_form_is_400(client: Client, porch: Porch, body: bytes) -> None:
    form = urlencode({"payload": body}).encode()
    assert await post(client, form, signed(form, kind=FORM)) == 400
    assert porch.came == []


@pytest.mark.parametrize("body", BAD_FORMS.values(), ids=BAD_FORMS.keys())
async def test_a3_a_signed_form_that_is_none_is_400(client: Client, porch: Porch, body: bytes) -> None:
    assert await post(client, body, signed(body, kind=FORM)) == 400
    assert porch.came == []


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "", "/"])
async def test_a3_another_kind_of_body_is_400(client: Client, porch: Porch, kind: str) -> None:
    assert await post(client, HELLO, signed(HELLO, kind=kind)) == 400
    assert porch.came == []


async def test_a_form_and_a_command_come_in(client: Client, porch: Porch) -> None:
    payload = {"type": "block_actions", "text": "Æ ø å & = +"}
    form = urlencode({"payload": json.dumps(payload)}).encode()
    assert await post(client, form, signed(form, kind=f"{FORM}; charset=utf-8")) == 200
    command = b"command=%2Fvidsyn&text=&team_id=T1"
    assert await post(client, command, signed(command, kind=FORM)) == 200
    check = b"ssl_check=1&token=x"
    assert await post(client, check, signed(check, kind=FORM)) == 200
    assert porch.came == [
        payload,
        {"command": "/vidsyn", "text": "", "team_id": "T1"},
        {"ssl_check": "1", "token": "x"},
    ]


async def test_a3_what_is_just_not_too_deep_comes_in(client: Client, porch: Porch) -> None:
    inside = DEEPEST - 1
    body = b'{"type": "x", "a": ' + b"[" * inside + b"]" * inside + b"}"
    assert await post(client, body, signed(body)) == 200
    assert len(porch.came) == 1


async def test_half_a_character_is_made_whole(client: Client, porch: Porch) -> None:
    body = rb'{"type": "x", "a": ["\ud83d", "\ud83d\ude00"], "\ud800": "\u00e6"}'
    assert await post(client, body, signed(body)) == 200
    assert porch.came == [{"type": "x", "a": ["\ufffd", "\U0001f600"], "\ufffd": "æ"}]


# --- size and speed ------------------------------------------------------------------------------


def of_size(size: int) -> bytes:
    frame = b'{"type": "x", "a": ""}'
    return frame[:-2] + b"a" * (size - len(frame)) + frame[-2:]


async def test_a4_a_body_of_a_megabyte_comes_in_and_one_byte_more_does_not(client: Client, porch: Porch) -> None:
    body = of_size(MOST_BYTES)
    assert await post(client, body, signed(body)) == 200
    body = of_size(MOST_BYTES + 1)
    assert await post(client, body, signed(body)) == 413
    assert len(porch.came) == 1


async def test_a4_a_bomb_in_pieces_is_stopped_on_the_way(client: Client, porch: Porch) -> None:
    given = 0

    async def bomb() -> AsyncIterator[bytes]:
        nonlocal given
        for _ in range(2_000):
            given += 65_536
            yield b"a" * 65_536

    try:
        response = await client.post("/slack/events", data=bomb(), headers=signed(b""))
    except (ConnectionError, OSError):
        pass  # the server may hang up before the bomb is sent to its end
    else:
        assert response.status == 413
    assert porch.came == []
    assert given < 64 * MOST_BYTES


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "identity", "", "gzip, gzip"])
async def test_a4_a_body_with_a_coding_is_refused_unread(client: Client, porch: Porch, coding: str) -> None:
    squeezed = {"gzip": gzip.compress(b"a" * 10_000_000), "deflate": zlib.compress(b"a" * 10_000_000)}
    body = squeezed.get(coding, HELLO)
    headers = signed(body) | {"Content-Encoding": coding}
    response = await client.post("/slack/events", data=body, headers=headers, skip_auto_headers=["Content-Encoding"])
    # aiohttp itself refuses some codings before any handler runs.
    assert response.status in {400, 415}
    assert porch.came == []


async def test_a4_a_slow_body_is_refused() -> None:
    porch = Porch(slowest=0.05)
    client = await porch.client()
    never = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield HELLO[:10]
        await never.wait()

    waiting = asyncio.ensure_future(client.post("/slack/events", data=slow(), headers=signed(HELLO)))
    response = await asyncio.wait_for(waiting, 5)
    assert response.status == 408
    assert porch.came == []
    await client.close()


@pytest.mark.parametrize(
    "rest", [b"5\r\nabc", b"zz\r\nabc\r\n0\r\n\r\n", b"-5\r\nhello\r\n0\r\n\r\n", b"ffffffffffff\r\nx"]
)
async def test_a4_broken_pieces_are_refused(client: Client, porch: Porch, rest: bytes) -> None:
    reader, writer = await asyncio.open_connection(client.host, client.port)
    head = "".join(f"{name}: {value}\r\n" for name, value in signed(HELLO).items())
    writer.write(f"POST /slack/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{head}\r\n".encode() + rest)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert not answer.startswith(b"HTTP/1.1 2")
    assert b" 500 " not in answer.split(b"\r\n")[0]
    assert porch.came == []


async def test_another_method_is_not_let_in(client: Client) -> None:
    response = await client.get("/slack/events", headers=signed(b""))
    assert response.status == 405
