"""What operators do with what is kept: back it up, put it back, and decide about what nobody else can."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.app import KeyFileGone, open_store, open_vault
from bot.clock import SystemClock
from bot.doctor import sentence
from bot.quiet import Quietly, quieten
from bot.settings import Settings
from bot.turns.house import house as build_house
from bot.words import Words
from storage import backup as backups
from storage.engine import file_of
from storage.lock import held
from storage.records import OutboxState
from storage.store import NotFound, Store, StoreError, Work
from storage.vault import Vault

OPERATOR = "operator"
"""Who does all of this, in the audit."""

ALL = "all"

outbox = typer.Typer(help="Messages of which nobody knows whether they arrived.", invoke_without_command=True)
inbox = typer.Typer(help="What was received and could not be answered.", invoke_without_command=True)


@contextmanager
def sentences(refusals: tuple[type[Exception], ...] = (StoreError, ValueError)) -> Iterator[None]:
    """A refusal is a sentence for the operator, and no list of lines of code."""
    try:
        yield
    except refusals as refusal:
        typer.echo(sentence(refusal), err=True)
        raise typer.Exit(1) from refusal


def now_there(work: Work) -> datetime:
    """The time there: the playground's own, where there is one."""
    kept = work.meta.get("clock")
    return datetime.fromisoformat(kept) if kept else SystemClock().now()


def backup(file: Annotated[Path, typer.Argument(help="The file to write. It must not be there yet.")]) -> None:
    """Write everything in the database to one file, while Vidsyn runs. The master keys are not in it."""
    with sentences():
        settings = Settings()
        saved = backups.save(settings.url, file, SystemClock().now())
    typer.echo(f"{file} holds {saved.rows} rows, as of {_moment(saved.at)}.")
    kept = "VIDSYN_MASTER_KEYS" if settings.vidsyn_master_keys else settings.vidsyn_data / "master.key"
    typer.echo(f"The master keys are not in it. Keep them in another place: without {kept} nobody can read it.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `vidsyn backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of what is there now.")] = False,
) -> None:
    """Put a backup into the database, on SQLite or PostgreSQL. What went out since is not sent again."""
    done: list[Quietly] = []

    def settle(work: Work, found: backups.Backup) -> None:
        done.append(_quieten(work, f"restored:{found.at.isoformat()}"))

    with sentences():
        settings = Settings()
        vault = _vault_of(settings)
        with held(settings.url):
            found = backups.restore(settings.url, vault, file, settle, replace=replace)
    typer.echo(f"{found.rows} rows are back, as of {_moment(found.at)}. What people did after that is gone: tell HR.")
    _say_quietly(done[-1])


def quiet() -> None:
    """After a restore by other means than `vidsyn restore`: let nothing that has gone out go out again."""
    done: list[Quietly] = []
    with sentences():
        settings = Settings()
        with held(settings.url):
            backups.rework(settings.url, _vault_of(settings), lambda work: done.append(_quieten(work, "quiet")))
    _say_quietly(done[-1])


@outbox.callback()
def list_outbox(context: typer.Context) -> None:
    """List them: id, channel, kind, age and reason. Nobody's text is shown."""
    if context.invoked_subcommand is not None:
        return
    with sentences(), _opened() as store:
        rows, now = store.run_now(lambda work: (work.overview.undecided(), now_there(work)))
    for row in rows:
        kept = "" if row.whole else ", text gone"
        typer.echo(f"{row.id}  {row.channel}  {row.kind}  {_age(now - row.not_before)}  {row.reason}{kept}")
    typer.echo(_many(len(rows), "message", "is unknown", "are unknown"), err=True)


@outbox.command()
def resend(ids: Annotated[list[str], typer.Argument(help="Ids from the list.")]) -> None:
    """Send again what certainly has not arrived."""

    def once(work: Work, id: str) -> str:
        now = now_there(work)
        known = work.overview.undecided_one(id)
        if known is None:
            return "is not unknown. Look at the list again."
        if not known.whole:
            return "has no text any more, so it cannot be sent again."
        if known.not_after is not None and known.not_after <= now:
            return "would come too late now. Drop it."
        work.overview.resend(id, now)
        return ""

    _each("outbox.resent", ids, once, "goes again.")


