"""Microsoft Graph: who somebody is, and who leads them."""

from __future__ import annotations

from tests.teams.fake.calls import Answer, Asked, Refusal
from tests.teams.fake.login import GRAPH, Token, Tokens
from tests.teams.fake.things import Json, User
from tests.teams.fake.world import World

STANDARD = (
    "businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname "
    "userPrincipalName id"
).split()


class Graph:
    """Answers for users of the token's tenant, where an administrator has consented."""

    def __init__(self, world: World, tokens: Tokens) -> None:
        self._world = world
        self._tokens = tokens

    def user(self, asked: Asked) -> Answer:
        """/v1.0/users/{id or UPN}"""
        token, user = self._asked_for(asked)
        return Answer(200, self._shown(asked, token, user), tenant=token.tenant)

    def manager(self, asked: Asked) -> Answer:
        """/v1.0/users/{id or UPN}/manager"""
        token, user = self._asked_for(asked)
        manager = self._world.users.get(user.manager)
        if manager is None or manager.deleted:
            raise Refusal(404, "Request_ResourceNotFound", "Resource 'manager' does not exist.")
        body = {"@odata.type": "#microsoft.graph.user"} | self._shown(asked, token, manager)
        return Answer(200, body, tenant=token.tenant)

    def organization(self, asked: Asked) -> Answer:
        """/v1.0/organization"""
        token = self._consented(asked)
        shown = {"displayName": self._world.tenants[token.tenant], "id": token.tenant}
        wanted = [each.strip() for each in asked.query.get("$select", "displayName,id").split(",")]
        if set(asked.query) - {"$select"} or set(wanted) - set(shown):
            raise Refusal(400, "BadRequest", "Nothing is known of that.")
        return Answer(200, {"value": [{name: shown[name] for name in wanted}]}, tenant=token.tenant)

    def _consented(self, asked: Asked) -> Token:
        token = self._tokens.check(asked, GRAPH)
        if token.tenant not in self._world.consent:
            raise Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
        return token

    def _asked_for(self, asked: Asked) -> tuple[Token, User]:
        token = self._consented(asked)
        name = asked.parts["user"]
        user = None if name.startswith("29:") else self._world.find_user(name, token.tenant)
        if user is None:
            raise Refusal(404, "Request_ResourceNotFound", f"Resource '{name}' does not exist.")
        return token, user

    def _shown(self, asked: Asked, token: Token, user: User) -> Json:
        if unknown := set(asked.query) - {"$select"}:
            raise Refusal(400, "BadRequest", f"Nothing is known of {', '.join(unknown)}.")
        everything = _properties(user)
        wanted = [each.strip() for each in asked.query.get("$select", ",".join(STANDARD)).split(",")]
        if wrong := [each for each in wanted if each not in everything]:
            raise Refusal(400, "BadRequest", f"Could not find a property named '{wrong[0]}'.")
        return {"@odata.context": "$metadata#users/$entity"} | {name: everything[name] for name in wanted}


def _properties(user: User) -> Json:
    first, _, rest = user.name.partition(" ")
    return {
        "id": user.aad, "displayName": user.name, "givenName": first, "surname": rest or None,
        "jobTitle": user.title or None, "department": user.department or None, "mail": user.mail or None,
        "userPrincipalName": user.upn, "preferredLanguage": user.locale or None, "accountEnabled": not user.deleted,
        "userType": "Guest" if user.guest else "Member", "businessPhones": [], "mobilePhone": None,
        "officeLocation": None,
    }  # fmt: skip
