"""Under which name an app subscribes to an event, and which scopes it needs to hear of it."""

from __future__ import annotations

from tests.slack.fake.things import Json

_READ = ("channels:read", "groups:read")
EVENT_SCOPES: dict[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "message.im": ("im:history",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "user_change": ("users:read",),
    "team_join": ("users:read",),
    "member_joined_channel": _READ,
    "member_left_channel": _READ,
    **dict.fromkeys(("channel_rename", "channel_left", "channel_archive", "channel_deleted"), ("channels:read",)),
    **dict.fromkeys(("group_rename", "group_left", "group_archive", "group_deleted"), ("groups:read",)),
}
"""For each event the scopes of which one is needed; one that is not here needs none."""

AFTER_THE_END = ("app_uninstalled", "tokens_revoked", "team_access_revoked")
"""What is told although no token opens anything any more."""


def subscription(event: Json) -> str:
    """The name under which an app subscribes to the event."""
    kinds = {"im": "message.im", "channel": "message.channels", "group": "message.groups"}
    if event["type"] == "message":
        return kinds.get(str(event.get("channel_type")), "message.channels")
    return str(event["type"])
