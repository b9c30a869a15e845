"""How mail is sent, read from what the operator has set: every half or impossible choice is refused in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from bot.channels.web.doors import is_loopback
from bot.mail_address import is_address

URL, HOST, PORT, USER, PASSWORD, STARTTLS, FROM = (
    "SMTP_URL",
    "SMTP_HOST",
    "SMTP_PORT",
    "SMTP_USER",
    "SMTP_PASSWORD",
    "SMTP_STARTTLS",
    "MAIL_FROM",
)
NAMES = (URL, HOST, PORT, USER, PASSWORD, STARTTLS, FROM)

Secure = Literal["tls", "starttls", "none"]
SUBMISSION, SUBMISSIONS = 587, 465
"""The ports where mail is handed in: with STARTTLS, and with TLS from the beginning."""

_SWITCH = {"": True, "1": True, "true": True, "yes": True, "on": True}
_SWITCH |= {"0": False, "false": False, "no": False, "off": False}
_LIKE = "Write SMTP_URL=smtp://name:password@mail.example.dk:587, or SMTP_HOST and the others."


class WrongMail(ValueError):
    """The settings for mail do not make one whole. Its text says what to set, and quotes no secret."""


@dataclass(frozen=True)
class Mail:
    """The server that takes our mail. `sender` is an address, `name` what stands before it; `user` may be empty."""

    host: str
    port: int
    secure: Secure
    sender: str
    name: str = ""
    user: str = ""
    password: SecretStr = field(default=SecretStr(""))

    @property
    def domain(self) -> str:
        """Where the sender is at home."""
        return self.sender.rpartition("@")[2]


def choose(given: Mapping[str, str], public_url: str) -> Mail | None:
    """The server that is set; None when nothing is. Raises WrongMail."""
    given = {name: text.strip() for name, text in given.items() if text.strip()}
    if not given:
        return None
    if URL in given and any(name in given for name in (HOST, PORT, USER, PASSWORD)):
        raise WrongMail(f"{URL} says it all. Leave out {HOST}, {PORT}, {USER} and {PASSWORD}, or leave out {URL}.")
    if not (URL in given or HOST in given):
        raise WrongMail(f"There is no mail server. {_LIKE}")
    starttls = _SWITCH.get(given.get(STARTTLS, "").lower())
    if starttls is None:
        raise WrongMail(f"{STARTTLS} is on or off.")
    server = _from_url(given[URL], starttls=starttls) if URL in given else _from_parts(given, starttls=starttls)
    host, port, secure, user, password = server
    if bool(user) != bool(password):
        raise WrongMail(f"A name and a password belong together. Set {USER} and {PASSWORD}, or neither.")
    if user and secure == "none" and not is_loopback(host):
        raise WrongMail(f"The password would go over the network for all to read. Leave out {STARTTLS}=off.")
    if not public_url.strip():
        raise WrongMail("A mail holds a link, so set PUBLIC_URL to the address that people outside reach Vidsyn at.")
    name, sender = _sender(given.get(FROM, ""))
    return Mail(host, port, secure, sender, name, user, SecretStr(password))


def _from_url(url: str, *, starttls: bool) -> tuple[str, int, Secure, str, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise WrongMail(f"{URL} is no address. {_LIKE}") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise WrongMail(f"{URL} is no address. {_LIKE} With smtps:// it is encrypted from the beginning.")
    secure: Secure = "tls" if parts.scheme == "smtps" else "starttls" if starttls else "none"
    usual = SUBMISSIONS if secure == "tls" else SUBMISSION
    return parts.hostname, port or usual, secure, unquote(parts.username or ""), unquote(parts.password or "")


def _from_parts(given: Mapping[str, str], *, starttls: bool) -> tuple[str, int, Secure, str, str]:
    text = given.get(PORT, str(SUBMISSION))
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise WrongMail(f"{PORT} is a number, like {SUBMISSION}.")
    secure: Secure = "tls" if int(text) == SUBMISSIONS else "starttls" if starttls else "none"
    return given[HOST], int(text), secure, given.get(USER, ""), given.get(PASSWORD, "")


def _sender(text: str) -> tuple[str, str]:
    name, address = parseaddr(text)
    if not is_address(address) or "\n" in text or "\r" in text:
        raise WrongMail(f"Set {FROM} to the address that mail comes from, like Vidsyn <vidsyn@example.dk>.")
    return name, address
