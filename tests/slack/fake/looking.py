"""What both judges of blocks and judges of texts use: a list of what is wrong, and where it stands."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

Json = dict[str, Any]


class Look:
    """Collects sentences about what Slack would refuse. `at` is a path such as `/blocks/3/element`."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def wrong(self, at: str, sentence: str) -> None:
        """One more thing that is wrong."""
        self.said.append(f"{sentence} [json-pointer:{at}]")

    def thing(self, at: str, thing: object) -> Json | None:
        """The thing, if it is an object with string keys."""
        if isinstance(thing, dict) and all(isinstance(key, str) for key in thing):
            return thing
        self.wrong(at, "must be an object")
        return None

    def keys(self, at: str, thing: Json, required: Collection[str], optional: Collection[str] = ()) -> bool:
        """Whether all required keys are there; a key that Slack does not know is wrong too."""
        for key in sorted(set(thing) - set(required) - set(optional)):
            self.wrong(at, f"invalid additional property: {key}")
        missing = [key for key in sorted(required) if thing.get(key) is None]
        for key in missing:
            self.wrong(at, f"missing required field: {key}")
        return not missing

    def text(self, at: str, thing: Json, key: str, most: int, least: int = 1) -> None:
        """A plain string, if it is there at all."""
        value = thing.get(key)
        if value is None:
            return
        if not isinstance(value, str):
            self.wrong(f"{at}/{key}", "must be a string")
        elif not least <= len(value) <= most:
            self.wrong(f"{at}/{key}", f"must be {least} to {most} characters, is {len(value)}")

    def one_of(self, at: str, thing: Json, key: str, allowed: Collection[str]) -> None:
        """One of a few words, if it is there at all."""
        if key in thing and thing[key] not in allowed:
            self.wrong(f"{at}/{key}", f"must be one of {', '.join(sorted(allowed))}")

    def flag(self, at: str, thing: Json, *keys: str) -> None:
        """True or false, if it is there at all."""
        for key in keys:
            if key in thing and not isinstance(thing[key], bool):
                self.wrong(f"{at}/{key}", "must be true or false")

    def number(self, at: str, thing: Json, key: str, least: int, most: int) -> None:
        """A whole number, if it is there at all."""
        value = thing.get(key)
        if key in thing and (not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most):
            self.wrong(f"{at}/{key}", f"must be a whole number from {least} to {most}")

    def many(self, at: str, thing: Json, key: str, least: int, most: int) -> list[Any]:
        """A list, and empty if it is none."""
        return self.items(f"{at}/{key}", thing.get(key), least, most)

    def items(self, at: str, value: object, least: int, most: int) -> list[Any]:
        """The list itself, and empty if it is none."""
        if not isinstance(value, list):
            self.wrong(at, "must be a list")
            return []
        if not least <= len(value) <= most:
            self.wrong(at, f"must hold {least} to {most} items, holds {len(value)}")
        return value
