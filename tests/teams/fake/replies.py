"""What becomes of the bot's answer to a press: another card, a note, a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.teams.fake.activities import CARD
from tests.teams.fake.cards import problems
from tests.teams.fake.things import Dialog, Json, Posted, Strict
from tests.teams.fake.ways import Answer

if TYPE_CHECKING:
    from tests.teams.fake.teams import FakeTeams

NOTE = "application/vnd.microsoft.activity.message"
ERROR = "application/vnd.microsoft.error"
SIZES = ("small", "medium", "large")


def after_execute(teams: FakeTeams, aad: str, post: Posted, answer: Answer) -> None:
    """The answer to an Action.Execute. Without a proper one the person reads that something went wrong."""
    body = _body(answer)
    if body is None:
        return
    kind, value, status = body.get("type"), body.get("value"), body.get("statusCode")
    if set(body) - {"type", "value", "statusCode"}:
        raise Strict(f"An answer to a card knows no {sorted(set(body) - {'type', 'value', 'statusCode'})}.")
    if kind == CARD and status == 200:
        post.seen[aad] = _shown(value, dialog=False)
    elif kind == NOTE and status == 200:
        if not isinstance(value, str) or not value.strip():
            raise Strict("A note says nothing.")
        teams.notes[aad].append(value)
    elif kind == ERROR and isinstance(status, int) and status >= 400:
        if not isinstance(value, dict) or not {"code", "message"} <= set(value):
            raise Strict("An error has a code and a message.")
    else:
        raise Strict(f"Teams does not understand an answer of type {kind} and status {status}.")


def after_task(teams: FakeTeams, aad: str, post: Posted, answer: Answer) -> None:
    """The answer to task/fetch or task/submit: the next dialog, a note, or the dialog closes."""
    if not answer.ok:
        return
    body = _body(answer)
    task = (body or {}).get("task")
    if task is None:
        teams.open.pop(aad, None)
        return
    match task:
        case {"type": "message", "value": str(words)} if words.strip():
            teams.open.pop(aad, None)
            teams.notes[aad].append(words)
        case {"type": "continue", "value": dict(value)}:
            dialog = _dialog(value, post)
            teams.dialogs[aad].append(dialog)
            teams.open[aad] = dialog
        case _:
            raise Strict("Teams knows tasks of type continue and message.")


def _body(answer: Answer) -> Json | None:
    if not answer.ok:
        return None
    try:
        body = answer.json()
    except ValueError:
        raise Strict(f"An answer that is no JSON: {answer.text[:200]}") from None
    if body is not None and not isinstance(body, dict):
        raise Strict("An answer that is no object.")
    return body


def _dialog(value: Json, post: Posted) -> Dialog:
    if unknown := set(value) - {"title", "height", "width", "card", "completionBotId"}:
        raise Strict(f"A dialog of ours has no {', '.join(sorted(unknown))}.")
    card = value.get("card")
    if not isinstance(card, dict) or card.get("contentType") != CARD:
        raise Strict("A dialog shows an Adaptive Card.")
    title = value.get("title")
    if not isinstance(title, str) or not title.strip():
        raise Strict("A dialog has a title.")
    sizes = [value.get(name, "medium") for name in ("height", "width")]
    if not all(size in SIZES or (isinstance(size, int) and size > 0) for size in sizes):
        raise Strict(f"A dialog is {', '.join(SIZES)} or so many pixels.")
    return Dialog(title, sizes[0], sizes[1], _shown(card.get("content"), dialog=True), post)


def _shown(card: Any, *, dialog: bool) -> Json:
    if not isinstance(card, dict):
        raise Strict("There is no card in the answer.")
    if said := problems(card, dialog=dialog):
        raise Strict("Teams would not show this card: " + " ".join(said))
    return card
