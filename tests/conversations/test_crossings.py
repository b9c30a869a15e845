"""What two people do at the same time, and old buttons: nothing breaks, and what is said is true."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.moment import Moment
from bot.turns.my_data import readers_of
from dialogs.model import Raw
from storage.records import ExchangeRow, SignUpRow
from storage.store import Work
from tests.conversations.conftest import Open
from tests.stage.play import Seat
from tests.stage.scenes import MORNING, REASON, ROUND_NAME, Cast, join, minutes, only, walk


async def exchange_of(here: Cast) -> ExchangeRow:
    """Emil's newest exchange."""
    return (await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id)))[-1]


async def sign_up_of(here: Cast) -> SignUpRow:
    """Emil's newest sign-up."""

    def newest(work: Work) -> SignUpRow:
        (round_row,) = work.rounds.all(work.people.get(here.emil.id).organisation)
        return [row for row in work.rounds.sign_ups(round_row.id) if row.person == here.emil.id][-1]

    return await here.play.store.run(newest)


def said(here: Cast, key: str, **values: object) -> str:
    """A sentence as the people of the story read it."""
    return here.play.words.text(here.play.language, key, values)


async def stop(who: Seat) -> None:
    """Types "stop" and says yes."""
    await who.says("stop")
    await who.taps("btn.yes")


@pytest.mark.parametrize("scene", ["proposed", "accepted"])
async def test_a_stop_and_a_no_cross(open_at: Open, scene: str) -> None:
    here = await open_at(scene)
    if scene == "proposed":
        await here.emil.taps("btn.accept")
    await here.emil.says("stop")
    stop_card = await here.emil.offered(said(here, "btn.yes"))
    if scene == "proposed":
        await here.vera.taps("btn.decline")
    else:
        await here.lone.taps("btn.reject")
        await here.lone.fills({"approve.no.reason": "Vi mangler folk i maj"})
    await here.emil.press(*stop_card, {})
    assert said(here, "err.retrying") not in await here.emil.everything()
    assert (await sign_up_of(here)).state == "withdrawn"
    assert (await exchange_of(here)).state in ("declined", "rejected")


async def test_after_a_sent_debrief_there_is_nothing_to_stop(open_at: Open) -> None:
    here = await open_at("debrief")
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await walk(here.emil, {})
    assert (await exchange_of(here)).state == "debriefed"
    await here.emil.says("stop")
    assert await here.emil.text() == said(here, "stop.nothing")
    assert (await sign_up_of(here)).state == "placed"


async def test_who_stops_on_the_way_ends_early_also_with_nothing_written(open_at: Open) -> None:
    here = await open_at("prepared")
    await here.at(date(2026, 5, 6), 10)
    await stop(here.emil)
    exchange = await exchange_of(here)
    assert (exchange.state, exchange.end, exchange.track) == ("ended_early", date(2026, 5, 6), "short")
    assert said(here, "btn.debrief") in await here.emil.text()
    told = said(here, "stop.told.early", name="Emil", date=exchange.end)
    assert await here.lone.text() == f"{told}\n{said(here, 'ret.moved', date=date(2026, 5, 11))}"
    assert await here.vera.text() == told


async def test_two_stop_cards_have_one_effect(open_at: Open) -> None:
    here = await open_at("proposed")
    await here.emil.says("stop")
    first = await here.emil.offered(said(here, "btn.yes"))
    await here.emil.taps("btn.withdraw")
    await here.emil.taps("btn.yes")
    assert (await sign_up_of(here)).state == "withdrawn"
    told = len(await here.lone.messages())
    await here.emil.press(*first, {})
    assert len(await here.lone.messages()) == told
    assert said(here, "err.retrying") not in await here.emil.everything()


async def find_a_place(here: Cast, hr: Seat) -> None:
    """HR opens the form and chooses the one wish."""
    await hr.says("match")
    await hr.taps("btn.find_place", programme=here.said(ROUND_NAME))
    await hr.fills({"match.wish": only(await hr.last(), "match.wish")})


def place(offer: str, start: date = date(2026, 5, 5)) -> dict[str, Raw]:
    """A place as HR fills it in."""
    return {
        "match.offer": offer,
        "match.form": "form.shadow",
        "match.start": start.isoformat(),
        "match.end": (start + timedelta(days=2)).isoformat(),
    }


async def test_one_offer_is_used_once(open_at: Open) -> None:
    here = await open_at("supported")
    helle = await here.play.add("Helle Holm", "hr")
    bo = await here.play.add("Bo Berg", "employee", "Borgerservice")
    await join(here, bo)
    await bo.fills({"sign.voluntary": "yes"})
    await bo.fills({"sign.leader": here.lone.id})
    await bo.taps("sign.talked.yes")
    await bo.taps("sign.mode.match")
    await bo.fills({"sign.where": "Jobcentret"})
    await bo.fills({"sign.learn": "Hvordan de planlægger"})
    await bo.taps("btn.no")
    for hr, name in ((here.hanne, "Emil"), (helle, "Bo")):
        await hr.says("match")
        await hr.taps("btn.find_place", programme=here.said(ROUND_NAME))
        (wishes,) = [field for field in (await hr.last()).fields if field.key == "match.wish"]
        await hr.fills({"match.wish": next(each.value for each in wishes.choices if name in each.label)})
        await hr.fills(place(only(await hr.last(), "match.offer")))
    await here.hanne.taps("btn.send")
    await helle.taps("btn.send")
    assert said(here, "match.gone") in await helle.text()
    assert said(here, "err.retrying") not in await helle.everything()
    assert (await exchange_of(here)).state == "proposed"


