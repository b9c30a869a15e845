"""What Vidsyn may do in a workspace, and why: exactly what the code uses."""

from __future__ import annotations

SCOPES: dict[str, str] = {
    "app_mentions:read": "Somebody who writes to Vidsyn in a channel is told where to go on.",
    "channels:history": "If a connection breaks, Vidsyn looks whether its own post arrived in a public channel.",
    "channels:read": "HR chooses by name among the public channels that Vidsyn has been invited to.",
    "chat:write": "Vidsyn writes to people, and posts announcements where it has been invited.",
    "commands": "People reach Vidsyn by /vidsyn and by its shortcut.",
    "files:write": "People who ask for their own data get it as a file.",
    "groups:history": "If a connection breaks, Vidsyn looks whether its own post arrived in a private channel.",
    "groups:read": "HR chooses by name among the private channels that Vidsyn has been invited to.",
    "im:history": "Vidsyn reads what people write to it in its own conversation with them, and nowhere else.",
    "im:write": "Vidsyn opens its conversation with a person.",
    "users.profile:read": "Vidsyn suggests the leader that the profile names; the person confirms.",
    "users:read": "Vidsyn needs a person's name and time zone, and passes by guests, bots and closed accounts.",
}
"""A scope of the bot token, and the reason for it in one sentence."""
