from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from storage.records import AnswerRow
from storage.store import Conflict, NotFound, Store, Work
from tests.storage.samples import TODAY, an_answer, world

TOMORROW = TODAY + timedelta(days=1)
JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(), lambda inner: some.lists(inner, max_size=3)
)


@pytest.fixture(autouse=True)
def _world(store: Store) -> None:
    store.run_now(world)


def put(store: Store, row: AnswerRow) -> AnswerRow:
    return store.run_now(lambda work: work.answers.put(row))


def one(store: Store, id: str) -> AnswerRow:
    row = store.run_now(lambda work: work.answers.get(id))
    assert row is not None
    return row


def test_an_answer_comes_back_as_it_was(store: Store) -> None:
    row = an_answer(
        value=["a", {"b": 1}],
        confirmed=True,
        released=frozenset({"bo", "eva"}),
        picked=False,
        sent=True,
        edited=TOMORROW,
    )
    assert put(store, row) == row
    assert one(store, row.id) == row


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(value=JSON, question=some.text(some.characters(codec=None)))
def test_any_value_and_any_text_come_back(store: Store, value: Any, question: str) -> None:
    kept = put(store, an_answer(value=value, question=question))
    assert (one(store, kept.id).value, one(store, kept.id).question) == (value, question)


def test_a_second_answer_replaces_the_words_and_keeps_the_row(store: Store) -> None:
    first = put(store, an_answer(visibility="S", released=frozenset({"bo"}), picked=True, sent=True, confirmed=True))
    second = put(store, an_answer(value="Noget andet", question="Ny?", visibility="J", day=TOMORROW))
    assert second == replace(
        first, value="Noget andet", question="Ny?", visibility="J", edited=TOMORROW, confirmed=False
    )
    assert store.run_now(lambda work: work.answers.by("ada")) == [second]


def test_a_correction_on_the_same_day_is_no_edit(store: Store) -> None:
    put(store, an_answer())
    assert put(store, an_answer(value="Rettet")).edited is None


def test_the_day_of_an_edit_stays(store: Store) -> None:
    put(store, an_answer())
    put(store, an_answer(value="Rettet", day=TOMORROW))
    assert put(store, an_answer(value="Rettet", day=TOMORROW + timedelta(days=1))).edited == TOMORROW


def test_the_same_words_stay_confirmed_and_unedited(store: Store) -> None:
    put(store, an_answer(visibility="J", confirmed=True))
    again = put(store, an_answer(visibility="J", day=TOMORROW))
    assert (again.confirmed, again.edited) == (True, None)


def test_answers_are_listed_by_talk_by_subject_and_by_person_in_the_order_given(store: Store) -> None:
    rows = [
        an_answer("z"),
        an_answer("a"),
        an_answer("m", occasion="log:2026-05-04"),
        an_answer("b", subject="round"),
        an_answer("z", person="bo"),
    ]
    for row in rows:
        put(store, row)
    put(store, an_answer("z", value="igen"))

    def keys(work: Work) -> list[list[tuple[str, str]]]:
        listed = (
            work.answers.of("ada", "exchange", "prep"),
            work.answers.about("exchange"),
            work.answers.by("ada"),
        )
        return [[(row.person, row.key) for row in rows] for rows in listed]

    assert store.run_now(keys) == [
        [("ada", "z"), ("ada", "a")],
        [("ada", "z"), ("ada", "a"), ("ada", "m"), ("bo", "z")],
        [("ada", "z"), ("ada", "a"), ("ada", "m"), ("ada", "b")],
    ]


def test_an_answer_is_changed_in_place(store: Store) -> None:
    row = put(store, an_answer())
    changed = replace(row, released=frozenset({"bo"}), picked=True, sent=True, value="Andet")
    store.run_now(lambda work: work.answers.update(changed))
    assert one(store, row.id) == changed
    with pytest.raises(NotFound):
        store.run_now(lambda work: work.answers.update(an_answer()))


def test_an_answer_is_deleted(store: Store) -> None:
    row = put(store, an_answer())
    for _ in range(2):
        store.run_now(lambda work: work.answers.delete(row.id))
        assert store.run_now(lambda work: work.answers.get(row.id)) is None


def test_confirming_a_talk_touches_its_joint_answers_only(store: Store) -> None:
    for visibility in "PSJTHALC":
        put(store, an_answer(visibility, visibility=visibility))
    put(store, an_answer("other", visibility="J", occasion="deb"))
    put(store, an_answer("other", visibility="J", person="bo"))
    store.run_now(lambda work: work.answers.confirm("ada", "exchange", "prep"))
    everything = store.run_now(lambda work: work.answers.about("exchange"))
    assert {row.key for row in everything if row.confirmed} == {"J", "T"}


def test_what_was_kept_from_a_later_leader_is_theirs_once_it_is_confirmed_anew(store: Store) -> None:
    for visibility in "SJT":
        put(store, an_answer(visibility, visibility=visibility, picked=False))
    store.run_now(lambda work: work.answers.confirm("ada", "exchange", "prep"))
    everything = store.run_now(lambda work: work.answers.about("exchange"))
    assert {row.key: row.picked for row in everything} == {"S": False, "J": None, "T": None}


def test_what_was_begun_for_another_leader_is_the_next_ones_only_in_other_words(store: Store) -> None:
    for key in ("same", "other"):
        put(store, an_answer(key, visibility="J", picked=False, value="Før"))
    for key, value in (("same", "Før"), ("other", "Nu")):
        put(store, an_answer(key, visibility="J", value=value))
    store.run_now(lambda work: work.answers.confirm("ada", "exchange", "prep", anew=False))
    everything = store.run_now(lambda work: work.answers.about("exchange"))
    assert {row.key: (row.confirmed, row.picked) for row in everything} == {
        "same": (True, False),
        "other": (True, None),
    }


def test_an_answer_belongs_to_somebody_who_exists(store: Store) -> None:
    with pytest.raises(Conflict):
        put(store, an_answer(person="nobody"))


def test_a_value_that_is_not_json_is_refused(store: Store) -> None:
    for value in (object(), float("nan")):
        with pytest.raises((TypeError, ValueError)):
            put(store, an_answer(value=value))
    assert store.run_now(lambda work: work.answers.by("ada")) == []
