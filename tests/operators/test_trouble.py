"""What keeps a database from being used is said in a sentence of its own, with what to do, and without a password."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from storage.engine import named
from storage.errors import Cause
from storage.store import Store, StoreUnavailable
from storage.trouble import Place, inside, on_the_way
from tests.postgres import Server, execute
from tests.running.test_app import command, ended, free_port
from tests.stage.play import KEY

PASSWORD = "Kanarie-1234"
DOORS = """
local all all trust
host all knows 127.0.0.1/32 scram-sha-256
host all outside 127.0.0.1/32 reject
host all all 127.0.0.1/32 trust
"""


@dataclass(frozen=True)
class Guarded:
    """A server with people who may and people who may not, and how it is reached."""

    server: Server
    port: int

    def url(self, user: str, database: str = "postgres", more: str = "") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}{more}"


@pytest.fixture(scope="module")
def guarded() -> Iterator[Guarded]:
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o711)
    server = Server(folder / "server", port=(port := free_port()))
    server.start()
    for made in (
        f"CREATE ROLE knows LOGIN PASSWORD '{PASSWORD}'", "CREATE ROLE outside LOGIN", "CREATE ROLE nobody NOLOGIN",
        "CREATE ROLE few LOGIN CONNECTION LIMIT 0", "CREATE ROLE guest LOGIN", "CREATE DATABASE closed",
        "REVOKE CONNECT ON DATABASE closed FROM PUBLIC",
    ):  # fmt: skip
        execute(server.url(), made)
    (server.data / "pg_hba.conf").write_text(DOORS)
    execute(server.url(), "SELECT pg_reload_conf()")
    yield Guarded(server, port)
    server.stop()
    shutil.rmtree(folder)


def refused(url: str) -> StoreUnavailable:
    """What a start is told."""
    store = Store.open(url, KEY, patience=2.0)
    with pytest.raises(StoreUnavailable) as caught:
        store.migrate()
    store.close_now()
    return caught.value


@pytest.mark.parametrize(
    ("user", "database", "more", "cause", "said"),
    [
        (f"knows:{PASSWORD[:-1]}x", "postgres", "", Cause.WRONG_PASSWORD, "refuses the password of user knows. Put"),
        ("knows", "postgres", "", Cause.WRONG_PASSWORD, "wants a password for user knows. Put it into DATABASE_URL"),
        ("postgres", "nowhere", "", Cause.NO_DATABASE, "There is no database nowhere at 127.0.0.1"),
        ("stranger", "postgres", "", Cause.NO_ROLE, "There is no role stranger at 127.0.0.1"),
        ("nobody", "postgres", "", Cause.NO_ROLE, "There is no role nobody at 127.0.0.1"),
        ("outside", "postgres", "", Cause.NOT_LET_IN, "does not let user outside in from this machine. Let its"),
        ("guest", "closed", "", Cause.NOT_LET_IN, "The database closed at 127.0.0.1"),
        ("few", "postgres", "", Cause.FULL_HOUSE, "takes no more connections. Each process of Vidsyn needs five"),
        ("postgres", "postgres", "?sslmode=require", Cause.CERTIFICATE, "cannot be encrypted as DATABASE_URL asks"),
        ("postgres", "postgres", "?sslmode=vrify", Cause.WRONG_SETTING, "says something after its ? that cannot be"),
        ("postgres", "postgres", "?a=b", Cause.WRONG_SETTING, "says something after its ? that cannot be"),
        ("guest", "postgres", "", Cause.NO_PERMISSION, "Make it the owner of the database and of every table in it"),
        (
            "postgres", "postgres", "?options=-c%20default_transaction_read_only%3Don", Cause.READ_ONLY,
            "can only be read: it is a standby, or was set so. Let DATABASE_URL name",
        ),
    ],
)  # fmt: skip
def test_f11_each_refusal_has_its_sentence_and_its_cause(
    guarded: Guarded, user: str, database: str, more: str, cause: Cause, said: str
) -> None:
    refusal = refused(guarded.url(user, database, more))
    assert said in str(refusal)
    assert refusal.cause is cause
    assert PASSWORD[:4] not in repr(refusal)
    assert "store" not in str(refusal).lower()


def test_f11_that_nobody_answers_names_the_place() -> None:
    port = free_port()
    refusal = refused(f"postgresql://vidsyn:{PASSWORD}@127.0.0.1:{port}/vidsyn")
    assert str(refusal).startswith(f"Nobody answers for the database at 127.0.0.1:{port}. See that PostgreSQL runs")
    assert refusal.cause is Cause.NO_ANSWER
    assert PASSWORD not in repr(refusal)
    by_name = refused("postgresql://vidsyn@vidsyn.invalid/vidsyn")
    assert "at vidsyn.invalid:5432. See" in str(by_name)


@pytest.mark.parametrize(
    ("failure", "cause", "said"),
    [
        (psycopg.errors.DiskFull(), Cause.DISK_FULL, "The disk of the database is full. Make room there"),
        (psycopg.errors.TooManyConnections(), Cause.FULL_HOUSE, "The database takes no more connections. Raise"),
        (psycopg.errors.AdminShutdown(), Cause.BROKEN_OFF, "The line to the database broke off. See that it runs"),
        (psycopg.errors.UndefinedTable(), Cause.TABLES, "The tables are not those of this version. Run `vidsyn"),
        (psycopg.errors.InternalError_(), Cause.OTHER, "The database cannot be used just now. See that it runs"),
    ],
)
def test_f13_what_breaks_on_the_way_has_its_sentence(failure: psycopg.Error, cause: Cause, said: str) -> None:
    refusal = inside(failure, "so and so", lost=False)
    assert str(refusal).startswith(said)
    assert refusal.cause is cause


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("FATAL:  the database system is starting up", Cause.STARTING),
        ("FATAL:  sorry, too many clients already", Cause.FULL_HOUSE),
        ('SSL error: certificate verify failed', Cause.CERTIFICATE),
        ('server certificate for "a" does not match host name "b"', Cause.CERTIFICATE),
        ('root certificate file "/nowhere" does not exist', Cause.CERTIFICATE),
        ("SSL SYSCALL error: EOF detected", Cause.NO_ANSWER),
        ("SSL error: unexpected eof while reading", Cause.NO_ANSWER),
        ('server at "pg-ssl-certificate.example", port 5432 failed: Connection refused', Cause.NO_ANSWER),
        ('could not translate host name "ssl.example" to address: Name or service not known', Cause.NO_ANSWER),
        ("server does not support SSL, but SSL was required", Cause.CERTIFICATE),
        ("FATAL:  noget andet", Cause.OTHER),
        ("connection timeout expired", Cause.NO_ANSWER),
    ],
)  # fmt: skip
def test_f11_what_the_driver_says_is_heard_and_not_repeated(said: str, cause: Cause) -> None:
    refusal = on_the_way(f"connection to server failed: {said}", Place("vidsyn", "db:5432", "vidsyn"))
    assert refusal.cause is cause
    assert said not in str(refusal)


@pytest.mark.parametrize(
    "address",
    [f"postgresql://a:{PASSWORD}@@h/n", f"postgresql://a:1@{PASSWORD}/x@h/n", f"postgresql://a:1@{PASSWORD}?x@h/n"],
)
def test_a_password_that_is_not_written_as_it_must_be_is_not_quoted(address: str) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        named(address)
    assert PASSWORD not in str(caught.value)


def test_a_database_is_named_without_its_password() -> None:
    there = named(f"postgresql://me:{PASSWORD}@db.example.dk/vidsyn?sslmode=require")
    assert str(there) == "PostgreSQL database vidsyn at db.example.dk:5432"
    assert str(named("sqlite:////var/lib/vidsyn/vidsyn.db")) == "SQLite database /var/lib/vidsyn/vidsyn.db"


async def test_f11_an_operator_reads_the_sentence_and_no_more(guarded: Guarded, tmp_path: Path) -> None:
    url = guarded.url(f"knows:{PASSWORD}x")
    code, said = await ended(await command(tmp_path, "migrate", DATABASE_URL=url))
    assert code == 1
    assert said.decode().count("\n") == 1
    assert said.decode().startswith(f"The database at 127.0.0.1:{guarded.port} refuses the password of user knows.")
