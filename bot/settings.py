"""Settings, from the environment or a file `.env`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator can set. With nothing set, the playground runs on loopback with SQLite in `data/`."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", case_sensitive=False)

    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=3978, ge=0, le=65535)
    vidsyn_master_keys: str = ""
    vidsyn_data: Path = Path("data")

    @property
    def url(self) -> str:
        """The database, in plain form."""
        return self.database_url or f"sqlite:///{self.vidsyn_data / 'vidsyn.db'}"
