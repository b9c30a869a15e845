"""What an operator can set: nothing for the playground, one whole choice for Slack, and a sentence for all else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.slack.addresses import SLACK_API, WrongAddress, api_address, public_address
from bot.channels.slack.settings import NAMES, Slack, WrongSlack, choose
from bot.settings import Settings
from tests.running.test_app import command, ended

BOT = {"SLACK_BOT_TOKEN": "xoxb-1111111111-2222222222-AbCdEfGhIjKlMnOp"}
APP = {"SLACK_APP_TOKEN": "xapp-1-A1111111111-2222222222-0123456789abcdef"}
SIGNING = {"SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef"}
CLIENT = {"SLACK_CLIENT_ID": "1111111111.2222222222", "SLACK_CLIENT_SECRET": "fedcba9876543210fedcba9876543210"}
EVERYTHING = BOT | APP | SIGNING | CLIENT
HERE = "https://vidsyn.kommune.dk"


def settings(tmp_path: Path, secrets: dict[str, str], **others: str) -> Settings:
    """Nothing of the machine's own."""
    given = {name.lower(): value for name, value in (secrets | others).items()}
    return Settings.model_validate({"database_url": "", "vidsyn_master_keys": "", "vidsyn_data": tmp_path, **given})


def slack(secrets: dict[str, str], public_url: str = "") -> Slack:
    chosen = choose(secrets, public_url)
    assert chosen is not None
    return chosen


@pytest.mark.parametrize(
    ("secrets", "address", "transport", "install"),
    [
        (BOT | APP, "", "socket", "token"),
        (BOT | APP | SIGNING, HERE, "socket", "token"),
        (BOT | SIGNING, "", "http", "token"),
        (BOT | SIGNING, HERE, "http", "token"),
        (SIGNING | CLIENT, HERE, "http", "oauth"),
    ],
)
def test_each_whole_choice(secrets: dict[str, str], address: str, transport: str, install: str) -> None:
    chosen = slack(secrets, address)
    assert (chosen.transport, chosen.install, chosen.address, chosen.api) == (transport, install, address, SLACK_API)


def test_every_value_comes_where_it_belongs() -> None:
    one, many = slack(BOT | APP | SIGNING), slack(SIGNING | CLIENT, HERE)
    assert one.bot_token.get_secret_value() == BOT["SLACK_BOT_TOKEN"]
    assert one.app_token.get_secret_value() == APP["SLACK_APP_TOKEN"]
    assert one.signing_secret.get_secret_value() == SIGNING["SLACK_SIGNING_SECRET"]
    assert many.client_id == CLIENT["SLACK_CLIENT_ID"]
    assert many.client_secret.get_secret_value() == CLIENT["SLACK_CLIENT_SECRET"]
    assert (many.bot_token.get_secret_value(), many.app_token.get_secret_value()) == ("", "")


