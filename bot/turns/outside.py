"""People on no platform: HR adds them, and passes on the personal link to their page."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot import talks
from bot.channel import Choice, Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.script import Ending, Script, Talk, Topic
from bot.turns import mails
from bot.turns.common import OUTSIDE, Option, first, is_outside, no_facts, nobody_else
from bot.turns.picking import PICKED, pick
from dialogs import outside as dialog
from dialogs.model import Say, Value
from storage.records import AddressRow, Chat, PersonRow, new_id
from storage.store import Work

LASTS = timedelta(days=60)
"""How long a link opens the page after the person is needed last (own default)."""

NEEDED = ("proposed", "accepted", "approved", "prepared", "running", "paused", "finished")
"""States of an exchange in which its host may still have something to do."""


# Adding somebody


def pressed(moment: Moment, person: PersonRow) -> Reply:
    """HR adds somebody who is on no platform."""
    if not person.hr:
        moment.tell(person, Told([Say("only_hr")]), kind="answer")
    else:
        talks.begin(moment, Topic(person, "outside", person.id, new_id()))
    return Reply()


def finish(moment: Moment, talk: Talk) -> Ending:
    """Adds the person. HR gets the link to pass on, unless mails do that."""
    added = _add(moment, talk.person, talk.state.answers, str(talk.state.answers["outside.unit"]))
    if mails.writes_to(moment, added):
        return Ending([Say("outside.added.mail", {"name": added.name})])
    tell_link(moment, talk.person, added)
    return Ending([Say("outside.added", {"name": added.name})])


def choices(moment: Moment, hr: PersonRow) -> list[Option]:
    """Whom HR may take as a host from outside: somebody new, or one who was added before."""
    known = [person for person in moment.work.people.on(OUTSIDE, hr.organisation) if person.active]
    options = [{"value": person.id, "label": _label(person)} for person in known]
    return [{"value": dialog.NEW, "label": moment.words.text(hr.language, dialog.NEW)}, *options]


def _label(person: PersonRow) -> str:
    return f"{person.name}, {person.unit}" if person.unit else person.name


def chosen(moment: Moment, hr: PersonRow, answers: Mapping[str, Value], unit: str) -> str:
    """The id of the host from outside that HR chose; empty when there is none. Somebody new is added."""
    answer = str(answers.get("match.outside", ""))
    return _add(moment, hr, answers, unit).id if answer == dialog.NEW else answer


def told_hr(moment: Moment, hr: PersonRow, host: PersonRow) -> list[Say]:
    """How a host from outside learns of what is asked: HR gets a link to pass on, unless there is one."""
    if not is_outside(moment, host.id):
        return []
    if mails.writes_to(moment, host):
        return [Say("outside.mailed", {"name": first(host.name)})]
    if moment.work.links.expires(host.id, moment.now) is not None:
        return [Say("outside.has_link", {"name": first(host.name)})]
    tell_link(moment, hr, host)
    return []


def _add(moment: Moment, hr: PersonRow, answers: Mapping[str, Value], unit: str) -> PersonRow:
    home = moment.work.people.organisation(hr.organisation)
    person = PersonRow(
        id=new_id(),
        organisation=home.id,
        name=" ".join(str(answers["outside.name"]).split()),
        unit=unit,
        email=str(answers.get("outside.email", "")),
        language=str(answers["outside.language"]).removeprefix("language."),
        zone=home.zone,
        country=home.country,
    )
    moment.work.people.add(person)
    moment.work.people.link(person.id, AddressRow(OUTSIDE, home.id, person.id))
    _reach(moment, person, "absent")
    moment.work.audit.add(moment.now, hr.id, "person.added", person.id)
    return person


def _reach(moment: Moment, person: PersonRow, state: str) -> None:
    moment.work.chats.put(Chat(OUTSIDE, person.organisation, person.id, state=state, touched=moment.now))


def opened(work: Work, person: PersonRow, now: datetime) -> None:
    """Somebody has opened their page: HR need not wait for that any more."""
    chat = work.chats.find(OUTSIDE, person.organisation, person.id)
    if chat is not None and chat.state != "live":
        work.chats.put(replace(chat, state="live", touched=now))


def is_waited_for(moment: Moment, person: PersonRow) -> bool:
    """Whether somebody has not opened their page yet."""
    chat = moment.work.chats.find(OUTSIDE, person.organisation, person.id)
    return chat is not None and chat.state != "live"


# The link


def tell_link(moment: Moment, hr: PersonRow, person: PersonRow) -> None:
    """Makes a new link and gives HR the text to pass on. It stands in the chat, also where a form is open."""
    before = moment.work.links.expires(person.id, moment.now)
    secret, expires = secrets.token_urlsafe(32), _last_needed(moment, person) + LASTS
    moment.work.links.put(person.id, secret, expires)
    mails.go_on(moment, person)
    if is_waited_for(moment, person):
        _reach(moment, person, "absent")
    moment.work.audit.add(moment.now, hr.id, "link.made", person.id)
    values = {
        "name": first(person.name),
        "org": moment.work.people.organisation(person.organisation).name,
        "link": moment.house.page(secret),
        "date": expires.date(),
    }
    says: list[Say | Part] = [
        Part(moment.words.text(hr.language, "outside.link.title", {"name": person.name}), "title"),
        Say("outside.link", values),
        Part(moment.words.text(person.language, "outside.letter", values)),
    ]
    if before is not None:
        says.insert(2, Say("outside.link.older", values))
    replace(moment, form="").tell(
        hr, Told(says, [Press("btn.link_revoke", ["link_revoke", person.id])]), kind="answer", subject=person.id
    )


def _last_needed(moment: Moment, person: PersonRow) -> datetime:
    """When the last of what the person may host is over: the exchanges agreed, and the rounds that run."""
    rounds = [row.finish_by for row in moment.work.rounds.all(person.organisation) if row.state != "draft"]
    exchanges = [row.end for row in moment.work.exchanges.of_host(person.id) if row.state in NEEDED]
    days = max((*rounds, *exchanges, moment.today(person))) - moment.today(person)
    return moment.now + days


def link(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """HR asks for a new link for somebody."""
    outsider = _outsider(moment, person, args, incoming)
    if outsider is None:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    tell_link(moment, person, outsider)
    return Reply()


def revoke(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """HR ends somebody's link. What they have said is kept."""
    outsider = _outsider(moment, person, args, incoming)
    if outsider is None:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    moment.work.links.remove(outsider.id)
    mails.stop(moment, outsider)
    _reach(moment, outsider, "gone")
    moment.work.audit.add(moment.now, person.id, "link.revoked", outsider.id)
    again = Press("", ["link", outsider.id], text=new_link(moment, person, outsider))
    moment.tell(person, Told([Say("outside.revoked", {"name": outsider.name})], [again]), kind="answer")
    return Reply()


