"""Months later: what was shared goes, what led to nothing goes, and HR's figures stay as they were (12.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select

from bot.moment import Moment
from bot.turns import choosing, closing, forgetting, retention
from dialogs.model import Value
from storage.erasing import ERASED
from storage.records import PromptRow, new_id
from storage.store import Work
from storage.tables import addresses, meta, people
from tests.conversations.conftest import Open
from tests.conversations.test_closing import PRIVATE, held, leaves, writes
from tests.conversations.test_hosts_outside import agreed_with_nora
from tests.stage.others import Other, answers, exchange_of, others
from tests.stage.play import Seat
from tests.stage.scenes import GOAL, REASON, ROUND_NAME, SHOW, WHY, WISH, Cast, only

SHARED_GONE = date(2027, 5, 7)
"""Twelve months after Emil's last day."""

HINDRANCES = ("fu.hinder.time", "fu.hinder.rules", "fu.hinder.none")


async def report(here: Cast) -> str:
    """The round in figures, as HR reads it."""
    await here.hanne.says("rapport")
    return await here.hanne.text()


async def do(here: Cast, act: Callable[[Moment, PromptRow], str], subject: str, recipient: str, day: date) -> None:
    """What is silent is done, as of a day."""
    play = here.play

    def unit(work: Work) -> None:
        prompt = PromptRow("none", recipient, subject, "none", day, play.clock.now())
        act(Moment(work, play.words, play.clock.now(), play.house), prompt)

    await play.store.run(unit)


async def kept(here: Cast, subject: str) -> list[str]:
    """The values that are kept about something."""
    return await here.play.store.run(lambda work: [str(row.value) for row in work.answers.about(subject)])


async def test_domain_12_4_what_was_shared_is_deleted_twelve_months_after_and_the_report_stays(open_at: Open) -> None:
    here = await open_at("talked")
    exchange = await exchange_of(here)
    await here.at(SHARED_GONE - timedelta(days=1), 13)
    before = await report(here)
    assert here.said(GOAL) in await held(here)
    assert here.said(WISH) in await kept(here, exchange.sign_up)
    await here.emil.says("mine data")
    assert here.play.words.text("da", "data.shared.until", {"date": "7.\u00a0maj 2027"}) in await here.emil.text()
    seats = (here.emil, here.lone, here.vera)
    heard = [len(await seat.messages()) for seat in seats]

    await here.at(SHARED_GONE, 13)

    assert [len(await seat.messages()) for seat in seats] == heard, "nobody is told anything"
    left = await held(here)
    for text in (here.said(GOAL), here.said(REASON), PRIVATE):
        assert text not in left
    assert await kept(here, exchange.sign_up) == []
    assert await report(here) == before
    await here.emil.says("mine data")
    gone = here.play.words.text("da", "data.shared.gone", {"date": "7.\u00a0maj 2027"})
    assert gone in await here.emil.text()
    await here.lone.says("hvad er delt")
    assert here.said(GOAL) not in await here.lone.text()


async def test_domain_12_4_deleting_what_was_shared_twice_is_as_good_as_once(open_at: Open) -> None:
    here = await open_at("talked")
    exchange = await exchange_of(here)
    await here.at(SHARED_GONE, 13)
    first, figures = await held(here), await report(here)
    await do(here, retention.shared_due, exchange.id, here.emil.id, SHARED_GONE)
    assert await held(here) == first
    assert await report(here) == figures


async def test_domain_12_4_a_host_outside_reads_nothing_of_it_any_more(open_at: Open) -> None:
    here = await open_at("round open")
    nora = await agreed_with_nora(here)
    exchange = await exchange_of(here)
    hosts_again = replace(exchange, id=new_id(), employee=here.hanne.id, state="running")
    await here.play.store.run(lambda work: work.exchanges.add(hosts_again))
    await here.at(SHARED_GONE - timedelta(days=1), 13)
    assert "Emil" in await nora.everything()
    await here.at(SHARED_GONE, 13)
    page = await nora.everything()
    assert "Emil" not in page
    assert page, "what is about nothing else stays"
    assert (await nora.person()).name == nora.name


async def test_domain_12_4_a_story_stays_until_it_is_taken_back(open_at: Open) -> None:
    here = await open_at("talked")
    exchange = await exchange_of(here)
    story: dict[str, Value] = {"story.write": "Havfruen", "story.ask": "story.ask.named"}
    await answers(here, here.emil.id, exchange.id, "story", story, date(2026, 5, 12))
    await here.at(SHARED_GONE, 13)
    assert "Havfruen" in await kept(here, exchange.id)
    assert here.said(GOAL) not in await kept(here, exchange.id)


