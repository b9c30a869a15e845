"""What a sentence may not be, in the product's voice (domain/README.md, spec 5.1 and 13)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.words import Kind, Text, forms_of
from dialogs.model import Ask, Dialog
from tests.words.lix import lix, sentences, words_of

MOST_WORDS = 20
HEAVIEST = 35
HEAVIEST_POOLED = 27
WORDS_TO_WEIGH = 15
LABELS = {"opt", "btn", "title"}
"""Types that are labels and no sentences: they are not weighed with what a conversation says."""

OFFICE = {
    "da": "vedrørende såfremt ligeledes foretage foretages jf henhold pågældende ovennævnte bedes endvidere samt "
    "nærværende fremsendes hvorvidt iht ift vedr ifm",
    "nb": "vedrørende dersom samt foreta foretas jf henhold pågjeldende ovennevnte undertegnede såfremt bes "
    "oversendes iht vedr ihht forefinnes besørge",
    "en": "regarding furthermore pursuant hereby aforementioned utilise utilize henceforth thereof whereas "
    "commence endeavour notwithstanding",
}
QUOTES = {"da": '«»„"', "nb": '“”„"', "en": "«»„"}
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]")
JUDGES = {
    "da": ("godt svar", "flot svar", "super godt"),
    "nb": ("godt svar", "flott svar", "kjempebra"),
    "en": ("great answer", "good answer", "well done", "great job"),
}
"""It asks and does not grade (5.1)."""

GUESSES = {
    "da": "han hun ham hende hans hendes",
    "nb": "han hun ham henne hans hennes",
    "en": "he she him her his hers",
}
"""Nobody's gender is guessed (section 13)."""


def faults(language: str, text: Text) -> Iterator[str]:
    """What is wrong with a sentence."""
    for form in forms_of(text):
        if "!" in form:
            yield "shouts"
        if EMOJI.search(form):
            yield "has an emoji"
        if re.search(f"[{QUOTES[language]}]", form):
            yield "has another language's quotes"
        if any(judged in form.lower() for judged in JUDGES[language]):
            yield "grades"
        if set(GUESSES[language].split()).intersection(words_of(form.lower())):
            yield "guesses who somebody is"
        if found := set(OFFICE[language].split()).intersection(words_of(form.lower())):
            yield f"sounds like an office: {', '.join(sorted(found))}"
        if any(len(words_of(sentence)) > MOST_WORDS for sentence in sentences(form)):
            yield f"has a sentence of more than {MOST_WORDS} words"
        if len(words_of(form)) >= WORDS_TO_WEIGH and lix(form) > HEAVIEST:
            yield f"weighs {lix(form):.1f}"


def pooled(texts: Mapping[str, Text], kinds: Mapping[str, Kind], dialog: Dialog) -> float:
    """How heavy all is that a conversation says; 0 where it says next to nothing."""
    keys = {key for ask in dialog.asks for key in _said(ask)} | {*dialog.intro, *dialog.outro}
    said = [form for key in sorted(keys) if kinds[key].type not in LABELS for form in forms_of(texts[key])]
    together = "\n".join(said)
    return lix(together) if len(words_of(together)) >= WORDS_TO_WEIGH else 0.0


def _said(ask: Ask) -> tuple[str, ...]:
    return (ask.words, *ask.says, *ask.hints, *(key for key in (ask.reflect,) if key))
