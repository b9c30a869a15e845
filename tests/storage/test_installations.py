import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from storage.keys import UNREADABLE
from storage.records import Installation
from storage.store import Store, Work
from tests.storage.conftest import Opener
from tests.storage.samples import NOW, SECOND, an_installation

OWN = an_installation(enterprise="E1")
WIDE = an_installation("wide", enterprise="E1", tenant="", expires=None, refresh_token="")


def put(store: Store, *rows: Installation) -> list[Installation]:
    return store.run_now(lambda work: [work.installations.put(row) for row in rows])


def find(store: Store, enterprise: str = "E1", tenant: str = "T1") -> Installation:
    row = store.run_now(lambda work: work.installations.find(enterprise, tenant))
    assert row is not None
    return row


def claim(store: Store, after: float = 0) -> bool:
    return store.run_now(lambda work: work.installations.claim_refresh(OWN.id, NOW + after * SECOND, 30))


def save(store: Store, id: str = OWN.id) -> bool:
    return store.run_now(lambda work: work.installations.save_refreshed(id, "xoxb-new", "xoxe-new", NOW + SECOND))


def test_an_installation_comes_back_as_it_was(store: Store) -> None:
    assert put(store, OWN, WIDE) == [OWN, WIDE]
    assert store.run_now(lambda work: work.installations.all()) == [OWN, WIDE]
    assert find(store) == OWN
    assert store.run_now(lambda work: work.installations.find("", "T1")) is None


def test_a_new_install_replaces_the_tokens_revives_and_keeps_the_id(store: Store) -> None:
    put(store, OWN, WIDE)
    store.run_now(lambda work: work.installations.end("E1", "T1", "gone"))
    fresh = replace(OWN, id="another", token="xoxb-2", refresh_token="xoxe-2", scopes=frozenset(), expires=None)
    assert put(store, fresh) == [replace(fresh, id=OWN.id)]
    assert store.run_now(lambda work: work.installations.all()) == [replace(fresh, id=OWN.id), WIDE]


def test_s13_the_workspace_has_its_own_else_that_of_the_whole_enterprise(store: Store) -> None:
    put(store, WIDE, OWN, an_installation("lone", tenant="T3"))

    def best(enterprise: str, tenant: str) -> str | None:
        row = store.run_now(lambda work: work.installations.best(enterprise, tenant))
        return row.id if row else None

    asked = [("E1", "T1"), ("E1", "T2"), ("E2", "T2"), ("", "T3"), ("", "T9")]
    assert [best(*who) for who in asked] == ["install", "wide", None, "lone", None]
    store.run_now(lambda work: work.installations.end("E1", "T1", "gone"))
    assert best("E1", "T1") == "wide"
    store.run_now(lambda work: work.installations.end("E1", "", "gone"))
    assert best("E1", "T1") == "install"


def test_an_end_is_of_exactly_one(store: Store) -> None:
    put(store, OWN, WIDE)
    assert store.run_now(lambda work: work.installations.end("E1", "T1", "gone"))
    assert not store.run_now(lambda work: work.installations.end("", "T1", "gone"))
    assert [row.state for row in store.run_now(lambda work: work.installations.all())] == ["gone", "live"]


def test_s11_one_refreshes_until_its_lease_is_over(store: Store) -> None:
    put(store, OWN)
    assert [claim(store, after) for after in (0, 0, 29, 30, 31)] == [True, False, False, True, False]
    assert save(store)
    kept = find(store)
    assert (kept.token, kept.refresh_token, kept.expires) == ("xoxb-new", "xoxe-new", NOW + SECOND)
    assert claim(store)


def test_s11_nothing_is_saved_without_a_claim(store: Store) -> None:
    put(store, OWN)
    assert not save(store)
    assert not save(store, "nowhere")
    assert find(store) == OWN


def test_s11_what_was_refreshed_before_a_new_install_is_not_kept(store: Store) -> None:
    put(store, OWN)
    claim(store)
    put(store, OWN)
    assert not save(store)
    assert find(store) == OWN


@pytest.mark.parametrize(("state", "saved"), [("gone", False), ("expired", True)])
def test_s11_a_late_refresh_proves_life_but_revives_nothing_that_was_removed(
    store: Store, state: str, saved: bool
) -> None:
    put(store, OWN)
    claim(store)
    store.run_now(lambda work: work.installations.end("E1", "T1", state))
    assert save(store) is saved
    assert find(store).state == ("live" if saved else state)


@pytest.mark.parametrize("state", ["gone", "expired"])
def test_s11_only_what_lives_is_refreshed(store: Store, state: str) -> None:
    put(store, replace(OWN, state=state))
    assert not claim(store)


async def test_s11_one_of_many_in_two_processes_refreshes(open_file: Opener) -> None:
    stores = [open_file(), open_file()]
    await stores[0].run(lambda work: work.installations.put(OWN))
    claims = [store.run(lambda work: work.installations.claim_refresh(OWN.id, NOW, 30)) for store in stores * 10]
    assert sorted(await asyncio.gather(*claims)) == [False] * 19 + [True]


async def test_s20_no_token_is_readable_in_any_file(open_file: Opener, file: Path) -> None:
    store = open_file()

    def install(work: Work) -> None:
        work.installations.put(OWN)
        work.installations.put(replace(OWN, id="again"))
        work.installations.claim_refresh(OWN.id, NOW, 30)
        work.installations.save_refreshed(OWN.id, "xoxb-new", "xoxe-new", NOW)

    await store.run(install)

    def raw() -> bytes:
        return b"".join(path.read_bytes() for path in file.parent.iterdir())

    assert b"U0" in raw()
    assert b"xox" not in raw()
    await store.close()
    assert b"xox" not in raw()


def test_s20_a_token_reads_in_its_own_row_only(store: Store) -> None:
    other = an_installation("other", tenant="T2", token="xoxb-other")
    put(store, OWN, other)
    move = "UPDATE installations SET token = (SELECT token FROM installations WHERE id = 'other') WHERE id = 'install'"
    store.run_now(lambda work: work.meta._connection.exec_driver_sql(move).close())
    assert find(store).token == UNREADABLE
    assert find(store, "", "T2") == other


def test_s20_a_token_is_not_shown_by_its_record() -> None:
    assert "xox" not in repr(OWN)


def test_s10_a_state_is_spent_once_and_only_in_time(store: Store) -> None:
    def spend(hash: str, at: float) -> bool:
        return store.run_now(lambda work: work.oauth.spend_state(hash, NOW + at * SECOND))

    for hash in ("one", "two"):
        store.run_now(lambda work, hash=hash: work.oauth.add_state(hash, NOW + SECOND))  # type: ignore[misc]
    assert [spend("guess", 0), spend("one", 0.9), spend("one", 0.9), spend("two", 1)] == [False, True, False, False]


async def test_s10_one_of_many_in_two_processes_spends_a_state(open_file: Opener) -> None:
    stores = [open_file(), open_file()]
    await stores[0].run(lambda work: work.oauth.add_state("hash", NOW + SECOND))
    spends = [store.run(lambda work: work.oauth.spend_state("hash", NOW)) for store in stores * 10]
    assert sorted(await asyncio.gather(*spends)) == [False] * 19 + [True]


def test_states_that_expired_are_swept(store: Store) -> None:
    for wait in range(3):
        store.run_now(lambda work, wait=wait: work.oauth.add_state(f"{wait}", NOW + wait * SECOND))  # type: ignore[misc]
    assert store.run_now(lambda work: work.oauth.sweep(NOW + SECOND)) == 2
    assert store.run_now(lambda work: work.oauth.spend_state("2", NOW + SECOND))
