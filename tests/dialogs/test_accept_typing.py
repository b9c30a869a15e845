"""What people type, as they type it, in Danish, Bokmål and English."""

from __future__ import annotations

import pytest

from dialogs.accept import accept
from dialogs.model import Ack, Answer, Day, Hour, Many, One, Person, Raw, Rejected, Review, Scale, Text

SUNDAY = {"today": "2026-05-03"}
SUPPORT = {
    "call": "Et kort opkald om ugen",
    "access": "Adgangskort, computer, arbejdstøj",
    "time": "Datoer, dage og arbejdstid",
    "travel": "Transport og udgifter",
    "other": "Noget andet",
}
YES_NO = {"btn.yes": "Ja", "btn.no": "Nej"}
PEOPLE = {
    "people": [
        {"value": "p1", "label": "Anne Holm, Børn og Unge", "email": "anne@vejle.example"},
        {"value": "p2", "label": "Anne Krogh, Teknik"},
        {"value": "p3", "label": "Bo Åberg"},
    ]
}


def typed(answer: Answer, raw: Raw, labels: dict[str, str] | None = None) -> object:
    """The value, or the code of the rejection."""
    value = accept(answer, raw, {**SUNDAY, **PEOPLE}, labels or {})
    return value.code if isinstance(value, Rejected) else value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        (" 7. ", 7),
        ("syv", 7),
        ("Sju", 7),
        ("seven", 7),
        ("7/10", 7),
        ("7 af 10", 7),
        ("7 av 10", 7),
        ("0", 0),
        ("nul", 0),
        ("ti", 10),
        ("11", "scale"),
        ("-1", "scale"),
        ("7,5", "scale"),
        ("²", "scale"),
        ("ved ikke", "scale"),
    ],
)
def test_a_number_is_typed_as_digits_or_word(text: str, value: object) -> None:
    assert typed(Scale(0, 10), text) == value


def test_a_number_out_of_range_says_the_range() -> None:
    assert accept(Scale(1, 5), "6", SUNDAY, {}) == Rejected("scale", {"low": 1, "high": 5})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("call", "call"),
        ("Et kort opkald om ugen", "call"),
        ("ET KORT OPKALD OM UGEN.", "call"),
        ("et kort", "call"),
        ("e", "call"),
        ("2", "access"),
        ("to", "access"),
        ("noget", "other"),
        ("adgangskort, computer, arbejdstøj", "access"),
        ("0", "option"),
        ("6", "option"),
        ("kaffe", "option"),
        ("…", "option"),
    ],
)
def test_an_option_is_typed_by_number_label_or_beginning(text: str, value: object) -> None:
    assert typed(One(tuple(SUPPORT)), text, SUPPORT) == value


def test_a_beginning_that_fits_two_options_asks_which() -> None:
    labels = {"weekly": "En gang om ugen", "mid": "En gang halvvejs"}
    value = accept(One(tuple(labels)), "en gang", {}, labels)
    assert value == Rejected("ambiguous", {"list": ["En gang om ugen", "En gang halvvejs"]})
    assert typed(One(tuple(labels)), "en gang h", labels) == "mid"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ja", "btn.yes"),
        ("Ja tak!", "btn.yes"),
        ("yes please", "btn.yes"),
        ("jo", "btn.yes"),
        ("nej tak", "btn.no"),
        ("Nei.", "btn.no"),
        ("nope", "btn.no"),
        ("1", "btn.yes"),
        ("måske", "option"),
    ],
)
def test_yes_and_no_are_understood_in_every_language(text: str, value: object) -> None:
    assert typed(One(("btn.yes", "btn.no")), text, YES_NO) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("1, 3", ["call", "time"]),
        ("1 og 3", ["call", "time"]),
        ("3 1", ["call", "time"]),
        ("1,1,1", ["call"]),
        ("transport og udgifter", ["travel"]),
        ("transport og et kort opkald", ["call", "travel"]),
        ("Datoer, dage og arbejdstid, Transport og udgifter og noget andet", ["time", "travel", "other"]),
        ("adgangskort; et kort and noget", ["call", "access", "other"]),
        ("et kort\nnoget", ["call", "other"]),
        ("alle", list(SUPPORT)),
        ("ingen", []),
        (["access", "call"], ["call", "access"]),
        ([], []),
        ("1, kaffe", "option"),
        ("1 9", "option"),
    ],
)
def test_several_options_are_separated_by_comma_or_and(raw: Raw, value: object) -> None:
    assert typed(Many(tuple(SUPPORT)), raw, SUPPORT) == value


