"""What is sealed opens in its own place only, with its owner's key only, and only while that key exists."""

import base64
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import update

from storage.errors import MasterKeyRefused
from storage.store import Store, Work
from storage.tables import metadata
from storage.vault import Sealed, Vault, load_or_create_key_file, new_master_key
from tests.storage.samples import KEYS

PLACE = ("ada", "answers", "value", "row-1")
SECRET = "Jeg er bange for at sige det højt"

many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def seal(store: Store, text: str = SECRET, place: tuple[str, str, str, str] = PLACE) -> bytes:
    return store.run_now(lambda work: work.keys.seal(*place, text))


def unseal(store: Store, sealed: bytes, place: tuple[str, str, str, str] = PLACE) -> str:
    return store.run_now(lambda work: work.keys.open(*place, sealed))


def reopen(opened: list[Store], store: Store, vault: Vault) -> Store:
    """The same database, as a process with other master keys sees it."""
    again = Store(store._engine, vault)
    opened.append(again)
    return again


@many
@given(text=some.text(some.characters(codec=None)), row=some.text())
def test_any_text_opens_where_it_was_sealed(store: Store, text: str, row: str) -> None:
    place = ("ada", "answers", "value", row)
    assert unseal(store, seal(store, text, place), place) == text


def test_the_form_is_version_key_nonce_ciphertext(store: Store) -> None:
    first, second = seal(store), seal(store)
    assert first[:18] == second[:18]
    assert first[:2] == b"1|"
    assert first[18:30] != second[18:30]
    assert len(first) == 2 + 16 + 12 + len(SECRET.encode()) + 16


ELSEWHERE = [
    ("ada", "answers", "value", "row-2"),
    ("ada", "answers", "question", "row-1"),
    ("ada", "mail", "value", "row-1"),
    ("bo", "answers", "value", "row-1"),
    ("", "answers", "value", "row-1"),
]


@pytest.mark.parametrize("place", ELSEWHERE)
def test_a20_what_was_moved_is_refused(store: Store, place: tuple[str, str, str, str]) -> None:
    sealed = seal(store)
    seal(store, place=place)
    with pytest.raises(Sealed, match="cannot be read"):
        unseal(store, sealed, place)


