"""A host on no platform hears by mail that something lies on the page: a link, and nothing of what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from bot.moment import Moment, Told
from bot.programme.schedule import MOST_A_DAY
from bot.turns import mails
from dialogs.model import Say
from storage.store import Work
from storage.tables import outbox
from tests.conversations.conftest import Open
from tests.conversations.test_outside import does
from tests.running.fakes import FakePlatform
from tests.stage.outside import SECRET, asks_nora, secrets_of
from tests.stage.play import PageSeat, read
from tests.stage.scenes import Cast

MAIL = "nora@nav.example"


def with_mail(here: Cast) -> FakePlatform:
    """From now on a mail server is set, which takes everything."""
    play, post = here.play, FakePlatform("mail", abreast=1)
    play.house = replace(play.house, announce=mails.announce, page="https://vidsyn.example/you/{}".format)
    play.more["mail"] = post
    play.build()
    return post


async def passes(here: Cast, **time: float) -> None:
    """Time passes, and what waits goes out."""
    await here.play.until(here.play.clock.now() + timedelta(**time))
    await here.play.delivery.deliver()


def secret_in(post: FakePlatform, n: int = -1) -> str:
    (found,) = SECRET.findall(read(post.ledger[n].message))
    return str(found)


async def whose(here: Cast, secret: str) -> str:
    now = here.play.clock.now()
    return await here.play.store.run(lambda work: work.links.person(secret, now))


async def asks(here: Cast) -> PageSeat:
    return await asks_nora(here, email=MAIL)


async def test_a_question_to_the_host_comes_with_a_mail_and_nothing_of_it_stands_in_the_mail(open_at: Open) -> None:
    here = await open_at("round open")
    post = with_mail(here)
    nora = await asks(here)
    assert post.ledger == [], "it waits a minute for what else there is to say"
    await passes(here, minutes=1)
    (mail,) = post.ledger
    assert (mail.to.channel, mail.to.place) == ("mail", nora.id)
    text = read(mail.message)
    assert text.startswith("Det ligger noe til deg hos Sundby Kommune\nHei Nora.")
    assert await whose(here, secret_in(post)) == nora.id
    for word in ("Emil", "familier", "Familieafdelingen", "Solsikken"):
        assert word not in text
        assert word not in mail.message.preview
    assert mail.message.language == "nb"
    assert (*mail.message.buttons, *mail.message.fields, *mail.message.files) == ()


async def test_hr_need_not_pass_on_anything_then(open_at: Open) -> None:
    here = await open_at("round open")
    with_mail(here)
    await asks(here)
    assert await secrets_of(here.hanne) == []
    assert here.play.words.text("da", "outside.mailed", {"name": "Nora"}) in await here.hanne.everything()


async def test_without_a_mail_address_hr_gets_the_text_to_paste(open_at: Open) -> None:
    here = await open_at("round open")
    post = with_mail(here)
    nora = await asks_nora(here)
    await passes(here, minutes=30)
    (secret,) = await secrets_of(here.hanne)
    assert await whose(here, secret) == nora.id
    assert post.ledger == []


async def test_a_word_that_is_no_address_is_none(open_at: Open) -> None:
    here = await open_at("round open")
    post = with_mail(here)
    await asks_nora(here, email="ring til mig")
    await passes(here, minutes=30)
    assert len(await secrets_of(here.hanne)) == 1
    assert post.ledger == []


async def test_one_mail_stands_for_all_that_comes_within_a_quarter_of_an_hour(open_at: Open) -> None:
    here = await open_at("round open")
    post = with_mail(here)
    nora = await asks(here)
    await says(here, nora, 3)
    await passes(here, minutes=1)
    assert len(post.ledger) == 1
    await says(here, nora, 2)
    await passes(here, minutes=13)
    assert len(post.ledger) == 1
    await passes(here, minutes=2)
    assert len(post.ledger) == 2, "what came after the mail is announced too, when the quarter is over"
    await passes(here, hours=3)
    assert len(post.ledger) == 2


async def test_in_the_evening_it_stands_on_the_page_and_the_mail_waits_for_the_hours(open_at: Open) -> None:
    here = await open_at("round open")
    post = with_mail(here)
    nora = await asks(here)
    await passes(here, hours=11)
    before = len(await nora.messages())
    await says(here, nora, 1)
    assert len(await nora.messages()) == before + 1, "a page is there to be looked at"
    await passes(here, hours=12, minutes=59)
    assert len(post.ledger) == 1
    await passes(here, minutes=2)
    assert len(post.ledger) == 2


async def test_three_mails_go_on_a_day(open_at: Open) -> None:
    here = await open_at("round open")
    post = with_mail(here)
    nora = await asks(here)
    for _ in range(6):
        await passes(here, minutes=20)
        await says(here, nora, 1)
    await passes(here, hours=4)
    assert len(post.ledger) == MOST_A_DAY
    await passes(here, hours=18)
    assert len(post.ledger) == MOST_A_DAY + 1


async def says(here: Cast, nora: PageSeat, times: int) -> None:
    """Somebody's doing brings messages to the host."""

    def unit(work: Work) -> None:
        moment = Moment(work, here.play.words, here.play.clock.now(), here.play.house)
        for _ in range(times):
            moment.tell(work.people.get(nora.id), Told([Say("ok.saved")]), kind="news")

    await here.play.store.run(unit)
    await here.play.delivery.deliver()


