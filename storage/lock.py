"""One process for each database, as long as it runs."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.engine import file_of
from storage.errors import StoreError, StoreUnavailable


class AlreadyRuns(StoreError):
    """Another process holds the database."""


@contextmanager
def held(url: str) -> Iterator[None]:
    """Holds the database of `url` for this process alone; one in memory needs none, and PostgreSQL serves many.

    Only who serves it takes this, so one may look into the database beside it. The kernel lets go of it whenever the
    process ends. The file that stays behind means nothing. Raises AlreadyRuns, or StoreUnavailable.
    """
    database = file_of(url)
    if database is None:
        yield
        return
    lock = _locked(database)
    try:
        yield
    finally:
        os.close(lock)


def _locked(database: Path) -> int:
    real = database.resolve()  # two ways to one file are one database
    file = real.with_name(f"{real.name}.lock")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as exc:
        raise StoreUnavailable(f"The file {file} cannot be written: {exc.strerror}. Mend that.") from exc
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        os.close(lock)
        if exc.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise AlreadyRuns(
                f"Vidsyn is running already with this database ({database}). Stop that one first, or set VIDSYN_DATA "
                "to another folder."
            ) from exc
        raise StoreUnavailable(f"The file {file} cannot be locked: {exc.strerror}. Put it on a local disk.") from exc
    return lock
