"""A leader who leaves or is replaced: the employee names the new one, and nothing is passed on by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.channel import Field
from storage.records import AnswerRow, ExchangeRow, PromptRow, new_id
from tests.conversations.conftest import Open
from tests.conversations.test_split_stays import all_say_yes, two_places
from tests.stage.asides import account, calls_agreed
from tests.stage.play import Seat
from tests.stage.scenes import EXPECT, GOAL, REASON, WISH, Cast, minutes, walk, write

SECRET = "Zebrastriber paa gangen"
TYPED = {"da": "ny leder", "nb": "ny leder", "en": "new leader"}


async def mette(here: Cast) -> Seat:
    """Somebody who can be the leader."""
    return await here.play.add("Mette Munk", "leader", "Børnehaven Solsikken", here.play.language)


async def field(who: Seat, key: str) -> Field | None:
    """A field of what is open, if it is asked."""
    return next((each for each in (await who.last()).fields if each.key == key), None)


async def names(here: Cast, new: Seat, *passes: str) -> None:
    """Emil names a new leader and passes on what holds these words."""
    await here.emil.says(TYPED[here.play.language])
    await here.emil.fills({"new_leader.who": new.id})
    offered = await field(here.emil, "new_leader.pass")
    if offered is not None:
        assert offered.chosen == (), "nothing is chosen beforehand"
        picked = [choice.value for choice in offered.choices if any(text in choice.label for text in passes)]
        assert len(picked) == len(passes)
        await here.emil.fills({"new_leader.pass": picked})
    await here.emil.taps("btn.send")


async def stay(here: Cast) -> ExchangeRow:
    """Emil's exchange."""
    return (await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id)))[-1]


async def waiting(here: Cast, who: Seat) -> list[PromptRow]:
    """What is still to come for somebody."""
    exchange = await stay(here)
    rows = await here.play.store.run(lambda work: work.prompts.of(exchange.id))
    return [row for row in rows if row.recipient == who.id and row.state == "pending"]


async def heard(here: Cast, who: Seat) -> int:
    """Messages that somebody has got."""
    return len(await here.play.sent(who))


def said(here: Cast, key: str, **values: object) -> str:
    """A sentence in the language of the story."""
    return here.play.words.text(here.play.language, key, values)


@pytest.mark.parametrize("language", ["da", "nb", "en"])
async def test_the_new_leader_gets_one_message_and_nothing_of_before(open_at: Open, language: str) -> None:
    here = await open_at("prepared", language)
    new = await mette(here)
    before = await heard(here, new)
    await names(here, new)
    told = await new.text()
    assert await heard(here, new) - before in (1, 2), "the first hello, and one message"
    assert said(here, "new_leader.told.wrong", name="Emil") in told
    assert "Lone Lund" in told
    for text in (GOAL, REASON, WISH, EXPECT):
        assert here.said(text) not in await new.everything()
    assert (await stay(here)).leader == new.id
    await new.says("delt" if language != "en" else "shared")
    for text in (GOAL, REASON, WISH, EXPECT):
        assert here.said(text) not in await new.everything()


async def test_what_is_passed_on_was_previewed_and_is_read_and_nothing_else(open_at: Open) -> None:
    here = await open_at("prepared")
    new = await mette(here)
    await here.emil.says("ny leder")
    await here.emil.fills({"new_leader.who": new.id})
    offered = await field(here.emil, "new_leader.pass")
    assert offered is not None
    labels = [choice.label for choice in offered.choices]
    assert any(GOAL["da"] in label for label in labels)
    assert any(WISH["da"] in label for label in labels), "the wish of the sign-up too"
    assert not any(EXPECT["da"] in label for label in labels), "private entries are on no list"
    goal = next(choice.value for choice in offered.choices if GOAL["da"] in choice.label)
    await here.emil.fills({"new_leader.pass": [goal]})
    preview = await here.emil.text()
    assert said(here, "new_leader.check.some", new="Mette") in preview
    assert GOAL["da"] in preview
    assert WISH["da"] not in preview
    await here.emil.taps("btn.send")
    assert GOAL["da"] in await new.text()
    await new.says("delt")
    assert GOAL["da"] in await new.text()
    assert WISH["da"] not in await new.everything()


