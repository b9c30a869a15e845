"""Sentences of the specification that stand in no transcript of some language: the test that has each said."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from tests.conftest import ROOT

_SELDOM = "conversations/test_seldom_said.py::test_"

SAID_BY_TEST: Mapping[str, str] = {
    "btn.pause": "slack/test_home.py::test_a_pause_is_ended_on_the_page",
    "btn.resume": "slack/test_home.py::test_a_pause_is_ended_on_the_page",
    "err.generic": "running/test_one_effect.py::test_f21_a_turn_that_always_fails_sinks_alone",
    "prep.own_work": f"{_SELDOM}a_part_time_preparation_asks_which_tasks_stay",
    "log.first.impression": f"{_SELDOM}a_visit_of_one_day_asks_for_the_first_impression",
    "log.week.look": f"{_SELDOM}a_stay_over_more_than_four_weeks_looks_back_at_the_week",
    "log.week.next": f"{_SELDOM}a_stay_over_more_than_four_weeks_looks_back_at_the_week",
    "log.twojobs.carry": f"{_SELDOM}a_long_stay_part_time_asks_what_was_carried_from_one_place_to_the_other",
    "eval.lead.sparring": f"{_SELDOM}a_leader_who_met_the_others_is_asked_about_it_where_there_is_time",
    "round.post.cover": f"{_SELDOM}a_round_where_units_can_apply_for_a_substitute_says_so",
    "push.mid": f"{_SELDOM}who_has_not_prepared_is_halfway_too",
    "push.return": "conversations/test_return_talk.py::test_a_talk_without_a_day_is_asked_about_on_the_day_or_later",
    "sum.ask.4": f"{_SELDOM}a_stay_over_more_than_four_weeks_looks_back_at_the_week",
    "warn.sixmonths": "conversations/test_before.py::test_domain_t10_a_long_stay_is_warned_of_and_not_blocked",
}
"""By key, the file of a test below tests/ and its name; the test names the key."""


def names_it(key: str) -> bool:
    """Whether the test is there and names the key."""
    file, _, name = SAID_BY_TEST[key].partition("::")
    path = ROOT / "tests" / file
    tree = ast.parse(path.read_text("utf-8")) if path.is_file() else ast.Module([], [])
    tests = [
        each for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == name
    ]
    return any(isinstance(node, ast.Constant) and node.value == key for test in tests for node in ast.walk(test))
