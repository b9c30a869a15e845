"""People: what they see, write and open, sent to the app as Slack sends it."""

from __future__ import annotations

import uuid
from copy import deepcopy
from typing import TYPE_CHECKING

from tests.slack.fake import payloads
from tests.slack.fake.answers import after_command
from tests.slack.fake.forms import state_of
from tests.slack.fake.gestures import Gestures
from tests.slack.fake.things import Json, Message, NotThere, View
from tests.slack.fake.views import view_json
from tests.slack.fake.ways import Answer, Delivery

if TYPE_CHECKING:
    pass


class Person(Gestures):
    """One user in one workspace. Each gesture returns its Delivery: the request, and the app's answer."""

    # What they see

    @property
    def messages(self) -> list[Message]:
        """The conversation with the assistant, as it stands now."""
        return self._slack.messages(self.id)

    @property
    def last(self) -> Message:
        """The assistant's newest message to them."""
        said = self._slack.from_bot(self.id)
        if not said:
            raise NotThere(f"{self.user.real_name} has no message.")
        return said[-1]

    @property
    def home(self) -> View:
        """Their home tab."""
        view = self._slack.home_of(self.id, self.team)
        if view is None:
            raise NotThere("The home tab is empty.")
        return view

    # What they write

    async def types(self, text: str, *, thread: str = "", client_msg_id: str = "", event_id: str = "") -> Delivery:
        """A direct message to the assistant."""
        if not self._slack.app.messages_tab:
            raise NotThere("The messages tab is off.")
        return await self.says(self._im.id, text, thread=thread, client_msg_id=client_msg_id, event_id=event_id)

    async def says(
        self, channel: str, text: str, *, thread: str = "", client_msg_id: str = "", event_id: str = ""
    ) -> Delivery:
        """A message in a channel."""
        where = self._in(channel)
        message = payloads.keep_typed(self._slack, where, self.user, text, thread)
        event = payloads.typed_event(message, where, self.user, client_msg_id or str(uuid.uuid4()))
        return await self._slack.send_event(event, team=where.team, event_id=event_id)

    async def mentions(self, channel: str, text: str = "", *, client_msg_id: str = "", event_id: str = "") -> Delivery:
        """@assistant in a channel."""
        where = self._in(channel)
        bot = self._slack.bots[where.team]
        message = payloads.keep_typed(self._slack, where, self.user, text)
        message.text = f"<@{bot}> {message.text}".strip()
        event = payloads.typed_event(message, where, self.user, client_msg_id or str(uuid.uuid4()))
        del event["channel_type"]
        return await self._slack.send_event({**event, "type": "app_mention"}, team=where.team, event_id=event_id)

    async def edits(self, message: Message, text: str) -> Delivery:
        """Changes an own message."""
        live = self._own(message)
        where = self._slack.channels[live.channel]
        before = payloads.typed_event(deepcopy(live), where, self.user, str(uuid.uuid4()))
        live.text, live.edited = text, self._slack.new_ts()
        after = payloads.typed_event(live, where, self.user, before["client_msg_id"])
        event = {
            "type": "message", "subtype": "message_changed", "hidden": True, "channel": live.channel,
            "channel_type": where.kind, "ts": live.edited, "message": after, "previous_message": before,
        }  # fmt: skip
        return await self._slack.send_event(event, team=where.team)

    async def deletes(self, message: Message) -> Delivery:
        """Takes an own message away."""
        live = self._own(message)
        where = self._slack.channels[live.channel]
        live.deleted = True
        event = {
            "type": "message", "subtype": "message_deleted", "hidden": True, "channel": live.channel,
            "channel_type": where.kind, "ts": self._slack.new_ts(), "deleted_ts": live.ts,
            "previous_message": payloads.typed_event(live, where, self.user, str(uuid.uuid4())),
        }  # fmt: skip
        return await self._slack.send_event(event, team=where.team)

    async def sends_file(self, name: str, text: str = "") -> Delivery:
        """A file into the direct conversation, with or without words."""
        message = payloads.keep_typed(self._slack, self._in(self._im.id), self.user, text)
        event = payloads.typed_event(message, self._im, self.user, str(uuid.uuid4()))
        file = {"id": f"F{self._slack.number():09d}", "name": name, "title": name, "user": self.id}
        return await self._slack.send_event(
            {**event, "subtype": "file_share", "files": [file], "upload": False}, team=self.team
        )

    # What they open

    async def opens_home(self) -> Delivery:
        """The home tab."""
        return await self._opens("home")

    async def opens_messages_tab(self) -> Delivery:
        """The conversation, by hand."""
        return await self._opens("messages")

    async def commands(self, command: str, text: str = "", channel: str = "") -> Delivery:
        """A slash command, in the direct conversation unless a channel is given."""
        if command not in self._slack.app.commands:
            raise NotThere(f"{command} is not a command of the app.")
        if "commands" not in self._slack.token_of(self.team).scopes:
            raise NotThere("Without the scope commands there are none.")
        where = self._in(channel) if channel else self._im
        team = self._slack.teams[self.team]
        form: Json = {
            "token": self._slack.app.verification_token, "team_id": team.id, "team_domain": team.domain,
            "channel_id": where.id, "channel_name": where.name, "user_id": self.id, "user_name": self.user.name,
            "command": command, "text": text, "api_app_id": self._slack.app.id,
            "is_enterprise_install": str(self._slack.token_of(team.id).org_wide).lower(),
            "response_url": self._slack.new_response_url(self.team, where.id, self.id),
            "trigger_id": self._slack.new_trigger(self.id, self.team),
        }  # fmt: skip
        if team.enterprise:
            form |= {"enterprise_id": team.enterprise, "enterprise_name": team.enterprise_name}
        delivery = await self._slack.send("command", self.team, form)
        after_command(self._slack, self.team, where.id, self.id, delivery.answer)
        return delivery

    async def shortcut(self, callback_id: str) -> Delivery:
        """A global shortcut."""
        body = self._gesture("shortcut") | {"callback_id": callback_id, "action_ts": self._slack.new_ts()}
        return await self._slack.send("interactive", self.team, body)

    def _own(self, message: Message) -> Message:
        live = self._live(message)
        if live.user != self.id:
            raise NotThere("That is somebody else's message.")
        return live

    async def _opens(self, tab: str) -> Delivery:
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": self._im.id, "tab": tab}
        view = self._slack.home_of(self.id, self.team)
        if tab == "home" and view is not None:
            event["view"] = view_json(self._slack, view, state_of(view, view.filled))
        return await self._slack.send_event(event, team=self.team)


def answered(delivery: Delivery) -> Answer:
    """The app's answer, which must have come in time."""
    if not delivery.answer.ok:
        raise AssertionError(f"The app answered {delivery.answer.status} {delivery.answer.reason}.")
    return delivery.answer
