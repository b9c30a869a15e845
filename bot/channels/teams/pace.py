"""How fast we go (T12): below Teams' limits of a conversation and of a tenant, and not at all while Teams says wait."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.channel import Hold
from bot.channels.line import Line, Now, Pause
from bot.channels.teams.calls import Answer, Fate

PATIENCE = 4.0
"""Seconds that a message waits in a line. With those for the token and the call it stays within delivery's twenty."""

WINDOWS = ((7, 1.0), (8, 2.0), (60, 30.0), (1800, 3600.0))
"""At most so many calls in so many seconds, in one conversation: Microsoft's own numbers."""

MARGIN = 0.1
"""Seconds more for each of them: a call may arrive quicker than the one before."""

ABREAST = 48
"""Messages of a tenant on their way at once: fewer than go while one waits in line."""

GAP = 1 / 27
"""Seconds between two calls in a tenant. Teams allows 30 in a second; answers and looking up go beside the line."""

JITTER = 0.2
"""Up to this part more of everything that is waited, by chance: so that not all come back at once."""

CAREFUL = 2.0
"""Seconds between two calls to a Teams that is ill: most often the answer comes before the next one goes."""

SHORTEST, LONGEST = 5.0, 300.0
"""Seconds to wait after a failure that does not say how long, and at most after many in a row."""

FEW = 1000
"""Conversations are not looked through for idle ones before there are so many."""

ALL = ""
"""What a hold is about that is about all conversations of a tenant."""

_ILL = frozenset({Fate.BUSY, Fate.NOT_SENT, Fate.LOST, Fate.LOCKED_OUT})


@dataclass
class _Place:
    """One conversation: when the last calls went, until when nobody goes, and how often in a row that was said."""

    times: deque[float] = field(default_factory=lambda: deque(maxlen=max(most for most, _ in WINDOWS)))
    held_until: float = float("-inf")
    refusals: int = 0

    def free_at(self) -> float:
        """When the next may go."""
        full = (self.times[-most] + within + MARGIN for most, within in WINDOWS if len(self.times) >= most)
        return max([self.held_until, *full])

    def is_idle(self, now: float) -> bool:
        """Whether nothing of it matters any more."""
        longest = WINDOWS[-1][1] + MARGIN
        return now >= self.held_until and (not self.times or now - self.times[-1] >= longest)


@dataclass
class _Tenant:
    line: Line
    troubles: int = 0


