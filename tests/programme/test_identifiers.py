"""Signs that can lead to a person."""

from __future__ import annotations

import time
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.programme.identifiers import HIDDEN, Found, found, mask

births = st.dates(date(1900, 1, 1), date(2057, 12, 31))
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
DASHES = "-‐‑‒–—―−﹣－"
SPACES = "\u0020\u00a0\u2007\u2009\u202f"
INVISIBLE = "\u200b\u00ad\u2060"
quiet = st.text(st.characters(categories=("L", "P", "Zs"), exclude_characters="@"), max_size=30)


def stops(text: str) -> list[Found]:
    return [sign for sign in found(text) if sign.severity == "stop"]


def warns(text: str) -> list[str]:
    return [sign.kind for sign in found(text) if sign.severity == "warn"]


@pytest.mark.parametrize(
    "number",
    [
        "010165-0000",
        "010165 0000",
        "0101650000",
        "010165–0000",
        "010165\u00a0-\u00a00000",
        "010165\u200b0000",
        "01 01 65 0000",
        "01.01.65-0000",
        "01-01-65-0000",
        "01/01/65-0000",
        "01.01.1965-0000",
        "01011965-0000",
        "010119650000",
        "0 1 0 1 6 5 0 0 0 0",
        "０１０１６５-００００",
        "٠١٠١٦٥-٠٠٠٠",
        "290200-1234",
        "310157-9999",
    ],
)
def test_domain_t6_a_cpr_number_is_found_and_hidden_without_any_check_digit(number: str) -> None:
    text = f"Borgeren (cpr{number}) ringede 3 gange."
    (sign,) = stops(text)
    assert (sign.kind, text[sign.start : sign.end]) == ("cpr", number)
    assert mask(text) == f"Borgeren (cpr{HIDDEN}) ringede 3 gange."


@pytest.mark.parametrize(
    "number",
    [
        "01016512345",  # both check digits wrong
        "010165 12345",
        "010165-12345",
        "01.01.65 12345",
        "010165 123 45",
        "41016512345",  # D-number
        "71017012345",
        "01816512345",  # synthetic, month + 80
        "01416512345",  # month + 40
        "41816512345",
        "01.01.1965-12345",
        "0 1 0 1 6 5 1 2 3 4 5",
    ],
)
def test_domain_t7_eleven_digits_with_a_possible_date_stop_also_when_the_check_fails(number: str) -> None:
    text = f"Innbyggeren {number} kom."
    (sign,) = stops(text)
    assert (sign.kind, text[sign.start : sign.end]) == ("birth_number", number)
    assert mask(text) == f"Innbyggeren {HIDDEN} kom."


@pytest.mark.parametrize("text", ["Sag 1234567 er lukket.", "1234567", "sak 0101650"])
def test_domain_t8_a_seven_digit_case_number_only_warns(text: str) -> None:
    assert not stops(text)
    assert warns(text) == ["case"]
    assert mask(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "320165-0000",
        "011365-0000",
        "300265-0000",
        "290265-0000",  # 1965 and 2065 are no leap years
        "310465-0000",
        "000165-0000",
        "72016512345",
        "3201651234",
        "01936512345",
        "123456789012345",
        "den 12.05.2026 kl. 10.15",
        "12.05.2026 10.15",
        "10.05.26 12.00",
        "fra 10.05-12.06.2026",
        "1.-5.12.2026",
        "12/05/2026-14/05/2026",
        "2026-05-12 10-12",
        "2010-05-12 10",
        "kl. 08.00-16.00 i uge 12-14",
        "uge 10, 12, 14, 16 og 18",
        "1.012.650.000 kr.",
        "10 101 650 000 kr",
        "+45 12 34 56 78 og +47 412 34 567",
        "EAN 5790000123456",
        "DK50 0040 0440 1162 43",
        "0101\n650000",
        "fa3e0101650000abfa3e0101650000ab",
        "123e4567-e89b-12d3-a456-010165000000",
    ],
)
def test_what_is_no_national_id_number_does_not_stop(text: str) -> None:
    assert stops(text) == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("skriv til mette.hansen+x@vejle.dk i dag", ["email"]),
        ("ring 12345678", ["phone"]),
        ("ring 12 34 56 78", ["phone"]),
        ("ring +47 412 34 567", ["phone"]),
        ("ring 0045 12345678", ["phone"]),
        ("hun bor på Skolevej 5 B", ["address"]),
        ("hun bor på skolevej 5", ["address"]),
        ("hun bor i Kongens gate 12", ["address"]),
        ("konto 1234.56.78901", ["account"]),
        ("konto 1205.20.12345", ["account"]),
        ("konto 1234 56 78901", ["account"]),
        ("bilen AB 12 345 holdt der", ["plate"]),
        ("bilen AB12345 holdt der", ["plate"]),
        ("sag 22/123456-7", ["case"]),
        ("sak 2026/1234", ["case"]),
        ("skoleåret 2025/2026, maj 05/2026", []),
        ("perioden 2025-2026", []),
        ("den 20260503 og kl. 08.00-16.00", []),
        ("overvej 3 ting på en arbejdsplads 3 dage om ugen", []),
        ("navigate 3 systems, delegate 2 tasks", []),
        ("a @ b, @channel", []),
        ("uge 12 er 5 dage, 100000 kr og 3,5 timer", []),
    ],
)
def test_other_signs_only_warn(text: str, kinds: list[str]) -> None:
    assert not stops(text)
    assert warns(text) == kinds


