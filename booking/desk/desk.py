"""The desk: book and cancel. Every seat anyone gets or gives up goes through here.

A booking walks in three steps. (1) The gate holds a seat. (2) The teller decides it with all who wait beside it, in
one transaction; the commit is the booking. (3) The gate settles the hold and wakes whoever carries notices. A crash
after 1 leaves a hold that expires; after 2, a hold the sweep settles; after 3, a notice the relay finds by itself.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime

import clock
import refusals
from booking import resting
from booking.desk import holding
from booking.desk.application import Application, Held, Receipt
from booking.desk.availability import Board, Views
from booking.desk.conditions import may_ask, may_cancel
from booking.desk.decision import kept_answer
from booking.desk.group_commit import GroupCommit
from booking.desk.sittings import Coming, Sittings
from booking.desk.slot_views import Offer
from booking.desk.unmet import Unmet
from booking.lawyers import standing
from booking.lifecycle import ONCE, notify, transition
from booking.policy import Policy
from booking.slots import DayView
from models import Booking, KeptAnswer, database
from models.locks import lock_people
from models.states import State
from refusals import Refusal
from seats import scripts
from seats.counters import Day, GateAway, Reserved, SeatCounters
from sms.templates import strike_words

log = logging.getLogger(__name__)

_REFUSED_HIMSELF = (refusals.AlreadyBooked, refusals.DailyLimit)
_WITH_NEAREST = (refusals.SlotFull, refusals.SlotClosed, refusals.OutsideWindow)


class Desk:
    """`checkpoint` is called with a name between any two steps; tests kill the process there."""

    def __init__(
        self,
        seats: SeatCounters,
        now: Callable[[], datetime] = clock.now,
        checkpoint: Callable[[str], None] = lambda name: None,
    ):
        self.seats = seats
        self.now = now
        self.checkpoint = checkpoint
        self.board = Board(seats, now)
        self.unmet, self.refused = Unmet(now), holding.RefusedBefore(seats)
        self._sittings = Sittings(
            seats, self.board, lambda: self._commits.anybody_waits(), lambda name: self.checkpoint(name)
        )
        self._commits: GroupCommit[Coming | Held, Receipt] = GroupCommit(
            self._sittings.serve, leave=self._sittings.leave
        )

    def close(self) -> None:
        """Serve whoever is in line, and put the connections of our own threads away."""
        self._commits.close()
        self.unmet.close()

    def days(self, centre: str) -> list[DayView]:
        return self.board.days(centre)

    def slots(self, centre: str, date: date) -> Views:
        return self.board.slots(centre, date)

    def book(self, application: Application) -> Receipt:
        """A booking, or the answer this Idempotency-Key already got.

        Raises any Refusal of `refusals.py` with status 403 or 409, and Invalid for a length or companions that don't fit;
        slot_full, slot_closed and outside_window name the nearest slots.
        """
        now, offer = self.now(), self.board.offer(application.slot_id)
        slot = offer.slot
        try:
            if kept := self._refused_unless_kept(application, offer, now):
                return kept
            coming = Coming.of(application, offer, now)
            if full := self.board.full(slot, coming.ref):
                raise refusals.SlotFull(nearest=full.nearest)
            return self._decided(coming)
        except _REFUSED_HIMSELF:
            self.refused.note(application.lawyer_id, slot.id)
            raise
        except _WITH_NEAREST as refusal:
            self.unmet.note(application.slot, refusal, application.lawyer_id)
            refusal.extra.setdefault("nearest", self.board.nearest(slot.centre_id, slot.starts_at))
            raise

    def answered(self, application: Application) -> Receipt | None:
        """The answer this Idempotency-Key already got, if any. Raises IdempotencyMismatch."""
        mine = (KeptAnswer.lawyer == application.lawyer_id) & (KeptAnswer.key == application.key)
        kept = KeptAnswer.get_or_none(mine)
        return kept_answer(application, kept) if kept else None

    def cancel(self, lawyer_id: int, ref: str, accept_strike: bool = False, reason: str = "") -> Booking:
        """Rule 10: free until some hours before the start, later at the cost of a strike the lawyer has said yes to.

        A booking cancelled already is answered as it is. Raises NotFound, LateCancellation, WrongState.
        """
        now = self.now()
        with database.atomic():
            lock_people([lawyer_id])
            booking = Booking.of_lawyer(lawyer_id, ref)
            if booking is None:
                raise refusals.NotFound("没有这个预约")
            if booking.state == State.CANCELLED:
                return booking
            policy = Policy.of(booking.centre)
            late = may_cancel(booking, policy, now, accept_strike)
            transition(booking, State.CANCELLED, by="lawyer", why=reason, now=now)
            strikes = standing.next_count(lawyer_id) if late else 0
            notify(booking, "cancelled", now, cause=ONCE, by="您本人", strike=strike_words(strikes))
            if late:  # told after what it is for
                standing.strike(booking, "late_cancellation", policy, now)
        self.checkpoint("cancelled")
        self.released([booking], remember=True)
        return booking

    def released(self, bookings: Iterable[Booking], *, remember: bool = False) -> None:
        """After a commit that freed seats: tell the gate of those that do not rest. Where it is away, the sweep will."""
        days: defaultdict[Day, list[str]] = defaultdict(list)
        freed = {booking.ref: booking for booking in bookings}
        for booking in map(freed.__getitem__, freed.keys() - resting.among(freed)):
            days[Day(booking.centre_id, booking.starts_at.date())].append(booking.ref)
        for day, refs in days.items():
            self.board.invalidate_day(day)
            try:
                self.seats.give_back(day, refs, remember=remember)
            except GateAway:
                log.warning("the seats of %s wait for the sweep: the gate is away", " ".join(refs))

    def _decided(self, coming: Coming) -> Receipt:
        try:
            return self._commits.submit(coming)
        except holding.NoSeat:
            return self._commits.submit(self._come_in(coming, Reserved(scripts.FULL, 0)))

    def _refused_unless_kept(self, application: Application, offer: Offer, now: datetime) -> Receipt | None:
        """What can be refused without a seat. A repeated request still gets its first answer, whatever changed since."""
        try:
            may_ask(application, offer, now)
            self.refused.check(application, offer.slot, offer.policy, now)
        except Refusal:
            application.vouch()
            if again := self.answered(application):
                return again
            raise
        return None

    def _come_in(self, coming: Coming, before: Reserved | None = None) -> Held:
        """Step 1 by oneself: a seat held at the gate, waited for a moment. Raises SlotFull, RateLimited."""
        slot, lawyer = coming.slot, coming.application.lawyer_id
        reserved = holding.hold(self.seats, slot, coming.ref, lawyer, coming.now, before)
        if reserved.outcome == scripts.FULL:
            raise refusals.SlotFull(nearest=self.board.note_full(slot))
        if reserved.outcome == scripts.TOO_MANY:
            raise refusals.RateLimited()
        return coming.held(reserved)
