"""The page of one's own: my exchange, my entries, my people, my settings. Whatever it shows is the viewer's to see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import groupby

from bot.channel import Button, Message, Part
from bot.moment import Action, Moment, Press
from bot.script import Topic
from bot.turns import assignments, leaders, leaving, needs, new_leader, reaching, settings, signups
from bot.turns.commands import next_presses, next_step, under_way
from bot.turns.common import facts_of_exchange
from bot.turns.papers import to_bring
from bot.turns.preparations import goal_lines, goals_of
from dialogs.model import Say
from storage.records import AnswerRow, CardRow, ExchangeRow, PersonRow

MOST_ENTRIES = 10
"""Days of the logbook on the page; all of them are under "my data"."""


def page(moment: Moment, person: PersonRow) -> tuple[Message, ...]:
    """The sections of the page. Their buttons stay good: what a button does is in its name."""
    sections = [
        *_under_way(moment, person),
        *(section for exchange in _own(moment, person) for section in _exchange(moment, person, exchange)),
        *_waiting(moment, person),
        *_people(moment, person),
        *_hr(moment, person),
    ]
    if not sections:
        sections.append(_section(moment, person, "home.mine", [Say("status.nothing")], []))
    sections.append(_settings(moment, person))
    card = _card(person.id)
    actions = {_name(action): action for _, actions in sections for action in actions}
    moment.work.conversations.put_card(CardRow(card, person.id, "", actions, ""))
    return tuple(replace(message, card=card) for message, _ in sections)


def lasts(card: CardRow) -> bool:
    """Whether it is the card of a page, which is pressed again and again."""
    return card.id == _card(card.person)


def _card(person: str) -> str:
    return f"home:{person}"


Section = tuple[Message, Sequence[Action]]


def _section(
    moment: Moment, person: PersonRow, title: str, says: Sequence[Say | Part], presses: Sequence[Press]
) -> Section:
    words, language = moment.words, person.language
    parts = [say if isinstance(say, Part) else Part(words.say(language, say)) for say in says]
    named = moment.buttons(language, presses)
    buttons = tuple(replace(button, id=_name(press.action)) for button, press in zip(named, presses, strict=True))
    heading = words.text(language, title)
    message = Message((Part(heading, "title"), *parts), preview=heading, buttons=_once(buttons), language=language)
    return message, [press.action for press in presses]


def _name(action: Action) -> str:
    """A button's name says what it does, so that one on an older page never does something else."""
    return sha256(json.dumps(action).encode()).hexdigest()[:16]


def _once(buttons: tuple[Button, ...]) -> tuple[Button, ...]:
    return tuple({button.id: button for button in buttons}.values())


def _own(moment: Moment, person: PersonRow) -> list[ExchangeRow]:
    shown = (*leaving.LIVE, "ended_early", "debriefed")
    return [row for row in reversed(moment.work.exchanges.of_employee(person.id)) if row.state in shown]


def _exchange(moment: Moment, person: PersonRow, exchange: ExchangeRow) -> list[Section]:
    facts = facts_of_exchange(moment, Topic(person, "log", exchange.id, ""), exchange)
    says: list[Say | Part] = [Say("status.emp", {**facts, "text": next_step(moment, exchange)})]
    says += leaders.told_employee(moment, exchange, person)
    goals = goal_lines(goals_of(moment.work.answers.of(person.id, exchange.id, "prep")))
    says += [Part(moment.words.text(person.language, "mus.part.goals"), "small")] if goals else []
    says += [Part(goal if isinstance(goal, str) else moment.words.say(person.language, goal), "own") for goal in goals]
    task, done = assignments.card(moment, exchange)
    says += task
    going = [press.action for press in under_way(moment, person)[1]]
    presses = [press for press in (*next_presses(moment, person, exchange), *done) if press.action not in going]
    own = _section(moment, person, "home.mine", says, [*presses, *to_bring(moment, exchange)])
    entries = _entries(moment, person, exchange)
    return [own, entries] if entries else [own]


def _entries(moment: Moment, person: PersonRow, exchange: ExchangeRow) -> Section | None:
    """The logbook by date: how much there is, and who can read it. The texts open by a press."""
    rows = [row for row in moment.work.answers.about(exchange.id) if row.occasion.startswith("log:")]
    kept = [row for row in rows if row.person == person.id and row.visibility != "–"]
    days = [(key, [*group]) for key, group in groupby(sorted(kept, key=_occasion, reverse=True), key=_occasion)]
    if not days:
        return None
    says: list[Say | Part] = [_entry(moment, person, group) for _, group in days[:MOST_ENTRIES]]
    presses = [
        Press("btn.open", ["data_list", exchange.id, occasion], text=_day(moment, person, group[0]))
        for occasion, group in days[:MOST_ENTRIES]
    ]
    return _section(moment, person, "home.entries", says, presses)


