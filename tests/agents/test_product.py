"""The product at the Agents Playground, a client like Teams' own: an exchange, and the way that docs/teams.md goes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.agents import story
from tests.agents.client import expect
from tests.agents.conftest import OpenClient
from tests.agents.stage import AgentsPlay, playing
from tests.agents.story import da
from tests.agents.tenant import EMIL, HANNE, LONE, Seat, free_port
from tests.running.test_app import environment
from tests.stage.scenes import MORNING, NOTES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

READY = b"Vidsyn is ready for the Agents Playground on this machine"
CROOKED = "00000000-0000-0000-0000-0000000000020"
"""The directory's id of whoever sits at a client without a config: no real one has thirteen digits at the end."""


@pytest.fixture
async def play() -> AsyncIterator[AgentsPlay]:
    async with playing(MORNING, reader=EMIL) as play:
        await story.colleagues_are_there(play)
        yield play


async def test_an_exchange_up_to_the_leaders_summary(play: AgentsPlay, open_client: OpenClient) -> None:
    emil, hanne, lone = [await open_client(play.region.seat(who), play.bot) for who in (EMIL, HANNE, LONE)]
    for client in (emil, hanne, lone):
        await story.speaks_danish(client)
    await story.plans_a_round(play, hanne)
    await story.joins_the_channel(play, emil)
    await story.posts_it(hanne)
    await story.signs_up(emil, LONE)
    await story.supports(lone)
    await story.matches(play)
    await story.approves(lone)
    await story.is_invited(play, emil)
    shown = len(await emil.messages())
    await story.begins_to_prepare(emil)
    assert len(await emil.messages()) == shown, "each step takes the place of the one before"
    await expect(emil.card(da("prep.ack"))).to_have_count(0)
    await story.goes_on_preparing(emil)
    await story.gets_the_logbook(play, emil)
    await story.writes_the_logbook(emil)
    await story.goes_on(emil, "btn.save", "Gemt.")
    shared, private = NOTES["da"]["log.core.what"][0], NOTES["da"]["log.first.wonder"][0]
    assert shared not in "".join(await emil.messages()), "what was written stays in no chat"
    await story.gets_the_summary(play, lone)
    told = "".join(await lone.messages())
    assert shared in told
    assert private not in told


async def test_one_welcome_an_install_and_help_at_any_time(play: AgentsPlay, open_client: OpenClient) -> None:
    client = await open_client(play.region.seat(LONE), play.bot)
    await story.speaks_danish(client)
    assert [it.startswith("Hi Lone.") for it in await client.messages()] == [True, False]
    await client.enter()  # tells of an install once more, in two ways
    await client.says("HJÆLP!")
    await client.wait_for_text(da("help.menu", {"contact": "HR"}))
    assert len(await client.messages()) == 1
    await story.comes_back(play, client, "Lone")
    await client.says("Hej")
    await client.wait_for_text(da("help.menu", {"contact": "HR"}))
    assert len(await client.messages()) == 2


class Unprepared(Seat):
    """A client that was started without a config, as docs/teams.md starts it."""

    config = ""


async def test_the_real_process_and_a_client_as_the_guide_starts_them(open_client: OpenClient, tmp_path: Path) -> None:
    seat, port = Unprepared(LONE), free_port()
    settings = {"TEAMS_DANGEROUSLY_ANONYMOUS": "true", "TEAMS_SERVICE_HOSTS": seat.host, "PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run", cwd=tmp_path, env=environment(tmp_path, **settings),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = b""
        async with asyncio.timeout(60):
            while READY not in said:
                line = await process.stdout.readline()
                assert line, said.decode()
                said += line
        client = await open_client(seat, f"http://127.0.0.1:{port}/api/messages")
        await story.speaks_danish(client)
        await client.says("hjælp")
        await client.wait_for_text(da("help.menu", {"contact": "HR"}))
    finally:
        process.terminate()
        out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    assert CROOKED not in (said + out).decode()
