"""Personal chats as they come and go (T9, T13). The later news wins, in whatever order it is told."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.teams.news import News, What
from bot.channels.teams.read import CHANNEL
from storage.records import AddressRow, Chat
from storage.store import Work

HELLO = "hello"
"""Noted of somebody who has been greeted."""


def meet(work: Work, news: News) -> None:
    """Keeps the latest address of the tenant as a whole."""
    known = work.chats.find(CHANNEL, news.tenant, "")
    if news.service and (known is None or known.service != news.service):
        work.chats.put(Chat(CHANNEL, news.tenant, "", service=news.service, touched=news.at))


def reach(work: Work, news: News) -> bool:
    """The person is reached in this chat from now on, and what waits for them goes. False: it has ended since.

    A chat that had ended begins anew, so they are greeted anew; not when an upgrade brought the assistant along.
    """
    known = work.chats.find(CHANNEL, news.tenant, news.person)
    before = known or Chat(CHANNEL, news.tenant, news.person, state="", touched=news.at)
    if before.state == "gone" and news.at < before.touched:
        return False
    now = replace(before, chat=news.chat, user=news.user, service=news.service, state="live")
    is_install = news.what in (What.ADDED, What.BROUGHT_ALONG)
    if now != before or (is_install and news.at > before.touched):
        work.chats.put(replace(now, touched=max(news.at, before.touched)))
    if before.state == "gone" and news.what is not What.BROUGHT_ALONG:
        _forget_hello(work, news)
    if before.state != "live":
        work.outbox.wake(CHANNEL, news.tenant, news.person, news.at)
    return True


def leave(work: Work, news: News) -> None:
    """Nothing is sent to the person any more, and the platform's names of them are forgotten.

    What they wrote stays theirs, and is deleted when it is due or when they say so: taking the app away is neither.
    """
    known = work.chats.find(CHANNEL, news.tenant, news.person)
    if known is not None and known.state in ("live", "gone") and news.at < known.touched:
        return
    work.chats.put(Chat(CHANNEL, news.tenant, news.person, state="gone", touched=news.at))
    work.outbox.cancel_to(CHANNEL, news.tenant, news.person)


def _forget_hello(work: Work, news: News) -> None:
    person = work.people.at(AddressRow(CHANNEL, news.tenant, news.person))
    if person is not None and HELLO in person.told:
        work.people.update(replace(person, told=person.told - {HELLO}))
