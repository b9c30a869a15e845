"""A house under test: its database, its processes, and the two platforms that they talk to."""

from __future__ import annotations

import base64
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.turns.house import house as build_house
from storage.store import Store, Work
from storage.vault import Vault
from tests.faults import oracle
from tests.faults.clock import MovedClock, TrueClock
from tests.faults.nursery import PATIENCE, Nursery, Process, until
from tests.faults.oracle import LOGBOOK, Kept, Reader, Seen
from tests.faults.points import Point
from tests.faults.process import CLOCK, POINTS
from tests.faults.towns import FAMILIES, TEN, Town, in_slack, in_teams, settle
from tests.running.test_app import free_port
from tests.slack.fake import App, FakeSlack
from tests.teams.fake import FakeTeams
from tests.teams.fake.world import HOME

SECRET = "8f742231b10e8888abcd99abcdef85a5"
MASTER = "test:" + base64.b64encode(b"k" * 32).decode()
READY = "Ctrl+C stops it."
ELSEWHERE = "33333333-cccc-4ccc-8ccc-333333333333"
"""The tenant of the second town in Teams."""
A_MOMENT = timedelta(seconds=1)
SOON = timedelta(minutes=10)
A_STEP = 20.0
"""Seconds; less than what a house takes for a clock that jumps."""