async def test_a_place_does_not_begin_in_the_past(open_at: Open) -> None:
    here = await open_at("supported")
    await find_a_place(here, here.hanne)
    offer = only(await here.hanne.last(), "match.offer")
    reply = await here.hanne.fills(place(offer, MORNING.date() - timedelta(days=1)))
    assert list(reply.errors) == ["match.start"]
    assert not (await here.hanne.fills(place(offer, MORNING.date()))).errors


async def test_a_leader_cannot_answer_for_who_has_left(open_at: Open) -> None:
    here = await open_at("signed up")
    await here.lone.taps("btn.talk_first")
    await stop(here.emil)
    reply = await here.lone.taps("btn.have_talked")
    assert reply.note == said(here, "stop.closed")


async def test_a_withdrawal_closes_what_the_leader_was_asked_before_the_match(open_at: Open) -> None:
    here = await open_at("signed up")
    question = await here.lone.offered(said(here, "btn.approve"))
    await stop(here.emil)
    told = len(await here.lone.messages())
    await here.lone.press(*question, {})
    assert len(await here.lone.messages()) == told
    assert (await sign_up_of(here)).support == ""


async def test_the_reminder_after_talk_first_asks_again(open_at: Open) -> None:
    here = await open_at("accepted")
    await here.lone.taps("btn.talk_first")
    earlier = await here.lone.offered(said(here, "btn.have_talked"))
    for day in range(16, 25):
        await here.at(date(2026, 4, day), 12)
    await here.lone.taps("btn.answer")
    await here.lone.taps("btn.approve")
    await here.lone.fills({"lead.prep.justify": here.said(REASON)})
    assert (await exchange_of(here)).state == "approved"
    reply = await here.lone.press(*earlier, {})
    assert reply.note == said(here, "card.answered")
    reasons = await here.play.store.run(lambda work: [row.key for row in work.answers.by(here.lone.id)])
    assert "lead.prep.justify" in reasons


async def test_another_leader_takes_over_what_is_not_approved_yet(open_at: Open) -> None:
    here = await open_at("accepted")
    lis = await here.play.add("Lis Lund", "leader")
    await here.emil.taps("btn.change_answers")
    await here.emil.taps("btn.edit", {"edit": "sign.leader"})
    await here.emil.taps("btn.continue", {"sign.leader": lis.id})
    assert said(here, "stop.closed") in await here.lone.everything()
    await lis.taps("btn.approve")
    await lis.fills({"lead.prep.justify": here.said(REASON)})
    exchange = await exchange_of(here)
    assert (exchange.state, exchange.leader) == ("approved", lis.id)
    reply = await here.emil.presses("Ret mine svar")
    assert reply.note == said(here, "card.answered")


async def test_old_buttons_of_a_withdrawn_sign_up_do_nothing(open_at: Open) -> None:
    here = await open_at("signed up")
    change = await here.emil.offered(said(here, "btn.change_answers"))
    await stop(here.emil)
    came = len(await here.emil.messages())
    reply = await here.emil.press(*change, {})
    assert reply.note == said(here, "card.answered")
    assert len(await here.emil.messages()) == came


async def test_later_after_a_withdrawal_is_closed(open_at: Open) -> None:
    here = await open_at("invited")
    later = await here.emil.offered(said(here, "btn.later"))
    await stop(here.emil)
    reply = await here.emil.press(*later, {})
    assert reply.note == said(here, "stop.closed")


@pytest.mark.parametrize("reason", ["...", "👍", "12 13", "ok"])
async def test_a_justification_has_words(open_at: Open, reason: str) -> None:
    here = await open_at("accepted")
    await here.lone.taps("btn.approve")
    reply = await here.lone.fills({"lead.prep.justify": reason})
    assert reply.errors == {"lead.prep.justify": said(here, "approve.needjust")}


async def test_a_host_sees_the_offer_and_can_take_it_back(open_at: Open) -> None:
    here = await open_at("supported")
    await here.vera.says("status")
    assert said(here, "offer.status") in await here.vera.text()
    await stop(here.vera)
    assert said(here, "offer.withdrawn") in await here.vera.text()
    await here.vera.says("status")
    assert await here.vera.text() == said(here, "status.nothing")
    await here.hanne.says("match")
    await here.hanne.taps("btn.find_place", programme=here.said(ROUND_NAME))
    await here.hanne.fills({"match.wish": only(await here.hanne.last(), "match.wish")})
    offers = [field for field in (await here.hanne.last()).fields if field.key == "match.offer"]
    assert not any(field.choices for field in offers)


async def test_the_host_is_named_as_a_reader_of_the_wish_once_asked(open_at: Open) -> None:
    here = await open_at("proposed")

    def readers(work: Work) -> list[str]:
        moment = Moment(work, here.play.words, here.play.clock.now(), here.play.house)
        wish = next(row for row in work.answers.by(here.emil.id) if row.key == "sign.learn")
        return readers_of(moment, wish)

    assert here.vera.name not in await here.play.store.run(readers)
    await here.emil.taps("btn.accept")
    assert here.vera.name in await here.play.store.run(readers)


async def test_nobody_is_their_own_host(open_at: Open) -> None:
    here = await open_at("round open")
    await join(here, here.emil)
    await here.emil.fills({"sign.voluntary": "yes"})
    await here.emil.fills({"sign.leader": here.lone.id})
    await here.emil.taps("sign.talked.yes")
    await here.emil.taps("sign.mode.self")
    await walk(here.emil, {"sign.self.where": "Jobcentret", "sign.learn": "Hvordan de planlægger"})
    await here.emil.taps("btn.no")
    await find_a_place(here, here.hanne)
    (hosts,) = [field for field in (await here.hanne.last()).fields if field.key == "match.host"]
    assert here.vera.id in [choice.value for choice in hosts.choices]
    assert here.emil.id not in [choice.value for choice in hosts.choices]
