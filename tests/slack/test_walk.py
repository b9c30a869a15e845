"""Four people press, send, type and close whatever they have ever seen, in any order: nothing breaks or leaks."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from storage.store import Work
from tests.slack.fake import Message, NotThere, View
from tests.slack.fake.ledger import Posted, Updated
from tests.slack.fake.things import Json
from tests.slack.here import Here, at, buttons
from tests.slack.seat import SlackSeat
from tests.slack.stage import CHANNEL_ID, TEAM

STEPS = 150
TYPED = (
    "hjælp",
    "status",
    "tilbage",
    "spring over",
    "pause",
    "fortsæt",
    "stop",
    "mine data",
    "logbog",
    "delt",
    "ja",
    "1",
)
JUMPS = [timedelta(hours=3), timedelta(hours=9), timedelta(days=1)]
WORD = re.compile(r"Kanarie\d+f[A-Z]+")
HARMLESS = {("views.update", "hash_conflict"), ("views.update", "not_found"), ("chat.postMessage", "ratelimited")}


@dataclass
class Walk:
    """Somebody's next step, by chance. What is filled in is a word of its own, so that it is known again."""

    here: Here
    chance: Random
    seen: dict[str, list[Message | View]] = field(default_factory=dict)
    words: int = 0

    async def step(self) -> None:
        seat = self.chance.choice([self.here.hanne, self.here.emil, self.here.emil, self.here.lone, self.here.vera])
        seen = self.looks(seat)
        form = self.here.slack.view_of(seat.user)
        steps = [self.presses] * 4 + [self.types, self.goes_home] + ([self.sends] * 4 + [self.closes] if form else [])
        with suppress(NotThere):  # Slack's own client would not let them
            await self.chance.choice(steps)(seat, form or self.chance.choice(seen))
        await self.here.play.settle()
        if self.chance.random() < 0.04:
            await self.here.play.until(self.here.play.clock.now() + self.chance.choice(JUMPS))
        self.here.play.clock.move_to(self.here.play.clock.now() + timedelta(seconds=20))

    def looks(self, seat: SlackSeat) -> list[Message | View]:
        seen, slack = self.seen.setdefault(seat.user, []), self.here.slack
        shown = [*slack.from_bot(seat.user)[-4:], *slack.from_bot(CHANNEL_ID)[-2:], slack.homes.get((TEAM, seat.user))]
        seen += [deepcopy(it) for it in (*shown, slack.view_of(seat.user)) if it is not None]
        return seen

    async def presses(self, seat: SlackSeat, shown: Message | View) -> None:
        found = list(buttons(shown))
        if found:
            button = self.chance.choice(found)
            await seat.there.presses(shown, button["action_id"], values=self.answers(shown), old=True)

    async def sends(self, seat: SlackSeat, shown: Message | View) -> None:
        assert isinstance(shown, View)
        await seat.there.submits(self.answers(shown), shown)

    async def closes(self, seat: SlackSeat, shown: Message | View) -> None:
        await seat.there.closes(everything=True)

    async def types(self, seat: SlackSeat, shown: Message | View) -> None:
        await seat.there.types(self.chance.choice(TYPED))

    async def goes_home(self, seat: SlackSeat, shown: Message | View) -> None:
        await seat.there.opens_home()

    def answers(self, shown: Message | View) -> dict[str, Any]:
        asked = [(block["block_id"], it) for block, it in shown.elements() if it["type"] != "button"]
        return {key: self.answer(element) for key, element in asked if self.chance.random() < 0.9}

    def answer(self, element: Json) -> Any:
        options = [it["value"] for it in element.get("options", ())]
        match element["type"]:
            case "plain_text_input":
                self.words += 1
                return f"Kanarie{self.words}fUGL"[: element.get("max_length", 3000)]
            case "datepicker":
                return (self.here.play.clock.now() + timedelta(days=self.chance.randint(-3, 40))).date()
            case "timepicker":
                return "16:30"
            case "users_select":
                return self.chance.choice(["UHANNE", "UEMIL", "ULONE", "UVERA"])
            case "checkboxes" | "multi_static_select":
                return [it for it in options if self.chance.random() < 0.7]
        return self.chance.choice(options) if options else None


async def written(here: Here) -> dict[str, tuple[str, str]]:
    """Who wrote each word, and how private it is."""

    def unit(work: Work) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for seat in (here.hanne, here.emil, here.lone, here.vera):
            for row in work.answers.by(seat.id):
                shared = "shared" if row.released else row.visibility
                found |= dict.fromkeys(WORD.findall(json.dumps(row.value)), (seat.user, shared))
        return found

    return await here.play.store.run(unit)


def failures(logs: list[EventDict]) -> list[EventDict]:
    return [it for it in logs if it["log_level"] == "error"]


@pytest.mark.parametrize(("scene", "seed"), [("round open", 533), ("first day", 7), ("debrief", 7)])
async def test_whatever_people_do_nothing_breaks_and_nobody_reads_what_is_not_theirs(scene: str, seed: int) -> None:
    with capture_logs() as logs:
        async with at(scene) as here:
            walk = Walk(here, Random(seed))
            told = len(here.slack.deliveries)
            for _ in range(STEPS):
                await walk.step()
            assert not failures(logs)
            assert {it.answer.status for it in here.slack.deliveries[told:]} == {200}
            assert {(it.method, it.error) for it in here.slack.ledger.refusals} <= HARMLESS
            private = {word: who for word, (who, kind) in (await written(here)).items() if kind in ("P", "S")}
            for entry in here.slack.ledger.entries:
                for word in WORD.findall(json.dumps(vars(entry), default=str)):
                    reader = getattr(entry, "user", "")
                    assert private.get(word, reader) == reader, (word, entry)
                    assert word not in private or not isinstance(entry, Posted | Updated), (word, entry)
            assert not await here.play.store.run(lambda work: work.inbox.pending(1))
