"""Teams put together: what the start says, whom the way in lets in, and what is done when it stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.channel import Incoming, Reply
from bot.channels.teams.settings import WrongTeams
from bot.channels.teams.teams import TeamsRoom
from bot.clock import SystemClock
from bot.turns import people
from storage.records import AddressRow, Chat, Organisation, Workspace
from storage.store import Store, Work
from tests.stage.play import WORDS
from tests.storage.samples import NOW, a_vault
from tests.teams import ours
from tests.teams.fake import Drop, FakeTeams, Hang, Refuse, Team
from tests.teams.fake.faults import Fault

OTHER = "33333333-cccc-4ccc-8ccc-333333333333"


@dataclass
class Heard:
    """A conversation that keeps what it is told."""

    texts: list[str] = field(default_factory=list)

    async def accept(self, incoming: Incoming, answered: Callable[[], None] = lambda: None) -> None:
        self.texts.append(incoming.text)
        answered()

    async def receive(self, incoming: Incoming) -> Reply:
        return Reply()

    async def asked(self, incoming: Incoming, refusal: Reply) -> Reply:
        return refusal


@pytest.fixture
async def fake() -> AsyncIterator[FakeTeams]:
    async with FakeTeams(SystemClock()) as fake:
        yield fake


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    store = Store.open("sqlite://", a_vault())
    store.migrate()
    yield store
    await store.close()


Opens = Callable[..., TeamsRoom]


@pytest.fixture
async def room(fake: FakeTeams, store: Store) -> AsyncIterator[Opens]:
    """Rooms as the composition root makes them; nobody's zone is followed."""
    rooms: list[TeamsRoom] = []

    async def change(where: AddressRow, *, name: str, zone: str, active: bool) -> None:
        """Nothing."""

    def made(**changes: object) -> TeamsRoom:
        teams = ours.settings(fake, **changes)
        rooms.append(TeamsRoom(store, WORDS, SystemClock(), teams, people.arrive, change, alone=True))
        return rooms[-1]

    yield made
    for it in rooms:
        await it.close()


@asynccontextmanager
async def opened(fake: FakeTeams, it: TeamsRoom) -> AsyncIterator[Heard]:
    """The way in, with Teams posting to it."""
    heard, app = Heard(), web.Application()
    it.opens(heard, app)
    async with TestServer(app) as server:
        fake.tell(str(server.make_url("/api/messages")))
        yield heard
        await it.idle()
    await it.stop()


async def in_a_team(fake: FakeTeams, store: Store) -> Team:
    """A team that the assistant is in, as an earlier process has written it down."""
    team = fake.add_team("Jobbytte", installed=True)

    def unit(work: Work) -> None:
        work.people.add_organisation(Organisation("org", "Nordby", "DK", "Europe/Copenhagen", "da"))
        work.workspaces.put(Workspace("teams", team.tenant, "Nordby", "org"))
        work.chats.put(Chat("teams", team.tenant, team.id, team.id, team.id, fake.service_url, touched=NOW))

    await store.run(unit)
    return team


# The start


async def test_it_says_that_it_is_ready_and_has_the_keys(fake: FakeTeams, room: Opens) -> None:
    it = room()
    assert await it.start() == "Vidsyn is ready in Teams."
    await it.stop()
    assert [call.what for call in fake.ledger.calls] == ["token", "openid", "keys"]


async def test_it_asks_anew_for_the_channels_of_its_teams(fake: FakeTeams, store: Store, room: Opens) -> None:
    team = await in_a_team(fake, store)
    fake.add_channel(team, "Rokader")
    it = room()
    await it.start()
    await it.idle()
    names = await store.run(lambda work: [place.name for place in work.workspaces.places("teams", team.tenant)])
    assert sorted(names) == ["Jobbytte", "Jobbytte › Rokader"]
    await it.stop()


