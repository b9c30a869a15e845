"""The transcripts of the playground, played on Teams: what people do and see there is the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stage.asides import play_aside
from tests.stage.scenes import MORNING, Cast
from tests.teams.chat import TeamsChat
from tests.teams.difference import difference
from tests.teams.stage import TeamsPlay
from tests.transcripts.player import FILES, FOLDER, LONG, LONGER, SHORT, TITLES
from tests.transcripts.script import play, read

WRITTEN = {file: file.read_text("utf-8") for file in FILES}
WHOLE_WAY = FOLDER / "nb" / "hele-veien.txt"


async def played(file: Path, folder: Path) -> list[str]:
    """How the file differs when it is played on Teams."""
    transcript = read(file)
    title = transcript.scene.removesuffix(LONGER[transcript.language])
    start, end = SHORT if title == transcript.scene else LONG
    url = f"sqlite:///{folder}/vidsyn.db" if transcript.restarts else "sqlite://"
    teams = await TeamsPlay.open(MORNING, transcript.language, url=url)
    try:
        hanne, emil, lone, vera = [await teams.seat(name) for name in ("Hanne", "Emil", "Lone", "Vera")]
        here = Cast(teams, hanne, emil, lone, vera, start, end)
        await play_aside(here, TITLES[transcript.language][title])
        for seat in (hanne, emil, lone, vera):
            await seat.puts_down()
        seen = await play(transcript, TeamsChat(here, teams))
        teams.nothing_refused()
        teams.no_own_words()
    finally:
        await teams.close()
    return difference(WRITTEN[file], seen, transcript.language)


@pytest.mark.parametrize(
    "file", [file for file in FILES if file != WHOLE_WAY], ids=lambda file: f"{file.parent.name}/{file.stem}"
)
async def test_a_transcript_is_the_same_on_teams(file: Path, tmp_path: Path) -> None:
    assert await played(file, tmp_path) == []


async def test_whole_way_in_bokmal_with_real_tokens(tmp_path: Path) -> None:
    """What comes is signed by Teams' keys and let in by our door; what goes is taken with a token from the login."""
    assert await played(WHOLE_WAY, tmp_path) == []