class Pace:
    """The lines of one process. `now` counts seconds, `pause` waits for some, `random` is between 0 and 1."""

    def __init__(self, now: Now, pause: Pause, random: Callable[[], float], patience: float = PATIENCE) -> None:
        self.now = now
        self._pause = pause
        self._random = random
        self._patience = patience
        self._tenants: dict[str, _Tenant] = {}
        self._places: dict[tuple[str, str], _Place] = {}
        self._look_at = FEW
        self._asked: set[tuple[str, str]] = set()

    def queue(self, tenant: str, id: str, *, urgent: bool = False) -> None:
        """Gives the message `id` the next place in the tenant's line, an `urgent` one before the others.

        One that has a place keeps it.
        """
        self._tenant(tenant).line.queue(id, urgent=urgent)

    def leave(self, tenant: str, id: str) -> None:
        """The message has gone, or never will."""
        self._tenant(tenant).line.leave(id)

    async def turn(self, tenant: str, place: str, id: str, until: float) -> float:
        """Waits until `id` may go, which counts as a call: 0. Seconds to come back after when it is not by `until`."""
        line, conversation = self._tenant(tenant).line, self._place(tenant, place)
        if (left := conversation.free_at() - self.now()) > 0:
            if self.now() + left > until:
                line.leave(id)  # others need not wait for it
                return left
            await self._pause(left)
        wait = await line.turn(id, until)
        if not wait:
            self._place(tenant, place).times.append(self.now())
        return wait

    async def next_part(self, tenant: str, place: str) -> None:
        """Waits until the conversation has room for the next part of a message that has had its turn."""
        conversation = self._place(tenant, place)
        while (left := conversation.free_at() - self.now()) > 0:
            await self._pause(left)
        conversation.times.append(self.now())

    def is_ill(self, tenant: str) -> bool:
        """Whether the last calls for this tenant failed."""
        return self._tenant(tenant).troubles > 0

    def wait(self, tenant: str, place: str) -> float:
        """Seconds until anybody may call there again."""
        return max(self._held(tenant, ALL), self._held(tenant, place))

    def heard(self) -> list[Hold]:
        """What holds by now that did not the last time: by tenant, and conversation or ALL."""
        asked, self._asked = sorted(self._asked), set()
        return [Hold(tenant, place, self._held(tenant, place)) for tenant, place in asked]

    def obey(self, hold: Hold) -> None:
        """Nobody goes before: Teams said so to another process."""
        if hold.what == ALL:
            self._tenant(hold.tenant).line.hold(hold.seconds)
            return
        conversation = self._place(hold.tenant, hold.what)
        conversation.held_until = max(conversation.held_until, self.now() + hold.seconds)

    def learn(self, tenant: str, place: str, answer: Answer) -> None:
        """What an answer says about going on."""
        conversation, now = self._place(tenant, place), self.now()
        if conversation.times:
            # Teams counts from when it took the last one, which was on its way until now.
            conversation.times[-1] = now
        if answer.fate is Fate.LIMITED or answer.status == 412:
            self._hold(tenant, place, answer)
        elif answer.fate in _ILL:
            self._trouble(tenant)
        else:
            conversation.refusals = 0
            if answer.fate is Fate.DONE:
                self.well(tenant)

    def well(self, tenant: str) -> None:
        """Teams does its work for this tenant."""
        found = self._tenant(tenant)
        if found.troubles:
            found.troubles = 0
            found.line.free()

    def _hold(self, tenant: str, place: str, answer: Answer) -> None:
        """It does not say whether the conversation or the tenant has had enough. Two conversations at once: both."""
        conversation = self._place(tenant, place)
        conversation.refusals += 1
        seconds = self._jittered(answer.after or _growing(conversation.refusals))
        now = self.now()
        others = (one for (whose, _), one in self._places.items() if whose == tenant and one is not conversation)
        if answer.fate is Fate.LIMITED and any(one.held_until > now for one in others):
            self._say(Hold(tenant, ALL, seconds))
        self._say(Hold(tenant, place, seconds))

    def _trouble(self, tenant: str) -> None:
        found = self._tenant(tenant)
        if not found.line.held():  # calls that were on their way together fail together
            found.troubles += 1
            self._say(Hold(tenant, ALL, self._jittered(_growing(found.troubles))))

    def _held(self, tenant: str, what: str) -> float:
        """Seconds."""
        if what == ALL:
            return self._tenant(tenant).line.held()
        return max(self._place(tenant, what).held_until - self.now(), 0.0)

    def _say(self, hold: Hold) -> None:
        self._asked.add((hold.tenant, hold.what))
        self.obey(hold)

    def _jittered(self, seconds: float) -> float:
        return seconds * (1 + JITTER * self._random())

    def _tenant(self, tenant: str) -> _Tenant:
        found = self._tenants.get(tenant)
        if found is None:

            def gap() -> float:
                return CAREFUL if self.is_ill(tenant) else self._jittered(GAP)

            line = Line(self.now, self._pause, gap, GAP * (1 + JITTER / 2), self._patience / 2)
            found = self._tenants[tenant] = _Tenant(line)
        return found

    def _place(self, tenant: str, place: str) -> _Place:
        found = self._places.get((tenant, place))
        if found is None:
            if len(self._places) >= self._look_at:
                now = self.now()
                self._places = {key: one for key, one in self._places.items() if not one.is_idle(now)}
                self._look_at = max(FEW, 2 * len(self._places))
            found = self._places[tenant, place] = _Place()
        return found


def _growing(times: int) -> float:
    """Seconds to wait when it went wrong so many times in a row."""
    return min(SHORTEST * 2.0 ** (min(times, 20) - 1), LONGEST)
