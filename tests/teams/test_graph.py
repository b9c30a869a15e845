"""Microsoft Graph, where an administrator has consented and where none has; and what a tenant is called."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.channel import NotReached
from bot.channels.teams.calls import Answer, Fate
from bot.channels.teams.graph import OF_A_PERSON, Graph
from bot.clock import StandingClock
from storage.records import Organisation
from tests.teams.fake import Refuse
from tests.teams.town import NOON, Town, town

OURS = "11111111-aaaa-4aaa-8aaa-111111111111"


class Asked:
    """Answers in turn, and keeps what was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.urls: list[str] = []

    async def ask(self, method: str, url: str, *, body: Mapping[str, Any] | None = None, graph: bool = False) -> Answer:
        assert (method, body, graph) == ("GET", None, True)
        self.urls.append(url)
        return self.answers.pop(0)


def said(status: int, **data: Any) -> Answer:
    return Answer(Fate.DONE if status == 200 else Fate.REFUSED, status, data=data)


@pytest.fixture
async def here() -> AsyncIterator[Town]:
    async with town() as here:
        yield here


async def test_only_what_is_used_is_asked_for() -> None:
    calls = Asked(said(200, displayName="Ada"), said(200, id="AAD-2"), said(200, value=[{"displayName": " Sundby "}]))
    graph = Graph(calls, StandingClock(NOON), "https://graph.microsoft.com", OURS)
    assert await graph.user(OURS, "../me?x") == {"displayName": "Ada"}
    assert await graph.manager(OURS, "aad-1") == "aad-2"
    assert await graph.organisation(OURS) == "Sundby"
    assert calls.urls == [
        f"https://graph.microsoft.com/v1.0/users/..%2Fme%3Fx?$select={OF_A_PERSON}",
        "https://graph.microsoft.com/v1.0/users/aad-1/manager?$select=id",
        "https://graph.microsoft.com/v1.0/organization?$select=displayName",
    ]
    assert not {"officeLocation", "jobTitle", "mobilePhone"} & set(OF_A_PERSON.split(","))


@pytest.mark.parametrize("no", [said(403), said(401), Answer(Fate.LOCKED_OUT, code="invalid_client")])
async def test_a_no_stands_for_an_hour_and_for_what_it_was_about(no: Answer) -> None:
    calls = Asked(no, said(200, value=[{"displayName": "Sundby"}]), said(200, id="aad-2"))
    clock = StandingClock(NOON)
    graph = Graph(calls, clock, "https://graph.microsoft.com", OURS)
    for _ in range(3):
        assert (await graph.user(OURS, "aad-1"), await graph.manager(OURS, "aad-1")) == ({}, "")
    assert await graph.organisation(OURS) == "Sundby", "that is another permission"
    clock.move_to(NOON + timedelta(hours=1))
    assert await graph.manager(OURS, "aad-1") == "aad-2"
    assert len(calls.urls) == 3


@pytest.mark.parametrize(
    "trouble",
    [
        Answer(Fate.REFUSED, 500),
        Answer(Fate.BUSY, 503),
        Answer(Fate.LIMITED, 429),
        Answer(Fate.NOT_SENT),
        Answer(Fate.LOST),
    ],
)
async def test_trouble_is_no_no(trouble: Answer) -> None:
    calls = Asked(trouble, said(200, id="aad-2"))
    graph = Graph(calls, StandingClock(NOON), "https://graph.microsoft.com", OURS)
    with pytest.raises(NotReached):
        await graph.manager(OURS, "aad-1")
    assert await graph.manager(OURS, "aad-1") == "aad-2"


@pytest.mark.parametrize(
    "manager",
    [
        {},
        {"id": 7},
        {"id": "c1", "@odata.type": "#microsoft.graph.orgContact"},
        {"@odata.type": "#microsoft.graph.user"},
    ],
)
async def test_a_manager_that_is_no_user(manager: dict[str, Any]) -> None:
    graph = Graph(Asked(said(200, **manager)), StandingClock(NOON), "https://graph.microsoft.com", OURS)
    assert await graph.manager(OURS, "aad-1") == ""


@pytest.mark.parametrize("tenant", ["", "another"])
async def test_nobody_of_another_tenant_is_asked_about(tenant: str) -> None:
    graph = Graph(Asked(), StandingClock(NOON), "https://graph.microsoft.com", OURS)
    assert (await graph.user(tenant, "aad-1"), await graph.manager(tenant, "aad-1")) == ({}, "")
    assert await graph.organisation(tenant) == ""


@pytest.mark.parametrize("value", [None, [], {}, [7], [{"displayName": 7}], "x"])
async def test_an_organisation_that_says_no_name(value: Any) -> None:
    graph = Graph(Asked(said(200, value=value)), StandingClock(NOON), "https://graph.microsoft.com", OURS)
    assert await graph.organisation(OURS) == ""


# What a tenant is called


async def organisations(here: Town) -> list[Organisation]:
    return await here.store.run(lambda work: work.people.organisations())


async def test_a_tenant_goes_by_its_id_until_it_has_a_name(here: Town) -> None:
    vera = here.fake.add_user("Vera Holm")
    await here.gets(here.says(vera, "typing"))
    assert [row.name for row in await organisations(here)] == [here.tenant]
    here.fake.consent.add(here.tenant)
    here.passes(3600)
    again = here.again()
    await again.gets(again.says(vera, "typing"))
    known = await here.workspace()
    assert [row.name for row in await organisations(here)] == [known.name if known else ""] == ["Nordby"]


async def test_a_name_that_cannot_be_had_now_holds_nothing_up(here: Town) -> None:
    here.fake.consent.add(here.tenant)
    here.fake.fail_next("organization", Refuse(503))
    await here.gets(here.install(vera := here.fake.add_user("Vera Holm")))
    assert here.heard == [True]
    assert await here.chat(vera) is not None


async def test_a_tenant_that_has_a_name_is_not_asked_about(here: Town) -> None:
    here.fake.consent.add(here.tenant)
    vera = here.fake.add_user("Vera Holm")
    await here.gets(here.says(vera, "typing"))
    again = here.again()
    await again.gets(again.says(vera, "typing"), again.says(vera, "typing"))
    assert here.fake.ledger.count("organization") == 1
