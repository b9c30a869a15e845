"""Walks a dialog: (dialog, state, input, facts) to a Turn. Pure; any input leads to a state with a next step.

The next question is always the first visible one that is neither answered nor skipped. So questions can be
added, removed and reordered while somebody is in the middle, and a branch that an edit opens is asked at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from dialogs.accept import accept, declines
from dialogs.model import (
    NOTHING,
    Ask,
    Day,
    Dialog,
    Facts,
    Raw,
    Rejected,
    Say,
    Screen,
    State,
    Step,
    Text,
    Turn,
    Value,
    View,
)

Labels = Callable[[Ask], Mapping[str, str]]
"""The options of a question in the reader's language, by value."""

SHORT_ANSWER = 4
"""Words; a shorter answer is met with an offer to say more."""

ECHO = 80
"""Characters of a person's own words that are said back."""

SENTENCE_END = re.compile(r"(?<=[^\W\d][.?!])\s")
"""A stop after a letter; the one in "3. maj" ends nothing."""


def visible(dialog: Dialog, state: State, facts: Facts) -> list[Ask]:
    """The questions whose condition holds now, in order."""
    view = View(state.answers, facts)
    return [ask for ask in dialog.asks if ask.when(view)]


ONE_AT_A_TIME = "one_at_a_time"
"""A fact that is there for whoever wants each question alone, also those that belong together."""


def begin(dialog: Dialog, facts: Facts, state: State | None = None) -> Turn:
    """Opens the dialog, or goes on where `state` left it."""
    if state is None:
        state = State(dialog.key, form=dialog.form)
        turn = _forward(dialog, state, facts)
        return replace(turn, says=(*(Say(key) for key in dialog.intro), *turn.says))
    return show(dialog, state, facts)


def show(dialog: Dialog, state: State, facts: Facts) -> Turn:
    """The current screen again. A question that is gone or no longer fits gives way to the next open one."""
    if any(ask.key == state.at for ask in visible(dialog, state, facts)):
        return Turn(state, screen=_screen(dialog, state, facts))
    return _forward(dialog, state, facts)


def submit(
    dialog: Dialog, state: State, raw: Mapping[str, Raw], facts: Facts, labels: Labels, *, partly: bool = False
) -> Turn:
    """Takes the answers to the questions on the screen. Nothing is kept when one of them is a misfit.

    A question on the screen without an answer is skipped; with `partly` it stays open.
    """
    screen = show(dialog, state, facts).screen
    if screen is None:
        return _forward(dialog, state, facts)
    answers, skipped = dict(state.answers), set(state.skipped)
    errors: dict[str, Rejected] = {}
    says: list[Say] = []
    for ask in screen.asks:
        if partly and ask.key not in raw:
            continue
        given = raw.get(ask.key, "")
        value = accept(ask.answer, given, facts, labels(ask))
        if isinstance(value, Rejected):
            left = value.code == "required" or (not ask.required and declines(ask.answer, given))
            if not left:
                errors[ask.key] = value
            elif ask.required:
                errors[ask.key] = Rejected(ask.refusal)
            else:
                answers.pop(ask.key, None)
                skipped.add(ask.key)
            continue
        earliest = _earliest(ask, answers, facts)
        if _too_early(ask, value, earliest):
            errors[ask.key] = Rejected("too_early", {"date": date.fromisoformat(str(earliest))})
            continue
        answers[ask.key] = value
        skipped.discard(ask.key)
        says += _reflection(ask, value)
    if errors:
        return Turn(state, screen=screen, errors=errors)
    for ask in dialog.asks:
        if ask.key in answers and _too_early(ask, answers[ask.key], answers.get(_after(ask))):
            del answers[ask.key]  # the date before it has moved: asked again
    settled = replace(state, answers=answers, skipped=tuple(sorted(skipped)))
    turn = _forward(dialog, settled, facts)
    return replace(turn, says=(*says, *turn.says))


def skip(dialog: Dialog, state: State, facts: Facts, *, partly: bool = False) -> Turn:
    """Leaves the questions on the screen unanswered. A required one says that it is needed, and stays.

    With `partly` only the first one is left, the one that typed words would answer.
    """
    screen = show(dialog, state, facts).screen
    if screen is None:
        return _forward(dialog, state, facts)
    unanswered = [ask for ask in screen.asks if ask.key not in state.answers]
    asks = unanswered[:1] if partly else unanswered
    needed = [ask for ask in asks if ask.required]
    if needed:
        return Turn(state, screen=screen, errors={needed[0].key: Rejected("needed")})
    left = {ask.key for ask in asks}
    return _forward(dialog, replace(state, skipped=tuple(sorted({*state.skipped, *left}))), facts)


def back(dialog: Dialog, state: State, facts: Facts) -> Turn:
    """Shows the screen before this one, with what was answered. On the first screen it stays."""
    screen = show(dialog, state, facts).screen
    asks = visible(dialog, state, facts)
    keys = [ask.key for ask in asks]
    first = keys.index(screen.asks[0].key) if screen else len(keys)
    if first == 0:
        return show(dialog, state, facts)
    return edit(dialog, state, keys[first - 1], facts)


def edit(dialog: Dialog, state: State, key: str, facts: Facts) -> Turn:
    """Shows an earlier question to change its answer. An unknown key shows the current screen."""
    if all(ask.key != key for ask in visible(dialog, state, facts)):
        return show(dialog, state, facts)
    moved = replace(state, at=key)
    return Turn(moved, screen=_screen(dialog, moved, facts))


def keep(dialog: Dialog, state: State, facts: Facts) -> Turn:
    """Leaves a revisited screen as it was and goes on to the next open question."""
    return _forward(dialog, state, facts)


