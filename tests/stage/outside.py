"""A host on no platform: Nora of Nav Sandnes, whom HR adds in the match, and the link that HR passes on."""

from __future__ import annotations

import re

from tests.stage.play import PageSeat, Seat, read
from tests.stage.scenes import REASON, ROUND_NAME, Cast, invited, join, leader_prepared, only, prepare

MOVES = {
    "da": "Hvad de gør, når familier flytter",
    "nb": "Hva de gjør når familier flytter",
    "en": "What they do when families move",
}
OUTSIDE = {"da": ("Karen Krog", "Familiehuset"), "nb": ("Nora Nilsen", "Nav Sandnes"), "en": ("Kim King", "Hill House")}
"""A host on no platform who speaks the language of the story."""

SECRET = re.compile(r"/you/([\w-]{43})")


async def asks_nora(here: Cast, language: str = "nb", email: str = "") -> PageSeat:
    """From the open round on: Emil has found Nora himself, Lone supports it, and HR asks her."""
    return await asks(here, "Nora Nilsen", "Nav Sandnes", language, email)


async def asks(here: Cast, name: str, unit: str, language: str, email: str = "") -> PageSeat:
    """The same with a host of another name."""
    await join(here, here.emil)
    await here.emil.fills({"sign.voluntary": "yes"})
    await here.emil.fills({"sign.leader": here.lone.id})
    await here.emil.taps("sign.talked.yes")
    await here.emil.taps("sign.mode.self")
    await here.emil.fills({"sign.self.where": unit})
    await here.emil.fills({"sign.learn": here.said(MOVES)})
    await here.emil.taps("btn.no")
    await here.lone.taps("btn.approve")
    await here.hanne.says("match")
    await here.hanne.taps("btn.find_place", programme=here.said(ROUND_NAME))
    await here.hanne.fills({"match.wish": only(await here.hanne.last(), "match.wish")})
    dates = {"match.start": here.start.isoformat(), "match.end": here.end.isoformat()}
    await here.hanne.fills({"match.form": "form.shadow", **dates})
    await here.hanne.fills({"match.outside": "match.outside.new"})
    who = {"outside.name": name, "outside.language": f"language.{language}"}
    await here.hanne.fills({**who, **({"outside.email": email} if email else {})})
    await here.hanne.taps("btn.send")
    return (await here.play.outside())[0]


async def host_outside(here: Cast) -> None:
    """From the open round on: the host is on no platform, all have said yes, and Emil and Lone have prepared."""
    language = here.play.language
    host = await asks(here, *OUTSIDE[language], language)
    await host.taps("btn.accept")
    await here.lone.taps("btn.approve")
    await here.lone.fills({"lead.prep.justify": here.said(REASON)})
    await invited(here)
    await prepare(here)
    await leader_prepared(here)


async def secrets_of(seat: Seat) -> list[str]:
    """The secrets of all links that somebody got, oldest first."""
    return SECRET.findall("\n".join([read(message) for message in await seat.messages()]))
