"""The master keys: they wrap each owner's data key, and nothing else. Kept outside the database.

Sealed text is `1|`, the data key's id (16 bytes), a nonce (12 bytes) and the AES-256-GCM ciphertext.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection

from storage.errors import MasterKeyRefused
from storage.errors import Sealed as Sealed
from storage.keys import NONCE_BYTES, DataKey, Keyring

KEY_BYTES = 32


class Vault:
    """The master keys by id. New data keys are wrapped with the one called `newest`; the others only open."""

    def __init__(self, master_keys: Mapping[str, bytes], newest: str, source: str = "VIDSYN_MASTER_KEYS") -> None:
        if newest not in master_keys:
            raise MasterKeyRefused("There is no master key: give at least one, the newest first.")
        for place, (name, key) in enumerate(master_keys.items(), start=1):
            if not name or len(key) != KEY_BYTES:
                # Its name is not said: a key written without one stands in its place.
                raise MasterKeyRefused(f"Master key {place} must be written as id:base64, of {KEY_BYTES} bytes.")
        self.newest = newest
        self._source = source
        self._masters = {name: AESGCM(key) for name, key in master_keys.items()}

    @classmethod
    def parse(cls, text: str, source: str = "VIDSYN_MASTER_KEYS") -> Vault:
        """A vault from "id:base64 id2:base64", newest first, from `source`. Raises MasterKeyRefused without a key."""
        master_keys: dict[str, bytes] = {}
        for place, entry in enumerate(text.split(), start=1):
            name, _, encoded = entry.partition(":")
            if name in master_keys:
                raise MasterKeyRefused(f"Master key {place} has the same id as an earlier one.")
            try:
                master_keys[name] = base64.b64decode(encoded, validate=True)
            except (binascii.Error, ValueError):
                # The foreign error is dropped, for it may quote the key.
                raise MasterKeyRefused(f"Master key {place} is not written as id:base64.") from None
        return cls(master_keys, next(iter(master_keys), ""), source)

    def within(self, connection: Connection, lasting: dict[str, DataKey] | None = None) -> Keyring:
        """The data keys as one transaction sees them; `lasting` is what a whole store remembers of them."""
        return Keyring(connection, self, lasting)

    def wrap(self, owner: str, key_id: str, key: bytes) -> tuple[str, bytes]:
        """The newest master key's id, and `key` wrapped with it."""
        nonce = os.urandom(NONCE_BYTES)
        bound = _bound(self.newest, key_id, owner)
        return self.newest, nonce + self._masters[self.newest].encrypt(nonce, key, bound)

    def unwrap(self, owner: str, key_id: str, master: str, wrapped: bytes) -> bytes:
        """The data key inside `wrapped`. Raises Sealed when no master key of ours fits."""
        if master not in self._masters:
            raise Sealed(f"The text cannot be read: master key {master!r} is missing. Add it to {self._source}.")
        try:
            nonce, ciphertext = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
            return self._masters[master].decrypt(nonce, ciphertext, _bound(master, key_id, owner))
        except (InvalidTag, ValueError) as exc:
            raise Sealed(
                f"The text cannot be read: master key {master!r} is another one than it was written with,"
                " or the row was changed. Give the old key back, or restore the backup."
            ) from exc


def load_or_create_key_file(path: str | Path) -> Vault:
    """The vault whose master keys stand in the file at `path`; a new one of mode 600 when there is none.

    Raises MasterKeyRefused when others than its owner can read it.
    """
    file = Path(path)
    try:
        return _of_file(file)
    except OSError as exc:
        raise MasterKeyRefused(f"The key file {file} cannot be read: {exc.strerror}. Mend that.") from exc


def _of_file(file: Path) -> Vault:
    if not file.exists():
        _create(file)
    with file.open(encoding="ascii") as opened:
        mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise MasterKeyRefused(f"Others can read {file}: run `chmod 600 {file}`, and think of new keys.")
        return Vault.parse(opened.read(), f"the key file {file}")


def new_master_key() -> str:
    """One entry "id:base64" of a fresh random master key."""
    return f"{secrets.token_hex(4)}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


def _create(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as opened:
            opened.write(new_master_key() + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        # A link is refused when another process was first, and nobody reads half a file.
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _bound(master: str, key_id: str, owner: str) -> bytes:
    return "\0".join(("1", master, key_id, owner)).encode("utf-8", "surrogatepass")