def changeable(dialog: Dialog, state: State, facts: Facts) -> list[Ask]:
    """The questions whose answer can be changed: visible and settled, in order."""
    return [ask for ask in visible(dialog, state, facts) if _settled(ask, state)]


def _settled(ask: Ask, state: State) -> bool:
    return ask.key in state.answers or ask.key in state.skipped


def _forward(dialog: Dialog, state: State, facts: Facts) -> Turn:
    open_ask = next((ask for ask in visible(dialog, state, facts) if not _settled(ask, state)), None)
    if open_ask is None:
        return Turn(replace(state, at=""), says=tuple(Say(key) for key in dialog.outro))
    moved = replace(state, at=open_ask.key)
    return Turn(moved, screen=_screen(dialog, moved, facts))


def _screen(dialog: Dialog, state: State, facts: Facts) -> Screen:
    shown = {ask.key for ask in visible(dialog, state, facts)}
    ahead = _ahead(dialog, state, facts)
    n = next(n for n, step in enumerate(dialog.steps) if any(ask.key == state.at for ask in step.asks))
    here = dialog.steps[n]
    asks = _together(here, state, shown, facts)
    number = max(1, _counted(dialog.steps[: n + 1], shown))
    order = [ask.key for ask in dialog.asks if ask.key in shown]
    return Screen(
        dialog.key,
        asks,
        number=number,
        total=number + _counted(dialog.steps[n + 1 :], ahead),
        filled={ask.key: state.answers[ask.key] for ask in asks if ask.key in state.answers},
        first=order[0] == asks[0].key,
        last=order[-1] == asks[-1].key,
        revisited=all(_settled(ask, state) for ask in asks),
    )


def _counted(steps: Iterable[Step], keys: Collection[str]) -> int:
    """How many steps hold one of the questions. One that goes on with another adds none."""
    return sum(not step.goes_on for step in steps if any(ask.key in keys for ask in step.asks))


class _Looked(Mapping[str, Value]):
    """The answers, and what was looked for among them in vain."""

    def __init__(self, answers: Mapping[str, Value]) -> None:
        self._answers = answers
        self.missed: set[str] = set()

    def __getitem__(self, key: str) -> Value:
        if key not in self._answers:
            self.missed.add(key)
        return self._answers[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers)

    def __len__(self) -> int:
        return len(self._answers)


def _ahead(dialog: Dialog, state: State, facts: Facts) -> set[str]:
    """The questions that are asked, or may come to be: their condition looks at an answer that is still to be given."""
    possible: set[str] = set()
    undecided: set[str] = set()
    for ask in dialog.asks:
        looked = _Looked(state.answers)
        if ask.when(View(looked, facts)) or looked.missed & undecided:
            possible.add(ask.key)
            if not _settled(ask, state):
                undecided.add(ask.key)
    return possible


def _together(here: Step, state: State, shown: set[str], facts: Facts) -> tuple[Ask, ...]:
    """One question, or the step's whole page: all of it when revisited, else what is still open."""
    at = next(ask for ask in here.asks if ask.key == state.at)
    if ONE_AT_A_TIME in facts or (not state.form and not here.page):
        return (at,)
    page = [ask for ask in here.asks if ask.key in shown]
    if _settled(at, state):
        return tuple(page)
    return tuple(ask for ask in page if not _settled(ask, state))


def _after(ask: Ask) -> str:
    return ask.answer.after if isinstance(ask.answer, Day) else ""


def _too_early(ask: Ask, value: Value, earlier: Value | None) -> bool:
    """A date before the one it must follow. ISO text sorts like the dates."""
    return isinstance(earlier, str) and isinstance(value, str) and value < earlier


def _earliest(ask: Ask, answers: Mapping[str, Value], facts: Facts) -> Value | None:
    """The date an answer must not come before: that of another question, or a fact as today is one."""
    after = _after(ask)
    known = answers.get(after, facts.get(after))
    return str(known) if known else None


def _reflection(ask: Ask, value: Value) -> list[Say]:
    if not ask.reflect or not isinstance(ask.answer, Text) or not isinstance(value, str):
        return []
    if len(value.split()) < SHORT_ANSWER:
        return [Say(ask.reflect_short)] if ask.reflect_short else []
    return [Say(ask.reflect, {"text": excerpt(value, 2 * ECHO)})]


def shortened(text: str, most: int = ECHO) -> str:
    """The first sentence of a text, cut at a word when it is longer than `most` characters."""
    first = text.strip().splitlines()[0] if text.strip() else ""
    first = SENTENCE_END.split(first, maxsplit=1)[0].rstrip(".")
    if len(first) <= most:
        return first
    return first[:most].rsplit(" ", 1)[0] + " …"


def excerpt(text: str, most: int = ECHO) -> str:
    """The beginning of a text on one line, cut at a word; "…" says that there is more."""
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0] + " …"


def to_json(state: State) -> dict[str, object]:
    """The state without its answers, which the store keeps by key."""
    return {
        "dialog": state.dialog,
        "at": state.at,
        "skipped": list(state.skipped),
        "form": state.form,
        "fixed": dict(state.fixed),
    }


def from_json(data: Mapping[str, object], answers: Mapping[str, Value] = NOTHING) -> State:
    """The state again, with the answers the store kept."""
    skipped, fixed = data.get("skipped", []), data.get("fixed", {})
    return State(
        dialog=str(data["dialog"]),
        at=str(data["at"]),
        answers=dict(answers),
        skipped=tuple(str(key) for key in skipped) if isinstance(skipped, list) else (),
        form=bool(data.get("form", False)),
        fixed=fixed if isinstance(fixed, dict) else {},
    )
