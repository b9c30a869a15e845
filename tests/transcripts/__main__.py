"""Writes what is seen into the transcripts anew, for a person to read the difference.

    TRANSCRIPTS=write python -m tests.transcripts [file ...]

Without the variable nothing is written, and the names of the files that would change are shown.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tests.transcripts.player import FILES, played
from tests.transcripts.script import NoSense


async def main(files: list[Path]) -> None:
    """Plays each file, and says which ones changed."""
    for file in files:
        with tempfile.TemporaryDirectory() as folder:
            try:
                text = await played(file, Path(folder))
            except NoSense as wrong:
                print(f"{file}: {wrong}\n")
                continue
        if text != file.read_text("utf-8"):
            if os.environ.get("TRANSCRIPTS") == "write":
                file.write_text(text, "utf-8")
            print(file)


if __name__ == "__main__":
    asyncio.run(main([Path(name) for name in sys.argv[1:]] or FILES))
