"""During the exchange: what HR has switched on, what is said to the person alone, and two jobs (T19, 7.4, 7.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from storage.records import new_id
from storage.store import Work
from storage.tables import outbox
from tests.conversations.conftest import Open
from tests.conversations.test_outside import moves_out
from tests.stage.beforehand import agree, choose
from tests.stage.play import Seat, read
from tests.stage.scenes import SCENES, Cast, prepare, write

LONG = (date(2026, 5, 4), date(2026, 5, 29))


async def every_day(here: Cast) -> None:
    """Emil writes every day."""

    def unit(work: Work) -> None:
        (exchange,) = work.exchanges.of_employee(here.emil.id)
        work.exchanges.save_journal(replace(work.exchanges.journal(exchange.id), cadence="every"))

    await here.play.store.run(unit)


async def asked(here: Cast) -> list[str]:
    """The questions on Emil's newest card."""
    return [field.key for field in (await here.emil.last()).fields]


async def days(here: Cast, **answers: str) -> dict[date, list[str]]:
    """Emil writes all days of the stay; what each of them asked."""
    seen = {}
    day = here.start
    while day <= here.end:
        if day.weekday() < 5:
            await here.at(day, 15, 30)
            seen[day] = await asked(here)
            await write(here, log__core__what="Noget", **answers)
            if "share.week.pick" in await asked(here):
                await here.emil.fills()
        day += timedelta(days=1)
    return seen


async def test_the_optional_pack_is_asked_only_where_hr_chose_it(open_at: Open) -> None:
    without = await open_at("prepared", "da", *LONG)
    assert not any(key.startswith("log.opt") for keys in (await days(without)).values() for key in keys)
    here = await open_at("prepared", "da", *LONG)
    await choose(here, prompts=["log.opt.dilemma", "log.opt.chair", "log.deep.energy"])
    seen = {key for keys in (await days(here)).values() for key in keys}
    assert {"log.opt.dilemma", "log.opt.chair"} <= seen
    assert "log.deep.energy" not in seen, "it has not been cleared"


async def test_domain_t19_two_low_days_are_met_once_and_told_to_nobody(open_at: Open) -> None:
    here = await open_at("prepared", "da", *LONG)
    await choose(
        here,
        prompts=["log.deep.wellbeing"],
        representatives_cleared=True,
        help_contacts="Arbejdsmiljøgruppen, 12 34 56 78",
    )
    others: list[Seat] = [here.lone, here.vera, here.hanne]
    await every_day(here)
    await days(here, log__deep__wellbeing="scale.day.2")
    said = [message for message in await here.emil.messages() if "tunge dage" in "".join(p.text for p in message.parts)]
    assert len(said) == 1
    text = "\n".join(part.text for part in said[0].parts)
    assert "Lone" in text
    assert "Arbejdsmiljøgruppen, 12 34 56 78" in text
    for other in others:
        assert "tunge dage" not in await other.everything()
        assert "svær" not in await other.everything()


@pytest.mark.parametrize(
    ("text", "key"),
    [("Jeg vil ikke leve mere", "safe.emergency"), ("Jeg bliver mobbet her", "safe.not_channel")],
)
async def test_what_must_not_go_by_is_met_beside_the_saved_entry(open_at: Open, text: str, key: str) -> None:
    here = await open_at("first day")
    start = here.play.words.text("da", key, {"leader": "Lone", "contact": "…"}).split(".")[0]
    await write(here, log__core__what=text)
    assert start in await here.emil.text()
    for other in (here.lone, here.vera, here.hanne):
        assert start not in await other.everything()


async def test_ordinary_words_are_not_remarked_on(open_at: Open) -> None:
    here = await open_at("first day")
    await write(here, log__core__what="Vi talte om vold, og en mor fortalte, at hun bliver slået")
    assert "112" not in await here.emil.text()


async def test_urgent_words_are_met_at_once_where_nothing_is_asked(open_at: Open) -> None:
    here = await open_at("approved")
    await here.emil.says("jeg har lyst til at dø")
    assert await here.emil.text() == here.play.words.text("da", "safe.emergency")


async def test_more_about_who_reads_says_until_when(open_at: Open) -> None:
    here = await open_at("first day")
    await here.emil.taps("btn.who_reads")
    assert "4.\u00a0september" in await here.emil.text()
    assert "log.core.what" in [field.key for message in await here.emil.messages() for field in message.fields]
    await write(here)


async def test_the_hint_is_said_in_full_once(open_at: Open) -> None:
    here = await open_at("first day")
    full = here.play.words.text("da", "safe.confidential")
    short = here.play.words.text("da", "safe.confidential.short")
    assert full in await here.emil.text()
    await SCENES["second day"](here)
    assert full not in await here.emil.text()
    assert short in await here.emil.text()


