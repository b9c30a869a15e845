"""What the tests of the rules draw from."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from bot.programme.calendar import Worker

ZONES = {"DK": "Europe/Copenhagen", "NO": "Europe/Oslo"}

dates = st.dates(date(2024, 1, 1), date(2027, 12, 31))
moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
clocks = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 45)))


@st.composite
def workers(draw: st.DrawFn) -> Worker:
    """Day, evening and night workers in both countries."""
    country = draw(st.sampled_from(sorted(ZONES)))
    starts, ends = draw(
        st.sampled_from(
            [
                (time(8), time(16)),
                (time(7), time(15)),
                (time(9, 30), time(14)),
                (time(15), time(23)),
                (time(6), time(8, 30)),
                (time(22), time(6)),
            ]
        )
    )
    days = draw(st.sets(st.integers(0, 6), min_size=1))
    return Worker(ZONES[country], country, tuple(sorted(days)), starts, ends)


@st.composite
def exchange_days(draw: st.DrawFn, most: int = 300) -> tuple[date, ...]:
    """The days of an exchange: some weekdays in a span, in order."""
    start = draw(dates)
    weekdays = draw(st.sets(st.integers(0, 6), min_size=1))
    count = draw(st.integers(1, most))
    span = (start + timedelta(days=n) for n in range(count))
    return tuple(day for day in span if day.weekday() in weekdays) or (start,)
