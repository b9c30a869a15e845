"""Points beside the story: what has happened by a scene of it, and what is different here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from bot.turns.people import Following
from dialogs.model import Value
from storage.records import new_id
from storage.store import Work
from tests.stage.beforehand import agree, cadence, choose, written_before
from tests.stage.others import answers, others
from tests.stage.outside import host_outside
from tests.stage.play import Seat
from tests.stage.scenes import Cast, Scene, leader_prepared, play_to, prepare
from tests.stage.stays import STAYS

SPARRING: Final = "2026-05-12"


async def pack_chosen(here: Cast) -> None:
    """HR has switched on three more questions; one of them comes the next day."""
    await choose(here, prompts=["log.opt.dilemma", "log.opt.role", "log.opt.lead"])
    await written_before(here, date(2026, 5, 7))


async def hard_day(here: Cast) -> None:
    """The day's score has been cleared and switched on; the one before was low, and it is asked again the next day."""
    await choose(here, prompts=["log.deep.wellbeing"], representatives_cleared=True)
    await cadence(here, "every")
    await written_before(here, date(2026, 5, 15), log__deep__wellbeing="scale.day.2")


async def part_time(here: Cast) -> None:
    """Emil is away on Tuesdays and Thursdays; the next day is the first Thursday, and he is asked about two jobs."""
    await prepare(here, prep__days=[f"2026-05-{day}" for day in ("05", "07", "12", "19", "21")])
    await leader_prepared(here)
    await written_before(here, date(2026, 5, 7))


async def calls_agreed(here: Cast) -> None:
    """Lone has agreed to call every week, and to call the host's leader on a day; Emil wants no logbook."""
    await agree(here, here.lone, {"lead.prep.contact": "lead.prep.contact.weekly"}, "J")
    await agree(here, here.lone, {"lead.prep.contact.hostleader": "2026-05-13"}, "L")
    await cadence(here, "none")
    await here.at(here.start, 12)


async def two_leaders(here: Cast) -> None:
    """Vera is the leader of one more exchange in the round; both leaders have suggested the same day."""
    emil, vera, hanne = [await seat.person() for seat in (here.emil, here.vera, here.hanne)]

    def unit(work: Work) -> None:
        (exchange,) = work.exchanges.of_employee(emil.id)
        work.exchanges.add(replace(exchange, id=new_id(), sign_up="", employee=hanne.id, leader=vera.id, host=""))

    await here.play.store.run(unit)
    for leader in (here.lone, here.vera):
        await agree(here, leader, {"lead.prep.sparring": SPARRING}, "H")


async def rotation(here: Cast) -> None:
    """The round has rotation, and Lone supports Emil's wish."""
    hanne = await here.hanne.person()

    def unit(work: Work) -> None:
        row = work.rounds.all(hanne.organisation)[-1]
        work.rounds.update(replace(row, forms=(*row.forms, "form.rotation")))

    await here.play.store.run(unit)
    await here.lone.taps("btn.approve")


COACH: Final = {"da": "Kim Krog", "nb": "Kim Krogh", "en": "Kim Clarke"}


async def with_a_coach(here: Cast) -> None:
    """HR has named Kim a coach."""
    kim = await here.play.add(here.said(COACH), "employee", here.said(STAFF), here.play.language)
    await choose(here, coaches=[kim.id])


STAFF: Final = {"da": "Personale", "nb": "Personal", "en": "Staff"}


async def four_evaluated(here: Cast) -> None:
    """Four others have answered the evaluation; Emil has been asked."""
    day = here.end + timedelta(days=1)
    for each in await others(here, 4):
        given: dict[str, Value] = {"eval.emp.worth": "scale.agree.5", "eval.emp.recommend": 9}
        await answers(here, each.employee, each.exchange.id, "eval.emp", given, day)
    await here.at(here.end + timedelta(days=4), 12)


async def account(here: Cast, who: Seat, *, active: bool) -> None:
    """The platform says that somebody's account is gone, or is back."""
    where = (await here.play.store.run(lambda work: work.people.addresses(who.id)))[0]
    follow = Following(here.play.store, here.play.words, here.play.clock, here.play.house)
    await follow(where, name="", zone="", active=active)
    await here.play.delivery.deliver()


async def leader_gone(here: Cast) -> None:
    """Lone has left, and her account with her; Emil has just been asked who leads now."""
    await account(here, here.lone, active=False)
    await here.play.until(here.play.clock.now() + timedelta(minutes=5))


STORY: Final = {
    "da": "Jeg så dem fordele opkald hver morgen. Mit råd er at spørge, hvordan de begyndte.",
    "nb": "Jeg så dem fordele telefonene hver morgen. Rådet mitt er å spørre hvordan de begynte.",
    "en": "I saw them share out the calls each morning. My advice is to ask how they began.",
}


async def story_told(here: Cast) -> None:
    """Emil has told his story with his name, and will answer questions."""
    await here.emil.taps("btn.story")
    await here.emil.taps("story.ask.named")
    await here.emil.fills({"story.write": here.said(STORY)})
    await here.emil.taps("btn.yes")
    await here.emil.taps("btn.send")


async def story_two_years_old(here: Cast) -> None:
    """Two years later; the next day Emil is asked whether others may still learn from it."""
    await story_told(here)
    await here.at(date(2028, 5, 7), 12)


ASIDES: Final[dict[str, tuple[str, Scene]]] = {
    "pack chosen": ("prepared", pack_chosen),
    "hard day": ("prepared", hard_day),
    "part-time": ("invited", part_time),
    "calls agreed": ("prepared", calls_agreed),
    "rotation": ("signed up", rotation),
    "story told": ("debriefed", story_told),
    "story two years old": ("debriefed", story_two_years_old),
    "two leaders": ("prepared", two_leaders),
    "coach": ("prepared", with_a_coach),
    "coach after": ("finished", with_a_coach),
    "leader gone": ("prepared", leader_gone),
    "four evaluated": ("debrief", four_evaluated),
    "host outside": ("round open", host_outside),
    **STAYS,
}
"""Each with the scene it stands on."""


async def play_aside(here: Cast, name: str) -> None:
    """Plays the story up to a scene or to a point beside it."""
    scene, act = ASIDES.get(name, (name, None))
    await play_to(here, scene)
    if act is not None:
        await act(here)
