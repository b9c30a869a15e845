"""Before the exchange: the leader's part, the goals that both agree on, what is pushed, and who may suggest it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from bot.channel import Message
from dialogs.leader import FORMAL, RULES
from dialogs.model import Raw
from dialogs.preparation import IN_PLACE
from storage.records import AnswerRow, ExchangeRow
from storage.store import Work
from tests.conversations.conftest import Open
from tests.stage.play import Seat, read
from tests.stage.scenes import (
    GOAL,
    PLACE,
    REASON,
    WISH,
    Cast,
    approved,
    join,
    leader_prepared,
    minutes,
    only,
    prepare,
    walk,
)

LONG = (date(2026, 5, 4), date(2026, 5, 22))
AFTER_ASCENSION = (date(2026, 5, 18), date(2026, 5, 20))
"""Lone is reminded of her part on a day of its own, Friday the 8th."""
PART: Mapping[str, Raw] = {
    "lead.prep.use": "På personalemødet",
    "lead.prep.goals": "lead.prep.goals.agree",
    "lead.prep.followup.return": "2026-05-29",
    "lead.prep.rules": list(RULES),
    "lead.prep.formal": ["lead.prep.formal.pay"],
    "lead.prep.contact": "lead.prep.contact.weekly",
    "lead.prep.contact.hostleader": "2026-05-11",
    "lead.prep.followup.slot": "2026-06-09",
    "lead.prep.pair": "lead.prep.pair.no",
}


def said(here: Cast, key: str, **values: object) -> str:
    return here.play.words.text(here.play.language, key, values)


async def exchange_of(here: Cast) -> ExchangeRow:
    (exchange,) = await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id))
    return exchange


async def rows_of(here: Cast, seat: Seat, occasion: str) -> dict[str, AnswerRow]:
    exchange = await exchange_of(here)
    rows = await here.play.store.run(lambda work: work.answers.of(seat.id, exchange.id, occasion))
    return {row.key: row for row in rows}


async def choose(here: Cast, name: str, value: Any) -> None:
    """HR's organisation has chosen something."""
    organisation = (await here.hanne.person()).organisation
    await here.play.store.run(lambda work: work.choices.put(organisation, "", name, value))


async def do_the_part(here: Cast, **answers: Raw) -> list[str]:
    """Lone does her part; the keys that were asked, form by form."""
    given = {**PART, **{key.replace("__", "."): value for key, value in answers.items()}}
    await here.lone.taps("btn.start_min", minutes=await minutes(here.lone))
    asked: list[str] = []
    for _ in range(10):
        message = await here.lone.last()
        if not message.fields:
            break
        asked.append(" ".join(field.key for field in message.fields))
        await here.lone.fills({field.key: given[field.key] for field in message.fields if field.key in given})
    return asked


async def test_the_leaders_part_is_three_forms_on_the_full_track_and_takes_at_most_eight_minutes(open_at: Open) -> None:
    here = await open_at("employee prepared", "da", *LONG)
    assert await minutes(here.lone) <= 8
    assert await do_the_part(here) == [
        "lead.prep.use lead.prep.goals lead.prep.cover lead.prep.followup.return",
        "lead.prep.rules lead.prep.formal",
        "lead.prep.contact lead.prep.contact.hostleader lead.prep.followup.slot lead.prep.pair",
    ]
    done = read(await here.lone.last())
    assert said(here, "lead.prep.done", name="Emil", date=LONG[0]) in done
    assert said(here, "btn.goals") in done


async def test_the_leaders_part_is_one_form_of_three_questions_on_the_short_track(open_at: Open) -> None:
    here = await open_at("employee prepared")
    asked = await do_the_part(here, lead__prep__followup__return="2026-05-12")
    assert asked == ["lead.prep.use lead.prep.cover lead.prep.followup.return"]
    assert said(here, "lead.prep.done.now", name="Emil", date=here.start) in await here.lone.text()


async def test_a_long_stay_that_nobody_prepared_is_on_the_full_track_all_the_same(open_at: Open) -> None:
    here = await open_at("invited", "da", *LONG)
    await here.at(date(2026, 5, 26), 12)
    assert await minutes(here.emil) > 10, "the short debrief takes six minutes"


