"""Small blocks and views, and a clock that is set by hand, for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.slack.fake.slack import FakeSlack

Json = dict[str, Any]


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """What it shows."""
        return self.time

    def wait(self, seconds: float) -> None:
        """Sets it forward."""
        self.time += timedelta(seconds=seconds)


def plain(text: str) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def button(text: str = "Ja", value: str = "card|yes", **more: Any) -> Json:
    """A button."""
    return {"type": "button", "action_id": "press:yes", "text": plain(text), "value": value, **more}


def section(text: str, **more: Any) -> Json:
    """A section of plain text."""
    return {"type": "section", "text": plain(text), **more}


def actions(*elements: Json) -> Json:
    """A row of elements."""
    return {"type": "actions", "elements": list(elements)}


def field(key: str, element: Json, **more: Any) -> Json:
    """An input block called `key`."""
    return {"type": "input", "block_id": key, "label": plain("?"), "element": {"action_id": "value", **element}, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    """A modal with a submit button."""
    return {"type": "modal", "title": plain("Mål"), "submit": plain("Videre"), "blocks": list(blocks), **more}


def options(count: int) -> list[Json]:
    """That many options; label and value are 0, 1, 2 ..."""
    return [{"text": plain(f"{n}"), "value": f"{n}"} for n in range(count)]


def small_slack(clock: Hands) -> FakeSlack:
    """One workspace with Vera and Leo, one channel, and the assistant."""
    fake = FakeSlack(clock)
    fake.add_team("T1", "Nordby")
    fake.install("T1", token="xoxb-one")
    fake.add_user("UVERA", "Vera Holm")
    fake.add_user("ULEO", "Leo Dahl")
    fake.add_channel("CJOB", "jobbytte", members=["UVERA"])
    return fake


def form() -> Json:
    """A modal with one input of each of four kinds."""
    return modal(
        field("goal", {"type": "plain_text_input", "max_length": 10}),
        field("when", {"type": "datepicker", "initial_date": "2026-03-02"}),
        field("who", {"type": "users_select"}, optional=True),
        field("how", {"type": "radio_buttons", "options": options(3)}),
        notify_on_close=True,
    )
