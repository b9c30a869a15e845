"""Documents to take along: what their reader may read and nothing else, and nothing on them that was not picked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.channel import File, Incoming, Message, Reply
from bot.channels.web.channel import letter
from bot.papers.content import content_of
from bot.papers.paper import PDF, WORD, Paper, paper_in
from storage.records import AnswerRow, CardRow, new_id
from storage.store import Work
from tests.conversations.conftest import Open
from tests.papers.samples import words
from tests.stage.play import Seat
from tests.stage.scenes import Cast

PRIVATE = "kanariefugl"
UNSHARED = "zebrastribe"
NOTE = "Det her er en læringsplan og ikke en bedømmelse."


async def exchange_id(here: Cast) -> str:
    (exchange,) = await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id))
    return exchange.id


async def does(seat: Seat, *action: str) -> Reply:
    """Presses a button that does this, as one on a card of the person's own would."""
    card = CardRow(f"card-{next(seat.play.events)}", seat.id, "", {"0": [*action]}, "")
    await seat.play.store.run(lambda work: work.conversations.add_card(card))
    event = f"event-{next(seat.play.events)}"
    reply = await seat.play.conversation.receive(Incoming(seat.address(), event, "press", card=card.id, button="0"))
    await seat.play.delivery.deliver()
    return reply


async def adds(here: Cast, key: str, text: str, visibility: str, occasion: str = "deb") -> str:
    """One more answer of Emil's; its id."""
    subject, id = await exchange_id(here), new_id()
    day = here.play.clock.now().date()
    row = AnswerRow(id, here.emil.id, subject, occasion, key, visibility, text, "Spørgsmål", day)
    await here.play.store.run(lambda work: work.answers.put(row))
    return id


def paper(message: Message) -> Paper:
    (file,) = message.files
    found = paper_in(file)
    assert found is not None
    return found


def said(it: Paper) -> str:
    return "\n".join(block.text for block in it.blocks)


async def choices(seat: Seat) -> dict[str, bool]:
    """What can be picked, and whether it is picked to begin with."""
    (asked,) = (await seat.last()).fields
    return {choice.label: choice.value in asked.chosen for choice in asked.choices}


# The final summary


@pytest.mark.parametrize("kind", ["pdf", "word"])
async def test_the_leader_gets_the_final_summary_as_it_may_be_read(open_at: Open, kind: str) -> None:
    here = await open_at("debriefed")
    await adds(here, "deb.4.matter", PRIVATE, "P")
    await adds(here, "deb.9.practices", UNSHARED, "S")
    summary = next(it for it in await here.lone.messages() if it.parts[0].text.startswith("Emil: Det tager vi med"))
    await here.lone.taps(f"btn.{kind}")
    it = paper(await here.lone.last())
    (file,) = (await here.lone.last()).files
    assert file.media_type == {"pdf": PDF, "word": WORD}[kind]
    assert (it.title, it.organisation, it.language) == (summary.parts[0].text, "Sundby Kommune", "da")
    assert "De ringer ikke tilbage" in said(it)
    assert NOTE in said(it)
    assert PRIVATE not in file.text + file.name
    assert UNSHARED not in file.text + file.name
    assert [block.look for block in it.blocks].count("heading") >= 3


@pytest.mark.parametrize(("mine", "hers"), [("nb", "en"), ("en", "da"), ("da", "nb")])
async def test_each_paper_is_in_the_language_of_its_reader(open_at: Open, mine: str, hers: str) -> None:
    here = await open_at("debriefed", mine)

    def speaks(work: Work) -> None:
        person = work.people.get(here.lone.id)
        work.people.update(replace(person, language=hers))

    await here.play.store.run(speaks)
    text, note = here.play.words.text, "sum.final.note"
    subject = await exchange_id(here)
    for seat, language in ((here.emil, mine), (here.lone, hers)):
        heading = text(language, "sum.final.plan", {"list": ""}).strip(" :")
        for kind in ("word", "pdf"):
            await does(seat, "paper_final", kind, subject)
            message = await seat.last()
            it = paper(message)
            assert it.language == language
            assert it.title == text(language, "sum.final.title", {"name": "Emil", "host_unit": "Familieafdelingen"})
            assert it.blocks[-1].text == text(language, note)
            assert heading in [block.text for block in it.blocks]
        assert heading in words(await content_of((await seat.last()).files[0]))
    await does(here.emil, "paper_mus", "pdf", subject)
    it = paper(await here.emil.last())
    names = {"name": "Emil Eriksen", "host_unit": "Familieafdelingen"}
    assert (it.language, it.title) == (mine, text(mine, "mus.paper", names))


