"""What Teams tells beside what somebody says: installs, teams, channels, and where its sender is reached (T13)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.teams.news import News, What, read_news
from tests.teams.town import NOON

BOT, USER, AAD, TENANT = "28:bot", "29:1Vera", "AAD-Vera", "Tenant-1"
GENERAL, CHANNEL = "19:team@thread.tacv2", "19:channel@thread.tacv2"


def said(type_: str, personal: bool = True, data: Any = None, **more: Any) -> dict[str, Any]:
    """An activity in a chat with the bot, or in a team."""
    kind, id = ("personal", "a:chat") if personal else ("channel", GENERAL)
    team = {} if personal else {"team": {"id": GENERAL, "name": "Sundby"}, "channel": {"id": CHANNEL, "name": "Nyt"}}
    return {
        "type": type_, "timestamp": "2026-05-04T09:59:58.6478364Z", "serviceUrl": "https://smba.example/emea/",
        "from": {"id": USER, "aadObjectId": AAD}, "recipient": {"id": BOT}, "locale": "da-DK",
        "localTimezone": "Europe/Oslo", "conversation": {"conversationType": kind, "id": id, "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}, **team, **(data or {})}, **more,
    }  # fmt: skip


def test_where_its_sender_is_reached() -> None:
    at = datetime(2026, 5, 4, 9, 59, 58, 647836, tzinfo=UTC)
    assert read_news(said("message"), NOON) == News(
        What.DONE, "tenant-1", at, "https://smba.example/emea/", True, "aad-vera", USER, "a:chat", "", "", "",
        "da-DK", "Europe/Oslo",
    )  # fmt: skip


def test_what_somebody_does_in_a_team_says_nothing_of_their_own_chat() -> None:
    news = read_news(said("message", personal=False), NOON)
    assert (news.personal, news.chat, news.team, news.team_name, news.channel) == (
        False,
        "",
        GENERAL,
        "Sundby",
        CHANNEL,
    )


def test_the_client_may_tell_what_the_activity_does_not() -> None:
    client = {"type": "clientInfo", "locale": "nb-NO", "timezone": "Europe/Oslo"}
    body = said("message", entities=[{"type": "mention"}, 7, client], localTimezone=None, locale=3)
    news = read_news(body, NOON)
    assert (news.locale, news.zone) == ("nb-NO", "Europe/Oslo")


@pytest.mark.parametrize("personal", [True, False])
@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({"type_": "installationUpdate", "action": "add"}, What.ADDED),
        ({"type_": "installationUpdate", "action": "Add"}, What.ADDED),
        ({"type_": "installationUpdate", "action": "add-upgrade"}, What.BROUGHT_ALONG),
        ({"type_": "installationUpdate", "action": "remove"}, What.REMOVED),
        ({"type_": "installationUpdate", "action": "remove-upgrade"}, What.REMOVED),
        ({"type_": "installationUpdate", "action": "explode"}, What.OTHER),
        ({"type_": "installationUpdate"}, What.OTHER),
        ({"type_": "conversationUpdate", "membersAdded": [{"id": USER}, {"id": BOT}]}, What.ADDED),
        ({"type_": "conversationUpdate", "membersRemoved": [{"id": BOT}]}, What.REMOVED),
        ({"type_": "conversationUpdate", "membersAdded": [{"id": USER}]}, What.OTHER),
        ({"type_": "conversationUpdate", "membersRemoved": [{"id": USER}]}, What.OTHER),
        ({"type_": "conversationUpdate", "membersAdded": [{}], "recipient": {}}, What.OTHER),
        ({"type_": "conversationUpdate", "membersAdded": BOT}, What.OTHER),
        ({"type_": "message", "text": "hej"}, What.DONE),
        ({"type_": "invoke", "name": "adaptiveCard/action"}, What.DONE),
        ({"type_": "messageReaction"}, What.OTHER),
        ({"type_": "typing"}, What.OTHER),
        ({"type_": "tomorrow"}, What.OTHER),
    ],
)
def test_t13_what_happened(body: dict[str, Any], what: What, personal: bool) -> None:
    assert read_news(said(personal=personal, **body), NOON).what is what


@pytest.mark.parametrize(
    ("event", "what"),
    [
        ("channelCreated", What.TEAM_CHANGED),
        ("channelRenamed", What.TEAM_CHANGED),
        ("channelRestored", What.TEAM_CHANGED),
        ("channelDeleted", What.CHANNEL_GONE),
        ("teamRenamed", What.TEAM_CHANGED),
        ("teamUnarchived", What.TEAM_CHANGED),
        ("teamRestored", What.TEAM_CHANGED),
        ("teamArchived", What.TEAM_GONE),
        ("teamDeleted", What.TEAM_GONE),
        ("teamHardDeleted", What.TEAM_GONE),
        ("teamMemberAdded", What.OTHER),
        ("", What.OTHER),
        (None, What.OTHER),
    ],
)
def test_t13_what_happened_to_a_team(event: Any, what: What) -> None:
    assert read_news(said("conversationUpdate", personal=False, data={"eventType": event}), NOON).what is what


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        ("2017-02-23T19:34:07.478Z", datetime(2017, 2, 23, 19, 34, 7, 478000, tzinfo=UTC)),
        ("2026-05-04T10:30:00+02:00", datetime(2026, 5, 4, 8, 30, tzinfo=UTC)),
        ("2026-05-04T09:30:00", datetime(2026, 5, 4, 9, 30, tzinfo=UTC)),
        ("2999-01-01T00:00:00Z", NOON),
        ("0001-01-01T00:00:00+14:00", NOON),
        ("yesterday", NOON),
        ("", NOON),
        (1762249198, NOON),
        (None, NOON),
    ],
)
def test_a_moment_that_is_none_or_to_come_is_now(timestamp: Any, at: datetime) -> None:
    assert read_news(said("message", timestamp=timestamp), NOON).at == at


def test_the_bot_is_nobody() -> None:
    news = read_news(said("conversationUpdate") | {"from": {"id": BOT, "aadObjectId": "x"}}, NOON)
    assert (news.person, news.user) == ("", "")


FIELDS = [*said("message"), "action", "membersAdded", "entities", "id", "tenant", "team", "eventType"]
RUBBISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(said("message"))), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(
    st.sampled_from(["message", "installationUpdate", "conversationUpdate", "invoke"]),
    st.dictionaries(st.sampled_from(FIELDS), RUBBISH, max_size=6) | RUBBISH,
)
def test_t13_whatever_comes_is_read(kind: str, body: Any) -> None:
    news = read_news(said("message") | {"type": kind} | body if isinstance(body, dict) else body, NOON)
    assert news.at <= NOON
    assert news.at.utcoffset() == timedelta(0)
    assert all(isinstance(vars(news)[name], str) for name in ("tenant", "person", "user", "team", "zone", "locale"))
