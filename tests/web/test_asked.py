"""Whatever a browser, or something worse, sends: 400, 408, 413 or 415, and never a fault of ours (A3, A4)."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.web import asked as module
from bot.channels.web.doors import MOST_BYTES
from tests.web.fakes import Client, Playhouse

POSTS = ["/text", "/press", "/people", "/clock", "/language"]
JSON = {"Content-Type": "application/json"}

RUBBISH = [
    b"", b"\xff\xfe", b"{", b"[]", b"null", b"NaN", b'"text"', b"1e400", b"[" * 100_000, b'{"a":' * 50_000,
    b'{"person":NaN}', b'{"person":"a","person":"b"}', b'{"person":1}', b'{"person":"\\ud800"}', b"9" * 50_000,
    b'{"person":"person1","event":"event-0001","text":"a","more":1}',
    b'{"person":"person1","event":"event-0001","text":""}',
    b'{"person":"person1","event":"event-0001","text":"\\ud800"}',
    b'{"person":"person1","event":"event-0001","card":"c","button":"b","values":{"k":{"deep":1}}}',
    b'{"person":"person1","event":"event-0001","card":"c","button":"b","leave":"other"}',
    b'{"person":"person1","event":"e","text":"a"}',
    b'{"person":"person1","event":"event-0001","text":"a","text":"b"}',
    b'{"person":"person1","person":"person1","event":"event-0001","to":"day"}',
    b'{"person":"person1","event":"event-0001","card":"c","button":"b","values":{"k":"a","k":"b"}}',
    b'{"name":"   ","role":"hr","unit":"","language":"da"}',
    b'{"name":"A","role":"king","unit":"","language":"da"}',
]  # fmt: skip


@pytest.mark.parametrize("path", POSTS)
async def test_rubbish_is_refused(client: Client, house: Playhouse, path: str) -> None:
    for body in RUBBISH:
        response = await client.post("/playground" + path, data=body, headers=JSON)
        assert response.status == 400, body[:80]
    assert not house.heard


STRANGE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=8,
)
NAMES = ["person", "event", "text", "card", "button", "values", "leave", "leaves", "to", "date", "name", "role"]
NEARLY = st.dictionaries(st.sampled_from(NAMES), STRANGE | st.just("person1") | st.just("event-0001"))
BODIES = st.binary(max_size=200) | NEARLY.map(lambda body: json.dumps(body).encode())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_no_body_is_a_fault_of_ours(data: st.DataObject) -> None:
    bodies = data.draw(st.lists(st.tuples(st.sampled_from(POSTS), BODIES), min_size=5, max_size=20))
    assert max(asyncio.run(_statuses(bodies))) < 500


async def _statuses(bodies: list[tuple[str, bytes]]) -> list[int]:
    from storage.store import Store
    from storage.vault import Vault

    store = Store.open("sqlite://", Vault({"test": bytes(32)}, "test"))
    store.migrate()
    client = await (await Playhouse.build(store)).client()
    try:
        return [(await client.post("/playground" + path, data=body, headers=JSON)).status for path, body in bodies]
    finally:
        await client.close()
        await store.close()


async def test_a_body_that_is_too_large_is_refused(client: Client) -> None:
    response = await client.post("/playground/text", data=b" " * (MOST_BYTES + 1), headers=JSON)
    assert response.status == 413


async def test_so_is_one_that_comes_in_pieces_without_end(client: Client) -> None:
    sent = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(400):
            sent += 1
            yield b" " * 16_384

    try:
        response = await client.post("/playground/text", data=pieces(), headers=JSON)
        assert response.status == 413
    except ConnectionError:
        pass  # closed while we were still sending, which is as good
    assert sent < 400


async def test_a_compressed_body_is_refused(client: Client) -> None:
    headers = {**JSON, "Content-Encoding": "gzip"}
    response = await client.post("/playground/text", data=b"\x1f\x8b", headers=headers)
    assert response.status in {400, 415}


async def test_a_slow_body_is_given_up(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLOWEST", 0.05)

    async def slowly() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(0.5)
        yield b"}"

    response = await client.post("/playground/text", data=slowly(), headers=JSON)
    assert response.status == 408


async def test_a_long_text_comes_through_whole(client: Client, house: Playhouse) -> None:
    text = "å" * 30_000
    body = {"person": "person1", "event": "event-0001", "text": text}
    assert (await client.post("/playground/text", json=body)).status == 200
    assert house.heard[0].text == text


async def test_a_refusal_repeats_nothing_of_what_was_sent(client: Client) -> None:
    body: dict[str, Any] = {"person": "person1", "event": "event-0001", "text": "hemmeligt", "more": "hemmeligt"}
    response = await client.post("/playground/text", json=body)
    assert response.status == 400
    assert "hemmeligt" not in await response.text()


def test_every_refusal_is_one_of_four() -> None:
    refused = (web.HTTPBadRequest, web.HTTPRequestTimeout, web.HTTPRequestEntityTooLarge, web.HTTPUnsupportedMediaType)
    assert [kind.status_code for kind in refused] == [400, 408, 413, 415]
