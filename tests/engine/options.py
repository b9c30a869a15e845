"""What can be chosen as an answer."""

from __future__ import annotations

from dialogs.model import Answer, Facts, Review


def options_of(answer: Answer, facts: Facts) -> list[str]:
    """The values that can be chosen, in their order; nothing for an answer that has no options."""
    fact = "" if isinstance(answer, Review) else getattr(answer, "fact", "")
    options = [*getattr(answer, "options", ()), *(option["value"] for option in facts.get(fact, ()) if fact)]
    return list(dict.fromkeys(options))
