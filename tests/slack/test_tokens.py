import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import pytest
from structlog.testing import capture_logs

from bot.channels import organisations
from bot.channels.slack.api import Api
from bot.channels.slack.calls import Calls, Fate
from bot.channels.slack.many_tokens import ManyTokens
from bot.channels.slack.one_token import OneToken
from bot.channels.slack.pace import Pace
from bot.channels.slack.renewal import EARLY, LEASE, Client, Renewal
from bot.channels.slack.tokens import Access, NoAccess, Tokens
from bot.channels.slack.workspaces import CHANNEL, meet_workspace, welcome_workspace
from bot.clock import StandingClock
from storage.records import AddressRow, Installation, OutboxState, Workspace
from storage.store import Store, StoreUnavailable, Work
from tests.conftest import ROOT
from tests.slack.fake import FakeSlack
from tests.slack.fake.faults import DROP_AFTER, DROP_BEFORE, Fault, Garbage, Hang, Http, Limited, Refusal
from tests.slack.installs import NOW, an_install
from tests.storage.claims import claim
from tests.storage.samples import a_vault, in_folder

T = TypeVar("T")
SECOND = timedelta(seconds=1)
OAUTH = "oauth.v2.access"
SOON = EARLY.total_seconds() - 1
"""Seconds that a token still lasts which is renewed now."""


class Shaky(Store):
    """A store that cannot be used the next `failures` times."""

    failures = 0

    async def run(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable
        return await super().run(unit, serial)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOW)


@pytest.fixture
async def slack(clock: StandingClock) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(clock) as slack:
        slack.add_team("T1", "Kommunen")
        yield slack


@pytest.fixture
async def open_store(tmp_path: Path) -> AsyncIterator[Callable[[], Shaky]]:
    """Opens the test's one file again and again, as so many processes would."""
    stores: list[Shaky] = []

    def again() -> Shaky:
        store = Shaky.open(in_folder(tmp_path), a_vault())
        assert isinstance(store, Shaky)
        stores.append(store)
        store.migrate()
        return store

    yield again
    for store in stores:
        await store.close()


@pytest.fixture
def store(open_store: Callable[[], Shaky]) -> Shaky:
    return open_store()


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    """What was logged. No test here may log a token."""
    with capture_logs() as logged:
        yield logged
    assert "xox" not in json.dumps(logged, default=str)


def renewal(store: Store, slack: FakeSlack, clock: StandingClock, patience: float = 5.0) -> Renewal:
    app = Client(slack.app.client_id, slack.app.client_secret)
    return Renewal(store, Calls(slack.base_url), clock, app, patience, beat=0.01)


def many(store: Store, slack: FakeSlack, clock: StandingClock, patience: float = 5.0) -> ManyTokens:
    return ManyTokens(store, renewal(store, slack, clock, patience))


def one(store: Store, slack: FakeSlack, token: str) -> OneToken:
    return OneToken(store, Calls(slack.base_url), token, StandingClock(NOW))


def keep(store: Store, installation: Installation) -> Installation:
    def unit(work: Work) -> Installation:
        if installation.tenant:
            welcome_workspace(work, installation.tenant, "Kommunen", installation.enterprise)
        return work.installations.put(installation)

    return store.run_now(unit)


def rotating(store: Store, slack: FakeSlack, expires_in: float = SOON) -> Installation:
    """An install in T1 whose token ends in so many seconds."""
    return keep(store, an_install(slack, slack.install("T1", expires_in=expires_in)))


def kept(store: Store, tenant: str = "T1", enterprise: str = "") -> Installation:
    row = store.run_now(lambda work: work.installations.find(enterprise, tenant))
    assert row is not None
    return row


def renewals(slack: FakeSlack) -> int:
    return slack.ledger.methods().count(OAUTH)


async def refused(asked: Awaitable[Access]) -> tuple[str, bool]:
    with pytest.raises(NoAccess) as caught:
        await asked
    return caught.value.reason, caught.value.later


async def works(slack: FakeSlack, access: Access) -> bool:
    """Whether Slack takes it, for the workspace that it names."""
    answer = await Calls(slack.base_url).ask(access, lambda client: client.users_conversations(team_id=access.tenant))
    return answer.done


# The token that was set


