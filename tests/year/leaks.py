"""Who got whose words, and whether they were theirs to read at that moment: messages, pages, papers, reports."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.channel import MESSAGE, Message
from bot.moment import Moment
from bot.programme.visibility import may_quote, may_read
from bot.turns.common import circle_of, item
from bot.turns.mails import CHANNEL as MAIL
from storage.records import AnswerRow
from storage.store import Store, Work
from tests.year.filling import TOKEN, Written
from tests.year.post import Got

ASKED_FOR_VIEW: Final = ("deb.12.action.what", "fu.new")
"""What colleagues are told when the employee asks them for their view of it (8.6)."""


@dataclass
class Leaks:
    """What stood where it does not belong: a sentence each. `passed_on` counts by place what rightly stood there."""

    store: Store
    moments: Callable[[Work], Moment]
    written: Mapping[str, Written]
    found: list[str] = field(default_factory=list)
    passed_on: Counter[str] = field(default_factory=Counter)
    had: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The words of others that somebody has got, each when it was theirs to read."""

    async def arrived(self, got: Got) -> None:
        """A message has come to somebody."""
        text = MESSAGE.dump_json(got.message).decode()
        if TOKEN.search(got.message.preview):
            self.found.append(f"the preview of {got.id} quotes {got.message.preview}")
        if got.channel == MAIL and TOKEN.search(text):
            self.found.append(f"a mail to {got.person} quotes somebody")
        kind = ""
        strange = self._strange(got.person, text)
        if strange:
            kind = await self.store.run(lambda work: work.outbox.get(got.id).kind)
        await self._sees(got.person, strange, "a message", view=kind == "fb")

    async def shown(self, who: str, text: str, where: str) -> None:
        """Something is shown to somebody now."""
        await self._sees(who, self._strange(who, text), where)

    async def home(self, who: str, sections: Iterable[Message]) -> None:
        """Somebody opens the page of their own."""
        for section in sections:
            await self.shown(who, MESSAGE.dump_json(section).decode(), "the own page")

    def still_there(self, who: str, text: str, where: str) -> int:
        """A page on which older messages stand: nothing is on it that did not come. How many words of others are."""
        strange = self._strange(who, text)
        self.found += [f"{where} shows {who} {self.written[token]}" for token in sorted(strange - self.had[who])]
        return len(strange)

    def nowhere(self, text: str, where: str) -> None:
        """Nobody's words may stand here."""
        for token in sorted(set(TOKEN.findall(text))):
            self.found.append(f"{where} holds {self.written[token]}")

    def _strange(self, who: str, text: str) -> set[str]:
        return {token for token in TOKEN.findall(text) if self.written[token].author != who}

    async def _sees(self, who: str, tokens: set[str], where: str, *, view: bool = False) -> None:
        if not tokens:
            return
        theirs = {token for token in tokens if view and self.written[token].key.startswith(ASKED_FOR_VIEW)}
        wrong = await self.store.run(lambda work: self._forbidden(work, who, tokens - theirs))
        self.found += [f"{where} shows {who} {what}" for what in wrong.values()]
        self.had[who] |= tokens
        self.passed_on[where] += len(tokens - wrong.keys())

    def _forbidden(self, work: Work, who: str, tokens: set[str]) -> dict[str, str]:
        """Which of the words are not the reader's to read now, by the one rule."""
        moment, wrong = self.moments(work), {}
        answers: dict[str, list[AnswerRow]] = {}
        for token in sorted(tokens):
            written = self.written[token]
            known = answers.setdefault(written.author, work.answers.by(written.author))
            rows = [row for row in known if token in str(row.value)]
            if not any(_is_for(moment, row, known, who) for row in rows):
                wrong[token] = f"at {moment.now} {written} ({[row.visibility for row in rows]})"
        return wrong


def _is_for(moment: Moment, row: AnswerRow, known: list[AnswerRow], who: str) -> bool:
    exchange = moment.work.exchanges.find(row.subject)
    if exchange is None:
        return False
    circle = circle_of(moment, exchange)
    if may_read(item(row), who, circle):
        return True
    same = [it for it in known if (it.subject, it.occasion, it.key) == (row.subject, row.occasion, "eval.quote")]
    return who in circle.hr and may_quote(item(row), any(it.value is True for it in same))
