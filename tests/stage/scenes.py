"""Named points of an exchange to begin a test at, each reached by playing all that comes before it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.channel import Message
from bot.planning import worker
from bot.programme.calendar import working_day_after
from dialogs.model import Raw
from tests.stage.play import Play, Seat

MORNING: Final = datetime(2026, 4, 13, 7, 0, tzinfo=UTC)
"""A Monday at nine o'clock in Copenhagen: when every story begins."""

GOAL: Final = {
    "da": "Jeg vil kunne skrive en indberetning, der kan bruges med det samme",
    "nb": "Jeg vil kunne skrive en melding som kan brukes med en gang",
    "en": "I want to be able to write a report that can be used at once",
}
SIGN: Final = {
    "da": "De ringer ikke tilbage med spørgsmål",
    "nb": "De ringer ikke tilbake med spørsmål",
    "en": "They do not call back with questions",
}
WISH: Final = {
    "da": "Hvad de har brug for at vide fra os",
    "nb": "Hva de trenger å vite fra oss",
    "en": "What they need to know from us",
}
PLACE: Final = {
    "da": "Familieafdelingen, for de får vores indberetninger",
    "nb": "Familieavdelingen, for de får meldingene våre",
    "en": "The family department, for they get our reports",
}
SHOW: Final = {
    "da": "Følge en sag fra indberetning til møde",
    "nb": "Følge en sak fra melding til møte",
    "en": "Follow a case from report to meeting",
}
WHY: Final = {
    "da": "De modtager jeres indberetninger",
    "nb": "De mottar meldingene deres",
    "en": "They receive your reports",
}
REASON: Final = {
    "da": "Vi bruger lang tid på indberetninger. Vi vil blive bedre til at skrive dem.",
    "nb": "Vi bruker lang tid på meldinger. Vi vil bli bedre til å skrive dem.",
    "en": "We spend a long time on reports. We want to get better at writing them.",
}
EXPECT: Final = {
    "da": "At de har travlt. Alle siger, at de aldrig svarer",
    "nb": "At de har det travelt. Alle sier at de aldri svarer",
    "en": "That they are busy. Everybody says that they never answer",
}
MOST_QUESTIONS: Final = 60
"""More than the longest conversation asks."""

ROUND_NAME: Final = {"da": "Jobbytte forår", "nb": "Jobbytte vår", "en": "Job exchange spring"}
NOTES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "da": {
        "log.core.what": (
            "De tager ti minutter om morgenen til at fordele opkaldene",
            "En mor kom uanmeldt, og alle vidste, hvad de skulle gøre",
            "De læste en af vores indberetninger højt",
            "Frokosten er det sted, hvor de svære sager bliver vendt",
            "De ringer altid til os om fredagen",
        ),
        "log.core.sowhat": ("At vi kunne gøre det samme", "At de har øvet sig"),
        "log.core.nowwhat": ("Spørge, hvordan de kom i gang", "Fortælle om det på mandag"),
        "log.first.wonder": ("Hvem bestemmer rækkefølgen?",),
        "log.deep.prejudice": ("At de svarer, når de kan",),
        "log.last.unforget": ("Morgenmødet",),
        "log.last.changed": ("Telefonerne",),
        "log.last.gift": ("De siger tak til hinanden",),
    },
    "nb": {
        "log.core.what": (
            "De bruker ti minutter om morgenen på å fordele telefonene",
            "En mor kom uten avtale, og alle visste hva de skulle gjøre",
            "De leste en av meldingene våre høyt",
            "I lunsjen blir de vanskelige sakene snakket om",
            "De ringer alltid til oss på fredager",
        ),
        "log.core.sowhat": ("At vi kunne gjøre det samme", "At de har øvd seg"),
        "log.core.nowwhat": ("Spørre hvordan de kom i gang", "Fortelle om det på mandag"),
        "log.first.wonder": ("Hvem bestemmer rekkefølgen?",),
        "log.deep.prejudice": ("At de svarer når de kan",),
        "log.last.unforget": ("Morgenmøtet",),
        "log.last.changed": ("Telefonene",),
        "log.last.gift": ("De takker hverandre",),
    },
    "en": {
        "log.core.what": (
            "They take ten minutes in the morning to share out the calls",
            "A mother came without an appointment, and all knew what to do",
            "They read one of our reports aloud",
            "Over lunch the hard cases are talked through",
            "They always call us on Fridays",
        ),
        "log.core.sowhat": ("That we could do the same", "That they have practised"),
        "log.core.nowwhat": ("Ask how they got started", "Tell about it on Monday"),
        "log.first.wonder": ("Who decides the order?",),
        "log.deep.prejudice": ("That they answer when they can",),
        "log.last.unforget": ("The morning meeting",),
        "log.last.changed": ("The telephones",),
        "log.last.gift": ("They thank each other",),
    },
}
"""What Emil writes in his logbook, question by question; day by day the next of them."""


