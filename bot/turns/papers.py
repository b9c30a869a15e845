"""Documents to take along: the final summary, for the leader and for the employee, and what goes to the yearly talk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.papers.paper import MOST, PDF, WORD, Block, Paper, as_file
from bot.programme.outcome import Piece, in_parts, is_shared, may_take, part_of
from bot.programme.visibility import may_read
from bot.script import Ending, Script, Talk, Topic
from bot.turns.common import circle_of, exchange_of, facts_of_exchange, item, label_of, shown_to_others, who_sees
from bot.turns.debriefs import action_line, final, summary_downloads
from bot.turns.preparations import goal_lines, goals_of
from dialogs.bring import BRING
from dialogs.engine import excerpt
from dialogs.model import Say
from storage.records import AnswerRow, ExchangeRow, PersonRow

KINDS = {"pdf": PDF, "word": WORD}

THERE = ("running", "paused", "finished", "ended_early", "debriefed")
"""States of an exchange that there may be something to take along of."""

QUOTED = ("list", "text", "request")
"""What a sentence of the final summary is about; the rest of it is a heading."""


def to_bring(moment: Moment, exchange: ExchangeRow) -> list[Press]:
    """The button for the yearly talk, where there may be something to tell of there."""
    return [Press("btn.mus", ["begin", "mus", exchange.id, "mus"])] if _is_there(moment, exchange) else []


def papers_of(moment: Moment, exchange: ExchangeRow) -> list[Press]:
    """All that the employee can have as a file: the copy of the final summary, and the paper for the yearly talk."""
    copy = [Press("btn.copy", ["paper_copy", exchange.id])] if is_debriefed(moment, exchange) else []
    return [*copy, *to_bring(moment, exchange)]


def _is_there(moment: Moment, exchange: ExchangeRow) -> bool:
    """Whether there is something to take along. Of one that is closed there is until what was shared is deleted."""
    if exchange.state != "closed":
        return exchange.state in THERE
    return any(may_take(item(row), exchange.employee) for row in moment.work.answers.about(exchange.id))


def is_debriefed(moment: Moment, exchange: ExchangeRow) -> bool:
    """Whether there is a final summary: from the debrief until what was shared is deleted."""
    if exchange.state != "closed":
        return exchange.state == "debriefed"
    return any(row.confirmed for row in moment.work.answers.of(exchange.employee, exchange.id, "deb"))


# The final summary


def copy_pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Offers the employee a copy of what the leader gets."""
    exchange = moment.work.exchanges.find(args[0])
    if exchange is None or not is_debriefed(moment, exchange):
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    if person.id != exchange.employee:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    copy = Say("paper.copy", {"leader": moment.first_name(exchange.leader)})
    moment.tell(person, Told([copy], summary_downloads(exchange)), kind="answer", subject=exchange.id)
    return Reply()


def final_pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The final summary as a file, with what its reader may read at this moment."""
    kind, subject = args
    exchange = moment.work.exchanges.find(subject)
    if exchange is None or not is_debriefed(moment, exchange):
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    if person.id not in (exchange.leader, exchange.employee):
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    title, *says = final(moment, exchange, moment.person(exchange.leader), person)
    blocks = [block for say in says for block in _section(moment, person.language, say)]
    if person.id == exchange.employee:
        copy = moment.words.text(person.language, "paper.copy", {"leader": moment.first_name(exchange.leader)})
        blocks.insert(0, Block("plain", copy))
    _give(moment, person, exchange, moment.words.say(person.language, title), blocks, kind)
    return Reply()


def _section(moment: Moment, language: str, say: Say) -> list[Block]:
    """A sentence of the summary as a heading and what stands below it."""
    ending = moment.words.plain(language, say.key).rstrip("”»")
    about = next((name for name in QUOTED if ending.endswith(f"{{{name}}}")), "")
    if not about:
        return [Block("small" if say.key == "sum.final.note" else "plain", moment.words.say(language, say))]
    heading = moment.words.text(language, say.key, {**say.values, about: ""}).strip(" :“”«»")
    said = say.values[about]
    if isinstance(said, str):
        return [Block("heading", heading), Block("own", said)]
    lines = [line if isinstance(line, str) else moment.words.say(language, line) for line in said]
    return [Block("heading", heading), *(Block("item", line) for line in lines)]


def _give(
    moment: Moment, person: PersonRow, exchange: ExchangeRow, title: str, blocks: Sequence[Block], kind: str
) -> None:
    organisation = moment.work.people.organisation(person.organisation).name
    day = moment.words.date_and_year(person.language, moment.today(person))
    paper = Paper(title, organisation, moment.now, day, person.language, tuple(blocks))
    files = (as_file(paper, KINDS[kind]),)
    moment.tell(person, Told([Say("paper.here")]), kind="answer", subject=exchange.id, files=files)


# The yearly talk


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """What can be picked."""
    exchange = exchange_of(moment, topic)
    return {
        **facts_of_exchange(moment, topic, exchange),
        "takeable": [
            {
                "value": piece.id,
                "label": f"{piece.label}: {excerpt(piece.text, 120)}" if piece.label else excerpt(piece.text, 120),
                "chosen": piece.shared,
            }
            for piece in _pieces(moment, exchange, topic.person)
        ],
    }


def finish(moment: Moment, talk: Talk) -> Ending:
    """Shows exactly what will stand on the paper, and gives it as a file. Nobody else is told."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    chosen = talk.state.answers.get("mus.pick", [])
    picked = [str(one) for one in chosen] if isinstance(chosen, list) else []
    blocks = _paper_of(moment, exchange, talk.person, picked)
    change = [Press("btn.change_choice", press.action) for press in to_bring(moment, exchange)]
    if not blocks:
        return Ending([Say("mus.nothing")])
    if sum(len(block.text) for block in blocks) > MOST:
        return Ending([Say("mus.too_long")], change)
    looks = {"heading": "asked", "label": "small", "own": "own", "item": "own"}
    says: list[Say | Part] = [Part(block.text, looks[block.look]) for block in blocks]  # type: ignore[arg-type]
    kinds = (("btn.pdf", "pdf"), ("btn.word", "word"))
    files = [Press(label, ["paper_mus", kind, exchange.id, *picked]) for label, kind in kinds]
    ways = [*files, *change]
    return Ending([Say("mus.ready"), *says], ways, chat=[Say("mus.ready.chat")])