async def test_the_one_before_reads_and_hears_nothing_more(open_at: Open) -> None:
    here = await open_at("prepared")
    new = await mette(here)
    await names(here, new)
    heard_before = await heard(here, here.lone)
    assert await waiting(here, here.lone) == []
    assert await waiting(here, new) != []
    await here.lone.says("delt")
    assert GOAL["da"] not in await here.lone.text()
    await here.at(date(2026, 5, 5), 15, 20)
    await write(here, log__core__what=SECRET)
    await here.at(date(2026, 6, 12), 12)
    assert await heard(here, here.lone) == heard_before + 1, "the answer to the question alone"
    assert SECRET not in await here.lone.everything()


async def test_an_approval_stands_and_is_not_asked_for_again(open_at: Open) -> None:
    here = await open_at("approved")
    new = await mette(here)
    was = await stay(here)
    await names(here, new)
    now = await stay(here)
    assert replace(now, leader=was.leader) == was
    told = await new.text()
    assert said(here, "new_leader.told.approved", leader="Lone Lund", date=date(2026, 4, 16)) in told
    assert REASON["da"] not in told
    assert await here.play.store.run(lambda work: work.conversations.find(new.id, "approve", now.id, "approve")) is None
    await here.emil.says("status")
    assert REASON["da"] in await here.emil.text(), "the employee still reads why"


async def test_pressed_twice_it_happens_once(open_at: Open) -> None:
    here = await open_at("prepared")
    new = await mette(here)
    await here.emil.says("ny leder")
    await here.emil.says("ny leder")
    await here.emil.fills({"new_leader.who": new.id})
    await here.emil.fills()
    message, button = await here.emil.offered(said(here, "btn.send"))
    await here.emil.press(message, button, {})
    so_far = await heard(here, new)
    reply = await here.emil.press(message, button, {})
    assert reply.note == said(here, "card.answered")
    assert await heard(here, new) == so_far
    exchange = await stay(here)
    rows = await here.play.store.run(lambda work: work.conversations.of_subject(exchange.id))
    assert [row.status for row in rows if row.dialog == "new_leader"] == ["done"]


async def test_only_somebody_who_can_lead_is_offered(open_at: Open) -> None:
    here = await open_at("prepared")
    new = await mette(here)
    await here.emil.says("ny leder")
    offered = await field(here.emil, "new_leader.who")
    assert offered is not None
    values = {choice.value for choice in offered.choices}
    assert new.id in values
    assert values.isdisjoint({here.emil.id, here.lone.id, here.vera.id})
    for typed in ("Vera Vang", "Emil", "nogen@et-andet-sted.dk"):
        await here.emil.says(typed)
        assert said(here, "rejected.person") in await here.emil.text()
    await here.emil.says("Mette Munk")
    assert await field(here.emil, "new_leader.pass") is not None


async def test_who_has_become_a_host_meanwhile_cannot_lead(open_at: Open) -> None:
    here = await open_at("prepared")
    new = await mette(here)
    await here.emil.says("ny leder")
    await here.emil.fills({"new_leader.who": new.id})
    await here.emil.fills()
    exchange = await stay(here)
    await here.play.store.run(lambda work: work.exchanges.update(replace(exchange, host=new.id)))
    await here.emil.taps("btn.send")
    assert said(here, "new_leader.not_now") in await here.emil.text()
    assert (await stay(here)).leader == here.lone.id


@pytest.mark.parametrize("who", ["lone", "vera", "hanne"])
async def test_nobody_but_the_employee_can_name_one(open_at: Open, who: str) -> None:
    here = await open_at("prepared")
    seat: Seat = getattr(here, who)
    await seat.says("ny leder")
    assert said(here, "new_leader.nothing") in await seat.text()


