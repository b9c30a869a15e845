"""A card with a list to pick one thing from, and which message a pressed card stands in."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channel import Button, Choice, Field, Incoming, Message, Part
from bot.moment import Moment, Press
from storage.records import CardRow, PersonRow, new_id

PICKED = "answer"
"""The field's key: the handler finds the picked value under it."""


def pick(
    moment: Moment,
    person: PersonRow,
    title: str,
    label: str,
    choices: Sequence[Choice],
    go: Press,
    leave: Press,
    *,
    subject: str = "",
    replaces: str = "",
) -> None:
    """Sends the card. `go` sends what was picked, `leave` sends nothing; the texts are word keys.

    What can be picked is somebody's own words.
    """
    if moment.missed:
        moment.miss(person)
        return
    words, language, card = moment.words, person.language, new_id()
    message = Message(
        parts=(Part(words.text(language, title), "title"),),
        preview=words.text(language, title),
        card=card,
        fields=(Field(PICKED, "one", words.text(language, label), choices=tuple(choices), required=True),),
        buttons=(
            Button("go", words.text(language, go.label), main=True, sends=True),
            Button("leave", words.text(language, leave.label)),
        ),
        language=language,
    )
    outgoing = moment.send(person, message, "answer", subject, replaces=replaces)
    actions = {"go": go.action, "leave": leave.action}
    moment.work.conversations.add_card(CardRow(card, person.id, "", actions, outgoing))


def shown_by(moment: Moment, incoming: Incoming) -> str:
    """The outgoing that shows the card that was pressed, to put the answer in its place; empty for typed words."""
    card = moment.work.conversations.card(incoming.card) if incoming.card else None
    return card.message if card else ""
