"""Every method that the fake knows: its scopes, who may call it, how its arguments may come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.slack.fake import apps, chat, conversations, files, users, views
from tests.slack.fake.calls import Call
from tests.slack.fake.things import Json


@dataclass(frozen=True)
class Method:
    """`scopes`: one of these; some methods ask for more once they know the channel. `json`: takes JSON bodies."""

    run: Callable[[Call], Json]
    scopes: tuple[str, ...] = ()
    json: bool = True
    kind: str = "bot"
    get: bool = False
    needs_team: bool = False


METHODS: dict[str, Method] = {
    "auth.test": Method(apps.auth_test, kind="any", get=True),
    "apps.connections.open": Method(apps.connections_open, ("connections:write",), kind="app"),
    "chat.postMessage": Method(chat.post_message, ("chat:write",)),
    "chat.update": Method(chat.update, ("chat:write",)),
    "chat.delete": Method(chat.delete, ("chat:write",)),
    "chat.postEphemeral": Method(chat.post_ephemeral, ("chat:write",)),
    "conversations.history": Method(
        conversations.history, ("channels:history", "groups:history", "im:history"), json=False, get=True
    ),
    "conversations.replies": Method(
        conversations.replies, ("channels:history", "groups:history", "im:history"), json=False, get=True
    ),
    "conversations.open": Method(conversations.open_, ("im:write",)),
    "conversations.info": Method(conversations.info, ("channels:read", "groups:read", "im:read"), json=False, get=True),
    "conversations.members": Method(
        conversations.members, ("channels:read", "groups:read", "im:read"), json=False, get=True
    ),
    "users.conversations": Method(
        conversations.of_bot, ("channels:read", "groups:read", "im:read"), json=False, get=True, needs_team=True
    ),
    "users.info": Method(users.info, ("users:read",), json=False, get=True),
    "users.profile.get": Method(users.profile_get, ("users.profile:read",), json=False, get=True),
    "team.profile.get": Method(users.team_profile_get, ("users.profile:read",), json=False, get=True, needs_team=True),
    "team.info": Method(users.team_info, ("team:read",), json=False, get=True),
    "views.open": Method(views.open_),
    "views.push": Method(views.push),
    "views.update": Method(views.update),
    "views.publish": Method(views.publish),
    "files.getUploadURLExternal": Method(files.get_upload_url, ("files:write",), json=False, get=True),
    "files.completeUploadExternal": Method(files.complete_upload, ("files:write",), json=False),
}
METHOD_SCOPES: dict[str, tuple[str, ...]] = {name: method.scopes for name, method in METHODS.items()}
"""For each method the scopes of which one is needed; empty: none."""
