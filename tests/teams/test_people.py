"""Who a user of Teams is: a person of ours with name, unit, zone and leader, or why they cannot take part."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channel import Address, Newcomer, NotReached
from bot.channels.teams.members import Hint, newcomer
from bot.channels.teams.people import MOST_HINTS
from storage.records import PersonRow
from tests.teams.fake import T10, Garbage, Refuse, Team, User
from tests.teams.fake.faults import Fault
from tests.teams.town import Town, hello, town

ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=3), max_size=2)
NAMES = [
    "id", "name", "givenName", "surname", "email", "userPrincipalName", "tenantId", "userRole", "displayName", "mail",
    "preferredLanguage", "department", "accountEnabled", "userType",
]  # fmt: skip


@pytest.fixture
async def here() -> AsyncIterator[Town]:
    async with town() as here:
        await here.changes.heard(here.says(here.fake.add_user("Ingen Her"), "typing"))
        await here.settle()
        here.fake.ledger.calls.clear()
        yield here


def at(user: User) -> Address:
    return Address("teams", user.tenant, user.aad)


async def installed(here: Town, name: str, **more: object) -> User:
    """Somebody who has the app; a verified activity has told it."""
    user = here.fake.add_user(name, **more)  # type: ignore[arg-type]
    here.fake.install(user)
    await here.changes.tell(here.install(user))
    return user


async def a_team(here: Town, *members: User) -> Team:
    """A team that Vidsyn is in."""
    by = here.fake.add_user("Ejer Ejersen")
    team = here.fake.add_team("Sundby", members=[user.aad for user in members])
    await here.fake.admin.adds_to(team, by)
    return team


async def organisation(here: Town) -> str:
    known = await here.workspace()
    assert known is not None
    return known.organisation


async def everybody(here: Town) -> list[PersonRow]:
    id = await organisation(here)
    return await here.store.run(lambda work: work.people.all(id))


def asked(here: Town) -> list[str]:
    """What Teams and Graph were asked for, without the tokens."""
    return [call.what for call in here.fake.ledger.calls if call.what != "token"]


# Looking up


async def test_who_has_the_app_is_known_from_the_chat(here: Town) -> None:
    vera = await installed(here, "Vera Holm", department="Hjemmeplejen")
    found = await here.people.look_up(at(vera))
    assert found == Newcomer("Vera Holm", await organisation(here), "vera@nordby.example")
    assert asked(here) == ["member", "user"], "without consent Graph tells nothing"


async def test_graph_adds_what_no_roster_tells(here: Town) -> None:
    here.fake.consent.add(here.tenant)
    vera = await installed(here, "Vera Holm", department="Hjemmeplejen", locale="nb-NO")
    found = await here.people.look_up(at(vera))
    assert (found.name, found.unit, found.language) == ("Vera Holm", "Hjemmeplejen", "nb")


async def test_who_has_no_app_is_known_from_a_team(here: Town) -> None:
    leo = here.fake.add_user("Leo Dahl")
    for name in ("Nordby", "Vestby"):
        await here.fake.admin.adds_to(here.fake.add_team(name), here.fake.add_user(f"Ejer {name}"))
    await a_team(here, leo)
    assert (await here.people.look_up(at(leo))).name == "Leo Dahl"


async def test_who_is_in_no_roster_is_known_from_graph(here: Town) -> None:
    here.fake.consent.add(here.tenant)
    await a_team(here)
    leo = here.fake.add_user("Leo Dahl", department="Byen")
    found = await here.people.look_up(at(leo))
    assert found == Newcomer("Leo Dahl", await organisation(here), "leo@nordby.example", "Byen", language="da")


async def test_of_whom_nobody_tells_anything_is_from_elsewhere(here: Town) -> None:
    leo = here.fake.add_user("Leo Dahl")
    assert (await here.people.look_up(at(leo))).refused == "teams.stranger"
    assert await here.people.person_of(leo.tenant, leo.aad) == ""
    assert await everybody(here) == []


async def test_looking_up_sends_nothing(here: Town) -> None:
    leo = here.fake.add_user("Leo Dahl")
    await a_team(here, leo)
    await here.people.person_of(leo.tenant, leo.aad)
    assert not {"create", "send", "reply", "update"} & set(asked(here))


async def test_graph_is_asked_once_an_hour_whether_there_is_consent(here: Town) -> None:
    vera = await installed(here, "Vera Holm")
    for _ in range(3):
        await here.people.look_up(at(vera))
        await here.people.leader_of(at(vera))
    assert asked(here).count("user") + asked(here).count("manager") == 1
    here.fake.consent.add(here.tenant)
    here.passes(3599)
    await here.people.look_up(at(vera))
    assert asked(here).count("user") == 1
    here.passes(1)
    await here.people.look_up(at(vera))
    assert asked(here).count("user") == 2


@pytest.mark.parametrize("fault", [Refuse(500), Refuse(503), Refuse(429, retry_after="5"), Garbage()])
async def test_teams_that_does_not_answer_is_asked_again_later(here: Town, fault: Fault) -> None:
    vera = await installed(here, "Vera Holm")
    here.fake.fail_next("member", fault)
    with pytest.raises(NotReached):
        await here.people.look_up(at(vera))
    assert (await here.people.look_up(at(vera))).name == "Vera Holm"


@pytest.mark.parametrize("fault", [Refuse(500), Refuse(503), Refuse(429), Garbage()])
async def test_graph_that_does_not_answer_is_only_needed_where_nobody_else_knows(here: Town, fault: Fault) -> None:
    here.fake.consent.add(here.tenant)
    vera, leo = await installed(here, "Vera Holm"), here.fake.add_user("Leo Dahl")
    here.fake.fail_next("user", fault, fault)
    assert (await here.people.look_up(at(vera))).name == "Vera Holm"
    with pytest.raises(NotReached):
        await here.people.look_up(at(leo))
    assert (await here.people.look_up(at(leo))).name == "Leo Dahl"


@pytest.mark.parametrize("code", ["BotNotInConversationRoster", "ConversationNotFound", "BotDisabledByAdmin"])
async def test_a_chat_that_tells_nothing_leaves_the_others_to_be_asked(here: Town, code: str) -> None:
    vera = await installed(here, "Vera Holm")
    await a_team(here, vera)
    here.fake.fail_next("member", T10[code])
    assert (await here.people.look_up(at(vera))).name == "Vera Holm"


async def test_a_tenant_that_nobody_has_met_is_not_reached(here: Town) -> None:
    with pytest.raises(NotReached):
        await here.people.look_up(Address("teams", "another", "somebody"))


# Who cannot take part


async def test_guests_and_closed_accounts_cannot_take_part(here: Town) -> None:
    here.fake.consent.add(here.tenant)
    gerd = await installed(here, "Gerd Gæst", guest=True)
    assert await here.people.look_up(at(gerd)) == Newcomer("", language="da", refused="teams.guest")
    assert await here.people.person_of(gerd.tenant, gerd.aad) == ""


@pytest.mark.parametrize(
    ("member", "user", "refused"),
    [
        ({"name": "Ada", "userRole": "user", "tenantId": "t1"}, {}, ""),
        ({"name": "Ada", "userRole": "guest"}, {}, "teams.guest"),
        ({"name": "Ada", "userRole": "anonymous"}, {}, "teams.guest"),
        ({"name": "Ada", "userPrincipalName": "ada_by.dk#EXT#@sundby.onmicrosoft.com"}, {}, "teams.guest"),
        ({}, {"displayName": "Ada", "userPrincipalName": "ada_by.dk#ext#@sundby.dk"}, "teams.guest"),
        ({"name": "Ada", "userRole": "user"}, {"userType": "Guest"}, "teams.guest"),
        ({}, {"displayName": "Ada", "accountEnabled": False}, "teams.gone"),
        ({"name": "Ada"}, {"accountEnabled": False}, "teams.gone"),
        ({}, {"displayName": "Ada", "accountEnabled": True, "userType": "Member"}, ""),
        ({"name": "Ada", "tenantId": "11111111-1111-4111-8111-111111111112"}, {}, "teams.stranger"),
        ({"name": "Ada", "tenantId": "29:1UX7p8Fkx7p93MZlBFS71swTB9juQOCfnXf2L3wx"}, {}, ""),
        ({"givenName": "Ada", "surname": "Lund"}, {}, ""),
        ({"userRole": "user"}, {}, "teams.stranger"),
        ({}, {}, "teams.stranger"),
        ({"name": 7, "userRole": []}, {"displayName": {}, "accountEnabled": "no"}, "teams.stranger"),
    ],
)
def test_why_somebody_cannot_take_part(member: Any, user: Any, refused: str) -> None:
    found = newcomer(member, user, "11111111-1111-4111-8111-111111111111", "org", "da", Hint())
    assert (found.refused, found.gone) == (refused, refused == "teams.gone")


@given(st.dictionaries(st.sampled_from(NAMES), ODD) | ODD, st.dictionaries(st.sampled_from(NAMES), ODD) | ODD)
def test_whatever_is_said_of_somebody_it_is_somebody_with_a_name_or_nobody(member: Any, user: Any) -> None:
    found = newcomer(member, user, "t1", "org", "da", Hint())
    assert bool(found.refused) != bool(found.name and found.organisation)
    assert "\n" not in found.name
    assert len(found.name) <= 80


# What their own client tells


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("da-DK", "da"),
        ("nb-NO", "nb"),
        ("no", "nb"),
        ("nn_NO", "nb"),
        ("en-US", "en"),
        ("de-DE", ""),
        ("", ""),
        ("d", ""),
    ],
)
async def test_the_language_of_teams_is_a_hint(here: Town, locale: str, language: str) -> None:
    vera = await installed(here, "Vera Holm")
    here.people.hint(vera.tenant, vera.aad, locale, "")
    assert (await here.people.look_up(at(vera))).language == language


@pytest.mark.parametrize(
    ("zone", "real"),
    [("America/St_Johns", True), ("", False), ("Mars/Olympus", False), ("../../etc/passwd", False)],
)
async def test_t21_the_zone_is_the_one_that_the_client_tells(here: Town, zone: str, real: bool) -> None:
    vera = await installed(here, "Vera Holm")
    here.people.hint(vera.tenant, vera.aad, "da-DK", zone)
    assert (await here.people.look_up(at(vera))).zone == (zone if real else "")
    here.people.hint(vera.tenant, vera.aad, "", "")
    found = await here.people.look_up(at(vera))
    assert (found.zone, found.language) == (zone if real else "", "da"), "what is not told again stays"
    here.people.forget(vera.tenant, vera.aad)
    assert (await here.people.look_up(at(vera))).zone == ""


async def test_hints_are_bounded(here: Town) -> None:
    vera = await installed(here, "Vera Holm")
    here.people.hint(vera.tenant, vera.aad, "da-DK", "Europe/Oslo")
    for n in range(MOST_HINTS):
        here.people.hint(vera.tenant, f"somebody {n}", "da-DK", "Europe/Oslo")
    assert (await here.people.look_up(at(vera))).zone == ""


# A person for a user


async def test_whom_somebody_picks_becomes_a_person_once(here: Town) -> None:
    leo = here.fake.add_user("Leo Dahl")
    await a_team(here, leo)
    first = await here.people.person_of(leo.tenant, leo.aad)
    assert first == await here.people.person_of(leo.tenant, leo.aad) != ""
    row = await here.known(leo)
    assert (row.id, row.name, row.told) == (first, "Leo Dahl", frozenset())
    await here.settle()
    assert here.posts.sent == [], "nothing is said to them yet"
    assert await here.people.members(leo.tenant, [first, "nobody"]) == {first: leo.aad}
    assert await here.people.members("another", [first]) == {}


async def test_who_has_left_is_nobody_to_pick(here: Town) -> None:
    leo = await installed(here, "Leo Dahl")
    id = await here.people.person_of(leo.tenant, leo.aad)
    row = await here.known(leo)
    await here.store.run(lambda work: work.people.update(PersonRow(id, row.organisation, row.name, active=False)))
    assert await here.people.person_of(leo.tenant, leo.aad) == ""


# The leader


async def test_the_leader_is_whom_graph_names(here: Town) -> None:
    here.fake.consent.add(here.tenant)
    leo = here.fake.add_user("Leo Dahl")
    vera = await installed(here, "Vera Holm", manager=leo.aad)
    assert await here.people.leader_of(at(vera)) == (await here.known(leo)).id


async def test_without_consent_nobody_is_named_and_nobody_written_down(here: Town) -> None:
    leo = here.fake.add_user("Leo Dahl")
    vera = await installed(here, "Vera Holm", manager=leo.aad)
    assert await here.people.leader_of(at(vera)) == ""
    assert await everybody(here) == []


async def test_a_directory_that_names_nobody(here: Town) -> None:
    here.fake.consent.add(here.tenant)
    vera = await installed(here, "Vera Holm")
    assert await here.people.leader_of(at(vera)) == ""
    vera.manager = vera.aad
    assert await here.people.leader_of(at(vera)) == ""
    vera.manager = here.fake.add_user("Gerd Gæst", guest=True).aad
    assert await here.people.leader_of(at(vera)) == ""


async def test_a_leader_that_cannot_be_looked_up_now(here: Town) -> None:
    here.fake.consent.add(here.tenant)
    leo = here.fake.add_user("Leo Dahl")
    vera = await installed(here, "Vera Holm", manager=leo.aad)
    for what in ("manager", "user"):
        here.fake.fail_next(what, Refuse(503))
        with pytest.raises(NotReached):
            await here.people.leader_of(at(vera))
    assert await here.people.leader_of(at(vera)) != ""


async def test_graph_is_not_asked_about_a_tenant_that_our_token_is_not_for(here: Town) -> None:
    here.fake.add_tenant("33333333-aaaa-4aaa-8aaa-333333333333", "Vestby")
    here.fake.consent.add("33333333-aaaa-4aaa-8aaa-333333333333")
    vera = here.fake.add_user("Vera Holm", "33333333-aaaa-4aaa-8aaa-333333333333")
    here.fake.install(vera)
    await here.gets(here.install(vera))
    assert here.posts.to(vera) == [hello(vera)]
    assert await here.people.leader_of(at(vera)) == ""
    assert not {"user", "manager", "organization"} & set(asked(here))


async def test_who_is_new_is_led_by_whom_graph_names_once_they_have_said_something(here: Town) -> None:
    here.fake.consent.add(here.tenant)
    leo = here.fake.add_user("Leo Dahl")
    vera = await installed(here, "Vera Holm", manager=leo.aad, zone="Europe/Oslo", locale="nb-NO")
    await here.fake.person(vera).says("hei")
    row = await here.known(vera)
    assert (row.leader, row.zone, row.language) == ((await here.known(leo)).id, "Europe/Oslo", "nb")
    here.passes(timedelta(hours=2).total_seconds())
    assert here.posts.to(leo) == []
