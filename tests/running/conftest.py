from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.postgres import drop, fresh_database
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


@pytest.fixture(params=["file", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database that several processes can open."""
    if request.param == "file":
        yield f"sqlite:///{tmp_path}/one.db"
        return
    url = fresh_database()
    yield url
    drop(url)


@pytest.fixture
async def two(url: str) -> AsyncIterator[tuple[Play, Play]]:
    """Two processes on one database, with the first four people in it."""
    one = Play(MONDAY, url)
    await one.delivery.deliver()
    other = Play(MONDAY, url)
    yield one, other
    await one.close()
    await other.close()
