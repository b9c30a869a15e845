"""What comes in is answered in time and in the right place, whatever Teams or Graph do meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from storage.records import AddressRow
from tests.stage.play import WORDS
from tests.stage.scenes import MORNING, Cast, play_to
from tests.teams.fake import Posted, Refuse, User, answered
from tests.teams.fake.faults import Hang
from tests.teams.fake.forms import Values
from tests.teams.stage import IN_NO_HURRY, LINK, TEAM, TeamsPlay


@asynccontextmanager
async def town(scene: str = "start", late: float = IN_NO_HURRY, soon: float = IN_NO_HURRY) -> AsyncIterator[TeamsPlay]:
    """The story on Teams at this scene."""
    play = await TeamsPlay.open(MORNING, late=late, soon=soon)
    try:
        hanne, emil, lone, vera = [await play.seat(name) for name in ("Hanne", "Emil", "Lone", "Vera")]
        await play_to(Cast(play, hanne, emil, lone, vera), scene)
        yield play
    finally:
        await play.close()


def announcement(play: TeamsPlay) -> Posted:
    """The round's post in the team."""
    return play.teams.posts(play.team.id)[-1]


def typed(play: TeamsPlay, user: User) -> list[object]:
    """What was shown in somebody's chat without being kept."""
    sent = play.teams.ledger.accepted_in(play.teams.personal(user).id)
    return [call.body["type"] for call in sent if call.what == "send" and call.body["type"] != "message"]


async def test_t8_somebody_who_has_to_wait_sees_that_an_answer_is_being_written() -> None:
    async with town(soon=0.0) as play:
        ida = play.teams.add_user("Ida Iversen")
        play.teams.install(ida)
        slow, shown = Hang(accepted=False), Hang()
        play.teams.fail_next("user", slow)
        play.teams.fail_next(play.teams.personal(ida).id, shown)
        answered(await play.teams.person(ida).says("hej"))
        await shown.reached.wait()
        shown.release()
        assert typed(play, ida) == ["typing"]
        assert play.teams.posts(ida.aad) == []
        slow.release()
        await play.settle()
        assert "Hej Ida." in play.teams.person(ida).reads(play.teams.posts(ida.aad)[0])


async def test_whoever_is_answered_soon_sees_the_answer_alone() -> None:
    async with town() as play:
        emil = await play.seat("Emil")
        await emil.there.says("hjælp")
        await play.settle()
        assert emil.there.posts
        assert typed(play, emil.there.user) == []


async def test_t7_a_press_that_takes_long_is_answered_in_time_and_goes_on() -> None:
    async with town("round open", late=0.2) as play:
        ida = play.teams.add_user("Ida Iversen", department="Havnen")
        play.teams.install(ida)
        play.team.members.add(ida.aad)
        person = play.teams.person(ida)
        slow = Hang(accepted=False)
        play.teams.fail_next("user", slow)
        delivery = await person.presses(announcement(play), WORDS.text("da", "btn.signup"))
        assert delivery.answer.status == 200
        assert person.notes == [WORDS.text("da", "channel.slow")]
        slow.release()
        await play.settle()
        assert "Tilmelding" in person.reads()


async def test_words_in_a_channel_are_answered_in_private_and_below_only_where() -> None:
    async with town("round open") as play:
        emil = await play.seat("Emil")
        before = len(emil.there.posts)
        answered(await emil.there.says_in(play.team.id, "hjælp"))
        await play.settle()
        asked = next(post for post in reversed(play.teams.chats[play.team.id].posts) if post.sender == emil.there.aad)
        assert [post.text for post in asked.replies] == [WORDS.text("da", "teams.in_channel")]
        assert len(emil.there.posts) == before + 1
        assert "Du kan skrive" in emil.there.reads()


async def test_t16_who_has_not_installed_the_app_gets_the_link_and_loses_nothing() -> None:
    async with town("round open") as play:
        ida = play.teams.add_user("Ida Iversen", department="Havnen")
        play.team.members.add(ida.aad)
        person = play.teams.person(ida)
        answered(await person.presses(announcement(play), WORDS.text("da", "btn.signup")))
        answered(await person.says_in(play.team.id, "hvad er det her?"))
        await play.settle()
        sentence = WORDS.text("da", "teams.install_first", {"link": LINK})
        assert person.notes == [sentence]
        asked = next(post for post in play.teams.chats[play.team.id].posts if post.sender == ida.aad)
        assert [post.text for post in asked.replies] == [sentence]
        assert person.posts == []
        await person.installs()
        await play.settle()
        said = [person.reads(post) for post in person.posts]
        assert sum("Hej Ida." in text for text in said) == 1
        assert any("Tilmelding" in text for text in said)


async def test_t1_another_tenant_s_people_get_nothing_and_leave_no_trace() -> None:
    async with town() as play:
        elsewhere = play.teams.add_tenant("99999999-aaaa-4aaa-8aaa-999999999999", "Sydby")
        eve = play.teams.add_user("Eve Engel", elsewhere)
        play.teams.install(eve)
        delivery = await play.teams.person(eve).says("hej")
        assert delivery.answer.status == 403
        await play.settle()
        assert play.teams.posts(eve.aad) == []
        where = AddressRow("teams", elsewhere, eve.aad)
        found = await play.store.run(
            lambda work: (
                work.people.at(where),
                work.workspaces.find("teams", elsewhere),
                work.chats.all("teams", elsewhere),
            )
        )
        assert found == (None, None, [])


async def test_a_colleague_who_cannot_be_looked_up_is_asked_for_again() -> None:
    async with town("round open") as play:
        emil = await play.seat("Emil")
        nora = play.teams.add_user("Nora Nord", department="Havnen")
        await emil.presses_in_channel(WORDS.text("da", "btn.signup"), TEAM)
        await emil.fills({"sign.voluntary": "yes"})
        post = emil.there.last
        key = next(field for field in (await emil.last()).fields if field.kind == "person").key
        play.teams.fail_next("user", Refuse(503))
        values: Values = {f"answer:{key}": nora.aad}
        await emil.there.presses(post, WORDS.text("da", "btn.continue"), values)
        assert WORDS.text("da", "channel.later") in emil.there.reads(post)
        await emil.there.presses(post, WORDS.text("da", "btn.continue"), values)
        await play.settle()
        assert await play.store.run(lambda work: work.people.at(AddressRow("teams", nora.tenant, nora.aad)))


@pytest.mark.parametrize("most", [3])
async def test_who_is_too_fast_is_told_once(most: int) -> None:
    play = await TeamsPlay.open(MORNING, most=most)
    try:
        emil = await play.seat("Emil")
        for n in range(3 * most):
            answered(await emil.there.says(f"hjælp {n}"))
        await play.settle()
        too_fast = WORDS.text("da", "channel.too_fast")
        assert sum(post.text == too_fast for post in emil.there.posts) == 1
    finally:
        await play.close()
