from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from storage.claiming import _LIFT, Mark
from storage.records import AddressRow, OutboxRow, OutboxState
from storage.store import NotFound, Store, Work
from tests.storage.claims import LEASE, sending
from tests.storage.claims import claim as take
from tests.storage.samples import HERE, NOW, SECOND, THERE, queue

ENDS = [
    OutboxState.SENT,
    OutboxState.REFUSED,
    OutboxState.CANCELLED,
    OutboxState.EXPIRED,
    OutboxState.UNKNOWN,
]


def add(store: Store, *texts: str, to: AddressRow = HERE) -> list[OutboxRow]:
    return store.run_now(lambda work: [queue(work, text, to) for text in texts])


def claim(store: Store, now: datetime = NOW, limit: int = 10) -> list[OutboxRow]:
    return store.run_now(lambda work: take(work, now, limit))


def end(store: Store, row: OutboxRow, state: OutboxState, reference: str = "", reason: str = "") -> bool:
    mark = Mark(row.id, row.token, state, reference, reason)
    return store.run_now(lambda work: work.outbox.mark([mark])) == {row.id}


def put_off(store: Store, row: OutboxRow, until: datetime, *, counts: bool = True) -> bool:
    mark = Mark(row.id, row.token, OutboxState.PENDING, not_before=until, counts=counts)
    return store.run_now(lambda work: work.outbox.mark([mark])) == {row.id}


def rescue(store: Store, now: datetime, but: list[str] | None = None) -> list[OutboxRow]:
    return store.run_now(lambda work: work.outbox.rescue(now, now + LEASE, "new", but or [], 9))


def get(store: Store, id: str) -> OutboxRow:
    return store.run_now(lambda work: work.outbox.get(id))


def test_a_message_comes_back_as_it_was(store: Store) -> None:
    row = store.run_now(
        lambda work: work.outbox.add(
            THERE, '{"a": "å"}', "debrief", "x", NOW, NOW + SECOND, replaces="r", thread="t", id="mine"
        )
    )
    assert (row.id, row.state, row.attempts, row.lease) == ("mine", OutboxState.PENDING, 0, None)
    assert get(store, "mine") == row
    with pytest.raises(NotFound):
        get(store, "other")


def test_order_counts_upwards(store: Store) -> None:
    orders = [row.order for row in add(store, "1", "2", "3")]
    assert orders == sorted(set(orders))


def test_a_claim_takes_what_is_due_and_says_until_when(store: Store) -> None:
    (row,) = add(store, "1")
    store.run_now(lambda work: queue(work, to=THERE, not_before=NOW + SECOND))
    (claimed,) = claim(store)
    assert claimed.token
    assert claimed == replace(row, state=OutboxState.SENDING, attempts=1, lease=NOW + LEASE, token=claimed.token)
    assert get(store, row.id) == claimed
    assert claim(store) == []


def test_an_address_gets_its_messages_one_by_one_in_order(store: Store) -> None:
    add(store, "1", "2", "3")
    seen = []
    while claimed := claim(store):
        assert len(claimed) == 1
        assert claim(store) == []
        seen.append(claimed[0].payload)
        end(store, claimed[0], OutboxState.SENT)
    assert seen == ["1", "2", "3"]


def test_addresses_do_not_wait_for_each_other(store: Store) -> None:
    add(store, "1", "2")
    add(store, "3", to=THERE)
    add(store, "4", to=replace(HERE, tenant="T2"))
    assert sorted(row.payload for row in claim(store)) == ["1", "3", "4"]


def test_the_oldest_go_first_and_no_more_than_asked_for(store: Store) -> None:
    def fill(work: Work) -> None:
        for place in range(5):
            queue(work, f"{place}", replace(HERE, place=f"D{place}"), not_before=NOW - place * SECOND)

    store.run_now(fill)
    assert [row.payload for row in claim(store, limit=2)] == ["4", "3"]
    assert [row.payload for row in claim(store, limit=9)] == ["2", "1", "0"]


