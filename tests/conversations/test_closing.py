"""The end: download, deletion of what is private, and what stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from bot.moment import Moment
from bot.turns.closing import delete_due, private
from bot.turns.pushes import acting
from storage.records import AnswerRow, AuditRow, ExchangeRow, OutboxState, PromptRow, new_id
from storage.store import Work
from tests.conversations.conftest import Open
from tests.conversations.test_return_talk import LONG, said
from tests.stage.play import Seat
from tests.stage.scenes import GOAL, NOTES, SIGN, WISH, Cast

PRIVATE = NOTES["da"]["log.core.sowhat"][0]
DELETED = date(2026, 5, 7) + timedelta(days=120)


async def exchange_of(here: Cast) -> ExchangeRow:
    """Emil's exchange as it is now."""
    return await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id)[0])


async def export(seat: Seat) -> str:
    """All that the files hold."""
    await seat.says("mine data")
    await seat.taps("btn.export")
    return "".join(file.text for file in (await seat.last()).files)


async def test_the_file_to_read_goes_through_the_exchange_as_it_was_lived(open_at: Open) -> None:
    here = await open_at("debriefed")
    await here.emil.says("mine data")
    await here.emil.taps("btn.export")
    text = next(file.text for file in (await here.emil.last()).files if file.name.endswith(".txt"))
    headings = [before for before, line in pairwise(text.splitlines()) if line and not line.strip("-")]
    assert [heading.replace("\u00a0", " ") for heading in headings] == [
        "Tilmelding, mandag den 13. april",
        "Et forslag, tirsdag den 14. april",
        "Forbered dig, tirsdag den 21. april",
        "Logbog, tirsdag den 5. maj",
        "Logbog, onsdag den 6. maj",
        "Logbog, torsdag den 7. maj",
        "Opsamling, fredag den 8. maj",
    ]
    goal, sign = text.index(here.said(GOAL)), text.index(here.said(SIGN))
    assert text.index(here.said(WISH)) < goal < sign < text.index(PRIVATE)


async def held(here: Cast) -> str:
    """All that the store holds about the exchange: answers and what conversations remember."""

    def unit(work: Work) -> str:
        exchange = work.exchanges.of_employee(here.emil.id)[0]
        rows = work.answers.about(exchange.id)
        talks = work.conversations.of_subject(exchange.id)
        return repr([row.value for row in rows]) + repr([row.state for row in talks])

    return await here.play.store.run(unit)


async def test_domain_t17_an_early_end_asks_for_no_reason_and_offers_a_short_debrief(open_at: Open) -> None:
    here = await open_at("second day", **LONG)
    await here.emil.says("stop")
    assert "Du behøver ikke sige hvorfor" in await here.emil.text()
    await here.emil.taps("btn.yes")
    assert await said(here.emil, "end.early", date=date(2026, 5, 5))
    assert not (await here.emil.last()).fields, "nothing is asked"

    await here.emil.taps("btn.debrief")
    assert "7 minutter" in await here.emil.text(), "the short one"
    await here.at(date(2026, 5, 12), 12)
    assert not await said(here.lone, "lead.ret.justify", text="x")
    assert (await exchange_of(here)).state == "ended_early"


async def test_domain_t25_a_check_skipped_twice_closes_the_exchange_and_what_is_private_is_deleted(
    open_at: Open,
) -> None:
    here = await open_at("talked")
    assert PRIVATE in await held(here)
    await here.at(here.end + timedelta(days=101), 12)
    assert await said(here.emil, "fu90.intro", n=90)
    assert (await exchange_of(here)).state == "closed"

    await here.at(DELETED - timedelta(days=13), 12)
    assert await said(here.emil, "push.close", date=DELETED)
    await here.emil.taps("btn.export")
    assert PRIVATE in "".join(file.text for file in (await here.emil.last()).files)
    await here.emil.says("mine data")
    assert here.play.words.text("da", "data.expiry", {"date": DELETED}) in await here.emil.text()

    await here.at(DELETED, 13)
    left = await held(here)
    assert PRIVATE not in left
    assert here.said(GOAL) in left, "the goals are of both"
    await here.emil.says("mine data")
    expired = here.play.words.text("da", "data.expired", {"date": DELETED, "host_unit": "Familieafdelingen"})
    assert expired in await here.emil.text()
    assert PRIVATE not in await export(here.emil)
    trail: list[AuditRow] = await here.play.store.run(lambda work: work.audit.all(500))
    assert "private.deleted" in {row.action for row in trail}


