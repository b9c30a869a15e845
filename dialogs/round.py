"""HR opens a round: four pages, the last one shows the post as it will be (spec sections 10.1 and 10.3)."""

from __future__ import annotations

from dialogs.model import Ask, Day, Dialog, Many, One, Person, Review, Text, step
from dialogs.model import Visibility as Who

FORMS = (
    "form.shadow",
    "form.jobswap_peer",
    "form.jobswap_next",
    "form.short",
    "form.hosp",
    "form.rotation",
    "form.loan",
    "form.micromobility",
    "form.internal_posting",
    "form.international",
)


def day(name: str, after: str = "") -> Ask:
    """A date of the round, suggested, and not before the one it follows."""
    answer = Day(after=f"round.new.{after}" if after else "")
    return Ask(f"round.new.{name}", answer, Who.HR, required=True, starter=f"suggest_{name}")


ROUND = Dialog(
    "round",
    "round.new.title",
    form=True,
    steps=(
        step(
            Ask("round.new.name", Text(100), Who.HR, required=True),
            Ask("round.new.forms", Many(FORMS, least=1), Who.HR, required=True),
        ),
        step(
            Ask("round.new.opens", Day(), Who.HR, required=True, starter="suggest_opens"),
            Ask("round.new.deadline", Day(after="round.new.opens"), Who.HR, required=True, starter="suggest_deadline"),
            Ask(
                "round.new.answer_by",
                Day(after="round.new.deadline"),
                Who.HR,
                required=True,
                starter="suggest_answer_by",
            ),
            Ask(
                "round.new.latest_start",
                Day(after="round.new.answer_by"),
                Who.HR,
                required=True,
                starter="suggest_latest_start",
            ),
            Ask(
                "round.new.finish_by",
                Day(after="round.new.latest_start"),
                Who.HR,
                required=True,
                starter="suggest_finish_by",
            ),
        ),
        step(
            Ask("round.new.channel", One(fact="channels"), Who.HR, required=True),
            Ask("round.check.contact", Person("people"), Who.HR, required=True),
            Ask("round.check.learn", Text(300), Who.HR),
        ),
        step(Ask("round.new.review", Review(button="btn.post"), Who.CONTROL, required=True)),
    ),
)
