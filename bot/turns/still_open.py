"""What is not in place yet before an exchange begins: its goals, ground rules, practical things and formalities."""

from __future__ import annotations

from bot.moment import Moment
from bot.programme.phases.before import PREPARE_BEFORE
from bot.programme.states import EXCHANGE, Circumstances, left_open
from dialogs.leader import FORMAL, RULES
from dialogs.model import Say
from dialogs.preparation import ABROAD, IN_PLACE
from storage.records import AnswerRow, ExchangeRow

AHEAD = ("approved", "prepared")
"""States of an exchange that is still to come."""

OPEN = {"joint_goal": "open.goal", "rules_ticked": "open.rules", "practical_done": "open.practical"}
"""What HR reads where a soft guard misses something."""

POOL_DONE = "needs.pool.done"
"""What HR notes once a wish for the pool is dealt with."""


def answer(moment: Moment, person: str, exchange: str, occasion: str, key: str) -> AnswerRow | None:
    """Somebody's answer to one question of a conversation about an exchange."""
    rows = moment.work.answers.of(person, exchange, occasion) if person else []
    return next((row for row in rows if row.key == key), None)


def ticked(moment: Moment, person: str, exchange: str, occasion: str, key: str) -> list[str]:
    """What somebody has ticked off; empty also where it was never asked."""
    row = answer(moment, person, exchange, occasion, key)
    return list(row.value) if row is not None and isinstance(row.value, list) else []


def practical(moment: Moment, exchange: ExchangeRow) -> list[str]:
    """The practical things that are not in place, as word keys; with those of a stay abroad where it is one."""
    wanted = (*IN_PLACE, *(ABROAD if exchange.form == "form.international" else ()))
    done = [
        item
        for key in ("prep.practical", "prep.abroad")
        for item in ticked(moment, exchange.employee, exchange.id, "prep", key)
    ]
    return [item for item in wanted if item not in done]


def formal(moment: Moment, exchange: ExchangeRow) -> list[str]:
    """The formalities that the leader has not looked into, as word keys."""
    done = ticked(moment, exchange.leader, exchange.id, "lead", "lead.prep.formal")
    return [item for item in FORMAL if item not in done]


def rules(moment: Moment, exchange: ExchangeRow) -> list[str]:
    """The ground rules that one of the two has not ticked, as word keys."""
    leaders = ticked(moment, exchange.leader, exchange.id, "lead", "lead.prep.rules")
    own = ticked(moment, exchange.employee, exchange.id, "goals", "lead.prep.rules")
    return [rule for rule in RULES if rule not in leaders or rule not in own]


def agreed_by(moment: Moment, exchange: ExchangeRow) -> set[str]:
    """Those of the two who have ticked that they agree on the goals, by person id."""
    pair = {exchange.employee, exchange.leader}
    rows = moment.work.answers.about(exchange.id)
    return {row.person for row in rows if row.key == "goals.agreed" and row.person in pair}


def both_agreed(moment: Moment, exchange: ExchangeRow) -> bool:
    """Whether both have ticked that they agree on the goals."""
    return agreed_by(moment, exchange) == {exchange.employee, exchange.leader}


def leader_done(moment: Moment, exchange: ExchangeRow) -> bool:
    """Whether the leader has done the own part."""
    return any(row.confirmed for row in moment.work.answers.of(exchange.leader, exchange.id, "lead"))


def wants_pool(moment: Moment, exchange: ExchangeRow) -> bool:
    """Whether the leader has asked HR for the pool and waits, for a stay that is still ahead or going on."""
    if any(row.key == POOL_DONE for row in moment.work.answers.about(exchange.id)):
        return False
    wish = answer(moment, exchange.leader, exchange.id, "lead", "lead.prep.pool")
    substitute = answer(moment, exchange.leader, exchange.id, "lead", "lead.prep.cover")
    wanted = wish is not None and wish.value == "btn.yes"
    still = substitute is not None and substitute.value == "lead.prep.cover.sub"
    return wanted and still and exchange.state in (*AHEAD, "running", "paused")


def of(moment: Moment, exchange: ExchangeRow, *, full: bool) -> list[Say]:
    """What is open once the preparation has begun, for HR; nothing of what anybody wrote.

    Ground rules, practical things and formalities are asked for on the full track only.
    """
    begun = moment.today(moment.person(exchange.employee)) >= exchange.start - PREPARE_BEFORE
    if exchange.state != "prepared" and not (exchange.state == "approved" and begun):
        return []
    now = Circumstances(
        joint_goal=exchange.state == "prepared",
        rules_ticked=not full or not rules(moment, exchange),
        practical_done=not full or not practical(moment, exchange),
    )
    found = [OPEN[name] for name in left_open(EXCHANGE, "approved", "prepared", now)]
    if not leader_done(moment, exchange):
        found.append("open.leader")
    elif not both_agreed(moment, exchange):
        found.append("open.agreed")
    if full and formal(moment, exchange):
        found.append("open.formal")
    return [Say(key) for key in found]