@dataclass
class Cast:
    """The people of a story and the dates of its exchange."""

    play: Play
    hanne: Seat
    emil: Seat
    lone: Seat
    vera: Seat
    start: date = date(2026, 5, 5)
    end: date = date(2026, 5, 7)

    def said(self, words: dict[str, str]) -> str:
        """The words in the language of the story."""
        return words[self.play.language]

    async def at(self, day: date, hour: int, minute: int = 0) -> None:
        """Lets time pass until then, where the story takes place."""
        zone = ZoneInfo((await self.emil.person()).zone)
        await self.play.until(datetime.combine(day, time(hour, minute), zone).astimezone(UTC))


async def cast(
    language: str = "da",
    start: date = date(2026, 5, 5),
    end: date = date(2026, 5, 7),
    *,
    url: str = "sqlite://",
) -> Cast:
    """Hanne of HR, Emil, his leader Lone and his host Vera, before anything has happened."""
    play = Play(MORNING, url, language)
    await play.delivery.deliver()
    hanne, emil, lone, vera = [await play.seat(name) for name in ("Hanne", "Emil", "Lone", "Vera")]
    return Cast(play, hanne, emil, lone, vera, start, end)


async def nothing(_: Cast) -> None:
    """Everybody is there; nothing has happened."""


async def round_open(here: Cast) -> None:
    """HR opens a round, and it is posted."""
    await here.hanne.says("ny runde")
    await here.hanne.fills(
        {"round.new.name": here.said(ROUND_NAME), "round.new.forms": ["form.shadow", "form.jobswap_next"]}
    )
    await here.hanne.fills(
        {
            "round.new.opens": "2026-04-13",
            "round.new.deadline": "2026-04-20",
            "round.new.answer_by": "2026-04-24",
            "round.new.latest_start": "2026-06-01",
            "round.new.finish_by": "2026-06-30",
        }
    )
    await here.hanne.fills({"round.new.channel": "#jobbytte", "round.check.contact": here.hanne.id})
    await here.hanne.taps("btn.post")


async def signed_up(here: Cast) -> None:
    """Emil signs up and wants help to find a place; Lone is asked."""
    await join(here, here.emil)
    await here.emil.fills({"sign.voluntary": "yes"})
    await here.emil.fills({"sign.leader": here.lone.id})
    await here.emil.taps("sign.talked.yes")
    await here.emil.taps("sign.mode.match")
    await here.emil.fills({"sign.where": here.said(PLACE)})
    await here.emil.fills({"sign.learn": here.said(WISH)})
    await here.emil.taps("btn.no")


async def join(here: Cast, who: Seat) -> None:
    """Presses "I want to join" in the channel."""
    await who.presses_in_channel(here.play.words.text(here.play.language, "btn.signup"))


async def supported(here: Cast) -> None:
    """Lone supports it, and Vera offers to host."""
    await here.lone.taps("btn.approve")
    await here.vera.presses_in_channel(here.play.words.text(here.play.language, "btn.hostoffer"))
    await here.vera.fills({"offer.who": "Vera Vang", "offer.leader": "yes", "offer.show": here.said(SHOW)})
    await here.vera.fills()


async def proposed(here: Cast) -> None:
    """On another day HR suggests Vera's place to Emil."""
    await here.at(date(2026, 4, 14), 11)
    await here.hanne.says("match")
    await here.hanne.taps("btn.find_place", programme=here.said(ROUND_NAME))
    await here.hanne.fills({"match.wish": only(await here.hanne.last(), "match.wish")})
    await here.hanne.fills(
        {
            "match.offer": only(await here.hanne.last(), "match.offer"),
            "match.form": "form.shadow",
            "match.start": here.start.isoformat(),
            "match.end": here.end.isoformat(),
            "match.why": here.said(WHY),
        }
    )
    await here.hanne.taps("btn.send")


async def accepted(here: Cast) -> None:
    """Emil says yes, the day after Vera does; Lone is asked to approve."""
    await here.emil.taps("btn.accept")
    await here.at(date(2026, 4, 15), 10)
    await here.vera.taps("btn.accept")


