"""Blocks read back as a person sees them: the same Message that the house drew, as far as Slack shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from mimetypes import guess_type
from typing import Any

from bot.channel import Button, Choice, Field, File, Message, Part
from tests.slack.fake import FakeSlack
from tests.slack.fake import Message as Posted
from tests.slack.fake.things import File as Uploaded
from tests.slack.fake.things import User

Block = Mapping[str, Any]

PROGRESS = re.compile(r"\d+ \S+ \d+")
"""How far one is: "3 af 14"."""

HOUR = re.compile(r"\d\d:\d\d")
NUMBERED = re.compile(r"(\d+)\. (.*)")


@dataclass
class Reading:
    """What has been read of some blocks so far."""

    slack: FakeSlack
    team: str
    reader: str
    parts: list[Part] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    numbered: dict[int, str] = field(default_factory=dict)

    def blocks(self, blocks: Sequence[Block]) -> Reading:
        """Reads them in their order."""
        for block in blocks:
            match block["type"]:
                case "header":
                    self.parts.append(Part(block["text"]["text"], "title"))
                case "rich_text":
                    self._rich(block)
                case "context":
                    self.parts += [Part(each["text"], "small") for each in block["elements"]]
                case "section":
                    self.parts.append(Part(block["text"]["text"]))
                case "input":
                    self._input(block)
                case "actions":
                    self._actions(block["elements"])
        return self

    def _rich(self, block: Block) -> None:
        for element in block["elements"]:
            text = "".join(each["text"] for each in element["elements"])
            bold = any(each.get("style", {}).get("bold") for each in element["elements"])
            lines = text.split("\n")
            options = {int(found[1]): found[2] for line in lines if (found := NUMBERED.fullmatch(line))}
            counted = [*options] == [*range(1, len(lines) + 1)]  # and no date that a sentence begins with
            if counted and not bold and element["type"] != "rich_text_quote":
                self.numbered |= options
            elif element["type"] == "rich_text_quote":
                self.parts.append(Part(text, "own"))
            else:
                self.parts.append(Part(text, "asked" if bold else "plain"))

    def _actions(self, elements: Sequence[Block]) -> None:
        labels = {element["text"]["text"] for element in elements}
        while self.parts and self.parts[-1].look == "small" and self.parts[-1].text in labels:
            self.parts.pop()  # in full, above a button that may be cut
        self.buttons += [
            Button(
                element.get("value", ""),
                element["text"]["text"],
                main=element.get("style") == "primary",
                url=element.get("url", ""),
            )
            for element in elements
        ]

    def _goes_on(self, block: Block) -> None:
        """More boxes of the question above."""
        asked, element = self.fields.pop(), block["element"]
        choices = self._choices(element, len(asked.choices) + 1)
        chosen = [option["value"] for option in element.get("initial_options", [])]
        hints = tuple(block["hint"]["text"].split("\n")) if "hint" in block else ()
        self.fields.append(
            replace(asked, choices=(*asked.choices, *choices), chosen=(*asked.chosen, *chosen), hints=hints)
        )

    def _input(self, block: Block) -> None:
        if "|" in block["block_id"]:
            self._goes_on(block)
            return
        who = ""
        if self.parts and self.parts[-1].look == "small" and not PROGRESS.fullmatch(self.parts[-1].text):
            who = self.parts.pop().text
        label = block["label"]["text"]
        if self.parts and self.parts[-1].look == "asked":
            label = f"{self.parts.pop().text}\n{label}"
        hints = tuple(block["hint"]["text"].split("\n")) if "hint" in block else ()
        element = block["element"]
        if block["block_id"] == "_choice":
            about = [Part(who, "who")] if who else []
            self.parts += [Part(label, "asked"), *about, *(Part(hint, "small") for hint in hints)]
            self.buttons += [Button(it.value, it.label, choice=True) for it in self._choices(element)]
            return
        if block["block_id"] == "_leave":
            return
        kind, choices, chosen, value = self._element(element)
        required = not block.get("optional", False)
        self.fields.append(
            Field(block["block_id"], kind, label, who, hints, choices, value, chosen, required)  # type: ignore[arg-type]
        )

    def _element(self, element: Block) -> tuple[str, tuple[Choice, ...], tuple[str, ...], str]:
        match element["type"]:
            case "plain_text_input":
                return "long" if element.get("multiline") else "text", (), (), element.get("initial_value", "")
            case "datepicker":
                return "date", (), (), element.get("initial_date", "")
            case "timepicker":
                return "time", (), (), element.get("initial_time", "")
            case "users_select":
                people = tuple(Choice(user.id, self._called(user)) for user in self._colleagues(element))
                return "person", people, tuple(filter(None, [element.get("initial_user")])), ""
        choices = self._choices(element)
        given = [*element.get("initial_options", []), *filter(None, [element.get("initial_option")])]
        chosen = tuple(option["value"] for option in given)
        if element["type"] == "checkboxes" and [it.value for it in choices] == ["yes"]:
            return "tick", (), chosen, ""
        if any(HOUR.fullmatch(it.value) for it in choices):
            return "time", tuple(it for it in choices if not HOUR.fullmatch(it.value)), (), chosen[0] if chosen else ""
        return "many" if element["type"] in ("checkboxes", "multi_static_select") else "one", choices, chosen, ""

    def _choices(self, element: Block, first: int = 1) -> tuple[Choice, ...]:
        groups = element.get("option_groups", [{"options": element.get("options", [])}])
        options = [option for group in groups for option in group["options"]]
        return tuple(Choice(option["value"], self._label(n, option)) for n, option in enumerate(options, first))

    def _label(self, number: int, option: Block) -> str:
        text: str = option["text"]["text"]
        if number in self.numbered and text.startswith(f"{number}. "):
            return self.numbered[number]
        return f"{text} {option['description']['text']}" if "description" in option else text

    def _called(self, user: User) -> str:
        return f"{user.real_name}, {user.title}" if user.title and user.id != self.reader else user.real_name

    def _colleagues(self, element: Block) -> Iterator[User]:
        """Slack lists everybody; the playground lists the reader first, where it may be the reader."""
        people = [user for user in self.slack.users.values() if user.team == self.team and not user.is_bot]
        if element.get("initial_user") == self.reader:
            yield self.slack.users[self.reader]
        yield from (user for user in sorted(people, key=lambda user: user.real_name) if user.id != self.reader)


def message(slack: FakeSlack, team: str, reader: str, post: Posted, language: str) -> Message:
    """A message in the chat, as its reader sees it. A button's id is its value."""
    read = Reading(slack, team, reader).blocks(post.blocks)
    files = tuple(_file(slack.files[each["id"]]) for each in post.files)
    return Message(
        tuple(read.parts),
        post.text,
        fields=tuple(read.fields),
        buttons=tuple(read.buttons),
        files=files,
        language=language,
    )


def _file(file: Uploaded) -> File:
    return File(file.title, guess_type(file.name)[0] or "", (file.content or b"").decode("utf-8", "replace"))


def form(slack: FakeSlack, team: str, reader: str, view: Block, language: str) -> Message:
    """A form, as its reader sees it: the submit button first, then those inside; one that closes it for later last."""
    read = Reading(slack, team, reader).blocks(view["blocks"])
    about = json.loads(view.get("private_metadata") or "{}")
    choices = [button for button in read.buttons if button.choice]
    buttons = [button for button in read.buttons if not button.choice]
    if view.get("submit") and not choices:
        buttons.insert(0, Button("submit", view["submit"]["text"], main=True, sends=True))
    if view.get("notify_on_close"):
        buttons.append(Button("close", view["close"]["text"]))
    parts = read.parts
    if not any(part.look == "title" for part in parts) and view["title"]["text"] != "Vidsyn":
        parts = [Part(view["title"]["text"], "title"), *parts]
    return Message(
        tuple(parts),
        "",
        card=about.get("card", ""),
        fields=tuple(read.fields),
        buttons=(*choices, *buttons),
        language=language,
    )