async def test_the_one_token_serves_the_workspace_that_it_is_for(store: Shaky, slack: FakeSlack) -> None:
    tokens = one(store, slack, slack.install("T1").value)
    asked = await asyncio.gather(*(tokens.of("T1") for _ in range(10)))
    assert slack.ledger.methods() == ["auth.test"]
    assert set(asked) == {Access(asked[0].token, "T1", "", slack.bots["T1"])}
    assert await works(slack, asked[0])
    assert await refused(tokens.of("T2")) == ("not_installed", False)
    workspace = store.run_now(lambda work: work.workspaces.find(CHANNEL, "T1"))
    assert workspace is not None
    assert (workspace.name, workspace.state) == ("Kommunen", "live")


@pytest.mark.parametrize("alone", [True, False])
async def test_a_town_that_is_alone_here_is_one_organisation_in_slack_too(
    store: Shaky, slack: FakeSlack, alone: bool
) -> None:
    teams = store.run_now(lambda work: organisations.meet(work, "teams", "a-tenant"))
    tokens = OneToken(store, Calls(slack.base_url), slack.install("T1").value, StandingClock(NOW), alone)
    await tokens.start()
    workspace = store.run_now(lambda work: work.workspaces.find(CHANNEL, "T1"))
    assert workspace is not None
    assert (workspace.organisation == teams.organisation) is alone
    (named, *others) = [row.name for row in store.run_now(lambda work: work.people.organisations())]
    assert (named, others) == ("Kommunen", [] if alone else ["a-tenant"])


async def test_s13_one_token_for_an_enterprise_serves_each_of_its_workspaces(store: Shaky, slack: FakeSlack) -> None:
    slack.add_team("T2", "Byen", enterprise="E1")
    tokens = one(store, slack, slack.install_org("E1", ["T2"]).value)
    assert (await tokens.start()).tenant == ""
    access = await tokens.of("T2", "E1")
    assert (access.tenant, access.enterprise) == ("T2", "E1")
    assert await works(slack, access)
    assert [await refused(tokens.of(*who)) for who in (("T2",), ("T3", "E2"), ("", "E1"))] == [
        ("not_installed", False)
    ] * 3
    # Once it is known, its enterprise is: an address says the workspace only.
    await store.run(lambda work: meet_workspace(work, "T2", "E1"))
    assert (await tokens.of("T2")).tenant == "T2"


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth", "not_allowed_token_type"])
async def test_a_token_that_slack_refuses_opens_nothing(store: Shaky, slack: FakeSlack, error: str) -> None:
    slack.fail_next("auth.test", Refusal(error))
    assert await refused(one(store, slack, "xoxb-1").start()) == (error, False)


@pytest.mark.parametrize("fault", [Http(503), Limited("1"), DROP_BEFORE, Garbage(), Refusal("fatal_error")])
async def test_slack_is_asked_again_when_it_did_not_answer(store: Shaky, slack: FakeSlack, fault: Fault) -> None:
    tokens = one(store, slack, slack.install("T1").value)
    slack.fail_next("auth.test", fault)
    assert (await refused(tokens.of("T1")))[1]
    assert (await tokens.of("T1")).tenant == "T1"


# The tokens of the installs


async def test_s13_the_workspaces_own_install_goes_before_that_of_the_enterprise(
    store: Shaky, slack: FakeSlack, clock: StandingClock
) -> None:
    slack.add_team("T2", "Byen", enterprise="E1")
    slack.add_team("T3", "Havnen", enterprise="E1")
    wide = keep(store, an_install(slack, slack.install_org("E1", ["T2", "T3"])))
    own = keep(store, an_install(slack, slack.install("T2")))
    tokens = many(store, slack, clock)
    assert (wide.tenant, wide.enterprise, own.tenant, own.enterprise) == ("", "E1", "T2", "E1")
    for tenant, token in (("T2", own.token), ("T3", wide.token)):
        access = await tokens.of(tenant, "E1")
        assert (access.token, access.tenant) == (token, tenant)
        assert await works(slack, access)
    assert (await tokens.of("T2")).token == own.token
    assert await refused(tokens.of("T3", "E2")) == ("not_installed", False)
    assert await refused(tokens.of("T9")) == ("not_installed", False)


async def test_a_token_that_lasts_is_not_renewed(store: Shaky, slack: FakeSlack, clock: StandingClock) -> None:
    row = rotating(store, slack, EARLY.total_seconds())
    assert (await many(store, slack, clock).of("T1")).token == row.token
    assert renewals(slack) == 0


