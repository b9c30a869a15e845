"""chat.*: posting, changing and taking away messages."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

from tests.slack.fake.blocks import TOO_LONG, problems
from tests.slack.fake.calls import Call, Refusal
from tests.slack.fake.ledger import Deleted, Ephemeral, Posted, Updated
from tests.slack.fake.texts import counted, mrkdwn_problems
from tests.slack.fake.things import Channel, Json, Message
from tests.slack.fake.world import World

MOST_TEXT = 40_000
MOST_METADATA = 16_384


def post_message(call: Call) -> Json:
    """chat.postMessage"""
    channel = _place(call)
    call.post_limit(channel)
    text, blocks = content(call)
    thread = call.text("thread_ts")
    if thread and not _find(call.world, channel, thread):
        raise Refusal("thread_not_found")
    message = Message(channel.id, call.world.new_ts(), call.token.bot_user, text, blocks, thread, _metadata(call))
    message.team = channel.team
    call.world.said[channel.id].append(message)
    unfurls = call.flag("unfurl_links") or call.flag("unfurl_media", default=True)
    call.world.ledger.entries.append(_posted(call.world, channel, message, unfurls=unfurls))
    return {"channel": channel.id, "ts": message.ts, "message": as_json(call.world, message)}


def update(call: Call) -> Json:
    """chat.update"""
    channel = _place(call, may_be_user=False)
    message = _own(call, channel, "cant_update_message")
    text, blocks = content(call, keeps=message)
    message.text, message.blocks = text, blocks
    if call.arguments.get("metadata") is not None:
        message.metadata = _metadata(call)
    message.edited = call.world.new_ts()
    entry = Updated(
        call.world.now, channel.team, channel.id, channel.im_user, message.ts, text, deepcopy(blocks), message.metadata
    )
    call.world.ledger.entries.append(entry)
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": as_json(call.world, message)}


def delete(call: Call) -> Json:
    """chat.delete"""
    channel = _place(call, may_be_user=False)
    message = _own(call, channel, "cant_delete_message")
    message.deleted = True
    call.world.ledger.entries.append(Deleted(call.world.now, channel.team, channel.id, message.ts))
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(call: Call) -> Json:
    """chat.postEphemeral"""
    channel = _place(call, may_be_user=False)
    user = call.user()
    if user.id not in channel.members:
        raise Refusal("user_not_in_channel")
    text, blocks = content(call)
    ts = call.world.new_ts()
    entry = Ephemeral(call.world.now, channel.team, channel.id, user.id, ts, text, blocks, call.method)
    call.world.ledger.entries.append(entry)
    return {"message_ts": ts}


def as_json(world: World, message: Message) -> Json:
    """A message as in answers, history and payloads."""
    result: Json = {
        "user": message.user, "type": "message", "ts": message.ts, "text": message.text, "team": message.team
    }  # fmt: skip
    if message.from_bot:
        result |= {"bot_id": f"B{message.user[1:]}", "app_id": world.app.id}
    if message.blocks:
        result["blocks"] = deepcopy(message.blocks)
    if message.thread:
        result["thread_ts"] = message.thread
    if message.edited:
        result["edited"] = {"user": message.user, "ts": message.edited}
    if message.metadata:
        result["metadata"] = message.metadata
    if message.files:
        result["files"] = deepcopy(message.files)
    return result


def content(call: Call, keeps: Message | None = None) -> tuple[str, list[Json]]:
    """Text and blocks of a call as Slack keeps them; for a change, what is not given stays."""
    if call.arguments.get("markdown_text"):
        raise Refusal("markdown_text_conflict", ["the fake takes text and blocks only"])
    text, blocks = call.text("text"), call.parsed("blocks", "invalid_blocks_format")
    if keeps is not None and blocks is None:
        blocks = keeps.blocks if not text else []
    if not text.strip() and not blocks:
        raise Refusal("no_text")
    return check_text(text), check_blocks(call.world, blocks)


def check_text(text: str) -> str:
    """The text above the blocks; also read in the notification."""
    if counted(text, mrkdwn=True) > MOST_TEXT:
        raise Refusal("msg_too_long")
    if wrong := mrkdwn_problems(text):
        raise Refusal("invalid_arguments", [f"{sentence} [json-pointer:/text]" for sentence in wrong])
    return text


def check_blocks(world: World, blocks: Any) -> list[Json]:
    """The blocks of a message, completed with the ids that Slack gives."""
    if blocks is None:
        return []
    if not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    if said := problems(blocks, "message"):
        error = TOO_LONG if all(TOO_LONG in sentence for sentence in said) else "invalid_blocks"
        raise Refusal(error, said, errors=said)
    return with_ids(world, blocks)


def with_ids(world: World, blocks: list[Json]) -> list[Json]:
    """A copy where every block and element has its id."""
    blocks = deepcopy(blocks)
    for block in blocks:
        block.setdefault("block_id", f"b{world.number():04d}")
        inside = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
        for element in inside if block["type"] in ("section", "input", "actions") else []:
            if isinstance(element, dict) and element.get("type") != "image":
                element.setdefault("action_id", f"a{world.number():04d}")
    return blocks


def _place(call: Call, *, may_be_user: bool = True) -> Channel:
    """Where a message goes. A user id means the direct conversation, which a deactivated person still has."""
    id = call.text("channel", required=True, error="channel_not_found")
    if re.match(r"[UW]", id):
        return _direct(call, id, may_be_user=may_be_user)
    channel = call.channel()
    if channel.archived:
        raise Refusal("is_archived")
    if not call.is_in(channel):
        if channel.kind != "channel":
            raise Refusal("channel_not_found")
        if call.method != "chat.postMessage" or "chat:write.public" not in call.token.scopes:
            raise Refusal("not_in_channel")
    return channel


def _direct(call: Call, id: str, *, may_be_user: bool) -> Channel:
    user = call.world.users.get(id)
    if not may_be_user or user is None or not call.sees(user):
        raise Refusal("channel_not_found")
    if user.is_bot:
        raise Refusal("cannot_dm_bot")
    if not call.world.app.messages_tab:
        raise Refusal("messages_tab_disabled")
    return call.world.im(id, user.team if user.team in call.token.teams else call.team)


def _metadata(call: Call) -> Json | None:
    metadata = call.parsed("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        raise Refusal("invalid_metadata_schema")
    if not isinstance(metadata["event_type"], str) or not isinstance(metadata["event_payload"], dict):
        raise Refusal("invalid_metadata_schema")
    if any(isinstance(value, (dict, list)) for value in metadata["event_payload"].values()):
        raise Refusal("invalid_metadata_schema", ["the fake takes flat metadata only"])
    if len(str(metadata)) > MOST_METADATA:
        raise Refusal("metadata_too_large")
    return deepcopy(metadata)


def _find(world: World, channel: Channel, ts: str) -> Message | None:
    found = [message for message in world.said[channel.id] if message.ts == ts and not message.deleted]
    return found[0] if found else None


def _own(call: Call, channel: Channel, error: str) -> Message:
    message = _find(call.world, channel, call.text("ts", required=True))
    if message is None:
        raise Refusal("message_not_found")
    if message.user != call.token.bot_user:
        raise Refusal(error)
    return message


def _posted(world: World, channel: Channel, message: Message, *, unfurls: bool) -> Posted:
    user = world.users.get(channel.im_user)
    return Posted(
        world.now, channel.team, channel.id, channel.im_user, message.ts, message.text, deepcopy(message.blocks),
        message.thread, message.metadata, "im" if channel.im_user else "channel", unfurls,
        bool(user and user.deleted),
    )  # fmt: skip
