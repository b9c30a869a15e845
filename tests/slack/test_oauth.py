import asyncio
import base64
import json
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.channels.slack.install_page import language
from bot.channels.slack.oauth import COOKIE, INSTALL, LIFE, REDIRECT, install_routes
from bot.channels.slack.scopes import SCOPES
from bot.channels.slack.settings import Slack
from bot.channels.slack.workspaces import CHANNEL, leave_workspace, welcome_workspace
from bot.clock import StandingClock
from bot.words import Words
from storage.records import Installation
from storage.store import Store
from tests.slack.fake import FakeSlack
from tests.slack.fake.faults import DROP_AFTER, DROP_BEFORE, Fault, Garbage, Http, Limited, Refusal
from tests.slack.installs import NOW
from tests.storage.samples import a_vault, in_folder

WORDS = Words.load()
OURS = "http://vidsyn.test"
BACK = OURS + REDIRECT

Browser = TestClient[web.Request, web.Application]


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOW)


@pytest.fixture
async def slack(clock: StandingClock) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(clock) as slack:
        slack.add_team("T1", "Kommunen")
        yield slack


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store.open(in_folder(tmp_path), a_vault())
    store.migrate()
    yield store
    await store.close()


@pytest.fixture(autouse=True)
def logs(caplog: pytest.LogCaptureFixture) -> Iterator[list[Any]]:
    """What was logged, at any level. No test here may log a token, a code or a state."""
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logged:
        yield logged
    records = [record.getMessage() for record in caplog.get_records("call")]
    written = json.dumps([logged, records], default=str)
    assert not [secret for secret in ("xox", "code=", "state=", "0123456789abcdef") if secret in written]


class Site:
    """Our two addresses, and browsers that visit them."""

    def __init__(self, store: Store, slack: FakeSlack, clock: StandingClock, address: str = OURS) -> None:
        self.settings = Slack(
            transport="http",
            install="oauth",
            api=slack.base_url,
            address=address,
            client_id=slack.app.client_id,
            client_secret=SecretStr(slack.app.client_secret),
        )
        application = web.Application()
        application.add_routes(install_routes(store, WORDS, clock, self.settings))
        self.server = TestServer(application)
        self.browsers: list[Browser] = []

    async def browser(self) -> Browser:
        """Another browser, with cookies of its own."""
        if not self.server.started:
            # As the house runs it: a request's address is written down nowhere.
            await self.server.start_server(access_log=None)
        browser: Browser = TestClient(self.server)
        await browser.start_server()
        self.browsers.append(browser)
        return browser


@pytest.fixture
async def site(store: Store, slack: FakeSlack, clock: StandingClock) -> AsyncIterator[Site]:
    site = Site(store, slack, clock)
    yield site
    for browser in site.browsers:
        await browser.close()


@pytest.fixture
async def browser(site: Site) -> Browser:
    return await site.browser()


async def begin(browser: Browser, query: str = "", **headers: str) -> dict[str, str]:
    """Goes to Slack's page; what stands in its address."""
    response = await browser.get(INSTALL + query, allow_redirects=False, headers=headers)
    assert response.status == 302
    parts = urlsplit(response.headers["Location"])
    return {"to": f"{parts.scheme}://{parts.netloc}{parts.path}", **{k: v for k, (v,) in parse_qs(parts.query).items()}}


async def come_back(browser: Browser, **query: str) -> ClientResponse:
    return await browser.get(REDIRECT, params=query, allow_redirects=False, headers={"Accept-Language": "da"})


def a_code(slack: FakeSlack, team: str = "T1", enterprise: str = "", expires_in: float | None = None) -> str:
    """What Slack gives somebody who says yes."""
    token = slack.make_token(SCOPES, team=team, enterprise=enterprise)
    return slack.new_code(token, "U1", BACK, expires_in)


async def install(browser: Browser, slack: FakeSlack, **what: Any) -> ClientResponse:
    state = (await begin(browser))["state"]
    return await come_back(browser, code=a_code(slack, **what), state=state)


def installations(store: Store) -> list[Installation]:
    return store.run_now(lambda work: work.installations.all())


async def said(response: ClientResponse, key: str, **values: str) -> None:
    """The page says this sentence, in Danish."""
    assert f"<p>{WORDS.text('da', key, values)}</p>" in await response.text()


# The way there


async def test_s10_a_state_has_256_random_bits_and_only_its_hash_is_kept(
    store: Store, browser: Browser, tmp_path: Path
) -> None:
    states = [(await begin(browser))["state"] for _ in range(20)]
    assert len(set(states)) == 20
    assert {len(base64.urlsafe_b64decode(state + "=")) for state in states} == {32}
    raw = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    assert not [state for state in states if state.encode() in raw]


