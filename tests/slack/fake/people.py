"""People: what they type, press, fill in and open, sent to the app as Slack sends it."""

from __future__ import annotations

import uuid
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from tests.slack.fake import payloads
from tests.slack.fake.answers import after_command, after_submission
from tests.slack.fake.forms import Values, chosen, fill, refuse_unfinished, state_of
from tests.slack.fake.things import Channel, Json, Message, NotThere, User, View
from tests.slack.fake.views import close_all, close_top, view_json
from tests.slack.fake.ways import Answer, Delivery

if TYPE_CHECKING:
    from tests.slack.fake.slack import FakeSlack


class Person:
    """One user in one workspace. Each gesture returns its Delivery: the request, and the app's answer."""

    def __init__(self, slack: FakeSlack, user: User, team: str) -> None:
        self._slack = slack
        self.user = user
        self.id = user.id
        self.team = team

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
    def modal(self) -> View:
        """The modal in front of them."""
        view = self._slack.view_of(self.id)
        if view is None:
            raise NotThere(f"{self.user.real_name} has no modal open.")
        return view

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
        live = next(each for each in self._slack.said[message.channel] if each.ts == message.ts)
        if live.user != self.id:
            raise NotThere("That is somebody else's message.")
        where = self._slack.channels[live.channel]
        before = payloads.typed_event(deepcopy(live), where, self.user, str(uuid.uuid4()))
        live.text, live.edited = text, self._slack.new_ts()
        after = payloads.typed_event(live, where, self.user, before["client_msg_id"])
        event = {
            "type": "message", "subtype": "message_changed", "hidden": True, "channel": live.channel,
            "channel_type": where.kind, "ts": live.edited, "message": after, "previous_message": before,
        }  # fmt: skip
        return await self._slack.send_event(event, team=where.team)

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

    # What they press and fill in

    def fills(self, values: Values, view: View | None = None) -> None:
        """Types and chooses in the modal; nothing is sent."""
        view = view or self.modal
        fill(view, view.filled, values, self._people)

    async def presses(
        self, where: Message | View, what: str, choice: Any = None, *, values: Values | None = None, old: bool = False
    ) -> Delivery:
        """A button (by value, action_id or label) or a select (with `choice`) in a message, modal or home tab.

        `values` are filled in before. `old`: the screen has not been refreshed, so what `where` shows is pressed.
        """
        if isinstance(where, View):
            return await self._presses_in_view(where, what, choice, values or {}, old=old)
        shown = where if old or where.ephemeral_to else self._live(where)
        channel = self._in(shown.channel)
        filled: dict[tuple[str, str], Json] = {}
        fill(shown, filled, values or {}, self._people)
        block, element = payloads.pressed(shown, what)
        self._choose(filled, block, element, choice)
        state = state_of(shown, filled)
        url = self._slack.new_response_url(self.team, channel.id, self.id, shown)
        body = self._gesture("block_actions") | payloads.in_message(self._slack, shown, channel, state, url)
        body["actions"] = [payloads.action(self._slack, block, element, choice, state)]
        return await self._slack.send("interactive", self.team, body)

    async def submits(self, values: Values | None = None, view: View | None = None, *, old: bool = False) -> Delivery:
        """The modal, with these values filled in; afterwards the screen is as the app's answer says."""
        view = view or self.modal
        self._must_show(view, old=old)
        fill(view, view.filled, values or {}, self._people)
        state = state_of(view, view.filled)
        refuse_unfinished(view, state)
        body = self._gesture("view_submission", view.id) | {"view": view_json(self._slack, view, state)}
        delivery = await self._slack.send("interactive", self.team, body | {"response_urls": []})
        after_submission(self._slack, view, delivery.answer)
        return delivery

    async def closes(self, view: View | None = None, *, everything: bool = False) -> Delivery | None:
        """The modal; the app hears of it if it asked to."""
        view = view or self.modal
        self._must_show(view, old=False)
        cleared = everything or bool(view.body.get("clear_on_close")) or len(self._slack.stacks[self.id]) == 1
        state = state_of(view, view.filled)
        body = payloads.interaction(self._slack, "view_closed", self.team, self.user)
        body |= {"view": view_json(self._slack, view, state), "is_cleared": cleared}
        if cleared:
            close_all(self._slack, self.id)
        else:
            close_top(self._slack, self.id)
        if not view.body.get("notify_on_close"):
            return None
        return await self._slack.send("interactive", self.team, body)

    # Inside

    @property
    def _im(self) -> Channel:
        return self._slack.im(self.id, self.team)

    @property
    def _people(self) -> set[str]:
        return {user.id for user in self._slack.users.values() if not user.deleted}

    def _in(self, channel: str) -> Channel:
        found = self._slack.channels[channel]
        if self.user.deleted or self.id not in found.members:
            raise NotThere(f"{self.user.real_name} is not in {found.name}.")
        return found

    def _gesture(self, kind: str, view: str = "") -> Json:
        if self.user.deleted:
            raise NotThere(f"{self.user.real_name} is deactivated.")
        trigger = self._slack.new_trigger(self.id, self.team, view)
        return payloads.interaction(self._slack, kind, self.team, self.user, trigger)

    def _live(self, message: Message) -> Message:
        for live in self._slack.said[message.channel]:
            if live.ts == message.ts and not live.deleted:
                return live
        raise NotThere("That message is gone.")

    def _must_show(self, view: View, *, old: bool) -> None:
        if view.user != self.id:
            raise NotThere("That is somebody else's screen.")
        at_home = self._slack.homes.get((view.team, self.id)) is view
        if not old and not at_home and self._slack.view_of(self.id) is not view:
            raise NotThere("That modal is not in front.")

    def _choose(self, filled: dict[tuple[str, str], Json], block: Json, element: Json, choice: Any) -> None:
        if element["type"] not in ("button", "overflow") and choice is not None:
            filled[block["block_id"], element["action_id"]] = chosen(element, choice, self._people)

    async def _opens(self, tab: str) -> Delivery:
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": self._im.id, "tab": tab}
        view = self._slack.home_of(self.id, self.team)
        if tab == "home" and view is not None:
            event["view"] = view_json(self._slack, view, state_of(view, view.filled))
        return await self._slack.send_event(event, team=self.team)

    async def _presses_in_view(self, view: View, what: str, choice: Any, values: Values, *, old: bool) -> Delivery:
        self._must_show(view, old=old)
        fill(view, view.filled, values, self._people)
        block, element = payloads.pressed(view, what)
        self._choose(view.filled, block, element, choice)
        state = state_of(view, view.filled)
        of_modal = view.id if view.body["type"] == "modal" else ""
        body = self._gesture("block_actions", of_modal) | payloads.in_view(self._slack, view, state)
        body["actions"] = [payloads.action(self._slack, block, element, choice, state)]
        return await self._slack.send("interactive", self.team, body)


def answered(delivery: Delivery) -> Answer:
    """The app's answer, which must have come in time."""
    if not delivery.answer.ok:
        raise AssertionError(f"The app answered {delivery.answer.status} {delivery.answer.reason}.")
    return delivery.answer
