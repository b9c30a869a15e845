"""The states and what may follow them."""

from __future__ import annotations

from dataclasses import fields

import pytest

from bot.programme.schedule import PLANNED
from bot.programme.states import EXCHANGE, OFFER, ROUND, SIGN_UP, Circumstances, States, left_open, move

ALL = {"round": ROUND, "offer": OFFER, "sign_up": SIGN_UP, "exchange": EXCHANGE}
EVERYTHING = Circumstances(**{field.name: True for field in fields(Circumstances)})


@pytest.mark.parametrize("states", ALL.values(), ids=ALL)
def test_every_state_that_is_named_is_known_and_reached(states: States) -> None:
    followers = {target for targets in states.values() for target in targets}
    assert followers <= set(states)
    assert set(states) - followers <= {next(iter(states))}


@pytest.mark.parametrize("states", ALL.values(), ids=ALL)
def test_what_no_state_allows_is_refused_with_a_sentence(states: States) -> None:
    for source in states:
        for target in states:
            answer = move(states, source, target, EVERYTHING)
            assert answer.allowed == (target in states[source])
            assert answer.allowed or (answer.refusal, answer.soft) == ("state.not_now", False)


@pytest.mark.parametrize(
    ("source", "target", "refusal", "soft"),
    [
        ("accepted", "approved", "approve.needjust", False),
        ("approved", "prepared", "state.need.goal", True),
        ("prepared", "running", "state.need.start", False),
        ("running", "finished", "state.need.end", False),
        ("finished", "debriefed", "state.need.learned", True),
        ("running", "debriefed", "state.need.end", False),
    ],
)
def test_guards_refuse_or_warn(source: str, target: str, refusal: str, soft: bool) -> None:
    answer = move(EXCHANGE, source, target)
    assert (answer.refusal, answer.soft) == (refusal, soft)
    assert move(EXCHANGE, source, target, EVERYTHING).allowed


def test_domain_t13_an_approval_without_a_reason_is_refused() -> None:
    assert move(EXCHANGE, "accepted", "approved", Circumstances(joint_goal=True)).refusal == "approve.needjust"
    assert move(EXCHANGE, "accepted", "approved", Circumstances(justified=True)).allowed


def test_only_the_persons_own_wish_signs_up() -> None:
    assert move(SIGN_UP, "draft", "signed_up").refusal == "state.need.voluntary"
    assert move(SIGN_UP, "draft", "signed_up", Circumstances(voluntary=True)).allowed


def test_withdrawing_and_ending_early_need_no_reason() -> None:
    for state in ("proposed", "accepted", "approved", "prepared"):
        assert move(EXCHANGE, state, "withdrawn").allowed
    for state in ("approved", "prepared", "running", "paused"):
        assert move(EXCHANGE, state, "ended_early").allowed


def test_ends_are_ends() -> None:
    assert {state for state in EXCHANGE if not EXCHANGE[state]} == {"declined", "rejected", "withdrawn", "closed"}
    assert set(EXCHANGE) >= PLANNED


def test_what_the_soft_guards_miss_is_named_and_stops_nothing() -> None:
    missing = left_open(EXCHANGE, "approved", "prepared", Circumstances(joint_goal=True))
    assert missing == ["rules_ticked", "practical_done"]
    assert left_open(EXCHANGE, "approved", "prepared", EVERYTHING) == []
    assert left_open(EXCHANGE, "accepted", "approved", Circumstances()) == [], "a reason is no soft thing"
    answer = move(EXCHANGE, "approved", "prepared", Circumstances(joint_goal=True))
    assert answer.soft