async def approved(here: Cast) -> None:
    """Lone approves with a reason."""
    await here.at(date(2026, 4, 16), 10, 30)
    await here.lone.taps("btn.approve")
    await here.lone.fills({"lead.prep.justify": here.said(REASON)})


async def invited(here: Cast) -> None:
    """Two weeks before the first day Emil is invited to prepare."""
    await here.at(here.start - timedelta(days=14), 10)


async def prepared(here: Cast) -> None:
    """Emil has prepared, and Lone has done her part."""
    await prepare(here)
    await leader_prepared(here)


async def leader_prepared(here: Cast) -> None:
    """Lone does her part."""
    await here.lone.taps("btn.start_min", minutes=await minutes(here.lone))
    use, talk_on = here.said(WISH), (here.end + timedelta(days=5)).isoformat()
    await walk(here.lone, {"lead.prep.use": use, "lead.prep.followup.return": talk_on})


async def prepare(here: Cast, **answers: Raw) -> None:
    """Emil prepares: what is asked is answered as given, else with the least that will do."""
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await walk(here.emil, preparation(here, **answers))


def preparation(here: Cast, **answers: Raw) -> dict[str, Raw]:
    """What Emil answers in the preparation: as given, dots as double underscores, else the least that will do."""
    return {
        "prep.ack": "yes",
        "prep.purpose": ["prep.purpose.understand"],
        "prep.finish": "15:30",
        "prep.goal.1": here.said(GOAL),
        "prep.goal.1.sign": here.said(SIGN),
        "prep.expect": here.said(EXPECT),
        "prep.share": here.said(PLACE),
        **{key.replace("__", "."): value for key, value in answers.items()},
    }


async def walk(who: Seat, given: dict[str, Raw], screens: int = MOST_QUESTIONS) -> None:
    """Answers what the open card asks until it asks no more; what is not given is passed over.

    A choice that was pressed is taken out of `given`, so that a later "yes" is not taken for it.
    """
    language = (await who.person()).language
    words = who.play.words
    pressed = {key: str(value) for key, value in given.items() if words.has(str(value))}
    pressed = {key: value for key, value in pressed.items() if words.kind(value).type in ("opt", "btn")}
    wanted = {key: words.text(language, value) for key, value in pressed.items()}
    ways = [words.text(language, key) for key in ("btn.send", "btn.no_more", "btn.skip")]
    for _ in range(screens):
        message = await who.last()
        offered = [button.label for button in message.buttons]
        known = {field.key: given[field.key] for field in message.fields if field.key in given}
        if message.fields and (known or ways[-1] not in offered):
            await who.fills(known)
            continue
        chosen = next((key for key, label in wanted.items() if label in offered), "")
        way = wanted.pop(chosen, "") or next((label for label in ways if label in offered), "")
        given.pop(chosen, None)
        if not way:
            return
        await who.presses(way)


async def walk_until(who: Seat, question: str, given: dict[str, Raw]) -> None:
    """Answers what is asked until the question stands on the open card. Raises AssertionError where it never does."""
    for _ in range(MOST_QUESTIONS):
        if question in [field.key for field in (await who.last()).fields]:
            return
        await walk(who, given, screens=1)
    raise AssertionError(f"{question} was not asked.")


async def minutes(who: Seat) -> int:
    """How many minutes the newest start button names."""
    for message in reversed(await who.messages()):
        for button in message.buttons:
            if button.label.startswith("Start ("):
                return int("".join(sign for sign in button.label if sign.isdigit()))
    raise AssertionError(f"Nothing to start for {who.name}.")


async def first_day(here: Cast) -> None:
    """The first day is over: the logbook has just come."""
    await here.at(here.start, 15, 15)


async def second_day(here: Cast) -> None:
    """The first day is written, the second has come."""
    await write(here)
    await here.at(here.start + timedelta(days=1), 15, 15)


async def last_day(here: Cast) -> None:
    """All but the last day are written; its logbook has come."""
    await write(here)
    day = here.start + timedelta(days=2)
    while day <= here.end:
        if day.weekday() < 5:
            await here.at(day, 15, 15)
            if day < here.end:
                await write(here)
        day += timedelta(days=1)


async def write(here: Cast, **answers: str) -> None:
    """Emil fills in the day's logbook: with `answers` by question, dots as double underscores, else from NOTES."""
    message = await here.emil.last()
    asked = [field.key for field in message.fields if field.key.startswith("log.")]
    if not asked:
        return
    today = here.play.clock.now().date()
    given = {key.replace("__", "."): text for key, text in answers.items()}
    notes = NOTES[here.play.language]
    values: dict[str, Raw] = {}
    for key in asked:
        if key in given:
            values[key] = given[key]
        elif not given and key in notes:
            values[key] = notes[key][(today - here.start).days % len(notes[key])]
    await here.emil.fills(values)


