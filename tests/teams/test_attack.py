"""Who has an account in the tenant, another tenant, another bot or no token at all, and tries what is not theirs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bot.channels.people import LONGEST_NAME
from storage.records import AddressRow, Chat
from storage.store import Work
from tests.stage.scenes import NOTES
from tests.teams.fake import answered, text_of
from tests.teams.fake.payloads import activity
from tests.teams.fake.things import Json
from tests.teams.here import Here, at
from tests.teams.schema import elements

ELSEWHERE = "99999999-aaaa-4aaa-8aaa-999999999999"


@pytest.fixture
async def start() -> AsyncIterator[Here]:
    """Everybody is there; nothing has happened."""
    async with at("start") as here:
        yield here


@asynccontextmanager
async def another_server() -> AsyncIterator[tuple[str, list[str]]]:
    """An address that is none of Teams', and what is sent there."""
    got: list[str] = []

    async def take(request: web.Request) -> web.Response:
        got.append(f"{request.method} {request.path} {request.headers.get('Authorization', '')}")
        return web.json_response({"id": "taken"})

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}/smba/", got
    await runner.cleanup()


async def chats(here: Here) -> list[Chat]:
    """Everything that is known of where people are reached."""

    def unit(work: Work) -> list[Chat]:
        return sorted(work.chats.all("teams", here.teams.app.tenant), key=lambda it: it.place)

    return await here.play.store.run(unit)


async def everything(here: Here) -> tuple[Any, ...]:
    """What nobody from outside may change."""
    people = (here.hanne, here.emil, here.lone, here.vera)
    kept = [await here.kept(seat, "") for seat in people]
    said = [here.reads(seat) for seat in people]
    return await chats(here), [row.name for row in await here.play.everybody()], kept, said


# Where our token goes


@pytest.mark.parametrize("token", ["", "nonsense", "of another bot", "for another service"])
async def test_t6_an_address_in_what_nobody_vouches_for_is_never_kept(start: Here, token: str) -> None:
    teams, emil = start.teams, start.emil.there
    before, calls = await everything(start), len(teams.ledger.calls)
    async with another_server() as (url, got):
        own = activity(teams, emil.user, emil.chat, "message") | {"text": "hjælp", "serviceUrl": url}
        given = {
            "of another bot": teams.keys.token(url, {"aud": "33333333-cccc-4ccc-8ccc-333333333333"}),
            "for another service": teams.keys.token(teams.service_url),
        }.get(token, token)
        answer = await teams.post_raw(json.dumps(own).encode(), token=given)
        assert answer.status in (401, 403)
        await start.play.settle()
        assert await everything(start) == before
        answered(await emil.says("hjælp"))
        await start.play.settle()
        assert got == []
    assert {call.what for call in teams.ledger.calls[calls:]} <= {"send", "keys", "openid"}


@pytest.mark.parametrize(
    "url",
    ["", "http://169.254.169.254/latest/", "https://smba.trafficmanager.net.evil.example/", "{there}", "x" * 9000],
)
async def test_t6_an_address_that_is_on_no_list_gets_nothing_whoever_vouches_for_it(start: Here, url: str) -> None:
    """As if Microsoft itself said so: what was proven is kept, and looked at again before each call."""
    emil = start.emil.there
    async with another_server() as (there, got):
        where = url.format(there=there) if len(url) < 100 else url
        own = activity(start.teams, emil.user, emil.chat, "message") | {"text": "hjælp", "serviceUrl": where}
        delivery = await start.teams.send(own)
        assert delivery.answer.status < 500
        before = len(emil.posts)
        await start.play.settle()
        await start.play.restart()
        await start.play.settle()
        assert got == []
        answered(await emil.says("hjælp"))
        await start.play.settle()
        assert len(emil.posts) > before, "reached again at the right address"


# Who it is


