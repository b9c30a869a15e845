"""One unit of work as the conversations see it: the store, the words and the time, and how to send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot import holding
from bot.channel import MESSAGE, OUTSIDE, Button, File, Message, Part
from bot.programme.choices import Choices, chosen
from bot.wordings import words_of
from bot.words import Words
from dialogs.model import Say
from storage.records import AddressRow, CardRow, OutboxRow, PersonRow, new_id
from storage.store import Work

if TYPE_CHECKING:
    from bot.script import House

ASKED_FOR = ("answer", "card")
"""Kinds of messages that answer what their reader has just done."""

Action = list[str]
"""What a button does: a verb and its ids."""


@dataclass(frozen=True)
class Press:
    """A button to be: the key of its label, what it does, and values for the label. With `url` it opens that page.

    `matter` tells apart what a message about several things is about: each is settled without the others.
    """

    label: str
    action: Action
    main: bool = False
    minutes: int = 0
    text: str = ""
    url: str = ""
    matter: str = ""


@dataclass(frozen=True)
class Told:
    """Something to tell one person: sentences and what can be pressed below them.

    `chat` is what the chat says instead where a form shows it: nothing that the person wrote. `menu`: it stays for the
    next press, each button settled by itself.
    """

    says: Sequence[Say | Part]
    presses: Sequence[Press] = ()
    chat: Sequence[Say | Part] | None = None
    menu: bool = False


@dataclass
class Moment:
    """The store, the words and the time of one unit of work. Everything sent is a row of the same transaction.

    `not_after` is when what is said now would come too late.
    """

    work: Work
    words: Words
    now: datetime
    house: House
    actor: str = ""
    """Who did something: what goes to anybody else, and all that time brings, is unasked."""
    not_after: datetime | None = None
    pushed: str = ""
    """To whom is said what was planned for this time: what else comes of it comes to others unplanned."""
    form: str = ""
    """Whether the actor has a form open, or the platform may open one: "", "may_open" or "open"."""
    shown: list[Message] = field(default_factory=list)
    """What the actor's form shows next."""
    place: str = ""
    """The outgoing that shows the pressed card, when the answer can take its place at once."""
    instead: list[Message] = field(default_factory=list)
    """What takes the place of the pressed card; the last of them stays."""
    typed: bool = False
    """Whether the actor answered by typing."""
    said: bool = False
    """Whether nobody waits for a reply, so that all of it is said in the actor's private chat."""
    missed: bool = False
    """Whether the actor pressed for a form, and it is too late to show one."""

    def today(self, person: PersonRow) -> date:
        """The date where the person is."""
        return self.now.astimezone(ZoneInfo(person.zone)).date()

    def person(self, person_id: str) -> PersonRow:
        """The person with this id."""
        return self.work.people.get(person_id)

    def first_name(self, person_id: str) -> str:
        """What a person is called in sentences; empty for nobody."""
        person = self.work.people.find(person_id) if person_id else None
        return person.name.split()[0] if person else ""

    def choices(self, round_id: str) -> Choices:
        """What the organisation has chosen for a round."""
        return chosen(self.work.choices.of(self.work.rounds.get(round_id).organisation, round_id))

    def speaking(self, organisation: str, subject: str = "") -> Moment:
        """The same unit of work in the words of a reader's organisation: about a subject, those of its round."""
        if not subject and self.words.organisation == organisation:
            return self
        words = words_of(self.words, self.work, organisation, subject)
        return self if words is self.words else replace(self, words=words)

    def tell(
        self,
        person: PersonRow,
        told: Told,
        *,
        kind: str,
        subject: str = "",
        replaces: str = "",
        preview: str = "preview.message",
        files: tuple[File, ...] = (),
        not_after: datetime | None = None,
        about: Sequence[str] = (),
    ) -> str:
        """Queues a message to a person, with a card when something can be pressed. Returns the outgoing's id.

        `about`: ids of the answers that it tells of, with which it goes where it is still held.
        """
        presses = [replace(it, matter=str(n)) for n, it in enumerate(told.presses)] if told.menu else told.presses
        card = new_id() if any(not press.url for press in presses) else ""
        here = self.speaking(person.organisation, subject)
        message = Message(
            parts=here._parts(person.language, told.says),
            preview=here.words.text(person.language, preview),
            card=card,
            buttons=here.buttons(person.language, presses, apart=not told.menu),
            files=files,
            language=person.language,
        )
        outside = None if told.chat is None else replace(message, parts=here._parts(person.language, told.chat))
        outgoing = here.send(person, message, kind, subject, replaces, not_after, outside=outside, about=about)
        if card:
            actions = {_name(n, press): press.action for n, press in enumerate(presses)}
            self.work.conversations.add_card(CardRow(card, person.id, "", actions, outgoing))
        return outgoing

    def matter(self, card: CardRow, button: str) -> CardRow | None:
        """The card of the matter that a button of a message is about; None where the message is about one only.

        It is there from the first press on, and has no message, as the other matters need that too.
        """
        matter = button.partition(".")[2]
        its = {name: action for name, action in card.actions.items() if matter and name.partition(".")[2] == matter}
        if not its:
            return None
        known = self.work.conversations.card(f"{card.id}.{matter}")
        if known is None:
            known = replace(card, id=f"{card.id}.{matter}", actions=its, message="")
            self.work.conversations.add_card(known)
        return known

    def _parts(self, language: str, says: Sequence[Say | Part]) -> tuple[Part, ...]:
        return tuple(say if isinstance(say, Part) else self._part(language, say) for say in says)

    def _part(self, language: str, say: Say) -> Part:
        """A sentence as a paragraph; one that is named a title heads what follows."""
        return Part(self.words.say(language, say), "title" if say.key.endswith(".title") else "plain")

    def buttons(self, language: str, presses: Sequence[Press], *, apart: bool = True) -> tuple[Button, ...]:
        """The buttons for presses, numbered in order; those of one matter `apart` from the others."""
        return tuple(
            Button(
                _name(n, press),
                press.text or self.words.text(language, press.label, {"minutes": press.minutes}),
                main=press.main,
                opens=self.house.leads_to_words(press.action),
                url=press.url,
                matter=press.matter if apart else "",
            )
            for n, press in enumerate(presses)
        )

    def send(
        self,
        person: PersonRow,
        message: Message,
        kind: str,
        subject: str = "",
        replaces: str = "",
        not_after: datetime | None = None,
        standing: bool = False,
        outside: Message | None = None,
        about: Sequence[str] = (),
    ) -> str:
        """Queues a ready message to a person's first address, or shows it in the form that the person has open.

        What others bring about is held until the person may be written to. `standing`: the chat has a door to it
        already. `outside`: what then stands in the chat in its stead. Returns the id of the outgoing that stands for
        it in the chat; empty when there is none, as for somebody who is not reached yet.
        """
        if not person.active:
            return ""
        if self._in_form(person, message):
            self.shown.append(message)
            message = outside or message
            if standing or not self._kept_in_chat(message, replaces):
                return replaces
        elif outside is not None and person.id == self.actor and self.form == "card":
            message = outside
        elif self.missed and person.id == self.actor and message.quotes and not message.door:
            return self.miss(person)
        if "hello" not in person.told:
            self.house.welcome(replace(self, form=""), person)
        return self._queue(person, message, kind, subject, replaces, not_after, about)

    def _queue(
        self,
        person: PersonRow,
        message: Message,
        kind: str,
        subject: str,
        replaces: str,
        not_after: datetime | None,
        about: Sequence[str],
    ) -> str:
        addresses = self.work.people.addresses(person.id)
        if not addresses:
            return ""
        to = addresses[0]
        # What files are downloaded by is made when they are sent: a card without that would have no use.
        if self.place and replaces == self.place and person.id == self.actor and not message.files:
            self.instead.append(message)
        if self.house.announce is not None and person.id != self.actor and not replaces:
            self.house.announce(self, person)
        # Who has seen nothing yet of what this replaces is told it unasked.
        seen = bool(replaces) and (replaces == self.place or not self.work.outbox.withdraw(replaces))
        is_unasked = person.id not in (self.actor, self.pushed) and kind not in ASKED_FOR and not seen
        # A page is there to be looked at; what is said of it by mail waits for the hours by itself.
        if not is_unasked or to.channel == OUTSIDE:
            return self.post(to, message, kind, subject, replaces=replaces, not_after=not_after)
        until = holding.waits_until(self, person, kind)
        row = self._add(to, message, kind, subject, replaces=replaces, not_after=not_after, held=until is not None)
        holding.note(self, person, row, until, about)
        return row.id

    def miss(self, person: PersonRow) -> str:
        """Asks to press once more, for what belongs in a form and in no chat."""
        return self.tell(person, Told([Say("channel.slow")]), kind="answer")

    def _in_form(self, person: PersonRow, message: Message) -> bool:
        if person.id != self.actor:
            return False
        return self.form == "open" or (self.form == "may_open" and message.for_a_form)

    def _kept_in_chat(self, message: Message, replaces: str) -> bool:
        """A form is gone once closed: what can be gone on with, or ends what stands in the chat, stands there too."""
        if message.door or message.files:
            return True
        return bool(replaces) and not message.for_a_form

    def post(
        self,
        to: AddressRow,
        message: Message,
        kind: str,
        subject: str = "",
        *,
        replaces: str = "",
        thread: str = "",
        not_after: datetime | None = None,
    ) -> str:
        """Queues a message to an address. Returns the outgoing's id."""
        not_after = not_after or self.not_after
        return self._add(to, message, kind, subject, replaces=replaces, thread=thread, not_after=not_after).id

    def _add(
        self,
        to: AddressRow,
        message: Message,
        kind: str,
        subject: str,
        *,
        replaces: str = "",
        thread: str = "",
        not_after: datetime | None = None,
        held: bool = False,
    ) -> OutboxRow:
        return self.work.outbox.add(
            to,
            MESSAGE.dump_json(message).decode(),
            kind,
            subject,
            not_before=self.now,
            not_after=not_after,
            replaces=replaces,
            thread=thread,
            urgent=kind == "answer",
            held=held,
        )


def _name(number: int, press: Press) -> str:
    """A button's name: its number, and the matter it is about."""
    return f"{number}.{press.matter}" if press.matter else str(number)
