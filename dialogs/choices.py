"""HR chooses for all rounds or for one: how much is asked, what else may be asked, and the numbers (spec 2.5, 7.4, 12.8)."""

from __future__ import annotations

from dialogs.conditions import answered, fact
from dialogs.model import Ack, Ask, Dialog, Many, Number, One, Review, page, step
from dialogs.model import Visibility as Who


def number(name: str, low: int, high: int) -> Ask:
    """A number of days, months or answers, beginning with the one that holds now."""
    return Ask(f"choose.{name}", Number(low, high), Who.HR, required=True, starter=name)


CHOICES = Dialog(
    "choose",
    "choose.title",
    form=True,
    steps=(
        step(Ask("own.where", One(fact="rounds"), Who.HR, when=fact("some_rounds"), required=True)),
        page(
            Ask("choose.track", One(fact="tracks"), Who.HR, required=True),
            Ask("choose.prompts", Many(fact="optional"), Who.HR),
            Ask("choose.cleared", Many(fact="cleared"), Who.HR, says=("choose.cleared.why",)),
        ),
        step(Ask("round.check.reps", Ack(), Who.HR, when=answered("choose.cleared"), required=True)),
        page(
            number("return_talk_working_days", 1, 40),
            number("sharing", 1, 90),
            number("feedback", 1, 60),
            number("evaluation", 1, 9),
            number("evaluation_reminder", 10, 30),
        ),
        page(
            number("first_check", 14, 60),
            number("second_check", 61, 180),
            number("check_closes", 5, 30),
            number("deletion_after_second_check", 14, 365),
        ),
        page(
            number("fewest", 5, 50),
            number("soft_maximum_months", 1, 11),
            number("upper_warning_months", 12, 36),
        ),
        step(Ask("choose.review", Review(), Who.CONTROL, required=True)),
    ),
)
