import os
import secrets
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parent.parent
IN_CI = bool(os.environ.get("CI"))
RUN = os.environ.setdefault("VIDSYN_TEST_RUN", f"{os.getpid()}-{secrets.token_hex(4)}")
"""This run of the tests, the same in all its workers: the process that began it, and what makes it unique."""

# A slow machine is no failure; CI tries the same examples each time, a developer tries new ones.
settings.register_profile("developer", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if IN_CI else "developer")


class OneBrowser(LoadScopeScheduling):  # type: ignore[misc]
    """Tests in parallel, but all that drive a browser in one worker: two at once starve each other."""

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith(("tests/browser/", "tests/agents/")) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneBrowser:
    return OneBrowser(config, log)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of specifications and schemas that lies beside the repository."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        sentence = "the folder shared/ with the specification does not lie beside the repository"
        if IN_CI:
            pytest.fail(sentence)
        pytest.skip(sentence)
    return folder