@many
@given(data=some.data())
def test_a20_a_flipped_bit_is_refused(store: Store, data: some.DataObject) -> None:
    sealed = bytearray(seal(store))
    place = data.draw(some.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8
    with pytest.raises(Sealed):
        unseal(store, bytes(sealed))


@many
@given(length=some.integers(0, 78))
def test_a20_what_was_cut_is_refused(store: Store, length: int) -> None:
    sealed = seal(store)
    with pytest.raises(Sealed):
        unseal(store, sealed[: min(length, len(sealed) - 1)])


def test_f22_plain_text_is_never_taken_for_sealed(store: Store) -> None:
    seal(store)
    for plain in (SECRET.encode(), b"1|" + SECRET.encode() * 3, b""):
        with pytest.raises(Sealed):
            unseal(store, plain)


def test_a27_what_a_forgotten_owner_wrote_is_gone_for_good(store: Store) -> None:
    sealed, others = seal(store), seal(store, place=("bo", *PLACE[1:]))
    store.run_now(lambda work: work.keys.forget("ada"))
    with pytest.raises(Sealed, match="deleted"):
        unseal(store, sealed)
    fresh = seal(store, "Ny")
    assert unseal(store, fresh) == "Ny"
    with pytest.raises(Sealed, match="deleted"):
        unseal(store, sealed)
    assert unseal(store, others, ("bo", *PLACE[1:])) == SECRET


def test_a27_forgetting_counts_at_once_in_every_process(store: Store, opened: list[Store]) -> None:
    other = reopen(opened, store, Vault(KEYS, "new"))
    sealed = seal(store)
    assert unseal(other, sealed) == SECRET
    store.run_now(lambda work: work.keys.forget("ada"))
    with pytest.raises(Sealed):
        unseal(other, sealed)


def test_forgetting_within_a_unit_counts_in_that_unit(store: Store) -> None:
    sealed = seal(store)

    def unit(work: Work) -> str:
        assert work.keys.open(*PLACE, sealed) == SECRET
        work.keys.forget("ada")
        return work.keys.open(*PLACE, sealed)

    with pytest.raises(Sealed):
        store.run_now(unit)


def test_each_owner_has_a_key_of_their_own(store: Store) -> None:
    heads = {seal(store, place=(owner, *PLACE[1:]))[:18] for owner in ("ada", "bo", "")}
    assert len(heads) == 3


def test_two_masters_open_and_the_newest_seals(store: Store, opened: list[Store]) -> None:
    before = reopen(opened, store, Vault({"old": KEYS["old"]}, "old"))
    sealed = seal(before)
    assert unseal(store, sealed) == SECRET
    both = seal(store, place=("bo", *PLACE[1:]))
    with pytest.raises(Sealed, match="'new' is missing"):
        unseal(before, both, ("bo", *PLACE[1:]))


def test_after_rewrapping_the_old_master_is_needed_no_more(store: Store, opened: list[Store]) -> None:
    sealed = seal(reopen(opened, store, Vault({"old": KEYS["old"]}, "old")))
    assert store.run_now(lambda work: work.keys.rewrap()) == 1
    assert store.run_now(lambda work: work.keys.rewrap()) == 0
    after = reopen(opened, store, Vault({"new": KEYS["new"]}, "new"))
    assert unseal(after, sealed) == SECRET


def test_f22_a_wrong_master_is_refused_for_reading_and_writing(store: Store, opened: list[Store]) -> None:
    sealed = seal(store)
    wrong = reopen(opened, store, Vault({"new": os.urandom(32)}, "new"))
    with pytest.raises(Sealed, match="another one"):
        unseal(wrong, sealed)
    with pytest.raises(Sealed, match="another one"):
        seal(wrong)


@pytest.mark.parametrize("change", [{"owner": "bo"}, {"wrapped": bytes(60)}, {"wrapped": bytes(1)}])
def test_a20_a_changed_data_key_is_refused(store: Store, change: dict[str, object]) -> None:
    sealed = seal(store)
    store.run_now(lambda work: work.meta._connection.execute(update(metadata.tables["keys"]).values(change)))
    for owner in ("ada", "bo"):
        with pytest.raises(Sealed):
            unseal(store, sealed, (owner, *PLACE[1:]))


def test_master_keys_are_read_newest_first() -> None:
    first, second = new_master_key(), new_master_key()
    assert Vault.parse(f" {first}  {second}\n").newest == first.partition(":")[0]


SHORT = base64.b64encode(b"short").decode()
FULL = base64.b64encode(bytes(32)).decode()
BAD = [
    "",
    "  ",
    "k",
    f":{FULL}",
    f"k:{SHORT}",
    "k:///",
    "k:æøå",
    f"k:{FULL}=",
    f"k:{FULL} k:{FULL}",
    f"k:{FULL} x",
]


@pytest.mark.parametrize("text", BAD)
def test_a25_bad_master_keys_are_refused_and_never_quoted(text: str) -> None:
    with pytest.raises(MasterKeyRefused) as caught:
        Vault.parse(text)
    error: BaseException | None = caught.value
    while error is not None:
        assert not {word for word in (SHORT, FULL, "///", "æøå") if word in str(error)}
        error = error.__cause__


def test_a_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "data" / "keys"
    first = load_or_create_key_file(file)
    text = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_or_create_key_file(str(file)).newest == first.newest
    assert file.read_text() == text
    assert list(file.parent.iterdir()) == [file]


def test_a_key_file_is_made_for_its_owner_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        load_or_create_key_file(tmp_path / "keys")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o777])
def test_a25_a_key_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "keys"
    load_or_create_key_file(file)
    file.chmod(mode)
    with pytest.raises(MasterKeyRefused, match="chmod 600"):
        load_or_create_key_file(file)


def test_an_empty_key_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.touch(mode=0o600)
    with pytest.raises(MasterKeyRefused):
        load_or_create_key_file(file)
    assert file.read_bytes() == b""