@pytest.mark.parametrize(
    ("secrets", "address", "sentence"),
    [
        (BOT, "", "SLACK_BOT_TOKEN alone is not enough. Set SLACK_APP_TOKEN"),
        (APP, "", "Set SLACK_BOT_TOKEN too"),
        (SIGNING, HERE, "Set SLACK_BOT_TOKEN too"),
        (APP | SIGNING, HERE, "Set SLACK_BOT_TOKEN too"),
        (CLIENT, HERE, "SLACK_SIGNING_SECRET is missing"),
        (SIGNING | CLIENT, "", "PUBLIC_URL is missing"),
        (SIGNING | CLIENT, "http://vidsyn.kommune.dk", "Slack calls https only"),
        (BOT | SIGNING, "https://localhost:3978", "Slack cannot reach"),
        (BOT | SIGNING | CLIENT, HERE, "Remove the one or the other"),
        (APP | SIGNING | CLIENT, HERE, "Socket Mode"),
        (SIGNING | {"SLACK_CLIENT_ID": CLIENT["SLACK_CLIENT_ID"]}, HERE, "belong together"),
        (SIGNING | {"SLACK_CLIENT_SECRET": CLIENT["SLACK_CLIENT_SECRET"]}, HERE, "belong together"),
        (EVERYTHING, HERE, "Remove the one or the other"),
    ],
)
def test_a25_half_or_impossible_choices_are_refused(secrets: dict[str, str], address: str, sentence: str) -> None:
    with pytest.raises(WrongSlack) as refused:
        choose(secrets, address)
    assert sentence in str(refused.value)
    assert not quoted(str(refused.value), secrets)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        *((name, "", "set and empty") for name in NAMES),
        *((name, "  ", "set and empty") for name in NAMES),
        ("SLACK_BOT_TOKEN", "xoxb-your-token", "placeholder"),
        ("SLACK_BOT_TOKEN", "xoxb-xxxx-xxxx", "placeholder"),
        ("SLACK_BOT_TOKEN", "<your token>", "placeholder"),
        ("SLACK_BOT_TOKEN", "xoxb-...", "begins with xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-bot-token", "begins with xoxb-"),
        ("SLACK_BOT_TOKEN", APP["SLACK_APP_TOKEN"], "begins with xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxp-1111111111-2222222222", "begins with xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxe.xoxb-1-AbCdEf1111", "token rotation"),
        ("SLACK_APP_TOKEN", "changeme", "placeholder"),
        ("SLACK_APP_TOKEN", BOT["SLACK_BOT_TOKEN"], "begins with xapp-"),
        ("SLACK_SIGNING_SECRET", "changeme", "placeholder"),
        ("SLACK_SIGNING_SECRET", "0" * 32, "32 letters and digits"),
        ("SLACK_SIGNING_SECRET", "0123456789abcdef0123456789abcdef,", "32 letters and digits"),
        ("SLACK_SIGNING_SECRET", "0123456789abcdef0123456789abcdef," + "f" * 32, "32 letters and digits"),
        ("SLACK_SIGNING_SECRET", "0123456789abcdef", "32 letters and digits"),
        ("SLACK_SIGNING_SECRET", "0123456789abcdef0123456789abcdefa", "32 letters and digits"),
        ("SLACK_SIGNING_SECRET", "0123456789abcdef0123456789abcdeæ", "32 letters and digits"),
        ("SLACK_CLIENT_ID", "A1111111111", "two numbers"),
        ("SLACK_CLIENT_SECRET", "short", "row of letters"),
    ],
)
def test_a25_empty_values_and_placeholders_are_refused(name: str, value: str, sentence: str) -> None:
    with pytest.raises(WrongSlack) as refused:
        choose({**EVERYTHING, name: value}, HERE)
    assert sentence in str(refused.value)
    assert name in str(refused.value)
    assert not quoted(str(refused.value), {name: value})


def quoted(sentence: str, secrets: dict[str, str]) -> list[str]:
    """The secrets that a sentence gives away."""
    return [name for name, value in secrets.items() if len(value.strip()) > 8 and value in sentence]


def test_two_signing_secrets_while_one_takes_the_place_of_the_other() -> None:
    both = f"{SIGNING['SLACK_SIGNING_SECRET']},{'fedcba9876543210' * 2}"
    assert slack(BOT | {"SLACK_SIGNING_SECRET": both}).signing_secret.get_secret_value() == both


def test_space_around_a_value_is_no_part_of_it() -> None:
    padded = {name: f" {value}\n" for name, value in (BOT | APP).items()}
    assert slack(padded) == slack(BOT | APP)


@given(st.dictionaries(st.sampled_from(NAMES), st.text() | st.sampled_from(list(EVERYTHING.values()))), st.text())
def test_a25_any_values_make_a_whole_or_a_sentence(secrets: dict[str, str], address: str) -> None:
    try:
        chosen = choose(secrets, address)
    except WrongSlack:
        return
    assert (chosen is None) == (not secrets)
    if chosen is not None:
        needed = chosen.app_token if chosen.transport == "socket" else chosen.signing_secret
        assert needed.get_secret_value()
        assert chosen.bot_token.get_secret_value() if chosen.install == "token" else chosen.address


