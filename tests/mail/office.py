"""A real mail server for the tests, in the test's own loop: it takes mail, refuses it, or breaks off, as told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from bot.channels.mail.settings import Mail, Secure

USER, PASSWORD = "vidsyn", "hemmelig-1"
SENDER = "vidsyn@sundby.example"

Stage = Literal["MAIL", "RCPT", "DATA"]


def certificate(folder: Path, host: str = "127.0.0.1") -> Path:
    """A certificate for `host` with its key, in one file, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{host}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


@dataclass
class PostOffice:
    """`answers` by stage are given instead of the usual ones, and `cuts` the line at a stage, the text taken or not.

    `taken` is every mail that was taken; `secure` how the server wants to be met.
    """

    pem: Path
    secure: Secure = "starttls"
    answers: dict[Stage, str] = field(default_factory=dict)
    cuts: Stage | Literal[""] = ""
    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    came: int = 0
    port: int = 0
    _server: asyncio.Server | None = None
    _sessions: list[SMTP] = field(default_factory=list)

    async def open(self) -> None:
        """Opens the door, on any free port."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem)
        loop = asyncio.get_running_loop()

        def session() -> SMTP:
            self.came += 1
            talking = SMTP(
                self,
                hostname="mail.sundby.example",
                loop=loop,
                tls_context=context if self.secure == "starttls" else None,
                require_starttls=self.secure == "starttls",
                authenticator=self._lets_in,
                auth_required=self.secure == "starttls",
                auth_require_tls=self.secure == "starttls",
            )
            self._sessions.append(talking)
            return talking

        within = context if self.secure == "tls" else None
        self._server = await loop.create_server(session, "127.0.0.1", self.port, ssl=within)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Closes the door."""
        if self._server is not None:
            self._server.close()
            for session in self._sessions:
                if isinstance(session.transport, asyncio.Transport):
                    session.transport.abort()
            await asyncio.sleep(0.01)

    def mail(self, **changes: Any) -> Mail:
        """The settings for this server."""
        known: dict[str, Any] = {"user": USER, "password": SecretStr(PASSWORD)} if self.secure != "none" else {}
        given: dict[str, Any] = {"host": "127.0.0.1", "port": self.port, "secure": self.secure, "name": "Jobbytte"}
        return Mail(**{**given, "sender": SENDER, **known, **changes})

    def _lets_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=False)

    # What aiosmtpd calls

    async def handle_MAIL(  # noqa: N802 - the name that aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The sender."""
        envelope.mail_from = address
        return self._answer(server, "MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Whom it is for."""
        answer = self._answer(server, "RCPT", "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The text. What is taken is kept, also where the line is cut at once."""
        if "DATA" not in self.answers:
            content = envelope.content
            assert isinstance(content, bytes)
            read = message_from_bytes(content, policy=default)
            assert isinstance(read, EmailMessage)
            self.taken.append(read)
            self.envelopes.append((str(envelope.mail_from), list(envelope.rcpt_tos)))
            self.encrypted.append(session.ssl is not None or self.secure == "tls")
        return self._answer(server, "DATA", "250 OK")

    def _answer(self, server: SMTP, stage: Stage, usual: str) -> str:
        if self.cuts == stage:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return self.answers.get(stage, usual)


def texts(mails: list[EmailMessage]) -> list[str]:
    """What stands in the mails."""
    return [str(mail.get_content()) for mail in mails]


Answers = Mapping[Stage, str]
