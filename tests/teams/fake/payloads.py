"""The activities that Teams sends, in its own shape."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.teams.fake.things import Chat, Json, User

if TYPE_CHECKING:
    from tests.teams.fake.teams import FakeTeams


def activity(teams: FakeTeams, user: User, chat: Chat, type_: str, *, thread: str = "") -> Json:
    """What every activity of a person holds. `thread`: the id of the post that a channel's thread hangs under."""
    local = teams.now.astimezone(ZoneInfo(user.zone))
    return {
        "type": type_, "id": f"f:{uuid.uuid4()}", "timestamp": instant(teams.now),
        "localTimestamp": local.isoformat(timespec="milliseconds"), "localTimezone": user.zone, "channelId": "msteams",
        "serviceUrl": teams.service_url, "from": {"id": user.id, "name": user.name, "aadObjectId": user.aad},
        "conversation": conversation(chat, thread), "recipient": {"id": teams.app.bot, "name": teams.app.name},
        "entities": [client_info(user)], "channelData": channel_data(teams, chat), "locale": user.locale,
    }  # fmt: skip


def instant(moment: datetime) -> str:
    """A moment as Teams writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def conversation(chat: Chat, thread: str = "") -> Json:
    """Where something happens."""
    id = f"{chat.id};messageid={thread}" if thread else chat.id
    common: Json = {"conversationType": chat.kind, "tenantId": chat.tenant, "id": id}
    return common if chat.kind == "personal" else {"isGroup": True} | common


def client_info(user: User) -> Json:
    """The entity that says which client it was."""
    country = user.locale.partition("-")[2]
    return {
        "type": "clientInfo", "locale": user.locale, "country": country, "platform": user.platform,
        "timezone": user.zone,
    }  # fmt: skip


def channel_data(teams: FakeTeams, chat: Chat) -> Json:
    """Teams' own part."""
    data: Json = {"tenant": {"id": chat.tenant}}
    if chat.kind == "channel":
        data |= {
            "teamsChannelId": chat.id, "teamsTeamId": chat.team, "channel": {"id": chat.id},
            "team": {"id": chat.team, "name": teams.team_of(chat).name},
        }  # fmt: skip
    return data


def about_team(teams: FakeTeams, chat: Chat, event: str) -> Json:
    """Teams' part of a conversationUpdate in a team; `event` such as channelCreated."""
    team = teams.team_of(chat)
    name = team.channels[chat.id]
    return {
        "eventType": event, "tenant": {"id": chat.tenant}, "channel": {"id": chat.id, "name": name},
        "team": {"id": team.id, "name": team.name, "aadGroupId": team.group},
    }  # fmt: skip


def mention(teams: FakeTeams) -> tuple[str, Json]:
    """The words and the entity of @bot."""
    words = f"<at>{teams.app.name}</at>"
    return words, {"type": "mention", "text": words, "mentioned": {"id": teams.app.bot, "name": teams.app.name}}
