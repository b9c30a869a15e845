from collections.abc import AsyncIterator

import pytest

from tests.running.story import MONDAY, Story
from tests.stage.play import Play


@pytest.fixture
async def play() -> AsyncIterator[Play]:
    """A house with its first four people in it, in memory."""
    play = Play(MONDAY)
    yield play
    await play.close()


@pytest.fixture
async def story(play: Play) -> Story:
    """The four people, each at their chat."""
    story = Story(play)
    await story.meet()
    return story
