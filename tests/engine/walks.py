"""Anything a person may do in a dialog, and what the programme may know: for walks through every dialog."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from dialogs import engine
from dialogs.engine import ONE_AT_A_TIME
from dialogs.model import (
    Ack,
    Ask,
    Day,
    Dialog,
    Facts,
    Hour,
    Many,
    Number,
    One,
    Person,
    Raw,
    Review,
    Scale,
    State,
    Text,
    Turn,
    Visibility,
    step,
)
from tests.engine.options import options_of

TODAY = date(2026, 5, 4)


def options(count: int) -> list[dict[str, str]]:
    return [{"value": f"value{n}", "label": f"Nummer {n}", "email": f"{n}@example.org"} for n in range(1, count + 1)]


LISTS = (
    "channels",
    "cleared",
    "coaches",
    "pools",
    "days",
    "forms",
    "items",
    "languages",
    "offers",
    "optional",
    "passable",
    "outsiders",
    "receivers",
    "releasable",
    "rounds",
    "swaps",
    "tracks",
    "takeable",
    "week_items",
    "wishes",
    "people",
    "leaders",
)
FLAGS = ("full", "several", "rotation", "career", "part_time", "abroad")

facts: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "today": st.just(TODAY.isoformat()),
        **{name: st.integers(1, 4).map(options) for name in LISTS},
        **{name: st.booleans() for name in FLAGS},
        "goals": st.integers(0, 3),
        "quotes": st.integers(0, 4).map(options),
        "assumption": st.sampled_from(["", "De har god tid"]),
        "unit": st.sampled_from(["", "Borgerservice"]),
        "self_wishes": st.sampled_from([[], ["value1"]]),
    }
)


def knowing(dialog: Dialog, known: Mapping[str, Any], chosen: list[str]) -> dict[str, Any]:
    """The facts, and of the logbook's questions those chosen for the day."""
    return {**known, "questions": chosen or [ask.key for ask in dialog.asks]}


def facts_for(dialog: Dialog) -> st.SearchStrategy[dict[str, Any]]:
    """What the programme may know when this dialog is talked through, also with whoever wants each question alone."""
    keys = st.lists(st.sampled_from([ask.key for ask in dialog.asks]), unique=True)
    how = st.sampled_from([{}, {ONE_AT_A_TIME: True}])
    return st.builds(lambda known, chosen, more: knowing(dialog, known, chosen) | more, facts, keys, how)


def labels(ask: Ask) -> dict[str, str]:
    return {option: f"Svar {option}" for option in getattr(ask.answer, "options", ())}


def valid(ask: Ask, known: Facts) -> Raw:
    """An answer that fits: the first that can be given, of dates one that follows every other."""
    listed = options_of(ask.answer, known)
    match ask.answer:
        case Text():
            return "Hvordan de tager imod borgere der ikke selv kan skrive"
        case Many(least=least, most=most):
            return listed[: min(most, max(least, 2))]
        case One() | Person():
            return listed[0]
        case Scale(low=low) | Number(low=low):
            return str(low)
        case Day(after=after):
            return (TODAY + timedelta(days=30 if after else 1)).isoformat()
        case Hour():
            return "15:30"
        case Ack() | Review():
            return "ja"


texts = st.one_of(st.text(max_size=30), st.sampled_from(["", " ", "1", "0", "ja", "nej", "alle", "i morgen", "14.30"]))
garbage: st.SearchStrategy[Raw] = st.one_of(texts, st.lists(texts, max_size=3))
numbers = st.integers(0, 10_000)


@dataclass(frozen=True)
class Move:
    """One thing a person does; `pick` chooses where the dialog decides what there is."""

    kind: str
    raw: Raw = ""
    pick: int = 0

    def __call__(self, dialog: Dialog, state: State, known: Facts) -> Turn:
        screen = engine.show(dialog, state, known).screen
        shown = screen.asks if screen else dialog.asks[:1]
        match self.kind:
            case "valid":
                return self._submit(dialog, state, known, {ask.key: _either(ask, known, self.pick) for ask in shown})
            case "garbage":
                return self._submit(dialog, state, known, {ask.key: self.raw for ask in shown})
            case "astray":
                return self._submit(dialog, state, known, {"no.such.question": self.raw, dialog.asks[-1].key: self.raw})
            case "typed":
                first = next((ask for ask in shown if ask.key not in state.answers), shown[0])
                typed = _either(first, known, self.pick) if self.pick % 2 else self.raw
                return engine.submit(dialog, state, {first.key: typed}, known, labels, partly=True)
            case "typed skip":
                return engine.skip(dialog, state, known, partly=True)
            case "edit":
                return engine.edit(dialog, state, dialog.asks[self.pick % len(dialog.asks)].key, known)
            case "edit nothing":
                return engine.edit(dialog, state, str(self.raw), known)
        walk: dict[str, Callable[[Dialog, State, Facts], Turn]] = {
            "skip": engine.skip,
            "back": engine.back,
            "keep": engine.keep,
            "show": engine.show,
        }
        return walk[self.kind](dialog, state, known)

    @staticmethod
    def _submit(dialog: Dialog, state: State, known: Facts, raw: Mapping[str, Raw]) -> Turn:
        return engine.submit(dialog, state, raw, known, labels)


def _either(ask: Ask, known: Facts, pick: int) -> Raw:
    """A fitting answer; of options any, so that every branch is walked."""
    listed = options_of(ask.answer, known)
    if isinstance(ask.answer, One | Person) and listed:
        return listed[pick % len(listed)]
    if isinstance(ask.answer, Scale):
        return str(ask.answer.low + pick % (ask.answer.high - ask.answer.low + 1))
    return valid(ask, known)


KINDS = (
    "valid",
    "valid",
    "valid",
    "typed",
    "typed skip",
    "garbage",
    "astray",
    "edit",
    "edit nothing",
    "skip",
    "back",
    "keep",
    "show",
)
moves = st.builds(Move, st.sampled_from(KINDS), garbage, numbers)


@st.composite
def variants(draw: st.DrawFn, dialog: Dialog) -> Dialog:
    """The dialog after somebody has worked on it: questions gone, new ones in between, another order."""
    gone = draw(st.sets(st.sampled_from([ask.key for ask in dialog.asks]), max_size=max(len(dialog.asks) - 1, 0)))
    steps = []
    for there in dialog.steps:
        kept = tuple(ask for ask in there.asks if ask.key not in gone)
        if kept:
            steps.append(replace(there, asks=tuple(draw(st.permutations(kept)))))
    steps = draw(st.permutations(steps))
    for n in range(draw(st.integers(0, 2))):
        new = Ask(f"new.question#{n}", Text(300), Visibility.PRIVATE, required=draw(st.booleans()))
        steps.insert(draw(st.integers(0, len(steps))), step(new))
    return replace(dialog, steps=tuple(steps), form=draw(st.booleans()))
