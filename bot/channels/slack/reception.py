"""Takes what was heard to the conversation, and shows the answer where it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from bot.channel import Field, NotReached, Reply
from bot.channels.pace import Pace
from bot.channels.reception import LATER, MOST, TOO_FAST, WHOLE, WITHIN, Language, People, Receives
from bot.channels.slack.answers import Pen, Whispers
from bot.channels.slack.people import STRANGER
from bot.channels.slack.read import Heard
from bot.channels.slack.showing import Showing
from bot.words import Words

NO_COLLEAGUE = "slack.no_colleague"


class Reception:
    """One for all workspaces."""

    def __init__(
        self,
        conversation: Receives,
        people: People,
        words: Words,
        language: Language,
        showing: Showing,
        most: int = MOST,
    ) -> None:
        self._conversation = conversation
        self._people = people
        self._words = words
        self._language = language
        self._showing = showing
        self._pace = Pace(most, WITHIN)
        self._told = Pace(1, WITHIN)

    async def hear(self, heard: Heard) -> None:
        """Somebody wrote or came. It is on disk when this returns, and is answered a little later."""
        refused = await self._refused(heard)
        if refused is None:
            await self._conversation.accept(heard.incoming)
        elif refused and heard.incoming.kind != "arrive":
            self._showing.then(heard.where, Whispers(refused))

    async def receive(self, heard: Heard, *, sent: bool = False) -> Reply | None:
        """Somebody pressed, gave a command or `sent` a form. Carried out when this returns; None: nothing to show."""
        refused = await self._refused(heard, again=sent)
        if refused is not None:
            return _refusal(heard, refused, sent)
        try:
            known = {key: await self._people.person_of(heard.where.tenant, user) for key, user in heard.users.items()}
        except NotReached:
            return _refusal(heard, self._words.text(await self._spoken(heard), LATER), sent)
        if sent and (nobody := [key for key, person in known.items() if not person]):
            return Reply(errors=dict.fromkeys(nobody, self._words.text(await self._spoken(heard), NO_COLLEAGUE)))
        incoming = replace(heard.incoming, values={**heard.incoming.values, **known})
        return await self._conversation.receive(incoming)

    async def pen(self, heard: Heard, reply: Reply) -> Pen:
        """What the answer is drawn with."""
        language = reply.shows[0].language if reply.shows else await self._spoken(heard)
        people = {id for it in reply.shows for field in it.fields if field.kind == "person" for id in _chosen(field)}
        members = await self._people.members(heard.where.tenant, sorted(people)) if people else {}
        return Pen(partial(self._words.text, language), members)

    async def _refused(self, heard: Heard, *, again: bool = False) -> str | None:
        """Why not, as a sentence; "" when it was said already, and shall not be said `again`. None: come in."""
        sender, key = heard.incoming.sender, None
        if self._pace.too_fast(_who(heard), heard.incoming.event):
            key = TOO_FAST
        elif heard.stranger and not await self._people.person_of(sender.tenant, sender.place):
            # No bot of ours could write to them where they are from, so it is said here.
            key = STRANGER
        if key is None:
            return None
        if heard.incoming.kind == "arrive":
            return ""
        if self._told.too_fast(_who(heard)) and not again:
            return ""
        return self._words.text(await self._spoken(heard), key)

    async def _spoken(self, heard: Heard) -> str:
        return await self._language(heard.incoming.sender.tenant, heard.incoming.sender.place)


def _refusal(heard: Heard, sentence: str, sent: bool) -> Reply | None:
    """A form keeps what was typed in it; elsewhere a sentence says it."""
    if sent:
        return Reply(errors={WHOLE: sentence})
    in_form = heard.where.view and not heard.where.home
    return Reply(note=sentence) if sentence and not in_form else None


def _chosen(field: Field) -> Iterator[str]:
    yield from filter(None, (*field.chosen, field.value))


def _who(heard: Heard) -> str:
    return f"{heard.incoming.sender.tenant}:{heard.incoming.sender.place}"
