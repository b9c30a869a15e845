"""What people press and fill in, each as they are. Every text of theirs has a word in it that stands nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random
from typing import Final

from bot.channel import Button, Field, Message
from bot.clock import StandingClock
from dialogs.model import Raw
from storage.records import CardRow, ExchangeRow
from tests.year.people import DAY, Plan

TOKEN: Final = re.compile(r"zq[a-j]{5}x")
PICKS: Final = {
    "approve.final": "btn.approve",
    "stop.ask": "btn.yes",
    "prep.goal.more": "btn.no_more",
    "lead.prep.goals": "lead.prep.goals.agree",
}
VERBS: Final = ("answer", "begin", "goals_agreed", "review", "confirm")
"""What is pressed where nothing is to be picked, the first that there is."""

AGAIN: Final = ["begin", "mus"]
"""What can be begun again without end, so that nobody here begins it."""


@dataclass(frozen=True)
class Written:
    """Words that somebody wrote, found again by their token."""

    author: str
    key: str
    at: datetime


@dataclass
class Pen:
    """Everybody's way of answering. What one does leaves what another draws as it is."""

    plans: Mapping[str, Plan]
    clock: StandingClock
    written: dict[str, Written] = field(default_factory=dict)
    _dice: dict[str, Random] = field(default_factory=dict)

    def dice(self, who: str) -> Random:
        """The dice of one person."""
        return self._dice.setdefault(who, Random(f"7 {who}"))

    def chosen(self, card: CardRow, message: Message) -> Button | None:
        """What to press below a message without fields; nothing when the talk is over."""
        wanted: dict[str, Button] = {}
        for button in message.buttons:
            action = card.actions.get(button.id)
            if action is None or action[:2] == AGAIN:
                continue
            if action[0] == "answer" and PICKS.get(action[1]) == action[2]:
                return button
            wanted.setdefault(action[0], button)
        return next((wanted[verb] for verb in VERBS if verb in wanted), None)

    def fills(self, who: str, message: Message, exchange: ExchangeRow | None) -> dict[str, Raw]:
        """What to send with the form."""
        return {shown.key: self._value(who, shown, exchange) for shown in message.fields}

    def _value(self, who: str, shown: Field, exchange: ExchangeRow | None) -> Raw:
        if shown.key in PICKS:
            return PICKS[shown.key]
        match shown.kind:
            case "text" | "long":
                return self._words(who, shown.key)
            case "many":
                return self._many(who, shown)
            case "date":
                return self._date(who, shown.key, exchange).isoformat()
            case "time":
                return self._time(who, shown)
            case "tick":
                return "yes"
        choices = [choice.value for choice in shown.choices]
        return self.dice(who).choice(choices) if choices else (shown.chosen[0] if shown.chosen else shown.value)

    def _many(self, who: str, shown: Field) -> list[str]:
        values, plan = [choice.value for choice in shown.choices], self.plans.get(who)
        if shown.key == "prep.days":
            return [value for value in values if value in plan.weekdays] if plan and plan.weekdays else values
        if shown.chosen:
            return list(shown.chosen)
        return values[: self.dice(who).randint(1, max(1, min(2, len(values))))]

    def _time(self, who: str, shown: Field) -> str:
        plan = self.plans.get(who)
        if plan is not None and plan.shifts and shown.choices:
            return shown.choices[0].value
        ends = plan.employee.ends if plan else time(15)
        return f"{ends:%H:%M}"

    def _date(self, who: str, key: str, exchange: ExchangeRow | None) -> date:
        """What is agreed for afterwards lies after the last day, everything else in the next weeks."""
        today = self.clock.now().date()
        afterwards = "followup" in key or "share" in key
        since = max(today, exchange.end) if exchange is not None and afterwards else today
        return since + DAY * self.dice(who).randint(3, 12 if afterwards else 30)

    def _words(self, who: str, key: str) -> str:
        number = len(self.written)
        token = "zq" + "".join("abcdefghij"[int(digit)] for digit in f"{number:05}") + "x"
        self.written[token] = Written(who, key, self.clock.now())
        return f"{token} om det jeg så"
