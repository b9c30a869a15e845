"""HR chooses what is asked and when, for all rounds or for one; and goes back to what usually holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot import talks
from bot.channel import Incoming, Reply
from bot.moment import Moment, Press, Told
from bot.planning import replan
from bot.programme.choices import CLEARED, OPTIONAL, Choices, chosen
from bot.script import Ending, Script, Talk, Topic
from bot.turns import retention
from bot.turns.common import Option, no_facts, nobody_else
from bot.turns.picking import shown_by
from dialogs.choices import CHOICES
from dialogs.engine import shortened
from dialogs.model import Number, Say, Value
from storage.records import PersonRow, new_id

ALL = "own.where.all"
TRACKS = {"choose.track.days": "", "choose.track.full": "full"}
NUMBERS = tuple(ask.key.removeprefix("choose.") for ask in CHOICES.asks if isinstance(ask.answer, Number))
NAMES = ("track", "prompts", "representatives_cleared", "pool", "help_contacts", "rules_link", *NUMBERS)
"""What HR chooses here."""

LABEL = 75
"""Characters that a platform shows of an option."""


def rounds_of(moment: Moment, hr: PersonRow) -> list[Option]:
    """Where something may hold: in all rounds, or in one of them."""
    rounds = moment.work.rounds.all(hr.organisation)
    return [
        {"value": ALL, "label": moment.words.text(hr.language, ALL), "chosen": "yes"},
        *({"value": row.id, "label": row.name} for row in rounds),
    ]


def round_id(moment: Moment, hr: PersonRow, answer: object) -> str:
    """The round that was answered, if it is one of the organisation's; empty for all."""
    row = moment.work.rounds.find(str(answer)) if answer not in (None, ALL) else None
    return row.id if row is not None and row.organisation == hr.organisation else ""


def begin(moment: Moment, person: PersonRow) -> Reply:
    """HR wants to choose."""
    if not person.hr:
        moment.tell(person, Told([Say("only_hr")]), kind="answer")
    else:
        talks.begin(moment, Topic(person, "choose", person.organisation, new_id()))
    return Reply()


def pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The button for it."""
    return begin(moment, person)


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The rounds there are."""
    rounds = rounds_of(moment, topic.person)
    return {**no_facts(moment, topic), "rounds": rounds, "some_rounds": len(rounds) > 1}


def more(moment: Moment, talk: Talk) -> dict[str, Any]:
    """What holds now where HR chooses, to begin with; and in the end what will hold."""
    hr, answers = talk.person, talk.state.answers
    here = round_id(moment, hr, answers.get("own.where"))
    now = chosen(moment.work.choices.of(hr.organisation, here))
    return {
        "tracks": [
            {"value": key, "label": moment.words.text(hr.language, key), "chosen": now.track == track}
            for key, track in TRACKS.items()
        ],
        "pools": [
            {"value": key, "label": moment.words.text(hr.language, key), "chosen": now.pool == (key == "btn.yes")}
            for key in ("btn.yes", "btn.no")
        ],
        "help_contacts": now.help_contacts,
        "rules_link": now.rules_link,
        "optional": _prompts(moment, hr, OPTIONAL, now),
        "cleared": _prompts(moment, hr, CLEARED, now),
        **{name: str(getattr(now, name)) for name in NUMBERS},
        "preview": _preview(moment, hr, answers),
    }


def _prompts(moment: Moment, hr: PersonRow, keys: tuple[str, ...], now: Choices) -> list[dict[str, Any]]:
    return [
        {
            "value": key,
            "label": shortened(moment.words.plain(hr.language, key), LABEL),
            "chosen": now.asks(key),
        }
        for key in keys
    ]


def _preview(moment: Moment, hr: PersonRow, answers: Mapping[str, Value]) -> list[dict[str, Any]]:
    """Each question with what was chosen, as it will hold."""
    lines = []
    for ask in CHOICES.asks:
        if ask.key not in answers or ask.key in ("round.check.reps", "choose.review", "own.where"):
            continue
        lines.append(
            {
                "label": moment.words.text(hr.language, ask.words),
                "text": _in_words(moment, hr, answers[ask.key]),
                "ours": True,
            }
        )
    return lines


def _in_words(moment: Moment, hr: PersonRow, value: Value) -> str:
    if isinstance(value, list):
        names = [moment.words.plain(hr.language, key) for key in value]
        return "\n".join(names) or moment.words.text(hr.language, "choose.none")
    known = isinstance(value, str) and moment.words.has(value)
    return moment.words.text(hr.language, str(value)) if known else str(value)


def values_of(answers: Mapping[str, Value]) -> dict[str, Any]:
    """What was answered, by the names of the choices."""
    optional, cleared = (_listed(answers, key) for key in ("choose.prompts", "choose.cleared"))
    return {
        "track": TRACKS[str(answers["choose.track"])],
        "prompts": [*optional, *cleared],
        "pool": answers.get("choose.pool") == "btn.yes",
        "help_contacts": str(answers.get("choose.help_contacts", "")),
        "rules_link": str(answers.get("choose.rules_link", "")),
        "representatives_cleared": bool(cleared and answers.get("round.check.reps")),
        **{name: answers[f"choose.{name}"] for name in NUMBERS},
    }


def _listed(answers: Mapping[str, Value], key: str) -> list[str]:
    value = answers.get(key, [])
    return [str(each) for each in value] if isinstance(value, list) else []


def finish(moment: Moment, talk: Talk) -> Ending:
    """Keeps what was chosen, and plans anew what depends on it."""
    answers = talk.state.answers
    here = round_id(moment, talk.person, answers.get("own.where"))
    if not talk.person.hr:
        return Ending([Say("only_hr")])
    keep(moment, talk.person, here, values_of(answers))
    undo = Press("btn.choose_default", ["choose_default", here])
    return Ending([Say("choose.kept")], [undo, Press("btn.choose_again", ["choices"])])


