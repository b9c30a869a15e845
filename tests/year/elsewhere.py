"""The places besides messages where words could stand: pages, papers, HR's report and files, figures, the database."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from docx import Document
from sqlalchemy import LargeBinary, Table, select

from bot.channel import Message
from bot.channels.web.channel import WebChannel
from bot.channels.web.personal import PATH, personal
from bot.metrics import Meters
from bot.papers.content import content_of
from bot.papers.paper import PDF
from bot.programme.calendar import at_local
from bot.programme.phases.facts import TASK_AT
from bot.stage import ZONES
from bot.turns.common import OUTSIDE
from bot.turns.mails import CHANNEL as MAIL
from storage.records import ExchangeRow
from storage.store import NotFound, Sealed, Work
from storage.tables import keys, metadata
from tests.papers.samples import words as words_in
from tests.stage.play import WORDS
from tests.year.filling import TOKEN
from tests.year.life import OVER, Year
from tests.year.people import FIRST, HR

EVERY: Final = timedelta(days=42)
LINK: Final = re.compile(rf"{PATH}/([A-Za-z0-9_-]{{43}})")
PAPERS: Final = 2
"""Exchanges whose papers are taken each time."""

PLACES: Final = (
    "HR's report",
    "HR's file",
    "a PDF",
    "a Word document",
    "a page by link",
    "a page by link with words of others",
)
PASSED_ON: Final = ("a message", "HR's file", "a paper", "the own page")
"""Where somebody's words must have stood, or looking there has shown nothing."""

Client = TestClient[web.Request, web.Application]


@dataclass
class Elsewhere:
    """Looks into every place every six weeks. `seen` counts by place how often somebody's words stood there."""

    year: Year
    meters: Meters
    client: Client
    seen: Counter[str] = field(default_factory=Counter)
    _times: int = 0
    _taken: set[str] = field(default_factory=set)

    @classmethod
    async def opened(cls, year: Year, meters: Meters) -> Elsewhere:
        """From now on."""
        root = web.Application()
        page = personal(
            year.store,
            year.conversation.receive,
            WORDS,
            WebChannel(year.store, OUTSIDE),
            "http://127.0.0.1",
            year.clock,
        )
        root.add_subapp(PATH, page)
        client: Client = TestClient(TestServer(root))
        await client.start_server()
        here = cls(year, meters, client)
        at = at_local(FIRST, TASK_AT, ZONES["da"][0])
        while (at := at + EVERY) < OVER:
            year.later(at, here.look)
        return here

    async def look(self) -> None:
        """Looks once. People take turns, so that everybody is looked at now and then."""
        self._times += 1
        await self.database()
        await self.figures()
        await self._report()
        await self._papers()
        theirs = [*self.year.people]
        for who in theirs[self._times % 8 :: 8]:
            if who not in self.year.outside:
                await self.year.leaks.home(who, await self.year.conversation.page(self.year.address(who)))
            if who.startswith(("lead", "host")):
                await self.year.says(who, "delt")
                await self.year.delivers(answered=False)
        for who in sorted(self.year.outside)[self._times % 5 :: 5]:
            await self._visit(who)

    async def database(self) -> None:
        """Every byte of it: what is sealed cannot be read, and nothing else holds what somebody wrote."""
        held = await self.year.store.run(_bytes_of)
        assert b"Ansat001 Alm" in held, "what is no secret is seen by this way of looking"
        self.year.leaks.nowhere(held.decode("latin-1"), "the database")

    async def figures(self) -> None:
        """What the operator's meters show: no words, and nobody's name or id."""
        queues = await self.year.store.run(lambda work: work.overview.queues(self.year.clock.now()))
        shown = self.meters.page(queues, ready=True).decode()
        assert "vidsyn_outbox_ended" in shown
        self.year.leaks.nowhere(shown, "the metrics")
        self.year.leaks.found += [f"the metrics name {who}" for who in self.year.people if who in shown]

    async def _report(self) -> None:
        """HR's report in the chat and as a file, and the stories."""
        for action in (["report", "all"], ["report_file", "round"], ["stories"]):
            for message in await self.year.does(HR, *action):
                self._count("HR's report", [part.text for part in message.parts])
                for file in message.files:
                    await self.year.leaks.shown(HR, (await content_of(file)).decode(), "HR's file")
                    self._count("HR's file", [file.text])

    async def _papers(self) -> None:
        """The final summary of some exchanges for the leader and the employee, and the paper for the yearly talk."""
        for exchange in await self._debriefed():
            self._taken.add(exchange.id)
            ids = await self._answers_of(exchange.employee)
            for who, action in (
                (exchange.leader, ["paper_final", "pdf", exchange.id]),
                (exchange.leader, ["paper_final", "word", exchange.id]),
                (exchange.employee, ["paper_final", "word", exchange.id]),
                (exchange.employee, ["paper_mus", "pdf", exchange.id, *ids]),
            ):
                for message in await self.year.does(who, *action):
                    await self._paper(who, message)

    async def _answers_of(self, who: str) -> list[str]:
        return await self.year.store.run(lambda work: [row.id for row in work.answers.by(who)])

    async def _debriefed(self) -> list[ExchangeRow]:
        def unit(work: Work) -> list[ExchangeRow]:
            rows = [row for row in work.exchanges.of_round("round") if row.state == "debriefed"]
            return [row for row in rows if row.id not in self._taken][:PAPERS]

        return await self.year.store.run(unit)

    async def _paper(self, who: str, message: Message) -> None:
        for file in message.files:
            drawn = await content_of(file)
            pdf = file.media_type == PDF
            text = words_in(drawn) if pdf else "\n".join(it.text for it in Document(BytesIO(drawn)).paragraphs)
            await self.year.leaks.shown(who, text, "a paper")
            self._count("a PDF" if pdf else "a Word document", [text])

    async def _visit(self, who: str) -> None:
        """A host outside opens the link of the last mail."""
        mails = [got.message for got in self.year.got if got.channel == MAIL and got.person == who]
        found = LINK.search("\n".join(part.text for part in mails[-1].parts)) if mails else None
        if found is None:
            return
        self.client.session.cookie_jar.clear()
        near = {"X-Forwarded-For": f"10.0.0.{who[-2:]}"}
        await self.client.get(f"{PATH}/{found[1]}", headers=near)
        page = await (await self.client.get(PATH, headers=near)).text()
        theirs = self.year.people[who].name in page
        self.seen["a page by link"] += theirs
        self.seen["a page by link with words of others"] += bool(self.year.leaks.still_there(who, page, "the page"))

    def empty(self) -> list[str]:
        """The places in which nobody's words were seen."""
        passed_on = self.year.leaks.passed_on
        return [*(place for place in PLACES if not self.seen[place]), *(it for it in PASSED_ON if not passed_on[it])]

    def _count(self, where: str, texts: list[str]) -> None:
        self.seen[where] += sum(len(set(TOKEN.findall(text))) for text in texts)