async def test_where_hr_chose_the_full_track_a_short_stay_is_planned_on_it_before_it_is_prepared(open_at: Open) -> None:
    here = await open_at("accepted")
    await choose(here, "track", "full")
    await here.at(date(2026, 4, 21), 9)
    await here.lone.taps("btn.answer")
    await here.lone.taps("btn.approve")
    await here.lone.fills({"lead.prep.justify": "Vi vil blive bedre."})
    exchange = await exchange_of(here)
    planned = await here.play.store.run(lambda work: {row.kind for row in work.prompts.of(exchange.id)})
    assert {"formal", "lead.fu30"} <= planned


async def test_the_approach_is_asked_about_where_the_employee_finds_the_own_place(open_at: Open) -> None:
    here = await open_at("employee prepared", "da", *LONG)
    exchange = await exchange_of(here)

    def by_oneself(work: Work) -> None:
        sign_up = work.rounds.sign_up(exchange.sign_up)
        work.rounds.update_sign_up(type(sign_up)(**{**vars(sign_up), "mode": "sign.mode.both"}))

    await here.play.store.run(by_oneself)
    asked = await do_the_part(here, lead__prep__approach=["lead.prep.approach.represent"])
    assert asked[1].split()[0] == "lead.prep.approach"
    await here.emil.says("status")
    assert said(here, "lead.prep.approach.represent", name="Emil") in await here.emil.text()


async def test_a_return_talk_before_the_last_day_is_refused(open_at: Open) -> None:
    here = await open_at("employee prepared")
    await here.lone.taps("btn.start_min", minutes=await minutes(here.lone))
    reply = await here.lone.fills({"lead.prep.followup.return": "2026-05-06"})
    assert reply.errors == {"lead.prep.followup.return": said(here, "rejected.too_early", date=here.end)}


@pytest.mark.parametrize("there_is_one", [True, False])
async def test_the_pool_is_offered_where_there_is_one_and_a_substitute_is_needed(
    open_at: Open, there_is_one: bool
) -> None:
    here = await open_at("employee prepared")
    await choose(here, "pool", there_is_one)
    await here.lone.taps("btn.start_min", minutes=await minutes(here.lone))
    await here.lone.fills({"lead.prep.cover": "lead.prep.cover.sub", "lead.prep.followup.return": "2026-05-12"})
    asked = said(here, "lead.prep.pool") in await here.lone.text()
    assert asked == there_is_one
    if asked:
        await here.lone.taps("btn.yes")
        assert said(here, "lead.prep.pool.sent") in await here.lone.text()
    await here.hanne.says("match")
    wanted = said(here, "needs.pool", name="Emil Eriksen", leader="Lone")
    assert (wanted in await here.hanne.text()) == there_is_one


async def test_hr_settles_a_wish_for_the_pool_once(open_at: Open) -> None:
    here = await open_at("employee prepared")
    await choose(here, "pool", True)
    await here.lone.taps("btn.start_min", minutes=await minutes(here.lone))
    await here.lone.fills({"lead.prep.cover": "lead.prep.cover.sub", "lead.prep.followup.return": "2026-05-12"})
    await here.lone.taps("btn.yes")
    await here.hanne.says("match")
    message, settle = await here.hanne.offered(said(here, "btn.pool_done", name="Emil"))
    assert message.parts[0].text == said(here, "needs.title")
    assert (await here.lone.press(message, settle, {})).note == said(here, "card.not_yours")
    await here.hanne.press(message, settle, {})
    assert await here.hanne.text() == said(here, "needs.pool.done", leader="Lone")
    assert (await here.hanne.press(message, settle, {})).note == said(here, "card.answered")
    await here.hanne.says("match")
    assert said(here, "needs.pool", name="Emil Eriksen", leader="Lone") not in await here.hanne.text()
    assert (await here.hanne.last()).parts[0].text == said(here, "needs.title.nothing")


async def test_the_pool_is_not_offered_where_colleagues_share_the_tasks(open_at: Open) -> None:
    here = await open_at("employee prepared")
    await choose(here, "pool", True)
    await here.lone.taps("btn.start_min", minutes=await minutes(here.lone))
    await here.lone.fills({"lead.prep.cover": "lead.prep.cover.share", "lead.prep.followup.return": "2026-05-12"})
    assert said(here, "lead.prep.pool") not in await here.lone.everything()