async def test_domain_t25_a_check_that_was_answered_closes_the_exchange_too(open_at: Open) -> None:
    here = await open_at("three months", **LONG)
    await here.emil.taps("btn.start")
    for _ in range(4):
        if (await here.emil.last()).fields:
            await here.emil.fills()
    assert await said(here.emil, "fu.thanks")
    await here.at(here.end + timedelta(days=101), 12)
    assert not await said(here.emil, "push.fu90.again", date=here.end + timedelta(days=100))
    assert (await exchange_of(here)).state == "closed"
    await here.at(here.end + timedelta(days=120), 13)
    assert PRIVATE not in await held(here)


async def test_domain_t25_a_check_that_was_not_answered_is_asked_for_once_more_on_the_full_track(
    open_at: Open,
) -> None:
    here = await open_at("three months", **LONG)
    await here.at(here.end + timedelta(days=96), 12)
    assert await said(here.emil, "push.fu90.again", date=here.end + timedelta(days=100))
    await here.at(here.end + timedelta(days=101), 12)
    assert (await exchange_of(here)).state == "closed"


async def test_what_was_shared_stays_when_the_rest_is_deleted(open_at: Open) -> None:
    here = await open_at("last day")
    await here.emil.fills({"log.last.unforget": "Zebrastriber", "log.last.changed": "Tapirer"})
    listed = (await here.emil.last()).fields[0]
    picked = [choice.value for choice in listed.choices if "Zebrastriber" in choice.label]
    await here.emil.fills({"share.week.pick": picked})
    await here.at(DELETED, 13)
    await here.lone.says("hvad er delt")
    assert "Zebrastriber" in await here.lone.text()
    left = await held(here)
    assert "Zebrastriber" in left
    assert "Tapirer" not in left


async def test_deleting_twice_is_as_good_as_once(open_at: Open) -> None:
    here = await open_at("talked")
    await here.at(DELETED, 13)

    def again(work: Work) -> None:
        exchange = work.exchanges.of_employee(here.emil.id)[0]
        for row in work.prompts.of(exchange.id, "close.delete"):
            work.prompts.mark(row.id, "pending")

    before = await held(here)
    await here.play.store.run(again)
    await here.at(DELETED + timedelta(days=1), 13)
    assert await held(here) == before
    assert (await exchange_of(here)).state == "closed"


async def test_a_failure_in_the_middle_deletes_nothing_and_the_next_try_all(open_at: Open) -> None:
    here = await open_at("talked")

    found: list[int] = []

    def fails_twice(moment: Moment, prompt: PromptRow) -> str:
        found.append(len(private(moment, moment.work.exchanges.get(prompt.subject))))
        state = delete_due(moment, prompt)
        if len(found) < 3:
            raise RuntimeError("The power went.")
        return state

    prompts = {**here.play.house.prompts, "close.delete": acting(fails_twice)}
    here.play.house = replace(here.play.house, prompts=prompts)
    here.play.build()
    await here.at(DELETED + timedelta(days=1), 14)
    assert len(found) == 3
    assert found[0] == found[1] == found[2] > 0
    assert PRIVATE not in await held(here)


async def test_who_has_nothing_private_left_is_not_told_of_a_deletion(open_at: Open) -> None:
    here = await open_at("talked")
    await here.emil.says("mine data")
    await here.emil.taps("btn.delete_private")
    await here.emil.taps("btn.delete_private")
    await here.at(DELETED, 13)
    assert not await said(here.emil, "push.close", date=DELETED)


async def leaves(here: Cast) -> None:
    """Hanne notes that Emil has left."""
    await here.hanne.says("hjælp")
    await here.hanne.taps("btn.left")
    await here.hanne.fills({"left.who": here.emil.id})
    await here.hanne.taps("btn.yes")


async def test_domain_t16_who_leaves_can_download_and_then_the_private_is_deleted_and_the_shared_stays(
    open_at: Open,
) -> None:
    here = await open_at("talked")
    until = here.play.clock.now().date() + timedelta(days=14)
    await leaves(here)
    assert await said(here.hanne, "left.noted", name="Emil", date=until)
    assert await said(here.emil, "left.told", date=until)
    await here.emil.taps("btn.export")
    assert PRIVATE in "".join(file.text for file in (await here.emil.last()).files)
    asked = len(await here.emil.messages())

    await here.at(until, 13)

    left = await held(here)
    assert PRIVATE not in left
    assert here.said(GOAL) in left
    assert not (await here.emil.person()).active
    assert len(await here.emil.messages()) == asked, "nothing more is asked"
    await here.lone.says("hvad er delt")
    assert here.said(GOAL) in await here.lone.text()


