"""Slack is not always there at the start: workspaces and their channels are got to know once it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic

import pytest
from structlog.testing import capture_logs

from bot.channels.slack.api import Api
from bot.channels.slack.calls import Calls
from bot.channels.slack.meeting import Meeting
from bot.channels.slack.one_token import OneToken
from bot.channels.slack.pace import Pace
from bot.channels.slack.places import Places
from bot.channels.slack.settings import WrongSlack
from bot.channels.slack.workspaces import meet_workspace
from bot.clock import SystemClock
from storage.store import Store
from tests.slack.fake import FakeSlack
from tests.slack.fake.faults import DROP_BEFORE, Fault, Garbage, Http, Limited, Refusal
from tests.slack.inbound_fakes import TEAM, Hands, populate
from tests.storage.samples import a_vault

OFTEN = 0.01


@dataclass
class Town:
    """A Slack, and what is known of it."""

    slack: FakeSlack
    store: Store

    def meeting(self, token: str = "", app_token: str = "", beat: float = OFTEN) -> Meeting:
        calls = Calls(self.slack.base_url)
        one = OneToken(self.store, calls, token or self.slack.token_of(TEAM).value, SystemClock())
        places = Places(self.store, Api(calls, one, Pace(monotonic, asyncio.sleep), Hands()))
        return Meeting(self.store, calls, places, one, app_token, beat)

    async def channels(self, count: int = 1, tenant: str = TEAM) -> list[str]:
        """The channels that are known, once there are so many."""
        async with asyncio.timeout(10):
            while len(names := await self._names(tenant)) < count:  # noqa: ASYNC110  # a task of its own writes it
                await asyncio.sleep(OFTEN)
        return names

    async def _names(self, tenant: str) -> list[str]:
        rows = await self.store.run(lambda work: work.workspaces.places("slack", tenant))
        return [row.name for row in rows]


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with FakeSlack(Hands()) as slack:
        populate(slack)
        store = Store.open("sqlite://", a_vault())
        store.migrate()
        yield Town(slack, store)
        await store.close()


async def test_who_answers_is_known_at_once(town: Town) -> None:
    meeting = town.meeting(app_token=town.slack.add_app_token())
    assert await meeting.start() == ["Nordby"]
    assert await town.channels() == ["#jobbytte"]
    await meeting.stop()
    assert town.slack.ledger.methods() == ["auth.test", "apps.connections.open", "users.conversations"]


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
@pytest.mark.parametrize("fault", [Http(503), DROP_BEFORE, Garbage("<html>"), Limited("1"), Refusal("internal_error")])
async def test_slack_is_asked_until_it_answers_though_nothing_comes_from_it(
    town: Town, method: str, fault: Fault
) -> None:
    town.slack.fail_next(method, fault, fault, fault)
    meeting = town.meeting(app_token=town.slack.add_app_token())
    assert await meeting.start() is None
    assert await town.channels() == ["#jobbytte"]
    await meeting.stop()


async def test_channels_that_slack_did_not_list_are_asked_for_again(town: Town) -> None:
    town.slack.fail_next("users.conversations", Http(503), Http(503))
    meeting = town.meeting()
    assert await meeting.start() == ["Nordby"]
    assert await town.channels() == ["#jobbytte"]
    await meeting.stop()


async def test_something_from_slack_ends_the_wait(town: Town) -> None:
    town.slack.fail_next("auth.test", Http(503))
    meeting = town.meeting(beat=3600)
    assert await meeting.start() is None
    meeting.again()
    assert await town.channels() == ["#jobbytte"]
    await meeting.stop()


async def test_a_workspace_that_is_met_later_is_asked_for_its_channels_once(town: Town) -> None:
    town.slack.add_team("TA", "Adelby", enterprise="E1")
    town.slack.add_team("TB", "Bovrup", enterprise="E1")
    token = town.slack.install_org("E1", ["TA", "TB"]).value
    for team in ("TA", "TB"):
        town.slack.add_channel(f"C{team}", f"job-{team.lower()}", team)
    meeting = town.meeting(token)
    assert await meeting.start() == []
    for team in ("TA", "TB"):
        await town.store.run(lambda work, team=team: meet_workspace(work, team, "E1"))  # type: ignore[misc]
        meeting.again()
        assert await town.channels(tenant=team) == [f"#job-{team.lower()}"]
    meeting.again()
    await meeting.stop()
    assert town.slack.ledger.methods().count("users.conversations") == 2


async def test_a25_a_token_that_slack_refuses_later_is_said(town: Town) -> None:
    town.slack.fail_next("auth.test", Http(503))
    meeting = town.meeting(app_token="xapp-1-A0-1-nobodyknowsthisone")
    with capture_logs() as logged:
        assert await meeting.start() is None
        async with asyncio.timeout(10):
            while logged[-1]["event"] != "slack_refused":  # noqa: ASYNC110  # a task of its own says it
                await asyncio.sleep(OFTEN)
    await meeting.stop()
    assert [entry["event"] for entry in logged] == ["slack_not_reached", "slack_refused"]
    assert "SLACK_APP_TOKEN (invalid_auth)" in logged[1]["sentence"]
    assert "nobodyknows" not in repr(logged)


async def test_a25_a_token_of_the_wrong_kind_is_refused(town: Town) -> None:
    bot = town.slack.token_of(TEAM).value
    with pytest.raises(WrongSlack, match="SLACK_APP_TOKEN"):
        await town.meeting(app_token=bot).start()


async def test_a_workspace_met_before_slack_has_said_its_name_gets_it_then(town: Town) -> None:
    await town.store.run(lambda work: meet_workspace(work, TEAM))
    meeting = town.meeting()
    assert await meeting.start() == ["Nordby"]
    await meeting.stop()
    (organisation,) = await town.store.run(lambda work: work.people.organisations())
    assert organisation.name == "Nordby"