async def test_s11_a_token_that_ends_soon_is_renewed_and_kept(
    store: Shaky, slack: FakeSlack, clock: StandingClock
) -> None:
    row = rotating(store, slack)
    access = await many(store, slack, clock).of("T1")
    fresh = kept(store)
    assert access.token == fresh.token != row.token
    assert fresh.refresh_token != row.refresh_token
    assert fresh.expires == NOW + timedelta(hours=12)
    clock.move_to(NOW + timedelta(hours=10, seconds=1))
    assert await works(slack, await many(store, slack, clock).of("T1"))
    assert renewals(slack) == 2


async def test_s11_many_at_once_renew_once(store: Shaky, slack: FakeSlack, clock: StandingClock) -> None:
    rotating(store, slack)
    tokens = many(store, slack, clock)
    asked = await asyncio.gather(*(tokens.of("T1") for _ in range(20)))
    assert {access.token for access in asked} == {kept(store).token}
    assert renewals(slack) == 1


async def test_s11_two_processes_renew_once(
    open_store: Callable[[], Shaky], slack: FakeSlack, clock: StandingClock
) -> None:
    first, second = open_store(), open_store()
    rotating(first, slack)
    hang = Hang()
    slack.fail_next(OAUTH, hang)
    winner = asyncio.create_task(many(first, slack, clock).of("T1"))
    await hang.reached.wait()
    others = [asyncio.create_task(many(second, slack, clock).of("T1")) for _ in range(5)]
    await asyncio.wait(others, timeout=0.05)
    assert not any(other.done() for other in others)
    hang.release()
    asked = await asyncio.gather(winner, *others)
    assert {access.token for access in asked} == {kept(first).token}
    assert renewals(slack) == 1


async def test_s11_what_was_read_before_another_renewed_it_is_not_renewed_again(
    open_store: Callable[[], Shaky], slack: FakeSlack, clock: StandingClock
) -> None:
    first, second = open_store(), open_store()
    read = rotating(first, slack)
    access = await many(first, slack, clock).of("T1")
    assert (await renewal(second, slack, clock).fresh(read)).token == access.token != read.token
    assert renewals(slack) == 1


async def test_s11_who_waits_too_long_goes_on_with_the_token_while_it_lasts(
    open_store: Callable[[], Shaky], slack: FakeSlack, clock: StandingClock
) -> None:
    store = open_store()
    row = rotating(store, slack)
    # Somebody has begun, and is never heard of again.
    assert store.run_now(lambda work: work.installations.claim_refresh(row.id, NOW, 10 * EARLY.total_seconds()))
    tokens = many(store, slack, clock, patience=0.02)
    assert (await tokens.of("T1")).token == row.token
    assert row.expires is not None
    clock.move_to(row.expires)
    assert await refused(tokens.of("T1")) == ("being_renewed", True)


KILLED = """
import asyncio, sys
from bot.clock import StandingClock
from storage.store import Store
from tests.slack.fake import FakeSlack
from tests.slack.installs import NOW
from tests.slack.test_tokens import many
from tests.storage.samples import a_vault

clock = StandingClock(NOW)
slack = FakeSlack(clock)
slack.base_url = sys.argv[2]
asyncio.run(many(Store.open(sys.argv[1], a_vault()), slack, clock).of("T1"))
"""


async def test_s11_killed_between_the_answer_and_keeping_it_somebody_has_to_install_again(
    store: Shaky, slack: FakeSlack, clock: StandingClock, tmp_path: Path, logs: list[Any]
) -> None:
    row = rotating(store, slack)
    hang = Hang(accepted=True)
    slack.fail_next(OAUTH, hang)
    start = [sys.executable, "-c", KILLED, in_folder(tmp_path), slack.base_url]
    process = await asyncio.create_subprocess_exec(*start, cwd=ROOT, stderr=subprocess.PIPE)
    # Slack has taken the refresh token, and its answer is not kept yet.
    await asyncio.wait_for(hang.reached.wait(), 60)
    process.kill()
    assert await process.wait() == -signal.SIGKILL
    hang.release()
    assert kept(store) == row
    clock.move_to(NOW + timedelta(seconds=LEASE))
    tokens = many(store, slack, clock)
    assert await refused(tokens.of("T1")) == ("expired", True)
    assert kept(store).state == "expired"
    (line,) = [line for line in logs if line["event"] == "slack_install_again"]
    assert "install Vidsyn again" in line["sentence"]
    assert line["tenant"] == "T1"
    # Nobody asks Slack in vain again, and a new install mends it.
    assert await refused(tokens.of("T1")) == ("expired", True)
    assert renewals(slack) == 2
    again = keep(store, an_install(slack, slack.install("T1", expires_in=43200)))
    assert (await tokens.of("T1")).token == again.token


