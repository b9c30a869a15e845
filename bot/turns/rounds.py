"""HR's round: opened in a form, announced in the channel, reminded of, closed, its result told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.channel import Incoming, Message, Part, Reply
from bot.moment import Moment, Press, Told
from bot.planning import worker as worker_of
from bot.programme.choices import chosen
from bot.programme.schedule import ROUND_KINDS, round_dues
from bot.script import Ending, Script, Talk, Topic
from bot.turns import retention
from bot.turns.common import colleagues, contact_of, no_facts, nobody_else
from bot.turns.moves import round_to
from bot.turns.needs import remind_hr
from bot.turns.pushes import acting
from dialogs.model import Say
from dialogs.round import ROUND
from storage.records import AddressRow, CardRow, PersonRow, PlaceRow, PromptRow, RoundRow, new_id

FEWEST_NAMED = 5
"""The result is told in a channel only from this many participants (spec 10.3)."""


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """What the round's form needs: people, channels, and the announcement as it will look."""
    kept = {row.key: row for row in moment.work.answers.of(topic.person.id, topic.subject, topic.occasion)}
    deadline = kept.get("round.new.deadline")
    me = {"value": topic.person.id, "label": topic.person.name, "chosen": True}
    channels = places_of(moment, topic.person)
    values = {
        "programme": str(kept["round.new.name"].value) if "round.new.name" in kept else "",
        "deadline": date.fromisoformat(str(deadline.value)) if deadline else moment.today(topic.person),
    }
    return {
        **no_facts(moment, topic),
        **_suggested(moment.today(topic.person)),
        "people": [me, *colleagues(moment, topic.person)],
        "channels": [
            {"value": channel.place, "label": channel.name, "chosen": len(channels) == 1} for channel in channels
        ],
        "preview": [
            {"label": "", "text": moment.words.say(topic.person.language, say)}
            for say in announcement(values, pool=_pool(moment, topic.person))
        ],
    }


def _pool(moment: Moment, hr: PersonRow) -> bool:
    """Whether units can apply for money for a substitute in a new round."""
    return chosen(moment.work.choices.of(hr.organisation)).pool


def _suggested(today: date) -> dict[str, str]:
    """Dates to start from: four weeks to sign up, two to match, half a year in all."""
    weeks = {"opens": 0, "deadline": 4, "answer_by": 6, "latest_start": 16, "finish_by": 26}
    return {f"suggest_{name}": (today + timedelta(weeks=n)).isoformat() for name, n in weeks.items()}


def announcement(values: dict[str, Any], *, pool: bool = False) -> list[Say]:
    """The post that opens a round. `pool`: whether a unit can apply for money for a substitute."""
    cover = ("round.post.cover",) if pool else ()
    keys = ("round.post.title", "round.post.body", "round.post.how", *cover, "round.post.host", "round.post.leader")
    return [Say(key, values) for key in keys]


def finish(moment: Moment, talk: Talk) -> Ending:
    """Opens the round: posted at once, or in the morning of its first day."""
    answers, me = talk.state.answers, talk.person
    here = moment.work.people.addresses(me.id)[0]
    existing = moment.work.rounds.find(talk.row.subject)
    row = RoundRow(
        id=talk.row.subject,
        organisation=me.organisation,
        name=str(answers["round.new.name"]),
        language=me.language,
        post_to=AddressRow(here.channel, here.tenant, str(answers["round.new.channel"])),
        opens=_day(answers["round.new.opens"]),
        deadline=_day(answers["round.new.deadline"]),
        answer_by=_day(answers["round.new.answer_by"]),
        latest_start=_day(answers["round.new.latest_start"]),
        finish_by=_day(answers["round.new.finish_by"]),
        forms=_many(answers.get("round.new.forms", [])),
        contact=str(answers.get("round.check.contact", me.id)),
        state=existing.state if existing else "draft",
        post=existing.post if existing else "",
    )
    if existing:
        moment.work.rounds.update(row)
    else:
        moment.work.rounds.add(row)
        moment.work.audit.add(moment.now, me.id, "round.opened", row.id)
    if row.state == "draft" and row.opens <= moment.today(me):
        row = announce(moment, row)
    plan(moment, row, me)
    said = "round.opened.now" if row.post else "round.opened.later"
    channel = moment.work.workspaces.place(here.channel, here.tenant, row.post_to.place)
    values = {"programme": row.name, "date": row.opens, "text": channel.name if channel else ""}
    return Ending([Say(said, values)], [Press("btn.needs_me", ["needs"]), Press("btn.round_texts", ["texts", row.id])])


