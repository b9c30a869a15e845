from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from storage.records import PromptRow, new_id
from storage.store import Conflict, NotFound, Store, Work
from tests.storage.samples import NOW, SECOND, TODAY, a_prompt

KINDS = ("logbook", "reminder")
DAYS = [TODAY + timedelta(days=place) for place in range(5)]
DAY = timedelta(days=1)


def plan(store: Store, rows: Sequence[PromptRow], kinds: Sequence[str] = KINDS, subject: str = "exchange") -> None:
    store.run_now(lambda work: work.prompts.plan("ada", subject, rows, kinds, NOW))


def of(store: Store, subject: str = "exchange", kind: str | None = None) -> list[PromptRow]:
    return store.run_now(lambda work: work.prompts.of(subject, kind))


def add(store: Store, row: PromptRow) -> bool:
    return store.run_now(lambda work: work.prompts.add(row))


def mark(store: Store, row: PromptRow, state: str) -> None:
    store.run_now(lambda work: work.prompts.mark(row.id, state))


def test_a_prompt_comes_back_as_it_was(store: Store) -> None:
    row = a_prompt(data={"key": "log.1", "ids": ["a"]})
    assert add(store, row)
    assert store.run_now(lambda work: work.prompts.get(row.id)) == row
    found = store.run_now(lambda work: work.prompts.find("ada", "exchange", "logbook", TODAY))
    assert found == row


def test_what_is_not_there_is_not_found(store: Store) -> None:
    assert store.run_now(lambda work: work.prompts.find("ada", "exchange", "logbook", TODAY)) is None
    for missing in (lambda work: work.prompts.get("x"), lambda work: work.prompts.mark("x", "said")):
        with pytest.raises(NotFound):
            store.run_now(missing)


@pytest.mark.parametrize("state", ["pending", "said", "answered", "skipped", "missed", "cancelled"])
def test_there_is_one_prompt_of_a_kind_for_each_subject_and_day(store: Store, state: str) -> None:
    first = a_prompt()
    add(store, first)
    mark(store, first, state)
    assert not add(store, a_prompt(at=NOW))
    others = [a_prompt(recipient="bo"), a_prompt(subject="x"), a_prompt(kind="x"), a_prompt(DAYS[1])]
    assert all(add(store, row) for row in others)


def test_a_plan_adds_moves_and_drops(store: Store) -> None:
    kept, moved, dropped = (a_prompt(day) for day in DAYS[:3])
    plan(store, [kept, moved, dropped])
    elsewhere = replace(moved, id=new_id(), at=moved.at + 600 * SECOND, data={"late": 1})
    added = a_prompt(DAYS[3], kind="reminder")
    plan(store, [replace(kept, id=new_id()), elsewhere, added])
    assert of(store) == [kept, replace(elsewhere, id=moved.id), added]


def test_a_plan_twice_is_a_plan_once(store: Store) -> None:
    rows = [a_prompt(day) for day in DAYS]
    for _ in range(2):
        plan(store, rows)
        assert of(store) == rows


def test_a_plan_leaves_other_kinds_people_and_subjects_alone(store: Store) -> None:
    others = [a_prompt(kind="other"), a_prompt(recipient="bo"), a_prompt(subject="second")]
    for row in others:
        add(store, row)
    plan(store, [])
    assert sorted(row.id for row in of(store) + of(store, "second")) == sorted(row.id for row in others)


@pytest.mark.parametrize("state", ["said", "answered", "skipped", "missed", "cancelled"])
def test_i2_a_plan_never_brings_back_what_has_been(store: Store, state: str) -> None:
    row = a_prompt()
    add(store, row)
    mark(store, row, state)
    for rows in ([a_prompt(at=NOW + DAY, data={"x": 1})], []):
        plan(store, rows)
        assert of(store) == [replace(row, state=state)]


def test_a_plan_refuses_rows_that_are_not_its_own(store: Store) -> None:
    for stranger in (a_prompt(recipient="bo"), a_prompt(subject="x"), a_prompt(kind="x")):
        with pytest.raises(ValueError, match="does not belong"):
            plan(store, [a_prompt(), stranger])
    assert of(store) == []


