"""A stay over two hosts, and two people who swap: T24 and T23."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.channel import Message
from dialogs.model import Raw
from storage.records import ExchangeRow
from tests.conversations.conftest import Open
from tests.stage.play import Seat, read
from tests.stage.scenes import (
    EXPECT,
    REASON,
    ROUND_NAME,
    SCENES,
    SHOW,
    WISH,
    Cast,
    at_scene,
    join,
    only,
    prepare,
    write,
)

FIRST = (date(2026, 5, 4), date(2026, 5, 6))
SECOND = (date(2026, 5, 11), date(2026, 5, 13))


def choice(message: Message, key: str, label: str) -> str:
    """The value of the choice whose label begins so."""
    choices = next(field.choices for field in message.fields if field.key == key)
    return next(option.value for option in choices if option.label.startswith(label))


async def two_places(open_at: Open) -> tuple[Cast, Seat]:
    """HR sends Emil to Vera's place and then to that of Bo; Emil is asked."""
    here = await open_at("supported", "da", FIRST[0], SECOND[1])
    bo = await here.play.add("Bo Berg", "host", "Skolen")
    await bo.presses_in_channel(here.play.words.text("da", "btn.hostoffer"))
    await bo.fills({"offer.who": "Bo Berg", "offer.leader": "yes", "offer.show": here.said(SHOW)})
    await bo.fills()
    await here.hanne.says("match")
    await here.hanne.taps("btn.find_place", programme=here.said(ROUND_NAME))
    await here.hanne.fills({"match.wish": only(await here.hanne.last(), "match.wish")})
    await here.hanne.fills(
        {
            "match.offer": choice(await here.hanne.last(), "match.offer", "Familie"),
            "match.form": "form.shadow",
            "match.start": FIRST[0].isoformat(),
            "match.end": FIRST[1].isoformat(),
            "match.more": "btn.yes",
        }
    )
    await here.hanne.fills(
        {
            "match.offer#2": choice(await here.hanne.last(), "match.offer#2", "Skolen"),
            "match.start#2": SECOND[0].isoformat(),
            "match.end#2": SECOND[1].isoformat(),
        }
    )
    await here.hanne.taps("btn.send")
    return here, bo


async def stay(here: Cast) -> ExchangeRow:
    """Emil's exchange."""
    return (await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id)))[-1]


async def all_say_yes(here: Cast, bo: Seat) -> None:
    """Emil, both hosts and Lone agree."""
    await here.emil.taps("btn.accept")
    await here.vera.taps("btn.accept")
    await bo.taps("btn.accept")
    await here.lone.taps("btn.approve")
    await here.lone.fills({"lead.prep.justify": here.said(REASON)})


async def test_domain_t24_each_host_is_asked_for_the_own_days_and_all_must_say_yes(open_at: Open) -> None:
    here, bo = await two_places(open_at)
    assert "Familieafdelingen og Skolen" in await here.emil.text()
    await here.emil.taps("btn.accept")
    assert "4.\u00a0maj–6.\u00a0maj" in await here.vera.text()
    assert "11.\u00a0maj–13.\u00a0maj" in await bo.text()
    assert "Skolen" not in await here.vera.everything()
    assert "Familieafdelingen" not in await bo.text()
    await here.vera.taps("btn.accept")
    assert (await stay(here)).state == "proposed"
    assert here.play.words.text("da", "match.accepted.host.more", {"name": "Emil"}) in await here.vera.text()
    await bo.taps("btn.accept")
    assert (await stay(here)).state == "accepted"
    assert "Familieafdelingen og Skolen, 4.\u00a0maj–13.\u00a0maj" in await here.lone.text()


async def test_domain_t24_when_one_host_cannot_the_other_is_told_and_both_offers_are_free(open_at: Open) -> None:
    here, bo = await two_places(open_at)
    await here.emil.taps("btn.accept")
    await here.vera.taps("btn.accept")
    await bo.taps("btn.decline")
    assert here.play.words.text("da", "match.off.host", {"name": "Emil"}) in await here.vera.text()
    assert (await stay(here)).state == "declined"
    home = (await here.hanne.person()).organisation
    offers = await here.play.store.run(lambda work: work.rounds.offers(work.rounds.all(home)[-1].id))
    assert {offer.state for offer in offers} == {"open"}


async def asked_on(here: Cast, days: list[date]) -> dict[date, list[str]]:
    """What the logbook asked on each of the days; Emil writes a word."""
    seen = {}
    for day in days:
        await here.at(day, 15, 30)
        card = await here.emil.last()
        seen[day] = [field.key for field in card.fields]
        values: dict[str, Raw] = {field.key: "Noget" for field in card.fields if field.kind == "long"}
        await here.emil.fills(values)
        if any(field.key == "share.week.pick" for field in (await here.emil.last()).fields):
            await here.emil.fills()
    return seen


