"""The transcripts of the playground, played on Slack: what people do and see there is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from tests.slack.chat import SlackChat
from tests.slack.difference import difference
from tests.slack.stage import SlackPlay
from tests.stage.asides import play_aside
from tests.stage.scenes import MORNING, Cast
from tests.transcripts.player import FILES, FOLDER, LONG, LONGER, SHORT, TITLES
from tests.transcripts.script import play, read

WRITTEN = {file: file.read_text("utf-8") for file in FILES}


async def played(file: Path, folder: Path, transport: Literal["http", "socket"]) -> list[str]:
    """How the file differs when it is played on Slack."""
    transcript = read(file)
    title = transcript.scene.removesuffix(LONGER[transcript.language])
    start, end = SHORT if title == transcript.scene else LONG
    url = f"sqlite:///{folder}/vidsyn.db" if transcript.restarts else "sqlite://"
    slack = await SlackPlay.open(MORNING, transcript.language, url=url, transport=transport)
    try:
        hanne, emil, lone, vera = [await slack.seat(name) for name in ("Hanne", "Emil", "Lone", "Vera")]
        here = Cast(slack, hanne, emil, lone, vera, start, end)
        await play_aside(here, TITLES[transcript.language][title])
        for seat in (hanne, emil, lone, vera):
            await seat.puts_down()
        chat = SlackChat(here, slack)
        seen = await play(transcript, chat)
        assert_nothing_is_refused(slack, chat)
    finally:
        await slack.close()
    return difference(WRITTEN[file], seen, transcript.language)


def assert_nothing_is_refused(slack: SlackPlay, chat: SlackChat) -> None:
    """But what a second click in a form would show: the first has changed or closed it, so it changes nothing."""
    refused = [(each.method, each.error) for each in slack.slack.ledger.refusals]
    assert {error for _, error in refused} <= {"hash_conflict", "not_found"}, refused
    assert {method for method, _ in refused} <= {"views.update"}, refused
    assert len(refused) <= chat.second_clicks


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
async def test_a_transcript_is_the_same_on_slack(file: Path, tmp_path: Path) -> None:
    assert await played(file, tmp_path, "http") == []


async def test_the_whole_way_is_the_same_through_a_socket(tmp_path: Path) -> None:
    assert await played(FOLDER / "da" / "hele-vejen.txt", tmp_path, "socket") == []
