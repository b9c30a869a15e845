"""A transcript: what people do, line by line, and below each line what they see. The README says how to write one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from bot.channel import Field, Message
from bot.stage import ZONES
from dialogs.typed import day, hour
from tests.stage.chat import Answer, Chat, News
from tests.stage.play import WORDS, NotThere, spaced


@dataclass(frozen=True)
class Grammar:
    """The few words of the format in one language."""

    begins: str
    presses: str
    again: str
    in_channel: str
    says: str
    joins: str
    restart: str
    to: str
    same: str
    thread: str
    beside: str
    note: str
    silence: str


GRAMMARS: Final = {
    "da": Grammar(
        "Begynder ved",
        "trykker",
        "trykker igen",
        "i",
        "skriver",
        "kommer til",
        "genstart",
        "Vidsyn til",
        "i stedet for beskeden før",
        "svar i tråden",
        "Ved",
        "Kort besked:",
        "(intet nyt)",
    ),
    "nb": Grammar(
        "Begynner ved",
        "trykker",
        "trykker igjen",
        "i",
        "skriver",
        "kommer til",
        "omstart",
        "Vidsyn til",
        "i stedet for meldingen før",
        "svar i tråden",
        "Ved",
        "Kort beskjed:",
        "(ikke noe nytt)",
    ),
    "en": Grammar(
        "Begins at",
        "presses",
        "presses again",
        "in",
        "types",
        "joins",
        "restart",
        "Vidsyn to",
        "in place of the message before",
        "reply in the thread",
        "At",
        "Short note:",
        "(nothing new)",
    ),
}
"""By language; the folder of a transcript says which."""

INDENT: Final = "    "
SECRET: Final = re.compile(r"(?<=/you/)[\w-]{43}")
VALUE: Final = re.compile(r"  - (?P<label>.+?) =(?P<value>.*)")


class NoSense(ValueError):
    """A line of a transcript cannot be understood; the text says which."""


@dataclass
class Line:
    """One line that somebody wrote: a remark, an empty line, or an action with the values of its form."""

    text: str
    values: dict[str, str] = field(default_factory=dict)
    raw_values: list[str] = field(default_factory=list)


@dataclass
class Transcript:
    """A file: its language, where it begins, and its lines without what people see."""

    language: str
    scene: str
    lines: list[Line]

    @property
    def restarts(self) -> bool:
        """Whether the house is built anew on the way."""
        restart = f"-- {GRAMMARS[self.language].restart} --"
        return any(line.text == restart for line in self.lines)


def read(file: Path) -> Transcript:
    """The transcript in a file. What people see is left out: it is played."""
    language = file.parent.name
    grammar = GRAMMARS[language]
    lines: list[Line] = []
    scene = "start"
    for text in file.read_text("utf-8").splitlines():
        value = VALUE.fullmatch(text)
        if value and lines:
            lines[-1].values[value["label"]] = value["value"].strip()
            lines[-1].raw_values.append(text)
        elif text.startswith(INDENT) or not text:
            continue
        else:
            lines.append(Line(text.rstrip()))
            if text.startswith(f"{grammar.begins}:"):
                scene = text.partition(":")[2].strip()
    return Transcript(language, scene, lines)


async def play(transcript: Transcript, chat: Chat) -> str:
    """The whole file as it should be: its actions, and below each what everybody sees."""
    await chat.news()
    written: list[str] = []
    for line in transcript.lines:
        if line.text.startswith("#"):
            if written and not written[-1].startswith("#"):
                written.append("")
            written.append(line.text)
            continue
        if line.text.startswith(f"{GRAMMARS[transcript.language].begins}:"):
            written.append(line.text)
            continue
        written += ["", line.text, *line.raw_values]
        try:
            seen = await _act(transcript.language, chat, line)
        except (NotThere, KeyError) as exc:
            raise NoSense("\n".join([*written[-40:], f"It stops here: {exc}"])) from exc
        written += [INDENT + each if each else "" for each in seen]
    return spaced("\n".join(written).strip()) + "\n"


async def _act(language: str, chat: Chat, line: Line) -> list[str]:
    grammar = GRAMMARS[language]
    text = line.text
    if found := re.fullmatch(r"-- (.+) --", text):
        if found[1] == grammar.restart:
            await chat.restart()
            return _seen(grammar, Answer(), await chat.news())
        return await _wait(language, chat, found[1])
    if found := re.fullmatch(rf"(\w+) {grammar.again}", text):
        answer = await chat.presses_again(found[1])
    elif found := re.fullmatch(rf'(\w+) {grammar.presses} "(.+)"(?: {grammar.in_channel} (#\w+))?', text):
        answer = await chat.presses(found[1], found[2], line.values, found[3] or "")
    elif found := re.fullmatch(rf'(\w+) {grammar.says} "(.*)"', text):
        answer = await chat.says(found[1], found[2].replace("\\n", "\n"))
    elif found := re.fullmatch(rf"(\w+ \w+) {grammar.joins} \((.+)\)", text):
        await chat.joins(found[1], "hr" if found[2] == "HR" else "employee", found[2])
        answer = Answer()
    else:
        raise NoSense(f"This line makes no sense: {text!r}")
    return _seen(grammar, answer, await chat.news())


async def _wait(language: str, chat: Chat, words: str) -> list[str]:
    """Time passes from one thing that happens to the next, so that each is told with its time."""
    grammar, zone = GRAMMARS[language], ZoneInfo(ZONES[language][0])
    until = _moment(words, chat.now().astimezone(zone))
    seen: list[str] = []
    while (due := await chat.next_due()) is not None and due < until:
        await chat.wait_until(due)
        seen += _at_time(grammar, language, chat.now().astimezone(zone), await chat.news())
    await chat.wait_until(until)
    seen += _at_time(grammar, language, chat.now().astimezone(zone), await chat.news())
    return seen or [grammar.silence]


def _moment(words: str, now: datetime) -> datetime:
    """The time in words such as "5. maj 15.15"."""
    named, _, clock = words.rpartition(" ")
    on, at = day(named, now.date()), hour(clock)
    if on is None or at is None:
        raise NoSense(f"{words!r} is no time. Write it like 5. maj 15.15.")
    return datetime.fromisoformat(f"{on.isoformat()}T{at}").replace(tzinfo=now.tzinfo)


def _at_time(grammar: Grammar, language: str, now: datetime, news: list[News]) -> list[str]:
    at = f"{WORDS.weekday_date(language, now.date())} {now:%H.%M}" if news else ""
    return [line for each in news for line in _message(grammar, each, at)]


def _seen(grammar: Grammar, answer: Answer, news: list[News]) -> list[str]:
    errors = [f"{grammar.beside} “{label}”: {text}" for label, text in answer.errors.items()]
    lines = [line for error in errors for line in error.splitlines()]
    if answer.offers:
        lines.append(" ".join(f"[{offer.label}]" for offer in answer.offers))
    if answer.note:
        lines.append(f"{grammar.note} {answer.note}")
    for each in news:
        lines += _message(grammar, each, "")
    return lines or [grammar.silence]


def _message(grammar: Grammar, news: News, at: str) -> Iterator[str]:
    about = [grammar.same] * news.changed + [grammar.thread] * news.in_thread
    yield f"{at + ': ' if at else ''}{grammar.to} {news.place}{' (' + ', '.join(about) + ')' if about else ''}:"
    yield from (INDENT + line for line in shown(news.message))


def shown(message: Message) -> Iterator[str]:
    """A message as a person sees it: own words after a bar, fields with their choices and who will see them."""
    for part in message.parts:
        for line in SECRET.sub("…", part.text).splitlines() or [""]:
            yield f"| {line}" if part.look == "own" else line
    for each in message.fields:
        yield from _field(each, message.language)
    if message.buttons:
        yield " ".join(f"[{button.label}{' ↗' if button.url else ''}]" for button in message.buttons)
    for file in message.files:
        yield f"<{file.name}>"
        if file.media_type == "text/plain":
            yield from (f"| {line}".rstrip() for line in file.text.splitlines())


def _field(each: Field, language: str) -> Iterator[str]:
    first, *rest = each.label.splitlines()
    star = " *" if each.required else ""
    yield f"? {first}{star if not rest else ''}"
    yield from (f"  {line}{star if line == rest[-1] else ''}" for line in rest)
    if each.who:
        yield from (f"  {line}" for line in f"({each.who})".splitlines())
    yield from (f"  {hint}" for hint in each.hints)
    for choice in each.choices:
        on = choice.value in each.chosen
        mark = ("[x]" if on else "[ ]") if each.kind == "many" else ("(x)" if on else "( )")
        yield f"  {mark} {choice.label}"
    if each.value and each.kind not in ("many", "one", "person"):
        yield from (f"  | {line}" for line in _value(each, language))


def _value(each: Field, language: str) -> list[str]:
    if each.kind == "date":
        return [WORDS.weekday_date(language, date.fromisoformat(each.value))]
    return each.value.splitlines()
