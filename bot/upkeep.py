"""What operators do with what is kept: back it up, put it back, and decide about what nobody else can."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import SystemClock
from bot.doctor import sentence
from bot.opening import DOOR, called, known_vault, open_known
from bot.quiet import Quietly, quieten
from bot.settings import Settings
from bot.turns.house import house as build_house
from bot.words import Words
from storage import backup as backups
from storage.as_lines import Backup
from storage.lock import held
from storage.records import OutboxState
from storage.store import Store, StoreError, Work

OPERATOR = "operator"
"""Who does all of this, in the audit."""

ALL = "all"
UNCHANGED = "nothing was changed"
TERMINATED = 143
"""What a shell says of who was told to stop."""

outbox = typer.Typer(
    help="Messages of which nobody knows whether they arrived. Alone it lists them.", invoke_without_command=True
)
inbox = typer.Typer(
    help="What was received and could not be answered. Alone it lists them.", invoke_without_command=True
)


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
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # so that no draft stays behind
    with sentences():
        settings = Settings()
        where = called(settings, backups.mark_of(settings.url, DOOR))
        saved = backups.save(settings.url, file, SystemClock().now())
    typer.echo(f"{file} holds {saved.rows} rows of {where}, as of {_moment(saved.at)}.")
    kept = "VIDSYN_MASTER_KEYS" if settings.vidsyn_master_keys else settings.key_file
    typer.echo(f"The master keys are not in it. Keep them in another place: without {kept} nobody can read it.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `vidsyn backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of what is there now.")] = False,
) -> None:
    """Put a backup into the database, on SQLite or PostgreSQL. What went out since is not sent again."""
    done: list[tuple[Quietly, str]] = []

    def settle(work: Work, found: Backup) -> None:
        where = called(settings, work.meta.get(DOOR))
        done.append((_quieten(work, f"restored:{found.at.isoformat()}"), where))

    with sentences(), _unchanged():
        settings = Settings()
        vault = known_vault(settings, "A backup holds no keys.")
        with held(settings.url):
            found = backups.restore(settings.url, vault, file, settle, replace=replace)
    quietly, where = done[-1]
    typer.echo(f"{found.rows} rows are back in {where}, as of {_moment(found.at)}.")
    typer.echo("What people did after that is gone: tell HR.")
    _say_quietly(quietly)


def quiet() -> None:
    """After a restore by other means than `vidsyn restore`: let nothing that has gone out go out again."""
    done: list[tuple[Quietly, str]] = []

    def act(work: Work) -> None:
        done.append((_quieten(work, "quiet"), called(settings, work.meta.get(DOOR))))

    with sentences(), _unchanged():
        settings = Settings()
        vault = known_vault(settings)
        with held(settings.url):
            backups.rework(settings.url, vault, act)
    quietly, where = done[-1]
    typer.echo(f"Gone through: {where}.")
    _say_quietly(quietly)


@outbox.callback()
def list_outbox(context: typer.Context) -> None:
    """List them: id, channel, kind, age and reason. Nobody's text is shown."""
    if context.invoked_subcommand is not None:
        return
    with sentences(), _opened() as (store, where):
        rows, now = store.run_now(lambda work: (work.overview.undecided(), now_there(work)))
    for row in rows:
        kept = "" if row.whole else ", text gone"
        typer.echo(f"{row.id}  {row.channel}  {row.kind}  {_age(now - row.not_before)}  {row.reason}{kept}")
    typer.echo(_many(len(rows), "message", "is unknown", "are unknown", where), err=True)


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

    _each("outbox.dropped", ids, once, "is dropped.", lambda work: [row.id for row in work.overview.undecided()])


@inbox.callback()
def list_inbox(context: typer.Context) -> None:
    """List them: id, channel, age and how often it was tried. Nobody's text is shown."""
    if context.invoked_subcommand is not None:
        return
    with sentences(), _opened() as (store, where):
        rows, now = store.run_now(lambda work: (work.inbox.set_aside(1000), now_there(work)))
    for row in rows:
        age = _age(now - row.since) if row.since else "?"
        typer.echo(f"{row.id}  {row.channel}  {age}  tried {row.attempts} times")
    typer.echo(_many(len(rows), "received thing", "is set aside", "are set aside", where), err=True)


@inbox.command()
def retry(ids: Annotated[list[str], typer.Argument(help="Ids from the list, or the word all.")]) -> None:
    """Answer it once more, for example after an upgrade that mends what was in the way."""
    _each("inbox.retried", ids, lambda work, id: "" if work.inbox.retry(id) else _NOT_ASIDE, "is tried again.", _aside)


@inbox.command("drop")
def drop_received(ids: Annotated[list[str], typer.Argument(help="Ids from the list, or the word all.")]) -> None:
    """Give it up. Its text is gone then."""

    def once(work: Work, id: str) -> str:
        return "" if work.overview.drop_received(id) else _NOT_ASIDE

    _each("inbox.dropped", ids, once, "is dropped.", _aside)


_NOT_ASIDE = "is not set aside. Look at the list again."


def _aside(work: Work) -> list[str]:
    return [row.id for row in work.inbox.set_aside(1000)]


def _each(
    action: str,
    ids: list[str],
    once: Callable[[Work, str], str],
    done: str,
    listed: Callable[[Work], list[str]] | None = None,
) -> None:
    """Decides about each id, in a transaction of its own, with a line in the audit; the word all is all `listed`."""

    def unit(work: Work, id: str) -> str:
        refused = once(work, id)
        if not refused:
            work.audit.add(now_there(work), OPERATOR, action, id)
        return refused

    with sentences(), _opened() as (store, where):
        if listed is not None and ids == [ALL]:
            ids = store.run_now(listed)
        refusals = {id: store.run_now(lambda work, id=id: unit(work, id)) for id in dict.fromkeys(ids)}  # type: ignore[misc]
    for id, refused in refusals.items():
        typer.echo(f"{id} {refused or done}", err=bool(refused))
    typer.echo(f"This was {where}.", err=True)
    if any(refusals.values()):
        raise typer.Exit(1)


@contextmanager
def _opened() -> Iterator[tuple[Store, str]]:
    """The store that is there, and which it is. Raises StoreError and ValueError."""
    settings = Settings()
    store = open_known(settings)
    try:
        yield store, called(settings, store.run_now(lambda work: work.meta.get(DOOR)))
    finally:
        store.close_now()


@contextmanager
def _unchanged() -> Iterator[None]:
    """Whoever is refused is told that nothing was changed. One transaction does it all, or nothing."""
    try:
        yield
    except backups.NotSure:
        raise
    except (StoreError, ValueError) as refusal:
        said = sentence(refusal)
        raise StoreError(said if UNCHANGED in said.lower() else f"{said} Nothing was changed.") from refusal


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


def _many(count: int, what: str, one: str, more: str, where: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'} {one if count == 1 else more} in {where}."


def _moment(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def _age(since: timedelta) -> str:
    minutes = max(int(since.total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 60 * 48 else f"{minutes // 60 // 24} days"
