"""The pictures of Teams in the docs, taken at the Agents Playground. `make picture` takes them anew."""

from __future__ import annotations

import os
import re
import struct

import pytest
from playwright.async_api import ViewportSize

from tests.agents import story
from tests.agents.client import Client
from tests.agents.conftest import OpenClient
from tests.agents.stage import playing
from tests.agents.story import da
from tests.agents.tenant import EMIL, HANNE, LONE
from tests.browser.test_picture import BEGINNING, lightened
from tests.conftest import ROOT
from tests.stage.scenes import MORNING, ROUND_NAME

FOLDER = ROOT / "docs" / "teams"
IN_CHAT, IN_CHANNEL = (52, 22), (12, 54)
"""What stands to the left of a card and above it: the assistant's picture, its name and the hour."""

PICTURES = {
    "welcome": IN_CHAT,
    "announcement": IN_CHANNEL,
    "preparation": IN_CHAT,
    "logbook": IN_CHAT,
    "summary": IN_CHAT,
}
WIDE, BELOW = 540, 3
"""The client draws every card equally wide."""

WINDOW: ViewportSize = {"width": 1280, "height": 2000}
"""High enough for every card: what has no room is cut off."""

HOUR = re.compile(r"^(\d\d\.\d\d, )?\d\d\.\d\d$")
"""When a message came, by the clock of this machine: that is another hour than in the story."""

MOST_BYTES = 200_000


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_teams_is_there_and_light(name: str) -> None:
    picture = (FOLDER / f"{name}.png").read_bytes()
    assert picture.startswith(BEGINNING)
    assert struct.unpack(">II", picture[16:24])[0] == WIDE
    assert len(picture) < MOST_BYTES


@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.skipif(not os.environ.get("VIDSYN_PICTURE"), reason="`make picture` takes the pictures")
async def test_take_the_pictures_of_teams(open_client: OpenClient) -> None:
    """One story in Danish; a picture of each thing that people meet on the way."""
    async with playing(MORNING, reader=EMIL) as play:
        await story.colleagues_are_there(play)
        emil, hanne, lone = [await open_client(play.region.seat(who), play.bot) for who in (EMIL, HANNE, LONE)]
        for client in (emil, hanne, lone):
            await story.speaks_danish(client)
        await story.comes_back(play, emil, "Emil")
        await take("welcome", emil, "Hej Emil.")
        await story.plans_a_round(play, hanne)
        await story.joins_the_channel(play, emil)
        await story.posts_it(hanne)
        await take("announcement", emil, da("round.post.title", {"programme": ROUND_NAME["da"]}))
        await story.signs_up(emil, LONE)
        await story.supports(lone)
        await story.matches(play)
        await story.approves(lone)
        await story.is_invited(play, emil)
        await story.begins_to_prepare(emil)
        await take("preparation", emil, da("prep.purpose"))
        await story.goes_on_preparing(emil)
        await story.gets_the_logbook(play, emil)
        await story.writes_the_logbook(emil)
        await take("logbook", emil, da("log.core.what"))
        await story.goes_on(emil, "btn.save", "Gemt.")
        await story.gets_the_summary(play, lone)
        await take("summary", lone, "uge 1")


async def take(name: str, client: Client, text: str) -> None:
    """The newest message that says this."""
    await client.page.set_viewport_size(WINDOW)
    message = await client.wait_for_text(text)
    await client.page.evaluate("document.activeElement.blur()")
    await client.page.get_by_text(HOUR).evaluate_all("them => them.forEach(it => it.style.visibility = 'hidden')")
    box, (left, above) = await message.bounding_box(), PICTURES[name]
    assert box is not None
    taken = await client.page.screenshot(
        clip={"x": box["x"] - left, "y": box["y"] - above, "width": WIDE, "height": box["height"] + above + BELOW},
        animations="disabled",
        caret="hide",
    )
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.png").write_bytes(lightened(taken))
