"""Small conversations that change how the rest goes: language, time, pause, stop, correction."""

from __future__ import annotations

from dialogs.kinds import LONG, YES_NO
from dialogs.model import Ask, Day, Dialog, Hour, One, step
from dialogs.model import Visibility as Who

LANGUAGE = Dialog(
    "language",
    "language.title",
    quick=True,
    steps=(
        step(
            Ask(
                "hello.language",
                One(("language.da", "language.nb", "language.en")),
                Who.CONTROL,
                required=True,
            )
        ),
    ),
)

TIME = Dialog("time", "log.time.title", steps=(step(Ask("log.time", Hour(), Who.PRIVATE, required=True)),))

ABSENT = Dialog(
    "absent", "absent.title", steps=(step(Ask("absent.until", Day(after="today"), Who.PRIVATE, required=True)),)
)

STOP = Dialog(
    "stop",
    "stop.title",
    quick=True,
    steps=(step(Ask("stop.ask", YES_NO, Who.CONTROL, required=True)),),
)

CORRECT = Dialog(
    "correct",
    "correct.title",
    steps=(step(Ask("correct.text", LONG, Who.SHARED_ON_REQUEST, required=True, starter="text")),),
)