async def test_domain_t16_those_who_wait_for_somebody_who_leaves_are_told(open_at: Open) -> None:
    here = await open_at("prepared")
    await leaves(here)
    for seat in (here.lone, here.vera):
        assert await said(seat, "stop.told", name="Emil", programme="Jobbytte forår")
    assert (await exchange_of(here)).state == "withdrawn"


async def test_domain_t16_nobody_is_asked_about_somebody_who_has_left(open_at: Open) -> None:
    here = await open_at("proposed")
    await here.at(date(2026, 4, 14), 20)
    await here.emil.taps("btn.accept")
    await leaves(here)
    await here.at(date(2026, 4, 15), 12)
    values = {"name": "Emil", "programme": "Jobbytte forår"}
    assert (await here.vera.last()).parts[0].text == here.play.words.text("da", "stop.told", values)
    labels = [button.label for message in await here.vera.messages() for button in message.buttons]
    assert here.play.words.text("da", "btn.accept") not in labels


async def test_domain_t16_what_was_asked_about_somebody_who_has_left_is_closed(open_at: Open) -> None:
    here = await open_at("accepted")
    await leaves(here)
    labels = [button.label for message in await here.lone.messages() for button in message.buttons]
    assert here.play.words.text("da", "btn.approve") not in labels
    assert here.play.words.text("da", "stop.closed") in await here.lone.everything()


async def test_domain_t16_hr_may_think_again_and_nobody_else_may_say_it(open_at: Open) -> None:
    here = await open_at("talked")
    await here.hanne.says("hjælp")
    message, button = await here.hanne.offered(here.play.words.text("da", "btn.left"))
    assert (await here.lone.press(message, button, {})).note == here.play.words.text("da", "card.not_yours")
    await here.hanne.press(message, button, {})
    await here.hanne.fills({"left.who": here.emil.id})
    await here.hanne.taps("btn.no")
    assert await said(here.hanne, "left.not")
    assert (await exchange_of(here)).state == "debriefed"


async def test_the_overview_can_be_seen_before_it_goes_and_after(open_at: Open) -> None:
    here = await open_at("last day")
    await here.emil.fills({"log.last.unforget": "Zebrastriber"})
    listed = (await here.emil.last()).fields[0]
    picked = [choice.value for choice in listed.choices if "Zebrastriber" in choice.label]
    await here.emil.fills({"share.week.pick": picked})
    await here.emil.taps("btn.preview")
    ahead = await here.emil.text()
    assert "Det her går til Lone kl. 09.00" in ahead
    assert "Zebrastriber" in ahead
    assert "Zebrastriber" not in await here.lone.everything()

    await here.at(here.end + timedelta(days=1), 9, 30)
    sent = [part.text for part in (await here.lone.last()).parts]
    await here.emil.taps("btn.open")
    copy = [part.text for part in (await here.emil.last()).parts]
    assert copy[1:] == sent
    assert [part.text for part in (await here.emil.last()).parts if part.look == "own"] == sent


async def test_a_debrief_that_was_not_taken_leaves_the_exchange_open_for_its_last_check(open_at: Open) -> None:
    here = await open_at("debrief")
    await here.at(here.end + timedelta(days=22), 12)
    assert (await exchange_of(here)).state == "finished"
    await here.emil.says("status")
    assert here.play.words.text("da", "status.next.later") in await here.emil.text()
    assert here.play.words.text("da", "btn.debrief") not in await here.emil.text()
    await here.at(here.end + timedelta(days=93), 12)
    assert await said(here.emil, "fu90.intro", n=90)


async def test_old_buttons_write_nothing_about_what_is_closed(open_at: Open) -> None:
    here = await open_at("talked", **LONG)
    await here.at(here.end + timedelta(days=31), 12)
    old = [
        await here.emil.offered(here.play.words.text("da", "btn.done")),
        await here.lone.offered(here.play.words.text("da", "btn.done")),
        await here.lone.offered(here.play.words.text("da", "btn.yes")),
    ]
    await here.at(here.end + timedelta(days=121), 13)
    before = await held(here)
    for seat, (message, button) in zip((here.emil, here.lone, here.lone), old, strict=True):
        reply = await seat.press(message, button, {})
        assert reply.note == here.play.words.text("da", "stop.closed"), button.label
    assert await held(here) == before


async def writes(here: Cast, who: Seat, key: str, visibility: str, value: str, *, confirmed: bool = False) -> None:
    """Somebody has written this about the exchange."""

    def unit(work: Work) -> None:
        exchange = work.exchanges.of_employee(here.emil.id)[0]
        day = date(2026, 5, 12)
        row = AnswerRow(new_id(), who.id, exchange.id, "kladde", key, visibility, value, key, day, confirmed)
        work.answers.put(row)

    await here.play.store.run(unit)


