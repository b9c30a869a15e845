"""Messages -> a form (modal) or the App Home, as Block Kit views."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.channel import Message, Part
from bot.channels.slack.blocks import door, pressable
from bot.channels.slack.fields import to_read
from bot.channels.slack.forms import FOOT, Piece, close, form, only_read, pieces, which_sends
from bot.channels.slack.parts import TEXT, Block, Say, paragraph, parts, rows, small
from bot.channels.slack.text import line, plain, shortened, size

FORM = "form"
"""The callback id of a form."""

MOST_BLOCKS = 100
HEAVIEST = 200_000
"""Of a whole view, in bytes of JSON as it is sent; Slack takes 250,000."""

METADATA = 3000


def view(
    messages: Sequence[Message],
    say: Say,
    note: str = "",
    members: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Block:
    """The form that shows the messages, at least one, top to bottom. `note` stands above, `errors` at their questions.

    `say` gives the words in the reader's language, `members` the platform's ids of people by ours.
    """
    at = which_sends(messages)
    sent = form(messages[at], say)
    title = _title(messages[0])
    fits = bool(title) and size(title) <= FOOT
    shown = [(block, False) for block in paragraph(note)]
    pressed = 0
    for n, message in enumerate(messages):
        it = sent if n == at else only_read(message, say)
        if not n and fits:
            it = replace(it, parts=_without_title(it.parts))
        shown += pieces(it, members or {}, errors or {}, say, pressed)
        pressed += len(it.rest)
    made: Block = {
        "type": "modal",
        "callback_id": FORM,
        "title": plain(title if fits else say("slack.title"), FOOT),
        "close": plain(close(sent.message, say), FOOT),
        "private_metadata": metadata(sent.message.card, sent.button),
        # What stands in the chat says how far one is, so it is to know when the form is put down.
        "notify_on_close": any(message.door for message in messages),
        "blocks": fitted(shown, say) or paragraph(shortened(sent.message.preview, TEXT)),
    }
    return made | ({"submit": plain(sent.submit, FOOT)} if sent.submit else {})


def home(messages: Sequence[Message], say: Say) -> Block:
    """The App Home: the messages with all their buttons. What is asked can only be read there."""
    shown: list[Piece] = []
    pressed = 0
    for message in messages:
        said = door(message) or parts(message.parts) + [block for it in message.fields for block in to_read(it)]
        shown += [({"type": "divider"}, False)] if shown else []
        shown += [(block, False) for block in said]
        shown += [(block, False) for block in rows(pressable(message), pressed)]
        pressed += len(pressable(message))
    return {"type": "home", "blocks": fitted(shown, say)}


def metadata(card: str, button: str, leaves: Iterable[str] = ()) -> str:
    """What a form remembers: its card, the button that sends it, and the questions an identifier was found in."""
    about = {"card": card, "button": button, "leaves": list(leaves)}
    found = json.dumps(about)
    return found if len(found) <= METADATA else json.dumps(about | {"leaves": []})


def fitted(them: Sequence[Piece], say: Say) -> list[Block]:
    """As much as Slack takes: what can be spared goes first, from the end, and a sentence stands where it was."""
    if _fits([block for block, _ in them]):
        return [block for block, _ in them]
    kept, sentence = list(them), small(say("slack.cut"))
    at = len(kept)
    while kept and not _fits([*(block for block, _ in kept), *sentence]):
        at = max((n for n, (_, needed) in enumerate(kept) if not needed), default=len(kept) - 1)
        del kept[at]
    blocks = [block for block, _ in kept]
    return [*blocks[:at], *sentence, *blocks[at:]]


def _fits(blocks: Sequence[Block]) -> bool:
    return len(blocks) <= MOST_BLOCKS and len(json.dumps(blocks)) <= HEAVIEST


def _title(message: Message) -> str:
    return next((line(it.text) for it in message.parts if it.look == "title"), "")


def _without_title(them: Sequence[Part]) -> tuple[Part, ...]:
    at = next((n for n, it in enumerate(them) if it.look == "title"), len(them))
    return (*them[:at], *them[at + 1 :])
