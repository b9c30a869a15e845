"""What Slack tells about workspaces, channels and people (S12, S13, S22)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels.slack.news import News
from tests.slack.fake import answered
from tests.slack.inbound_fakes import TEAM, VERA, Entrance, FakeChanges, entrance
from tests.slack.payloads import Body, event


@pytest.fixture
async def way() -> AsyncIterator[Entrance]:
    async with entrance() as made:
        yield made


async def test_s22_people_change(way: Entrance) -> None:
    answered(await way.slack.admin.changes_user(VERA, tz="Atlantic/Faroe"))
    answered(await way.slack.admin.changes_user(VERA, deleted=True))
    moved, gone = way.changes.of("changed")
    assert moved[:2] == gone[:2] == (TEAM, VERA)
    assert (moved[2]["tz"], gone[2]["deleted"]) == ("Atlantic/Faroe", True)


@pytest.mark.parametrize("told", [("app_uninstalled", "tokens_revoked"), ("tokens_revoked", "app_uninstalled")])
async def test_s12_the_app_is_removed_in_either_order(way: Entrance, told: tuple[str, ...]) -> None:
    bot = way.slack.bots[TEAM]
    for delivery in await way.slack.admin.uninstalls(TEAM, told):
        answered(delivery)
        answered(await way.slack.send("event", TEAM, delivery.body))
    assert way.changes.of("uninstalled") == [(TEAM, "", way.clock.now())] * 2
    assert way.changes.of("revoked") == [(TEAM, "", [bot], way.clock.now())] * 2


NEWS: list[tuple[Body, tuple[Any, ...]]] = [
    (event("member_joined_channel", user="U0BOT", channel="C1"), ("joined", "T0AAA", "C1")),
    (event("member_left_channel", user="U0BOT", channel="C1"), ("left", "T0AAA", "C1")),
    (event("channel_left", channel="C1"), ("left", "T0AAA", "C1")),
    (event("group_left", channel="G1"), ("left", "T0AAA", "G1")),
    (event("channel_archive", channel="C1"), ("left", "T0AAA", "C1")),
    (event("group_archive", channel="G1"), ("left", "T0AAA", "G1")),
    (event("channel_unarchive", channel="C1"), ("joined", "T0AAA", "C1")),
    (event("group_unarchive", channel="G1"), ("joined", "T0AAA", "G1")),
    (event("channel_deleted", channel="C1"), ("left", "T0AAA", "C1")),
    (event("channel_rename", channel={"id": "C1", "name": "nyt"}), ("renamed", "T0AAA", "C1", "nyt")),
    (event("group_rename", channel={"id": "G1", "name": "nyt"}), ("renamed", "T0AAA", "G1", "nyt")),
]


@pytest.mark.parametrize(("body", "said"), NEWS)
async def test_channels_come_and_go(body: Body, said: tuple[Any, ...]) -> None:
    changes = FakeChanges()
    await News(changes).tell(body)
    assert changes.told[-1] == said


async def test_s13_an_install_for_a_whole_organisation_goes_as_a_whole() -> None:
    changes = FakeChanges()
    grants = [{"enterprise_id": "E1", "team_id": "T0AAA", "user_id": "U0BOT", "is_bot": True}]
    whole = {"authorizations": [grants[0] | {"is_enterprise_install": True}]}
    await News(changes).tell(event("app_uninstalled", body=whole))
    await News(changes).tell(event("app_uninstalled", body={"authorizations": grants}))
    await News(changes).tell(event("team_access_revoked", body=whole, team_ids=["T1", "T2", 7]))
    assert [news[:3] for news in changes.told] == [
        ("uninstalled", "", "E1"),
        ("uninstalled", "T0AAA", "E1"),
        ("uninstalled", "T1", "E1"),
        ("uninstalled", "T2", "E1"),
    ]


async def test_those_who_install_again_are_met_again() -> None:
    changes = FakeChanges()
    news = News(changes)
    await news.met("T0AAA", "")
    await news.met("T0AAA", "")
    await news.tell(event("app_uninstalled"))
    await news.met("T0AAA", "")
    assert len(changes.of("met")) == 2


@pytest.mark.parametrize(
    "body",
    [
        event("user_change", user=VERA),
        event("user_change", user={}),
        event("user_change"),
        event("member_joined_channel", user=VERA, channel="C1"),
        event("member_joined_channel", channel="C1"),
        event("member_joined_channel", user="U0BOT"),
        event("channel_rename", channel="C1"),
        event("channel_left"),
        event("tokens_revoked", tokens={"oauth": [VERA]}),
        event("tokens_revoked", tokens={"bot": []}),
        event("tokens_revoked"),
        event("team_access_revoked"),
        event("app_uninstalled", body={"team_id": None, "context_team_id": None, "authorizations": []}),
        event("team_join", user={"id": VERA}),
    ],
)
async def test_what_is_no_news_of_ours_changes_nothing(body: Body) -> None:
    changes = FakeChanges()
    await News(changes).tell(body)
    assert changes.told == []


@pytest.mark.parametrize("moment", [None, "x", -1, 0, 10**15, 1.5, True])
async def test_a_moment_that_is_none_is_left_out(moment: Any) -> None:
    changes = FakeChanges()
    await News(changes).tell(event("app_uninstalled", body={"event_time": moment}))
    assert changes.of("uninstalled")[0][2] is None or moment is True