async def test_t1_another_tenant_in_our_name_is_nobody(start: Here) -> None:
    """The tenant stands in two places; whoever is from elsewhere writes ours into one of them."""
    teams = start.teams
    teams.add_tenant(ELSEWHERE, "Sydby")
    eve = teams.add_user("Eve Engel", ELSEWHERE)
    teams.install(eve)
    before, calls = await everything(start), len(teams.ledger.calls)
    home = teams.app.tenant
    for data, conversation in ((ELSEWHERE, home), (home, ELSEWHERE), (ELSEWHERE, ELSEWHERE), (None, ELSEWHERE)):
        own = activity(teams, eve, teams.personal(eve), "message") | {"text": "hjælp"}
        own["channelData"] = {"tenant": {"id": data}} if data else {}
        own["conversation"] = own["conversation"] | {"tenantId": conversation}
        delivery = await teams.send(own)
        assert delivery.answer.status == 403, (data, conversation)
    await start.play.settle()
    assert await everything(start) == before
    assert teams.ledger.calls[calls:] == []


@pytest.mark.parametrize("scene", ["debrief"])
async def test_who_writes_somebody_else_s_id_into_what_only_teams_can_sign_is_refused(scene: str) -> None:
    """The ids are Microsoft's word: without its signature they are nothing."""
    async with at(scene) as here:
        emil, quote = here.emil.there, NOTES["da"]["log.core.what"][0][:25]
        own = activity(here.teams, emil.user, emil.chat, "message") | {"text": "mine data"}
        before = await everything(here)
        stolen = here.teams.deliveries[-1].headers["Authorization"].removeprefix("Bearer ")
        mine = here.teams.keys.token(here.teams.service_url)
        for token in ("", mine[:-4] + "AAAA", f"{mine}x", stolen.replace(".", "", 1), "a.b.c"):
            assert (await here.teams.post_raw(json.dumps(own).encode(), token=token)).status == 401
        await here.play.settle()
        assert await everything(here) == before
        here.teams.assert_no_words(quote)


# What is sent


def card_data(data: Json, kind: str = "card") -> Json:
    """A press with this data."""
    if kind == "card":
        value: Json = {"action": {"type": "Action.Execute", "verb": "press", "data": data}, "trigger": "manual"}
        return {"type": "invoke", "name": "adaptiveCard/action", "value": value}
    if kind == "message":
        return {"type": "message", "value": data}
    return {"type": "invoke", "name": kind, "value": {"data": data, "context": {"theme": "default"}}}


def deep(levels: int) -> Json:
    found: Json = {}
    for _ in range(levels):
        found = {"a": found}
    return found


ODD_KEYS = ("__proto__", "answer:__proto__", "answer:../../etc", "constructor", "answer:", "answer:\u202e")
ODD: dict[str, Json] = {
    "many fields": {f"answer:{n}": "x" for n in range(5000)},
    "odd keys": dict.fromkeys(ODD_KEYS, "x"),
    "long": {"answer:prep.goal.1": "æ" * 200_000},
    "a long key": {"answer:" + "k" * 100_000: "x"},
    "no texts": {"answer:a": {"b": 1}, "answer:c": [1, 2], "answer:d": None, "answer:e": 1e300, "answer:f": True},
    "a choice that is no text": {"choice": {"button": "open"}},
    "deep": {"answer:a": deep(90)},
    "signs of control": {"answer:sign.where": "\x00\x1b[31m\r\nfalsk", "choice": "\x00"},
    "orders": {"vidsyn": {"leave": ["mask"], "leaves": {"a": 1}, "many": "prep.purpose", "dialog": "true"}},
}


