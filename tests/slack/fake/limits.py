"""How much Slack takes in a minute: for each method and workspace, and a message a second in each channel."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

PER_MINUTE = {
    "chat.postMessage": 300,
    "chat.update": 50,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "views.open": 100,
    "views.push": 100,
    "views.update": 100,
    "views.publish": 100,
    "users.info": 100,
    "users.profile.get": 100,
    "team.profile.get": 50,
    "team.info": 50,
    "conversations.history": 50,
    "conversations.open": 50,
    "conversations.info": 50,
    "conversations.members": 100,
    "users.conversations": 20,
    "files.getUploadURLExternal": 20,
    "files.completeUploadExternal": 20,
    "auth.test": 200,
    "apps.connections.open": 10,
    "oauth.v2.access": 600,
}
# Requests that left a second apart may arrive a little closer.
_JITTER = timedelta(milliseconds=100)


class Exceeded(Exception):
    """Too much; `wait` is the number of seconds until there is room again."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"Too much; room in {wait} seconds.")
        self.wait = wait


@dataclass
class Limits:
    """No window of its length ever holds more than the limit. What is refused does not count."""

    per_minute: dict[str, int] = field(default_factory=lambda: dict(PER_MINUTE))
    seconds_between_posts: float = 1.0
    off: bool = False
    _taken: dict[tuple[str, str], deque[datetime]] = field(default_factory=lambda: defaultdict(deque))

    def take(self, method: str, team: str, now: datetime) -> None:
        """One call of a method in a workspace, or Exceeded."""
        self._take((method, team), now, self.per_minute.get(method, 50), timedelta(minutes=1))

    def post(self, channel: str, now: datetime) -> None:
        """One message into a channel, or Exceeded."""
        self._take(("post", channel), now, 1, timedelta(seconds=self.seconds_between_posts))

    def _take(self, key: tuple[str, str], now: datetime, most: int, span: timedelta) -> None:
        if self.off:
            return
        taken = self._taken[key]
        while taken and now - taken[0] >= span - _JITTER:
            taken.popleft()
        if len(taken) >= most:
            raise Exceeded(max(1, math.ceil((taken[0] + span - now).total_seconds())))
        taken.append(now)
