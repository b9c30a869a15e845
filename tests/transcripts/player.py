"""Plays a transcript on the playground's channel, from the scene it begins at."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from tests.stage.asides import ASIDES, play_aside
from tests.stage.chat import PlayChat
from tests.stage.scenes import SCENES, Cast, cast
from tests.transcripts.script import NoSense, play, read

FOLDER: Final = Path(__file__).parent
FILES: Final = sorted(FOLDER.glob("*/*.txt"))

SHORT: Final = (date(2026, 5, 5), date(2026, 5, 7))
LONG: Final = (date(2026, 5, 4), date(2026, 5, 22))
"""Three days, and three weeks: what begins with "long" is of the second kind."""

TITLES: Final = {
    "da": {
        "begyndelsen": "start",
        "runden er åben": "round open",
        "Emil er tilmeldt": "signed up",
        "Lone støtter det": "supported",
        "HR har foreslået et sted": "proposed",
        "Emil og Vera har sagt ja": "accepted",
        "Lone har godkendt": "approved",
        "to uger før": "invited",
        "Emil er forberedt": "employee prepared",
        "alle er forberedt": "prepared",
        "første dag er gået": "first day",
        "anden dag er gået": "second day",
        "sidste dag er gået": "last day",
        "forløbet er slut": "finished",
        "dagen efter": "debrief",
        "opsamlingen er taget": "debriefed",
        "samtalen er holdt": "talked",
        "en måned efter": "month",
        "tre måneder efter": "three months",
        "HR har valgt flere spørgsmål": "pack chosen",
        "en svær dag til": "hard day",
        "på deltid": "part-time",
        "Lone vil ringe": "calls agreed",
        "to ledere": "two leaders",
        "runden har rotation": "rotation",
        "værten er uden for chatten": "host outside",
        "der er en coach": "coach",
        "der er en coach bagefter": "coach after",
        "fire har svaret": "four evaluated",
        "Lones konto er væk": "leader gone",
        "Emil skal til udlandet": "abroad",
        "virksomheder er med i runden": "company",
        "Emil har selv fundet stedet": "own place",
        "Emil vil spørge om noget": "question to ask",
        "der er skrevet to uger": "good day",
        "HR har slået energi til": "energy",
        "Emil deler først til sidst": "only at the end",
        "halvvejs": "halfway",
        "Lone har ingen dato sat": "no date",
        "kun slutningen mangler": "last pages",
        "fem skal afsted": "five going",
        "historien er to år": "story two years old",
    },
    "nb": {
        "begynnelsen": "start",
        "runden er åpen": "round open",
        "Emil er påmeldt": "signed up",
        "HR har foreslått et sted": "proposed",
        "utvekslingen er slutt": "finished",
        "dagen etter": "debrief",
        "debriefen er gjort": "debriefed",
        "samtalen er holdt": "talked",
        "en måned etter": "month",
        "tre måneder etter": "three months",
        "HR har valgt flere spørsmål": "pack chosen",
        "en tung dag til": "hard day",
        "på deltid": "part-time",
        "Lone vil ringe": "calls agreed",
        "to ledere": "two leaders",
        "runden har rotasjon": "rotation",
        "Lone støtter det": "supported",
        "første dag er over": "first day",
        "andre dag er over": "second day",
        "Emil og Vera har sagt ja": "accepted",
        "to uker før": "invited",
        "Emil er forberedt": "employee prepared",
        "alle er forberedt": "prepared",
        "verten er utenfor chatten": "host outside",
        "det er en coach": "coach",
        "det er en coach etterpå": "coach after",
        "fire har svart": "four evaluated",
        "kontoen til Lone er borte": "leader gone",
        "Lone har godkjent": "approved",
        "siste dag er over": "last day",
        "Emil skal til utlandet": "abroad",
        "bedrifter er med i runden": "company",
        "Emil har funnet stedet selv": "own place",
        "Emil vil spørre om noe": "question to ask",
        "det er skrevet to uker": "good day",
        "HR har slått på energi": "energy",
        "Emil deler først til slutt": "only at the end",
        "halvveis": "halfway",
        "Lone har ikke satt en dato": "no date",
        "bare slutten mangler": "last pages",
        "fem skal av gårde": "five going",
        "historien er to år": "story two years old",
    },
    "en": {scene: scene for scene in (*SCENES, *ASIDES)},
}
"""The scenes as a transcript calls them, by language."""

LONGER: Final = {"da": " (tre uger)", "nb": " (tre uker)", "en": " (three weeks)"}


async def played(file: Path, folder: Path) -> str:
    """What the file should say."""
    transcript = read(file)
    title = transcript.scene.removesuffix(LONGER[transcript.language])
    start, end = SHORT if title == transcript.scene else LONG
    titles = TITLES[transcript.language]
    if title not in titles:
        raise NoSense(f"{file.name} begins at {title!r}; it can begin at {', '.join(titles)}.")
    url = f"sqlite:///{folder}/vidsyn.db" if transcript.restarts else "sqlite://"
    here: Cast = await cast(transcript.language, start, end, url=url)
    try:
        await play_aside(here, titles[title])
        return await play(transcript, PlayChat(here))
    finally:
        await here.play.close()
