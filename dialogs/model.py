"""A conversation is a value: a Dialog of Steps of Asks, walked by `dialogs.engine`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

Value = str | int | bool | list[str]
"""An accepted answer, as JSON: text, number, tick, option key, ISO date, "HH:MM" or a list of option values."""

Raw = str | list[str]
"""What a person typed, pressed or filled in."""

Facts = Mapping[str, Any]
"""What the programme knows and the conversation needs, by name: texts, dates, lists of options."""

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Visibility(StrEnum):
    """Who can read an answer (spec section 0.2)."""

    PRIVATE = "P"
    SHARED_ON_REQUEST = "S"
    JOINT = "J"
    THREE_PARTY = "T"
    HR = "H"
    AGGREGATE = "A"
    LEADER = "L"
    CHANNEL = "C"
    CONTROL = "–"


@dataclass(frozen=True)
class Text:
    """Free text of at most `limit` characters and at least `words` words with letters.

    `fills`: the fact with the names of what the text must fill in, all and no others.
    """

    limit: int = 300
    words: int = 0
    fills: str = ""

    @property
    def long(self) -> bool:
        return self.limit > 300


@dataclass(frozen=True)
class One:
    """One of `options` (word keys), or of the options in the fact named `fact`."""

    options: tuple[str, ...] = ()
    fact: str = ""


@dataclass(frozen=True)
class Many:
    """`least` to `most` of `options` (word keys), or of the options in the fact named `fact`."""

    options: tuple[str, ...] = ()
    fact: str = ""
    least: int = 0
    most: int = 1000


@dataclass(frozen=True)
class Scale:
    """A whole number from `low` to `high`."""

    low: int = 0
    high: int = 10


@dataclass(frozen=True)
class Number:
    """A whole number from `low` to `high`, written."""

    low: int
    high: int


@dataclass(frozen=True)
class Day:
    """A date, kept as ISO text, not before the answer to the question `after`, or the fact of that name as "today".

    Typed dates are read against `today`.
    """

    after: str = ""


@dataclass(frozen=True)
class Hour:
    """A time of day, kept as "HH:MM", or one of `options` (word keys)."""

    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Person:
    """One of the people in the fact `fact`, kept by id; a typed name or address is looked up there."""

    fact: str = "people"


@dataclass(frozen=True)
class Ack:
    """A tick that must be set to go on."""


@dataclass(frozen=True)
class Review:
    """Shows the lines in the fact `fact` and asks for one press; kept as True."""

    fact: str = "preview"
    button: str = "btn.send"


Answer = Text | One | Many | Scale | Number | Day | Hour | Person | Ack | Review


@dataclass(frozen=True)
class View:
    """What a condition may look at."""

    answers: Mapping[str, Value]
    facts: Facts


Condition = Callable[[View], bool]


def always(view: View) -> bool:
    """The condition of a question that is always asked."""
    return True


@dataclass(frozen=True)
class Ask:
    """One question. `key` names its words; after "#" stands the number of a repeat ("deb.6.goal.scale#2").

    `says` are messages said just before it (where `says_when` holds), `hints` are said under it, `refusal` replaces the
    sentence for an empty answer to a required question, `starter` names a beginning that can be deleted,
    `reflect` is said after the answer with its first words as {text}, `reflect_short` after a short one.
    """

    key: str
    answer: Answer
    visibility: Visibility
    when: Condition = always
    required: bool = False
    says: tuple[str, ...] = ()
    says_when: Condition = always
    hints: tuple[str, ...] = ()
    refusal: str = "rejected.required"
    starter: str = ""
    reflect: str = ""
    reflect_short: str = ""

    @property
    def words(self) -> str:
        """The key of the sentence that asks."""
        return self.key.partition("#")[0]

    @property
    def number(self) -> str:
        """The number of the repeat, or nothing."""
        return self.key.partition("#")[2]


@dataclass(frozen=True)
class Step:
    """Questions that belong together: one number in "3 of 11", one page when shown as a form.

    A `page` is shown together also where the dialog goes one question at a time. One that `goes_on` with the step
    before it has that one's number.
    """

    key: str
    asks: tuple[Ask, ...]
    page: bool = False
    goes_on: bool = False


def step(*asks: Ask, goes_on: bool = False) -> Step:
    """A step named after its first question."""
    return Step(asks[0].key, asks, goes_on=goes_on)


def page(*asks: Ask, goes_on: bool = False) -> Step:
    """A step whose questions are always shown together."""
    return Step(asks[0].key, asks, page=True, goes_on=goes_on)


@dataclass(frozen=True)
class Dialog:
    """A whole conversation. `form` shows a step's questions together; otherwise one question at a time.

    `quick`: a choice in it is made in the chat itself, also where a platform has forms. `button` is the key of the
    label that its last questions end with.
    """

    key: str
    title: str
    steps: tuple[Step, ...]
    intro: tuple[str, ...] = ()
    outro: tuple[str, ...] = ()
    form: bool = False
    quick: bool = False
    button: str = "btn.save"

    @property
    def asks(self) -> tuple[Ask, ...]:
        """All questions in their order."""
        return tuple(ask for step in self.steps for ask in step.asks)

    def ask(self, key: str) -> Ask | None:
        """The question with this key, if there still is one."""
        return next((ask for ask in self.asks if ask.key == key), None)


class WrongDialog(ValueError):
    """A dialog is defined wrongly; the text says where."""


def checked(dialog: Dialog) -> Dialog:
    """The dialog itself. Raises WrongDialog if two questions share a key or it asks nothing."""
    seen: set[str] = set()
    for ask in dialog.asks:
        if ask.key in seen:
            raise WrongDialog(f"Dialog {dialog.key} asks {ask.key} twice. Number repeats: {ask.key}#2.")
        if not isinstance(ask.visibility, Visibility):
            raise WrongDialog(f"Dialog {dialog.key} asks {ask.key} without saying who can read the answer.")
        seen.add(ask.key)
    if not seen:
        raise WrongDialog(f"Dialog {dialog.key} asks nothing.")
    return dialog


@dataclass(frozen=True)
class State:
    """Where a person is in a dialog. Survives JSON; a question's key is the position, never an index.

    `answers` and `skipped` are what is settled; `fixed` holds choices made once when the dialog began.
    """

    dialog: str
    at: str = ""
    answers: Mapping[str, Value] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    form: bool = False
    fixed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        """True when nothing is left to ask."""
        return not self.at


@dataclass(frozen=True)
class Say:
    """A sentence to say: its key, and the values for its placeholders."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rejected:
    """A misfit answer; `rejected.<code>` says it in each language."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def say(self) -> Say:
        """The sentence for it. A code with a dot is a key of its own."""
        return Say(self.code if "." in self.code else f"rejected.{self.code}", self.values)


@dataclass(frozen=True)
class Screen:
    """What is asked now: the questions together on it, "step `number` of `total`", earlier answers to start from.

    `total` counts the longest way that may be left: answers can make it smaller, and none makes it grow.
    """

    dialog: str
    asks: tuple[Ask, ...]
    number: int
    total: int
    filled: Mapping[str, Value]
    first: bool
    last: bool
    revisited: bool


@dataclass(frozen=True)
class Turn:
    """The outcome of one input. `screen` is None when the dialog is finished; `errors` by question key."""

    state: State
    says: tuple[Say, ...] = ()
    screen: Screen | None = None
    errors: Mapping[str, Rejected] = field(default_factory=dict)
