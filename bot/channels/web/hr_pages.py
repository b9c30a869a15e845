"""HR's pages in the playground: sentences in the organisation's own words, and its choices. Plain forms, no script."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode
from zlib import crc32

from aiohttp import web

from bot.channel import Field
from bot.channels.web.answers import html
from bot.channels.web.asked import SLOWEST
from bot.channels.web.desk import LANGUAGES
from bot.channels.web.doors import MOST_BYTES
from bot.channels.web.draw import Look, control
from bot.channels.web.office import NotHr, Office, Seen, Sentence, Text
from bot.channels.web.view import House, Reader, link, say
from dialogs.model import Raw

Given = Mapping[str, list[str]]
"""What a form sent, by the name of the field."""

TOLD = {
    "kept": "own.kept",
    "same": "own.same",
    "undone": "own.undone",
    "all": "own.all.done",
    "chosen": "choose.kept",
    "unchanged": "choose.same",
    "usual": "choose.defaulted",
}
"""What a page says when it comes back from a change, by the mark in its address."""


class HrPages:
    """The routes. Whoever is not HR gets a sentence."""

    def __init__(self, house: House, office: Office) -> None:
        self._house = house
        self._office = office

    def routes(self, app: web.Application) -> None:
        """Mounts them."""
        app.router.add_get("/words", self.words)
        app.router.add_post("/words", self.change)
        app.router.add_get("/choices", self.choices)
        app.router.add_post("/choices", self.choose)

    # Sentences

    async def words(self, request: web.Request) -> web.Response:
        """What is searched for, or one sentence to change."""
        reader = await self._reader(request)
        key = request.query.get("key", "")
        return await self._words(request, reader, key)

    async def change(self, request: web.Request) -> web.Response:
        """Shows how a sentence would look, keeps it, or goes back to Vidsyn's."""
        reader, given = await self._reader(request), await _form(request)
        key, what = request.query.get("key", ""), _one(given, "do")
        here = _one(given, "round") or request.query.get("round", "")
        if what == "ask_back":
            return await self._words(request, reader, "", sure=True)
        if what in ("back", "all_back"):
            await self._asking(reader, self._office.back(reader.person.id, key if what == "back" else "", here))
            raise _see(request, reader, "words", told="undone" if what == "back" else "all", round=here)
        sentence = await self._asking(reader, self._office.sentence(reader.person.id, key, here))
        if sentence is None:
            raise web.HTTPNotFound(text=self._house.words.text(reader.language, "own.unknown", {}))
        texts = {language: _text(given, language, sentence.ours[language]) for language in LANGUAGES}
        changed = {language: text for language, text in texts.items() if text != _plain(sentence.now[language])}
        if not changed:
            raise _see(request, reader, "words", told="same", key=key, round=here)
        looks = await self._office.look(reader.person.id, reader.language, key, changed)
        mark = "" if any(it.fault for it in looks.values()) else _mark(texts)
        if what == "keep" and mark and mark == _one(given, "seen"):
            await self._office.keep(reader.person.id, key, here, changed)
            raise _see(request, reader, "words", told="kept", key=key, round=here)
        return await self._words(request, reader, key, texts=texts, looks=looks, mark=mark, here=here)

    async def _words(
        self,
        request: web.Request,
        reader: Reader,
        key: str,
        *,
        texts: Mapping[str, Text] | None = None,
        looks: Mapping[str, Seen] | None = None,
        mark: str = "",
        here: str = "",
        sure: bool = False,
    ) -> web.Response:
        search, me = request.query.get("search", "")[:100], reader.person.id
        here = here or request.query.get("round", "")
        rounds = await self._asking(reader, self._office.rounds(me))
        one = await self._office.sentence(me, key, here) if key else None
        found, total = await self._office.search(me, reader.language, search, here) if one is None else ([], 0)
        return self._page(
            "office_words.html",
            request,
            reader,
            "own.title",
            here,
            rounds=rounds,
            round=here,
            search=search,
            one=one,
            fields=_fields(one, texts),
            seen={language: (looks or {}).get(language, Seen()) for language in LANGUAGES},
            mark=mark,
            found=found,
            total=total,
            sure=sure,
            languages=LANGUAGES,
            told=TOLD.get(_told(request), ""),
        )

    # Choices

    async def choices(self, request: web.Request) -> web.Response:
        """The choices as they hold."""
        return await self._choices(request, await self._reader(request))

    async def choose(self, request: web.Request) -> web.Response:
        """Keeps the choices, or goes back to the usual ones, each once it is said what that changes."""
        reader, given = await self._reader(request), await _form(request)
        here, me = _one(given, "round"), reader.person.id
        if _one(given, "do") == "ask_usual":
            changes = await self._asking(reader, self._office.changes(me, reader.language, here))
            return await self._choices(request, reader, here=here, changes=changes)
        if _one(given, "do") == "usual":
            before = await self._asking(reader, self._office.choices(me, reader.language, here))
            await self._asking(reader, self._office.usual(me, here))
            return await self._choices(request, reader, here=here, told="usual", before=_chosen(before))
        values: dict[str, Raw] = {name: each if len(each) > 1 else each[0] for name, each in given.items()}
        ahead = await self._asking(reader, self._office.look_ahead(me, reader.language, here, values))
        if not ahead.wrong and not ahead.changes:
            raise _see(request, reader, "choices", told="unchanged", round=here)
        mark = "" if ahead.wrong else _mark({"": "\n".join(ahead.changes)})
        if _one(given, "do") == "keep" and mark and mark == _one(given, "seen"):
            await self._office.choose(me, reader.language, here, values)
            raise _see(request, reader, "choices", told="chosen", round=here)
        look = Look("c", errors=ahead.wrong, given=values)
        return await self._choices(request, reader, look, here, ahead=ahead.changes, mark=mark)

    async def _choices(
        self,
        request: web.Request,
        reader: Reader,
        look: Look | None = None,
        here: str = "",
        changes: Sequence[str] | None = None,
        ahead: Sequence[str] = (),
        mark: str = "",
        told: str = "",
        before: Sequence[tuple[str, str]] = (),
    ) -> web.Response:
        here, me = here or request.query.get("round", ""), reader.person.id
        fields = await self._asking(reader, self._office.choices(me, reader.language, here))
        controls = [control(field, look or Look("c"), n) for n, field in enumerate(fields)]
        rounds = await self._office.rounds(me)
        return self._page(
            "office_choices.html",
            request,
            reader,
            "choose.title",
            here,
            rounds=rounds,
            round=here,
            controls=controls,
            changes=changes,
            ahead=ahead,
            mark=mark,
            told=TOLD.get(told or _told(request), ""),
            before=before,
        )

    # What they share

    async def _reader(self, request: web.Request) -> Reader:
        person = await self._house.person(request.query.get("person", ""))
        if person is None:
            raise web.HTTPNotFound(text="There is nobody with this id.")
        return Reader(person, await self._house.language(person))

    async def _asking(self, reader: Reader, question: Any) -> Any:
        """The answer, or the refusal for somebody who is not HR."""
        try:
            return await question
        except NotHr:
            refused = self._house.words.text(reader.language, "only_hr", {})
            raise web.HTTPForbidden(text=refused) from None

    def _page(
        self, template: str, request: web.Request, reader: Reader, title: str, here: str, **values: Any
    ) -> web.Response:
        def at(page: str, **query: str) -> str:
            return _address(self._house.base, reader.person.id, page, {"round": here, **query})

        drawn = self._house.templates.get_template(template).render(
            say=say(self._house, reader.language),
            language=reader.language,
            person=reader.person,
            here=None,
            title=title,
            chat=link(reader.person.id),
            at=at,
            **values,
        )
        return html(drawn)


