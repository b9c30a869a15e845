"""An organisation's own sentences by file, for operators: all of them out, and those that were changed in again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.opening import open_known
from bot.own_words import Line, as_file, from_file
from bot.settings import Settings
from bot.upkeep import OPERATOR, now_there, sentences
from bot.wordings import called, put, words_of
from bot.words import LANGUAGES, Words
from dialogs.model import Rejected
from storage.records import Organisation
from storage.store import Store, Work

words = typer.Typer(help="An organisation's own sentences: out to a file, and in again.", no_args_is_help=True)

Whose = Annotated[str, typer.Option("--organisation", help="Its name. Left out: the only one there is.")]
Where = Annotated[str, typer.Option("--round", help="The name of a round. Left out: all rounds.")]


@words.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="The file to write. It must not be there yet.")],
    language: Annotated[str, typer.Option(help="da, nb or en.")] = "da",
    organisation: Whose = "",
    round: Where = "",
) -> None:
    """Write every sentence that may be changed, as it is said now."""
    with sentences():
        if language not in LANGUAGES:
            raise ValueError("--language is da, nb or en.")
        store = open_known(Settings())
        content = store.run_now(lambda work: _out(work, language, organisation, round))
        store.close_now()
        try:
            with file.open("x", encoding="utf-8") as out:
                out.write(content)
        except OSError as exc:
            raise ValueError(f"{file} cannot be written: {exc.strerror}. Give another name.") from exc
    typer.echo(f"{file} holds the sentences. Change what you like, and take it in with: vidsyn words import {file}")


@words.command("import")
def take_in(
    file: Annotated[Path, typer.Argument(help="A file that `vidsyn words export` or the bot wrote.")],
    organisation: Whose = "",
    round: Where = "",
) -> None:
    """Say things as the file does. When one line is wrong, nothing changes, and each wrong line is named."""
    with sentences():
        try:
            content = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            raise ValueError(f"{file} cannot be read as text.") from exc
        product = Words.load()
        language, lines, faults = from_file(product, content)
        if faults:
            raise ValueError("\n".join([*(_told(product, *each) for each in faults), "Nothing was changed."]))
        store: Store = open_known(Settings())
        own, back = store.run_now(lambda work: _in(work, product, language, lines, organisation, round))
        store.close_now()
    same = len(lines) - own - back
    typer.echo(f"{own} sentences were changed, {back} are what they were before, {same} stay as they are.")


def _told(product: Words, key: str, rejected: Rejected) -> str:
    return f"{key}: {product.say('en', rejected.say)}"


def _out(work: Work, language: str, organisation: str, round: str) -> str:
    home = _organisation(work, organisation)
    return as_file(words_of(Words.load(), work, home.id, _round(work, home, round)), language)


def _in(work: Work, product: Words, language: str, lines: list[Line], organisation: str, round: str) -> tuple[int, int]:
    """How many sentences were changed, and how many went back to the product's own."""
    home = _organisation(work, organisation)
    here, now = _round(work, home, round), now_there(work)
    done: list[str] = []
    for line in lines:
        place = (here, language, line.key)
        text = product.written(language, line.key) if line.text is None else line.text
        if what := put(work, product, home.id, place, text):
            done.append(what)
            work.audit.add(now, OPERATOR, f"words.{what}", called(home.id, place))
    return done.count("changed"), done.count("removed")


def _organisation(work: Work, name: str) -> Organisation:
    """The organisation with this name. Raises ValueError with a sentence when it cannot be told which."""
    known = work.people.organisations()
    found = [each for each in known if each.name.casefold() == name.casefold()] if name else known
    if len(found) == 1:
        return found[0]
    names = ", ".join(each.name for each in known) or "none"
    raise ValueError(f"Give --organisation with one of these names: {names}.")


def _round(work: Work, home: Organisation, name: str) -> str:
    """The id of the round with this name; empty for all. Raises ValueError with a sentence."""
    if not name:
        return ""
    known = work.rounds.all(home.id)
    found = [each for each in known if each.name.casefold() == name.casefold()]
    if len(found) != 1:
        names = ", ".join(each.name for each in known) or "none"
        raise ValueError(f"Give --round with one of these names: {names}.")
    return found[0].id
