"""The list of everything that can be talked about, pressed and due."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from bot.script import House
from bot.turns import (
    approvals,
    care,
    choosing,
    commands,
    dates,
    debriefs,
    evaluations,
    gifts,
    hosts,
    leaders,
    leaving,
    logbooks,
    matching,
    my_data,
    needs,
    opening,
    outside,
    own_words,
    people,
    preparations,
    pushes,
    reaching,
    rounds,
    settings,
    sharing,
    signups,
    weeks,
)
from bot.turns.pushes import acting, telling

PARTS: tuple[ModuleType, ...] = (
    care,
    choosing,
    dates,
    evaluations,
    gifts,
    hosts,
    own_words,
)
"""Modules with SCRIPTS, PRESSES and PROMPTS of their own: what they talk about, and what is pressed and due there."""


def house() -> House:
    """The house as it is built."""
    return House(
        scripts={
            **_all("SCRIPTS"),
            "round": rounds.ROUND_SCRIPT,
            "sign": signups.SIGN_UP_SCRIPT,
            "offer": signups.OFFER_SCRIPT,
            "match": matching.MATCH_SCRIPT,
            "proposal": matching.PROPOSAL_SCRIPT,
            "host_proposal": matching.HOST_PROPOSAL_SCRIPT,
            "principle": approvals.PRINCIPLE_SCRIPT,
            "approve": approvals.APPROVE_SCRIPT,
            "prep": preparations.PREPARATION_SCRIPT,
            "lead": preparations.LEADER_SCRIPT,
            "log": logbooks.LOGBOOK_SCRIPT,
            "misses": logbooks.MISSES_SCRIPT,
            "share": sharing.SHARE_SCRIPT,
            "week": weeks.WEEK_SCRIPT,
            "habit": sharing.HABIT_SCRIPT,
            "deb": debriefs.DEBRIEF_SCRIPT,
            "language": settings.LANGUAGE_SCRIPT,
            "time": settings.TIME_SCRIPT,
            "absent": settings.ABSENT_SCRIPT,
            "stop": leaving.STOP_SCRIPT,
            "correct": my_data.CORRECT_SCRIPT,
            "outside": outside.OUTSIDE_SCRIPT,
        },
        presses={
            **_all("PRESSES"),
            **{verb: commands.button(command) for verb, command in commands.BUTTONS.items()},
            "sign_up": signups.pressed,
            "host_offer": signups.offer_pressed,
            "have_talked": signups.have_talked,
            "decide_again": approvals.decide_again,
            "not_leader": approvals.not_leader,
            "other_leader": signups.other_leader,
            "match": matching.pressed,
            "needs": needs.pressed,
            "begin": opening.go_on,
            "reopen": opening.reopen,
            "done": opening.done,
            "released": leaders.released,
            "link": outside.link,
            "link_revoke": outside.revoke,
            "log_style": logbooks.restyle,
            "log_not_today": logbooks.not_today,
            "share_which": sharing.which,
            "share": sharing.pressed,
            "unshare": sharing.unshare,
            "later": pushes.later,
            "goals_agreed": preparations.agreed,
            "full_track": preparations.take_full,
            "my_data": my_data.menu,
            "data_list": my_data.listed,
            "data_show": my_data.show,
            "data_delete": my_data.delete,
            "data_download": my_data.download,
            "data_forget": my_data.forget,
            "data_forget_now": my_data.forget_now,
        },
        prompts={
            **_all("PROMPTS"),
            "hr.needs": acting(needs.due),
            "round.open": acting(rounds.due),
            "round.remind.mid": acting(rounds.due),
            "round.remind.last": acting(rounds.due),
            "round.close": acting(rounds.due),
            "round.result": acting(rounds.due),
            "approve.remind": acting(approvals.remind),
            "proposal.remind": telling(matching.remind),
            "prep": telling(preparations.push),
            "prep.remind": telling(preparations.push),
            "greeting": telling(preparations.greeting),
            "log": acting(logbooks.due),
            "log.remind": acting(logbooks.remind),
            "log.close": acting(logbooks.close_day),
            "week.pick": acting(weeks.pick_due),
            "week.overview": telling(weeks.overview),
            "debrief": telling(debriefs.push),
            "debrief.remind": telling(debriefs.push),
            "debrief.close": acting(debriefs.close),
            "reach": telling(reaching.pass_on),
        },
        welcome=people.welcome,
        quotes={
            ("data_list",),
            ("data_show",),
            ("released",),
            ("host_wrote",),
            ("begin", "gift"),
            ("share_which",),
            ("begin", "correct"),
            ("begin", "deb"),
        },
    )


def _all(name: str) -> dict[str, Any]:
    """The entries of all parts under a name."""
    return {key: value for part in PARTS for key, value in getattr(part, name, {}).items()}
