"""The story that somebody lets others learn from: HR reads it while the consent stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.programme.visibility import may_read
from bot.script import Ending, Script, Talk, Topic
from bot.turns import story_review
from bot.turns.common import circle_of, exchange_of, facts_of_exchange, item, latest
from bot.turns.picking import shown_by
from bot.turns.story_review import HELPER, TEXT
from dialogs.model import Ask, Say, Visibility
from dialogs.story import NAMED, NONE, STORY
from storage.records import AnswerRow, ExchangeRow, PersonRow

CONSENT = "story.ask"


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """Exactly what HR will read."""
    exchange = exchange_of(moment, topic)
    rows = moment.work.answers.of(topic.person.id, exchange.id, "story")
    language = topic.person.language
    heading = moment.words.say(language, _heading(moment, exchange, latest(rows, CONSENT) == NAMED))
    return {
        **facts_of_exchange(moment, topic, exchange),
        "preview": [{"label": heading, "text": latest(rows, TEXT)}],
    }


def _heading(moment: Moment, exchange: ExchangeRow, named: bool) -> Say:
    if not named:
        return Say("story.nameless")
    return Say("story.by", {"name": moment.person(exchange.employee).name, "host_unit": exchange.host_unit})


def who(moment: Moment, talk: Talk, ask: Ask) -> Say | None:
    """HR reads it once it was sent; until then nobody."""
    if ask.visibility is Visibility.CONTROL:
        return None
    return Say("privacy.vis.story.helper" if ask.key == HELPER else "privacy.vis.story")


def finish(moment: Moment, talk: Talk) -> Ending:
    """HR may read it with a yes, and nothing of it without."""
    consents = talk.state.answers.get(CONSENT) != NONE
    for row in moment.work.answers.of(talk.person.id, talk.row.subject, "story"):
        if row.visibility == "S":
            moment.work.answers.update(replace(row, confirmed=consents))
    moment.work.audit.add(moment.now, talk.person.id, "story.sent" if consents else "story.kept", talk.row.subject)
    if not consents:
        return Ending([Say("story.done.no")])
    day = story_review.plan(moment, moment.work.exchanges.get(talk.row.subject))
    return Ending([Say("story.done", {"date": moment.words.date_and_year(talk.person.language, day)})])


def withdraw(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Takes the consent back, and with it the name among those who help; the text stays with its author."""
    row = moment.work.answers.get(args[0])
    if row is None or row.person != person.id or row.key != TEXT:
        return Reply(note=moment.words.text(person.language, "data.gone"))
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    helps = False
    for each in moment.work.answers.of(person.id, row.subject, row.occasion):
        if each.visibility == "S":
            moment.work.answers.update(replace(each, confirmed=False))
        elif each.key == HELPER:
            helps = each.value == "btn.yes"
            moment.work.answers.delete(each.id)
    moment.work.audit.add(moment.now, person.id, "story.taken_back", row.subject)
    says = [Say("story.taken_back"), *([Say("story.helper.gone")] if helps else [])]
    moment.tell(person, Told(says), kind="answer", replaces=shown_by(moment, incoming))
    return Reply()


def told_to(moment: Moment, hr: PersonRow) -> list[tuple[ExchangeRow, str, bool]]:
    """The stories that HR may read: whose, the text, and whether the name may be said."""
    found = []
    for round_row in moment.work.rounds.all(hr.organisation):
        for exchange in moment.work.exchanges.of_round(round_row.id):
            rows = _readable(moment, exchange, hr)
            text, consent = latest(rows, TEXT), latest(rows, CONSENT, NONE)
            if text and consent != NONE:
                found.append((exchange, text, consent == NAMED))
    return found


def _helpers(moment: Moment, hr: PersonRow) -> list[str]:
    """Who would like to answer questions of those who come after."""
    rounds = moment.work.rounds.all(hr.organisation)
    exchanges = [exchange for row in rounds for exchange in moment.work.exchanges.of_round(row.id)]
    willing = [it for it in exchanges if latest(_readable(moment, it, hr), HELPER) == "btn.yes"]
    return sorted({moment.person(exchange.employee).name for exchange in willing})


def listed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """HR reads the stories with consent, and who would like to answer questions of those who come after."""
    if not person.hr:
        return Reply(note=moment.words.text(person.language, "only_hr"))
    words, language = moment.words, person.language
    title = Part(words.text(language, "stories.title"), "title")
    # Those who help are named, so they stand apart from what others have told without a name.
    if helpers := _helpers(moment, person):
        moment.tell(person, Told([title, Say("stories.helpers", {"list": helpers})]), kind="answer")
    parts: list[Say | Part] = [title]
    for exchange, text, named in sorted(told_to(moment, person), key=_place):
        parts += [Part(words.say(language, _heading(moment, exchange, named)), "small"), Part(text, "own")]
    if len(parts) == 1:
        parts.append(Say("stories.nothing"))
    moment.tell(person, Told(parts), kind="answer")
    return Reply()


def _place(story: tuple[ExchangeRow, str, bool]) -> tuple[bool, str]:
    """Those with a name first; the others in an order that tells nothing of who and when."""
    _, text, named = story
    return not named, "" if named else text


def _readable(moment: Moment, exchange: ExchangeRow, reader: PersonRow) -> list[AnswerRow]:
    circle = circle_of(moment, exchange)
    rows = moment.work.answers.of(exchange.employee, exchange.id, "story")
    return [row for row in rows if may_read(item(row), reader.id, circle)]


def is_open(moment: Moment, exchange: ExchangeRow) -> bool:
    """Whether it can still be told, once the debrief is done."""
    if exchange.state != "debriefed":
        return False
    row = moment.work.conversations.find(exchange.employee, "story", exchange.id, "story")
    return row is None or row.status in ("open", "paused")


SCRIPTS = {"story": Script(STORY, facts, finish, who)}
PRESSES = {"stories": listed, "story_withdraw": withdraw}


def way_in(exchange: ExchangeRow) -> Press:
    """The offer to tell it."""
    return Press("btn.story", ["begin", "story", exchange.id, "story"])
