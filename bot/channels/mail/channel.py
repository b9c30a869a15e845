"""Mail as a platform: one message after the other, and the server's own word on what became of each."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from time import monotonic

import structlog
from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectResponseError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
)

from bot.channel import End, Hold, Outcome, Outgoing
from bot.channels.mail.letter import compose
from bot.channels.mail.settings import Mail
from bot.mail_address import is_address
from storage.store import NotFound, Store, StoreUnavailable, Work

log = structlog.get_logger()

CHANNEL = "mail"
SERVER = "smtp"
"""What is left alone when the server wants it."""

GAP = 2.0
"""Seconds between two mails: thirty a minute, as careful servers allow."""

BEFORE_TEXT = 8.0
"""Seconds to get as far as handing in the text; nothing has gone out before."""

FOR_TEXT = 8.0
"""Seconds for the text itself. Together with the others less than delivery's patience."""

AGAIN = 300.0
"""Seconds until a mail is tried again that the server put off: some take none at the first try, on purpose."""

TROUBLE = 60.0
"""Seconds that a server is left alone that cannot be reached, or lets us not in; doubled each time."""

LONGEST_TROUBLE = 1800.0


class MailChannel:
    """`now` counts seconds, and `pause` waits for some."""

    name = CHANNEL
    abreast = 1

    def __init__(
        self,
        mail: Mail,
        store: Store,
        now: Callable[[], float] = monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._mail = mail
        self._store = store
        self._now = now
        self._pause = pause
        self._turn = asyncio.Lock()
        self._free_at = self._held_until = float("-inf")
        self._troubles = 0
        self._asked: set[str] = set()

    async def send(self, outgoing: Outgoing, now: datetime) -> Outcome:
        """Hands the mail to the server. What broke off while the text was on its way is unknown, and not sent again."""
        try:
            to = await self._store.run(lambda work: _address_of(work, outgoing.to.place))
        except StoreUnavailable:
            return Outcome(End.LATER, reason="store", after=GAP, counts=False)
        if not is_address(to):
            return Outcome(End.REFUSED, reason="no address")
        async with self._turn:
            if held := max(self._held_until - self._now(), 0.0):
                return Outcome(End.LATER, reason="server left alone", after=held, counts=False)
            await self._pause(max(self._free_at - self._now(), 0.0))
            self._free_at = self._now() + GAP
            return await self._hand_in(outgoing, to, compose(outgoing.message, outgoing.id, to, self._mail, now))

    async def find(self, outgoing: Outgoing) -> Outcome | None:
        """Nobody can ask a mail server what became of a mail."""
        return None

    def heard(self) -> Sequence[Hold]:
        """What the server wants, told to other processes by the organisation that heard it."""
        asked, self._asked = sorted(self._asked), set()
        return [Hold(tenant, SERVER, max(self._held_until - self._now(), 0.0)) for tenant in asked]

    def obey(self, holds: Sequence[Hold]) -> None:
        """The server told another process so."""
        until = max((hold.seconds for hold in holds), default=0.0)
        self._held_until = max(self._held_until, self._now() + until)

    # Inside

    async def _hand_in(self, outgoing: Outgoing, to: str, letter: bytes) -> Outcome:
        client = client_of(self._mail)
        try:
            try:
                async with asyncio.timeout(BEFORE_TEXT):
                    await client.connect()
                    self._troubles = 0
                    await client.mail(self._mail.sender)
                    await client.rcpt(to)
            except (SMTPAuthenticationError, SMTPConnectResponseError, SMTPHeloError) as refusal:
                return self._trouble(outgoing, f"smtp {refusal.code}")
            except SMTPResponseException as refusal:
                return answered(refusal.code)
            except (SMTPException, OSError) as failure:  # a TimeoutError is an OSError
                return self._trouble(outgoing, type(failure).__name__)
            if not outgoing.is_ours():
                return Outcome(End.LATER, reason="took too long", counts=False)
            try:
                async with asyncio.timeout(FOR_TEXT):
                    await client.data(letter)
            except SMTPResponseException as refusal:
                return answered(refusal.code)
            except (SMTPException, OSError) as failure:
                return Outcome(End.UNKNOWN, reason=type(failure).__name__)
            return Outcome(End.SENT, reference=outgoing.id)
        finally:
            client.close()

    def _trouble(self, outgoing: Outgoing, reason: str) -> Outcome:
        """Nothing went out, and no mail is to blame: the server is left alone for a while."""
        seconds = min(TROUBLE * 2**self._troubles, LONGEST_TROUBLE)
        self._troubles += 1
        self._held_until = self._now() + seconds
        self._asked.add(outgoing.to.tenant)
        log.error("mail_server_trouble", reason=reason, seconds=seconds)
        return Outcome(End.LATER, reason=reason, after=seconds, counts=False)


def client_of(mail: Mail) -> SMTP:
    """A way to the server: encrypted as was chosen, its name checked, and our name told where there is one."""
    return SMTP(
        hostname=mail.host,
        port=mail.port,
        username=mail.user or None,
        password=mail.password.get_secret_value() or None,
        local_hostname=mail.domain,
        timeout=BEFORE_TEXT,
        use_tls=mail.secure == "tls",
        start_tls=mail.secure == "starttls",
        tls_context=ssl.create_default_context(),
    )


def answered(code: int) -> Outcome:
    """What a code of the server means: 4xx is for now, 5xx for good. Its text may hold an address, and is not kept."""
    if 400 <= code < 500:
        return Outcome(End.LATER, reason=f"smtp {code}", after=AGAIN)
    return Outcome(End.REFUSED, reason=f"smtp {code}")


def _address_of(work: Work, person_id: str) -> str:
    """The person's mail address as it is now; empty for somebody who is gone."""
    try:
        person = work.people.get(person_id)
    except NotFound:
        return ""
    return person.email.strip() if person.active else ""
