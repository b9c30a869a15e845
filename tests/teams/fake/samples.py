"""Small cards, activities and a small world, for tests."""

from __future__ import annotations

from typing import Any

from tests.teams.fake.activities import CARD
from tests.teams.fake.people import Person
from tests.teams.fake.teams import FakeTeams
from tests.teams.fake.things import Clock, Json


def execute(title: str = "Ja", **data: Any) -> Json:
    """An Action.Execute with its fallback."""
    fallback = {"type": "Action.Submit", "title": title, "data": data}
    return {"type": "Action.Execute", "title": title, "verb": "press", "data": data, "fallback": fallback}


def submit(title: str = "Videre", **data: Any) -> Json:
    """An Action.Submit."""
    return {"type": "Action.Submit", "title": title, "data": data}


def opens(title: str = "Åbn", **data: Any) -> Json:
    """A button that opens a dialog."""
    return submit(title, msteams={"type": "task/fetch"}, **data)


def field(id: str = "goal", kind: str = "Input.Text", **more: Any) -> Json:
    """An input with a label."""
    return {"type": kind, "id": id, "label": id.capitalize(), **more}


def required(id: str = "goal", kind: str = "Input.Text", **more: Any) -> Json:
    """One that must be filled in."""
    return field(id, kind, isRequired=True, errorMessage=f"{id} mangler", **more)


def card(*body: Json | str, actions: tuple[Json, ...] = (), **more: Any) -> Json:
    """A card; a string is a paragraph."""
    elements = [{"type": "TextBlock", "text": each, "wrap": True} if isinstance(each, str) else each for each in body]
    result = {"type": "AdaptiveCard", "version": "1.5", "body": elements, **more}
    return result | ({"actions": list(actions)} if actions else {})


def message(content: Json, summary: str = "Nyt fra Vidsyn") -> Json:
    """A message with a card."""
    return {"type": "message", "summary": summary, "attachments": [{"contentType": CARD, "content": content}]}


def card_answer(content: Json) -> Json:
    """The answer to an Action.Execute that shows another card."""
    return {"statusCode": 200, "type": CARD, "value": content}


def note_answer(words: str) -> Json:
    """The answer to an Action.Execute that says something in passing."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": words}


def dialog_answer(content: Json, title: str = "Mål", height: int | str = "medium") -> Json:
    """The answer to a task/fetch or task/submit that shows a dialog."""
    value = {"title": title, "height": height, "width": "medium", "card": {"contentType": CARD, "content": content}}
    return {"task": {"type": "continue", "value": value}}


def small_teams(clock: Clock) -> FakeTeams:
    """One tenant with Vera, who has the app, her manager Leo, who has not, and a team of both with the app."""
    fake = FakeTeams(clock)
    leo = fake.add_user("Leo Dahl")
    vera = fake.add_user("Vera Holm", manager=leo.aad, title="Jordemoder")
    fake.install(vera)
    fake.add_team("Nordby", members=[vera.aad, leo.aad], installed=True)
    return fake


def named(teams: FakeTeams, name: str) -> Person:
    """Whoever has this name."""
    return teams.person(next(user for user in teams.users.values() if user.name == name))