@pytest.mark.parametrize(
    ("scene", "key", "values"),
    [
        ("employee prepared", "btn.start_min", {"minutes": 1}),
        ("prepared", "btn.released", {}),
        ("debriefed", "btn.have_talked", {}),
    ],
)
async def test_an_old_card_of_the_one_before_says_why(
    open_at: Open, scene: str, key: str, values: dict[str, int]
) -> None:
    here = await open_at(scene)
    if key == "btn.released":
        await here.lone.says("vis mig logbogen")
    label = said(here, key, **values)
    message = next(
        it for it in reversed(await here.lone.messages()) if any(_is(button.label, label) for button in it.buttons)
    )
    button = next(button for button in message.buttons if _is(button.label, label))
    await names(here, await mette(here))
    reply = await here.lone.press(message, button, {})
    if key == "btn.released":
        assert GOAL["da"] not in await here.lone.text()
    else:
        assert reply.note == said(here, "new_leader.closed", name="Emil")


def _is(label: str, wanted: str) -> bool:
    return label.partition("(")[0] == wanted.partition("(")[0]


async def test_a_form_the_one_before_has_open_is_closed(open_at: Open) -> None:
    here = await open_at("employee prepared")
    message, button = next(
        (message, button)
        for message in reversed(await here.lone.messages())
        for button in message.buttons
        if button.label.startswith("Start (")
    )
    await here.lone.press(message, button, {})
    assert (await here.lone.last()).fields
    await names(here, await mette(here))
    assert said(here, "new_leader.closed", name="Emil") in await here.lone.text()
    assert not (await here.lone.last()).buttons


async def test_what_was_chosen_for_the_overview_of_the_one_before_stays(open_at: Open) -> None:
    here = await open_at("first day")
    await write(here, log__core__what=SECRET)
    await here.emil.taps("btn.share_one")
    await here.emil.fills()
    await here.emil.taps("btn.share")
    new = await mette(here)
    await names(here, new)
    await here.at(date(2026, 5, 8), 12)
    assert said(here, "sum.week.back", name="Emil") in await new.everything()
    assert SECRET not in await new.everything()
    assert SECRET not in await here.lone.everything()


async def test_a_released_entry_that_is_passed_on_is_read(open_at: Open) -> None:
    here = await open_at("first day")
    await write(here, log__core__what=SECRET)
    await here.emil.taps("btn.share_one")
    await here.emil.fills()
    await here.emil.taps("btn.share")
    new = await mette(here)
    await names(here, new, SECRET)
    assert SECRET in await new.text()


async def test_a_preview_with_the_old_name_sends_nothing(open_at: Open) -> None:
    here = await open_at("first day")
    await write(here, log__core__what=SECRET)
    await here.emil.taps("btn.share_one")
    await here.emil.fills()
    message, button = await here.emil.offered(said(here, "btn.share"))
    new = await mette(here)
    await names(here, new)
    reply = await here.emil.press(message, button, {})
    assert reply.note
    assert SECRET not in await new.everything()
    assert SECRET not in await here.lone.everything()
    await here.emil.says("mine data")
    await here.emil.taps("btn.see")
    listed = (await here.emil.last()).fields[0].choices
    await here.emil.fills({"answer": next(choice.value for choice in listed if SECRET in choice.label)})
    await here.emil.taps("btn.share")
    receivers = await field(here.emil, "share.receivers")
    assert receivers is not None
    assert [choice.value for choice in receivers.choices] == [new.id, here.vera.id]
    assert receivers.chosen == (new.id,)
    await here.emil.fills()
    await here.emil.taps("btn.share")
    await new.says("delt")
    assert SECRET in await new.text()


