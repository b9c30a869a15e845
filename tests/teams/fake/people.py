"""People: what they see, write, press and submit, sent to the bot as Teams sends it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tests.teams.fake import payloads
from tests.teams.fake.cards import leads_to_dialog
from tests.teams.fake.forms import Values, button, gathered, labels, text_of
from tests.teams.fake.replies import after_execute, after_task
from tests.teams.fake.things import Chat, Dialog, Json, NotThere, Posted, User
from tests.teams.fake.ways import Delivery

if TYPE_CHECKING:
    from tests.teams.fake.teams import FakeTeams


class Person:
    """One user's hands and eyes. Each gesture returns its Delivery: the activity, and the bot's answer."""

    def __init__(self, teams: FakeTeams, user: User) -> None:
        self._teams = teams
        self.user = user
        self.aad = user.aad

    # What they see

    @property
    def chat(self) -> Chat:
        """Their conversation with the bot."""
        return self._teams.personal(self.user)

    @property
    def posts(self) -> list[Posted]:
        """What the bot has said in it."""
        return self._teams.posts(self.aad)

    @property
    def last(self) -> Posted:
        """The bot's newest message to them."""
        if not self.posts:
            raise NotThere(f"{self.user.name} has no message.")
        return self.posts[-1]

    @property
    def notes(self) -> list[str]:
        """What was said to them alone, in passing."""
        return self._teams.notes[self.aad]

    @property
    def dialog(self) -> Dialog:
        """The dialog in front of them."""
        dialog = self._teams.open.get(self.aad)
        if dialog is None:
            raise NotThere(f"{self.user.name} has no dialog open.")
        return dialog

    @property
    def dialogs(self) -> list[Dialog]:
        """Every dialog they were shown, in order."""
        return self._teams.dialogs[self.aad]

    def card(self, post: Posted | None = None) -> Json:
        """The card of a message (default: the newest) as they see it."""
        return self._teams.card_of(self.aad, post or self.last)

    def reads(self, post: Posted | None = None) -> str:
        """The words of a message (default: the newest) as they see it."""
        post = post or self.last
        return post.text if post.card is None else text_of(self.card(post))

    def buttons(self, post: Posted | None = None) -> list[str]:
        """What stands on the buttons of a message (default: the newest)."""
        return labels(self.card(post))

    # The app

    async def installs(self, told: Iterable[str] = ("conversationUpdate", "installationUpdate")) -> list[Delivery]:
        """The app for oneself. Both activities come, in any order."""
        self.user.installed, self.user.blocked = True, False
        return [await self._tells_of_install(kind) for kind in told]

    async def uninstalls(self) -> Delivery:
        """The app for oneself; nothing can be sent to them from now on."""
        self.user.installed = False
        self._teams.open.pop(self.aad, None)
        return await self.sends({"type": "installationUpdate", "action": "remove"})

    async def upgrades(self, action: str = "add-upgrade") -> Delivery:
        """A new version of the app came: add-upgrade or remove-upgrade."""
        return await self.sends({"type": "installationUpdate", "action": action})

    def blocks(self) -> None:
        """The bot. It is not told."""
        self.user.blocked = True

    def unblocks(self) -> None:
        """The bot. It is not told."""
        self.user.blocked = False

    # What they write

    async def says(self, text: str, **more: object) -> Delivery:
        """Words in the chat with the bot; `more` are fields of the activity."""
        return await self._says(self.chat, text, "", dict(more))

    async def says_in(self, channel: str, text: str, under: Posted | None = None) -> Delivery:
        """@bot and words in a channel, as a new post or under one."""
        words, entity = payloads.mention(self._teams)
        text = f"{words} {text}".strip()
        html = {"contentType": "text/html", "content": f"<div>{text}</div>"}
        thread = _thread(under) if under else ""
        chat = self._in(channel)
        entities = [payloads.client_info(self.user), entity]
        return await self._says(chat, text, thread, {"entities": entities, "attachments": [html]})

    async def edits(self, delivery: Delivery, text: str) -> Delivery:
        """Words of their own."""
        self._own(delivery).text = text
        data = delivery.activity["channelData"] | {"eventType": "editMessage"}
        return await self._teams.send(delivery.activity | {"type": "messageUpdate", "text": text, "channelData": data})

    async def deletes(self, delivery: Delivery) -> Delivery:
        """Words of their own."""
        self._own(delivery).deleted = True
        data = delivery.activity["channelData"] | {"eventType": "softDeleteMessage"}
        body = {key: value for key, value in delivery.activity.items() if key != "text"}
        return await self._teams.send(body | {"type": "messageDelete", "channelData": data})

    async def reacts(self, post: Posted, reaction: str = "like") -> Delivery:
        """A thumb up, or another."""
        return await self.sends(
            {"type": "messageReaction", "reactionsAdded": [{"type": reaction}], "replyToId": post.id}, post=post
        )

    async def sends(self, raw: Json, *, chat: str = "", post: Posted | None = None) -> Delivery:
        """Any activity; `raw` goes on top of what every activity of theirs holds. None takes a field away."""
        where = self._in(post.conversation if post else chat or self.chat.id)
        thread = _thread(post) if post else ""
        body = payloads.activity(self._teams, self.user, where, str(raw.get("type", "event")), thread=thread) | raw
        return await self._teams.send({key: value for key, value in body.items() if value is not None})

    # What they press

    async def presses(
        self,
        post: Posted,
        title: str,
        inputs: Values | None = None,
        *,
        as_old_client: bool = False,
        screen: Json | None = None,
    ) -> Delivery:
        """A button of a message, with the fields filled in. `screen`: an older card that still stands there."""
        if post.deleted and screen is None:
            raise NotThere("That message is gone.")
        card = screen or self.card(post)
        action = button(card, title)
        if action["type"] == "Action.Execute" and as_old_client:
            action = action["fallback"]
        data = gathered(card, action, inputs)
        if action["type"] == "Action.Execute":
            return await self._executes(post, action, data)
        if action["type"] != "Action.Submit":
            raise NotThere(f"{action['type']} tells the bot nothing.")
        if leads_to_dialog(action):
            return await self._task("task/fetch", data, post)
        if "msteams" in data:
            raise NotThere(f"The fake's people do not know {data['msteams']}.")
        return await self.sends({"type": "message", "id": self._teams.new_id(), "value": data} | _of(post), post=post)

    async def submits(self, title: str, inputs: Values | None = None, *, dialog: Dialog | None = None) -> Delivery:
        """A button of the dialog in front; `dialog`: the one that was there before, as by a second click."""
        shown = dialog or self.dialog
        action = button(shown.card, title)
        if action["type"] != "Action.Submit":
            raise NotThere("A dialog is sent with a plain Action.Submit.")
        return await self._task("task/submit", gathered(shown.card, action, inputs), shown.post)

    def closes(self) -> None:
        """The dialog, with the cross. The bot is not told."""
        if self._teams.open.pop(self.aad, None) is None:
            raise NotThere(f"{self.user.name} has no dialog open.")

    # Inside

    async def _executes(self, post: Posted, action: Json, data: Json) -> Delivery:
        told = {key: action[key] for key in ("type", "id", "title", "verb") if key in action}
        value = {"action": told | {"data": data}, "trigger": "manual"}
        delivery = await self.sends(
            {"type": "invoke", "name": "adaptiveCard/action", "value": value} | _of(post), post=post
        )
        after_execute(self._teams, self.aad, post, delivery.taken)
        return delivery

    async def _task(self, name: str, data: Json, post: Posted) -> Delivery:
        value = {"data": data, "context": {"theme": "default"}}
        delivery = await self.sends({"type": "invoke", "name": name, "value": value} | _of(post), post=post)
        after_task(self._teams, self.aad, post, delivery.taken)
        return delivery

    async def _says(self, chat: Chat, text: str, thread: str, more: Json) -> Delivery:
        id = self._teams.new_id()
        root = thread or (id if chat.kind == "channel" else "")
        body = payloads.activity(self._teams, self.user, chat, "message", thread=root)
        post = Posted(id, body["conversation"]["id"], self._teams.now, self.aad, text=text)
        above = chat.find(thread) if thread else None
        (above.replies if above else chat.posts).append(post)
        return await self._teams.send(body | {"id": id, "text": text, "textFormat": "plain"} | more)

    async def _tells_of_install(self, kind: str) -> Delivery:
        if kind == "installationUpdate":
            return await self.sends({"type": kind, "action": "add"})
        added = [{"id": self._teams.app.bot}]
        return await self.sends({"type": kind, "membersAdded": added})

    def _own(self, delivery: Delivery) -> Posted:
        post = self._in(delivery.activity["conversation"]["id"]).find(delivery.id)
        if post is None or post.sender != self.aad:
            raise NotThere("There are no such words of theirs.")
        return post

    def _in(self, conversation: str) -> Chat:
        if self.user.deleted:
            raise NotThere(f"{self.user.name} is gone.")
        chat = self._teams.place(conversation)
        mine = chat.user == self.aad or (bool(chat.team) and self.aad in self._teams.team_of(chat).members)
        if not mine:
            raise NotThere(f"{self.user.name} is not there.")
        return chat


def _thread(post: Posted) -> str:
    return post.conversation.partition(";messageid=")[2]


def _of(post: Posted) -> Json:
    return {"replyToId": post.id}
