"""HR adds a host who is on no platform of ours, and reaches them by a personal link."""

from __future__ import annotations

from dialogs.conditions import chose
from dialogs.model import Ask, Condition, Dialog, One, Text, always, step
from dialogs.model import Visibility as Who

NEW = "match.outside.new"
"""The choice of somebody who is not known here yet."""

LANGUAGES = One(("language.da", "language.nb", "language.en"))


def who(when: Condition = always) -> tuple[Ask, Ask, Ask]:
    """Who it is, apart from the workplace."""
    return (
        Ask("outside.name", Text(80, words=1), Who.HR, when=when, required=True),
        Ask("outside.language", LANGUAGES, Who.HR, when=when, required=True),
        Ask("outside.email", Text(100), Who.HR, when=when),
    )


OUTSIDE = Dialog(
    "outside",
    "outside.title",
    form=True,
    steps=(step(*who(), Ask("outside.unit", Text(100), Who.HR, required=True)),),
)

IN_A_MATCH = who(chose("match.outside", NEW))
