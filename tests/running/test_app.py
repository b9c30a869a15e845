"""The one command, as a process of its own: it starts, goes on where it was, ends clean, and refuses in sentences."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.app import App, build
from bot.channel import MESSAGE, Message, Outcome, Outgoing, Part
from bot.delivery import Delivery
from bot.opening import WrongDatabase, open_store
from bot.settings import Settings
from bot.tick import Ticker
from bot.turns.house import house as build_house
from bot.words import Words
from storage.records import OutboxState
from storage.store import Work
from tests.conftest import ROOT
from tests.running.fakes import FakePlatform

READY = b"Vidsyn is ready."
PATIENCE = 30
"""Seconds that a start or an end may take."""


@dataclass
class House:
    """A running process and its address."""

    process: asyncio.subprocess.Process
    url: str
    browser: aiohttp.ClientSession

    async def get(self, path: str) -> str:
        async with self.browser.get(self.url + path) as response:
            assert response.status == 200, await response.text()
            return await response.text()

    async def post(self, path: str, **body: object) -> Any:
        """What a page sends; its events have long ids."""
        if "event" in body:
            body["event"] = f"{body['event']}-" + "0" * 24
        async with self.browser.post(self.url + "/playground/" + path, json=body) as response:
            assert response.status in (200, 201), await response.text()
            return await response.json()

    async def people(self) -> dict[str, str]:
        """Everybody's id by name."""
        return {card["name"]: card["id"] for card in json.loads(await self.get("/playground/people"))}

    async def ends(self) -> tuple[int, bytes]:
        self.process.send_signal(signal.SIGTERM)
        return await ended(self.process)


async def ended(process: asyncio.subprocess.Process) -> tuple[int, bytes]:
    """How a process ended, and what it complained of."""
    async with asyncio.timeout(PATIENCE):
        _, said = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said


def besides(said: str) -> str:
    """What a process said but that it began and ended well."""
    well = ('"event": "ready"', '"event": "stopped"')
    return "".join(line for line in said.splitlines(keepends=True) if not any(it in line for it in well))


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Nothing of the machine's own settings, and a folder of its own."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return {**kept, "PYTHONPATH": str(ROOT), "VIDSYN_DATA": str(folder / "data"), "PYTHONWARNINGS": "error", **settings}


