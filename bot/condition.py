"""What the doctor says of the house at work: what waits, how long a big day takes, the backup, the doors."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channels.slack.pace import LIMITS, POST
from bot.channels.teams.pace import GAP
from bot.clock import Clock
from bot.doctor import Finding, advice, bad, good
from bot.programme.schedule import SILENT
from bot.settings import FILE, Settings
from bot.watch import OFF
from storage.backup import LAST
from storage.overview import Queues
from storage.store import Work

OLDEST_SERVER = 150000
"""PostgreSQL 15, as the server itself numbers it."""

ANSWERED_WITHIN = timedelta(minutes=2)
SENT_WITHIN = timedelta(hours=2)
"""A whole town at a platform's pace takes less."""

DONE_WITHIN = timedelta(days=2)
"""Housekeeping is done on its day; a machine that was away for a night may be a day late."""

BACKED_UP_WITHIN = timedelta(days=2)
A_MINUTE = 60.0

_PACE = {"slack": ("Slack", LIMITS[POST].gap), "teams": ("Teams", GAP)}
"""Seconds for each message in one workspace or tenant."""


@dataclass(frozen=True)
class Facts:
    """What was read at `now`. `crowd` is how many people the largest workspace or tenant of each channel has.

    `overdue` counts deletions and closings that were to be done days ago.
    """

    now: datetime
    theirs: datetime | None
    server: int
    queues: Queues
    crowd: dict[str, int]
    backup: str | None
    overdue: int = 0


def facts(work: Work, clock: Clock) -> Facts:
    """What there is to know of the database."""
    now = clock.now()
    seen = work.overview
    overdue = seen.overdue(SILENT, (now - DONE_WITHIN).date())
    return Facts(now, work.meta.now(), seen.server(), seen.queues(now), seen.crowd(), work.meta.get(LAST), overdue)


def findings(seen: Facts, settings: Settings) -> Iterator[Finding]:
    """One after the other; nothing of what is as it should be and needs no word."""
    if 0 < seen.server < OLDEST_SERVER:
        yield bad("Server", f"This is PostgreSQL {seen.server // 10000}. Upgrade it to 15 or later.")
    off = (seen.now - seen.theirs).total_seconds() if seen.theirs else 0.0
    if abs(off) > OFF:
        side = "ahead of" if off > 0 else "behind"
        yield bad("Clock", f"This machine is {abs(off):.0f} seconds {side} the database. Set both by NTP.")
    yield waiting(seen.queues)
    if seen.overdue:
        yield bad(
            "Deletion",
            f"{seen.overdue} deletions or closings should have been done days ago. They are tried again every day. "
            "Look for `prompt_failed` in the log, and report its type and place: people were promised this.",
        )
    if unknown := seen.queues.waiting("unknown"):
        yield advice("Unknown", f"{unknown} messages may or may not have arrived. `vidsyn outbox` lists them.")
    if seen.queues.set_aside:
        yield advice("Set aside", f"{seen.queues.set_aside} received things could not be answered. See `vidsyn inbox`.")
    yield from (
        pace(*_PACE[channel], count, settings.spread_minutes)
        for channel, count in sorted(seen.crowd.items())
        if channel in _PACE
    )
    yield backup(seen.backup, seen.now)
    if settings.slack and not settings.public_url:
        yield advice("Pages", "Without PUBLIC_URL a host who is on no platform can open no page.")
    if settings.public_url and not settings.ops_port:
        yield advice("Metrics", "Nobody can read them while there is a PUBLIC_URL and no OPS_PORT.")
    if FILE.is_file() and FILE.stat().st_mode & stat.S_IRGRP:
        yield advice("Group", f"The group of {FILE} can read its secrets. If it need not, run `chmod 600 {FILE}`.")


def waiting(queues: Queues) -> Finding:
    """Whether somebody waits longer than they should."""
    sending = max(queues.held_up.values(), default=timedelta())
    late = [
        f"{queues.received} received things are not answered, the oldest for {_long(queues.received_age)}."
        if queues.received_age > ANSWERED_WITHIN
        else "",
        f"{queues.waiting('pending')} messages are not sent, the oldest for {_long(sending)}."
        if sending > SENT_WITHIN
        else "",
    ]
    if any(late):
        return bad("Waiting", f"{' '.join(filter(None, late))} See that Vidsyn runs, and look for errors in its log.")
    held = f", {count} held for their readers' hours" if (count := queues.waiting("held")) else ""
    return good("Waiting", f"{queues.received} to answer, {queues.waiting('pending')} to send, {queues.due} due{held}.")


def pace(platform: str, gap: float, people: int, spread: int) -> Finding:
    """What the platform's limit means for the largest workspace or tenant."""
    seconds = max(people * gap, spread * A_MINUTE)
    late = "within a minute" if seconds < A_MINUTE else f"within {round(seconds / A_MINUTE)} minutes"
    who = "1 person who is due has the prompt" if people == 1 else f"{people} people due at once all have their prompt"
    takes = f"{platform} takes about {round(60 / gap)} messages a minute, and Vidsyn spreads them over {spread}"
    return good(f"Pace in {platform}", f"{who} {late}: {takes}.")


def backup(last: str | None, now: datetime) -> Finding:
    """Whether there is a backup of today or yesterday, as far as is known here."""
    if last is None:
        return advice("Backup", "`vidsyn backup` has made none yet. Let it make one every night.")
    age = now - datetime.fromisoformat(last)
    if age > BACKED_UP_WITHIN:
        return advice("Backup", f"The last that `vidsyn backup` made is {age.days} days old. Look at what runs it.")
    return good("Backup", f"The last one is {_long(age)} old.")


def _long(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
