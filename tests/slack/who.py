"""For tests about who is who: somebody new, what the house knows of them, and what they are told."""

from __future__ import annotations

from datetime import timedelta

from bot.turns.people import hash_of
from storage.records import AddressRow, PersonRow
from tests.slack.fake import Message, Person
from tests.slack.here import Here
from tests.slack.stage import CHANNEL_ID, TEAM

JOIN, HOST, HELP, LANGUAGE = "Jeg vil være med", "Vi kan være vært", "Hvad kan du?", "Sprog"


def somebody(here: Here, user: str, name: str, **fields: object) -> Person:
    """One more user in the channel, of whom the house has never heard."""
    here.slack.add_user(user, name, TEAM, **fields)
    here.slack.channels[CHANNEL_ID].members.add(user)
    return here.slack.person(user)


def post(here: Here) -> Message:
    """The newest post in the channel."""
    return here.slack.from_bot(CHANNEL_ID)[-1]


async def row(here: Here, user: str, team: str = TEAM) -> PersonRow | None:
    """The person that a user is, if they are one."""
    return await here.play.store.run(lambda work: work.people.at(AddressRow("slack", team, user)))


async def known(here: Here, user: str, team: str = TEAM) -> PersonRow:
    """The person that a user is."""
    found = await row(here, user, team)
    assert found is not None
    return found


async def names(here: Here) -> list[str]:
    """The first names of all people that the house knows."""
    return [person.name.split()[0] for person in await here.play.everybody()]


def told(here: Here, user: str, team: str = TEAM) -> list[str]:
    """What the assistant has said to somebody in private, message by message, without the buttons."""
    said = [message for message in here.slack.said[here.slack.im(user, team).id] if message.from_bot]
    return [_without_buttons(message) for message in said if not message.deleted]


def whispers(here: Here, user: str) -> list[str]:
    """What only this person saw on the spot."""
    return [seen.words() for seen in here.slack.ephemerals_of(user)]


def hello(here: Here, name: str, to: str = "") -> str:
    """The first hello as it reads: `to` "hr" or "others", which are a leader and a host, or somebody of no role yet."""
    values = {"name": name, "contact": "HR"}
    if to:
        return here.word(f"hello.{to}", **values)
    return f"{here.word('hello.bot', **values)}\n{here.word('hello.voluntary')}"


async def hr_code(here: Here, code: str, minutes: int = 60) -> None:
    """The operator makes a code for HR, as `vidsyn hr-code` does."""
    expires = here.play.clock.now() + timedelta(minutes=minutes)
    await here.play.store.run(lambda work: work.people.add_code(hash_of(code), expires))


def _without_buttons(message: Message) -> str:
    labels = set(message.labels())
    return "\n".join(line for line in message.words().splitlines() if line not in labels)
