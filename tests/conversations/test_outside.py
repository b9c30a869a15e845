"""A host on no platform: added by HR, reached by a link that HR alone reads, and shown no logbook (T14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from bot.channel import Incoming, Reply
from dialogs.commands import BY_WORDS
from storage.records import AddressRow, CardRow, Chat, Organisation, PersonRow
from storage.store import Work
from storage.tables import addresses, audit, cards, conversations, links, outbox, prompts
from tests.conversations.conftest import Open
from tests.stage.outside import asks_nora, secrets_of
from tests.stage.play import PageSeat, Seat, read
from tests.stage.scenes import Cast, join, only, prepared, write

CANARY = "kanariefugl"


async def whose(seat: Seat, secret: str) -> str:
    now = seat.play.clock.now()
    return await seat.play.store.run(lambda work: work.links.person(secret, now))


async def adds_nora(here: Cast) -> PageSeat:
    await here.hanne.says("ny vært")
    await here.hanne.fills(
        {"outside.name": " Nora  Nilsen ", "outside.language": "language.nb", "outside.unit": "Nav Sandnes"}
    )
    return (await here.play.outside())[0]


async def does(seat: Seat, *action: str) -> Reply:
    """Presses a button that does this, as one on a card of the person's own would."""
    card = CardRow(f"card-{next(seat.play.events)}", seat.id, "", {"0": [*action]}, "")
    await seat.play.store.run(lambda work: work.conversations.add_card(card))
    event = f"event-{next(seat.play.events)}"
    return await seat.play.conversation.receive(Incoming(seat.address(), event, "press", card=card.id, button="0"))


# Adding somebody, and the link


async def test_hr_adds_a_host_and_gets_the_text_to_pass_on(open_at: Open) -> None:
    here = await open_at("start")
    nora = await adds_nora(here)
    person = await nora.person()
    assert (person.name, person.unit, person.language, person.hr) == ("Nora Nilsen", "Nav Sandnes", "nb", False)
    (secret,) = await secrets_of(here.hanne)
    assert len(secret) == 43
    assert await whose(nora, secret) == nora.id
    assert "Hei Nora. Her er din egen side hos Sundby Kommune." in await here.hanne.everything()


@pytest.mark.parametrize("words", ["ny vært", "links"])
async def test_nobody_but_hr_adds_a_host_or_makes_a_link(open_at: Open, words: str) -> None:
    here = await open_at("start")
    await here.emil.says(words)
    assert await here.emil.text() == here.play.words.text("da", "only_hr")


@pytest.mark.parametrize("verb", ["link", "link_revoke"])
async def test_a_link_is_made_and_closed_by_hr_of_the_same_workplace_only(open_at: Open, verb: str) -> None:
    here = await open_at("start")
    nora = await adds_nora(here)
    (secret,) = await secrets_of(here.hanne)

    def elsewhere(work: Work) -> None:
        work.people.add_organisation(Organisation("other", "Nabo Kommune", "DK", "Europe/Copenhagen", "da"))
        hr = work.people.get(here.vera.id)
        work.people.update(replace(hr, organisation="other", hr=True))

    await here.play.store.run(elsewhere)
    refused = here.play.words.text("da", "card.not_yours")
    for seat, whom in ((here.vera, nora), (here.emil, nora), (nora, nora), (here.hanne, here.emil)):
        assert (await does(seat, verb, whom.id)).note in (refused, here.play.words.text("nb", "card.not_yours"))
    assert await whose(nora, secret) == nora.id
    assert await secrets_of(here.emil) == await secrets_of(here.vera) == []


async def test_a_new_link_ends_the_older_and_a_closed_one_ends_all(open_at: Open) -> None:
    here = await open_at("start")
    nora = await adds_nora(here)
    await here.hanne.says("links")
    await here.hanne.fills({"answer": nora.id})
    old, new = await secrets_of(here.hanne)
    assert (await whose(nora, old), await whose(nora, new)) == ("", nora.id)
    await here.hanne.taps("btn.link_revoke")
    assert await whose(nora, new) == ""
    await here.hanne.presses("Nyt link til Nora Nilsen")
    assert await whose(nora, (await secrets_of(here.hanne))[-1]) == nora.id


async def test_a_link_lasts_sixty_days_after_the_host_is_needed_last(open_at: Open) -> None:
    here = await open_at("round open")
    nora = await asks_nora(here)
    now = here.play.clock.now()
    expires = await here.play.store.run(lambda work: work.links.expires(nora.id, now))
    assert expires is not None
    assert expires.date().isoformat() == "2026-08-29"  # the round is over on 30 June


