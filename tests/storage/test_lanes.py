"""Lanes: who sends what goes to a tenant, and how much of the outbox is looked at to find out."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Executable, select, text

from storage import claiming, lanes, outbox, tables
from storage.lanes import Due
from storage.records import AddressRow, OutboxState
from storage.store import Store, Work
from tests.storage.conftest import Opener
from tests.storage.samples import HERE, NOW, SECOND, a_vault, queue

FINISHED = 100_000
LATER = NOW + 10 * SECOND


def hold(store: Store, holder: str, at: int = 0, tenant: str = "T1") -> bool:
    """The holder takes the lane so many seconds from now, for ten seconds."""
    steady = NOW + at * SECOND
    return store.run_now(lambda work: work.lanes.hold("slack", tenant, holder, steady, steady + 10 * SECOND))


def due(store: Store, holder: str = "me", at: int = 0) -> list[Due]:
    found = store.run_now(lambda work: work.lanes.due(NOW, NOW + at * SECOND, holder))
    return sorted(found, key=lambda one: (one.channel, one.tenant, one.rank))


def test_the_lanes_with_something_due_are_found_with_its_rank(store: Store) -> None:
    def fill(work: Work) -> None:
        for n, (channel, tenant, urgent, wait) in enumerate((
            ("slack", "T1", False, 0), ("slack", "T1", True, 0), ("slack", "T1", True, 0), ("slack", "T2", False, 0),
            ("slack", "T3", False, 1), ("teams", "T1", True, 0), ("teams", "T0", True, 2), ("web", "", False, 0),
        )):  # fmt: skip
            queue(work, to=AddressRow(channel, tenant, f"D{n}"), urgent=urgent, not_before=NOW + wait * SECOND)
        done = queue(work, to=AddressRow("teams", "T9", "D1"))
        work.outbox.finish(done.id, OutboxState.SENT)

    store.run_now(fill)
    assert [(one.channel, one.tenant, one.rank) for one in due(store)] == [
        ("slack", "T1", 0), ("slack", "T1", 1), ("slack", "T2", 1), ("teams", "T1", 0), ("web", "", 1),
    ]  # fmt: skip


def test_nothing_due_is_no_lane(store: Store) -> None:
    assert due(store) == []


def test_f16_a_lane_is_one_holders_until_its_lease_ends(store: Store) -> None:
    store.run_now(lambda work: [queue(work, to=replace(HERE, channel="slack", tenant="T1"))])
    assert hold(store, "me")
    assert not hold(store, "you", 10)
    assert due(store, "me") == [Due("slack", "T1", 1, LATER)]
    assert due(store, "you", 10) == []
    assert hold(store, "me", 5), "its holder makes it longer"
    assert not hold(store, "you", 15)
    assert due(store, "you", 16) == [Due("slack", "T1", 1, None)]
    assert hold(store, "you", 16)
    assert not hold(store, "me", 17)


def test_f14_a_lease_that_nobody_can_have_given_holds_no_lane(store: Store) -> None:
    assert hold(store, "me", 86400)
    assert hold(store, "you")


def test_f24_who_lets_go_lets_go_of_its_own_lanes_only(store: Store) -> None:
    assert hold(store, "me", tenant="T1")
    assert hold(store, "you", tenant="T2")
    assert store.run_now(lambda work: work.lanes.release("me")) == 1
    assert hold(store, "other", tenant="T1")
    assert not hold(store, "other", tenant="T2")
    assert store.run_now(lambda work: work.lanes.forget()) == 2
    assert hold(store, "other", tenant="T2")


def test_f16_two_that_take_a_lane_at_once_do_not_both_have_it(open_again: Opener) -> None:
    one, two = open_again(), open_again()
    assert [hold(one, "one"), hold(two, "two")] == [True, False]


def test_f16_who_keeps_its_lanes_keeps_no_other(store: Store) -> None:
    assert hold(store, "me", tenant="T1")
    assert hold(store, "you", tenant="T2")
    keys = [("slack", tenant) for tenant in ("T1", "T2", "T3")]
    store.run_now(lambda work: work.lanes.keep(keys, "me", LATER + 10 * SECOND))
    assert not hold(store, "other", 15, "T1")
    assert hold(store, "other", 15, "T2")
    assert hold(store, "other", 15, "T3")


# What platforms ask for


def ask(store: Store, seconds: int, at: int = 0, what: str = "chat.update", tenant: str = "T1") -> None:
    """The platform asks for so many seconds, so many seconds from now."""
    since = NOW + at * SECOND
    store.run_now(lambda work: work.lanes.ask({("slack", tenant, what): (since, since + seconds * SECOND)}))


def asked(store: Store, at: int = 0, tenant: str = "T1") -> Mapping[str, float]:
    return store.run_now(lambda work: work.lanes.asked("slack", tenant, NOW + at * SECOND))


def test_f7_what_a_platform_asks_for_is_kept_by_tenant_and_what_it_is_about(store: Store) -> None:
    ask(store, 60)
    ask(store, 30, what="chat.postMessage")
    ask(store, 90, tenant="T2")
    assert asked(store, 10) == {"chat.update": 50, "chat.postMessage": 20}
    assert asked(store, 30) == {"chat.update": 30}
    assert asked(store, 60) == {}
    assert asked(store, 60, "T2") == {"chat.update": 30}
    assert asked(store, 0, "T3") == {}


def test_f7_the_longest_holds_whoever_was_asked(store: Store) -> None:
    ask(store, 60)
    ask(store, 10, 1)
    assert asked(store, 1) == {"chat.update": 59}
    ask(store, 90, 1)
    assert asked(store, 1) == {"chat.update": 90}


def test_f7_who_lets_go_of_a_lane_leaves_what_was_asked_for(store: Store) -> None:
    assert hold(store, "me")
    ask(store, 60)
    store.run_now(lambda work: (work.lanes.release("me"), work.lanes.forget()))
    assert asked(store, 10) == {"chat.update": 50}


def test_f14_what_was_asked_for_at_another_time_holds_no_longer_than_it_should(store: Store) -> None:
    ask(store, 60, 86400)
    assert asked(store) == {"chat.update": 60}
    ask(store, 30)
    assert asked(store, 1) == {"chat.update": 29}


def test_what_is_over_is_not_kept(store: Store) -> None:
    ask(store, 60)
    ask(store, 61, tenant="T2")
    assert store.run_now(lambda work: work.lanes.sweep(NOW + 60 * SECOND)) == 1
    kept = store.run_now(lambda work: [row["tenant"] for row in work.lanes._all(select(tables.holds))])
    assert kept == ["T2"]


# How much is looked at


def crowded(store: Store) -> None:
    """So many that are finished, and twenty lanes with a few that wait, half of them until later."""
    row = {
        "place": "D1", "kind": "k", "subject": "s", "attempts": 1, "replaces": "", "thread": "", "reference": "",
        "reason": "", "rank": 1, "token": "", "not_before": NOW, "channel": "slack",
    }  # fmt: skip

    def fill(work: Work) -> None:
        connection = work.outbox._connection
        done = [{**row, "id": f"done {n}", "tenant": f"T{n % 20}", "state": "sent"} for n in range(FINISHED)]
        connection.execute(tables.outbox.insert(), done)
        for n in range(200):
            to = AddressRow("slack", f"T{n % 20}", f"D{n}")
            queue(work, to=to, urgent=n % 7 == 0, not_before=NOW + (n % 2) * timedelta(hours=1))
        connection.execute(text("ANALYZE outbox"))

    store.run_now(fill)


def test_finding_lanes_and_claiming_look_at_little_however_much_is_finished(open_file: Opener) -> None:
    """SQLite counts its steps: a hundred thousand rows would be as many."""
    store = open_file()
    crowded(store)
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    def unit(work: Work) -> tuple[int, int]:
        driver: Any = work.outbox._connection.connection.driver_connection
        driver.set_progress_handler(step, 1)
        found = work.lanes.due(NOW, NOW, "me")
        looking, before = steps, steps
        rows = work.outbox.claim("slack", "T2", 1, NOW, 5, LATER, "token")
        driver.set_progress_handler(None, 0)
        assert (len({one.tenant for one in found}), len(rows)) == (10, 5)
        return looking, steps - before

    looking, claiming = store.run_now(unit)
    assert looking < 10_000
    assert claiming < 10_000


STATEMENTS: dict[str, tuple[Executable, dict[str, object]]] = {
    "lanes": (lanes._DUE, {"now": NOW, "steady": NOW, "far": LATER, "me": "me", "param_1": 1}),
    "claim": (claiming._FREE, {"of_channel": "slack", "of_tenant": "T2", "of_rank": 1, "now": NOW, "limit": 5}),
    "expire": (outbox._EXPIRE, {"now": NOW, "limit": 5}),
    "rescue": (claiming._stuck("postgresql"), {"now": NOW, "far": LATER, "these": ["x"], "limit": 5}),
    "put back": (claiming._put_back("postgresql"), {"these": ["x"]}),
}


def test_postgresql_goes_through_no_table(postgres: str, opened: list[Store]) -> None:
    """Whatever is finished: each step of each plan is an index of what is not."""
    store = Store.open(postgres, a_vault())
    opened.append(store)
    store.migrate()
    crowded(store)

    def plan(work: Work, statement: Executable, values: dict[str, object]) -> list[dict[str, Any]]:
        compiled: Any = statement.compile(work.outbox._connection.engine)  # type: ignore[attr-defined]
        given = {**compiled.params, **values}
        said = work.outbox._connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {compiled}", given).scalar_one()
        return list(_nodes((json.loads(said) if isinstance(said, str) else said)[0]["Plan"]))

    for name, (statement, values) in STATEMENTS.items():
        nodes = store.run_now(lambda work, it=statement, given=values: plan(work, it, given))  # type: ignore[misc]
        looks = [node for node in nodes if node.get("Relation Name") == "outbox"]
        assert looks, name
        assert not [node for node in looks if node["Node Type"] == "Seq Scan"], name


def test_postgresql_compares_few_rows_also_where_it_knows_nothing_of_the_table(
    postgres: str, opened: list[Store]
) -> None:
    """Right after an install, or a rush: a plan that joins each row of a lane with each other is cheap on paper."""
    store = Store.open(postgres, a_vault())
    opened.append(store)
    store.migrate()
    values = {"of_channel": "slack", "of_tenant": "T1", "of_rank": 1, "now": NOW, "limit": 50}

    def unit(work: Work) -> float:
        for n in range(1000):
            queue(work, to=AddressRow("slack", "T1", f"D{n}"))
        connection = work.outbox._connection
        compiled = claiming._FREE.compile(connection.engine)
        explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled}"
        said = connection.exec_driver_sql(explain, {**compiled.params, **values}).scalar_one()
        looks = [node for node in _nodes(said[0]["Plan"]) if node.get("Relation Name") == "outbox"]
        return float(sum(node["Actual Rows"] * node["Actual Loops"] for node in looks))

    assert store.run_now(unit) <= 4 * 50


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for inner in plan.get("Plans", ()) for node in _nodes(inner))]
