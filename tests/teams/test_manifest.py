"""What Teams is told of Vidsyn: inside Teams' rules, and nothing that the house does not understand."""

from __future__ import annotations

import json
import re
import tomllib
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from jsonschema import Draft4Validator

from bot.channels.teams.manifest import BESIDE, FOLDER, manifest, package, read
from bot.channels.teams.publisher import Publisher
from dialogs.commands import Command, understand
from tests.conftest import ROOT
from tests.teams.png import picture

ID = "0f8c5a4e-3b1d-4c62-9a7e-5d2f1b6c8e90"
HOST = "vidsyn.kommune.dk"
OURS = Publisher.at(HOST)
LANGUAGES = ("en", "da", "nb")

INSIDE, SPOKEN, HR = "means something inside a conversation only", "stands behind the language", "is HR's only"
LEFT_OUT = {
    "more_help": "the help itself leads there",
    "resume": "whoever has paused is told of it",
    "show_logbook": "is there to be refused",
    **dict.fromkeys(("back", "skip", "edit"), INSIDE),
    **dict.fromkeys(("language.da", "language.nb", "language.en"), SPOKEN),
    "faq": "stands under the help",
    "new_leader": "is wanted once in a while, and stands under the help",
    "suggest": "is a leader's only, and stands under the leader's help",
    **dict.fromkeys(("round", "match", "new_host", "links", "report", "coach", "own_words", "remind", "choices"), HR),
}
"""The commands that are not offered to everybody, and why."""


def words(language: str) -> dict[str, str]:
    """What Teams shows in a language, by its place in the manifest: localised where it is, else the default."""
    told = read()
    default = {f"name.{key}": text for key, text in told["name"].items()}
    default |= {f"description.{key}": text for key, text in told["description"].items()}
    for number, offered in enumerate(told["bots"][0]["commandLists"]):
        for place, command in enumerate(offered["commands"]):
            at = f"bots[0].commandLists[{number}].commands[{place}]"
            default |= {f"{at}.{key}": text for key, text in command.items()}
    return default | (localised(language) if language != "en" else {})


def localised(language: str) -> dict[str, str]:
    """The file of a language, without the name of its schema."""
    found: dict[str, str] = json.loads((FOLDER / f"{language}.json").read_text("utf-8"))
    return {key: text for key, text in found.items() if key != "$schema"}


def titles(language: str, number: int = 0) -> list[str]:
    """The commands of a list, in order."""
    return [text for at, text in words(language).items() if re.fullmatch(rf"bots.*Lists\[{number}\].*title", at)]


# The manifest


def test_t17_the_manifest_is_valid(shared: Path) -> None:
    schema = json.loads((shared / "schemas/teams/MicrosoftTeams.schema.v1.29.json").read_text("utf-8"))
    whole = Publisher.at(HOST, "Øby Kommune", "https://oeby.dk/vidsyn", "https://oeby.dk/p?q=1", "https://oeby.dk/t")
    for told in (manifest(ID, OURS), manifest(ID, whole, "12.3.4")):
        assert [error.message for error in Draft4Validator(schema).iter_errors(told)] == []
        assert f"v{told['manifestVersion']}/" in told["$schema"]


@pytest.mark.parametrize("language", ["da", "nb"])
def test_t17_every_language_is_valid_and_whole(shared: Path, language: str) -> None:
    schema = json.loads((shared / "schemas/teams/MicrosoftTeams.Localization.schema.v1.29.json").read_text("utf-8"))
    told = json.loads((FOLDER / f"{language}.json").read_text("utf-8"))
    assert [error.message for error in Draft4Validator(schema).iter_errors(told)] == []
    assert localised(language).keys() == words("en").keys()
    assert all(re.fullmatch(r"[\w.\[\]]+", at) for at in localised(language))


