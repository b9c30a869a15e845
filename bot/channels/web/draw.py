"""Message -> HTML. Text is shown as text; every field says who will see the answer before it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.channel import Choice, Field, Message
from bot.channels.web.desk import Words

HERE = Path(__file__).parent
MANY_PEOPLE = 30
"""A list of more people than this is searched by typing."""

# Characters that are no text. Line breaks and tabs stay; a NUL would be an error in HTML.
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NOUGHT_TO_TEN = tuple(Choice(str(n), str(n)) for n in range(11))


def shown(text: str) -> str:
    """The text as a page can show it: one kind of line break, and no control characters."""
    return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))


def initials(name: str) -> str:
    """The first letters of the first and the last word, for a round picture beside the name."""
    words = shown(name).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@dataclass(frozen=True)
class Look:
    """How a message is drawn: `at` begins every id, `files` are the addresses of its downloads.

    `errors` and `given` are what a refused form shows again, by question key.
    """

    at: str
    files: Sequence[str] = ()
    action: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str | list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Control:
    """A field with what the page needs to draw it."""

    field: Field
    id: str
    error: str
    value: str
    chosen: frozenset[str]
    choices: tuple[Choice, ...]

    @property
    def drawn(self) -> str:
        """Which template draws it."""
        kind = self.field.kind
        if kind == "person":
            return "text" if not self.choices else "select" if len(self.choices) <= MANY_PEOPLE else "search"
        if kind == "time" and self.choices:
            return "hour"
        return {"long": "long", "date": "text", "time": "text"}.get(kind, kind)

    @property
    def grouped(self) -> bool:
        """Several inputs that share one question."""
        return self.drawn in {"one", "many", "scale", "hour"}

    @property
    def described_by(self) -> str:
        """The ids of all that is said about the field, in the order it is read."""
        hints = [f"{self.id}-h{n}" for n in range(len(self.field.hints))]
        who = [f"{self.id}-who"] if self.field.who else []
        return " ".join([*who, *hints, f"{self.id}-error"])

    @property
    def short(self) -> bool:
        """Choices that fit side by side, as the numbers of a scale do."""
        return self.field.kind == "scale" and all(len(choice.label) <= 3 for choice in self.choices)


def control(field: Field, look: Look, number: int) -> Control:
    """The field as it is drawn: what was given goes before what was there."""
    given = look.given.get(field.key)
    listed = given if isinstance(given, list) else [given] if given else []
    chosen = listed if given is not None else [*field.chosen, *([field.value] if field.value else [])]
    return Control(
        field=field,
        id=f"{look.at}-{number}",
        error=look.errors.get(field.key, ""),
        value=given if isinstance(given, str) else field.value,
        chosen=frozenset(chosen),
        choices=field.choices or (_NOUGHT_TO_TEN if field.kind == "scale" else ()),
    )


def environment() -> Environment:
    """Templates that escape everything and refuse what is missing."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["shown"] = shown
    made.filters["initials"] = initials
    return made


Say = Callable[..., str]


def saying(words: Words, language: str) -> Say:
    """How a template says a sentence: `say("playground.send", name=…)`."""
    return lambda key, **values: words.text(language, key, values)


class Drawer:
    """Draws messages. One for each process."""

    def __init__(self, words: Words, templates: Environment | None = None) -> None:
        self._words = words
        self._template = (templates or environment()).get_template("message.html")

    def draw(self, message: Message, look: Look) -> Markup:
        """The inside of a message: its parts, its form, its files."""
        return Markup(  # noqa: S704 - the template escapes
            self._template.render(
                message=message,
                look=look,
                controls=[control(field, look, n) for n, field in enumerate(message.fields)],
                say=saying(self._words, message.language),
            )
        )
