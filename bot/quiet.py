"""The quiet start after a restore: nothing that went out after the backup goes out again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.moment import Moment
from bot.programme.schedule import NEVER_MISSED
from bot.script import House
from bot.tick import NEXT_TRY
from bot.turns.pushes import base, say_due
from bot.words import Words
from storage.records import PromptRow
from storage.store import NotFound, Work

log = structlog.get_logger()

RESTORED = "restored from a backup: it may have gone out since"


@dataclass(frozen=True)
class Quietly:
    """What was done without a word: messages held back, received things set aside, prompts of the time since."""

    held_back: int
    set_aside: int
    prompts: int


def quieten(work: Work, words: Words, house: House, now: datetime) -> Quietly:
    """Goes through the time since the backup as it went, sending nothing.

    What waited in the backup has gone out, perhaps, and so has what came due since. So what was due is carried out as
    of its own time, for rounds opened and days closed; and every message of it is unknown, for an operator to decide.
    """
    work.overview.let_go()
    aside = work.overview.set_aside()
    due = 0
    while rows := work.prompts.due(now, 1):
        _carry_out(work, words, house, rows[0], now)
        due += 1
    return Quietly(work.overview.hush(RESTORED), aside, due)


def _carry_out(work: Work, words: Words, house: House, row: PromptRow, now: datetime) -> None:
    together = [it for it in work.prompts.due(row.at, 100) if it.recipient == row.recipient]
    try:
        with work.trying():
            say_due(Moment(work, words, row.at, house), together)
    except Exception as failure:  # as the tick would give it up in the end
        log.error("prompt_failed", prompts=[it.id for it in together], error=type(failure).__name__)
    try:
        after = work.prompts.get(row.id)
    except NotFound:  # a new plan, made on the way, left it out
        return
    if after.state != "pending" or after.at > row.at:
        return
    if base(row.kind) in NEVER_MISSED:
        work.prompts.move(row.id, now + NEXT_TRY)
    else:
        work.prompts.mark(row.id, "missed")
