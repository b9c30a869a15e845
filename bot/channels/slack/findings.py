"""What each answer of Slack's means to an operator: a fact, or a sentence that says what to mend. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import aiohttp

from bot.channels.slack.asking import BROKEN, NO_SLACK, UNREACHED, Told
from bot.channels.slack.scopes import SCOPES
from bot.doctor import Finding, bad, good

SKEW = timedelta(seconds=60)
"""From here on a clock is wrong. Slack's signatures are worth nothing after 300 seconds."""

INSTALL_AGAIN = (
    "Paste what `.venv/bin/vidsyn manifest slack` prints in the app's settings, App Manifest, and install it again."
)
COPY_BOT = "Copy the Bot User OAuth Token from the app's settings, OAuth & Permissions, to SLACK_BOT_TOKEN."
GENERATE_APP = (
    "Generate one with the scope connections:write in the app's settings, Basic Information, App-Level Tokens, and set "
    "SLACK_APP_TOKEN."
)

_BECAUSE = {
    "invalid_auth": "Slack does not know this token.",
    "not_authed": "Slack does not know this token.",
    "token_revoked": "This token has been revoked: the app was removed, or installed anew.",
    "account_inactive": "The app has been removed there.",
    "token_expired": "This token has expired.",
    UNREACHED: "Slack stopped answering.",
    BROKEN: "Slack itself is in trouble.",
    NO_SLACK: "Something else than Slack answers.",
}
_OF_APP = re.compile(r"xapp-\d+-(A[A-Z0-9]+)-")
PROXY = "Start Vidsyn, and let the proxy pass on everything to HOST and PORT."
_CODE = re.compile(r"[a-z0-9_]{1,60}")
MANY = 200
"""As many channels as are counted."""


def is_unreached(told: Told) -> bool:
    """Whether nobody, or somebody else than Slack, has answered."""
    return told.error in (UNREACHED, NO_SLACK, BROKEN)


def reached(told: Told) -> Finding:
    """Whether Slack answers at all."""
    if told.error == UNREACHED:
        return bad("Slack", "It cannot be reached. Let this machine make https connections to slack.com.")
    if told.error == BROKEN:
        return bad("Slack", "It is in trouble itself. Look at status.slack.com, and try again later.")
    if told.error == NO_SLACK:
        return bad("Slack", "Something else answers in its place. Look at the proxy, and at SLACK_API_URL.")
    return good("Slack", "It answers.")


def clock(theirs: datetime | None, ours: datetime) -> Finding:
    """Whether the two clocks agree."""
    if theirs is None:
        return good("Clock", "Slack did not say the time.")
    off = ours - theirs
    if abs(off) > SKEW:
        ahead = "ahead of" if off > timedelta() else "behind"
        said = f"This machine is {abs(int(off.total_seconds()))} seconds {ahead} Slack, so signatures will fail."
        return bad("Clock", f"{said} Let the machine set its clock by NTP.")
    return good("Clock", "It agrees with Slack's.")


def token(told: Told) -> list[Finding]:
    """Whether the bot token opens its workspace, and what it may do there."""
    if told.error:
        return [bad("Bot token", f"{because(told.error)} {COPY_BOT}")]
    if not told.text("bot_id"):
        return [bad("Bot token", f"This token is a person's. {COPY_BOT}")]
    return [good("Bot token", f"{told.text('team')}, as {told.text('user')}."), scopes(told)]


def scopes(told: Told, what: str = "Scopes") -> Finding:
    """Whether the token may do exactly what the code does."""
    missing, beside = sorted(set(SCOPES) - told.scopes), sorted(told.scopes - set(SCOPES) - {"identify"})
    said = [f"Missing: {', '.join(missing)}."] if missing else []
    said += [f"Not needed: {', '.join(beside)}."] if beside else []
    return bad(what, " ".join([*said, INSTALL_AGAIN])) if said else good(what, "Exactly those that are needed.")


def app_of(told: Told) -> str:
    """The id of the app that a bot user is of; empty when Slack does not say."""
    user = told.data.get("user")
    profile = user.get("profile") if isinstance(user, dict) else None
    app = profile.get("api_app_id") if isinstance(profile, dict) else None
    return app if isinstance(app, str) and not told.error else ""


def socket(told: Told, app_token: str = "", app: str = "") -> Finding:
    """Whether Socket Mode opens, and to the app (its id, where known) that the bot token is of."""
    if told.error:
        return bad("Socket Mode", f"{because(told.error)} {GENERATE_APP}")
    of = _OF_APP.match(app_token)
    if app and of and of[1] != app:
        return bad("Socket Mode", f"SLACK_APP_TOKEN is of another app than SLACK_BOT_TOKEN. {GENERATE_APP}")
    return good("Socket Mode", "It opens.")


def silent(failure: Exception) -> str:
    """Why our own address did not answer, and what to do."""
    if isinstance(failure, aiohttp.ClientConnectorDNSError):
        return "is a name that nobody knows. Put it in the DNS, or mend PUBLIC_URL."
    if isinstance(failure, aiohttp.ClientSSLError):
        return "has a certificate that is not trusted. Slack wants one from a known authority, with its whole chain."
    return f"does not answer ({type(failure).__name__}). {PROXY}"


def channels(told: Told, what: str = "Channels") -> Finding:
    """Whether there is a channel to announce in."""
    found = told.data.get("channels")
    if told.error:
        return bad(what, f"{because(told.error)} {INSTALL_AGAIN}")
    if not found:
        return bad(what, "Vidsyn is in none. Write /invite @Vidsyn in the channel where rounds are announced.")
    return good(what, f"Vidsyn is in {len(found)}{' or more' if len(found) >= MANY else ''}.")


def because(error: str) -> str:
    """Slack's word for an error, as a sentence."""
    return _BECAUSE.get(error) or f"Slack says {error if _CODE.fullmatch(error) else 'something unknown'}."
