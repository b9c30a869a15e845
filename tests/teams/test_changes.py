"""Installs, uninstalls, teams and zones, carried out: twice, in any order, and nothing goes where nobody is (T13)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.channels.slack.workspaces import welcome_workspace
from storage.records import AddressRow, Chat, OutboxState
from tests.teams.fake import Garbage, Hang, Refuse, Team, User
from tests.teams.fake.things import Json
from tests.teams.town import NOON, Town, hello, town, where

Make = Callable[[Town, User, datetime], Json]

MAKERS: dict[str, Make] = {
    "add": lambda here, user, at: here.install(user, "add", at),
    "joined": lambda here, user, at: here.members(user, "membersAdded", at),
    "remove": lambda here, user, at: here.install(user, "remove", at),
    "left": lambda here, user, at: here.members(user, "membersRemoved", at),
    "add-upgrade": lambda here, user, at: here.install(user, "add-upgrade", at),
    "remove-upgrade": lambda here, user, at: here.install(user, "remove-upgrade", at),
    "message": lambda here, user, at: here.says(user, "message", at, text="status"),
}
ENDS = ("remove", "left", "remove-upgrade")


@dataclass(frozen=True)
class Told:
    """Something that Teams tells, so many seconds after noon."""

    what: str
    after: int

    def activity(self, here: Town, user: User) -> Json:
        """As it comes."""
        return MAKERS[self.what](here, user, NOON + timedelta(seconds=self.after))


FIRST = (Told("add", 1), Told("joined", 2), Told("remove", 60))
TWICE = (*FIRST, Told("add", 120), Told("joined", 121))


@pytest.fixture
async def here() -> AsyncIterator[Town]:
    async with town() as here:
        here.clock.move_to(NOON + timedelta(hours=1))
        yield here


def new_user(here: Town) -> User:
    """Somebody who has the app as far as the fake knows."""
    user = here.fake.add_user(f"Vera Holm {len(here.fake.users)}")
    here.fake.install(user)
    return user


def hellos(here: Town, user: User) -> int:
    """How often somebody was welcomed."""
    return here.posts.to(user).count(hello(user))


def begins(told: list[Told]) -> int:
    """How often somebody has the assistant anew, as far as is known when it is told in this order."""
    count, live, begun, ended = 0, False, 0, 0
    for one in told:
        if one.what in ENDS:
            if not (live and one.after < begun):
                live, ended = (live and one.after < begun), max(ended, one.after)
        elif one.after >= ended:
            count, live, begun = count + (not live), True, max(begun, one.after)
    return count


# One welcome an install


async def test_t13_one_install_one_welcome(here: Town) -> None:
    vera = here.fake.add_user("Vera Holm")
    there = here.fake.person(vera)
    here.fake.twice = "new id"
    await there.installs()
    await here.settle()
    assert here.posts.to(vera) == [hello(vera)]
    assert (await here.known(vera)).name == "Vera Holm"


async def test_t13_a_second_install_is_welcomed_once_more(here: Town) -> None:
    vera = here.fake.add_user("Vera Holm")
    there = here.fake.person(vera)
    for n in (1, 2, 3):
        here.passes(60)
        await there.installs(("installationUpdate", "conversationUpdate"))
        assert hellos(here, vera) == n
        here.passes(60)
        await there.uninstalls()
    assert len(here.posts.to(vera)) == 3


async def test_t13_every_order_and_every_repeat_of_an_install_and_its_end(here: Town) -> None:
    for order in dict.fromkeys(permutations((*FIRST, *FIRST))):
        vera = new_user(here)
        await here.gets(*(one.activity(here, vera) for one in order))
        chat = await here.chat(vera)
        assert chat is not None
        assert (chat.state, chat.chat, chat.user, chat.service) == ("gone", "", "", "")
        assert hellos(here, vera) == begins(list(order)) <= 1


async def test_t13_every_order_of_two_installs(here: Town) -> None:
    for order in permutations(TWICE):
        vera = new_user(here)
        await here.gets(*(one.activity(here, vera) for one in order))
        chat = await here.chat(vera)
        assert chat is not None
        assert (chat.state, chat.user) == ("live", vera.id)
        assert 1 <= hellos(here, vera) == begins(list(order)) <= 2
    assert begins(list(TWICE)) == 2


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Told], list[Told]]:
    """What happened in truth: installs and ends in turn, with messages while it lasts; and as it was told."""
    truth: list[Told] = []
    for n in range(draw(st.integers(1, 4))):
        kinds = ENDS if n % 2 else ("add", "joined", "add-upgrade")
        more = () if n % 2 else ("message", "joined")
        for what in (draw(st.sampled_from(kinds)), *draw(st.lists(st.sampled_from(more or kinds), max_size=2))):
            truth.append(Told(what, 10 * len(truth) + 10))
    told = draw(st.permutations([*truth, *draw(st.lists(st.sampled_from(truth), max_size=3))]))
    return truth, list(told)


@given(histories())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
async def test_t13_the_end_is_the_truth_in_whatever_order_it_is_told(
    here: Town, history: tuple[list[Told], list[Told]]
) -> None:
    truth, told = history
    vera = new_user(here)
    await here.gets(*(one.activity(here, vera) for one in told))
    is_gone = truth[-1].what in ENDS
    chat = await here.chat(vera)
    assert chat is not None
    assert (chat.state, bool(chat.chat)) == (("gone", False) if is_gone else ("live", True))
    before = len(here.posts.sent)
    waiting = await here.queue(where(vera))
    await here.settle()
    assert len(here.posts.sent) - before == (not is_gone)
    assert (await here.row(waiting)).state is (OutboxState.REFUSED if is_gone else OutboxState.SENT)
    installs = sum(one.what != "message" for one in truth) - sum(one.what in ENDS for one in truth)
    assert hellos(here, vera) <= installs + 1


async def test_t13_an_upgrade_says_nothing(here: Town) -> None:
    vera = here.fake.add_user("Vera Holm")
    here.fake.install(vera)
    await here.fake.person(vera).upgrades("add-upgrade")
    assert ((await here.chat(vera)) or Chat("", "", "", state="none", touched=NOON)).state == "live"
    assert here.posts.sent == []


async def test_t13_an_upgrade_can_take_the_assistant_away_and_bring_it_back(here: Town) -> None:
    vera = here.fake.add_user("Vera Holm")
    there = here.fake.person(vera)
    await there.installs()
    here.passes(10)
    await there.upgrades("remove-upgrade")
    assert ((await here.chat(vera)) or Chat("", "", "", touched=NOON)).state == "gone"
    here.passes(10)
    await there.upgrades("add-upgrade")
    assert ((await here.chat(vera)) or Chat("", "", "", state="none", touched=NOON)).state == "live"
    here.passes(10)
    await there.says("status")
    assert hellos(here, vera) == 1


async def test_t13_what_waits_goes_after_the_install_and_the_hello_only_once(here: Town) -> None:
    """Somebody was named as a leader, and has no app yet (T10)."""
    leo = here.fake.add_user("Leo Dahl")
    await here.fake.admin.adds_to(here.fake.add_team("Sundby", members=[leo.aad]), here.fake.add_user("Ejer"))
    await here.people.person_of(leo.tenant, leo.aad)
    absent = Chat("teams", leo.tenant, leo.aad, state="absent", touched=here.clock.now())
    await here.store.run(lambda work: work.chats.put(absent))
    waiting = await here.queue(where(leo), "Et spørgsmål")
    await here.settle()
    assert (await here.row(waiting)).state is OutboxState.PENDING
    await here.fake.person(leo).installs()
    assert sorted(here.posts.to(leo)) == sorted(["Et spørgsmål", hello(leo)])


async def test_t13_at_the_end_nothing_waits_and_nothing_is_known_of_the_chat(here: Town) -> None:
    vera, leo = here.fake.add_user("Vera Holm"), here.fake.add_user("Leo Dahl")
    for user in (vera, leo):
        await here.fake.person(user).installs()
    before = await here.known(vera)
    later = here.clock.now() + timedelta(days=1)
    ids = [await here.queue(where(user), due=later) for user in (vera, leo)]
    here.passes(60)
    await here.fake.person(vera).uninstalls()
    assert [(await here.row(id)).state for id in ids] == [OutboxState.CANCELLED, OutboxState.PENDING]
    assert await here.chat(vera) == Chat("teams", vera.tenant, vera.aad, state="gone", touched=here.clock.now())
    assert await here.known(vera) == before, "who they are and what they wrote is not the app's to take along"
    assert [row.id for row in await here.store.run(lambda work: work.people.unreached(before.organisation))] == [
        before.id
    ]
    sent = len(here.posts.sent)
    await here.queue(where(vera))
    await here.settle()
    assert len(here.posts.sent) == sent


async def test_t13_who_writes_again_is_reached_again_although_no_install_was_told(here: Town) -> None:
    vera = here.fake.add_user("Vera Holm")
    there = here.fake.person(vera)
    await there.installs()
    here.passes(60)
    await there.uninstalls()
    here.passes(60)
    here.fake.install(vera)
    await there.says("status")
    assert hellos(here, vera) == 2
    assert len(here.posts.to(vera)) == 3


async def test_who_blocked_us_is_reached_again_when_they_act(here: Town) -> None:
    vera = here.fake.add_user("Vera Holm")
    there = here.fake.person(vera)
    await there.installs()
    chat = await here.chat(vera)
    assert chat is not None
    blocked = Chat(**{**vars(chat), "state": "blocked", "touched": here.clock.now()})
    await here.store.run(lambda work: work.chats.put(blocked))
    await there.says("status")
    assert await here.chat(vera) == Chat(**{**vars(blocked), "state": "live"})
    assert hellos(here, vera) == 1


@pytest.mark.parametrize("scope", ["groupChat", ""])
async def test_a_chat_of_several_is_none_of_ours(here: Town, scope: str) -> None:
    vera = here.fake.add_user("Vera Holm")
    body = here.install(vera) | {"conversation": {"conversationType": scope, "id": "19:x", "tenantId": here.tenant}}
    assert await here.gets(body) == []
    assert await here.chat(vera) is None


async def test_t13_a_process_that_dies_before_the_welcome_is_told_again(here: Town) -> None:
    """The chat is on disk, the arrival is not: what Teams sends once more still names the install."""
    vera = new_user(here)
    body = here.install(vera)
    await here.changes.heard(body)
    first = await here.changes.tell(body)
    assert await here.again().changes.tell(body) == first != ""


# Where somebody is reached


async def test_t9_the_latest_service_address_is_used(here: Town) -> None:
    vera = here.fake.add_user("Vera Holm")
    there = here.fake.person(vera)
    await there.installs()
    here.fake.region = "amer"
    here.passes(60)
    await there.says("status")
    whole = await here.store.run(lambda work: work.chats.find("teams", vera.tenant, ""))
    chat = await here.chat(vera)
    assert (chat and chat.service) == (whole and whole.service) == here.fake.service_url
    assert "amer" in here.fake.service_url


async def test_t9_nothing_is_written_where_nothing_differs(here: Town) -> None:
    vera = here.fake.add_user("Vera Holm")
    there = here.fake.person(vera)
    await there.installs()
    before = await here.chat(vera)
    here.passes(3600)
    await there.says("status")
    assert await here.chat(vera) == before


async def test_t9_a_second_chat_takes_the_place_of_the_first(here: Town) -> None:
    vera = new_user(here)
    body = here.says(vera, "message", text="status")
    moved = body | {"conversation": body["conversation"] | {"id": "a:another"}}
    await here.gets(body, moved)
    chat = await here.chat(vera)
    assert chat is not None
    assert (chat.chat, chat.user) == ("a:another", vera.id)


async def test_t21_the_zone_follows_the_person(here: Town) -> None:
    vera = here.fake.add_user("Vera Holm", zone="Europe/Oslo")
    there = here.fake.person(vera)
    await there.installs()
    assert (await here.known(vera)).zone == "Europe/Oslo"
    vera.zone = "Europe/Lisbon"
    await there.says("status")
    assert ((await here.known(vera)).zone, (await here.known(vera)).name) == ("Europe/Lisbon", "Vera Holm")
    await there.sends({"type": "message", "text": "status", "localTimezone": "Mars/Olympus", "entities": None})
    assert (await here.known(vera)).zone == "Europe/Lisbon"


async def test_t21_who_is_unknown_stays_unknown(here: Town) -> None:
    vera = new_user(here)
    await here.changes.heard(here.says(vera, "message", text="hej"))
    assert await here.person(vera) is None


# Tenants


async def test_a_bot_for_one_tenant_hears_no_other(here: Town) -> None:
    async with town(ours="11111111-aaaa-4aaa-8aaa-111111111111") as single:
        other = single.fake.add_tenant("33333333-aaaa-4aaa-8aaa-333333333333", "Vestby")
        vera, far = single.fake.add_user("Vera Holm"), single.fake.add_user("Fie Fjern", other)
        await single.gets(single.install(vera), single.install(far), single.says(vera, "typing") | {"channelData": {}})
        assert single.heard == [True, False, True]
        nowhere = single.says(vera, "typing") | {"channelData": {}, "conversation": {}}
        assert await single.changes.heard(nowhere) is False
        assert await single.workspace(other) is None
        assert await single.chat(far) is None


@pytest.mark.parametrize("alone", [True, False])
async def test_a_town_with_slack_too_is_one_organisation_where_it_is_the_only_one(alone: bool) -> None:
    async with town(alone=alone) as here:
        await here.store.run(lambda work: welcome_workspace(work, "T1", "Sundby Kommune"))
        await here.gets(here.install(new_user(here)))
        organisations = await here.store.run(lambda work: work.people.organisations())
        assert len(organisations) == (1 if alone else 2)


# Teams and their channels


async def a_team(here: Town, name: str = "Sundby", **more: object) -> tuple[Team, User]:
    """A team with two channels that Vidsyn was added to, and its owner."""
    owner = here.fake.add_user(f"Ejer af {name}", **more)  # type: ignore[arg-type]
    team = here.fake.add_team(name)
    here.fake.add_channel(team, "Jobbytte")
    await here.fake.admin.adds_to(team, owner)
    return team, owner


async def test_t13_the_channels_of_a_team_are_places(here: Town) -> None:
    team, _ = await a_team(here)
    assert await here.channels() == ["Sundby", "Sundby › Jobbytte"]
    rows = await here.store.run(lambda work: work.chats.all("teams", here.tenant))
    assert {(row.place, row.chat, row.user, row.service) for row in rows if row.place} == {
        (id, id, team.id, here.fake.service_url) for id in team.channels
    }
    assert here.posts.sent == []
    assert "members" not in {call.what for call in here.fake.ledger.calls}, "no roster is harvested"


async def test_t13_nothing_is_said_to_the_members_of_a_team(here: Town) -> None:
    team, owner = await a_team(here)
    await here.fake.admin.adds_member(team, new_user(here), owner)
    assert here.posts.sent == []
    assert await here.person(owner) is None


async def test_t13_places_follow_the_team(here: Town) -> None:
    team, owner = await a_team(here)
    new, _ = await here.fake.admin.creates_channel(team, "Nyt", owner)
    assert await here.channels() == ["Sundby", "Sundby › Jobbytte", "Sundby › Nyt"]
    await here.fake.admin.renames_channel(new, "Gammelt", owner)
    assert await here.channels() == ["Sundby", "Sundby › Gammelt", "Sundby › Jobbytte"]
    await here.fake.admin.renames_team(team, "Sundby Kommune", owner)
    assert await here.channels() == ["Sundby Kommune", "Sundby Kommune › Gammelt", "Sundby Kommune › Jobbytte"]
    waiting = await here.queue(AddressRow("teams", here.tenant, new.id), due=here.clock.now() + timedelta(days=1))
    await here.fake.admin.deletes_channel(new, owner)
    assert await here.channels() == ["Sundby Kommune", "Sundby Kommune › Jobbytte"]
    assert (await here.row(waiting)).state is OutboxState.CANCELLED


@pytest.mark.parametrize("how", ["removed", "deleted", "archived"])
async def test_t13_a_team_that_we_leave_takes_its_places_along_and_no_others(here: Town, how: str) -> None:
    (team, owner), _ = await a_team(here), await a_team(here, "Vestby")
    waiting = await here.queue(AddressRow("teams", here.tenant, team.id), due=here.clock.now() + timedelta(days=1))
    here.passes(60)
    if how == "removed":
        await here.fake.admin.removes_from(team, owner)
    elif how == "deleted":
        await here.fake.admin.deletes_team(team, owner)
    else:
        await here.gets(in_team(here, team, owner, "teamArchived"))
    assert await here.channels() == ["Vestby", "Vestby › Jobbytte"]
    assert (await here.row(waiting)).state is OutboxState.CANCELLED
    if how == "archived":
        await here.gets(in_team(here, team, owner, "teamUnarchived"))
        assert len(await here.channels()) == 4


def in_team(here: Town, team: Team, owner: User, event: str, **more: Any) -> Json:
    """A conversationUpdate in a team."""
    general = here.fake.chats[team.id]
    data = {"eventType": event, "tenant": {"id": here.tenant}, "team": {"id": team.id, "name": team.name}}
    body = here.says(owner, "conversationUpdate", channelData=data, **more)
    return body | {"conversation": {"conversationType": "channel", "id": general.id, "tenantId": here.tenant}}


async def test_t13_the_news_of_a_team_in_every_order(here: Town) -> None:
    """Teams' own list is asked whenever something comes, so that the last of it leaves the truth behind."""
    team, owner = await a_team(here)
    for order in permutations(
        ("teamMemberAdded", "channelDeleted", "channelCreated", "teamRenamed", "teamMemberAdded")
    ):
        for event in order:
            bot = {"membersAdded": [{"id": here.fake.app.bot}]} if event == "teamMemberAdded" else {}
            await here.gets(in_team(here, team, owner, event, **bot))
        assert await here.channels() == ["Sundby", "Sundby › Jobbytte"]


