"""What an operator sets for mail: whole, or refused in a sentence that quotes no secret; and what the doctor says."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.channels.mail.doctor import look
from bot.channels.mail.settings import Mail, WrongMail, choose
from bot.mail_address import is_address
from bot.settings import Settings
from tests.mail.conftest import Opens
from tests.mail.office import certificate

AT = "https://vidsyn.example.dk"
FROM = {"MAIL_FROM": "Jobbytte <vidsyn@example.dk>"}
HOST = {"SMTP_HOST": "mail.example.dk", **FROM}
IN = {"SMTP_USER": "vidsyn", "SMTP_PASSWORD": "hemmelig-1"}


def test_nothing_set_is_no_mail() -> None:
    assert choose({}, "") is None
    assert choose({"SMTP_HOST": " ", "MAIL_FROM": ""}, AT) is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (HOST, ("mail.example.dk", 587, "starttls", "", "")),
        ({**HOST, **IN}, ("mail.example.dk", 587, "starttls", "vidsyn", "hemmelig-1")),
        ({**HOST, "SMTP_PORT": "465"}, ("mail.example.dk", 465, "tls", "", "")),
        ({**HOST, "SMTP_PORT": "25", "SMTP_STARTTLS": "off"}, ("mail.example.dk", 25, "none", "", "")),
        ({"SMTP_URL": "smtp://mail.example.dk", **FROM}, ("mail.example.dk", 587, "starttls", "", "")),
        ({"SMTP_URL": "smtps://a%40b:p%2Fw@mail.example.dk", **FROM}, ("mail.example.dk", 465, "tls", "a@b", "p/w")),
        ({"SMTP_URL": "smtp://mail.example.dk:2525", "SMTP_STARTTLS": "off", **FROM},
         ("mail.example.dk", 2525, "none", "", "")),
    ],
)  # fmt: skip
def test_what_is_whole_is_taken(given: dict[str, str], expected: tuple[str, int, str, str, str]) -> None:
    mail = choose(given, AT)
    assert mail is not None
    assert (mail.host, mail.port, mail.secure, mail.user, mail.password.get_secret_value()) == expected
    assert (mail.sender, mail.name, mail.domain) == ("vidsyn@example.dk", "Jobbytte", "example.dk")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (FROM, "There is no mail server"),
        ({"SMTP_HOST": "mail.example.dk"}, "Set MAIL_FROM"),
        ({**HOST, "MAIL_FROM": "nobody"}, "Set MAIL_FROM"),
        ({**HOST, "MAIL_FROM": "a@b.dk\r\nBcc: all@b.dk"}, "Set MAIL_FROM"),
        ({**HOST, "SMTP_PORT": "0"}, "SMTP_PORT is a number"),
        ({**HOST, "SMTP_PORT": "smtp"}, "SMTP_PORT is a number"),
        ({**HOST, "SMTP_STARTTLS": "maybe"}, "SMTP_STARTTLS is on or off"),
        ({**HOST, "SMTP_USER": "vidsyn"}, "belong together"),
        ({**HOST, "SMTP_PASSWORD": "hemmelig-1"}, "belong together"),
        ({**HOST, **IN, "SMTP_STARTTLS": "off"}, "for all to read"),
        ({"SMTP_URL": "smtp://vidsyn:hemmelig-1@mail.example.dk", **HOST}, "SMTP_URL says it all"),
        ({"SMTP_URL": "http://mail.example.dk", **FROM}, "SMTP_URL is no address"),
        ({"SMTP_URL": "smtp://mail.example.dk:hemmelig-1", **FROM}, "SMTP_URL is no address"),
        ({"SMTP_URL": "smtp://vidsyn:hemmelig-1@mail.example.dk/path", **FROM}, "SMTP_URL is no address"),
    ],
)
def test_what_is_not_is_refused_and_quotes_no_secret(given: dict[str, str], says: str) -> None:
    with pytest.raises(WrongMail, match=says) as refused:
        choose(given, AT)
    assert "hemmelig-1" not in str(refused.value)


def test_a_link_needs_an_address_that_people_outside_can_open() -> None:
    with pytest.raises(WrongMail, match="PUBLIC_URL"):
        choose(HOST, "")


def test_a_password_in_a_file_that_others_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".env"
    file.write_text(
        f"SMTP_URL=smtp://vidsyn:hemmelig-1@mail.example.dk\nMAIL_FROM=vidsyn@example.dk\nPUBLIC_URL={AT}\n"
    )
    file.chmod(0o644)
    with pytest.raises(WrongMail, match="Others can read"):
        _ = Settings().mail
    file.chmod(0o600)
    mail = Settings().mail
    assert mail is not None
    assert mail.user == "vidsyn"
    assert "hemmelig-1" not in repr(mail)


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("nora@nav.example", True),
        ("nora.nilsen+gæst@nav.example", False),
        ("nora@nav", False),
        ("nora nilsen@nav.example", False),
        ("nora@nav.example\r\nBcc: x@y.example", False),
        ("<nora@nav.example>", False),
        ("n" * 65 + "@nav.example", False),
        ("", False),
    ],
)
def test_what_an_address_is(text: str, fine: bool) -> None:
    assert is_address(text) is fine


# The doctor


async def said(mail: Mail) -> str:
    return "\n".join(map(str, await look(mail)))


async def test_the_doctor_says_that_the_server_takes_mail_and_sends_none(opens: Opens) -> None:
    office = await opens()
    assert (await said(office.mail())).startswith(f"✓ Mail: 127.0.0.1:{office.port} takes mail from")
    assert office.taken == []


async def test_the_doctor_says_what_is_wrong_and_no_secret(
    opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = await opens()
    wrong = await said(office.mail(password=SecretStr("hemmelig-2")))
    assert "✗ Mail" in wrong
    assert "does not take SMTP_USER and SMTP_PASSWORD" in wrong
    assert "hemmelig-2" not in wrong
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path / "other")))
    assert "does not prove who it is" in await said(office.mail())
    plain = await opens(secure="none")
    assert "– Mail encryption" in await said(plain.mail())
    assert "does not answer as a mail server should" in await said(plain.mail(secure="starttls"))
    refuses = await opens(secure="none", answers={"MAIL": "550 5.7.1 Not from you"})
    assert "says 550 to mail from vidsyn@sundby.example" in await said(refuses.mail())
    await plain.close()
    assert "does not answer as a mail server should" in await said(plain.mail())