def test_too_few_and_too_many_options_are_refused() -> None:
    assert typed(Many(tuple(SUPPORT), least=1), []) == "required"
    assert accept(Many(tuple(SUPPORT), least=2), "1", {}, SUPPORT) == Rejected("few", {"least": 2})
    assert accept(Many(tuple(SUPPORT), most=2), "1, 2, 3", {}, SUPPORT) == Rejected("many", {"most": 2})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3. maj", "2026-05-03"),
        ("4. mai", "2026-05-04"),
        ("4 May", "2026-05-04"),
        ("May 4", "2026-05-04"),
        ("May 4th, 2027", "2027-05-04"),
        ("the 4th of May", "2026-05-04"),
        ("den 4. maj 2026", "2026-05-04"),
        ("d. 4/5", "2026-05-04"),
        ("4/5-26", "2026-05-04"),
        ("4.5.2026", "2026-05-04"),
        ("2026-05-04", "2026-05-04"),
        ("2. maj", "2027-05-02"),
        ("24. des", "2026-12-24"),
        ("i dag", "2026-05-03"),
        ("I morgen.", "2026-05-04"),
        ("tomorrow", "2026-05-04"),
        ("i overmorgen", "2026-05-05"),
        ("om tre dage", "2026-05-06"),
        ("om 2 uker", "2026-05-17"),
        ("in a week", "date"),
        ("fredag", "2026-05-08"),
        ("på fredag", "2026-05-08"),
        ("on Friday", "2026-05-08"),
        ("søndag", "2026-05-10"),
        ("mandag den 4. maj", "2026-05-04"),
        ("fredag den 4. maj", "date"),
        ("30. februar", "date"),
        ("31/4", "date"),
        ("3.-5. maj", "date"),
        ("29. februar", "date"),
        ("29. februar 2028", "2028-02-29"),
        ("4/5/1926", "date"),
        ("snart", "date"),
        ("9999999999", "date"),
        ("om 5000 uger", "2122-03-01"),
        ("om 9999999999 uger", "date"),
    ],
)
def test_a_date_is_typed_in_many_ways(text: str, value: object) -> None:
    assert typed(Day(), text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("15.30", "15:30"),
        ("15:30", "15:30"),
        ("1530", "15:30"),
        ("kl 15", "15:00"),
        ("kl. 15.30", "15:30"),
        ("klokka 15", "15:00"),
        ("3 pm", "15:00"),
        ("3:30 pm", "15:30"),
        ("12 am", "00:00"),
        ("7:05", "07:05"),
        ("kl 8", "08:00"),
        ("tre", "15:00"),
        ("kl. 3", "15:00"),
        ("03:00", "03:00"),
        ("halv fire", "15:30"),
        ("Halv 4", "15:30"),
        ("kvart over tre", "15:15"),
        ("kvart i fire", "15:45"),
        ("kvart på fire", "15:45"),
        ("ti over tre", "15:10"),
        ("fem i halv fire", "15:25"),
        ("fem på halv fire", "15:25"),
        ("fem over halv fire", "15:35"),
        ("half past three", "15:30"),
        ("quarter to four", "15:45"),
        ("ten to four", "15:50"),
        ("24:00", "time"),
        ("15:60", "time"),
        ("25", "time"),
        ("halv", "time"),
        ("efter arbejde", "time"),
    ],
)
def test_a_time_is_typed_in_many_ways(text: str, value: object) -> None:
    assert typed(Hour(), text) == value


def test_a_time_can_also_be_one_of_the_options() -> None:
    labels = {"prep.finish.shifts": "Jeg har vagter og starter selv"}
    answer = Hour(("prep.finish.shifts",))
    assert typed(answer, "jeg har vagter", labels) == "prep.finish.shifts"
    assert typed(answer, "1", labels) == "13:00"
    assert typed(answer, "ingen", labels) == "time"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("p3", "p3"),
        ("Bo Åberg", "p3"),
        ("bo", "p3"),
        ("åberg", "p3"),
        ("Holm", "p1"),
        ("anne h", "p1"),
        ("ANNE@vejle.example", "p1"),
        ("anne", "ambiguous"),
        ("Carl", "person"),
        ("carl@vejle.example", "person"),
    ],
)
def test_a_person_is_found_by_name_or_address(text: str, value: object) -> None:
    assert typed(Person("people"), text) == value


@pytest.mark.parametrize("text", ["ja", "Yes", "ok", "x", "true", "on", "yes", "ja tak"])
def test_a_tick_is_set_by_a_yes(text: str) -> None:
    assert typed(Ack(), text) is True
    assert typed(Review(), text) is True


@pytest.mark.parametrize("text", ["nej", "måske", "ja ja ja ja", "false", "?"])
def test_anything_else_sets_no_tick(text: str) -> None:
    assert typed(Ack(), text) == "ack"
    assert typed(Review(), text) == "review"


def test_what_is_shown_is_sent_by_a_word_or_by_the_label_of_its_button() -> None:
    assert typed(Review(), "send") is True
    assert typed(Review(button="btn.post"), "slå det op", {"btn.post": "Slå det op"}) is True
    assert typed(Ack(), "send") == "ack"


def test_a_text_is_trimmed_and_loses_what_cannot_be_seen() -> None:
    assert typed(Text(), "  en\x00 linje\r\n\ten\u202e til \ud800 ") == "en linje\n en til"
    assert typed(Text(), " \x07\u200e ") == "required"
    assert typed(Text(), "å") == "å"
    assert accept(Text(5), "for lang", {}, {}) == Rejected("too_long", {"limit": 5, "n": 8})
    assert typed(Text(5), "fem t") == "fem t"


def test_emoji_stay_whole() -> None:
    assert typed(Text(), "fint 👩‍👧 dag") == "fint 👩‍👧 dag"


@pytest.mark.parametrize(
    "answer", [Text(), One(("a",)), Many(("a",)), Scale(), Day(), Hour(), Person(), Ack(), Review()]
)
def test_nothing_is_no_answer(answer: Answer) -> None:
    assert typed(answer, "") == "required"
    assert typed(answer, " \n") == "required"
