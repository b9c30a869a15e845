"""HR: who has the role, how they get it, what they see before it is posted, and where they can post."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from dialogs.model import Raw
from tests.slack.here import Here, at
from tests.slack.stage import CHANNEL_ID, TEAM
from tests.slack.who import hello, hr_code, known, somebody, told, whispers
from tests.stage.scenes import ROUND_NAME

CODE = "HVAL-4711-TROLD"
OTHER_ID = "C0ANDEN"


@pytest.fixture
async def here() -> AsyncIterator[Here]:
    """Everybody is there; nothing has happened."""
    async with at("start") as here:
        yield here
        here.nothing_refused()


# Who opens a round


async def test_only_hr_opens_a_round_by_typing(here: Here) -> None:
    await here.emil.there.types("ny runde")
    await here.play.settle()
    assert told(here, "UEMIL")[-1] == here.word("only_hr")
    await here.hanne.there.types("ny runde")
    await here.play.settle()
    assert here.word("round.new.title") in here.reads(here.hanne)
    assert here.word("round.new.title") not in here.reads(here.emil)


async def test_only_hr_opens_a_round_by_command(here: Here) -> None:
    await here.emil.there.commands("/vidsyn", "ny runde")
    await here.play.settle()
    assert here.slack.view_of("UEMIL") is None
    assert here.word("only_hr") in (*told(here, "UEMIL"), *whispers(here, "UEMIL"))
    await here.hanne.there.commands("/vidsyn", "ny runde")
    await here.play.settle()
    assert here.hanne.there.modal.title == here.word("round.new.title")


async def test_only_hr_has_the_button_on_the_page(here: Here) -> None:
    for seat in (here.emil, here.hanne):
        await seat.there.opens_home()
    await here.play.settle()
    assert here.word("btn.new_round") not in here.emil.there.home.labels()
    assert here.word("home.hr") not in here.emil.there.home.words()
    await here.hanne.there.presses(here.hanne.there.home, here.word("btn.new_round"))
    await here.play.settle()
    assert here.hanne.there.modal.title == here.word("round.new.title")


async def test_the_button_of_hrs_page_does_nothing_for_others(here: Here) -> None:
    await here.hanne.there.opens_home()
    await here.play.settle()
    pressed = await here.hanne.there.presses(here.hanne.there.home, here.word("btn.new_round"))
    await here.play.settle()
    await here.emil.there.opens_home()
    await here.play.settle()
    before = len(told(here, "UEMIL"))
    await here.sends(pressed.body, by=here.emil)
    modal = here.slack.view_of("UEMIL")
    assert modal is not None
    assert modal.words() == here.word("card.not_yours")
    assert len(told(here, "UEMIL")) == before


# The code


async def test_the_code_typed_in_private_makes_hr(here: Here) -> None:
    await hr_code(here, CODE)
    await here.emil.there.opens_home()
    await here.emil.there.types(f"  {CODE.lower()} ")
    await here.play.settle()
    assert told(here, "UEMIL")[-1] == here.word("hr.granted")
    assert (await here.emil.person()).hr
    await here.emil.there.presses(here.emil.there.last, here.word("btn.new_round"))
    await here.play.settle()
    assert here.emil.there.modal.title == here.word("round.new.title")
    await here.emil.there.opens_home()
    await here.play.settle()
    assert {here.word("btn.new_round"), here.word("btn.needs_me")} <= set(here.emil.there.home.labels())


async def test_the_code_works_once_for_the_first(here: Here) -> None:
    await hr_code(here, CODE)
    for user in ("UEMIL", "UVERA"):
        await here.slack.person(user).types(CODE)
        await here.play.settle()
    assert ((await here.emil.person()).hr, (await here.vera.person()).hr) == (True, False)
    assert told(here, "UVERA")[-1] == here.word("err.unknown")


async def test_the_code_of_yesterday_is_no_code(here: Here) -> None:
    await hr_code(here, CODE)
    here.play.clock.move_to(here.play.clock.now() + timedelta(hours=2))
    await here.emil.there.types(CODE)
    await here.play.settle()
    assert not (await here.emil.person()).hr


async def test_the_code_can_be_the_first_word_of_all(here: Here) -> None:
    await hr_code(here, CODE)
    nora = somebody(here, "UNORA", "Nora Nielsen")
    await nora.types(CODE)
    await here.play.settle()
    assert told(here, "UNORA") == [hello(here, "Nora", "hr"), here.word("hr.granted")]
    assert (await known(here, "UNORA")).hr


async def test_a_guest_with_the_code_is_no_hr_and_the_code_is_still_good(here: Here) -> None:
    await hr_code(here, CODE)
    gerd = somebody(here, "UGERD", "Gerd Gæst", is_restricted=True)
    await gerd.types(CODE)
    await here.play.settle()
    assert told(here, "UGERD") == [here.word("slack.guest")]
    await here.emil.there.types(CODE)
    await here.play.settle()
    assert (await here.emil.person()).hr


async def test_the_code_stands_in_no_channel(here: Here) -> None:
    """Typed by mistake where others read it, it makes nobody HR."""
    await hr_code(here, CODE)
    await here.emil.there.says(CHANNEL_ID, CODE)
    await here.play.settle()
    assert not (await here.emil.person()).hr


# The preview


async def test_the_post_is_shown_before_it_is_posted(here: Here) -> None:
    await here.hanne.there.commands("/vidsyn", "ny runde")
    await here.play.settle()
    await here.hanne.fills({"round.new.name": ROUND_NAME["da"], "round.new.forms": ["form.shadow"]})
    await here.hanne.fills()
    await here.hanne.fills({"round.new.channel": "#jobbytte"})
    seen = here.hanne.there.modal.words()
    assert here.slack.from_bot(CHANNEL_ID) == []
    await here.hanne.taps("btn.post")
    (post,) = here.slack.from_bot(CHANNEL_ID)
    buttons = {here.word("btn.signup"), here.word("btn.hostoffer"), here.word("btn.more")}
    for line in post.words().splitlines():
        assert line in seen or line in buttons
    assert set(post.labels()) == buttons


# Channels


async def offered(here: Here) -> list[str]:
    """The channels that HR is offered to post in; empty when there is no form."""
    hanne = here.hanne
    here.slack.stacks.clear()
    await hanne.there.commands("/vidsyn", "ny runde")
    await here.play.settle()
    pages: list[dict[str, Raw]] = [{"round.new.name": "Forår", "round.new.forms": ["form.shadow"]}, {}]
    while here.slack.view_of(hanne.user) is not None:
        asked = {block.get("block_id"): block for block in hanne.there.modal.blocks}
        if "round.new.channel" in asked:
            return [option["text"]["text"] for option in asked["round.new.channel"]["element"]["options"]]
        await hanne.fills(pages.pop(0))
    return []


async def channels(here: Here) -> list[str]:
    rows = await here.play.store.run(lambda work: work.workspaces.places("slack", TEAM))
    return [row.name for row in rows]


async def test_without_a_channel_hr_is_told_to_invite_the_assistant(here: Here) -> None:
    await here.slack.admin.removes_bot(CHANNEL_ID, "UHANNE")
    await here.hanne.there.types("ny runde")
    await here.play.settle()
    assert told(here, "UHANNE")[-1] == here.word("round.no_channel")
    assert await offered(here) == []
    await here.hanne.there.opens_home()
    await here.play.settle()
    await here.hanne.there.presses(here.hanne.there.home, here.word("btn.new_round"))
    await here.play.settle()
    assert here.word("round.no_channel") in here.hanne.there.modal.words()


@pytest.mark.parametrize("private", [False, True])
async def test_a_channel_that_the_assistant_is_invited_to_can_be_posted_in(here: Here, private: bool) -> None:
    here.slack.add_channel(OTHER_ID, "ledige-pladser", members=["UHANNE"], with_bot=False, private=private)
    assert await offered(here) == ["#jobbytte"]
    await here.slack.admin.invites_bot(OTHER_ID, "UHANNE")
    assert await offered(here) == ["#jobbytte", "#ledige-pladser"]
    await here.slack.admin.renames(OTHER_ID, "aabne-pladser")
    assert await offered(here) == ["#aabne-pladser", "#jobbytte"]
    told_by = "channel_left" if not private else "member_left_channel"
    await here.slack.admin.removes_bot(OTHER_ID, "UHANNE", told=told_by)
    assert await offered(here) == ["#jobbytte"]


async def test_a_first_channel_ends_the_want_of_one(here: Here) -> None:
    await here.slack.admin.removes_bot(CHANNEL_ID, "UHANNE", told="member_left_channel")
    assert await offered(here) == []
    await here.slack.admin.invites_bot(CHANNEL_ID, "UEMIL")
    assert await offered(here) == ["#jobbytte"]


async def test_a_channel_that_is_archived_or_deleted_is_offered_no_more(here: Here) -> None:
    here.slack.add_channel(OTHER_ID, "ledige-pladser", members=["UHANNE"], with_bot=False)
    await here.slack.admin.invites_bot(OTHER_ID, "UHANNE")
    await here.slack.admin.archives(OTHER_ID, "UHANNE")
    assert await channels(here) == ["#jobbytte"]
    here.slack.channels[OTHER_ID].archived = False
    await here.slack.send_event({"type": "channel_unarchive", "channel": OTHER_ID, "user": "UHANNE"}, team=TEAM)
    assert await channels(here) == ["#jobbytte", "#ledige-pladser"]
    await here.slack.admin.deletes_channel(OTHER_ID)
    assert await channels(here) == ["#jobbytte"]


async def test_a_channel_that_is_opened_without_the_assistant_is_not_offered(here: Here) -> None:
    here.slack.add_channel(OTHER_ID, "ledige-pladser", members=["UHANNE"], with_bot=False)
    await here.slack.send_event({"type": "channel_unarchive", "channel": OTHER_ID, "user": "UHANNE"}, team=TEAM)
    await here.slack.admin.renames(OTHER_ID, "aabne-pladser")
    assert await channels(here) == ["#jobbytte"]


async def test_others_who_join_a_channel_change_nothing(here: Here) -> None:
    here.slack.add_channel(OTHER_ID, "ledige-pladser", members=["UHANNE"], with_bot=False)
    event = {"type": "member_joined_channel", "user": "UEMIL", "channel": OTHER_ID, "team": TEAM, "channel_type": "C"}
    await here.slack.send_event(event, team=TEAM)
    left = {"type": "member_left_channel", "user": "UEMIL", "channel": CHANNEL_ID, "team": TEAM, "channel_type": "C"}
    await here.slack.send_event(left, team=TEAM)
    assert await channels(here) == ["#jobbytte"]


async def test_invitations_while_we_were_away_are_found_again(here: Here) -> None:
    here.slack.add_channel(OTHER_ID, "ledige-pladser", members=["UHANNE"])
    here.slack.channels[CHANNEL_ID].members.discard(here.slack.bots[TEAM])
    await here.play.restart()
    assert await channels(here) == ["#ledige-pladser"]
