"""Reading a PNG pixel by pixel: eight bits a channel, not interlaced."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {2: 3, 6: 4}
"""How many bytes a pixel has, by the kind of colour: RGB, and RGB with alpha."""


@dataclass(frozen=True)
class Picture:
    """Its pixels as rows of (red, green, blue, alpha)."""

    width: int
    height: int
    rows: list[list[tuple[int, int, int, int]]]

    def pixels(self) -> Iterator[tuple[int, int, int, int]]:
        """All of them, from the top."""
        return (pixel for row in self.rows for pixel in row)


def picture(content: bytes) -> Picture:
    """What a PNG shows. Fails on every other kind of file."""
    chunks = list(_chunks(content))
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
    assert (chunks[0][0], chunks[-1][0], depth, rest) == (b"IHDR", b"IEND", 8, [0, 0, 0])
    size = CHANNELS[colour]
    flat = zlib.decompress(b"".join(data for name, data in chunks if name == b"IDAT"))
    assert len(flat) == height * (width * size + 1)
    rows, above = [], bytearray(width * size)
    for start in range(0, len(flat), width * size + 1):
        above = _unfiltered(flat[start], bytearray(flat[start + 1 : start + 1 + width * size]), above, size)
        rows.append([_pixel(above[at : at + size]) for at in range(0, len(above), size)])
    return Picture(width, height, rows)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    assert content.startswith(SIGNATURE)
    at = len(SIGNATURE)
    while at < len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        data = content[at + 8 : at + 8 + length]
        assert zlib.crc32(name + data) == struct.unpack_from(">I", content, at + 8 + length)[0]
        yield name, data
        at += length + 12


def _unfiltered(kind: int, row: bytearray, above: bytearray, size: int) -> bytearray:
    for at, value in enumerate(row):
        left = row[at - size] if at >= size else 0
        corner = above[at - size] if at >= size else 0
        guesses = (0, left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))
        row[at] = (value + guesses[kind]) % 256
    return row


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda near: abs(guess - near))


def _pixel(values: bytearray) -> tuple[int, int, int, int]:
    red, green, blue, *alpha = values
    return red, green, blue, alpha[0] if alpha else 255