async def test_t13_an_old_end_ends_no_new_beginning_and_an_old_beginning_begins_nothing(here: Town) -> None:
    team, owner = await a_team(here)
    bot = [{"id": here.fake.app.bot}]
    old = in_team(here, team, owner, "teamMemberAdded", membersAdded=bot)
    here.passes(60)
    end = in_team(here, team, owner, "teamMemberRemoved", membersRemoved=bot)
    here.passes(60)
    await here.gets(in_team(here, team, owner, "teamMemberAdded", membersAdded=bot), end)
    assert len(await here.channels()) == 2
    here.passes(60)
    await here.fake.admin.removes_from(team, owner)
    await here.gets(old)
    assert await here.channels() == []
    assert await here.places.teams() == []


@pytest.mark.parametrize("what", ["channels", "team"])
@pytest.mark.parametrize("fault", [Refuse(503), Refuse(500), Garbage()])
async def test_channels_that_cannot_be_listed_now_are_listed_with_the_next_thing(
    here: Town, what: str, fault: Refuse | Garbage
) -> None:
    here.fake.fail_next(what, fault, fault)
    team, owner = await a_team(here)
    assert await here.channels() == ["Sundby"]
    await here.fake.person(owner).says_in(team.id, "status")
    assert await here.channels() == ["Sundby", "Sundby › Jobbytte"]