async def test_domain_t24_two_first_days_two_last_days_one_debrief(open_at: Open) -> None:
    here, bo = await two_places(open_at)
    await all_say_yes(here, bo)
    await here.at(date(2026, 4, 20), 12)
    await prepare(here)
    days = [date(2026, 5, day) for day in (4, 5, 6, 11, 12, 13)]
    assert (await stay(here)).days == tuple(days), "no day between the places"
    seen = await asked_on(here, days)
    for first in (days[0], days[3]):
        assert {"log.first.wonder", "log.first.impression"} & {*seen[first]}
    for last in (days[2], days[5]):
        assert "log.last.gift" in seen[last]
    for other in (days[1], days[4]):
        assert not [key for key in seen[other] if key.startswith(("log.first", "log.last"))]
    said = await here.emil.everything()
    assert said.count("Vær nysgerrig") == 2, "a greeting for each place"
    assert said.count("Velkommen tilbage") == 0
    await here.at(date(2026, 5, 15), 12)
    assert (await here.emil.everything()).count("Velkommen tilbage fra Familieafdelingen og Skolen") == 1


async def test_domain_t24_the_status_and_the_last_day_name_the_place_of_the_day(open_at: Open) -> None:
    here, bo = await two_places(open_at)
    await all_say_yes(here, bo)
    await here.at(date(2026, 4, 20), 12)
    await prepare(here)
    stages = (
        ([date(2026, 5, 4), date(2026, 5, 5)], date(2026, 5, 6), "Familieafdelingen", "Skolen"),
        ([date(2026, 5, 11), date(2026, 5, 12)], date(2026, 5, 13), "Skolen", "Familieafdelingen"),
    )
    for before, day, place, other in stages:
        await asked_on(here, before)
        await here.at(day, 13)
        await here.emil.says("status")
        assert place in (await here.emil.text()).splitlines()[0]
        await here.at(day, 15, 30)
        card = await here.emil.last()
        asked = next(field.label for field in card.fields if field.key == "log.last.gift")
        assert place in asked
        assert other not in asked


async def test_domain_t24_a_host_reads_the_guests_answers_and_not_the_other_hosts(open_at: Open) -> None:
    here, bo = await two_places(open_at)
    await all_say_yes(here, bo)
    await here.at(date(2026, 4, 20), 12)
    await prepare(here)
    await bo.says("hvad er delt")
    assert "5.\u00a0maj" in await bo.text(), "the days are for both hosts"
    await host_prepares(here, here.vera, "Hos Vera mødes vi klokken ni")
    await bo.says("hvad er delt")
    assert "Hos Vera" not in await bo.everything()
    await here.lone.says("hvad er delt")
    assert "Hos Vera" in await here.lone.text()


async def host_prepares(here: Cast, host: Seat, text: str) -> None:
    """A host has prepared, with this about the first day."""
    from bot.turns.host_words import FIRST_DAY, PREPARED
    from storage.records import AnswerRow, new_id
    from storage.store import Work

    def unit(work: Work) -> None:
        (exchange,) = work.exchanges.of_host(host.id)
        row = AnswerRow(
            new_id(), host.id, exchange.id, PREPARED, FIRST_DAY, "T", text, "?", date(2026, 4, 20), confirmed=True
        )
        work.answers.put(row)

    await here.play.store.run(unit)


async def test_domain_t24_stopping_tells_every_host(open_at: Open) -> None:
    here, bo = await two_places(open_at)
    await all_say_yes(here, bo)
    await here.emil.says("stop")
    await here.emil.taps("btn.yes")
    for host in (here.vera, bo):
        assert "Emil" in await host.text()
        assert "trukket sig" in await host.text()


async def swap(open_at: Open) -> tuple[Cast, Seat, Seat]:
    """Emil and Ida have both signed up, with a leader each; HR lets them swap, and both are asked."""
    here = await at_scene("start")
    await here.hanne.says("ny runde")
    await here.hanne.fills(
        {"round.new.name": here.said(ROUND_NAME), "round.new.forms": ["form.shadow", "form.rotation"]}
    )
    dates = {"opens": "04-13", "deadline": "04-20", "answer_by": "04-24", "latest_start": "06-01", "finish_by": "06-30"}
    await here.hanne.fills({f"round.new.{name}": f"2026-{day}" for name, day in dates.items()})
    await here.hanne.fills({"round.new.channel": "#jobbytte", "round.check.contact": here.hanne.id})
    await here.hanne.taps("btn.post")
    ida = await here.play.add("Ida Iversen", "employee", "Skolen")
    ulla = await here.play.add("Ulla Udsen", "leader", "Skolen")
    await signs_up(here, here.emil, here.lone)
    await signs_up(here, ida, ulla)
    await here.hanne.says("match")
    await here.hanne.taps("btn.find_place", programme=here.said(ROUND_NAME))
    await here.hanne.fills({"match.wish": choice(await here.hanne.last(), "match.wish", "Emil")})
    await here.hanne.fills({"match.swap": choice(await here.hanne.last(), "match.swap", "Ida")})
    await here.hanne.fills({"match.start": "2026-05-05", "match.end": "2026-05-07", "match.why": "I kan bytte viden"})
    await here.hanne.taps("btn.send")
    return here, ida, ulla