@outbox.command("drop")
def drop_outgoing(ids: Annotated[list[str], typer.Argument(help="Ids from the list, or the word all.")]) -> None:
    """Leave it at that: the message has arrived, or need not."""

    def once(work: Work, id: str) -> str:
        if work.overview.undecided_one(id) is None:
            return "is not unknown. Look at the list again."
        work.outbox.finish(id, OutboxState.CANCELLED, reason="dropped by an operator")
        return ""

    with sentences(), _opened() as store:
        chosen = ids if ids != [ALL] else store.run_now(lambda work: [row.id for row in work.overview.undecided()])
    _each("outbox.dropped", chosen, once, "is dropped.")


@inbox.callback()
def list_inbox(context: typer.Context) -> None:
    """List them: id, channel, age and how often it was tried. Nobody's text is shown."""
    if context.invoked_subcommand is not None:
        return
    with sentences(), _opened() as store:
        rows, now = store.run_now(lambda work: (work.inbox.set_aside(1000), now_there(work)))
    for row in rows:
        age = _age(now - row.since) if row.since else "?"
        typer.echo(f"{row.id}  {row.channel}  {age}  tried {row.attempts} times")
    typer.echo(_many(len(rows), "received thing", "is set aside", "are set aside"), err=True)


@inbox.command()
def retry(ids: Annotated[list[str], typer.Argument(help="Ids from the list.")]) -> None:
    """Answer it once more, for example after an upgrade that mends what was in the way."""
    _each("inbox.retried", ids, lambda work, id: "" if work.inbox.retry(id) else _NOT_ASIDE, "is tried again.")


@inbox.command("drop")
def drop_received(ids: Annotated[list[str], typer.Argument(help="Ids from the list.")]) -> None:
    """Give it up. Its text is gone then."""
    _each("inbox.dropped", ids, lambda work, id: "" if work.overview.drop_received(id) else _NOT_ASIDE, "is dropped.")


_NOT_ASIDE = "is not set aside. Look at the list again."


def _each(action: str, ids: list[str], once: Callable[[Work, str], str], done: str) -> None:
    """Decides about each id, in a transaction of its own, with a line in the audit."""

    def unit(work: Work, id: str) -> str:
        refused = once(work, id)
        if not refused:
            work.audit.add(now_there(work), OPERATOR, action, id)
        return refused

    with sentences(), _opened() as store:
        refusals = {id: store.run_now(lambda work, id=id: unit(work, id)) for id in dict.fromkeys(ids)}  # type: ignore[misc]
    for id, refused in refusals.items():
        typer.echo(f"{id} {refused or done}", err=bool(refused))
    if any(refusals.values()):
        raise typer.Exit(1)


@contextmanager
def _opened() -> Iterator[Store]:
    """The store that is there: a new one would say that all is well. Raises NotFound."""
    settings = Settings()
    database = file_of(settings.url)
    if database is not None and not database.exists():
        raise NotFound(f"There is no database at {database}. Run this with the settings of Vidsyn.")
    store = open_store(settings)
    try:
        yield store
    finally:
        asyncio.run(store.close())


def _quieten(work: Work, action: str) -> Quietly:
    now = now_there(work)
    done = quieten(work, Words.load(), build_house(), now)
    work.audit.add(now, OPERATOR, action, "")
    return done


def _say_quietly(done: Quietly) -> None:
    typer.echo("Nothing of the time since goes out by itself.")
    typer.echo(f"Prompts that came due and were carried out without a word: {done.prompts}.")
    typer.echo(f"Messages that are unknown now: {done.held_back}. Received things set aside: {done.set_aside}.")
    typer.echo("Look at them with `vidsyn outbox` and `vidsyn inbox`, and start Vidsyn.")


def _vault_of(settings: Settings) -> Vault:
    """The keys that are there. A new one would open nothing. Raises KeyFileGone."""
    file = settings.vidsyn_data / "master.key"
    if not settings.vidsyn_master_keys and not file.exists():
        raise KeyFileGone(f"A backup holds no keys. Put the key file at {file} first, or set VIDSYN_MASTER_KEYS.")
    return open_vault(settings)


def _many(count: int, what: str, one: str, more: str) -> str:
    return f"1 {what} {one}." if count == 1 else f"{count} {what}s {more}."


def _moment(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def _age(since: timedelta) -> str:
    minutes = max(int(since.total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 60 * 48 else f"{minutes // 60 // 24} days"
