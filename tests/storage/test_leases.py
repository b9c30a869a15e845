"""What several processes take from one store: each thing is one's alone, for a while, and nothing is left lying."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.records import InboxRow, PromptRow
from storage.store import Store, Work
from tests.storage.conftest import Opener
from tests.storage.samples import NOW, SECOND, a_prompt
from tests.storage.test_postgresql import open_one as open_one

UNTIL = NOW + 30 * SECOND
LATER = UNTIL + 30 * SECOND
KINDS = ("logbook",)


def received(store: Store, *ids: str) -> None:
    for id in ids:
        store.run_now(lambda work, id=id: work.inbox.add(id, "slack", f"Ev{id}", "{}", UNTIL, NOW))  # type: ignore[misc]


def due(store: Store, *rows: PromptRow) -> None:
    for row in rows:
        store.run_now(lambda work, row=row: work.prompts.add(row))  # type: ignore[misc]


def taken(store: Store, at: timedelta = timedelta(0), limit: int = 10, owed: tuple[str, ...] = ()) -> list[str]:
    """The inbox rows that somebody takes so long after NOW, for thirty seconds."""
    now = NOW + at
    rows = store.run_now(lambda work: work.inbox.take(now, limit, now + 30 * SECOND, owed), serial=False)
    return [row.id for row in rows]


def said(store: Store, token: str, at: timedelta = timedelta(0), limit: int = 10) -> list[PromptRow]:
    """The prompts that somebody takes so long after NOW, for thirty seconds, with those that were let lie."""
    now = NOW + at

    def unit(work: Work) -> list[PromptRow]:
        work.prompts.free(now)
        return work.prompts.take(now, limit, now + 30 * SECOND, token)

    return store.run_now(unit, serial=False)


# The inbox


def test_f5_who_wrote_it_down_answers_it_until_the_lease_is_over(store: Store) -> None:
    received(store, "a")
    assert taken(store) == []
    assert taken(store, 29 * SECOND) == []
    assert taken(store, 30 * SECOND) == ["a"]
    assert taken(store, 59 * SECOND) == [], "it is somebody else's now"
    assert taken(store, 60 * SECOND) == ["a"], "nothing is left lying"


def test_f23_what_an_older_version_wrote_down_is_nobodys(store: Store) -> None:
    store.run_now(lambda work: work.inbox.add("a", "slack", "Ev1", "{}"))
    assert taken(store) == ["a"]
    assert taken(store) == []


def test_what_is_taken_comes_the_oldest_first_and_no_more_than_asked_for(store: Store) -> None:
    received(store, *"zamk")
    store.run_now(lambda work: work.inbox.done("a"))
    assert taken(store, 30 * SECOND, 2) == ["z", "m"]
    assert taken(store, 30 * SECOND, 2) == ["k"]


def test_f14_a_lease_that_no_right_clock_can_have_given_is_over(store: Store) -> None:
    received(store, "a")
    assert taken(store, timedelta(days=-1)) == ["a"]


def test_who_owes_an_answer_takes_it_whatever_its_lease(store: Store) -> None:
    received(store, "a", "b")
    assert taken(store, owed=("b", "gone")) == ["b"]
    store.run_now(lambda work: work.inbox.done("b"))
    assert taken(store, owed=("b",)) == []


def test_who_is_alone_frees_what_the_process_before_had(store: Store) -> None:
    received(store, "a", "b", "c")
    store.run_now(lambda work: work.inbox.done("c"))
    assert store.run_now(lambda work: work.inbox.release()) == 2
    assert taken(store) == ["a", "b"]


def test_f21_what_is_set_aside_is_listed_sealed_and_done_again_when_an_operator_says_so(store: Store) -> None:
    received(store, "bad", "good")
    for _ in range(2):
        store.run_now(lambda work: work.inbox.failed("bad", attempts_max=2))
    row = InboxRow("bad", "slack", "Evbad", "", "poison", 2, None, NOW)
    assert store.run_now(lambda work: work.inbox.set_aside()) == [row]
    kept = store.run_now(lambda work: work.inbox.get("bad"))
    assert kept == replace(row, payload="{}"), "it is there as it came"
    assert taken(store, 30 * SECOND) == ["good"]
    assert store.run_now(lambda work: work.inbox.retry("bad"))
    assert taken(store, 30 * SECOND) == ["bad"]
    again = store.run_now(lambda work: work.inbox.get("bad"))
    assert (again.state, again.attempts) == ("pending", 0)
    for id in ("bad", "good", "none"):
        assert not store.run_now(lambda work, id=id: work.inbox.retry(id))  # type: ignore[misc]
    assert store.run_now(lambda work: work.inbox.set_aside()) == []


def test_of_what_is_done_nothing_says_when_it_came(store: Store) -> None:
    received(store, "a")
    assert store.run_now(lambda work: work.inbox.get("a")).since == NOW
    store.run_now(lambda work: work.inbox.done("a"))
    done = store.run_now(lambda work: work.inbox.get("a"))
    assert (done.lease, done.since) == (None, None)


# Prompts


def test_f16_what_is_taken_is_one_process_alone_until_its_lease_is_over(store: Store) -> None:
    row = a_prompt(at=NOW)
    due(store, row)
    assert said(store, "one", -SECOND) == []
    assert said(store, "one") == [replace(row, lease=UNTIL, token="one")]
    assert said(store, "two", 29 * SECOND) == []
    assert said(store, "two", 30 * SECOND) == [replace(row, lease=LATER, token="two")]
    assert store.run_now(lambda work: work.prompts.get(row.id)) == replace(row, lease=LATER, token="two")


def test_what_is_due_is_taken_the_earliest_first_and_no_more_than_asked_for(store: Store) -> None:
    rows = [a_prompt(id=f"{n}", kind=f"{n}", at=NOW - n * SECOND) for n in range(5)]
    due(store, *rows, a_prompt(kind="later", at=NOW + SECOND))
    assert [row.id for row in said(store, "one", limit=2)] == ["4", "3"]
    assert [row.id for row in said(store, "two", limit=9)] == ["2", "1", "0"]


@pytest.mark.parametrize("off", [timedelta(hours=20), timedelta(days=-1)])
def test_f14_a_lease_is_over_by_the_steady_clock_wherever_the_other_is_set(store: Store, off: timedelta) -> None:
    row = a_prompt(at=NOW + min(off, timedelta()))
    due(store, row)

    def take(token: str, now: timedelta, steady: timedelta) -> list[PromptRow]:
        def unit(work: Work) -> list[PromptRow]:
            work.prompts.free(NOW + steady)
            return work.prompts.take(NOW + now, 9, NOW + steady + 30 * SECOND, token)

        return store.run_now(unit, serial=False)

    assert len(take("one", off, timedelta())) == 1
    assert take("two", off, 29 * SECOND) == []
    assert take("two", timedelta(), 29 * SECOND) == []
    assert take("two", timedelta(), 30 * SECOND) == [replace(row, lease=NOW + 60 * SECOND, token="two")]


def test_f14_a_lease_of_a_prompt_that_no_right_clock_can_have_given_is_over(store: Store) -> None:
    row = a_prompt(at=NOW)
    due(store, row)
    assert len(said(store, "ahead", timedelta(hours=20))) == 1
    assert [it.token for it in said(store, "one")] == ["one"]


def test_f24_who_puts_back_what_it_took_puts_back_nothing_else(store: Store) -> None:
    rows = [a_prompt(id=f"{n}", kind=f"{n}", at=NOW + n * SECOND) for n in range(3)]
    due(store, *rows)
    assert len(said(store, "one", SECOND)) == 2
    store.run_now(lambda work: work.prompts.mark("0", "said"))
    assert len(said(store, "two", 2 * SECOND)) == 1
    assert store.run_now(lambda work: work.prompts.put_back("one"), serial=False) == 1
    kept = [store.run_now(lambda work, id=id: work.prompts.get(id)) for id in "012"]  # type: ignore[misc]
    assert [(row.state, row.token) for row in kept] == [("said", ""), ("pending", ""), ("pending", "two")]


CHANGES: dict[str, Callable[[Work, PromptRow], object]] = {
    "planned": lambda work, row: work.prompts.plan("ada", "exchange", [replace(row, at=NOW - SECOND)], KINDS, NOW),
    "moved": lambda work, row: work.prompts.move(row.id, NOW - SECOND),
    "marked": lambda work, row: work.prompts.mark(row.id, "pending"),
    "freed": lambda work, row: work.prompts.release(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_changed_is_nobodys(store: Store, change: str) -> None:
    row = a_prompt(at=NOW)
    due(store, row)
    said(store, "one")
    store.run_now(lambda work: CHANGES[change](work, row))
    now = store.run_now(lambda work: work.prompts.get(row.id))
    assert (now.lease, now.token) == (None, "")
    assert [row.id for row in said(store, "two")] == [row.id]


def test_what_is_cancelled_is_nobodys(store: Store) -> None:
    row = a_prompt(at=NOW)
    due(store, row)
    said(store, "one")
    store.run_now(lambda work: work.prompts.cancel("exchange"))
    assert store.run_now(lambda work: work.prompts.get(row.id)) == replace(row, state="cancelled")


def test_the_same_plan_and_a_note_leave_it_to_whom_it_is(store: Store) -> None:
    row = a_prompt(at=NOW)
    due(store, row)
    said(store, "one")
    store.run_now(lambda work: work.prompts.plan("ada", "exchange", [row], KINDS, NOW))
    store.run_now(lambda work: work.prompts.note(row.id, {"failures": 1}))
    noted = replace(row, data={"failures": 1}, lease=UNTIL, token="one")
    assert store.run_now(lambda work: work.prompts.get(row.id)) == noted


def test_the_next_moment_is_when_something_may_be_taken(store: Store) -> None:
    due(store, a_prompt(at=NOW), a_prompt(kind="x", at=NOW + 90 * SECOND))
    said(store, "one")
    assert store.run_now(lambda work: work.prompts.next_at()) == UNTIL


def test_what_is_due_to_somebody_is_all_of_it_whosever_it_is(store: Store) -> None:
    first, second = a_prompt(at=NOW, id="2"), a_prompt(at=NOW - SECOND, kind="x", id="1")
    due(store, first, second, a_prompt(kind="y", at=NOW + SECOND), a_prompt(recipient="bo", at=NOW))
    done = a_prompt(kind="z", at=NOW)
    due(store, done)
    store.run_now(lambda work: work.prompts.mark(done.id, "said"))
    said(store, "one", limit=1)
    rows = store.run_now(lambda work: work.prompts.due_to("ada", NOW))
    assert [(row.id, row.token) for row in rows] == [("1", "one"), ("2", "")]


# Several processes on one store


def all_taken(stores: list[Store], take: Callable[[Store, str], list[str]]) -> list[list[str]]:
    """What each of the stores gets when all take until nothing is left."""

    def work_off(number: int) -> list[str]:
        mine: list[str] = []
        while got := take(stores[number], f"{number}"):
            mine += got
        return mine

    with ThreadPoolExecutor(len(stores)) as pool:
        return list(pool.map(work_off, range(len(stores))))


def test_f16_processes_that_take_prompts_at_once_share_them(open_again: Opener) -> None:
    stores = [open_again() for _ in range(3)]
    rows = [a_prompt(id=f"{n:03}", recipient=f"{n}", at=NOW) for n in range(300)]
    stores[0].run_now(lambda work: [work.prompts.add(row) for row in rows])
    shares = all_taken(stores, lambda store, token: [row.id for row in said(store, token, limit=7)])
    assert sorted(id for share in shares for id in share) == [row.id for row in rows]


def test_f5_processes_that_catch_up_at_once_share_what_there_is(open_again: Opener) -> None:
    stores = [open_again() for _ in range(3)]
    stores[0].run_now(lambda work: [work.inbox.add(f"{n:03}", "slack", f"{n}", "{}") for n in range(300)])
    shares = all_taken(stores, lambda store, _: taken(store, limit=7))
    assert sorted(id for share in shares for id in share) == [f"{n:03}" for n in range(300)]


@pytest.mark.parametrize("what", ["prompts", "inbox"])
def test_f16_nobody_waits_for_what_another_is_just_taking(open_one: Opener, what: str) -> None:
    one, two = open_one(), open_one()
    one.run_now(lambda work: [work.prompts.add(a_prompt(id=f"{n}", kind=f"{n}", at=NOW)) for n in range(6)])
    one.run_now(lambda work: [work.inbox.add(f"{n}", "slack", f"{n}", "{}") for n in range(6)])
    took, may_end = threading.Event(), threading.Event()

    def take(work: Work) -> list[str]:
        if what == "inbox":
            return [row.id for row in work.inbox.take(NOW, 3, UNTIL)]
        return [row.id for row in work.prompts.take(NOW, 3, UNTIL, "t")]

    def slowly(work: Work) -> list[str]:
        rows = take(work)
        took.set()
        assert may_end.wait(30)
        return rows

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(one.run_now, slowly, False)
        assert took.wait(30)
        second = two.run_now(take, serial=False)
        may_end.set()
        assert sorted(first.result() + second) == [f"{n}" for n in range(6)]