async def test_what_the_host_does_brings_no_mail(open_at: Open) -> None:
    here = await open_at("round open")
    post = with_mail(here)
    nora = await asks(here)
    await passes(here, minutes=1)
    await passes(here, minutes=20)
    await nora.taps("btn.accept")
    await nora.says("hjelp")
    await passes(here, minutes=30)
    assert len(post.ledger) == 1


async def test_each_mail_has_a_link_of_its_own_and_all_live_until_they_expire(open_at: Open) -> None:
    here = await open_at("round open")
    post = with_mail(here)
    nora = await asks(here)
    await passes(here, minutes=1)
    await passes(here, days=2)
    await says(here, nora, 1)
    await passes(here, minutes=1)
    old, new = secret_in(post, 0), secret_in(post, 1)
    assert old != new
    assert [await whose(here, secret) for secret in (old, new)] == [nora.id, nora.id]
    here.play.clock.move_to(here.play.clock.now() + mails.LASTS - timedelta(days=1))
    assert [await whose(here, secret) for secret in (old, new)] == ["", nora.id]


async def test_a_closed_link_closes_those_in_mails_and_no_mail_opens_the_page_again(open_at: Open) -> None:
    here = await open_at("round open")
    post = with_mail(here)
    nora = await asks(here)
    await passes(here, minutes=1)
    await passes(here, hours=1)
    await says(here, nora, 1)  # one more is about to go
    assert (await does(here.hanne, "link_revoke", nora.id)).note == ""
    await here.play.delivery.deliver()
    await passes(here, minutes=30)
    await says(here, nora, 1)
    await passes(here, minutes=30)
    assert len(post.ledger) == 1
    assert await whose(here, secret_in(post)) == ""
    await here.hanne.presses("Nyt link til Nora Nilsen")
    await says(here, nora, 1)
    await passes(here, minutes=30)
    assert len(post.ledger) == 2
    assert await whose(here, secret_in(post)) == await whose(here, (await secrets_of(here.hanne))[-1]) == nora.id


async def test_the_secret_of_a_mail_stands_nowhere_but_in_the_mail(open_at: Open) -> None:
    here = await open_at("round open")
    post = with_mail(here)
    await asks(here)
    rows = await here.play.store.run(lambda work: work.links._all(select(outbox)))
    await passes(here, minutes=1)
    secret = secret_in(post)
    after = await here.play.store.run(lambda work: work.links._all(select(outbox)))
    assert secret not in str(rows) + str(after)
    for seat in (here.hanne, here.emil, here.lone, *await here.play.outside()):
        assert secret not in await seat.everything()
    mailed = [row for row in after if row["channel"] == "mail"]
    assert [row["payload"] for row in mailed] == [None], "what is sent is emptied"


async def test_where_no_mail_server_is_set_nothing_changes(open_at: Open) -> None:
    here = await open_at("round open")
    nora = await asks(here)
    (secret,) = await secrets_of(here.hanne)
    assert await whose(here, secret) == nora.id
    rows = await here.play.store.run(lambda work: work.links._all(select(outbox)))
    assert "mail" not in {row["channel"] for row in rows}


async def test_hr_gets_the_link_where_no_mail_can_go_to_the_address(open_at: Open) -> None:
    here = await open_at("round open")
    post = with_mail(here)
    await asks_nora(here, email="sørensen@nav.example")
    assert here.play.words.text("da", "outside.mailed", {"name": "Nora"}) not in await here.hanne.everything()
    assert SECRET.search(await here.hanne.everything())
    await passes(here, minutes=1)
    assert post.ledger == []
