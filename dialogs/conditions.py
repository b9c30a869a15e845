"""When a question is asked, said in words."""

from __future__ import annotations

from dialogs.model import Condition, View
from dialogs.vague import vague


def answered(key: str) -> Condition:
    """An earlier question has an answer that is not empty."""
    return lambda view: bool(view.answers.get(key))


def chose(key: str, *options: str) -> Condition:
    """One of the options was chosen."""

    def condition(view: View) -> bool:
        answer = view.answers.get(key)
        chosen = answer if isinstance(answer, list) else [answer]
        return any(option in chosen for option in options)

    return condition


def picked(key: str, count: int) -> Condition:
    """At least `count` options were chosen."""

    def condition(view: View) -> bool:
        answer = view.answers.get(key)
        return isinstance(answer, list) and len(answer) >= count

    return condition


def below(key: str, limit: int) -> Condition:
    """A number was given, and it is below the limit."""

    def condition(view: View) -> bool:
        answer = view.answers.get(key)
        return isinstance(answer, int) and answer < limit

    return condition


def sounds_vague(key: str) -> Condition:
    """A goal was written that only names a topic."""

    def condition(view: View) -> bool:
        answer = view.answers.get(key)
        return isinstance(answer, str) and vague(answer)

    return condition


def fact(name: str, at_least: int = 1) -> Condition:
    """The programme knows it: a true fact, a text, a filled list, or a number of at least `at_least`."""

    def condition(view: View) -> bool:
        known = view.facts.get(name)
        return known >= at_least if isinstance(known, int) else bool(known)

    return condition


def room(name: str, number: int, key: str = "") -> Condition:
    """The programme allows so many, or says nothing of it; or `key` was answered while it still did."""
    return lambda view: view.facts.get(name, number) >= number or bool(view.answers.get(key))


def in_fact(key: str, name: str) -> Condition:
    """The answer is one of those in the fact."""
    return lambda view: view.answers.get(key) in view.facts.get(name, ())


def asked_today(key: str) -> Condition:
    """The question is among those chosen for this logbook entry."""
    return lambda view: key in view.facts.get("questions", ())


def both(*conditions: Condition) -> Condition:
    """All of the conditions hold."""
    return lambda view: all(condition(view) for condition in conditions)


def unless(condition: Condition) -> Condition:
    """The condition does not hold."""
    return lambda view: not condition(view)


FULL = fact("full")
"""The full track, for a stay of more than five exchange days."""
