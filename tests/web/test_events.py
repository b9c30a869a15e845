"""The live stream: what happens is told at once, and a page that was away catches up."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientResponse

from bot.channels.web.bell import MOST_WAITING, Bell, Ring
from tests.web.fakes import Client, Playhouse


class Stream:
    """One open page."""

    def __init__(self, response: ClientResponse) -> None:
        self._response = response

    @classmethod
    async def open(cls, client: Client, box: str = "person1") -> "Stream":
        response = await client.get("/playground/events", params={"person": "person1", "box": box})
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        return cls(response)

    async def next(self) -> tuple[str, dict[str, Any]]:
        """The next event, waited for a little."""
        name = ""
        async with asyncio.timeout(5):
            async for line in self._response.content:
                if line.startswith(b"event: "):
                    name = line[7:].decode().strip()
                if line.startswith(b"data: "):
                    return name, json.loads(line[6:])
        raise EOFError

    def close(self) -> None:
        self._response.close()


async def test_it_begins_with_the_versions_of_all_there_is(client: Client, house: Playhouse) -> None:
    await house.send("a")
    await house.send("b")
    await house.send("c", replaces="a")
    stream = await Stream.open(client)
    name, state = await stream.next()
    assert (name, state["box"], state["rows"]) == ("state", "person1", [["a", 2], ["b", 1]])
    assert state["last"]["person1"] > 0


async def test_a_message_is_told_to_every_open_page_as_it_comes(client: Client, house: Playhouse) -> None:
    streams = [await Stream.open(client), await Stream.open(client, "#jobdating")]
    for stream in streams:
        await stream.next()
    await house.send("a")
    await house.send("b", replaces="a")
    for stream in streams:
        seen = [await stream.next(), await stream.next()]
        assert [(name, row["box"], row["id"], row["version"]) for name, row in seen] == [
            ("row", "person1", "a", 1),
            ("row", "person1", "a", 2),
        ]


async def test_what_happened_while_a_page_was_away_is_in_the_state(client: Client, house: Playhouse) -> None:
    stream = await Stream.open(client)
    assert (await stream.next())[1]["rows"] == []
    stream.close()
    await house.send("a")
    again = await Stream.open(client)
    assert (await again.next())[1]["rows"] == [["a", 1]]


async def test_a_moved_clock_and_a_new_person_are_told(client: Client) -> None:
    stream = await Stream.open(client)
    await stream.next()
    await client.post("/playground/clock", json={"person": "person1", "event": "event-0001", "to": "day"})
    assert await stream.next() == ("house", {})
    await client.post("/playground/people", json={"name": "Ola", "role": "hr", "unit": "", "language": "nb"})
    assert await stream.next() == ("house", {})


async def test_the_stream_carries_no_words_of_anybody(client: Client, house: Playhouse) -> None:
    stream = await Stream.open(client)
    await stream.next()
    await house.send("a", "hemmeligt")
    assert set((await stream.next())[1]) == {"box", "id", "order", "version"}


async def test_stopping_lets_every_page_go(client: Client, house: Playhouse) -> None:
    stream = await Stream.open(client)
    await stream.next()
    house.channel.bell.close()
    with pytest.raises(EOFError):
        await stream.next()


async def test_a_page_that_is_too_slow_is_cut_off_and_holds_nobody_up() -> None:
    bell = Bell()
    with bell.listen() as slow:
        for _ in range(MOST_WAITING + 10):
            bell.ring(Ring())
        assert slow.qsize() == MOST_WAITING + 1
        assert [slow.get_nowait() for _ in range(slow.qsize())][-1] is None
