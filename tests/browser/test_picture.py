"""The picture in the README, and that it is there. `make picture` takes it anew."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.site import Chair, play_before, serve
from tests.conftest import ROOT

PICTURE = ROOT / "docs" / "playground.png"
SIZE = (1280, 860)
MOST_BYTES = 300_000
BEGINNING = b"\x89PNG\r\n\x1a\n"


def test_the_picture_is_there_and_light() -> None:
    picture = PICTURE.read_bytes()
    assert picture.startswith(BEGINNING)
    assert struct.unpack(">II", picture[16:24]) == SIZE
    assert len(picture) < MOST_BYTES


@pytest.mark.skipif(not os.environ.get("VIDSYN_PICTURE"), reason="`make picture` takes the picture")
async def test_take_the_picture(page: Page, tmp_path: Path) -> None:
    """Emil writes his first day, beside the clock and who can read what he has written before."""
    await play_before(tmp_path, "first day")
    async with serve(tmp_path) as address:
        await page.set_viewport_size({"width": SIZE[0], "height": SIZE[1]})
        chair = Chair(page, address)
        await chair.enter()
        for name in ("Hanne", "Lone", "Vera", "Emil"):
            await chair.be(name)
        await chair.look_into("#jobbytte")
        await chair.be("Emil")
        await page.mouse.move(SIZE[0] / 2, SIZE[1] - 5)
        await chair.fill("log.core.what", "De aftaler på ti minutter om morgenen, hvem der tager hvilke opkald.")
        await expect(page.locator("#seen")).not_to_have_attribute("aria-busy", "true")
        # The browser of a Danish reader says it so; the one that takes the picture may know English only.
        await page.locator("#clock-date").evaluate("(it) => { it.type = 'text'; it.placeholder = 'dd.mm.åååå' }")
        taken = await page.screenshot(animations="disabled", caret="hide")
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_bytes(lightened(taken))


def lightened(picture: bytes) -> bytes:
    """The same picture without side information, packed as tightly as the standard library can."""
    kept, packed, place = [], b"", len(BEGINNING)
    while place < len(picture):
        (length,) = struct.unpack(">I", picture[place : place + 4])
        kind, content = picture[place + 4 : place + 8], picture[place + 8 : place + 8 + length]
        if kind == b"IDAT":
            packed += content
        elif kind in (b"IHDR", b"IEND"):
            kept.append((kind, content))
        place += 12 + length
    kept.insert(1, (b"IDAT", zlib.compress(zlib.decompress(packed), 9)))
    return BEGINNING + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in kept
    )
