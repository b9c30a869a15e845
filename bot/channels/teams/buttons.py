"""The buttons of a card: each says in its data which card and which button it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.channel import Button
from bot.channels.teams.filled import OURS
from bot.channels.teams.parts import Element, paragraph
from bot.channels.teams.text import BLANK, line, shortened, size, units, visible

VERB = "press"

ROW = 6
"""Buttons in one row; Teams hides more behind an ellipsis."""

WIDE = 40
"""Characters in one row, each button's own room counted as six: about the width of a phone."""

LABEL = WIDE - 6
"""Characters of a button."""

TOOLTIP = 200

Surface = Literal["chat", "dialog"]


@dataclass(frozen=True)
class Pressed:
    """A button on its card, with what its data say besides."""

    card: str
    button: Button
    more: Mapping[str, Any] = field(default_factory=dict)


def sets(pressed: Sequence[Pressed], surface: Surface) -> list[Element]:
    """The buttons in rows: answers below one another, then what goes on, last what leads elsewhere.

    What is about another thing begins a row. Only the first main one stands out. A label that does not fit stands in
    full above its row.
    """
    main = next((it for it in pressed if it.button.main), None)
    answers = _rows(it for it in pressed if it.button.choice)
    if len(answers) > 1:
        answers = [[it] for row in answers for it in row]
    others = [it for it in pressed if not it.button.choice]
    ways = [*_rows(it for it in others if not it.button.quiet), *_rows(it for it in others if it.button.quiet)]
    return [
        element
        for row in (*answers, *ways)
        for element in (*_in_full(row), _set([_action(it, surface, stands_out=it is main) for it in row]))
    ]


def leads_out(verb: str, name: str, url: str) -> list[Element]:
    """A button that opens a page in the browser. A name that does not fit on it stands above it."""
    whole = Button("", f"{verb} {name}", url=url)
    if not is_long(whole):
        return sets([Pressed("", whole)], "chat")
    action = {"type": "Action.OpenUrl", "title": verb, "url": url, **_tooltip(whole)}
    return [*paragraph(name), _set([action])]


def is_long(button: Button) -> bool:
    """Whether its label has no room on a button."""
    return size(line(button.label)) > LABEL


def _rows(pressed: Iterable[Pressed]) -> list[list[Pressed]]:
    rows: list[list[Pressed]] = []
    room = 0
    for it in pressed:
        width = units(_title(it.button)) + 6
        if width > room or len(rows[-1]) == ROW or rows[-1][-1].button.matter != it.button.matter:
            rows.append([])
            room = WIDE
        rows[-1].append(it)
        room -= width
    return rows


def _set(actions: list[Element]) -> Element:
    return {"type": "ActionSet", "spacing": "small", "actions": actions}


def _in_full(row: Iterable[Pressed]) -> list[Element]:
    return [block for it in row if is_long(it.button) for block in paragraph(it.button.label)]


def _action(it: Pressed, surface: Surface, *, stands_out: bool) -> Element:
    """In a chat the card answers by itself; where a client cannot do that, a message brings the press."""
    if it.button.url:
        return {"type": "Action.OpenUrl", "title": _title(it.button), "url": it.button.url, **_tooltip(it.button)}
    ours = {"card": it.card, "button": it.button.id, **it.more}
    drawn: Element = {
        "title": _title(it.button),
        "data": {OURS: ours},
        # What has to be filled in stops only the button that sends it.
        "associatedInputs": "auto" if it.button.sends else "none",
    }
    drawn |= {"style": "positive"} if stands_out else {}
    drawn |= _tooltip(it.button)
    if surface == "dialog":
        return {"type": "Action.Submit", **drawn, "data": {OURS: {**ours, "dialog": True}}}
    if it.button.opens:
        fetch = {"msteams": {"type": "task/fetch"}}
        return {"type": "Action.Submit", **drawn, "data": {OURS: ours, **fetch}}
    return {"type": "Action.Execute", "verb": VERB, **drawn, "fallback": {"type": "Action.Submit", **drawn}}


def _tooltip(button: Button) -> dict[str, str]:
    return {"tooltip": line(button.label)[:TOOLTIP]} if is_long(button) else {}


def _title(button: Button) -> str:
    said = shortened(line(button.label), LABEL)
    return said if visible(said) else BLANK
