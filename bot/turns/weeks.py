"""The week: the employee previews what goes to the leader; it is released with the overview."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot import talks
from bot.channel import Part
from bot.moment import Moment, Press, Told
from bot.planning import worker as worker_of
from bot.programme import summaries
from bot.programme.cadence import is_last_of_week
from bot.programme.calendar import working_day_after
from bot.programme.visibility import may_read
from bot.script import Ending, Script, Talk, Topic
from bot.turns import after, during, gifts, two_jobs
from bot.turns.common import (
    as_date,
    circle_of,
    exchange_of,
    facts_of_exchange,
    item,
    label_of,
    latest,
    shown,
    who_sees,
)
from bot.turns.preparations import goals_of, readable_by
from bot.turns.pushes import acting, telling
from bot.turns.still_open import both_agreed
from dialogs.engine import excerpt
from dialogs.model import Say
from dialogs.sharing import WEEK
from storage.records import AnswerRow, ExchangeRow, PersonRow, PromptRow


def monday(day: date) -> date:
    """The first day of a date's week."""
    return day - timedelta(days=day.weekday())


def week_topic(moment: Moment, person: PersonRow, exchange: ExchangeRow, day: date) -> Topic:
    """The preview of the week a day is in."""
    return Topic(person, "week", exchange.id, f"week:{monday(day).isoformat()}")


def week_follows(moment: Moment, exchange: ExchangeRow, day: date) -> bool:
    """After the week's last entry the preview comes at once, unless the overview has gone or sharing waits."""
    if moment.work.exchanges.journal(exchange.id).habit == "final":
        return False
    last = is_last_of_week(exchange.days, day)
    return last and overview_ahead(moment, exchange, day) and bool(of_week(moment, exchange, day))


def overview_ahead(moment: Moment, exchange: ExchangeRow, day: date | None = None) -> bool:
    """An overview is still to come: of the week of a day, or any."""
    return any(
        prompt.state == "pending"
        and (day is None or monday(date.fromisoformat(str(prompt.data["about"]))) == monday(day))
        for prompt in moment.work.prompts.of(exchange.id, "week.overview")
    )


def preview(moment: Moment, person: PersonRow, exchange: ExchangeRow, day: date) -> Topic:
    """The preview of a day's week. What is listed in it counts as seen: only that goes with the overview."""
    for row in of_week(moment, exchange, day):
        if row.picked is None:
            moment.work.answers.update(replace(row, picked=goes_along(moment, exchange, row)))
    return week_topic(moment, person, exchange, day)


def of_week(moment: Moment, exchange: ExchangeRow, day: date) -> list[AnswerRow]:
    """The S answers of the entries up to a week's end that no overview has settled yet, by day.

    An entry written after its overview went out comes along with the next one.
    """
    first_day, last_day = monday(day), monday(day) + timedelta(days=6)

    def belongs(row: AnswerRow) -> bool:
        if row.person != exchange.employee or row.visibility != "S" or row.sent or not row.occasion.startswith("log:"):
            return False
        about = day_of(row)
        return first_day <= about <= last_day or (about < first_day and row.picked is not False)

    rows = [row for row in moment.work.answers.about(exchange.id) if belongs(row)]
    return sorted(rows, key=lambda row: row.occasion)


def goes_along(moment: Moment, exchange: ExchangeRow, row: AnswerRow) -> bool:
    """Whether an answer goes with the overview: as picked, else as shared, else by the habit."""
    if row.picked is not None:
        return row.picked
    if exchange.leader in row.released:
        return True
    return moment.work.exchanges.journal(exchange.id).habit == "open"


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The week's answers to pick from, and when the overview goes."""
    exchange = exchange_of(moment, topic)
    week = date.fromisoformat(topic.occasion.removeprefix("week:"))
    language = topic.person.language
    return {
        **facts_of_exchange(moment, topic, exchange),
        "date": overview_day(moment, exchange, week),
        "week_items": [
            {
                "value": row.id,
                "label": _week_label(moment, language, row),
                "chosen": goes_along(moment, exchange, row),
            }
            for row in of_week(moment, exchange, week)
        ],
    }


def _week_label(moment: Moment, language: str, row: AnswerRow) -> str:
    text = excerpt(shown(moment, language, row))
    return f"{moment.words.date(language, day_of(row))}, {label_of(moment, language, row)}: {text}"


