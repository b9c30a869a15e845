import pytest

from storage.records import InboxRow
from storage.store import NotFound, Store, Work
from tests.storage.samples import NOW, SECOND


def receive(store: Store, id: str, event: str, channel: str = "slack") -> str | None:
    return store.run_now(lambda work: work.inbox.add(id, channel, event, '{"text": "hej"}'))


def test_f5_an_event_is_kept_once_for_each_channel(store: Store) -> None:
    assert receive(store, "1", "Ev1") == "1"
    assert receive(store, "2", "Ev1") is None
    assert receive(store, "3", "Ev1", channel="teams") == "3"
    with pytest.raises(NotFound):
        store.run_now(lambda work: work.inbox.get("2"))


def test_f3_an_event_that_is_done_is_still_known(store: Store) -> None:
    receive(store, "1", "Ev1")
    store.run_now(lambda work: work.inbox.done("1"))
    assert receive(store, "2", "Ev1") is None


def test_what_is_pending_comes_in_the_order_it_was_received(store: Store) -> None:
    for place, id in enumerate("zam"):
        receive(store, id, f"Ev{place}")
    store.run_now(lambda work: work.inbox.done("a"))
    rows = store.run_now(lambda work: work.inbox.pending(10))
    assert rows == [
        InboxRow("z", "slack", "Ev0", '{"text": "hej"}', "pending", 0),
        InboxRow("m", "slack", "Ev2", '{"text": "hej"}', "pending", 0),
    ]
    assert store.run_now(lambda work: work.inbox.pending(1)) == rows[:1]


def test_of_a_finished_one_only_the_event_and_the_state_remain(store: Store) -> None:
    receive(store, "1", "Ev1")
    for _ in range(2):
        store.run_now(lambda work: work.inbox.done("1"))
    row = store.run_now(lambda work: work.inbox.get("1"))
    assert row == InboxRow("1", "slack", "Ev1", "", "done", 0)


def test_f21_what_always_fails_is_set_aside_and_others_flow(store: Store) -> None:
    receive(store, "bad", "Ev1")
    receive(store, "good", "Ev2")

    def fail(work: Work) -> bool:
        return work.inbox.failed("bad", attempts_max=3)

    assert [store.run_now(fail) for _ in range(4)] == [False, False, True, False]
    row = store.run_now(lambda work: work.inbox.get("bad"))
    assert row == InboxRow("bad", "slack", "Ev1", '{"text": "hej"}', "poison", 3)
    assert [row.id for row in store.run_now(lambda work: work.inbox.pending(10))] == ["good"]


def test_what_is_done_does_not_fail_afterwards(store: Store) -> None:
    receive(store, "1", "Ev1")
    store.run_now(lambda work: work.inbox.done("1"))
    assert not store.run_now(lambda work: work.inbox.failed("1", attempts_max=1))
    assert store.run_now(lambda work: work.inbox.get("1")).state == "done"


def test_five_failures_are_enough(store: Store) -> None:
    receive(store, "1", "Ev1")
    assert [store.run_now(lambda work: work.inbox.failed("1")) for _ in range(5)] == [False] * 4 + [True]


def test_what_is_set_aside_is_dropped_with_its_text_after_its_time(store: Store) -> None:
    def unit(work: Work) -> None:
        for n, id in enumerate(("old", "new", "pending")):
            work.inbox.add(id, "slack", id, "hej", since=NOW + n * SECOND)
        for id in ("old", "new"):
            work.inbox.failed(id, attempts_max=1)

    store.run_now(unit)
    assert store.run_now(lambda work: work.overview.forget(NOW + SECOND)) == 1
    rows = [store.run_now(lambda work, id=id: work.inbox.get(id)) for id in ("old", "new", "pending")]  # type: ignore[misc]
    assert [(row.state, row.payload) for row in rows] == [("done", ""), ("poison", "hej"), ("pending", "hej")]
    assert store.run_now(lambda work: work.inbox.add("again", "slack", "old", "hej")) is None, "it is still known"
