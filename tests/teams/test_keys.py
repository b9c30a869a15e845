"""Microsoft's keys: fetched seldom and beside the requests, kept while nobody answers, and nobody else's (T2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.channels.teams.keys import FRESH, KEPT, MOST_BYTES, PAUSE, Keys, read_keys
from tests.teams.jwks import DOCUMENT, KEYS, NOON, Json, Microsoft, jwk, private_key

LATER = NOON + PAUSE
MOMENT = timedelta(microseconds=1)


@pytest.fixture
async def microsoft() -> AsyncIterator[Microsoft]:
    there = Microsoft()
    await there.start()
    yield there
    await there.close()


@pytest.fixture
async def keys(microsoft: Microsoft) -> AsyncIterator[Keys]:
    there = Keys(microsoft.document)
    yield there
    await there.close()


async def has(keys: Keys, kid: str, now: datetime) -> bool:
    return await keys.find(kid, now) is not None


async def test_t2_a_key_is_fetched_once_and_then_known(keys: Keys, microsoft: Microsoft) -> None:
    found = await keys.find("one", NOON)
    assert found is not None
    assert found.public.public_numbers() == private_key("one").public_key().public_numbers()
    assert found.endorsements == {"skype", "msteams", "msteamsbot"}
    for _ in range(100):
        assert await keys.find("one", NOON + FRESH - MOMENT) == found
    assert microsoft.asked == [DOCUMENT, KEYS]


async def test_t2_a_thousand_unknown_key_ids_at_once_cause_one_fetch(keys: Keys, microsoft: Microsoft) -> None:
    assert await has(keys, "one", NOON)
    found = await asyncio.gather(*(keys.find(f"x{n}", LATER) for n in range(1000)))
    assert not any(found)
    assert microsoft.fetches == 2


async def test_t2_a_thousand_at_the_start_wait_for_one_fetch(keys: Keys, microsoft: Microsoft) -> None:
    microsoft.holds.clear()
    waiting = [asyncio.ensure_future(keys.find("one" if n % 2 else f"x{n}", NOON)) for n in range(1000)]
    await microsoft.began.wait()
    assert not any(task.done() for task in waiting)
    microsoft.holds.set()
    found = await asyncio.gather(*waiting)
    assert [key is not None for key in found] == [bool(n % 2) for n in range(1000)]
    assert microsoft.asked == [DOCUMENT, KEYS]


async def test_t2_a_fetch_that_takes_long_is_the_only_one(keys: Keys, microsoft: Microsoft) -> None:
    microsoft.holds.clear()
    first = asyncio.ensure_future(keys.find("one", NOON))
    await microsoft.began.wait()
    second = asyncio.ensure_future(keys.find("x", LATER))
    await asyncio.sleep(0)
    microsoft.holds.set()
    assert await first is not None
    assert await second is None
    assert microsoft.fetches == 1


async def test_t2_unknown_key_ids_all_day_cause_one_fetch_a_minute(keys: Keys, microsoft: Microsoft) -> None:
    for second in range(0, 3600, 7):
        assert not await has(keys, f"x{second}", NOON + timedelta(seconds=second))
    assert 50 <= microsoft.fetches <= 60


@pytest.mark.parametrize("status", [404, 500])
async def test_t2_also_while_nobody_answers(keys: Keys, microsoft: Microsoft, status: int) -> None:
    microsoft.says(DOCUMENT, b"", status)
    for second in range(60):
        assert not await has(keys, "one", NOON + timedelta(seconds=second))
    assert microsoft.fetches == 1
    microsoft.answers.clear()
    assert await has(keys, "one", LATER)


async def test_t2_a_new_key_is_fetched_at_once_and_the_old_one_is_gone(keys: Keys, microsoft: Microsoft) -> None:
    assert await has(keys, "one", NOON)
    microsoft.keys = [jwk("two")]
    assert not await has(keys, "two", LATER - MOMENT)
    assert await has(keys, "two", LATER)
    assert not await has(keys, "one", LATER)


async def test_t2_after_a_day_the_keys_are_fetched_while_the_old_ones_serve(keys: Keys, microsoft: Microsoft) -> None:
    assert await has(keys, "one", NOON)
    microsoft.keys = [jwk("one"), jwk("two")]
    microsoft.holds.clear()
    microsoft.began.clear()
    for _ in range(100):
        assert await has(keys, "one", NOON + FRESH)
    await microsoft.began.wait()
    microsoft.holds.set()
    assert await has(keys, "two", NOON + FRESH)
    assert microsoft.fetches == 2


async def test_t2_a_key_that_was_withdrawn_goes_within_a_day(keys: Keys, microsoft: Microsoft) -> None:
    assert await has(keys, "one", NOON)
    microsoft.keys = [jwk("two")]
    assert await has(keys, "one", NOON + FRESH)
    assert await keys.ready(NOON + FRESH)
    assert not await has(keys, "one", NOON + FRESH)


def bad_documents() -> dict[str, tuple[str, bytes | Json, int]]:
    """What may go wrong, and where."""
    uri = "jwks_uri"
    return {
        "500": (DOCUMENT, b"", 500), "404": (DOCUMENT, b"", 404), "204": (DOCUMENT, b"", 204),
        "a page": (DOCUMENT, b"<html>", 200), "empty": (DOCUMENT, b"", 200), "null": (DOCUMENT, b"null", 200),
        "a list": (DOCUMENT, b"[]", 200), "no address": (DOCUMENT, {}, 200), "a number": (DOCUMENT, {uri: 1}, 200),
        "an empty address": (DOCUMENT, {uri: ""}, 200), "no address at all": (DOCUMENT, {uri: "https://["}, 200),
        "a path alone": (DOCUMENT, {uri: KEYS}, 200), "a file": (DOCUMENT, {uri: "file:///etc/passwd"}, 200),
        "another machine": (DOCUMENT, {uri: "https://evil.example/keys"}, 200),
        "bytes": (DOCUMENT, b"\xff\xfe", 200), "deep": (DOCUMENT, b"[" * 100_000, 200),
        "keys: 500": (KEYS, b"", 500), "keys: none": (KEYS, {"keys": []}, 200), "keys: no list": (KEYS, {}, 200),
        "keys: null": (KEYS, {"keys": None}, 200), "keys: rubbish": (KEYS, {"keys": [1, None, "x", [], {}]}, 200),
        "keys: a page": (KEYS, b"<html>", 200), "keys: twice": (KEYS, b'{"keys": [], "keys": []}', 200),
        "keys: one too short": (KEYS, {"keys": [jwk(bits=1024)]}, 200),
        "keys: too large": (KEYS, {"keys": [jwk("two")], "x": "x" * MOST_BYTES}, 200),
        "document: too large": (DOCUMENT, b" " * (MOST_BYTES + 1), 200),
    }  # fmt: skip


@pytest.mark.parametrize("name", bad_documents())
async def test_t2_whatever_goes_wrong_the_old_keys_are_kept(keys: Keys, microsoft: Microsoft, name: str) -> None:
    assert await has(keys, "one", NOON)
    microsoft.says(*bad_documents()[name])
    with capture_logs() as said:
        assert not await has(keys, "two", LATER)
    assert [(entry["event"], set(entry)) for entry in said] == [
        ("teams_keys_not_fetched", {"event", "error", "log_level"})
    ]
    assert await has(keys, "one", NOON + KEPT - MOMENT)


async def test_t2_an_answer_that_breaks_off_or_nobody_there_changes_nothing(keys: Keys, microsoft: Microsoft) -> None:
    def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    assert await has(keys, "one", NOON)
    microsoft.answers[KEYS] = hang_up
    assert not await has(keys, "two", LATER)
    assert await has(keys, "one", LATER)
    await microsoft.close()
    assert not await has(keys, "two", LATER + PAUSE)
    assert await has(keys, "one", LATER + PAUSE)


async def test_t2_an_old_key_is_not_kept_for_ever(keys: Keys, microsoft: Microsoft) -> None:
    assert await has(keys, "one", NOON)
    microsoft.says(DOCUMENT, b"", 500)
    assert await has(keys, "one", NOON + KEPT - MOMENT)
    assert await keys.ready(NOON + KEPT - MOMENT)
    assert not await has(keys, "one", NOON + KEPT)
    assert timedelta(days=3) <= KEPT <= timedelta(days=7)  # a long weekend; at most some days
    microsoft.answers.clear()
    assert await has(keys, "one", NOON + KEPT + PAUSE)


async def test_t2_an_answer_that_never_comes_is_not_waited_for(microsoft: Microsoft) -> None:
    keys = Keys(microsoft.document, patience=0.05)
    microsoft.holds.clear()
    async with asyncio.timeout(5):
        assert not await has(keys, "one", NOON)
    microsoft.holds.set()
    assert await has(keys, "one", LATER)
    await keys.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("path", [DOCUMENT, KEYS])
async def test_t2_a_redirect_leads_nowhere(keys: Keys, microsoft: Microsoft, path: str, status: int) -> None:
    microsoft.says(path, {"keys": [jwk("two")]}, status, Location="/elsewhere")
    microsoft.says("/elsewhere", {"keys": [jwk("two")]})
    assert not await has(keys, "two", NOON)
    assert "/elsewhere" not in microsoft.asked


async def test_t2_keys_are_taken_from_where_the_document_is_alone(microsoft: Microsoft) -> None:
    other = Microsoft([jwk("two")])
    await other.start()
    keys = Keys(microsoft.document)
    here, there = (address.removesuffix(DOCUMENT) for address in (microsoft.document, other.document))
    elsewhere = [there, here.replace("http:", "https:"), here.replace("127.0.0.1", "localhost"), here + "@evil.example"]
    for minute, place in enumerate([*elsewhere, here.replace("://", "://me@")]):
        microsoft.says(DOCUMENT, {"jwks_uri": place + KEYS})
        with capture_logs() as said:
            assert not await has(keys, "two", NOON + minute * PAUSE)
        assert [entry["error"] for entry in said] == ["ValueError"]  # refused before anything is asked there
    assert (other.asked, microsoft.asked.count(KEYS)) == ([], 0)
    await keys.close()
    await other.close()


async def test_t2_who_goes_away_does_not_take_the_fetch_along(keys: Keys, microsoft: Microsoft) -> None:
    microsoft.holds.clear()
    gone, stays = (asyncio.ensure_future(keys.find("one", NOON)) for _ in range(2))
    await microsoft.began.wait()
    gone.cancel()
    microsoft.holds.set()
    assert await stays is not None
    assert gone.cancelled()
    assert microsoft.fetches == 1


async def test_t2_a_clock_that_is_put_back_stops_no_fetch(keys: Keys, microsoft: Microsoft) -> None:
    assert await has(keys, "one", NOON)
    microsoft.keys = [jwk("two")]
    assert await has(keys, "two", NOON - timedelta(days=300))


async def test_t2_the_keys_are_there_before_the_first_request(keys: Keys, microsoft: Microsoft) -> None:
    assert await keys.ready(NOON)
    assert await keys.ready(NOON + FRESH - MOMENT)
    assert await has(keys, "one", NOON + FRESH - MOMENT)
    assert microsoft.fetches == 1


async def test_t2_and_one_learns_when_they_are_not(keys: Keys, microsoft: Microsoft) -> None:
    microsoft.says(DOCUMENT, b"", 500)
    assert not await keys.ready(NOON)


async def test_an_end_while_a_fetch_is_under_way(keys: Keys, microsoft: Microsoft) -> None:
    microsoft.holds.clear()
    waiting = asyncio.ensure_future(keys.find("one", NOON))
    await microsoft.began.wait()
    await keys.close()
    await asyncio.wait([waiting], timeout=5)
    assert waiting.cancelled()


# --- what is a key -------------------------------------------------------------------------------


def without(name: str) -> Json:
    return {key: value for key, value in jwk().items() if key != name}


def private() -> Json:
    return jwk() | {"d": "AQAB", "p": "AQAB", "q": "AQAB"}


GOOD_KEYS: dict[str, Json] = {
    "as it is": jwk(), "without use": without("use"), "with alg": jwk(alg="RS256"), "longer": jwk(bits=3072),
    "with a chain": jwk(x5c=["rubbish"]), "with a private part, not looked at": private(),
}  # fmt: skip
BAD_KEYS: dict[str, Any] = {
    "too short": jwk(bits=1024), "nearly long enough": jwk(bits=2040), "to encrypt": jwk(use="enc"),
    "of a curve": {"kty": "EC", "crv": "P-256", "kid": "one", "x": "AA", "y": "AA"},
    "a secret": {"kty": "oct", "kid": "one", "k": "c2VjcmV0"}, "a secret too": jwk(kty="oct"),
    "another algorithm": jwk(alg="HS256"), "yet another": jwk(alg="RS512"), "alg is null": jwk(alg=None),
    "without kty": without("kty"), "without n": without("n"), "without e": without("e"), "without id": without("kid"),
    "an empty id": jwk(kid=""), "an id of a number": jwk(kid=1), "an id of a list": jwk(kid=["one"]),
    "n is empty": jwk(n=""), "n is a number": jwk(n=1), "n is no base64": jwk(n="*" * 342), "n is null": jwk(n=None),
    "n is not ASCII": jwk(n="æ" * 342), "e is one": jwk(e="AQ"), "e is even": jwk(e="Ag"), "e is empty": jwk(e=""),
    "a list": [jwk()], "a text": json.dumps(jwk()), "null": None,
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD_KEYS)
def test_t2_what_is_a_key(name: str) -> None:
    assert list(read_keys({"keys": [GOOD_KEYS[name]]})) == ["one"]


@pytest.mark.parametrize("name", BAD_KEYS)
def test_t2_what_is_no_key_is_left_out_and_the_others_stay(name: str) -> None:
    assert list(read_keys({"keys": [BAD_KEYS[name], jwk("two")]})) == ["two"]


ODD = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=2)
CHANGES = st.dictionaries(st.sampled_from(["kty", "use", "kid", "alg", "n", "e", "endorsements", "d"]), ODD)


@given(CHANGES)
def test_t2_any_values_are_a_key_or_none(changes: Json) -> None:
    for kid, key in read_keys({"keys": [jwk() | changes]}).items():
        assert kid
        assert key.public.key_size >= 2048
        assert all(isinstance(one, str) for one in key.endorsements)