async def test_a_week_that_is_open_is_asked_with_the_new_name(open_at: Open) -> None:
    here = await open_at("last day")
    await write(here)
    assert "Lone" in await here.emil.text()
    new = await mette(here)
    await names(here, new)
    message = next(it for it in reversed(await here.emil.messages()) if it.fields)
    assert [each.key for each in message.fields] == ["share.week.pick"]
    assert "Mette" in message.fields[0].label
    assert message.fields[0].chosen == ()


async def test_the_preparation_sent_again_is_for_the_new_leader(open_at: Open) -> None:
    here = await open_at("prepared")
    new = await mette(here)
    await names(here, new)
    await here.emil.says("status")
    await here.emil.taps("btn.change_preparation")
    await here.emil.fills({"edit": "prep.share"})
    await here.emil.fills({"prep.share": SECRET})
    preview = await here.emil.text()
    assert "Mette" in preview
    await here.emil.taps("btn.send")
    await new.says("delt")
    assert SECRET in await new.text()
    assert GOAL["da"] in await new.text()


async def test_the_host_keeps_the_goals_that_were_agreed(open_at: Open) -> None:
    here = await open_at("prepared")
    for seat in (here.emil, here.lone):
        await seat.taps("goals.agreed")
    await here.vera.says("delt")
    assert GOAL["da"] in await here.vera.text()
    await names(here, await mette(here))
    await here.vera.says("delt")
    assert GOAL["da"] in await here.vera.text()


async def test_a_tick_of_the_one_before_makes_no_agreement_with_a_later_one(open_at: Open) -> None:
    here = await open_at("prepared")
    await here.lone.taps("goals.agreed")
    await names(here, await mette(here), GOAL["da"])
    await here.emil.taps("goals.agreed")
    await here.vera.says("delt")
    assert GOAL["da"] not in await here.vera.text(), "the one who leads now has agreed to nothing"


async def test_a_tick_at_the_ground_rules_is_none_at_the_goals(open_at: Open) -> None:
    here = await open_at("prepared")
    await here.lone.taps("goals.agreed")
    (tick,) = [row for row in await written(here) if row.key == "goals.agreed"]
    rules = replace(tick, id=new_id(), person=here.emil.id, key="lead.prep.rules", value=["lead.prep.rules.contact"])
    await here.play.store.run(lambda work: work.answers.put(rules))
    await here.vera.says("delt")
    assert GOAL["da"] not in await here.vera.text()


async def written(here: Cast) -> list[AnswerRow]:
    """All answers about Emil's exchange."""
    exchange = await stay(here)
    return await here.play.store.run(lambda work: work.answers.about(exchange.id))


async def test_what_was_begun_for_the_one_before_and_never_sent_is_not_read_by_the_next(open_at: Open) -> None:
    here = await open_at("first day")
    (exchange, day) = (await stay(here), here.start)
    here_for_lone = AnswerRow(
        new_id(), here.emil.id, exchange.id, f"log:{day}", "log.mid.adjust", "J", SECRET, "Hvad skal justeres?", day
    )
    await here.play.store.run(lambda work: work.answers.put(here_for_lone))
    await here.emil.says("pause")
    new = await mette(here)
    await names(here, new)
    await here.at(here.start + timedelta(days=1), 12, 30)
    (row,) = [row for row in await written(here) if row.value == SECRET]
    assert row.confirmed, "the day has closed"
    await new.says("delt")
    assert SECRET not in await new.everything()


async def test_during_a_pause(open_at: Open) -> None:
    here = await open_at("first day")
    await write(here, log__core__what=SECRET)
    await here.emil.says("pause")
    await here.emil.says("7. maj")
    new = await mette(here)
    await names(here, new)
    assert {row.day for row in await waiting(here, here.emil) if row.kind == "log"} == {date(2026, 5, 7)}
    assert await waiting(here, new) != []