def test_a_valid_birth_number_in_the_shape_of_an_account_stops() -> None:
    assert stops("0101.65.00105") == [] or [sign.kind for sign in stops("0101.65.00105")] == ["birth_number"]
    valid = next(f"0101.65.{serial:05}" for serial in range(100000) if stops(f"0101.65.{serial:05}"))
    digits = [int(digit) for digit in valid.replace(".", "")]
    for weights in ((3, 7, 6, 1, 8, 9, 4, 5, 2, 1, 0), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)):
        assert sum(weight * digit for weight, digit in zip(weights, digits, strict=True)) % 11 == 0


@given(
    born=births,
    serial=st.integers(0, 9999),
    cut=st.sampled_from(["", "-", " ", *DASHES, *SPACES, *INVISIBLE, " - ", "\u00a0–\u00a0", ".", "_"]),
    digits=st.sampled_from([{}, WIDE, ARABIC]),
    before=quiet,
    after=quiet,
)
def test_domain_t6_any_cpr_number_is_hidden_wherever_it_stands(
    born: date, serial: int, cut: str, digits: dict[int, int], before: str, after: str
) -> None:
    number = f"{born:%d%m%y}{cut}{serial:04}".translate(digits)
    text = before + number + after
    assert [text[sign.start : sign.end] for sign in stops(text)] == [number]
    assert mask(text) == before + HIDDEN + after


@given(
    born=births,
    day=st.sampled_from([0, 40]),
    month=st.sampled_from([0, 40, 80]),
    serial=st.integers(0, 99999),
    cut=st.sampled_from(["", "-", " ", "–", "\u00a0"]),
)
def test_domain_t7_any_eleven_digits_with_a_possible_date_stop(
    born: date, day: int, month: int, serial: int, cut: str
) -> None:
    number = f"{born.day + day:02}{born.month + month:02}{born:%y}{cut}{serial:05}"
    assert mask(f"før {number} etter") == f"før {HIDDEN} etter"


@given(born=births, serial=st.integers(0, 9999), cuts=st.lists(st.sampled_from("- –"), min_size=9, max_size=9))
def test_digits_that_are_drawn_apart_are_found(born: date, serial: int, cuts: list[str]) -> None:
    digits = f"{born:%d%m%y}{serial:04}"
    number = "".join(digit + cut for digit, cut in zip(digits, [*cuts, ""], strict=True))
    assert mask(f"nr {number}.") == f"nr {HIDDEN}."


@given(born=births, serial=st.integers(0, 9999), parts=st.lists(st.integers(1, 4), min_size=3, max_size=10))
def test_however_the_digits_are_divided(born: date, serial: int, parts: list[int]) -> None:
    digits, pieces = f"{born:%d%m%y}{serial:04}", []
    for size in parts:
        pieces.append(digits[:size])
        digits = digits[size:]
    number = "-".join(piece for piece in [*pieces, digits] if piece)
    assert stops(number)


@given(text=st.text(st.sampled_from("0123456789 -./,:\nax@")))
def test_masking_leaves_nothing_that_stops(text: str) -> None:
    hidden = mask(text)
    assert stops(hidden) == []
    assert mask(hidden) == hidden


@given(text=st.text())
def test_what_is_found_is_in_order_and_apart(text: str) -> None:
    signs = found(text)
    assert all(0 <= sign.start < sign.end <= len(text) for sign in signs)
    assert all(sign.end <= after.start for sign, after in pairwise(signs))


@given(number=st.integers(1000000, 9999999), before=quiet, after=quiet)
def test_domain_t8_seven_digits_never_stop(number: int, before: str, after: str) -> None:
    assume(not any(sign.isdecimal() for sign in before + after))
    assert stops(f"{before}{number}{after}") == []


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1 ",
        "12 ",
        "0101 ",
        "01.01.",
        "010165-",
        "a@",
        "a" * 60 + "@",
        "Aa ",
        "Vej ",
        "A" * 29 + " ",
        "-",
        "12/",
        "AB 12 ",
        "x",
    ],
)
def test_the_time_is_linear_in_the_text(piece: str) -> None:
    def seconds(length: int) -> float:
        """The work of this process, so that a busy machine is no failure; the best of three."""
        text, best = piece * (length // len(piece)), []
        for _ in range(3):
            start = time.process_time()
            found(text)
            best.append(time.process_time() - start)
        return min(best)

    assert seconds(80_000) < 10 * max(seconds(20_000), 0.005)
