"""What the house knows to do: for each dialog its facts and its effect, for each press and prompt its handler."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from dialogs.model import Ask, Dialog, Say, State
from storage.records import AddressRow, ConversationRow, PersonRow, PromptRow


@dataclass(frozen=True)
class Topic:
    """Which conversation: who, about what (a round, sign-up, offer or exchange), on which occasion."""

    person: PersonRow
    dialog: str
    subject: str
    occasion: str


@dataclass(frozen=True)
class Talk:
    """A conversation in hand: its row, the engine's state, and the facts as they are now."""

    topic: Topic
    row: ConversationRow
    dialog: Dialog
    state: State
    facts: Mapping[str, Any]

    @property
    def person(self) -> PersonRow:
        """Who is talking."""
        return self.topic.person


@dataclass(frozen=True)
class Ending:
    """What is said when a dialog is finished, what can be pressed, and the dialog that follows at once, if any.

    `chat` is what the chat says instead where a form shows it: nothing that the person wrote.
    """

    says: Sequence[Say | Part] = ()
    presses: Sequence[Press] = ()
    then: Topic | None = None
    chat: Sequence[Say | Part] | None = None


def no_extra(moment: Moment, talk: Talk) -> list[Press]:
    """No buttons of its own."""
    return []


def no_opening(moment: Moment, talk: Talk) -> list[Say]:
    """No opening of its own."""
    return []


def nothing_beside(moment: Moment, talk: Talk) -> list[Say | Part]:
    """Nothing to look at besides the question."""
    return []


def nothing_more(moment: Moment, talk: Talk) -> dict[str, Any]:
    """Nothing follows from the answers so far."""
    return {}


@dataclass(frozen=True)
class Script:
    """A dialog in the house. `finish` is its effect; it may run again after a change and must then change, not repeat.

    `more` are facts that follow from the answers so far.
    `beside` is what the person needs in sight to answer the current question.
    `keeps` is False for settings, whose answers are no reflections and are not kept as answers.
    `parties` names who {leader} and {host} are for the sentence that says who will see an answer.
    """

    dialog: Dialog
    facts: Callable[[Moment, Topic], dict[str, Any]]
    finish: Callable[[Moment, Talk], Ending]
    who: Callable[[Moment, Talk, Ask], Say | None]
    extra: Callable[[Moment, Talk], list[Press]] = no_extra
    opening: Callable[[Moment, Talk], list[Say]] = no_opening
    beside: Callable[[Moment, Talk], Sequence[Say | Part]] = nothing_beside
    more: Callable[[Moment, Talk], dict[str, Any]] = nothing_more
    keeps: bool = True


Pressed = Callable[[Moment, PersonRow, list[str], Incoming], Reply]


@dataclass(frozen=True)
class Due:
    """What happens when a prompt is due.

    `act` does it and returns the state it ends in: said, answered, skipped, missed or cancelled. `tell`
    returns what goes into one message with what else is due to the person, or None when there is nothing.
    """

    act: Callable[[Moment, PromptRow], str] | None = None
    tell: Callable[[Moment, PromptRow], Told | None] | None = None


def no_way_in(address: AddressRow) -> str:
    """Nobody needs to install anything."""
    return ""


@dataclass(frozen=True)
class House:
    """Everything that can be talked about, pressed and due."""

    scripts: Mapping[str, Script]
    presses: Mapping[str, Pressed]
    prompts: Mapping[str, Due]
    welcome: Callable[[Moment, PersonRow], None]
    """The first hello, before anything else is said to a person."""
    way_in: Callable[[AddressRow], str] = no_way_in
    """The link by which whoever has this address installs the assistant; empty when there is none."""
    announce: Callable[[Moment, PersonRow], None] | None = None
    """Says to somebody on no platform, in another way, that something lies on their page; None where nothing can."""
    page: Callable[[str], str] = "/you/{}".format
    """The address of a personal page by the secret in it, for somebody who is on no platform."""
    quotes: Collection[tuple[str, ...]] = frozenset()
    """How the actions begin that lead to somebody's own words."""
    spread: timedelta = timedelta()
    """Over so long those are told who are due at the same time."""

    def leads_to_words(self, action: Sequence[str]) -> bool:
        """Whether what comes up then quotes somebody."""
        return any(tuple(action[: len(start)]) == start for start in self.quotes)
