import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from storage.records import AddressRow
from storage.store import Store, StoreError, Work
from tests.storage.conftest import Opener
from tests.storage.samples import NOW, SECOND, people

LATER = NOW + timedelta(days=60)


def test_a_link_is_one_persons_until_it_expires(store: Store) -> None:
    def unit(work: Work) -> list[object]:
        people(work)
        work.links.put("eva", "secret", LATER)
        return [
            work.links.person("secret", NOW),
            work.links.person("secret", LATER - SECOND),
            work.links.person("secret", LATER),
            work.links.person("other", NOW),
            work.links.expires("eva", NOW),
            work.links.expires("eva", LATER),
            work.links.expires("ada", NOW),
        ]

    assert store.run_now(unit) == ["eva", "eva", "", "", LATER, None, None]


def test_a_new_link_revokes_the_older(store: Store) -> None:
    def unit(work: Work) -> list[str]:
        people(work)
        work.links.put("eva", "old", LATER)
        work.links.put("ada", "hers", LATER)
        work.links.put("eva", "new", LATER + SECOND)
        return [work.links.person(each, NOW) for each in ("old", "new", "hers")]

    assert store.run_now(unit) == ["", "eva", "ada"]


def test_a_revoked_link_opens_nothing(store: Store) -> None:
    def unit(work: Work) -> list[object]:
        people(work)
        work.links.put("eva", "secret", LATER)
        return [work.links.remove("eva"), work.links.remove("eva"), work.links.person("secret", NOW)]

    assert store.run_now(unit) == [True, False, ""]


def test_a_link_is_nobodys_but_a_persons(store: Store) -> None:
    with pytest.raises(StoreError):
        store.run_now(lambda work: work.links.put("nobody", "secret", LATER))


def test_who_is_on_a_channel(store: Store) -> None:
    def unit(work: Work) -> list[list[str]]:
        people(work)
        work.people.link("eva", AddressRow("web", "org", "eva"))
        work.people.link("ada", AddressRow("slack", "T1", "U1"))
        return [
            [row.id for row in work.people.on(*where)] for where in (("web", "org"), ("web", "x"), ("slack", "org"))
        ]

    assert store.run_now(unit) == [["eva"], [], ["ada"]]


def test_only_the_hash_lies_in_the_file(open_file: Opener, file: Path) -> None:
    def unit(work: Work) -> None:
        people(work)
        work.links.put("eva", "secret", LATER)

    open_file().run_now(unit)
    with sqlite3.connect(file) as raw:
        rows = raw.execute("SELECT person, hash FROM links").fetchall()
    raw.close()
    assert [(person, "secret" in kept, len(kept)) for person, kept in rows] == [("eva", False, 64)]
