"""Every transcript says what happens when it is played."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.transcripts.player import FILES, played

WRITTEN = {file: file.read_text("utf-8").splitlines() for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
async def test_a_transcript_says_what_happens(file: Path, tmp_path: Path) -> None:
    assert (await played(file, tmp_path)).splitlines() == WRITTEN[file]