async def test_a_change_of_the_choice_moves_the_day(open_at: Open) -> None:
    here = await open_at("talked")
    exchange = await exchange_of(here)

    await chosen(here, {"shared_kept_months": 6, "sign_ups_kept_months": 1})
    rows = await here.play.store.run(lambda work: work.prompts.of(exchange.id, retention.SHARED))
    assert [row.day for row in rows if row.state == "pending"] == [date(2026, 11, 7)]
    of_round = await here.play.store.run(lambda work: work.prompts.of(exchange.round, retention.ROUND))
    assert [row.day for row in of_round if row.state == "pending"] == [date(2026, 7, 30), date(2027, 6, 30)]


async def test_domain_12_4_a_sign_up_without_a_place_is_deleted_six_months_after_the_round(open_at: Open) -> None:
    here = await open_at("supported")
    (sign_up,) = await here.play.store.run(_sign_ups)
    (offer,) = await here.play.store.run(_offers)
    assert here.said(WISH) in await kept(here, sign_up)
    before = await report(here)
    await here.at(date(2026, 12, 29), 13)
    assert here.said(WISH) in await kept(here, sign_up)
    await here.at(date(2026, 12, 30), 13)
    assert await kept(here, sign_up) == []
    assert here.said(SHOW) in await kept(here, offer)
    await here.at(date(2027, 6, 30), 13)
    assert await kept(here, offer) == []
    assert (await here.play.store.run(lambda work: work.rounds.offer(offer))).unit == ERASED
    assert await report(here) == before, "how many there were is still told"


async def test_an_offer_that_is_due_first_takes_no_sign_up_with_it(open_at: Open) -> None:
    here = await open_at("supported")
    (sign_up,) = await here.play.store.run(_sign_ups)
    (offer,) = await here.play.store.run(_offers)
    await chosen(here, {"sign_ups_kept_months": 12, "offers_kept_months": 6})
    await here.at(date(2027, 6, 29), 13)
    assert await kept(here, offer) == []
    assert here.said(WISH) in await kept(here, sign_up)
    await here.at(date(2027, 6, 30), 13)
    assert await kept(here, sign_up) == []


async def test_a_day_that_was_written_down_before_hr_chose_a_later_one_deletes_nothing(open_at: Open) -> None:
    here = await open_at("supported")
    (sign_up,) = await here.play.store.run(_sign_ups)
    (row,) = await here.play.store.run(lambda work: work.rounds.all(work.people.organisations()[0].id))
    await chosen(here, {"sign_ups_kept_months": 12})
    await do(here, retention.round_due, row.id, row.id, date(2026, 12, 30))
    assert here.said(WISH) in await kept(here, sign_up)
    planned = await here.play.store.run(lambda work: work.prompts.of(row.id, retention.ROUND))
    assert [prompt.day for prompt in planned if prompt.state == "pending"] == [date(2027, 6, 30)]


async def chosen(here: Cast, values: dict[str, Value]) -> None:
    """HR has chosen this for all rounds."""
    await here.play.store.run(
        lambda work: choosing.keep(
            Moment(work, here.play.words, here.play.clock.now(), here.play.house),
            work.people.get(here.hanne.id),
            "",
            values,
        )
    )


def _sign_ups(work: Work) -> list[str]:
    rounds = work.rounds.all(work.people.organisations()[0].id)
    return [row.id for each in rounds for row in work.rounds.sign_ups(each.id)]


def _offers(work: Work) -> list[str]:
    rounds = work.rounds.all(work.people.organisations()[0].id)
    return [row.id for each in rounds for row in work.rounds.offers(each.id)]


async def test_old_buttons_write_nothing_for_a_round_that_is_over(open_at: Open) -> None:
    here = await open_at("supported")
    (sign_up,) = await here.play.store.run(_sign_ups)
    (offer,) = await here.play.store.run(_offers)
    old = []
    for seat in (here.emil, here.vera):
        await seat.says("status")
        old.append(await seat.last())
    await here.at(date(2027, 6, 30), 13)
    label = here.play.words.text("da", "btn.change_answers")
    for seat, message in zip((here.emil, here.vera), old, strict=True):
        (button,) = [button for button in message.buttons if button.label == label]
        assert (await seat.press(message, button, {})).note == here.play.words.text("da", "card.answered")
    await here.lone.presses_in_channel(here.play.words.text("da", "btn.hostoffer"))
    assert not (await here.lone.last()).fields
    assert [await kept(here, subject) for subject in (sign_up, offer)] == [[], []]
    assert await here.play.store.run(_offers) == [offer]