@dataclass
class House:
    """One database, and however many processes. `slack` and `teams` are the judges."""

    folder: Path
    url: str
    nursery: Nursery
    clock: MovedClock
    slack: FakeSlack
    teams: FakeTeams
    towns: list[Town]
    processes: list[Process] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)
    reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        """Somebody looks at what is kept."""
        self.reader = Reader(self.url)

    # What there is

    @property
    def kept(self) -> Kept:
        """What stands in the database."""
        return self.reader.kept()

    @property
    def seen(self) -> list[Seen]:
        """All that people can see."""
        return oracle.in_slack(self.slack) + oracle.in_teams(self.teams)

    @property
    def secrets(self) -> list[str]:
        """What may stand in no log: people, what they write, and what opens the platforms."""
        words = [f"Kanarie{town.name}" for town in self.towns] + [FAMILIES[town.name] for town in self.towns]
        tokens = [token.value for token in self.slack.tokens.values()]
        return [*words, *tokens, SECRET, self.teams.app.secret, MASTER, *self.teams.tokens.given]

    async def rest(self, patience: float = PATIENCE) -> Kept:
        """Waits until nothing is left to do, neither now nor soon. Where all is put off, time goes faster."""

        def left() -> list[str]:
            kept, now = self.kept, self.clock.now()
            waits = kept.waits(now + SOON)
            if waits and not kept.waits(now):
                self.clock.move(seconds=A_STEP)
            return waits

        await until(left, lambda waits: not waits, patience)
        return self.kept

    def judge(self, due: Sequence[str] = ("log", "announcement"), refused: Sequence[str] = ()) -> Kept:
        """All five invariants, once everything is at rest. `due`: what came due to everybody, once.

        `refused`: the errors that Slack may have answered.
        """
        kept, seen = self.kept, self.seen
        oracle.nothing_is_lost(kept)
        oracle.every_post_has_its_row(kept, seen)
        oracle.nothing_hangs(kept, self.clock.now())
        oracle.no_words([process.said for process in self.processes], self.secrets)
        oracle.nothing_foreign(seen, self.towns)
        for town in self.towns:
            self._judge_prompts(kept, town, due)
        errors = [it.error for it in self.slack.ledger.refusals if it.error != "ratelimited"]
        assert errors == list(refused)
        return kept

    def _judge_prompts(self, kept: Kept, town: Town, due: Sequence[str]) -> None:
        """Each that is due is there once; where the platform cannot be asked, one that is unknown may be missing."""
        counts = oracle.at_most_once(self.seen, (LOGBOOK, f"Nu kan du melde dig til {town.round_name}"))
        for kind, place in {"log": town.places["Emil"], "announcement": town.channel_place}.items():
            there = sum(count for (where, _, _), count in counts.items() if where[1:] == (town.tenant, place))
            rows = [row for row in kept.outbox if (row["kind"], row["place"]) == (kind, place)]
            unknown = [row for row in rows if row["state"] == "unknown"]
            assert town.channel == "teams" or not unknown, f"Slack can be asked what became of {kind}"
            assert len(rows) == (kind in due), (town.name, kind, [row["state"] for row in rows])
            assert len(rows) - len(unknown) <= there <= len(rows), (town.name, kind, [row["state"] for row in rows])

    def one_effect(self, town: Town, name: str, asked: int) -> None:
        """What somebody typed is answered once each."""
        oracle.one_effect(self.kept, self.seen, (town.channel, town.tenant, town.places[name]), asked)

    # What is done

    async def settle(self) -> None:
        """What everything stands on is in the database."""
        store, house = Store.open(self.url, Vault.parse(MASTER)), build_house()
        store.migrate()

        def unit(work: Work) -> None:
            work.meta.set("door", "chats")
            for town in self.towns:
                settle(work, town, house, self.teams if town.channel == "teams" else None)

        await store.run(unit)
        await store.close()

    async def start(
        self, *points: Point, words: tuple[str, ...] = ("run",), settings: Mapping[str, str] | None = None
    ) -> Process:
        """A process; it fails at these points."""
        process = self._begin(words, {POINTS: ",".join(map(str, points))} | dict(settings or {}))
        self.hear(process.port)
        return process

    async def run(self, *points: Point, **more: str) -> Process:
        """A process that is ready."""
        process = await self.start(*points, settings=more)
        await process.says(READY)
        return process

    async def does(self, *words: str, code: int = 0, **more: str) -> str:
        """What a command says that ends with this code."""
        process = self._begin(words, more)
        assert await process.end() == code, process.said
        return process.said

    def hear(self, port: int) -> None:
        """What people do is told to the process at this port."""
        self.slack.tell_by_http(f"http://127.0.0.1:{port}/slack/events", patience=10.0)
        self.teams.tell(f"http://127.0.0.1:{port}/api/messages", patience=10.0)

    def settings(self, port: int) -> dict[str, str]:
        """How the platforms are met; `more` says it otherwise, and leaves out what it says nothing of."""
        token = next(token.value for token in self.slack.tokens.values() if token.kind == "bot")
        return {
            "DATABASE_URL": self.url, "PORT": str(port), "VIDSYN_DATA": str(self.folder / "data"),
            "VIDSYN_MASTER_KEYS": MASTER, "SLACK_API_URL": self.slack.base_url, "SLACK_BOT_TOKEN": token,
            "SLACK_SIGNING_SECRET": SECRET, "MicrosoftAppId": self.teams.app.id,
            "MicrosoftAppPassword": self.teams.app.secret, "MicrosoftAppType": "MultiTenant",
            "TEAMS_SERVICE_HOSTS": self.teams.host, "TEAMS_OPENID_METADATA_URL": self.teams.openid_url,
            "TEAMS_LOGIN_URL": self.teams.login_url, "TEAMS_GRAPH_URL": self.teams.graph_url,
            CLOCK: str(self.clock.file),
        }  # fmt: skip

    def _begin(self, words: tuple[str, ...], more: Mapping[str, str]) -> Process:
        settings = self.settings(free_port()) | self.more | dict(more)
        given = {name: value for name, value in settings.items() if value}
        self.processes.append(self.nursery.start(self.folder, f"process{len(self.processes)}", words, given))
        return self.processes[-1]

    async def stop(self) -> None:
        """Ends what still runs, as a plug that is pulled."""
        for process in self.processes:
            if process.ended is None:
                process.send(signal.SIGCONT)
                await process.kill()


@asynccontextmanager
async def house(
    nursery: Nursery, folder: Path, url: str = "", at: datetime = TEN + A_MOMENT, *, settles: bool = True
) -> AsyncIterator[House]:
    """A house in which everything is settled, at this time, with no process yet."""
    clock = MovedClock(folder / "clock")
    clock.move_to(at)
    true = TrueClock(clock.file)
    async with FakeSlack(true, App(signing_secret=SECRET)) as slack, FakeTeams(true) as teams:
        teams.app.for_many_tenants = True
        towns = [in_slack(slack), in_teams(teams, "Nordby", HOME), in_teams(teams, "Vestby", ELSEWHERE)]
        it = House(folder, url or f"sqlite:///{folder}/vidsyn.db", nursery, clock, slack, teams, towns)
        if settles:
            await it.settle()
        try:
            yield it
        finally:
            await it.stop()