def test_a_message_that_waits_holds_back_the_younger_ones_of_its_address(store: Store) -> None:
    store.run_now(lambda work: queue(work, "first", not_before=NOW + SECOND))
    add(store, "second")
    assert claim(store) == []
    assert [row.payload for row in claim(store, NOW + SECOND)] == ["first"]


def test_what_is_too_late_expires(store: Store) -> None:
    row = store.run_now(lambda work: queue(work, not_after=NOW))
    add(store, "next")
    assert [row.payload for row in claim(store, NOW + SECOND)] == ["next"]
    assert (get(store, row.id).state, get(store, row.id).payload) == (OutboxState.EXPIRED, "")


def test_what_is_just_in_time_is_sent(store: Store) -> None:
    store.run_now(lambda work: queue(work, not_after=NOW))
    assert len(claim(store)) == 1


@pytest.mark.parametrize("state", ENDS)
def test_each_end_empties_the_payload_but_for_what_may_have_to_go_again(store: Store, state: OutboxState) -> None:
    add(store, "1")
    (row,) = claim(store)
    assert end(store, row, state, "ts.1", "why")
    kept = "1" if state is OutboxState.UNKNOWN else ""
    ended = replace(row, state=state, payload=kept, reference="ts.1", reason="why", lease=None, token="")
    assert get(store, row.id) == ended
    assert store.run_now(lambda work: work.outbox.reference(row.id)) == "ts.1"


@pytest.mark.parametrize("state", [OutboxState.PENDING, OutboxState.SENDING])
def test_what_is_on_its_way_is_no_end(store: Store, state: OutboxState) -> None:
    (row,) = add(store, "1")
    with pytest.raises(ValueError, match="no end"):
        store.run_now(lambda work: work.outbox.finish(row.id, state))
    (row,) = claim(store)
    with pytest.raises(ValueError, match="no end"):
        end(store, row, state)


STALE: dict[str, Callable[[Store, OutboxRow], bool]] = {
    "end": lambda store, row: end(store, row, OutboxState.SENT),
    "later": lambda store, row: put_off(store, row, NOW),
}


@pytest.mark.parametrize("act", STALE.values(), ids=STALE)
def test_f16_a_stale_worker_is_refused(store: Store, act: Callable[[Store, OutboxRow], bool]) -> None:
    add(store, "1")
    (stale,) = claim(store)
    # Even when the clock stands still, another claim is another token.
    put_off(store, stale, NOW)
    (fresh,) = claim(store)
    assert not act(store, stale)
    assert get(store, stale.id) == fresh
    assert act(store, fresh)


def test_f16_a_stale_end_among_others_is_the_only_one_refused(store: Store) -> None:
    add(store, "1")
    add(store, "2", to=THERE)
    late, other = claim(store)
    (taken,) = store.run_now(
        lambda work: work.outbox.rescue(NOW + 31 * SECOND, NOW + 61 * SECOND, "new", [other.id], 9)
    )
    assert (taken.id, taken.token, taken.attempts) == (late.id, "new", 1)
    marks = [Mark(row.id, row.token, OutboxState.SENT, "ts") for row in (late, other)]
    assert store.run_now(lambda work: work.outbox.mark(marks)) == {other.id}
    assert [get(store, row.id).state for row in (late, other)] == [OutboxState.SENDING, OutboxState.SENT]


def test_an_end_is_an_end(store: Store) -> None:
    add(store, "1")
    (row,) = claim(store)
    end(store, row, OutboxState.SENT, "ts.1")
    assert not end(store, row, OutboxState.REFUSED)
    assert not store.run_now(lambda work: work.outbox.finish(row.id, OutboxState.REFUSED))
    assert get(store, row.id).reference == "ts.1"


def test_an_operator_decides_about_an_unknown_one(store: Store) -> None:
    rows = add(store, "1") + add(store, "2", to=THERE)
    for row in claim(store):
        assert end(store, row, OutboxState.UNKNOWN)
    assert [row.id for row in store.run_now(lambda work: work.outbox.unknown())] == [row.id for row in rows]
    assert store.run_now(lambda work: work.outbox.finish(rows[0].id, OutboxState.SENT, "ts.9"))
    assert [row.id for row in store.run_now(lambda work: work.outbox.unknown())] == [rows[1].id]


