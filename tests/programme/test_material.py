"""What the debrief starts from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.programme.material import MOST_QUOTES, Written, quotes

texts = st.lists(st.builds(Written, st.uuids().map(str), st.text(max_size=40), st.booleans()), max_size=20)


def test_marked_entries_come_first_then_the_longest() -> None:
    short, long, marked = Written("a", "kort"), Written("b", "en lang tekst"), Written("c", "ja", marked=True)
    assert quotes([short, long, marked]) == [marked, long, short]


@given(written=texts)
def test_at_most_seven_and_never_fewer_than_there_are(written: list[Written]) -> None:
    there = [each for each in written if each.text.strip()]
    found = quotes(written)
    assert len(found) == min(len(there), MOST_QUOTES)
    assert all(each in there for each in found)


@given(written=texts)
def test_only_mark_and_length_decide(written: list[Written]) -> None:
    """Other words of the same length give the same choice: nothing is chosen by mood."""
    other = [Written(each.id, "x" * len(each.text.strip()), each.marked) for each in written]
    assert [each.id for each in quotes(other)] == [each.id for each in quotes(written)]
