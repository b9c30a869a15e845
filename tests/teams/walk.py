"""Somebody's next step at Teams, by chance."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Literal

from tests.teams.fake import DROP_AFTER, DROP_BEFORE, T10, AcceptThen, Delivery, NotThere, Posted, labels
from tests.teams.fake.cards import inputs
from tests.teams.fake.faults import Fault
from tests.teams.fake.forms import Values
from tests.teams.fake.things import Json
from tests.teams.here import Here
from tests.teams.seat import TeamsSeat

CPR = "070761-4285"
TYPED = (
    "hjælp", "HELP", "hi", "status", "tilbage", "spring over", "pause", "fortsæt", "stop", "mine data", "logbog",
    "delt", "ja", "nej", "1", "99", "2026-05-06", "16:30", "", " ", "👍🏽", "<at>Vidsyn</at> hjælp",
    "<b>fed</b> &amp; <script>",
    "**fed** [klik](https://example.com) # nej", "{{user}} ${name}", f"Hun hedder {CPR}", "ny runde", "jobbytte",
    "\u202eabc\u0000", "æ" * 4000,
)  # fmt: skip
JUMPS = (timedelta(hours=3), timedelta(hours=9), timedelta(days=1))
WORD = re.compile(r"Kanarie\d+f[A-Z]+")
FAULTS: tuple[Fault, ...] = (*T10.values(), AcceptThen(500), DROP_AFTER, DROP_BEFORE)
TWICE: tuple[Literal["", "same id", "new id"], ...] = ("", "", "", "same id", "new id")


@dataclass
class Walk:
    """All of them press and fill in whatever they have ever seen. Each thing filled in is a word of its own."""

    here: Here
    chance: Random
    seen: dict[str, list[tuple[Posted, Json]]] = field(default_factory=dict)
    words: int = 0
    installs: dict[str, int] = field(default_factory=dict)
    last: Delivery | None = None

    async def step(self) -> None:
        """One of them does something, and all that comes of it happens."""
        here = self.here
        seat = self.chance.choice([here.hanne, here.emil, here.emil, here.lone, here.vera])
        self.looks(seat)
        here.teams.twice = self.chance.choice(TWICE)
        if self.chance.random() < 0.1:
            here.teams.fail_next(self.chance.choice(("send", "update", "create", "user", "member")), self._fault())
        ways = [self.presses] * 16 + [self.types] * 6 + [self.sends_again, self.moves, self.reacts]
        ways += [self.submits] * 30 + [self.closes] * 2 if seat.dialog() else []
        with suppress(NotThere):  # Teams' own client would not let them
            await self.chance.choice(ways)(seat)
        await here.play.settle()
        await here.play.looks()
        if self.chance.random() < 0.05:
            await here.play.until(here.play.clock.now() + self.chance.choice(JUMPS))
        here.play.clock.move_to(here.play.clock.now() + timedelta(seconds=20))

    def looks(self, seat: TeamsSeat) -> None:
        """Keeps the cards in mind that somebody sees now."""
        shown = [*seat.there.posts[-4:], *self.here.teams.posts(self.here.play.team.id)[-2:]]
        seen = self.seen.setdefault(seat.aad, [])
        seen += [(post, deepcopy(seat.there.card(post))) for post in shown if post.card is not None]

    async def presses(self, seat: TeamsSeat) -> None:
        post, card = self.chance.choice(self.seen[seat.aad])
        if found := labels(card):
            old = self.chance.random() < 0.15
            given = self.answers(card)
            self.last = await seat.there.presses(post, self.chance.choice(found), given, screen=card, as_old_client=old)

    async def submits(self, seat: TeamsSeat) -> None:
        dialog = self.chance.choice([*seat.there.dialogs[-2:], seat.there.dialog, seat.there.dialog])
        self.last = await seat.there.submits(self.button(dialog.card), self.answers(dialog.card), dialog=dialog)

    async def closes(self, seat: TeamsSeat) -> None:
        seat.there.closes()

    async def types(self, seat: TeamsSeat) -> None:
        """Rubbish, a command, or a word of one's own; in private, or before others."""
        text = self.word() if self.chance.random() < 0.3 else self.chance.choice(TYPED)
        twice, self.here.teams.twice = self.here.teams.twice, ""
        if self.chance.random() < 0.15:
            self.last = await seat.there.says_in(self.here.play.team.id, text)
        else:
            self.last = await seat.there.says(text)
        self.here.teams.twice = twice

    async def sends_again(self, seat: TeamsSeat) -> None:
        if self.last is not None:
            await self.here.teams.replay(self.last)

    async def moves(self, seat: TeamsSeat) -> None:
        """Uninstalls, installs, blocks or unblocks, or is served from elsewhere."""
        match self.chance.randrange(5):
            case 0:
                await seat.there.uninstalls()
            case 1 | 2:
                self.installs[seat.aad] = self.installs.get(seat.aad, 1) + 1
                await seat.there.installs(self.chance.sample(("conversationUpdate", "installationUpdate"), 2))
            case 3:
                seat.there.user.blocked = not seat.there.user.blocked
            case _:
                self.here.teams.region = self.chance.choice(("emea", "amer", "apac"))

    async def reacts(self, seat: TeamsSeat) -> None:
        post, _ = self.chance.choice(self.seen[seat.aad])
        await seat.there.reacts(post)

    def button(self, card: Json) -> str:
        """The first of them leads on."""
        found = labels(card)
        if not found:
            raise NotThere("Nothing can be pressed.")
        return found[0] if self.chance.random() < 0.5 else self.chance.choice(found)

    def answers(self, card: Json) -> Values:
        """What is filled in, most of it."""
        return {str(it["id"]): self.answer(it) for it in inputs(card) if self.chance.random() < 0.9}

    def answer(self, asked: Json) -> str | list[str] | bool:
        options = [str(it["value"]) for it in asked.get("choices", ())]
        match asked["type"]:
            case "Input.Text":
                return CPR if self.chance.random() < 0.05 else self.word()[: asked.get("maxLength", 3000)]
            case "Input.Date":
                return (self.here.play.clock.now() + timedelta(days=self.chance.randint(-3, 40))).date().isoformat()
            case "Input.Time":
                return "16:30"
            case "Input.Toggle":
                return self.chance.random() < 0.8
        if "choices.data" in asked:
            return self.chance.choice([user.aad for user in self.here.teams.users.values()])
        if asked.get("isMultiSelect"):
            return [it for it in options if self.chance.random() < 0.7]
        return self.chance.choice(options) if options else ""

    def word(self) -> str:
        """One that nobody has written yet."""
        self.words += 1
        return f"Kanarie{self.words}fUGL"

    def _fault(self) -> Fault:
        return self.chance.choice(FAULTS)


def words_in(thing: object) -> list[str]:
    """The words of these walks in it."""
    return WORD.findall(json.dumps(thing, default=str))
