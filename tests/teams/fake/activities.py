"""What Teams refuses of an activity that the bot sends."""

from __future__ import annotations

import json

from tests.teams.fake.calls import Refusal
from tests.teams.fake.cards import prefilled, problems
from tests.teams.fake.things import Json

CARD = "application/vnd.microsoft.card.adaptive"
MOST_BYTES = 100_000
FIELDS = frozenset(
    "type id timestamp localTimestamp localTimezone serviceUrl channelId from conversation recipient textFormat "
    "attachmentLayout locale text speak inputHint summary suggestedActions attachments entities channelData replyToId "
    "importance deliveryMode expiration value valueType name label topicName historyDisclosed code callerId relatesTo "
    "membersAdded membersRemoved reactionsAdded reactionsRemoved textHighlights semanticAction listenFor".split()
)
"""What an activity may hold; the SDKs write some of it for nothing."""


def check(activity: Json, *, personal: bool, house_rules: bool) -> None:
    """Refuses with 400 or 413 what would not be shown as it is."""
    if unknown := sorted(set(activity) - FIELDS):
        raise Refusal(400, "BadSyntax", f"An activity has no {', '.join(unknown)}.")
    if activity.get("type") not in ("message", "typing"):
        raise Refusal(400, "BadSyntax", f"A bot sends messages and typing, not {activity.get('type')}.")
    if activity["type"] == "typing":
        return
    if size(activity) > MOST_BYTES:
        raise Refusal(413, "MessageSizeTooBig", f"The message has {size(activity)} bytes.")
    card = card_in(activity)
    if card is None and not activity.get("text"):
        raise Refusal(400, "BadSyntax", "The message is empty.")
    if activity.get("textFormat", "plain") not in ("plain", "markdown", "xml"):
        raise Refusal(400, "BadSyntax", f"There is no format {activity['textFormat']}.")
    if card is not None and (said := problems(card)):
        raise Refusal(400, "BadArgument", " ".join(said))
    if house_rules:
        _house(activity, card, personal=personal)


def size(activity: Json) -> int:
    """Its bytes in UTF-16."""
    return len(json.dumps(activity, ensure_ascii=False, separators=(",", ":")).encode("utf-16-le", "surrogatepass"))


def card_in(activity: Json) -> Json | None:
    """The one card that is attached, if any."""
    attached = activity.get("attachments") or []
    if not isinstance(attached, list) or len(attached) > 1:
        raise Refusal(400, "BadSyntax", "A message carries one card.")
    if not attached:
        return None
    if attached[0].get("contentType") != CARD or not isinstance(attached[0].get("content"), dict):
        raise Refusal(400, "BadSyntax", "What is attached is no Adaptive Card.")
    content: Json = attached[0]["content"]
    return content


def _house(activity: Json, card: Json | None, *, personal: bool) -> None:
    """Our own rules: a notification says what we chose, and nobody's words stand in a field in the chat."""
    if personal and not str(activity.get("summary") or "").strip():
        raise Refusal(400, "HouseRule", "Without a summary the notification shows what stands in the card.")
    if card is not None and (filled := prefilled(card)):
        raise Refusal(400, "HouseRule", f"{', '.join(filled)}: somebody's words stand in a field in the chat.")