TOO_MUCH = "log.twojobs.much"


async def part_time(open_at: Open) -> Cast:
    """Emil is away on Tuesdays and Thursdays; on the first Thursday he is asked about two jobs, and answers."""
    here = await open_at("invited", "da", date(2026, 5, 5), date(2026, 6, 25))
    await prepare(here, prep__days=["tue", "thu"])
    await here.at(date(2026, 5, 5), 15, 30)
    await write(here)
    await here.at(date(2026, 5, 7), 15, 30)
    await write(here, log__twojobs=TOO_MUCH, log__twojobs__note="At mødet om onsdagen kan vente")
    return here


def nudges(here: Cast) -> tuple[str, str]:
    """What the home leader and the host read when it is shared."""
    words = here.play.words
    return (
        words.text("da", "lead.nudge.twojobs", {"name": "Emil"}),
        words.text("da", "lead.nudge.twojobs.host", {"name": "Emil", "leader": "Lone"}),
    )


async def test_two_jobs_too_much_is_told_to_nobody_unless_shared(open_at: Open) -> None:
    here = await part_time(open_at)
    for_leader, for_host = nudges(here)
    await here.at(date(2026, 5, 8), 12)
    assert for_leader not in await here.lone.everything()
    assert for_host not in await here.vera.everything()


async def test_two_jobs_too_much_in_the_overview_reaches_both_leaders(open_at: Open) -> None:
    here = await part_time(open_at)
    card = await here.emil.last()
    assert here.play.words.text("da", "share.twojobs", {"host": "Vera"}) in read(card)
    (pick,) = card.fields
    (much,) = [choice.value for choice in pick.choices if "for meget" in choice.label]
    await here.emil.fills({"share.week.pick": [much]})
    for_leader, for_host = nudges(here)
    assert for_leader not in await here.lone.everything()
    await here.at(date(2026, 5, 8), 12)
    assert for_leader in await here.lone.everything()
    assert for_host in await here.vera.everything()
    assert "onsdagen" not in await here.lone.everything() + await here.vera.everything()
    await here.at(date(2026, 5, 18), 12)
    assert (await here.lone.everything()).count(for_leader) == 1


async def test_two_jobs_too_much_shared_at_once_brings_the_note_that_was_shared(open_at: Open) -> None:
    here = await part_time(open_at)
    rows = await here.play.store.run(lambda work: work.answers.by(here.emil.id))
    ids = {row.key: row.id for row in rows}
    for key in ("log.twojobs.note", "log.twojobs"):
        await share(here, ids[key])
    for_leader, for_host = nudges(here)
    assert for_leader in await here.lone.everything()
    assert "onsdagen" in await here.lone.everything()
    assert for_host in await here.vera.everything()
    assert "onsdagen" not in await here.vera.everything(), "the note was shared with Lone only"


async def test_domain_t14_a_host_outside_is_not_told_of_two_jobs(open_at: Open) -> None:
    """It is an answer of the logbook: the home leader is asked to talk with the host about what can rest."""
    here = await part_time(open_at)
    await here.play.store.run(lambda work: moves_out(work, here.vera))
    rows = await here.play.store.run(lambda work: work.answers.by(here.emil.id))
    (much,) = [row.id for row in rows if row.key == "log.twojobs"]
    await here.emil.says("mine data")
    await here.emil.taps("btn.see")
    await here.emil.fills({"answer": much})
    await here.emil.taps("btn.share")
    await here.emil.fills({"share.receivers": [here.lone.id]})
    assert here.play.words.text("da", "share.twojobs", {"host": "Vera"}) not in await here.emil.text()
    await here.emil.taps("btn.share")
    await here.at(date(2026, 5, 18), 12)
    for_leader, for_host = nudges(here)
    assert for_leader in await here.lone.everything()
    assert for_host not in await here.vera.everything() + await page_of(here.vera)


async def page_of(seat: Seat) -> str:
    """All that waits for somebody or lies on their page."""
    rows = await seat.play.store.run(lambda work: work.outbox._all(select(outbox)))
    mine = [row["id"] for row in rows if row["place"] == seat.id]
    return await seat.play.store.run(lambda work: "".join(work.outbox.get(id).payload for id in mine))


async def test_two_jobs_too_much_shared_with_the_host_alone_is_not_told_to_the_leader(open_at: Open) -> None:
    here = await part_time(open_at)
    rows = await here.play.store.run(lambda work: work.answers.by(here.emil.id))
    (much,) = [row.id for row in rows if row.key == "log.twojobs"]
    await share(here, much, here.vera)
    for_leader, for_host = nudges(here)
    assert for_host in await here.vera.everything()
    assert for_leader not in await here.lone.everything()
    await here.at(date(2026, 5, 8), 12)
    assert for_leader not in await here.lone.everything()


