"""Doors without a lock open on this machine only (architecture, "doors without a lock")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web.doors import OpenDoor, check_host, is_loopback
from tests.web.fakes import Client

PAGE = "/playground"

NEAR = ["localhost", "LOCALHOST", "127.0.0.1", "127.9.8.7", "[::1]"]
FAR = [
    "example.org", "localhost.example.org", "localhost.", "127.0.0.1.nip.io", "10.0.0.1", "0.0.0.0", "[::]",
    "[::2]", "127.1", "2130706433", "0177.0.0.1", "127.0.0.01", "[localhost]", "[127.0.0.1", "127.0.0.1]", "",
    "127.0.0.1:80:80", "user@127.0.0.1", "127.0.0.1/x", "[::ffff:10.0.0.1]", "læs.dk",
]  # fmt: skip


@pytest.mark.parametrize("port", ["", ":3978"])
@pytest.mark.parametrize("host", NEAR)
async def test_a_name_of_this_machine_comes_in(client: Client, host: str, port: str) -> None:
    response = await client.get(PAGE, headers={"Host": host + port})
    assert response.status == 200


@pytest.mark.parametrize("host", FAR)
async def test_any_other_name_is_refused_with_a_sentence(client: Client, host: str) -> None:
    response = await client.get(PAGE, headers={"Host": host})
    # aiohttp itself refuses what is no host at all.
    assert response.status in {400, 403}
    if response.status == 403:
        assert "127.0.0.1" in await response.text()


@pytest.mark.parametrize(
    "name", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "x-forwarded-proto", "X-FORWARDED-ANYTHING"]
)
@pytest.mark.parametrize("path", [PAGE, PAGE + "/events", PAGE + "/static/app.js", PAGE + "/nowhere"])
async def test_a_forwarded_request_is_refused_everywhere(client: Client, path: str, name: str) -> None:
    response = await client.get(path, headers={name: ""})
    assert response.status == 403
    assert "proxy" in await response.text()


TYPED = {"person": "person1", "event": "event-0001", "text": "hej"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://[half"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_another_page_presses_no_buttons(client: Client, headers: dict[str, str]) -> None:
    response = await client.post(PAGE + "/text", json=TYPED, headers=headers)
    assert response.status == 403


async def test_the_page_itself_does(client: Client) -> None:
    origin = str(client.make_url("/")).rstrip("/")
    response = await client.post(
        PAGE + "/text", json=TYPED, headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    )
    assert response.status == 200


async def test_a_form_of_another_page_cannot_even_speak_our_language(client: Client) -> None:
    response = await client.post(PAGE + "/text", data=b'{"a":1}', headers={"Content-Type": "text/plain"})
    assert response.status == 415


@pytest.mark.parametrize(("kind", "status"), [("document", 200), ("iframe", 403), ("script", 403), ("empty", 403)])
async def test_a_link_from_elsewhere_may_lead_here_and_nothing_else_may(client: Client, kind: str, status: int) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": kind}
    assert (await client.get(PAGE, headers=headers)).status == status


@pytest.mark.parametrize("path", [PAGE, PAGE + "/people", PAGE + "/static/app.js", PAGE + "/nowhere"])
async def test_every_answer_has_the_security_headers(client: Client, path: str) -> None:
    response = await client.get(path)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]"])
def test_it_starts_on_this_machine(host: str) -> None:
    check_host(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.2", "example.org", "*"])
def test_it_does_not_start_where_others_reach_it(host: str) -> None:
    with pytest.raises(OpenDoor, match=r"set it to 127\.0\.0\.1"):
        check_host(host)


@given(st.text())
def test_no_name_breaks_the_check(name: str) -> None:
    assert is_loopback(name) in {True, False}
