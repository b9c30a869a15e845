"""One year of an organisation, lived through in one go."""

from __future__ import annotations

from collections import Counter

import pytest

from dialogs.round import FORMS
from tests.year.checks import asked_too_soon, looked_at, not_on_its_day, out_of_hours, too_often
from tests.year.life import OVER, begin
from tests.year.people import EXCHANGES


@pytest.mark.timeout(600)
async def test_domain_t1_t18_t22_a_year_of_two_hundred_exchanges_keeps_every_rule() -> None:
    """In three languages and two countries, with people who answer at once, late, now and then, or never."""
    year = begin()
    await year.lives(OVER)
    life = await looked_at(year)
    await year.store.close()

    assert len(life.exchanges) == EXCHANGES
    assert {exchange.form for exchange in life.exchanges} == set(FORMS)
    assert not year.refused, "nobody's answer is turned away"
    assert not list(too_often(life))
    assert not list(out_of_hours(life))
    assert not list(asked_too_soon(life))

    reasons: Counter[str] = Counter()
    assert not list(not_on_its_day(life, reasons))
    on_time = sum(count for reason, count in reasons.items() if reason.endswith("on its day"))
    assert on_time > 0.7 * reasons.total(), reasons

    assert not year.leaks, "nothing private, and nothing that is not released, in anybody else's hands"
    assert year.passed_on > EXCHANGES, "what is released does reach its readers"
    assert {exchange.state for exchange in life.exchanges} <= {"closed", "withdrawn", "accepted"}
