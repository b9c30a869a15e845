"""What happens before anything is written down: national ID numbers are stopped or hidden (spec 12.6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.channel import Button, Incoming, Reply
from bot.programme.identifiers import found, mask
from bot.words import Words
from dialogs.model import Raw


@dataclass(frozen=True)
class Taken:
    """What may be written down, and whether something typed was hidden."""

    incoming: Incoming
    hidden: bool = False


def check(incoming: Incoming, words: Words, language: Callable[[], str]) -> Taken | Reply:
    """The incoming as it may be kept, or the reply that asks to hide a number first: the sender's `language` is only
    looked up for that."""
    if incoming.kind in ("text", "command"):
        shown = mask(incoming.text) if _stopped(incoming.text) else incoming.text
        return Taken(replace(incoming, text=shown), hidden=shown != incoming.text)
    caught = [key for key, raw in incoming.values.items() if _stopped(raw)]
    left = {key for key in caught if incoming.leave == "keep" and key in incoming.leaves}
    if incoming.leave == "mask":
        return Taken(replace(incoming, values={key: _masked(raw) for key, raw in incoming.values.items()}))
    caught = [key for key in caught if key not in left]
    if not caught:
        return Taken(incoming)
    spoken = language()
    sentence = words.text(spoken, "safe.id_found")
    return Reply(
        errors=dict.fromkeys(caught, sentence),
        identifiers=caught,
        offers=(
            Button("mask", words.text(spoken, "btn.mask"), sends=True),
            Button("keep", words.text(spoken, "btn.not_id"), sends=True),
        ),
    )


def _stopped(raw: Raw) -> bool:
    texts = [raw] if isinstance(raw, str) else raw
    return any(sign.severity == "stop" for text in texts for sign in found(text))


def _masked(raw: Raw) -> Raw:
    return mask(raw) if isinstance(raw, str) else [mask(text) for text in raw]
