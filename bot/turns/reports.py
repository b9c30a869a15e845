"""HR's report: a round's figures, or those of all rounds, to read in the chat and to take along as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.channel import File, Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.programme import report
from bot.programme.evaluation import DEALS
from bot.programme.report import Figures, Histogram
from bot.turns import counting, figures
from bot.turns.common import bare
from dialogs.model import Say
from storage.records import PersonRow, RoundRow

ALL = "all"
"""In place of a round's id: all rounds."""

MOST_ROUNDS = 5
"""Other rounds to choose from; the newest."""

MOST_TEXTS = 10
"""Texts of a kind in the chat; the file has them all."""

GROUPS = {"eval.emp": "report.emp", "eval.lead": "report.lead", "eval.host": "report.host"}
"""The headings of the evaluation."""

LATER = {
    "lead.fu90.realised": "report.realised",
    "fu90.org": "report.use",
    "fu90.easier": "report.easier",
    "fu90.contact": "report.contact",
    f"{counting.HINDERED}fu30": "report.hinder.month",
    f"{counting.HINDERED}fu90": "report.hinder.three",
}
"""The headings of what was answered after one and three months, by what it is counted under."""

OUT_OF = {"eval.emp.recommend": 10}
"""The highest answer where it is not five."""

SCALE = "scale.agree."


@dataclass(frozen=True)
class Row:
    """A line of a report: what it is about, the figure in words, and the answers behind it where they are counted."""

    item: str
    figure: str
    answers: int = 0


@dataclass(frozen=True)
class Section:
    """Rows under a heading, with `note` below them."""

    heading: str
    rows: tuple[Row, ...]
    note: str = ""


class Writer:
    """Puts figures into the words of one reader."""

    def __init__(self, moment: Moment, language: str, fewest: int) -> None:
        self._words = moment.words
        self._language = language
        self._fewest = fewest

    def text(self, key: str, **values: object) -> str:
        """A sentence in the reader's language; it may name how few are too few."""
        return self._words.text(self._language, key, {"least": self._fewest, **values})

    def sections(self, known: Figures) -> Iterator[Section]:
        """All that is told in figures, in order; what nothing is known of is left out."""
        counts = {
            "report.sign_ups": known.sign_ups,
            "report.matches": known.matches,
            "report.withdrawn": known.withdrawn,
            "report.over": known.over,
            "report.tasks": known.tasks,
            **({"report.pool": known.pool} if known.pool is not None else {}),
        }
        yield Section(self.text("report.numbers"), tuple(Row(self.text(key), str(n)) for key, n in counts.items()))
        for heading, parts in (("report.forms", known.forms), ("report.lengths", known.lengths)):
            if parts:
                yield Section(self.text(heading), self._shown(parts))
        if known.over:
            shares = {"report.goals": known.goals, "report.talks": known.talks, "report.shared": known.shared}
            yield Section(self.text("report.shares"), tuple(self._share(key, part) for key, part in shares.items()))
        yield from (self._group(dialog, heading, known) for dialog, heading in GROUPS.items())
        for key, heading in LATER.items():
            if key in known.answers:
                yield self._later(heading, known.answers[key])

    def _shown(self, parts: Mapping[str, int | None]) -> tuple[Row, ...]:
        return tuple(Row(self.text(key), self._or_few(n)) for key, n in parts.items())

    def _or_few(self, n: int | None) -> str:
        return self.text("report.few") if n is None else str(n)

    def _share(self, key: str, part: report.Part) -> Row:
        if part.part is None or part.whole is None:
            return Row(self.text(key), self.text("report.few"))
        return Row(self.text(key), self.text("report.of", n=part.part, total=part.whole))

    def _group(self, dialog: str, heading: str, known: Figures) -> Section:
        """The statements that enough have answered, and how many too few have."""
        answered = {key: known.answers[key] for key in DEALS[dialog].all if key in known.answers}
        rows = tuple(self._answered(bare(self.text(key)), OUT_OF.get(key, 5), given) for key, given in answered.items())
        left = len(DEALS[dialog].all) - len(rows)
        if not rows:
            return Section(self.text(heading), (), self.text("report.fewer"))
        return Section(self.text(heading), rows, self.text("report.left", n=left) if left else "")

    def _later(self, heading: str, counts: Histogram) -> Section:
        if report.PEOPLE in counts:
            return Section(self.text(heading), self._shown(report.chosen(counts, self._fewest)))
        if any(key.startswith(SCALE) for key in counts):
            return Section(self.text(heading), (self._answered(self.text("report.agree"), 5, counts),))
        return Section(self.text(heading), self._shown(report.shared_out(counts, self._fewest)))

    def _answered(self, item: str, out_of: int, counts: Histogram) -> Row:
        """The mean of a statement; of a yes or no, how many said yes."""
        if {"btn.yes", "btn.no"} & set(counts):
            shown = report.shared_out({"btn.yes": 0, "btn.no": 0, **counts}, self._fewest)
            said = ", ".join(f"{self.text(key).lower()} {self._or_few(shown[key])}" for key in ("btn.yes", "btn.no"))
            return Row(item, said, sum(counts.values()))
        mean = report.average(counts, self._fewest)
        if mean is None:
            return Row(item, self.text("report.few"))
        return Row(item, self.text("report.mean", n=mean.mean, total=out_of), mean.count)

    def line(self, row: Row) -> str:
        """A row as it reads in the chat."""
        item = row.item if row.item.endswith(("?", ":")) else f"{row.item}:"
        if row.answers:
            return self.text("report.line.answers", item=item, text=row.figure, n=row.answers)
        return f"{item} {row.figure}"