def test_t17_it_says_who_and_where() -> None:
    told = manifest(ID.upper(), OURS)
    assert told["id"] == told["bots"][0]["botId"] == ID
    assert told["validDomains"] == [HOST]
    assert told["developer"] == {
        "name": HOST,
        "websiteUrl": f"https://{HOST}",
        "privacyUrl": f"https://{HOST}/privacy",
        "termsOfUseUrl": f"https://{HOST}/terms",
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert told["version"] == project["version"]
    assert list(told) == list(read())


def test_t17_one_bot_that_talks_to_people_and_posts_in_channels() -> None:
    told = manifest(ID, OURS)
    (bot,) = told["bots"]
    assert bot["scopes"] == ["personal", "team"]
    assert [offered["scopes"] for offered in bot["commandLists"]] == [["personal"], ["team"]]
    assert bot["supportsFiles"] is bot["isNotificationOnly"] is False
    assert told["defaultInstallScope"] == "personal"


def test_t17_it_asks_for_no_rights_in_teams() -> None:
    assert not {"webApplicationInfo", "authorization", "permissions", "devicePermissions"} & set(read())


def test_t17_the_languages_are_the_houses_own() -> None:
    told = read()["localizationInfo"]
    assert told["defaultLanguageTag"] == "en"
    assert told["additionalLanguages"] == [{"languageTag": tag, "file": f"{tag}.json"} for tag in ("da", "nb")]
    spoken = {path.stem for path in (ROOT / "dialogs/texts").glob("??.toml")}
    assert spoken == set(LANGUAGES)


def test_t17_the_colour_is_the_pages_own() -> None:
    tones = (ROOT / "bot/channels/web/static/tones.css").read_text("utf-8")
    assert f"--main: {read()['accentColor']};" in tones


# Words


@pytest.mark.parametrize("language", LANGUAGES)
def test_t17_every_text_fits(language: str) -> None:
    told = words(language)
    assert 1 <= len(told["name.short"]) <= 30
    assert 1 <= len(told["name.full"]) <= 100
    assert 1 <= len(told["description.short"]) <= 80
    assert 1 <= len(told["description.full"]) <= 4000
    for number in (0, 1):
        assert 1 <= len(titles(language, number)) <= 12
    for at, text in told.items():
        assert text == text.strip(), at
        assert not at.endswith(".title") or len(text) <= 32
        assert not at.endswith("].description") or len(text) <= 128


@pytest.mark.parametrize("language", LANGUAGES)
def test_t17_the_descriptions_keep_the_rules_of_the_store(language: str) -> None:
    told = words(language)
    short, full = told["description.short"], told["description.full"]
    assert told["name.short"] == "Vidsyn" != told["name.full"]
    assert short not in full
    assert len(full.split()) <= 500
    assert "Microsoft Teams" in full
    assert re.search(r"\bapp|vidsyn", short, re.IGNORECASE) is None
    assert re.search(r"slack|office|\bMS\b|[!\U0001f300-\U0001faff]", short + full, re.IGNORECASE) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_t17_no_command_has_a_slash_or_comes_twice(language: str) -> None:
    for number in (0, 1):
        found = titles(language, number)
        assert len({title.casefold() for title in found}) == len(found)
        assert all(re.fullmatch(r"\w+( \w+)?", title) for title in found)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", [0, 1])
def test_t17_every_command_is_understood_and_leads_where_the_others_do(language: str, number: int) -> None:
    for title, english in zip(titles(language, number), titles("en", number), strict=True):
        meant = understand(title, asking_for_text=False)
        assert meant is not None, title
        assert meant is understand(english, asking_for_text=False), title
        assert understand(title.upper(), asking_for_text=False) is meant


def test_t17_every_command_of_the_house_is_offered_once_or_left_out_for_a_reason() -> None:
    offered = [understand(title, asking_for_text=False) for title in titles("en")]
    assert sorted(filter(None, offered)) == sorted(command for command in Command if command not in LEFT_OUT)
    assert titles("en", 1) == ["help"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_t17_the_commands_are_the_words_that_the_help_uses(language: str) -> None:
    texts = tomllib.loads((ROOT / f"dialogs/texts/{language}.toml").read_text("utf-8"))
    menu = "".join(str(texts[key]) for key in ("help.menu", "help.leader")).casefold()
    for command in (Command.LOG, Command.PAUSE, Command.DATA, Command.STOP, Command.TASKS, Command.RELEASED):
        at = [understand(title, asking_for_text=False) for title in titles("en")].index(command)
        assert titles(language)[at] in menu


# The package


def test_t17_the_package_holds_what_may_be_in_it_and_nothing_else() -> None:
    with ZipFile(BytesIO(package(ID, OURS))) as zipped:
        assert zipped.testzip() is None
        assert zipped.namelist() == ["manifest.json", "color.png", "outline.png", "da.json", "nb.json"]
        told = json.loads(zipped.read("manifest.json"))
        assert told == manifest(ID, OURS)
        for name in BESIDE:
            assert zipped.read(name) == (FOLDER / name).read_bytes()
    assert set(named(told)) == set(BESIDE)


def named(told: dict[str, Any]) -> list[str]:
    """The files that a manifest refers to."""
    return [*told["icons"].values(), *(each["file"] for each in told["localizationInfo"]["additionalLanguages"])]


def test_t17_the_same_manifest_is_the_same_bytes() -> None:
    assert package(ID, OURS) == package(ID.upper(), Publisher.at(HOST.upper()))
    assert package(ID, OURS) != package(ID, OURS, "99.0.0")
    with ZipFile(BytesIO(package(ID, OURS))) as zipped:
        kept = {(entry.date_time, entry.create_system, entry.external_attr) for entry in zipped.infolist()}
    assert kept == {((1980, 1, 1, 0, 0, 0), 3, 0o644 << 16)}


# Icons


def test_t17_the_colour_icon_fills_its_square_and_keeps_the_edge_free() -> None:
    seen = picture((FOLDER / "color.png").read_bytes())
    assert (seen.width, seen.height) == (192, 192)
    ground = (*bytes.fromhex(read()["accentColor"][1:]), 255)
    for y, row in enumerate(seen.rows):
        for x, pixel in enumerate(row):
            assert pixel[3] == 255
            inside = 48 <= x < 144 and 48 <= y < 144
            assert inside or pixel == ground, (x, y)
    assert len(set(seen.pixels())) > 2


def test_t17_the_outline_is_white_on_nothing_and_touches_its_edges() -> None:
    seen = picture((FOLDER / "outline.png").read_bytes())
    assert (seen.width, seen.height) == (32, 32)
    assert all(pixel[:3] == (255, 255, 255) or pixel[3] == 0 for pixel in seen.pixels())
    assert {0, 255} <= {pixel[3] for pixel in seen.pixels()}
    columns = [x for row in seen.rows for x, pixel in enumerate(row) if pixel[3]]
    assert (min(columns), max(columns)) == (0, 31)
