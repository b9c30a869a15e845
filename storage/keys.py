"""The data keys, one per owner, kept wrapped in the database; sealing and opening text in a transaction."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from storage.errors import Sealed
from storage.ids import new_id
from storage.prepared import Row, ask
from storage.tables import keys

if TYPE_CHECKING:
    from storage.vault import Vault


class Unreadable(str):
    """Stands for a text that cannot be read. Whoever reads it sees so; it is never written over the text."""


HOUSE = ""
UNREADABLE = Unreadable("\N{REPLACEMENT CHARACTER}")

NONCE_BYTES = 12
_VERSION = b"1|"
_HEAD_BYTES = len(_VERSION) + 16
_SHORTEST = _HEAD_BYTES + NONCE_BYTES + 16

_OF_OWNER = select(keys).where(keys.c.owner == bindparam("owner"))
_OF_OWNERS = select(keys).where(keys.c.owner.in_(bindparam("owners", expanding=True)))
_REWRAP = update(keys).where(keys.c.id == bindparam("this"))


@dataclass(frozen=True)
class DataKey:
    """One owner's key. `id` is 32 hexadecimal characters."""

    id: str
    cipher: AESGCM


class Keyring:
    """Seals and opens text. An owner is a person id, a mail box, or HOUSE for what belongs to nobody.

    `lasting` outlives the transaction: the house's key, which is never another one and never deleted.
    """

    def __init__(self, connection: Connection, vault: Vault, lasting: dict[str, DataKey] | None = None) -> None:
        self._connection = connection
        self._vault = vault
        self._lasting = {} if lasting is None else lasting
        self._wrapped: dict[str, Row | None] = {}
        self._known: dict[str, DataKey] = {}

    def seal(self, owner: str, table: str, column: str, row_id: str, plaintext: str) -> bytes:
        """`plaintext` encrypted for this one place. Makes the owner's data key when there is none."""
        key = self._of(owner) or self._make(owner)
        nonce = os.urandom(NONCE_BYTES)
        # A lone half of a surrogate pair can be typed, and must not raise an error that quotes the text.
        ciphertext = key.cipher.encrypt(
            nonce, plaintext.encode("utf-8", "surrogatepass"), _bound(table, column, row_id, key.id)
        )
        return _VERSION + bytes.fromhex(key.id) + nonce + ciphertext

    def open(self, owner: str, table: str, column: str, row_id: str, sealed: bytes) -> str:
        """What was sealed for this place. Raises Sealed when damaged, moved, or its key is gone."""
        if not sealed.startswith(_VERSION) or len(sealed) < _SHORTEST:
            raise Sealed(f"The text cannot be read: {table}.{column} is damaged. Restore the row from a backup.")
        key = self._of(owner)
        if key is None or bytes.fromhex(key.id) != sealed[len(_VERSION) : _HEAD_BYTES]:
            raise Sealed(f"The text cannot be read: the key of {table}.{column} has been deleted, or is another's.")
        nonce, ciphertext = sealed[_HEAD_BYTES:][:NONCE_BYTES], sealed[_HEAD_BYTES + NONCE_BYTES :]
        try:
            plaintext = key.cipher.decrypt(nonce, ciphertext, _bound(table, column, row_id, key.id))
        except InvalidTag as exc:
            raise Sealed(
                f"The text cannot be read: {table}.{column} is damaged or was moved. Restore it from backup."
            ) from exc
        return plaintext.decode("utf-8", "surrogatepass")

    def show(self, owner: str, table: str, column: str, row_id: str, sealed: bytes) -> str:
        """Like `open`, but UNREADABLE instead of an error: one damaged row leaves the others alone."""
        try:
            return self.open(owner, table, column, row_id, sealed)
        except Sealed:
            return UNREADABLE

    def fetch(self, owners: Iterable[str]) -> None:
        """Read the keys of many owners at once."""
        missing = sorted(set(owners) - self._wrapped.keys())
        if missing:
            self._wrapped.update(dict.fromkeys(missing))
            if len(missing) == 1:
                rows = ask(self._connection, _OF_OWNER, {"owner": missing[0]})
            else:
                rows = ask(self._connection, _OF_OWNERS, {"owners": missing})
            self._wrapped.update({row["owner"]: row for row in rows})

    def forget(self, owner: str) -> None:
        """Delete the owner's data key: whatever was sealed with it can never be read again."""
        self._known.pop(owner, None)
        self._wrapped.pop(owner, None)
        self._connection.execute(delete(keys).where(keys.c.owner == owner))

    def check(self) -> None:
        """Raise Sealed when the house's key cannot be opened with the master keys at hand."""
        self._of(HOUSE)

    def rewrap(self) -> int:
        """Wrap every data key with the newest master key; how many had an older one."""
        old = self._connection.execute(select(keys).where(keys.c.master != self._vault.newest)).mappings().all()
        for row in old:
            key = self._vault.unwrap(row["owner"], row["id"], row["master"], row["wrapped"])
            master, wrapped = self._vault.wrap(row["owner"], row["id"], key)
            self._connection.execute(_REWRAP, {"this": row["id"], "master": master, "wrapped": wrapped})
        return len(old)

    def _of(self, owner: str) -> DataKey | None:
        if owner in self._lasting:
            return self._lasting[owner]
        if owner not in self._known:
            self.fetch([owner])
            row = self._wrapped[owner]
            if row is None:
                return None
            key = self._vault.unwrap(owner, row["id"], row["master"], row["wrapped"])
            self._known[owner] = DataKey(row["id"], AESGCM(key))
            if owner == HOUSE:  # read, so it is committed; one that this transaction makes may yet be rolled back
                self._lasting[owner] = self._known[owner]
        return self._known[owner]

    def _make(self, owner: str) -> DataKey:
        key_id, key = new_id(), AESGCM.generate_key(bit_length=256)
        master, wrapped = self._vault.wrap(owner, key_id, key)
        row = {"id": key_id, "owner": owner, "master": master, "wrapped": wrapped}
        self._connection.execute(insert(keys), row)
        self._known[owner] = DataKey(key_id, AESGCM(key))
        return self._known[owner]


def _bound(table: str, column: str, row_id: str, key_id: str) -> bytes:
    return "\0".join(("1", key_id, table, column, row_id)).encode("utf-8", "surrogatepass")
