"""What the code does with each scope: methods it calls, events it hears, entrances. Held to the code by a test."""

from __future__ import annotations

_READ = ("channels:read", "groups:read")
_HISTORY = ("channels:history", "groups:history", "im:history")

METHODS: dict[str, tuple[str, ...]] = {
    "apps.connections.open": (),  # with the app token's own connections:write
    "auth.test": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": _HISTORY,
    "conversations.info": _READ,
    "conversations.open": ("im:write",),
    "conversations.replies": _HISTORY,
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "oauth.v2.access": (),
    "team.profile.get": ("users.profile:read",),
    "users.conversations": _READ,
    "users.info": ("users:read",),
    "users.profile.get": ("users.profile:read",),
    "views.open": (),
    "views.publish": (),
    "views.update": (),
}
"""A method of the Web API that the code calls, and the scopes of the bot token that it wants."""

EVENTS: dict[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "channel_archive": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "channel_left": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "group_archive": ("groups:read",),
    "group_deleted": ("groups:read",),
    "group_left": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "member_joined_channel": _READ,
    "member_left_channel": _READ,
    "message.im": ("im:history",),
    "team_access_revoked": (),
    "tokens_revoked": (),
    "user_change": ("users:read",),
}
"""An event that the app subscribes to, and the scopes of the bot token that it wants."""

ENTRANCES: dict[str, tuple[str, ...]] = {"command": ("commands",), "shortcut": ("commands",)}
"""What else of the manifest wants a scope: the slash command and the shortcut."""