async def test_s11_killed_before_slack_was_asked_the_next_one_renews(
    store: Shaky, slack: FakeSlack, clock: StandingClock
) -> None:
    row = rotating(store, slack)
    assert store.run_now(lambda work: work.installations.claim_refresh(row.id, NOW, LEASE))
    clock.move_to(NOW + timedelta(seconds=LEASE))
    assert (await many(store, slack, clock).of("T1")).token == kept(store).token != row.token


@pytest.mark.parametrize("error", ["invalid_refresh_token", "token_revoked"])
async def test_s11_a_refusal_ends_the_install(store: Shaky, slack: FakeSlack, clock: StandingClock, error: str) -> None:
    rotating(store, slack)
    slack.fail_next(OAUTH, Refusal(error))
    assert await refused(many(store, slack, clock).of("T1")) == ("expired", True)
    assert kept(store).state == "expired"


@pytest.mark.parametrize(
    "fault", [DROP_BEFORE, Http(500), Limited("1"), Refusal("bad_client_secret"), Refusal("internal_error")]
)
async def test_s11_when_slack_does_not_renew_now_the_token_is_used_while_it_lasts(
    store: Shaky, slack: FakeSlack, clock: StandingClock, fault: Fault
) -> None:
    row = rotating(store, slack)
    tokens = many(store, slack, clock, patience=0.01)
    slack.fail_next(OAUTH, fault)
    assert (await tokens.of("T1")).token == row.token
    # Not again at once: the lease is the pause.
    assert (await tokens.of("T1")).token == row.token
    assert renewals(slack) == 1
    clock.move_to(NOW + timedelta(seconds=LEASE))
    assert (await tokens.of("T1")).token == kept(store).token != row.token


async def test_s11_after_its_end_a_token_that_cannot_be_renewed_now_is_for_later(
    store: Shaky, slack: FakeSlack, clock: StandingClock
) -> None:
    row = rotating(store, slack)
    assert row.expires is not None
    clock.move_to(row.expires)
    slack.fail_next(OAUTH, Http(503))
    assert await refused(many(store, slack, clock).of("T1")) == ("http_503", True)
    assert kept(store).state == "live"


async def test_s11_an_answer_that_is_lost_ends_the_install_at_the_next_try(
    store: Shaky, slack: FakeSlack, clock: StandingClock
) -> None:
    row = rotating(store, slack)
    slack.fail_next(OAUTH, DROP_AFTER)
    tokens = many(store, slack, clock)
    assert (await tokens.of("T1")).token == row.token
    clock.move_to(NOW + timedelta(seconds=LEASE))
    assert await refused(tokens.of("T1")) == ("expired", True)


async def test_s11_who_gives_up_waiting_loses_nothing(store: Shaky, slack: FakeSlack, clock: StandingClock) -> None:
    row = rotating(store, slack)
    hang = Hang()
    slack.fail_next(OAUTH, hang)
    tokens = many(store, slack, clock)
    impatient = asyncio.create_task(tokens.of("T1"))
    await hang.reached.wait()
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    hang.release()
    assert (await tokens.of("T1")).token == kept(store).token != row.token
    assert renewals(slack) == 1


async def test_s11_a_store_that_is_away_for_a_moment_loses_nothing(
    store: Shaky, slack: FakeSlack, clock: StandingClock
) -> None:
    row = rotating(store, slack)
    hang = Hang()
    slack.fail_next(OAUTH, hang)
    asked = asyncio.create_task(many(store, slack, clock).of("T1"))
    await hang.reached.wait()
    store.failures = 4
    hang.release()
    assert (await asked).token == kept(store).token != row.token


async def test_s11_an_install_while_the_token_is_renewed_wins(
    store: Shaky, slack: FakeSlack, clock: StandingClock
) -> None:
    rotating(store, slack)
    hang = Hang()
    slack.fail_next(OAUTH, hang)
    asked = asyncio.create_task(many(store, slack, clock).of("T1"))
    await hang.reached.wait()
    newer = rotating(store, slack, 43200)
    hang.release()
    assert (await asked).token == newer.token == kept(store).token


