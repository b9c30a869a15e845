"""Every conversation there is, by its key. A wrong definition is refused when this is imported."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dialogs.approval import APPROVE, PRINCIPLE
from dialogs.bring import BRING
from dialogs.checklists import FORMAL, PRACTICAL
from dialogs.choices import CHOICES
from dialogs.coach import COACH, COACHES
from dialogs.debrief import DEBRIEF
from dialogs.evaluation import EMPLOYEE_EVALUATION, HOST_EVALUATION, LEADER_EVALUATION
from dialogs.feedback import CHOOSE, GIVE
from dialogs.follow_up import FIRST_CHECK, LEADER_CHECK, SECOND_CHECK
from dialogs.goals import GOALS
from dialogs.host import GIFT, HOST_CHECK, HOST_MORE, HOST_PREPARATION
from dialogs.leader import LEADER_PART
from dialogs.left import LEFT
from dialogs.logbook import LOGBOOK, MISSES
from dialogs.match import HOST_PROPOSAL, MATCH, PROPOSAL
from dialogs.model import Dialog, WrongDialog, checked
from dialogs.new_leader import NEW_LEADER
from dialogs.offer import OFFER
from dialogs.outside import OUTSIDE
from dialogs.own_words import OWN_WORDS, SEARCH
from dialogs.preparation import PREPARATION
from dialogs.return_talk import RETURN_TALK
from dialogs.round import ROUND
from dialogs.settings import ABSENT, CORRECT, LANGUAGE, STOP, TIME
from dialogs.sharing import HABIT, SHARE, WEEK
from dialogs.sign_up import SIGN_UP
from dialogs.story import STORY
from dialogs.suggest import SUGGEST


def by_key(*dialogs: Dialog) -> Mapping[str, Dialog]:
    """The dialogs by key. Raises WrongDialog if one is defined wrongly or two share a key."""
    found: dict[str, Dialog] = {}
    for dialog in dialogs:
        if dialog.key in found:
            raise WrongDialog(f"Two dialogs are called {dialog.key}. Name one of them anew.")
        found[dialog.key] = checked(dialog)
    return MappingProxyType(found)


DIALOGS = by_key(
    ROUND,
    SIGN_UP,
    OFFER,
    MATCH,
    PROPOSAL,
    HOST_PROPOSAL,
    PRINCIPLE,
    APPROVE,
    PREPARATION,
    LEADER_PART,
    GOALS,
    PRACTICAL,
    FORMAL,
    SUGGEST,
    LOGBOOK,
    MISSES,
    SHARE,
    WEEK,
    HABIT,
    DEBRIEF,
    BRING,
    COACH,
    COACHES,
    EMPLOYEE_EVALUATION,
    LEADER_EVALUATION,
    HOST_EVALUATION,
    RETURN_TALK,
    FIRST_CHECK,
    SECOND_CHECK,
    LEADER_CHECK,
    STORY,
    CHOOSE,
    GIVE,
    LEFT,
    NEW_LEADER,
    LANGUAGE,
    TIME,
    ABSENT,
    STOP,
    CORRECT,
    OUTSIDE,
    HOST_PREPARATION,
    HOST_CHECK,
    HOST_MORE,
    GIFT,
    SEARCH,
    OWN_WORDS,
    CHOICES,
)
