"""What may be told otherwise on Slack, and that nothing else may."""

from __future__ import annotations

import pytest

from tests.slack.difference import difference

ASKED = """
Emil trykker "Fortsæt"
    Vidsyn til Emil (i stedet for beskeden før):
        Tilmelding
        ? Hvem er din leder? *
        [Fortsæt] [Fortsæt senere]
"""
LATER = """
Emil trykker "Fortsæt senere"
    Vidsyn til Emil:
        Vi fortsætter, når det passer dig. Det, du har skrevet, er gemt.
        [Fortsæt]
"""
DOWN = """
Emil trykker "Fortsæt senere"
    (intet nyt)
"""
BELOW = """
Emil skriver "fortsæt"
    Vidsyn til Emil:
        Tilmelding
        Vi går videre herunder.
    Vidsyn til Emil:
        Tilmelding
"""
ON = """
Emil skriver "fortsæt"
    Vidsyn til Emil:
        Tilmelding
"""
PRESSED = """
Emil trykker "Jeg vil være med" i #jobbytte"""
ASKED_BELOW = """
    Vidsyn til Emil:
        Tilmelding
        Vi går videre herunder.
    Vidsyn til Emil:
        Tilmelding
        [Fortsæt]
"""
ASKED_THERE = """
    Vidsyn til Emil:
        Tilmelding
        [Fortsæt]
"""
SENT_BACK = """
Emil trykker "Fortsæt"
    Ved “Hvem er din leder?”: Her har jeg brug for et svar, før vi går videre.
    [Skjul det]
"""
HELD_BACK = """
Emil trykker "Fortsæt"
    Ved “Hvem er din leder?”: …
"""
AGAIN = """
Emil trykker igen
    Kort besked: Det her er allerede besvaret. Det, du skrev, er gemt.
"""
SILENT = """
Emil trykker igen
"""


@pytest.mark.parametrize(
    ("written", "played"),
    [
        (ASKED, ASKED),
        (ASKED, ASKED.replace(" (i stedet for beskeden før)", "")),
        (LATER, DOWN),
        (LATER + ON, DOWN + BELOW),
        (SENT_BACK, HELD_BACK),
        (AGAIN, SILENT),
        (PRESSED + ASKED_BELOW, PRESSED + ASKED_THERE),
        (LATER + PRESSED + ASKED_THERE, DOWN + PRESSED + ASKED_THERE),
    ],
)
def test_what_is_each_platforms_own_is_no_difference(written: str, played: str) -> None:
    assert difference(written, played, "da") == []


@pytest.mark.parametrize(
    ("written", "played"),
    [
        (ASKED, 'Emil trykker "Fortsæt"\n'),
        (ASKED, ASKED.replace(" *", "")),
        (ASKED, ASKED.replace("Emil (", "Lone (")),
        (ASKED, HELD_BACK),
        (LATER, LATER.replace("gemt", "glemt")),
        (ON, BELOW),
        (LATER + ON + ON, DOWN + BELOW + BELOW),
        (LATER + BELOW, DOWN + 'Emil skriver "fortsæt"\n'),
        (SENT_BACK, 'Emil trykker "Fortsæt"\n'),
        (SENT_BACK, SENT_BACK.replace("før vi", "inden vi")),
        (AGAIN, ASKED.replace('"Fortsæt"', "igen")),
        (PRESSED + ASKED_BELOW, PRESSED),
        (PRESSED + ASKED_BELOW, PRESSED + ASKED_THERE.replace("Emil", "Lone")),
        (LATER + PRESSED + ASKED_THERE + ON, DOWN + PRESSED + ASKED_THERE + BELOW),
    ],
)
def test_all_else_is_a_difference(written: str, played: str) -> None:
    assert difference(written, played, "da") != []
