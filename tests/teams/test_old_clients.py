"""Clients that know no Action.Execute send a message instead: it is carried out like a press, and answered below."""

from __future__ import annotations

import re

from storage.records import AddressRow
from tests.stage.scenes import minutes, walk
from tests.teams.fake import Refuse, answered
from tests.teams.here import Here, at
from tests.teams.stage import LINK
from tests.teams.trouble import OldSeat

CPR = "070761-4285"
PHONE = "Ring til Bente på 20 30 40 50"


def old(here: Here) -> OldSeat:
    """Emil sits at an old client."""
    return OldSeat(here.play, here.emil.id, here.emil.name, here.emil.aad)


async def test_a_press_on_a_post_is_answered_in_private_and_nobody_else_sees_it() -> None:
    async with at("round open") as here:
        emil = old(here)
        await emil.presses_in_channel(here.word("btn.signup"))
        (post,) = here.teams.posts(here.play.team.id)[-1:]
        assert post.replies == []
        assert [here.word("channel.answered_privately") in it for it in here.reads(emil).split("\n")].count(True) == 0
        assert [it.key for it in (await emil.last()).fields] == ["sign.voluntary"]


async def test_t16_whom_nothing_can_be_said_to_alone_is_told_how_to_install_the_app() -> None:
    async with at("round open") as here:
        ida = here.teams.add_user("Ida Iversen", department="Havnen")
        here.play.team.members.add(ida.aad)
        post = here.teams.posts(here.play.team.id)[-1]
        answered(await here.teams.person(ida).presses(post, here.word("btn.signup"), as_old_client=True))
        await here.play.settle()
        sentence = here.word("teams.install_first", link=LINK)
        assert [it.text for it in post.replies] == [sentence]
        assert "Ida" not in sentence


async def test_a_colleague_who_is_picked_is_found() -> None:
    async with at("round open") as here:
        nora, emil = here.teams.add_user("Nora Nord", department="Havnen"), old(here)
        await emil.presses_in_channel(here.word("btn.signup"))
        await emil.fills({"sign.voluntary": "yes"})
        post = emil.there.last
        nobody = "00000000-0000-4000-8000-000000000000"
        for picked, told in ((nobody, "teams.no_colleague"), (nora.aad, "channel.later")):
            if picked == nora.aad:
                here.teams.fail_next("user", Refuse(503))
            answered(await emil.there.presses(post, here.word("btn.continue"), {"answer:sign.leader": picked}))
            await here.play.settle()
            assert emil.there.last.text == here.word(told, link=LINK)
        assert "sign.leader" not in await here.kept(emil, "sign.")
        answered(await emil.there.presses(post, here.word("btn.continue"), {"answer:sign.leader": nora.aad}))
        await here.play.settle()
        known = await here.play.store.run(lambda work: work.people.at(AddressRow("teams", nora.tenant, nora.aad)))
        assert known is not None
        assert (await here.kept(emil, "sign."))["sign.leader"] == known.id


async def test_a_number_is_hidden_and_what_may_lead_to_somebody_is_kept_for_nobody_can_be_asked() -> None:
    async with at("invited") as here:
        emil = old(here)
        await emil.taps("btn.start_min", minutes=await minutes(emil))
        while [it.key for it in (await emil.last()).fields] != ["prep.goal.1"]:
            await walk(
                emil, {"prep.ack": "yes", "prep.purpose": ["prep.purpose.understand"], "prep.finish": "15:30"}, 1
            )
        answered(await emil.there.presses(emil.there.last, "Fortsæt", {"answer:prep.goal.1": f"{PHONE} om {CPR}"}))
        await here.play.settle()
        kept = str((await here.kept(emil))["prep.goal.1"])
        assert kept.startswith(PHONE)
        assert not re.search("0707|4285", kept)
        here.teams.assert_no_words(PHONE, CPR, "20 30 40 50")
        here.play.nothing_refused()