async def test_domain_t25_what_was_never_sent_goes_with_the_private(open_at: Open) -> None:
    here = await open_at("talked")
    await writes(here, here.emil, "fu.new#1", "J", "Emils kladde")
    await writes(here, here.lone, "lead.ret.answer", "J", "Lones kladde")
    await writes(here, here.vera, "host.check.more", "T", "Veras kladde")
    await writes(here, here.lone, "lead.ret.commit", "J", "Lone har sendt det", confirmed=True)
    await here.at(DELETED - timedelta(days=1), 13)
    assert "kladde" in await held(here)
    await here.at(DELETED, 13)
    left = await held(here)
    assert "kladde" not in left
    assert "Lone har sendt det" in left


async def test_the_notice_offers_every_file_and_afterwards_what_was_shared_can_still_be_had(open_at: Open) -> None:
    here = await open_at("talked")
    words, until = here.play.words, date(2027, 5, 7)
    await here.at(DELETED - timedelta(days=13), 12)
    assert await said(here.emil, "close.papers", date="7.\u00a0maj 2027")
    labels = {words.text("da", key) for key in ("btn.export", "btn.copy", "btn.mus")}
    notice = next(it for it in await here.emil.messages() if it.parts[0].text.startswith("Dit forløb er slut"))
    assert {button.label for button in notice.buttons} == labels
    await here.emil.taps("btn.copy")
    await here.emil.taps("btn.pdf")
    assert "<Emil" in await here.emil.text() or (await here.emil.last()).files

    await here.at(DELETED, 13)
    await here.emil.says("mine data")
    assert words.text("da", "data.shared.until", {"date": "7.\u00a0maj 2027"}) in await here.emil.text()
    await here.emil.taps("btn.mus")
    await here.emil.fills()
    ready = await here.emil.text()
    assert here.said(GOAL) in ready
    assert PRIVATE not in ready
    await here.emil.taps("btn.pdf")
    assert (await here.emil.last()).files
    old = [await here.emil.offered(words.text("da", "btn.pdf"))]
    await here.emil.says("mine data")
    await here.emil.taps("btn.copy")
    old.append(await here.emil.offered(words.text("da", "btn.word")))

    await here.at(until, 13)
    for message, button in old:
        assert (await here.emil.press(message, button, {})).note == words.text("da", "stop.closed")
    await here.emil.says("mine data")
    for key in ("btn.mus", "btn.copy"):
        assert words.text("da", key) not in await here.emil.text()


QUOTING = '{"parts":[{"text":"Du skrev: %s"}],"files":[]}'


async def test_messages_that_wait_do_not_say_what_is_deleted(open_at: Open) -> None:
    here = await open_at("talked")
    exchange = await exchange_of(here)
    far = here.play.clock.now() + timedelta(days=400)

    def queued(work: Work) -> dict[str, str]:
        (emil,), (lone,) = (work.people.addresses(seat.id) for seat in (here.emil, here.lone))
        said = {
            "to its author": (emil, QUOTING % PRIVATE, ""),
            "how it begins": (emil, QUOTING % f"{PRIVATE[:30]} …", ""),
            "about the exchange": (lone, QUOTING % PRIVATE, exchange.id),
            "unknown": (emil, QUOTING % PRIVATE, exchange.id),
            "a file": (emil, '{"parts":[],"files":[{"name":"a.txt","media_type":"text/plain","text":"x"}]}', ""),
            "a date": (emil, '{"parts":[],"files":[{"name":"a.ics","media_type":"text/calendar","text":"x"}]}', ""),
            "something else": (lone, QUOTING % "Vi ses på mandag", exchange.id),
        }
        rows = {name: work.outbox.add(to, text, "news", about, far) for name, (to, text, about) in said.items()}
        work.outbox.finish(rows["unknown"].id, OutboxState.UNKNOWN)
        return {name: row.id for name, row in rows.items()}

    ids = await here.play.store.run(queued)

    def ends(work: Work) -> dict[str, OutboxState]:
        return {name: work.outbox.get(id).state for name, id in ids.items()}

    def deleted(work: Work) -> None:
        (prompt,) = work.prompts.of(exchange.id, "close.delete")
        delete_due(Moment(work, here.play.words, here.play.clock.now(), here.play.house), prompt)

    await here.play.store.run(deleted)
    found = await here.play.store.run(ends)
    assert {name for name, state in found.items() if state is not OutboxState.CANCELLED} == {
        "a date",
        "something else",
    }
    assert await here.play.store.run(lambda work: [work.outbox.get(ids["unknown"]).payload]) == [""]
