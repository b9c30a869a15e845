"""The package that Teams is given: a manifest filled in, its languages and its icons."""

from __future__ import annotations

import json
import re
from importlib.metadata import version as version_of
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

from bot.channels.teams.publisher import Publisher, WrongManifest, app_id

FOLDER = Path(__file__).parents[3] / "manifest" / "teams"
"""It lies in the repository, which is how Vidsyn is installed."""

BESIDE = ("color.png", "outline.png", "da.json", "nb.json")
"""What goes along with the manifest, as it lies there. Teams wants nothing else in the package."""

THEN = (1980, 1, 1, 0, 0, 0)
"""The first day a zip can name: the same manifest is the same bytes."""

_SEMVER = re.compile(r"(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8})){2}", re.ASCII)


def package(id: str, publisher: Publisher, version: str = "") -> bytes:
    """The zip that an administrator uploads. Raises WrongManifest."""
    told = json.dumps(manifest(id, publisher, version), ensure_ascii=False, indent=2) + "\n"
    files = {"manifest.json": told.encode()} | {name: (FOLDER / name).read_bytes() for name in BESIDE}
    packed = BytesIO()
    with ZipFile(packed, "w") as zipped:
        for name, content in files.items():
            zipped.writestr(_entry(name), content)
    return packed.getvalue()


def manifest(id: str, publisher: Publisher, version: str = "") -> dict[str, Any]:
    """The manifest for the bot with this id; its version is Vidsyn's own unless given. Raises WrongManifest."""
    filled = read()
    filled["id"] = filled["bots"][0]["botId"] = app_id(id)
    filled["version"] = _version(version or version_of("vidsyn"))
    filled["validDomains"] = [publisher.domain]
    filled["developer"] = {
        "name": publisher.name,
        "websiteUrl": publisher.website,
        "privacyUrl": publisher.privacy,
        "termsOfUseUrl": publisher.terms,
    }
    return filled


def read() -> dict[str, Any]:
    """The manifest as it lies in the repository, with empty places for what each organisation has of its own."""
    found: dict[str, Any] = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
    return found


def _version(text: str) -> str:
    if not _SEMVER.fullmatch(text):
        raise WrongManifest("Give --version three numbers with points between them, like 1.2.3.")
    return text


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, THEN)
    entry.create_system = 3  # as written on any machine
    entry.external_attr = 0o644 << 16
    return entry