def test_a_message_is_ended_without_a_claim_when_it_was_said_at_once(store: Store) -> None:
    (row,) = add(store, "1")
    assert store.run_now(lambda work: work.outbox.finish(row.id, OutboxState.SENT, "ts.1"))
    assert claim(store) == []


def test_a_message_put_back_waits_and_is_tried_again(store: Store) -> None:
    add(store, "1", "2")
    (row,) = claim(store)
    assert put_off(store, row, NOW + 9 * SECOND)
    assert store.run_now(lambda work: work.outbox.next_at()) == NOW
    assert claim(store, NOW + 8 * SECOND) == []
    (again,) = claim(store, NOW + 9 * SECOND)
    assert (again.id, again.attempts, again.payload) == (row.id, 2, "1")


def test_f1_what_outlives_its_lease_is_stuck(store: Store) -> None:
    add(store, "1")
    (row,) = claim(store)
    assert rescue(store, NOW + 30 * SECOND) == []
    assert rescue(store, NOW + 31 * SECOND, but=[row.id]) == []
    (again,) = rescue(store, NOW + 31 * SECOND)
    assert again == replace(row, lease=NOW + 61 * SECOND, token="new") == get(store, row.id)
    assert rescue(store, NOW + 61 * SECOND) == []


def test_f14_a_lease_that_nobody_can_have_given_is_over(store: Store) -> None:
    """The clock was put back by a day since."""
    add(store, "1")
    (row,) = claim(store)
    assert [one.id for one in rescue(store, NOW - 86400 * SECOND)] == [row.id]


def test_f11_what_was_claimed_and_never_sent_is_let_go_of(store: Store) -> None:
    """The database was gone before it had said that it was claimed."""
    add(store, "1")
    add(store, "2", to=THERE)
    rows = claim(store)
    assert store.run_now(lambda work: work.outbox.put_back([rows[0].token, "other"])) == 2
    assert store.run_now(sending) == []
    assert [(row.id, row.attempts) for row in claim(store)] == [(row.id, 1) for row in rows]


def test_cancelling_a_subject_takes_what_is_pending_only(store: Store) -> None:
    (sending,) = add(store, "1")
    claim(store)
    pending = add(store, "2", "3")
    other = store.run_now(lambda work: queue(work, subject="other"))
    assert store.run_now(lambda work: work.outbox.cancel("exchange")) == 2
    assert [get(store, row.id).state for row in (sending, *pending, other)] == [
        OutboxState.SENDING,
        OutboxState.CANCELLED,
        OutboxState.CANCELLED,
        OutboxState.PENDING,
    ]
    assert get(store, pending[0].id).payload == ""


def test_cancelling_a_subject_to_one_place_leaves_what_goes_to_others(store: Store) -> None:
    (mine, theirs) = (add(store, "1")[0], add(store, "2", to=THERE)[0])
    other = store.run_now(lambda work: queue(work, subject="other"))
    assert store.run_now(lambda work: work.outbox.cancel("exchange", HERE)) == 1
    assert [get(store, row.id).state for row in (mine, theirs, other)] == [
        OutboxState.CANCELLED,
        OutboxState.PENDING,
        OutboxState.PENDING,
    ]


ELSEWHERE = [replace(HERE, place="D2"), replace(HERE, tenant="T2"), replace(HERE, channel="teams")]


