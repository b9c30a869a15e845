"""HR says sentences in words of their own: found, written, looked at and kept, in the chat or by file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot import talks
from bot.channel import Choice, File, Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.own_words import MOST_FOUND, as_file, example, fault, may_change, room, search
from bot.script import Ending, Script, Talk, Topic
from bot.turns.choosing import round_id, rounds_of
from bot.turns.common import no_facts, nobody_else
from bot.turns.picking import PICKED, pick, shown_by
from bot.wordings import Place, as_text, called, forget, put, words_of
from bot.words import LANGUAGES, Text, Words
from dialogs.engine import shortened
from dialogs.model import Say
from dialogs.own_words import OWN_WORDS, SEARCH
from dialogs.sentence import written
from storage.records import PersonRow, new_id

LABEL = 75
"""Characters that a platform shows of an option."""


def own(moment: Moment, organisation: str) -> dict[Place, Text]:
    """All that an organisation says otherwise."""
    kept = moment.work.wordings.all(organisation)
    return {
        (round_row, language, key): as_text(text)
        for round_row, sentences in sorted(kept.items())
        for (language, key), text in sorted(sentences.items())
    }


def keep(moment: Moment, hr: PersonRow, place: Place, text: Text) -> bool:
    """Says it in these words from now on; they fit, see `fault`. False when it is said so already."""
    done = put(moment.work, moment.words.product, hr.organisation, place, text)
    if done:
        _changed(moment, hr, f"words.{done}", place)
    return bool(done)


def put_back(moment: Moment, hr: PersonRow, place: Place) -> bool:
    """Says it in the words from before. False when it was so all along."""
    if not moment.work.wordings.remove(hr.organisation, *place):
        return False
    _changed(moment, hr, "words.removed", place)
    return True


def _changed(moment: Moment, hr: PersonRow, action: str, place: Place) -> None:
    moment.work.audit.add(moment.now, hr.id, action, called(hr.organisation, place))
    forget(moment.words, hr.organisation)


def words_here(moment: Moment, hr: PersonRow, here: str) -> Words:
    """What is said in a round, or in all."""
    forget(moment.words, hr.organisation)
    return words_of(moment.words, moment.work, hr.organisation, here)


# The menu


def menu(moment: Moment, person: PersonRow) -> Reply:
    """What HR can do with the sentences."""
    if not person.hr:
        moment.tell(person, Told([Say("only_hr")]), kind="answer")
        return Reply()
    count = len(own(moment, person.organisation))
    says: list[Say | Part] = [
        Say("own.title"),
        Say("own.menu", {"n": count}) if count else Say("own.menu.none"),
        Say("own.menu.how"),
    ]
    presses = [Press("btn.own_search", ["own_search"], main=True), Press("btn.own_file", ["own_file"])]
    if count:
        presses.append(Press("btn.own_back", ["own_back"]))
    moment.tell(person, Told(says, presses), kind="answer")
    return Reply()


def pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The button for the menu."""
    return menu(moment, person)


def _refused(moment: Moment, person: PersonRow) -> Reply | None:
    return None if person.hr else Reply(note=moment.words.text(person.language, "only_hr"))


# A sentence


