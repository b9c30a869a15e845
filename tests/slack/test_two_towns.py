"""Two workspaces, each an organisation of its own: nobody and nothing of the one reaches into the other (A8)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channels.slack.settings import Slack
from bot.channels.slack.workspaces import welcome_workspace
from storage.records import AddressRow, Installation, PersonRow, SignUpRow
from storage.store import Work
from tests.slack.fake import Delivery, Person, View
from tests.slack.fake.things import User
from tests.slack.here import Here
from tests.slack.installs import an_install
from tests.slack.stage import CHANNEL_ID, SECRET, TEAM, SlackPlay
from tests.slack.who import JOIN, hello, post, somebody, told
from tests.stage.scenes import MORNING, play_to

NORDBY = "T2"
THERE = "C0NORDBY"


class TwoTowns(SlackPlay):
    """A house for any number of workspaces, each with an install of its own."""

    def settings(self) -> Slack:
        return Slack(
            "http",
            "oauth",
            self.slack.base_url,
            "https://vidsyn.example.org",
            signing_secret=SecretStr(SECRET),
            client_id=self.slack.app.client_id,
            client_secret=SecretStr(self.slack.app.client_secret),
        )

    async def put_together(self) -> None:
        await self.installed(TEAM)
        await super().put_together()

    async def installed(self, team: str) -> None:
        """The install that Slack knows of, as it is kept when somebody has clicked through it."""
        install = an_install(self.slack, self.slack.token_of(team))
        await self.store.run(lambda work: _keep(work, install))


def _keep(work: Work, install: Installation) -> None:
    welcome_workspace(work, install.tenant, {TEAM: "Sundby Kommune", NORDBY: "Nordby Kommune"}[install.tenant])
    work.installations.put(install)


@pytest.fixture
async def here() -> AsyncIterator[Here]:
    """In Sundby a round is open; in Nordby Nina is known."""
    play = await TwoTowns.open(MORNING)
    try:
        assert isinstance(play, TwoTowns)
        hanne, emil, lone, vera = [await play.seat(name) for name in ("Hanne", "Emil", "Lone", "Vera")]
        here = Here(play, hanne, emil, lone, vera)
        await play_to(here, "round open")
        here.slack.stacks.clear()
        here.slack.add_team(NORDBY, "Nordby Kommune")
        here.slack.install(NORDBY)
        await play.installed(NORDBY)
        here.slack.add_user("UNINA", "Nina Nord", NORDBY)
        here.slack.add_channel(THERE, "bytte", NORDBY, members=["UNINA"])
        await nina(here).opens_messages_tab()
        await play.settle()
        yield here
        # Asked for somebody of another workspace, Slack knows nobody.
        assert {(refused.method, refused.error) for refused in here.slack.ledger.refusals} <= {
            ("users.info", "user_not_found")
        }
    finally:
        await play.close()


def nina(here: Here) -> Person:
    return here.slack.person("UNINA")


async def person(here: Here, team: str, user: str) -> PersonRow | None:
    return await here.play.store.run(lambda work: work.people.at(AddressRow("slack", team, user)))


async def sign_ups(here: Here) -> list[SignUpRow]:
    def unit(work: Work) -> list[SignUpRow]:
        rounds = [row for home in work.people.organisations() for row in work.rounds.all(home.id)]
        return [row for each in rounds for row in work.rounds.sign_ups(each.id)]

    return await here.play.store.run(unit)


async def answers(here: Here) -> list[tuple[str, object]]:
    """What all have answered about signing up."""
    subjects = [row.id for row in await sign_ups(here)]
    return await here.play.store.run(
        lambda work: [(row.key, row.value) for id in subjects for row in work.answers.about(id)]
    )


@contextmanager
def in_nordby(here: Here, user: str, name: str) -> Iterator[Person]:
    """Somebody in Nordby who has the very id that somebody in Sundby has."""
    namesake = here.slack.users[user]
    here.slack.users[user] = User(user, NORDBY, name, name.split()[0].lower(), tz="Europe/Lisbon")
    here.slack.channels[THERE].members.add(user)
    yield here.slack.person(user, NORDBY)
    here.slack.users[user] = namesake


async def from_nordby(here: Here, delivery: Delivery, user: str) -> View | None:
    """What somebody did in Sundby, as if it had come from Nordby; the form that somebody there sees then."""
    body: dict[str, Any] = deepcopy(delivery.body)
    body["team"] = here.slack.team_json(NORDBY)
    body["user"] |= {"id": user, "team_id": NORDBY}
    body["trigger_id"] = here.slack.new_trigger(user, NORDBY)
    if "view" in body:
        body["view"] |= {"team_id": NORDBY, "app_installed_team_id": NORDBY}
    await here.slack.send("interactive", NORDBY, body)
    await here.play.settle()
    return here.slack.view_of(user)


async def test_a8_each_workspace_is_an_organisation_of_its_own(here: Here) -> None:
    nord, emil = await person(here, NORDBY, "UNINA"), await person(here, TEAM, "UEMIL")
    assert nord is not None
    assert emil is not None
    assert nord.organisation != emil.organisation
    assert (await person(here, TEAM, "UNINA"), await person(here, NORDBY, "UEMIL")) == (None, None)
    assert told(here, "UNINA", NORDBY) == [hello(here, "Nina")]
    names = await here.play.store.run(lambda work: [home.name for home in work.people.organisations()])
    assert sorted(names) == ["Nordby Kommune", "Sundby Kommune"]


async def test_a8_the_same_user_id_in_two_workspaces_is_two_people(here: Here) -> None:
    before = told(here, "UEMIL", TEAM)
    with in_nordby(here, "UEMIL", "Egon Egeskov") as egon:
        await egon.types("hjælp")
        await here.play.settle()
        assert told(here, "UEMIL", NORDBY)[0] == hello(here, "Egon")
        one, other = await person(here, TEAM, "UEMIL"), await person(here, NORDBY, "UEMIL")
        assert one is not None
        assert other is not None
        assert (one.id == other.id, one.organisation == other.organisation) == (False, False)
        assert (one.name, other.name, other.zone) == ("Emil Eriksen", "Egon Egeskov", "Europe/Lisbon")
    assert told(here, "UEMIL", TEAM) == before


async def test_a8_what_slack_says_of_one_is_not_said_of_the_other(here: Here) -> None:
    with in_nordby(here, "UEMIL", "Egon Egeskov") as egon:
        await egon.opens_messages_tab()
        await here.play.settle()
        await here.slack.admin.changes_user("UEMIL", deleted=True, real_name="Egon Gået")
    one, other = await person(here, TEAM, "UEMIL"), await person(here, NORDBY, "UEMIL")
    assert one is not None
    assert other is not None
    assert (one.active, one.name, other.active, other.name) == (True, "Emil Eriksen", False, "Egon Gået")


async def test_a8_a_form_of_one_workspace_sent_from_another_does_nothing(here: Here) -> None:
    nora = somebody(here, "UNORA", "Nora Nielsen")
    await nora.presses(post(here), JOIN)
    await here.play.settle()
    sent = await nora.submits({"sign.voluntary": ["yes"]})
    await here.play.settle()
    before, form = await answers(here), nora.modal.words()
    body = deepcopy(sent)
    body.body["view"] |= {
        "private_metadata": nora.modal.body["private_metadata"],
        "blocks": nora.modal.blocks,
        "state": {"values": {"sign.unit": {"value": {"type": "plain_text_input", "value": "Nordby Skole"}}}},
    }
    for user in ("UNINA", "UNORA"):
        await from_nordby(here, body, user)
    assert (await answers(here), nora.modal.words()) == (before, form)
    assert told(here, "UNINA", NORDBY) == [hello(here, "Nina")]
    assert [key for key, _ in before] == ["sign.voluntary"]


async def test_a8_a_button_of_one_workspace_pressed_from_another_does_nothing(here: Here) -> None:
    pressed = await here.emil.there.presses(post(here), JOIN)
    await here.play.settle()
    before, words = await sign_ups(here), len(told(here, "UEMIL"))
    body = {**pressed.body, "channel": {"id": THERE, "name": "bytte"}}
    again = deepcopy(pressed)
    again.body = body
    assert await from_nordby(here, again, "UNINA") is None
    assert await sign_ups(here) == before
    assert [seen.words() for seen in here.slack.ephemerals_of("UNINA")] == [here.word("card.not_yours")]
    assert len(told(here, "UEMIL")) == words


async def test_a8_the_page_of_one_workspace_is_not_that_of_another(here: Here) -> None:
    await here.hanne.there.opens_home()
    await nina(here).opens_home()
    await here.play.settle()
    assert here.word("btn.new_round") not in nina(here).home.labels()
    pressed = await here.hanne.there.presses(here.hanne.there.home, here.word("btn.new_round"))
    await here.play.settle()
    shown = await from_nordby(here, pressed, "UNINA")
    assert shown is not None
    assert shown.words() == here.word("card.not_yours")


async def test_a8_a_post_in_a_shared_channel_is_for_those_it_is_from(here: Here) -> None:
    """Nordby has Vidsyn, too: whoever is from there is known, and still takes no part in Sundby's round."""
    channel = here.slack.channels[CHANNEL_ID]
    channel.shared_with.add(NORDBY)
    channel.members.add("UNINA")
    guest = here.slack.person("UNINA", TEAM)
    for label in (JOIN, here.word("btn.hostoffer")):
        await guest.presses(post(here), label)
        await here.play.settle()
    assert await sign_ups(here) == []
    assert here.slack.view_of("UNINA") is None
    assert {seen.words() for seen in here.slack.ephemerals_of("UNINA")} == {here.word("card.not_yours")}
    assert await person(here, TEAM, "UNINA") is None
    offers = await here.play.store.run(
        lambda work: [
            offer
            for home in work.people.organisations()
            for row in work.rounds.all(home.id)
            for offer in work.rounds.offers(row.id)
        ]
    )
    assert offers == []


async def test_a8_nobody_of_another_workspace_can_be_picked(here: Here) -> None:
    channel = here.slack.channels[CHANNEL_ID]
    channel.shared_with.add(NORDBY)
    channel.members.add("UNINA")
    await here.emil.presses_in_channel(JOIN)
    await here.emil.there.submits({"sign.voluntary": ["yes"]})
    await here.emil.there.submits({"sign.leader": "UNINA"})
    assert here.emil.there.modal.errors == {"sign.leader": here.word("slack.no_colleague")}
    assert await person(here, TEAM, "UNINA") is None
