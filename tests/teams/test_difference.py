"""What may be told otherwise on Teams, and that nothing else may."""

from __future__ import annotations

import pytest

from tests.teams.difference import difference

PICKED = """
Emil trykker "Fortsæt"
    Vidsyn til Emil (i stedet for beskeden før):
        ? Hvem er din leder? *
          ( ) Hanne Holm, HR
          (x) Lone Lund, Børnehaven Solsikken
        [Fortsæt]
"""
CHOSEN_FIRST = """
Emil trykker "Fortsæt"
    Vidsyn til Emil (i stedet for beskeden før):
        ? Hvem er din leder? *
          (x) Lone Lund, Børnehaven Solsikken
          ( ) Hanne Holm, HR
        [Fortsæt]
"""
SAVED = """
Emil trykker "Gem"
    Vidsyn til Emil (i stedet for beskeden før):
        Ugens overblik
        Gemt.
        [Send]
"""
BELOW = """
Hanne trykker "Find et sted"
    Vidsyn til Hanne:
        Lav et match
"""
RECEIVED = """
Hanne trykker "Find et sted"
    Kort besked: Svaret står i chatten.
    Vidsyn til Hanne:
        Lav et match
"""
IN_PLACE = """
Emil trykker "Se"
    Vidsyn til Emil (i stedet for beskeden før):
        Mine data
"""
IN_DIALOG = """
Emil trykker "Se"
    Vidsyn til Emil:
        Mine data
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


@pytest.mark.parametrize(
    ("written", "played"),
    [
        (PICKED, PICKED),
        (PICKED, CHOSEN_FIRST),
        (SAVED, SAVED.replace("        Gemt.\n", "")),
        (BELOW, RECEIVED),
        (BELOW, RECEIVED.replace("Svaret står i chatten.", "Svaret står nederst i chatten.")),
        (IN_PLACE, IN_DIALOG),
        (SENT_BACK, HELD_BACK),
    ],
)
def test_what_is_each_platforms_own_is_no_difference(written: str, played: str) -> None:
    assert difference(written, played, "da") == []


@pytest.mark.parametrize(
    ("written", "played"),
    [
        (PICKED, PICKED.replace("(x)", "( )")),
        (PICKED, PICKED.replace("          ( ) Hanne Holm, HR\n", "")),
        (PICKED, PICKED.replace(" (i stedet for beskeden før)", "").replace("Emil:", "Lone:")),
        (SAVED.replace("        Gemt.\n", ""), SAVED),
        (BELOW, RECEIVED.replace("Svaret står i chatten.", "Det her er allerede besvaret. Det, du skrev, er gemt.")),
        (BELOW, 'Hanne trykker "Find et sted"\n    Kort besked: Svaret står i chatten.\n'),
        (IN_DIALOG, IN_PLACE),
        (BELOW, 'Hanne trykker "Find et sted"\n'),
        (SENT_BACK, 'Emil trykker "Fortsæt"\n'),
        (SENT_BACK, SENT_BACK.replace("før vi", "inden vi")),
        (PICKED, HELD_BACK),
    ],
)
def test_all_else_is_a_difference(written: str, played: str) -> None:
    assert difference(written, played, "da") != []
