"""Every word the product says: loaded from dialogs/texts, checked at the start, filled in for a reader."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_decimal

from dialogs.catalogue import DIALOGS
from dialogs.model import NOTHING, Ask, Dialog, Hour, Many, One, Review, Say

LANGUAGES = ("da", "nb", "en")
LOCALES = {"da": Locale("da"), "nb": Locale("nb"), "en": Locale("en", "GB")}
DAY = {"da": "d.\u00a0MMMM", "nb": "d.\u00a0MMMM", "en": "d\u00a0MMMM"}
"""With a space that no line breaks at: on a phone "22." must not stand apart from its month."""
WEEKDAY_AND_DAY = {"da": "EEEE 'den' d.\u00a0MMMM", "nb": "EEEE d.\u00a0MMMM", "en": "EEEE d\u00a0MMMM"}
CLOCK = {"da": "HH.mm", "nb": "HH.mm", "en": "HH:mm"}
"""Bokmål as the language council has it, and as the question asks for it: 14.00."""
ROOM = {"title": 24, "opt": 75, "btn": 75}
"""Characters, from the platform with the least room."""

PLACEHOLDERS = frozenset(
    """
    name leader host coach org home_unit host_unit programme start end date deadline time n total goal sign
    quote assumption action plan request text item minutes link contact list limit least most low high
    day hour when place before after new
    """.split()
)
PLACEHOLDER = re.compile(r"( ?)\{(\w+)\}( ?)")

Text = str | Mapping[str, str]
"""A sentence, or its forms by plural name."""


class WrongWords(ValueError):
    """The texts are wrong; each line says one fault and where it is."""

    def __init__(self, faults: Iterable[str]) -> None:
        super().__init__("\n".join(faults))


@dataclass(frozen=True)
class Kind:
    """What a text is (spec section 0.2), and who can read the answer to it."""

    type: str
    visibility: str


class Words:
    """The texts by language and key."""

    def __init__(
        self,
        texts: Mapping[str, Mapping[str, Text]],
        kinds: Mapping[str, Kind],
        product: Words | None = None,
        organisation: str = "",
    ) -> None:
        self._texts = texts
        self._kinds = kinds
        self.product = product or self
        """The product's own words, where these are an organisation's."""
        self.organisation = organisation
        """Whose words they are; empty for the product's."""

    @classmethod
    def load(cls) -> Words:
        """The product's own texts. Raises WrongWords when they or the dialogs do not fit together."""
        words = cls(*read())
        words.check(DIALOGS.values())
        return words

    def with_own(self, organisation: str, own: Mapping[tuple[str, str], Text]) -> Words:
        """These words with an organisation's own, by (language, key), in front of them."""
        texts: dict[str, Mapping[str, Text]] = {}
        for language in LANGUAGES:
            changed = {key: text for (spoken, key), text in own.items() if spoken == language}
            texts[language] = ChainMap(changed, self._texts[language]) if changed else self._texts[language]  # type: ignore[arg-type]  # is read only
        return Words(texts, self._kinds, self.product, organisation)

    def check(self, dialogs: Iterable[Dialog]) -> None:
        """Raises WrongWords with all that is missing or wrong."""
        found = [*self._faults(), *(fault for dialog in dialogs for fault in self._faults_of(dialog))]
        if found:
            raise WrongWords(found)

    @property
    def keys(self) -> Iterable[str]:
        """Every key there is."""
        return self._kinds.keys()

    def has(self, key: str) -> bool:
        """True when there are words with this key."""
        return key in self._kinds

    def kind(self, key: str) -> Kind:
        """Type and visibility of a text. Raises KeyError for an unknown key."""
        return self._kinds[key]

    def text(self, language: str, key: str, values: Mapping[str, Any] = NOTHING) -> str:
        """The sentence, filled in. Raises KeyError naming the key or the value that is not there."""
        text = self._texts[language][key]
        if not isinstance(text, str):
            if "n" not in values:
                raise KeyError(f"{key} needs a value for {{n}}")
            form = LOCALES[language].plural_form(values["n"])
            text = text[form] if form in text else text["other"]
        return PLACEHOLDER.sub(lambda match: self._filled(language, key, values, match), text).strip()

    def plain(self, language: str, key: str) -> str:
        """The sentence as it is written, with its placeholders; of plural forms the general one."""
        text = self._texts[language][key]
        return text if isinstance(text, str) else text["other"]

    def written(self, language: str, key: str) -> Text:
        """The sentence as it is written, or its forms."""
        return self._texts[language][key]

    def placeholders(self, key: str) -> set[str]:
        """What is filled in when the sentence is said."""
        return placeholders_of(self._texts["en"][key])

    def say(self, language: str, say: Say) -> str:
        """The sentence a dialog says."""
        return self.text(language, say.key, say.values)

    def labels(self, language: str, ask: Ask, values: Mapping[str, Any] = NOTHING) -> Mapping[str, str]:
        """The words of a question's own options, by option; those from a fact bring theirs."""
        return {key: self.text(language, key, values) for key in _options(ask)}

    def date(self, language: str, day: datetime.date) -> str:
        """3. maj, 3. mai, 3 May, which no line breaks apart."""
        return format_date(day, DAY[language], LOCALES[language])

    def date_and_year(self, language: str, day: datetime.date) -> str:
        """3. maj 2026: a day that is not in the year at hand."""
        return f"{self.date(language, day)} {day.year}"

    def weekday_date(self, language: str, day: datetime.date) -> str:
        """søndag den 3. maj."""
        return format_date(day, WEEKDAY_AND_DAY[language], LOCALES[language])

    def time(self, language: str, at: datetime.time) -> str:
        """15.30, in English 15:30."""
        return format_time(at, CLOCK[language], locale=LOCALES[language])

    def weekday(self, language: str, number: int) -> str:
        """The name of a weekday; Monday is 0."""
        return str(LOCALES[language].days["stand-alone"]["wide"][number])

    def listing(self, language: str, items: Iterable[str]) -> str:
        """One, two and three."""
        return format_list([*items], locale=LOCALES[language])

    def _filled(self, language: str, key: str, values: Mapping[str, Any], match: re.Match[str]) -> str:
        before, name, after = match.groups()
        value = values.get(name)
        if value is None:
            raise KeyError(f"{key} needs a value for {{{name}}}")
        if isinstance(value, list | tuple):
            lines = "".join(f"\n• {self._written(language, item)}" for item in value)
            return lines + ("\n" if after else "")
        return f"{before}{self._written(language, value)}{after}"

    def _written(self, language: str, value: Any) -> str:
        locale = LOCALES[language]
        match value:
            case str():
                return value
            case Say():
                return self.say(language, value)
            case datetime.date():
                return self.date(language, value)
            case datetime.time():
                return self.time(language, value)
            case int() | float():
                return format_decimal(value, locale=locale)
        raise TypeError(f"There is no way to write {type(value).__name__} in a sentence.")

    def _faults(self) -> Iterator[str]:
        for key, kind in self._kinds.items():
            missing = [language for language in LANGUAGES if key not in self._texts[language]]
            if missing:
                yield f"{key} has no words in {', '.join(missing)}."
                continue
            wanted = placeholders_of(self._texts["en"][key])
            for name in sorted(wanted - PLACEHOLDERS):
                yield f"{key} has a placeholder nobody fills: {{{name}}}."
            for language in LANGUAGES:
                text = self._texts[language][key]
                if placeholders_of(text) != wanted:
                    yield f"{key} has other placeholders in {language} than in en."
                room = ROOM.get(kind.type)
                if room and max(map(len, forms_of(text))) > room:
                    yield f"{key} is too long in {language}: a {kind.type} has room for {room} characters."
        for language in LANGUAGES:
            for key in self._texts[language]:
                if key not in self._kinds:
                    yield f"{key} has words in {language}, but no type and visibility in en."

    def _faults_of(self, dialog: Dialog) -> Iterator[str]:
        for key in (dialog.title, *dialog.intro, *dialog.outro):
            if key not in self._kinds:
                yield f"Dialog {dialog.key} says {key}, which has no words."
        for ask in dialog.asks:
            kind = self._kinds.get(ask.words)
            if kind is None:
                yield f"Dialog {dialog.key} asks {ask.words}, which has no words."
            elif kind.visibility != ask.visibility:
                yield (
                    f"Dialog {dialog.key} asks {ask.key} with visibility {ask.visibility}, "
                    f"but its words are for {kind.visibility}."
                )
            for key in (*_options(ask), *ask.says, *ask.hints, *_named(ask)):
                if key not in self._kinds:
                    yield f"Question {ask.key} of dialog {dialog.key} uses {key}, which has no words."