async def finished(here: Cast) -> None:
    """The last day is written, and what goes to Lone is chosen."""
    await write(here)
    if any(field.key == "share.week.pick" for field in (await here.emil.last()).fields):
        await here.emil.fills()


async def debrief(here: Cast) -> None:
    """The working day after: the overview has gone to Lone, and Emil is invited to the debrief."""
    await here.at(working_day_after(worker(await here.emil.person()), here.end), 10)


DEBRIEF: Final[dict[str, dict[str, str]]] = {
    "da": {
        "deb.10.transfer": "Jeg skriver de to oplysninger først",
        "deb.12.action.what#1": "Lave en skabelon til indberetninger",
        "deb.14.request": "Tid til at lave den",
    },
    "nb": {
        "deb.10.transfer": "Jeg skriver de to opplysningene først",
        "deb.12.action.what#1": "Lage en mal for meldinger",
        "deb.14.request": "Tid til å lage den",
    },
    "en": {
        "deb.10.transfer": "I write the two facts first",
        "deb.12.action.what#1": "Make a template for reports",
        "deb.14.request": "Time to make it",
    },
}
PROMISE: Final = {
    "da": "Emil får torsdag formiddag til det",
    "nb": "Emil får torsdag formiddag til det",
    "en": "Emil gets Thursday morning for it",
}


def debriefing(here: Cast) -> dict[str, Raw]:
    """What Emil answers in the debrief: one action, one request, and when he tells his colleagues."""
    return {
        **DEBRIEF[here.play.language],
        "deb.12.action.when#1": (here.end + timedelta(days=25)).isoformat(),
        "deb.13.share.how": "deb.13.share.how.meeting",
        "deb.13.share.when": (here.end + timedelta(days=14)).isoformat(),
    }


async def debriefed(here: Cast) -> None:
    """Emil has taken the debrief with one action and one request, and Lone has got the summary."""
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await walk(here.emil, debriefing(here))


async def talked(here: Cast) -> None:
    """The return talk has been held, and Lone has promised something."""
    await here.at(here.end + timedelta(days=5), 13)
    await here.lone.taps("btn.have_talked")
    await here.lone.fills(
        {
            "lead.ret.held": "yes",
            "lead.ret.answer": here.said(PROMISE),
            "lead.ret.commit": here.said(PROMISE),
            "lead.ret.commit.when": (here.end + timedelta(days=20)).isoformat(),
            "lead.ret.decide": "btn.no",
        }
    )


async def month(here: Cast) -> None:
    """A month has passed, and Emil is asked about his plan."""
    await here.at(here.end + timedelta(days=33), 12)


async def three_months(here: Cast) -> None:
    """Three months have passed, and Emil and Lone are asked for the last time."""
    await here.at(here.end + timedelta(days=91), 12)


Scene = Callable[[Cast], Awaitable[None]]

SCENES: Final[dict[str, Scene]] = {
    "start": nothing,
    "round open": round_open,
    "signed up": signed_up,
    "supported": supported,
    "proposed": proposed,
    "accepted": accepted,
    "approved": approved,
    "invited": invited,
    "employee prepared": prepare,
    "prepared": leader_prepared,
    "first day": first_day,
    "second day": second_day,
    "last day": last_day,
    "finished": finished,
    "debrief": debrief,
    "debriefed": debriefed,
    "talked": talked,
    "month": month,
    "three months": three_months,
}
"""The scenes in their order; each stands on the ones before it."""


async def play_to(here: Cast, name: str) -> None:
    """Plays the story up to the scene called `name`."""
    if name not in SCENES:
        raise KeyError(f"There is no scene {name!r}; there are {', '.join(SCENES)}.")
    for scene, act in SCENES.items():
        await act(here)
        if scene == name:
            return


async def at_scene(
    name: str, language: str = "da", start: date = date(2026, 5, 5), end: date = date(2026, 5, 7)
) -> Cast:
    """The story at the scene called `name`."""
    here = await cast(language, start, end)
    await play_to(here, name)
    return here


def only(message: Message, key: str) -> str:
    """The value of the only choice of a field."""
    choices = next(field.choices for field in message.fields if field.key == key)
    assert len(choices) == 1, choices
    return choices[0].value