async def test_what_is_taken_back_is_not_on_a_paper_that_is_asked_for_later(open_at: Open) -> None:
    here = await open_at("debriefed")
    id = await adds(here, "deb.3.moved", UNSHARED, "S")

    def share(work: Work, *readers: str) -> None:
        row = work.answers.get(id)
        assert row is not None
        work.answers.update(replace(row, released=frozenset(readers)))

    await here.play.store.run(lambda work: share(work, here.lone.id))
    await here.lone.taps("btn.pdf")
    first = await here.lone.last()
    assert UNSHARED in said(paper(first))
    await here.play.store.run(share)
    await does(here.lone, "paper_final", "pdf", await exchange_id(here))
    assert UNSHARED not in said(paper(await here.lone.last()))
    assert UNSHARED in words(await content_of(first.files[0])), "a file is what was allowed when it was asked for"


async def test_the_employee_has_a_copy_of_what_the_leader_can_read(open_at: Open) -> None:
    here = await open_at("debriefed")
    await adds(here, "deb.4.matter", PRIVATE, "P")
    await here.emil.taps("btn.copy")
    await here.emil.taps("btn.pdf")
    await here.lone.taps("btn.word")
    mine, hers = paper(await here.emil.last()), paper(await here.lone.last())
    assert mine.blocks[0].text == "Det her kan Lone læse."
    assert mine.blocks[1:] == hers.blocks
    assert PRIVATE not in said(mine)


async def test_what_the_leader_keeps_is_not_on_the_employees_copy(open_at: Open) -> None:
    here = await open_at("debriefed")
    subject = await exchange_id(here)

    def unsent(work: Work) -> None:
        (row,) = [it for it in work.answers.about(subject) if it.key == "lead.prep.justify"]
        work.answers.update(replace(row, value=UNSHARED, confirmed=False))

    await here.play.store.run(unsent)
    await here.emil.taps("btn.copy")
    await here.emil.taps("btn.pdf")
    assert UNSHARED not in said(paper(await here.emil.last()))


@pytest.mark.parametrize("verb", ["paper_final", "paper_mus", "paper_copy"])
async def test_nobody_else_gets_a_paper(open_at: Open, verb: str) -> None:
    here = await open_at("debriefed")
    subject = await exchange_id(here)
    args = [subject] if verb == "paper_copy" else ["pdf", subject]
    allowed = {"paper_final": (here.emil, here.lone)}.get(verb, (here.emil,))
    for seat in (here.vera, here.hanne, here.lone):
        before = len(await seat.messages())
        reply = await does(seat, verb, *args)
        assert (len(await seat.messages()) == before) is (seat not in allowed)
        assert (reply.note == here.play.words.text("da", "card.not_yours")) is (seat not in allowed)


async def test_before_the_debrief_there_is_no_final_summary(open_at: Open) -> None:
    here = await open_at("finished")
    reply = await does(here.lone, "paper_final", "pdf", await exchange_id(here))
    assert reply.note == here.play.words.text("da", "stop.closed")


# The yearly talk


async def test_to_begin_with_only_what_is_shared_or_joint_is_picked(open_at: Open) -> None:
    here = await open_at("debriefed")
    await adds(here, "deb.9.practices", UNSHARED, "S")
    await adds(here, "deb.4.matter", PRIVATE, "P")
    await adds(here, "deb.7.unplanned", PRIVATE, "P")
    await adds(here, "deb.careerclose.text", PRIVATE, "P")
    await adds(here, "prep.career", PRIVATE, "S", "prep")
    await adds(here, "log.core.what", PRIVATE, "S", "log:2026-05-05")
    await here.emil.says("mine data")
    await here.emil.taps("btn.mus")
    offered = await choices(here.emil)
    assert offered[f"Værd at prøve hos os: {UNSHARED}"] is False
    assert sum(offered.values()) >= 2
    assert not [label for label in offered if PRIVATE in label]


