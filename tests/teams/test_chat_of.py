"""T9: where somebody's chat is. Made once, called at its latest address, and left alone where nothing may be sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.channel import Address
from bot.channels.teams.chat_of import SERVICE, ChatOf
from bot.channels.teams.outcomes import DAY
from storage.records import Chat, OutboxState
from tests.slack.office import FOUR
from tests.teams.fake.faults import DROP_AFTER, T10, AcceptThen, Fault, Hang, Refuse
from tests.teams.fake.things import User
from tests.teams.office import Office, open_office

SENT, REFUSED, PENDING = OutboxState.SENT, OutboxState.REFUSED, OutboxState.PENDING


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with open_office() as office:
        yield office


@pytest.fixture
async def vera(office: Office) -> User:
    """She has the app, and we do not know her chat."""
    return office.teams.add_user("Vera Holm", installed=True)


async def test_t9_a_chat_is_made_once(office: Office, vera: User) -> None:
    assert [(await office.send(vera)).state for _ in range(3)] == [SENT] * 3
    (created,) = office.teams.ledger.of("create")
    assert created.body["members"] == [{"id": vera.aad}]
    assert created.body["channelData"] == {"tenant": {"id": vera.tenant}}
    row = await office.kept(vera)
    assert (row.chat, row.service, row.state) == (created.reference, office.teams.service_url, "live")
    assert len(office.posts(vera)) == 3


async def test_t9_however_many_ask_at_once_it_is_made_once(office: Office, vera: User) -> None:
    chats, made = ChatOf(office.store, office.time.clock), []

    async def create(chat: Chat) -> str:
        made.append(chat)
        await asyncio.sleep(0)
        return "a:1"

    to = Address("teams", vera.tenant, vera.aad)
    found = await asyncio.gather(*(chats.made(to, create) for _ in range(20)))
    assert ({chat.chat for chat in found}, len(made)) == ({"a:1"}, 1)
    assert len(chats._making) == 0


async def test_t9_after_a_restart_it_is_still_known(office: Office, vera: User) -> None:
    await office.send(vera)
    assert (await office.again().send(vera)).state == SENT
    assert office.teams.ledger.count("create") == 1


async def test_t9_who_is_known_by_the_name_that_teams_gives_is_called_so(office: Office, vera: User) -> None:
    await office.keep(Chat("teams", vera.tenant, vera.aad, user=vera.id, touched=FOUR))
    await office.send(vera)
    (created,) = office.teams.ledger.of("create")
    assert created.body["members"] == [{"id": vera.id}]


async def test_t9_the_latest_address_is_called(office: Office) -> None:
    leo = await office.meet("Leo Dahl")
    await office.send(leo)
    office.time.clock.move_to(FOUR + timedelta(hours=1))
    office.teams.region = "amer"
    await office.settle_in()
    await office.send(leo)
    office.time.clock.move_to(FOUR + timedelta(hours=2))
    office.teams.region = "de"
    await office.change(leo, service=office.teams.service_url, touched=office.teams.now)
    await office.send(leo)
    regions = [call.address.split("/smba/")[1].split("/")[0] for call in office.teams.ledger.of("send")]
    assert regions == ["emea", "amer", "de"]


async def test_t9_a_tenant_that_nothing_has_come_from_is_at_microsofts_own_address(office: Office) -> None:
    chat = await ChatOf(office.store, office.time.clock).find(Address("teams", "another", "somebody"))
    assert (chat.service, chat.chat) == (SERVICE, "")


LOST: list[Fault] = [AcceptThen(502), AcceptThen(503), AcceptThen(504), DROP_AFTER, T10["PreconditionFailed"]]


@pytest.mark.parametrize("fault", [*LOST, T10["Throttled"], T10["503"]], ids=repr)
async def test_t9_to_make_sure_of_it_twice_does_no_harm(office: Office, vera: User, fault: Fault) -> None:
    office.teams.fail_next("create", fault)
    id = await office.queue(vera)
    await office.run_until_empty(300)
    assert ((await office.row(id)).state, len(office.posts(vera))) == (SENT, 1)


async def test_t9_who_does_not_exist_is_refused(office: Office) -> None:
    row = await office.send("00000000-0000-4000-8000-000000000001")
    assert (row.state, row.reason) == (REFUSED, "NotFound")


# Stored addresses


@pytest.mark.parametrize(
    "service",
    ["https://smba.trafficmanager.net.evil/teams/", "https://x.trafficmanager.net/", "http://169.254.169.254/",
     "https://smba.trafficmanager.net@evil.example/", "https://evil.example/"],
)  # fmt: skip
async def test_t6_what_is_stored_is_looked_at_too(office: Office, service: str) -> None:
    leo = await office.meet("Leo Dahl")
    await office.change(leo, service=service)
    row = await office.send(leo)
    assert (row.state, row.reason.split(":")[0], office.teams.ledger.calls) == (REFUSED, "wrong_host", [])
    assert "TEAMS_SERVICE_HOSTS" in row.reason


# Nothing may be sent


@pytest.mark.parametrize("code", ["BotNotInConversationRoster", "ForbiddenOperationException"])
async def test_t10_not_installed_waits_for_the_install(office: Office, code: str) -> None:
    vera = office.teams.add_user("Vera Holm", installed=True)
    office.teams.fail_next("create", T10[code])
    id = await office.queue(vera)
    await office.delivery.deliver()
    assert (await office.row(id)).state == PENDING
    assert (await office.kept(vera)).state == "absent"
    office.time.clock.move_to(FOUR + timedelta(seconds=3 * DAY))
    await office.delivery.deliver()
    assert office.teams.ledger.count("create") == 1, "nothing more is asked until the install"
    await office.change(vera, state="live")
    await office.store.run(lambda work: work.outbox.wake("teams", vera.tenant, vera.aad, office.teams.now))
    await office.delivery.deliver()
    assert ((await office.row(id)).state, len(office.posts(vera))) == (SENT, 1)


async def test_t10_who_took_the_app_away_unnoticed_waits_too(office: Office) -> None:
    leo = await office.meet("Leo Dahl")
    office.teams.fail_next("send", T10["BotNotInConversationRoster"])
    id = await office.queue(leo)
    await office.delivery.deliver()
    row = await office.kept(leo)
    assert ((await office.row(id)).state, row.state, row.chat, row.user) == (PENDING, "absent", "", leo.id)


@pytest.mark.parametrize("code", ["ConversationBlockedByUser", "BotDisabledByAdmin", "MessageWritesBlocked"])
@pytest.mark.parametrize("call", ["create", "send"])
async def test_t10_blocked_stops_until_the_person_acts(office: Office, vera: User, code: str, call: str) -> None:
    office.teams.fail_next(call, T10[code])
    row = await office.send(vera)
    assert (row.state, row.reason, (await office.kept(vera)).state) == (REFUSED, code, "blocked")
    before = len(office.teams.ledger.calls)
    assert (await office.send(vera)).reason == "blocked"
    assert len(office.teams.ledger.calls) == before
    await office.change(vera, state="live")
    assert (await office.send(vera)).state == SENT


async def test_t10_a_real_block_and_a_real_uninstall(office: Office) -> None:
    vera, leo = await office.meet("Vera Holm"), await office.meet("Leo Dahl")
    vera.blocked, leo.installed = True, False
    assert [(await office.send(who)).reason for who in (vera, leo)] == [
        "ConversationBlockedByUser", "MessageWritesBlocked",
    ]  # fmt: skip


async def test_t10_a_conversation_that_is_not_found_is_forgotten_and_made_anew(office: Office) -> None:
    leo = await office.meet("Leo Dahl")
    await office.change(leo, chat="a:old")
    id = await office.queue(leo)
    await office.run_until_empty(60)
    assert ((await office.row(id)).state, len(office.posts(leo))) == (SENT, 1)
    assert (await office.kept(leo)).chat == office.teams.personal(leo).id
    assert [call.what for call in office.teams.ledger.calls if call.what != "token"] == ["send", "create", "send"]


async def test_t10_the_wrong_cloud_is_said_to_the_operator(office: Office, vera: User) -> None:
    office.teams.fail_next("create", T10["InvalidBotApiHost"])
    row = await office.send(vera)
    assert row.state == REFUSED
    assert row.reason.startswith("InvalidBotApiHost: ")
    assert "TEAMS_SERVICE_HOSTS" in row.reason


async def test_t13_nothing_is_sent_after_an_uninstall(office: Office) -> None:
    leo = await office.meet("Leo Dahl")
    await office.change(leo, state="gone")
    row = await office.send(leo)
    assert (row.state, row.reason, office.teams.ledger.calls) == (REFUSED, "gone", [])


async def test_t13_an_uninstall_while_the_chat_is_made_stays_one(office: Office, vera: User) -> None:
    office.teams.fail_next("create", hang := Hang())
    sending = asyncio.create_task(office.send(vera))
    await hang.reached.wait()
    await office.keep(Chat("teams", vera.tenant, vera.aad, state="gone", touched=office.teams.now))
    hang.release()
    assert ((await sending).reason, (await office.kept(vera)).state) == ("gone", "gone")
    assert office.posts(vera) == []


async def test_t13_an_uninstall_while_a_message_is_refused_stays_one(office: Office) -> None:
    leo = await office.meet("Leo Dahl")
    office.teams.fail_next("send", hang := Hang(accepted=False))
    sending = asyncio.create_task(office.send(leo))
    await hang.reached.wait()
    leo.installed = False
    await office.change(leo, state="gone")
    hang.release()
    await sending
    assert (await office.kept(leo)).state == "gone"


async def test_a_chat_that_somebody_opens_while_it_is_made_is_theirs(office: Office, vera: User) -> None:
    office.teams.fail_next("create", hang := Hang())
    sending = asyncio.create_task(office.send(vera))
    await hang.reached.wait()
    own = office.teams.personal(vera).id
    await office.keep(Chat("teams", vera.tenant, vera.aad, own, vera.id, office.teams.service_url, touched=FOUR))
    hang.release()
    assert (await sending).state == SENT
    assert (await office.kept(vera)).user == vera.id


async def test_t10_a_channel_that_we_are_not_in_is_refused(office: Office) -> None:
    jobs = await office.join("Nordby", "Jobbytte")
    office.teams.team_of(jobs).installed = False
    row = await office.send(jobs.id)
    assert (row.state, row.reason) == (REFUSED, "BotNotInConversationRoster")
    office.teams.fail_next("create", Refuse(404, "ConversationNotFound"))
    assert (await office.send(jobs.id)).state == REFUSED
    assert (await office.kept(jobs.id)).state == "live", "what is known of channels is the business of others"
