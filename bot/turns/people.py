"""People: how they work, what they are called, the first hello, and HR's code."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.channel import Newcomer
from bot.clock import Clock
from bot.moment import Moment, Press, Told
from bot.planning import replan, worker
from bot.programme.calendar import within_hours
from bot.programme.schedule import PLANNED
from bot.script import House
from bot.words import Words
from dialogs.model import Say
from storage.records import AddressRow, PersonRow, PromptRow, new_id
from storage.store import Store, Work

COUNTRIES = {"Europe/Copenhagen": "DK", "Europe/Oslo": "NO"}
"""Whose public holidays a person has, by zone; elsewhere those of the organisation."""

LEADER_GONE = "led.gone"
"""The kind of push that asks an employee who leads now."""

LEFT_DELETE = "left.delete"
"""The kind of what is due after somebody has left: their private entries are deleted."""

SPOKEN = {"Europe/Copenhagen": "da", "Europe/Oslo": "nb"}
"""What is spoken there, for somebody who has said nothing of it; elsewhere the organisation's language."""


def welcome(moment: Moment, person: PersonRow) -> None:
    """The first hello, once a person."""
    if "hello" in moment.person(person.id).told:
        return
    person = told(moment, person, "hello")
    presses = [Press("btn.help", ["help"]), Press("btn.language", ["begin", "language", person.id, "language"])]
    if person.hr:
        presses.insert(0, Press("btn.new_round", ["new_round"], main=True))
    moment.tell(person, Told(_hello(moment, person), presses), kind="welcome")


def _hello(moment: Moment, person: PersonRow) -> list[Say]:
    """Who is met by whom: HR, a leader or a host has no exchange of their own."""
    values = {"name": person.name.split()[0], "contact": "HR"}
    if person.hr:
        return [Say("hello.hr", values)]
    if _leads_or_hosts(moment, person):
        return [Say("hello.others", values)]
    return [Say("hello.bot", values), Say("hello.voluntary")]


def _leads_or_hosts(moment: Moment, person: PersonRow) -> bool:
    """Whether somebody who has signed up for nothing leads one who has, or is to be a host."""
    exchanges = moment.work.exchanges
    if exchanges.of_employee(person.id):
        return False
    rounds = moment.work.rounds
    signed_up = [row for it in rounds.all(person.organisation) for row in rounds.sign_ups(it.id)]
    if person.id in {row.person for row in signed_up}:
        return False
    return bool(exchanges.of_leader(person.id) or exchanges.of_host(person.id)) or person.id in {
        row.leader for row in signed_up
    }


def arrive(work: Work, where: AddressRow, newcomer: Newcomer) -> PersonRow:
    """Writes down somebody whom the platform knows, once. Nothing is said to them yet."""
    known = work.people.at(where)
    if known is not None:
        return known
    home = work.people.organisation(newcomer.organisation)
    zone = newcomer.zone or home.zone
    person = PersonRow(
        id=new_id(),
        organisation=home.id,
        name=newcomer.name,
        unit=newcomer.unit,
        email=newcomer.email,
        language=newcomer.language or SPOKEN.get(zone, home.language),
        zone=zone,
        country=COUNTRIES.get(zone, home.country),
    )
    work.people.add(person)
    work.people.link(person.id, where)
    return person


def led_by(work: Work, where: AddressRow, leader: str) -> None:
    """Notes whom the directory names as somebody's leader; the person is still asked, and so is the leader."""
    person = work.people.at(where)
    if person is not None and leader not in (person.id, person.leader):
        work.people.update(replace(person, leader=leader))


def change(moment: Moment, where: AddressRow, *, name: str, zone: str, active: bool) -> PersonRow | None:
    """What the platform says anew of somebody here: what is due follows the new zone, and who has left gets nothing."""
    person = moment.work.people.at(where)
    if person is None:
        return None
    changed = replace(person, name=name or person.name, zone=zone or person.zone, active=active)
    if changed == person:
        return person
    moment.work.people.update(changed)
    if not active:
        moment.work.outbox.cancel_to(where.channel, where.tenant, where.place)
        ask_who_leads(moment, changed)
    for exchange in (*moment.work.exchanges.of_employee(person.id), *moment.work.exchanges.of_leader(person.id)):
        replan(moment, exchange)
    return changed


def is_gone(moment: Moment, person: PersonRow) -> bool:
    """Whether somebody has no account here any more, or has left as HR has noted."""
    return not person.active or any(row.state == "pending" for row in moment.work.prompts.of(person.id, LEFT_DELETE))


def ask_who_leads(moment: Moment, gone: PersonRow) -> None:
    """Whoever they led is asked in their own working time; by then the account may be back."""
    led = {row.id: row.employee for row in moment.work.exchanges.of_leader(gone.id) if row.state in PLANNED}
    signed_up = {
        row.id: row.person
        for round_row in moment.work.rounds.all(gone.organisation)
        for row in moment.work.rounds.sign_ups(round_row.id)
        if row.leader == gone.id and row.state not in ("placed", "withdrawn")
    }
    for subject, employee in {**led, **signed_up}.items():
        person = moment.person(employee)
        at = within_hours(worker(person), moment.now)
        day = at.astimezone(ZoneInfo(person.zone)).date()
        moment.work.prompts.add(PromptRow(new_id(), employee, subject, LEADER_GONE, day, at))


class Following:
    """Carries out in units of work of its own what a platform says anew of somebody."""

    def __init__(self, store: Store, words: Words, clock: Clock, house: House) -> None:
        self._store = store
        self._words = words
        self._clock = clock
        self._house = house

    async def __call__(self, where: AddressRow, *, name: str, zone: str, active: bool) -> None:
        """An empty name or zone changes nothing; nor does anything of somebody unknown."""
        now = self._clock.now()
        await self._store.run(
            lambda work: change(Moment(work, self._words, now, self._house), where, name=name, zone=zone, active=active)
        )


def told(moment: Moment, person: PersonRow, what: str) -> PersonRow:
    """Notes that a person has been told something once."""
    person = moment.person(person.id)
    noted = replace(person, told=person.told | {what})
    moment.work.people.update(noted)
    return noted


def hash_of(code: str) -> str:
    """How a code is kept: never itself."""
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


def try_code(moment: Moment, person: PersonRow, code: str) -> bool:
    """Makes the person HR if the code is good. A code works once."""
    if not moment.work.people.spend_code(hash_of(code), moment.now):
        return False
    moment.work.people.update(replace(moment.person(person.id), hr=True))
    moment.work.audit.add(moment.now, person.id, "hr.granted", person.id)
    return True
