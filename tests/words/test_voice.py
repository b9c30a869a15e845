"""Every string in every language, the specification's too, is in the product's voice."""

from __future__ import annotations

import pytest

from bot.programme.tracks import minutes
from bot.words import LANGUAGES, ROOM, forms_of, placeholders_of, read
from dialogs.catalogue import DIALOGS
from dialogs.model import Dialog, View
from tests.words.hardest import HOW_MANY, hardest
from tests.words.lix import words_of
from tests.words.voice import HEAVIEST_POOLED, faults, pooled

TEXTS, KINDS = read()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_in_our_voice(language: str) -> None:
    wrong = {key: found for key, text in TEXTS[language].items() if (found := [*faults(language, text)])}
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dialog", DIALOGS.values(), ids=lambda dialog: dialog.key)
def test_a_conversation_as_a_whole_is_light(dialog: Dialog, language: str) -> None:
    assert pooled(TEXTS[language], KINDS, dialog) <= HEAVIEST_POOLED


@pytest.mark.parametrize("language", LANGUAGES)
def test_domain_t31_every_string_fits_the_platforms_with_the_same_placeholders(language: str) -> None:
    assert list(TEXTS[language]) == list(TEXTS["en"])
    for key, text in TEXTS[language].items():
        assert all(form.strip() for form in forms_of(text)), key
        assert placeholders_of(text) == placeholders_of(TEXTS["en"][key]), key
        room = ROOM.get(KINDS[key].type)
        assert room is None or max(map(len, forms_of(text))) <= room, key


@pytest.mark.parametrize(
    ("language", "text", "fault"),
    [
        ("da", "Sådan!", "shouts"),
        ("nb", "Bra \N{THUMBS UP SIGN}", "has an emoji"),
        ("da", "Skriv «hjælp».", "has another language's quotes"),
        ("en", "Great answer.", "grades"),
        ("nb", "Hun kan lese det.", "guesses who somebody is"),
        ("da", "Det er vedrørende dig.", "sounds like an office: vedrørende"),
        ("nb", "Si fra dersom du kan.", "sounds like an office: dersom"),
        ("en", "We go on " + "and on " * 9, "has a sentence of more than 20 words"),
        ("da", "Medarbejderrepræsentanterne informeres skriftligt. " * 5, "weighs"),
    ],
)
def test_what_is_not_in_our_voice_is_found(language: str, text: str, fault: str) -> None:
    assert any(found.startswith(fault) for found in faults(language, text))


PROMISED = {"sign": ("sign.intro", "round.remind.last"), "fu30": ("fu30.intro",)}
"""Times that a sentence names in words, by the conversation that must keep to them."""

NUMBERS = {
    "da": {"to": 2, "tre": 3, "fem": 5, "ti": 10},
    "nb": {"to": 2, "tre": 3, "fem": 5, "ti": 10},
    "en": {"two": 2, "three": 3, "five": 5, "ten": 10},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PROMISED)
def test_times_named_in_sentences_are_true(name: str, language: str) -> None:
    asks = [ask for ask in DIALOGS[name].asks if ask.when(View({}, {"goals": 1, "action#1": "one"}))]
    keys = [*DIALOGS[name].intro, *(key for ask in asks for key in (*ask.says, ask.words, *ask.hints))]
    needed = minutes((form for key in keys for form in forms_of(TEXTS[language][key])[:1]), asks)
    for key in PROMISED[name]:
        said = [
            NUMBERS[language][word] for word in words_of(str(TEXTS[language][key]).lower()) if word in NUMBERS[language]
        ]
        assert needed <= said[0], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_hardest_sentences_come_with_the_heaviest_first(language: str) -> None:
    found = hardest(language)
    assert len(found) == HOW_MANY
    assert [weight for weight, _, _ in found] == sorted((weight for weight, _, _ in found), reverse=True)