def bring_pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The paper for the yearly talk. What has been deleted since it was picked is not on it."""
    kind, subject, *picked = args
    exchange = moment.work.exchanges.find(subject)
    if exchange is None or not _is_there(moment, exchange):
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    if person.id != exchange.employee:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    values = facts_of_exchange(moment, Topic(person, "mus", exchange.id, "mus"), exchange)
    text = moment.words.text
    blocks = [
        Block("plain", text(person.language, "mus.about", values)),
        *_paper_of(moment, exchange, person, picked),
        Block("small", text(person.language, "sum.final.note")),
    ]
    title = text(person.language, "mus.paper", {**values, "name": person.name})
    _give(moment, person, exchange, title, blocks, kind)
    return Reply()


def _paper_of(moment: Moment, exchange: ExchangeRow, person: PersonRow, picked: Sequence[str]) -> list[Block]:
    """The picked pieces under their headings."""
    pieces = [piece for piece in _pieces(moment, exchange, person) if piece.id in picked]
    blocks: list[Block] = []
    for part, under in in_parts(pieces):
        blocks.append(Block("heading", moment.words.text(person.language, part)))
        for piece in under:
            blocks += [Block("label", piece.label), Block("own", piece.text)] if piece.label else []
            blocks += [] if piece.label else [Block("item", piece.text)]
    return blocks


def _pieces(moment: Moment, exchange: ExchangeRow, person: PersonRow) -> list[Piece]:
    """All that can be picked, under its headings. A goal has its sign with it, an action its day and its steps."""
    circle = circle_of(moment, exchange)
    rows = moment.work.answers.about(exchange.id)
    own = [row for row in rows if may_take(item(row), person.id)]
    theirs = [row for row in rows if row.person != person.id and row.occasion == "ret" and row.visibility == "J"]
    told = [row for row in theirs if part_of(row.key) and may_read(item(row), person.id, circle)]
    single = [row for row in own if not row.key.startswith(("prep.goal.", "deb.12."))]
    pieces = [
        *_goals(moment, person, [row for row in own if row.occasion == "prep"]),
        *_actions(moment, person, [row for row in own if row.occasion == "deb"]),
        *(_piece(moment, person, row) for row in (*single, *told)),
    ]
    return [piece for _, under in in_parts(piece for piece in pieces if piece.text.strip()) for piece in under]


def _goals(moment: Moment, person: PersonRow, rows: list[AnswerRow]) -> Iterable[Piece]:
    first = {row.key: row for row in rows}
    numbers = [n for n in (1, 2, 3) if f"prep.goal.{n}" in first]
    for n, line in zip(numbers, goal_lines(goals_of(rows)), strict=False):
        text = line if isinstance(line, str) else moment.words.say(person.language, line)
        row = first[f"prep.goal.{n}"]
        yield Piece(row.id, part_of(row.key), "", text, is_shared(item(row)))


def _actions(moment: Moment, person: PersonRow, rows: list[AnswerRow]) -> Iterable[Piece]:
    texts = {row.key: shown_to_others(moment, person.language, row) for row in rows}
    for row in rows:
        if row.key.startswith("deb.12.action.what#"):
            line = action_line(texts, int(row.key.partition("#")[2]))
            yield Piece(row.id, part_of(row.key), "", line, is_shared(item(row)))


def _piece(moment: Moment, person: PersonRow, row: AnswerRow) -> Piece:
    label = label_of(moment, person.language, row)
    if row.occasion not in ("deb", "ret"):
        label = f"{label} · {moment.words.date(person.language, row.day)}"
    shared = row.person != person.id or is_shared(item(row))
    return Piece(row.id, part_of(row.key), label, shown_to_others(moment, person.language, row), shared)


SCRIPTS = {"mus": Script(BRING, facts, finish, who_sees, keeps=False)}
PRESSES = {"paper_copy": copy_pressed, "paper_final": final_pressed, "paper_mus": bring_pressed}
