"""A disk that says it cannot write: of a thread of this process, as the kernel would say it (Linux, seccomp).

`refuse` is called in the thread that writes. From then on each fsync of it is asked about, and answered EIO while
`file` is there.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import struct
import threading
from contextlib import suppress
from pathlib import Path

SYNCS = {"x86_64": (74, 75), "aarch64": (82, 83)}
"""The numbers of fsync and fdatasync."""
SECCOMP = {"x86_64": 317, "aarch64": 277}
_NO_NEW_PRIVILEGES = 38
_SET_MODE_FILTER, _NEW_LISTENER = 1, 8
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_GO_ON = 1


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def refuse(file: Path) -> None:
    """From now on this thread's fsync fails while `file` is there."""
    listener = _listen()
    threading.Thread(target=_answer, args=(listener, file), daemon=True).start()


def can_refuse() -> bool:
    """Whether this machine lets us; tried in a thread of its own."""
    told: list[int] = []

    def attempt() -> None:
        with suppress(OSError, KeyError):
            told.append(_listen())

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    for listener in told:
        os.close(listener)
    return bool(told)


def _listen() -> int:
    machine = platform.machine()
    both = SYNCS[machine]
    rules = [
        (_LOAD, 0, 0, 0),  # the number of the call
        (_EQUAL, 1, 0, both[0]),
        (_EQUAL, 0, 1, both[1]),
        (_RETURN, 0, 0, _NOTIFY),
        (_RETURN, 0, 0, _ALLOW),
    ]
    program = _Program(len(rules), b"".join(struct.pack("HBBI", *rule) for rule in rules))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    listener: int = libc.syscall(SECCOMP[machine], _SET_MODE_FILTER, _NEW_LISTENER, ctypes.byref(program))
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    return listener


def _answer(listener: int, file: Path) -> None:
    while True:
        asked = bytearray(80)
        try:
            fcntl.ioctl(listener, _RECEIVE, asked)
        except OSError as gone:
            if gone.errno in (errno.ENOENT, errno.EINTR):
                continue
            raise
        (id,) = struct.unpack_from("Q", asked)
        says = (-errno.EIO, 0) if file.exists() else (0, _GO_ON)
        try:
            fcntl.ioctl(listener, _SEND, struct.pack("QqiI", id, 0, *says))
        except OSError as gone:
            if gone.errno != errno.ENOENT:
                raise
