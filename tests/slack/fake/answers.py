"""What becomes of the app's answers: a modal that goes on, an answer to a command, a response_url."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.slack.fake.blocks import view_problems
from tests.slack.fake.calls import Refusal
from tests.slack.fake.chat import check_blocks, check_text
from tests.slack.fake.ledger import Deleted, Ephemeral, Posted, Updated
from tests.slack.fake.things import Json, Message, Strict, View
from tests.slack.fake.views import MOST_ON_STACK, change, close_all, close_top, show
from tests.slack.fake.ways import Answer
from tests.slack.fake.world import World

RESPONSE_URL_LIVES = timedelta(minutes=30)
RESPONSE_URL_USES = 5


@dataclass
class ResponseUrl:
    """Where the app may answer a gesture later. `message`: the one that the gesture was made in."""

    team: str
    channel: str
    user: str
    at: datetime
    message: Message | None = None
    uses: int = 0


def read(answer: Answer) -> Any:
    """The body of an answer, or Strict if it is something Slack cannot read."""
    try:
        return answer.json()
    except ValueError:
        raise Strict(f"An answer that is no JSON: {answer.text[:200]}") from None


def after_submission(world: World, view: View, answer: Answer) -> None:
    """What the user sees after having pressed submit. Without a proper answer the modal just stays."""
    view.errors = {}
    if not answer.ok:
        return
    body = read(answer)
    if not body:
        if view.open and world.view_of(view.user) is view:
            close_top(world, view.user)
        return
    if not isinstance(body, dict) or "response_action" not in body:
        raise Strict(f"Slack does not know what this answer to a submission means: {body}")
    _go_on(world, view, body)


def _go_on(world: World, view: View, body: Json) -> None:
    kind = body["response_action"]
    next_view = _view(body) if kind in ("update", "push") else {}
    errors = _errors(view, body) if kind == "errors" else {}
    if kind not in ("clear", "errors", "update", "push"):
        raise Strict(f"Slack knows no response_action {kind}.")
    if not view.open:
        return
    view.errors = errors
    if kind == "clear":
        close_all(world, view.user)
    elif kind == "update":
        change(world, view, next_view)
    elif kind == "push":
        if len(world.stacks[view.user]) >= MOST_ON_STACK:
            raise Strict("There are three modals already.")
        show(world, view.user, view.team, next_view, "pushed")


def after_command(world: World, team: str, channel: str, user: str, answer: Answer) -> None:
    """The text that answers a command is seen by the one who gave it."""
    if not answer.ok or not answer.text.strip():
        return
    is_json = "json" in answer.headers.get("Content-Type", "application/json")
    body = read(answer) if is_json else {"text": answer.text}
    if isinstance(body, str):
        body = {"text": body}
    if body:
        _say(world, ResponseUrl(team, channel, user, world.now), body, "command")


def by_response_url(world: World, where: ResponseUrl, raw: bytes) -> tuple[int, str]:
    """Status and body of a post to a response_url."""
    if world.now - where.at > RESPONSE_URL_LIVES:
        return 404, "expired_url"
    if where.uses >= RESPONSE_URL_USES:
        return 404, "used_url"
    where.uses += 1
    try:
        body = json.loads(raw)
        if not isinstance(body, dict):
            return 500, "invalid_payload"
        _say(world, where, body, "response_url")
    except Refusal as refusal:
        return 400, refusal.error
    except ValueError:
        return 500, "invalid_payload"
    return 200, "ok"


def _say(world: World, where: ResponseUrl, body: Json, by: str) -> None:
    original = _live(world, where.message) if where.message else None
    if body.get("delete_original") and original is not None:
        original.deleted = True
        world.ledger.entries.append(Deleted(world.now, where.team, where.channel, original.ts))
        return
    text, blocks = check_text(str(body.get("text", ""))), check_blocks(world, body.get("blocks"))
    if not text.strip() and not blocks:
        raise Refusal("no_text")
    im_user = world.channels[where.channel].im_user
    ts = world.new_ts()
    if body.get("replace_original") and original is not None:
        original.text, original.blocks, original.edited = text, blocks, ts
        entry = Updated(world.now, where.team, where.channel, im_user, original.ts, text, blocks, original.metadata)
        world.ledger.entries.append(entry)
    elif body.get("response_type") == "in_channel":
        bot = world.bots[where.team]
        world.said[where.channel].append(Message(where.channel, ts, bot, text, blocks, team=where.team))
        kind: Any = "im" if im_user else "channel"
        posted = Posted(
            world.now, where.team, where.channel, im_user, ts, text, blocks, "", None, kind, True, False
        )  # fmt: skip
        world.ledger.entries.append(posted)
    else:
        seen = Ephemeral(world.now, where.team, where.channel, where.user, ts, text, blocks, by)
        world.ledger.entries.append(seen)


def _live(world: World, message: Message) -> Message | None:
    found = [each for each in world.said[message.channel] if each.ts == message.ts and not each.deleted]
    return found[0] if found else None


def _view(body: Json) -> Json:
    view = body.get("view")
    if not isinstance(view, dict) or view.get("type") != "modal":
        raise Strict("An answer with update or push needs a modal.")
    if said := view_problems(view):
        raise Strict("Slack would not show this view: " + "; ".join(said))
    return view


def _errors(view: View, body: Json) -> dict[str, str]:
    errors = body.get("errors")
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise Strict("An answer with errors names none.")
    for key, sentence in errors.items():
        if key not in inputs:
            raise Strict(f"There is no input {key} to show an error at.")
        if not isinstance(sentence, str) or not sentence.strip():
            raise Strict(f"The error at {key} says nothing.")
    return dict(errors)
