"""Runs a dialog for a person inside one unit of work: begin, take an input, keep the answers, show what is next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot import showing
from bot.answering import doubts, keep, refuse
from bot.channel import CLOSED, Choice, Incoming, Part, Reply
from bot.drawing import quotes
from bot.fields import Reader, labels_of
from bot.moment import Moment, Press, Told
from bot.script import Script, Talk, Topic
from dialogs import engine
from dialogs.model import Dialog, Raw, Say, State, Turn, Value
from storage.records import ConversationRow, new_id


def begin(
    moment: Moment,
    topic: Topic,
    *,
    replaces: str = "",
    before: Sequence[Say | Part] = (),
    fixed: Mapping[str, object] | None = None,
) -> Talk:
    """Opens a conversation, or goes on with it where it was. Says the first or the current question."""
    moment = moment.speaking(topic.person.organisation, topic.subject)
    script = moment.house.scripts[topic.dialog]
    row = moment.work.conversations.find(topic.person.id, topic.dialog, topic.subject, topic.occasion)
    known = row is not None and row.status in ("open", "paused")
    if row is None:
        row = ConversationRow(
            id=new_id(),
            person=topic.person.id,
            dialog=topic.dialog,
            subject=topic.subject,
            occasion=topic.occasion,
            state={},
            status="open",
            card="",
            message="",
            touched=moment.now,
        )
    state = (
        _state(moment, row, script.dialog)
        if row.state
        else State(topic.dialog, form=script.dialog.form, fixed=dict(fixed or {}))
    )
    if fixed and row.state:
        state = replace(state, fixed={**state.fixed, **fixed})
    talk = Talk(topic, row, script.dialog, state, {})
    talk = replace(talk, facts=_facts(moment, script, talk))
    if known:
        turn = engine.show(script.dialog, state, talk.facts)
    else:
        turn = engine.begin(script.dialog, talk.facts, _reopened(script.dialog, talk) if row.state else None)
        if not row.state:
            turn = replace(turn, state=replace(turn.state, fixed=state.fixed))
    opening = () if known else tuple(script.opening(moment, talk))
    card = ""
    if not replaces and showing.has_a_door(moment, talk):
        # It comes up in a form: what stands in the chat leads there already, as it is.
        replaces, card = row.message, row.card
    return _go_on(moment, replace(talk, state=turn.state), turn, replaces, before, card, opening=opening)


def _reopened(dialog: Dialog, talk: Talk) -> State:
    """A finished conversation that is opened again starts at its first question, with what was answered."""
    asks = engine.visible(dialog, talk.state, talk.facts)
    return replace(talk.state, at=asks[0].key if asks else "")


def load(moment: Moment, row: ConversationRow) -> Talk:
    """A conversation in hand, with its answers and the facts as they are now."""
    script = moment.house.scripts[row.dialog]
    topic = Topic(moment.person(row.person), row.dialog, row.subject, row.occasion)
    moment = moment.speaking(topic.person.organisation, row.subject)
    talk = Talk(topic, row, script.dialog, _state(moment, row, script.dialog), {})
    return replace(talk, facts=_facts(moment, script, talk))


def _facts(moment: Moment, script: Script, talk: Talk) -> dict[str, object]:
    how = {engine.ONE_AT_A_TIME: True} if engine.ONE_AT_A_TIME in talk.person.told else {}
    return {**script.facts(moment, talk.topic), **talk.state.fixed, **script.more(moment, talk), **how}


def _state(moment: Moment, row: ConversationRow, dialog: Dialog) -> State:
    kept = moment.work.answers.of(row.person, row.subject, row.occasion)
    held = row.state.get("answers", {})
    answers: dict[str, Value] = dict(held) if isinstance(held, dict) else {}
    answers |= {answer.key: answer.value for answer in kept}
    return engine.from_json(row.state, answers)


def take(
    moment: Moment, talk: Talk, verb: str, args: Sequence[str], incoming: Incoming, *, replaces: str = ""
) -> Reply:
    """One input to a conversation: submit, answer, skip, back, keep, edit, change, pause or resume.

    `replaces` is a message that gives its place, when it is not the conversation's own.
    """
    if verb == CLOSED and showing.in_chat(moment, talk) == talk.row.card:
        return Reply()
    moment = moment.speaking(talk.person.organisation, talk.row.subject)
    dialog, state, facts = talk.dialog, talk.state, talk.facts
    in_place = replaces or (talk.row.message if incoming.kind == "press" else "")
    if verb == "pause" and talk.row.status == "paused":
        return Reply(note=moment.words.text(talk.person.language, "card.answered"))
    if verb == "pause":
        return pause(moment, talk, in_place)
    if verb == "change":
        return offer_changes(moment, talk, in_place)
    if verb in ("submit", "answer"):
        given: Mapping[str, Raw] = incoming.values if verb == "submit" else {args[0]: args[1]}
        doubt = doubts(moment, talk, given, incoming)
        if doubt is not None:
            return doubt
        view = showing.reader(moment, talk)
        given = _without_starters(view, dialog, given)
        turn = engine.submit(dialog, state, given, facts, lambda ask: labels_of(view, ask), partly=verb == "answer")
    elif verb == "edit":
        turn = engine.edit(dialog, state, args[0] if args else str(incoming.values.get("edit", "")), facts)
    elif verb == "skip":
        turn = engine.skip(dialog, state, facts, partly=incoming.kind == "text")
    else:
        walk = {"back": engine.back, "keep": engine.keep}.get(verb, engine.show)
        turn = walk(dialog, state, facts)
    if turn.errors:
        return refuse(moment, talk, turn, incoming)
    same = verb == CLOSED or (verb == "resume" and bool(moment.form))
    _go_to(moment, talk, turn, in_place, talk.row.card if same and talk.row.status == "open" else "", same=same)
    return Reply()


def _go_to(moment: Moment, talk: Talk, turn: Turn, in_place: str, again: str, *, same: bool) -> None:
    """Keeps what was answered, and says what is next. `same`: that is the question which stands there already.

    `again` is the card that stays as it is.
    """
    script = moment.house.scripts[talk.dialog.key]
    if talk.row.card and not again:
        moment.work.conversations.spend(talk.row.card)
    keep(moment, talk, turn.state, showing.reader(moment, talk))
    after = replace(talk, state=turn.state)
    after = replace(after, facts=_facts(moment, script, after))
    if not turn.state.finished:
        turn = replace(turn, screen=engine.show(talk.dialog, turn.state, after.facts).screen)
    opening: Sequence[Say] = ()
    if same and turn.screen is not None and turn.screen.first and not turn.state.answers:
        # Nothing is answered yet, so what is said to begin with is still to be read.
        turn = replace(turn, says=(*map(Say, talk.dialog.intro), *turn.says))
        opening = script.opening(moment, after)
    _go_on(moment, after, turn, in_place, (), again, opening)


def _without_starters(view: Reader, dialog: Dialog, given: Mapping[str, Raw]) -> dict[str, Raw]:
    """A beginning that was offered and left as it stood is no answer."""
    starters = {ask.key: view.text(ask.starter) for ask in dialog.asks if "." in ask.starter}
    return {key: "" if raw == starters.get(key) else raw for key, raw in given.items()}


def pause(moment: Moment, talk: Talk, replaces: str = "") -> Reply:
    """Puts a conversation aside; what is answered is kept."""
    if talk.row.card and not replaces:
        showing.set_aside(moment, talk)
    begin_again = ["begin", talk.row.dialog, talk.row.subject, talk.row.occasion]
    message = moment.tell(
        talk.person,
        Told([Say("talk.paused")], [Press("btn.continue", begin_again, main=True)]),
        kind="answer",
        subject=talk.row.subject,
        replaces=replaces,
    )
    if not replaces:
        showing.close_card(moment, talk)
    # A form of the card that is open elsewhere can still be sent.
    card = talk.row.card if replaces else ""
    moment.work.conversations.put(replace(talk.row, status="paused", card=card, message=message, touched=moment.now))
    return Reply()


def offer_changes(moment: Moment, talk: Talk, replaces: str = "", beginning: str = "") -> Reply:
    """Lists the questions whose answer can be changed; only those whose key begins so."""
    asks = [ask for ask in engine.changeable(talk.dialog, talk.state, talk.facts) if ask.key.startswith(beginning)]
    if not asks:
        return Reply(note=moment.words.text(talk.person.language, "talk.nothing_to_change"))
    view = showing.reader(moment, talk)
    choices = tuple(
        Choice(ask.key, engine.shortened(view.words.text(view.language, ask.words, view.values(ask)))) for ask in asks
    )
    actions = {"edit": ["edit"], "back": ["resume"]}
    showing.pick_one(moment, talk, ("edit", "talk.change_which"), choices, "btn.edit", actions, replaces)
    return Reply()


def close(moment: Moment, talk: Talk, status: str, said: Say | None = None) -> None:
    """Ends a conversation from outside; its open card says so instead of asking on."""
    unseen = bool(talk.row.card) and moment.work.outbox.withdraw(talk.row.message)
    if said is not None and talk.row.card and not unseen:
        moment.tell(
            talk.person,
            Told([said]),
            kind="answer",
            subject=talk.row.subject,
            replaces=talk.row.message,
        )
    showing.close_card(moment, talk)
    moment.work.conversations.put(replace(talk.row, status=status, card="", touched=moment.now))


def _go_on(
    moment: Moment,
    talk: Talk,
    turn: Turn,
    replaces: str,
    before: Sequence[Say | Part],
    card: str = "",
    opening: Sequence[Say] = (),
) -> Talk:
    """Shows the next question or finishes. `card` is one that stays open: the same question in another form."""
    if turn.screen is None:
        return _finish(moment, talk, turn, replaces, (*before, *opening))
    says = turn.says
    if moment.form == "card":  # it comes in a chat, which need not keep what was just written
        says = tuple(say for say in says if not quotes(moment.words, say.key))
    drawn = showing.drawn(moment, talk, turn.screen, card or new_id(), (*before, *says), opening)
    return showing.show(moment, talk, drawn.message, drawn.actions, replaces)


def _finish(moment: Moment, talk: Talk, turn: Turn, replaces: str, before: Sequence[Say | Part]) -> Talk:
    if talk.row.card and talk.row.status == "open" and talk.row.message != replaces:
        showing.set_aside(moment, talk)
    script = moment.house.scripts[talk.row.dialog]
    row = replace(
        talk.row,
        state=engine.to_json(turn.state),
        status="done",
        card="",
        touched=moment.now,
    )
    moment.work.conversations.put(row)
    done = replace(talk, row=row, state=turn.state)
    ending = script.finish(moment, done)
    person = moment.person(talk.person.id)  # the language may just have been chosen
    first = [showing.with_facts(say, talk) for say in (*before, *turn.says)]
    said = [*first, *(showing.with_facts(say, talk) for say in ending.says)]
    if ending.then is not None:
        begin(moment, ending.then, replaces=replaces, before=said)
        return done
    if said:
        title = Part(moment.words.text(person.language, talk.dialog.title), "title")
        chat = None if ending.chat is None else [title, *first, *(showing.with_facts(say, talk) for say in ending.chat)]
        message = moment.tell(
            person,
            Told([title, *said], ending.presses, chat),
            kind="answer",
            subject=row.subject,
            replaces=replaces,
        )
        moment.work.conversations.put(replace(row, message=message))
    return done
