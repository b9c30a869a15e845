"""What a press brings back: all that was filled in, and nothing odd."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channel import Button, Field, Message
from bot.channels.teams.card import whole
from bot.channels.teams.dialog import dialog
from bot.channels.teams.filled import Filled, filled
from tests.teams.drawn import EMIL, MEMBERS, messages, say
from tests.teams.schema import actions, inputs

PRESS = {"card": "c1", "button": "save"}
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12,
)


NOTHING_TO_TICK = Message(
    (),
    preview="",
    card="c",
    fields=(Field("a", "text", "", value="p1"), Field("b", "many", ""), Field("c", "text", "")),
    buttons=(Button("save", "Gem", sends=True),),
)


def test_where_nothing_can_be_ticked_nothing_is_answered() -> None:
    for action in actions(whole(NOTHING_TO_TICK, say, members=MEMBERS)):
        assert "b" not in filled({**action["data"], "answer:a": "x"}).values


@given(messages, st.data())
def test_what_was_filled_in_comes_back_by_its_question(message: Message, data: st.DataObject) -> None:
    drawn = data.draw(
        st.sampled_from((
            whole(message, say, members=MEMBERS),
            dialog([message], say, members=MEMBERS)["card"]["content"],
        ))
    )  # fmt: skip
    typed = {id: it.get("value", "") for id, it in inputs(drawn).items()}
    for action in actions(drawn):
        found = filled({**action["data"], **typed})
        about = action["data"]["vidsyn"]
        assert (found.card, found.dialog) == (about["card"], about.get("dialog", False))
        assert found.button == (typed.get("choice") or about["button"])
        assert {f"answer:{key}" for key in (*found.values, *found.people)} == typed.keys() - {"choice"}


def test_each_kind_of_answer() -> None:
    found = filled({
        "vidsyn": {**PRESS, "many": ["m", "none"], "dialog": True},
        "answer:t": "Morgenmødet, og frokosten",
        "answer:m": "mon,tue",
        "answer:none": "",
        "answer:p": EMIL.upper(),
        "answer:d": "2026-05-05",
        "answer:k": "true",
        "msteams": {"type": "task/submit"},
        "foreign": "x",
    })  # fmt: skip
    assert found == Filled(
        "c1",
        "save",
        {"t": "Morgenmødet, og frokosten", "m": ["mon", "tue"], "none": [], "d": "2026-05-05", "k": "true"},
        {"p": EMIL},
        dialog=True,
    )


@pytest.mark.parametrize("leave", ["mask", "keep"])
def test_what_to_do_with_a_number(leave: str) -> None:
    found = filled({"vidsyn": {**PRESS, "leave": leave, "leaves": ["a", "b"]}, "answer:a": "x"})
    assert (found.leave, found.leaves, found.values) == (leave, ("a", "b"), {"a": "x"})


def test_where_nothing_is_ticked_nothing_is_sent_and_that_is_the_answer() -> None:
    assert filled({"vidsyn": {**PRESS, "many": ["m", "n"]}, "answer:n": "a,b"}).values == {"m": [], "n": ["a", "b"]}


@given(json)
def test_a12_whatever_comes_nothing_is_raised(data: Any) -> None:
    assert isinstance(filled(data), Filled)
    assert isinstance(filled({"vidsyn": data, "answer:a": data}), Filled)
    assert isinstance(filled({"vidsyn": {"card": data, "button": data, "leaves": data, "many": data}}), Filled)


@pytest.mark.parametrize("data", [None, [], "x", {}, {"vidsyn": 1}, {"vidsyn": {"card": 1, "button": ["x"]}}])
def test_a12_what_is_no_press_of_ours_is_none(data: Any) -> None:
    found = filled(data)
    assert (found.card, found.button) == ("", "")


def test_a12_what_is_odd_or_huge_is_left_out() -> None:
    found = filled({
        "vidsyn": {**PRESS, "leave": "burn", "leaves": ["a", 1, None, "x" * 300], "dialog": "yes"},
        "answer:": "without a question",
        "answer:a": 7,
        "answer:b": "x" * 40_001,
        "answer:" + "k" * 201: "x",
        "answer:c": ["x"],
        "answer:d": "stays",
        7: "x",
    })  # fmt: skip
    assert found == Filled("c1", "save", {"d": "stays"}, leaves=("a",))
    many = filled({"vidsyn": PRESS} | {f"answer:{n}": "x" for n in range(1000)})
    assert len(many.values) == 200
    assert filled({"vidsyn": {"card": "x" * 201, "button": "y" * 201}}) == Filled()
