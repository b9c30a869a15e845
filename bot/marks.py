"""Notes what became of messages. At once when nothing else is being noted, else together with what ends meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from storage.claiming import Mark
from storage.records import OutboxRow, OutboxState
from storage.store import Store, StoreUnavailable

log = structlog.get_logger()

Ended = Callable[[OutboxRow, OutboxState], None]
"""Is told of each message that has come to its end, once that is noted. It must not raise."""


@dataclass(frozen=True)
class _Note:
    row: OutboxRow
    mark: Mark
    noted: asyncio.Future[None]


class Marks:
    """What has ended and is to be noted. While the database is away it is kept in mind."""

    def __init__(self, store: Store, ended: Ended) -> None:
        self._store = store
        self._ended = ended
        self._waiting: list[_Note] = []
        self._noting: asyncio.Task[StoreUnavailable | None] | None = None

    @property
    def kept(self) -> set[str]:
        """The ids of messages whose end is known here alone."""
        return {note.row.id for note in self._waiting}

    async def note(self, row: OutboxRow, mark: Mark) -> None:
        """Returns once it is noted. Raises StoreUnavailable when it is kept in mind for the next time."""
        note = _Note(row, mark, asyncio.get_running_loop().create_future())
        self._waiting.append(note)
        self._begin()
        await note.noted

    async def again(self) -> None:
        """Notes what was kept in mind. Raises StoreUnavailable."""
        if self._waiting:
            self._begin()
        if self._noting is not None and (away := await asyncio.shield(self._noting)) is not None:
            raise StoreUnavailable("The ends of some messages are not noted yet.") from away

    def _begin(self) -> None:
        if self._noting is None or self._noting.done():
            self._noting = asyncio.get_running_loop().create_task(self._note_all())

    async def _note_all(self) -> StoreUnavailable | None:
        """Why some are kept in mind, if they are."""
        while self._waiting:
            notes, self._waiting = self._waiting, []
            try:
                await self._together(notes)
            except StoreUnavailable as away:
                self._waiting = notes + self._waiting
                for note in self._waiting:
                    _tell(note, away)
                return away
            except BaseException as end:  # of the process: nobody is left waiting
                for note in notes + self._waiting:
                    _tell(note, end)
                raise
        return None

    async def _together(self, notes: Sequence[_Note]) -> None:
        try:
            noted = await self._store.run(lambda work: work.outbox.mark([note.mark for note in notes]), serial=False)
        except StoreUnavailable:
            raise
        except Exception as odd:
            if len(notes) > 1:
                for note in notes:
                    await self._together([note])
                return
            _tell(notes[0], odd)
            return
        for note in notes:
            if note.row.id not in noted:
                log.warning("late_end_refused", outgoing=note.row.id, state=note.mark.state.value)
            elif note.mark.state is not OutboxState.PENDING:
                self._ended(note.row, note.mark.state)
            _tell(note, None)


def _tell(note: _Note, failure: BaseException | None) -> None:
    """Whoever waits for it hears of it, if anybody still does."""
    if note.noted.done():
        return
    if failure is None:
        note.noted.set_result(None)
    else:
        note.noted.set_exception(failure)