def _address(base: str, person: str, page: str, query: Mapping[str, str]) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{base}/{page}?person={quote(person, safe='')}" + (f"&{urlencode(given)}" if given else "")


def _see(request: web.Request, reader: Reader, page: str, **query: str) -> web.HTTPSeeOther:
    """Goes on to a page that can be loaded again without a second effect."""
    base = request.path.rpartition("/")[0]
    return web.HTTPSeeOther(_address(base, reader.person.id, page, query))


async def _form(request: web.Request) -> Given:
    """The form that was sent. Raises the HTTP refusal that fits."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType(text="The body is no form.")
    if (request.content_length or 0) > MOST_BYTES:
        raise web.HTTPRequestEntityTooLarge(MOST_BYTES, text="The body is too large.")
    try:
        async with asyncio.timeout(SLOWEST):
            sent = await request.post()
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="The body took too long.") from None
    except (UnicodeDecodeError, ValueError):
        raise web.HTTPBadRequest(text="The body is not what this address expects.") from None
    return {name: [str(value) for value in sent.getall(name)] for name in sent}


def _told(request: web.Request) -> str:
    """The mark of what the page was come back to from."""
    return request.query.get("told", "") if request.method == "GET" else ""


def _chosen(fields: Sequence[Field]) -> list[tuple[str, str]]:
    """What a form sends that is as these fields are. What was asked of the representatives is as it was answered."""
    sent = [(field.key, value) for field in fields for value in (field.chosen or (field.value,)) if value]
    return [*sent, *([("round.check.reps", "yes")] if any(key == "choose.cleared" for key, _ in sent) else [])]


def _one(given: Given, name: str) -> str:
    return given.get(name, [""])[0]


def _text(given: Given, language: str, ours: Text) -> Text:
    """What was written in a language, in the forms that the sentence has."""
    if isinstance(ours, str):
        return _tidy(_one(given, f"text-{language}"))
    return {form: _tidy(_one(given, f"text-{language}-{form}")) for form in ours}


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _plain(text: Text) -> Text:
    return text if isinstance(text, str) else dict(text)


def _fields(one: Sentence | None, texts: Mapping[str, Text] | None) -> dict[str, dict[str, str]]:
    """The fields of a sentence by language and form; one without forms has none to name."""
    if one is None:
        return {}
    shown = texts or one.now
    made = {}
    for language in LANGUAGES:
        text, ours = shown[language], one.ours[language]
        if isinstance(ours, str):
            made[language] = {"": text if isinstance(text, str) else text["other"]}
        else:
            made[language] = dict.fromkeys(ours, text) if isinstance(text, str) else {**text}
    return made


def _mark(texts: Mapping[str, Text]) -> str:
    """Names what was looked at, so that nothing else is kept."""
    return f"{crc32(repr(sorted(texts.items())).encode()):08x}"
