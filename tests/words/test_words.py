"""How a sentence is found, filled in and checked."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words import LANGUAGES, PLACEHOLDERS, Kind, Text, Words, WrongWords, read
from dialogs.catalogue import DIALOGS
from dialogs.model import Ask, Dialog, One, Review, Say, Visibility, step
from dialogs.model import Text as Written

WORDS = Words.load()


def words(**texts: Text) -> Words:
    """Words that say the same in each language."""
    same = {key.replace("_", "."): text for key, text in texts.items()}
    return Words(dict.fromkeys(LANGUAGES, same), {key: Kind("msg", "–") for key in same})


def faults(given: Words, *dialogs: Dialog) -> str:
    """What is wrong with them."""
    with pytest.raises(WrongWords) as caught:
        given.check(dialogs)
    return str(caught.value)


@pytest.mark.parametrize(("language", "day"), [("da", "3.\u00a0maj"), ("nb", "3.\u00a0mai"), ("en", "3\u00a0May")])
def test_a_date_is_written_as_its_reader_does(language: str, day: str) -> None:
    assert words(a_b="Til {date}.").text(language, "a.b", {"date": date(2026, 5, 3)}) == f"Til {day}."
    assert WORDS.date(language, date(2026, 5, 3)) == day


@pytest.mark.parametrize(("language", "clock"), [("da", "15.05"), ("nb", "15.05"), ("en", "15:05")])
def test_a_time_is_written_as_its_reader_does(language: str, clock: str) -> None:
    assert words(a_b="Kl. {time}").text(language, "a.b", {"time": time(15, 5)}) == f"Kl. {clock}"


@pytest.mark.parametrize(
    ("language", "named", "dated"),
    [
        ("da", "søndag", "søndag den 3.\u00a0maj"),
        ("nb", "søndag", "søndag 3.\u00a0mai"),
        ("en", "Sunday", "Sunday 3\u00a0May"),
    ],
)
def test_a_weekday_has_a_name(language: str, named: str, dated: str) -> None:
    assert WORDS.weekday(language, 6) == named
    assert WORDS.weekday_date(language, date(2026, 5, 3)) == dated


def test_a_list_stands_on_lines_of_its_own() -> None:
    given = words(a_b="Det her: {list} Hvad nu?", a_c="Kun: {list}")
    values = {"list": ["én ting", Say("a.c", {"list": "to"}), date(2026, 5, 3)]}
    assert given.text("da", "a.b", values) == "Det her:\n• én ting\n• Kun: to\n• 3.\u00a0maj\nHvad nu?"
    assert given.text("da", "a.c", {"list": ("x",)}) == "Kun:\n• x"


def test_a_listing_stands_in_the_sentence() -> None:
    assert WORDS.listing("da", ["Anne", "Bo", "Kim"]) == "Anne, Bo og Kim"
    assert WORDS.listing("en", ["Anne", "Bo"]) == "Anne and Bo"


def test_a_sentence_can_stand_in_a_sentence() -> None:
    given = words(a_b="{text} Og {n}.", a_c="Hej {name}.")
    said = given.say("da", Say("a.b", {"text": Say("a.c", {"name": "Bo"}), "n": 1200}))
    assert said == "Hej Bo. Og 1.200."


@pytest.mark.parametrize(("language", "n", "said"), [("da", 1, "1 dag"), ("da", 2, "2 dage"), ("nb", 0, "0 dage")])
def test_a_plural_follows_the_language(language: str, n: int, said: str) -> None:
    assert words(a_b={"one": "{n} dag", "other": "{n} dage"}).text(language, "a.b", {"n": n}) == said


def test_a_plural_needs_its_number() -> None:
    with pytest.raises(KeyError, match=r"a\.b needs a value for {n}"):
        words(a_b={"one": "dag", "other": "dage"}).text("da", "a.b", {})


@given(st.text(alphabet="{}nametx .\\", max_size=30))
def test_what_a_person_wrote_stays_as_it_is(text: str) -> None:
    assert words(a_b="“{text}” {name}").text("da", "a.b", {"text": text, "name": "{text}"}) == f"“{text}” {{text}}"


@pytest.mark.parametrize("values", [{}, {"name": None}])
def test_a_missing_value_is_named(values: dict[str, object]) -> None:
    with pytest.raises(KeyError, match=r"a\.b needs a value for {name}"):
        words(a_b="Hej {name}").text("da", "a.b", values)


def test_a_missing_sentence_is_named() -> None:
    with pytest.raises(KeyError, match=r"no\.such"):
        WORDS.text("da", "no.such")


def test_a_value_nobody_can_write_is_refused() -> None:
    with pytest.raises(TypeError, match="no way to write set"):
        words(a_b="{list}").text("da", "a.b", {"list": set()})


def test_labels_are_the_words_of_the_options() -> None:
    ask = Ask("stop.ask", One(("btn.yes", "btn.no")), Visibility.CONTROL)
    assert WORDS.labels("nb", ask) == {"btn.yes": "Ja", "btn.no": "Nei"}
    assert WORDS.labels("da", Ask("share.review", Review(), Visibility.CONTROL)) == {"btn.send": "Send"}
    assert WORDS.labels("da", Ask("sign.unit", Written(), Visibility.HR)) == {}


def test_the_products_own_words_are_right() -> None:
    WORDS.check(DIALOGS.values())
    assert WORDS.kind("prep.expect") == Kind("long", "P")
    assert WORDS.has("prep.expect")
    assert not WORDS.has("prep.expected")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_missing_in_a_language_is_told(language: str) -> None:
    texts, kinds = read()
    del texts[language]["prep.expect"]
    assert faults(Words(texts, kinds)) == f"prep.expect has no words in {language}."


def test_a_word_without_a_kind_is_told() -> None:
    texts, kinds = read()
    texts["nb"]["prep.new"] = "Ny"
    assert faults(Words(texts, kinds)) == "prep.new has words in nb, but no type and visibility in en."


def test_a_differing_placeholder_is_told() -> None:
    texts, kinds = read()
    texts["da"]["ok.shared"] = "Delt."
    assert faults(Words(texts, kinds)) == "ok.shared has other placeholders in da than in en."


def test_an_unknown_placeholder_is_told() -> None:
    assert faults(words(a_b="Hej {nam}")) == "a.b has a placeholder nobody fills: {nam}."
    assert "nam" not in PLACEHOLDERS


@pytest.mark.parametrize(("kind", "room"), [("title", 24), ("opt", 75), ("btn", 75)])
def test_a_text_too_long_for_its_place_is_told(kind: str, room: int) -> None:
    def of(length: int) -> Words:
        return Words({key: {"a.b": "x" * length} for key in LANGUAGES}, {"a.b": Kind(kind, "–")})

    of(room).check(())
    assert f"a.b is too long in da: a {kind} has room for {room} characters." in faults(of(room + 1))


def test_a_question_without_words_is_told() -> None:
    ask = Ask(
        "a.ask",
        One(("a.option",)),
        Visibility.CONTROL,
        says=("a.says",),
        hints=("a.hint",),
        refusal="a.refusal",
        starter="a.starter",
        reflect="a.reflect",
    )
    dialog = Dialog("a", "a.title", (step(ask),), intro=("a.intro",), outro=("a.outro",))
    told = faults(words(), dialog)
    for key in ("ask", "option", "says", "hint", "refusal", "starter", "reflect", "title", "intro", "outro"):
        assert f"a.{key}, which has no words." in told


def test_a_question_with_another_visibility_than_its_words_is_told() -> None:
    dialog = Dialog("a", "stop.title", (step(Ask("prep.expect", Written(), Visibility.JOINT)),))
    assert faults(WORDS, dialog) == "Dialog a asks prep.expect with visibility J, but its words are for P."
