"""Draws a dialog's screen as a Message in the reader's language. No platform, no decisions of the programme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.channel import Button, Door, Field, Message, Part
from bot.fields import Reader, field_of, hints_of, labels_of
from bot.moment import Action, Press
from bot.words import Words
from dialogs.model import (
    Ask,
    Dialog,
    Many,
    One,
    Review,
    Say,
    Screen,
    Value,
    View,
    Visibility,
)

MOST_BUTTONS = 6
"""A choice of more options than this is drawn as a field."""

PUBLIC = {
    "name", "leader", "host", "host_unit", "home_unit", "start", "end", "programme", "date", "deadline", "contact",
    "unit", "minutes",
}  # fmt: skip
"""Placeholders of a question that hold nobody's own words, so that it may stand in a chat."""

PUBLIC_OPTIONS = {"", "people", "leaders", "channels", "forms", "days", "receivers"}
"""Facts whose options hold nobody's own words."""


@dataclass(frozen=True)
class Drawn:
    """A message and what its buttons do."""

    message: Message
    actions: Mapping[str, Action]


def draw(
    reader: Reader,
    dialog: Dialog,
    screen: Screen,
    card: str,
    *,
    about: str = "",
    door: str = "",
    typed: bool = False,
    before: Sequence[Say | Part] = (),
    opening: Sequence[Say] = (),
    extra: Sequence[Press] = (),
) -> Drawn:
    """The message that asks what the screen asks. `extra` are buttons of this conversation alone, `about` names it.

    `door` is the key that opens it in a form, and `opening` stands beside the door too; `typed` says that the person
    answers by typing.
    """
    parts = [Part(reader.text(dialog.title), "title")]
    parts += [say if isinstance(say, Part) else Part(reader.words.say(reader.language, say)) for say in before]
    if screen.total > 1 and not screen.revisited:
        parts.append(Part(reader.text("screen.progress", {"n": screen.number, "total": screen.total}), "small"))
    opened = [reader.words.say(reader.language, say) for say in opening]
    parts += [Part(text) for text in opened]
    for ask in screen.asks:
        said = ask.says if ask.says_when(View(screen.filled, reader.facts)) else ()
        texts = [reader.words.text(reader.language, key, reader.values(ask)) for key in said]
        parts += [Part(text) for text in texts]
        opened += texts if dialog.form else []
    opened += _first_question(reader, dialog, screen)
    asked, fields, buttons = _asked(reader, dialog, screen)
    parts += asked
    buttons += [(button, press.action) for button, press in _extra(reader, extra)]
    buttons += _ways(reader, screen)
    message = Message(
        parts=tuple(parts),
        preview=reader.text(dialog.title),
        card=card,
        fields=fields,
        buttons=tuple(button for button, _ in buttons),
        language=reader.language,
        about=about,
        door=_door(reader, dialog, screen, door, "\n".join(opened), typed)
        if door and (fields or not dialog.quick)
        else None,
    )
    return Drawn(message, {button.id: action for button, action in buttons})


def _asked(
    reader: Reader, dialog: Dialog, screen: Screen
) -> tuple[list[Part], tuple[Field, ...], list[tuple[Button, Action]]]:
    """What is asked, the fields to answer in, and the buttons to answer with: one question in sentences, or a form."""
    alone = screen.asks[0] if len(screen.asks) == 1 else None
    if alone is not None and isinstance(alone.answer, One) and _few(reader, alone.answer):
        return _question(reader, alone), (), [*_options(reader, alone, screen.filled)]
    if alone is not None and isinstance(alone.answer, Review):
        send = Button("send", reader.text(alone.answer.button), main=True)
        change = Button("change", reader.text("btn.edit"))
        parts = [*_question(reader, alone), *_lines(reader.facts.get(alone.answer.fact, ()))]
        return parts, (), [(send, ["answer", alone.key, "yes"]), (change, ["change"])]
    fields = tuple(field_of(reader, ask, screen.filled) for ask in screen.asks)
    label = dialog.button if screen.last else "btn.continue"
    return [], fields, [(Button("save", reader.text(label), main=True, sends=True), ["submit"])]


def _first_question(reader: Reader, dialog: Dialog, screen: Screen) -> list[str]:
    """What typed words would answer, to stand beside the door; nothing in a coach talk, or where it quotes somebody."""
    first = screen.asks[0]
    said = reader.words.placeholders(first.words)
    if not (dialog.form or dialog.quick or len(dialog.steps) == 1) or not said <= PUBLIC:
        return []
    return [reader.words.text(reader.language, first.words, reader.values(first))]


