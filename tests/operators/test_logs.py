"""What is logged is one line of JSON an event, with types and places, and nobody's words: A19, S21."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.running.test_app import environment

CANARY = "Kanariefugl"
PATIENCE = 30.0

PROGRAM = f'''
import asyncio, gc, logging, sys, threading, warnings
import structlog
from bot.logs import set_up, unhandled

CANARY = "{CANARY}"
set_up(sys.argv[1])
log = structlog.get_logger()

class Says:
    def __repr__(self):
        return CANARY

def fails(secret=CANARY):
    raise ValueError(f"no {{secret}}")

def caused():
    try:
        fails()
    except ValueError as cause:
        raise RuntimeError(CANARY) from cause

try:
    caused()
except RuntimeError as failure:
    log.error("known", error=type(failure).__name__)
    logging.getLogger("asyncio").exception("it quotes %s", CANARY)
    logging.getLogger("aiohttp.web").error("it quotes " + CANARY, extra={{"more": CANARY}}, stack_info=True)
    logging.getLogger("sqlalchemy.pool").error("%s %s", CANARY)  # too few for its own words
for name in ("slack_sdk", "slack_bolt", "botbuilder", "msrest", "msal", "apscheduler", "sqlalchemy.engine", "psycopg"):
    logging.getLogger(name).debug(CANARY)
    logging.getLogger(name).warning(CANARY)
log.warning("lines", tenant="one\\r\\n{{}}\\x1b[31mtwo\\u2028", thing=Says(), exc_info=True)
log.debug("small")
warnings.warn(CANARY)

class Dies:
    def __del__(self):
        fails()

Dies()
gc.collect()
thread = threading.Thread(target=fails)
thread.start()
thread.join()

async def main():
    asyncio.get_running_loop().set_exception_handler(unhandled)

    async def alone():
        fails()

    task = asyncio.create_task(alone())
    while not task.done():
        await asyncio.sleep(0)
    del task
    gc.collect()

asyncio.run(main())
fails()
'''

AWAY = """
import structlog
from bot.logs import set_up
from bot.presence import PRESENCE
from storage.errors import Cause, StoreUnavailable

set_up()
PRESENCE.note(StoreUnavailable("", Cause.NO_ANSWER))
structlog.get_logger().error("tick_failed", error="StoreUnavailable")
raise StoreUnavailable("", Cause.NO_ANSWER)
"""


async def heard(tmp_path: Path, level: str, program: str = PROGRAM) -> tuple[list[dict[str, Any]], str]:
    """The events of the program, and all that it wrote."""
    settings = environment(tmp_path) | {"PYTHONWARNINGS": "default"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, level, cwd=ROOT, env=settings,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    assert process.returncode == 1
    return [json.loads(line) for line in out.decode().splitlines()], (out + err).decode()


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR"])
async def test_s21_nobodys_words_are_in_it_at_any_level_whatever_fails(tmp_path: Path, level: str) -> None:
    events, text = await heard(tmp_path, level)
    assert CANARY not in text
    said = {event["event"] for event in events}
    assert {"known", "crashed", "thread_failed", "not_raised", "task_failed", "foreign"} <= said
    assert ("small" in said) == (level == "DEBUG")
    assert ("lines" in said) == (level != "ERROR")


async def test_an_error_is_told_by_type_and_place(tmp_path: Path) -> None:
    events, _ = await heard(tmp_path, "INFO")
    known = next(event for event in events if event["event"] == "known")
    assert (known["error"], known["cause"], known["level"]) == ("RuntimeError", "ValueError", "error")
    assert [place.rpartition(" ")[2] for place in known["at"]] == ["<module>", "caused"]
    crashed = next(event for event in events if event["event"] == "crashed")
    assert crashed["at"][-1].startswith("__main__:")
    assert crashed["at"][-1].endswith(" fails")
    foreign = [event for event in events if event["event"] == "foreign"]
    assert {"asyncio", "aiohttp.web", "slack_sdk", "botbuilder", "msal", "py.warnings"} <= {
        it["logger"] for it in foreign
    }
    assert not {"message", "msg", "args", "more", "exception", "stack"} & {key for it in foreign for key in it}


async def test_f11_what_ends_the_process_is_said_also_while_the_database_is_away(tmp_path: Path) -> None:
    events, _ = await heard(tmp_path, "INFO", AWAY)
    assert [(event["event"], event.get("cause")) for event in events] == [
        ("database_away", "no_answer"),
        ("crashed", "no_answer"),
    ]


async def test_a19_a_line_stays_one_line(tmp_path: Path) -> None:
    _, text = await heard(tmp_path, "INFO")
    line = next(line for line in text.split("\n") if '"lines"' in line)
    assert json.loads(line)["tenant"] == "one\r\n{}\x1b[31mtwo\u2028"
    assert json.loads(line)["thing"] == "Says"
    assert not set("\r\x1b\u2028") & set(line)
