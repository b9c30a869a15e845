"""Periods in sentences: HR chooses numbers, so words name a period only where nobody can change it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from bot.words import LANGUAGES, forms_of, read

TEXTS, _ = read()

NUMBER = (
    r"(?:\d+|en|et|én|ett|one|an?|to|two|tre|three|fire|four|fem|five|seks|six|syv|sju|seven|otte|åtte|eight|ni|nine"
    r"|ti|ten|tolv|twelve|fjorten|fourteen|tyve|tjue|twenty|tredive|tretti|thirty|halvt?|half)"
)
PERIOD = re.compile(
    rf"\b{NUMBER}[ -](?:arbejds|arbeids|working )?"
    r"(?:dage?r?|days?|døgn|uger?|uker?|weeks?|måned(?:er)?|months?|år|years?|kvartal)\b",
    re.IGNORECASE,
)

FIXED: Mapping[str, str] = {
    "log.opt.usefulness": "a question about one's own future",
    "card.test": "an assignment, which lasts so long",
    "round.post.body": "how long stays are",
    "round.post.host": "how long stays are",
    "sign.length.day": "how long stays are",
    "sign.length.days": "how long stays are",
    "choose.track.days": "the short track, of at most five days",
    "report.length.days": "what the report counts apart",
    "report.length.weeks": "what the report counts apart",
    "report.length.months": "what the report counts apart",
    "push.share": "said two days before only, on other days push.share.on",
    "left.sure": "nobody chooses it",
    "playground.clock.day": "the playground's clock",
    "playground.clock.far": "the playground's clock",
    "prep.support.call": "how often",
    "prep.support.time": "how often",
    "lead.prep.contact.weekly": "how often",
    "log.missed.opt.line": "how often",
    "log.missed.set.line": "how often",
    "offer.time": "how often",
}
"""The sentences that may name one, and why it is true."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_period_that_hr_chooses_is_said_as_the_number(language: str) -> None:
    named = {key for key, text in TEXTS[language].items() if any(map(PERIOD.search, forms_of(text)))}
    assert named <= set(FIXED)


def test_what_may_name_a_period_does_so_in_some_language() -> None:
    for key in FIXED:
        assert any(PERIOD.search(form) for texts in TEXTS.values() for form in forms_of(texts[key])), key


@pytest.mark.parametrize("key", sorted(TEXTS["da"]))
def test_what_is_due_before_a_date_is_said_in_one_way(key: str) -> None:
    """Danish says "inden den 5. maj", Bokmål "innen 5. mai"."""
    assert not any(re.search(r"\binden \{(?:date|start|end|deadline)\}", form) for form in forms_of(TEXTS["da"][key]))
    assert not any(re.search(r"\binnen den \{", form) for form in forms_of(TEXTS["nb"][key]))
