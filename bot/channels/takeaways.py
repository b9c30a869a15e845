"""Personal links to files, for a platform on which an assistant cannot attach any."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from bot.channel import Outgoing
from storage.records import AddressRow, Takeaway
from storage.store import Store, Work

PATH = "/take"
"""Where the files are given out. A link is this, a slash and the secret."""

LASTS = timedelta(hours=1)
"""How long a link gives its file: long enough to move from a phone to a computer (own default)."""


async def links(store: Store, outgoing: Outgoing, now: datetime, origin: str) -> list[str]:
    """A link for each file of the message, by which it can be had for a while; none without `origin`.

    The links are for the person that the message goes to. Made anew, they replace those of an earlier try.
    """
    files = outgoing.message.files
    if not files or not origin:
        return []
    to = AddressRow(outgoing.to.channel, outgoing.to.tenant, outgoing.to.place)
    made = [secrets.token_urlsafe(32) for _ in files]

    def keep(work: Work) -> list[str]:
        person = work.people.at(to)
        if person is None:
            return []
        for number, (secret, file) in enumerate(zip(made, files, strict=True)):
            kept = Takeaway(person.id, file.name, file.media_type, file.text)
            work.takeaways.put(secret, kept, outgoing.id, number, now + LASTS)
        return [f"{origin}{PATH}/{secret}" for secret in made]

    return await store.run(keep)
