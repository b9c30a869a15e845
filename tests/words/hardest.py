"""The ten sentences of each language that are hardest to read, for whoever wants to make them lighter.

python -m tests.words.hardest
"""

from __future__ import annotations

from bot.words import LANGUAGES, forms_of, read
from tests.words.lix import lix, words_of
from tests.words.voice import LABELS

HOW_MANY = 10
FEWEST_WORDS = 8
"""A shorter one has too few words to weigh."""


def hardest(language: str) -> list[tuple[float, str, str]]:
    """Weight, key and text, the heaviest first."""
    texts, kinds = read()
    weighed = [
        (round(lix(form), 1), key, form)
        for key, text in texts[language].items()
        for form in forms_of(text)
        if kinds[key].type not in LABELS and len(words_of(form)) >= FEWEST_WORDS
    ]
    return sorted(weighed, reverse=True)[:HOW_MANY]


def main() -> None:
    """Prints them. Nothing fails because of them."""
    for language in LANGUAGES:
        print(f"The hardest to read in {language}:")
        for weight, key, text in hardest(language):
            print(f"  {weight:5}  {key}: {text}")


if __name__ == "__main__":
    main()
