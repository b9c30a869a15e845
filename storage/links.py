"""Personal links: who is meant by one, kept as a hash.

A person has one link at a time that is passed on by hand. Any number of those that stand in mails hang on it: each
expires by itself, and none opens anything once the one they hang on is revoked or renewed.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import cache

from sqlalchemy import Insert, bindparam, delete, insert, select

from storage.part import Part, hashed, insert_or
from storage.tables import links, mail_links

_OPENED_BY = select(links.c.person).where(links.c.hash == bindparam("hash"), links.c.expires > bindparam("now"))
_OPENED_BY_MAIL = (
    select(mail_links.c.person)
    .join(links, (links.c.person == mail_links.c.person) & (links.c.hash == mail_links.c.under))
    .where(
        mail_links.c.hash == bindparam("hash"),
        mail_links.c.expires > bindparam("now"),
        links.c.expires > bindparam("now"),
    )
)
_OF = select(links).where(links.c.person == bindparam("person"), links.c.expires > bindparam("now"))
_REMOVE = delete(links).where(links.c.person == bindparam("person"))
_REMOVE_MAILED = delete(mail_links).where(mail_links.c.person == bindparam("person"))
_SWEEP_MAILED = _REMOVE_MAILED.where(mail_links.c.expires <= bindparam("now"))
_MAIL = insert(mail_links)


@cache
def _put(dialect: str) -> Insert:
    add = insert_or(dialect, links)
    changed = {name: add.excluded[name] for name in ("hash", "expires")}
    return add.on_conflict_do_update(index_elements=["person"], set_=changed)


class Links(Part):
    """The links that open a page of one's own, for people who are on no platform."""

    def put(self, person_id: str, secret: str, expires: datetime) -> None:
        """Keep a person's new link; every one before opens nothing any more."""
        self._change(_REMOVE_MAILED, {"person": person_id})
        self._change(_put(self._dialect), {"person": person_id, "hash": hashed(secret), "expires": expires})

    def mail(self, person_id: str, secret: str, expires: datetime, now: datetime, until: datetime) -> None:
        """Keep one more link, for a mail: those before go on opening the page.

        Where there is none that it can hang on, one is made that nobody knows, and that lasts `until` then.
        """
        root = self._first(_OF, person=person_id, now=now)
        if root is None:
            self.put(person_id, secrets.token_urlsafe(32), until)
            root = self._the(_OF, person=person_id, now=now)
        self._change(_SWEEP_MAILED, {"person": person_id, "now": now})
        values = {"person": person_id, "hash": hashed(secret), "under": root["hash"], "expires": expires}
        self._change(_MAIL, values)

    def person(self, secret: str, now: datetime) -> str:
        """The id of the person whose link has this secret; empty when it is nobody's, or has expired."""
        values = {"hash": hashed(secret), "now": now}
        row = self._first(_OPENED_BY, **values) or self._first(_OPENED_BY_MAIL, **values)
        return str(row["person"]) if row else ""

    def expires(self, person_id: str, now: datetime) -> datetime | None:
        """Until when the person's link opens their page; None when there is none that does."""
        row = self._first(_OF, person=person_id, now=now)
        return row["expires"] if row else None

    def remove(self, person_id: str) -> bool:
        """No link of the person opens anything any more. False when there was none."""
        self._change(_REMOVE_MAILED, {"person": person_id})
        return self._change(_REMOVE, {"person": person_id}) > 0
