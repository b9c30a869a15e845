"""HR's pages, seen from the house: sentences to search, look at and change, and the choices. One unit of work each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.channel import Field
from bot.channels.web.office import Ahead, NotHr, Seen, Sentence
from bot.clock import Clock
from bot.fields import Reader, field_of, labels_of
from bot.moment import Moment
from bot.own_words import MOST_FOUND, example, fault, may_change, room, search
from bot.script import House, Talk, Topic
from bot.turns import choosing, own_words
from bot.words import LANGUAGES, Text, Words
from dialogs.accept import accept
from dialogs.choices import CHOICES
from dialogs.model import Ask, Raw, Rejected, Review, State, Value, View, always
from dialogs.sentence import written
from storage.records import ConversationRow, PersonRow
from storage.store import Store, Work

T = TypeVar("T")


class HrDesk:
    """What HR may ask of the house, besides talking to it."""

    def __init__(self, store: Store, words: Words, clock: Clock, house: House) -> None:
        self._store = store
        self._words = words
        self._clock = clock
        self._house = house

    async def rounds(self, person: str) -> list[tuple[str, str]]:
        """Id and name of each round."""
        return await self._do(
            person, lambda moment, hr: [(row.id, row.name) for row in moment.work.rounds.all(hr.organisation)]
        )

    async def search(self, person: str, language: str, text: str, round: str) -> tuple[list[Sentence], int]:
        """The first sentences that are found, and how many there are. Without a text: those with own words."""

        def unit(moment: Moment, hr: PersonRow) -> tuple[list[Sentence], int]:
            here = choosing.round_id(moment, hr, round or None)
            now = own_words.words_here(moment, hr, here)
            if text.strip():
                found = search(now, language, text)
            else:
                own = own_words.own(moment, hr.organisation)
                found = sorted({key for place, _, key in own if place in ("", here)})
            return [_sentence(moment, hr, here, now, key) for key in found[:MOST_FOUND]], len(found)

        return await self._do(person, unit)

    async def sentence(self, person: str, key: str, round: str) -> Sentence | None:
        """One sentence; None when it cannot be changed."""

        def unit(moment: Moment, hr: PersonRow) -> Sentence | None:
            here = choosing.round_id(moment, hr, round or None)
            known = may_change(self._words, key)
            return _sentence(moment, hr, here, own_words.words_here(moment, hr, here), key) if known else None

        return await self._do(person, unit)

    async def look(self, person: str, language: str, key: str, texts: Mapping[str, Text]) -> dict[str, Seen]:
        """How sentences by language would look; the faults in `language`."""

        def unit(moment: Moment, hr: PersonRow) -> dict[str, Seen]:
            home, today = moment.work.people.organisation(hr.organisation).name, moment.today(hr)
            seen = {}
            for spoken, text in texts.items():
                rejected = fault(self._words, key, text)
                seen[spoken] = (
                    Seen(fault=self._words.say(language, rejected.say))
                    if rejected
                    else Seen(example(self._words, spoken, key, text, today, home))
                )
            return seen

        return await self._do(person, unit)

    async def keep(self, person: str, key: str, round: str, texts: Mapping[str, Text]) -> bool:
        """Keeps sentences by language. False when one does not fit; then none is kept."""

        def unit(moment: Moment, hr: PersonRow) -> bool:
            if any(fault(self._words, key, text) for text in texts.values()):
                return False
            here = choosing.round_id(moment, hr, round or None)
            for language, text in texts.items():
                own_words.keep(moment, hr, (here, language, key), text)
            return True

        return await self._do(person, unit)

    async def back(self, person: str, key: str, round: str) -> None:
        """Vidsyn's words again for one sentence; without a key for all."""

        def unit(moment: Moment, hr: PersonRow) -> None:
            here = choosing.round_id(moment, hr, round or None)
            for place in own_words.own(moment, hr.organisation):
                if not key or (place[0], place[2]) == (here, key):
                    own_words.put_back(moment, hr, place)

        await self._do(person, unit)

    async def choices(self, person: str, language: str, round: str) -> Sequence[Field]:
        """The choices as they are, to fill in."""

        def unit(moment: Moment, hr: PersonRow) -> Sequence[Field]:
            reader = _reader(moment, hr, language, round)
            return [replace(field_of(reader, ask, {}), required=ask.required and ask.when is always) for ask in _asks()]

        return await self._do(person, unit)

    async def look_ahead(self, person: str, language: str, round: str, values: Mapping[str, Raw]) -> Ahead:
        """What would change if the choices were kept, or by field what does not fit."""

        def unit(moment: Moment, hr: PersonRow) -> Ahead:
            given, wrong = _accepted(moment, hr, language, round, values)
            if wrong:
                return Ahead(wrong=wrong)
            here = choosing.round_id(moment, hr, round or None)
            return Ahead(choosing.ahead(moment, replace(hr, language=language), here, choosing.values_of(given)))

        return await self._do(person, unit)

    async def choose(self, person: str, language: str, round: str, values: Mapping[str, Raw]) -> None:
        """Keeps the choices; nothing where one does not fit."""

        def unit(moment: Moment, hr: PersonRow) -> None:
            given, wrong = _accepted(moment, hr, language, round, values)
            if not wrong:
                here = choosing.round_id(moment, hr, round or None)
                choosing.keep(moment, hr, here, choosing.values_of(given))

        await self._do(person, unit)

    async def changes(self, person: str, language: str, round: str) -> Sequence[str]:
        """What changes when the usual choices hold again, a line for each."""

        def unit(moment: Moment, hr: PersonRow) -> Sequence[str]:
            here = choosing.round_id(moment, hr, round or None)
            return choosing.changes(moment, replace(hr, language=language), here)

        return await self._do(person, unit)

    async def usual(self, person: str, round: str) -> None:
        """The usual choices again."""
        await self._do(
            person, lambda moment, hr: choosing.to_default(moment, hr, choosing.round_id(moment, hr, round or None))
        )

    async def _do(self, person: str, unit: Callable[[Moment, PersonRow], T]) -> T:
        """Carries something out for HR. Raises NotHr."""

        def checked(work: Work) -> T:
            hr = work.people.find(person)
            if hr is None or not hr.hr or not hr.active:
                raise NotHr
            return unit(Moment(work, self._words, self._clock.now(), self._house, actor=hr.id), hr)

        return await self._store.run(checked)


