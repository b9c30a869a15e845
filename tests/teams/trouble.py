"""Other ways through the same house: a store that is away, an impatient Teams, and clients of long ago."""

from __future__ import annotations

from bot.channel import Reply
from tests.slack.here import Troubled
from tests.teams.fake import Person
from tests.teams.fake.forms import Values
from tests.teams.fake.things import Json, Posted
from tests.teams.fake.ways import Delivery
from tests.teams.here import Here
from tests.teams.seat import TeamsSeat
from tests.teams.stage import TeamsPlay


async def troubled(here: Here) -> Troubled:
    """The house begins anew on a store that can be away."""
    await here.play._end()
    store = Troubled(here.play.store)
    here.play.store = store
    await here.play.put_together()
    return store


def written(play: TeamsPlay) -> list[Json]:
    """Every message that was posted or changed, typing left out."""
    return [call.body for call in play.teams.ledger.accepted if call.body.get("type") == "message"]


class Sent(TeamsSeat):
    """Of whom all comes twice, with the same id: typed words are one message of the chat, whose id is its own."""

    presses_again = "same id"

    async def says(self, text: str) -> Reply:
        self.play.teams.twice = "same id"
        reply = await super().says(text)
        self.play.teams.twice = self.presses_again  # type: ignore[assignment]
        return reply


class SentAnew(Sent):
    """Of whom each press comes twice, with a new id."""

    presses_again = "new id"


class OldClient(Person):
    """Somebody whose client knows no Action.Execute."""

    async def presses(
        self,
        post: Posted,
        title: str,
        inputs: Values | None = None,
        *,
        as_old_client: bool = True,
        screen: Json | None = None,
    ) -> Delivery:
        return await super().presses(post, title, inputs, as_old_client=as_old_client, screen=screen)


class OldSeat(TeamsSeat):
    """Somebody who sits there."""

    @property
    def there(self) -> Person:
        return OldClient(self.play.teams, self.play.teams.users[self.aad])
