"""The pictures of Slack in the docs, drawn from the very blocks that were sent. `make picture` takes them anew."""

from __future__ import annotations

import os
import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.test_picture import BEGINNING, lightened
from tests.conftest import ROOT
from tests.slack.preview import Kind, render
from tests.slack.stage import CHANNEL_ID, SlackPlay, SlackSeat
from tests.stage.scenes import MORNING, Cast, play_to

FOLDER = ROOT / "docs" / "slack"
NAMES = (
    "announcement",
    "sign-up",
    "round-preview",
    "support",
    "logbook-chat",
    "logbook",
    "share",
    "debrief",
    "summary",
    "home",
    "home-leader",
)
PHONE, DESKTOP = 420, 760
MOST_BYTES = 200_000


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_of_slack_is_there_and_light(name: str) -> None:
    picture = (FOLDER / f"{name}.png").read_bytes()
    assert picture.startswith(BEGINNING)
    assert struct.unpack(">II", picture[16:24])[0] in (PHONE, DESKTOP)
    assert len(picture) < MOST_BYTES


@pytest.mark.skipif(not os.environ.get("VIDSYN_PICTURE"), reason="`make picture` takes the pictures")
async def test_take_the_pictures_of_slack(page: Page) -> None:
    """One story in Danish; a picture of each thing that people meet on the way."""
    play = await SlackPlay.open(MORNING)
    try:
        camera = Camera(page, play)
        hanne, emil, lone = [await play.seat(name) for name in ("Hanne", "Emil", "Lone")]
        await _round(camera, hanne)
        await _sign_up(camera, emil, lone)
    finally:
        await play.close()
    play = await SlackPlay.open(MORNING)
    try:
        camera = Camera(page, play)
        hanne, emil, lone, vera = [await play.seat(name) for name in ("Hanne", "Emil", "Lone", "Vera")]
        await play_to(Cast(play, hanne, emil, lone, vera), "last day")
        await _days(camera, emil, lone)
    finally:
        await play.close()


class Camera:
    """Takes pictures of what stands at the fake Slack."""

    def __init__(self, page: Page, play: SlackPlay) -> None:
        self._page = page
        self._play = play

    async def message(self, name: str, place: str, width: int = DESKTOP, saying: str = "") -> None:
        """The newest message of a channel or person, or the newest that says this."""
        found = next(it for it in reversed(self._play.slack.from_bot(place)) if saying in it.words())
        await self._take(name, found.blocks, "message", width)

    async def form(self, name: str, seat: SlackSeat, width: int = DESKTOP) -> None:
        """The form that is open."""
        await self._take(name, seat.there.modal.body, "modal", width)

    async def home(self, name: str, seat: SlackSeat) -> None:
        """Somebody's page."""
        await seat.there.opens_home()
        await self._play.settle()
        await self._take(name, seat.there.home.body, "home", DESKTOP)

    async def _take(self, name: str, surface: Any, kind: Kind, width: int) -> None:
        people = {id: user.real_name for id, user in self._play.slack.users.items()}
        await self._page.set_viewport_size({"width": width, "height": 200})
        await self._page.set_content(render(surface, kind, people=people))
        FOLDER.mkdir(exist_ok=True)
        taken = await self._page.screenshot(full_page=True, animations="disabled", caret="hide")
        (FOLDER / f"{name}.png").write_bytes(lightened(taken))


async def _round(camera: Camera, hanne: SlackSeat) -> None:
    await hanne.says("ny runde")
    await hanne.fills({"round.new.name": "Jobbytte forår", "round.new.forms": ["form.shadow", "form.jobswap_next"]})
    dates = {
        "opens": "2026-04-13",
        "deadline": "2026-04-20",
        "answer_by": "2026-04-24",
        "latest_start": "2026-06-01",
        "finish_by": "2026-06-30",
    }
    await hanne.fills({f"round.new.{key}": value for key, value in dates.items()})
    await hanne.fills({"round.new.channel": "#jobbytte", "round.check.contact": hanne.id})
    await camera.form("round-preview", hanne)
    await hanne.taps("btn.post")
    await camera.message("announcement", CHANNEL_ID)


async def _sign_up(camera: Camera, emil: SlackSeat, lone: SlackSeat) -> None:
    await emil.presses_in_channel("Jeg vil være med")
    await emil.fills({"sign.voluntary": "yes"})
    await camera.form("sign-up", emil, PHONE)
    await emil.fills({"sign.leader": lone.id})
    await emil.taps("sign.talked.yes")
    await emil.taps("sign.mode.match")
    await emil.fills({"sign.where": "Familieafdelingen, for de får vores indberetninger"})
    await emil.fills({"sign.learn": "Hvad de har brug for at vide fra os"})
    await emil.taps("btn.no")
    await camera.message("support", lone.user)


async def _days(camera: Camera, emil: SlackSeat, lone: SlackSeat) -> None:
    await camera.message("logbook-chat", emil.user, PHONE)
    await emil.last()
    await camera.form("logbook", emil, PHONE)
    await emil.fills({"log.last.unforget": "Morgenmødet", "log.last.gift": "De siger tak til hinanden"})
    await camera.form("share", emil, PHONE)
    await emil.fills()
    await emil.play.until(datetime(2026, 5, 8, 10, 0, tzinfo=UTC))
    await camera.message("summary", lone.user, saying="uge 1")
    await emil.presses("Start (7 min.)")
    await emil.fills()
    await camera.form("debrief", emil, PHONE)
    await camera.home("home", emil)
    await camera.home("home-leader", lone)