async def share(here: Cast, answer: str, reader: Seat | None = None) -> None:
    """Emil shares one answer, with Lone if with nobody else."""
    await here.emil.says("mine data")
    await here.emil.taps("btn.see")
    await here.emil.fills({"answer": answer})
    await here.emil.taps("btn.share")
    await here.emil.fills({"share.receivers": [(reader or here.lone).id]})
    await here.emil.taps("btn.share")


async def contact_weekly(open_at: Open) -> Cast:
    """Lone has agreed to call every week and to call the host's leader on a day; Emil is away for four weeks."""
    here = await open_at("prepared", "da", *LONG)
    await agree(here, here.lone, {"lead.prep.contact": "lead.prep.contact.weekly"}, "J")
    await agree(here, here.lone, {"lead.prep.contact.hostleader": "2026-05-13"}, "L")
    return here


async def test_the_agreed_call_is_said_once_a_week_until_it_is_ticked(open_at: Open) -> None:
    here = await contact_weekly(open_at)
    nudge = here.play.words.text("da", "lead.nudge.contact", {"name": "Emil"})
    await here.at(date(2026, 5, 8), 16)
    assert nudge not in await here.lone.everything(), "the first week has no call yet"
    await here.at(date(2026, 5, 11), 10)
    assert nudge in await here.lone.text()
    await here.lone.says("mine opgaver")
    assert here.play.words.text("da", "task.contact", {"name": "Emil"}) in await here.lone.text()
    done = here.play.words.text("da", "btn.done_with", {"text": "ring til Emil i denne uge"})
    message, button = await here.lone.offered(done)
    await here.lone.press(message, button, {})
    await here.lone.press(message, button, {})
    assert (await here.lone.everything()).count(here.play.words.text("da", "nudge.done")) == 1
    await here.lone.says("mine opgaver")
    assert here.play.words.text("da", "task.contact", {"name": "Emil"}) not in await here.lone.text()
    said = (await here.lone.everything()).count(nudge)
    await here.at(date(2026, 5, 15), 16)
    assert (await here.lone.everything()).count(nudge) == said
    await here.at(date(2026, 5, 18), 10)
    assert nudge in await here.lone.text()


async def test_who_puts_the_call_off_and_ticks_it_is_not_asked_again(open_at: Open) -> None:
    here = await contact_weekly(open_at)
    nudge = here.play.words.text("da", "lead.nudge.contact", {"name": "Emil"})
    await here.at(date(2026, 5, 11), 10)
    message, later = await here.lone.offered(here.play.words.text("da", "btn.later"))
    _, done = await here.lone.offered(
        here.play.words.text("da", "btn.done_with", {"text": "ring til Emil i denne uge"})
    )
    await here.lone.press(message, done, {})
    await here.lone.press(message, later, {})
    told = (await here.lone.everything()).count(nudge)
    await here.at(date(2026, 5, 15), 16)
    assert (await here.lone.everything()).count(nudge) == told


async def test_the_host_leader_is_called_on_the_day_that_was_chosen(open_at: Open) -> None:
    here = await contact_weekly(open_at)
    nudge = here.play.words.text("da", "lead.nudge.host", {"host_unit": "Familieafdelingen"})
    await here.at(date(2026, 5, 12), 16)
    assert nudge not in await here.lone.everything()
    await here.at(date(2026, 5, 13), 10)
    assert nudge in await here.lone.text()


async def test_three_questions_come_at_the_midpoint_and_one_on_the_first_day_back(open_at: Open) -> None:
    here = await open_at("prepared", "da", *LONG)
    questions = here.play.words.text("da", "lead.nudge.ask")
    first = here.play.words.text("da", "lead.ret.first")
    await here.at(date(2026, 5, 15), 16)
    said = await here.lone.everything()
    assert said.count(questions) == 1
    assert first not in said
    await here.at(date(2026, 6, 1), 12)
    said = await here.lone.everything()
    assert (said.count(questions), said.count(first)) == (1, 1)
    assert here.play.words.text("da", "lead.ret.q1") in said


async def test_only_the_leader_ticks_the_own_step(open_at: Open) -> None:
    here = await contact_weekly(open_at)
    await here.at(date(2026, 5, 11), 10)
    done = here.play.words.text("da", "btn.done_with", {"text": "ring til Emil i denne uge"})
    message, button = await here.lone.offered(done)
    reply = await here.vera.press(message, button, {})
    assert reply.note
    await here.lone.says("mine opgaver")
    assert here.play.words.text("da", "task.contact", {"name": "Emil"}) in await here.lone.text()