# Addresses


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://vidsyn.kommune.dk", "https://vidsyn.kommune.dk"),
        (" https://Vidsyn.Kommune.dk/ ", "https://vidsyn.kommune.dk"),
        ("https://vidsyn.kommune.dk:8443", "https://vidsyn.kommune.dk:8443"),
    ],
)
def test_an_address_that_slack_can_reach(text: str, address: str) -> None:
    assert public_address(text) == address


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "https only"),
        ("vidsyn.kommune.dk", "https only"),
        ("http://vidsyn.kommune.dk", "https only"),
        ("https://", "no address"),
        ("https://[", "no address"),
        ("https://vidsyn.kommune.dk:99999", "no address"),
        ("https://vidsyn kommune.dk", "no address"),
        ("https://vidsyn.dk\\@evil.dk", "no name or password"),
        ("https://me:secret@vidsyn.kommune.dk", "no name or password"),
        ("https://@vidsyn.kommune.dk", "no name or password"),
        ("https://vidsyn.kommune.dk/slack/events", "without a path"),
        ("https://vidsyn.kommune.dk?x=1", "without a path"),
        ("https://vidsyn.kommune.dk/#", "without a path"),
        ("https://localhost", "cannot reach"),
        ("https://127.0.0.1", "cannot reach"),
        ("https://[::1]:3978", "cannot reach"),
        ("https://10.1.2.3", "cannot reach"),
        ("https://vidsyn", "cannot reach"),
        ("https://vidsyn.local", "cannot reach"),
    ],
)
def test_an_address_that_slack_cannot_reach(text: str, sentence: str) -> None:
    with pytest.raises(WrongAddress) as refused:
        public_address(text)
    assert sentence in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "text", [SLACK_API, "https://slack-gov.com/api", "http://127.0.0.1:8080/api/", "http://[::1]:1"]
)
def test_tokens_go_to_slack_or_to_a_fake_on_this_machine(text: str) -> None:
    assert api_address(text) == text.rstrip("/") + "/"


@pytest.mark.parametrize(
    "text",
    [
        "", "slack.com/api/", "http://slack.com/api/", "https://slack.com/", "https://slack.com.evil.dk/api/",
        "https://evil.dk/slack.com/api/", "https://slack.com@evil.dk/api/", "https://me@slack.com/api/",
        "https://slack.com:8443/api/", "https://files.slack.com/api/", "http://10.0.0.1/api/", "https://slack.com/api/?a",
        "file://localhost/api/", "https://[", "http://localhost.evil.dk/api/",
    ],
)  # fmt: skip
def test_tokens_go_nowhere_else(text: str) -> None:
    with pytest.raises(WrongSlack, match="SLACK_API_URL"):
        choose(BOT | APP, api_url=text)


# From the environment


def test_the_playground_never_shares_a_database_with_a_platform(tmp_path: Path) -> None:
    playground, platform = settings(tmp_path, {}), settings(tmp_path, BOT | APP)
    assert playground.slack is None
    assert playground.url == f"sqlite:///{tmp_path}/playground.db"
    assert platform.url == f"sqlite:///{tmp_path}/vidsyn.db"
    assert settings(tmp_path, BOT | APP, DATABASE_URL="sqlite:///elsewhere.db").url == "sqlite:///elsewhere.db"


def test_a25_secrets_are_not_shown(tmp_path: Path) -> None:
    shown = settings(tmp_path, EVERYTHING)
    for text in (repr(shown), str(shown), repr(slack(BOT | APP)), repr(slack(SIGNING | CLIENT, HERE))):
        assert not quoted(text, {name: value for name, value in EVERYTHING.items() if name != "SLACK_CLIENT_ID"})


