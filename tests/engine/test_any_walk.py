"""Whatever a person does in whatever dialog: there is always a next step, and nothing is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs import engine
from dialogs.catalogue import DIALOGS
from dialogs.model import Ask, Dialog, Facts, State, Turn
from tests.engine.walks import TODAY, Move, facts_for, labels, moves, valid, variants

EVERY_DIALOG = pytest.mark.parametrize("dialog", DIALOGS.values(), ids=list(DIALOGS))
EXAMPLES = settings(max_examples=25)  # of each dialog
LONGEST = {"prep": 11, "deb": 14}


def stored(state: State) -> State:
    """The state as it comes back from the store."""
    kept = json.loads(json.dumps(engine.to_json(state)))
    return engine.from_json(kept, json.loads(json.dumps(dict(state.answers))))


def check(dialog: Dialog, turn: Turn, facts: Facts) -> None:
    """What holds after every input."""
    state, screen = turn.state, turn.screen
    assert stored(state) == state
    assert state.finished == (screen is None)
    required = {ask.key for ask in dialog.asks if ask.required}
    assert not required & set(state.skipped)
    if screen is None:
        assert not turn.errors
        shown = engine.visible(dialog, state, facts)
        assert all(ask.key in state.answers for ask in shown if ask.required)
        assert all(ask.key in state.answers or ask.key in state.skipped for ask in shown)
        return
    shown_keys = [ask.key for ask in engine.visible(dialog, state, facts)]
    keys = [ask.key for ask in screen.asks]
    assert keys
    assert len(keys) == 1 or engine.ONE_AT_A_TIME not in facts
    assert set(keys) <= set(shown_keys)
    assert state.at in keys
    assert set(turn.errors) <= set(keys)
    assert set(screen.filled) <= set(keys)
    assert screen.first == (keys[0] == shown_keys[0])
    assert 1 <= screen.number <= screen.total
    assert screen.total <= _longest(dialog, state)


def _longest(dialog: Dialog, state: State) -> int:
    """11 steps for the preparation, 14 for the debrief; further actions belong to the step of the first."""
    if dialog is not DIALOGS[dialog.key] or dialog.key not in LONGEST:
        return len(dialog.steps)
    return LONGEST[dialog.key]


@st.composite
def walked(draw: st.DrawFn, dialog: Dialog, most: int = 25) -> tuple[State, Facts]:
    """Anywhere a person can get to in the dialog."""
    known = draw(facts_for(dialog))
    state = engine.begin(dialog, known).state
    for move in draw(st.lists(moves, max_size=most)):
        state = move(dialog, state, known).state
    return state, known


@EVERY_DIALOG
@EXAMPLES
@given(data=st.data())
def test_any_input_leads_to_a_next_step(dialog: Dialog, data: st.DataObject) -> None:
    known = data.draw(facts_for(dialog))
    turn = engine.begin(dialog, known)
    check(dialog, turn, known)
    for move in data.draw(st.lists(moves, max_size=25)):
        turn = move(dialog, stored(turn.state), known)
        check(dialog, turn, known)


@EVERY_DIALOG
@EXAMPLES
@given(data=st.data())
def test_the_number_of_steps_never_grows_in_front_of_anybody(dialog: Dialog, data: st.DataObject) -> None:
    known = data.draw(facts_for(dialog))
    turn = engine.begin(dialog, known)
    onward = moves.filter(lambda move: move.kind in ("valid", "typed", "skip", "typed skip"))
    for move in data.draw(st.lists(onward, max_size=40)):
        before, turn = turn, move(dialog, stored(turn.state), known)
        if before.screen is not None and turn.screen is not None:
            assert turn.screen.total <= before.screen.total
            assert turn.screen.number >= before.screen.number


def test_the_number_of_steps_counts_the_longest_way_and_shrinks() -> None:
    dialog = DIALOGS["choose"]
    known = {name: [{"value": "x", "label": "X"}] for name in ("tracks", "optional", "cleared", "pools")}
    turn = engine.begin(dialog, known)
    assert turn.screen is not None
    longest = turn.screen.total
    turn = engine.submit(
        dialog, turn.state, {"choose.track": "x", "choose.goals": "2", "choose.actions": "2"}, known, labels
    )
    assert turn.screen is not None
    assert (turn.screen.number, turn.screen.total) == (2, longest - 1)


@EVERY_DIALOG
@EXAMPLES
@given(data=st.data())
def test_fitting_answers_come_to_the_end_from_anywhere(dialog: Dialog, data: st.DataObject) -> None:
    state, known = data.draw(walked(dialog))
    for _ in range(2 * len(dialog.asks) + 2):
        screen = engine.show(dialog, state, known).screen
        if screen is None:
            break
        turn = engine.submit(dialog, state, {ask.key: valid(ask, known) for ask in screen.asks}, known, labels)
        assert not turn.errors
        state = turn.state
    assert engine.show(dialog, state, known).state.finished


@EVERY_DIALOG
@EXAMPLES
@given(data=st.data())
def test_only_what_is_required_holds_anybody(dialog: Dialog, data: st.DataObject) -> None:
    state, known = data.draw(walked(dialog))
    screen = engine.show(dialog, state, known).screen
    if screen is None:
        return
    needed = [ask.key for ask in screen.asks if ask.required and ask.key not in state.answers]
    for turn in (
        engine.skip(dialog, state, known),
        engine.submit(dialog, state, dict.fromkeys((ask.key for ask in screen.asks), ""), known, labels),
    ):
        if needed:
            assert turn.errors
            assert turn.screen == screen
            assert turn.state.skipped == state.skipped
    if not needed:
        skipped = engine.skip(dialog, state, known)
        assert not skipped.errors
        for ask in screen.asks:
            assert ask.key in skipped.state.answers or ask.key in skipped.state.skipped


@EVERY_DIALOG
@EXAMPLES
@given(data=st.data())
def test_back_comes_to_the_first_question_and_stays(dialog: Dialog, data: st.DataObject) -> None:
    state, known = data.draw(walked(dialog))
    order = [ask.key for ask in engine.visible(dialog, state, known)]
    before = len(order)
    for _ in range(len(order) + 1):
        turn = engine.back(dialog, state, known)
        check(dialog, turn, known)
        assert turn.state.answers == state.answers
        if turn.screen is None:
            assert not order
            return
        here = order.index(turn.screen.asks[0].key)
        assert here < before or here == 0
        before, state = here, turn.state
    assert before == 0


@EVERY_DIALOG
@EXAMPLES
@given(data=st.data())
def test_any_visible_question_can_be_answered_anew(dialog: Dialog, data: st.DataObject) -> None:
    state, known = data.draw(walked(dialog))
    for ask in engine.changeable(dialog, state, known):
        turn = engine.edit(dialog, state, ask.key, known)
        check(dialog, turn, known)
        assert turn.screen is not None
        assert ask.key in [shown.key for shown in turn.screen.asks]
        assert engine.keep(dialog, turn.state, known).state.answers == state.answers


@EVERY_DIALOG
@EXAMPLES
@given(data=st.data())
def test_work_on_the_dialog_loses_no_answer(dialog: Dialog, data: st.DataObject) -> None:
    state, known = data.draw(walked(dialog))
    changed = data.draw(variants(dialog))
    turn = engine.show(changed, stored(state), known)
    assert turn.state.answers == state.answers
    check(changed, turn, known)
    for move in data.draw(st.lists(moves, max_size=8)):
        before = turn.state
        turn = move(changed, stored(before), known)
        check(changed, turn, known)
        asked = {ask.key for ask in changed.asks}
        for key, value in before.answers.items():
            assert key in asked or turn.state.answers.get(key) == value
    back = engine.show(dialog, stored(turn.state), known)
    check(dialog, back, known)


@EVERY_DIALOG
def test_everything_answered_is_said_to_be_the_end_once(dialog: Dialog) -> None:
    known = {"today": TODAY.isoformat(), "questions": [], "quotes": []}
    state = State(dialog.key, answers={ask.key: "x" for ask in dialog.asks}, form=dialog.form)
    turn = engine.show(dialog, state, known)
    assert turn.state.finished
    assert [say.key for say in turn.says] == list(dialog.outro)


def test_an_earlier_date_that_moves_past_a_later_one_asks_for_that_again() -> None:
    dialog = DIALOGS["match"]
    known = {
        "today": TODAY.isoformat(),
        "wishes": [{"value": "w", "label": "Emil"}],
        "offers": [{"value": "o", "label": "Havnen"}],
        "forms": [{"value": "f", "label": "Føl"}],
        "people": [],
    }
    state = engine.begin(dialog, known).state
    while (screen := engine.show(dialog, state, known).screen) is not None:
        state = engine.submit(dialog, state, {ask.key: valid(ask, known) for ask in screen.asks}, known, labels).state
    typed = replace(state, form=False, at="match.start")
    late = (TODAY + timedelta(days=60)).isoformat()
    turn = engine.submit(dialog, typed, {"match.start": late}, known, labels)
    assert turn.state.answers["match.start"] == late
    assert turn.state.at == "match.end"


def test_a_step_that_goes_on_with_one_that_is_not_there_any_more_is_the_first() -> None:
    dialog = DIALOGS["match"]
    steps = sorted(dialog.steps, key=lambda step: not step.goes_on)
    state = State(dialog.key, at=steps[0].asks[0].key, answers={"match.more": "btn.yes"})
    known = {"today": TODAY.isoformat(), "offers": [{"value": "o", "label": "Havnen"}]}
    check(changed := replace(dialog, steps=tuple(steps)), engine.show(changed, state, known), known)


def test_an_answer_typed_for_a_form_is_one_step() -> None:
    ask: Ask = DIALOGS["stop"].asks[0]
    turn = Move("garbage", "1")(DIALOGS["stop"], engine.begin(DIALOGS["stop"], {"today": "2026-05-04"}).state, {})
    assert ask.key in turn.state.answers or turn.errors
