"""Signing up and offering to host: private answers that HR uses, and the leader's first word."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import talks
from bot.channel import Incoming, Reply
from bot.moment import Moment, Press, Told
from bot.planning import replan
from bot.programme.schedule import EXCHANGE_KINDS
from bot.programme.states import Circumstances
from bot.script import Ending, Script, Talk, Topic
from bot.turns import reaching
from bot.turns.common import colleagues, facts_of_round, first, is_past, shown, who_sees
from bot.turns.moves import offer_to, sign_up_to
from bot.turns.needs import remind_hr
from bot.turns.picking import shown_by
from dialogs.model import Ask, Say, Visibility
from dialogs.offer import OFFER
from dialogs.sign_up import SIGN_UP
from storage.records import ExchangeRow, OfferRow, PersonRow, RoundRow, SignUpRow, new_id

OPEN_STATES = ("signed_up", "in_matching", "proposed", "not_matched")
"""States in which the answers can be changed; once the leader has approved, they stand."""


def pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """ "I want to join" in the channel: the conversation goes on in private. Pressing again shows what there is."""
    round_row = moment.work.rounds.get(args[0])
    if round_row.organisation != person.organisation:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if round_row.state != "open" or moment.today(person) > round_row.deadline:
        moment.tell(person, Told([Say("sign.closed", {"contact": _contact(moment, round_row)})]), kind="answer")
        return _in_private(moment, person)
    sign_up = moment.work.rounds.sign_up_of(round_row.id, person.id)
    if sign_up is not None and sign_up.state != "draft":
        tell_status(moment, person, sign_up, round_row)
        return _in_private(moment, person)
    if sign_up is None:
        sign_up = SignUpRow(new_id(), round_row.id, person.id, "", "draft")
        moment.work.rounds.add_sign_up(sign_up)
    talks.begin(moment, Topic(person, "sign", sign_up.id, "sign"))
    return _in_private(moment, person)


def _in_private(moment: Moment, person: PersonRow) -> Reply:
    """Says in the channel where the answer is, unless it has just come up in a form, or is all that is said."""
    if moment.shown or moment.said:
        return Reply()
    return Reply(note=moment.words.text(person.language, "channel.answered_privately"))


def _contact(moment: Moment, round_row: RoundRow) -> str:
    return moment.first_name(round_row.contact) or "HR"


def tell_status(moment: Moment, person: PersonRow, sign_up: SignUpRow, round_row: RoundRow) -> None:
    """What is known about a sign-up, with the ways to change it or withdraw."""
    says, presses = status_of(moment, person, sign_up, round_row)
    moment.tell(person, Told([says], presses), kind="answer", subject=sign_up.id)


def status_of(moment: Moment, person: PersonRow, sign_up: SignUpRow, round_row: RoundRow) -> tuple[Say, list[Press]]:
    """Where a sign-up stands, and the ways to change it."""
    values = {"programme": round_row.name, "deadline": round_row.deadline, "date": round_row.answer_by}
    return Say("sign.status", values), _presses(moment, person, sign_up, round_row)


def _presses(moment: Moment, person: PersonRow, sign_up: SignUpRow, round_row: RoundRow) -> list[Press]:
    presses = []
    if not sign_up.leader and sign_up.state in OPEN_STATES:
        presses.append(Press("btn.other_leader", ["other_leader", sign_up.id], main=True))
    elif not sign_up.leader_told:
        presses.append(Press("btn.have_talked", ["have_talked", sign_up.id], main=True))
    if moment.today(person) <= round_row.deadline and sign_up.state in OPEN_STATES:
        presses.append(Press("btn.change_answers", ["reopen", "sign", sign_up.id, "sign"]))
    presses.append(Press("btn.withdraw", ["begin", "stop", sign_up.id, "stop"]))
    return presses


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """What the sign-up needs: people to pick a leader from, and the leader once named."""
    sign_up = moment.work.rounds.sign_up(topic.subject)
    round_row = moment.work.rounds.get(sign_up.round)
    answers = moment.work.answers.of(topic.person.id, topic.subject, topic.occasion)
    leader = next((str(row.value) for row in answers if row.key == "sign.leader"), "")
    return {
        **facts_of_round(moment, topic, round_row),
        "people": colleagues(moment, topic.person),
        "leaders": [
            {**option, "chosen": option["value"] == topic.person.leader} for option in colleagues(moment, topic.person)
        ],
        "leader": moment.first_name(leader) or moment.words.text(topic.person.language, "your_leader"),
        "unit": topic.person.unit,
    }


def who(moment: Moment, talk: Talk, ask: Ask) -> Say | None:
    """HR reads all of a sign-up; the leader only what is marked."""
    if ask.visibility is Visibility.JOINT:
        return Say("privacy.vis.sign.J", {"leader": talk.facts["leader"]})
    return who_sees(moment, talk, ask)


def finish(moment: Moment, talk: Talk) -> Ending:
    """Signs up. The leader is told at once if the two have talked, else when the person says so (T11)."""
    answers = talk.state.answers
    sign_up = moment.work.rounds.sign_up(talk.row.subject)
    round_row = moment.work.rounds.get(sign_up.round)
    new = sign_up.state == "draft"
    if not new and sign_up.state not in OPEN_STATES:
        return Ending([Say("stop.closed")])
    leader = str(answers.get("sign.leader", ""))
    if leader != sign_up.leader:
        sign_up = with_other_leader(moment, sign_up, leader)
    sign_up = replace(
        sign_up,
        leader=leader,
        mode=str(answers.get("sign.mode", "")),
    )
    own_wish = Circumstances(voluntary=bool(answers.get("sign.voluntary")))
    sign_up = sign_up_to(moment, sign_up, "signed_up" if new else sign_up.state, own_wish)
    if "sign.unit" in answers and not talk.person.unit:
        moment.work.people.update(replace(moment.person(talk.person.id), unit=str(answers["sign.unit"])))
    moment.work.answers.confirm(talk.person.id, sign_up.id, "sign")
    for hr in moment.work.people.hr(talk.person.organisation):
        remind_hr(moment, hr, round_row.id)
    values = {"date": round_row.answer_by, "leader": moment.first_name(leader)}
    if sign_up.leader_told:
        return Ending([Say("ok.saved")], _presses(moment, talk.person, sign_up, round_row))
    if answers.get("sign.talked") == "sign.talked.yes":
        sign_up = tell_leader(moment, sign_up)
        return Ending([Say("sign.done", values)], _presses(moment, talk.person, sign_up, round_row))
    return Ending([Say("sign.done.wait", values)], _presses(moment, talk.person, sign_up, round_row))


def with_other_leader(moment: Moment, sign_up: SignUpRow, leader: str) -> SignUpRow:
    """The one who was asked is asked no more; the other one is asked afresh, about the place if there is one.

    `leader` may be nobody yet: then there is nobody to ask.
    """
    _ask_no_more(moment, sign_up.leader, "principle", sign_up.id)
    asked = False
    for exchange in moment.work.exchanges.of_employee(sign_up.person):
        if exchange.sign_up == sign_up.id and exchange.state in ("proposed", "accepted"):
            _ask_no_more(moment, exchange.leader, "approve", exchange.id)
            moment.work.prompts.plan(exchange.leader, exchange.id, [], EXCHANGE_KINDS, moment.now)
            moved = replace(exchange, leader=leader)
            moment.work.exchanges.update(moved)
            if exchange.state == "accepted" and leader:
                ask_leader(moment, moved)
                asked = True
    return replace(sign_up, leader=leader, leader_told=asked, support="")


def _ask_no_more(moment: Moment, leader: str, dialog: str, subject: str) -> None:
    row = moment.work.conversations.find(leader, dialog, subject, dialog)
    if row is not None and row.status in ("open", "paused"):
        talks.close(moment, talks.load(moment, row), "stopped", Say("stop.closed"))


def ask_leader(moment: Moment, exchange: ExchangeRow) -> None:
    """Asks the leader for the approval with a written reason; one reminder is planned.

    Where nobody leads yet, it is asked once somebody is named.
    """
    if not exchange.leader:
        return
    asked = replace(exchange, asked_at=moment.now)
    moment.work.exchanges.update(asked)
    replan(moment, asked)
    leader = moment.person(exchange.leader)
    talks.begin(moment, Topic(leader, "approve", exchange.id, "approve"))
    reaching.asked(moment, leader, exchange.employee)


def other_leader(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The one who was named is not the leader: the question is asked again."""
    row = moment.work.conversations.find(person.id, "sign", args[0], "sign")
    sign_up = moment.work.rounds.sign_up(args[0])
    if row is None or sign_up.leader or sign_up.state not in OPEN_STATES:
        return Reply(note=moment.words.text(person.language, "card.answered"))
    talk, replaces = talks.load(moment, row), shown_by(moment, incoming)
    return talks.take(moment, talk, "edit", ["sign.leader"], incoming, replaces=replaces)