async def command(folder: Path, *words: str, **settings: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", *words, cwd=folder, env=environment(folder, **settings),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


Starts = Callable[[], Coroutine[Any, Any, House]]


@pytest.fixture
async def starts(tmp_path: Path) -> AsyncIterator[Starts]:
    """Starts the house, and ends it when the test is over."""
    houses: list[House] = []

    async def start() -> House:
        port = free_port()
        process = await command(tmp_path, "run", PORT=str(port))
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = await process.stdout.readline()
        assert line.startswith(READY), (line, await ended(process))
        house = House(process, f"http://127.0.0.1:{port}", aiohttp.ClientSession())
        houses.append(house)
        return house

    yield start
    for house in houses:
        await house.browser.close()
        if house.process.returncode is None:
            house.process.kill()
            await house.process.communicate()


async def test_it_starts_and_ends_clean(starts: Starts) -> None:
    house = await starts()
    assert await house.get("/healthz") == "ok"
    assert "Emil Eriksen" in await house.get("/playground")
    code, said = await house.ends()
    assert (code, said) == (0, b"")


async def test_f24_it_ends_while_a_page_listens(starts: Starts) -> None:
    house = await starts()
    emil = (await house.people())["Emil Eriksen"]
    async with house.browser.get(f"{house.url}/playground/events?person={emil}&box={emil}") as stream:
        assert stream.status == 200
        code, said = await house.ends()
    assert (code, said) == (0, b"")


async def test_a_second_start_goes_on_with_the_same_people_and_clock(starts: Starts) -> None:
    first = await starts()
    emil = (await first.people())["Emil Eriksen"]
    made = await first.post("people", name="Nora Nygaard", role="employee", unit="Havnen", language="nb")
    await first.post("clock", person=emil, to="day", event="one")
    await first.post("text", person=emil, event="two", text="hjælp")
    clock = await first.get(f"/playground/clock?person={emil}")
    assert (await first.ends())[0] == 0
    second = await starts()
    people = await second.people()
    assert people["Emil Eriksen"] == emil
    assert people["Nora Nygaard"] == made["id"]
    assert await second.get(f"/playground/clock?person={emil}") == clock


async def test_f4_it_goes_on_after_a_kill(starts: Starts) -> None:
    first = await starts()
    emil = (await first.people())["Emil Eriksen"]
    await asyncio.gather(*(first.post("text", person=emil, event=f"e{n}", text="hjælp") for n in range(5)))
    first.process.kill()
    await first.process.communicate()
    second = await starts()
    entries: list[object] = []
    async with asyncio.timeout(PATIENCE):
        while len(entries) < 1 + 5 + 5:  # the hello, what was typed, and an answer to each
            entries = json.loads(await second.get(f"/playground/messages?person={emil}&box={emil}"))
    assert (await second.ends()) == (0, b"")
    assert len(entries) == 1 + 5 + 5


async def test_a17_a_code_makes_one_person_hr_once(starts: Starts, tmp_path: Path) -> None:
    house = await starts()
    people = await house.people()
    emil, lone = people["Emil Eriksen"], people["Lone Lund"]
    await house.post("clock", person=emil, to="day", event="move-1")
    await house.post("clock", person=emil, to="day", event="move-2")
    await house.post("clock", person=emil, to="day", event="move-3")
    process = await command(tmp_path, "hr-code")
    async with asyncio.timeout(PATIENCE):
        out, said = await process.communicate()
    code = out.decode().strip()
    assert re.fullmatch(r"HR(-[A-HJ-NP-Z2-9]{5}){4}", code), (out, said)
    assert said.decode().startswith("It is for the playground,")
    await house.post("text", person=emil, event="wrong", text="HR-AAAAA-AAAAA-AAAAA-AAAAA")
    await house.post("text", person=emil, event="code", text=f" {code.lower()} ")
    await house.post("text", person=lone, event="code-again", text=code)
    assert await roles(house) == {"Emil Eriksen": "hr", "Lone Lund": "leader"}
    data = tmp_path / "data"
    assert code.encode() not in b"".join((data / name).read_bytes() for name in ("playground.db", "playground.db-wal"))
    status, complaints = await house.ends()
    assert (status, complaints) == (0, b"")


async def roles(house: House) -> dict[str, str]:
    """What Emil and Lone are."""
    cards = json.loads(await house.get("/playground/people"))
    return {card["name"]: card["role"] for card in cards if card["name"] in ("Emil Eriksen", "Lone Lund")}


# What it refuses


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"HOST": "0.0.0.0"}, "this machine only"),
        ({"HOST": "192.168.1.10"}, "this machine only"),
        ({"PORT": "70000"}, "PORT is wrong: "),
        ({"PORT": "many"}, "PORT is wrong: "),
        ({"DATABASE_URL": "mysql://x/y"}, "sqlite:///"),
        ({"DATABASE_URL": "nonsense"}, "sqlite:///"),
        ({"VIDSYN_MASTER_KEYS": "not-a-key"}, "id:base64"),
    ],
)
async def test_a25_it_refuses_in_a_sentence(tmp_path: Path, settings: dict[str, str], sentence: str) -> None:
    code, said = await ended(await command(tmp_path, "run", **settings))
    assert code == 1
    assert sentence in said.decode()
    assert "Traceback" not in said.decode()
    assert "not-a-key" not in said.decode()


async def test_it_says_that_the_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = await ended(await command(tmp_path, "run", PORT=str(port)))
    assert code == 1
    assert f"127.0.0.1:{port}: something does already. Perhaps Vidsyn runs" in said.decode()
    assert "Traceback" not in said.decode()


async def test_a_second_one_on_the_same_data_is_refused_and_what_only_looks_is_not(
    starts: Starts, tmp_path: Path
) -> None:
    first = await starts()
    code, said = await ended(await command(tmp_path, "run", PORT=str(free_port())))
    assert (code, said.count(b"\n")) == (1, 1), said
    assert said.startswith(b"Vidsyn is running already with this database (")
    for words, told in (("hr-code", b"It is for the playground,"), ("doctor", b""), ("migrate", b"")):
        code, said = await ended(await command(tmp_path, words))
        assert (code, said[: len(told)], bool(said)) == (0, told, bool(told))
    first.process.kill()
    await first.process.communicate()
    assert (await (await starts()).ends()) == (0, b"")


