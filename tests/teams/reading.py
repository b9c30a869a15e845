"""Cards read back as a person sees them: the same Message that the house drew, as far as Teams shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from mimetypes import guess_type
from typing import Any

from bot.channel import Button, Choice, Field, File, Message, Part
from tests.stage.play import WORDS
from tests.teams.fake.cards import leads_to_dialog

Json = Mapping[str, Any]

OURS, CHOICE, ANSWER = "vidsyn", "choice", "answer:"

LEAVE = "leave:"
"""Begins the id of a button that says what is to be done about a number."""

_UNSEEN = re.compile("[\u2060\u200a]")
_HOUR = re.compile(r"\d\d:\d\d")
NUMBERED = re.compile(r"(\d+)\. (.*)")


@dataclass(frozen=True)
class Seen:
    """A card as it reads. `errors` are by question key, with "" for what is wrong with the whole."""

    message: Message
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def offers(self) -> tuple[Button, ...]:
        """What can be done about a number that was found."""
        offered = (it for it in self.message.buttons if it.id.startswith(LEAVE))
        return tuple(replace(it, id=it.id.removeprefix(LEAVE)) for it in offered)


def card(shown: Json, language: str, title: str = "") -> Seen:
    """A card as its reader sees it. `title` is that of the dialog around it."""
    head = [Part(title, "title")] if title not in ("", WORDS.text(language, "teams.title")) else []
    read = Reading(language, parts=head).elements(shown["body"])
    found = Message(
        tuple(read.parts),
        "",
        fields=tuple(read.fields),
        buttons=tuple(read.buttons),
        files=tuple(read.files),
        language=language,
    )
    return Seen(found, read.errors)


def action_of(shown: Json, button: Button) -> Json:
    """The action that a button of the card was read from; an answer among options is sent by the one below them."""
    actions = list(_actions(shown["body"]))
    if button.id.startswith(f"{CHOICE}:"):
        return next(it for it in actions if not it["data"][OURS]["button"])
    return next(it for it in actions if _id_of(it["data"]) == button.id)


@dataclass
class Reading:
    """What has been read so far. `group` is what stands above an input that has not come yet."""

    language: str
    parts: list[Part] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    group: list[Part] = field(default_factory=list)
    wrong: str = ""

    def elements(self, elements: Sequence[Json]) -> Reading:
        """Reads them in their order."""
        below_input = False
        for element in elements:
            below_input = below_input and element.get("spacing") == "small" and element["type"] == "RichTextBlock"
            if element.get("spacing") == "large":
                self._close_group()
            if below_input:
                self._hint(element)
            elif element["type"].startswith("Input."):
                self._input(element)
                below_input = True
            else:
                self._element(element)
        self._close_group()
        return self

    def _element(self, element: Json) -> None:
        match element["type"]:
            case "TextBlock":
                self.parts.append(Part(_text(element["text"]), "title"))
            case "Container":
                said = [_run(item)["text"] for item in element["items"]]
                if element.get("spacing") == "none":  # the box above goes on
                    said.insert(0, self.group.pop().text)
                self.group.append(Part(_text("\n\n".join(said)), "own"))
            case "ActionSet":
                self._row(element["actions"])
            case "RichTextBlock":
                self._paragraph(_run(element))

    def _paragraph(self, run: Json) -> None:
        text = _text(run["text"])
        if run.get("color") == "attention":
            self.wrong = text
        elif text == WORDS.text(self.language, "teams.an_hour"):
            return
        elif run.get("isSubtle"):
            self.group.append(Part(text, "small"))
        elif run.get("weight") == "bolder":
            self.group.append(Part(text, "title" if run.get("size") == "large" else "asked"))
        else:
            self.group.append(Part(text))

    def _leads_out(self, action: Json) -> None:
        """A link, or a file to download, whose text is still its link."""
        label, download = _text(action.get("tooltip") or action["title"]), WORDS.text(self.language, "teams.download")
        if not label.startswith(f"{download} "):
            self.buttons.append(Button("", label, url=action["url"]))
            return
        name = label.removeprefix(f"{download} ")
        self.files.append(File(name, guess_type(name)[0] or "", action["url"]))

    def _row(self, actions: Sequence[Json]) -> None:
        """Buttons; those whose label has no room stand in full above their row."""
        above = [_text(it["tooltip"]) for it in actions if "tooltip" in it]
        above += [it.removeprefix(f"{WORDS.text(self.language, 'teams.download')} ") for it in above]
        if above:
            self.group = [it for it in self.group if it.text not in above]
        self._close_group()
        for action in actions:
            if action["type"] == "Action.OpenUrl":
                self._leads_out(action)
                continue
            ours, label = action["data"][OURS], _text(action.get("tooltip") or action["title"])
            if not ours["button"]:  # sends the answer among options, which is read as a button itself
                continue
            self.buttons.append(
                Button(
                    _id_of(action["data"]),
                    label,
                    main=action.get("style") == "positive",
                    sends=action.get("associatedInputs") == "auto" and "leave" not in ours,
                    opens=leads_to_dialog(dict(action)),
                )
            )

    def _hint(self, element: Json) -> None:
        last = self.fields.pop() if self.fields else None
        hint = _text(_run(element)["text"])
        if last is None:  # of a choice among buttons
            self.parts.append(Part(hint, "small"))
        else:
            self.fields.append(replace(last, hints=(*last.hints, hint)))

    def _input(self, element: Json) -> None:
        choices = self._choices(element)
        if element["id"] == CHOICE:
            self.parts.append(Part(_text(element["label"]), "asked"))
            self._close_group()
            self.buttons += [Button(f"{CHOICE}:{it.value}", it.label, choice=True) for it in choices]
            return
        key = element["id"].removeprefix(ANSWER)
        who = "\n".join(it.text for it in self.group if it.look == "small")
        above = [it.text for it in self.group if it.look == "asked"]
        if self.wrong:
            self.errors[key] = self.wrong
        label = "\n".join([*above, _text(element["label"])])
        required = bool(element.get("isRequired"))
        self.fields.append(_filled(element, Field(key, "text", label, who, choices=choices, required=required)))
        self.group, self.wrong = [], ""

    def _choices(self, element: Json) -> tuple[Choice, ...]:
        rows = [row for it in self.group if it.look == "plain" for row in it.text.splitlines()]
        in_full = {found[1]: found[2] for row in rows if (found := NUMBERED.fullmatch(row))}
        return tuple(
            Choice(it["value"], self._label(str(n), _text(it["title"]), in_full))
            for n, it in enumerate(element.get("choices", []), 1)
        )

    def _label(self, number: str, title: str, in_full: Mapping[str, str]) -> str:
        return in_full[number] if number in in_full and title.startswith(f"{number}. ") else title

    def _close_group(self) -> None:
        """What stood there belongs to no input."""
        self.parts += self.group
        self.group = []
        if self.wrong and self.wrong != WORDS.text(self.language, "teams.wrong"):
            self.errors[""] = self.wrong
        self.wrong = ""


def _filled(element: Json, asked: Field) -> Field:
    """The question with its kind, and what stands in its input."""
    value = str(element.get("value", ""))
    match element["type"]:
        case "Input.Text":
            return replace(asked, kind="long" if element.get("isMultiline") else "text", value=value)
        case "Input.Date":
            return replace(asked, kind="date", value=value)
        case "Input.Time":
            return replace(asked, kind="time", value=value)
        case "Input.Toggle":
            return replace(asked, kind="tick", chosen=("yes",) if value == element["valueOn"] else ())
    chosen = tuple(each for each in value.split(",") if each)
    if "choices.data" in element:
        return replace(asked, kind="person", chosen=chosen)
    if any(_HOUR.fullmatch(it.value) for it in asked.choices):
        named = tuple(it for it in asked.choices if not _HOUR.fullmatch(it.value))
        return replace(asked, kind="time", choices=named, value=value)
    return replace(asked, kind="many" if element.get("isMultiSelect") else "one", chosen=chosen)


def _run(element: Json) -> Json:
    run: Json = element["inlines"][0]
    return run


def _text(written: str) -> str:
    """As it is seen: without the signs that keep a client from reading anything in it."""
    return _UNSEEN.sub("", written)


def _actions(elements: Sequence[Json]) -> Iterator[Json]:
    """The actions that come back to us."""
    for element in elements:
        if element["type"] == "ActionSet":
            yield from (it for it in element["actions"] if "data" in it)


def _id_of(data: Json) -> str:
    ours = data[OURS]
    return f"{LEAVE}{ours['leave']}" if "leave" in ours else f"{ours['card']}|{ours['button']}"