def have_talked(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The person says that the talk has been; now the leader is asked."""
    sign_up = moment.work.rounds.sign_up(args[0])
    if sign_up.state == "withdrawn":
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    if not sign_up.leader:
        return other_leader(moment, person, args, incoming)
    moment.work.conversations.spend(incoming.card)
    sign_up = tell_leader(moment, sign_up)
    values = {"leader": moment.first_name(sign_up.leader)}
    moment.tell(
        person,
        Told(
            [Say("sign.leader_told", values)],
            _presses(moment, person, sign_up, moment.work.rounds.get(sign_up.round)),
        ),
        kind="answer",
        subject=sign_up.id,
        replaces=shown_by(moment, incoming),
    )
    return Reply()


def tell_leader(moment: Moment, sign_up: SignUpRow) -> SignUpRow:
    """Asks the leader for support in principle, once."""
    if sign_up.leader_told:
        return sign_up
    leader = moment.person(sign_up.leader)
    talks.begin(moment, Topic(leader, "principle", sign_up.id, "principle"))
    reaching.asked(moment, leader, sign_up.person)
    asked = replace(sign_up, leader_told=True)
    moment.work.rounds.update_sign_up(asked)
    return asked


def wish_of(moment: Moment, sign_up: SignUpRow, language: str) -> str:
    """What the person wants to learn, in the person's own words."""
    for row in moment.work.answers.of(sign_up.person, sign_up.id, "sign"):
        if row.key == "sign.learn":
            return shown(moment, language, row)
    return ""


def offer_pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """ "We can host" in the channel."""
    round_row = moment.work.rounds.get(args[0])
    if round_row.organisation != person.organisation:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if is_past(moment, person, round_row):
        moment.tell(person, Told([Say("sign.closed", {"contact": _contact(moment, round_row)})]), kind="answer")
        return _in_private(moment, person)
    offers = moment.work.rounds.offers(round_row.id)
    mine = [offer for offer in offers if offer.person == person.id and offer.state != "withdrawn"]
    offer = mine[0] if mine else OfferRow(new_id(), round_row.id, person.id, person.unit, "draft")
    if not mine:
        moment.work.rounds.add_offer(offer)
    if offer.state == "draft":
        talks.begin(moment, Topic(person, "offer", offer.id, "offer"))
    else:
        moment.tell(person, Told([Say("offer.status")], offer_presses(offer)), kind="answer", subject=offer.id)
    return _in_private(moment, person)


def offer_presses(offer: OfferRow) -> list[Press]:
    """The ways to change an offer, and to take it back while nobody has been given it."""
    presses = [Press("btn.change_answers", ["reopen", "offer", offer.id, "offer"])]
    if offer.state == "open":
        presses.append(Press("btn.withdraw", ["begin", "stop", offer.id, "stop"]))
    return presses


def offer_facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """What the host's offer needs."""
    offer = moment.work.rounds.offer(topic.subject)
    return {
        **facts_of_round(moment, topic, moment.work.rounds.get(offer.round)),
        "unit": topic.person.unit,
        "host": first(topic.person.name),
    }


def offer_finish(moment: Moment, talk: Talk) -> Ending:
    """The offer stands."""
    offer = moment.work.rounds.offer(talk.row.subject)
    if offer.state == "withdrawn":
        return Ending([Say("stop.closed")])
    unit = str(talk.state.answers.get("offer.unit", talk.person.unit))
    offer_to(moment, replace(offer, unit=unit), "open" if offer.state == "draft" else offer.state)
    moment.work.answers.confirm(talk.person.id, offer.id, "offer")
    for hr in moment.work.people.hr(talk.person.organisation):
        remind_hr(moment, hr, offer.round)
    return Ending([Say("offer.done", {"date": talk.facts["date"]})], offer_presses(offer)[:1])


SCRIPTS = {
    "sign": Script(SIGN_UP, facts, finish, who),
    "offer": Script(OFFER, offer_facts, offer_finish, who_sees),
}
PRESSES = {
    "sign_up": pressed,
    "host_offer": offer_pressed,
    "have_talked": have_talked,
    "other_leader": other_leader,
}
