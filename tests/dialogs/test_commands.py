"""What can be typed at any time."""

from __future__ import annotations

import re

import pytest

from bot.words import read
from dialogs.commands import ALONE, WHILE_WRITING, Command, understand

SPEC = """
help | help, what can you do | hjælp, hvad kan du | hjelp, hva kan du
log | log, logbook | log, logbog | logg, loggbok
pause | pause, quiet | pause, stille | pause, stille
resume | resume, start again | start igen, fortsæt | start igjen, fortsett
status | status, my exchange | status, mit forløb, mit bytte | status, utvekslingen min, mitt bytte
data | my data, export, delete | mine data, hent, slet | mine data, last ned, slett
stop | stop, withdraw | stop, træk mig, meld fra | stopp, trekk meg, meld av
person | human, person, HR | menneske, person, HR | menneske, person, HR
language | language | sprog | språk
language.en | english
language.da | dansk
language.nb | norsk
back | back | tilbage | tilbake
skip | skip | spring over | hopp over
edit | edit | rediger, ret | rediger, endre
tasks | my tasks | mine opgaver | oppgavene mine
employees | my employees | mine medarbejdere | mine medarbeidere
released | summary | opsamling, det der er delt | oppsummering, det som er delt
round | new round | ny runde
match | match | match
new_host | new host | ny vært, ny vært udefra | ny vert, ny vert utenfra
links | links, link, personal links | links, personlige links | lenker, lenke, personlige lenker
more_help | more help | mere hjælp | mer hjelp
remind | remind | påmind | påminn
new_leader | new leader, my leader has left | ny leder, jeg har fået ny leder | ny leder, jeg har fått ny leder
faq | faq, questions | spørgsmål | spørsmål
own_words | words, our words | ord, vores ord | ord, våre egne ord
coach | coach | coach | coach
report | report, the report | rapport, rapporten | rapport, rapporten
choices | choices, our choices | valg, vores valg | valg, valgene våre
suggest | suggest, enrol Emil | foreslå, tilmeld Emil, meld Emil til | foreslå, meld Emil på
show_logbook | show me the logbook | vis mig logbogen | vis meg loggboken
"""
"""The table of spec section 5.6, and ours."""

CASES = [
    (Command(line.split(" | ")[0]), phrase)
    for line in SPEC.strip().splitlines()
    for cell in line.split(" | ")[1:]
    for phrase in cell.split(", ")
]


@pytest.mark.parametrize(("command", "phrase"), CASES)
def test_every_language_is_always_accepted(command: Command, phrase: str) -> None:
    assert understand(phrase, asking_for_text=False) is command


@pytest.mark.parametrize(("command", "phrase"), CASES)
def test_case_and_punctuation_do_not_count(command: Command, phrase: str) -> None:
    assert understand(f"  {phrase.upper()}?! ", asking_for_text=False) is command


@pytest.mark.parametrize(("command", "phrase"), CASES)
def test_while_a_text_is_asked_for_only_a_few_are_commands(command: Command, phrase: str) -> None:
    wanted = command if command in WHILE_WRITING or phrase in ALONE else None
    assert understand(phrase, asking_for_text=True) is wanted


def test_the_five_are_help_stop_pause_back_and_skip() -> None:
    assert {command.value for command in WHILE_WRITING} == {"help", "stop", "pause", "back", "skip"}


@pytest.mark.parametrize(("language", "key"), [("da", "help.menu"), ("nb", "help.menu"), ("en", "help.menu")])
def test_what_help_names_first_is_a_command_also_while_a_text_is_asked_for(language: str, key: str) -> None:
    named = re.split(r"[,:“”«»]| eller | or ", read()[0][language][key].partition("{")[0])[1:]  # type: ignore[union-attr]
    phrases = [phrase.strip() for phrase in named if phrase.strip() and " for " not in phrase and " to " not in phrase]
    assert len(phrases) == 6
    assert all(understand(phrase, asking_for_text=True) for phrase in phrases), phrases


@pytest.mark.parametrize("text", ["HR", "coach", "slet", "tal med et menneske i morgen", "delt", "mine medarbejdere"])
def test_what_may_be_an_answer_is_one(text: str) -> None:
    assert understand(text, asking_for_text=True) is None


def test_every_command_can_be_typed() -> None:
    assert {command for command, _ in CASES} == set(Command)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "…",
        "Jeg vil gerne have hjælp til at finde et sted",
        "hjælpen kom",
        "stop lige en halv",
        "HR hjalp os godt",
        "I wrote it in the logbook",
        "vis mig vej",
        "tilmeld mig",
        "meld meg på",
        "sign up",
        "help " * 1000,
    ],
)
def test_other_words_are_no_command(text: str) -> None:
    assert understand(text, asking_for_text=False) is None


@pytest.mark.parametrize(
    "text",
    [
        "Can I see Anne's logbook?",
        "vis logbogen for Anne",
        "Må jeg læse logbogen?",
        "Kan jeg få lese loggboka til Kari",
        "show logbook",
    ],
)
def test_domain_t2_a_wish_to_read_along_is_recognised(text: str) -> None:
    assert understand(text, asking_for_text=False) is Command.SHOW_LOGBOOK
