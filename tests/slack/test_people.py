"""Who a Slack user is: a person of ours with name, zone and leader, or somebody who cannot take part, and why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channel import Address, Newcomer, NotReached
from bot.channels.slack.people import SlackPeople
from bot.channels.slack.users import newcomer
from bot.moment import Moment
from bot.turns import people
from bot.turns.house import house
from bot.words import Words
from storage.records import AddressRow, OutboxState, PersonRow, Workspace
from storage.store import Work
from tests.slack.fake.faults import DROP_AFTER, Fault, Http, Limited, Refusal
from tests.slack.fake.users import seen_by
from tests.slack.office import FOUR, WORDS, Office, open_office

HOUSE = house()


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with open_office(["T1", "T2"]) as office:
        yield office


def directory(office: Office, words: Words = WORDS) -> SlackPeople:
    """As the composition root makes it."""

    async def change(where: AddressRow, *, name: str, zone: str, active: bool) -> None:
        def unit(work: Work) -> None:
            moment = Moment(work, words, office.time.clock.now(), HOUSE)
            people.change(moment, where, name=name, zone=zone, active=active)

        await office.store.run(unit)

    return SlackPeople(office.api, office.store, people.arrive, change)


def at(user: str, tenant: str = "T1") -> Address:
    return Address("slack", tenant, user)


async def organisation(office: Office, tenant: str = "T1") -> str:
    found = await office.store.run(lambda work: work.workspaces.find("slack", tenant))
    assert found is not None
    return found.organisation


async def person(office: Office, user: str, tenant: str = "T1") -> PersonRow | None:
    return await office.store.run(lambda work: work.people.at(AddressRow("slack", tenant, user)))


async def everybody(office: Office) -> list[str]:
    id = await organisation(office)
    return [row.name for row in await office.store.run(lambda work: work.people.all(id))]


# Looking up


async def test_a_member_has_a_name_a_zone_and_a_language(office: Office) -> None:
    found = await directory(office).look_up(at("UVERA"))
    assert found == Newcomer(
        "Vera Holm", await organisation(office), "vera@example.org", zone="Europe/Copenhagen", language="da"
    )


async def test_s22_the_zone_is_the_one_slack_knows(office: Office) -> None:
    office.slack.add_user("UOLA", "Ola", tz="America/St_Johns")
    assert (await directory(office).look_up(at("UOLA"))).zone == "America/St_Johns"


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "Europe/København"])
async def test_a_zone_that_nobody_knows_is_none(office: Office, zone: str) -> None:
    office.slack.add_user("UOLA", "Ola", tz=zone)
    assert (await directory(office).look_up(at("UOLA"))).zone == ""


@pytest.mark.parametrize(
    ("locale", "language"),
    [("da-DK", "da"), ("nb-NO", "nb"), ("no-NO", "nb"), ("nn_NO", "nb"), ("en-US", ""), ("", ""), ("dan", "")],
)
async def test_slacks_language_is_a_hint(office: Office, locale: str, language: str) -> None:
    office.slack.add_user("UOLA", "Ola", locale=locale)
    assert (await directory(office).look_up(at("UOLA"))).language == language


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"is_restricted": True}, "slack.guest"),
        ({"is_restricted": True, "is_ultra_restricted": True}, "slack.guest"),
        ({"deleted": True}, "slack.gone"),
        ({"is_bot": True}, "bot"),
        ({"is_bot": True, "deleted": True}, "bot"),
    ],
)
async def test_who_cannot_take_part(office: Office, fields: dict[str, Any], refused: str) -> None:
    office.slack.add_user("UELSE", "Else", **fields)
    found = await directory(office).look_up(at("UELSE"))
    assert (found.refused, found.name) == (refused, "")


async def test_somebody_of_another_workspace_in_a_shared_channel(office: Office) -> None:
    office.slack.add_team("TFAR", "Fremmed")
    office.slack.add_user("UFAR", "Fie", team="TFAR")
    office.slack.add_channel("CBOTH", "faelles", members=["UFAR"], shared_with=["TFAR"])
    assert (await directory(office).look_up(at("UFAR"))).refused == "slack.stranger"


async def test_somebody_of_whom_slack_says_nothing(office: Office) -> None:
    assert (await directory(office).look_up(at("UNOBODY"))).refused == "slack.stranger"


@pytest.mark.parametrize(
    ("user", "refused"),
    [
        ({"id": "U1", "team_id": "T1"}, ""),
        ({"id": "U1", "team_id": "E1"}, ""),
        ({"id": "U1", "team_id": "T9", "enterprise_user": {"enterprise_id": "E1"}}, ""),
        ({"id": "U1", "team_id": "T3"}, ""),
        ({"id": "U1", "team_id": "T3", "is_stranger": True}, "slack.stranger"),
        ({"id": "U1", "team_id": "T2"}, "slack.stranger"),
        ({"id": "U1", "team_id": "T9", "enterprise_user": {"enterprise_id": "E9"}}, "slack.stranger"),
        ({"id": "U1"}, "slack.stranger"),
        ({"id": "USLACKBOT", "team_id": "T1"}, "bot"),
        ({"id": "U1", "team_id": "T1", "is_workflow_bot": True}, "bot"),
        ({"id": "U1", "team_id": "T1", "is_connector_bot": True}, "bot"),
        ({"id": "U1", "team_id": "T1", "is_app_user": True}, ""),
        (None, "slack.stranger"),
        ([], "slack.stranger"),
        ({"id": 5, "team_id": {}, "profile": "x", "tz": 7, "enterprise_user": []}, "slack.stranger"),
    ],
)
async def test_s13_whose_colleagues_are_ours(office: Office, user: Any, refused: str) -> None:
    """T1 and T3 are of the enterprise E1; T2 stands alone."""

    def unit(work: Work) -> Newcomer:
        home = work.workspaces.find("slack", "T1")
        assert home is not None
        work.workspaces.put(Workspace("slack", "T1", "Nordby", home.organisation, "E1"))
        work.workspaces.put(Workspace("slack", "T3", "Nordby 3", home.organisation, "E1"))
        return newcomer(work, "T1", user)

    assert (await office.store.run(unit)).refused == refused


@given(
    user=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.dictionaries(
            st.sampled_from(["id", "team_id", "tz", "locale", "name", "real_name", "profile", "deleted", "is_bot"]),
            inner,
        ),
        max_leaves=10,
    )
)
async def test_whatever_slack_says_of_somebody_it_is_somebody_or_nobody(user: Any) -> None:
    async with open_office() as office:
        body = {**user, "team_id": "T1"} if isinstance(user, dict) else user
        found = await office.store.run(lambda work: newcomer(work, "T1", body))
    assert bool(found.refused) != bool(found.organisation)


@pytest.mark.parametrize("name", ["  Vera \n Holm ", "Vera\tHolm"])
async def test_a_name_is_one_line(office: Office, name: str) -> None:
    office.slack.add_user("UODD", "Odd")
    office.slack.users["UODD"].real_name = name
    assert (await directory(office).look_up(at("UODD"))).name == "Vera Holm"


async def test_somebody_without_a_real_name_has_the_one_they_go_by(office: Office) -> None:
    office.slack.add_user("UODD", "Odd Nilsen", name="odd")
    for blank in ("", "   "):
        office.slack.users["UODD"].real_name = blank
        assert (await directory(office).look_up(at("UODD"))).name == "odd"
    office.slack.users["UODD"].name = ""
    assert (await directory(office).look_up(at("UODD"))).name == "UODD"


@pytest.mark.parametrize("fault", [Limited("30"), Http(500), DROP_AFTER, Refusal("service_unavailable")])
async def test_slack_that_does_not_answer_is_asked_again_later(office: Office, fault: Fault) -> None:
    office.slack.fail_next("users.info", fault, fault)
    with pytest.raises(NotReached):
        await directory(office).look_up(at("UVERA"))
    office.slack.faults.waiting.clear()
    office.time.clock.move_to(FOUR + timedelta(minutes=1))
    assert (await directory(office).look_up(at("UVERA"))).name == "Vera Holm"


async def test_s12_nobody_of_a_workspace_that_is_gone_gets_an_answer(office: Office) -> None:
    await office.tokens.gone("T1")
    assert (await directory(office).look_up(at("UVERA"))).refused == "bot"


# A person for a user


async def test_whom_somebody_picks_becomes_a_person_once(office: Office) -> None:
    who = directory(office)
    first = await who.person_of("T1", "ULEO")
    assert first == await who.person_of("T1", "ULEO") == await directory(office).person_of("T1", "ULEO")
    leo = await person(office, "ULEO")
    assert leo is not None
    assert (leo.id, leo.name, leo.told) == (first, "Leo Dahl", frozenset())
    assert office.slack.ledger.posted == [], "nothing is said to them yet"
    assert await who.members("T1", [first, "nobody"]) == {first: "ULEO"}
    assert await who.members("T2", [first]) == {}


@pytest.mark.parametrize("fields", [{"is_restricted": True}, {"deleted": True}, {"is_bot": True}])
async def test_who_cannot_take_part_is_no_person(office: Office, fields: dict[str, Any]) -> None:
    office.slack.add_user("UELSE", "Else", **fields)
    assert await directory(office).person_of("T1", "UELSE") == ""
    assert await everybody(office) == []


# The leader


def profile_field(office: Office, label: str, kind: str = "user", id: str = "Xf1", team: str = "T1") -> None:
    office.slack.add_profile_field(team, id, label, kind)


@pytest.mark.parametrize(
    "label", ["Manager", "Leder", "nærmeste  leder", "Nærmeste leder", "SJEF", "Supervisor", "Chef", " Line manager "]
)
async def test_the_leader_is_whom_the_profile_names(office: Office, label: str) -> None:
    profile_field(office, label)
    office.slack.users["UVERA"].fields["Xf1"] = "ULEO"
    leader = await directory(office).leader_of(at("UVERA"))
    leo = await person(office, "ULEO")
    assert leo is not None
    assert leader == leo.id


@pytest.mark.parametrize(
    ("label", "kind", "value"),
    [
        ("Manager", "text", "ULEO"),
        ("Teamleder for kaffen", "user", "ULEO"),
        ("Manager", "user", ""),
        ("Manager", "user", "UVERA"),
        ("Manager", "user", "UNOBODY"),
        ("Manager", "user", "UGUEST"),
    ],
)
async def test_a_profile_that_names_no_leader(office: Office, label: str, kind: str, value: str) -> None:
    office.slack.add_user("UGUEST", "Gerd", is_restricted=True)
    profile_field(office, label, kind)
    office.slack.users["UVERA"].fields["Xf1"] = value
    assert await directory(office).leader_of(at("UVERA")) == ""
    assert await everybody(office) == []


async def test_a_workspace_without_such_a_field_is_asked_once_an_hour(office: Office) -> None:
    who = directory(office)
    for _ in range(3):
        assert await who.leader_of(at("UVERA")) == ""
    assert office.slack.ledger.methods() == ["team.profile.get"]
    profile_field(office, "Leder")
    office.slack.users["UVERA"].fields["Xf1"] = "ULEO"
    office.time.clock.move_to(FOUR + timedelta(minutes=61))
    assert await who.leader_of(at("UVERA")) != ""


async def test_the_fields_of_one_workspace_are_not_those_of_another(office: Office) -> None:
    profile_field(office, "Leder")
    office.slack.add_user("USIF", "Sif", team="T2", fields={"Xf1": "ULEO"})
    office.slack.users["UVERA"].fields["Xf1"] = "ULEO"
    who = directory(office)
    assert await who.leader_of(at("USIF", "T2")) == ""
    assert await who.leader_of(at("UVERA")) != ""


@pytest.mark.parametrize("method", ["team.profile.get", "users.profile.get"])
@pytest.mark.parametrize("fault", [Limited("30"), Http(500)])
async def test_a_leader_that_cannot_be_looked_up_now(office: Office, method: str, fault: Fault) -> None:
    profile_field(office, "Leder")
    office.slack.users["UVERA"].fields["Xf1"] = "ULEO"
    office.slack.fail_next(method, fault)
    who = directory(office)
    with pytest.raises(NotReached):
        await who.leader_of(at("UVERA"))
    office.time.clock.move_to(FOUR + timedelta(minutes=1))
    assert await who.leader_of(at("UVERA")) != ""


@pytest.mark.parametrize("method", ["team.profile.get", "users.profile.get"])
async def test_a_workspace_that_keeps_its_profiles_to_itself(office: Office, method: str) -> None:
    profile_field(office, "Leder")
    office.slack.users["UVERA"].fields["Xf1"] = "ULEO"
    office.slack.fail_next(method, Refusal("missing_scope"))
    assert await directory(office).leader_of(at("UVERA")) == ""


# What changes


async def told(office: Office, who: SlackPeople, user: str, team: str = "T1", **fields: object) -> None:
    """Slack says in an event how the user is now."""
    now = office.slack.users[user]
    for name, value in fields.items():
        setattr(now, name, value)
    (token,) = [token for token in office.slack.tokens.values() if token.team == team]
    await who.changed(team, seen_by(office.slack, token, now))


async def test_s22_zone_and_name_follow_slack(office: Office) -> None:
    who = directory(office)
    await who.person_of("T1", "UVERA")
    await told(office, who, "UVERA", tz="Europe/Oslo", real_name="Vera Holm Berg")
    vera = await person(office, "UVERA")
    assert vera is not None
    assert (vera.zone, vera.name, vera.active) == ("Europe/Oslo", "Vera Holm Berg", True)
    await told(office, who, "UVERA", tz="Mars/Olympus")
    vera = await person(office, "UVERA")
    assert vera is not None
    assert vera.zone == "Europe/Oslo"


async def test_f6_an_older_description_changes_nothing_also_in_another_process(office: Office) -> None:
    await directory(office).person_of("T1", "UVERA")
    for updated, zone in ((20, "Europe/Oslo"), (10, "Europe/Copenhagen"), (20, "Europe/Oslo")):
        await directory(office).changed("T1", {"id": "UVERA", "tz": zone, "updated": updated})
    vera = await person(office, "UVERA")
    assert vera is not None
    assert vera.zone == "Europe/Oslo"
    await directory(office).changed("T1", {"id": "UVERA", "tz": "Europe/Copenhagen", "updated": 15})
    assert await person(office, "UVERA") == vera


async def test_s22_who_is_deactivated_gets_nothing_more(office: Office) -> None:
    who = directory(office)
    id = await who.person_of("T1", "UVERA")
    await who.person_of("T1", "ULEO")
    waiting = [await office.queue(user, due=FOUR + timedelta(hours=1)) for user in ("UVERA", "ULEO")]
    await told(office, who, "UVERA", deleted=True)
    vera = await person(office, "UVERA")
    assert vera is not None
    assert (vera.active, vera.zone, vera.name) == (False, "Europe/Copenhagen", "Vera Holm")
    assert [(await office.row(row)).state for row in waiting] == [OutboxState.CANCELLED, OutboxState.PENDING]
    assert await who.person_of("T1", "UVERA") == ""
    await told(office, who, "UVERA", deleted=False)
    assert await who.person_of("T1", "UVERA") == id


async def test_s22_a_change_of_somebody_unknown_changes_nothing(office: Office) -> None:
    await told(office, directory(office), "UVERA", tz="Europe/Oslo")
    assert await everybody(office) == []


async def test_s22_a_user_of_an_enterprise_is_known_in_each_of_its_workspaces(office: Office) -> None:
    who = directory(office)

    def unit(work: Work) -> None:
        home = work.workspaces.find("slack", "T1")
        assert home is not None
        for team in ("T1", "T2"):
            work.workspaces.put(Workspace("slack", team, "Nordby", home.organisation, "E1"))

    await who.person_of("T1", "UVERA")
    await office.store.run(unit)
    await who.changed("T2", {"id": "UVERA", "tz": "Europe/Oslo"})
    vera = await person(office, "UVERA")
    assert vera is not None
    assert vera.zone == "Europe/Oslo"


@pytest.mark.parametrize("user", [{}, {"id": 5}, {"id": "UVERA", "deleted": "yes", "tz": [], "profile": None}])
async def test_a3_an_odd_description_harms_nobody(office: Office, user: dict[str, Any]) -> None:
    who = directory(office)
    await who.person_of("T1", "UVERA")
    before = await person(office, "UVERA")
    await who.changed("T1", user)
    assert await person(office, "UVERA") == before
