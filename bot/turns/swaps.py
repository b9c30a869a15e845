"""Two exchanges that belong together: each stands alone, and each is told when the other half is gone (T23)."""

from __future__ import annotations

from datetime import date

from bot.moment import Moment, Told
from bot.places import hosts_of
from dialogs.model import Say
from storage.records import ExchangeRow, SignUpRow, new_id

ROTATION = "form.rotation"
GOES_ON = ("proposed", "accepted", "approved", "prepared", "running", "paused")
GONE = ("declined", "rejected", "withdrawn", "ended_early")
KNOWN_TO_THE_HOST = ("accepted", "approved", "prepared", "running", "paused")


def halves(
    moment: Moment, one: SignUpRow, other: SignUpRow, dates: tuple[date, date], track: str, why: str
) -> tuple[ExchangeRow, ExchangeRow]:
    """Two proposed exchanges: each goes to where the other works, with the other's leader as host."""

    def half(id: str, linked: str, goes: SignUpRow, comes: SignUpRow) -> ExchangeRow:
        employee, partner = moment.person(goes.person), moment.person(comes.person)
        named = moment.words.text(employee.language, "match.swap.place", {"name": partner.name})
        return ExchangeRow(
            id=id,
            round=goes.round,
            sign_up=goes.id,
            employee=employee.id,
            leader=goes.leader,
            host=comes.leader if comes.leader != employee.id else "",
            home_unit=employee.unit,
            host_unit=partner.unit or named,
            form=ROTATION,
            start=dates[0],
            end=dates[1],
            days=(),
            track=track,
            state="proposed",
            why=why,
            linked=linked,
        )

    ids = (new_id(), new_id())
    return half(ids[0], ids[1], one, other), half(ids[1], ids[0], other, one)


def is_half(moment: Moment, exchange: ExchangeRow) -> bool:
    """Whether it goes on while the other half does not."""
    if not exchange.linked or exchange.state not in GOES_ON:
        return False
    other = moment.work.exchanges.find(exchange.linked)
    return other is not None and other.state in GONE


def tell_gone(moment: Moment, exchange: ExchangeRow) -> None:
    """Tells those of the other half that this one is not to be; nothing of theirs changes by it."""
    other = moment.work.exchanges.find(exchange.linked) if exchange.linked else None
    if other is None or other.state not in GOES_ON:
        return
    gone = moment.first_name(exchange.employee)
    involved = [other.employee]
    if other.state in KNOWN_TO_THE_HOST:
        involved += [other.leader, *hosts_of(other)]
    for person in dict.fromkeys(id for id in involved if id and id != exchange.employee):
        own = person == other.employee
        say = Say("swap.gone" if own else "swap.gone.other", {"name": gone, "text": moment.first_name(other.employee)})
        moment.tell(moment.person(person), Told([say]), kind="news", subject=other.id)