def texts(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The announcement for the intranet, and the one for companies, for HR to paste."""
    row = moment.work.rounds.get(args[0])
    if not person.hr or row.organisation != person.organisation:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    words, values = moment.speaking(row.organisation, row.id).words, facts_for_post(moment, row)
    post = [words.say(row.language, say) for say in announcement(values, pool=moment.choices(row.id).pool)]
    company = words.say(row.language, Say("round.post.company", values))
    says: list[Say | Part] = [
        Say("round.texts"),
        Say("round.texts.intranet"),
        Part("\n\n".join(post), "own"),
        Say("round.texts.company"),
        Part(company, "own"),
    ]
    moment.tell(person, Told(says), kind="answer", subject=row.id)
    return Reply()


def announce(moment: Moment, row: RoundRow) -> RoundRow:
    """Posts the announcement with its buttons. Anybody in the channel may press them, as often as they like."""
    moment = moment.speaking(row.organisation, row.id)
    values = facts_for_post(moment, row)
    title, *rest = announcement(values, pool=moment.choices(row.id).pool)
    heading, *texts = (moment.words.say(row.language, say) for say in (title, *rest))
    parts = (Part(heading, "title"), *map(Part, texts))
    post = _post(moment, row, parts, [*_ways(row), Press("btn.more", ["faq_more", row.id])])
    return round_to(moment, replace(row, post=post), "open")


def _ways(row: RoundRow) -> list[Press]:
    """The ways into a round."""
    return [Press("btn.signup", ["sign_up", row.id], main=True), Press("btn.hostoffer", ["host_offer", row.id])]


def _post(moment: Moment, row: RoundRow, parts: tuple[Part, ...], presses: list[Press]) -> str:
    """Posts in the round's channel, with buttons that are good for everybody there. Returns the outgoing's id."""
    card = new_id()
    message = Message(
        parts=parts,
        preview=parts[0].text,
        card=card,
        buttons=moment.buttons(row.language, presses),
        language=row.language,
    )
    post = moment.post(row.post_to, message, "announcement", row.id)
    actions = {str(n): press.action for n, press in enumerate(presses)}
    moment.work.conversations.add_card(CardRow(card, "", "", actions, post))
    return post


def facts_for_post(moment: Moment, row: RoundRow) -> dict[str, Any]:
    """The values of a round's posts."""
    return {
        "programme": row.name,
        "deadline": row.deadline,
        "date": row.answer_by,
        "contact": contact_of(moment, row),
    }


def plan(moment: Moment, row: RoundRow, hr: PersonRow) -> None:
    """Writes down what is due in a round."""
    dues = round_dues(
        round_id=row.id,
        worker=worker_of(hr),
        opens=row.opens,
        deadline=row.deadline,
        answer_by=row.answer_by,
        announced=bool(row.post),
    )
    rows = [PromptRow(new_id(), due.recipient, due.subject, due.kind, due.day, due.at) for due in dues]
    moment.work.prompts.plan(row.id, row.id, rows, ROUND_KINDS, moment.now)
    retention.plan(moment, row)


def due(moment: Moment, prompt: PromptRow) -> str:
    """Posts what is due in a round: the announcement, a reminder, or a reply in its thread."""
    row = moment.work.rounds.get(prompt.subject)
    if prompt.kind == "round.open":
        announce(moment, row)
        return "said"
    if prompt.kind == "round.close":
        round_to(moment, row, "closed")
        _reply(moment, row, Say("round.closed", facts_for_post(moment, row)))
        _remind_about_wishes(moment, row)
        return "said"
    if prompt.kind == "round.result":
        return _result(moment, row)
    if row.state != "open":
        return "cancelled"
    _remind(moment, row, prompt.kind)
    return "said"


def _remind(moment: Moment, row: RoundRow, key: str) -> None:
    moment = moment.speaking(row.organisation, row.id)
    say = Say(key, facts_for_post(moment, row))
    _post(moment, row, (Part(moment.words.say(row.language, say)),), _ways(row))


def _result(moment: Moment, row: RoundRow) -> str:
    going = [
        exchange
        for exchange in moment.work.exchanges.of_round(row.id)
        if exchange.state not in ("proposed", "declined", "accepted", "rejected", "withdrawn")
    ]
    if len({exchange.employee for exchange in going}) < FEWEST_NAMED:
        return "cancelled"
    hosts = {exchange.host_unit for exchange in going}
    values = {**facts_for_post(moment, row), "n": len(going), "total": len(hosts)}
    _reply(moment, row, Say("round.result", values))
    return "said"


def _reply(moment: Moment, row: RoundRow, say: Say) -> None:
    text = moment.speaking(row.organisation, row.id).words.say(row.language, say)
    message = Message(parts=(Part(text),), preview=text, language=row.language)
    moment.post(row.post_to, message, "announcement", row.id, thread=row.post)


def _remind_about_wishes(moment: Moment, row: RoundRow) -> None:
    for hr in moment.work.people.hr(row.organisation):
        remind_hr(moment, hr, row.id)


def places_of(moment: Moment, hr: PersonRow) -> list[PlaceRow]:
    """The channels that the assistant has been invited to, where this person is."""
    here = moment.work.people.addresses(hr.id)
    return moment.work.workspaces.places(here[0].channel, here[0].tenant) if here else []


def _day(value: object) -> date:
    return date.fromisoformat(str(value))


def _many(value: object) -> tuple[str, ...]:
    return tuple(str(part) for part in value) if isinstance(value, list) else ()


def start(moment: Moment, hr: PersonRow) -> Topic:
    """A new round to fill in. A draft that is not finished is gone on with."""
    for row in moment.work.conversations.open(hr.id):
        if row.dialog == "round":
            return Topic(hr, "round", row.subject, row.occasion)
    return Topic(hr, "round", new_id(), "round")


SCRIPTS = {
    "round": Script(ROUND, facts, finish, nobody_else),
}
PRESSES = {
    "texts": texts,
}
PROMPTS = {
    "round.open": acting(due),
    "round.remind.mid": acting(due),
    "round.remind.last": acting(due),
    "round.close": acting(due),
    "round.result": acting(due),
}
