"""What a unit of work has read holds until it writes there, or what it wrote is undone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.store import Store, Work
from tests.storage.samples import a_round, an_answer, an_exchange, people


class Undone(Exception):
    """Something goes wrong on the way."""


def moved_in(work: Work) -> None:
    people(work)
    work.rounds.add(a_round("round"))
    work.exchanges.add(an_exchange("exchange"))
    work.answers.put(an_answer("key", id="answer", value="før"))
    work.choices.put("org", "", "fewest", 5)


def read(work: Work) -> tuple[object, ...]:
    """One thing of each part that remembers."""
    answer = work.answers.get("answer")
    assert answer is not None
    of = work.answers.of(answer.person, answer.subject, answer.occasion)
    return (
        work.people.get("ada").name,
        work.rounds.get("round").state,
        work.exchanges.get("exchange").state,
        [row.value for row in (answer, *of, *work.answers.about(answer.subject))],
        work.choices.of("org")["fewest"],
    )


def change(work: Work) -> None:
    answer = work.answers.get("answer")
    assert answer is not None
    work.people.update(replace(work.people.get("ada"), name="Ada Ny"))
    work.rounds.update(replace(work.rounds.get("round"), state="closed"))
    work.exchanges.update(replace(work.exchanges.get("exchange"), state="closed"))
    work.answers.update(replace(answer, value="efter"))
    work.choices.put("org", "", "fewest", 9)


def test_what_is_written_is_read_at_once(store: Store) -> None:
    store.run_now(moved_in)

    def unit(work: Work) -> tuple[tuple[object, ...], tuple[object, ...]]:
        before = read(work)
        change(work)
        return before, read(work)

    before, after = store.run_now(unit)
    assert all(old != new for old, new in zip(before, after, strict=True))
    assert store.run_now(read) == after


def test_what_was_tried_and_undone_is_read_as_it_was(store: Store) -> None:
    store.run_now(moved_in)

    def fails(work: Work) -> None:
        with work.trying():
            change(work)
            read(work)
            raise Undone

    def unit(work: Work) -> tuple[object, ...]:
        with pytest.raises(Undone):
            fails(work)
        return read(work)

    before = store.run_now(read)
    assert store.run_now(unit) == before
    assert store.run_now(read) == before


def test_a_list_that_was_read_is_the_readers_own(store: Store) -> None:
    store.run_now(moved_in)

    def unit(work: Work) -> int:
        answer = work.answers.get("answer")
        assert answer is not None
        work.answers.about(answer.subject).clear()
        work.exchanges.of_round("round").clear()
        return len(work.answers.about(answer.subject))

    assert store.run_now(unit) == 1