async def test_what_is_the_leaders_own_is_said_to_be_and_reaches_nobody(open_at: Open) -> None:
    here = await open_at("employee prepared", "da", *LONG)
    await here.lone.taps("btn.start_min", minutes=await minutes(here.lone))
    await walk(here.lone, {"lead.prep.followup.return": "2026-05-29"}, 2)
    fields = {field.key: field.who for field in (await here.lone.last()).fields}
    assert fields["lead.prep.pair"] == fields["lead.prep.contact.hostleader"] == said(here, "privacy.vis.P")
    await here.lone.fills({"lead.prep.pair": "lead.prep.pair.no", "lead.prep.contact.hostleader": "2026-05-11"})
    await here.emil.says("status")
    await here.hanne.says("match")
    for seat in (here.emil, here.hanne):
        assert said(here, "lead.prep.pair.no") not in await seat.everything()


async def agree(here: Cast, seat: Seat, rules: list[str] | None = None) -> None:
    """Ticks that the goals stand, and the ground rules where they are asked."""
    await seat.taps("btn.goals")
    asked = {field.key for field in (await seat.last()).fields}
    values: dict[str, Raw] = {"goals.agreed": "yes"}
    if "lead.prep.rules" in asked:
        values["lead.prep.rules"] = rules if rules is not None else list(RULES)
    await seat.fills(values)


async def test_both_are_asked_to_agree_once_both_are_ready_and_tick(open_at: Open) -> None:
    here = await open_at("employee prepared", "da", *LONG)
    question = said(here, "push.goalreview")
    await here.at(date(2026, 4, 20), 10, 5)
    await do_the_part(here)
    assert question not in await here.emil.everything()
    await here.at(date(2026, 4, 21), 10)
    for seat in (here.emil, here.lone):
        assert question in await seat.text()
    assert GOAL["da"] in await here.lone.text()
    assert GOAL["da"] not in await here.emil.text(), "what was written in a form stands in no chat"
    await agree(here, here.emil)
    assert said(here, "goals.noted") in await here.emil.text()
    await agree(here, here.lone)
    assert said(here, "goals.both") in await here.lone.text()
    rules = (await rows_of(here, here.emil, "goals"))["lead.prep.rules"]
    assert (rules.value, rules.day, rules.confirmed) == (list(RULES), date(2026, 4, 21), True)


async def test_who_has_agreed_before_is_not_asked_to(open_at: Open) -> None:
    here = await open_at("employee prepared", "da", *LONG)
    await here.at(date(2026, 4, 20), 10, 5)
    await do_the_part(here)
    await agree(here, here.lone)
    await here.at(date(2026, 4, 21), 10)
    question = said(here, "push.goalreview")
    assert question in await here.emil.everything()
    assert question not in await here.lone.everything()


async def test_the_employee_sees_the_leaders_rules_and_ticks_only_those(open_at: Open) -> None:
    here = await open_at("employee prepared", "da", *LONG)
    await do_the_part(here, lead__prep__rules=["lead.prep.rules.secrecy", "lead.prep.rules.logbook"])
    await here.at(date(2026, 4, 22), 10)
    await here.emil.taps("btn.goals")
    message = await here.emil.last()
    offered = next(field for field in message.fields if field.key == "lead.prep.rules")
    assert [choice.value for choice in offered.choices] == ["lead.prep.rules.secrecy", "lead.prep.rules.logbook"]
    assert offered.hints == (said(here, "lead.prep.rules.conflict_why"),)
    assert said(here, "goals.rules.by", name="Lone", date=date(2026, 4, 20)) in read(message)


async def test_what_the_leader_adds_is_read_by_the_employee_who_changes_the_goals_and_both_tick_anew(
    open_at: Open,
) -> None:
    here = await open_at("employee prepared", "da", *LONG)
    await do_the_part(
        here,
        lead__prep__goals="lead.prep.goals.add",
        lead__prep__goals__comment="Se også, hvordan de fordeler opkald",
    )
    await here.at(date(2026, 4, 22), 10)
    assert "Se også, hvordan de fordeler opkald" in await here.emil.everything()
    await agree(here, here.lone)
    await here.emil.taps("btn.goals_change")
    await here.emil.fills({"edit": "prep.goal.1"})
    await here.emil.fills({"prep.goal.1": "Jeg vil kunne fordele opkald om morgenen hos os"})
    await here.emil.taps("btn.send")
    exchange = await exchange_of(here)
    rows = await here.play.store.run(lambda work: work.answers.about(exchange.id))
    assert [row.person for row in rows if row.key == "goals.agreed"] == [], "what was ticked was another goal"
    await agree(here, here.emil)
    await here.lone.taps("btn.goals")
    assert "Jeg vil kunne fordele opkald om morgenen hos os" in await here.lone.text()
    await here.lone.fills({"goals.agreed": "yes"})
    assert said(here, "goals.both") in await here.lone.text()


