"""How much the fake takes, and what goes wrong on the way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import StandingClock
from tests.teams.fake import (
    DROP_AFTER,
    DROP_BEFORE,
    T10,
    AcceptThen,
    FakeTeams,
    Garbage,
    Hang,
    Person,
    Redirect,
)
from tests.teams.fake.client import Client
from tests.teams.fake.limits import WRITE, Exceeded, Limits
from tests.teams.fake.samples import card, message, named, small_teams

Json = dict[str, Any]


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))


@pytest.fixture
async def teams(clock: StandingClock) -> AsyncIterator[FakeTeams]:
    async with small_teams(clock) as fake:
        yield fake


@pytest.fixture
def client(teams: FakeTeams) -> Client:
    return Client(teams)


@pytest.fixture
def vera(teams: FakeTeams) -> Person:
    return named(teams, "Vera Holm")


def wait(clock: StandingClock, seconds: float) -> None:
    clock.move_to(clock.now() + timedelta(seconds=seconds))


def creation(teams: FakeTeams, person: Person, id: str = "") -> Json:
    return {
        "bot": {"id": teams.app.bot},
        "members": [{"id": id or person.user.id}],
        "channelData": {"tenant": {"id": teams.app.tenant}},
    }


# Limits


async def test_t12_a_conversation_takes_so_much(
    teams: FakeTeams, client: Client, vera: Person, clock: StandingClock
) -> None:
    path = f"v3/conversations/{vera.chat.id}/activities"

    async def sends(count: int) -> list[int]:
        return [(await client.ask("POST", path, message(card("Hej"))))[0] for _ in range(count)]

    assert await sends(8) == [201] * 7 + [429]
    wait(clock, 1)
    assert await sends(2) == [201, 429]
    wait(clock, 1)
    status, body, headers = await client.ask("GET", f"v3/conversations/{vera.chat.id}/members/{vera.aad}")
    assert (status, await sends(1)) == (200, [201])
    teams.limits.write = ((1, 60),)
    status, body, headers = await client.ask("POST", path, message(card("Hej")))
    assert (status, body["error"]["code"], headers["Retry-After"]) == (429, "Throttled", "60")
    teams.limits.says_when = False
    assert "Retry-After" not in (await client.ask("POST", path, message(card("Hej"))))[2]
    assert len(vera.posts) == 9


async def test_t12_a_tenant_takes_thirty_a_second(teams: FakeTeams, client: Client, clock: StandingClock) -> None:
    people = [teams.person(teams.add_user(f"Anne {number}")) for number in range(31)]
    for person in people:
        teams.install(person.user)
    asked = [client.ask("POST", "v3/conversations", creation(teams, person)) for person in people]
    statuses = [status for status, _, _ in await asyncio.gather(*asked)]
    assert sorted(statuses) == [201] * 30 + [429]
    wait(clock, 1)
    assert (await client.ask("POST", "v3/conversations", creation(teams, people[0])))[0] == 201


@given(st.lists(st.floats(min_value=0, max_value=5).map(lambda it: round(it, 2)), max_size=120))
def test_t12_no_window_ever_holds_more(pauses: list[float]) -> None:
    limits, now, taken = Limits(), datetime(2026, 3, 2, tzinfo=UTC), list[datetime]()
    for pause in pauses:
        now += timedelta(seconds=pause / 10)
        try:
            limits.take("chat", "tenant", now)
        except Exceeded as exceeded:
            later = now + timedelta(seconds=exceeded.wait)
            limits.take("chat", "tenant", later)
            taken, now = [*taken, later], later
        else:
            taken.append(now)
    for most, seconds in WRITE:
        for end in taken:
            assert sum(end - timedelta(seconds=seconds) < each <= end for each in taken) <= most


# Trouble


@pytest.mark.parametrize("row", T10)
async def test_t10_each_row_of_the_table(teams: FakeTeams, client: Client, vera: Person, row: str) -> None:
    path = f"v3/conversations/{vera.chat.id}/activities"
    teams.fail_next(vera.chat.id, T10[row])
    status, body, headers = await client.ask("POST", path, message(card("Hej")))
    assert (status, headers.get("Retry-After")) == (T10[row].status, T10[row].retry_after)
    assert T10[row].code in str(body)
    assert vera.posts == []
    assert (await client.ask("POST", path, message(card("Hej"))))[0] == 201
    assert [(call.status, call.accepted) for call in teams.ledger.of("send")] == [(status, False), (201, True)]


async def test_t11_an_answer_can_be_lost(teams: FakeTeams, client: Client, vera: Person) -> None:
    path = f"v3/conversations/{vera.chat.id}/activities"
    teams.fail_next("send", AcceptThen(500), DROP_AFTER, DROP_BEFORE, Garbage())
    assert (await client.ask("POST", path, message(card("En"))))[0] == 500
    for words in ("To", "Tre"):
        with pytest.raises(aiohttp.ClientError):
            await client.ask("POST", path, message(card(words)))
    assert (await client.ask("POST", path, message(card("Fire"))))[1] == "<html>oops</html>"
    assert [vera.reads(post) for post in vera.posts] == ["En", "To", "Fire"]
    calls = teams.ledger.of("send")
    assert [(call.status, call.accepted) for call in calls] == [(500, True), (0, True), (0, False), (200, True)]
    assert [call.reference for call in teams.ledger.accepted] == [post.id for post in vera.posts]


async def test_a_call_can_hang(teams: FakeTeams, client: Client, vera: Person) -> None:
    hang = Hang(accepted=False)
    teams.fail_next("send", hang)
    sending = asyncio.create_task(client.posts(vera.chat.id, message(card("Hej"))))
    await hang.reached.wait()
    assert vera.posts == []
    hang.release()
    assert await sending == vera.last.id


async def test_t6_a_redirect_leads_where_the_ledger_sees_it(teams: FakeTeams, client: Client, vera: Person) -> None:
    teams.fail_next("send", Redirect())
    status, _, headers = await client.ask("POST", f"v3/conversations/{vera.chat.id}/activities", message(card("x")))
    assert (status, teams.ledger.count("elsewhere")) == (302, 0)
    assert (await client.ask("POST", headers["Location"], {}))[0] == 404
    assert teams.ledger.count("elsewhere") == 1
