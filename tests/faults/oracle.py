"""The judge of every fault: what people can see on the platforms, held against what the house has written down.

I1 every acknowledged event has exactly one effect · I2 at most one visible prompt for (person, subject, kind, local
date), exactly one if the platform worked · I3 nothing stays "sending" past its lease · I4 nobody's words in any log ·
I5 nothing is read across tenants.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from storage.tables import inbox, outbox, prompts
from tests.faults.towns import FAMILIES, WORDS, Town
from tests.slack.fake import FakeSlack
from tests.teams.fake import FakeTeams

ZONE = ZoneInfo("Europe/Copenhagen")
Row = Mapping[str, Any]
Place = tuple[str, str, str]
"""Channel, tenant and place."""

LOGBOOK = "Logbog"
"""What the notification of a day's logbook says."""
OTHERS = [WORDS.plain("da", key).partition("{")[0] for key in ("log.missed.one", "log.missed.three")]
"""How the reminder of an entry begins, and the question after three missed ones: their notifications say the same."""
HELP = "Du kan skrive:"
"""What stands in the answer to somebody who asked for help."""
GRACE = timedelta(seconds=20)
"""So long after a lease is over somebody must have looked after the message."""


@dataclass(frozen=True)
class Seen:
    """A message that the platform took: `title` is what the notification says, `words` is all of it."""

    at: datetime
    place: Place
    reference: str
    title: str
    words: str


@dataclass(frozen=True)
class Kept:
    """What stands in the database."""

    outbox: Sequence[Row]
    inbox: Sequence[Row]
    prompts: Sequence[Row]

    def waits(self, now: datetime) -> list[str]:
        """What is still to be done by now, in words; empty when there is nothing."""
        out = [f"{row['kind']} {row['state']}" for row in self.outbox if _waits(row, now)]
        come = [f"inbox {row['event']}" for row in self.inbox if row["state"] == "pending"]
        due = [f"prompt {row['kind']}" for row in self.prompts if row["state"] == "pending" and row["at"] <= now]
        return out + come + due

    def count(self, channel: str, state: str) -> int:
        """How many messages of a channel have come to this."""
        return len([row for row in self.outbox if (row["channel"], row["state"]) == (channel, state)])


class Reader:
    """Looks into a database without holding anybody up."""

    def __init__(self, url: str) -> None:
        address = make_url(url)
        if address.get_backend_name() == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        self._engine = create_engine(address, poolclass=NullPool)

    def kept(self) -> Kept:
        """What stands there now."""
        with self._engine.connect() as connection:
            tables = [connection.execute(select(table)).mappings().all() for table in (outbox, inbox, prompts)]
        return Kept(*[[dict(row) for row in rows] for rows in tables])


def in_slack(slack: FakeSlack) -> list[Seen]:
    """What people can see there."""
    return [
        Seen(
            post.at,
            ("slack", post.team, post.user or post.channel),
            f"{post.channel}:{post.ts}",
            post.text,
            post.text + json.dumps(post.blocks, ensure_ascii=False),
        )
        for post in slack.ledger.posted
    ]


def in_teams(teams: FakeTeams) -> list[Seen]:
    """What people can see there; that somebody writes is nothing to see."""
    found = []
    for call in teams.ledger.accepted:
        body = call.body.get("activity", call.body)
        if call.what not in ("create", "send", "reply") or body.get("type") != "message":
            continue
        chat = teams.chats[call.where]
        words = json.dumps(body, ensure_ascii=False)
        title = str(body.get("summary") or words)
        found.append(Seen(call.at, ("teams", call.tenant, chat.user or chat.id), call.reference, title, words))
    return found


# I1