async def test_what_hr_chose_for_a_match_stays_with_nobody(open_at: Open) -> None:
    here = await open_at("proposed")
    exchange = await exchange_of(here)
    assert exchange.why == here.said(WHY)
    assert here.said(WHY) not in await kept(here, exchange.round)
    assert here.said(WHY) in await here.emil.everything()


async def test_a_match_that_hr_left_half_way_goes_with_the_sign_ups(open_at: Open) -> None:
    here = await open_at("supported")
    await here.hanne.says("match")
    await here.hanne.taps("btn.find_place", programme=here.said(ROUND_NAME))
    await here.hanne.fills({"match.wish": only(await here.hanne.last(), "match.wish")})
    (sign_up,) = await here.play.store.run(_sign_ups)
    round_id = (await here.play.store.run(lambda work: work.rounds.sign_up(sign_up))).round
    assert sign_up in await kept(here, round_id)
    await here.at(date(2026, 12, 30), 13)
    assert sign_up not in await kept(here, round_id)
    talks = await here.play.store.run(lambda work: work.conversations.of_subject(round_id))
    assert [talk.status for talk in talks if talk.dialog == "match"] == ["stopped"]


async def test_a_sign_up_that_led_to_an_exchange_stays_as_long_as_that(open_at: Open) -> None:
    here = await open_at("talked")
    exchange = await exchange_of(here)
    await here.at(date(2027, 1, 5), 13)
    assert here.said(WISH) in await kept(here, exchange.sign_up)


async def test_what_was_written_about_a_proposal_that_came_to_nothing_goes_with_the_sign_up(open_at: Open) -> None:
    here = await open_at("accepted")
    exchange = await exchange_of(here)
    await here.emil.says("stop")
    await here.emil.taps("btn.yes")
    assert (await exchange_of(here)).state == "withdrawn"
    assert await kept(here, exchange.id)
    await here.at(date(2026, 12, 30), 13)
    assert await kept(here, exchange.id) == []
    assert (await exchange_of(here)).why == ""


# The figures


async def hindered(here: Cast, count: int) -> list[Other]:
    """So many say after a month what was in the way; the logbook's day differs for each."""
    people = await others(here, count)
    for n, each in enumerate(people):
        given: dict[str, Value] = {"fu.hinder#1": [HINDRANCES[n % 3]], "fu.hinder#2": ["fu.hinder.time"]}
        day = date(2026, 5, 8) + timedelta(days=n)
        await answers(here, each.employee, each.exchange.id, "fu30", given | {"fu30.shared": "btn.yes"}, day)
        await answers(here, each.leader, each.exchange.id, "ret", {"lead.ret.held": True}, day)
        for person in (each.employee, each.leader):
            await answers(here, person, each.exchange.id, "goals", {"goals.agreed": True}, day)
    await here.at(date(2026, 8, 1), 13)
    return people


async def test_no_figure_shifts_when_the_answers_behind_it_are_deleted(open_at: Open) -> None:
    here = await open_at("debrief")
    people = await hindered(here, 7)
    before = await report(here)
    assert "Tid: 5" in before
    for each in people:
        await do(here, closing.delete_due, each.exchange.id, each.employee, date(2026, 9, 4))
        assert await report(here) == before
    for each in people:
        await do(here, retention.shared_due, each.exchange.id, each.employee, SHARED_GONE)
        assert await report(here) == before
    for each in people:
        assert await kept(here, each.exchange.id) == []


async def test_answers_that_are_gone_make_a_whole_five_with_those_that_come(open_at: Open) -> None:
    here = await open_at("debrief")
    people = await hindered(here, 4)
    assert "Tid:" not in await report(here)
    for each in people:
        await do(here, closing.delete_due, each.exchange.id, each.employee, date(2026, 9, 4))
    assert "Tid:" not in await report(here), "four are too few to tell of, deleted or not"
    for each in await others(here, 1):
        given: dict[str, Value] = {"fu.hinder#1": ["fu.hinder.time"]}
        await answers(here, each.employee, each.exchange.id, "fu30", given, date(2026, 7, 1))
    assert "Tid: 5" in await report(here)


