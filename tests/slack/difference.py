"""How a transcript of the playground may be told otherwise on Slack, and how it may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import unified_diff

from tests.stage.play import WORDS
from tests.stage.telling import UNSAID as UNSAID
from tests.stage.telling import Scene, held_back, scenes
from tests.transcripts.script import GRAMMARS, INDENT, Grammar

NAMES = ("Hanne Holm", "Emil Eriksen", "Lone Lund", "Vera Vang")


def difference(written: str, played: str, language: str) -> list[str]:
    """How a transcript was played otherwise than it is written, apart from what is each platform's own.

    Those are, and no more:
    1. Where a message stands, and that it took the place of another.
    2. The notes "I have answered you" and "this is answered": on Slack the form itself shows the answer, and a second
       click in a form that has gone on is one that Slack does not let through.
    3. Who can be picked: Slack lists everybody.
    4. The button "close", and what is said to somebody who closes a form or puts it down for later: that button is
       Slack's own, and the door in the chat says how far one is. What is gone on with from there leaves its old door.
    5. What is opened again by a press: it comes up in a form, and its door stays where it is. Nothing goes on below.
    6. The words for a form that Slack's client does not send, because something is missing or cannot be chosen so. The
       playground must have sent it back too.
    """
    own = Own(language)
    pairs = list(zip(own.scenes(written), own.scenes(played), strict=True))
    expected, seen = [], []
    for one, other in pairs:
        own.settle(one, other)
        expected += [one.done, *one.seen]
        seen += [other.done, *other.seen]
    return list(unified_diff(expected, seen, "written", "on Slack", lineterm="", n=4))


class Own:
    """What is each platform's own, in one language."""

    def __init__(self, language: str) -> None:
        self._grammar: Grammar = GRAMMARS[language]
        self._later, self._close = (WORDS.text(language, key) for key in ("btn.go_on_later", "btn.close"))
        self._below = WORDS.text(language, "card.goes_on_below")
        notes = (WORDS.text(language, key) for key in ("channel.answered_privately", "card.answered"))
        self._silent = {*(f"{self._grammar.note} {note}" for note in notes), self._grammar.silence, ""}
        self._people = re.compile(rf" *\([ x]\) ({'|'.join(NAMES)})(, .*)?")
        self._put_down: set[str] = set()

    def scenes(self, text: str) -> list[Scene]:
        """The transcript, action by action."""
        return [Scene(it.done, [said for line in it.seen for said in self._line(line)]) for it in scenes(text)]

    def _line(self, line: str) -> Iterator[str]:
        grammar = self._grammar
        same = line.replace(f" ({grammar.same})", "").replace(f"({grammar.same}, ", "(")
        said = same.replace(f"[{self._close}]", "").rstrip()
        if said.strip() not in self._silent and not self._people.fullmatch(said):
            yield said

    def settle(self, one: Scene, other: Scene) -> None:
        """Takes out of both what is each platform's own. `one` is as written, `other` as played on Slack."""
        found = re.fullmatch(rf'(\w+) {self._grammar.presses} "(.+)"', one.done)
        if found and found[2] in (self._later, self._close) and not other.seen:
            one.seen = []
            self._put_down.add(found[1])
        other.seen = list(self._without_old_doors(other.seen))
        if pressed := re.match(rf'(\w+) {self._grammar.presses} "', one.done):
            self._opened_again(pressed[1], one, other)
        held_back(one, other, self._grammar)

    def _without_old_doors(self, seen: list[str]) -> Iterator[str]:
        """The message that says where one goes on, left by a door that was put down; once for each."""
        lines = iter(range(len(seen)))
        for n in lines:
            whose = next((name for name in self._put_down if seen[n] == f"{INDENT}{self._grammar.to} {name}:"), None)
            if whose is not None and [line.strip() for line in seen[n + 2 : n + 3]] == [self._below]:
                self._put_down.remove(whose)
                next(lines), next(lines)
                continue
            yield seen[n]

    def _opened_again(self, who: str, one: Scene, other: Scene) -> None:
        """A press that brings up a form: the playground asks below, Slack in the form."""
        begins, below = f"{INDENT}{self._grammar.to} {who}:", f"{INDENT}{INDENT}{self._below}"
        at = one.seen.index(below) if below in one.seen else 0
        if begins in other.seen and below not in other.seen and at >= 2 and one.seen[at - 2] == begins:
            del one.seen[at - 2 : at + 1]
        if begins in other.seen:
            self._put_down.discard(who)
