"""After the exchange: the coach-style debrief from the person's own words, and the final summary to the leader."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import talks
from bot.channel import Incoming, Part, Reply
from bot.holding import base
from bot.moment import Moment, Press, Told
from bot.places import hosts_of
from bot.planning import is_full, replan
from bot.programme import summaries
from bot.programme.material import Written, quotes
from bot.programme.states import Circumstances
from bot.programme.visibility import may_read
from bot.script import Ending, Script, Talk, Topic
from bot.turns import after, assignments, coach_ways, gifts, returning, stories
from bot.turns.common import (
    SEVERAL,
    bare,
    circle_of,
    exchange_of,
    facts_of_exchange,
    first,
    is_text,
    item,
    label_of,
    latest,
    limits,
    shown,
    who_sees,
)
from bot.turns.dates import agreed_dates
from bot.turns.logbooks import day_of
from bot.turns.minutes import minutes_of
from bot.turns.moves import exchange_to
from bot.turns.picking import shown_by
from bot.turns.preparations import goals_of
from bot.turns.pushes import acting, telling
from dialogs.debrief import DEBRIEF
from dialogs.engine import excerpt
from dialogs.model import Say
from storage.records import AnswerRow, ExchangeRow, PersonRow, PromptRow


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The person's own quotes, goals, assumption, and what can go to the leader."""
    exchange = exchange_of(moment, topic)
    me, language = exchange.employee, topic.person.language
    prepared = moment.work.answers.of(me, exchange.id, "prep")
    given = moment.work.answers.of(me, exchange.id, "deb")
    purposes = next((row.value for row in prepared if row.key == "prep.purpose"), None)
    full, most = is_full(moment, exchange), limits(moment, exchange)
    return {
        **facts_of_exchange(moment, topic, exchange),
        "most": SEVERAL.get(most["most_actions"], ""),
        **goals_of(prepared),
        **_picked(moment, given),
        "quotes": offered_quotes(moment, exchange, language),
        "assumption": bare(latest(prepared, "prep.expect")),
        "career": isinstance(purposes, list) and "prep.purpose.career" in purposes,
        "habit": moment.work.exchanges.journal(exchange.id).habit,
        "host_person": bool(hosts_of(exchange)),
        "minutes": minutes_of(moment, topic, DEBRIEF, full=full, known=most),
        "releasable": _releasable(moment, exchange, language),
    }


def _entries(moment: Moment, exchange: ExchangeRow) -> list[AnswerRow]:
    rows = moment.work.answers.about(exchange.id)
    return [
        row
        for row in rows
        if row.person == exchange.employee
        and row.occasion.startswith("log:")
        and row.visibility in ("S", "P")
        and is_text(moment, row)
    ]


def offered_quotes(moment: Moment, exchange: ExchangeRow, language: str) -> list[dict[str, str]]:
    """The entries that can be looked at again, by answer id, with their day."""
    rows = {row.id: row for row in _entries(moment, exchange)}
    marked = {
        row.occasion
        for row in moment.work.answers.about(exchange.id)
        if row.key == "log.mark" and row.value == "btn.yes"
    }
    written = [Written(row.id, str(row.value), row.occasion in marked) for row in rows.values()]
    return [
        {"value": found.id, "label": f"{moment.words.date(language, day_of(rows[found.id].occasion))}: {found.text}"}
        for found in quotes(written)
    ]


def _picked(moment: Moment, given: list[AnswerRow]) -> dict[str, Any]:
    """The chosen quotes as quote#1, date#1 and so on. One that was deleted since is left out."""
    chosen = next((row.value for row in given if row.key == "deb.1.recall"), None)
    picked: dict[str, Any] = {}
    rows = [moment.work.answers.get(str(answer)) for answer in chosen] if isinstance(chosen, list) else []
    for n, row in enumerate(rows, start=1):
        picked[f"quote#{n}"] = bare(str(row.value)) if row else "…"
        picked[f"date#{n}"] = day_of(row.occasion) if row else ""
    return picked


def _releasable(moment: Moment, exchange: ExchangeRow, language: str) -> list[dict[str, Any]]:
    """What can go to the leader: the debrief's S and J answers; with the habit "after the debrief" the logbook too."""
    habit = moment.work.exchanges.journal(exchange.id).habit
    rows = moment.work.answers.of(exchange.employee, exchange.id, "deb")
    if habit == "final":
        rows = rows + [row for row in _entries(moment, exchange) if row.visibility == "S"]
    return [
        {
            "value": row.id,
            "label": f"{label_of(moment, language, row)}: {excerpt(shown(moment, language, row), 120)}",
            "chosen": row.visibility == "J" or habit != "item",
        }
        for row in rows
        if row.visibility in ("S", "J") and not row.key.startswith("deb.confirm")
    ]


def _plan_lines(given: list[AnswerRow]) -> list[str]:
    return [str(row.value) for row in given if row.key.startswith("deb.12.action.what")]


