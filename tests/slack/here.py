"""A point of the story on Slack, for tests: who is there, what they see, and what came of what they did."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from storage.records import AnswerRow
from storage.store import Store, StoreUnavailable, Work
from tests.slack.fake import Delivery, FakeSlack, Message, View
from tests.slack.stage import IN_NO_HURRY, TEAM, SlackPlay, SlackSeat
from tests.stage.play import WORDS
from tests.stage.scenes import MORNING, Cast, play_to

T = TypeVar("T")
Json = dict[str, Any]


@dataclass
class Here(Cast):
    """The people of the story at Slack."""

    play: SlackPlay
    hanne: SlackSeat
    emil: SlackSeat
    lone: SlackSeat
    vera: SlackSeat

    @property
    def slack(self) -> FakeSlack:
        """The fake, whose ledger is the judge."""
        return self.play.slack

    def word(self, key: str, **values: object) -> str:
        """A sentence in Danish."""
        return WORDS.text("da", key, values)

    def chat(self, seat: SlackSeat) -> list[Message]:
        """What the assistant has said in private, as it stands now."""
        return self.slack.from_bot(seat.user)

    def reads(self, seat: SlackSeat) -> str:
        """All of it as it reads."""
        return "\n".join(post.words() for post in self.chat(seat))

    def newest(self, seat: SlackSeat, label: str) -> Message:
        """The newest message with this button."""
        return next(post for post in reversed(self.chat(seat)) if label in post.labels())

    def view(self, seat: SlackSeat) -> View:
        """The form in front of somebody, as it is at this moment."""
        return deepcopy(seat.there.modal)

    def calls(self) -> list[str]:
        """What Slack has been asked to do so far."""
        return self.slack.ledger.methods()

    def since(self, mark: int) -> list[str]:
        """What it was asked to do after `mark` calls, but for drawing somebody's page."""
        return [method for method in self.calls()[mark:] if method != "views.publish"]

    async def answers(self, seat: SlackSeat) -> list[AnswerRow]:
        """What somebody has answered, all of it."""

        def unit(work: Work) -> list[AnswerRow]:
            subjects = [row.id for row in work.exchanges.of_employee(self.emil.id)]
            subjects += [row.id for row in work.exchanges.of_leader(self.lone.id) if row.id not in subjects]
            return [row for id in subjects for row in work.answers.about(id) if row.person == seat.id]

        return await self.play.store.run(unit)

    async def kept(self, seat: SlackSeat, begins: str = "prep.") -> dict[str, Any]:
        """What somebody has answered to questions that begin so."""
        return {row.key: row.value for row in await self.answers(seat) if row.key.startswith(begins)}

    async def sends(self, body: Json, *, by: SlackSeat | None = None) -> Delivery:
        """A gesture that no client of Slack's makes, from a `body` that one did; with a trigger of its own."""
        made = deepcopy(body)
        if by is not None:
            user = self.slack.users[by.user]
            made["user"] |= {"id": user.id, "username": user.name, "name": user.name}
        made["trigger_id"] = self.slack.new_trigger(made["user"]["id"], TEAM)
        delivery = await self.slack.send("interactive", TEAM, made)
        await self.play.settle()
        return delivery

    async def troubled(self) -> Troubled:
        """Starts the house anew on a store that can be away."""
        await self.play._end()
        store = Troubled(self.play.store)
        self.play.store = store
        await self.play.put_together()
        return store

    def nothing_refused(self) -> None:
        """Slack took everything that it was sent, once it was time: the clock jumps while a post is on its way."""
        refused = [(it.method, it.error, *it.why) for it in self.slack.ledger.refusals]
        assert not [it for it in refused if it != ("chat.postMessage", "ratelimited")], refused


@asynccontextmanager
async def at(
    scene: str,
    *,
    url: str = "sqlite://",
    transport: Literal["http", "socket"] = "http",
    late: float = IN_NO_HURRY,
) -> AsyncIterator[Here]:
    """The story at the scene called `scene`, played on Slack, with all forms put away."""
    play = await SlackPlay.open(MORNING, url=url, transport=transport, late=late)
    try:
        hanne, emil, lone, vera = [await play.seat(name) for name in ("Hanne", "Emil", "Lone", "Vera")]
        here = Here(play, hanne, emil, lone, vera)
        await play_to(here, scene)
        play.slack.stacks.clear()
        here.nothing_refused()
        yield here
    finally:
        await play.close()


def buttons(shown: Message | View) -> Iterator[Json]:
    """Each button in it."""
    return (element for _, element in shown.elements() if element["type"] == "button")


def value_of(shown: Message | View, label: str) -> str:
    """What the button with this label sends."""
    return str(next(button["value"] for button in buttons(shown) if button["text"]["text"] == label))


def about(view: View) -> Json:
    """What a form remembers."""
    found: Json = json.loads(view.body["private_metadata"])
    return found


class Troubled(Store):
    """A store that is away, or slow, for as long as a test says."""

    def __init__(self, inner: Store) -> None:
        self._inner = inner
        self.is_shared = inner.is_shared
        self.away = False
        self.before: Callable[[], Awaitable[None]] | None = None

    async def run(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        """As the real one, once it is back."""
        if self.before is not None:
            await self.before()
        if self.away:
            raise StoreUnavailable
        return await self._inner.run(unit, serial)

    def run_now(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        return self._inner.run_now(unit, serial)

    async def close(self) -> None:
        await self._inner.close()
