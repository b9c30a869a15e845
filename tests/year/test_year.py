"""One year of an organisation, lived through in one go."""

from __future__ import annotations

from collections import Counter

import pytest
from structlog.testing import capture_logs

from bot.metrics import Meters
from dialogs.round import FORMS
from tests.year.checks import asked_too_soon, out_of_hours, too_often
from tests.year.elsewhere import Elsewhere, left
from tests.year.happened import asked_on_a_holiday, told_in_a_pause, too_seldom
from tests.year.life import OVER
from tests.year.moving_in import begin
from tests.year.people import EXCHANGES
from tests.year.reasons import not_on_its_day, out_of_share
from tests.year.record import looked_at


@pytest.mark.timeout(600)
async def test_domain_t1_t18_t22_a_year_of_two_hundred_exchanges_keeps_every_rule() -> None:
    """In three languages and two countries, with people who answer at once, late, now and then, or never."""
    meters = Meters()
    year = begin(meters)
    elsewhere = await Elsewhere.opened(year, meters)
    with capture_logs() as logged:
        await year.lives(OVER)
    year.leaks.nowhere(repr(logged), "the log")
    await elsewhere.database()
    await year.store.run(lambda work: work.overview.forget(year.clock.now()))  # as an hour passes
    life = await looked_at(year)
    rest = await year.store.run(lambda work: left(work, year))
    await elsewhere.client.close()
    await year.store.close()

    assert len(life.exchanges) == EXCHANGES
    assert {exchange.form for exchange in life.exchanges} == set(FORMS)
    assert {exchange.state for exchange in life.exchanges} <= {"closed", "withdrawn", "accepted"}
    assert not too_seldom(life), "what the year is about happened in it"
    assert not year.refused, "nobody's answer is turned away"

    assert not list(too_often(life))
    assert not list(out_of_hours(life))
    assert not list(asked_too_soon(life))
    assert not list(asked_on_a_holiday(life))
    assert not [what for exchange in life.exchanges for what in told_in_a_pause(life, exchange)]

    reasons: Counter[str] = Counter()
    assert not list(not_on_its_day(life, reasons))
    assert not list(out_of_share(reasons)), "as often as it is known to be"

    assert {line["event"] for line in logged} == {"send_failed"}, "something was logged"
    assert not elsewhere.empty(), "words were seen wherever they are looked for"
    assert year.leaks.passed_on["a message"] > 10 * EXCHANGES, "what is released does reach its readers"
    assert not year.leaks.found, "nothing private, and nothing that is not released, in anybody else's hands"
    assert not rest.private, "nothing private is kept once an exchange is closed"
    assert not rest.strays, "nobody's words are kept beside their answers"
    assert not rest.evaluations