def _sentence(moment: Moment, hr: PersonRow, here: str, now: Words, key: str) -> Sentence:
    product = now.product
    own = own_words.own(moment, hr.organisation)
    return Sentence(
        key=key,
        now={language: now.written(language, key) for language in LANGUAGES},
        ours={language: product.written(language, key) for language in LANGUAGES},
        own=frozenset(language for language in LANGUAGES if (here, language, key) in own),
        fills=written(sorted(product.placeholders(key))),
        room=room(product, key),
    )


def _accepted(
    moment: Moment, hr: PersonRow, language: str, round: str, values: Mapping[str, Raw]
) -> tuple[dict[str, Value], dict[str, str]]:
    """What was chosen, and by field what does not fit."""
    reader = _reader(moment, hr, language, round)
    given: dict[str, Value] = {}
    wrong: dict[str, str] = {}
    for ask in _asks():
        if not ask.when(View(given, reader.facts)):
            continue
        value = accept(ask.answer, values.get(ask.key, ""), reader.facts, labels_of(reader, ask))
        if not isinstance(value, Rejected):
            given[ask.key] = value
        elif ask.required or value.code != "required":
            wrong[ask.key] = moment.words.say(language, value.say)
    return given, wrong


def _asks() -> list[Ask]:
    """What is chosen on the page: all but the place, which stands above, and the look at the end.

    What is asked because of another choice follows it, and has to be answered only then.
    """
    asks = [ask for ask in CHOICES.asks if ask.key != "own.where" and not isinstance(ask.answer, Review)]
    because = {"round.check.reps": "choose.cleared"}
    places = {ask.key: n for n, ask in enumerate(asks)}
    return sorted(asks, key=lambda ask: places[because.get(ask.key, ask.key)])


def _reader(moment: Moment, hr: PersonRow, language: str, round: str) -> Reader:
    """The choices as they hold in a round, for a reader of the page."""
    hr = replace(hr, language=language)
    topic = Topic(hr, CHOICES.key, hr.organisation, "page")
    row = ConversationRow("", hr.id, CHOICES.key, hr.organisation, "page", {}, "open", "", "", moment.now)
    state = State(CHOICES.key, answers={"own.where": round or choosing.ALL})
    facts = choosing.facts(moment, topic)
    facts |= choosing.more(moment, Talk(topic, row, CHOICES, state, facts))
    return Reader(language, moment.words, facts, lambda ask: None)
