"""What the leader and the host get to read: pure builders over values that were already filtered (spec 11).

Only what `visibility.readable` lets through may be put in. A question that was skipped, kept private or not
answered is simply not there, so that the summaries of the three are the same (T4).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dialogs.model import Say

Line = str | Say
"""A line of a list: somebody's own words, or a sentence of ours."""

QUESTIONS_TO_ASK = ("sum.ask.1", "sum.ask.2", "sum.ask.3", "sum.ask.4")
"""One a week, in turn (11.1)."""


@dataclass(frozen=True)
class Week:
    """What a weekly overview is made of. `number` counts weeks from 1, `day` the exchange days of `total`.

    `agreed` says that both ticked the goals; `shared` are (question, literal answer) of this week; `yours`
    the leader's own open tasks.
    """

    name: str
    host_unit: str
    number: int
    day: int
    total: int
    next_step: Line
    goals: tuple[Line, ...] = ()
    agreed: bool = False
    shared: tuple[tuple[str, str], ...] = ()
    requests: tuple[str, ...] = ()
    yours: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Goal:
    """A goal with its sign; `level` and `help` only where they were released."""

    goal: str
    sign: str = ""
    level: str = ""
    help: str = ""


@dataclass(frozen=True)
class Final:
    """What the final summary is made of; empty parts are left out. `why` is the leader's own reason.

    `benefits` and `others` are (question, literal answer); `plan` has one line per action. `answer` and `commitment`
    are the leader's own, from the return talk.
    """

    name: str
    host_unit: str
    why: str = ""
    benefits: tuple[tuple[str, str], ...] = ()
    moved: str = ""
    goals: tuple[Goal, ...] = ()
    others: tuple[tuple[str, str], ...] = ()
    practices: str | tuple[str, ...] = ""
    plan: tuple[str, ...] = ()
    sharing: tuple[str, ...] = ()
    request: str = ""
    answer: str = ""
    commitment: Say | None = None
    dates: tuple[Line, ...] = ()


def weekly(week: Week) -> list[Say]:
    """The overview of a week, in the order of 11.1. Where nothing was shared stands a neutral sentence."""
    says = [
        Say("sum.week.title", {"name": week.name, "host_unit": week.host_unit, "n": week.number}),
        Say("sum.week.where", {"n": week.day, "total": week.total, "text": week.next_step}),
    ]
    if week.goals:
        key = "sum.week.goals" if week.agreed else "sum.week.goals.set"
        says.append(Say(key, {"name": week.name, "list": week.goals}))
    if week.shared:
        says.append(Say("sum.week.shared", {"name": week.name, "list": _answered(week.shared)}))
    else:
        back = week.day >= week.total
        says.append(Say("sum.week.back", {"name": week.name}) if back else Say("sum.week.noshare"))
    says += [Say("sum.week.request", {"name": week.name, "text": text}) for text in week.requests]
    if week.yours:
        says.append(Say("sum.week.yours", {"list": week.yours}))
    question = QUESTIONS_TO_ASK[(week.number - 1) % len(QUESTIONS_TO_ASK)]
    return [
        *says,
        Say("sum.week.ask", {"text": Say(question)}),
        Say("sum.footer", {"name": week.name}),
    ]


def final(parts: Final) -> list[Say]:
    """The final summary, in the order of 11.2: the reason, what came of it, what is decided."""
    practices = (parts.practices,) if isinstance(parts.practices, str) and parts.practices else parts.practices
    optional = (
        (parts.why, "sum.final.why", {"text": parts.why}),
        (parts.benefits, "sum.final.benefits", {"list": _answered(parts.benefits)}),
        (parts.moved, "sum.final.moved", {"text": parts.moved}),
        (parts.goals, "sum.final.goals", {"list": _goal_lines(parts.goals)}),
        (parts.others, "sum.final.others", {"name": parts.name, "list": _answered(parts.others)}),
        (practices, "sum.final.practices", {"list": practices}),
        (parts.plan, "sum.final.plan", {"list": parts.plan}),
        (parts.sharing, "sum.final.share", {"list": parts.sharing}),
        (parts.request, "sum.final.request", {"request": parts.request}),
        (parts.answer, "sum.final.answer", {"text": parts.answer}),
        (parts.dates, "sum.final.dates", {"list": parts.dates}),
    )
    says = [Say(key, values) for there, key, values in optional if there]
    if parts.commitment is not None:
        says.insert(len(says) - bool(parts.dates), parts.commitment)
    return [
        Say("sum.final.title", {"name": parts.name, "host_unit": parts.host_unit}),
        *says,
        Say("sum.final.note"),
    ]


def _answered(pairs: Iterable[tuple[str, str]]) -> tuple[Say, ...]:
    return tuple(Say("sum.line", {"item": question, "text": text}) for question, text in pairs)


def _goal_lines(goals: Iterable[Goal]) -> tuple[Say, ...]:
    lines: list[Say] = []
    for each in goals:
        line = Say("sum.goal", {"goal": each.goal})
        if each.sign:
            line = Say("sum.goal.sign", {"goal": each.goal, "sign": each.sign})
        if each.level:
            line = Say("sum.goal.level", {"item": line, "text": each.level})
        lines.append(line)
        if each.help:
            lines.append(Say("sum.goal.help", {"text": each.help}))
    return tuple(lines)
