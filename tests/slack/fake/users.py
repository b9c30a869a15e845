"""users.info, users.profile.get, team.profile.get, team.info: who people are."""

from __future__ import annotations

from tests.slack.fake.calls import Call, Refusal
from tests.slack.fake.things import Json, Token, User
from tests.slack.fake.world import World


def info(call: Call) -> Json:
    """users.info"""
    user = call.user()
    return {"user": user_json(call, user, locale=call.flag("include_locale"))}


def profile_get(call: Call) -> Json:
    """users.profile.get: custom fields are there for full members of the own workspace."""
    user = call.user()
    profile = _profile(call, user)
    profile["fields"] = {
        key: {"value": value, "alt": "", **({"label": _label(call, user, key)} if call.flag("include_labels") else {})}
        for key, value in user.fields.items()
    }
    return {"profile": profile}


def team_profile_get(call: Call) -> Json:
    """team.profile.get: which custom fields a profile has."""
    fields = list(call.world.teams[_team(call)].profile_fields.values())
    return {"profile": {"fields": fields, "sections": []}}


def team_info(call: Call) -> Json:
    """team.info"""
    asked = call.text("team") or _team(call)
    team = call.world.teams.get(asked)
    if team is None or asked not in call.token.teams:
        raise Refusal("team_not_found")
    more = {"enterprise_id": team.enterprise, "enterprise_name": team.enterprise_name} if team.enterprise else {}
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "", **more}}


def user_json(call: Call, user: User, *, locale: bool = False) -> Json:
    """A user object as in answers and events."""
    result: Json = {
        "id": user.id,
        "team_id": user.team,
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "profile": _profile(call, user),
        "updated": int(call.world.now.timestamp()),
    }
    if not user.deleted:
        result |= {
            "tz": user.tz,
            "tz_label": user.tz,
            "tz_offset": user.tz_offset,
            "is_admin": user.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": user.is_restricted,
            "is_ultra_restricted": user.is_ultra_restricted,
        }
    if user.team not in call.token.teams:
        result["is_stranger"] = True
    if locale and not user.deleted:
        result["locale"] = user.locale
    return result


def seen_by(world: World, token: Token, user: User) -> Json:
    """The user object as an event brings it to the holder of this token."""
    return user_json(Call(world, "event", {}, token), user, locale=True)


def _profile(call: Call, user: User) -> Json:
    profile: Json = {
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "title": user.title,
        "team": user.team,
    }
    if user.is_bot:
        profile["api_app_id"] = call.world.app.id
    if "users:read.email" in call.token.scopes and not user.is_bot and user.team in call.token.teams:
        profile["email"] = user.email
    return profile


def _label(call: Call, user: User, key: str) -> str:
    return str(call.world.teams[user.team].profile_fields.get(key, {}).get("label", ""))


def _team(call: Call) -> str:
    if call.team not in call.world.teams:
        raise Refusal("missing_argument", ["team_id"])
    return call.team
