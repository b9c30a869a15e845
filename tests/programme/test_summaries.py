"""What goes into a summary, and that it tells nothing by what is missing."""

from __future__ import annotations

import pytest

from bot.programme.summaries import QUESTIONS_TO_ASK, Final, Goal, Week, final, weekly
from bot.programme.visibility import Circle, Item, readable
from dialogs.model import Say

CIRCLE = Circle("employee", "leader", "host", frozenset({"hr"}))


def week(shared: tuple[tuple[str, str], ...] = (), **changes: object) -> Week:
    values = {
        "name": "Mette",
        "host_unit": "Havnen",
        "number": 2,
        "day": 4,
        "total": 9,
        "next_step": Say("next.last_day"),
        "goals": ("Forstå næste led",),
        "agreed": True,
        "shared": shared,
    }
    return Week(**(values | changes))  # type: ignore[arg-type]


def keys(says: list[Say]) -> list[str]:
    return [say.key for say in says]


def test_goals_that_are_not_agreed_on_are_called_the_employees() -> None:
    assert "sum.week.goals.set" in keys(weekly(week(agreed=False)))
    assert "sum.week.goals" not in keys(weekly(week(agreed=False)))


def test_the_weekly_overview_has_the_order_of_the_spec() -> None:
    says = weekly(week((("Hvad hænger ved?", "Ti minutter om morgenen"),), requests=("Et opkald",), yours=("Ring",)))
    assert keys(says) == [
        "sum.week.title",
        "sum.week.where",
        "sum.week.goals",
        "sum.week.shared",
        "sum.week.request",
        "sum.week.yours",
        "sum.week.ask",
        "sum.footer",
    ]
    line = says[3].values["list"][0]
    assert (line.key, line.values) == ("sum.line", {"item": "Hvad hænger ved?", "text": "Ti minutter om morgenen"})


def test_nothing_shared_is_a_neutral_sentence() -> None:
    assert "sum.week.noshare" in keys(weekly(week()))
    assert "sum.week.shared" not in keys(weekly(week()))


def test_nobody_is_told_to_call_somebody_who_is_back() -> None:
    last = keys(weekly(week(day=9)))
    assert "sum.week.back" in last
    assert "sum.week.noshare" not in last
    assert "sum.week.back" not in keys(weekly(week(day=9, shared=(("Hvad hænger ved?", "Morgenmødet"),))))


def overview(items: list[Item]) -> list[Say]:
    shown = readable(items, "leader", CIRCLE)
    return weekly(week(tuple((item.key, str(item.value)) for item in shown)))


@pytest.mark.parametrize("other", ["log.core.what", "log.core.nowwhat"])
def test_domain_t4_skipped_private_and_unanswered_questions_give_the_same_summary(other: str) -> None:
    told = Item("employee", "S", True, frozenset({"leader"}), "log.core.sowhat", "Vi kan spørge før")
    unanswered = overview([told])
    private = overview([told, Item("employee", "P", True, frozenset(), other, "mit eget")])
    kept = overview([Item("employee", "S", True, frozenset(), other, "mit eget"), told])
    elsewhere = overview([told, Item("employee", "S", True, frozenset({"host"}), other, "til værten")])
    assert unanswered == private == kept == elsewhere
    assert overview([]) == overview([Item("employee", "S", False, frozenset(), other, "mit eget")])


def test_the_question_to_ask_changes_every_week() -> None:
    asked = [weekly(week(number=number))[-2].values["text"].key for number in range(1, 6)]
    assert asked == [*QUESTIONS_TO_ASK, QUESTIONS_TO_ASK[0]]


def test_the_final_summary_has_the_order_of_the_spec() -> None:
    parts = Final(
        "Mette",
        "Havnen",
        why="Vi skal bruge det",
        benefits=(("Hvad kan din egen arbejdsplads få ud af det?", "Færre fejl"),),
        moved="Før tænkte jeg",
        goals=(Goal("Forstå", "Jeg kan sige det", "Halvvejs", "At spørge"), Goal("Kunne", "")),
        others=(("Hvad lærte du?", "Ro"),),
        practices="Morgenmøde",
        plan=("Prøve det",),
        sharing=("Personalemøde",),
        request="Tid",
        dates=(Say("next.return_talk"),),
    )
    says = final(parts)
    assert keys(says) == [
        "sum.final.title",
        "sum.final.why",
        "sum.final.benefits",
        "sum.final.moved",
        "sum.final.goals",
        "sum.final.others",
        "sum.final.practices",
        "sum.final.plan",
        "sum.final.share",
        "sum.final.request",
        "sum.final.dates",
        "sum.final.note",
    ]
    lines = says[4].values["list"]
    assert keys(list(lines)) == ["sum.goal.level", "sum.goal.help", "sum.goal"]
    assert lines[0].values["item"].key == "sum.goal.sign"


def test_the_final_summary_has_nothing_that_was_not_given() -> None:
    assert keys(final(Final("Mette", "Havnen"))) == ["sum.final.title", "sum.final.note"]


def test_several_practices_are_a_line_each() -> None:
    says = final(Final("Mette", "Havnen", practices=("Morgenmøde", "Tavle")))
    assert says[1].values["list"] == ("Morgenmøde", "Tavle")
