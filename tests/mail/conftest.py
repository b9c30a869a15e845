from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.mail.office import PostOffice, certificate

Opens = Callable[..., Awaitable[PostOffice]]


@pytest.fixture
async def opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Opens]:
    """Opens mail servers that this machine trusts."""
    pem = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    opened: list[PostOffice] = []

    async def one(**settings: Any) -> PostOffice:
        office = PostOffice(pem, **settings)
        await office.open()
        opened.append(office)
        return office

    yield one
    for office in opened:
        await office.close()
