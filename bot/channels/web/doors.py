"""Doors without a lock open on this machine only: nobody proves who they are at the playground."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MOST_BYTES = 256 * 1024
"""A body larger than this is refused before it is read to the end."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?", re.IGNORECASE)

ELSEWHERE = "This page is open on the machine it runs on only. Ask for it as http://127.0.0.1 or http://localhost."
FORWARDED = "This page has no lock, so it answers no forwarded requests. Open it directly, without a proxy."
FOREIGN = "Another web page sent this request. Use the page itself."


class OpenDoor(ValueError):
    """A door without a lock would be open to other machines."""


def is_loopback(name: str) -> bool:
    """Whether a host name without a port means this machine."""
    bare = name.removeprefix("[").removesuffix("]") if name.startswith("[") else name
    if bare.lower() == "localhost":
        return bare == name
    try:
        address = ip_address(bare)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def check_host(host: str) -> None:
    """Raises OpenDoor unless a server that listens on `host` is reached from this machine only."""
    if not is_loopback(host):
        raise OpenDoor(
            f"The playground and the anonymous mode have no lock, so they run on this machine only. "
            f"HOST is {host!r}: set it to 127.0.0.1, or configure Slack or Teams instead."
        )


def refusal(request: web.BaseRequest) -> str:
    """Why the request may not come in, as a sentence; empty when it may."""
    if any(name.lower() == "forwarded" or name.lower().startswith("x-forwarded") for name in request.headers):
        return FORWARDED
    hosts = request.headers.getall("Host", [])
    matched = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if matched is None or not is_loopback(matched[1]) or not _is_near(request.remote):
        return ELSEWHERE
    return FOREIGN if is_foreign(request, hosts[0]) else ""


def _is_near(remote: str | None) -> bool:
    # A Unix socket and a test have no address; a proxy on another machine has one.
    return not remote or is_loopback(remote)


def is_foreign(request: web.BaseRequest, *hosts: str) -> bool:
    """Whether a browser says that another site's page asks. Programs that are no browser say nothing."""
    site = request.headers.get("Sec-Fetch-Site", "")
    origin = request.headers.get("Origin")
    if request.method in {"GET", "HEAD"}:
        # A link from elsewhere may lead here; a script or a frame from elsewhere may not look in.
        return site in {"cross-site", "same-site"} and request.headers.get("Sec-Fetch-Dest") != "document"
    if site not in {"", "same-origin"}:
        return True
    return origin is not None and not _same(origin, hosts)


def _same(origin: str, hosts: Collection[str]) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.netloc.lower() in {host.lower() for host in hosts}


@web.middleware
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lets in what comes from this machine's own browser or programs, and says why not to the rest."""
    sentence = refusal(request)
    if sentence:
        return web.Response(status=403, text=sentence, headers={**HEADERS, "Cache-Control": "no-store"})
    return await handler(request)


@web.middleware
async def careful(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Puts the security headers on every answer, refusals too."""
    try:
        response = await handler(request)
    except web.HTTPException as refused:
        response = refused
    if not response.prepared:
        response.headers.update(HEADERS)
        response.headers.setdefault("Cache-Control", "no-store")
    if isinstance(response, web.HTTPException):
        raise response
    return response


DOORS: tuple[Middleware, ...] = (careful, loopback_only)
"""In this order around everything that has no lock."""