def every_post_has_its_row(kept: Kept, seen: Sequence[Seen]) -> None:
    """What was sent is there, once; what is there and not known to be sent is known to be unknown, and not doubled."""
    there: dict[Place, list[str]] = defaultdict(list)
    for each in seen:
        there[each.place].append(_id(each.reference))
    for place in {_place(row) for row in kept.outbox} | set(there):
        rows = [row for row in kept.outbox if _place(row) == place]
        sent = [_id(row["reference"]) for row in rows if row["state"] == "sent"]
        own = Counter(_id(row["reference"]) for row in rows if row["state"] == "sent" and not row["replaces"])
        assert max(own.values(), default=1) == 1, f"Two messages are said to be one: {own}"
        lost = [reference for reference in own if reference not in there[place]]
        assert not lost, f"Said to be sent to {place}, and not there: {lost}"
        unexplained = [reference for reference in there[place] if reference not in sent]
        open_ends = [row for row in rows if row["state"] in ("unknown", "sending")]
        assert len(unexplained) <= len(open_ends), f"Nobody knows why {unexplained} is at {place}"


def one_effect(kept: Kept, seen: Iterable[Seen], place: Place, asked: int) -> None:
    """Who asked for help so often gets it so often; of what a platform refused or lost there is a row that says so.

    Repeat what was not acknowledged before you ask.
    """
    rows = [row for row in kept.outbox if row["kind"] == "answer" and _place(row) == place]
    there = len([each for each in seen if each.place == place and HELP in each.words])
    fewest = asked - len([row for row in rows if row["state"] != "sent"])
    assert len(rows) >= asked, f"{len(rows)} answers to {asked} words of {place}"
    assert fewest <= there <= asked, f"{there} answers are there to {asked} words of {place}"


def nothing_is_lost(kept: Kept) -> None:
    """Everything that came in is answered, and each event was kept once."""
    open_ends = [(row["event"], row["state"]) for row in kept.inbox if row["state"] != "done"]
    assert not open_ends, open_ends
    counts = Counter((row["channel"], row["event"]) for row in kept.inbox)
    assert max(counts.values(), default=1) == 1


# I2


def at_most_once(seen: Iterable[Seen], titles: Sequence[str]) -> Counter[tuple[Place, str, str]]:
    """No prompt is there twice on a local date; how often each is there."""
    counts = Counter(
        (each.place, title, each.at.astimezone(ZONE).date().isoformat())
        for each in seen
        for title in titles
        if each.title.startswith(title) and not any(other in each.words for other in OTHERS)
    )
    twice = {key: count for key, count in counts.items() if count > 1}
    assert not twice, twice
    return counts


# I3


def nothing_hangs(kept: Kept, now: datetime) -> None:
    """No message is on its way past its lease."""
    late = [
        (row["kind"], row["lease"]) for row in kept.outbox if row["state"] == "sending" and row["lease"] < now - GRACE
    ]
    assert not late, late


# I4


def no_words(logs: Iterable[str], words: Iterable[str]) -> None:
    """None of these stands in any log."""
    for said in logs:
        found = [word for word in words if word in said]
        assert not found, f"{found} stands in a log: {said[:2000]}"


# I5


def nothing_foreign(seen: Iterable[Seen], towns: Sequence[Town]) -> None:
    """Nobody sees a person, a round or a word of another town."""
    foreign = {
        town.tenant: [
            word
            for other in towns
            if other is not town
            for word in (FAMILIES[other.name], f"Runden i {other.name}", f"Kanarie{other.name}")
        ]
        for town in towns
    }
    for each in seen:
        found = [word for word in foreign[each.place[1]] if word in each.words]
        assert not found, f"{found} is shown to {each.place}"


def _waits(row: Row, now: datetime) -> bool:
    return bool(row["state"] == "sending" or (row["state"] == "pending" and row["not_before"] <= now))


def _place(row: Row) -> Place:
    return row["channel"], row["tenant"], row["place"]


def _id(reference: str) -> str:
    """What a reference of ours calls the message: Slack's with its channel, Teams' without the conversation."""
    return reference.rpartition("|")[2]
