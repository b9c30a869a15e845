"""Where a mail server is set, the application uses it; elsewhere nothing of it is even imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import App, build
from bot.channels.mail.channel import MailChannel
from bot.channels.mail.settings import WrongMail
from bot.settings import Settings
from bot.turns import mails
from tests.conftest import ROOT
from tests.mail.conftest import Opens
from tests.mail.office import PASSWORD, SENDER, USER

KEYS = "test:" + "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="


def on_slack(folder: Path, **more: object) -> Settings:
    """Slack in one workspace, by Socket Mode, with a mail server where `more` says so."""
    return Settings(
        _env_file=None,
        vidsyn_data=folder,
        vidsyn_master_keys=KEYS,
        slack_bot_token=SecretStr("xoxb-1-2-abcdefghijklmnop"),
        slack_app_token=SecretStr("xapp-1-A1-2-abcdefghijklmnop"),
        public_url="https://vidsyn.example.dk",
        **more,  # type: ignore[arg-type]
    )


async def ended(app: App) -> None:
    await app.store.close()


async def test_the_server_that_is_set_is_used(opens: Opens, tmp_path: Path) -> None:
    office = await opens()
    url = SecretStr(f"smtp://{USER}:{PASSWORD}@127.0.0.1:{office.port}")
    app = build(on_slack(tmp_path, smtp_url=url, mail_from=SENDER))
    try:
        assert isinstance(app.delivery._carrier._channels[mails.CHANNEL], MailChannel)
        assert app.ticker._house.announce is app.conversation._house.announce is mails.announce
    finally:
        await ended(app)


async def test_without_one_there_is_no_such_channel(tmp_path: Path) -> None:
    app = build(on_slack(tmp_path))
    try:
        assert mails.CHANNEL not in app.delivery._carrier._channels
        assert app.conversation._house.announce is None
    finally:
        await ended(app)


def test_half_a_mail_server_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(WrongMail, match="MAIL_FROM"):
        build(on_slack(tmp_path, smtp_host="mail.example.dk"))


def test_what_sends_mail_is_imported_only_where_it_is_needed() -> None:
    program = "import bot.app, sys; sys.exit('aiosmtplib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env={**os.environ}, check=False, timeout=60)
    assert done.returncode == 0
