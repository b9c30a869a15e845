"""What each answer of Microsoft's means to an operator: a fact, or a sentence that says what to mend. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

from bot.channels.teams.calls import Answer, Fate
from bot.channels.teams.hosts import PrivateAddress
from bot.channels.teams.login import NoToken
from bot.channels.teams.settings import APP, SECRET, TENANT, Teams
from bot.doctor import Finding, advice, bad, good

SKEW = timedelta(seconds=60)
"""From here on a clock is wrong. Microsoft's tokens are worth nothing after 300 seconds."""

_REGISTRATION = "the app registration in the Entra admin center"
_NEW_SECRET = f"Make a new one there, Certificates & secrets, and set {SECRET} to its Value, not its ID."
_SECRET = f"Microsoft does not take the secret. Compare {SECRET} with {_REGISTRATION}. {_NEW_SECRET}"
_APP = f"Microsoft knows no such app in this tenant. Compare {APP} and {TENANT} with {_REGISTRATION}, Overview."
_TENANT = f"Microsoft knows no such tenant. Compare {TENANT} with {_REGISTRATION}, Overview."
_REFUSED = {
    "login_invalid_client": _SECRET,
    "login_AADSTS7000215": _SECRET,
    "login_AADSTS7000222": f"The secret has ended. In {_REGISTRATION}: {_NEW_SECRET}",
    "login_unauthorized_client": _APP,
    "login_AADSTS700016": _APP,
    "login_AADSTS7000229": f"The app has no enterprise application in this tenant. {_APP}",
    "login_AADSTS7000112": "The app is disabled in this tenant: let it sign in again, in Enterprise applications.",
    "login_invalid_request": _TENANT,
    "login_AADSTS90002": _TENANT,
    "login_AADSTS900023": _TENANT,
}
_IDENTITY = (
    f"Assign the user-assigned identity to this machine, and compare {APP} with the identity's Client ID; or, outside "
    f"Azure, make the bot SingleTenant, with a secret."
)
_NOT_THERE = frozenset(
    {"BotNotInConversationRoster", "ConversationBlockedByUser", "MessageWritesBlocked", "ForbiddenOperationException"}
)
"""Refused because of the chat, and not because of who we are."""

_NO_SUCH_USER = "Request_ResourceNotFound"
_HOW = "docs/teams.md says how to give it."
_START = "Start Vidsyn, and let the proxy pass on POST requests for /api/messages to HOST and PORT."


@dataclass(frozen=True)
class Told:
    """What somebody answered, or why nobody did."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    failure: Exception | None = None

    @property
    def date(self) -> datetime | None:
        """The time there, aware."""
        try:
            moment = parsedate_to_datetime(self.headers["Date"])
        except (KeyError, ValueError):
            return None
        return moment if moment.tzinfo else None


def anonymous(teams: Teams) -> Finding:
    """What it means that nobody proves who they are."""
    said = (
        "TEAMS_DANGEROUSLY_ANONYMOUS lets in everybody on this machine as whoever they say they are. It is for the "
        f"Agents Playground, at {', '.join(sorted(teams.near))}; remove it for Teams itself."
    )
    return advice("Door", said)


def reached(told: Told, teams: Teams) -> Finding:
    """Whether Microsoft answers at all."""
    host = urlsplit(teams.openid).netloc
    if told.failure is not None:
        return bad("Microsoft", f"{host} {silent(told.failure)}")
    if told.status >= 500:
        return bad("Microsoft", f"{host} is in trouble itself (status {told.status}). Try again later.")
    if told.status != 200:
        return bad(
            "Microsoft",
            f"Something else answers at {host} (status {told.status}). Look at the proxy, and at "
            "TEAMS_OPENID_METADATA_URL.",
        )
    return good("Microsoft", "It answers.")


def silent(failure: Exception) -> str:
    """Why a host of Microsoft's did not answer, and what to do."""
    match failure:
        case aiohttp.InvalidURL():
            return "cannot be asked for: HTTPS_PROXY is no address. Write it like http://proxy.example.dk:8080."
        case aiohttp.ClientHttpProxyError():
            return f"is not let through by the proxy (status {failure.status}). Have this host allowed there."
        case aiohttp.ClientProxyConnectionError():
            return "cannot be asked for: the proxy does not answer. Look at HTTPS_PROXY."
        case aiohttp.ClientSSLError():
            return (
                "shows a certificate that is not trusted, so somebody in between opens what is sent. Have this host "
                "left alone there, or let this machine trust that authority."
            )
        case PrivateAddress():
            return "leads to a private address. Look at this network's DNS."
        case _:
            return "cannot be reached. Let this machine make https connections to it, or set HTTPS_PROXY."


def clock(theirs: datetime | None, ours: datetime) -> Finding:
    """Whether the two clocks agree."""
    if theirs is None:
        return good("Clock", "Microsoft did not say the time.")
    off = ours - theirs
    if abs(off) > SKEW:
        ahead = "ahead of" if off > timedelta() else "behind"
        said = f"This machine is {abs(int(off.total_seconds()))} seconds {ahead} Microsoft, and tokens bear 300."
        return bad("Clock", f"{said} Let the machine set its clock by NTP.")
    return good("Clock", "It agrees with Microsoft's.")