@pytest.mark.parametrize(("place", "cancelled"), [(HERE.place, 2), ("", 3), ("D9", 0)])
def test_s12_cancelling_to_a_workspace_or_a_place_takes_what_is_pending_there(
    store: Store, place: str, cancelled: int
) -> None:
    (sending,) = add(store, "1")
    claim(store)
    pending = [*add(store, "2", "3"), *(add(store, "4", to=to)[0] for to in ELSEWHERE)]
    assert store.run_now(lambda work: work.outbox.cancel_to(HERE.channel, HERE.tenant, place)) == cancelled
    states = [get(store, row.id).state for row in pending]
    assert states == [OutboxState.CANCELLED] * cancelled + [OutboxState.PENDING] * (5 - cancelled)
    assert [get(store, row.id).payload for row in pending[:cancelled]] == [""] * cancelled
    assert get(store, sending.id).state == OutboxState.SENDING
    assert store.run_now(lambda work: work.outbox.cancel_to(HERE.channel, HERE.tenant, place)) == 0


def test_the_next_moment_is_that_of_the_earliest_pending(store: Store) -> None:
    assert store.run_now(lambda work: work.outbox.next_at()) is None
    store.run_now(lambda work: [queue(work, not_before=NOW + wait * SECOND) for wait in (3, 1, 2)])
    assert store.run_now(lambda work: work.outbox.next_at()) == NOW + SECOND


def test_a_message_nobody_sent_has_no_reference(store: Store) -> None:
    (row,) = add(store, "1")
    assert store.run_now(lambda work: work.outbox.reference(row.id)) == ""
    assert store.run_now(lambda work: work.outbox.reference("nowhere")) == ""


# Answers first


def test_an_urgent_message_goes_before_the_others_of_its_lane(store: Store) -> None:
    for n in range(3):
        add(store, f"{n}", to=replace(HERE, place=f"D{n}"))
    store.run_now(lambda work: queue(work, "urgent", replace(HERE, place="D9"), urgent=True))
    assert [row.payload for row in claim(store, limit=2)] == ["urgent", "0"]


def test_what_an_urgent_message_must_go_behind_goes_as_early(store: Store) -> None:
    add(store, "other", to=replace(HERE, place="D9"))
    add(store, "prompt", to=HERE)
    add(store, "elsewhere", to=replace(HERE, place="D8"))
    store.run_now(lambda work: queue(work, "answer", HERE, urgent=True))
    seen = []
    for _ in range(4):
        (row,) = claim(store, limit=1)
        seen.append((row.payload, row.rank))
        end(store, row, OutboxState.SENT)
    assert seen == [("prompt", 0), ("answer", 0), ("other", 1), ("elsewhere", 1)]


def test_what_was_lifted_is_not_written_again_at_every_look(store: Store) -> None:
    add(store, "put off")
    lane = {"to_channel": HERE.channel, "to_tenant": HERE.tenant, "to_place": HERE.place}
    changed = [store.run_now(lambda work: work.outbox._change(_LIFT, lane)) for _ in range(2)]
    assert changed == [1, 0]


# References


def test_references_are_told_for_many_at_once(store: Store) -> None:
    add(store, "1")
    add(store, "2", to=THERE)
    sent, waits = claim(store)
    end(store, sent, OutboxState.SENT, "ts.1")
    ids = [sent.id, waits.id, "nowhere"]
    assert store.run_now(lambda work: work.outbox.references(ids)) == {sent.id: "ts.1", waits.id: ""}
    assert store.run_now(lambda work: work.outbox.references([])) == {}


def hold(store: Store, text: str = "held", **fields: Any) -> OutboxRow:
    return store.run_now(lambda work: queue(work, text, held=True, **fields))


def test_what_is_held_goes_to_nobody_and_nothing_waits_behind_it(store: Store) -> None:
    row = hold(store)
    add(store, "an answer")
    assert [claimed.payload for claimed in claim(store, NOW + SECOND)] == ["an answer"]
    assert get(store, row.id) == row
    assert row.state is OutboxState.HELD
    assert store.run_now(lambda work: work.outbox.next_at()) is None
    assert store.run_now(lambda work: work.outbox.kept({row.subject}, [], [OutboxState.HELD])) == [row]


