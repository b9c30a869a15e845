"""Numbers and other signs that can lead to a person, found in free text before it is kept (spec 12.6).

National ID numbers stop a text; everything else only warns. No check digit is relied on: valid numbers
without them exist (Denmark since 2007, Norway from 2032), so a possible date is enough. Linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

HIDDEN: Final = "[skjult]"

Severity = Literal["stop", "warn"]


@dataclass(frozen=True)
class Found:
    """Something found at text[start:end]. `stop` blocks until masked or denied, `warn` asks to look again.

    Kinds that stop: cpr, birth_number (also D-numbers and synthetic ones). Kinds that warn: email, phone,
    address, account, plate, case.
    """

    kind: str
    severity: Severity
    start: int
    end: int


_LONGEST_GAP: Final = 4
_SEPARATORS: Final = frozenset("\t./_·•*~|−⁻˗")
"""Besides spaces, dashes and invisible characters. No comma, colon or line break: lists, times, columns."""

_CENTURIES: Final = ("19", "20")
_DATE_GAPS: Final = frozenset(".-/")
_CHECKS: Final = ((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1))
_DOMAIN: Final = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PLATE: Final = re.compile(r"(?<!\w)[A-ZÆØÅ]{2} ?\d{2} ?\d{3}(?!\w)")
_CASE: Final = re.compile(r"(?<![\w/])(?:\d{2}/\d{4,8}|\d{4}/\d{3,8})(?:-\d{1,3})?(?![\w/])")
_SCHOOL_YEAR_OR_MONTH: Final = re.compile(r"\d{2,4}/(?:19|20)\d{2}")
_HOUSE: Final = re.compile(
    r"(?<!\w)(?P<before>[A-ZÆØÅ][\w.'’-]{0,30} )?(?P<stem>\w{0,30}?)"
    r"(?P<road>vej|vejen|gade|gaden|allé|alle|stræde|plads|torv|vænge|veien|vegen|vei|veg|gate|gata|gaten|"
    r"plass|stien|bakken|bakke|løkka|svingen)"
    r" \d{1,3}(?: ?[A-Za-zÆØÅæøå](?!\w))?(?!\w)"
)
_PLAIN_ROADS: Final = frozenset({"vej", "vejen", "gade", "gaden", "veien", "vegen", "vei", "gata", "gaten"})
"""Written small these are still roads ("skolevej 5"); "arbejdsplads 3" is not."""

_NO_ROADS: Final = frozenset({"over"})
_OPAQUE: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9A-Za-z])"
)
"""Keys made by machines (ours have 32 hexadecimal digits): nobody writes a number inside one."""


@dataclass(frozen=True)
class _Group:
    """Digits directly together, at text[start:end]; `gap` stands between the group before and this one."""

    digits: str
    start: int
    end: int
    gap: str


def found(text: str) -> list[Found]:
    """Everything found, in order and without overlap. What stops goes before what warns."""
    stops: list[Found] = []
    warns: list[Found] = []
    for run in _runs(_OPAQUE.sub(lambda match: "x" * len(match.group()), text)):
        for part in _apart(run, stops):
            _look_at(text, part, stops, warns)
    warns += _emails(text)
    warns += [Found("plate", "warn", *match.span()) for match in _PLATE.finditer(text)]
    warns += [
        Found("case", "warn", *match.span())
        for match in _CASE.finditer(text)
        if not _SCHOOL_YEAR_OR_MONTH.fullmatch(match.group())
    ]
    warns += _addresses(text)
    return _without_overlap(len(text), [*stops, *sorted(warns, key=lambda sign: (sign.start, -sign.end))])


def mask(text: str) -> str:
    """The text with every national ID number replaced by [skjult]. What only warns stays."""
    parts, at = [], 0
    for sign in found(text):
        if sign.severity == "stop":
            parts += [text[at : sign.start], HIDDEN]
            at = sign.end
    return "".join([*parts, text[at:]])


def _runs(text: str) -> Iterator[list[_Group]]:
    """Groups of digits with nothing but a few separators between them."""
    run: list[_Group] = []
    start = last = 0
    digits = ""
    gap = ""
    for at, sign in enumerate(text):
        digit = _digit(sign)
        if digit:
            if digits and at == last:
                digits += digit
            else:
                start, digits, gap = at, digit, text[last:at] if run else ""
            last = at + 1
            continue
        if digits and at == last:
            run.append(_Group(digits, start, last, gap))
            digits = ""
        if run and (not _separates(sign) or at - last >= _LONGEST_GAP):
            yield run
            run = []
    if digits:
        run.append(_Group(digits, start, last, gap))
    if run:
        yield run


def _digit(sign: str) -> str:
    if sign < "\x80":
        return sign if "0" <= sign <= "9" else ""
    value = unicodedata.digit(sign, None)
    return "" if value is None else str(value)


def _separates(sign: str) -> bool:
    return sign in _SEPARATORS or unicodedata.category(sign) in {"Zs", "Pd", "Cf"}


def _apart(run: list[_Group], stops: list[Found]) -> Iterator[list[_Group]]:
    """The run without its dates. Numbers with a whole year (01.01.1965-0000) are found here."""
    part: list[_Group] = []
    at = 0
    while at < len(run):
        whole, length = _with_whole_year(run, at), 3 if _is_date(run, at) else 0
        if whole:
            stops.append(_sign("birth_number" if whole[1] == 5 else "cpr", "stop", run[at : at + whole[0]]))
            length = whole[0]
        if length:
            if part:
                yield part
            part = []
            at += length
        else:
            part.append(run[at])
            at += 1
    if part:
        yield part


def _with_whole_year(run: list[_Group], at: int) -> tuple[int, int] | None:
    """How many groups, and how long the serial, where the date of birth has all four digits of the year."""
    groups = run[at : at + 4]
    sizes = [len(group.digits) for group in groups]
    if sizes[:1] in ([12], [13]):
        count = 1
    elif sizes[:1] == [8] and sizes[1:2] in ([4], [5]):
        count = 2
    elif sizes[:3] == [2, 2, 4] and sizes[3:] in ([4], [5]) and _is_dash(groups[3].gap):
        count = 4
    else:
        return None
    digits = "".join(group.digits for group in groups[:count])
    if digits[4:6] not in _CENTURIES or int(digits[4:8]) > _LAST_YEAR:
        return None
    short = digits[:4] + digits[6:]
    return (count, len(digits) - 8) if _possible(short) else None


_LAST_YEAR: Final = 2057
"""The last year of birth that a cpr-nummer can tell."""


def _is_dash(gap: str) -> bool:
    return any(sign == "−" or unicodedata.category(sign) == "Pd" for sign in gap)


def _is_date(run: list[_Group], at: int) -> bool:
    """True for 3.5.2026, 03/05/2026 and 2026-05-03, not going on in the same way before or after."""
    groups = run[at : at + 3]
    if len(groups) < 3 or groups[1].gap != groups[2].gap or groups[1].gap not in _DATE_GAPS:
        return False
    inner = groups[1].gap
    if groups[0].gap == inner or (at + 3 < len(run) and run[at + 3].gap == inner):
        return False
    first, middle, last = (group.digits for group in groups)
    if len(first) == 4 and inner == "-":
        first, last = last, first
    return (
        len(first) <= 2
        and len(middle) <= 2
        and len(last) == 4
        and last[:2] in _CENTURIES
        and 1 <= int(first) <= 31
        and 1 <= int(middle) <= 12
    )


def _look_at(text: str, part: list[_Group], stops: list[Found], warns: list[Found]) -> None:
    """Finds the numbers in groups that no date divides: all of them together, or a well-formed few."""
    if _is_whole(part):
        stops.append(_sign_of(part))
        return
    rest: list[_Group] = []
    at = 0
    while at < len(part):
        count = _well_formed(part, at)
        if count:
            stops.append(_sign_of(part[at : at + count]))
            _look_at_rest(text, rest, stops, warns)
            rest = []
            at += count
        else:
            rest.append(part[at])
            at += 1
    _look_at_rest(text, rest, stops, warns)


def _look_at_rest(text: str, part: list[_Group], stops: list[Found], warns: list[Found]) -> None:
    if _is_whole(part):
        stops.append(_sign_of(part))
    elif part:
        warns += _weaker(text, part)


def _is_whole(part: list[_Group]) -> bool:
    """True when the groups together, however divided, are one possible number."""
    if len(part) > 11 or sum(len(group.digits) for group in part) not in {10, 11}:
        return False
    return _possible(_joined(part)) and not any(like(part) for like in (_is_date_and_time, _is_account, _is_amount))


def _well_formed(part: list[_Group], at: int) -> int:
    """How many groups from `at` on are a possible number in one of the ways people divide it; 0 for none."""
    total = count = 0
    cuts: set[int] = set()
    while total < 10 and at + count < len(part):
        cuts.add(total)
        total += len(part[at + count].digits)
        count += 1
    for more in (0, 1):
        end = at + count + more
        if more and (end > len(part) or total >= 11):
            break
        if more:
            cuts.add(total)
            total += len(part[end - 1].digits)
        groups = part[at:end]
        if total in {10, 11} and _well_divided(part, at, end, cuts) and _possible(_joined(groups)):
            return 0 if _is_account(groups) else end - at
    return 0


def _well_divided(part: list[_Group], at: int, end: int, cuts: set[int]) -> bool:
    inside = cuts - {0}
    if not inside:
        return True
    if end - at >= 10:
        before, after = part[at - 1 : at] if at else [], part[end : end + 1]
        return not any(len(group.digits) == 1 for group in (*before, *after))
    serial = {cut for cut in inside if cut > 6}
    eleven = sum(len(group.digits) for group in part[at:end]) == 11
    return 6 in inside and inside - serial <= {2, 4, 6} and (not serial or (eleven and serial in ({8}, {9})))


def _possible(digits: str) -> bool:
    """True when ten or eleven digits begin with a possible date; D-numbers and synthetic ones are moved."""
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    if len(digits) == 11:
        day -= 40 if day > 40 else 0
        month -= 80 if month > 80 else 40 if month > 40 else 0
    if not 1 <= month <= 12:
        return False
    longest = 29 if month == 2 and year % 4 == 0 else 28 if month == 2 else 30 if month in {4, 6, 9, 11} else 31
    return 1 <= day <= longest


def _is_date_and_time(part: list[_Group]) -> bool:
    """True for 10.05.26 12.00 and 10.05.26 12-14."""
    if [len(group.digits) for group in part] != [2, 2, 2, 2, 2]:
        return False
    gaps = [group.gap for group in part[1:]]
    day, clock = gaps[0] == gaps[1] and gaps[0] in _DATE_GAPS, gaps[3].strip() in _DATE_GAPS
    return day and clock and gaps[2].isspace() and int(part[3].digits) <= 24 and int(part[4].digits) <= 59


def _is_account(part: list[_Group]) -> bool:
    """True for a Norwegian bank account, 1234.56.78901, unless it is a valid birth number written so."""
    if [len(group.digits) for group in part] != [4, 2, 5] or any(group.gap != "." for group in part[1:]):
        return False
    digits = _joined(part)
    return any(
        sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=False)) % 11 for weights in _CHECKS
    )


def _is_amount(part: list[_Group]) -> bool:
    """True for 1.012.650.000: thousands, all divided in the same way."""
    first, *rest = part
    if not rest or rest[0].gap not in {".", " ", "\u00a0"} or first.digits[0] == "0" or len(first.digits) > 3:
        return False
    return all(len(group.digits) == 3 and group.gap == rest[0].gap for group in rest)


def _weaker(text: str, part: list[_Group]) -> Iterator[Found]:
    """Phone numbers, bank accounts and case numbers in groups without a national ID number."""
    sizes = [len(group.digits) for group in part]
    gaps = {group.gap for group in part[1:]}
    if _is_phone(text, part, sizes, gaps):
        yield _sign("phone", "warn", part)
        return
    for at, group in enumerate(part):
        few = part[at : at + 3]
        if sizes[at : at + 3] == [4, 2, 5] and all(other.gap in {".", " "} for other in few[1:]):
            yield _sign("account", "warn", few)
        elif sizes[at] == 8 and group.digits[:2] not in _CENTURIES:
            yield _sign("phone", "warn", [group])
        elif sizes[at] == 7:
            yield _sign("case", "warn", [group])


def _is_phone(text: str, part: list[_Group], sizes: list[int], gaps: set[str]) -> bool:
    total, first = sum(sizes), part[0]
    if (text[first.start - 1 : first.start] == "+" and 8 <= total <= 13) or first.digits in {"0045", "0047"}:
        return True
    if total != 8 or len(gaps) != 1 or not gaps <= {" ", "\u00a0", "-", "."}:
        return False
    years = sizes == [4, 4] and all(group.digits[:2] in _CENTURIES for group in part)
    return sizes in ([2, 2, 2, 2], [4, 4], [3, 2, 3]) and not years


def _emails(text: str) -> Iterator[Found]:
    at = text.find("@")
    while at >= 0:
        start = at
        while start > 0 and at - start < 64 and (text[start - 1].isalnum() or text[start - 1] in "._%+-"):
            start -= 1
        domain = _DOMAIN.match(text, at + 1)
        if domain and start < at:
            yield Found("email", "warn", start, domain.end())
        at = text.find("@", at + 1)


def _addresses(text: str) -> Iterator[Found]:
    for match in _HOUSE.finditer(text):
        stem, road = match["stem"], match["road"]
        named = stem[:1].isupper() or (not stem and match["before"])
        plain = len(stem) >= 3 and road in _PLAIN_ROADS
        if (named or plain) and stem.lower() not in _NO_ROADS:
            yield Found("address", "warn", *match.span())


def _without_overlap(length: int, signs: list[Found]) -> list[Found]:
    """The signs in order; of two that overlap the one that came first."""
    taken, kept = bytearray(length), []
    for sign in signs:
        if not any(taken[sign.start : sign.end]):
            taken[sign.start : sign.end] = b"x" * (sign.end - sign.start)
            kept.append(sign)
    return sorted(kept, key=lambda sign: sign.start)


def _joined(groups: list[_Group]) -> str:
    return "".join(group.digits for group in groups)


def _sign_of(groups: list[_Group]) -> Found:
    return _sign("cpr" if len(_joined(groups)) == 10 else "birth_number", "stop", groups)


def _sign(kind: str, severity: Severity, groups: list[_Group]) -> Found:
    return Found(kind, severity, groups[0].start, groups[-1].end)