@pytest.mark.parametrize("fault", [Refuse(503), Refuse(429), Drop(accepted=True)])
async def test_it_starts_while_microsoft_is_away(fake: FakeTeams, fault: Fault, room: Opens) -> None:
    fake.fail_always("token", fault)
    it = room()
    with capture_logs() as logged:
        assert await it.start() == "Microsoft does not answer yet; Vidsyn goes on trying."
    assert "teams_not_reached" in [entry["event"] for entry in logged]
    fake.fail_always("token", None)
    async with opened(fake, it) as heard:
        assert (await fake.person(fake.add_user("Emil Eriksen")).says("hej")).answer.status == 200
        assert heard.texts == ["hej"]


async def test_it_starts_without_the_keys_and_says_so_in_the_log(fake: FakeTeams, room: Opens) -> None:
    fake.fail_always("keys", Refuse(500))
    it = room()
    with capture_logs() as logged:
        assert await it.start() == "Vidsyn is ready in Teams."
    assert "teams_keys_not_there" in [entry["event"] for entry in logged]
    await it.stop()


@pytest.mark.parametrize(
    "changes", [{"secret": SecretStr("not-the-secret-of-the-app")}, {"app_id": OTHER}, {"tenant": OTHER}]
)
async def test_t5_a_refused_login_says_what_to_compare(
    fake: FakeTeams, changes: dict[str, object], room: Opens
) -> None:
    with pytest.raises(WrongTeams) as caught:
        await room(**changes).start()
    assert "Compare MicrosoftAppId, MicrosoftAppPassword and MicrosoftAppTenantId" in str(caught.value)
    assert "not-the-secret" not in str(caught.value)
    assert fake.ledger.count("openid") == 0


async def test_t20_the_anonymous_mode_asks_nobody(fake: FakeTeams, room: Opens) -> None:
    it = room(kind="Anonymous", app_id="", secret=SecretStr(""), tenant="")
    assert "lets in everybody" in await it.start()
    await it.stop()
    assert fake.ledger.calls == []


# The way in


async def test_t1_it_lets_in_who_has_a_token_and_nobody_else(fake: FakeTeams, room: Opens) -> None:
    async with opened(fake, room()) as heard:
        delivery = await fake.person(fake.add_user("Emil Eriksen")).says("hej")
        assert delivery.answer.status == 200
        assert (await fake.post_raw(delivery.raw, token="")).status == 401
        assert (await fake.send(delivery.activity, token=fake.keys.token("https://evil.example/"))).answer.status == 403
    assert heard.texts == ["hej"]


async def test_t18_in_one_tenant_another_is_refused(fake: FakeTeams, room: Opens) -> None:
    fake.add_tenant(OTHER, "Oeby")
    async with opened(fake, room()) as heard:
        assert (await fake.person(fake.add_user("Nora Nygaard", OTHER)).says("hej")).answer.status == 403
    assert heard.texts == []


async def test_t18_for_many_tenants_each_is_let_in(fake: FakeTeams, room: Opens) -> None:
    fake.add_tenant(OTHER, "Oeby")
    async with opened(fake, room(kind="MultiTenant", tenant="")) as heard:
        for tenant in ("", OTHER):
            assert (await fake.person(fake.add_user("Nora Nygaard", tenant)).says("hej")).answer.status == 200
    assert heard.texts == ["hej", "hej"]


async def test_with_consent_the_tenant_goes_by_its_name_on_a_clock_that_runs(
    fake: FakeTeams, store: Store, room: Opens
) -> None:
    fake.consent.add(fake.app.tenant)
    async with opened(fake, room()):
        await fake.person(fake.add_user("Emil Eriksen")).says("hej")
    found = await store.run(lambda work: work.workspaces.find("teams", fake.app.tenant))
    assert found is not None
    assert found.name == "Nordby"


# The end


async def test_f24_it_stops_while_teams_hangs(fake: FakeTeams, store: Store, room: Opens) -> None:
    fake.fail_always("channels", hang := Hang())
    await in_a_team(fake, store)
    it = room()
    await it.start()
    async with asyncio.timeout(5):
        await hang.reached.wait()
        await it.stop()
    assert not hang.released.is_set(), "it did not wait for Teams"