async def test_what_came_while_we_were_away_is_found_at_the_start(here: Town) -> None:
    team, _ = await a_team(here)
    here.fake.add_channel(team, "Nyt")
    again = here.again()
    await again.changes.start()
    await again.settle()
    assert await here.channels() == ["Sundby", "Sundby › Jobbytte", "Sundby › Nyt"]
    team.installed = False
    last = here.again()
    await last.changes.start()
    await last.settle()
    assert await here.channels() == []


async def test_t9_channels_move_with_the_service_address(here: Town) -> None:
    team, owner = await a_team(here)
    here.fake.region = "amer"
    await here.fake.person(owner).says_in(team.id, "status")
    rows = await here.store.run(lambda work: work.chats.all("teams", here.tenant))
    assert {row.service for row in rows if row.user == team.id} == {here.fake.service_url}


async def test_a_listing_that_comes_too_late_brings_nothing_back(here: Town) -> None:
    team, owner = await a_team(here)
    here.passes(60)
    hang = Hang()
    here.fake.fail_next("channels", hang)
    await here.changes.tell(in_team(here, team, owner, "channelCreated"))
    await hang.reached.wait()
    await here.changes.tell(in_team(here, team, owner, "teamDeleted"))
    hang.release()
    await here.settle()
    assert await here.channels() == []


