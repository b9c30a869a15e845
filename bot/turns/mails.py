"""A mail to somebody who is on no platform: it says that something lies on their page, and holds a link to it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from bot.channel import MESSAGE, Message, Part
from bot.holding import next_morning, worker
from bot.mail_address import is_address
from bot.moment import Moment
from bot.programme.calendar import local_date, within_hours
from bot.programme.schedule import MOST_A_DAY
from bot.turns.common import first, is_outside
from storage.records import AddressRow, Chat, PersonRow, PromptRow, new_id

CHANNEL = "mail"

MAILED = "mailed"
"""The kind of the prompt that says that a mail goes on a day."""

SOON = timedelta(minutes=1)
"""So long a mail waits for what else there is to say, which it then stands for as well."""

WHILE = timedelta(minutes=15)
"""Between two mails to one person."""

LASTS = timedelta(days=30)
"""How long the link in a mail opens the page (own default)."""

KEEPS = timedelta(days=7)
"""For so long a mail is tried; later it would tell of what is over."""


def writes_to(moment: Moment, person: PersonRow) -> bool:
    """Whether this person hears of messages by mail, so that nobody has to pass on a link."""
    known = moment.work.chats.find(CHANNEL, person.organisation, person.id)
    if moment.house.announce is None or (known is not None and known.state != "live"):
        return False
    return is_address(person.email.strip())


def announce(moment: Moment, person: PersonRow) -> None:
    """Queues a mail that says that there is something on the page; none where one is about to go already."""
    if not writes_to(moment, person) or not is_outside(moment, person.id):
        return
    to = AddressRow(CHANNEL, person.organisation, person.id)
    known = moment.work.chats.find(to.channel, to.tenant, to.place)
    if known is not None and known.touched > moment.now:
        return
    soon = max(moment.now + SOON, known.touched + WHILE) if known is not None else moment.now + SOON
    at = _in_hours(moment, person, soon)
    moment.work.chats.put(Chat(to.channel, to.tenant, to.place, state="live", touched=at))
    message = _letter(moment, person)
    letter = moment.work.outbox.add(
        to,
        MESSAGE.dump_json(message).decode(),
        "mail",
        person.id,
        not_before=at,
        not_after=at + KEEPS,
    )
    day = local_date(at, person.zone)
    moment.work.prompts.add(PromptRow(new_id(), person.id, letter.id, MAILED, day, at, "said"))
    moment.work.audit.add(moment.now, moment.actor, "link.mailed", person.id)


def _in_hours(moment: Moment, person: PersonRow, at: datetime) -> datetime:
    """When a mail may come: inside the hours, on a day that has not had its three."""
    hours, rows = worker(person), moment.work.prompts.since(person.id, moment.today(person))
    days = [row.day for row in rows if row.kind == MAILED]
    at = within_hours(hours, at)
    while days.count(local_date(at, hours.zone)) >= MOST_A_DAY:
        at = next_morning(hours, at)
    return at


def _letter(moment: Moment, person: PersonRow) -> Message:
    """The mail with a fresh link: the person's name, who writes, and nothing of what there is to read."""
    secret, expires = secrets.token_urlsafe(32), moment.now + LASTS
    moment.work.links.mail(person.id, secret, expires, moment.now, moment.now + KEEPS + 2 * LASTS)
    values = {
        "name": first(person.name),
        "org": moment.work.people.organisation(person.organisation).name,
        "link": moment.house.page(secret),
        "date": expires.date(),
    }
    subject = moment.words.text(person.language, "mail.subject", values)
    text = moment.words.text(person.language, "mail.text", values)
    return Message((Part(subject, "title"), Part(text)), subject, language=person.language)


def stop(moment: Moment, person: PersonRow) -> None:
    """HR has closed the link: nothing that waits goes out, and no mail opens the page anew until HR makes a link."""
    moment.work.outbox.cancel_to(CHANNEL, person.organisation, person.id)
    moment.work.chats.put(Chat(CHANNEL, person.organisation, person.id, state="gone", touched=moment.now))


def go_on(moment: Moment, person: PersonRow) -> None:
    """HR has made a new link: mails go again."""
    known = moment.work.chats.find(CHANNEL, person.organisation, person.id)
    if known is not None and known.state != "live":
        moment.work.chats.put(replace(known, state="live"))