async def test_in_a_split_stay_no_host_can_lead_and_both_are_told(open_at: Open) -> None:
    here, bo = await two_places(open_at)
    await all_say_yes(here, bo)
    new = await mette(here)
    await here.emil.says("ny leder")
    offered = await field(here.emil, "new_leader.who")
    assert offered is not None
    assert {choice.value for choice in offered.choices}.isdisjoint({here.vera.id, bo.id})
    await here.emil.fills({"new_leader.who": new.id})
    await here.emil.fills()
    await here.emil.taps("btn.send")
    told = said(here, "new_leader.told.host", name="Emil", leader="Mette Munk")
    assert told in await here.vera.text()
    assert told in await bo.text()


async def test_after_an_early_end(open_at: Open) -> None:
    here = await open_at("second day")
    await here.emil.says("stop")
    await here.emil.taps("btn.yes")
    new, host_heard = await mette(here), await heard(here, here.vera)
    await names(here, new)
    assert (await stay(here)).state == "ended_early"
    assert (await stay(here)).leader == new.id
    assert "lead.fu90" in {row.kind for row in await waiting(here, new)}
    assert await heard(here, here.vera) == host_heard, "the host has no more to do with it"


async def test_after_the_debrief_the_new_leader_gets_what_is_still_due(open_at: Open) -> None:
    here = await open_at("debriefed")
    new = await mette(here)
    await names(here, new, "Lave en skabelon")
    assert "Lave en skabelon" in await new.text()
    assert "Tid til at lave den" not in await new.text()
    assert "lead.fu90" in {row.kind for row in await waiting(here, new)}
    await here.at(date(2026, 8, 7), 12)
    assert said(here, "new_leader.told.title") in await new.everything()
    assert await waiting(here, here.lone) == []


async def test_a_talk_that_was_held_is_not_asked_for_again(open_at: Open) -> None:
    here = await open_at("talked")
    new = await mette(here)
    await names(here, new)
    await here.at(date(2026, 5, 22), 12)
    told = await new.everything()
    assert here.play.words.text("da", "btn.have_talked") not in told
    assert "Emil får torsdag formiddag" not in told, "what another promised is not passed on"


async def test_once_it_is_closed_there_is_nothing_to_replace(open_at: Open) -> None:
    here = await open_at("debriefed")
    exchange = await stay(here)
    await here.play.store.run(lambda work: work.exchanges.update(replace(exchange, state="closed")))
    await here.emil.says("ny leder")
    assert said(here, "new_leader.nothing") in await here.emil.text()


async def test_before_the_approval_the_sign_up_asks_who_leads(open_at: Open) -> None:
    here = await open_at("accepted")
    new = await mette(here)
    await here.emil.says("ny leder")
    assert said(here, "new_leader.before", leader="Lone") in await here.emil.text()
    await here.emil.taps("btn.other_leader")
    await here.emil.fills({"sign.leader": new.id})
    assert (await stay(here)).leader == new.id
    assert said(here, "approve.title") in await new.text()


async def test_nobody_leads_a_sign_up_of_a_round_that_is_over(open_at: Open) -> None:
    here = await open_at("supported")
    await here.emil.says("ny leder")
    old = await here.emil.last()
    await here.at(date(2026, 7, 1), 10)
    await here.emil.says("ny leder")
    assert said(here, "new_leader.nothing") in await here.emil.text()
    assert (await here.emil.press(old, old.buttons[0], {})).note == said(here, "stop.closed")
    await account(here, here.lone, active=False)
    await here.at(date(2026, 7, 2), 12)
    assert said(here, "new_leader.gone", leader="Lone") not in await here.emil.everything()


