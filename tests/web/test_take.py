"""Files behind links: who gets them, for how long, and what leaves no trace."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from bot.channel import Address, File, Message, Outgoing
from bot.channels.pace import MOST
from bot.channels.takeaways import LASTS, links
from bot.channels.web.take import take_routes
from bot.clock import StandingClock
from bot.papers.paper import PDF, WORD, as_file
from storage.records import AddressRow, Organisation, PersonRow
from storage.store import Store, Work
from tests.papers.samples import PAPER
from tests.web.fakes import NOON, WORDS, Client
from tests.web.test_draw import Page

CANARY = "kanariefugl"
TEXT = File("mine-svar.txt", "text/plain", f"Det var en god dag.\n\n{CANARY} 😀")
JSON = File("mine-svar.json", "application/json", '[{"value": "æøå"}]')
EVA = Address("teams", "tenant", "eva")


@dataclass
class Counter:
    """Where files are given out. Eva and Ole may have some."""

    store: Store
    clock: StandingClock
    client: Client

    async def links(self, *files: File, id: str = "out", to: Address = EVA, origin: str = "https://x.dk") -> list[str]:
        outgoing = Outgoing(id, to, Message((), "Ny besked", files=files or (TEXT, JSON)))
        return await links(self.store, outgoing, self.clock.now(), origin)

    async def path(self, *files: File, id: str = "out", to: Address = EVA) -> str:
        """The link to the first file, as the client asks for it."""
        return (await self.links(*files, id=id, to=to))[0].removeprefix("https://x.dk")

    async def asks(self, path: str, method: str = "GET", **headers: str) -> ClientResponse:
        return await self.client.request(method, URL(path, encoded=True), headers=headers)


def move_in(work: Work) -> None:
    work.people.add_organisation(Organisation("org", "Sundby Kommune", "DK", "Europe/Copenhagen", "da"))
    for id in ("eva", "ole"):
        work.people.add(PersonRow(id, "org", id.title()))
        work.people.link(id, AddressRow("teams", "tenant", id))


@pytest.fixture
async def counter(store: Store) -> AsyncIterator[Counter]:
    await store.run(move_in)
    clock, root = StandingClock(NOON), web.Application()
    root.add_routes(take_routes(store, clock, WORDS))
    client: Client = TestClient(TestServer(root))
    await client.start_server()
    yield Counter(store, clock, client)
    await client.close()


async def is_gone(response: ClientResponse, status: int = 404) -> bool:
    """Whether it is the calm page, and nothing of a file."""
    said = await response.text()
    assert response.status == status
    assert response.content_type == "text/html"
    assert "Content-Disposition" not in response.headers
    assert not {CANARY, "æøå", "mine-svar"} & set(said.split())
    return "Linket virker ikke" in said


# What is given out


async def test_a_link_gives_its_file_to_be_saved(counter: Counter) -> None:
    for link, file in zip(await counter.links(), (TEXT, JSON), strict=True):
        response = await counter.asks(link.removeprefix("https://x.dk"))
        assert (response.status, await response.text()) == (200, file.text)
        assert response.headers["Content-Type"] == f"{file.media_type}; charset=utf-8"
        ending = file.name.rpartition(".")[2]
        assert response.headers["Content-Disposition"] == (
            f"attachment; filename=\"vidsyn-mine-svar.{ending}\"; filename*=UTF-8''mine-svar.{ending}"
        )


async def test_a_link_works_until_its_hour_is_over(counter: Counter) -> None:
    path = await counter.path()
    counter.clock.move_to(NOON + LASTS - timedelta(seconds=1))
    assert [(await counter.asks(path)).status for _ in range(3)] == [200] * 3
    counter.clock.move_to(NOON + LASTS)
    assert await is_gone(await counter.asks(path))


async def test_asking_what_it_is_gives_nothing_away_and_takes_nothing(counter: Counter) -> None:
    path = await counter.path()
    asked = await counter.asks(path, "HEAD")
    assert (asked.status, await asked.read()) == (200, b"")
    assert (await counter.asks(path)).status == 200
    assert (await counter.asks(f"{path}x", "HEAD")).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_nothing_can_be_done_to_a_file(counter: Counter, method: str) -> None:
    path = await counter.path()
    assert (await counter.asks(path, method)).status == 405
    assert (await counter.asks(path)).status == 200


@pytest.mark.parametrize("what", ["", "x", "/rubbish/here"], ids=["the file", "no file", "no link"])
async def test_nothing_is_kept_on_the_way_shown_as_a_page_or_told_on(counter: Counter, what: str) -> None:
    headers = (await counter.asks(await counter.path() + what)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "kind", "wanted", "plain"),
    [
        ("Mine svar æøå.txt", "text/plain", "text/plain", "vidsyn-mine-svar-aeoeaa.txt"),
        ('x"; filename=evil.exe\r\nX-Evil: 1', "text/plain", "text/plain", "vidsyn-x-filename-evil.txt"),
        ("../../etc/passwd", "text/x-shell", "application/octet-stream", "vidsyn-1.bin"),
        ("\ud83d", "application/x-msdownload", "application/octet-stream", "vidsyn-1.bin"),
    ],
)
async def test_a_name_is_only_a_name(counter: Counter, name: str, kind: str, wanted: str, plain: str) -> None:
    response = await counter.asks(await counter.path(File(name, kind, "\ud83d")))
    assert (response.status, response.content_type, await response.text()) == (200, wanted, "?")
    own = quote(name.encode("utf-8", "replace"), safe="")
    said = response.headers["Content-Disposition"]
    assert said == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{own}"
    assert "X-Evil" not in response.headers


@pytest.mark.parametrize(("kind", "begins", "ending"), [(PDF, b"%PDF-", "pdf"), (WORD, b"PK", "docx")])
async def test_a_document_is_drawn_when_it_is_fetched(counter: Counter, kind: str, begins: bytes, ending: str) -> None:
    response = await counter.asks(await counter.path(as_file(PAPER, kind)))
    assert (response.status, response.headers["Content-Type"]) == (200, kind)
    assert (await response.read()).startswith(begins)
    own, plain = quote(f"Emil Eriksen Mål og udbytte.{ending}", safe=""), "vidsyn-emil-eriksen-maal-og-udbytte"
    said = response.headers["Content-Disposition"]
    assert said == f"attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{own}"


# What is not


@pytest.mark.parametrize("reads", ["da", "nb", "en"])
async def test_what_is_no_link_any_more_says_calmly_how_to_get_a_new_one(counter: Counter, reads: str) -> None:
    response = await counter.asks(f"/take/{'x' * 43}", **{"Accept-Language": reads})
    text = await response.text()
    page = Page(text)
    assert response.status == 404
    assert page.find("html")[0][0]["lang"] == reads
    for key in ("personal.gone.title", "take.gone"):
        assert WORDS.text(reads, key) in text
    assert "<script" not in text
    assert not page.find("meta", **{"http-equiv": "refresh"})


@given(st.text(max_size=80).filter(lambda text: text.strip("/.")) | st.from_regex(r"[A-Za-z0-9_-]{43}", fullmatch=True))
@settings(max_examples=MOST - 10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_other_secret_is_no_link(counter: Counter, secret: str) -> None:
    response = await counter.asks(f"/take/{quote(secret.encode('utf-8', 'surrogatepass'), safe='')}")
    assert await is_gone(response)


@pytest.mark.parametrize("secret", ["", "%00", "%ff%fe", "a/b", "x" * 5000, "%2e"], ids=repr)
async def test_rubbish_is_no_fault(counter: Counter, secret: str) -> None:
    assert await is_gone(await counter.asks(f"/take/{secret}"))


async def test_a_link_is_long_and_random(counter: Counter) -> None:
    made = {link.rpartition("/")[2] for n in range(50) for link in await counter.links(id=f"out{n}")}
    assert (len(made), {len(secret) for secret in made}) == (100, {43})


async def test_another_one_s_link_gives_their_file_alone(counter: Counter) -> None:
    evas = await counter.path(replace(TEXT, text="Evas"))
    oles = await counter.path(replace(TEXT, text="Oles"), id="another", to=replace(EVA, place="ole"))
    assert [await (await counter.asks(path)).text() for path in (evas, oles)] == ["Evas", "Oles"]
    half = len("/take/") + 20
    assert await is_gone(await counter.asks(evas[:half] + oles[half:]))


async def test_what_is_sent_again_has_one_link_for_each_file(counter: Counter) -> None:
    old = await counter.path()
    new = await counter.path()
    assert await is_gone(await counter.asks(old))
    assert (await counter.asks(new)).status == 200
    assert await counter.store.run(lambda work: work.takeaways.sweep(NOON + LASTS)) == 2


async def test_who_is_nobody_here_gets_no_link(counter: Counter) -> None:
    assert await counter.links(to=replace(EVA, place="19:channel@thread.tacv2")) == []
    assert await counter.links(origin="") == []
    assert await counter.store.run(lambda work: work.takeaways.sweep(NOON + LASTS)) == 0


async def test_who_has_left_leaves_no_open_link(counter: Counter) -> None:
    path = await counter.path()
    await counter.store.run(lambda work: work.people.update(replace(work.people.get("eva"), active=False)))
    assert await is_gone(await counter.asks(path))
    await counter.store.run(lambda work: work.people.update(replace(work.people.get("eva"), active=True)))
    assert (await counter.asks(path)).status == 200
    await counter.store.run(lambda work: work.keys.forget("eva"))
    assert await is_gone(await counter.asks(path))


async def test_links_are_not_tried_one_after_the_other(counter: Counter) -> None:
    path = await counter.path()
    tried = [(await counter.asks(f"/take/{n:043}")).status for n in range(MOST)]
    assert set(tried) == {404}
    assert await is_gone(await counter.asks(path), 429)


async def test_behind_a_proxy_one_who_tries_links_slows_down_nobody_else(counter: Counter) -> None:
    path, header = await counter.path(), "X-Forwarded-For"
    for n in range(MOST):
        await counter.asks(f"/take/{n:043}", **{header: f"192.0.2.{n}, 203.0.113.9"})
    assert await is_gone(await counter.asks(path, **{header: "198.51.100.7, 203.0.113.9"}), 429)
    assert (await counter.asks(path, **{header: "203.0.113.9, 198.51.100.7"})).status == 200
    assert (await counter.asks(path)).status == 200


async def test_a_store_that_is_away_is_said_calmly(counter: Counter) -> None:
    path = await counter.path()
    await counter.store.run(lambda work: work.meta._connection.exec_driver_sql("DROP TABLE takeaways"))
    response = await counter.asks(path)
    assert response.status in (500, 503)
    assert (await response.json())["sentence"] == WORDS.text("da", "playground.trouble")


async def test_nothing_of_it_is_logged(counter: Counter, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    path = await counter.path()
    await counter.asks(path)
    await counter.store.run(lambda work: work.meta._connection.exec_driver_sql("DROP TABLE takeaways"))
    await counter.asks(path)
    for secret in (path.rpartition("/")[2], CANARY, "mine-svar"):
        assert secret not in caplog.text.replace("GET " + path, "")
