"""People: how they work, what they are called, the first hello, and HR's code."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from bot.moment import Moment, Press, Told
from dialogs.model import Say
from storage.records import PersonRow


def welcome(moment: Moment, person: PersonRow) -> None:
    """The first hello, once a person."""
    if "hello" in person.told:
        return
    told(moment, person, "hello")
    presses = [Press("btn.help", ["help"]), Press("btn.language", ["begin", "language", person.id, "language"])]
    if person.hr:
        presses.insert(0, Press("btn.new_round", ["new_round"], main=True))
    moment.tell(
        person,
        Told([Say("hello.bot", {"name": person.name.split()[0], "contact": "HR"}), Say("hello.voluntary")], presses),
        kind="welcome",
    )


def told(moment: Moment, person: PersonRow, what: str) -> PersonRow:
    """Notes that a person has been told something once."""
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
