"""Who may read what: role by class by way of access."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.programme.visibility import (
    CAREER,
    COACH_NOTE,
    NEVER,
    Circle,
    Item,
    is_unshared,
    may_count,
    may_quote,
    may_read,
    readable,
    readers,
    redact,
)
from dialogs.model import Value, Visibility

ROLES = ("employee", "leader", "host", "hr", "colleague", "")
CIRCLE = Circle("employee", "leader", "host", frozenset({"hr"}), host_sees_wish=True)

BEFORE = {  # written, not sent, nothing released
    Visibility.PRIVATE: set(),
    Visibility.SHARED_ON_REQUEST: set(),
    Visibility.JOINT: set(),
    Visibility.THREE_PARTY: set(),
    Visibility.HR: {"hr"},
    Visibility.AGGREGATE: set(),
    Visibility.LEADER: set(),
    Visibility.CHANNEL: {"leader", "host", "hr", "colleague"},
    Visibility.CONTROL: set(),
}
AFTER = {  # sent, and released to the leader
    **BEFORE,
    Visibility.SHARED_ON_REQUEST: {"leader"},
    Visibility.JOINT: {"leader"},
    Visibility.THREE_PARTY: {"leader", "host"},
}


def summary(items: list[Item], reader: str) -> bool:
    return bool(readable(items, reader, CIRCLE))


def page(items: list[Item], reader: str) -> bool:
    return any(may_read(item, reader, CIRCLE) for item in items)


def export(items: list[Item], reader: str) -> bool:
    return [item.key for item in readable(items, reader, CIRCLE)] != []


def command(items: list[Item], reader: str) -> bool:
    return reader in {person for item in items for person in readers(item, CIRCLE)}


WAYS = (summary, page, export, command)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", list(Visibility))
@pytest.mark.parametrize("sent", [False, True])
def test_matrix_role_by_class_by_way(kind: Visibility, role: str, way: object, sent: bool) -> None:
    released = frozenset({"leader"}) if sent else frozenset[str]()
    item = Item("employee", kind, sent, released, "some.key", "words")
    expected = role in ({"employee"} | (AFTER if sent else BEFORE)[kind])
    if way is command and role == "colleague":
        expected = False  # readers() names the circle; a channel's text has no list of readers
    assert callable(way)
    assert way([item], role) is expected


@pytest.mark.parametrize(
    ("key", "kind", "confirmed", "wish", "expected"),
    [
        ("sign.where", "H", False, True, {"employee", "hr"}),
        ("sign.learn", "J", False, False, {"employee", "hr"}),  # T11: not talked with the leader yet
        ("sign.learn", "J", True, False, {"employee", "hr", "leader"}),
        ("sign.learn", "J", True, True, {"employee", "hr", "leader", "host"}),
        ("sign.other", "J", True, True, {"employee", "hr", "leader"}),
    ],
)
def test_sign_up_answers(key: str, kind: str, confirmed: bool, wish: bool, expected: set[str]) -> None:
    circle = Circle("employee", "leader", "host", frozenset({"hr"}), host_sees_wish=wish)
    item = Item("employee", kind, confirmed, frozenset(), key, "words")
    assert set(readers(item, circle)) == expected


@pytest.mark.parametrize(
    ("key", "confirmed", "agreed", "host_reads"),
    [
        ("prep.goal.1", True, True, True),
        ("prep.goal.3", True, True, True),
        ("prep.goal.sharpen#1", True, True, True),
        ("prep.goal.1", True, False, False),
        ("prep.goal.1", False, True, False),
        ("prep.goal.1.sign", True, True, True),
        ("prep.goal.1.sign", True, False, False),
        ("prep.share", True, True, False),
        ("lead.prep.justify", True, True, False),
    ],
)
def test_the_host_reads_a_goal_once_two_have_agreed_on_it(
    key: str, confirmed: bool, agreed: bool, host_reads: bool
) -> None:
    circle = Circle("employee", "leader", "host", frozenset({"hr"}), agreed=agreed)
    readers_of = set(readers(Item("employee", "J", confirmed, frozenset(), key, "words"), circle))
    assert ("host" in readers_of) is host_reads
    assert "hr" not in readers_of


@pytest.mark.parametrize(
    ("key", "kind", "confirmed", "expected"),
    [
        ("lead.prep.justify", "J", True, {"leader", "employee"}),
        ("lead.prep.justify", "J", False, {"leader"}),
        ("lead.prep.cover", "H", False, {"leader", "hr"}),
        ("lead.prep.pair", "L", True, {"leader"}),
    ],
)
def test_the_leaders_own_answers(key: str, kind: str, confirmed: bool, expected: set[str]) -> None:
    assert set(readers(Item("leader", kind, confirmed, frozenset(), key, "words"), CIRCLE)) == expected


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("owner", "key", "kind", "confirmed", "expected"),
    [
        ("leader", "lead.ret.answer", "J", True, {"leader", "employee"}),
        ("leader", "lead.ret.commit", "J", False, {"leader"}),
        ("leader", "lead.ret.decide.what", "L", True, {"leader"}),
        ("leader", "lead.fu30", "L", True, {"leader"}),
        ("leader", "lead.fu90.realised", "H", False, {"leader", "hr"}),
        ("employee", "fu.action#1", "J", True, {"employee", "leader"}),
        ("employee", "fu.helped#1", "S", True, {"employee"}),
        ("employee", "fu30.request", "S", True, {"employee"}),
        ("employee", "fu90.contact", "A", True, {"employee"}),
        ("employee", "story.write", "S", False, {"employee"}),
        ("employee", "story.write", "S", True, {"employee", "hr"}),
        ("employee", "story.ask", "S", True, {"employee", "hr"}),
        ("employee", "story.helper", "H", False, {"employee", "hr"}),
        ("employee", "fb.q1", "P", True, {"employee"}),
        ("employee", "share.ready", "J", True, {"employee", "leader"}),
        ("employee", "card.ten", "P", True, {"employee"}),
    ],
)
def test_what_is_answered_after_the_exchange(
    owner: str, key: str, kind: str, confirmed: bool, expected: set[str], role: str, way: object
) -> None:
    item = Item(owner, kind, confirmed, frozenset(), key, "words")
    assert callable(way)
    assert way([item], role) is (role in expected)


@pytest.mark.parametrize(
    ("key", "kind", "confirmed", "released", "expected"),
    [
        ("log.core.what", "P", True, set(), True),
        ("log.core.what", "S", True, set(), True),
        ("log.core.what", "S", True, {"leader"}, False),
        ("log.mark", "–", False, set(), True),
        ("prep.goal.1", "J", True, set(), False),
        ("prep.days", "T", True, set(), False),
        ("story.write", "S", True, set(), False),
        ("story.write", "S", False, set(), True),
        ("story.write", "S", False, {"leader"}, False),
        ("fu90.org", "A", True, set(), False),
        ("lead.fu30", "L", True, set(), False),
    ],
)
def test_what_is_deleted_at_the_end(key: str, kind: str, confirmed: bool, released: set[str], expected: bool) -> None:
    assert is_unshared(Item("employee", kind, confirmed, frozenset(released), key, "words")) is expected


def test_a_new_leader_gets_nothing_that_was_released_to_the_old_one() -> None:
    item = Item("employee", "S", True, frozenset({"old"}), "log.core.what", "words")
    assert not may_read(item, "leader", CIRCLE)


@pytest.mark.parametrize("kind", ["J", "T"])
def test_what_was_agreed_with_the_old_leader_reaches_the_new_one_only_when_passed_on(kind: str) -> None:
    agreed = Item("employee", kind, True, frozenset(), "prep.share", "words")
    assert may_read(agreed, "leader", CIRCLE)
    kept = replace(agreed, withheld=True)
    assert not may_read(kept, "leader", CIRCLE)
    assert may_read(kept, "employee", CIRCLE)
    assert may_read(kept, "host", CIRCLE) is (kind == "T")


def test_the_wish_of_the_sign_up_reaches_the_new_leader_only_when_passed_on() -> None:
    wish = Item("employee", "J", True, frozenset(), "sign.learn", "words")
    assert may_read(wish, "leader", CIRCLE)
    assert not may_read(replace(wish, withheld=True), "leader", CIRCLE)


@pytest.mark.parametrize("kind", ["J", "T"])
def test_a_new_leader_does_not_read_what_the_old_one_wrote_to_the_employee(kind: str) -> None:
    reason = Item("old", kind, True, frozenset(), "lead.prep.justify", "words")
    assert not may_read(reason, "leader", CIRCLE)
    assert may_read(reason, "employee", CIRCLE)


def test_a_new_leader_reads_the_old_ones_formalities_but_not_the_own_notes() -> None:
    assert may_read(Item("old", "H", True, frozenset(), "lead.prep.formal", ["x"]), "leader", CIRCLE)
    assert not may_read(Item("old", "L", True, frozenset(), "lead.prep.pair", "x"), "leader", CIRCLE)


@pytest.mark.parametrize("way", [readable, readers])
@pytest.mark.parametrize("role", ["leader", "host", "hr"])
def test_domain_t5_the_career_purpose_is_absent_from_every_other_view(way: object, role: str) -> None:
    everybody = frozenset({"leader", "host", "hr"})
    purposes = ["prep.purpose.skill", CAREER]
    items = [
        Item("employee", "S", True, everybody, "prep.purpose", purposes),
        Item("employee", "S", True, everybody, "prep.purpose", [CAREER]),
        Item("employee", "S", True, everybody, "prep.purpose", CAREER),
        *(Item("employee", kind, True, everybody, key, "words") for key in NEVER for kind in Visibility),
    ]
    if way is readers:
        assert [role in readers(item, CIRCLE) for item in items] == [True] + [False] * (len(items) - 1)
    else:
        assert [item.value for item in readable(items, role, CIRCLE)] == [["prep.purpose.skill"]]
    assert [item.value for item in readable(items, "employee", CIRCLE)] == [item.value for item in items]


def test_domain_t5_redacting_leaves_everything_else() -> None:
    assert redact(["prep.purpose.give", CAREER]) == ["prep.purpose.give"]
    assert redact(CAREER) == ""
    others: list[Value] = ["words", 3, True, []]
    assert [redact(value) for value in others] == others


items = st.builds(
    Item,
    st.sampled_from(ROLES[:-1]),
    st.sampled_from([kind.value for kind in Visibility] + ["?"]),
    st.booleans(),
    st.frozensets(st.sampled_from(ROLES[:-1])),
    st.sampled_from(["log.core.what", "sign.learn", "lead.prep.cover", "prep.purpose", "prep.career", "deb.6.goal#2"]),
    st.sampled_from([None, "words", [CAREER], [CAREER, "prep.purpose.give"], 4]),
)


@given(items=st.lists(items, max_size=6), reader=st.sampled_from(ROLES), host_sees=st.booleans())
def test_the_ways_agree_and_order_is_kept(items: list[Item], reader: str, host_sees: bool) -> None:
    circle = Circle("employee", "leader", "host", frozenset({"hr"}), host_sees)
    shown = readable(items, reader, circle)
    assert [item.key for item in shown] == [item.key for item in items if may_read(item, reader, circle)]
    for item in shown:
        assert item.owner == reader or CAREER not in (item.value if isinstance(item.value, list) else [item.value])
    if reader in {"employee", "leader", "host", "hr"}:
        for item in items:
            assert may_read(item, reader, circle) == (reader in readers(item, circle))


@given(item=items, reader=st.sampled_from(["leader", "host", "hr", "colleague", ""]))
def test_private_and_unknown_classes_are_never_read_by_others(item: Item, reader: str) -> None:
    if item.visibility in {"P", "A", "–", "?"} and reader != item.owner:
        assert not may_read(item, reader, CIRCLE)


def test_empty_places_in_the_circle_let_nobody_in() -> None:
    circle = Circle("employee")
    for kind, owner in itertools.product(Visibility, ("employee", "")):
        assert not may_read(Item(owner, kind, True, frozenset({""}), "k", "words"), "", circle)


@pytest.mark.parametrize("kind", list(Visibility))
def test_only_evaluations_and_what_is_named_go_into_a_figure(kind: Visibility) -> None:
    counted = {
        key: may_count(Item("employee", kind, True, frozenset(), key, "x")) for key in ("some.key", "fu.hinder#2")
    }
    assert counted == {"some.key": kind is Visibility.AGGREGATE, "fu.hinder#2": True}


@pytest.mark.parametrize("kind", list(Visibility))
@pytest.mark.parametrize("ticked", [False, True])
def test_hr_reads_a_text_of_the_evaluation_only_with_the_tick(kind: Visibility, ticked: bool) -> None:
    text = Item("employee", kind, True, frozenset(), "eval.emp.change", "words")
    assert may_quote(text, ticked) is (ticked and kind is Visibility.AGGREGATE)
    assert not may_read(Item("employee", Visibility.AGGREGATE, True, frozenset({"hr"}), "eval.emp.worth"), "hr", CIRCLE)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", [*ROLES, "coach"])
@pytest.mark.parametrize("released", ["", "coach", "coach leader host hr"])
def test_a_note_is_the_coachs_alone_even_if_others_were_let(way: object, role: str, released: str) -> None:
    note = Item("employee", Visibility.SHARED_ON_REQUEST, True, frozenset(released.split()), COACH_NOTE, "words")
    assert callable(way)
    assert way([note], role) is (role == "employee" or (role == "coach" and "coach" in released))
