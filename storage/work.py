"""One unit of work: everything that may be done inside one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from storage.answers import Answers
from storage.audit import Audit
from storage.chats import Chats
from storage.choices import Choices
from storage.conversations import Conversations
from storage.erasing import Erasing
from storage.exchanges import Exchanges
from storage.inbox import Inbox
from storage.installations import Installations, OAuthStates
from storage.keys import DataKey
from storage.lanes import Lanes
from storage.links import Links
from storage.mail import Mail
from storage.meta import Meta
from storage.outbox import Outbox
from storage.overview import Overview
from storage.people import People
from storage.prompts import Prompts
from storage.rounds import Rounds
from storage.takeaways import Takeaways
from storage.vault import Vault
from storage.wordings import Wordings
from storage.workspaces import Workspaces


class Work:
    """The parts of a unit of work. `keys` seals text, and forgets a person's key when the person leaves."""

    def __init__(self, connection: Connection, vault: Vault, lasting: dict[str, DataKey] | None = None) -> None:
        self._connection = connection
        self.keys = keys = vault.within(connection, lasting)
        self.people = People(connection, keys)
        self.rounds = Rounds(connection, keys)
        self.exchanges = Exchanges(connection, keys)
        self.answers = Answers(connection, keys)
        self.conversations = Conversations(connection, keys)
        self.inbox = Inbox(connection, keys)
        self.outbox = Outbox(connection, keys)
        self.lanes = Lanes(connection, keys)
        self.prompts = Prompts(connection, keys)
        self.overview = Overview(connection, keys)
        self.erasing = Erasing(connection, keys, (self.people, self.rounds, self.exchanges, self.answers))
        self.audit = Audit(connection, keys)
        self.mail = Mail(connection, keys)
        self.meta = Meta(connection, keys)
        self.workspaces = Workspaces(connection, keys)
        self.chats = Chats(connection, keys)
        self.links = Links(connection, keys)
        self.choices = Choices(connection, keys)
        self.wordings = Wordings(connection, keys)
        self.takeaways = Takeaways(connection, keys)
        self.installations = Installations(connection, keys)
        self.oauth = OAuthStates(connection, keys)

    @contextmanager
    def trying(self) -> Iterator[None]:
        """What is done inside is undone when it raises, and the rest of the unit goes on."""
        try:
            with self._connection.begin_nested():
                yield
        except BaseException:
            for part in (self.people, self.rounds, self.exchanges, self.answers, self.choices):
                part.forget()
            raise
