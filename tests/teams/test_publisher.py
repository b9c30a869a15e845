"""Who stands behind the app in Teams, and the command that writes its package: what is wrong is said in a sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bot.channels.teams.manifest import manifest, package
from bot.channels.teams.publisher import NOBODYS_OWN, Publisher, WrongManifest, app_id, own_domain
from bot.cli import main

ID = "0f8c5a4e-3b1d-4c62-9a7e-5d2f1b6c8e90"
HOST = "vidsyn.kommune.dk"
OURS = Publisher.at(HOST)

# What is refused


@pytest.mark.parametrize(
    "text",
    [
        "", "vidsyn", ID[:-1], ID + "0", ID.replace("-", ""), "{" + ID + "}", ID.replace("0", "g"), f"{ID} {ID}",
        "00000000-0000-0000-0000-000000000000", ID.replace("0", "٠"), "your-app-id",
    ],
)  # fmt: skip
def test_t17_an_id_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(WrongManifest, match="--app-id"):
        manifest(text, OURS)


@pytest.mark.parametrize("shared", NOBODYS_OWN)
def test_t17_a_domain_that_is_not_ones_own_is_refused(shared: str) -> None:
    for text in (shared, f"vidsyn.{shared}", f"Vidsyn.West.{shared.upper()}"):
        with pytest.raises(WrongManifest, match=re.escape(shared)):
            own_domain(text)
    assert own_domain(f"vidsyn{shared}.example.dk") == f"vidsyn{shared}.example.dk"


@pytest.mark.parametrize(
    "text",
    [
        "", "vidsyn", "localhost", "vidsyn.local", "127.0.0.1", "[::1]", "https://vidsyn.dk", "vidsyn.dk/",
        "*.kommune.dk", "vidsyn.dk:443", "a:b@vidsyn.dk", "vidsyn..dk", ".vidsyn.dk", "vidsyn.dk.", "-vidsyn.dk",
        "vidsyn-.dk", "øby.dk", "vid syn.dk", "x" * 64 + ".dk", "x." * 130 + "dk", "vidsyn.azurewebsites.net.",
        "vidsyn.db.internal",
    ],
)  # fmt: skip
def test_t17_a_domain_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(WrongManifest, match="a host name alone"):
        own_domain(text)


@pytest.mark.parametrize("text", ["vidsyn.kommune.dk", " Vidsyn.Kommune.DK ", "xn--by-lka.dk", "a-b.c1.dk"])
def test_t17_a_domain_of_ones_own_is_taken(text: str) -> None:
    assert own_domain(text) == text.strip().lower()


@pytest.mark.parametrize("option", ["website", "privacy", "terms"])
@pytest.mark.parametrize(
    "text",
    [
        "http://oeby.dk", "oeby.dk/privacy", "https://", "https://localhost/p", "https://oeby", "https://10.0.0.1/p",
        "https://a:b@oeby.dk/", "https://oeby.dk:8443/", "https://oeby.dk/a b", "https://oeby.dk/\n", "https://[::1",
        "https://oeby.dk/øby", "https://oeby.dk/" + "x" * 2048, "javascript:alert(1)", "https://oeby.internal/",
    ],
)  # fmt: skip
def test_t17_an_address_that_not_everybody_can_open_is_refused(option: str, text: str) -> None:
    with pytest.raises(WrongManifest, match=f"--{option}"):
        Publisher.at(HOST, **{option: text})


def test_t17_a_developer_has_a_name_that_fits() -> None:
    assert Publisher.at(HOST, " Øby \n Kommune ").name == "Øby Kommune"
    assert Publisher.at(HOST, "x" * 32).name == "x" * 32
    for name in ("x" * 33, " ", "Ø\0by"):
        with pytest.raises(WrongManifest, match="--developer"):
            Publisher.at(HOST, name)
    with pytest.raises(WrongManifest, match="--developer"):
        Publisher.at("jobbytte.medarbejdere.langtnavn.kommune.dk")


@pytest.mark.parametrize("text", ["1", "1.2", "01.2.3", "1.2.3.4", "v1.2.3", "1.2.x", "1.2.3-beta", "1.2.٣", " 1.2.3"])
def test_t17_a_version_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(WrongManifest, match="--version"):
        manifest(ID, OURS, text)


@given(st.text(max_size=60))
def test_t17_nothing_that_is_typed_gets_out_of_its_place(text: str) -> None:
    for check in (app_id, own_domain):
        try:
            taken = check(text)
        except WrongManifest:
            continue
        assert re.fullmatch(r"[a-z0-9.-]+", taken)


# The command


def test_t17_the_command_writes_the_package(tmp_path: Path) -> None:
    out = tmp_path / "vidsyn-teams.zip"
    said = CliRunner().invoke(main, ["manifest", "teams", "--app-id", ID, "--domain", HOST, "--out", str(out)])
    assert (said.exit_code, said.stderr) == (0, "")
    assert out.read_bytes() == package(ID, OURS)
    assert said.stdout.splitlines()[1:] == [OURS.website, OURS.privacy, OURS.terms]


def test_t17_the_command_takes_what_is_ones_own(tmp_path: Path) -> None:
    out = tmp_path / "own.zip"
    given = {
        "--developer": "Øby Kommune", "--website": "https://oeby.dk/a", "--privacy": "https://oeby.dk/b",
        "--terms": "https://oeby.dk/c", "--version": "2.0.1",
    }  # fmt: skip
    options = [part for option in given.items() for part in option]
    said = CliRunner().invoke(
        main, ["manifest", "teams", "--app-id", ID, "--domain", HOST, "--out", str(out), *options]
    )
    assert said.exit_code == 0, said.stderr
    whole = Publisher.at(HOST, "Øby Kommune", "https://oeby.dk/a", "https://oeby.dk/b", "https://oeby.dk/c")
    assert out.read_bytes() == package(ID, whole, "2.0.1")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--app-id", "x", "--domain", HOST], "Give --app-id"),
        (["--app-id", ID, "--domain", "vidsyn.azurewebsites.net"], "no app at azurewebsites.net"),
        (["--app-id", ID, "--domain", HOST, "--privacy", "http://oeby.dk"], "Give --privacy"),
        (["--app-id", ID, "--domain", HOST, "--version", "1"], "Give --version"),
        (["--app-id", ID, "--domain", HOST, "--out", "nowhere/at/all.zip"], "Give --out another place"),
        (["--domain", HOST], "--app-id"),
        (["--app-id", ID], "--domain"),
    ],
)
def test_t17_the_command_refuses_in_a_sentence(
    options: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(main, ["manifest", "teams", *options])
    assert said.exit_code != 0
    assert said.stdout == ""
    assert sentence in re.sub(r"\x1b\[[0-9;]*m", "", said.stderr)
    assert list(tmp_path.iterdir()) == []