def _occasion(row: AnswerRow) -> str:
    return row.occasion


def _day(moment: Moment, person: PersonRow, row: AnswerRow) -> str:
    return moment.words.date(person.language, row.day)


def _entry(moment: Moment, person: PersonRow, rows: Sequence[AnswerRow]) -> Say:
    shared = [row for row in rows if row.released]
    values = {"date": rows[0].day, "n": len(rows), "total": len(shared)}
    if not shared:
        return Say("home.entry.own", values)
    readers = sorted({moment.first_name(reader) for row in shared for reader in row.released} - {""})
    return Say("home.entry.shared", {**values, "list": moment.words.listing(person.language, readers)})


def _under_way(moment: Moment, person: PersonRow) -> list[Section]:
    """What waits for the viewer's answers."""
    says, presses = under_way(moment, person)
    return [_section(moment, person, "home.under_way", says, presses)] if says else []


def _waiting(moment: Moment, person: PersonRow) -> list[Section]:
    """Sign-ups without a place yet, and offers to host."""
    says: list[Say | Part] = []
    presses: list[Press] = []
    for round_row in moment.work.rounds.all(person.organisation):
        sign_up = moment.work.rounds.sign_up_of(round_row.id, person.id)
        if sign_up is not None and sign_up.state in ("signed_up", "in_matching"):
            told, ways = signups.status_of(moment, person, sign_up, round_row)
            says, presses = [*says, told], [*presses, *ways]
    for offer in leaving.waiting_offers(moment, person):
        says, presses = [*says, Say("offer.status")], [*presses, *signups.offer_presses(offer)]
    return [_section(moment, person, "home.waiting", says, presses)] if says else []


def _people(moment: Moment, person: PersonRow) -> list[Section]:
    """Those whom the person leads or hosts, and the leader's own next steps."""
    says, presses = leaders.people(moment, person)
    is_leader = moment.work.exchanges.of_leader(person.id) or not moment.work.exchanges.of_host(person.id)
    title = "home.people" if is_leader else "home.guests"
    return [_section(moment, person, title, says, presses)] if says or presses else []


def _hr(moment: Moment, person: PersonRow) -> list[Section]:
    if not person.hr:
        return []
    waits = needs.anything(moment, person)
    says, links = reaching.lines(moment, person)
    presses = [Press("btn.needs_me", ["needs"], main=waits), Press("btn.new_round", ["new_round"])]
    presses += [Press("btn.report", ["report", ""]), Press("btn.coaches", ["coaches"]), *links]
    return [_section(moment, person, "home.hr", [Say("home.needs" if waits else "home.needs.nothing"), *says], presses)]


def _settings(moment: Moment, person: PersonRow) -> Section:
    words, language = moment.words, person.language
    says: list[Say | Part] = [Say("home.language", {"text": words.text(language, f"language.{language}")})]
    presses = [Press("btn.language", ["language"]), settings.asking_press(person)]
    exchange = settings.active_exchange(moment, person)
    if exchange is not None:
        journal = moment.work.exchanges.journal(exchange.id)
        says.append(Say("home.time", {"time": journal.finish or person.ends}))
        says.append(Say("home.habit", {"text": words.text(language, f"share.habit.{journal.habit}")}))
        presses.append(Press("btn.change_time", ["begin", "time", exchange.id, "time"]))
        presses.append(Press("btn.habit", ["begin", "habit", exchange.id, "habit"]))
        if journal.paused_until is not None and journal.paused_until > moment.today(person):
            says.append(Say("home.paused", {"date": journal.paused_until}))
            presses.append(Press("btn.resume", ["resume_log"]))
        else:
            presses.append(Press("btn.pause", ["pause_log"]))
    led = new_leader.led(moment, person)
    if led is not None:
        says.append(Say("home.leader", {"leader": moment.person(led.leader).name}))
        presses.append(Press("btn.new_leader", ["new_leader", led.id]))
    presses += [Press("btn.my_data", ["my_data"]), Press("btn.help", ["help"])]
    return _section(moment, person, "home.settings", says, presses)
