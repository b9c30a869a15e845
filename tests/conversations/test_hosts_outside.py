"""A host on no platform, and a host in another country: the same texts, in their own language, and no logbook."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.moment import Moment
from bot.turns.common import label_of
from storage.store import Work
from tests.conversations.conftest import Open
from tests.conversations.test_hosts import GIFT, LIMITS, WHERE, comes, exchange_of, prepares
from tests.conversations.test_mails import MAIL, passes, secret_in, with_mail
from tests.stage.outside import asks_nora
from tests.stage.play import PageSeat, read
from tests.stage.scenes import (
    REASON,
    Cast,
    debrief,
    finished,
    first_day,
    invited,
    last_day,
    prepared,
    second_day,
    write,
)

CANARY = "kanariefugl"


async def agreed_with_nora(here: Cast) -> PageSeat:
    """Nora of Nav Sandnes is Emil's host: she and Lone have said yes."""
    nora = await asks_nora(here, email=MAIL)
    await nora.taps("btn.accept")
    await here.lone.taps("btn.approve")
    await here.lone.fills({"lead.prep.justify": REASON["da"]})
    return nora


async def all_that_reaches(nora: PageSeat) -> str:
    """The page, what notifications say, the names and texts of files."""
    messages = await nora.messages()
    files = [f"{file.name}\n{file.text}" for message in messages for file in message.files]
    return "\n".join([*map(read, messages), *(message.preview for message in messages), *files])


async def test_domain_t14_a_host_outside_gets_everything_but_the_logbook(open_at: Open) -> None:
    here = await open_at("round open")
    post = with_mail(here)
    nora = await agreed_with_nora(here)
    await invited(here)
    await prepared(here)
    await prepares(here, nora)
    await comes(here, nora, "host.first")
    await first_day(here)
    keys = ("what", "sowhat", "nowwhat")
    await write(here, **{f"log__core__{key}": f"{CANARY} {key}" for key in keys})
    await comes(here, nora, "host.check")
    await nora.taps("host.check.plan.yes")
    await here.at(here.start + timedelta(days=1), 15, 15)
    await write(here, **{f"log__core__{key}": f"{CANARY} {key}" for key in keys})
    await here.at(here.end, 15, 15)
    await write(here, **{f"log__last__{key}": f"{CANARY} {key}" for key in ("unforget", "changed", "gift")})
    if any(field.key == "share.week.pick" for field in (await here.emil.last()).fields):
        await here.emil.fills()
    await debrief(here)
    for words in ("hjelp", "status", "delt", "mine data", "vis meg loggboken", "hva er delt"):
        await nora.says(words)
    await nora.taps("btn.export")
    await passes(here, hours=1)

    seen = await all_that_reaches(nora)
    for key in ("host.prep.tip", "host.check.plan", "host.prep.title", "host.goodbye"):
        assert here.play.words.text("nb", key, {"name": "Emil"}) in seen, key
    assert CANARY not in seen
    assert len(post.ledger) >= 4, "and each was announced"
    mailed = "\n".join(read(mail.message) + mail.message.preview for mail in post.ledger)
    assert CANARY not in mailed
    for word in ("Emil", LIMITS, WHERE):
        assert word not in mailed


async def test_domain_t14_only_the_one_text_that_was_previewed_and_pressed_leaves_the_house(open_at: Open) -> None:
    here = await open_at("round open")
    post = with_mail(here)
    nora = await agreed_with_nora(here)
    for scene in (invited, prepared, first_day, second_day, last_day, finished):
        await scene(here)
    await here.emil.taps("btn.gift", host="Nora")
    await here.emil.fills({"deb.13.share.host#gift": GIFT})
    seen = await here.emil.text()
    external = {"host_unit": "Nav Sandnes", "org": "Sundby Kommune"}
    assert here.play.words.text("da", "share.external", external) in seen
    gift = here.play.words.text("nb", "sum.host.final", {"name": "Emil", "text": GIFT})
    assert gift in seen, "it is shown as the host will read it, in the host's language"
    assert GIFT not in await all_that_reaches(nora)
    await here.emil.taps("btn.send")
    assert here.play.words.text("da", "gift.sent.page", {"host": "Nora"}) in await here.emil.text()
    assert (await nora.everything()).count(gift) == 1
    await passes(here, hours=1)
    assert all(GIFT not in read(mail.message) for mail in post.ledger)
    now = here.play.clock.now()
    assert await here.play.store.run(lambda work: work.links.person(secret_in(post), now)) == nora.id


async def test_domain_t26_a_danish_employee_in_norway_each_reads_their_own_language(open_at: Open) -> None:
    here = await open_at("round open")
    with_mail(here)
    nora = await agreed_with_nora(here)
    words = here.play.words
    await invited(here)
    await prepared(here)
    await comes(here, nora, "host.prep")
    push = words.text("nb", "push.hostprep", {"name": "Emil", "start": here.start})
    assert push in await nora.text()
    await nora.presses("Start (4 min)")
    form = await nora.last()
    told = {"name": "Emil", "start": here.start, "home_unit": "Børnehaven Solsikken"}
    assert words.text("nb", "host.prep.intro", told) in read(form)
    assert [field.label for field in form.fields] == [
        words.text("nb", key, {"name": "Emil"})
        for key in (
            "host.prep.hope",
            "host.prep.plan",
            "host.prep.limits",
            "host.prep.firstday",
            "host.prep.declaration",
        )
    ]
    assert {field.who for field in form.fields} == {"Du, Emil og Lone kan se dette."}
    await nora.fills({"host.prep.limits": "Ikke være alene med barn"})
    assert words.text("da", "host.prep.told", {"host": "Nora"}) in await here.emil.text()

    await here.emil.taps("btn.host_wrote", host="Nora")
    read_by_emil = await here.emil.text()
    assert words.text("da", "short.host.prep.limits") in read_by_emil
    assert "Ikke være alene med barn" in read_by_emil, "own words are never translated"

    def languages(work: Work) -> tuple[str, str]:
        return work.people.get(here.emil.id).language, work.people.get(nora.id).language

    assert await here.play.store.run(languages) == ("da", "nb")
    theirs = [message.language for message in await nora.messages()]
    assert set(theirs) == {"nb"}
    assert {message.language for message in await here.emil.messages()} == {"da"}


@pytest.mark.parametrize("language", ["da", "nb", "en"])
async def test_what_the_host_answered_has_a_name_in_every_language(open_at: Open, language: str) -> None:
    here = await open_at("prepared")
    await prepares(here, here.vera, host__prep__hope="Nye øjne", host__prep__declaration="btn.yes")
    exchange = await exchange_of(here)

    def unit(work: Work) -> list[str]:
        moment = Moment(work, here.play.words, here.play.clock.now(), here.play.house)
        rows = [row for row in work.answers.about(exchange.id) if row.person == here.vera.id]
        return [label_of(moment, language, row) for row in rows if row.occasion == "host.prep"]

    labels = await here.play.store.run(unit)
    assert len(labels) == 5
    assert labels[0] == here.play.words.text(language, "short.host.prep.hope")
    assert len({*labels}) == 5