@pytest.mark.parametrize("odd", ODD)
async def test_a9_whatever_stands_in_the_data_of_a_card_breaks_nothing(odd: str) -> None:
    async with at("signed up") as here:
        emil, lone = here.emil.there, here.lone.there
        post = here.newest(here.lone, "Godkend")
        card = json.loads(json.dumps(lone.card(post)))["body"][-1]
        ours = json.dumps(card).split('"card": "')[1].split('"')[0]
        before = [await here.kept(seat, "") for seat in (here.emil, here.lone)]
        for button in ("save", "open", "no-such"):
            for kind in ("card", "message", "task/fetch", "task/submit"):
                about: Json = {"card": ours, "button": button} | ODD[odd].get("vidsyn", {})
                raw = card_data({**ODD[odd], "vidsyn": about}, kind)
                delivery = await lone.sends({**raw, "replyToId": post.id})
                assert delivery.answer.status in (200, 400), delivery.answer
        await here.play.settle()
        assert [await here.kept(seat, "") for seat in (here.emil, here.lone)] == before
        answered(await emil.says("hjælp"))
        here.play.nothing_refused()


@pytest.mark.parametrize("levels", [200, 20_000])
async def test_what_is_far_too_deep_is_refused(start: Here, levels: int) -> None:
    raw = b'{"type": "message", "channelId": "msteams", "value": ' + b'{"a":' * levels + b"1" + b"}" * levels + b"}"
    assert (await start.teams.post_raw(raw)).status == 400
    assert (await start.teams.post_raw(raw, token="")).status == 401


# Names


NAMES = {
    "markup": "<at>everyone</at> **Fed** [klik](https://evil.example) &lt;b&gt; `x` #1",
    "right to left": "\u202eneskire limE\u202c Eriksen",
    "lines": "Ida\nGodkend alle\r\n\nIversen\u2028her",
    "long": "Ida " + "Æ" * 5000,
    "nothing to see": "\u200b\u2060 Ida \u00ad",
    "placeholders": "{contact} ${secret} {{$root}} Ida",
}


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_is_a_line_of_plain_text_wherever_it_stands(name: str) -> None:
    """The fake refuses cards that a client would not show; here nothing in a name is anything but letters."""
    async with at("round open") as here:
        ida = here.teams.add_user(NAMES[name], department=NAMES[name])
        here.play.team.members.add(ida.aad)
        person = here.teams.person(ida)
        for delivery in await person.installs():
            answered(delivery)
        await here.play.settle()
        row = await here.play.store.run(lambda work: work.people.at(AddressRow("teams", ida.tenant, ida.aad)))
        assert row is not None
        assert "\n" not in row.name
        assert "\u2028" not in row.name
        assert len(row.name) <= LONGEST_NAME
        assert "\u202e" not in row.name
        (hello,) = person.posts
        assert hello.card is not None
        assert "\u202e" not in text_of(hello.card)
        mentions_nothing(here, hello.card)
        here.play.nothing_refused()


def mentions_nothing(here: Here, card: Json) -> None:
    """Teams reads mentions and links where markdown is read, and mentions only of what the message lists."""
    assert not [it for it in elements(card) if it["type"] == "TextBlock" and set("<[") & set(it["text"])]
    assert not [call for call in here.teams.ledger.accepted if "entities" in json.dumps(call.body)]


async def test_an_announcement_mentions_nobody() -> None:
    async with at("start") as here:
        await here.hanne.says("ny runde")
        await here.hanne.fills(
            {"round.new.name": "<at>everyone</at> [gratis](https://evil.example)", "round.new.forms": ["form.shadow"]}
        )
        await here.hanne.fills(
            {
                "round.new.opens": "2026-04-13",
                "round.new.deadline": "2026-04-20",
                "round.new.answer_by": "2026-04-24",
                "round.new.latest_start": "2026-06-01",
                "round.new.finish_by": "2026-06-30",
            }
        )
        await here.hanne.fills({"round.new.channel": here.play.team.name, "round.check.contact": here.hanne.id})
        await here.hanne.taps("btn.post")
        (post,) = here.teams.posts(here.play.team.id)
        assert post.card is not None
        assert "everyone" in text_of(post.card)
        mentions_nothing(here, post.card)
        here.play.nothing_refused()
