"""Numbers, dates and times as people type them in Danish, Bokmål and English. Linear in the text."""

from __future__ import annotations

import re
from datetime import date, timedelta

WORD = re.compile(r"[^\W_]+")
LONGEST = 60
"""Characters; nobody needs more to say a date or a time."""

NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "nul null zero",
            "en et én ét ett one",
            "to two",
            "tre three",
            "fire four",
            "fem five",
            "seks six",
            "syv sju seven",
            "otte åtte eight",
            "ni nine",
            "ti ten",
            "elleve eleven",
            "tolv twelve",
        )
    )
    for word in words.split()
}
MONTHS = (
    "januar january",
    "februar february",
    "marts mars march",
    "april",
    "maj mai may",
    "juni june",
    "juli july",
    "august",
    "september",
    "oktober october",
    "november",
    "december desember",
)
WEEKDAYS = (
    "mandag monday",
    "tirsdag tuesday",
    "onsdag wednesday",
    "torsdag thursday",
    "fredag friday",
    "lørdag saturday",
    "søndag sunday",
)
NEARBY = {
    "i dag": 0,
    "idag": 0,
    "today": 0,
    "i morgen": 1,
    "imorgen": 1,
    "tomorrow": 1,
    "i overmorgen": 2,
    "overmorgen": 2,
    "i overimorgen": 2,
    "overimorgen": 2,
    "day after tomorrow": 2,
    "i går": -1,
    "igår": -1,
    "yesterday": -1,
}
UNITS = dict.fromkeys(("dag", "dage", "dager", "day", "days"), 1) | dict.fromkeys(
    ("uge", "uger", "uke", "uker", "week", "weeks"), 7
)
BEFORE_A_DATE = {"d", "den", "the", "of", "på", "on"}
BEFORE_A_TIME = {"kl", "klokken", "klokka", "klokkken", "at", "ca", "cirka", "min", "minutter", "minutes"}
ORDINAL = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?")


def fold(text: str) -> str:
    """The words of a text in lower case with single spaces: what two spellings of the same have in common."""
    return " ".join(WORD.findall(text.casefold()))


def number(text: str) -> int | None:
    """7 from "7", "syv" or "7 av 10"; nothing else is a number."""
    words = text.casefold().strip(" .!").replace("/", " / ").split()
    if len(words) in (3, 4) and words[-2] in ("af", "av", "of", "/") and words[-1].isdigit():
        words = words[:1]
    if len(words) != 1:
        return None
    if re.fullmatch(r"[0-9]{1,4}", words[0]):
        return int(words[0])
    return NUMBERS.get(words[0])


def day(text: str, today: date) -> date | None:
    """A typed date; without a year it is the next from today on; a weekday is the next after today."""
    if len(text) > LONGEST:
        return None
    words = [word for word in WORD.findall(text.casefold()) if word not in BEFORE_A_DATE]
    if not words:
        return None
    try:
        return _nearby(words, today) or _on_weekday(words, today) or _calendar(words, today)
    except (ValueError, OverflowError):
        return None


def _nearby(words: list[str], today: date) -> date | None:
    """i morgen, om tre dage, in two weeks"""
    away = NEARBY.get(" ".join(words))
    if away is None and len(words) == 3 and words[0] in ("om", "in") and words[2] in UNITS:
        count = number(words[1])
        away = None if count is None else count * UNITS[words[2]]
    return None if away is None else today + timedelta(days=away)


def _on_weekday(words: list[str], today: date) -> date | None:
    """fredag, or fredag den 3. maj when that is a Friday"""
    weekday = _named(words[0], WEEKDAYS)
    if weekday is None:
        return None
    if len(words) == 1:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    found = _calendar(words[1:], today)
    return found if found and found.weekday() == weekday else None


def _calendar(words: list[str], today: date) -> date | None:
    """3.5, 3/5/26, 2026-05-03, 3. maj, May 4"""
    if len(words) not in (2, 3):
        return None
    if len(words) == 3 and re.fullmatch(r"[0-9]{4}", words[0]):
        words = words[::-1]
    if _named(words[0], MONTHS) is not None:
        words = [words[1], words[0], *words[2:]]
    of_month = ORDINAL.fullmatch(words[0])
    month = _month(words[1])
    if of_month is None or month is None:
        return None
    if len(words) == 3:
        return _with_year(words[2], month, int(of_month[1]))
    this_year = date(today.year, month, int(of_month[1]))
    return this_year if this_year >= today else this_year.replace(year=today.year + 1)


def _month(word: str) -> int | None:
    if re.fullmatch(r"[0-9]{1,2}", word):
        return int(word)
    named = _named(word, MONTHS)
    return None if named is None else named + 1


def _with_year(year: str, month: int, of_month: int) -> date | None:
    if not re.fullmatch(r"20[0-9]{2}|[0-9]{2}", year):
        return None
    return date(2000 + int(year) % 100, month, of_month)


def _named(word: str, names: tuple[str, ...]) -> int | None:
    """The place of the name that begins with the word; three letters are enough."""
    if len(word) < 3:
        return None
    return next((i for i, name in enumerate(names) if any(n.startswith(word) for n in name.split())), None)


def hour(text: str) -> str | None:
    """A typed time as "HH:MM". An hour from one to six without minutes is in the afternoon."""
    if len(text) > LONGEST:
        return None
    text = text.casefold().replace("o'clock", "").strip(" .!")
    words = [word for word in re.findall(r"[0-9]+[.:][0-9]+|[0-9]+|[^\W\d_]+", text) if word not in BEFORE_A_TIME]
    half = {"am": 0, "pm": 12}.get(words[-1]) if words else None
    if half is not None:
        words = words[:-1]
    minutes = _clock(words) if half is None else _clock(words, afternoon=False)
    if minutes is None:
        return None
    if half is not None:
        minutes = minutes % 720 + half * 60
    return f"{minutes // 60:02}:{minutes % 60:02}" if 0 <= minutes < 24 * 60 else None


def _clock(words: list[str], afternoon: bool = True) -> int | None:
    """Minutes since midnight."""
    if len(words) != 1:
        spoken = _spoken(words)
        return None if spoken is None else _later(spoken, afternoon)
    digits = re.fullmatch(r"([0-9]{1,2})[.:]?([0-9]{2})", words[0])
    if digits:
        return int(digits[1]) * 60 + int(digits[2]) if int(digits[2]) < 60 else None
    whole = number(words[0])
    if whole is None or len(words[0]) > 6:
        return None
    return _later(whole * 60, afternoon and not words[0].startswith("0"))


def _later(minutes: int, afternoon: bool) -> int:
    return minutes + 720 if afternoon and 60 <= minutes < 7 * 60 else minutes


def _spoken(words: list[str]) -> int | None:
    """halv fire, kvart over tre, fem i halv fire, half past three"""
    if not words or (whole := number(words[-1])) is None or not 1 <= whole <= 24:
        return None
    base, rest = whole * 60, words[:-1]
    if rest[-1:] == ["halv"]:
        base, rest = base - 30, rest[:-1]
    match rest:
        case []:
            return base
        case ["half", "past"] | ["half"]:
            return base + 30
        case [some, "over" | "past"] if (away := _minutes(some)) is not None:
            return base + away
        case [some, "i" | "på" | "to"] if (away := _minutes(some)) is not None:
            return base - away
    return None


def _minutes(word: str) -> int | None:
    if word in ("kvart", "kvarter", "quarter"):
        return 15
    found = number(word)
    return found if found is not None and found < 60 else None
