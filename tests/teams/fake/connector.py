"""The Bot Connector: what the bot may do with conversations, and what it may know of their members."""

from __future__ import annotations

from tests.teams.fake.activities import card_in, check
from tests.teams.fake.calls import Answer, Asked, Refusal
from tests.teams.fake.limits import Exceeded
from tests.teams.fake.login import CONNECTOR, Tokens
from tests.teams.fake.things import Chat, Json, Posted, User
from tests.teams.fake.world import World

LEAST_ON_PAGE, MOST_ON_PAGE = 50, 500


class Connector:
    """Each method answers one kind of call, or raises Refusal."""

    def __init__(self, world: World, tokens: Tokens) -> None:
        self._world = world
        self._tokens = tokens

    # Writing

    def create(self, asked: Asked) -> Answer:
        """A chat with one person, or a thread in a channel."""
        self._tokens.check(asked, CONNECTOR)
        body = asked.body
        known = {"bot", "members", "isGroup", "tenantId", "channelData", "activity", "topicName"}
        if unknown := sorted(set(body) - known):
            raise Refusal(400, "BadSyntax", f"A conversation has no {', '.join(unknown)}.")
        if body.get("bot", {}).get("id") not in (self._world.app.bot, self._world.app.id):
            raise Refusal(400, "BadSyntax", "The bot is somebody else.")
        return self._thread(body) if body.get("isGroup") else self._personal(body)

    def send(self, asked: Asked) -> Answer:
        """A message or typing in a conversation; in a channel, a new post."""
        chat = self._writable(asked)
        self._check(chat, asked.body)
        if asked.body["type"] == "typing":
            return Answer(201, {"id": ""}, where=chat.id, tenant=chat.tenant)
        _, _, thread = asked.parts["conversation"].partition(";messageid=")
        return self._posted(chat, asked.body, thread)

    def reply(self, asked: Asked) -> Answer:
        """An answer to a message."""
        chat = self._writable(asked)
        self._check(chat, asked.body)
        return self._posted(chat, asked.body, self._root(chat, asked.parts["activity"]))

    def update(self, asked: Asked) -> Answer:
        """Another card in the place of the old one; everybody sees it again."""
        chat = self._writable(asked)
        self._check(chat, asked.body)
        post = self._own(chat, asked.parts["activity"])
        post.card, post.text = card_in(asked.body), str(asked.body.get("text") or "")
        post.summary, post.edited, post.seen = str(asked.body.get("summary") or ""), True, {}
        post.history += [post.card] if post.card else []
        return Answer(200, {"id": post.id}, post.id, chat.id, chat.tenant)

    def delete(self, asked: Asked) -> Answer:
        """A message is taken away."""
        chat = self._writable(asked)
        post = self._own(chat, asked.parts["activity"])
        post.deleted = True
        return Answer(200, {}, post.id, chat.id, chat.tenant)

    # Reading

    def member(self, asked: Asked) -> Answer:
        """One member, by 29: id, aad id or UPN."""
        chat = self._readable(asked)
        user = self._world.find_user(asked.parts["member"], chat.tenant)
        if user is None or user not in self._members(chat):
            raise Refusal(404, "MemberNotFoundInConversation")
        return Answer(200, _member(user), where=chat.id, tenant=chat.tenant)

    def members(self, asked: Asked) -> Answer:
        """The members, page by page."""
        chat = self._readable(asked)
        try:
            size, start = int(asked.query.get("pageSize", "200")), int(asked.query.get("continuationToken", "0"))
        except ValueError:
            raise Refusal(400, "BadArgument", "No such page.") from None
        size = min(max(size, LEAST_ON_PAGE), MOST_ON_PAGE)
        everybody = self._members(chat)
        body: Json = {"members": [_member(user) for user in everybody[start : start + size]]}
        if start + size < len(everybody):
            body["continuationToken"] = str(start + size)
        return Answer(200, body, where=chat.id, tenant=chat.tenant)

    def channels(self, asked: Asked) -> Answer:
        """The channels of a team; the General one has no name."""
        chat = self._readable(asked)
        team = self._world.team_of(chat)
        found = [{"id": id, "name": None if id == team.id else name} for id, name in team.channels.items()]
        return Answer(200, {"conversations": found}, where=team.id, tenant=team.tenant)

    def team(self, asked: Asked) -> Answer:
        """What a team is called."""
        chat = self._readable(asked)
        team = self._world.team_of(chat)
        return Answer(200, {"id": team.id, "name": team.name, "aadGroupId": team.group}, where=team.id)

    # Inside

    def _personal(self, body: Json) -> Answer:
        tenant = body.get("tenantId") or body.get("channelData", {}).get("tenant", {}).get("id")
        members = body.get("members")
        if not isinstance(members, list) or len(members) != 1 or not tenant:
            raise Refusal(400, "BadSyntax", "A chat is with one member of a tenant.")
        if "activity" in body:
            raise Refusal(400, "BadSyntax", "A chat is created first; then something is said in it.")
        name = str(members[0].get("id"))
        user = None if "@" in name else self._world.find_user(name, tenant)
        self._take(f"create {user.aad if user else name}", tenant)
        if user is None:
            raise Refusal(404, "NotFound", "There is no such user.")
        if not user.installed and not user.blocked and tenant not in self._world.disabled:
            raise Refusal(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        chat = self._world.personal(user)
        self._refuse_standing(chat)
        return Answer(201, {"id": chat.id}, chat.id, user.aad, tenant)

    def _thread(self, body: Json) -> Answer:
        chat = self._world.chats.get(str(body.get("channelData", {}).get("channel", {}).get("id")))
        if chat is None or chat.kind != "channel":
            raise Refusal(404, "ConversationNotFound")
        self._take(chat.id, chat.tenant)
        self._refuse_standing(chat)
        activity = body.get("activity")
        if not isinstance(activity, dict):
            raise Refusal(400, "BadSyntax", "A thread begins with an activity.")
        self._check(chat, activity)
        answer = self._posted(chat, activity, "")
        conversation = f"{chat.id};messageid={answer.reference}"
        return Answer(201, {"id": conversation, "activityId": answer.reference}, answer.reference, chat.id, chat.tenant)

    def _posted(self, chat: Chat, activity: Json, root: str) -> Answer:
        id, card = self._world.new_id(), card_in(activity)
        conversation = chat.id if chat.kind == "personal" else f"{chat.id};messageid={root or id}"
        post = Posted(id, conversation, self._world.now, card=card, history=[card] if card else [])
        post.summary, post.text = str(activity.get("summary") or ""), str(activity.get("text") or "")
        if root and chat.kind == "channel":
            above = next((each for each in chat.posts if each.id == root and not each.deleted), None)
            if above is None:
                raise Refusal(404, "ActivityNotFoundInConversation")
            above.replies.append(post)
        else:
            chat.posts.append(post)
        return Answer(201, {"id": id}, id, chat.id, chat.tenant)

    def _check(self, chat: Chat, activity: Json) -> None:
        check(activity, personal=chat.kind == "personal", house_rules=self._world.house_rules)

    def _root(self, chat: Chat, id: str) -> str:
        post = chat.find(id)
        if post is None:
            raise Refusal(404, "ActivityNotFoundInConversation")
        return post.conversation.partition(";messageid=")[2]

    def _own(self, chat: Chat, id: str) -> Posted:
        post = chat.find(id)
        if post is None:
            raise Refusal(404, "ActivityNotFoundInConversation")
        if post.sender:
            raise Refusal(403, "ForbiddenOperationException", "That is somebody else's message.")
        return post

    def _writable(self, asked: Asked) -> Chat:
        return self._chat(asked, reads=False)

    def _readable(self, asked: Asked) -> Chat:
        return self._chat(asked, reads=True)

    def _chat(self, asked: Asked, *, reads: bool) -> Chat:
        self._tokens.check(asked, CONNECTOR)
        chat = self._world.chat(asked.where)
        if chat is None:
            raise Refusal(404, "ConversationNotFound")
        self._take(chat.id, chat.tenant, reads=reads)
        self._refuse_standing(chat)
        return chat

    def _take(self, where: str, tenant: str, *, reads: bool = False) -> None:
        try:
            self._world.limits.take(where, tenant, self._world.now, reads=reads)
        except Exceeded as exceeded:
            after = str(exceeded.wait) if self._world.limits.says_when else None
            raise Refusal(429, "Throttled", "Too many requests.", retry_after=after) from None

    def _refuse_standing(self, chat: Chat) -> None:
        """What is refused because of how things stand in the chat."""
        if chat.tenant in self._world.disabled:
            raise Refusal(403, "BotDisabledByAdmin")
        if chat.kind == "channel" and not self._world.team_of(chat).installed:
            raise Refusal(403, "BotNotInConversationRoster")
        if chat.kind == "personal":
            user = self._world.users[chat.user]
            if user.blocked:
                raise Refusal(403, "ConversationBlockedByUser")
            if not user.installed or user.deleted:
                raise Refusal(403, "MessageWritesBlocked")

    def _members(self, chat: Chat) -> list[User]:
        if chat.kind == "personal":
            return [self._world.users[chat.user]]
        return [self._world.users[aad] for aad in sorted(self._world.team_of(chat).members)]


def _member(user: User) -> Json:
    first, _, rest = user.name.partition(" ")
    return {
        "id": user.id, "name": user.name, "objectId": user.aad, "aadObjectId": user.aad, "givenName": first,
        "surname": rest, "email": user.mail, "userPrincipalName": user.upn, "tenantId": user.tenant,
        "userRole": user.role,
    }  # fmt: skip
