"""What Slack is told of Vidsyn: inside Slack's rules, and exactly what the code uses."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator
from slack_sdk.web.async_client import AsyncWebClient
from typer.testing import CliRunner

from bot.channels.slack.addresses import WrongAddress
from bot.channels.slack.manifest import FILE, WrongName, manifest, read
from bot.channels.slack.scopes import SCOPES
from bot.cli import main
from tests.conftest import ROOT
from tests.slack.used_scopes import ENTRANCES, EVENTS, METHODS

HERE = "https://vidsyn.kommune.dk"
SHIPPED = [FILE.read_text("utf-8"), manifest(), manifest(HERE), manifest(HERE, "Jobbytte i Øby")]


@pytest.mark.parametrize("text", SHIPPED)
def test_s19_every_manifest_is_valid(shared: Path, text: str) -> None:
    schema = json.loads((shared / "schemas/slack/manifest.schema.2.0.0.json").read_text("utf-8"))
    assert [error.message for error in Draft7Validator(schema).iter_errors(yaml.safe_load(text))] == []


@pytest.mark.parametrize("text", SHIPPED)
def test_s19_every_text_fits(text: str) -> None:
    told = yaml.safe_load(text)
    shown, features = told["display_information"], told["features"]
    assert told["_metadata"] == {"major_version": 2}
    assert 1 <= len(shown["name"]) <= 35
    assert 1 <= len(features["bot_user"]["display_name"]) <= 80
    assert 1 <= len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    for shortcut in features["shortcuts"]:
        assert 1 <= len(shortcut["name"]) <= 24
        assert 1 <= len(shortcut["description"]) <= 150
        assert 1 <= len(shortcut["callback_id"]) <= 255
    for command in features["slash_commands"]:
        assert re.fullmatch(r"/[a-z]{1,31}", command["command"])
        assert 1 <= len(command["description"]) <= 2000
        assert 1 <= len(command["usage_hint"]) <= 1000
    assert len(features["shortcuts"]) <= 10
    assert len(features["slash_commands"]) <= 50
    assert len(told["settings"]["event_subscriptions"]["bot_events"]) <= 100


def test_s18_people_can_write_and_have_a_home() -> None:
    told = read()
    assert told["features"]["app_home"] == {
        "home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False,
    }  # fmt: skip
    assert [shortcut["callback_id"] for shortcut in told["features"]["shortcuts"]] == ["vidsyn_open"]
    assert [command["command"] for command in told["features"]["slash_commands"]] == ["/vidsyn"]
    assert told["settings"]["interactivity"]["is_enabled"]


# Filled in


def test_s19_an_address_stands_everywhere_it_belongs() -> None:
    told = yaml.safe_load(manifest(HERE + "/"))
    events = f"{HERE}/slack/events"
    assert told["settings"]["event_subscriptions"]["request_url"] == events
    assert told["settings"]["interactivity"]["request_url"] == events
    assert [command["url"] for command in told["features"]["slash_commands"]] == [events]
    assert told["oauth_config"]["redirect_urls"] == [f"{HERE}/slack/oauth_redirect"]
    assert told["settings"]["socket_mode_enabled"] is False


def test_s19_socket_mode_needs_no_address() -> None:
    assert yaml.safe_load(manifest()) == read()
    assert "https://" not in manifest()
    assert read()["settings"]["socket_mode_enabled"] is True


def test_a_name_of_ones_own() -> None:
    told = yaml.safe_load(manifest(name=" Jobbytte  i Øby "))
    assert told["display_information"]["name"] == told["features"]["bot_user"]["display_name"] == "Jobbytte i Øby"
    for name in ("", "  ", "x" * 36, "Vid\0syn"):
        with pytest.raises(WrongName, match="1 to 35"):
            manifest(name=name)


@pytest.mark.parametrize(
    "address", ["http://vidsyn.dk", "https://vidsyn.dk/bot", "https://a:b@vidsyn.dk", "https://localhost"]
)
def test_an_address_that_slack_cannot_reach_is_refused(address: str) -> None:
    with pytest.raises(WrongAddress):
        manifest(address)


@pytest.mark.parametrize(
    ("words", "settings", "socket", "address"),
    [
        (["--socket"], {}, True, ""),
        (["--socket"], {"PUBLIC_URL": HERE}, True, ""),
        ([], {"SLACK_APP_TOKEN": "xapp-1-A1-2-abc", "PUBLIC_URL": HERE}, True, ""),
        ([], {"PUBLIC_URL": HERE}, False, HERE),
        (["--address", HERE], {}, False, HERE),
        (["--address", HERE], {"PUBLIC_URL": "https://other.dk", "SLACK_APP_TOKEN": "xapp-1-A1-2-abc"}, False, HERE),
    ],
)
def test_the_command_prints_it(words: list[str], settings: dict[str, str], socket: bool, address: str) -> None:
    said = CliRunner().invoke(main, ["manifest", "slack", *words], env=nothing_of_this_machine(settings))
    assert (said.exit_code, said.stderr) == (0, "")
    told = yaml.safe_load(said.stdout)
    assert told["settings"]["socket_mode_enabled"] is socket
    assert told["settings"]["interactivity"].get("request_url", "") == (f"{address}/slack/events" if address else "")
    assert "xapp" not in said.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Give --address"),
        (["--address", HERE, "--socket"], "not both"),
        (["--address", "http://vidsyn.dk"], "https only"),
        (["--socket", "--name", "x" * 36], "1 to 35"),
    ],
)
def test_the_command_refuses_in_a_sentence(words: list[str], sentence: str) -> None:
    said = CliRunner().invoke(main, ["manifest", "slack", *words], env=nothing_of_this_machine({}))
    assert (said.exit_code, said.stdout) == (1, "")
    assert sentence in said.stderr


def nothing_of_this_machine(settings: dict[str, str]) -> dict[str, str | None]:
    """The settings of the test, and none beside them."""
    return {"PUBLIC_URL": None, "SLACK_APP_TOKEN": None, **settings}


# Scopes


def test_s18_the_manifest_asks_for_exactly_the_scopes_that_are_named() -> None:
    told = read()
    assert told["oauth_config"]["scopes"] == {"bot": sorted(SCOPES)}
    assert told["settings"]["event_subscriptions"]["bot_events"] == sorted(EVENTS)


def test_s18_every_scope_has_a_reason_and_a_use() -> None:
    wanted = {scope for needed in (METHODS | EVENTS | ENTRANCES).values() for scope in needed}
    assert wanted == set(SCOPES)
    for reason in SCOPES.values():
        assert re.fullmatch(r"[A-Z][^.]+\.", reason), reason


def test_s18_the_administrator_reads_the_reason_for_each() -> None:
    page = (ROOT / "docs/slack.md").read_text("utf-8")
    assert dict(re.findall(r"^\| `([a-z_.]+:?[a-z]*)` \| ([A-Z].*) \|$", page, re.MULTILINE)) == SCOPES


def test_s18_the_code_calls_exactly_the_methods_that_are_named() -> None:
    assert {method for _, tree in sources() for method in called(tree)} == set(METHODS)


def test_s18_the_code_hears_exactly_the_events_that_are_named() -> None:
    texts = {text for _, tree in sources() for text in strings(tree)}
    assert {event for event in EVENTS if event.partition(".")[0] not in texts} == set()
    heard = {text for name, tree in sources() if name == "news.py" for text in keys(tree)}
    assert heard <= set(EVENTS)


@pytest.mark.parametrize(
    ("source", "methods"),
    [
        ("await client.chat_postMessage(channel=c)", {"chat.postMessage"}),
        ("ask(lambda client: client.users_profile_get(user=u))", {"users.profile.get"}),
        ("await client.api_call('files.getUploadURLExternal', params={})", {"files.getUploadURLExternal"}),
        ("await client.files_upload_v2(file=f)", {"files.getUploadURLExternal", "files.completeUploadExternal"}),
        ("LIMITS = {'chat.update': 50}\nsettings.chat\nfind('chat.nothing')", set()),
    ],
)
def test_what_a_call_looks_like(source: str, methods: set[str]) -> None:
    assert set(called(ast.parse(source))) == methods


def sources() -> Iterator[tuple[str, ast.Module]]:
    """The files of the room for Slack by name."""
    for path in sorted((ROOT / "bot/channels/slack").rglob("*.py")):
        yield path.name, ast.parse(path.read_text("utf-8"))


def called(tree: ast.Module) -> Iterator[str]:
    """The methods of the Web API that a file calls: client.chat_postMessage, or "chat.postMessage" given to a call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in CLIENTS:
            yield from CLIENTS[node.attr]
        elif isinstance(node, ast.Call):
            given = (argument.value for argument in node.args if isinstance(argument, ast.Constant))
            yield from (text for text in given if isinstance(text, str) and (text,) in CLIENTS.values())


def keys(tree: ast.Module) -> Iterator[str]:
    """The names in the tables of a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from (key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))


def strings(tree: ast.Module) -> Iterator[str]:
    """Every string in a file."""
    yield from (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))


CLIENTS = {
    name: (name.replace("_", "."),)
    for name, method in vars(AsyncWebClient).items()
    if callable(method) and "_" in name.strip("_") and name != "api_call"
} | {"files_upload_v2": ("files.getUploadURLExternal", "files.completeUploadExternal")}
"""What the SDK's client calls for each of its methods."""
