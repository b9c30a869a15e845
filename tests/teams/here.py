"""A point of the story on Teams, for tests: who is there, what they see, and what came of what they did."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.channel import Message
from storage.records import AnswerRow
from storage.store import Work
from tests.stage.play import WORDS
from tests.stage.scenes import MORNING, Cast, play_to
from tests.teams.fake import FakeTeams, Posted
from tests.teams.seat import TeamsSeat
from tests.teams.stage import IN_NO_HURRY, TeamsPlay
from tests.transcripts.player import SHORT


@dataclass
class Here(Cast):
    """The people of the story at Teams."""

    play: TeamsPlay
    hanne: TeamsSeat
    emil: TeamsSeat
    lone: TeamsSeat
    vera: TeamsSeat

    @property
    def teams(self) -> FakeTeams:
        """The fake, whose ledger is the judge."""
        return self.play.teams

    def word(self, key: str, **values: object) -> str:
        """A sentence in Danish."""
        return WORDS.text("da", key, values)

    def reads(self, seat: TeamsSeat) -> str:
        """All that the assistant has said in private, as it stands now and reads."""
        return "\n".join(seat.there.reads(post) for post in seat.there.posts)

    def newest(self, seat: TeamsSeat, label: str) -> Posted:
        """The newest message with this button."""
        return next(post for post in reversed(seat.there.posts) if post.card and label in seat.there.buttons(post))

    def dialog(self, seat: TeamsSeat) -> Message:
        """The dialog in front of somebody."""
        shown = seat.form()
        assert shown is not None, f"{seat.name} has no dialog open."
        return shown

    async def answers(self, seat: TeamsSeat) -> list[AnswerRow]:
        """What somebody has answered, all of it."""

        def unit(work: Work) -> list[AnswerRow]:
            return list(work.answers.by(seat.id))

        return await self.play.store.run(unit)

    async def kept(self, seat: TeamsSeat, begins: str = "prep.") -> dict[str, Any]:
        """What somebody has answered to questions that begin so."""
        return {row.key: row.value for row in await self.answers(seat) if row.key.startswith(begins)}


@asynccontextmanager
async def at(
    scene: str,
    *,
    days: tuple[date, date] = SHORT,
    url: str = "sqlite://",
    most: int = IN_NO_HURRY,
    late: float = IN_NO_HURRY,
) -> AsyncIterator[Here]:
    """The story at the scene called `scene`, played on Teams, with all dialogs closed."""
    play = await TeamsPlay.open(MORNING, url=url, most=most, late=late)
    try:
        hanne, emil, lone, vera = [await play.seat(name) for name in ("Hanne", "Emil", "Lone", "Vera")]
        here = Here(play, hanne, emil, lone, vera, *days)
        await play_to(here, scene)
        play.teams.open.clear()
        play.nothing_refused()
        yield here
    finally:
        await play.close()
