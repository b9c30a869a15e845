from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser

from tests.agents.client import Client
from tests.agents.program import CannotHave, install, running
from tests.agents.tenant import Seat
from tests.browser.conftest import OURS
from tests.browser.conftest import browser as browser
from tests.browser.conftest import chromium as chromium
from tests.conftest import IN_CI

OpenClient = Callable[[Seat, str], Awaitable[Client]]


@pytest.fixture(scope="session")
def agents_playground() -> None:
    """The Agents Playground, installed."""
    try:
        install()
    except CannotHave as missing:
        if IN_CI:
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture
async def open_client(browser: Browser, agents_playground: None, tmp_path: Path) -> AsyncIterator[OpenClient]:
    """`await open_client(Seat(VERA), "http://127.0.0.1:…/api/messages")`: a person's client, open at their chat."""
    async with AsyncExitStack() as stack:

        async def opened(seat: Seat, bot: str) -> Client:
            await stack.enter_async_context(running(seat, bot, tmp_path / f"client-{seat.port}"))
            context = await browser.new_context(locale="da-DK", timezone_id="Europe/Copenhagen")
            stack.push_async_callback(context.close)
            # It asks for fonts elsewhere; nothing may leave this machine.
            await context.route(lambda url: urlsplit(url).hostname not in OURS, lambda route: route.abort())
            context.set_default_timeout(30_000)
            client = Client(await context.new_page(), seat)
            await client.enter()
            return client

        yield opened