def finish(moment: Moment, talk: Talk) -> Ending:
    """Releases what was chosen, and only that; the leader gets the final summary."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    chosen = talk.state.answers.get("deb.confirm", [])
    picked = set(chosen) if isinstance(chosen, list) else set()
    mine = moment.work.answers.of(talk.person.id, exchange.id, "deb")
    logs = [row for row in _entries(moment, exchange) if row.id in picked and row.visibility == "S"]
    for row in (*mine, *logs):
        keep = row.id in picked
        if row.visibility == "J":
            moment.work.answers.update(replace(row, confirmed=keep, picked=None))
        elif row.visibility == "S":
            readers = row.released | {exchange.leader} if keep else row.released - {exchange.leader}
            moment.work.answers.update(replace(row, released=readers, sent=keep or row.sent))
    first_time = exchange.state != "debriefed"
    exchange = exchange_to(moment, exchange, "debriefed", Circumstances(over=True, learned=bool(mine)))
    moment.work.audit.add(moment.now, talk.person.id, "debrief.sent", exchange.id)
    leader = moment.person(exchange.leader)
    replan(moment, exchange)
    kind = "final" if first_time else "answer"
    moment.tell(leader, summary(moment, exchange, leader), kind=kind, subject=exchange.id, preview="deb.title")
    said = [Say("deb.sent", {"leader": first(leader.name)})] if picked else []
    gift = gifts.offers(moment, exchange, talk.person)
    ways = [
        *agreed_dates(moment, exchange, talk.person, "share"),
        *gift,
        stories.way_in(exchange),
        Press("btn.copy", ["paper_copy", exchange.id]),
        Press("btn.my_data", ["my_data"]),
    ]
    task, done = assignments.card(moment, exchange)
    return Ending(
        [_thanks(moment, exchange, mine), *said, *task], [*done, *ways], chat=[Say("deb.done.plain"), *said, *task]
    )


def _thanks(moment: Moment, exchange: ExchangeRow, mine: list[AnswerRow]) -> Say:
    """What was decided in short, and when it is asked about where that is known."""
    lines, day = _plan_lines(mine), after.next_check(moment, exchange)
    if not lines:
        return Say("deb.done.plain")
    return Say("deb.done", {"list": lines, "date": day}) if day else Say("deb.done.now", {"list": lines})


def summary(moment: Moment, exchange: ExchangeRow, leader: PersonRow) -> Told:
    """The final summary with the way to note the return talk; on the short track it carries the talk's questions."""
    says: list[Say | Part] = [*final(moment, exchange, leader)]
    presses = [
        Press("btn.released", ["released", exchange.id]),
        *summary_downloads(exchange),
        *agreed_dates(moment, exchange, leader, "return", "share"),
    ]
    if not after.has_talked(moment, exchange):
        says += returning.questions(moment, exchange) if not is_full(moment, exchange) else []
        presses.append(returning.way_in(exchange))
    return Told(says, presses)


def summary_downloads(exchange: ExchangeRow) -> list[Press]:
    """The buttons that give the final summary to the leader, or to the employee whom it is about."""
    kinds = (("btn.pdf", "pdf"), ("btn.word", "word"))
    return [Press(label, ["paper_final", kind, exchange.id]) for label, kind in kinds]


def final(moment: Moment, exchange: ExchangeRow, leader: PersonRow, reader: PersonRow | None = None) -> list[Say]:
    """The final summary to the leader. Another `reader` gets a copy: what both may read, in the reader's language."""
    circle, language = circle_of(moment, exchange), (reader or leader).language
    rows = [
        row
        for row in moment.work.answers.about(exchange.id)
        if all(may_read(item(row), one.id, circle) for one in (leader, reader or leader))
    ]
    prepared = [row for row in rows if row.occasion == "prep" and row.person == exchange.employee]
    mine = [row for row in rows if row.occasion == "deb"]
    texts = {row.key: shown(moment, language, row) for row in mine}
    own = {row.key: shown(moment, language, row) for row in rows if row.person == exchange.leader}
    goals = goals_of(prepared)
    promised = after.commitment_of(rows)
    return summaries.final(
        summaries.Final(
            name=moment.first_name(exchange.employee),
            host_unit=exchange.host_unit,
            why=own.get("lead.prep.justify", ""),
            benefits=tuple(
                (label_of(moment, language, row), shown(moment, language, row))
                for row in prepared
                if row.key.startswith("prep.benefit.")
            ),
            moved=texts.get("deb.3.moved", ""),
            goals=tuple(
                summaries.Goal(
                    goals[f"goal#{n}"],
                    goals[f"sign#{n}"],
                    texts.get(f"deb.6.goal.scale#{n}", ""),
                    texts.get(f"deb.6.goal.help#{n}", ""),
                )
                for n in (1, 2, 3)
                if f"goal#{n}" in goals
            ),
            others=tuple(
                (label_of(moment, language, row), shown(moment, language, row))
                for row in mine
                if row.key
                in ("deb.7.unplanned", "deb.8.contribution", "deb.10.transfer", "deb.11.obstacle", "deb.11.plan")
            ),
            practices=texts.get("deb.9.practices", ""),
            plan=tuple(action_line(texts, n) for n in (1, 2, 3) if f"deb.12.action.what#{n}" in texts),
            sharing=_shared_how(texts),
            request=texts.get("deb.14.request", ""),
            answer=bare(after.answer_of(rows)),
            commitment=_promised(promised) if promised else None,
            dates=_dates(moment, exchange, rows, leader),
        )
    )


