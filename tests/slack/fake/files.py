"""files.*: an address to upload to, the upload, and the sharing."""

from __future__ import annotations

from tests.slack.fake.calls import Call, Refusal
from tests.slack.fake.ledger import FileShared
from tests.slack.fake.things import File, Json, Message
from tests.slack.fake.world import World


def get_upload_url(call: Call) -> Json:
    """files.getUploadURLExternal"""
    name, length = call.text("filename", required=True), call.text("length", required=True)
    if not length.isdigit() or int(length) < 1:
        raise Refusal("invalid_arguments", ["[ERROR] length must be a number above 0"])
    id = f"F{call.world.number():09d}"
    call.world.files[id] = File(id, call.team, name, int(length))
    return {"upload_url": f"{call.arguments['_upload_url']}/{id}", "file_id": id}


def upload(world: World, id: str, content: bytes) -> bool:
    """The bytes themselves; False if nobody asked for them or there are more or fewer than was said."""
    file = world.files.get(id)
    if file is None or file.content is not None or len(content) != file.length:
        return False
    file.content = content
    return True


def complete_upload(call: Call) -> Json:
    """files.completeUploadExternal: into one conversation that the bot is in."""
    asked = call.parsed("files")
    if not isinstance(asked, list) or not asked:
        raise Refusal("invalid_arguments", ["[ERROR] missing required field: files"])
    files = []
    for item in asked:
        file = call.world.files.get(str(item.get("id")) if isinstance(item, dict) else "")
        if file is None or file.content is None or file.shared:
            raise Refusal("file_not_found")
        file.title = str(item.get("title") or file.name)
        files.append(file)
    if call.text("channel_id"):
        _share(call, files)
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


def _share(call: Call, files: list[File]) -> None:
    channel = call.channel("channel_id")
    if not call.is_in(channel):
        raise Refusal("not_in_channel")
    if channel.archived:
        raise Refusal("is_archived")
    world = call.world
    message = Message(channel.id, world.new_ts(), call.token.bot_user, call.text("initial_comment"), team=channel.team)
    message.files = [{"id": file.id, "name": file.name, "title": file.title} for file in files]
    world.said[channel.id].append(message)
    for file in files:
        file.shared = True
        shared = FileShared(
            world.now, channel.team, channel.id, channel.im_user, file.id, file.name, file.title, file.content or b""
        )
        world.ledger.entries.append(shared)