async def test_a_leader_who_thinks_again_tells_the_employee_and_takes_the_ticks_back(open_at: Open) -> None:
    here = await open_at("employee prepared", "da", *LONG)
    await do_the_part(here)
    await here.at(date(2026, 4, 22), 10)
    await agree(here, here.emil)
    await here.lone.taps("btn.goals")
    await here.lone.taps("lead.prep.goals.add")
    await here.lone.fills({"lead.prep.goals": "lead.prep.goals.add"})
    await walk(here.lone, {"lead.prep.goals.comment": "Tag et møde med"})
    assert said(here, "goals.thought", leader="Lone") in await here.emil.text()
    assert "Tag et møde med" in await here.emil.text()
    assert "goals.agreed" not in await rows_of(here, here.emil, "goals")


async def test_only_the_two_open_the_review_of_the_goals(open_at: Open) -> None:
    here = await open_at("prepared", "da", *LONG)
    await here.at(date(2026, 4, 22), 10)
    message, button = await here.emil.offered(said(here, "btn.goals"))
    reply = await here.hanne.press(message, button, {})
    assert reply.note == said(here, "card.not_yours")
    assert (await here.hanne.last()).fields == ()


async def open_points(here: Cast) -> str:
    await here.hanne.says("match")
    return await here.hanne.text()


async def test_hr_sees_what_is_open_and_nothing_of_what_was_written(open_at: Open) -> None:
    here = await open_at("employee prepared", "da", *LONG)
    listed = await open_points(here)
    for key in ("open.rules", "open.practical", "open.leader", "open.formal"):
        assert said(here, key) in listed
    await do_the_part(here, lead__prep__formal=list(FORMAL))
    listed = await open_points(here)
    assert said(here, "open.agreed") in listed
    assert said(here, "open.formal") not in listed
    assert said(here, "open.leader") not in listed
    for written in (GOAL["da"], "På personalemødet", said(here, "lead.prep.rules.time")):
        assert written not in await here.hanne.everything()
    await here.at(date(2026, 4, 22), 10)
    await agree(here, here.emil)
    await agree(here, here.lone)
    listed = await open_points(here)
    assert said(here, "open.rules") not in listed
    assert said(here, "open.practical") in listed
    assert (await exchange_of(here)).state == "prepared", "what is open blocks nothing"


async def test_on_the_short_track_rules_practical_things_and_formalities_are_not_missed(open_at: Open) -> None:
    here = await open_at("prepared")
    listed = await open_points(here)
    assert said(here, "open.agreed") in listed
    for key in ("open.rules", "open.practical", "open.formal"):
        assert said(here, key) not in listed


async def test_homework_counts_the_days_that_are_left(open_at: Open) -> None:
    here = await open_at("prepared", "da", *LONG)
    await here.at(date(2026, 4, 27), 9, 59)
    beginning = said(here, "prep.homework", n=7, host_unit="Familieafdelingen")
    assert beginning not in await here.emil.everything()
    await here.at(date(2026, 4, 27), 10)
    assert beginning in await here.emil.text()
    await here.at(date(2026, 5, 3), 12)
    assert (await here.emil.everything()).count(beginning[9:]) == 1, "once"


async def test_only_what_is_open_is_asked_for_and_ticked_off(open_at: Open) -> None:
    here = await open_at("invited", "da", *LONG)
    await prepare(here, prep__practical=["prep.practical.time", "prep.practical.place"])
    await leader_prepared(here)
    await here.at(date(2026, 4, 27), 10)
    text = await here.emil.text()
    assert said(here, "prep.practical.tasks") in text
    assert said(here, "prep.practical.time") not in text
    await here.emil.taps("btn.tick")
    (field,) = (await here.emil.last()).fields
    assert field.who == said(here, "privacy.vis.T", leader="Lone", host="Vera")
    assert [choice.value for choice in field.choices] == list(IN_PLACE[2:])
    await here.emil.fills({"prep.practical": list(IN_PLACE[2:])})
    assert said(here, "checklist.done") in await here.emil.text()
    kept = (await rows_of(here, here.emil, "prep"))["prep.practical"]
    assert (sorted(kept.value), kept.confirmed) == (sorted(IN_PLACE), True)
    came = len(await here.emil.messages())
    await here.at(date(2026, 5, 1), 11)
    new = (await here.emil.messages())[came:]
    assert not any(said(here, "btn.tick") in read(message) for message in new), "nothing is open any more"


