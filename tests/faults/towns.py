"""The scenario: three towns, one in Slack and two in Teams, each with an exchange in its logbook days and a round.

On the first day at ten everything comes due at once: each employee's logbook, and each round's announcement.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from bot.moment import Moment
from bot.planning import replan
from bot.script import House
from bot.turns import rounds
from bot.words import Words
from storage.records import (
    AddressRow,
    Chat,
    ExchangeRow,
    Organisation,
    PersonRow,
    PlaceRow,
    RoundRow,
    SignUpRow,
    Workspace,
)
from storage.store import Work
from tests.slack.fake import FakeSlack
from tests.teams.fake import FakeTeams

FIRST = date(2026, 6, 8)
"""A Monday."""
DAYS = tuple(FIRST + timedelta(days=n) for n in range(5))
TEN = datetime(2026, 6, 8, 8, 0, tzinfo=UTC)
"""Ten o'clock in Copenhagen on the first day."""
BEFORE = TEN - timedelta(days=4)
"""When everything was agreed on."""
FINISH = time(10, 15)
"""When the employees finish their day; the logbook comes a quarter of an hour before."""

ROLES = {"Hanne": "HR", "Emil": "Børnehaven", "Lone": "Børnehaven", "Vera": "Familieafdelingen"}
FAMILIES = {"Sundby": "Sørensen", "Nordby": "Nørgaard", "Vestby": "Vestergaard"}
CHANNEL = "jobbytte"
TRIED_ON = (
    "log",
    "log.remind",
    "log.close",
    "week.pick",
    "week.overview",
    "debrief",
    "debrief.remind",
    "debrief.close",
)
"""What is due in the exchanges; what else an exchange brings would only make more of the same."""
WORDS = Words.load()


@dataclass(frozen=True, repr=False)
class Town:
    """A town with its people: `places` by first name, `channel_place` is where it announces its rounds."""

    name: str
    channel: str
    tenant: str
    places: dict[str, str]
    channel_place: str

    def __repr__(self) -> str:
        """Its name."""
        return self.name

    def of(self, name: str) -> AddressRow:
        """Where somebody is reached."""
        return AddressRow(self.channel, self.tenant, self.places[name])

    @property
    def round(self) -> str:
        """The id of its round that opens."""
        return f"round-{self.name}"

    @property
    def round_name(self) -> str:
        """What that round is called."""
        return f"Runden i {self.name}"

    @property
    def exchange(self) -> str:
        """The id of its exchange."""
        return f"exchange-{self.name}"

    def person(self, name: str) -> str:
        """Somebody's id."""
        return f"{name}-{self.name}"

    def canary(self, name: str) -> str:
        """What somebody writes, and nobody else writes."""
        return f"Kanarie{self.name}{name}"


def in_slack(slack: FakeSlack, name: str = "Sundby") -> Town:
    """A town whose people are at this Slack."""
    team = f"T0{name.upper()}"
    slack.add_team(team, f"{name} Kommune")
    places = {first: f"U{first.upper()}{name.upper()}" for first in ROLES}
    for first, place in places.items():
        slack.add_user(place, f"{first} {FAMILIES[name]}", team)
    slack.install(team)
    channel = slack.add_channel(f"C0{name.upper()}", CHANNEL, team, members=list(places.values()))
    return Town(name, "slack", team, places, channel.id)


def in_teams(teams: FakeTeams, name: str, tenant: str) -> Town:
    """A town whose people are at this Teams."""
    teams.add_tenant(tenant, name)
    users = {first: teams.add_user(f"{first} {FAMILIES[name]}", tenant) for first in ROLES}
    for user in users.values():
        teams.install(user)
    team = teams.add_team(f"{CHANNEL} {name}", tenant, members=[user.aad for user in users.values()], installed=True)
    return Town(name, "teams", tenant, {first: user.aad for first, user in users.items()}, team.id)


def settle(work: Work, town: Town, house: House, teams: FakeTeams | None = None) -> None:
    """The town's people are known, its exchange is agreed, prepared and planned, its round waits for its day."""
    organisation = Organisation(town.name, f"{town.name} Kommune", "DK", "Europe/Copenhagen", "da")
    work.people.add_organisation(organisation)
    work.workspaces.put(Workspace(town.channel, town.tenant, organisation.name, organisation.id))
    work.workspaces.put_place(PlaceRow(town.channel, town.tenant, town.channel_place, f"#{CHANNEL}"))
    people = {first: _settle_in(work, town, first) for first in ROLES}
    if teams is not None:
        _meet(work, town, teams)
    hanne, emil, lone, vera = people.values()
    moment = Moment(work, WORDS, BEFORE, house)
    where = AddressRow(town.channel, town.tenant, town.channel_place)
    old = RoundRow(
        f"old-{town.name}", town.name, "Vinter", "da", where, date(2026, 4, 1), date(2026, 4, 10),
        date(2026, 4, 17), DAYS[0], DAYS[-1], (), hanne.id, "closed", "post",
    )  # fmt: skip
    new = RoundRow(
        town.round, town.name, town.round_name, "da", where, FIRST, FIRST + timedelta(days=14),
        FIRST + timedelta(days=21), FIRST + timedelta(days=60), FIRST + timedelta(days=90), (), hanne.id,
    )  # fmt: skip
    work.rounds.add(old)
    work.rounds.add(new)
    rounds.plan(moment, new, hanne)
    sign_up = f"sign-up-{town.name}"
    work.rounds.add_sign_up(SignUpRow(sign_up, old.id, emil.id, lone.id, "placed", leader_told=True))
    exchange = ExchangeRow(
        town.exchange, old.id, sign_up, emil.id, lone.id, vera.id, emil.unit, vera.unit, "form.short",
        DAYS[0], DAYS[-1], DAYS, "short", "prepared", approved_at=BEFORE,
    )  # fmt: skip
    work.exchanges.add(exchange)
    work.exchanges.save_journal(replace(work.exchanges.journal(exchange.id), finish=FINISH))
    replan(moment, exchange)
    for prompt in work.prompts.of(exchange.id):
        if prompt.kind not in TRIED_ON:
            work.prompts.mark(prompt.id, "cancelled")


def _settle_in(work: Work, town: Town, first: str) -> PersonRow:
    person = PersonRow(
        town.person(first), town.name, f"{first} {FAMILIES[town.name]}", ROLES[first], hr=first == "Hanne",
        told=frozenset({"hello"}),
    )  # fmt: skip
    work.people.add(person)
    work.people.link(person.id, town.of(first))
    return person


def _meet(work: Work, town: Town, teams: FakeTeams) -> None:
    """What Teams has told when the app was installed."""
    for place in town.places.values():
        user = teams.users[place]
        chat = teams.personal(user).id
        work.chats.put(Chat("teams", town.tenant, place, chat, user.id, teams.service_url, touched=BEFORE))
    where = town.channel_place
    work.chats.put(Chat("teams", town.tenant, where, where, where, teams.service_url, touched=BEFORE))
    work.chats.put(Chat("teams", town.tenant, "", service=teams.service_url, touched=BEFORE))
