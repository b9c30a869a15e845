"""The door that Teams' requests come in by: of a decent size and well formed, or refused, never with a 5xx."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import zlib
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.body import DEEPEST, MOST_BYTES
from tests.teams.jwks import token
from tests.teams.porch import CANARY, HELLO, PATH, Porch, activity, porch

STRANGERS = ["Bearer x", f"Bearer {token('evil')}", "Basic eDp4", f"Bearer {token(aud='x')}"]
"""Whose token is none, or not for us."""


@pytest.fixture
async def there() -> AsyncIterator[Porch]:
    async with porch() as open_porch:
        yield open_porch


def changed(**changes: object) -> bytes:
    return json.dumps(activity(**changes)).encode()


def frame(inside: bytes) -> bytes:
    """The activity with one more value, written as it is."""
    return HELLO[:-1] + b', "a": ' + inside + b"}"


MALFORMED = {
    "empty": b"",
    "space": b" ",
    "not UTF-8": frame(b'"\xff"'),
    "UTF-16": HELLO.decode().encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + HELLO,
    "half": HELLO[:-1],
    "two": HELLO + HELLO,
    "a list": b"[" + HELLO + b"]",
    "null": b"null",
    "a number": b"1",
    "a text": b'"x"',
    "half a character, alone": rb'"\ud800"',
    "true": b"true",
    "an empty object": b"{}",
    "NaN": frame(b"NaN"),
    "Infinity": frame(b"-Infinity"),
    "1e400": frame(b"1e400"),
    "a number of 5,000 digits": frame(b"1" * 5000),
    "100,000 lists": frame(b"[" * 100_000 + b"]" * 100_000),
    "50,000 objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "100,000 open lists": b"[" * 100_000,
    "one level too many": frame(b"[" * DEEPEST + b"]" * DEEPEST),
    "a name twice": frame(b'1, "a": 1'),
    "a name twice, deep": frame(b'[{"b": {"c": 1, "c": 1}}]'),
    "the channel twice": frame(b'1, "channelId": "msteams"'),
    "no type": json.dumps({key: value for key, value in activity().items() if key != "type"}).encode(),
    "type is null": changed(type=None),
    "type is a number": changed(type=1),
    "type is a list": changed(type=["message"]),
}


@pytest.mark.parametrize("half", [rb"\ud83d", rb"x\ude00", rb"\ude00\ud83d"])
async def test_half_a_character_loses_nobody_s_words(there: Porch, half: bytes) -> None:
    assert await there.post(frame(b'"hej ' + half + b'"')) == 200
    assert there.came[-1]["a"].startswith("hej ")
    assert "\ufffd" in there.came[-1]["a"]


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
async def test_t1_what_is_proven_and_malformed_is_400(there: Porch, body: bytes) -> None:
    assert await there.post(body) == 400
    assert there.came == []


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
async def test_t1_who_proves_nothing_learns_nothing_of_the_body(there: Porch, body: bytes) -> None:
    for stranger in STRANGERS:
        assert await there.post(body, Authorization=stranger) == 401
    assert there.came == []


async def test_t1_all_that_is_refused_for_its_token_is_told_the_same(there: Porch) -> None:
    said = set()
    for stranger in STRANGERS:
        headers = {"Authorization": stranger, "Content-Type": "application/json"}
        response = await there.client.post(PATH, data=HELLO, headers=headers)
        said.add((response.status, await response.text(), tuple(sorted(set(response.headers) - {"Date"}))))
    assert len(said) == 1


async def test_what_is_just_well_formed_comes_in(there: Porch) -> None:
    inside = DEEPEST - 1
    assert await there.post(frame(b"[" * inside + b"]" * inside)) == 200
    assert await there.post(frame(rb'"\ud83d\ude00 \u00e6"')) == 200
    assert await there.post(HELLO, **{"Content-Type": "application/json; charset=utf-8"}) == 200
    assert await there.post(changed(type="somethingNew", id=None)) == 200
    assert there.came[1]["a"] == "\U0001f600 æ"
    assert len(there.came) == 4


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "/", "text/json"]
)
async def test_another_kind_of_body_is_415(there: Porch, kind: str) -> None:
    assert await there.post(HELLO, **{"Content-Type": kind}) == 415
    assert await there.post(HELLO, **{"Content-Type": kind, "Authorization": STRANGERS[1]}) == 401
    assert there.came == []


# --- size and speed ------------------------------------------------------------------------------


def of_size(size: int) -> bytes:
    return frame(b'"' + b"a" * (size - len(frame(b'""'))) + b'"')


async def test_a_body_of_a_megabyte_comes_in_and_one_byte_more_does_not(there: Porch) -> None:
    assert await there.post(of_size(MOST_BYTES)) == 200
    assert await there.post(of_size(MOST_BYTES + 1)) == 413
    assert await there.post(of_size(MOST_BYTES + 1), Authorization=STRANGERS[1]) == 401
    assert len(there.came) == 1


@pytest.mark.parametrize("bearer", [None, "x"])
async def test_a_bomb_in_pieces_is_stopped_on_the_way(there: Porch, bearer: str | None) -> None:
    given = 0

    async def bomb() -> AsyncIterator[bytes]:
        nonlocal given
        for _ in range(2_000):
            given += 65_536
            yield b"a" * 65_536

    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {bearer or token()}"}
    try:
        response = await there.client.post(PATH, data=bomb(), headers=headers)
    except (ConnectionError, OSError):
        pass  # the server may hang up before the bomb is sent to its end
    else:
        assert response.status == (401 if bearer else 413)
    assert there.came == []
    assert given < 64 * MOST_BYTES


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "identity", "", "gzip, gzip"])
async def test_a_body_with_a_coding_is_refused_unread(there: Porch, coding: str) -> None:
    squeezed = {"gzip": gzip.compress(b"a" * 10_000_000), "deflate": zlib.compress(b"a" * 10_000_000)}
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token()}", "Content-Encoding": coding}
    response = await there.client.post(
        PATH, data=squeezed.get(coding, HELLO), headers=headers, skip_auto_headers=["Content-Encoding"]
    )
    # aiohttp itself refuses some codings before any handler runs.
    assert response.status in {400, 415}
    assert there.came == []


@pytest.mark.parametrize(("bearer", "status"), [(None, 408), ("x", 401)])
async def test_a_slow_body_is_refused_and_a_stranger_s_is_not_waited_for(bearer: str | None, status: int) -> None:
    never = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield HELLO[:10]
        await never.wait()

    async with porch(slowest=0.05) as there:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {bearer or token()}"}
        waiting = asyncio.ensure_future(there.client.post(PATH, data=slow(), headers=headers))
        response = await asyncio.wait_for(waiting, 5)
        assert response.status == status
        assert there.came == []


@pytest.mark.parametrize(
    "rest", [b"5\r\nabc", b"zz\r\nabc\r\n0\r\n\r\n", b"-5\r\nhello\r\n0\r\n\r\n", b"ffffffffffff\r\nx"]
)
async def test_broken_pieces_are_refused(there: Porch, rest: bytes) -> None:
    reader, writer = await asyncio.open_connection(there.client.host, there.client.port)
    head = f"Content-Type: application/json\r\nAuthorization: Bearer {token()}\r\n"
    writer.write(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{head}\r\n".encode() + rest)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert not answer.startswith(b"HTTP/1.1 2")
    assert b" 500 " not in answer.split(b"\r\n")[0]
    assert there.came == []


# --- nothing private, nothing that brings it down --------------------------------------------------


async def test_t1_no_body_and_no_token_in_any_log(there: Porch, caplog: pytest.LogCaptureFixture) -> None:
    good = token()
    with caplog.at_level(logging.DEBUG):
        for stranger in STRANGERS:
            assert await there.post(Authorization=stranger) == 401
        assert await there.post(HELLO + b"}", good) == 400
        assert await there.post(changed(serviceUrl="https://evil.example"), good) == 403
    written = caplog.text + "".join(repr(record.__dict__) for record in caplog.records)
    assert CANARY not in written
    assert good not in written


TEXT = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc")), max_size=80)
PARTS = st.text("ABab09-_=.", max_size=40) | st.sampled_from(token().split("."))
HEADERS = TEXT | st.builds("Bearer {}.{}.{}".format, PARTS, PARTS, PARTS) | st.builds("Bearer {}".format, PARTS)


@given(header=HEADERS, body=st.binary(max_size=300) | st.just(HELLO))
@settings(max_examples=80, deadline=None)
def test_t1_no_header_and_no_bytes_bring_it_down(header: str, body: bytes) -> None:
    async def go() -> tuple[int, int]:
        async with porch() as there:
            return await there.post(body, Authorization=header), len(there.came)

    status, came = asyncio.run(go())
    good = header.removeprefix("Bearer ").split(".") == token().split(".")
    assert good or (status in {400, 401} and came == 0)
    assert status < 500


SOME_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("msteams"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
NAMES = st.sampled_from(["type", "channelId", "serviceUrl", "text", "id", "conversation"])


@given(
    body=st.binary(max_size=300)
    | SOME_JSON.map(json.dumps).map(str.encode)
    | st.dictionaries(NAMES, SOME_JSON).map(lambda changes: changed(**changes)),
    kind=st.sampled_from(["application/json", "text/plain", "", "x", "application/json; charset=utf-16"]),
)
@settings(max_examples=80, deadline=None)
def test_t1_nothing_that_is_well_signed_brings_it_down(body: bytes, kind: str) -> None:
    async def go() -> int:
        async with porch() as there:
            return await there.post(body, **{"Content-Type": kind})

    assert asyncio.run(go()) in {200, 400, 403, 415}


async def test_another_method_is_not_let_in(there: Porch) -> None:
    response = await there.client.get(PATH, headers={"Authorization": f"Bearer {token()}"})
    assert response.status == 405