async def test_on_the_short_track_the_practical_list_is_offered_once_and_only_the_rest_named(open_at: Open) -> None:
    here = await open_at("prepared")
    await here.at(date(2026, 4, 28), 10)
    assert said(here, "practical.offer") in await here.emil.text()
    await here.emil.taps("btn.tick")
    await here.emil.fills({"prep.practical": list(IN_PLACE[1:])})
    assert said(here, "checklist.rest", list=[said(here, IN_PLACE[0])]) in await here.emil.text()
    await here.at(date(2026, 5, 4), 9)
    rest = said(here, "push.practical", start=here.start, list=[said(here, IN_PLACE[0])])
    assert (await here.emil.everything()).count(rest) == 1


async def test_on_the_short_track_nothing_practical_is_named_to_who_left_the_list(open_at: Open) -> None:
    here = await open_at("prepared")
    await here.at(date(2026, 5, 4), 9)
    assert (await here.emil.everything()).count(said(here, "practical.offer")) == 1
    assert said(here, IN_PLACE[0]) not in await here.emil.everything()


async def test_formalities_that_are_open_are_named_and_a_tick_is_no_leaders_part(open_at: Open) -> None:
    here = await open_at("approved", "da", *LONG)
    await here.at(date(2026, 4, 20), 10)
    text = await here.lone.everything()
    assert said(here, "push.formal", name="Emil", list=[]).split("{")[0][:20] in text
    await here.lone.taps("btn.tick")
    await here.lone.fills({"lead.prep.formal": ["lead.prep.formal.pay"]})
    exchange = await exchange_of(here)

    def left(work: Work) -> list[str]:
        kept = work.answers.of(here.lone.id, exchange.id, "lead")
        return [row.value for row in kept if row.confirmed]

    assert await here.play.store.run(left) == [], "the part itself is still to be done"
    assert said(here, "lead.prep.formal.hours") in await here.lone.text()
    assert said(here, "lead.prep.formal.pay") not in await here.lone.text()
    await prepare(here)
    asked = await do_the_part(here)
    assert "lead.prep.formal" not in " ".join(asked), "asked already"
    assert (await rows_of(here, here.lone, "lead"))["lead.prep.formal"].value == ["lead.prep.formal.pay"]


async def test_the_leader_is_reminded_once_of_an_open_part(open_at: Open) -> None:
    here = await open_at("employee prepared", "da", *LONG)
    came = len(await here.lone.messages())
    await here.at(date(2026, 4, 30), 12)
    new = [read(message) for message in (await here.lone.messages())[came:]]
    named = said(here, "push.leadprep", name="Emil", host_unit="Familieafdelingen", minutes=await minutes(here.lone))
    assert sum(named in text for text in new) == 1


@pytest.mark.parametrize("settled", ["btn.done", "btn.no_thanks"])
async def test_the_text_for_the_colleagues_is_given_and_settled_once(open_at: Open, settled: str) -> None:
    here = await open_at("prepared", "da", *LONG)
    await here.at(date(2026, 4, 29), 10)
    posts = len(await here.emil.posts("#jobbytte"))
    await here.emil.taps("btn.see_text")
    text = said(here, "prep.colleagues.post", host_unit="Familieafdelingen", start=LONG[0])
    assert text in await here.emil.text()
    message, button = await here.emil.offered(said(here, settled))
    await here.emil.press(message, button, {})
    reply = await here.emil.press(message, button, {})
    assert reply.note == said(here, "card.answered")
    assert len(await here.emil.posts("#jobbytte")) == posts, "nothing is posted for anybody"
    exchange = await exchange_of(here)
    (prompt,) = await here.play.store.run(lambda work: work.prompts.of(exchange.id, "colleagues"))
    assert prompt.state == {"btn.done": "answered", "btn.no_thanks": "skipped"}[settled]


