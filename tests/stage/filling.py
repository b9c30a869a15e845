"""Answers as people say them, put into a platform's controls: what its client does not take is refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.channel import Field
from dialogs.model import Raw
from dialogs.typed import day, hour
from storage.store import Store, Work


class NotTaken(Exception):
    """The client does not let anybody answer so: its lists and pickers do not offer it."""


def as_given(shown: Field, value: Raw, today: date, store: Store) -> object:
    """The value for the control: a date, a time, options by their values, a user, a tick. Nothing stays nothing."""
    values = {choice.value for choice in shown.choices}
    by_label = {choice.label: choice.value for choice in shown.choices}
    if shown.kind == "tick":
        return bool(value)
    if shown.kind == "many":
        return [
            _one(each, by_label, values) for each in (value if isinstance(value, list) else [value] if value else [])
        ]
    said = str(value)
    if not said or shown.kind in ("text", "long"):
        return said
    match shown.kind:
        case "person":
            return _one(said if said in values else store.run_now(_places).get(said, said), by_label, values)
        case "date":
            return _found(day(said, today)).isoformat()
        case "time":
            return hour(said) or _one(said, by_label, values)
    return _one(said, by_label, values)


def _one(said: str, by_label: dict[str, str], values: Iterable[str]) -> str:
    chosen = by_label.get(said, said)
    if chosen not in values:
        raise NotTaken
    return chosen


def _found(on: date | None) -> date:
    if on is None:
        raise NotTaken
    return on


def _places(work: Work) -> dict[str, str]:
    """The platform's ids of people by ours."""
    organisation = work.people.organisations()[0].id
    return {row.id: work.people.addresses(row.id)[0].place for row in work.people.all(organisation)}
