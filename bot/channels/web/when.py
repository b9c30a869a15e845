"""Moments as a reader says them: in their language, in their zone, with a 24-hour clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_location

from bot.words import CLOCK

_LOCALES = {"da": "da_DK", "nb": "nb_NO", "en": "en_GB"}


def locale(language: str) -> str:
    """Where the language is at home."""
    return _LOCALES.get(language, "da_DK")


def day_in_words(day: date, language: str) -> str:
    """ "torsdag den 7. maj 2026"."""
    return format_date(day, "full", locale=locale(language))


def hour_in_words(moment: datetime, zone: str, language: str) -> str:
    """ "14.45", in English "14:45"."""
    return format_time(moment, CLOCK.get(language, CLOCK["da"]), tzinfo=ZoneInfo(zone), locale=locale(language))


def place_in_words(zone: str, language: str) -> str:
    """ "København": the city whose time it is."""
    return get_timezone_location(zone, locale=locale(language), return_city=True)


def local_day(moment: datetime, zone: str) -> date:
    """The date where the reader is."""
    return moment.astimezone(ZoneInfo(zone)).date()


def same_hour_on(day: date, moment: datetime, zone: str) -> datetime:
    """That day at the local time of `moment`."""
    here = moment.astimezone(ZoneInfo(zone))
    return datetime.combine(day, here.time(), ZoneInfo(zone)).astimezone(UTC)


def a_day_on(moment: datetime, zone: str) -> datetime:
    """The same local time tomorrow, also when the clocks change tonight."""
    return same_hour_on(local_day(moment, zone) + timedelta(days=1), moment, zone)