async def test_a_suggested_goal_is_a_beginning_that_can_be_changed(open_at: Open) -> None:
    here = await open_at("invited")
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await walk(here.emil, {"prep.ack": "yes", "prep.purpose": ["prep.purpose.practice"]}, 4)
    assert [field.key for field in (await here.emil.last()).fields] == ["prep.goal.1"]
    await here.emil.taps("btn.goal_ideas")
    offered = (await here.emil.last()).fields[0].choices
    assert len(offered) == 8
    await here.emil.fills({"goal": "goal.tpl.dilemma"})
    (field,) = (await here.emil.last()).fields
    assert (field.key, field.value) == ("prep.goal.1", said(here, "goal.tpl.dilemma"))
    assert "prep.goal.1" not in await rows_of(here, here.emil, "prep"), "it is no answer before it is sent"
    await here.emil.fills()
    assert (await rows_of(here, here.emil, "prep"))["prep.goal.1"].value == said(here, "goal.tpl.dilemma")


async def test_why_and_an_example_come_by_a_press_where_they_no_longer_stand(open_at: Open) -> None:
    here = await open_at("invited")
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await walk(here.emil, {"prep.ack": "yes", "prep.purpose": ["prep.purpose.practice"]}, 4)
    await here.emil.fills({"prep.goal.1": "se det"})
    for press, hint in (("btn.example", "prep.goal.example"), ("btn.why", "prep.goal.why")):
        assert said(here, hint) not in await here.emil.text()
        await here.emil.taps(press)
        assert said(here, hint) in await here.emil.text()
        assert [field.key for field in (await here.emil.last()).fields] == ["prep.goal.sharpen#1"]


async def test_the_employee_reads_the_leaders_part_on_the_own_page(open_at: Open) -> None:
    here = await open_at("employee prepared", "da", *LONG)
    await do_the_part(here)
    await here.emil.says("status")
    shown = await here.emil.text()
    for text in (REASON["da"], "På personalemødet", said(here, "lead.prep.rules.logbook", name="Emil")):
        assert text in shown
    for text in (said(here, "lead.prep.formal.pay"), said(here, "lead.prep.pair.no")):
        assert text not in shown


async def propose(here: Cast, start: str, end: str, form: str = "form.shadow") -> Message:
    """HR chooses a place with these dates; the card that shows what was chosen."""
    await here.at(date(2026, 4, 14), 11)
    await here.hanne.says("match")
    await here.hanne.taps("btn.find_place", programme="Jobbytte forår")
    await here.hanne.fills({"match.wish": only(await here.hanne.last(), "match.wish")})
    offer = only(await here.hanne.last(), "match.offer")
    dates: dict[str, Raw] = {"match.start": start, "match.end": end, "match.why": "De hører sammen"}
    await here.hanne.fills({"match.offer": offer, "match.form": form, **dates})
    return await here.hanne.last()


async def test_domain_t9_a_late_start_is_warned_of_and_not_blocked(open_at: Open) -> None:
    here = await open_at("supported")
    shown = read(await propose(here, "2026-06-02", "2026-06-04"))
    assert said(here, "warn.latest", date=date(2026, 6, 1)) in shown
    await here.hanne.taps("btn.send")
    assert (await exchange_of(here)).start == date(2026, 6, 2)


@pytest.mark.parametrize(
    ("end", "link", "warned"),
    [
        ("2026-10-01", "", ""),
        ("2026-12-05", "", "warn.sixmonths"),
        ("2027-06-05", "", "warn.upper"),
        ("2027-06-05", "https://intra.example/regler", "warn.upper.link"),
    ],
)
async def test_domain_t10_a_long_stay_is_warned_of_and_not_blocked(
    open_at: Open, end: str, link: str, warned: str
) -> None:
    here = await open_at("supported")
    await choose(here, "rules_link", link)
    shown = read(await propose(here, "2026-05-04", end))
    said_now = [key for key in ("warn.sixmonths", "warn.upper", "warn.upper.link") if _is_in(here, key, link, shown)]
    assert said_now == ([warned] if warned else [])
    await here.hanne.taps("btn.send")
    assert (await exchange_of(here)).end == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("form", "usually", "end", "told"),
    [
        ("form.jobswap_next", None, "2026-05-08", False),
        ("form.jobswap_next", None, "2026-05-11", True),
        ("form.jobswap_next", 6, "2026-05-11", False),
        ("form.jobswap_next", 1, "2026-05-05", True),
        ("form.jobswap_next", 1, "2026-05-04", False),
        ("form.shadow", None, "2026-05-11", False),
    ],
)
async def test_a_job_swap_longer_than_usual_is_said_and_not_blocked(
    open_at: Open, form: str, usually: int | None, end: str, told: bool
) -> None:
    here = await open_at("supported")
    if usually is not None:
        await choose(here, "jobswap_usually", usually)
    shown = read(await propose(here, "2026-05-04", end, form))
    assert (said(here, "warn.usual", n=usually or 5) in shown) == told
    await here.hanne.taps("btn.send")
    assert (await exchange_of(here)).end == date.fromisoformat(end)