def _bytes_of(work: Work) -> bytes:
    connection: Any = work.outbox._connection.connection.driver_connection
    return bytes(connection.serialize())


# What is left when everything is over


@dataclass(frozen=True)
class Left:
    """What is left of what people wrote, opened with the keys: words that nobody keeps, and rows that are too many."""

    strays: list[str]
    private: list[str]
    evaluations: int


def left(work: Work, year: Year) -> Left:
    """Looks through everything, also what is sealed."""
    found = [(column, owner, token) for column, owner, text in _opened(work) for token in TOKEN.findall(text)]
    kept = {token for column, _, token in found if column == "answers.value"}
    strays = {it for it in found if it[2] not in kept and not _may_stay(year, *it)}
    private, evaluations = [], 0
    for exchange in work.exchanges.of_round("round"):
        rows = work.answers.about(exchange.id)
        evaluations += sum(row.visibility == "A" for row in rows)
        if exchange.state == "closed":
            gone = [row for row in rows if row.visibility in ("P", "–") or (row.visibility == "S" and not row.released)]
            consented = {"story.write", "story.ask", "story.helper"}
            private += [f"{row.person} {row.occasion} {row.key}" for row in gone if row.key not in consented]
    told = [f"{column} of {owner}: {year.pen.written[token]}" for column, owner, token in sorted(strays)]
    return Left(told, private, evaluations)


def _may_stay(year: Year, column: str, owner: str, token: str) -> bool:
    """On the page of a host outside, what came there stays as in any chat; and a question as it was asked of somebody
    names the action that the same person wrote."""
    written = year.pen.written[token]
    if column == "mail.payload":
        return written.author == owner or token in year.leaks.had[owner]
    return column == "answers.question" and written.author == owner and written.key.startswith("deb.12.action.what")


def _opened(work: Work) -> Iterator[tuple[str, str, str]]:
    """Every sealed text, with the column it stands in and whose it is. Raises NotFound for one that no key opens."""
    owners = {row["id"]: row["owner"] for row in work.outbox._all(select(keys))}
    for table in metadata.sorted_tables:
        columns = [column.name for column in table.columns if isinstance(column.type, LargeBinary)]
        if not columns or table is keys:
            continue
        for row in work.outbox._all(select(table)):
            for column in columns:
                if row[column] is not None:
                    owner = owners[row[column][2:18].hex()]
                    yield f"{table.name}.{column}", owner, _open(work, owner, table, column, dict(row))


def _open(work: Work, owner: str, table: Table, column: str, row: dict[str, Any]) -> str:
    sealed = row[column]
    for name in ("id", "exchange", "hash"):
        try:
            return work.outbox._keys.open(owner, table.name, column, str(row.get(name)), sealed)
        except Sealed:
            continue
    raise NotFound
