"""A message as an e-mail: plain text, and nothing in it that tells whether it is read."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bot.channel import Message
from bot.channels.mail.settings import Mail


def compose(message: Message, id: str, to: str, mail: Mail, now: datetime) -> bytes:
    """The e-mail as it goes over the wire. Its Message-ID is made of `id`: the same for every try.

    The message's title is the subject. `Auto-Submitted` keeps absence notes from answering.
    """
    subject = next((part.text for part in message.parts if part.look == "title"), message.preview)
    body = "\n\n".join(part.text for part in message.parts if part.look != "title")
    letter = EmailMessage(policy=SMTP)
    letter["From"] = Address(mail.name, addr_spec=mail.sender)
    letter["To"] = Address(addr_spec=to)
    letter["Subject"] = " ".join(subject.split())
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = f"<{id}@{mail.domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    letter.set_content(f"{body}\n")
    letter["Content-Language"] = message.language
    return letter.as_bytes()
