"""conversations.* and users.conversations: where the assistant is, and what was said there."""

from __future__ import annotations

from tests.slack.fake.calls import Call, Refusal
from tests.slack.fake.chat import as_json
from tests.slack.fake.things import Channel, Json, Message

_HISTORY = {"im": "im:history", "group": "groups:history", "channel": "channels:history"}
_READ = {"im": "im:read", "group": "groups:read", "channel": "channels:read"}
_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


def history(call: Call) -> Json:
    """conversations.history: newest first; a page holds `limit`, the cursor leads on."""
    channel = call.channel()
    call.need(_HISTORY[channel.kind])
    if not call.is_in(channel):
        raise Refusal("not_in_channel")
    limit = call.number("limit", 100, 999)
    found = [message for message in call.world.said[channel.id] if _between(call, message)]
    found = [message for message in found if not message.thread or message.thread == message.ts]
    found.reverse()
    start = _cursor(call)
    page = found[start : start + limit]
    more = len(found) > start + limit
    messages = [as_json(call.world, message) for message in page]
    if not call.flag("include_all_metadata"):
        for message in messages:
            message.pop("metadata", None)
    answer: Json = {"messages": messages, "has_more": more, "pin_count": 0}
    return answer | ({"response_metadata": {"next_cursor": f"page:{start + limit}"}} if more else {})


def replies(call: Call) -> Json:
    """conversations.replies: a message and what was answered below it, oldest first."""
    channel = call.channel()
    call.need(_HISTORY[channel.kind])
    if not call.is_in(channel):
        raise Refusal("not_in_channel")
    asked = call.text("ts", required=True)
    root = next((each.thread or each.ts for each in call.world.said[channel.id] if each.ts == asked), "")
    thread = [each for each in call.world.said[channel.id] if root in (each.ts, each.thread) and not each.deleted]
    if not root or not thread:
        raise Refusal("thread_not_found")
    found = [each for each in thread if each.ts == root or _between(call, each)]
    limit, start = call.number("limit", 1000, 1000), _cursor(call)
    more = len(found) > start + limit
    messages = [as_json(call.world, message) for message in found[start : start + limit]]
    if not call.flag("include_all_metadata"):
        for message in messages:
            message.pop("metadata", None)
    answer: Json = {"messages": messages, "has_more": more}
    return answer | ({"response_metadata": {"next_cursor": f"page:{start + limit}"}} if more else {})


def open_(call: Call) -> Json:
    """conversations.open: the direct conversation with one user."""
    if call.text("channel"):
        channel = call.channel()
        if channel.kind != "im":
            raise Refusal("method_not_supported_for_channel_type")
        return {"channel": {"id": channel.id}}
    names = [name for name in call.text("users", required=True, error="users_list_not_supplied").split(",") if name]
    users = [call.world.users.get(name) for name in names]
    if any(user is None or not call.sees(user) for user in users):
        raise Refusal("user_not_found")
    if len(users) > 1:
        raise Refusal("method_not_supported_for_channel_type", ["the fake opens conversations with one person only"])
    user = users[0]
    assert user is not None
    if user.deleted:
        raise Refusal("user_disabled")
    if user.is_bot:
        raise Refusal("cannot_dm_bot")
    channel = call.world.im(user.id, user.team if user.team in call.token.teams else call.team)
    return {"channel": {"id": channel.id}}


def info(call: Call) -> Json:
    """conversations.info"""
    channel = call.channel()
    call.need(_READ[channel.kind])
    return {"channel": _channel_json(call, channel)}


def members(call: Call) -> Json:
    """conversations.members"""
    channel = call.channel()
    call.need(_READ[channel.kind])
    return {"members": sorted(channel.members), "response_metadata": {"next_cursor": ""}}


def of_bot(call: Call) -> Json:
    """users.conversations of the bot itself: those that it is in."""
    types = [name.strip() for name in (call.text("types") or "public_channel").split(",")]
    if any(name not in _TYPES for name in types):
        raise Refusal("invalid_types")
    for name in types:
        call.need(_READ.get(_TYPES[name], "mpim:read"))
    if call.text("user") not in ("", call.token.bot_user):
        raise Refusal("missing_scope", ["the fake lists the bot's own conversations only"])
    kinds = {_TYPES[name] for name in types}
    team = call.text("team_id") or call.team
    mine = [each for each in call.world.channels.values() if each.team == team and call.is_in(each)]
    if call.flag("exclude_archived"):
        mine = [channel for channel in mine if not channel.archived]
    mine = [channel for channel in mine if channel.kind in kinds]
    limit, start = call.number("limit", 100, 999), _cursor(call)
    page = [_channel_json(call, channel) for channel in mine[start : start + limit]]
    cursor = f"page:{start + limit}" if len(mine) > start + limit else ""
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def _cursor(call: Call) -> int:
    cursor = call.text("cursor")
    if not cursor:
        return 0
    name, _, number = cursor.partition(":")
    if name != "page" or not number.isdigit():
        raise Refusal("invalid_cursor")
    return int(number)


def _between(call: Call, message: Message) -> bool:
    if message.deleted:
        return False
    inclusive = call.flag("inclusive")
    oldest, latest, ts = call.text("oldest"), call.text("latest"), _key(message.ts)
    if oldest and (ts < _key(oldest) or (ts == _key(oldest) and not inclusive)):
        return False
    return not (latest and (ts > _key(latest) or (ts == _key(latest) and not inclusive)))


def _key(ts: str) -> tuple[int, int]:
    seconds, _, rest = ts.partition(".")
    if not seconds.isdigit() or (rest and not rest.isdigit()):
        raise Refusal("invalid_ts_oldest")
    return int(seconds), int(f"{rest:0<6}"[:6] or 0)


def _channel_json(call: Call, channel: Channel) -> Json:
    if channel.im_user:
        return {"id": channel.id, "is_im": True, "user": channel.im_user, "is_archived": False}
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": call.is_in(channel),
        "is_shared": bool(channel.shared_with),
        "is_ext_shared": bool(channel.shared_with),
        "context_team_id": channel.team,
        "shared_team_ids": sorted({channel.team, *channel.shared_with}),
    }
