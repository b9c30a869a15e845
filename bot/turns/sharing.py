"""One answer shared on its own: chosen, previewed exactly as it will be read, released; and taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import talks
from bot.channel import Choice, Incoming, Reply
from bot.moment import Moment, Press, Told
from bot.places import hosts_of
from bot.programme.visibility import COACH_NOTE
from bot.script import Ending, Script, Talk, Topic
from bot.turns import two_jobs, unsaying
from bot.turns.common import (
    exchange_of,
    facts_of_exchange,
    first,
    is_outside,
    label_of,
    shown,
    shown_to_others,
    who_sees,
)
from bot.turns.picking import pick, shown_by
from bot.turns.weeks import overview_ahead
from dialogs.engine import excerpt
from dialogs.model import Say
from dialogs.sharing import HABIT, SHARE
from storage.records import AnswerRow, ExchangeRow, PersonRow


def which(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Lists the entry's answers that can be shared, to pick one."""
    exchange_id, occasion = args
    rows = [row for row in moment.work.answers.of(person.id, exchange_id, occasion) if row.visibility == "S"]
    # A list that comes up in a form is gone when that is closed: it can be asked for again.
    if not moment.form and not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    replaces = shown_by(moment, incoming)
    if len(rows) == 1:
        talks.begin(moment, _topic(person, rows[0]), replaces=replaces)
        return Reply()
    pick(
        moment,
        person,
        "share.title",
        "share.which",
        [Choice(row.id, excerpt(shown(moment, person.language, row))) for row in rows],
        Press("btn.preview", ["share", ""]),
        Press("btn.no_thanks", ["done"]),
        subject=exchange_id,
        replaces=replaces,
    )
    return Reply()


def _topic(person: PersonRow, row: AnswerRow) -> Topic:
    return Topic(person, "share", row.subject, f"share:{row.id}")


def pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Starts to share one answer."""
    answer_id = args[0] or str(incoming.values.get("answer", ""))
    row = moment.work.answers.get(answer_id) if answer_id else None
    if row is None or row.person != person.id or row.visibility != "S" or row.key == COACH_NOTE:
        return Reply(note=moment.words.text(person.language, "rejected.one"))
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    talks.begin(moment, _topic(person, row), replaces=shown_by(moment, incoming))
    return Reply()


def _shared(moment: Moment, topic: Topic) -> AnswerRow | None:
    return moment.work.answers.get(topic.occasion.removeprefix("share:"))


def receivers_of(moment: Moment, exchange: ExchangeRow) -> list[str]:
    """Who can be told: the leader, and a host who is in the chat. No logbook goes to a page outside (T14)."""
    hosts = [host for host in hosts_of(exchange) if not is_outside(moment, host)]
    return [person for person in (exchange.leader, *hosts) if person]


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """Who can be told, and exactly what they will read."""
    exchange = exchange_of(moment, topic)
    row = _shared(moment, topic)
    receivers = [
        {"value": other, "label": moment.person(other).name, "chosen": other == exchange.leader}
        for other in receivers_of(moment, exchange)
    ]
    text = shown_to_others(moment, topic.person.language, row) if row else ""
    warned = two_jobs.forewarned(moment, exchange, [row] if row else [])
    ours = [{"label": "", "text": moment.words.say(topic.person.language, say), "ours": "yes"} for say in warned]
    return {
        **facts_of_exchange(moment, topic, exchange),
        "receivers": receivers,
        "preview": [{"label": label_of(moment, topic.person.language, row), "text": text}, *ours] if row else [],
    }


def finish(moment: Moment, talk: Talk) -> Ending:
    """Releases the answer to those chosen."""
    row = _shared(moment, talk.topic)
    if row is None:
        return Ending([Say("data.gone")])
    chosen = talk.state.answers.get("share.receivers", [])
    receivers = frozenset(chosen) if isinstance(chosen, list) else frozenset()
    exchange = moment.work.exchanges.get(row.subject)
    allowed = receivers & {*receivers_of(moment, exchange)}
    moment.work.answers.update(
        replace(row, released=row.released | allowed, picked=exchange.leader in allowed or row.picked)
    )
    moment.work.audit.add(moment.now, talk.person.id, "answer.released", row.id)
    if allowed and not row.released and two_jobs.too_much(row):
        if exchange.leader in allowed:
            two_jobs.tell_leader(moment, exchange, row)
        two_jobs.tell_host(moment, exchange, row)
    later = {exchange.leader} if overview_ahead(moment, exchange) else set()
    for receiver in sorted(allowed - row.released - later):
        says = [Say("share.told", {"name": first(talk.person.name)})]
        look = Press("btn.released", ["released", exchange.id])
        moment.tell(
            moment.person(receiver),
            Told(says, [look]),
            kind="news",
            subject=exchange.id,
            preview="preview.shared",
            about=[row.id],
        )
    names = moment.words.listing(talk.person.language, sorted(moment.first_name(person) for person in allowed))
    return Ending([Say("ok.shared", {"list": names})], [Press("btn.unshare", ["unshare", row.id])])


def unshare(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Takes an answer back; nothing shows that it was there."""
    row = moment.work.answers.get(args[0])
    if row is None or row.person != person.id:
        return Reply(note=moment.words.text(person.language, "data.gone"))
    moment.work.conversations.spend(incoming.card)
    moment.work.answers.update(replace(row, released=frozenset(), picked=False))
    unsaying.take_back(moment, row)
    moment.work.audit.add(moment.now, person.id, "answer.taken_back", row.id)
    key = "share.taken_back.late" if row.sent else "share.taken_back"
    moment.tell(person, Told([Say(key)]), kind="answer", subject=row.subject, replaces=shown_by(moment, incoming))
    return Reply()


def habit_finish(moment: Moment, talk: Talk) -> Ending:
    """Keeps the habit for this exchange; it releases nothing."""
    journal = moment.work.exchanges.journal(talk.row.subject)
    habit = str(talk.state.answers.get("share.habit", f"share.habit.{journal.habit}")).rsplit(".", 1)[-1]
    moment.work.exchanges.save_journal(replace(journal, habit=habit))
    if habit == "open":
        _leave_out_the_past(moment, talk)
    return Ending([Say("ok.saved")])


def _leave_out_the_past(moment: Moment, talk: Talk) -> None:
    """What was written while it was said to stay private is not picked by a habit that was chosen later."""
    for row in moment.work.answers.about(talk.row.subject):
        theirs = row.person == talk.person.id and row.visibility == "S" and row.occasion.startswith("log:")
        if theirs and row.picked is None and not row.released:
            moment.work.answers.update(replace(row, picked=False))


SCRIPTS = {
    "share": Script(SHARE, facts, finish, who_sees, keeps=False),
    "habit": Script(
        HABIT,
        lambda moment, topic: facts_of_exchange(moment, topic, exchange_of(moment, topic)),
        habit_finish,
        who_sees,
        keeps=False,
    ),
}
PRESSES = {
    "share_which": which,
    "share": pressed,
    "unshare": unshare,
}
