"""Whatever comes in, a value or a reason comes out, and soon."""

from __future__ import annotations

import json
import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words import LANGUAGES, Words
from dialogs.accept import accept
from dialogs.catalogue import DIALOGS
from dialogs.model import (
    Ack,
    Answer,
    Ask,
    Day,
    Hour,
    Many,
    One,
    Person,
    Raw,
    Rejected,
    Review,
    Scale,
    Text,
)
from tests.engine.options import options_of

WORDS = Words.load()
FACTS = {
    "today": "2026-05-03",
    "people": [{"value": "1", "label": "Anne Holm"}, {"value": "2", "label": "Bo, leder og vært"}],
}
ANSWERS: list[Answer] = [
    Text(20),
    One(("btn.yes", "btn.no")),
    One(fact="people"),
    Many(("btn.yes", "btn.no"), least=1, most=1),
    Many(fact="people"),
    Scale(),
    Day(),
    Hour(("btn.yes",)),
    Person("people"),
    Ack(),
    Review(),
]
LABELS = {"btn.yes": "Ja", "btn.no": "Nej"}
CHOICES = [
    ask
    for dialog in DIALOGS.values()
    for ask in dialog.asks
    if isinstance(ask.answer, One | Many) and ask.answer.options
]
near = st.text("0123456789.:/- ,aeoghlvkt", max_size=12)
raws: st.SearchStrategy[Raw] = st.one_of(st.text(), near, st.lists(st.one_of(st.text(), near), max_size=4))


@given(st.sampled_from(ANSWERS), raws)
def test_any_text_is_a_value_or_a_reason(answer: Answer, raw: Raw) -> None:
    value = accept(answer, raw, FACTS, LABELS)
    if isinstance(value, Rejected):
        assert WORDS.has(value.say.key)
        WORDS.say("nb", value.say)
        return
    json.dumps(value).encode()
    allowed = options_of(answer, FACTS)
    match answer:
        case Text(limit=limit):
            assert isinstance(value, str)
            assert 0 < len(value) <= limit
        case One() | Person():
            assert value in allowed
        case Many():
            assert isinstance(value, list)
            assert value == [option for option in allowed if option in value]
        case Scale(low=low, high=high):
            assert isinstance(value, int)
            assert low <= value <= high
        case Day():
            date.fromisoformat(str(value))
        case Hour():
            assert value in allowed or time.strptime(str(value), "%H:%M")
        case Ack() | Review():
            assert value is True


@given(st.sampled_from(ANSWERS), raws)
def test_a_kept_value_is_accepted_again(answer: Answer, raw: Raw) -> None:
    value = accept(answer, raw, FACTS, LABELS)
    if isinstance(value, Rejected):
        return
    again: Raw = value if isinstance(value, list) else "yes" if value is True else str(value)
    assert accept(answer, again, FACTS, LABELS) == value


def _labels(language: str, ask: Ask) -> dict[str, str]:
    return dict(WORDS.labels(language, ask, {"name": "Emil"}))


@pytest.mark.parametrize("ask", CHOICES, ids=lambda ask: ask.key)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_is_accepted(language: str, ask: Ask) -> None:
    labels = _labels(language, ask)
    for value, label in labels.items():
        for text in (label, label.upper(), f" {label}. ", value):
            wanted = [value] if isinstance(ask.answer, Many) else value
            assert accept(ask.answer, text, FACTS, labels) == wanted


@given(st.data(), st.sampled_from(LANGUAGES), st.sampled_from([" og ", ", ", " and ", "\n", ";"]))
def test_several_labels_together_are_accepted(data: st.DataObject, language: str, between: str) -> None:
    ask = data.draw(st.sampled_from([ask for ask in CHOICES if isinstance(ask.answer, Many)]))
    labels = _labels(language, ask)
    chosen = data.draw(st.lists(st.sampled_from(list(labels)), min_size=1, unique=True))
    text = between.join(labels[value] for value in chosen)
    assert accept(ask.answer, text, FACTS, labels) == [value for value in labels if value in chosen]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
@pytest.mark.parametrize("unit", ["a", "1", ",", " og ", "1,", "e\u0301", "\u0300", ".", "kl "])
def test_a_very_long_text_is_answered_at_once(answer: Answer, unit: str) -> None:
    text = unit * (200_000 // len(unit))
    began = time.process_time()
    accept(answer, text, FACTS, LABELS)
    # Something quadratic would take minutes; a busy machine may take a second.
    assert time.process_time() - began < 2.0
