"""Who is not reached yet: HR sees them with the way in, and the one who needs them gets it to pass on, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.channel import Part
from bot.holding import held_until, worker
from bot.moment import Moment, Press, Told
from bot.places import hosts_of
from bot.programme.calendar import local_date, within_hours
from bot.turns import outside
from bot.turns.common import first, is_outside
from bot.turns.people import told
from bot.turns.pushes import telling
from dialogs.model import Say
from storage.records import PersonRow, PromptRow, new_id

SOON = timedelta(minutes=5)
"""By then a platform has said whether what was sent to somebody arrived."""

WAITING = ("signed_up", "in_matching", "proposed")


def lines(moment: Moment, hr: PersonRow) -> tuple[list[Say | Part], list[Press]]:
    """Those who are not reached and have a part in something, each with what HR can pass on."""
    says: list[Say | Part] = []
    presses: list[Press] = []
    for person in not_reached(moment, hr.organisation):
        if is_outside(moment, person.id):
            says.append(Say("reach.outside", {"name": person.name}))
            presses.append(Press("", ["link", person.id], text=outside.new_link(moment, hr, person)))
        elif link := way_in(moment, person):
            says.append(Say("reach.install", {"name": person.name, "link": link}))
        else:
            says.append(Say("reach.unknown", {"name": person.name}))
    return says, presses


def not_reached(moment: Moment, organisation: str) -> list[PersonRow]:
    """Those of an organisation whom nothing can be sent to, and who have a part in a round or an exchange."""
    unreached = moment.work.people.unreached(organisation)
    needed = set(_needed(moment, organisation)) if unreached else set()
    return [person for person in unreached if person.id in needed]


def _needed(moment: Moment, organisation: str) -> Iterator[str]:
    for round_row in moment.work.rounds.all(organisation):
        for sign_up in moment.work.rounds.sign_ups(round_row.id):
            if sign_up.state in WAITING:
                yield from (sign_up.person, sign_up.leader)
        for offer in moment.work.rounds.offers(round_row.id):
            if offer.state == "open":
                yield offer.person
        for exchange in moment.work.exchanges.of_round(round_row.id):
            if exchange.state in outside.NEEDED:
                yield from (exchange.employee, exchange.leader, *hosts_of(exchange))


def way_in(moment: Moment, person: PersonRow) -> str:
    """The link by which somebody installs the assistant on a platform of theirs; empty when there is none."""
    links = (moment.house.way_in(address) for address in moment.work.people.addresses(person.id))
    return next(filter(None, links), "")


def asked(moment: Moment, person: PersonRow, by: str) -> None:
    """Somebody is asked something because of what `by` wrote, and has perhaps not installed the assistant yet.

    Only the answer to what is sent tells that for sure, so it is looked at a little after it comes.
    """
    if way_in(moment, person) and not _is_live(moment, person):
        hours = worker(moment.person(by))
        at = within_hours(hours, held_until(moment, person) + SOON)
        moment.work.prompts.add(PromptRow(new_id(), by, person.id, "reach", local_date(at, hours.zone), at))


def _is_live(moment: Moment, person: PersonRow) -> bool:
    addresses = moment.work.people.addresses(person.id)
    chats = (moment.work.chats.find(each.channel, each.tenant, each.place) for each in addresses)
    return any(chat is not None and chat.state == "live" for chat in chats)


def pass_on(moment: Moment, prompt: PromptRow) -> Told | None:
    """The way in for somebody who is not reached, told once to the one who needs them."""
    person, needs = moment.person(prompt.subject), moment.person(prompt.recipient)
    mark = f"reach:{person.id}"
    unreached = [row.id for row in moment.work.people.unreached(person.organisation)]
    link = way_in(moment, person)
    if not link or person.id not in unreached or mark in needs.told:
        return None
    told(moment, needs, mark)
    return Told([Say("reach.pass_on", {"name": first(person.name), "link": link})])


PROMPTS = {
    "reach": telling(pass_on),
}
