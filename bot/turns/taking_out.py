"""What is deleted or taken back leaves what is still held: nobody reads it there next morning."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.holding import about
from bot.moment import Moment
from bot.places import hosts_of
from bot.turns.common import MISSING, bare, is_text
from storage.records import AnswerRow, OutboxRow

READ = ("text", "label", "value", "hints", "opening", "inside")
"""What of a message is words to read, and can be somebody's own."""


def take_out(moment: Moment, rows: Sequence[AnswerRow]) -> None:
    """Ends each held message that tells of these answers; of another that quotes their words, three dots are left."""
    ids = {row.id for row in rows}
    for held in moment.work.outbox.held() if ids else ():
        if ids & about(moment, held):
            moment.work.outbox.withdraw(held.id)
        elif texts := list(_quoted(moment, held, rows)):
            words = re.compile("|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in texts))
            payload = json.dumps(_without(json.loads(held.payload), words), ensure_ascii=False)
            moment.work.outbox.rewrite(held.id, payload)


def _quoted(moment: Moment, held: OutboxRow, rows: Sequence[AnswerRow]) -> Iterator[str]:
    """The words of the answers that may stand in a message, the longest first: it is about the same exchange."""
    exchange = moment.work.exchanges.find(held.subject)
    parties = {exchange.employee, exchange.leader, *hosts_of(exchange)} if exchange is not None else set()
    written = (row for row in rows if held.subject == row.subject or row.person in parties)
    texts = {bare(str(row.value)) for row in written if is_text(moment, row)}
    yield from sorted(texts - {""}, key=len, reverse=True)


def _without(value: Any, words: re.Pattern[str], key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _without(part, words, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_without(part, words, key) for part in value]
    return words.sub(MISSING, value) if key in READ and isinstance(value, str) else value
