"""Settings, from the environment or a file `.env`."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.channels.mail import settings as mail_settings
from bot.channels.mail.settings import Mail as Mail
from bot.channels.mail.settings import WrongMail as WrongMail
from bot.channels.slack.addresses import SLACK_API
from bot.channels.slack.settings import Slack as Slack
from bot.channels.slack.settings import WrongSlack as WrongSlack
from bot.channels.slack.settings import choose
from bot.channels.teams import settings as teams_settings
from bot.channels.teams.settings import Teams as Teams
from bot.channels.teams.settings import WrongTeams as WrongTeams

FILE = Path(".env")
ENCODING = "utf-8-sig"
"""Some editors put a mark at the beginning."""

_TOKEN = re.compile(r"^[^#\n]*\bx(oxb|app)-", re.MULTILINE)
_OPENS = re.compile(
    r"^\s*(export\s+)?(DATABASE_URL\s*=.*://[^/\s]*:[^/\s]*@|VIDSYN_MASTER_KEYS\s*=\s*\S)", re.MULTILINE | re.IGNORECASE
)
"""A password in the address of the database, or master keys."""
_TEAMS = re.compile(r"^[^#\n]*\bmicrosoft[ _-]?app", re.MULTILINE | re.IGNORECASE)
PLAYGROUND_FILE = "playground.db"
PLATFORM_FILE = "vidsyn.db"
ANONYMOUS_FILE = "anonymous.db"


class OpenFile(ValueError):
    """Others can read what opens the database."""


class Settings(BaseSettings):
    """What an operator can set. With nothing set, the playground runs on loopback with SQLite in `data/`."""

    model_config = SettingsConfigDict(
        env_file=FILE, env_file_encoding=ENCODING, extra="ignore", case_sensitive=False, hide_input_in_errors=True
    )

    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=3978, ge=0, le=65535)
    public_url: str = ""
    ops_host: str = "127.0.0.1"
    ops_port: int = Field(default=0, ge=0, le=65535)
    spread_minutes: int = Field(default=3, ge=0, le=15)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    vidsyn_master_keys: str = ""
    vidsyn_data: Path = Path("data")

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: SecretStr | None = None
    slack_client_secret: SecretStr | None = None
    slack_api_url: str = SLACK_API

    smtp_url: SecretStr | None = None
    smtp_host: str | None = None
    smtp_port: str | None = None
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_starttls: str | None = None
    mail_from: str | None = None

    # Written MicrosoftAppId and so on, as every guide to Teams has it.
    microsoftappid: str | None = None
    microsoftapppassword: SecretStr | None = None
    microsoftapptenantid: str | None = None
    microsoftapptype: str | None = None
    teams_openid_metadata_url: str | None = None
    teams_login_url: str | None = None
    teams_graph_url: str | None = None
    teams_service_hosts: str | None = None
    teams_dangerously_anonymous: str | None = None
    teams_app_link: str | None = None

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_capitals(cls, given: object) -> object:
        return given.upper() if isinstance(given, str) else given

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
            _guard(FILE, WrongSlack)
        else:
            _look_for_tokens(FILE)
        return choose(secrets, self.public_url, self.slack_api_url)

    @property
    def teams(self) -> Teams | None:
        """How Teams is met; None when nothing of Teams' is set. Raises WrongTeams and WrongSlack, with what to set."""
        given: dict[str, str] = {}
        for name in teams_settings.NAMES:
            value = getattr(self, name.lower())
            if value is not None:
                given[name] = value.get_secret_value() if isinstance(value, SecretStr) else value
        if teams_settings.SECRET in given:
            _guard(FILE, WrongTeams)
        if not given:
            _look_for_teams(FILE)
        return teams_settings.choose(given, self.public_url, self.host, alone=self.slack is None)

    @property
    def mail(self) -> Mail | None:
        """The server that mail is handed to; None when nothing of it is set. Raises WrongMail, with what to set."""
        given: dict[str, str] = {}
        for name in mail_settings.NAMES:
            value = getattr(self, name.lower())
            if value is not None:
                given[name] = value.get_secret_value() if isinstance(value, SecretStr) else value
        if mail_settings.PASSWORD in given or mail_settings.URL in given:
            _guard(FILE, WrongMail)
        return mail_settings.choose(given, self.public_url)

    @property
    def key_file(self) -> Path:
        """Where the master keys are when they are not set."""
        return self.vidsyn_data / "master.key"

    @property
    def files(self) -> tuple[Path, Path, Path]:
        """Where the databases lie, unless DATABASE_URL says another: the playground's, the platforms', and the one of
        the anonymous mode."""
        return self.vidsyn_data / PLAYGROUND_FILE, self.vidsyn_data / PLATFORM_FILE, self.vidsyn_data / ANONYMOUS_FILE

    @property
    def url(self) -> str:
        """The database, in plain form. What has no lock never shares one with a platform, nor with each other.

        Raises OpenFile when others can read its password, or the master keys.
        """
        if FILE.is_file() and _OPENS.search(FILE.read_text(ENCODING)):
            _guard(FILE, OpenFile)
        playground, platform, anonymous = self.files
        teams = self.teams
        real = platform if teams or self.slack else playground
        file = anonymous if teams and teams.kind == "Anonymous" else real
        return self.database_url or f"sqlite:///{file}"


def served(settings: Settings) -> str:
    """Which chats these settings are for, in words."""
    named = {"Slack": settings.slack, "Teams": settings.teams}
    return " and ".join(name for name, found in named.items() if found) or "the playground"


def _guard(file: Path, wrong: type[ValueError]) -> None:
    """Raises `wrong` when anybody on this machine can read the file that the secrets stand in."""
    if file.is_file() and file.stat().st_mode & stat.S_IROTH:
        raise wrong(f"Others can read {file}, and it holds secrets. Run `chmod 600 {file}`.")


def _look_for_tokens(file: Path) -> None:
    """Raises WrongSlack when tokens stand in the file, though none of our settings is: nobody meant the playground."""
    if file.is_file() and _TOKEN.search(file.read_text(ENCODING)):
        raise WrongSlack(
            f"A token of Slack's stands in {file}, and not behind the name of a setting. "
            "Write SLACK_BOT_TOKEN=xoxb-... and SLACK_APP_TOKEN=xapp-..., each on a line of its own."
        )


def _look_for_teams(file: Path) -> None:
    """Raises WrongTeams when something like its settings stands in the file, though none of them is set."""
    if file.is_file() and _TEAMS.search(file.read_text(ENCODING)):
        raise WrongTeams(
            f"Something like MicrosoftAppId stands in {file}, and is no setting as it is written there. "
            "Write MicrosoftAppId=..., MicrosoftAppTenantId=..., MicrosoftAppPassword=..., each on a line of its own."
        )
