"""What the fake's people write and install arrives as Teams sends it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.clock import StandingClock
from tests.teams.fake import FakeTeams, Person, answered
from tests.teams.fake.client import Client, Listener, listening
from tests.teams.fake.samples import (
    card,
    message,
    named,
    small_teams,
)  # fmt: skip

Json = dict[str, Any]


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with small_teams(StandingClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))) as fake:
        yield fake


@pytest.fixture
async def bot(teams: FakeTeams) -> AsyncIterator[Listener]:
    async with listening(teams) as listener:
        yield listener


@pytest.fixture
def vera(teams: FakeTeams) -> Person:
    return named(teams, "Vera Holm")


@pytest.fixture
def leo(teams: FakeTeams) -> Person:
    return named(teams, "Leo Dahl")


# What arrives


async def test_words_arrive_in_the_shape_of_teams(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    assert answered(await vera.says("hej")).json() is None
    (got,) = bot.got
    assert got["id"].isdigit()
    assert got["from"] == {"id": vera.user.id, "name": "Vera Holm", "aadObjectId": vera.aad}
    assert got["from"]["id"].startswith("29:")
    assert got["recipient"] == {"id": f"28:{teams.app.id}", "name": "Vidsyn"}
    assert got["conversation"] == {"conversationType": "personal", "tenantId": teams.app.tenant, "id": vera.chat.id}
    assert got["channelData"] == {"tenant": {"id": teams.app.tenant}}
    assert (got["channelId"], got["serviceUrl"]) == ("msteams", teams.service_url)
    assert (got["type"], got["text"], got["textFormat"], got["locale"]) == ("message", "hej", "plain", "da-DK")
    assert (got["timestamp"], got["localTimestamp"]) == ("2026-03-02T08:00:00.000Z", "2026-03-02T09:00:00.000+01:00")
    assert got["localTimezone"] == "Europe/Copenhagen"
    (client,) = got["entities"]
    assert client == {
        "type": "clientInfo",
        "locale": "da-DK",
        "country": "DK",
        "platform": "Windows",
        "timezone": "Europe/Copenhagen",
    }


async def test_a_mention_in_a_channel(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    team = next(iter(teams.teams.values()))
    await vera.says_in(team.id, "hjælp")
    (got,) = bot.got
    thread = got["conversation"]["id"]
    assert thread == f"{team.id};messageid={got['id']}"
    assert got["conversation"]["conversationType"] == "channel"
    assert got["conversation"]["isGroup"] is True
    assert got["text"] == "<at>Vidsyn</at> hjælp"
    assert got["entities"][1]["mentioned"]["id"] == teams.app.bot
    assert got["channelData"]["team"]["id"] == team.id
    await Client(teams).posts(thread, message(card("Svar")))
    (post,) = teams.place(team.id).posts
    assert (post.sender, [each.card for each in post.replies]) == (vera.aad, [card("Svar")])
    await vera.says_in(team.id, "tak", under=post.replies[0])
    assert bot.got[1]["conversation"]["id"] == thread
    assert [each.sender for each in post.replies] == ["", vera.aad]
    assert teams.posts(team.id) == []


async def test_t13_coming_and_going(teams: FakeTeams, bot: Listener, leo: Person) -> None:
    await leo.installs()
    await leo.upgrades()
    await leo.upgrades("remove-upgrade")
    await leo.uninstalls()
    assert [(got["type"], got.get("action")) for got in bot.got] == [
        ("conversationUpdate", None),
        ("installationUpdate", "add"),
        ("installationUpdate", "add-upgrade"),
        ("installationUpdate", "remove-upgrade"),
        ("installationUpdate", "remove"),
    ]
    assert bot.got[0]["membersAdded"] == [{"id": bot.got[0]["recipient"]["id"]}]
    status, body, _ = await Client(teams).ask("POST", f"v3/conversations/{leo.chat.id}/activities", message(card("x")))
    assert (status, body["errorCode"]) == (403, 209)
    assert "MessageWritesBlocked" in body["message"]


async def test_an_app_in_a_team(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    team = teams.add_team("Sundby")
    await teams.admin.adds_to(team, vera.user)
    chat, _ = await teams.admin.creates_channel(team, "Jobbytte", vera.user)
    await teams.admin.renames_channel(chat, "Bytte", vera.user)
    await teams.admin.renames_team(team, "Søby", vera.user)
    await teams.admin.deletes_channel(chat, vera.user)
    await teams.admin.removes_from(team, vera.user)
    events = [got["channelData"].get("eventType") or got["action"] for got in bot.got]
    assert events == (
        "teamMemberAdded add channelCreated channelRenamed teamRenamed channelDeleted teamMemberRemoved remove".split()
    )
    assert bot.got[1]["channelData"]["settings"] == {"selectedChannel": {"id": team.id}}
    assert bot.got[2]["channelData"]["channel"] == {"id": chat.id, "name": "Jobbytte"}
    assert bot.got[4]["channelData"]["team"]["name"] == "Søby"


async def test_words_are_changed_and_taken_back(bot: Listener, vera: Person) -> None:
    said = await vera.says("hej")
    await vera.edits(said, "goddag")
    await vera.deletes(said)
    assert [(got["type"], got.get("text")) for got in bot.got] == [
        ("message", "hej"),
        ("messageUpdate", "goddag"),
        ("messageDelete", None),
    ]
    assert len({got["id"] for got in bot.got}) == 1
    await vera.sends({"type": "event", "name": "never/heard", "localTimezone": None})
    assert "localTimezone" not in bot.got[-1]


async def test_a_reaction_names_the_message(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    await Client(teams).posts(vera.chat.id, message(card("Hej")))
    post = vera.last
    await vera.reacts(post)
    assert (bot.got[0]["replyToId"], bot.got[0]["reactionsAdded"]) == (post.id, [{"type": "like"}])


# The token


async def test_t1_tokens_are_as_the_clock_says(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    old = teams.keys.token(teams.service_url)
    said = await vera.says("hej")
    assert (await teams.replay(said)).status == 200
    wrong: list[Json] = [{"aud": "another"}, {"iss": "https://evil.example"}, {"serviceurl": "x"}, {"exp": None}]
    for claims in wrong:
        token = teams.keys.token(teams.service_url, claims)
        assert (await teams.send(said.activity, token=token)).answer.status == 401
    assert (await teams.post_raw(said.raw, token="")).status == 401
    teams.keys.roll()
    assert (await teams.post_raw(said.raw, token=old)).status == 401
    assert (await teams.post_raw(said.raw)).status == 200


# Repetition


async def test_t7_teams_repeats_what_is_not_answered(teams: FakeTeams, bot: Listener, vera: Person) -> None:
    assert teams._way is not None
    teams.tell(teams._way.url, patience=0.2, repeats=True)
    bot.hold.clear()
    delivery = await vera.says("hej")
    ids = [got["id"] for got in bot.got]
    assert [ids.index(id) for id in ids] == [0, 0, 2, 2]
    assert (delivery.taken.status, delivery.taken.reason) == (0, "timeout")
    bot.hold.set()
    assert (await vera.says("hej igen")).again == []


@pytest.mark.parametrize(("twice", "ids"), [("same id", 1), ("new id", 2)])
async def test_t7_everything_comes_twice(teams: FakeTeams, bot: Listener, vera: Person, twice: Any, ids: int) -> None:
    teams.twice = twice
    await vera.says("hej")
    assert len(bot.got) == 2
    assert len({got["id"] for got in bot.got}) == ids