@pytest.mark.parametrize("door", [None, "slack"])
async def test_it_refuses_a_database_that_is_not_the_playgrounds(
    starts: Starts, tmp_path: Path, door: str | None
) -> None:
    house = await starts()
    assert (await house.ends())[0] == 0
    with sqlite3.connect(tmp_path / "data" / "playground.db") as database:
        if door is None:
            database.execute("DELETE FROM meta WHERE key = 'door'")
        else:
            database.execute("UPDATE meta SET value = ? WHERE key = 'door'", (door,))
    database.close()
    code, said = await ended(await command(tmp_path, "run", PORT=str(free_port())))
    assert code == 1
    assert said.decode().strip() == WrongDatabase.__doc__
    with sqlite3.connect(tmp_path / "data" / "playground.db") as database:
        assert database.execute("SELECT value FROM meta WHERE key = 'door'").fetchall() == ([(door,)] if door else [])
    database.close()


async def test_a_database_of_another_door_is_refused_also_when_nobody_is_in_it(tmp_path: Path) -> None:
    settings = Settings(vidsyn_data=tmp_path, database_url="", host="127.0.0.1", vidsyn_master_keys="")
    store = open_store(settings)
    await store.run(lambda work: work.meta.set("door", "slack"))
    await store.close()
    with pytest.raises(WrongDatabase):
        build(settings)


# Inside one process


class BrokenTicker(Ticker):
    """A mistake of ours in the middle of a tick."""

    async def tick(self) -> int:
        raise RuntimeError("Hemmelig tanke")


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    app = build(Settings(vidsyn_data=tmp_path, database_url="", host="127.0.0.1", vidsyn_master_keys=""))
    yield app
    await app.stop()


async def queued(app: App) -> str:
    """A message that waits to be sent."""

    def unit(work: Work) -> str:
        person = next(person for person in work.people.all(work.people.organisations()[0].id) if person.hr)
        message = MESSAGE.dump_json(Message((Part("Hej"),), "Ny besked")).decode()
        to = replace(work.people.addresses(person.id)[0], place="elsewhere")
        return work.outbox.add(to, message, "answer", "", app.clock.now()).id

    return await app.store.run(unit)


async def test_f21_a_part_of_the_tick_that_fails_holds_up_no_other(app: App) -> None:
    broken = BrokenTicker(app.store, Words.load(), app.clock, build_house())
    part_broken = replace(app, ticker=broken)
    id = await queued(app)
    with capture_logs() as logged:
        await part_broken.tick()
        await part_broken.delivery.idle()
    assert (await app.store.run(lambda work: work.outbox.get(id))).state == OutboxState.SENT
    assert [entry["event"] for entry in logged] == ["tick_failed"]
    assert "Hemmelig" not in repr(logged)


async def test_f24_who_stops_lets_what_is_on_its_way_arrive(app: App, tmp_path: Path) -> None:
    platform = FakePlatform()
    stopping: list[asyncio.Task[None]] = []
    slow = replace(app, delivery=Delivery(app.store, app.clock, {"playground": platform}))
    # The house stops while the platform is being asked; what stands behind the message waits for the next start.
    platform.before = lambda: stopping.append(asyncio.get_running_loop().create_task(slow.stop()))
    await app.delivery.deliver()  # the hellos of the first start
    kept = [await queued(app), await queued(app)]
    await slow.start()
    await slow.delivery.idle()
    await asyncio.gather(*stopping)
    again = build(Settings(vidsyn_data=tmp_path, database_url="", host="127.0.0.1", vidsyn_master_keys=""))
    states = await again.store.run(lambda work: [work.outbox.get(id).state for id in kept])
    assert states == [OutboxState.SENT, OutboxState.PENDING]
    await again.stop()


async def test_f10_a_tick_does_not_wait_for_a_platform(app: App) -> None:
    await app.delivery.deliver()  # the hellos of the first start
    asked, may_answer = asyncio.Event(), asyncio.Event()

    class Hanging(FakePlatform):
        async def send(self, outgoing: Outgoing, now: datetime) -> Outcome:
            asked.set()
            await may_answer.wait()
            return await super().send(outgoing, now)

    hanging = replace(app, delivery=Delivery(app.store, app.clock, {"playground": Hanging()}))
    id = await queued(app)
    async with asyncio.timeout(PATIENCE):
        await hanging.tick()
        await asked.wait()
        await hanging.tick()
    assert (await app.store.run(lambda work: work.outbox.get(id))).state == OutboxState.SENDING
    may_answer.set()
    await hanging.delivery.idle()
    assert (await app.store.run(lambda work: work.outbox.get(id))).state == OutboxState.SENT