def keys(ready: bool) -> Finding:
    """Whether it can be told who signed what comes in."""
    if not ready:
        said = "What Microsoft signs with could not be fetched, so nobody from Teams gets in."
        return bad("Signatures", f"{said} Look at the proxy: it must not change what Microsoft answers.")
    return good("Signatures", "The keys that Microsoft signs with are there.")


def login(no: NoToken | None, teams: Teams) -> Finding:
    """Whether the login service, or the machine, takes us for who we are."""
    if no is None:
        return good("Login", "Microsoft gives Vidsyn a token.")
    if teams.kind == "UserAssignedMSI":
        said = "This machine hands out no tokens" if no.later else "This machine has no such identity"
        return bad("Login", f"{said} ({no.reason}). {_IDENTITY}")
    if no.later:
        host = urlsplit(teams.login).netloc
        return bad("Login", f"{host} gives no token now ({no.reason}). Let this machine make https connections to it.")
    return bad("Login", _REFUSED.get(no.reason) or f"Microsoft refuses ({no.reason}). {_APP} {_SECRET}")


def nobody_there() -> Finding:
    """Nothing is known that Teams could be asked for."""
    said = "Not tried: no chat and no team is known yet. Install Vidsyn in Teams, write hej to it, and look again."
    return advice("Sending", said)


def sending(answer: Answer, what: str = "Sending") -> Finding:
    """Whether Teams takes our token."""
    if answer.done or answer.code in _NOT_THERE or answer.status == 404 or answer.fate is Fate.LIMITED:
        return good(what, "Teams takes Vidsyn's token.")
    if answer.code == "wrong_host":
        said = "Teams gave an address that is on no host which Vidsyn sends to."
        return bad(what, f"{said} If it is a new one of Microsoft's, add it to TEAMS_SERVICE_HOSTS.")
    if answer.code == "BotDisabledByAdmin":
        return bad(what, "An administrator has blocked Vidsyn. Teams admin center, Manage apps: allow it.")
    if answer.status in (401, 403):
        said = f"Teams does not take Vidsyn's token ({answer.code})."
        return bad(what, f"{said} Compare the App ID, type and tenant of the Azure Bot with {APP} and {TENANT}.")
    said = f"Teams does not answer ({answer.code})."
    return bad(what, f"{said} Let this machine make https connections to its hosts; docs/teams.md names them.")


def people(answer: Answer) -> Finding:
    """Whether people may be looked up in the directory. `answer` is about a user that there is not."""
    what = "User.Read.All"
    if answer.done or answer.code == _NO_SUCH_USER:
        return good(what, "It is given: names, departments and leaders come from the directory.")
    if _is_refused(answer):
        return advice(what, f"It is not given, so employees are asked who leads them. {_HOW}")
    return _unanswered(what, answer)


def organisation(answer: Answer) -> Finding:
    """Whether the name of the organisation may be looked up."""
    what = "Organization.Read.All"
    if answer.done:
        return good(what, "It is given: the organisation goes by its name in Microsoft 365.")
    if _is_refused(answer):
        return advice(what, f"It is not given, so the organisation goes by its tenant's id. {_HOW}")
    return _unanswered(what, answer)


def _is_refused(answer: Answer) -> bool:
    return answer.status in (401, 403) or answer.fate is Fate.LOCKED_OUT


def _unanswered(what: str, answer: Answer) -> Finding:
    said = f"Microsoft Graph does not say ({answer.code}). Vidsyn runs without it; if it is to look people up, let this"
    return advice(what, f"{said} machine make https connections to Graph.")


def address(told: Told, url: str) -> Finding:
    """Whether our door stands at the public address. `url` is empty when none is set."""
    if not url:
        return bad("Address", "PUBLIC_URL is not set. Set it to the address that Teams reaches Vidsyn at.")
    if told.failure is not None:
        return bad("Address", f"{url} {_unheard(told.failure)}")
    if told.status == 401 and "WWW-Authenticate" in told.headers:
        return bad("Address", f"Something before {url} asks for a password. Let it pass on what Teams sends.")
    if told.status != 401:
        return bad("Address", f"{url} is answered by something else (status {told.status}). {_START}")
    return good("Address", f"{url} answers, at least from here. It is the messaging endpoint of the Azure Bot.")


def _unheard(failure: Exception) -> str:
    """Why our own address did not answer, and what to do."""
    if isinstance(failure, aiohttp.ClientConnectorDNSError):
        return "is a name that nobody knows here. Put it in the DNS, or mend PUBLIC_URL."
    if isinstance(failure, aiohttp.ClientSSLError):
        return "has a certificate that is not trusted. Teams wants one from a known authority, with its whole chain."
    return (
        f"does not answer from here ({type(failure).__name__}). {_START} Some networks do not let their own machines "
        "in by the public address: then try it from outside."
    )


def link(teams: Teams) -> Finding:
    """Whether people who have not got the app can be shown the way."""
    if teams.link:
        return good("Link", "People who have not got Vidsyn get the link to it.")
    said = f"TEAMS_APP_LINK is not set, so people who have not got Vidsyn are told to look in {teams.way_in}."
    return advice("Link", f"{said} docs/teams.md says where the link is.")
