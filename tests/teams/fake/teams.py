"""The whole fake: the services, the people, and the way to the bot."""

from __future__ import annotations

import asyncio
import json
import uuid
from copy import deepcopy
from types import TracebackType
from typing import Literal

from tests.teams.fake.admin import Admin
from tests.teams.fake.people import Person
from tests.teams.fake.server import Server
from tests.teams.fake.things import App, Clock, Json, NotThere, User
from tests.teams.fake.ways import Answer, Delivery, Way

Twice = Literal["", "same id", "new id"]


class FakeTeams(Server):
    """`async with FakeTeams(clock) as teams:` or `await teams.start()` and `await teams.stop()`.

    `tell(url)` says where the bot listens. `deliveries` is all that was sent to it, repetitions too. `twice`: every
    activity is sent once more, at the same time, with the same id or a new one.
    """

    def __init__(self, clock: Clock, app: App | None = None) -> None:
        super().__init__(clock, app)
        self.admin = Admin(self)
        self.deliveries: list[Delivery] = []
        self.twice: Twice = ""
        self._way: Way | None = None

    async def __aenter__(self) -> FakeTeams:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def person(self, user: User | str) -> Person:
        """Somebody who acts; a User or their aad id."""
        return Person(self, user if isinstance(user, User) else self.users[user])

    # The way to the bot

    def tell(self, url: str, *, patience: float = 15.0, repeats: bool = False) -> None:
        """Everything that happens is posted to this address.

        `patience`: real seconds that Teams waits. `repeats`: then it sends again, with the same id and twice with a
        new one.
        """
        self._way = Way(url, patience, repeats)

    async def send(self, activity: Json, *, token: str = "") -> Delivery:
        """One activity to the bot, with a token of its own unless one is given."""
        first = self._delivery(activity, token)
        if self.twice:
            again = self._delivery(self._renewed(activity) if self.twice == "new id" else activity, token)
            first.again.append(again)
            await asyncio.gather(self._post(first), self._post(again))
            return first
        await self._post(first)
        if self._way_there.repeats and not first.answer.status:
            await self._repeat(first, token)
        return first

    async def replay(self, delivery: Delivery) -> Answer:
        """The very same request once more, token and all."""
        return await self._way_there.post(delivery.raw, delivery.headers)

    async def post_raw(self, body: bytes, *, token: str | None = None, headers: dict[str, str] | None = None) -> Answer:
        """These bytes to the bot, signed for now unless a token (or none: "") is given; `headers` on top."""
        value = self.keys.token(self.service_url) if token is None else token
        own = {"Content-Type": "application/json; charset=utf-8"}
        if value:
            own["Authorization"] = f"Bearer {value}"
        return await self._way_there.post(body, own | (headers or {}))

    # What is forbidden

    def assert_no_words(self, *words: str) -> None:
        """None of these stands in anything that the bot ever put into a chat: posts, updates, notifications."""
        for call in self.ledger.accepted:
            kept = json.dumps(call.body, ensure_ascii=False)
            found = [word for word in words if json.dumps(word, ensure_ascii=False)[1:-1] in kept]
            assert not found, f"{found} stands in {call.where}: {kept[:2000]}"

    # Inside

    @property
    def _way_there(self) -> Way:
        if self._way is None:
            raise NotThere("Nobody has said where the bot is: tell(url).")
        return self._way

    def _delivery(self, activity: Json, token: str) -> Delivery:
        body = deepcopy(activity)
        token = token or self.keys.token(str(body.get("serviceUrl", self.service_url)))
        headers = {"Content-Type": "application/json; charset=utf-8", "Authorization": f"Bearer {token}"}
        delivery = Delivery(self.now, body, json.dumps(body, ensure_ascii=False).encode(), headers)
        self.deliveries.append(delivery)
        return delivery

    async def _post(self, delivery: Delivery) -> None:
        delivery.answer = await self._way_there.post(delivery.raw, delivery.headers)

    async def _repeat(self, first: Delivery, token: str) -> None:
        renewed = self._renewed(first.activity)
        for activity in (first.activity, renewed, renewed):
            again = self._delivery(activity, token)
            first.again.append(again)
            await self._post(again)
            if again.answer.status:
                return

    def _renewed(self, activity: Json) -> Json:
        """The same with a new id."""
        new = self.new_id() if str(activity.get("id", "")).isdigit() else f"f:{uuid.uuid4()}"
        return activity | {"id": new}
