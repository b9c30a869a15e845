"""HR chooses for all rounds or for one: how much is asked, what else may be asked, and the numbers (2.5, 7.4, 12.8)."""

from __future__ import annotations

from dialogs.conditions import answered, fact
from dialogs.kinds import SHORT
from dialogs.model import Ack, Ask, Dialog, Many, Number, One, Review, page, step
from dialogs.model import Visibility as Who


def number(key: str, low: int, high: int) -> Ask:
    """A number of days, months or answers, beginning with the one that holds now; beside it stand the two ends."""
    return Ask(key, Number(low, high), Who.HR, required=True, starter=key.removeprefix("choose."))


CHOICES = Dialog(
    "choose",
    "choose.title",
    form=True,
    steps=(
        step(Ask("own.where", One(fact="rounds"), Who.HR, when=fact("some_rounds"), required=True)),
        page(
            Ask("choose.track", One(fact="tracks"), Who.HR, required=True),
            number("choose.goals", 1, 3),
            number("choose.actions", 1, 3),
            Ask("choose.prompts", Many(fact="optional"), Who.HR),
            Ask("choose.cleared", Many(fact="cleared"), Who.HR, hints=("choose.cleared.why",)),
        ),
        page(
            Ask("choose.pool", One(fact="pools"), Who.HR, required=True),
            Ask("choose.help_contacts", SHORT, Who.HR, starter="help_contacts"),
        ),
        step(Ask("round.check.reps", Ack(), Who.HR, when=answered("choose.cleared"), required=True)),
        page(
            number("choose.debrief_reminder", 2, 14),
            number("choose.debrief_closes", 15, 30),
            number("choose.return_talk_working_days", 1, 40),
            number("choose.sharing", 1, 90),
        ),
        page(
            number("choose.feedback", 1, 60),
            number("choose.evaluation", 1, 9),
            number("choose.evaluation_reminder", 10, 30),
        ),
        page(
            number("choose.first_check", 14, 60),
            number("choose.second_check", 61, 180),
            number("choose.check_closes", 5, 30),
            number("choose.deletion_after_second_check", 14, 365),
        ),
        page(
            number("choose.fewest", 5, 50),
            number("choose.evaluation_kept_months", 1, 12),
            number("choose.shared_kept_months", 6, 36),
            number("choose.sign_ups_kept_months", 1, 12),
            number("choose.offers_kept_months", 1, 24),
            number("choose.stories_reviewed_months", 6, 36),
        ),
        page(
            number("choose.jobswap_usually", 1, 20),
            number("choose.soft_maximum_months", 1, 11),
            number("choose.upper_warning_months", 12, 36),
            Ask("choose.rules_link", SHORT, Who.HR, starter="rules_link"),
        ),
        step(Ask("choose.review", Review(button="btn.save"), Who.CONTROL, required=True)),
    ),
)
