import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from storage.records import AddressRow
from storage.store import Store, StoreError, Work
from storage.tables import links
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


# In mails

SOON = NOW + timedelta(days=30)


def test_a_mail_has_a_link_of_its_own_that_expires_by_itself(store: Store) -> None:
    def unit(work: Work) -> list[str]:
        people(work)
        work.links.put("eva", "by hand", LATER)
        work.links.mail("eva", "first", SOON, NOW, LATER)
        work.links.mail("eva", "second", SOON + SECOND, NOW, LATER)
        work.links.mail("ada", "hers", SOON, NOW, LATER)
        live = [work.links.person(each, NOW) for each in ("by hand", "first", "second", "hers")]
        later = [work.links.person(each, SOON) for each in ("by hand", "first", "second", "hers")]
        return [*live, "then", *later]

    assert store.run_now(unit) == ["eva", "eva", "eva", "ada", "then", "eva", "", "eva", ""]


def test_all_links_of_a_person_are_revoked_together(store: Store) -> None:
    def unit(work: Work) -> list[object]:
        people(work)
        work.links.mail("eva", "first", SOON, NOW, LATER)
        work.links.mail("ada", "hers", SOON, NOW, LATER)
        gone = [work.links.remove("eva"), work.links.person("first", NOW), work.links.person("hers", NOW)]
        work.links.mail("eva", "second", SOON, NOW, LATER)
        return [*gone, work.links.person("first", NOW), work.links.person("second", NOW)]

    assert store.run_now(unit) == [True, "", "ada", "", "eva"]


def test_a_new_link_by_hand_ends_those_in_mails(store: Store) -> None:
    def unit(work: Work) -> list[str]:
        people(work)
        work.links.mail("eva", "mailed", SOON, NOW, LATER)
        work.links.put("eva", "by hand", LATER)
        return [work.links.person(each, NOW) for each in ("mailed", "by hand")]

    assert store.run_now(unit) == ["", "eva"]


@pytest.mark.parametrize("act", ["remove", "renew"])
def test_the_version_before_revokes_links_in_mails_too(store: Store, act: str) -> None:
    """It knows nothing of them: it deletes or changes the one row they hang on."""

    def unit(work: Work) -> str:
        people(work)
        work.links.mail("eva", "mailed", SOON, NOW, LATER)
        assert work.links.person("mailed", NOW) == "eva"
        hers = links.c.person == "eva"
        work.links._change(delete(links).where(hers) if act == "remove" else update(links).where(hers), _ANEW[act])
        return work.links.person("mailed", NOW)

    assert store.run_now(unit) == ""


_ANEW: dict[str, dict[str, str]] = {"remove": {}, "renew": {"hash": "another"}}


def test_a_link_in_a_mail_lasts_no_longer_than_the_one_it_hangs_on(store: Store) -> None:
    def unit(work: Work) -> list[str]:
        people(work)
        work.links.put("eva", "by hand", SOON)
        work.links.mail("eva", "mailed", LATER, NOW, LATER)
        return [work.links.person("mailed", SOON - SECOND), work.links.person("mailed", SOON)]

    assert store.run_now(unit) == ["eva", ""]