async def test_the_browser_is_sent_to_slack_with_exactly_our_scopes(browser: Browser, slack: FakeSlack) -> None:
    asked = await begin(browser)
    assert asked.pop("state")
    assert asked == {
        "to": f"{slack.root}/oauth/v2/authorize",
        "client_id": slack.app.client_id,
        "scope": ",".join(sorted(SCOPES)),
        "redirect_uri": BACK,
    }


@pytest.mark.parametrize("address", ["https://vidsyn.example.dk", "http://127.0.0.1:3978"])
async def test_s10_the_cookie_is_for_this_browser_and_these_pages(
    store: Store, slack: FakeSlack, clock: StandingClock, address: str
) -> None:
    site = Site(store, slack, clock, address)
    browser = await site.browser()
    response = await browser.get(INSTALL, allow_redirects=False)
    cookie = response.cookies[COOKIE]
    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == ("/slack", "Lax", True)
    assert bool(cookie["secure"]) is address.startswith("https")
    assert cookie["max-age"] == str(int(LIFE.total_seconds()))
    assert cookie["domain"] in ("", "127.0.0.1")
    assert "domain" not in response.headers["Set-Cookie"].lower()
    await browser.close()


# The way back


async def test_an_install_is_kept_with_its_workspace(
    store: Store, slack: FakeSlack, browser: Browser, tmp_path: Path
) -> None:
    response = await install(browser, slack)
    assert response.status == 200
    await said(response, "slack.installed", org="Kommunen")
    (row,) = installations(store)
    assert (row.enterprise, row.tenant, row.app, row.state, row.installed) == ("", "T1", slack.app.id, "live", NOW)
    assert (row.scopes, row.expires, row.refresh_token) == (frozenset(SCOPES), None, "")
    assert slack.tokens[row.token].bot_user == row.bot_user
    workspace = store.run_now(lambda work: work.workspaces.find(CHANNEL, "T1"))
    assert workspace is not None
    assert (workspace.name, workspace.state) == ("Kommunen", "live")
    raw = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    assert b"xox" not in raw


async def test_s11_an_install_with_rotation_is_kept_with_its_end(
    store: Store, slack: FakeSlack, browser: Browser
) -> None:
    await install(browser, slack, expires_in=43200)
    (row,) = installations(store)
    assert row.expires == NOW + timedelta(hours=12)
    assert row.refresh_token in slack.refreshable


async def test_s13_an_install_for_an_enterprise_has_no_team(store: Store, slack: FakeSlack, browser: Browser) -> None:
    slack.add_team("T2", "Byen", enterprise="E1")

    store.run_now(lambda work: [welcome_workspace(work, "T2", "Byen", "E1"), leave_workspace(work, "T2")])
    response = await install(browser, slack, team="", enterprise="E1")
    assert response.status == 200
    await said(response, "slack.installed_everywhere", org="Org E1")
    (row,) = installations(store)
    assert (row.enterprise, row.tenant) == ("E1", "")
    workspaces = store.run_now(lambda work: work.workspaces.all(CHANNEL))
    assert [(each.tenant, each.name, each.state) for each in workspaces] == [("T2", "Byen", "live")]


async def test_s13_an_install_in_one_workspace_of_an_enterprise_names_both(
    store: Store, slack: FakeSlack, browser: Browser
) -> None:
    slack.add_team("T2", "Byen", enterprise="E1")
    await install(browser, slack, team="T2", enterprise="E1")
    (row,) = installations(store)
    assert (row.enterprise, row.tenant) == ("E1", "T2")
    workspace = store.run_now(lambda work: work.workspaces.find(CHANNEL, "T2"))
    assert workspace is not None
    assert workspace.enterprise == "E1"


async def test_installing_again_revives_and_keeps_the_organisation(
    store: Store, slack: FakeSlack, browser: Browser
) -> None:
    await install(browser, slack)
    (first,) = installations(store)
    before = store.run_now(lambda work: work.workspaces.find(CHANNEL, "T1"))

    store.run_now(lambda work: (work.installations.end("", "T1", "gone"), leave_workspace(work, "T1")))
    assert (await install(browser, slack)).status == 200
    (second,) = installations(store)
    assert (second.id, second.state) == (first.id, "live")
    assert second.token != first.token
    assert store.run_now(lambda work: work.workspaces.find(CHANNEL, "T1")) == before
    assert len(store.run_now(lambda work: work.people.organisations())) == 1


# A state, and what is none