async def two_leaders(open_at: Open) -> Cast:
    """Vera is the leader of one more exchange in the round, of somebody of her own."""
    here = await open_at("prepared", "da", *LONG)
    colleague = await here.play.add("Signe Sand", "employee", "Familieafdelingen")

    def unit(work: Work) -> None:
        (exchange,) = work.exchanges.of_employee(here.emil.id)
        work.exchanges.add(replace(exchange, id=new_id(), employee=colleague.id, leader=here.vera.id, host=""))

    await here.play.store.run(unit)
    return here


async def test_hr_chooses_the_sparring_day_once_two_leaders_have_answered(open_at: Open) -> None:
    here = await two_leaders(open_at)
    await agree(here, here.lone, {"lead.prep.sparring": "2026-05-12"}, "H")
    await here.hanne.says("match")
    assert "sparringsmøde" not in (await here.hanne.text()).lower()
    await agree(here, here.vera, {"lead.prep.sparring": "2026-05-12"}, "H")
    await here.hanne.says("match")
    assert "12.\u00a0maj: 2" in await here.hanne.text()
    message, button = await here.hanne.offered("Sparringsmøde 12. maj")
    await here.hanne.press(message, button, {})
    await here.hanne.press(message, button, {})
    values = {"programme": "Jobbytte forår", "date": date(2026, 5, 12)}
    invitation = here.play.words.text("da", "lead.sparring.invite", values)
    for leader in (here.lone, here.vera):
        assert (await leader.everything()).count(invitation) == 1
    assert invitation not in await here.emil.everything()
    await here.lone.taps("btn.calendar.sparring")
    assert "12.\u00a0maj" in await here.lone.text()
    await here.lone.says("mine opgaver")
    assert here.play.words.text("da", "task.sparring", {"date": date(2026, 5, 12)}) in await here.lone.text()
    await here.hanne.says("match")
    assert here.play.words.text("da", "needs.sparring.set", values) in await here.hanne.text()


async def test_a_leader_who_comes_later_is_invited_while_the_day_lies_ahead(open_at: Open) -> None:
    here = await open_at("accepted", "da", *LONG)
    await choose(here, sparring="2026-05-12")
    await SCENES["approved"](here)
    assert "Sparringsmøde" in await here.lone.everything()
    over = await open_at("accepted", "da", *LONG)
    await choose(over, sparring="2026-04-10")
    await SCENES["approved"](over)
    assert "Sparringsmøde" not in await over.lone.everything()


async def test_one_button_puts_off_all_that_can_be_and_the_rest_stays(open_at: Open) -> None:
    here = await open_at("finished", "da", date(2026, 5, 4), date(2026, 5, 22))
    words = here.play.words
    first, talked = words.text("da", "lead.ret.first"), words.text("da", "btn.have_talked")
    await here.at(date(2026, 5, 26), 12)
    message, later = await here.lone.offered(words.text("da", "btn.later"))
    assert [button.label for button in message.buttons].count(later.label) == 1
    await here.lone.press(message, later, {})
    assert words.text("da", "later.noted", {"date": date(2026, 5, 27)}) in await here.lone.text()
    again = await here.lone.press(message, later, {})
    assert again.note == words.text("da", "card.answered")
    assert talked in [button.label for shown in await here.lone.messages() for button in shown.buttons]
    await here.at(date(2026, 5, 27), 12)
    assert words.text("da", "lead.nudge.ask") in await here.lone.text()
    assert (await here.lone.everything()).count(first) == 1
    await here.lone.taps("btn.have_talked")
    assert "lead.ret.held" in [field.key for field in (await here.lone.last()).fields]


async def test_a_message_that_is_put_off_as_a_whole_gives_way(open_at: Open) -> None:
    here = await open_at("finished", "da", date(2026, 5, 4), date(2026, 5, 22))
    words = here.play.words
    await here.at(date(2026, 5, 26), 12)
    message, later = await here.emil.offered(words.text("da", "btn.later"))
    assert [button.label for button in message.buttons].count(later.label) == 1
    told = len(await here.emil.messages())
    await here.emil.press(message, later, {})
    assert len(await here.emil.messages()) == told
    assert await here.emil.text() == words.text("da", "later.noted", {"date": date(2026, 5, 27)})
    await here.at(date(2026, 5, 27), 12)
    text, evaluation = await here.emil.text(), words.text("da", "eval.push.emp", {"host_unit": "Familieafdelingen"})
    assert words.text("da", "btn.start_min", {"minutes": 20}) in text
    assert evaluation not in await here.emil.everything()
    await here.at(date(2026, 5, 28), 12)
    assert evaluation in await here.emil.text()
