"""The buttons of a message about several things: two that do not do the same do not look the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bot.moment import Moment, Press
from storage.records import PersonRow

START = ("btn.start", "btn.start_min")

STARTS = {
    "prep": "btn.prepare",
    "lead": "btn.start.lead",
    "host.prep": "btn.start.host",
    "deb": "btn.debrief",
    "fu30": "btn.start.plan",
    "fu90": "btn.start.plan",
    "lead.fu90": "btn.start.after",
}
"""What a button that starts a conversation says where there are several of them. The message names the minutes."""


def told_apart(moment: Moment, person: PersonRow, parts: Sequence[tuple[str, Sequence[Press]]]) -> list[Press]:
    """The buttons of all parts, each part being about a subject. A label of several parts says more in each of them."""
    presses = [(subject, replace(press, matter=str(n))) for n, (subject, its) in enumerate(parts) for press in its]
    labels = [_label(moment, person, press) for _, press in presses]
    matters = {(label, press.matter) for label, (_, press) in zip(labels, presses, strict=True)}
    times = Counter(label for label, _ in matters)
    return [
        press if times[label] == 1 else _saying_more(moment, person, subject, press, label)
        for label, (subject, press) in zip(labels, presses, strict=True)
    ]


def _label(moment: Moment, person: PersonRow, press: Press) -> str:
    """What it says; all that start something say the same, but for the minutes."""
    if press.label in START:
        return START[0]
    return press.text or moment.words.text(person.language, press.label, {"minutes": press.minutes})


def _saying_more(moment: Moment, person: PersonRow, subject: str, press: Press, label: str) -> Press:
    """What it starts, or whose it is."""
    exchange = moment.work.exchanges.find(subject)
    name = moment.first_name(exchange.employee) if exchange else ""
    if press.label in START and (key := STARTS.get(press.action[1])):
        return replace(press, text=moment.words.text(person.language, key, {"name": name}))
    return replace(press, text=f"{label}: {name}") if name and press.label not in START else press
