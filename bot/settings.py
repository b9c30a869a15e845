"""Settings, from the environment or a file `.env`."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.channels.slack.addresses import SLACK_API
from bot.channels.slack.settings import Slack as Slack
from bot.channels.slack.settings import WrongSlack as WrongSlack
from bot.channels.slack.settings import choose

FILE = Path(".env")
ENCODING = "utf-8-sig"
"""Some editors put a mark at the beginning."""

_TOKEN = re.compile(r"^[^#\n]*\bx(oxb|app)-", re.MULTILINE)
PLAYGROUND_FILE = "playground.db"
PLATFORM_FILE = "vidsyn.db"


class Settings(BaseSettings):
    """What an operator can set. With nothing set, the playground runs on loopback with SQLite in `data/`."""

    model_config = SettingsConfigDict(
        env_file=FILE, env_file_encoding=ENCODING, extra="ignore", case_sensitive=False, hide_input_in_errors=True
    )

    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=3978, ge=0, le=65535)
    public_url: str = ""
    vidsyn_master_keys: str = ""
    vidsyn_data: Path = Path("data")

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: SecretStr | None = None
    slack_client_secret: SecretStr | None = None
    slack_api_url: str = SLACK_API

    @property
    def slack(self) -> Slack | None:
        """How Slack is met; None when nothing of Slack's is set. Raises WrongSlack, with what to set."""
        given = {
            "SLACK_BOT_TOKEN": self.slack_bot_token,
            "SLACK_APP_TOKEN": self.slack_app_token,
            "SLACK_SIGNING_SECRET": self.slack_signing_secret,
            "SLACK_CLIENT_ID": self.slack_client_id,
            "SLACK_CLIENT_SECRET": self.slack_client_secret,
        }
        secrets = {name: secret.get_secret_value() for name, secret in given.items() if secret is not None}
        if secrets:
            _guard(FILE)
        else:
            _look_for_tokens(FILE)
        return choose(secrets, self.public_url, self.slack_api_url)

    @property
    def files(self) -> tuple[Path, Path]:
        """Where the playground's database lies, and the platforms', unless DATABASE_URL says another."""
        return self.vidsyn_data / PLAYGROUND_FILE, self.vidsyn_data / PLATFORM_FILE

    @property
    def url(self) -> str:
        """The database, in plain form. The playground never shares one with a platform."""
        return self.database_url or f"sqlite:///{self.files[1 if self.slack else 0]}"


def _guard(file: Path) -> None:
    """Raises WrongSlack when anybody on this machine can read the file that the secrets stand in."""
    if file.is_file() and file.stat().st_mode & stat.S_IROTH:
        raise WrongSlack(f"Others can read {file}, and it holds secrets. Run `chmod 600 {file}`.")


def _look_for_tokens(file: Path) -> None:
    """Raises WrongSlack when tokens stand in the file, though none of our settings is: nobody meant the playground."""
    if file.is_file() and _TOKEN.search(file.read_text(ENCODING)):
        raise WrongSlack(
            f"A token of Slack's stands in {file}, and not behind the name of a setting. "
            "Write SLACK_BOT_TOKEN=xoxb-... and SLACK_APP_TOKEN=xapp-..., each on a line of its own."
        )
