"""The page behind a personal link: who gets in, what is shown there, and what leaves no trace."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.channel import Address, Button, File, Incoming, Message, Outgoing, Part, Reply
from bot.channels.web.channel import WebChannel
from bot.channels.web.personal import COOKIE, PATH, page_at, personal
from bot.clock import StandingClock
from storage.records import AddressRow, Chat, Organisation, PersonRow
from storage.store import Store, Work
from storage.vault import Vault
from tests.postgres import drop, fresh_database
from tests.web.fakes import NOON, WORDS, Client
from tests.web.test_draw import Page

NORAS, VERAS = "n" * 43, "v" * 43
CANARY = "kanariefugl"


@dataclass
class Guests:
    """Nora, who reads Bokmål, and Vera, who reads Danish; each has a link. HR is Hanne."""

    store: Store
    clock: StandingClock
    channel: WebChannel
    heard: list[Incoming] = field(default_factory=list)

    async def receive(self, incoming: Incoming) -> Reply:
        self.heard.append(incoming)
        return Reply(note="Tak")

    async def send(self, id: str, text: str = "Hei", to: str = "nora", **more: object) -> None:
        message = Message((Part(text),), "Ny melding", f"card-{id}", buttons=(Button("0", "Ja"),), language="nb")
        outgoing = Outgoing(id, Address("web", "org", to), replace(message, **more))  # type: ignore[arg-type]
        await self.channel.send(outgoing, self.clock.now())

    async def state(self, who: str) -> str:
        chat = await self.store.run(lambda work: work.chats.find("web", "org", who))
        return chat.state if chat else ""

    async def client(self, base_url: str = "http://127.0.0.1:3978") -> Client:
        root = web.Application()
        root.add_subapp(PATH, personal(self.store, self.receive, WORDS, self.channel, base_url, self.clock))
        client: Client = TestClient(TestServer(root))
        await client.start_server()
        return client


def move_in(work: Work, expires: datetime) -> None:
    work.people.add_organisation(Organisation("org", "Sundby Kommune", "DK", "Europe/Copenhagen", "da"))
    work.people.add(PersonRow("hanne", "org", "Hanne Holm", hr=True))
    for id, name, language, secret in (("nora", "Nora <b>", "nb", NORAS), ("vera", "Vera Vang", "da", VERAS)):
        work.people.add(PersonRow(id, "org", name, language=language))
        work.people.link(id, AddressRow("web", "org", id))
        work.chats.put(Chat("web", "org", id, state="absent", touched=NOON))
        work.links.put(id, secret, expires)


@pytest.fixture
async def guests(store: Store) -> Guests:
    await store.run(lambda work: move_in(work, NOON + timedelta(days=60)))
    return Guests(store, StandingClock(NOON), WebChannel(store, "web"))


@pytest.fixture
async def client(guests: Guests) -> AsyncIterator[Client]:
    client = await guests.client()
    yield client
    await client.close()


async def enter(client: Client, secret: str = NORAS) -> ClientResponse:
    return await client.get(f"/you/{secret}")


async def typed(client: Client, text: str = "hei", person: str = "nora", **headers: str) -> ClientResponse:
    body = {"person": person, "event": "event-0001", "text": text}
    return await client.post("/you/text", json=body, headers=headers)


# The way in


async def test_a_link_leaves_a_cookie_and_goes_on_without_its_secret(client: Client) -> None:
    response = await enter(client)
    text = await response.text()
    assert response.status == 200
    assert NORAS not in text
    assert Page(text).find("meta", **{"http-equiv": "refresh"})[0][0]["content"] == "0; url=/you"
    cookie = response.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/you")
    assert not cookie["max-age"]
    assert (await client.get("/you")).status == 200


@pytest.mark.parametrize(("base_url", "secure"), [("https://vidsyn.example.dk", True), ("http://127.0.0.1:3978", "")])
async def test_the_cookie_is_secure_where_the_page_is(guests: Guests, base_url: str, secure: bool) -> None:
    client = await guests.client(base_url)
    assert (await enter(client)).cookies[COOKIE]["secure"] == secure
    await client.close()


async def test_nothing_is_kept_or_told_on(client: Client) -> None:
    await enter(client)
    for path in (f"/you/{NORAS}", "/you", "/you/wrong", "/you/static/personal.js", "/you/messages"):
        headers = (await client.get(path)).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "noindex" in headers["X-Robots-Tag"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/you", f"/you/{'x' * 43}", "/you/short", f"/you/{NORAS}x", "/you/%00"])
@pytest.mark.parametrize(
    ("reads", "said"), [("nb", "Lenken virker ikke"), ("en", "where your guest works"), ("", "Linket")]
)
async def test_what_is_no_link_says_calmly_whom_to_ask(client: Client, path: str, reads: str, said: str) -> None:
    response = await client.get(path, headers={"Accept-Language": reads})
    text = await response.text()
    assert response.status == 404
    assert said in text
    assert not response.cookies
    assert "<script" not in text


async def test_a_link_that_has_expired_is_no_link_any_more(client: Client, guests: Guests) -> None:
    await enter(client)
    guests.clock.move_to(NOON + timedelta(days=60))
    assert (await enter(client)).status == 404
    assert (await client.get("/you")).status == 404
    assert (await typed(client)).status == 401


async def test_who_has_a_newer_link_or_none_is_out_at_once(client: Client, guests: Guests) -> None:
    await enter(client)
    await guests.store.run(lambda work: work.links.put("nora", "o" * 43, NOON + timedelta(days=1)))
    response = await client.get("/you/messages", headers={"Accept-Language": "nb"})
    assert response.status == 401
    assert "Lenken virker ikke" in (await response.json())["sentence"]
    await enter(client, "o" * 43)
    assert (await client.get("/you")).status == 200
    await guests.store.run(lambda work: work.links.remove("nora"))
    assert (await client.get("/you")).status == 404


async def test_who_has_left_does_not_come_in(client: Client, guests: Guests) -> None:
    await guests.store.run(lambda work: work.people.update(replace(work.people.get("nora"), active=False)))
    assert (await enter(client)).status == 404


async def test_looking_ahead_spends_nothing(client: Client, guests: Guests) -> None:
    for method in ("HEAD", "GET", "HEAD", "GET"):
        assert (await client.request(method, f"/you/{NORAS}")).status == 200
    assert (await guests.state("nora"), guests.heard) == ("absent", [])


async def test_who_opens_the_page_is_reached(client: Client, guests: Guests) -> None:
    await enter(client)
    assert (await client.get("/you/events")).status == 200
    assert (await guests.state("nora"), await guests.state("vera")) == ("live", "absent")


async def test_guessing_is_slowed_down(client: Client) -> None:
    statuses = [(await client.get(f"/you/{number:043}")).status for number in range(105)]
    assert set(statuses[:100]) == {404}
    assert set(statuses[100:]) == {429}


async def test_no_secret_reaches_a_log(client: Client, guests: Guests, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await enter(client)
    await guests.store.close()
    for path in ("/you", f"/you/{VERAS}", "/you/messages"):
        assert (await client.get(path)).status in (500, 503)
    # The test's own server keeps a log of requests; the product's has none (tests/running/test_http_log.py).
    said = [record.getMessage() for record in caplog.records if record.name != "aiohttp.access"]
    assert not [line for line in said if NORAS in line or VERAS in line]


# The page


async def test_the_page_is_the_visitors_conversation_in_their_language(client: Client, guests: Guests) -> None:
    await guests.send("a", "Passer det?")
    await guests.send("b", CANARY, to="vera")
    await enter(client)
    text = await (await client.get("/you", headers={"Accept-Language": "en"})).text()
    page = Page(text)
    assert page.find("html", lang="nb")
    assert page.find("h1")[0][1].strip() == "Nora <b>"
    assert "Passer det?" in page.find("main")[0][1]
    assert page.find("form", action="/you/press")
    assert "Sundby Kommune" in page.find("main")[0][1]
    for foreign in (CANARY, "Vera", "Hanne", "playground", 'id="clock"', "people"):
        assert foreign not in text.replace("playground.", "")


async def test_only_ones_own_messages_come(client: Client, guests: Guests) -> None:
    await guests.send("a")
    await guests.send("b", CANARY, to="vera")
    await enter(client)
    for query in ("", "?ids=a,b", "?person=vera&box=vera", "?box=vera&ids=b"):
        listed = await (await client.get(f"/you/messages{query}")).json()
        assert {it["id"] for it in listed} <= {"a"}
        assert CANARY not in json.dumps(listed)


async def test_only_ones_own_files_come(client: Client, guests: Guests) -> None:
    file = File("mine.txt", "text/plain", CANARY)
    await guests.send("a", files=(file,))
    await guests.send("b", to="vera", files=(file,))
    await enter(client)
    link = Page(await (await client.get("/you")).text()).find("a", **{"class": "file"})[0][0]["href"]
    assert await (await client.get(link)).text() == CANARY
    for path in ("/you/files/b/0", "/you/files/a/1", "/you/files/x/0"):
        assert (await client.get(path)).status == 404


async def test_of_others_not_even_that_something_came_is_told(client: Client, guests: Guests) -> None:
    await enter(client)
    response = await client.get("/you/events")
    await guests.send("b", CANARY, to="vera")
    await guests.send("a")
    heard = b""
    while b"event: row" not in heard:
        heard += await response.content.readany()
    response.close()
    assert b'"a"' in heard
    assert b"vera" not in heard
    assert b'"b"' not in heard


# What the visitor does


async def test_what_another_process_puts_into_the_box_is_told_too(guests: Guests) -> None:
    """Behind a load balancer the page is open at one process, and another one delivers."""
    url = fresh_database()
    here, there = (Store.open(url, Vault({"test": bytes(32)}, "test")) for _ in range(2))
    here.migrate()
    await here.run(lambda work: move_in(work, NOON + timedelta(days=60)))
    client = await replace(guests, store=here, channel=WebChannel(here, "web")).client()
    await enter(client)
    stream = await client.get("/you/events")
    assert b"retry" in await stream.content.readuntil(b"\n\n")
    assert b"state" in await stream.content.readuntil(b"\n\n")
    await replace(guests, store=there, channel=WebChannel(there, "web")).send("a")
    said = b""
    async with asyncio.timeout(30):
        while b'["a", 1]' not in said:
            said = await stream.content.readuntil(b"\n\n")
    stream.close()
    await client.close()
    for store in (here, there):
        await store.close()
    drop(url)


async def test_what_is_typed_and_pressed_comes_from_the_visitors_address(client: Client, guests: Guests) -> None:
    await enter(client)
    assert (await typed(client)).status == 200
    pressed = {"person": "nora", "event": "event-0002", "card": "card-a", "button": "0", "values": {"x": "y"}}
    assert (await (await client.post("/you/press", json=pressed)).json())["note"] == "Tak"
    said, did = guests.heard
    assert said == Incoming(Address("web", "org", "nora"), "event-0001", "text", text="hei")
    assert (did.sender, did.kind, did.card, did.values) == (said.sender, "press", "card-a", {"x": "y"})


async def test_an_identifier_is_masked_in_ones_own_bubble(client: Client) -> None:
    await enter(client)
    await typed(client, "010165-0007 er mit nummer")
    assert "010165-0007" not in await (await client.get("/you")).text()


async def test_nobody_speaks_as_somebody_else(client: Client, guests: Guests) -> None:
    assert (await typed(client)).status == 401
    await enter(client)
    assert (await typed(client, person="vera")).status == 409
    await enter(client, VERAS)
    assert (await typed(client)).status == 409
    assert guests.heard == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_sites_page_sends_nothing_here(client: Client, guests: Guests, headers: dict[str, str]) -> None:
    await enter(client)
    assert (await typed(client, **headers)).status == 403
    assert guests.heard == []


async def test_behind_a_proxy_the_public_address_is_our_own(guests: Guests) -> None:
    client = await guests.client("https://vidsyn.example.dk")
    own = {"Cookie": f"{COOKIE}={NORAS}", "Origin": "https://vidsyn.example.dk", "Sec-Fetch-Site": "same-origin"}
    assert (await typed(client, **own)).status == 200
    await client.close()


async def test_a_form_of_another_site_is_no_json(client: Client) -> None:
    await enter(client)
    assert (await client.post("/you/text", data={"text": "hei"})).status == 415


async def test_a_visitor_in_a_hurry_is_asked_to_wait(client: Client) -> None:
    await enter(client)
    statuses = [(await typed(client)).status for _ in range(101)]
    assert (statuses[0], statuses[-1]) == (200, 429)


def test_a_link_is_made_of_our_address_and_the_secret() -> None:
    assert page_at("https://vidsyn.example.dk")("abc") == "https://vidsyn.example.dk/you/abc"