async def test_of_a_job_swap_of_many_months_only_the_stronger_is_said(open_at: Open) -> None:
    here = await open_at("supported")
    shown = read(await propose(here, "2026-05-04", "2026-12-05", "form.jobswap_next"))
    assert said(here, "warn.sixmonths", n=6) in shown
    assert said(here, "warn.usual", n=5) not in shown


def _is_in(here: Cast, key: str, link: str, shown: str) -> bool:
    return said(here, key, n=6 if key == "warn.sixmonths" else 12, link=link) in shown


async def test_domain_t11_a_leader_hears_nothing_before_the_employee_says_so(open_at: Open) -> None:
    here = await open_at("round open")
    await join(here, here.emil)
    given = {"sign.voluntary": "yes", "sign.leader": here.lone.id, "sign.talked": "sign.talked.soon"}
    words = {"sign.mode": "sign.mode.match", "sign.where": PLACE["da"], "sign.learn": WISH["da"], "sign.more": "btn.no"}
    heard = len(await here.lone.messages())
    await walk(here.emil, {**given, **words})
    assert said(here, "sign.done.wait", leader="Lone") in await here.emil.text()
    await here.at(date(2026, 4, 17), 12)
    assert len(await here.lone.messages()) == heard, "not a word"
    await here.emil.taps("btn.have_talked")
    assert WISH["da"] in await here.lone.everything()


@pytest.mark.parametrize("typed", ["tilmeld Emil", "meld på Emil", "sign up Emil", "foreslå det for en"])
async def test_domain_t12_a_leader_who_tries_to_enrol_somebody_can_only_suggest_it(open_at: Open, typed: str) -> None:
    here = await open_at("round open")
    before = len(await here.emil.messages())
    await here.lone.says(typed)
    assert said(here, "suggest.intro") in await here.lone.text()
    await here.lone.fills({"suggest.who": here.emil.id})
    for seat in (here.hanne, here.vera):
        assert said(here, "suggest.leader", leader="Lone", programme="Jobbytte forår") not in await seat.everything()
    (new,) = (await here.emil.messages())[before:]
    assert said(here, "suggest.leader", leader="Lone", programme="Jobbytte forår") in read(new)
    rounds = await here.play.store.run(lambda work: work.rounds.all((work.people.organisations()[0]).id))
    assert await here.play.store.run(lambda work: work.rounds.sign_ups(rounds[0].id)) == [], "nobody is enrolled"
    told = await here.lone.everything()
    await here.emil.taps("btn.no_thanks")
    await here.at(date(2026, 4, 16), 12)
    assert await here.lone.everything() == told, "the answer is told to nobody"


async def test_domain_t12_a_suggestion_comes_once_and_can_be_taken_up(open_at: Open) -> None:
    here = await open_at("round open")
    for _ in range(2):
        await here.lone.says("foreslå")
        await here.lone.fills({"suggest.who": here.emil.id})
        assert said(here, "suggest.sent", name="Emil") in await here.lone.text()
    suggestion = said(here, "suggest.leader", leader="Lone", programme="Jobbytte forår")
    assert (await here.emil.everything()).count(suggestion) == 1
    message, button = await here.emil.offered(said(here, "btn.signup"))
    await here.emil.press(message, button, {})
    assert [field.key for field in (await here.emil.last()).fields] == ["sign.voluntary"]


async def test_domain_t12_nothing_is_suggested_where_no_round_is_open(open_at: Open) -> None:
    here = await open_at("start")
    await here.lone.says("tilmeld Emil")
    assert said(here, "suggest.no_round") in await here.lone.text()