async def test_whose_account_is_gone_is_asked_after_and_hr_sees_it(open_at: Open) -> None:
    here = await open_at("prepared")
    new = await mette(here)
    await account(here, here.lone, active=False)
    await here.at(date(2026, 4, 23), 12)
    gone = said(here, "new_leader.gone", leader="Lone")
    assert gone in await here.emil.everything()
    await here.hanne.says("status")
    assert said(here, "btn.new_leader") not in await here.hanne.everything(), "HR names nobody"
    exchange = await stay(here)
    values = {"name": "Emil Eriksen", "host_unit": exchange.host_unit, "leader": "Lone"}
    person = await here.emil.person()
    line = said(here, "needs.leader_gone", **{**values, "name": person.name})
    assert line in await here.hanne.text()
    await here.emil.taps("btn.new_leader")
    await here.emil.fills({"new_leader.who": new.id})
    await here.emil.fills()
    await here.emil.taps("btn.send")
    assert (await stay(here)).leader == new.id
    await here.hanne.says("status")
    assert line not in await here.hanne.text()


async def test_whose_account_is_back_by_then_is_not_asked_after(open_at: Open) -> None:
    here = await open_at("prepared")
    await here.at(date(2026, 4, 22), 20)
    await account(here, here.lone, active=False)
    assert [row.kind for row in await waiting(here, here.emil) if row.kind == "led.gone"] == ["led.gone"]
    await account(here, here.lone, active=True)
    await here.at(date(2026, 4, 23), 12)
    assert said(here, "new_leader.gone", leader="Lone") not in await here.emil.everything()


async def test_a_leader_gone_before_the_approval_is_asked_after_too(open_at: Open) -> None:
    here = await open_at("supported")
    new = await mette(here)
    await account(here, here.lone, active=False)
    await here.at(date(2026, 4, 14), 12)
    await here.emil.taps("btn.new_leader")
    await here.emil.fills({"sign.leader": new.id})
    assert "Emil" in await new.text()


@pytest.mark.parametrize("language", ["da", "nb", "en"])
@pytest.mark.parametrize("scene", ["supported", "proposed", "accepted"])
async def test_hr_sees_that_nobody_can_approve_until_another_is_named(open_at: Open, scene: str, language: str) -> None:
    here = await open_at(scene, language)
    new = await mette(here)
    line = said(here, "needs.leader_gone.early", name="Emil Eriksen", leader="Lone")
    await here.hanne.says("status")
    assert line not in await here.hanne.text()
    await account(here, here.lone, active=False)
    await here.hanne.says("status")
    assert line in await here.hanne.text()
    assert said(here, "needs.title") in await here.hanne.text()
    await here.at(date(2026, 4, 16), 12)
    await here.emil.taps("btn.new_leader")
    await here.emil.fills({"sign.leader": new.id})
    await here.hanne.says("status")
    assert line not in await here.hanne.text()


async def test_leading_once_more_brings_nothing_back_by_itself(open_at: Open) -> None:
    here = await open_at("prepared")
    new = await mette(here)
    await names(here, new)
    await names(here, here.lone)
    assert (await stay(here)).leader == here.lone.id
    await here.lone.says("delt")
    assert GOAL["da"] not in await here.lone.text()
    await new.says("mine medarbejdere")
    assert "Emil" not in await new.text()
    prompts = await waiting(here, here.lone)
    assert prompts != []


async def test_who_leads_once_more_goes_on_where_they_were(open_at: Open) -> None:
    here = await open_at("employee prepared")
    await here.lone.taps("btn.start_min", minutes=await minutes(here.lone))
    await names(here, await mette(here))
    await names(here, here.lone)
    await here.lone.taps("btn.start_min", minutes=await minutes(here.lone))
    assert (await here.lone.last()).fields


async def test_who_leads_once_more_and_has_done_their_part_is_asked_for_the_goals(open_at: Open) -> None:
    here = await open_at("prepared")
    await names(here, await mette(here))
    await names(here, here.lone)
    labels = [button.label for button in (await here.lone.last()).buttons]
    assert labels == [said(here, "goals.agreed"), said(here, "btn.released")]
    await here.lone.taps("goals.agreed")
    assert said(here, "goals.noted") in await here.lone.text()