async def test_the_paper_holds_what_was_picked_and_shown_and_nothing_more(open_at: Open) -> None:
    here = await open_at("debriefed")
    id = await adds(here, "deb.9.practices", UNSHARED, "S")
    await here.emil.says("mine data")
    await here.emil.taps("btn.mus")
    others = [label for label in await choices(here.emil) if UNSHARED not in label]
    lone = len(await here.lone.messages())
    await here.emil.fills({"mus.pick": [id]})
    shown = await here.emil.last()
    await here.emil.taps("btn.pdf")
    it = paper(await here.emil.last())
    assert it.title == "Emil Eriksen: Mål og udbytte fra Familieafdelingen"
    assert [block.text for block in it.blocks][1:-1] == ["Udbytte", "Værd at prøve hos os", UNSHARED]
    assert it.blocks[-1].text.startswith(NOTE)
    assert [part.text for part in shown.parts][2:] == ["Udbytte", "Værd at prøve hos os", UNSHARED]
    assert not [label for label in others if label.partition(": ")[2] and label.partition(": ")[2] in said(it)]
    assert len(await here.lone.messages()) == lone, "nobody is told"
    row = await here.play.store.run(lambda work: work.answers.get(id))
    assert row is not None
    assert not row.released


async def test_what_is_deleted_after_it_was_picked_is_not_on_the_paper(open_at: Open) -> None:
    here = await open_at("debriefed")
    id = await adds(here, "deb.9.practices", UNSHARED, "S")
    await here.emil.says("mine data")
    await here.emil.taps("btn.mus")
    await here.emil.fills({"mus.pick": [id]})
    await here.play.store.run(lambda work: work.answers.delete(id))
    await here.emil.taps("btn.word")
    assert UNSHARED not in said(paper(await here.emil.last()))


async def test_a_pick_that_was_forged_brings_nothing_of_anybody_else(open_at: Open) -> None:
    here = await open_at("debriefed")
    mine = await adds(here, "deb.7.unplanned", PRIVATE, "P")
    subject = await exchange_id(here)
    rows = await here.play.store.run(lambda work: work.answers.by(here.lone.id))
    hers = [row.id for row in rows if row.visibility in ("H", "L", "–")]
    await does(here.emil, "paper_mus", "pdf", subject, mine, *hers)
    it = paper(await here.emil.last())
    assert len(it.blocks) == 2, "where it was and the note"


async def test_more_than_a_paper_holds_is_said_and_nothing_is_lost(open_at: Open) -> None:
    here = await open_at("debriefed")
    for n in range(40):
        await adds(here, f"deb.9.practices#{n}", "ord " * 749, "S")
    await here.emil.says("mine data")
    await here.emil.taps("btn.mus")
    (asked,) = (await here.emil.last()).fields
    await here.emil.fills({"mus.pick": [choice.value for choice in asked.choices]})
    assert "mere, end der er plads til" in await here.emil.text()
    await here.emil.taps("btn.change_choice")
    await here.emil.fills({"mus.pick": [asked.choices[0].value]})
    await here.emil.taps("btn.pdf")
    assert paper(await here.emil.last()).blocks


async def test_the_file_is_drawn_when_it_is_fetched_and_lies_unmade_until_then(open_at: Open) -> None:
    here = await open_at("debriefed")
    await here.lone.taps("btn.pdf")
    rows = await here.play.store.run(lambda work: work.mail.list(here.lone.id))
    kept = letter(rows[-1]).message
    assert kept is not None
    (file,) = kept.files
    assert not file.text.startswith("%PDF")
    assert (await content_of(file)).startswith(b"%PDF")
    assert NOTE in words(await content_of(file))
    assert await content_of(File("a.txt", "text/plain", "æ\ud800")) == "æ?".encode()
