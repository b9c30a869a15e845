"""Microsoft as it is reached through a proxy: its real names, https, and behind them the fake."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.teams.fake import FakeTeams

NAMES = {
    "login.botframework.com": "",
    "login.microsoftonline.com": "/login",
    "graph.microsoft.com": "/graph",
    "smba.trafficmanager.net": "/smba",
}
"""Microsoft's hosts, and where the fake plays them."""


class FarTeams(FakeTeams):
    """A Teams that names its real address."""

    @property
    def service_url(self) -> str:
        """The public cloud's."""
        return f"https://smba.trafficmanager.net/{self.region}/"


@dataclass
class Proxy:
    """Connects to Microsoft's hosts, which are all at `port`, and to nothing else."""

    port: int
    address: str = ""
    asked: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One CONNECT."""
        method, where, _ = (await reader.readuntil(b"\r\n\r\n")).decode().split(" ", 2)
        self.asked.append(f"{method} {where}")
        if method != "CONNECT" or where not in {f"{name}:443" for name in NAMES}:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_pipe(reader, inner_writer), _pipe(inner_reader, writer))


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    except ConnectionError:
        return
    finally:
        writer.close()


@asynccontextmanager
async def proxied(fake: FakeTeams, folder: Path) -> AsyncIterator[tuple[Proxy, Path]]:
    """The proxy before Microsoft, and the certificate to trust."""
    file = folder / "microsoft.pem"
    file.write_bytes(_certificate())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    async with aiohttp.ClientSession() as session:

        async def passed_on(request: web.Request) -> web.Response:
            return await _passed_on(request, fake, session)

        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", passed_on)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1, handle_signals=False)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        proxy = Proxy(runner.addresses[0][1])
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
        proxy.address = f"http://localhost:{server.sockets[0].getsockname()[1]}"
        try:
            yield proxy, file
        finally:
            server.close()
            await runner.cleanup()


async def _passed_on(request: web.Request, fake: FakeTeams, session: aiohttp.ClientSession) -> web.Response:
    """What the fake answers, under its real name."""
    url = f"{fake.base_url}{NAMES[request.host]}{request.raw_path}"
    headers = {name: value for name, value in request.headers.items() if name not in ("Host", "Content-Length")}
    async with session.request(request.method, url, headers=headers, data=await request.read()) as response:
        body = (await response.read()).replace(fake.base_url.encode(), f"https://{request.host}".encode())
        return web.Response(status=response.status, body=body, content_type=response.content_type)


def _certificate() -> bytes:
    """For all of Microsoft's names, signed by itself, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in NAMES]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signed.public_bytes(serialization.Encoding.PEM) + private
