"""The anonymous mode is for the Agents Playground, on this machine, and for nobody else (T5, T20)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.body import MOST_BYTES
from bot.channels.teams.doors import Door
from bot.channels.teams.settings import Teams
from tests.teams.jwks import token
from tests.teams.porch import CANARY, HELLO, PATH, Porch, activity, porch
from tests.teams.test_door import MALFORMED, SOME_JSON, changed


@pytest.fixture
async def there() -> AsyncIterator[Porch]:
    async with porch("Anonymous") as open_porch:
        yield open_porch


async def knock(there: Porch, body: bytes = HELLO, **headers: str) -> int:
    """The status for a request without any token."""
    given = {"Content-Type": "application/json"} | headers
    response = await there.client.post(PATH, data=body, headers=given)
    assert CANARY not in await response.text()
    return response.status


@pytest.mark.parametrize("channel", ["msteams", "emulator"])
async def test_t20_the_playground_comes_in_without_a_token(there: Porch, channel: str) -> None:
    assert await knock(there, changed(channelId=channel)) == 200
    assert there.came == [activity(channelId=channel)]
    assert there.microsoft.asked == []


async def test_t20_a_token_means_nothing_there(there: Porch) -> None:
    for authorization in ("", "Bearer ", "Bearer x", f"Bearer {token('evil')}"):
        assert await knock(there, Authorization=authorization) == 200


@pytest.mark.parametrize("channel", ["webchat", "directline", "MSTEAMS", "", None, 1, ["msteams"], {}])
async def test_t20_no_other_channel_comes_in(there: Porch, channel: object) -> None:
    assert await knock(there, changed(channelId=channel)) == 403
    assert there.came == []


@pytest.mark.parametrize("name", ["Forwarded", "X-Forwarded-For", "x-forwarded-proto", "X-FORWARDED-ANYTHING"])
async def test_t20_a_forwarded_request_is_refused(there: Porch, name: str) -> None:
    assert await knock(there, HELLO, **{name: ""}) == 403
    assert there.came == []


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:3978", "127.0.0.1:3978", "[::1]"])
async def test_t20_a_name_of_this_machine_comes_in(there: Porch, host: str) -> None:
    assert await knock(there, Host=host) == 200


@pytest.mark.parametrize(
    "host",
    ["vidsyn.example", "localhost.example", "localhost.", "127.0.0.1.nip.io", "10.0.0.1", "0.0.0.0", "2130706433", ""],
)
async def test_t20_another_name_is_refused(there: Porch, host: str) -> None:
    assert await knock(there, Host=host) in {400, 403}
    assert there.came == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")],
)
async def test_t20_another_page_in_a_browser_of_this_machine_is_refused(there: Porch, name: str, value: str) -> None:
    assert await knock(there, HELLO, **{name: value}) == 403
    assert there.came == []


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
async def test_t20_what_is_malformed_is_400(there: Porch, body: bytes) -> None:
    assert await knock(there, body) == 400
    assert there.came == []


async def test_t20_the_same_limits_hold(there: Porch) -> None:
    assert await knock(there, b" " * (MOST_BYTES + 1)) == 413
    assert await knock(there, HELLO, **{"Content-Type": "text/plain"}) == 415
    assert await knock(there, HELLO, **{"Content-Encoding": "identity"}) == 415
    assert there.came == []


@given(body=st.binary(max_size=300) | st.dictionaries(st.text(), SOME_JSON).map(lambda it: changed(text=it)))
@settings(max_examples=40, deadline=None)
async def test_t20_nothing_brings_it_down(body: bytes) -> None:
    async with porch("Anonymous") as there:
        assert await knock(there, body) in {200, 400}


@pytest.mark.parametrize("audience", ["", None])
async def test_t5_without_an_app_id_only_the_anonymous_mode_opens(audience: str | None) -> None:
    async with porch() as locked:
        locked.door = Door(Teams("SingleTenant", openid=locked.microsoft.document), locked.keys, locked.clock)
        assert await knock(locked) == 401
        assert await locked.post(bearer=token(aud=audience)) == 401
        assert locked.came == []