async def test_s10_a15_of_two_at_once_exactly_one_wins(store: Store, slack: FakeSlack, browser: Browser) -> None:
    for _ in range(5):
        state = (await begin(browser))["state"]
        codes = [a_code(slack) for _ in range(4)]
        answers = await asyncio.gather(*(come_back(browser, code=code, state=state) for code in codes))
        assert sorted(answer.status for answer in answers) == [200, 400, 400, 400]
    assert slack.ledger.methods().count("oauth.v2.access") == 5
    assert len(installations(store)) == 1


async def test_s10_a15_a_state_is_used_once(store: Store, slack: FakeSlack, browser: Browser) -> None:
    response = await browser.get(INSTALL, allow_redirects=False)
    cookie = response.cookies[COOKIE].value
    assert (await come_back(browser, code=a_code(slack), state=cookie)).status == 200
    # Also by somebody who keeps the cookie that the browser has let go of.
    again = await browser.get(
        REDIRECT, params={"code": a_code(slack), "state": cookie}, headers={"Cookie": f"{COOKIE}={cookie}"}
    )
    assert again.status == 400
    assert slack.ledger.methods().count("oauth.v2.access") == 1


async def test_s10_a15_a_state_is_for_ten_minutes(
    store: Store, slack: FakeSlack, browser: Browser, clock: StandingClock
) -> None:
    async def after(wait: timedelta) -> ClientResponse:
        state = (await begin(browser))["state"]
        clock.move_to(clock.now() + wait)
        return await come_back(browser, code=a_code(slack), state=state)

    assert (await after(LIFE - timedelta(seconds=1))).status == 200
    late = await after(LIFE)
    assert late.status == 400
    await said(late, "slack.install_stale")
    assert slack.ledger.methods().count("oauth.v2.access") == 1


async def test_s10_a15_another_browsers_state_is_refused_and_not_used_up(
    store: Store, slack: FakeSlack, site: Site, browser: Browser
) -> None:
    victim, nobody = await site.browser(), await site.browser()
    state = (await begin(browser))["state"]
    await begin(victim)
    for other in (victim, nobody):
        response = await come_back(other, code=a_code(slack), state=state)
        assert response.status == 400
        await said(response, "slack.install_stale")
    assert installations(store) == []
    assert "oauth.v2.access" not in slack.ledger.methods()
    assert (await come_back(browser, code=a_code(slack), state=state)).status == 200


GOOD = "A" * 43


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?code=abc",
        f"?state={GOOD}",
        f"?code=abc&state={GOOD}",
        "?code=abc&state=",
        "?code=abc&state=STATE&state=STATE",
        "?code=abc&code=abc&state=STATE",
        "?code=&state=STATE",
        "?code=a%00b&state=STATE",
        "?code=%f0%28%8c%28&state=STATE",
        "?code=abc&state=STATE%0d%0aSet-Cookie:x=y",
        f"?code={'a' * 600}&state=STATE",
        "?code=abc&state=" + "é" * 43,
        "?error=server_error&state=STATE",
        "?error=access_denied&error=x&state=STATE",
        "?error=access_denied",
        f"?error=access_denied&state={GOOD}",
    ],
)
async def test_a15_a_bad_request_is_refused_in_a_sentence(
    store: Store, slack: FakeSlack, browser: Browser, query: str
) -> None:
    state = (await begin(browser))["state"]
    response = await browser.get(REDIRECT + query.replace("STATE", state), allow_redirects=False)
    assert response.status == 400
    assert "<p>" in await response.text()
    assert installations(store) == []
    assert "oauth.v2.access" not in slack.ledger.methods()


async def test_a15_a_cookie_of_any_kind_is_no_error(slack: FakeSlack, site: Site) -> None:
    browser = await site.browser()
    for cookie in ("é", '"', GOOD + ";" + COOKIE + "=x", "%00", ""):
        response = await browser.get(
            REDIRECT, params={"code": "a", "state": GOOD}, headers={"Cookie": f"{COOKIE}={cookie}"}
        )
        assert response.status == 400


async def test_a15_bytes_that_are_no_text_are_no_error(site: Site, browser: Browser) -> None:
    reader, writer = await asyncio.open_connection(site.server.host, site.server.port)
    lines = [
        f"GET {REDIRECT}?code=a&state={GOOD} HTTP/1.1",
        "Host: x",
        f"Cookie: {COOKIE}=A\xff",
        "Accept-Language: \xff",
    ]
    writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"))
    assert (await reader.readline()).startswith(b"HTTP/1.1 400")
    writer.close()
    await writer.wait_closed()