async def test_who_deletes_an_answer_moves_no_figure_and_leaves_no_number_behind(open_at: Open) -> None:
    here = await open_at("debrief")
    people = await hindered(here, 6)
    before = await report(here)

    def unit(work: Work) -> None:
        moment = Moment(work, here.play.words, here.play.clock.now(), here.play.house)
        for each in (people[0], people[5]):
            forgetting.forget(
                moment, [row for row in work.answers.by(each.employee) if row.key.startswith("fu.hinder")]
            )

    await here.play.store.run(unit)
    assert await report(here) == before
    for each in await others(here, 4):
        given: dict[str, Value] = {"fu.hinder#1": ["fu.hinder.time"]}
        await answers(here, each.employee, each.exchange.id, "fu30", given, date(2026, 7, 1))
    assert "Tid: 5" in await report(here), "the sixth is not counted with them"


# Who has left


async def test_a27_who_has_left_is_erased_when_nothing_is_kept_any_more(open_at: Open) -> None:
    here = await open_at("talked")
    await leaves(here)
    await here.at(SHARED_GONE - timedelta(days=1), 13)
    assert here.said(GOAL) in await held(here)
    before = await report(here)
    await here.at(SHARED_GONE, 13)
    assert await here.play.store.run(lambda work: _naming(work, here.emil)) == []
    assert (await here.emil.person()).name == ERASED
    assert await report(here) == before
    await here.lone.says("mine medarbejdere")
    await here.hanne.says("status")


def _naming(work: Work, seat: Seat) -> list[str]:
    """Rows in plain text that name the person, or where they are reached."""
    rows = [*work.meta._all(select(people)), *work.meta._all(select(meta)), *work.meta._all(select(addresses))]
    return [str(row) for row in rows if seat.name in str(row) or str(row.get("key", "")).endswith(seat.id)]


async def test_a27_who_has_left_and_never_got_a_place_is_erased_with_what_they_wrote(open_at: Open) -> None:
    here = await open_at("supported")
    await gone(here, here.emil, here.lone, here.vera)
    await here.at(date(2026, 12, 29), 13)
    assert (await here.emil.person()).name == here.emil.name
    await here.at(date(2026, 12, 30), 13)
    assert [(await seat.person()).name for seat in (here.emil, here.lone)] == [ERASED] * 2
    assert (await here.vera.person()).name == here.vera.name, "what hosts wrote is kept longer"
    await here.at(date(2027, 6, 30), 13)
    assert (await here.vera.person()).name == ERASED


async def test_a27_what_was_never_settled_keeps_nobody(open_at: Open) -> None:
    here = await open_at("accepted")
    await gone(here, here.emil, here.lone)
    await here.at(date(2026, 12, 30), 13)
    assert [(await seat.person()).name for seat in (here.emil, here.lone)] == [ERASED] * 2
    assert (await exchange_of(here)).state == "withdrawn"


async def test_a27_somebody_elses_story_keeps_nobody(open_at: Open) -> None:
    here = await open_at("talked")
    await writes(here, here.emil, "story.write", "S", "Det lærte jeg", confirmed=True)
    await gone(here, here.lone)
    await here.at(SHARED_GONE, 13)
    assert await kept(here, (await exchange_of(here)).id) == ["Det lærte jeg"]
    assert (await here.lone.person()).name == ERASED
    assert (await here.emil.person()).name == here.emil.name


async def gone(here: Cast, *seats: Seat) -> None:
    """They have no account here any more."""
    for seat in seats:
        person = replace(await seat.person(), active=False)
        await here.play.store.run(lambda work, person=person: work.people.update(person))  # type: ignore[misc]


async def test_who_is_still_there_is_not_erased(open_at: Open) -> None:
    here = await open_at("talked")
    await here.at(SHARED_GONE, 13)
    for seat in (here.emil, here.lone, here.vera):
        assert (await seat.person()).name == seat.name


async def test_a_leader_who_has_left_is_erased_with_the_last_that_names_them(open_at: Open) -> None:
    here = await open_at("talked")
    await here.play.store.run(lambda work: work.people.update(replace(work.people.get(here.lone.id), active=False)))
    await here.at(SHARED_GONE - timedelta(days=1), 13)
    assert (await here.lone.person()).name == here.lone.name
    await here.at(SHARED_GONE, 13)
    assert (await here.lone.person()).name == ERASED
    await here.emil.says("mine data")
    assert await here.emil.text()