def new_link(moment: Moment, hr: PersonRow, person: PersonRow) -> str:
    """The label of the button that makes a link."""
    return moment.words.text(hr.language, "btn.link_for", {"name": person.name})


def _outsider(moment: Moment, hr: PersonRow, args: list[str], incoming: Incoming) -> PersonRow | None:
    """The person meant, if HR may pass on a link to them."""
    meant = args[0] if args and args[0] else str(incoming.values.get(PICKED, ""))
    person = moment.work.people.find(meant) if hr.hr else None
    theirs = person is not None and person.organisation == hr.organisation and is_outside(moment, person.id)
    return person if theirs else None


def listed(moment: Moment, person: PersonRow) -> Reply:
    """HR picks whose link to make anew."""
    if not person.hr:
        moment.tell(person, Told([Say("only_hr")]), kind="answer")
        return Reply()
    known = moment.work.people.on(OUTSIDE, person.organisation)
    if not known:
        add = Press("btn.new_host", ["new_host"], main=True)
        moment.tell(person, Told([Say("outside.nobody")], [add]), kind="answer")
        return Reply()
    pick(
        moment,
        person,
        "outside.links.title",
        "outside.whose",
        [Choice(each.id, _label(each)) for each in known],
        Press("btn.link_new", ["link", ""]),
        Press("btn.close", ["done"]),
    )
    return Reply()


SCRIPTS = {
    "outside": Script(dialog.OUTSIDE, no_facts, finish, nobody_else, keeps=False),
}
PRESSES = {
    "link": link,
    "link_revoke": revoke,
}