@dataclass(frozen=True)
class Report:
    """A report as its reader gets it: a title, what was to be learned, figures, others' texts, and reciprocity."""

    title: str
    aims: tuple[str, ...]
    sections: tuple[Section, ...]
    texts: tuple[tuple[str, tuple[str, ...]], ...]
    balance: tuple[str, ...]
    note: str = ""


def asked(moment: Moment, person: PersonRow) -> Reply:
    """The command: the newest round that has begun."""
    return pressed(moment, person, [""], None)


def pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming | None) -> Reply:
    """A round's report, or that of all rounds. It can be looked at as often as anybody likes."""
    rounds = rounds_of(moment, person)
    if not person.hr:
        moment.tell(person, Told([Say("only_hr")]), kind="answer")
        return Reply()
    if not rounds:
        moment.tell(person, Told([Say("report.none")], [Press("btn.new_round", ["new_round"])]), kind="answer")
        return Reply()
    which = args[0] or rounds[-1].id
    found = written(moment, person, which)
    if found is None:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    presses = [Press("btn.report.file", ["report_file", which], main=True)]
    for row in rounds[: -MOST_ROUNDS - 1 : -1]:
        if row.id != which:
            label = moment.words.text(person.language, "report.of_round", {"programme": row.name})
            presses.append(Press("btn.report", ["report", row.id], text=label))
    if len(rounds) > 1 and which != ALL:
        presses.append(Press("btn.report.all", ["report", ALL]))
    moment.tell(person, Told(_parts(moment, person.language, found), presses), kind="answer", preview="report.preview")
    return Reply()


def download(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The same as a table, for HR's own use."""
    found = written(moment, person, args[0]) if person.hr else None
    if found is None:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    name = moment.words.text(person.language, "report.file")
    files = (File(f"{name}.csv", "text/csv", table(moment, person.language, found)),)
    said = Told([Say("report.download")])
    moment.tell(person, said, kind="answer", files=files)
    return Reply()


def rounds_of(moment: Moment, hr: PersonRow) -> list[RoundRow]:
    """The organisation's rounds that have begun, oldest first."""
    return [row for row in moment.work.rounds.all(hr.organisation) if row.state != "draft"]


def written(moment: Moment, hr: PersonRow, which: str) -> Report | None:
    """The report of a round or of all; None for a round of somebody else's."""
    rounds = rounds_of(moment, hr)
    chosen = rounds if which == ALL else [row for row in rounds if row.id == which]
    if not chosen:
        return None
    known = report.together([figures.of_round(moment, row, hr) for row in chosen])
    write = Writer(moment, hr.language, max(moment.choices(row.id).fewest for row in chosen))
    title = write.text("report.all") if which == ALL else write.text("report.of_round", programme=chosen[0].name)
    texts = [(write.text(key), said) for key, said in known.texts.items()]
    if known.stories:
        texts.append((write.text("report.stories", n=len(known.stories)), known.stories))
    units, whole = figures.balance(moment, hr)
    values = {"org": whole.name, "n": whole.sent, "total": whole.received}
    return Report(
        title,
        tuple(aim for row in chosen if (aim := figures.aim(moment, row))),
        tuple(write.sections(known)),
        tuple(texts),
        (
            write.text("hr.recip", **values),
            *(write.text("report.balance", item=unit.name, n=unit.sent, total=unit.received) for unit in units),
        ),
        write.text("report.all.note") if which == ALL else "",
    )


def _parts(moment: Moment, language: str, found: Report) -> list[Say | Part]:
    """The report in the chat: a paragraph a section, and the texts as they were written."""
    words = moment.words
    write = Writer(moment, language, report.FEWEST)
    parts: list[Say | Part] = [Part(found.title, "title")]
    parts += [Part(found.note)] if found.note else []
    for aim in found.aims:
        parts += [Part(words.text(language, "report.aim"), "small"), Part(aim, "own")]
    for section in found.sections:
        lines = [write.line(row) for row in section.rows]
        values = {"item": section.heading, "list": lines}
        text = words.text(language, "report.section", values) if lines else section.heading
        parts.append(Part("\n".join(filter(None, (text, section.note)))))
    for heading, texts in found.texts:
        parts.append(Part(heading, "small"))
        parts += [Part(text, "own") for text in texts[:MOST_TEXTS]]
        if len(texts) > MOST_TEXTS:
            parts.append(Say("report.more_texts", {"n": len(texts) - MOST_TEXTS}))
    whole, *units = found.balance
    parts.append(Part("\n".join([whole, *(f"• {unit}" for unit in units)])))
    return parts


def table(moment: Moment, language: str, found: Report) -> str:
    """The report as comma-separated values that open in a spreadsheet: what, figure, answers."""
    words = moment.words
    rows: list[tuple[str, str, str]] = [(found.title, "", "")]
    rows += [(words.text(language, "report.aim"), aim, "") for aim in found.aims]
    for section in found.sections:
        rows.append((section.heading, section.note, ""))
        rows += [(row.item, row.figure, str(row.answers or "")) for row in section.rows]
    rows += [(heading, text, "") for heading, texts in found.texts for text in texts]
    rows += [(line, "", "") for line in found.balance]
    kept = io.StringIO()
    csv.writer(kept, delimiter=";").writerows([_harmless(cell) for cell in row] for row in rows)
    return "\ufeff" + kept.getvalue()


def _harmless(cell: str) -> str:
    """A spreadsheet reckons with what begins like a formula; this begins like a text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


PRESSES = {"report": pressed, "report_file": download}
