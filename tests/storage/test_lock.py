"""One process for each database."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.errors import StoreUnavailable
from storage.lock import AlreadyRuns, held


def test_a_database_is_held_once_and_free_again_afterwards(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/data/one.db"
    with held(url):
        with pytest.raises(AlreadyRuns, match=r"running already with this database \(.*one.db\)"), held(url):
            pass
        with held(f"sqlite:///{tmp_path}/data/two.db"):
            pass
    with held(url):
        pass


def test_two_ways_to_one_file_are_one_database(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    url = f"sqlite:///{tmp_path}/link/../link/one.db"
    with held(f"sqlite:///{tmp_path}/data/one.db"), pytest.raises(AlreadyRuns), held(url):
        pass


def test_a_database_in_memory_is_nobody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with held("sqlite://"), held("sqlite://"):
        assert list(tmp_path.iterdir()) == []


def test_a_database_on_a_server_is_for_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    url = "postgresql://vidsyn@nowhere/vidsyn"
    with held(url), held(url):
        assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_held_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="cannot be written"), held(f"sqlite:///{tmp_path}/file/one.db"):
        pass
    with pytest.raises(StoreUnavailable, match="is no address"), held("nonsense"):
        pass


def test_only_the_owner_can_read_what_lies_beside(tmp_path: Path) -> None:
    with held(f"sqlite:///{tmp_path}/data/one.db"):
        assert [(path.name, path.stat().st_mode & 0o777) for path in (tmp_path / "data").iterdir()] == [
            ("one.db.lock", 0o600)
        ]
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
