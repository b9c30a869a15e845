"""How heavy a text is to read."""

from __future__ import annotations

import re

SENTENCE_ENDS = re.compile(r"(?<=[^\d][.?:])(?<!kl\.)\s|\n")
"""A colon ends a sentence too; "3. maj" and "kl. 15" do not."""


def words_of(text: str) -> list[str]:
    """The words; a placeholder counts as one short word."""
    return re.findall(r"[^\W_]+(?:[-’'][^\W_]+)*", re.sub(r"\{\w+\}", "navn", text))


def sentences(text: str) -> list[str]:
    """The sentences that have words."""
    return [part for part in SENTENCE_ENDS.split(text) if words_of(part)]


def lix(text: str) -> float:
    """Words per sentence and the share of words over six letters, in per cent."""
    words = words_of(text)
    long = sum(len(word) > 6 for word in words)
    return len(words) / len(sentences(text)) + 100 * long / len(words)
