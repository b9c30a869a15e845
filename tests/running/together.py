"""One house on both platforms: a Slack and a Teams of our own, and the personal pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from aiohttp import web
from pydantic import SecretStr

from bot.channel import Channel, Directory
from bot.channels.slack.pace import Pace as SlackPace
from bot.channels.slack.settings import Slack
from bot.channels.slack.slack import SlackRoom
from bot.channels.web.channel import WebChannel
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.stage import Stage
from bot.turns import people
from bot.turns.common import OUTSIDE
from storage.records import AddressRow, PersonRow
from storage.store import Work
from tests.slack.fake import FakeSlack
from tests.slack.seat import SlackSeat
from tests.slack.stage import SECRET, SlackPlay
from tests.stage.pace import paced
from tests.teams.stage import IN_NO_HURRY, TeamsPlay

WORKSPACE = "T1"


class Together(TeamsPlay):
    """A town with a tenant in Teams and a workspace in Slack."""

    slack: FakeSlack
    slack_room: SlackRoom
    bot_token: str = ""
    _slack_runner: web.AppRunner | None = None

    async def join_slack(self) -> None:
        """Vidsyn comes to the town's workspace too: the process starts anew, with Slack beside Teams."""
        self.slack = FakeSlack(self.clock)
        self.slack.app.signing_secret = SECRET
        await self.slack.start()
        self.slack.add_team(WORKSPACE, "Sundby Kommune")
        self.bot_token = self.slack.install(WORKSPACE).value
        self.clock.move_to(self.clock.now() + timedelta(minutes=1))  # a start takes a while
        await self.restart()

    async def put_together(self) -> None:
        """Teams, and beside it Slack once there is one."""
        await super().put_together()
        if not self.bot_token:
            return
        app = web.Application()
        self.slack_room.opens(self.conversation, app)
        self._slack_runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._slack_runner.setup()
        await web.TCPSite(self._slack_runner, "127.0.0.1", 0).start()
        host, port = self._slack_runner.addresses[0][:2]
        self.slack.tell_by_http(f"http://{host}:{port}/slack/events", patience=10.0)
        await self.slack_room.start()

    def build(self) -> None:
        """Both rooms on one store."""
        super().build()
        if not self.bot_token:
            return
        slack = Slack(
            "http", "token", self.slack.base_url, bot_token=SecretStr(self.bot_token), signing_secret=SecretStr(SECRET)
        )
        seconds, pause = paced(self.clock)
        change = people.Following(self.store, self.words, self.clock, self.house)
        self.slack_room = SlackRoom(
            self.store,
            self.words,
            self.clock,
            slack,
            people.arrive,
            change,
            SlackPace(seconds, pause),
            IN_NO_HURRY,
            IN_NO_HURRY,
            alone=True,
        )
        channels: dict[str, Channel] = {
            "teams": self.room.channel,
            "slack": self.slack_room.channel,
            OUTSIDE: WebChannel(self.store, OUTSIDE),
        }
        directories: dict[str, Directory] = {"teams": self.room.people, "slack": self.slack_room.people}
        self.delivery = Delivery(self.store, self.clock, channels)
        self.conversation = Conversation(self.store, self.words, self.clock, self.house, lambda: None, directories)
        self.stage = Stage(self.store, self.words, self.clock, self.house, self.ticker, self.delivery)

    async def settle(self) -> None:
        """Everything that was done is answered, shown and sent, on both."""
        await super().settle()
        if self.bot_token and self.slack_room.inbound is not None:
            await self.slack_room.inbound.idle()
            await self.delivery.deliver()

    async def in_slack(self, name: str, unit: str, locale: str = "da-DK") -> SlackSeat:
        """Somebody who opens Vidsyn in Slack."""
        user = f"U{name.split()[0].upper()}"
        self.slack.add_user(user, name, WORKSPACE, title=unit, tz="Europe/Copenhagen", locale=locale)
        await self.slack.person(user).opens_messages_tab()
        await self.settle()
        person = await self.store.run(lambda work: work.people.at(AddressRow("slack", WORKSPACE, user)))
        assert person is not None
        # Its seat needs of the play what both stages have: the fake, the words, the clock, the store.
        return SlackSeat(cast(SlackPlay, self), person.id, person.name, user)

    async def whereabouts(self) -> dict[str, list[str]]:
        """Whom the house knows, and on which platforms they are reached."""

        def unit(work: Work) -> dict[str, list[str]]:
            rows: list[PersonRow] = work.people.all(work.people.organisations()[0].id)
            return {row.name: [where.channel for where in work.people.addresses(row.id)] for row in rows}

        return await self.store.run(unit)

    async def _end(self) -> None:
        await super()._end()
        if self._slack_runner is not None:
            await self.slack_room.stop()
            await self.slack_room.close()
            await self._slack_runner.cleanup()

    async def close(self) -> None:
        """Lets go of everything."""
        await super().close()
        if self.bot_token:
            await self.slack.stop()


async def town(start: datetime) -> Together:
    """The town on both, with its people in Teams."""
    play = await Together.open(start)
    assert isinstance(play, Together)
    await play.join_slack()
    return play
