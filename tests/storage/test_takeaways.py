"""Files behind secrets: who gets them, for how long, and what is left of them."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from storage.records import Takeaway
from storage.store import Store, StoreError, Work
from tests.storage.conftest import Opener
from tests.storage.samples import NOW, SECOND, an_answer, people, world

LATER = NOW + timedelta(hours=1)
FILE = Takeaway("eva", "mine-svar.txt", "text/plain", "Det var en god dag.\n\nDen 5. maj")


def test_a_file_can_be_had_again_and_again_until_it_expires(store: Store) -> None:
    def unit(work: Work) -> list[Takeaway | None]:
        people(work)
        work.takeaways.put("secret", FILE, "out", 0, LATER)
        return [
            work.takeaways.find("secret", NOW),
            work.takeaways.find("secret", LATER - SECOND),
            work.takeaways.find("secret", LATER),
            work.takeaways.find("other", NOW),
        ]

    assert store.run_now(unit) == [FILE, FILE, None, None]


def test_what_is_sent_again_has_one_file_for_each_place(store: Store) -> None:
    second = replace(FILE, name="mine-svar.json", media_type="application/json", text="[]")

    def unit(work: Work) -> list[Takeaway | None]:
        people(work)
        for secret, file, number in (("a", FILE, 0), ("b", second, 1), ("c", replace(FILE, text="Nyt"), 0)):
            work.takeaways.put(secret, file, "out", number, LATER)
        work.takeaways.put("d", FILE, "another", 0, LATER)
        return [work.takeaways.find(secret, NOW) for secret in "abcd"]

    assert store.run_now(unit) == [None, second, replace(FILE, text="Nyt"), FILE]
    assert store.run_now(lambda work: work.takeaways.sweep(LATER)) == 3


def test_what_has_expired_is_swept_and_no_more(store: Store) -> None:
    def unit(work: Work) -> list[object]:
        people(work)
        work.takeaways.put("old", FILE, "one", 0, NOW)
        work.takeaways.put("new", FILE, "two", 0, NOW + SECOND)
        return [work.takeaways.sweep(NOW), work.takeaways.sweep(NOW), work.takeaways.find("new", NOW)]

    assert store.run_now(unit) == [1, 0, FILE]


def test_a_file_is_gone_with_its_person_s_key(store: Store) -> None:
    def unit(work: Work) -> Takeaway | None:
        people(work)
        work.takeaways.put("secret", FILE, "out", 0, LATER)
        work.keys.forget("eva")
        return work.takeaways.find("secret", NOW)

    assert store.run_now(unit) is None


def test_an_answer_that_is_deleted_is_left_in_no_file_of_its_author_s(store: Store) -> None:
    def unit(work: Work) -> list[bool]:
        world(work)
        work.answers.put(an_answer("a", id="a"))
        for person in ("ada", "eva"):
            work.takeaways.put(person, replace(FILE, person=person), person, 0, LATER)
        work.answers.delete("a")
        work.answers.delete("a")
        return [work.takeaways.find(person, NOW) is None for person in ("ada", "eva")]

    assert store.run_now(unit) == [True, False]


def test_a_file_is_nobodys_but_a_persons(store: Store) -> None:
    with pytest.raises(StoreError):
        store.run_now(lambda work: work.takeaways.put("secret", replace(FILE, person="nobody"), "out", 0, LATER))


def test_neither_the_secret_nor_the_file_lies_open(open_file: Opener, file: Path) -> None:
    def unit(work: Work) -> None:
        people(work)
        work.takeaways.put("secret", FILE, "out", 0, LATER)

    open_file().run_now(unit)
    with sqlite3.connect(file) as raw:
        ((kept, *sealed),) = raw.execute("SELECT hash, name, text FROM takeaways").fetchall()
    raw.close()
    assert (len(kept), "secret" in kept) == (64, False)
    assert not [column for column in sealed if b"mine" in column or b"dag" in column]


def test_a_file_says_nothing_of_itself() -> None:
    assert "god dag" not in repr(FILE)
