"""Whether the mail server is there, is who it says, and lets us in. No mail is sent."""

from __future__ import annotations

import asyncio
import ssl

from aiosmtplib import SMTPAuthenticationError, SMTPException, SMTPResponseException

from bot.channels.mail.channel import BEFORE_TEXT, client_of
from bot.channels.mail.settings import Mail
from bot.doctor import Finding, advice, bad, good


async def look(mail: Mail) -> list[Finding]:
    """What there is to say of the server; never a secret, and nobody's address but the sender's."""
    where = f"{mail.host}:{mail.port}"
    client = client_of(mail)
    try:
        async with asyncio.timeout(BEFORE_TEXT):
            await client.connect()
            await client.mail(mail.sender)
            await client.rset()
    except SMTPAuthenticationError:
        return [bad("Mail", f"{where} does not take SMTP_USER and SMTP_PASSWORD. Ask whoever runs it.")]
    except SMTPResponseException as refusal:
        return [bad("Mail", f"{where} says {refusal.code} to mail from {mail.sender}. Ask whoever runs it.")]
    except ssl.SSLError:
        return [bad("Mail", f"{where} does not prove who it is. {_TRUST}")]
    except (SMTPException, OSError) as failure:
        if isinstance(failure.__cause__, ssl.SSLError):
            return [bad("Mail", f"{where} does not prove who it is. {_TRUST}")]
        return [bad("Mail", f"{where} does not answer as a mail server should. {_REACH}")]
    finally:
        client.close()
    found = [good("Mail", f"{where} takes mail from {mail.sender}.")]
    if mail.secure == "none":
        found.append(advice("Mail encryption", "Mail goes to the server unencrypted, for SMTP_STARTTLS is off."))
    return found


_TRUST = "Name the file with your own authority's certificate in SSL_CERT_FILE, or mend the server's."
_REACH = "Look at SMTP_HOST, SMTP_PORT and SMTP_STARTTLS, and whether this machine may reach it."