async def test_the_secret_is_in_hrs_message_only(open_at: Open) -> None:
    here = await open_at("round open")
    nora = await asks_nora(here)
    (secret,) = await secrets_of(here.hanne)
    for seat in (here.emil, here.lone, here.vera, nora):
        assert secret not in await seat.everything()
    assert all(secret not in message.preview for message in await here.hanne.messages())
    for table in (links, outbox, cards, conversations, prompts, audit):
        rows = await here.play.store.run(lambda work, table=table: work.links._all(select(table)))  # type: ignore[misc]
        assert secret not in str(rows)


# Who is not reached


async def test_hr_sees_who_has_not_opened_the_link_while_it_matters(open_at: Open) -> None:
    here = await open_at("round open")
    await adds_nora(here)
    waits = here.play.words.text("da", "reach.outside", {"name": "Nora Nilsen"})
    await here.hanne.says("status")
    assert waits not in await here.hanne.text(), "she has no part in anything yet"


async def test_hr_sees_the_host_until_the_page_is_opened_and_again_when_it_is_closed(open_at: Open) -> None:
    here = await open_at("round open")
    nora = await asks_nora(here)
    waits = here.play.words.text("da", "reach.outside", {"name": "Nora Nilsen"})
    await here.hanne.says("status")
    assert waits in await here.hanne.text()
    assert await here.hanne.offered("Nyt link til Nora Nilsen")

    def opens(work: Work) -> None:
        chat = work.chats.find("web", nora.organisation, nora.id)
        assert chat is not None
        work.chats.put(replace(chat, state="live"))

    await here.play.store.run(opens)
    await here.hanne.says("status")
    assert waits not in await here.hanne.text()
    await here.hanne.taps("btn.link_revoke")
    await here.hanne.says("status")
    assert waits in await here.hanne.text()


async def test_a_host_who_was_added_before_keeps_the_link(open_at: Open) -> None:
    here = await open_at("round open")
    nora = await asks_nora(here)
    await nora.taps("btn.decline")
    await here.hanne.says("match")
    await here.hanne.taps("btn.find_place", programme="Jobbytte forår")
    wish = (await here.hanne.last()).fields[0].choices[0].value
    await here.hanne.fills({"match.wish": wish})
    dates = {"match.start": here.start.isoformat(), "match.end": here.end.isoformat()}
    await here.hanne.fills({"match.form": "form.shadow", **dates})
    await here.hanne.fills({"match.outside": nora.id})
    assert "Nora Nilsen" in await here.hanne.text()
    await here.hanne.taps("btn.send")
    assert here.play.words.text("da", "outside.has_link", {"name": "Nora"}) in await here.hanne.text()
    assert len(await secrets_of(here.hanne)) == 1
    assert [row.name for row in await here.play.outside()] == ["Nora Nilsen"]


async def test_nobody_picks_a_host_from_outside_as_a_leader_or_colleague(open_at: Open) -> None:
    here = await open_at("round open")
    await adds_nora(here)
    await here.emil.presses_in_channel("Jeg vil være med")
    await here.emil.fills({"sign.voluntary": "yes"})
    assert "Lone" in await here.emil.text()
    assert "Nora" not in await here.emil.text()


# No logbook (T14)


async def test_t14_no_logbook_reaches_the_page(open_at: Open) -> None:
    here = await open_at("round open")
    nora = await asks_nora(here)
    await nora.taps("btn.accept")
    await here.lone.taps("btn.approve")
    await here.lone.fills({"lead.prep.justify": "Vi mister familier, når de flytter. Det vil vi undgå."})
    await here.at(here.start - timedelta(days=14), 10)
    await prepared(here)
    await here.at(here.start, 15, 15)
    fields = [field.key for field in (await here.emil.last()).fields if field.kind in ("text", "long")]
    await write(here, **{key.replace(".", "__"): f"{CANARY} {n} på arbejdet" for n, key in enumerate(fields)})
    assert here.play.words.text("da", "log.close.leader", {"leader": "Lone"}) in await here.emil.text()
    await here.emil.taps("btn.share_one")
    await here.emil.fills({"answer": (await here.emil.last()).fields[0].choices[0].value})
    receivers = [choice.label for choice in (await here.emil.last()).fields[0].choices]
    assert receivers == ["Lone Lund"]
    await here.emil.fills({"share.receivers": [here.lone.id]})
    await here.emil.taps("btn.share")
    for words in ("delt", "status", "vis loggboken", "mine data", "hjelp"):
        await nora.says(words)
    assert CANARY not in await nora.everything()
    await here.lone.says("delt")
    assert CANARY in await here.lone.everything()