async def test_stopping_leaves_nothing_under_way(here: Town) -> None:
    team, owner = await a_team(here)
    change = in_team(here, team, owner, "channelCreated")
    here.fake.fail_always("channels", hang := Hang())
    await here.changes.tell(change)
    await hang.reached.wait()
    assert under_way() != []
    async with asyncio.timeout(5):  # a call is given up after ten
        await here.changes.stop()
    assert under_way() == []
    hang.release()


def under_way() -> list[str]:
    """What is done later, and has begun."""
    return [repr(task) for task in asyncio.all_tasks() if "_tried" in repr(task.get_coro())]


# Nothing private in the logs


async def test_no_name_and_no_id_of_anybody_is_logged(here: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logged:
        here.fake.fail_always("organization", Refuse(503))
        here.fake.fail_next("channels", Refuse(503), Refuse(403))
        team, owner = await a_team(here)
        vera = here.fake.add_user("Kanariefugl Holm")
        team.members.add(vera.aad)
        here.fake.fail_next("member", Refuse(503))
        there = here.fake.person(vera)
        await there.installs()
        await there.says_in(team.id, "Kanarieord")
        await there.uninstalls()
        await here.gets(here.says(owner, "message", text=7), {"type": "message"})
    # The fake writes down which paths it was asked for.
    said = repr(logged) + repr([vars(record) for record in caplog.records if record.name != "aiohttp.access"])
    for private in ("Kanarie", vera.aad, vera.id, vera.upn, owner.aad, here.fake.personal(vera).id):
        assert private not in said
    assert "teams_channels_not_listed" in said
