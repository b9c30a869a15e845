"""Anything may go wrong at any time, in any order: what is acknowledged has its effect, and nothing comes twice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.faults import EVERYTHING, WALKS
from tests.faults.machine import TOWNS, Machine, Process
from tests.faults.platform import Trouble
from tests.faults.points import ANY, Point
from tests.faults.towns import ROLES, Town
from tests.postgres import drop, fresh_database

IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where a disk takes no time; what happens to disks is tried elsewhere."""
pytestmark = pytest.mark.timeout(7200 if EVERYTHING or WALKS else 600)
POINTS = [
    ANY, "inbox.add", "inbox.take", "inbox.done", "prompts.take", "prompts.mark", "outbox.add", "outbox.claim",
    "outbox.mark", "outbox.rescue", "lanes.hold",
]  # fmt: skip

towns = st.sampled_from(TOWNS)
people = st.sampled_from(list(ROLES))
numbers = st.integers(0, 1)


class AnythingGoesWrong(RuleBasedStateMachine):
    """People type, press and fill in; processes die, platforms fail, databases go away, and time passes."""

    def __init__(self, url: str, processes: int) -> None:
        super().__init__()
        self.it = Machine(url, processes)

    def process(self, number: int) -> Process:
        return self.it.processes[number % len(self.it.processes)]

    @rule(town=towns, name=people, number=numbers)
    def types(self, town: Town, name: str, number: int) -> None:
        """Somebody asks for help."""
        self.it.tells(self.process(number), self.it.incoming(town, name, kind="text", text="hjælp"))

    @rule(town=towns, number=numbers, fills=st.booleans())
    def writes(self, town: Town, number: int, fills: bool) -> None:
        """Emil sends the newest form that he has got, however old it is by now."""
        place = town.places["Emil"]
        for message in reversed(self.it.platforms[town.channel].messages(place)):
            sends = [button for button in message.buttons if button.sends]
            if sends and message.card:
                words = town.canary(f"Emil{len(self.it.sent)}")
                values = {it.key: words for it in message.fields if it.kind in ("text", "long")} if fills else {}
                what: dict[str, Any] = {"card": message.card, "button": sends[0].id, "values": values}
                self.it.tells(self.process(number), self.it.incoming(town, "Emil", kind="press", **what))
                return

    @rule(which=st.integers(0, 1000), number=numbers)
    def repeats(self, which: int, number: int) -> None:
        """The platform tells once more of something, perhaps somebody else.

        Whatever is drawn here hangs on nothing that happens: how much was sent by now is a matter of time.
        """
        if self.it.sent:
            self.it.tells(self.process(number), list(self.it.sent.values())[which % len(self.it.sent)])

    @rule(number=numbers)
    def goes_on(self, number: int) -> None:
        """A tick."""
        self.it.goes_on(self.process(number))

    @rule(passes=st.sampled_from([1, 12, 35, 3600, 8 * 3600, 24 * 3600]), number=numbers)
    def time_passes(self, passes: float, number: int) -> None:
        """Seconds, hours, a day."""
        self.it.clock.move_to(self.it.clock.now() + timedelta(seconds=passes))
        self.it.goes_on(self.process(number))

    @rule(
        number=numbers,
        what=st.sampled_from(POINTS),
        when=st.sampled_from(["begun", "committed"]),
        nth=st.integers(1, 4),
    )
    def will_be_killed(self, number: int, what: str, when: Any, nth: int) -> None:
        """The process dies when it comes to this."""
        self.process(number).store.dies_at(Point(what, when, nth))

    @rule(number=numbers)
    def restarts(self, number: int) -> None:
        """Killed or not, another takes its place."""
        self.it.restarts(number % len(self.it.processes))

    @rule(name=st.sampled_from(["slack", "teams"]), troubles=st.lists(st.sampled_from(get_args(Trouble)), max_size=4))
    def platform_fails(self, name: str, troubles: list[Trouble]) -> None:
        """The next messages meet these."""
        self.it.platforms[name].troubles.extend(troubles)

    @rule(number=numbers, units=st.integers(1, 5))
    def database_goes_away(self, number: int, units: int) -> None:
        """For the next units of work."""
        self.process(number).store.away = units

    @invariant()
    def holds(self) -> None:
        """What is true at any moment."""
        self.it.holds_always()

    def teardown(self) -> None:
        try:
            self.it.comes_to_rest()
        finally:
            self.it.close()


def examples(few: int, many: int) -> settings:
    """So many walks here, and so many when there is time."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(
        phases=[Phase.generate],
        max_examples=WALKS or (many if EVERYTHING else few),
        stateful_step_count=30,
        suppress_health_check=slow,
        deadline=None,
    )


def test_f1_f2_f3_f4_f6_f10_f17_anything_may_go_wrong_on_sqlite() -> None:
    with TemporaryDirectory(dir=IN_MEMORY) as folder:
        count = iter(range(100_000))

        class OnSqlite(AnythingGoesWrong):
            def __init__(self) -> None:
                super().__init__(f"sqlite:///{folder}/{next(count)}.db", 1)

        run_state_machine_as_test(OnSqlite, settings=examples(25, 400))


def test_f5_f11_f12_f16_anything_may_go_wrong_with_two_processes_on_postgresql() -> None:
    made: list[str] = []

    class OnPostgresql(AnythingGoesWrong):
        def __init__(self) -> None:
            made.append(fresh_database())
            super().__init__(made[-1], 2)

    try:
        run_state_machine_as_test(OnPostgresql, settings=examples(12, 200))
    finally:
        for url in made:
            drop(url)
