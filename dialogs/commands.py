"""What can be typed at any time, whatever is being asked. The words are in texts/commands.toml."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from importlib.resources import files

from dialogs.typed import fold

MOST_WORDS = 8
"""A longer message is no command."""


MOST_ASKED = 14
"""Words; a longer question is no common one."""


class Command(StrEnum):
    """What a person wants. A language by name is a command too: "language." and its code."""

    HELP = "help"
    MORE_HELP = "more_help"
    LOG = "log"
    PAUSE = "pause"
    RESUME = "resume"
    STATUS = "status"
    DATA = "data"
    STOP = "stop"
    PERSON = "person"
    LANGUAGE = "language"
    DANISH = "language.da"
    BOKMAAL = "language.nb"
    ENGLISH = "language.en"
    BACK = "back"
    SKIP = "skip"
    EDIT = "edit"
    TASKS = "tasks"
    EMPLOYEES = "employees"
    RELEASED = "released"
    ROUND = "round"
    REPORT = "report"
    COACH = "coach"
    MATCH = "match"
    NEW_HOST = "new_host"
    NEW_LEADER = "new_leader"
    LINKS = "links"
    OWN_WORDS = "own_words"
    REMIND = "remind"
    FAQ = "faq"
    CHOICES = "choices"
    SUGGEST = "suggest"
    SHOW_LOGBOOK = "show_logbook"


WHILE_WRITING = {Command.HELP, Command.STOP, Command.PAUSE, Command.BACK, Command.SKIP}
"""Commands while a text is asked for, in all their words; of the others those in ALONE. All else is the answer."""


def understand(text: str, asking_for_text: bool) -> Command | None:
    """The command that was typed, in any of the languages; None for everything else."""
    if len(text) > 200:
        return None
    said = fold(text)
    command: Command | None = BY_WORDS.get(said)
    if command is None and _wants_to_read(said.split()):
        command = Command.SHOW_LOGBOOK
    if command is None and _wants_to_enrol(said.split()):
        command = Command.SUGGEST
    return None if asking_for_text and command not in WHILE_WRITING and said not in ALONE else command


def _wants_to_read(words: list[str]) -> bool:
    return len(words) <= MOST_WORDS and not SHOW.isdisjoint(words) and not LOGBOOK.isdisjoint(words)


def _wants_to_enrol(words: list[str]) -> bool:
    """Whether somebody tries to sign up another: "tilmeld Emil", "meld Emil på", "sign up Emil"."""
    if not 2 <= len(words) <= MOST_WORDS or not ONESELF.isdisjoint(words):
        return False
    pairs = {(words[0], words[-1]), tuple(words[:2])} if len(words) > 2 else set()
    return words[0] in ENROL or not ENROL_AROUND.isdisjoint(pairs)


def common_question(text: str) -> str:
    """The key of the answer to a common question, in any of the languages; empty for everything else."""
    said = fold(text)
    words = said.split()
    if not words or len(words) > MOST_ASKED or not ("?" in text or words[0] in _QUESTIONS["begin"]):
        return ""
    there = set(words)
    for key, ways in _QUESTIONS["answers"].items():
        if any(there >= set(way.split()) for way in ways):
            return str(key)
    return ""


_WORDS = tomllib.loads(files("dialogs").joinpath("texts/commands.toml").read_text("utf-8"))
_QUESTIONS = _WORDS["questions"]
ALONE = frozenset(map(fold, _WORDS["while_writing"]["words"]))
SHOW = frozenset(_WORDS[Command.SHOW_LOGBOOK]["show"])
LOGBOOK = frozenset(_WORDS[Command.SHOW_LOGBOOK]["what"])
ENROL = frozenset(_WORDS["enrol"]["verb"])
ENROL_AROUND = frozenset(tuple(phrase.split()) for phrase in _WORDS["enrol"]["around"])
ONESELF = frozenset(_WORDS["enrol"]["oneself"])
BY_WORDS = {
    fold(words): command for command in Command if command is not Command.SHOW_LOGBOOK for words in _WORDS[command]
}
