import pytest

from storage.records import AuditRow, MailRow
from storage.store import Conflict, NotFound, Store, Work
from tests.storage.samples import NOW, SECOND


def test_the_newest_lines_of_the_audit_come_first(store: Store) -> None:
    def act(work: Work) -> None:
        for place in range(3):
            work.audit.add(NOW - place * SECOND, "ada", "did", f"{place}")

    store.run_now(act)
    assert store.run_now(lambda work: work.audit.all(2)) == [
        AuditRow(NOW - 2 * SECOND, "ada", "did", "2"),
        AuditRow(NOW - SECOND, "ada", "did", "1"),
    ]


def test_a_letter_comes_back_as_it_was(store: Store) -> None:
    order = store.run_now(lambda work: work.mail.put("id", "ada", "bot", "Kære Ada", NOW, "thread"))
    row = store.run_now(lambda work: work.mail.get("id"))
    assert row == MailRow("id", "ada", "bot", "Kære Ada", NOW, order, "thread", 1)
    with pytest.raises(NotFound):
        store.run_now(lambda work: work.mail.get("other"))


def test_the_same_letter_again_replaces_the_words_and_keeps_the_place(store: Store) -> None:
    def write(work: Work) -> list[int]:
        return [
            work.mail.put("1", "ada", "bot", "før", NOW),
            work.mail.put("2", "ada", "bot", "to", NOW),
            work.mail.put("1", "ada", "bot", "efter", NOW + SECOND),
        ]

    first, second, again = store.run_now(write)
    assert again == first < second
    rows = store.run_now(lambda work: work.mail.list("ada"))
    assert [(row.payload, row.version) for row in rows] == [("efter", 2), ("to", 1)]
    assert store.run_now(lambda work: work.mail.list("ada", after_order=first)) == rows[1:]


def test_a_letter_does_not_move_to_another_box(store: Store) -> None:
    store.run_now(lambda work: work.mail.put("1", "ada", "bot", "til Ada", NOW))
    with pytest.raises(Conflict, match="another box"):
        store.run_now(lambda work: work.mail.put("1", "bo", "bot", "til Bo", NOW))
    assert store.run_now(lambda work: work.mail.get("1")).payload == "til Ada"


def test_boxes_are_read_together_in_order(store: Store) -> None:
    def write(work: Work) -> None:
        for place, box in enumerate(("ada", "#general", "bo", "ada")):
            work.mail.put(f"{place}", box, "", f"{place}", NOW)

    store.run_now(write)
    rows = store.run_now(lambda work: work.mail.of_boxes({"ada", "#general"}))
    assert [row.payload for row in rows] == ["0", "1", "3"]
    assert store.run_now(lambda work: work.mail.of_boxes([])) == []


def mark(store: Store, value: str) -> str | None:
    store.run_now(lambda work: work.meta.set("door", value))
    return store.run_now(lambda work: work.meta.get("door"))


def test_a_mark_is_what_it_was_set_to_last(store: Store) -> None:
    assert store.run_now(lambda work: work.meta.get("door")) is None
    for value in ("playground", ""):
        assert mark(store, value) == value
