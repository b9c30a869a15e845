"""Logs: one line of JSON an event. Nobody's words are in it: of an error only its type and the places in the code."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections import Counter
from types import FrameType, TracebackType
from typing import Any

import structlog
from structlog import DropEvent
from structlog.typing import EventDict, WrappedLogger

from bot.presence import PRESENCE, SAYS
from storage.errors import NoAnswer, StoreUnavailable

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

COUNTED: Counter[tuple[str, str]] = Counter()
"""How often each event was logged, by level and name. Names stand in the code, so there are only so many."""

FOREIGN = "foreign"
"""The event of what a library logs. What it says is left out, for it may quote somebody."""

MOST_PLACES = 20
"""As many places of an error, from where it was raised upwards."""

_AWAY = {StoreUnavailable.__name__, NoAnswer.__name__}
"""What an error is called of which there is no more than a name left where it is logged."""

log = structlog.get_logger()


class Lines:
    """Writes lines to standard output. A line that cannot be written stops nothing: the disk may be full."""

    def msg(self, line: str) -> None:
        """Writes one line."""
        try:
            sys.stdout.write(f"{line}\n")  # at once, so that two threads do not share a line
            sys.stdout.flush()
        except (OSError, ValueError):
            COUNTED["error", "log_line_lost"] += 1

    debug = info = warning = error = critical = msg


def set_up(level: str = "INFO") -> None:
    """Sends everything that this process logs through here, from `level` on; libraries from WARNING on."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _described,
            _counted,
            _hushed,
            structlog.processors.TimeStamper(fmt="iso"),
            # What is no text or number is named by its type, for its own words could be anybody's.
            structlog.processors.JSONRenderer(ensure_ascii=True, default=lambda it: type(it).__name__),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=lambda *_: Lines(),
    )
    logging.raiseExceptions = False  # it would print what could not be logged, with its text
    logging.captureWarnings(True)
    # It warns at each tick that the one before still runs; /readyz says when one hangs.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    root = logging.getLogger()
    root.handlers = [Textless()]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    sys.excepthook = _crashed
    sys.unraisablehook = _unraisable
    threading.excepthook = _thread_ended


class Textless(logging.Handler):
    """Says who logged, where in its code, and of which type the error was. Never the message."""

    def emit(self, record: logging.LogRecord) -> None:
        """Passes it on as an event of ours."""
        failure = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        said = {} if failure is None else told(failure)
        log.log(record.levelno, FOREIGN, logger=record.name, line=f"{record.module}:{record.lineno}", **said)


def places(tb: TracebackType | None) -> list[str]:
    """Where an error passed, the innermost last: module, line and function, as they stand in the code."""
    found: list[str] = []
    while tb is not None:
        found.append(_place(tb.tb_frame, tb.tb_lineno))
        tb = tb.tb_next
    return found[-MOST_PLACES:]


def stack(frame: FrameType | None) -> list[str]:
    """Where a thread is now, the innermost last."""
    found: list[str] = []
    while frame is not None:
        found.append(_place(frame, frame.f_lineno))
        frame = frame.f_back
    return found[:MOST_PLACES][::-1]


def told(failure: BaseException) -> dict[str, Any]:
    """What is said of an error: its type, its places, and the type of what caused it."""
    cause = failure.__cause__
    because = {} if cause is None else {"cause": type(cause).__name__}
    if isinstance(failure, StoreUnavailable):
        because = {"cause": failure.cause.value}
    return {"error": type(failure).__name__, "at": places(failure.__traceback__), **because}


def unhandled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """For the event loop: what went wrong in a task that nobody waited for."""
    failure = context.get("exception")
    log.error("task_failed", **(told(failure) if isinstance(failure, BaseException) else {}))


def _place(frame: FrameType, line: int) -> str:
    return f"{frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_name}"


def _described(_: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Adds the places to an error that is being handled, and drops what would print it."""
    for printing in ("exc_info", "stack_info"):
        event.pop(printing, None)
    failure = sys.exc_info()[1]
    if failure is not None and "error" in event:
        event = {**told(failure), **event}
    return event


def _counted(_: WrappedLogger, name: str, event: EventDict) -> EventDict:
    COUNTED[str(event.get("level", name)), str(event.get("event"))] += 1
    return event


def _hushed(_: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Drops what only says once more that the database is away: that is said, and more of it would fill the disk."""
    because = isinstance(sys.exc_info()[1], StoreUnavailable) or event.get("error") in _AWAY
    if PRESENCE.is_away and because and name != "critical" and event.get("event") not in SAYS:
        raise DropEvent
    return event


def _crashed(kind: type[BaseException], failure: BaseException, tb: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        log.critical("crashed", **told(failure))


def _unraisable(what: Any) -> None:
    log.error("not_raised", **({} if what.exc_value is None else told(what.exc_value)))


def _thread_ended(what: Any) -> None:
    log.error("thread_failed", **({} if what.exc_value is None else told(what.exc_value)))
