"""The leader: found in the profile, chosen in a picker, and confirmed by the one who is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from tests.slack.fake import NotThere, Person, View
from tests.slack.fake.faults import Http
from tests.slack.here import Here, at
from tests.slack.stage import TEAM
from tests.slack.who import JOIN, hello, known, names, post, row, somebody, told
from tests.stage.scenes import accepted, proposed

FIELD = "Xf0LEDER"


@pytest.fixture
async def here() -> AsyncIterator[Here]:
    """A round is open, and profiles have a field that says who leads."""
    async with at("round open") as here:
        here.slack.add_profile_field(TEAM, FIELD, "Nærmeste leder")
        here.play.clock.move_to(here.play.clock.now() + timedelta(minutes=61))
        yield here
        # Whom a profile names may be nobody that Slack knows.
        assert {(refused.method, refused.error) for refused in here.slack.ledger.refusals} <= {
            ("users.info", "user_not_found")
        }


def picker(view: View) -> dict[str, Any]:
    """The list of people in a form."""
    (found,) = [element for _, element in view.elements() if element["type"] == "users_select"]
    return found


async def asked_for_the_leader(here: Here, who: Person) -> dict[str, Any]:
    """Somebody presses in the channel and goes on to the question; the picker in it."""
    await who.presses(post(here), JOIN)
    await here.play.settle()
    await who.submits({"sign.voluntary": ["yes"]})
    if not (await known(here, who.id)).unit:
        await who.submits({"sign.unit": "Skolen"})
    await here.play.settle()
    return picker(who.modal)


async def signs_up(here: Here, who: Person, leader: str | None) -> None:
    """Somebody who has been asked for the leader chooses one, or keeps whom the form names, and goes on to the end."""
    await who.submits({"sign.leader": leader} if leader else {})
    await who.submits({"_choice": choice(here, who, "sign.talked.yes")})
    await who.submits({"_choice": choice(here, who, "sign.mode.match")})
    await who.submits({"sign.where": "Familieafdelingen"})
    await who.submits({"sign.learn": "Hvad de har brug for"})
    await who.submits({"_choice": choice(here, who, "btn.no")})
    await here.play.settle()


def choice(here: Here, who: Person, key: str) -> str:
    label = here.word(key)
    options = [option for _, element in who.modal.elements() for option in element.get("options", ())]
    return next(str(option["value"]) for option in options if option["text"]["text"] == label)


async def test_the_profiles_leader_is_chosen_beforehand(here: Here) -> None:
    nora = somebody(here, "UNORA", "Nora Nielsen", fields={FIELD: "ULONE"})
    assert (await asked_for_the_leader(here, nora))["initial_user"] == "ULONE"
    assert told(here, "ULONE") == [hello(here, "Lone")], "nobody is asked before the form is sent"
    await signs_up(here, nora, None)
    assert "Nora vil gerne være med i Jobbytte forår" in told(here, "ULONE")[-1]


async def test_a_leader_who_is_unknown_becomes_a_person_and_is_told_nothing_yet(here: Here) -> None:
    nora = somebody(here, "UNORA", "Nora Nielsen", fields={FIELD: "ULEIF"})
    somebody(here, "ULEIF", "Leif Lauritsen")
    assert (await asked_for_the_leader(here, nora))["initial_user"] == "ULEIF"
    assert (await known(here, "ULEIF")).told == frozenset()
    assert told(here, "ULEIF") == []
    await signs_up(here, nora, None)
    assert told(here, "ULEIF")[0] == hello(here, "Leif", "others")
    assert len(told(here, "ULEIF")) == 2


async def test_another_leader_can_be_chosen(here: Here) -> None:
    nora = somebody(here, "UNORA", "Nora Nielsen", fields={FIELD: "ULONE"})
    await asked_for_the_leader(here, nora)
    await signs_up(here, nora, "UVERA")
    assert "Nora vil gerne være med" in told(here, "UVERA")[-1]
    assert told(here, "ULONE") == [hello(here, "Lone")]
    assert (await known(here, "UNORA")).leader == here.lone.id, "the directory still says so"


@pytest.mark.parametrize("how", ["known for long", "was a leader before"])
async def test_the_leader_is_found_for_everybody_not_only_the_newest(here: Here, how: str) -> None:
    if how == "known for long":
        here.slack.users["UEMIL"].fields[FIELD] = "ULONE"
        who = here.emil.there
        await who.opens_messages_tab()
    else:
        nora = somebody(here, "UNORA", "Nora Nielsen", fields={FIELD: "ULEIF"})
        who = somebody(here, "ULEIF", "Leif Lauritsen", fields={FIELD: "ULONE"})
        await nora.opens_messages_tab()
        await here.play.settle()
        assert await row(here, "ULEIF") is not None
    assert (await asked_for_the_leader(here, who))["initial_user"] == "ULONE"


async def test_a_new_leader_is_found_an_hour_later(here: Here) -> None:
    nora = somebody(here, "UNORA", "Nora Nielsen", fields={FIELD: "ULONE"})
    await nora.opens_messages_tab()
    await here.play.settle()
    for leader, found in (("UVERA", here.vera.id), ("", ""), ("UNORA", ""), ("ULONE", here.lone.id)):
        nora.user.fields[FIELD] = leader
        here.play.clock.move_to(here.play.clock.now() + timedelta(minutes=61))
        await nora.types("status")
        await here.play.settle()
        assert (await known(here, "UNORA")).leader == found


async def test_profiles_are_not_read_at_every_word(here: Here) -> None:
    nora = somebody(here, "UNORA", "Nora Nielsen", fields={FIELD: "ULONE"})
    for _ in range(5):
        await nora.types("status")
        await here.play.settle()
    assert here.calls().count("users.profile.get") == 1


@pytest.mark.parametrize(
    ("fields", "about"),
    [
        ({}, {}),
        ({FIELD: ""}, {}),
        ({FIELD: "UNORA"}, {}),
        ({FIELD: "UOTHER"}, {"is_restricted": True}),
        ({FIELD: "UOTHER"}, {"is_bot": True}),
        ({FIELD: "UOTHER"}, {"deleted": True}),
        ({FIELD: "UNOBODY"}, {}),
        ({"XfOTHER": "ULONE"}, {}),
    ],
)
async def test_nobody_is_chosen_where_the_profile_names_nobody_who_can_lead(
    here: Here, fields: dict[str, str], about: dict[str, bool]
) -> None:
    somebody(here, "UOTHER", "Otto Other", **about)
    nora = somebody(here, "UNORA", "Nora Nielsen", fields=fields)
    assert "initial_user" not in await asked_for_the_leader(here, nora)
    assert sorted(await names(here)) == ["Emil", "Hanne", "Lone", "Nora", "Vera"]


async def test_nobody_is_chosen_where_profiles_have_no_such_field() -> None:
    async with at("round open") as here:
        here.slack.add_profile_field(TEAM, FIELD, "Kaffeklub")
        nora = somebody(here, "UNORA", "Nora Nielsen", fields={FIELD: "ULONE"})
        assert "initial_user" not in await asked_for_the_leader(here, nora)


async def test_a_leader_who_has_left_is_not_chosen_any_more(here: Here) -> None:
    nora = somebody(here, "UNORA", "Nora Nielsen", fields={FIELD: "ULONE"})
    await nora.opens_messages_tab()
    await here.play.settle()
    assert (await known(here, "UNORA")).leader == here.lone.id
    await here.slack.admin.changes_user("ULONE", deleted=True)
    assert "initial_user" not in await asked_for_the_leader(here, nora)


async def test_a_profile_that_cannot_be_read_keeps_nobody_waiting(here: Here) -> None:
    nora = somebody(here, "UNORA", "Nora Nielsen", fields={FIELD: "ULONE"})
    here.slack.fail_next("users.profile.get", Http(500))
    await nora.presses(post(here), JOIN)
    await here.play.settle()
    assert nora.modal.title == here.word("sign.title")
    here.slack.faults.waiting.clear()
    await nora.submits({"sign.voluntary": ["yes"]})
    await here.play.settle()
    await nora.submits({"sign.unit": "Skolen"})
    assert picker(nora.modal)["initial_user"] == "ULONE", "it is read again at the next step"


async def test_the_form_waits_for_no_profile(here: Here) -> None:
    """Slack lets go of a form after three seconds: the profile is read while the first step is being filled in."""
    nora = somebody(here, "UNORA", "Nora Nielsen", fields={FIELD: "ULONE"})
    start = len(here.calls())
    await nora.presses(post(here), JOIN)
    await here.play.settle()
    calls = here.calls()[start:]
    assert calls.count("users.profile.get") == 1
    assert (await known(here, "UNORA")).leader == here.lone.id, "and is there before the second is drawn"
    assert nora.modal.title == here.word("sign.title")


# The leader confirms


async def test_whoever_answers_is_the_leader(here: Here) -> None:
    nora = somebody(here, "UNORA", "Nora Nielsen", fields={FIELD: "ULONE"})
    await asked_for_the_leader(here, nora)
    await signs_up(here, nora, None)
    await here.lone.taps("btn.approve")
    assert told(here, "UNORA")[-1] == here.word("approve.told.yes", leader="Lone")
    with pytest.raises(NotThere):
        await here.lone.there.presses(here.lone.there.last, here.word("btn.not_leader"))


async def test_who_is_not_the_leader_says_so_and_another_is_asked(here: Here) -> None:
    nora = somebody(here, "UNORA", "Nora Nielsen", fields={FIELD: "ULONE"})
    leif = somebody(here, "ULEIF", "Leif Lauritsen")
    await asked_for_the_leader(here, nora)
    await signs_up(here, nora, None)
    question = here.newest(here.lone, here.word("btn.not_leader"))
    await here.lone.there.presses(question, here.word("btn.not_leader"))
    await here.play.settle()
    assert told(here, "ULONE")[-1] == here.word("approve.not_leader.noted", name="Nora")
    assert told(here, "UNORA")[-1] == here.word("approve.not_leader", leader="Lone")
    await nora.presses(nora.last, here.word("btn.other_leader"))
    await here.play.settle()
    await nora.submits({"sign.leader": "ULEIF"})
    await here.play.settle()
    while here.slack.view_of("UNORA") and here.word("sign.talked.yes") in nora.modal.words():
        await nora.submits({"_choice": choice(here, nora, "sign.talked.yes")})
        await here.play.settle()
    assert told(here, "ULEIF")[0] == hello(here, "Leif", "others")
    assert "Nora vil gerne være med i Jobbytte forår" in told(here, "ULEIF")[-1]
    before = told(here, "UNORA")
    await here.lone.there.presses(question, here.word("btn.approve"), old=True)
    await here.play.settle()
    assert (told(here, "UNORA"), told(here, "ULONE")[-1]) == (
        before, here.word("approve.not_leader.noted", name="Nora"),
    )  # fmt: skip
    await leif.presses(leif.last, here.word("btn.approve"))
    await here.play.settle()
    assert told(here, "UNORA")[-1] == here.word("approve.told.yes", leader="Leif")


async def nobody_leads(here: Here) -> None:
    """Emil has named Lone, who says that she is not his leader."""
    await here.lone.there.presses(here.newest(here.lone, here.word("btn.not_leader")), here.word("btn.not_leader"))
    await here.play.settle()


async def test_without_a_leader_the_page_offers_to_choose_another() -> None:
    async with at("signed up") as here:
        await nobody_leads(here)
        await here.emil.there.opens_home()
        await here.play.settle()
        shown = here.emil.there.home.labels()
        assert here.word("btn.other_leader") in shown
        assert here.word("btn.have_talked") not in shown


async def test_a_talk_that_was_had_with_nobody_asks_who_the_leader_is() -> None:
    async with at("round open") as here:
        await asked_for_the_leader(here, here.emil.there)
        await here.emil.there.submits({"sign.leader": "ULONE"})
        await here.emil.there.submits({"_choice": choice(here, here.emil.there, "sign.talked.soon")})
        await here.emil.there.submits({"_choice": choice(here, here.emil.there, "sign.mode.match")})
        await here.emil.there.submits({"sign.where": "Familieafdelingen"})
        await here.emil.there.submits({"sign.learn": "Hvad de har brug for"})
        await here.emil.there.submits({"_choice": choice(here, here.emil.there, "btn.no")})
        await here.play.settle()
        await here.emil.puts_down()
        old = deepcopy(here.newest(here.emil, here.word("btn.have_talked")))
        await here.emil.there.presses(post(here), JOIN)
        await here.play.settle()
        await here.emil.taps("btn.have_talked")
        await nobody_leads(here)
        await here.emil.there.presses(old, here.word("btn.have_talked"), old=True)
        await here.play.settle()
        assert "sign.leader" in {block["block_id"] for block, _ in here.view(here.emil).elements()}


async def test_both_say_yes_while_nobody_leads_and_whoever_is_chosen_then_is_asked() -> None:
    async with at("signed up") as here:
        leif = somebody(here, "ULEIF", "Leif Lauritsen")
        await here.vera.presses_in_channel(here.word("btn.hostoffer"))
        await here.vera.fills({"offer.who": "Vera Vang", "offer.leader": "yes", "offer.show": "Et møde"})
        await here.vera.fills()
        await proposed(here)
        await nobody_leads(here)
        asked = len(told(here, "ULONE"))
        await accepted(here)
        await here.slack.admin.changes_user("UEMIL", tz="Europe/Oslo")
        await here.play.settle()
        assert here.slack.deliveries[-1].answer.ok
        assert told(here, "UVERA")[-1].endswith(here.word("match.accepted.host", name="Emil"))
        assert len(told(here, "ULONE")) == asked, "she has said that she is not the one"
        label = here.word("btn.other_leader")
        await here.emil.there.presses(here.newest(here.emil, label), label)
        await here.play.settle()
        await here.emil.there.submits({"sign.leader": "ULEIF"})
        await here.play.settle()
        assert "Stedet er fundet" in told(here, "ULEIF")[-1]
        await leif.presses(leif.last, here.word("btn.approve"))
        await here.play.settle()
        assert here.slack.view_of("ULEIF") is not None
        here.nothing_refused()