def read() -> tuple[dict[str, dict[str, Text]], dict[str, Kind]]:
    """The text files. The English one carries type and visibility beside the words."""
    tables = {
        language: tomllib.loads(files("dialogs").joinpath(f"texts/{language}.toml").read_text("utf-8"))
        for language in LANGUAGES
    }
    kinds = {key: Kind(row["type"], row["vis"]) for key, row in tables["en"].items()}
    return {language: {key: _text(row) for key, row in rows.items()} for language, rows in tables.items()}, kinds


def _text(row: str | Mapping[str, str]) -> Text:
    if isinstance(row, str):
        return row
    return row["text"] if "text" in row else {form: row[form] for form in row if form not in ("type", "vis")}


def forms_of(text: Text) -> list[str]:
    """The one way a sentence is written, or all its forms."""
    return [text] if isinstance(text, str) else [*text.values()]


def placeholders_of(text: Text) -> set[str]:
    """The names of what is filled in."""
    return {name for form in forms_of(text) for _, name, _ in PLACEHOLDER.findall(form)}


def _options(ask: Ask) -> tuple[str, ...]:
    match ask.answer:
        case One(options=options) | Many(options=options) | Hour(options=options):
            return options
        case Review(button=button):
            return (button,)
    return ()


def _named(ask: Ask) -> list[str]:
    """The other sentences a question names. A starter without a dot is a fact."""
    starter = ask.starter if "." in ask.starter else ""
    return [key for key in (ask.refusal, ask.reflect, ask.reflect_short, starter) if key]
