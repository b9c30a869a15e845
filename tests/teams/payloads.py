"""Activities as Teams sends them, made by hand; `more` goes on top."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

TENANT = "11111111-2222-3333-4444-555555555555"
VERA = "aaaaaaaa-2222-3333-4444-555555555555"
BOT = "28:22222222-2222-3333-4444-555555555555"
CHAT = "a:1vera"
CHANNEL = "19:general@thread.tacv2"
SERVICE = "https://smba.trafficmanager.net/emea/"


def activity(type_: str, **more: Any) -> Json:
    """What somebody did alone with the assistant."""
    return {
        "type": type_,
        "id": "f:77",
        "timestamp": "2026-05-04T07:00:00.000Z",
        "channelId": "msteams",
        "serviceUrl": SERVICE,
        "from": {"id": "29:vera", "name": "Vera Vang", "aadObjectId": VERA},
        "recipient": {"id": BOT, "name": "Vidsyn"},
        "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": CHAT},
        "channelData": {"tenant": {"id": TENANT}},
        "locale": "da-DK",
    } | more


def message(text: str, **more: Any) -> Json:
    """Typed words."""
    return activity("message", **{"id": "1778148009000", "text": text, "textFormat": "plain"} | more)


def in_channel(text: str, **more: Any) -> Json:
    """Words in a channel that name the assistant first."""
    mention = {"type": "mention", "text": "<at>Vidsyn</at>", "mentioned": {"id": BOT, "name": "Vidsyn"}}
    where = {
        "conversationType": "channel",
        "isGroup": True,
        "tenantId": TENANT,
        "id": f"{CHANNEL};messageid=1778148009000",
    }
    return message(f"<at>Vidsyn</at> {text}", conversation=where, entities=[mention], **more)


def invoke(name: str, value: Json, **more: Any) -> Json:
    """Something that Teams waits for an answer to."""
    return activity("invoke", name=name, value=value, replyToId="1778148000001", **more)


def data(button: str = "save", card: str = "card1", **inputs: str) -> Json:
    """What a button sends, with what was filled in by question key."""
    return {"vidsyn": {"card": card, "button": button}} | {f"answer:{key}": value for key, value in inputs.items()}


def execute(given: Json, **more: Any) -> Json:
    """A press on a button that waits for a card."""
    action = {"type": "Action.Execute", "verb": "press", "data": given}
    return invoke("adaptiveCard/action", {"action": action, "trigger": "manual"}, **more)


def task(name: str, given: Json, **more: Any) -> Json:
    """A press that opens a dialog (task/fetch), or is in one (task/submit)."""
    return invoke(name, {"data": given, "context": {"theme": "default"}}, **more)