def test_what_is_let_go_goes_once_and_behind_what_waits(store: Store) -> None:
    row = hold(store)
    add(store, "before")
    let_go = [store.run_now(lambda work: work.outbox.let_go(row.id, NOW + SECOND)) for _ in range(2)]
    add(store, "after")
    assert let_go == [True, False]
    seen = []
    while claimed := claim(store, NOW + SECOND):
        seen.append(claimed[0].payload)
        end(store, claimed[0], OutboxState.SENT)
    assert seen == ["before", "held", "after"]


def test_a_message_that_is_let_go_is_as_it_was_held(store: Store) -> None:
    row = store.run_now(
        lambda work: work.outbox.add(THERE, "å", "news", "x", NOW, NOW + SECOND, "r", "t", "mine", held=True)
    )
    store.run_now(lambda work: work.outbox.let_go("mine", NOW + SECOND))
    after = get(store, "mine")
    assert after == replace(row, state=OutboxState.PENDING, not_before=NOW + SECOND, order=after.order)


def test_what_was_held_until_it_is_too_late_expires(store: Store) -> None:
    row = hold(store, not_after=NOW)
    assert not store.run_now(lambda work: work.outbox.let_go(row.id, NOW + SECOND))
    assert (get(store, row.id).state, get(store, row.id).payload) == (OutboxState.EXPIRED, "")


@pytest.mark.parametrize(
    "cancel",
    [
        lambda work: work.outbox.cancel("exchange"),
        lambda work: work.outbox.cancel_to("slack", "T1"),
        lambda work: work.outbox.cancel_to("slack", "T1", "D1"),
    ],
)
def test_cancelling_reaches_what_is_held(store: Store, cancel: Callable[[Work], int]) -> None:
    row, _, other = hold(store), add(store, "waits"), hold(store, subject="other", to=THERE)
    assert store.run_now(cancel) == 2
    assert (get(store, row.id).state, get(store, row.id).payload) == (OutboxState.CANCELLED, "")
    assert not store.run_now(lambda work: work.outbox.let_go(row.id, NOW))
    assert get(store, other.id) == other


def test_only_what_nobody_has_seen_is_withdrawn(store: Store) -> None:
    row, (waits,) = hold(store), add(store, "waits")
    assert store.run_now(lambda work: work.outbox.is_held(row.id))
    assert store.run_now(lambda work: work.outbox.withdraw(row.id))
    assert not store.run_now(lambda work: work.outbox.is_held(row.id))
    assert store.run_now(lambda work: work.outbox.withdraw(row.id)), "nobody will"
    assert not store.run_now(lambda work: work.outbox.withdraw(waits.id))
    assert not store.run_now(lambda work: work.outbox.withdraw("nothing"))
    assert (get(store, row.id).state, get(store, waits.id).state) == (OutboxState.CANCELLED, OutboxState.PENDING)


def test_what_is_held_can_say_something_else(store: Store) -> None:
    row, (waits,) = hold(store), add(store, "waits")
    assert store.run_now(lambda work: work.outbox.rewrite(row.id, "…"))
    assert not store.run_now(lambda work: work.outbox.rewrite(waits.id, "…"))
    assert [get(store, each.id).payload for each in (row, waits)] == ["…", "waits"]


def test_what_is_held_can_be_ended_like_anything_without_an_end(store: Store) -> None:
    row = hold(store)
    assert store.run_now(lambda work: work.outbox.finish(row.id, OutboxState.CANCELLED))
    assert get(store, row.id).state is OutboxState.CANCELLED
    with pytest.raises(ValueError, match="no end"):
        store.run_now(lambda work: work.outbox.finish(row.id, OutboxState.HELD))


def test_what_is_held_is_counted_and_stays_held_after_a_restore(store: Store) -> None:
    row = hold(store)
    add(store, "waits")
    queues = store.run_now(lambda work: work.overview.queues(NOW))
    assert queues.outbox == {("held", "slack"): 1, ("pending", "slack"): 1}
    assert (queues.waiting("held"), queues.held_up) == (1, {"slack": NOW - NOW})
    assert store.run_now(lambda work: work.overview.hush("restored")) == 1
    assert get(store, row.id) == row