async def test_s11_a_call_with_the_token_of_before_its_renewal_is_put_off_and_ends_nothing(
    store: Shaky, slack: FakeSlack, clock: StandingClock
) -> None:
    row = rotating(store, slack, EARLY.total_seconds())
    tokens = many(store, slack, clock)
    api = Api(Calls(slack.base_url), tokens, Pace(monotonic, asyncio.sleep), clock)
    hang = Hang(accepted=False)
    slack.fail_next("auth.test", hang)
    asked = asyncio.create_task(api.ask("T1", "auth.test", lambda client: client.auth_test()))
    await hang.reached.wait()
    clock.move_to(NOW + SECOND)
    fresh = await tokens.of("T1")
    slack.tokens[row.token] = replace(slack.tokens[row.token], dead="token_revoked")
    hang.release()
    assert (await asked).fate is Fate.NOT_SENT
    assert await tokens.of("T1") == fresh
    # Without another one, it is the end.
    slack.tokens[fresh.token] = replace(slack.tokens[fresh.token], dead="token_revoked")
    assert (await api.ask("T1", "auth.test", lambda client: client.auth_test())).fate is Fate.GONE
    assert await refused(tokens.of("T1")) == ("gone", False)


# Gone


async def test_s12_a_removal_while_the_token_is_renewed_is_not_undone(
    store: Shaky, slack: FakeSlack, clock: StandingClock
) -> None:
    rotating(store, slack)
    hang = Hang()
    slack.fail_next(OAUTH, hang)
    tokens = many(store, slack, clock)
    asked = asyncio.create_task(tokens.of("T1"))
    await hang.reached.wait()
    await tokens.gone("T1")
    hang.release()
    assert await refused(asked) == ("gone", False)
    assert kept(store).state == "gone"


def queue(store: Store, tenant: str, place: str) -> str:
    to = AddressRow(CHANNEL, tenant, place)
    return store.run_now(lambda work: work.outbox.add(to, "hej", "message", "x", NOW).id)


def states(store: Store, *ids: str) -> list[OutboxState]:
    return store.run_now(lambda work: [work.outbox.get(id).state for id in ids])


@pytest.mark.parametrize("events", sorted({*permutations(("revoked", "uninstalled", "uninstalled", "send ends"))}))
@pytest.mark.parametrize("sort", ["one", "many"])
async def test_s12_after_a_removal_in_any_order_nothing_is_sent(
    store: Shaky, slack: FakeSlack, clock: StandingClock, events: tuple[str, ...], sort: str
) -> None:
    token = slack.install("T1")
    slack.add_channel("C1", "jobbytte")
    keep(store, an_install(slack, token))
    tokens: Tokens = one(store, slack, token.value) if sort == "one" else many(store, slack, clock)
    await tokens.of("T1")
    flying, *waiting = [queue(store, "T1", place) for place in ("C1", "C1", "U1")]
    elsewhere = queue(store, "T9", "U1")
    store.run_now(lambda work: claim(work, NOW, 1))
    hang = Hang()
    slack.fail_next("chat.postMessage", hang)
    access = await tokens.of("T1")
    sending = asyncio.create_task(
        Calls(slack.base_url).ask(access, lambda client: client.chat_postMessage(channel="C1", text="hej"))
    )
    await hang.reached.wait()
    for event in events:
        if event == "send ends":
            hang.release()
            assert (await sending).done
            store.run_now(lambda work: work.outbox.finish(flying, OutboxState.SENT))
        else:
            await tokens.gone("T1")
    assert states(store, flying, *waiting) == [OutboxState.SENT, OutboxState.CANCELLED, OutboxState.CANCELLED]
    assert states(store, elsewhere) == [OutboxState.PENDING]
    assert await refused(tokens.of("T1")) == ("gone", False)
    assert len(slack.ledger.posted) == 1


async def test_s12_a_new_install_revives_and_an_old_removal_that_comes_late_ends_nothing(
    store: Shaky, slack: FakeSlack, clock: StandingClock
) -> None:
    tokens = many(store, slack, clock)
    first = keep(store, an_install(slack, slack.install("T1")))
    owner = store.run_now(lambda work: work.workspaces.find(CHANNEL, "T1"))
    clock.move_to(NOW + 60 * SECOND)
    await tokens.gone("T1", at=NOW + 60 * SECOND)
    assert await refused(tokens.of("T1")) == ("gone", False)
    clock.move_to(NOW + timedelta(seconds=120.9))
    second = keep(store, an_install(slack, slack.install("T1")))
    assert first.id == second.id
    assert store.run_now(lambda work: work.workspaces.find(CHANNEL, "T1")) == owner
    waiting = queue(store, "T1", "U1")
    await tokens.gone("T1", at=NOW + 60 * SECOND)
    assert (await tokens.of("T1")).token == second.token
    assert states(store, waiting) == [OutboxState.PENDING]
    # Slack's moments have whole seconds.
    await tokens.gone("T1", at=NOW + 120 * SECOND)
    assert await refused(tokens.of("T1")) == ("gone", False)


