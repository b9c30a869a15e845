"""Why something due is not said: looked up in what is kept at that very moment, in other words than the product's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from bot.moment import Moment, Told
from bot.places import hosts_of
from bot.planning import is_full
from bot.script import Due, House
from bot.turns.pushes import base
from dialogs.follow_up import DROP
from dialogs.host import TEXT as GIFT
from dialogs.leader import FORMAL
from dialogs.preparation import ABROAD, IN_PLACE
from storage.records import AnswerRow, ExchangeRow, PromptRow

BEGUN: Final = ("running", "paused", "finished", "ended_early", "debriefed", "closed")
AWAY: Final = ("approved", "prepared", "running", "paused")
OVER: Final = ("finished", "ended_early", "debriefed")

CALLED_OFF = "it was called off"
"""The reason where somebody has withdrawn, or ended the exchange before its time."""


@dataclass(frozen=True)
class Then:
    """What was known when it was due."""

    moment: Moment
    exchange: ExchangeRow
    prompt: PromptRow

    @property
    def who(self) -> str:
        return self.prompt.recipient

    @property
    def today(self) -> date:
        return self.moment.today(self.moment.person(self.who))

    @property
    def first(self) -> date:
        return self.exchange.days[0] if self.exchange.days else self.exchange.start

    def is_in(self, *states: str) -> bool:
        return self.exchange.state in states

    def rows(self, key: str, person: str = "", occasion: str = "") -> list[AnswerRow]:
        """The answers to one question, of one person on one occasion where that is said."""
        return [
            row
            for row in self.moment.work.answers.about(self.exchange.id)
            if row.key.partition("#")[0] == key and person in ("", row.person) and occasion in ("", row.occasion)
        ]

    def is_done(self, dialog: str, *, stopped: bool = False) -> bool:
        """Whether the recipient has finished the conversation, or left it for good."""
        row = self.moment.work.conversations.find(self.who, dialog, self.exchange.id, dialog)
        return row is not None and row.status in ("done", *(("stopped",) if stopped else ()))

    def ticked(self, person: str, *keys: str) -> set[str]:
        """All that somebody has ticked off in lists."""
        lists = [row.value for key in keys for row in self.rows(key, person)]
        return {str(one) for value in lists if isinstance(value, list) for one in value}


Holds = Callable[[Then], bool]
Reasons = Mapping[str, Holds]


def _begun(then: Then) -> bool:
    return then.is_in(*BEGUN) and then.moment.now.date() >= then.exchange.start - timedelta(days=1)


def _called_off(then: Then) -> bool:
    return then.is_in("withdrawn", "ended_early")


def _closed(then: Then) -> bool:
    return then.is_in("closed") and then.today > then.exchange.end


AHEAD: Final[Reasons] = {"it has begun": _begun, CALLED_OFF: _called_off}
AFTER: Final[Reasons] = {"it is closed": _closed, CALLED_OFF: lambda then: then.is_in("withdrawn")}


def _in_place(then: Then) -> bool:
    wanted = {*IN_PLACE, *(ABROAD if then.exchange.form == "form.international" else ())}
    return wanted <= then.ticked(then.who, "prep.practical", "prep.abroad")


def _looked_at(then: Then) -> bool:
    return is_full(then.moment, then.exchange) or bool(then.rows("prep.practical", then.who))


def _nothing_open_for_the_host(then: Then) -> bool:
    known = {row.key: row.value for row in then.moment.work.answers.of(then.who, then.exchange.id, "host.prep")}
    signed = known.get("host.prep.declaration") != "btn.yes" or "host.signed" in known
    return then.is_done("host.prep") and {"host.prep.firstday", "host.prep.team"} <= known.keys() and signed


def _thanked(then: Then) -> bool:
    return any(row.key == GIFT and then.who in row.released for row in then.rows(GIFT.partition("#")[0]))


def _ticked_this_week(then: Then) -> bool:
    def week(day: date) -> tuple[int, int]:
        return day.isocalendar()[:2]

    return any(
        row.state == "answered" and base(row.kind) == base(then.prompt.kind) and week(row.day) == week(then.prompt.day)
        for row in then.moment.work.prompts.of(then.exchange.id)
        if row.recipient == then.who
    )


def _held(then: Then) -> bool:
    return any(row.confirmed for row in then.rows("lead.ret.held"))


def _day(rows: list[AnswerRow]) -> date | None:
    return next((date.fromisoformat(str(row.value)) for row in rows if row.value), None)


def _talk_is_ahead(then: Then) -> bool:
    day = _day(then.rows("lead.prep.followup.return"))
    return day is not None and day > then.today


def _sharing(then: Then) -> date | None:
    keys = ("deb.13.share.when", "lead.prep.followup.slot", "prep.share.date")
    found = (_day([row for row in then.rows(key) if row.confirmed]) for key in keys)
    return next((day for day in found if day is not None), None)


def _no_sharing_to_come(then: Then) -> bool:
    day = _sharing(then)
    return day is None or day < then.today


def _all_let_go(then: Then) -> bool:
    """Whether there is no action with a date, or each was let go in the check after a month."""
    dated = {row.key.partition("#")[2] for row in then.rows("deb.12.action.when")}
    dropped = {row.key.partition("#")[2] for row in then.rows("fu.next", occasion="fu30") if row.value == DROP}
    return dated <= dropped


def _nothing_planned(then: Then) -> bool:
    return not then.rows("deb.12.action.what") and not then.rows("deb.14.request")


def _nothing_promised(then: Then) -> bool:
    return not then.rows("lead.ret.commit") or not _held(then)


def _entry_is_settled(then: Then) -> bool:
    entry = then.moment.work.prompts.find(then.who, then.exchange.id, "log", then.prompt.day)
    return entry is None or entry.state in ("answered", "skipped", "missed")


def _partly_written(then: Then) -> bool:
    rows = then.moment.work.answers.of(then.who, then.exchange.id, f"log:{then.prompt.day.isoformat()}")
    return any(row.key != "log.mark" for row in rows)


def _nothing_for_the_week(then: Then) -> bool:
    if then.moment.work.exchanges.journal(then.exchange.id).habit == "final":
        return True
    monday = then.prompt.day - timedelta(days=then.prompt.day.weekday())
    return not any(
        row.visibility == "S" and not row.sent and (row.picked is not False or _written_on(row) >= monday)
        for row in then.moment.work.answers.about(then.exchange.id)
        if row.person == then.who and row.occasion.startswith("log:") and _written_on(row) < monday + timedelta(days=7)
    )


def _written_on(row: AnswerRow) -> date:
    """The day of the logbook that an answer is about."""
    return date.fromisoformat(row.occasion.removeprefix("log:"))


def _nothing_private(then: Then) -> bool:
    rows = [row for row in then.moment.work.answers.about(then.exchange.id) if row.person == then.who]
    return not any(row.visibility == "P" or (row.visibility == "S" and not row.released) for row in rows)


EVALUATED: Final[Reasons] = {
    "answered": lambda then: then.is_done(base(then.prompt.kind).removesuffix(".remind"), stopped=True),
    **AFTER,
}
CHECKED: Final[Reasons] = {"answered": lambda then: then.is_done("fu90"), **AFTER}
NOT_AWAY: Final[Reasons] = {
    "ticked that week": _ticked_this_week,
    "the employee is back": lambda then: not then.is_in(*AWAY) and then.today >= then.exchange.end,
    **AFTER,
}
DEBRIEFED: Final[Reasons] = {"done": lambda then: then.is_done("deb", stopped=True), **AFTER}

REASONS: Final[Mapping[str, Reasons]] = {
    "prep": {"done": lambda then: then.is_done("prep"), **AHEAD},
    "prep.remind": {"done": lambda then: then.is_done("prep"), **AHEAD},
    "lead.remind": {"done": lambda then: then.is_done("lead"), **AHEAD},
    "homework": {**AHEAD, "too near": lambda then: (then.first - then.today).days < 2},
    "colleagues": AHEAD,
    "practical": {
        "all in place": _in_place,
        "nobody has looked": lambda then: not _looked_at(then),
        "the first day has come": lambda then: then.first <= then.today,
        **AHEAD,
    },
    "formal": {"all looked into": lambda then: set(FORMAL) <= then.ticked(then.who, "lead.prep.formal"), **AHEAD},
    "goals": {
        "ticked": lambda then: bool(then.rows("goals.agreed", then.who)),
        "the exchange is over": lambda then: then.is_in(*OVER) and then.today >= then.exchange.end,
        **AFTER,
    },
    "contact": NOT_AWAY,
    "contact.host": NOT_AWAY,
    "ask": {"ticked that week": _ticked_this_week, **AFTER},
    "host.prep": {"done": lambda then: then.is_done("host.prep"), **AHEAD},
    "host.practical": {"nothing is open": _nothing_open_for_the_host, **AHEAD},
    "host.first": {CALLED_OFF: _called_off},
    "host.check": {CALLED_OFF: _called_off, "the guest is gone": lambda then: then.who not in hosts_of(then.exchange)},
    "host.thanks": {
        "the guest has thanked": _thanked,
        **AFTER,
    },
    "log": {CALLED_OFF: _called_off},
    "log.remind": {"settled": _entry_is_settled, "begun": _partly_written, CALLED_OFF: _called_off},
    "week.pick": {"nothing to choose": _nothing_for_the_week, CALLED_OFF: _called_off},
    "debrief": DEBRIEFED,
    "debrief.remind": DEBRIEFED,
    "return": {"held": _held, **AFTER},
    "return.remind": {"held": _held, "its day is ahead": _talk_is_ahead, **AFTER},
    "share": {"settled": lambda then: bool(then.rows("share.ready")), "no day ahead": _no_sharing_to_come, **AFTER},
    "feedback": {"no action that stands": _all_let_go, **AFTER},
    **{
        f"{dialog}{remind}": EVALUATED
        for dialog in ("eval.emp", "eval.lead", "eval.host")
        for remind in ("", ".remind")
    },
    "fu30": {
        "answered": lambda then: then.is_done("fu30"),
        "nothing to ask about": _nothing_planned,
        **AFTER,
    },
    "fu90": CHECKED,
    "fu90.remind": CHECKED,
    "lead.fu30": {"nothing promised": _nothing_promised, **AFTER},
    "lead.fu90": AFTER,
    "close.notice": {"nothing private is left": _nothing_private},
}
"""By kind, what makes it unwanted."""


def why(moment: Moment, prompt: PromptRow) -> str:
    """The reason, as it stands in the database now; empty when there is none."""
    exchange = moment.work.exchanges.find(prompt.subject)
    if exchange is None:
        return ""
    then = Then(moment, exchange, prompt)
    return next((reason for reason, holds in REASONS.get(base(prompt.kind), {}).items() if holds(then)), "")


def noting(house: House, noted: dict[str, str]) -> House:
    """The house as it is, with a note by prompt of why something due was not said."""
    return replace(house, prompts={kind: _noting(due, noted) for kind, due in house.prompts.items()})


def _noting(due: Due, noted: dict[str, str]) -> Due:
    def tell(moment: Moment, prompt: PromptRow) -> Told | None:
        assert due.tell is not None
        told = due.tell(moment, prompt)
        if told is None:
            noted[prompt.id] = why(moment, prompt)
        return told

    def act(moment: Moment, prompt: PromptRow) -> str:
        assert due.act is not None
        state = due.act(moment, prompt)
        if state == "cancelled":
            noted[prompt.id] = why(moment, prompt)
        return state

    return Due(tell=tell if due.tell else None, act=act if due.act else None)
