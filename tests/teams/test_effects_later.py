"""What happens in between: Teams moves, the app goes and comes back, a person travels. Nothing is lost or doubled."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.records import AddressRow, Chat, OutboxState
from storage.store import Work
from storage.tables import outbox
from tests.stage.scenes import join, write
from tests.teams.fake import answered
from tests.teams.here import Here, at
from tests.teams.seat import TeamsSeat

DAY = timedelta(days=1)


async def chat(here: Here, seat: TeamsSeat) -> Chat:
    """How somebody is reached."""
    user = seat.there.user
    found = await here.play.store.run(lambda work: work.chats.find("teams", user.tenant, user.aad))
    assert found is not None
    return found


async def states(here: Here, seat: TeamsSeat) -> list[str]:
    """What has become of all that was to be said to somebody, in its order."""

    def unit(work: Work) -> list[str]:
        rows = work.outbox._all(outbox.select().where(outbox.c.place == seat.aad).order_by(outbox.c.order))
        return [row["state"] for row in rows]

    return await here.play.store.run(unit)


async def test_t9_teams_moves_in_the_middle_and_everything_goes_where_it_is_now() -> None:
    async with at("invited") as here:
        emil = here.emil.there
        here.teams.region = "amer"
        start = here.newest(here.emil, emil.buttons()[0])
        answered(await emil.presses(start, emil.buttons(start)[0]))
        await here.play.settle()
        assert (await chat(here, here.emil)).service == here.teams.service_url
        assert {"/smba/amer/" in call.address for call in here.teams.ledger.accepted[-1:]} == {True}
        await here.play.until(here.play.clock.now() + DAY)
        others = [call for call in here.teams.ledger.accepted if call.at > here.play.clock.now() - DAY]
        assert all("/smba/amer/" in call.address for call in others), "the tenant as a whole has moved"
        here.play.nothing_refused()


async def test_t9_an_address_that_nobody_vouches_for_moves_nothing() -> None:
    async with at("start") as here:
        emil, before = here.emil.there, await chat(here, here.emil)
        delivery = await emil.says("hjælp")
        moved = delivery.raw.replace(b"/smba/emea/", b"/smba/evil/")
        token = delivery.headers["Authorization"].removeprefix("Bearer ")
        assert (await here.teams.post_raw(moved, token=token)).status == 403
        assert (await here.teams.post_raw(moved, token="")).status == 401
        await here.play.settle()
        assert (await chat(here, here.emil)).service == before.service


async def test_t13_after_an_uninstall_nothing_is_sent_and_after_an_install_what_is_due_comes_once() -> None:
    async with at("second day") as here:
        emil = here.emil.there
        posts = len(here.teams.personal(emil.user).posts)
        calls = len(here.teams.ledger.calls)
        answered(await emil.uninstalls())
        await here.play.until(here.play.clock.now() + 2 * DAY)
        sent = [call for call in here.teams.ledger.calls[calls:] if call.where == emil.chat.id]
        assert sent == []
        for delivery in await emil.installs():
            answered(delivery)
        await here.play.until(here.play.clock.now() + 3 * DAY)
        new = [emil.reads(post) for post in here.teams.personal(emil.user).posts[posts:]]
        assert sum("Hej Emil." in it for it in new) == 1
        assert len(new) == len(set(new)), new
        assert "sending" not in await states(here, here.emil)
        here.play.nothing_refused()


async def test_t13_what_waits_for_an_install_comes_in_order_and_once_and_what_is_too_late_does_not() -> None:
    """Lone's app was taken away unnoticed: Teams says so with the first message."""
    async with at("round open") as here:
        lone = here.lone.there
        lone.user.installed = False
        here.teams.fail_always(lone.chat.id, None)
        await join(here, here.emil)
        for values in ({"sign.voluntary": "yes"}, {"sign.leader": here.lone.id}):
            await here.emil.fills(values)
        for tap in ("sign.talked.yes", "sign.mode.match"):
            await here.emil.taps(tap)
        await here.emil.fills({"sign.where": "Havnen"})
        await here.emil.fills({"sign.learn": "Noget nyt"})
        await here.emil.taps("btn.no")
        before = len(lone.posts)
        await here.play.until(here.play.clock.now() + 2 * DAY)
        assert len(lone.posts) == before
        waiting = await states(here, here.lone)
        for delivery in await lone.installs(["installationUpdate", "conversationUpdate"]):
            answered(delivery)
        await here.play.settle()
        here.teams.twice = "same id"
        await lone.installs()
        here.teams.twice = ""
        await here.play.until(here.play.clock.now() + DAY)
        new = [lone.reads(post) for post in lone.posts[before:]]
        assert len(new) == len(set(new)), new
        assert OutboxState.SENDING not in await states(here, here.lone)
        assert waiting.count("pending") <= len(new), waiting


async def test_t10_who_blocks_us_is_left_alone_until_they_act() -> None:
    async with at("first day") as here:
        emil = here.emil.there
        emil.blocks()
        await here.play.until(here.play.clock.now() + DAY)
        assert (await chat(here, here.emil)).state == "blocked"
        calls = len(here.teams.ledger.calls)
        await here.play.until(here.play.clock.now() + DAY)
        assert [call for call in here.teams.ledger.calls[calls:] if call.where == emil.chat.id] == []
        emil.unblocks()
        posts = len(emil.posts)
        answered(await emil.says("hjælp"))
        await here.play.settle()
        assert (await chat(here, here.emil)).state == "live"
        assert len(emil.posts) == posts + 1


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Asia/Tokyo"])
async def test_t21_who_travels_is_asked_when_their_day_is_over(zone: str) -> None:
    """Their client tells the zone with whatever they do next; the plan follows."""
    async with at("first day") as here:
        emil = here.emil.there
        emil.user.zone = zone
        answered(await emil.says("status"))
        await here.play.settle()
        where = AddressRow("teams", emil.user.tenant, emil.aad)
        person = await here.play.store.run(lambda work: work.people.at(where))
        assert person is not None
        assert person.zone == zone
        before = len(here.teams.ledger.accepted)
        await here.play.until(here.play.clock.now() + 1.25 * DAY)
        log = here.word("log.title")
        (asked,) = [it for it in here.teams.ledger.accepted[before:] if it.body.get("summary") == log]
        assert asked.where == emil.chat.id
        assert asked.at.astimezone(ZoneInfo(zone)).hour == 15
        here.play.nothing_refused()


async def test_a_prompt_of_days_ago_is_still_the_one_that_is_open_and_answered_once() -> None:
    async with at("first day") as here:
        await write(here)
        emil = here.emil.there
        kept = await here.kept(here.emil, "log.")
        old = [post for post in emil.posts if post.history and "answer:log.core.what" in str(post.history)]
        assert old
        screen = next(it for it in old[-1].history if "answer:log.core.what" in str(it))
        await here.play.until(here.play.clock.now() + 3 * DAY)
        save = here.word("btn.save")
        for as_old in (False, True):
            delivery = await emil.presses(
                old[-1], save, {"answer:log.core.what": "For sent"}, screen=screen, as_old_client=as_old
            )
            answered(delivery)
        await here.play.settle()
        after = await here.kept(here.emil, "log.")
        assert {key: after[key] for key in kept} == kept
        assert "For sent" not in str(after)
        here.teams.assert_no_words("For sent")