async def signs_up(here: Cast, who: Seat, leader: Seat) -> None:
    await join(here, who)
    answers: list[Mapping[str, Raw]] = [{"sign.voluntary": "yes"}, {"sign.leader": leader.id}]
    for values in answers:
        await who.fills(values)
    await who.taps("sign.talked.yes")
    await who.taps("sign.mode.match")
    await who.fills({"sign.where": "Et andet sted"})
    await who.fills({"sign.learn": here.said(WISH)})
    await who.taps("btn.no")
    await leader.taps("btn.approve")


async def exchange_of(here: Cast, who: Seat) -> ExchangeRow:
    return (await here.play.store.run(lambda work: work.exchanges.of_employee(who.id)))[-1]


async def test_domain_t23_a_rotation_is_two_linked_exchanges_each_with_its_own_approval(open_at: Open) -> None:
    here, ida, ulla = await swap(open_at)
    one, other = await exchange_of(here, here.emil), await exchange_of(here, ida)
    assert (one.linked, other.linked) == (other.id, one.id)
    assert (one.host, one.leader, one.host_unit) == (ulla.id, here.lone.id, "Skolen")
    assert (other.host, other.leader) == (here.lone.id, ulla.id)
    await here.emil.taps("btn.accept")
    await ulla.taps("btn.accept")
    await here.lone.taps("btn.approve")
    await here.lone.fills({"lead.prep.justify": here.said(REASON)})
    assert (await exchange_of(here, here.emil)).state == "approved"
    assert (await exchange_of(here, ida)).state == "proposed", "each approval stands alone"
    await prepare_now(here)
    await here.play.close()


async def prepare_now(here: Cast) -> None:
    """Emil prepares; the other two know nothing of his goals."""
    await here.at(date(2026, 4, 21), 10)
    await prepare(here)
    await write(here)


async def test_domain_t23_each_half_keeps_its_own_goals(open_at: Open) -> None:
    here, ida, ulla = await swap(open_at)
    await here.emil.taps("btn.accept")
    await ulla.taps("btn.accept")
    await here.lone.taps("btn.approve")
    await here.lone.fills({"lead.prep.justify": here.said(REASON)})
    await prepare_now(here)
    goal, private = "indberetning, der kan bruges", here.said(EXPECT)
    for seat in (here.lone, ulla, ida, here.hanne):
        for words in ("hvad er delt", "status", "mine data"):
            await seat.says(words)
    assert goal in await here.lone.everything()
    for seat in (ida, ulla):
        assert goal not in await seat.everything()
    for seat in (here.lone, ulla, ida, here.hanne):
        assert private not in await seat.everything()
    rows = await here.play.store.run(lambda work: work.answers.by(here.emil.id))
    assert private in [row.value for row in rows]
    await here.play.close()


async def test_domain_t23_when_one_half_is_withdrawn_the_other_is_told_and_hr_has_it_in_the_list(open_at: Open) -> None:
    here, ida, ulla = await swap(open_at)
    await here.emil.taps("btn.accept")
    await ulla.taps("btn.accept")
    await here.lone.taps("btn.approve")
    await here.lone.fills({"lead.prep.justify": here.said(REASON)})
    await ida.taps("btn.decline")
    told = here.play.words.text("da", "swap.gone", {"name": "Ida"})
    assert told in await here.emil.everything()
    assert (await exchange_of(here, here.emil)).state == "approved"
    others = here.play.words.text("da", "swap.gone.other", {"name": "Ida", "text": "Emil"})
    assert others in await here.lone.everything()
    await here.at(date(2026, 4, 14), 12)  # she has had her three messages of the day
    assert others in await ulla.everything()
    await here.hanne.says("match")
    half = here.play.words.text("da", "needs.half_gone", {"name": here.emil.name, "host_unit": "Skolen"})
    assert half in read(await here.hanne.last())
    await here.play.close()


async def test_a_match_of_one_place_is_as_it_was(open_at: Open) -> None:
    here = await open_at("proposed")
    exchange = await stay(here)
    assert (exchange.stops, exchange.linked) == ((), "")
    await SCENES["accepted"](here)
    assert (await stay(here)).state == "accepted"
