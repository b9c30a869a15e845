"""What is deleted or taken back leaves the messages that nobody has read yet: nobody reads it there next morning."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.holding import about
from bot.moment import Moment
from bot.turns.common import MISSING, bare, is_text
from storage.records import AddressRow, AnswerRow, ConversationRow, OutboxRow, OutboxState

READ = ("text", "label", "value", "hints", "opening", "inside")
"""What of a message is words to read, and can be somebody's own."""

BEGINNING = 24
"""Letters by which a text is known again where only its beginning stands."""

CALENDAR = "text/calendar"


@dataclass(frozen=True)
class Gone:
    """What may be said no more: texts, answers by their ids, and the files on their way to `places`."""

    texts: Collection[str]
    answers: Collection[str] = ()
    places: Collection[AddressRow] = ()


def take_back(moment: Moment, row: AnswerRow) -> None:
    """What is held for others tells nothing of the answer any more. What goes out this minute has been said."""
    for kept in moment.work.outbox.kept(_subjects(moment, [row]), [], [OutboxState.HELD]):
        _unsay(moment, kept, Gone(_texts_of(moment, [row]), {row.id}))


def delete(moment: Moment, rows: Sequence[AnswerRow]) -> None:
    """No message that may still go out tells of these answers, nor do files that go to their authors."""
    places = [place for owner in sorted({row.person for row in rows}) for place in moment.work.people.addresses(owner)]
    gone = Gone(_texts_of(moment, rows), {row.id for row in rows}, places)
    for kept in moment.work.outbox.kept(_subjects(moment, rows), places):
        _unsay(moment, kept, gone)


def delete_drafts(moment: Moment, row: ConversationRow, drafts: Collection[str]) -> None:
    """No message that may still go out holds what was being written in a conversation."""
    for kept in moment.work.outbox.kept({row.subject}, moment.work.people.addresses(row.person)):
        _unsay(moment, kept, Gone(drafts))


def _subjects(moment: Moment, rows: Iterable[AnswerRow]) -> set[str]:
    """The exchanges that the answers are about, and all others that their authors have a part in."""
    work = moment.work
    parts = (work.exchanges.of_employee, work.exchanges.of_leader, work.exchanges.of_host)
    authors = {row.person for row in rows}
    others = {exchange.id for author in authors for exchanges in parts for exchange in exchanges(author)}
    return others | {row.subject for row in rows}


def _texts_of(moment: Moment, rows: Iterable[AnswerRow]) -> list[str]:
    texts = {bare(str(row.value)) for row in rows if is_text(moment, row)}
    return sorted(texts - {""}, key=len, reverse=True)


def _unsay(moment: Moment, kept: OutboxRow, gone: Gone) -> None:
    """Of a held message that quotes a text three dots are left; it ends where that is not enough, as any other does."""
    before = said = json.loads(kept.payload) if kept.payload.startswith("{") else kept.payload
    if kept.state == OutboxState.HELD and gone.texts:
        words = re.compile("|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in gone.texts))
        said = _without(said, words)
    tells = not {*gone.answers}.isdisjoint(about(moment, kept))
    brings = kept.to in gone.places and _takes_along(said)
    if tells or brings or _quotes(said, [_begins(text) for text in gone.texts]):
        moment.work.outbox.unsay(kept.id)
    elif said != before:
        moment.work.outbox.rewrite(kept.id, json.dumps(said, ensure_ascii=False))


def _without(said: Any, words: re.Pattern[str], key: str = "") -> Any:
    if isinstance(said, dict):
        return {name: _without(part, words, name) for name, part in said.items()}
    if isinstance(said, list):
        return [_without(part, words, key) for part in said]
    return words.sub(MISSING, said) if key in READ and isinstance(said, str) else said


def _begins(text: str) -> re.Pattern[str]:
    """Finds the text again by how it begins; a short one as a whole."""
    line = " ".join(text.split())
    end = r"(?!\w)" if len(line) <= BEGINNING else ""
    return re.compile(rf"(?<!\w){re.escape(line[:BEGINNING])}{end}")


def _quotes(said: Any, quoted: Collection[re.Pattern[str]]) -> bool:
    return any(one.search(" ".join(text.split())) for text in _every_text(said) for one in quoted)


def _every_text(said: Any) -> Iterator[str]:
    """Every text in a message; also in a document that is still to be drawn."""
    if isinstance(said, dict):
        said = list(said.values())
    if isinstance(said, list):
        for part in said:
            yield from _every_text(part)
    elif isinstance(said, str):
        yield said
        if said.startswith(("{", "[")):
            try:
                yield from _every_text(json.loads(said))
            except ValueError:
                return


def _takes_along(said: Any) -> bool:
    """Whether files come with it that may hold what people wrote."""
    files = said.get("files", ()) if isinstance(said, dict) else ()
    return any(not str(file.get("media_type", "")).startswith(CALENDAR) for file in files)
