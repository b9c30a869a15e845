"""A made-up tenant as the Agents Playground knows it: who works there, its team and channel, and who sits where."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass, field

TENANT = "5d0c9f4e-62a5-4c3b-9a37-0f6f1c1e7a01"
BOT = "28:5d0c9f4e-62a5-4c3b-9a37-0f6f1c1e7a02"
GROUP = "5d0c9f4e-62a5-4c3b-9a37-0f6f1c1e7a03"
TEAM = "19:team@thread.tacv2"
CHANNEL = "19:jobbytte@thread.tacv2"
CHANNEL_NAME = "Jobbytte"
TEAM_NAME = "Kommunen"


@dataclass(frozen=True)
class Person:
    """Somebody of the tenant: `aad` is the directory's id of them, `user` the one that Teams gives them."""

    name: str
    aad: str

    @property
    def user(self) -> str:
        return f"29:{self.name.split()[0].lower()}"

    @property
    def chat(self) -> str:
        """The conversation they have with the bot."""
        return f"a:{self.name.split()[0].lower()}"

    def _listed(self) -> dict[str, str]:
        given, surname = self.name.split()
        mail = f"{given.lower()}@example.com"
        return {
            "id": self.user,
            "aadObjectId": self.aad,
            "name": self.name,
            "givenName": given,
            "surname": surname,
            "email": mail,
            "userPrincipleName": mail,  # spelled as the client wants it
        }


HANNE = Person("Hanne Holm", "5d0c9f4e-62a5-4c3b-9a37-0f6f1c1e7b01")
EMIL = Person("Emil Eriksen", "5d0c9f4e-62a5-4c3b-9a37-0f6f1c1e7b02")
LONE = Person("Lone Lund", "5d0c9f4e-62a5-4c3b-9a37-0f6f1c1e7b03")
VERA = Person("Vera Vang", "5d0c9f4e-62a5-4c3b-9a37-0f6f1c1e7b04")
OTHERS = (
    Person("Bo Berg", "5d0c9f4e-62a5-4c3b-9a37-0f6f1c1e7b05"),
    Person("Ida Iversen", "5d0c9f4e-62a5-4c3b-9a37-0f6f1c1e7b06"),
)
EVERYBODY = (HANNE, EMIL, LONE, VERA, *OTHERS)  # whoever sits there and five more: the client wants exactly that


def free_port() -> int:
    """A port of this machine that nobody listens on just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@dataclass(frozen=True)
class Seat:
    """A client that is not started yet. A bot is told of `host` before it starts: it may send messages there."""

    person: Person
    port: int = field(default_factory=free_port)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"http://{self.host}"

    @property
    def service(self) -> str:
        """The serviceUrl of what is done here."""
        return f"{self.address}/_connector"

    @property
    def config(self) -> str:
        """The text of .m365agentsplayground.yml; JSON is YAML."""
        return json.dumps(
            {
                "version": "0.1.1",
                "tenantId": TENANT,
                "bot": {"id": BOT, "name": "Vidsyn"},
                "currentUser": self.person._listed(),
                "users": [other._listed() for other in EVERYBODY if other != self.person],
                "personalChat": {"id": self.person.chat},
                "groupChat": {"id": "19:group@thread.v2", "name": "Gruppe"},
                "team": {
                    "id": TEAM,
                    "name": TEAM_NAME,
                    "aadGroupId": GROUP,
                    "channels": [{"id": CHANNEL, "name": CHANNEL_NAME}],
                },
            }
        )