def keep(moment: Moment, hr: PersonRow, here: str, values: Mapping[str, Any]) -> None:
    """Keeps choices for a round, or with none for all. What holds anyway is not kept, so that it follows the default.

    The audit says who changed what, and who said when that the representatives have cleared a question.
    """
    work, organisation = moment.work, hr.organisation
    before = work.choices.of(organisation, here)
    beneath = asdict(chosen(work.choices.of(organisation) if here else {}))
    for name, value in values.items():
        holds = list(beneath[name]) if isinstance(beneath[name], tuple) else beneath[name]
        if value == holds:
            work.choices.remove(organisation, here, name)
        else:
            work.choices.put(organisation, here, name, value)
    after = work.choices.of(organisation, here)
    for name in values:
        if before.get(name) != after.get(name):
            work.audit.add(moment.now, hr.id, "choice.changed", f"{here or organisation}:{name}")
    if values.get("representatives_cleared"):
        work.audit.add(moment.now, hr.id, "representatives.cleared", here or organisation)
    _replan(moment, organisation, here)


def default(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Says what changes when the usual choices hold again, for all rounds or for one; asked so, they do."""
    if not person.hr:
        return Reply(note=moment.words.text(person.language, "only_hr"))
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    here = round_id(moment, person, args[0] or None)
    again = Press("btn.choose_again", ["choices"])
    lines = changes(moment, person, here)
    if args[1:]:
        before = {name: value for name, value in _now(moment, person, here).items() if name in NAMES}
        to_default(moment, person, here)
        undo = Press("btn.choose_restore", ["choose_restore", here, json.dumps(before)])
        told = Told([Say("choose.defaulted")], [undo, again])
    elif lines:
        sure = Press("btn.choose_sure", ["choose_default", here, "sure"])
        told = Told([Say("choose.default.sure", {"list": lines})], [sure, Press("btn.close", ["done"], main=True)])
    else:
        told = Told([Say("choose.default.same")], [again])
    moment.tell(person, told, kind="answer", replaces=shown_by(moment, incoming))
    return Reply()


def restore(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """What was chosen before holds again."""
    if not person.hr:
        return Reply(note=moment.words.text(person.language, "only_hr"))
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    here, before = args
    keep(moment, person, round_id(moment, person, here or None), json.loads(before))
    undo = Press("btn.choose_default", ["choose_default", here])
    told = Told([Say("choose.kept")], [undo, Press("btn.choose_again", ["choices"])])
    moment.tell(person, told, kind="answer", replaces=shown_by(moment, incoming))
    return Reply()


def _now(moment: Moment, hr: PersonRow, here: str) -> dict[str, Any]:
    return moment.work.choices.of(hr.organisation, here)


def changes(moment: Moment, hr: PersonRow, here: str) -> list[str]:
    """Each question whose answer changes when the usual choices hold: what it is now, and what it becomes."""
    return _differences(moment, hr, here, chosen(_now(moment, hr, "") if here else {}))


def ahead(moment: Moment, hr: PersonRow, here: str, values: Mapping[str, Any]) -> list[str]:
    """The same where these values are kept, by the names of the choices."""
    return _differences(moment, hr, here, chosen({**_now(moment, hr, here), **values}))


def _differences(moment: Moment, hr: PersonRow, here: str, then: Choices) -> list[str]:
    now = chosen(_now(moment, hr, here))
    lines = []
    for ask in CHOICES.asks:
        before, after = (_answer(ask.key, choices) for choices in (now, then))
        if before != after:
            values = {
                "text": moment.words.plain(hr.language, ask.words),
                "before": _in_one_line(moment, hr, before),
                "after": _in_one_line(moment, hr, after),
            }
            lines.append(moment.words.text(hr.language, "choose.default.line", values))
    return lines


def _answer(key: str, choices: Choices) -> Value | None:
    """What would be answered to a question where these choices hold; None for one that chooses nothing."""
    if key == "choose.track":
        return next(option for option, track in TRACKS.items() if track == choices.track)
    if key == "choose.pool":
        return "btn.yes" if choices.pool else "btn.no"
    if key in ("choose.prompts", "choose.cleared"):
        return [prompt for prompt in (OPTIONAL if key == "choose.prompts" else CLEARED) if choices.asks(prompt)]
    name = key.removeprefix("choose.")
    return str(getattr(choices, name)) if name in NAMES else None


def _in_one_line(moment: Moment, hr: PersonRow, value: Value | None) -> str:
    return _in_words(moment, hr, value or []).replace("\n", " · ")


def to_default(moment: Moment, hr: PersonRow, here: str) -> None:
    """Forgets what was chosen here; of a round, what is chosen for all holds."""
    for name in NAMES:
        if moment.work.choices.remove(hr.organisation, here, name):
            moment.work.audit.add(moment.now, hr.id, "choice.removed", f"{here or hr.organisation}:{name}")
    _replan(moment, hr.organisation, here)


def _replan(moment: Moment, organisation: str, here: str) -> None:
    rounds = [here] if here else [row.id for row in moment.work.rounds.all(organisation)]
    for round_row in rounds:
        retention.plan(moment, moment.work.rounds.get(round_row))
        for exchange in moment.work.exchanges.of_round(round_row):
            replan(moment, exchange)


SCRIPTS = {"choose": Script(CHOICES, facts, finish, nobody_else, more=more, keeps=False)}
PRESSES = {"choices": pressed, "choose_default": default, "choose_restore": restore}