@pytest.mark.parametrize(
    ("secrets", "sentence"),
    [
        (BOT, "SLACK_BOT_TOKEN alone is not enough"),
        (BOT | {"SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN is set and empty"),
        (APP | {"SLACK_BOT_TOKEN": "xoxb-your-token"}, "SLACK_BOT_TOKEN is a placeholder"),
        (BOT | APP | {"SLACK_API_URL": "https://evil.dk/api/"}, "tokens go nowhere else"),
    ],
)
async def test_a25_a_start_is_refused_in_a_sentence(tmp_path: Path, secrets: dict[str, str], sentence: str) -> None:
    for words in (("run",), ("migrate",), ("hr-code",)):
        code, said = await ended(await command(tmp_path, *words, **secrets))
        assert (code, said.count(b"\n")) == (1, 1), said
        assert sentence in said.decode()
        assert not quoted(said.decode(), secrets)
    assert not (tmp_path / "data" / "vidsyn.db").exists()


async def test_a25_a_file_of_secrets_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("".join(f"{name}={value}\n" for name, value in (BOT | APP).items()), "utf-8")
    file.chmod(0o644)
    code, said = await ended(await command(tmp_path, "migrate"))
    assert (code, said.decode().strip()) == (1, "Others can read .env, and it holds secrets. Run `chmod 600 .env`.")
    file.chmod(0o600)
    assert (await ended(await command(tmp_path, "migrate")))[0] == 0
    assert [path.name for path in (tmp_path / "data").glob("*.db")] == ["vidsyn.db"]


TOKENS = f"{BOT['SLACK_BOT_TOKEN']}\n{APP['SLACK_APP_TOKEN']}\n"


@pytest.mark.parametrize(
    "text",
    [
        TOKENS,
        f"SLACK_BOT_TOKN={BOT['SLACK_BOT_TOKEN']}\n",
        f'BOT_TOKEN = "{BOT["SLACK_BOT_TOKEN"]}"\nPORT=4000\n',
        f"export SLACK_APPTOKEN={APP['SLACK_APP_TOKEN']}",
        f"\ufeff{TOKENS}",
    ],
    ids=["no names", "misspelt", "others", "exported", "marked"],
)
async def test_a25_tokens_without_their_names_do_not_become_the_playground(tmp_path: Path, text: str) -> None:
    env_file(tmp_path, text.encode())
    code, said = await ended(await command(tmp_path, "migrate"))
    assert said.decode().strip() == (
        "A token of Slack's stands in .env, and not behind the name of a setting. "
        "Write SLACK_BOT_TOKEN=xoxb-... and SLACK_APP_TOKEN=xapp-..., each on a line of its own."
    )
    assert code == 1
    assert not list((tmp_path / "data").glob("*"))


@pytest.mark.parametrize("line", ["MICROSOFT_APP_ID=1b2c", "MicrosoftAppID: 1b2c", "export Microsoft-App-Id=1b2c"])
async def test_settings_for_teams_under_other_names_do_not_become_the_playground(tmp_path: Path, line: str) -> None:
    env_file(tmp_path, f"PORT=4000\n{line}\n".encode())
    code, said = await ended(await command(tmp_path, "migrate"))
    assert said.decode().splitlines()[-1] == (
        "Something like MicrosoftAppId stands in .env, and is no setting as it is written there. "
        "Write MicrosoftAppId=..., MicrosoftAppTenantId=..., MicrosoftAppPassword=..., each on a line of its own."
    )
    assert code == 1
    assert not list((tmp_path / "data").glob("*"))


@pytest.mark.parametrize(
    "text",
    [
        f"# SLACK_BOT_TOKEN={BOT['SLACK_BOT_TOKEN']}\nPORT=4000\n",
        "# MicrosoftAppId=1b2c\nPORT=4000\n",
        "PORT=4000\n",
        "",
    ],
    ids=["comment", "comment on Teams", "others", "empty"],
)
async def test_a_file_without_tokens_is_the_playground(tmp_path: Path, text: str) -> None:
    env_file(tmp_path, text.encode())
    assert await ended(await command(tmp_path, "migrate")) == (0, b"")
    assert [path.name for path in (tmp_path / "data").glob("*.db")] == ["playground.db"]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
async def test_a_file_may_begin_with_a_mark_of_its_encoding(tmp_path: Path, mark: bytes) -> None:
    lines = "".join(f"{name}={value}\r\n" for name, value in (BOT | APP).items())
    env_file(tmp_path, mark + lines.encode())
    assert await ended(await command(tmp_path, "migrate")) == (0, b"")
    assert [path.name for path in (tmp_path / "data").glob("*.db")] == ["vidsyn.db"]


def env_file(folder: Path, content: bytes) -> None:
    file = folder / ".env"
    file.write_bytes(content)
    file.chmod(0o600)
