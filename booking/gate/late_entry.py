"""What was written on the printed list while the server was away, entered afterwards with the times it happened."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from booking import by_id
from booking.gate import rooms
from booking.gate.papers import LONGEST_REASON, checked, papers_for
from booking.lawyers import standing
from booking.lifecycle import transition
from booking.policy import Policy
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from booking.words import STATES
from models import Booking, Room, Strike, Visit, database
from models.states import State
from refusals import Invalid, WrongState

WITHIN = timedelta(days=3)  # a paper list is entered as soon as the server is back
_COLUMNS = {State.ARRIVED: "arrived_at", State.MEETING: "started_at", State.DONE: "ended_at"}


class Times(NamedTuple):
    """Of one visit, those the paper adds to what is known."""

    arrived_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None

    def steps(self) -> dict[State, datetime]:
        """The state each leads to, in order."""
        return {to: at for to, at in zip(_COLUMNS, self, strict=True) if at is not None}

    def words(self) -> dict[str, str]:
        """For the record: each state with its time of day."""
        return {str(to): f"{at:%H:%M}" for to, at in self.steps().items()}


def enter(
    actor: Actor,
    now: datetime,
    ref: str,
    times: Times,
    *,
    room: int | None = None,
    papers: Collection[str] | None = None,
    owed: str = "",
    waive: bool = False,
) -> Booking:
    """The steps of a visit, as they happened. A booking the clock has marked as missed stays so, a state never goes
    back; with `waive` its strike is taken back, where the paper shows that the lawyer came in time.

    Raises NotFound, Invalid for impossible times or missing papers, WrongState.
    """
    booking = by_id.booking(ref)
    before = Visit.get_or_none(Visit.booking == ref)
    policy = Policy.of(booking.centre)
    _check(times, booking, before, policy, now)
    given = rooms.of(booking.centre_id, room) if room is not None else before.room if before else None
    paper = _papers(booking, policy, papers, owed) if times.arrived_at is not None else {}
    with rooms.exclusively(given), database.atomic():
        if booking.state == State.NO_SHOW:
            _take_back_strike(actor, now, booking, before, times, policy, waive)
        else:
            _walk(actor, booking, times, now)
        _write(actor, booking, times, _placed(given, times, before) | paper)
        note(actor, now, Kind.ARRIVALS_LATE, ref, times.words(), centre=booking.centre_id)
    return booking


def _walk(actor: Actor, booking: Booking, times: Times, now: datetime) -> None:
    for to, at in times.steps().items():
        transition(booking, to, by=actor.account, now=now, why=f"补录：{at:%H:%M}{STATES[to]}")


def _check(times: Times, booking: Booking, before: Visit | None, policy: Policy, now: datetime) -> None:
    """On the booking's day, from when the gate opens, in order, not ahead of now. A room still held is let go at any
    time, since after a no-show nothing else does."""
    if not times.steps():
        raise Invalid("请填写至少一个时间")
    holds_room = before is not None and before.occupies_id is not None
    if now - booking.ends_at > WITHIN and not (holds_room and times.ended_at):
        raise WrongState(f"补录须在会见后{WITHIN.days}天内")
    if booking.state == State.NO_SHOW and times.arrived_at is None and before is None:
        raise Invalid("请填写到场时间")
    opens = policy.arrival_opens(booking.starts_at)
    kept = (before.arrived_at, before.started_at, before.ended_at) if before else (None, None, None)
    known = [given or held for given, held in zip(times, kept, strict=True)]
    moments = [at for at in known if at is not None]
    if moments != sorted(moments) or (known[2] and not known[1]):
        raise Invalid("时间应依次为到场、开始、结束")
    for at in times.steps().values():
        if at.date() != booking.starts_at.date() or at < opens:
            raise Invalid(f"时间须在会见当日{opens:%H:%M}以后")
        if at > now:
            raise Invalid("时间不能晚于现在")


def _papers(booking: Booking, policy: Policy, papers: Collection[str] | None, owed: str) -> dict[str, Any]:
    needed = papers_for(policy, booking.mandate)
    seen = checked(needed, needed if papers is None else papers, owed)
    return {"papers": seen, "papers_owed": owed.strip()[:LONGEST_REASON] if len(seen) < len(needed) else ""}


def _placed(given: Room | None, times: Times, before: Visit | None) -> dict[str, Any]:
    """A room is taken only by a meeting that is still on."""
    began = times.started_at or (before.started_at if before else None)
    over = times.ended_at or (before.ended_at if before else None)
    return {"room": given, "occupies": given if began and not over else None}


def _take_back_strike(
    actor: Actor,
    now: datetime,
    booking: Booking,
    before: Visit | None,
    times: Times,
    policy: Policy,
    waive: bool,
) -> None:
    """Only the first entry needs it. Raises WrongState for who came too late, or without a yes."""
    if before is not None or times.arrived_at is None:
        return
    if times.arrived_at >= policy.late_from(booking.starts_at):
        raise WrongState("按纸质记录，律师到场时已过爽约时限，爽约记录不变；如有异议请按申诉办理")
    if not waive:
        raise WrongState("该预约已记爽约，状态不能改回；请同意撤销这次爽约后再补录")
    strike = Strike.get_or_none(Strike.booking == booking.ref)
    if strike is not None and strike.state != "waived":
        standing.waive(actor, now, strike.id, f"系统停用期间律师已按时到场（补录{times.arrived_at:%H:%M}到场）")


def _write(actor: Actor, booking: Booking, times: Times, columns: dict[str, Any]) -> None:
    """Raises WrongState where somebody has entered the same since."""
    columns = {_COLUMNS[to]: at for to, at in times.steps().items()} | {"entered_late": True} | columns
    if times.arrived_at is not None:
        row = {"booking": booking.ref, "who": actor.account, **columns}
        entering = Visit.insert(row).on_conflict(action="NOTHING", conflict_target=[Visit.booking])
        done = entering.as_rowcount().execute()  # a room that somebody else has still raises
    else:
        empty = [getattr(Visit, _COLUMNS[to]).is_null() for to in times.steps()]
        done = Visit.update(**columns).where(Visit.booking == booking.ref, *empty).execute()
    if not done:
        raise WrongState("该次会见已有记录，请刷新后核对")