async def test_home_says_who_leads_and_has_the_button(open_at: Open) -> None:
    here = await open_at("prepared")
    page = await here.play.conversation.page(here.emil.address())
    texts = [part.text for section in page for part in section.parts]
    assert said(here, "home.leader", leader="Lone Lund") in texts
    new = await mette(here)
    section = next(it for it in page if any(button.label == said(here, "btn.new_leader") for button in it.buttons))
    button = next(button for button in section.buttons if button.label == said(here, "btn.new_leader"))
    await here.emil.press(section, button, {})
    await here.emil.fills({"new_leader.who": new.id})
    await here.emil.fills()
    await here.emil.taps("btn.send")
    assert (await stay(here)).leader == new.id


async def test_what_the_one_before_could_put_off_or_tick_says_why(open_at: Open) -> None:
    here = await open_at("prepared")
    await calls_agreed(here)
    message = next(it for it in reversed(await here.lone.messages()) if len(it.buttons) > 1)
    await names(here, await mette(here))
    before = await heard(here, here.lone)
    for button in message.buttons:
        reply = await here.lone.press(message, button, {})
        assert reply.note == said(here, "new_leader.closed", name="Emil"), button.label
    assert await heard(here, here.lone) == before


async def test_a_leader_whom_hr_notes_as_gone_is_asked_after(open_at: Open) -> None:
    here = await open_at("prepared")
    exchange, lone = await stay(here), await here.lone.person()
    own = replace(exchange, id=new_id(), sign_up="", employee=lone.id, leader=here.hanne.id, state="closed")
    await here.play.store.run(lambda work: work.exchanges.add(own))
    await here.hanne.says("hjælp")
    await here.hanne.taps("btn.left")
    await here.hanne.fills({"left.who": lone.id})
    await here.hanne.taps("btn.yes")
    await here.at(date(2026, 4, 22), 12)
    assert said(here, "new_leader.gone", leader="Lone") in await here.emil.everything()
    await here.hanne.says("status")
    person = await here.emil.person()
    values = {"name": person.name, "host_unit": exchange.host_unit, "leader": "Lone"}
    assert said(here, "needs.leader_gone", **values) in await here.hanne.text()


async def test_hr_who_led_before_still_has_hrs_lists(open_at: Open) -> None:
    here = await open_at("prepared")
    await names(here, here.hanne)
    await names(here, here.lone)
    await here.hanne.says("mine medarbejdere")
    assert "Emil" not in await here.hanne.text()
    await here.hanne.says("status")
    assert "Emil" in await here.hanne.text()


async def test_an_entry_released_to_the_one_before_is_released_to_nobody(open_at: Open) -> None:
    here = await open_at("first day")
    await write(here, log__core__what=SECRET)
    await here.emil.taps("btn.share_one")
    await here.emil.fills()
    await here.emil.taps("btn.share")
    new = await mette(here)
    await names(here, new)
    rows = await here.play.store.run(lambda work: work.answers.by(here.emil.id))
    assert {row.released for row in rows if row.value == SECRET} == {frozenset()}
    await names(here, here.lone)
    await here.lone.says("delt")
    assert SECRET not in await here.lone.text()


async def test_a_new_leader_who_was_not_given_the_goals_is_told_to_ask_for_them(open_at: Open) -> None:
    here = await open_at("prepared", "da", date(2026, 5, 4), date(2026, 5, 22))
    new = await mette(here)
    await names(here, new)
    await leader_part(here, new)
    await here.at(date(2026, 4, 24), 12)
    asked = said(here, "push.goalreview")
    assert asked in await new.everything()
    assert said(here, "new_leader.goals", name="Emil") in await new.everything()
    assert GOAL["da"] not in await new.everything()


async def leader_part(here: Cast, leader: Seat) -> None:
    """A leader does the own part."""
    await leader.taps("btn.start_min", minutes=await minutes(leader))
    await walk(leader, {"lead.prep.use": "Til mødet", "lead.prep.followup.return": "2026-05-27"})
