"""Which goals get one sharpening question (spec section 6.1): fewer than five words, or only a topic."""

from __future__ import annotations

from dialogs.typed import fold

FEWEST_WORDS = 5


def phrases(listed: str) -> tuple[str, ...]:
    """Phrases between commas, the longest first."""
    return tuple(sorted((" ".join(phrase.split()) for phrase in listed.split(",")), key=len, reverse=True))


LEAD_INS = phrases(
    """
    jeg vil gerne kunne, jeg vil gjerne kunne, jeg vil gerne forstå, jeg vil gjerne forstå, jeg vil gerne,
    jeg vil gjerne, jeg vil kunne, jeg vil forstå, jeg vil, jeg ønsker å, jeg ønsker at, at, å,
    i want to be able to, i want to understand, i would like to, i want to, to
    """
)
TOPIC_VERBS = phrases(
    """
    se på, se, kigge på, høre om, lære mere om, lære mer om, lære om, lære, vide mere om, vite mer om,
    få indblik i, få et indblik i, få indblik, få innsikt i, få innblikk i, få et innblikk i, få innsikt,
    see, look at, hear about, learn more about, learn about, learn, know more about,
    get insight into, get an insight into, get insight, gain insight into
    """
)
NO_OBJECT = frozenset(
    """
    hvordan hvad hva hvor de dem deres det der den andre andet anden et en arbejder arbeider jobber gør gjør
    laver er og i på hos mere mer noget noe ting tingene sted stedet arbejdet arbeidet hverdag hverdagen
    how what where they them their it things the a other others do does work is are there more about place
    and in at something everyday day workplace
    """.split()
)


def vague(text: str) -> bool:
    """True for a goal that only names a topic."""
    said = fold(text[:3000])
    if len(said.split()) < FEWEST_WORDS:
        return True
    wish = _without(said, LEAD_INS)
    topic = _without(wish, TOPIC_VERBS)
    return topic != wish and NO_OBJECT.issuperset(topic.split())


def _without(said: str, beginnings: tuple[str, ...]) -> str:
    found = next((start for start in beginnings if said == start or said.startswith(start + " ")), "")
    return said[len(found) :].strip()
