"""What the fake refuses in a card, and how it reads one."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.teams.fake import labels, problems, text_of
from tests.teams.fake.cards import PEOPLE
from tests.teams.fake.samples import card, execute, field, opens, required, submit

Json = dict[str, Any]

ONE = [{"title": "En", "value": "1"}]
TWO = [*ONE, {"title": "To", "value": "2"}]


def choices(**more: Any) -> Json:
    return field("who", "Input.ChoiceSet", **more)


@pytest.mark.parametrize(
    "good",
    [
        card("Hej"),
        card("Hej", actions=tuple(execute(str(number)) for number in range(6))),
        card(required("goal"), choices(choices=TWO, value="1,2", isMultiSelect=True), actions=(execute(),)),
        card(
            choices(
                **{
                    "choices": [],
                    "choices.data": {"type": "Data.Query", "dataset": PEOPLE},
                    "value": "x",
                    "style": "filtered",
                }
            )
        ),
        card("<at>Vera</at>", msteams={"width": "Full", "entities": [{"type": "mention", "text": "<at>Vera</at>"}]}),
        card("Hej", refresh={"action": {"type": "Action.Execute", "verb": "look"}, "userIds": ["29:1"] * 60}),
    ],
)
def test_cards_that_are_shown(good: Json) -> None:
    assert problems(good) == []


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"type": "Hero"}, "no AdaptiveCard"),
        (card("Hej", version="1.6"), "up to 1.5"),
        (card("Hej", actions=tuple(execute(str(number)) for number in range(7))), "7 actions"),
        (card({"type": "ActionSet", "actions": [submit(str(number)) for number in range(7)]}), "7 actions"),
        (card("Hej", actions=({"type": "Action.Submit"},)), "no title"),
        (card("Hej", actions=(execute() | {"fallback": "drop"},)), "fall back"),
        (card("Hej", actions=(execute() | {"verb": ""},)), "no verb"),
        (card(field(), field()), "Two inputs"),
        (card(field("")), "no id"),
        (card(field(isRequired=True)), "no errorMessage"),
        (card(choices(choices=[])), "no choices"),
        (card(choices(choices=[*ONE, *ONE])), "same value twice"),
        (card(choices(choices=ONE, value="2")), "no choice"),
        (card(choices(choices=[{"title": "x", "value": "a,b"}], isMultiSelect=True)), "comma"),
        (card(choices(**{"choices.data": {"type": "Data.Query", "dataset": "elsewhere"}})), "Data.Query"),
        (card("Hej", msteams={"height": "Full"}), "msteams knows no height"),
        (card("Hej", msteams={"entities": [{"type": "mention", "text": "<at>Leo</at>"}]}), "mention"),
        (card("Hej", refresh={"userIds": ["29:1"] * 61}), "60 people"),
    ],
)
def test_cards_that_are_not_shown(bad: Json, said: str) -> None:
    assert any(said in sentence for sentence in problems(bad)), problems(bad)


@pytest.mark.parametrize("action", [execute(), opens()])
def test_a_dialog_has_plain_buttons(action: Json) -> None:
    assert problems(card("Hej", actions=(action,)), dialog=True)
    assert problems(card("Hej", actions=(action,))) == []
    assert problems(card("Hej", actions=(submit(),)), dialog=True) == []


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(
    "bad",
    [
        card({"type": "TextBlock", "text": "Hej", "colour": "red"}),
        card({"type": "TextBlok", "text": "Hej"}),
        card({"type": "TextBlock"}),
        card("Hej", surprise=1),
    ],
)
def test_t15_the_schema_is_asked(bad: Json) -> None:
    assert any("schema" in sentence for sentence in problems(bad)), problems(bad)


def test_t15_microsofts_own_samples_fit_the_schema(shared: Path) -> None:
    refused = set()
    for file in (shared / "schemas/adaptivecards/samples-v1.5").glob("*.json"):
        sample = json.loads(file.read_text(encoding="utf-8-sig"))
        if any("schema" in sentence for sentence in problems(sample)):
            refused.add(file.name)
    # It gives an action a role, which came after 1.5.
    assert refused == {"InputsWithValidation.json"}


def test_a_card_is_read_from_the_top() -> None:
    shown = card(
        "Overskrift",
        {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "Et "}, "ord"]},
        {"type": "FactSet", "facts": [{"title": "Hvem", "value": "Vera"}]},
        {"type": "ColumnSet", "columns": [{"type": "Column", "items": [{"type": "TextBlock", "text": "Inde"}]}]},
        field(value="at lære"),
        choices(choices=TWO, value="2"),
        field("sure", "Input.Toggle", title="Ja") | {"label": ""},
        actions=(execute("Send"), opens("Åbn")),
    )
    assert problems(shown) == []
    assert text_of(shown).splitlines() == [
        "Overskrift",
        "Et ord",
        "Hvem Vera",
        "Inde",
        "Goal",
        "= at lære",
        "Who",
        "En / To",
        "= To",
        "Ja",
        "[Send]",
        "[Åbn]",
    ]
    assert labels(shown) == ["Send", "Åbn"]