def _promised(promised: after.Commitment) -> Say:
    if promised.by is None:
        return Say("sum.final.commit", {"text": promised.text})
    return Say("sum.final.commit.by", {"text": promised.text, "date": promised.by})


def _dates(moment: Moment, exchange: ExchangeRow, rows: list[AnswerRow], leader: PersonRow) -> tuple[Say, ...]:
    """What is still ahead: the return talk, sharing, and the checks."""
    today = moment.today(leader)
    days = {"next.sharing": after.sharing_day(rows), "next.check": after.next_check(moment, exchange)}
    if not after.has_talked(moment, exchange):
        days = {"next.return_talk": after.talk_day(rows), **days}
    return tuple(Say(key, {"date": day}) for key, day in days.items() if day is not None and day >= today)


def _shared_how(texts: dict[str, str]) -> tuple[str, ...]:
    """What goes on to the colleagues, how and when in one line; then what goes back to the host."""
    first = " · ".join(
        texts[f"deb.13.share.{part}"] for part in ("what", "how", "when") if f"deb.13.share.{part}" in texts
    )
    return tuple(line for line in (first, texts.get("deb.13.share.host", "")) if line)


def action_line(texts: dict[str, str], n: int) -> str:
    """Action number `n` with its steps in one line, from the texts by key."""
    parts = [texts.get(f"deb.12.action.{part}#{n}", "") for part in ("what", "first", "when", "with", "notice")]
    return " · ".join(part for part in parts if part)


def push(moment: Moment, prompt: PromptRow) -> Told | None:
    """The invitation to the debrief, or its one reminder."""
    exchange = moment.work.exchanges.get(prompt.subject)
    if exchange.state not in ("approved", "prepared", "running", "finished", "ended_early"):
        return None
    employee = moment.person(exchange.employee)
    if exchange.state != "ended_early":
        exchange = exchange_to(moment, exchange, "finished", Circumstances(over=True))
    row = moment.work.conversations.find(employee.id, "deb", exchange.id, "deb")
    if base(prompt.kind) == "debrief" and row is not None:
        return None  # who stopped early was offered it then, and has begun
    topic = Topic(employee, "deb", exchange.id, "deb")
    known = limits(moment, exchange)
    minutes = minutes_of(moment, topic, DEBRIEF, full=is_full(moment, exchange), known=known)
    presses = [
        Press("btn.start_min", ["begin", "deb", exchange.id, "deb"], main=True, minutes=minutes),
        Press("btn.later", ["later", prompt.id]),
        *coach_ways.presses(moment, exchange, coach_ways.AFTER),
    ]
    return Told([_invitation(moment, prompt, facts_of_exchange(moment, topic, exchange), exchange)], presses)


def _invitation(moment: Moment, prompt: PromptRow, known: dict[str, Any], exchange: ExchangeRow) -> Say:
    """The reminder names the coach where the round has one."""
    coaches = [first(person.name) for person in coach_ways.coaches_of(moment, exchange)]
    if prompt.kind == "debrief":
        return Say("push.debrief", known)
    return Say("push.debrief.nudge", {**known, "coach": coaches[0]}) if coaches else Say("push.debrief.again", known)


def declined(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Whoever stopped early wants no debrief: it is not brought up again. What was begun elsewhere stays."""
    exchange = moment.work.exchanges.get(args[0])
    if exchange.employee != person.id:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    for row in moment.work.prompts.of(exchange.id):
        if base(row.kind) in ("debrief", "debrief.remind") and row.state == "pending":
            moment.work.prompts.mark(row.id, "skipped")
    moment.tell(person, Told([Say("closed.fine")]), kind="answer", replaces=shown_by(moment, incoming))
    return Reply()


def close(moment: Moment, prompt: PromptRow) -> str:
    """Three weeks after: the debrief is not asked for any more. The exchange goes on to its checks."""
    row = moment.work.conversations.find(prompt.recipient, "deb", prompt.subject, "deb")
    if row is not None and row.status in ("open", "paused"):
        talks.close(moment, talks.load(moment, row), "stopped", Say("deb.closed"))
    exchange = moment.work.exchanges.get(prompt.subject)
    if exchange.state in ("approved", "prepared", "running"):  # nobody was there to be asked
        exchange_to(moment, exchange, "finished", Circumstances(over=True))
    return "answered"


SCRIPTS = {
    "deb": Script(DEBRIEF, facts, finish, who_sees),
}
PRESSES = {"debrief_declined": declined}
PROMPTS = {
    "debrief": telling(push),
    "debrief.remind": telling(push),
    "debrief.close": acting(close),
}
