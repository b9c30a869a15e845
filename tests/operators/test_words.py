"""Sentences by file, as an operator takes them out and in: all of it or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import main
from bot.words import Words
from storage.records import Organisation
from storage.store import Store, Work
from storage.vault import load_or_create_key_file

OURS = "Dine private notater er slettet."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with one organisation, and the settings that lead to it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIDSYN_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'vidsyn.db'}")
    store = opened(tmp_path)
    store.migrate()
    store.run_now(_begin)
    store.close_now()
    return tmp_path


def _begin(work: Work) -> None:
    work.people.add_organisation(Organisation("sundby", "Sundby Kommune", "DK", "Europe/Copenhagen", "da"))
    work.meta.set("door", "playground")


def opened(folder: Path) -> Store:
    return Store.open(f"sqlite:///{folder / 'vidsyn.db'}", load_or_create_key_file(folder / "master.key"))


def own(folder: Path) -> dict[tuple[str, str], str]:
    """What the organisation says otherwise."""
    store = opened(folder)
    found = store.run_now(lambda work: work.wordings.of("sundby"))
    store.close_now()
    return found


def vidsyn(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["words", *words])
    return done.exit_code, done.output


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_what_is_taken_out_says_everything_that_may_be_changed(folder: Path) -> None:
    assert vidsyn("export", "s.toml")[0] == 0
    text = (folder / "s.toml").read_text("utf-8")
    assert text.startswith('language = "da"\n')
    assert f'"data.deleted" = "{OURS}"' in text
    assert '"playground.title"' not in text
    assert Words.load().plain("da", "hello.voluntary") in text


def test_a_changed_line_is_taken_in_and_the_rest_stays(folder: Path) -> None:
    vidsyn("export", "s.toml")
    changed(folder / "s.toml", OURS, "Det er væk.")
    assert "1 sentences were changed" in vidsyn("import", "s.toml", "--organisation", "sundby kommune")[1]
    assert own(folder) == {("da", "data.deleted"): "Det er væk."}
    assert "0 sentences were changed" in vidsyn("import", "s.toml")[1]
    changed(folder / "s.toml", "Det er væk.", OURS)
    assert "1 are what they were before" in vidsyn("import", "s.toml")[1]
    assert own(folder) == {}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('"data.deleted" = "Væk, {name}."', "I cannot fill in {name}"),
        ('"data.expiry" = "Snart er det væk."', "{date} is missing"),
        ('"data.deleted" = "  "', "I need an answer here"),
        ('"btn.yes" = "' + "j" * 76 + '"', "room for 75 characters"),
        ('"playground.title" = "Leg"', "no such sentence"),
        ('"no.such" = "Hej"', "no such sentence"),
        ('"data.deleted" = 7', "Write one text"),
        ('"data.deleted" = "Væk } nu."', "Curly brackets"),
    ],
)
def test_with_one_wrong_line_nothing_is_changed(folder: Path, line: str, fault: str) -> None:
    (folder / "s.toml").write_text(f'language = "da"\n"btn.no" = "Næ"\n{line}\n', "utf-8")
    code, said = vidsyn("import", "s.toml")
    assert code == 1
    assert "Nothing was changed." in said
    assert own(folder) == {}
    assert fault in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("x", "cannot be read as TOML"),
        ("x = " + "[" * 100_000, "too much stands inside"),
        ('"btn.no" = "Næ"', "must begin with its language"),
        (None, "cannot be read"),
    ],
)
def test_what_is_no_such_file_is_said(folder: Path, content: str | None, said: str) -> None:
    if content is not None:
        (folder / "s.toml").write_text(content, "utf-8")
    code, output = vidsyn("import", "s.toml")
    assert code == 1
    assert said in output


def test_an_unknown_organisation_or_round_is_answered_with_those_there_are(folder: Path) -> None:
    vidsyn("export", "s.toml")
    assert "Sundby Kommune" in vidsyn("import", "s.toml", "--organisation", "Nordby")[1]
    assert "these names: none" in vidsyn("import", "s.toml", "--round", "Efterår")[1]


def test_no_file_is_written_over(folder: Path) -> None:
    (folder / "s.toml").write_text("mine", "utf-8")
    assert vidsyn("export", "s.toml")[0] == 1
    assert (folder / "s.toml").read_text("utf-8") == "mine"