async def test_a15_a_code_of_another_app_is_refused(store: Store, slack: FakeSlack, browser: Browser) -> None:
    state = (await begin(browser))["state"]
    response = await come_back(browser, code="9999.of.another.app", state=state)
    assert response.status == 400
    await said(response, "slack.install_failed")
    assert slack.ledger.refusals[-1].error == "invalid_code"
    # The state is used up all the same.
    assert (await come_back(browser, code=a_code(slack), state=state)).status == 400
    assert installations(store) == []


@pytest.mark.parametrize("name", ["next", "redirect", "redirect_uri", "return_to", "team"])
async def test_a15_no_address_is_taken_from_outside(slack: FakeSlack, browser: Browser, name: str) -> None:
    evil = "//evil.example/x"
    asked = await begin(browser, f"?{name}={evil}", **{"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert asked["to"].startswith(slack.root)
    assert asked["redirect_uri"] == BACK
    response = await come_back(browser, **{"code": a_code(slack), "state": asked["state"], name: evil})
    assert response.status == 200
    assert "Location" not in response.headers
    assert "evil" not in await response.text()


async def test_a_head_request_uses_nothing_up(slack: FakeSlack, browser: Browser) -> None:
    state = (await begin(browser))["state"]
    query = {"code": a_code(slack), "state": state}
    assert (await browser.head(REDIRECT, params=query)).status == 405
    assert (await browser.head(INSTALL)).status == 405
    assert (await come_back(browser, **query)).status == 200


# What goes wrong


@pytest.mark.parametrize("reader", ["da", "nb", "en"])
async def test_a_no_is_answered_in_the_readers_language(
    store: Store, slack: FakeSlack, browser: Browser, reader: str
) -> None:
    state = (await begin(browser))["state"]
    query = {"error": "access_denied", "state": state}
    response = await browser.get(REDIRECT, params=query, headers={"Accept-Language": f"fr, {reader};q=0.9"})
    text = await response.text()
    assert response.status == 200
    assert f'<html lang="{reader}">' in text
    assert WORDS.text(reader, "slack.install_denied") in text
    assert WORDS.text(reader, "slack.install_again") in text
    assert installations(store) == []


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Refusal("code_already_used"), 400),
        (Refusal("bad_client_secret"), 400),
        (Http(500), 503),
        (Limited(), 503),
        (Garbage(), 503),
        (DROP_BEFORE, 503),
        (DROP_AFTER, 503),
    ],
)
async def test_what_slack_does_not_grant_is_said(
    store: Store, slack: FakeSlack, browser: Browser, fault: Fault, status: int
) -> None:
    slack.fail_next("oauth.v2.access", fault)
    response = await install(browser, slack)
    assert response.status == status
    await said(response, "slack.install_failed" if status == 400 else "slack.install_unreachable")
    assert installations(store) == []


# The page


async def test_a15_no_page_shows_a_secret_or_lets_anything_in(slack: FakeSlack, browser: Browser) -> None:
    secret = a_code(slack)
    state = (await begin(browser))["state"]
    pages = [await come_back(browser, code=secret, state=state), await come_back(browser, code=secret, state=state)]
    pages.append(await browser.get(INSTALL, allow_redirects=False))
    assert [page.status for page in pages] == [200, 400, 302]
    for page in pages:
        headers = page.headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
    for page in pages[:2]:
        assert page.content_type == "text/html"
        text = await page.text()
        assert not [word for word in (secret, state, "xox", "<script", "http") if word in text]
        assert page.cookies[COOKIE].value == ""


async def test_the_name_of_a_team_is_text(slack: FakeSlack, browser: Browser) -> None:
    slack.add_team("T3", '<script>alert("1")</script>', domain="x")
    text = await (await install(browser, slack, team="T3")).text()
    assert "&lt;script&gt;" in text
    assert "<script" not in text


@pytest.mark.parametrize(
    ("header", "reader"),
    [
        (None, "da"),
        ("", "da"),
        ("da-DK,da;q=0.9,en;q=0.8", "da"),
        ("nn-NO,nn;q=0.9", "nb"),
        ("no", "nb"),
        ("en-GB", "en"),
        ("de-DE, fr;q=0.5", "en"),
        ("dav, en", "en"),
        ("EN", "en"),
    ],
)
def test_the_readers_language(header: str | None, reader: str) -> None:
    headers = {} if header is None else {"Accept-Language": header}
    assert language(make_mocked_request("GET", "/", headers)) == reader


@given(st.text(st.characters(exclude_characters="\r\n\0", codec="utf-8")))
def test_any_header_has_a_language(header: str) -> None:
    assert language(make_mocked_request("GET", "/", {"Accept-Language": header})) in ("da", "nb", "en")
