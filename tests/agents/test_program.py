"""Installing and starting the client: what happens when it cannot be had, and that nothing of it stays."""

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest

from tests.agents.echo import echo_bot
from tests.agents.program import FOLDER, START, CannotHave, install, running
from tests.agents.tenant import VERA, Seat

NOBODY = "http://127.0.0.1:9/api/messages"


def test_without_node_and_npm_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CannotHave, match="node is not there: install Node"):
        install()


def test_the_lock_file_has_hashes_and_no_addresses() -> None:
    packages = json.loads((FOLDER / "package-lock.json").read_text())["packages"]
    installed = [package for path, package in packages.items() if path]
    assert installed
    assert all("integrity" in package and "resolved" not in package for package in installed)
    assert "://" not in (FOLDER / "package-lock.json").read_text()


async def test_several_workers_can_install_at_once(agents_playground: None) -> None:
    await asyncio.gather(*(asyncio.to_thread(install) for _ in range(4)))
    assert START.is_file()


async def test_it_runs_as_long_as_the_block(agents_playground: None, tmp_path: Path) -> None:
    seat = Seat(VERA)
    async with echo_bot() as bot, aiohttp.ClientSession() as session:
        async with running(seat, bot.address, tmp_path / "client"), session.get(seat.address) as answer:
            assert answer.status == 200
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(seat.address)


async def test_a_client_that_ends_by_itself_is_told_of(agents_playground: None, tmp_path: Path) -> None:
    class Crooked(Seat):
        @property
        def config(self) -> str:
            return "{}"

    with pytest.raises(RuntimeError, match="the Agents Playground ended"):
        async with running(Crooked(VERA), NOBODY, tmp_path / "client"):
            pytest.fail("it runs without a configuration")