def _door(reader: Reader, dialog: Dialog, screen: Screen, card: str, opening: str, typed: bool) -> Door:
    """What stands in the chat where the screen itself opens as a form: how far one is, and the way in."""
    counted = screen.total > 1 and not screen.revisited
    begun = bool(screen.filled) or not screen.first
    first = f"door.{dialog.key}" if reader.words.has(f"door.{dialog.key}") else "door.open"
    return Door(
        card,
        reader.text("btn.preview" if _only_looks(screen) else "btn.continue" if begun else first),
        reader.text("screen.progress", {"n": screen.number, "total": screen.total}) if counted else "",
        opening,
        typed,
        _inside(reader, screen),
    )


def _only_looks(screen: Screen) -> bool:
    """Whether all that is left is to look at what will be sent."""
    return all(isinstance(ask.answer, Review) for ask in screen.asks)


def _inside(reader: Reader, screen: Screen) -> tuple[str, ...]:
    """The questions and options that quote what somebody wrote, which no chat is to keep."""
    quoting = [ask for ask in screen.asks if quotes(reader.words, ask.words)]
    asked = [reader.words.text(reader.language, ask.words, reader.values(ask)) for ask in quoting]
    facts = {ask.key: ask.answer.fact for ask in screen.asks if isinstance(ask.answer, (One, Many))}
    listing = [ask for ask in screen.asks if facts.get(ask.key, "") not in PUBLIC_OPTIONS]
    listed = [label for ask in listing for label in labels_of(reader, ask).values()]
    return (*asked, *listed)


def quotes(words: Words, key: str) -> bool:
    """Whether the sentence repeats what somebody wrote."""
    return not words.placeholders(key) <= PUBLIC


def _few(reader: Reader, answer: One) -> bool:
    return len(answer.options or reader.facts.get(answer.fact, ())) <= MOST_BUTTONS and not answer.fact


def _question(reader: Reader, ask: Ask) -> list[Part]:
    said = [Part(reader.words.text(reader.language, ask.words, reader.values(ask)), "asked")]
    who = reader.who(ask)
    if who is not None:
        said.append(Part(reader.words.say(reader.language, who), "who"))
    return said + [Part(hint, "small") for hint in hints_of(reader, ask)]


def _options(reader: Reader, ask: Ask, filled: Mapping[str, Value]) -> list[tuple[Button, Action]]:
    labels = labels_of(reader, ask)
    return [
        (
            Button(f"option{n}", label, main=len(labels) == 1 or filled.get(ask.key) == value, choice=True),
            ["answer", ask.key, value],
        )
        for n, (value, label) in enumerate(labels.items())
    ]


def _lines(lines: Sequence[Mapping[str, str]]) -> list[Part]:
    shown: list[Part] = []
    for line in lines:
        if line.get("label"):
            shown.append(Part(line["label"], "small"))
        if line["text"]:
            shown.append(Part(line["text"], "plain" if line.get("ours") else "own"))
    return shown


def _extra(reader: Reader, presses: Sequence[Press]) -> list[tuple[Button, Press]]:
    return [
        (
            Button(
                f"extra{n}",
                press.text or reader.text(press.label, {"minutes": press.minutes}),
                main=press.main,
                beside=True,
            ),
            press,
        )
        for n, press in enumerate(presses)
    ]


def _ways(reader: Reader, screen: Screen) -> list[tuple[Button, Action]]:
    """Skip, back, keep and pause, where they lead somewhere."""
    ways: list[tuple[Button, Action]] = []
    if screen.revisited and not _only_goes_on(screen):
        ways.append((Button("keep", reader.text("btn.keep"), quiet=True), ["keep"]))
    elif len(screen.asks) == 1 and _may_skip(screen.asks[0]):
        ways.append((Button("skip", reader.text("btn.skip"), quiet=True), ["skip"]))
    if not screen.first:
        ways.append((Button("back", reader.text("btn.back"), quiet=True), ["back"]))
    if screen.total > 1:
        ways.append((Button("pause", reader.text("btn.go_on_later"), quiet=True), ["pause"]))
    return ways


def _only_goes_on(screen: Screen) -> bool:
    """Something to read with one button below it: there is nothing to keep."""
    return all(isinstance(ask.answer, One) and len(ask.answer.options) == 1 for ask in screen.asks)


def _may_skip(ask: Ask) -> bool:
    """A page is skipped by leaving its fields empty; a control is answered by its own buttons."""
    return not ask.required and ask.visibility is not Visibility.CONTROL