PLANS = some.lists(
    some.dictionaries(some.tuples(some.sampled_from(KINDS), some.sampled_from(DAYS)), some.integers(0, 2), max_size=6),
    min_size=1,
    max_size=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(plans=PLANS, spoken=some.sets(some.tuples(some.sampled_from(KINDS), some.sampled_from(DAYS))))
def test_after_any_plans_the_pending_ones_are_the_last_plan(
    store: Store, plans: list[dict[tuple[str, date], int]], spoken: set[tuple[str, date]]
) -> None:
    subject = new_id()
    for wanted in plans:
        rows = [
            a_prompt(day, kind=kind, subject=subject, at=NOW + seconds * SECOND)
            for (kind, day), seconds in wanted.items()
        ]
        plan(store, rows, subject=subject)
        for row in of(store, subject):
            if (row.kind, row.day) in spoken:
                mark(store, row, "said")
    kept = of(store, subject)
    pending = {(row.kind, row.day): row.at for row in kept if row.state == "pending"}
    last = plans[-1].items()
    assert pending == {key: NOW + seconds * SECOND for key, seconds in last if key not in spoken}
    planned = {key for wanted in plans for key in wanted}
    assert {(row.kind, row.day) for row in kept if row.state == "said"} == planned & spoken
    assert len({(row.kind, row.day) for row in kept}) == len(kept)


def test_what_is_due_comes_the_earliest_first(store: Store) -> None:
    rows = [a_prompt(day, id=f"{place}", at=NOW - place * SECOND) for place, day in enumerate([*DAYS[:3]], start=-1)]
    twin = a_prompt(kind="reminder", id="0a", at=NOW)
    for row in [*rows, twin]:
        add(store, row)
    due = store.run_now(lambda work: work.prompts.due(NOW, 10))
    assert [row.id for row in due] == ["1", "0", "0a"]
    assert store.run_now(lambda work: work.prompts.due(NOW, 2)) == due[:2]
    mark(store, due[0], "said")
    assert store.run_now(lambda work: work.prompts.due(NOW, 10)) == due[1:]


def test_a_mark_keeps_the_data_unless_it_is_given(store: Store) -> None:
    row = a_prompt(data={"a": 1})
    add(store, row)
    mark(store, row, "said")
    assert store.run_now(lambda work: work.prompts.get(row.id)) == replace(row, state="said")
    store.run_now(lambda work: work.prompts.mark(row.id, "answered", {"b": 2}))
    assert store.run_now(lambda work: work.prompts.get(row.id)) == replace(row, state="answered", data={"b": 2})


def test_prompts_are_listed_by_day_and_by_person(store: Store) -> None:
    rows = [a_prompt(DAYS[1]), a_prompt(DAYS[0]), a_prompt(DAYS[0], kind="reminder", at=NOW)]
    for row in [*rows, a_prompt(DAYS[0], recipient="bo", subject="other")]:
        add(store, row)
    assert of(store) == [rows[2], rows[1], rows[0]]
    assert of(store, kind="logbook") == [rows[1], rows[0]]
    assert store.run_now(lambda work: work.prompts.since("ada", DAYS[0])) == [rows[2], rows[1], rows[0]]
    assert store.run_now(lambda work: work.prompts.since("ada", DAYS[1])) == [rows[0]]


def test_a_prompt_is_put_off_and_can_become_another_days(store: Store) -> None:
    row = a_prompt(DAYS[0])
    add(store, row)
    store.run_now(lambda work: work.prompts.move(row.id, row.at + timedelta(hours=1)))
    assert of(store) == [replace(row, at=row.at + timedelta(hours=1))]
    store.run_now(lambda work: work.prompts.move(row.id, row.at, DAYS[1]))
    assert of(store) == [replace(row, day=DAYS[1])]


def test_the_next_moment_is_that_of_the_earliest_pending(store: Store) -> None:
    assert store.run_now(lambda work: work.prompts.next_at()) is None
    rows = [a_prompt(day) for day in DAYS[:2]]
    for row in reversed(rows):
        add(store, row)
    assert store.run_now(lambda work: work.prompts.next_at()) == rows[0].at
    mark(store, rows[0], "said")
    assert store.run_now(lambda work: work.prompts.next_at()) == rows[1].at


def test_cancelling_a_subject_takes_what_is_pending_only(store: Store) -> None:
    said, pending, other = a_prompt(), a_prompt(DAYS[1], recipient="bo"), a_prompt(subject="other")
    for row in (said, pending, other):
        add(store, row)
    mark(store, said, "said")
    assert store.run_now(lambda work: work.prompts.cancel("exchange")) == 1
    assert [row.state for row in of(store)] == ["said", "cancelled"]
    assert of(store, "other") == [other]


def test_a_moved_prompt_never_takes_anothers_place(store: Store) -> None:
    def twice(work: Work) -> None:
        row = a_prompt()
        work.prompts.plan("ada", "exchange", [row], KINDS, NOW)
        work.prompts.plan("ada", "other", [a_prompt(id=row.id, subject="other")], KINDS, NOW)

    with pytest.raises(Conflict):
        store.run_now(twice)
    assert of(store) == []