async def test_s12_s13_an_enterprises_removal_ends_what_has_no_install_of_its_own(
    store: Shaky, slack: FakeSlack, clock: StandingClock
) -> None:
    for team in ("T2", "T3"):
        slack.add_team(team, team, enterprise="E1")
    keep(store, an_install(slack, slack.install_org("E1", ["T2", "T3"])))
    own = keep(store, an_install(slack, slack.install("T2")))
    keep(store, an_install(slack, slack.install("T1")))
    store.run_now(lambda work: meet_workspace(work, "T3", "E1"))
    ids = [queue(store, tenant, "U1") for tenant in ("T1", "T2", "T3")]
    tokens = many(store, slack, clock)
    await tokens.gone("", "E1")
    assert states(store, *ids) == [OutboxState.PENDING, OutboxState.PENDING, OutboxState.CANCELLED]
    assert (await tokens.of("T2")).token == own.token
    assert await refused(tokens.of("T3")) == ("gone", False)
    assert await refused(tokens.of("T4", "E1")) == ("gone", False)


async def test_s12_s13_the_one_token_of_an_enterprise_ends_with_its_removal(store: Shaky, slack: FakeSlack) -> None:
    slack.add_team("T2", "Byen", enterprise="E1")
    tokens = one(store, slack, slack.install_org("E1", ["T2"]).value)
    assert (await tokens.of("T2", "E1")).tenant == "T2"
    await tokens.gone("", "E1")
    assert await refused(tokens.of("T2", "E1")) == ("gone", False)


async def test_s12_one_workspace_of_an_enterprise_can_leave(
    store: Shaky, slack: FakeSlack, clock: StandingClock
) -> None:
    for team in ("T2", "T3"):
        slack.add_team(team, team, enterprise="E1")
    wide = slack.install_org("E1", ["T2", "T3"])
    keep(store, an_install(slack, wide))
    for tenant in ("T2", "T3"):
        await store.run(lambda work, tenant=tenant: meet_workspace(work, tenant, "E1"))  # type: ignore[misc]
    for tokens in (many(store, slack, clock), one(store, slack, wide.value)):
        await tokens.gone("T2", "E1")
        assert await refused(tokens.of("T2", "E1")) == ("gone", False)
        assert (await tokens.of("T3", "E1")).tenant == "T3"


async def test_s20_a_token_that_cannot_be_read_opens_nothing(
    store: Shaky, slack: FakeSlack, clock: StandingClock
) -> None:
    rotating(store, slack)
    store.run_now(lambda work: work.meta._connection.exec_driver_sql("UPDATE installations SET token = x'00'").close())
    assert await refused(many(store, slack, clock).of("T1")) == ("unreadable", True)
    assert renewals(slack) == 0


def test_a_token_is_not_shown() -> None:
    assert "xox" not in repr(Access("xoxb-1", "T1", "", "U1"))
    assert "secret" not in repr(Client("1.2", "a secret of ours"))


# Whose a workspace is


def test_a_workspace_keeps_its_organisation(store: Shaky) -> None:
    def unit(work: Work) -> list[Workspace]:
        return [
            welcome_workspace(work, "T1", "Kommunen"),
            welcome_workspace(work, "T1", "Byen", country="NO"),
            meet_workspace(work, "T1", name="Havnen"),
            welcome_workspace(work, "T2", "Kommunen", country="NO", zone="Europe/Oslo", language="nb"),
            meet_workspace(work, "T3", "E1"),
        ]

    first, again, met, other, nameless = store.run_now(unit)
    assert first.organisation == again.organisation == met.organisation != other.organisation
    assert [row.name for row in (again, met, nameless)] == ["Byen", "Byen", "T3"]
    organisations = {row.id: row for row in store.run_now(lambda work: work.people.organisations())}
    ours, theirs = organisations[first.organisation], organisations[other.organisation]
    assert (ours.name, ours.country, ours.zone, ours.language) == ("Kommunen", "DK", "Europe/Copenhagen", "da")
    assert (theirs.country, theirs.zone, theirs.language) == ("NO", "Europe/Oslo", "nb")
    assert len(organisations) == 3