async def test_domain_t13_an_approval_without_a_reason_is_refused_where_it_is_given(open_at: Open) -> None:
    here = await open_at("accepted")
    await here.at(date(2026, 4, 16), 10, 30)
    await here.lone.taps("btn.approve")
    reply = await here.lone.fills({"lead.prep.justify": "  "})
    assert reply.errors == {"lead.prep.justify": said(here, "approve.needjust")}
    assert (await exchange_of(here)).state == "accepted"
    await here.lone.fills({"lead.prep.justify": REASON["da"]})
    assert (await exchange_of(here)).state == "approved"


async def test_domain_t21_a_second_vague_answer_is_accepted_as_it_is(open_at: Open) -> None:
    here = await open_at("invited")
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await walk(here.emil, {"prep.ack": "yes", "prep.purpose": ["prep.purpose.practice"]}, 4)
    await here.emil.fills({"prep.goal.1": "se hvordan de arbejder"})
    await here.emil.fills({"prep.goal.sharpen#1": "se mere"})
    assert [field.key for field in (await here.emil.last()).fields] == ["prep.goal.1.sign"]
    kept = await rows_of(here, here.emil, "prep")
    assert kept["prep.goal.sharpen#1"].value == "se mere"


async def test_part_time_asks_which_tasks_stay_and_abroad_what_is_arranged(open_at: Open) -> None:
    here = await open_at("approved", "da", date(2026, 5, 4), date(2026, 7, 24))
    exchange = await exchange_of(here)
    await here.play.store.run(
        lambda work: work.exchanges.update(type(exchange)(**{**vars(exchange), "form": "form.international"}))
    )
    await here.at(date(2026, 4, 20), 10)
    await prepare(
        here,
        prep__days=["tue", "thu"],
        prep__own_work="Jeg beholder møderne, resten hviler",
        prep__abroad=["prep.abroad.travel"],
    )
    kept = await rows_of(here, here.emil, "prep")
    assert kept["prep.own_work"].value == "Jeg beholder møderne, resten hviler"
    assert kept["prep.abroad"].value == ["prep.abroad.travel"]
    exchange = await exchange_of(here)
    await here.at(date(2026, 4, 28), 10)
    text = await here.emil.everything()
    assert said(here, "prep.abroad.lodging") in text
    assert said(here, "prep.abroad.travel") not in text


async def test_everything_before_the_exchange_works_with_nobody_answering(open_at: Open) -> None:
    here = await open_at("accepted", "da", *LONG)
    await approved(here)
    await here.at(date(2026, 5, 4), 12)
    assert (await exchange_of(here)).state in ("approved", "running")
    assert said(here, "push.goalreview") not in await here.emil.everything()


async def test_a_leader_who_is_done_before_the_goals_gets_them_to_agree_on_and_is_asked_nothing_anew(
    open_at: Open,
) -> None:
    here = await open_at("invited", "da", *AFTER_ASCENSION)
    await here.at(date(2026, 5, 8), 10, 5)
    asked = await do_the_part(here, lead__prep__followup__return="2026-05-26")
    assert asked == ["lead.prep.use lead.prep.cover lead.prep.followup.return"]
    done = await here.lone.last()
    assert said(here, "lead.prep.done.wait", name="Emil") in read(done)
    assert said(here, "goals.agreed") not in read(done)
    await prepare(here)
    goals = await here.lone.last()
    assert said(here, "goals.here", name="Emil") in read(goals)
    assert GOAL["da"] in read(goals)
    assert [button.label for button in goals.buttons] == [said(here, "goals.agreed")]


async def test_the_goals_stand_above_the_tick_also_where_they_were_still_on_their_way(open_at: Open) -> None:
    here = await open_at("invited", "da", *AFTER_ASCENSION)
    await here.at(date(2026, 5, 8), 10, 5)
    await here.at(date(2026, 5, 8), 18)
    await prepare(here)
    assert GOAL["da"] not in await here.lone.text(), "what Emil does in the evening waits for the morning"
    await do_the_part(here, lead__prep__followup__return="2026-05-26")
    done = read(await here.lone.last())
    assert GOAL["da"] in done
    assert said(here, "goals.agreed") in done
    await here.at(date(2026, 5, 11), 9, 30)
    assert read(await here.lone.last()) == done, "what was on its way would ask for what is done"