async def test_domain_t14_the_page_is_for_being_a_host_and_tells_of_nobody_else(open_at: Open) -> None:
    here = await open_at("round open")
    signe = await here.play.add("Signe Sand", "employee", "Bakkeskolen")
    nora = await asks_nora(here)
    await nora.taps("btn.accept")
    before = len(await signe.messages())
    typed = [*BY_WORDS, "meld på Signe", "tilmeld Signe", "foreslå det for Signe", "Signe Sand"]
    for words in typed:
        await nora.says(words)
    assert await offered_beside(nora, "suggest") is None
    shown = repr(await nora.messages())
    for name in ("Signe", "Bakkeskolen", "Vera", "Familieafdelingen"):
        assert name not in shown
    assert len(await signe.messages()) == before, "nobody is written to"
    reply = await does(nora, "suggest")
    assert not reply.errors
    assert "Signe" not in repr(await nora.messages())


async def offered_beside(seat: Seat, verb: str) -> str | None:
    """The newest button that does this, if somebody has one."""
    rows = await seat.play.store.run(
        lambda work: work.conversations._all(select(cards).where(cards.c.person == seat.id))
    )
    return next((row["id"] for row in rows if any(action[:1] == [verb] for action in row["actions"].values())), None)


async def test_t14_nothing_is_released_to_a_host_outside(open_at: Open) -> None:
    here = await open_at("first day")
    await write(here, log__core__what=f"{CANARY} på arbejdet")
    await here.emil.taps("btn.share_one")
    await here.play.store.run(lambda work: moves_out(work, here.vera))
    assert (await here.emil.fills({"share.receivers": [here.lone.id, here.vera.id]})).errors


def moves_out(work: Work, seat: Seat) -> None:
    """From now on this host is on no platform."""
    work.people._change(update(addresses).where(addresses.c.person == seat.id).values(channel="web"), {})


# The one who needs them

INSTALL = "https://teams.example/app"


async def needs_tine(here: Cast, state: str) -> str:
    """Emil names a leader in Teams, whose chat turns out to be in this state."""
    play = here.play
    play.house = replace(play.house, way_in=lambda address: INSTALL if address.channel == "teams" else "")
    play.build()

    def in_teams(work: Work) -> None:
        work.people.add(PersonRow("tine", work.people.organisations()[0].id, "Tine Thy"))
        work.people.link("tine", AddressRow("teams", "t1", "aad-tine"))

    await play.store.run(in_teams)
    await join(here, here.emil)
    await here.emil.fills({"sign.voluntary": "yes"})
    await here.emil.fills({"sign.leader": "tine"})
    await here.emil.taps("sign.talked.yes")
    await here.emil.taps("sign.mode.self")
    await here.emil.fills({"sign.self.where": "Nav Sandnes"})
    await here.emil.fills({"sign.learn": "Hvad de gør, når familier flytter"})
    await here.emil.taps("btn.no")
    chat = Chat("teams", "t1", "aad-tine", state=state, touched=play.clock.now())
    await play.store.run(lambda work: work.chats.put(chat))
    return play.words.text("da", "reach.pass_on", {"name": "Tine", "link": INSTALL})


@pytest.mark.parametrize(("state", "times"), [("absent", 1), ("gone", 1), ("blocked", 1), ("live", 0)])
async def test_who_named_somebody_not_reached_gets_the_way_in_once(open_at: Open, state: str, times: int) -> None:
    here = await open_at("round open")
    way_in = await needs_tine(here, state)
    assert way_in not in await here.emil.everything(), "it is not known yet whether what was sent arrived"
    await here.at(date(2026, 4, 13), 10)
    assert (await here.emil.everything()).count(way_in) == times
    await here.hanne.says("match")
    await here.hanne.taps("btn.find_place", programme="Jobbytte forår")
    await here.hanne.fills({"match.wish": only(await here.hanne.last(), "match.wish")})
    dates = {"match.start": here.start.isoformat(), "match.end": here.end.isoformat()}
    await here.hanne.fills({"match.form": "form.shadow", **dates})
    await here.hanne.taps("btn.skip")
    await here.hanne.taps("btn.send")
    await here.at(date(2026, 4, 14), 10)
    assert (await here.emil.everything()).count(way_in) == times


async def test_hr_sees_the_way_in_for_who_has_not_installed_yet(open_at: Open) -> None:
    here = await open_at("round open")
    await needs_tine(here, "absent")
    await here.hanne.says("status")
    told = here.play.words.text("da", "reach.install", {"name": "Tine Thy", "link": INSTALL})
    assert told in await here.hanne.text()
    page = await here.play.conversation.page(here.hanne.address())
    assert told in "\n".join(read(section) for section in page)


async def test_hr_sees_who_cannot_be_reached_at_all(open_at: Open) -> None:
    here = await open_at("signed up")
    await here.play.store.run(
        lambda work: work.people._change(delete(addresses).where(addresses.c.person == here.lone.id), {})
    )
    await here.hanne.says("status")
    assert here.play.words.text("da", "reach.unknown", {"name": "Lone Lund"}) in await here.hanne.text()
