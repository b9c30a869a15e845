"""Shows where a conversation stands: its question on a card, the door to it in the chat, and what an older card says.

Saved with the conversation, so that a press is known again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.channel import OPEN, Button, Choice, Field, Message, Part
from bot.drawing import Drawn, draw
from bot.fields import Reader
from bot.moment import Moment, Told
from bot.script import Talk
from dialogs import engine
from dialogs.model import Say, Screen
from storage.records import CardRow, PersonRow, new_id


def reader(moment: Moment, talk: Talk) -> Reader:
    """For whom this conversation is drawn."""
    script = moment.house.scripts[talk.row.dialog]
    return Reader(
        talk.person.language,
        moment.words,
        talk.facts,
        lambda ask: script.who(moment, talk, ask),
    )


def standing(moment: Moment, talk: Talk) -> Message | None:
    """The question that is open, as it is asked on its card; None when there is none. Nothing changes."""
    moment = moment.speaking(talk.person.organisation, talk.row.subject)
    turn = engine.show(talk.dialog, talk.state, talk.facts)
    if turn.screen is None:
        return None
    begun = not turn.screen.first or talk.state.answers
    says = turn.says if begun else (*map(Say, talk.dialog.intro), *turn.says)
    return drawn(moment, talk, turn.screen, talk.row.card, says).message


def pick_one(
    moment: Moment,
    talk: Talk,
    field: tuple[str, str],
    choices: Sequence[Choice],
    button: str,
    actions: Mapping[str, list[str]],
    replaces: str,
) -> None:
    """A list to pick one thing from, in the conversation's own place. `field` is its key and its label's.

    The first of `actions` is the button's, the second leads back.
    """
    view, (go, back) = reader(moment, talk), actions
    message = Message(
        parts=(Part(view.text(talk.dialog.title), "title"),),
        preview=view.text(talk.dialog.title),
        card=new_id(),
        fields=(Field(field[0], "one", view.text(field[1]), choices=tuple(choices), required=True),),
        buttons=(Button(go, view.text(button), main=True, sends=True), Button(back, view.text("btn.back"))),
        language=view.language,
    )
    show(moment, talk, message, actions, replaces)


def drawn(
    moment: Moment,
    talk: Talk,
    screen: Screen,
    card: str,
    before: Sequence[Say | Part],
    opening: Sequence[Say] = (),
) -> Drawn:
    """The card for a screen. `before` stands above the question, `opening` beside the door too."""
    script = moment.house.scripts[talk.row.dialog]
    return draw(
        reader(moment, talk),
        talk.dialog,
        screen,
        card,
        about=f"{talk.row.dialog}:{talk.row.subject}",
        door=talk.row.id,
        typed=moment.typed and moment.actor == talk.person.id,
        before=[with_facts(say, talk) for say in (*before, *script.beside(moment, talk))],
        opening=[Say(say.key, {**talk.facts, **say.values}) for say in opening],
        extra=script.extra(moment, talk),
    )


def with_facts(say: Say | Part, talk: Talk) -> Say | Part:
    """A sentence with what the conversation knows to fill in."""
    return say if isinstance(say, Part) else Say(say.key, {**talk.facts, **say.values})


def show(
    moment: Moment,
    talk: Talk,
    message: Message,
    actions: Mapping[str, list[str]],
    replaces: str,
) -> Talk:
    """Sends the card and remembers it as the one that is open. An older open card gives way."""
    if talk.row.card and talk.row.status == "open" and talk.row.message != replaces:
        set_aside(moment, talk)
    if message.card != talk.row.card:
        close_card(moment, talk)
    kind = "card" if moment.actor == talk.person.id else talk.row.dialog
    standing = bool(replaces) and _stands(moment, talk, replaces)
    outgoing = moment.send(talk.person, message, kind, talk.row.subject, replaces=replaces, standing=standing)
    held = {} if moment.house.scripts[talk.row.dialog].keeps else {"answers": dict(talk.state.answers)}
    row = replace(
        talk.row,
        state={**engine.to_json(talk.state), **held},
        status="open",
        card=message.card,
        message=outgoing,
        touched=_after_all_others(moment, talk.person),
    )
    moment.work.conversations.put(row)
    moment.work.conversations.put_card(CardRow(message.card, talk.person.id, row.id, dict(actions), outgoing))
    if message.door:
        beside = in_chat(moment, talk) if standing and outgoing == replaces else message.card
        way_in = CardRow(row.id, talk.person.id, row.id, {OPEN: ["resume", beside]}, outgoing)
        moment.work.conversations.put_card(way_in)
    return replace(talk, row=row)


def _stands(moment: Moment, talk: Talk, message: str) -> bool:
    """Whether this message is the door of the conversation already, so that the chat need not change."""
    door = moment.work.conversations.card(talk.row.id)
    return door is not None and door.message == message


def in_chat(moment: Moment, talk: Talk) -> str:
    """The card whose question is the one that the door in the chat tells of; a form may have gone on since."""
    door = moment.work.conversations.card(talk.row.id)
    return door.actions[OPEN][-1] if door else ""


def _after_all_others(moment: Moment, person: PersonRow) -> datetime:
    """Now, and later than every other open conversation: typed words belong to the one shown last."""
    others = [row.touched for row in moment.work.conversations.open(person.id)]
    return max([moment.now, *(touched + timedelta(microseconds=1) for touched in others)])


def set_aside(moment: Moment, talk: Talk) -> None:
    """The card that was open shows no question any more; the next one comes below it in the chat."""
    close_card(moment, talk)
    if not talk.row.message or moment.work.outbox.withdraw(talk.row.message):
        return
    title = Part(moment.words.text(talk.person.language, talk.dialog.title), "title")
    replace(moment, form="").tell(
        talk.person,
        Told([title, Say("card.goes_on_below")]),
        kind="answer",
        subject=talk.row.subject,
        replaces=talk.row.message,
    )


def close_card(moment: Moment, talk: Talk) -> None:
    """A press on the card that is open says from now on that it was answered."""
    if talk.row.card:
        moment.work.conversations.spend(talk.row.card)


def has_a_door(moment: Moment, talk: Talk) -> bool:
    """Whether the person gets to see it in a form, and can come back to it from the chat."""
    open_here = talk.row.status == "open" and talk.row.message and moment.actor == talk.person.id
    stays = moment.form == "open" or _stands(moment, talk, talk.row.message)
    return bool(open_here and moment.form in ("may_open", "open") and stays)
