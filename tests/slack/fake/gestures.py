"""What people press, fill in, submit and close, and what they then see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.slack.fake import payloads
from tests.slack.fake.answers import after_submission
from tests.slack.fake.forms import Values, chosen, fill, refuse_unfinished, state_of
from tests.slack.fake.things import Channel, Json, Message, NotThere, User, View
from tests.slack.fake.views import close_all, close_top, view_json
from tests.slack.fake.ways import Delivery

if TYPE_CHECKING:
    from tests.slack.fake.slack import FakeSlack


class Gestures:
    """One user's hands. Each gesture returns its Delivery: the request, and the app's answer."""

    def __init__(self, slack: FakeSlack, user: User, team: str) -> None:
        self._slack = slack
        self.user = user
        self.id = user.id
        self.team = team

    @property
    def modal(self) -> View:
        """The modal in front of them."""
        view = self._slack.view_of(self.id)
        if view is None:
            raise NotThere(f"{self.user.real_name} has no modal open.")
        return view

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
        """The modal, with these values filled in; afterwards the screen is as the app's answer says.

        `old`: the modal as it was before, as by a second click; the answer is for the modal as it is now.
        """
        view = view or self.modal
        self._must_show(view, old=old)
        fill(view, view.filled, values or {}, self._people)
        state = state_of(view, view.filled)
        refuse_unfinished(view, state)
        body = self._gesture("view_submission", view.id) | {"view": view_json(self._slack, view, state)}
        delivery = await self._slack.send("interactive", self.team, body | {"response_urls": []})
        after_submission(self._slack, self._slack.views.get(view.id, view), delivery.answer)
        return delivery

    async def closes(self, view: View | None = None, *, everything: bool = False, old: bool = False) -> Delivery | None:
        """The modal; the app hears of it if it asked to. `old`: by a second click, when it is closed already."""
        view = view or self.modal
        self._must_show(view, old=old)
        stack = self._slack.stacks[self.id]
        cleared = everything or bool(view.body.get("clear_on_close")) or len(stack) <= 1
        state = state_of(view, view.filled)
        body = payloads.interaction(self._slack, "view_closed", self.team, self.user)
        body |= {"view": view_json(self._slack, view, state), "is_cleared": cleared}
        if any(each.id == view.id for each in stack):
            (close_all if cleared else close_top)(self._slack, self.id)
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
