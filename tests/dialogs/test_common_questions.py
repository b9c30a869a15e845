"""Common questions as people type them, and what is none of them."""

from __future__ import annotations

import pytest

from dialogs.commands import MOST_ASKED, common_question

ASKED = """
faq.who | Hvem kan være med? | Hvem kan delta? | Who can join?
faq.pay | Beholder jeg min løn? | Beholder jeg lønnen? | Do I keep my pay?
faq.return | Kan jeg komme tilbage til mit job? | Kan jeg komme tilbake til jobben? | Can I come back to my job?
faq.recip | Skal der komme en til os til gengæld? | Må noen komme til oss i bytte? | Must someone come to us in return?
faq.log | Hvem læser min logbog? | Hvem leser loggboken min? | Who reads my logbook?
faq.stop | Kan jeg stoppe? | Kan jeg slutte? | Can I stop?
faq.leader | Hvad hvis jeg får en ny leder? | Hva om lederen min slutter? | What if I get a new leader?
faq.sick | Hvad hvis jeg bliver syg? | Hva om jeg blir syk? | What if I fall ill?
faq.appraisal | Bliver det brugt til at vurdere mig? | Brukes det til å vurdere meg? | Is it used to assess me?
"""
CASES = [(row.split(" | ")[0], text) for row in ASKED.strip().splitlines() for text in row.split(" | ")[1:]]


@pytest.mark.parametrize(("key", "text"), CASES)
def test_a_common_question_is_understood_in_each_language(key: str, text: str) -> None:
    assert common_question(text) == key
    assert common_question(text.upper()) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "Hvad er klokken?",
        "Jeg er syg",
        "Min løn er fin",
        "Vi talte om, hvem der læser logbogen hos dem",
        "Kan jeg få en pause?",
        "Hvem kan være med? " * MOST_ASKED,
    ],
)
def test_anything_else_is_no_common_question(text: str) -> None:
    assert common_question(text) == ""
