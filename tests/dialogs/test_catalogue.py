"""The conversations as they are defined: complete, in the order of the specification, within its counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dialogs import engine
from dialogs.catalogue import DIALOGS, by_key
from dialogs.model import (
    Ack,
    Ask,
    Day,
    Dialog,
    Many,
    One,
    Person,
    Rejected,
    Review,
    Scale,
    State,
    Step,
    Text,
    Value,
    Visibility,
    WrongDialog,
    step,
)

TODAY = {"today": "2026-05-03"}
GOALS = {f"goal#{n}": "Jeg vil kunne …" for n in (1, 2, 3)} | {f"sign#{n}": "…" for n in (1, 2, 3)}
QUOTES = [{"value": f"q{n}", "label": f"Citat {n}"} for n in (1, 2, 3, 4)]
EVERYTHING = {
    **TODAY,
    **GOALS,
    "full": True,
    "goals": 3,
    "quotes": QUOTES,
    "assumption": "De har god tid",
    "career": True,
}
RICH = {**EVERYTHING, "part_time": True, "abroad": True}


def steps_of(key: str, facts: Mapping[str, Any], answers: Mapping[str, Value]) -> list[str]:
    """The steps that have something to ask."""
    shown = {ask.key for ask in engine.visible(DIALOGS[key], State(key, answers=answers), facts)}
    return [step.key for step in DIALOGS[key].steps if any(ask.key in shown for ask in step.asks)]


def asked(key: str, facts: Mapping[str, Any], answers: Mapping[str, Value] | None = None) -> list[str]:
    """The questions that are asked."""
    return [ask.key for ask in engine.visible(DIALOGS[key], State(key, answers=answers or {}), {**TODAY, **facts})]


def test_the_catalogue_holds_every_conversation() -> None:
    assert set(DIALOGS) == set(
        """
        round sign offer match proposal host_proposal principle approve prep lead log misses share week habit
        deb ret fu30 fu90 lead.fu90 story fb fb.who left language time absent stop correct outside
        goals practical formal suggest
        host.prep host.check host.more gift
        eval.emp eval.lead eval.host coach coaches
        own_search own choose mus
        new_leader
        """.split()
    )
    assert all(dialog.key == key for key, dialog in DIALOGS.items())


def test_two_dialogs_of_one_name_are_refused() -> None:
    with pytest.raises(WrongDialog, match="Two dialogs are called stop"):
        by_key(DIALOGS["stop"], DIALOGS["stop"])


def test_a_question_asked_twice_is_refused() -> None:
    ask = Ask("stop.ask", Text(), Visibility.PRIVATE)
    with pytest.raises(WrongDialog, match=r"asks stop\.ask twice"):
        by_key(Dialog("twice", "stop.title", (step(ask), Step("again", (ask,)))))


@pytest.mark.parametrize("dialog", DIALOGS.values(), ids=lambda dialog: dialog.key)
def test_what_is_answered_can_be_answered(dialog: Dialog) -> None:
    for ask in dialog.asks:
        if isinstance(ask.answer, One | Many):
            assert bool(ask.answer.options) != bool(ask.answer.fact), ask.key
        if isinstance(ask.answer, Many):
            assert ask.answer.least <= ask.answer.most, ask.key


SPEC_TYPES: Mapping[str, tuple[type, ...]] = {
    "text": (Text,),
    "long": (Text,),
    "one": (One,),
    "many": (Many,),
    "s5": (One,),
    "s10": (Scale,),
    "date": (Day,),
    "person": (Person,),
    "ack": (Ack,),
}


def test_questions_have_the_answer_type_of_the_specification(shared: Path) -> None:
    strings = json.loads((shared / "domain" / "strings.json").read_text("utf-8"))
    seen = 0
    for dialog in DIALOGS.values():
        for ask in dialog.asks:
            row = strings.get(ask.words)
            # The finishing time is a text in the spec and a time with one option here.
            if row is None or row["type"] in ("msg", "hint") or ask.words == "prep.finish":
                continue
            seen += 1
            assert isinstance(ask.answer, SPEC_TYPES[row["type"]]), ask.key
            if isinstance(ask.answer, Text):
                assert ask.answer.long == (row["type"] == "long"), ask.key
    assert seen > 100


def test_options_stand_below_their_question_in_the_specification(shared: Path) -> None:
    strings = json.loads((shared / "domain" / "strings.json").read_text("utf-8"))
    for dialog in DIALOGS.values():
        for ask in dialog.asks:
            kind = strings.get(ask.words, {}).get("type")
            if not isinstance(ask.answer, One | Many) or ask.answer.fact or kind not in ("one", "many"):
                continue
            own = [key for key, row in strings.items() if key.startswith(f"{ask.words}.") and row["type"] == "opt"]
            if own:
                assert list(ask.answer.options) == own, ask.key


def test_every_question_of_a_spec_table_is_asked(shared: Path) -> None:
    strings = json.loads((shared / "domain" / "strings.json").read_text("utf-8"))
    asks = {ask.words for dialog in DIALOGS.values() for ask in dialog.asks}
    tables = (
        "prep.",
        "log.core.",
        "log.deep.",
        "log.first.",
        "log.mid.",
        "log.last.",
        "log.week.",
        "log.twojobs",
        "deb.",
    )
    questions = {
        key
        for key, row in strings.items()
        if key.startswith(tables) and row["type"] in ("text", "long", "one", "many", "s10", "date", "ack")
    }
    assert questions - asks == set()


@pytest.mark.parametrize("answers", [{}, {"prep.purpose": ["prep.purpose.career"], "prep.confidence": 3}])
def test_the_full_preparation_has_eleven_steps_whatever_is_answered(answers: dict[str, Value]) -> None:
    more = {
        "prep.goal.more": "btn.add_goal",
        "prep.goal.2": "se dem",
        "prep.goal.more#2": "btn.add_goal",
        "prep.goal.3": "x",
    }
    assert len(steps_of("prep", RICH, {**answers, **more})) == 11
    assert len(steps_of("prep", {**TODAY, "full": True}, answers)) == 11


def test_the_short_preparation_asks_what_the_decision_names() -> None:
    short = asked("prep", {"full": False})
    assert short == [
        "prep.ack",
        "prep.purpose",
        "prep.purpose.own",
        "prep.days",
        "prep.finish",
        "prep.goal.1",
        "prep.goal.1.sign",
        "prep.expect",
        "prep.ask",
        "prep.share",
        "share.habit",
        "prep.confirm",
    ]


def test_the_preparation_needs_only_purpose_and_one_goal_with_its_sign() -> None:
    needed = [ask.key for ask in DIALOGS["prep"].asks if ask.required]
    assert needed == ["prep.ack", "prep.purpose", "prep.goal.1", "prep.goal.1.sign", "prep.confirm"]


def test_what_was_written_stays_to_be_changed_where_fewer_are_allowed_later() -> None:
    more: dict[str, Value] = {"prep.goal.more": "btn.add_goal", "prep.goal.more#2": "btn.add_goal"}
    three: dict[str, Value] = {**more, "prep.goal.2": "Kende tre af dem", "prep.goal.3": "Lede en tavlerunde"}
    goals = asked("prep", {"full": True, "most_goals": 1}, three)
    assert {"prep.goal.2", "prep.goal.2.sign", "prep.goal.3", "prep.goal.3.sign"} <= {*goals}
    assert not any(key.startswith("prep.goal.more") for key in goals)
    added: dict[str, Value] = {f"deb.more_action#{n}": "btn.add_action" for n in (1, 2)}
    plan: dict[str, Value] = {**added, **{f"deb.12.action.what#{n}": "Ringe" for n in (1, 2, 3)}}
    actions = asked("deb", {**EVERYTHING, "most_actions": 1}, plan)
    assert {"deb.12.action.when#2", "deb.12.action.when#3"} <= {*actions}
    assert not any(key.startswith("deb.more_action") for key in actions)


def test_fields_of_the_preparation_open_on_their_condition() -> None:
    full = {"full": True}
    opened: list[tuple[str, dict[str, bool], dict[str, Value]]] = [
        ("prep.career", {}, {"prep.purpose": ["prep.purpose.career"]}),
        ("prep.own_work", {"part_time": True}, {}),
        ("prep.abroad", {"abroad": True}, {}),
        ("prep.confidence.up", {}, {"prep.confidence": 6}),
        ("prep.share.date", {}, {"prep.share": "Holdet"}),
        ("prep.plan.if", {}, {"prep.obstacle": "Tid"}),
    ]
    for key, facts, answers in opened:
        assert key not in asked("prep", full)
        assert key in asked("prep", {**full, **facts}, answers)
    assert "prep.confidence.up" not in asked("prep", full, {"prep.confidence": 7})
    assert "prep.own_work" not in asked("prep", {"part_time": True})


def test_the_full_debrief_has_fourteen_steps() -> None:
    answers: dict[str, Value] = {"deb.1.recall": ["q1", "q2", "q3"], "deb.14.sure": 2}
    assert len(steps_of("deb", EVERYTHING, answers)) == 14
    assert len(steps_of("deb", {**EVERYTHING, "assumption": ""}, answers)) == 13


def test_the_short_debrief_asks_what_the_decision_names() -> None:
    short = asked("deb", {"quotes": QUOTES, "assumption": "De har god tid", "goals": 1}, {"deb.1.recall": ["q1"]})
    assert short == [
        "deb.1.recall",
        "deb.3.moved",
        "deb.5.assumption",
        "deb.10.transfer",
        "deb.12.action.what#1",
        "deb.14.request",
        "deb.confirm",
    ]
    dated = asked("deb", {"quotes": QUOTES}, {"deb.12.action.what#1": "Ringe"})
    assert "deb.12.action.when#1" in dated
    assert not any("deb.more_action" in key for key in dated)


def test_domain_t20_a_debrief_without_logbook_begins_with_a_picture() -> None:
    assert asked("deb", {"full": True, "quotes": []})[0] == "deb.recall.none"
    assert "deb.recall.none" not in asked("deb", {"full": True, "quotes": QUOTES})


def test_the_debrief_asks_once_for_each_picked_quote_and_each_goal() -> None:
    two = asked("deb", {**EVERYTHING, "goals": 2}, {"deb.1.recall": ["q1", "q4"]})
    assert [key for key in two if key.startswith("deb.2.")] == ["deb.2.moment#1", "deb.2.moment#2"]
    assert [key for key in two if key.startswith("deb.6.goal.scale")] == [
        "deb.6.goal.scale#1",
        "deb.6.goal.scale#2",
    ]


def test_one_to_three_actions_each_when_wanted() -> None:
    answers: dict[str, Value] = {}
    for n in (1, 2):
        assert f"deb.12.action.what#{n + 1}" not in asked("deb", EVERYTHING, answers)
        answers |= {f"deb.12.action.what#{n}": "Ringe", f"deb.more_action#{n}": "btn.add_action"}
        assert f"deb.12.action.what#{n + 1}" in asked("deb", EVERYTHING, answers)
    answers |= {"deb.12.action.what#3": "Ringe"}
    assert "deb.more_action#3" not in asked("deb", EVERYTHING, answers)


def test_the_private_purpose_is_closed_privately() -> None:
    assert "deb.careerclose.text" in asked("deb", {"career": True})
    assert "deb.careerclose.text" not in asked("deb", {})


def test_six_questions_are_required_to_sign_up() -> None:
    for mode, where in (("self", "sign.self.where"), ("match", "sign.where"), ("both", "sign.where")):
        answers = {"sign.mode": f"sign.mode.{mode}", "sign.more": "btn.no"}
        asks = [DIALOGS["sign"].ask(key) for key in asked("sign", {"unit": "Hjemmeplejen"}, answers)]
        required = [ask.key for ask in asks if ask and ask.required]
        assert required == ["sign.voluntary", "sign.leader", "sign.talked", "sign.mode", where, "sign.learn"]


def test_the_unit_is_asked_when_it_is_not_known() -> None:
    assert "sign.unit" in asked("sign", {"unit": ""})
    assert "sign.unit" not in asked("sign", {"unit": "Hjemmeplejen"})


def test_tips_come_to_those_who_ask_for_them() -> None:
    assert "sign.tips" in asked("sign", {}, {"sign.talked": "sign.talked.tips"})
    assert "sign.tips" not in asked("sign", {}, {"sign.talked": "sign.talked.soon"})


def test_a_self_arranged_wish_is_matched_with_a_person_and_not_an_offer() -> None:
    facts = {"self_wishes": ["w1"]}
    assert "match.host" in asked("match", facts, {"match.wish": "w1"})
    assert "match.offer" not in asked("match", facts, {"match.wish": "w1"})
    assert "match.offer" in asked("match", facts, {"match.wish": "w2"})


def test_domain_t13_an_approval_needs_a_written_reason() -> None:
    dialog = DIALOGS["approve"]
    state = State("approve", answers={"approve.final": "btn.approve"})
    turn = engine.submit(dialog, state, {"lead.prep.justify": "  "}, TODAY, lambda ask: {})
    assert turn.errors == {"lead.prep.justify": Rejected("approve.needjust")}
    assert asked("approve", {}, {"approve.final": "btn.talk_first"}) == ["approve.final"]
    assert "approve.no.reason" in asked("approve", {}, {"approve.final": "btn.reject"})


def test_the_logbook_asks_what_was_chosen_for_the_day() -> None:
    chosen = [
        "log.core.what",
        "log.deep.goal",
        "log.deep.goal.scale",
        "log.first.place",
        "log.first.place.missing",
    ]
    assert asked("log", {"questions": chosen}) == [key for key in chosen if key != "log.first.place.missing"]
    assert "log.first.place.missing" in asked("log", {"questions": chosen}, {"log.first.place": "btn.no"})
    assert asked("log", {}) == []


def test_the_midpoint_asks_for_each_goal_there_is() -> None:
    chosen = ["log.mid.goal#1", "log.mid.goal#2", "log.mid.goal#3", "log.mid.adjust"]
    assert asked("log", {"questions": chosen, "goals": 2}) == [
        "log.mid.goal#1",
        "log.mid.goal#2",
        "log.mid.adjust",
    ]


def test_the_leaders_part_is_one_short_form() -> None:
    assert asked("lead", {"goals": 1}) == ["lead.prep.use", "lead.prep.cover", "lead.prep.followup.return"]
    full = asked("lead", {"full": True, "goals": 1}, {"lead.prep.goals": "lead.prep.goals.add"})
    assert {
        "lead.prep.goals",
        "lead.prep.goals.comment",
        "lead.prep.contact",
        "lead.prep.followup.slot",
    } < set(full)


def test_what_is_kept_of_people_is_never_a_control() -> None:
    for dialog in DIALOGS.values():
        for ask in dialog.asks:
            if isinstance(ask.answer, Text | Scale | Person):
                assert ask.visibility is not Visibility.CONTROL, ask.key
            if isinstance(ask.answer, Review):
                assert ask.visibility is Visibility.CONTROL, ask.key