def find(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Asks which sentence."""
    if refused := _refused(moment, person):
        return refused
    talks.begin(moment, Topic(person, "own_search", person.id, new_id()))
    return Reply()


def searched(moment: Moment, talk: Talk) -> Ending:
    """The sentences that were found, to pick one from."""
    hr, words = talk.person, moment.words
    found = search(words, hr.language, str(talk.state.answers["own.search"]))
    again = Press("btn.own_search", ["own_search"])
    if not hr.hr or not found:
        return Ending([Say("own.found.none" if hr.hr else "only_hr")], [again] if hr.hr else [])
    choices = [Choice(key, shortened(words.plain(hr.language, key), LABEL)) for key in found[:MOST_FOUND]]
    go, leave = Press("btn.open", ["own_open", ""]), Press("btn.close", ["done"])
    pick(moment, hr, "own.title", "own.found", choices, go, leave)
    if len(found) <= MOST_FOUND:
        return Ending()
    return Ending([Say("own.found.more", {"n": MOST_FOUND, "total": len(found)})], [again])


def open_one(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Begins to change the sentence that was picked."""
    if refused := _refused(moment, person):
        return refused
    key = args[0] or str(incoming.values.get(PICKED, ""))
    if not may_change(moment.words, key):
        return Reply(note=moment.words.text(person.language, "own.unknown"))
    talks.begin(moment, Topic(person, "own", key, new_id()), replaces=shown_by(moment, incoming))
    return Reply()


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The languages and rounds to choose from, and what the sentence fills in."""
    hr, words = topic.person, moment.words
    rounds = rounds_of(moment, hr)
    wanted = sorted(words.placeholders(topic.subject))
    return {
        **no_facts(moment, topic),
        "languages": [
            {
                "value": f"language.{language}",
                "label": words.text(hr.language, f"language.{language}"),
                "chosen": language == hr.language,
            }
            for language in LANGUAGES
        ],
        "rounds": rounds,
        "some_rounds": len(rounds) > 1,
        "placeholders": wanted,
        "fills": bool(wanted),
        "text": written(wanted),
        "room": room(words, topic.subject),
    }


def more(moment: Moment, talk: Talk) -> dict[str, Any]:
    """The sentence as it is said now, to begin with; and in the end both, as they look."""
    here, language, key = place_of(moment, talk)
    now = words_here(moment, talk.person, here)
    text = talk.state.answers.get("own.text")
    preview = []
    if text is not None:
        today = moment.today(talk.person)
        organisation = moment.work.people.organisation(talk.person.organisation).name
        ours, yours = moment.words.product.written(language, key), str(text)
        preview = [
            {
                "label": moment.words.text(talk.person.language, label),
                "text": example(now, language, key, sentence, today, organisation),
                "ours": True,
            }
            for label, sentence in (("own.before", ours), ("own.yours", yours))
        ]
    return {"current": now.plain(language, key), "preview": preview}


def place_of(moment: Moment, talk: Talk) -> Place:
    """Where the sentence shall hold: in HR's language and in all rounds, until HR has said so."""
    answers, hr = talk.state.answers, talk.person
    language = str(answers.get("own.language", f"language.{hr.language}")).removeprefix("language.")
    return round_id(moment, hr, answers.get("own.where")), language, talk.topic.subject


def finish(moment: Moment, talk: Talk) -> Ending:
    """Keeps the sentence."""
    hr, place, text = talk.person, place_of(moment, talk), str(talk.state.answers["own.text"])
    again = Press("btn.own_search", ["own_search"], main=True)
    rejected = fault(moment.words, place[2], text)
    if not hr.hr or rejected is not None:
        return Ending([rejected.say if rejected else Say("only_hr")], [again])
    if not keep(moment, hr, place, text):
        return Ending([Say("own.same")], [again])
    return Ending([Say("own.kept")], [again, Press("btn.own_undo", ["own_undo", *place])])


# The way back


def undo(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The words from before, for one sentence."""
    if refused := _refused(moment, person):
        return refused
    place = args if len(args) == 3 else str(incoming.values.get(PICKED, "")).split("|", 2)
    if len(place) != 3:
        return Reply(note=moment.words.text(person.language, "rejected.one"))
    here, language, key = place
    before = own(moment, person.organisation).get((here, language, key))
    if not moment.work.conversations.spend(incoming.card) or not put_back(moment, person, (here, language, key)):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    again = [_again({(here, language, key): before})] if before is not None else []
    told = Told([Say("own.undone")], [*again, Press("btn.own_words", ["own_words"])])
    moment.tell(person, told, kind="answer", replaces=shown_by(moment, incoming))
    return Reply()


def back(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Asks in which sentence; the button below is for all of them."""
    if refused := _refused(moment, person):
        return refused
    places = own(moment, person.organisation)
    if not places:
        return Reply(note=moment.words.text(person.language, "own.menu.none"))
    if not args:
        presses = [Press("btn.own_one_back", ["own_back", "one"]), Press("btn.own_all_back", ["own_all_back"])]
        told = Told([Say("own.menu", {"n": len(places)})], presses)
        moment.tell(person, told, kind="answer", replaces=shown_by(moment, incoming))
        return Reply()
    choices = [
        Choice("|".join(place), shortened(_as_line(moment, person, place, text), LABEL))
        for place, text in [*places.items()][:MOST_FOUND]
    ]
    go, leave = Press("btn.own_undo", ["own_undo"]), Press("btn.close", ["done"])
    pick(moment, person, "own.title", "own.which_back", choices, go, leave, replaces=shown_by(moment, incoming))
    return Reply()


def _as_line(moment: Moment, hr: PersonRow, place: Place, text: Text) -> str:
    language = moment.words.text(hr.language, f"language.{place[1]}")
    return f"{language}: {text if isinstance(text, str) else text['other']}"


def all_back(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Asks once before all own sentences go, and then lets them go."""
    if refused := _refused(moment, person):
        return refused
    places = own(moment, person.organisation)
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    if not args:
        presses = [Press("btn.own_all_back", ["own_all_back", "sure"]), Press("btn.close", ["done"], main=True)]
        told = Told([Say("own.all.sure", {"n": len(places)})], presses)
    else:
        for place in places:
            put_back(moment, person, place)
        told = Told([Say("own.all.done")], [_again(places), Press("btn.own_words", ["own_words"])])
    moment.tell(person, told, kind="answer", replaces=shown_by(moment, incoming))
    return Reply()


def _again(places: Mapping[Place, Text]) -> Press:
    """The button that says it in the own words again."""
    return Press("btn.own_again", ["own_again", json.dumps([[*place, text] for place, text in places.items()])])


def again(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The own words that were just let go, as they were."""
    if refused := _refused(moment, person):
        return refused
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    for here, language, key, text in json.loads(args[0]):
        if fault(moment.words, key, text) is None:
            keep(moment, person, (here, language, key), text)
    told = Told([Say("own.kept")], [Press("btn.own_words", ["own_words"])])
    moment.tell(person, told, kind="answer", replaces=shown_by(moment, incoming))
    return Reply()


# By file


def file(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """All sentences in one language, to change and to hand to the operator."""
    if refused := _refused(moment, person):
        return refused
    if not args:
        presses = [Press(f"language.{language}", ["own_file", language]) for language in LANGUAGES]
        moment.tell(person, Told([Say("own.which_file")], presses), kind="answer", replaces=shown_by(moment, incoming))
        return Reply()
    language = args[0]
    name = moment.words.text(person.language, "own.file.name")
    content = as_file(words_here(moment, person, ""), language)
    files = (File(f"{name}-{language}.toml", "application/toml", content),)
    moment.tell(person, Told([Say("own.file")]), kind="answer", files=files)
    return Reply()


SCRIPTS = {
    "own_search": Script(SEARCH, no_facts, searched, nobody_else, keeps=False),
    "own": Script(OWN_WORDS, facts, finish, nobody_else, more=more, keeps=False),
}
PRESSES = {
    "own_words": pressed,
    "own_search": find,
    "own_open": open_one,
    "own_undo": undo,
    "own_back": back,
    "own_all_back": all_back,
    "own_again": again,
    "own_file": file,
}