def day_of(row: AnswerRow) -> date:
    """The day an answer of the logbook is about."""
    return date.fromisoformat(row.occasion.removeprefix("log:"))


def overview_day(moment: Moment, exchange: ExchangeRow, week: date) -> date:
    """The working day after the week's last exchange day, where the leader is."""
    days = [day for day in exchange.days if monday(day) == monday(week)] or [exchange.end]
    return working_day_after(worker_of(moment.person(exchange.leader)), days[-1])


def finish(moment: Moment, talk: Talk) -> Ending:
    """Keeps the choice. Nothing is released before the overview; what is taken out is taken back at once."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    week = date.fromisoformat(talk.row.occasion.removeprefix("week:"))
    if not of_week(moment, exchange, week):
        return Ending([Say("share.week.gone")])
    answer = talk.state.answers.get("share.week.pick")
    chosen = set(answer) if isinstance(answer, list) else set()
    for row in of_week(moment, exchange, week):
        keep = row.id in chosen
        released = row.released if keep else row.released - {exchange.leader}
        moment.work.answers.update(replace(row, picked=keep, released=released))
    values = {"leader": moment.first_name(exchange.leader), "date": talk.facts["date"], "n": len(chosen)}
    key = "share.week.done" if chosen else "share.week.none"
    look = Press("btn.preview", ["week_preview", exchange.id, talk.row.occasion])
    change = Press("btn.change_choice", ["reopen", "week", exchange.id, talk.row.occasion])
    gift = gifts.offers(moment, exchange, talk.person) if _is_last(exchange, week) else []
    return Ending([Say(key, values)], [look, change, *gift])


def _is_last(exchange: ExchangeRow, week: date) -> bool:
    return bool(exchange.days) and monday(week) == monday(exchange.days[-1])


def pick_due(moment: Moment, prompt: PromptRow) -> str:
    """The preview by itself, where nothing asks for an entry or the habit picks all; else it follows the entry."""
    exchange = moment.work.exchanges.get(prompt.subject)
    day = prompt.day
    entry = moment.work.prompts.find(exchange.employee, exchange.id, "log", day)
    follows = entry is not None and entry.state in ("pending", "said", "answered")
    open_habit = moment.work.exchanges.journal(exchange.id).habit == "open"
    if follows and not open_habit:
        return "answered"
    if not week_follows(moment, exchange, day):
        return "answered" if follows else "cancelled"
    talks.begin(moment, preview(moment, moment.person(exchange.employee), exchange, day))
    return "said"


def overview(moment: Moment, prompt: PromptRow) -> Told | None:
    """Releases what was seen in the preview and left in, or shared. Sent whether or not anything was released."""
    exchange = moment.work.exchanges.get(prompt.subject)
    if exchange.state in ("withdrawn", "proposed", "accepted", "rejected"):
        return None
    week = date.fromisoformat(str(prompt.data["about"]))
    settled = of_week(moment, exchange, week)
    nudges: list[Say] = []
    for row in settled:
        if row.picked or exchange.leader in row.released:
            if two_jobs.too_much(row) and not row.released:
                nudges = [two_jobs.for_leader(moment, exchange)]
                two_jobs.tell_host(moment, exchange, row)
            moment.work.answers.update(replace(row, released=row.released | {exchange.leader}, sent=True))
    _close_preview(moment, exchange, week)
    leader = moment.person(exchange.leader)
    says = summary(moment, exchange, leader, week, {row.id for row in settled})
    press = Press("btn.released", ["released", exchange.id])
    return Told([*says, *nudges], [press])


def _close_preview(moment: Moment, exchange: ExchangeRow, week: date) -> None:
    """What was chosen cannot be changed now; in its place stands the way to a copy of what the leader gets."""
    occasion = f"week:{monday(week).isoformat()}"
    row = moment.work.conversations.find(exchange.employee, "week", exchange.id, occasion)
    if row is None:
        return
    if row.status in ("open", "paused"):
        talks.close(moment, talks.load(moment, row), "done")
    employee = moment.person(exchange.employee)
    said = Say("sum.copy.there", {"leader": moment.first_name(exchange.leader)})
    look = Press("btn.open", ["week_preview", exchange.id, occasion])
    presses = [look, *(gifts.offers(moment, exchange, employee) if _is_last(exchange, week) else [])]
    moment.tell(employee, Told([said], presses), kind="answer", subject=exchange.id, replaces=row.message)


def summary(
    moment: Moment,
    exchange: ExchangeRow,
    leader: PersonRow,
    week: date,
    settled: Collection[str] = (),
    ahead: Collection[str] = (),
) -> list[Say]:
    """The overview of a week as its reader may see it; the one rule decides what that is.

    `settled` are answers of earlier weeks that come along, `ahead` those that are released only with it.
    """
    circle = circle_of(moment, exchange)
    rows = [
        row
        for row in moment.work.answers.about(exchange.id)
        if row.id in ahead or may_read(item(row), leader.id, circle)
    ]
    entries = [row for row in rows if row.occasion.startswith("log:")]
    in_week = [row for row in entries if monday(day_of(row)) == monday(week) or row.id in settled]
    shared = [
        (label_of(moment, leader.language, row), shown(moment, leader.language, row))
        for row in in_week
        if row.visibility == "S" and row.person == exchange.employee
    ]
    adjust = [shown(moment, leader.language, row) for row in in_week if row.key == "log.mid.adjust"]
    goals = goals_of(readable_by(moment, exchange, leader.id, "prep"))
    past = [day for day in exchange.days if monday(day) <= monday(week)]
    number = (monday(week) - monday(exchange.start)).days // 7 + 1
    return summaries.weekly(
        summaries.Week(
            name=moment.first_name(exchange.employee),
            host_unit=exchange.host_unit,
            number=number,
            day=len(past),
            total=len(exchange.days),
            next_step=next_step(moment, exchange, leader),
            goals=tuple(goals[f"goal#{n}"] for n in (1, 2, 3) if f"goal#{n}" in goals),
            agreed=both_agreed(moment, exchange),
            shared=tuple(shared),
            requests=tuple(adjust),
            yours=tuple(open_tasks(moment, exchange, leader)),
        )
    )


def next_step(moment: Moment, exchange: ExchangeRow, leader: PersonRow) -> Say:
    """The next milestone of an exchange."""
    today = moment.today(leader)
    if today <= exchange.end:
        return Say("next.last_day", {"date": exchange.end})
    rows = moment.work.answers.of(exchange.leader, exchange.id, "lead")
    talk = as_date(latest(rows, "lead.prep.followup.return"))
    if talk is not None and talk >= today:
        return Say("next.return_talk", {"date": talk})
    return Say("next.debrief")


def open_tasks(moment: Moment, exchange: ExchangeRow, leader: PersonRow) -> list[Say]:
    """What the leader still has to do in an exchange."""
    rows = after.read_by(moment, exchange, leader.id)
    part = any(row.occasion == "lead" and row.confirmed for row in rows)
    name, today = moment.first_name(exchange.employee), moment.today(leader)
    tasks = [] if part or today > exchange.end else [Say("task.leader_part", {"name": name})]
    talk, promised, shares = after.talk_day(rows), after.open_promise(moment, exchange, rows), after.sharing_day(rows)
    if not after.has_talked(moment, exchange):
        if talk is not None and talk >= today:
            tasks.append(Say("task.return_talk", {"name": name, "date": talk}))
        elif today > exchange.end:
            tasks.append(Say("task.return_talk.due", {"name": name}))
    elif promised is not None:
        tasks.append(Say("task.commitment", {"name": name, "text": promised.text}))
    if today > exchange.end and shares is not None and shares >= today and not after.is_settled(rows):
        tasks.append(Say("task.sharing", {"name": name, "date": shares}))
    return [*tasks, *during.open_steps(moment, exchange, leader)]


def beside(moment: Moment, talk: Talk) -> list[Say | Part]:
    """That the host is told too, where two jobs were too much."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    week = date.fromisoformat(talk.row.occasion.removeprefix("week:"))
    return [*two_jobs.forewarned(moment, exchange, of_week(moment, exchange, week))]


SCRIPTS = {
    "week": Script(WEEK, facts, finish, who_sees, beside=beside, keeps=False),
}
PROMPTS = {
    "week.pick": acting(pick_due),
    "week.overview": telling(overview),
}
