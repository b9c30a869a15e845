"""The state of the fake: setting the scene, and looking around in it."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from tests.teams.fake.keys import Keys
from tests.teams.fake.ledger import Ledger
from tests.teams.fake.limits import Limits
from tests.teams.fake.things import App, Chat, Clock, Dialog, Json, NotThere, Posted, Team, User

HOME = "11111111-aaaa-4aaa-8aaa-111111111111"
APP = App("22222222-bbbb-4bbb-8bbb-222222222222", "the-secret-of-the-app", HOME)


class World:
    """Tenants, users, teams, chats; ids look like the real ones and are the same in every run."""

    def __init__(self, clock: Clock, app: App | None = None) -> None:
        self.clock = clock
        self.app = app or replace(APP)
        self.keys = Keys(self.app, clock)
        self.ledger = Ledger()
        self.limits = Limits()
        self.house_rules = True
        self.tenants: dict[str, str] = {self.app.tenant: "Nordby"}
        self.disabled: set[str] = set()
        self.consent: set[str] = set()
        self.users: dict[str, User] = {}
        self.teams: dict[str, Team] = {}
        self.chats: dict[str, Chat] = {}
        self.dialogs: dict[str, list[Dialog]] = defaultdict(list)
        self.open: dict[str, Dialog] = {}
        self.notes: dict[str, list[str]] = defaultdict(list)
        self._last_id = 0

    @property
    def now(self) -> datetime:
        """The present moment on the injected clock."""
        return self.clock.now()

    def new_id(self) -> str:
        """An id of a message: milliseconds, later than all before."""
        self._last_id = max(self._last_id + 1, int(self.now.timestamp() * 1000))
        return str(self._last_id)

    # Setting the scene

    def add_tenant(self, id: str, name: str) -> str:
        """An organisation beside the app's own."""
        self.tenants[id] = name
        return id

    def add_user(self, name: str, tenant: str = "", *, aad: str = "", **more: object) -> User:
        """Somebody who has not installed the app; `more` are fields of User."""
        tenant = tenant or self.app.tenant
        aad = aad or str(uuid.uuid5(uuid.NAMESPACE_URL, f"{tenant}/{name}"))
        upn = f"{name.split()[0].lower()}@{self.tenants[tenant].lower()}.example"
        user = User(aad, tenant, f"29:1{self._hash('user', aad)}", name, upn, upn)
        self.users[aad] = replace(user, **more)  # type: ignore[arg-type]
        return self.users[aad]

    def add_team(self, name: str, tenant: str = "", *, members: Iterable[str] = (), installed: bool = False) -> Team:
        """A team with its General channel; `installed`: the app is in it."""
        tenant = tenant or self.app.tenant
        group = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{tenant}/{name}"))
        team = Team(f"19:{self._hash('team', group)}@thread.tacv2", group, name, tenant, installed=installed)
        team.members = set(members)
        self.teams[team.id] = team
        self._open_channel(team, team.id, "General")
        return team

    def add_channel(self, team: Team, name: str) -> Chat:
        """Another channel of a team."""
        return self._open_channel(team, f"19:{self._hash(team.id, name)}@thread.tacv2", name)

    def install(self, user: User) -> Chat:
        """The app is there for this user, and nobody was told."""
        user.installed = True
        return self.personal(user)

    # Looking around

    def personal(self, user: User) -> Chat:
        """The chat of a user with the bot; there is only one."""
        id = f"a:1{self._hash('chat', user.aad)}"
        return self.chats.setdefault(id, Chat(id, "personal", user.tenant, user=user.aad))

    def chat(self, conversation: str) -> Chat | None:
        """The chat of a conversation id; that of a thread leads to its channel."""
        return self.chats.get(conversation.partition(";")[0])

    def place(self, place: str) -> Chat:
        """The chat of a user (aad id), a channel or a conversation."""
        if place in self.users:
            return self.personal(self.users[place])
        chat = self.chat(place)
        if chat is None:
            raise NotThere(f"There is no conversation {place}.")
        return chat

    def posts(self, place: str) -> list[Posted]:
        """What the bot has said there and what still stands; in a channel, replies hang under their post."""
        return [post for post in self.place(place).posts if not post.deleted and not post.sender]

    def find_user(self, id: str, tenant: str) -> User | None:
        """By 29: id, aad id or UPN."""
        for user in self.users.values():
            known = id in (user.id, user.aad) or id.lower() == user.upn.lower()
            if known and user.tenant == tenant and not user.deleted:
                return user
        return None

    def team_of(self, chat: Chat) -> Team:
        """The team of a channel."""
        return self.teams[chat.team]

    def card_of(self, aad: str, post: Posted) -> Json:
        """The card as this person sees it."""
        card = post.seen.get(aad, post.card)
        if card is None:
            raise NotThere("There is no card in that message.")
        return card

    def close_channel(self, chat: Chat) -> None:
        """The channel is no more."""
        del self.team_of(chat).channels[chat.id]
        del self.chats[chat.id]

    def _open_channel(self, team: Team, id: str, name: str) -> Chat:
        team.channels[id] = name
        self.chats[id] = Chat(id, "channel", team.tenant, team=team.id)
        return self.chats[id]

    def _hash(self, *about: str) -> str:
        digest = hashlib.sha256("|".join((self.app.id, *about)).encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
