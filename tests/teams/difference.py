"""How a transcript of the playground may be told otherwise on Teams, and how it may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import unified_diff

from tests.stage.play import WORDS
from tests.stage.telling import UNSAID as UNSAID
from tests.stage.telling import Scene, held_back, scenes
from tests.transcripts.script import GRAMMARS, INDENT

NAMES = ("Hanne Holm", "Emil Eriksen", "Lone Lund", "Vera Vang")
PERSON = re.compile(rf" *\([ x]\) ({'|'.join(NAMES)})(, .*)?")


def difference(written: str, played: str, language: str) -> list[str]:
    """How a transcript was played otherwise than it is written, apart from what is each platform's own.

    Those are, and no more:
    1. In which order people can be picked: on Teams whoever is chosen comes first.
    2. The notes "received" and "the answer is below": a press must be answered on Teams, also where a message does it.
    3. "Saved" before a question behind a door: the chat shows the door, and the dialog shows the question alone.
    4. That what a button opens took the message's place: on Teams it is a dialog, and the message stays.
    5. The words for what Teams' client does not send, because something is missing or cannot be chosen so. The
       playground must have sent it back too.
    """
    own = Own(language)
    expected, seen = [], []
    for one, other in zip(own.scenes(written), own.scenes(played), strict=True):
        own.settle(one, other)
        expected += [one.done, *one.seen]
        seen += [other.done, *other.seen]
    return list(unified_diff(expected, seen, "written", "on Teams", lineterm="", n=4))


class Own:
    """What is each platform's own, in one language."""

    def __init__(self, language: str) -> None:
        self._grammar = GRAMMARS[language]
        notes = (WORDS.text(language, key) for key in ("teams.taken", "teams.below"))
        self._silent = {*(f"{self._grammar.note} {note}" for note in notes), self._grammar.silence, ""}
        self._saved = f"{INDENT}{INDENT}{WORDS.text(language, 'ok.saved')}"

    def scenes(self, text: str) -> list[Scene]:
        """The transcript, action by action."""
        return [Scene(scene.done, list(self._sorted(scene.seen))) for scene in scenes(text)]

    def _sorted(self, seen: list[str]) -> Iterator[str]:
        """The lines, with people below one another in the order of their names."""
        people: list[str] = []
        for line in seen:
            if PERSON.fullmatch(line):
                people.append(line)
                continue
            yield from sorted(people, key=lambda said: said[said.index(")") :])
            people = []
            if line.strip() not in self._silent:
                yield line
        yield from sorted(people, key=lambda said: said[said.index(")") :])

    def settle(self, one: Scene, other: Scene) -> None:
        """Takes out of both what is each platform's own. `one` is as written, `other` as played on Teams."""
        if self._saved in one.seen and self._saved not in other.seen:
            one.seen.remove(self._saved)
        self._opened(one, other)
        held_back(one, other, self._grammar)

    def _opened(self, one: Scene, other: Scene) -> None:
        """What comes up first after a press."""
        pressed = re.match(rf'(\w+) {self._grammar.presses} "', one.done)
        header = f"{INDENT}{self._grammar.to} {pressed[1]}" if pressed else ""
        if one.seen[:1] == [f"{header} ({self._grammar.same}):"] and other.seen[:1] == [f"{header}:"]:
            one.seen[0] = other.seen[0]
