"""The teller's work on a batch: seats held at the gate in one trip, the batch decided, and what was decided told there.

What a batch took is settled with the holds of the next one where somebody waits already, else at once.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.desk import holding
from booking.desk.application import Application, Held, Receipt
from booking.desk.availability import Board
from booking.desk.decision import Outcome, decide_batch
from booking.desk.slot_views import AnySlot, Offer
from booking.refs import ref_for
from models import database
from models.base import only_look_up
from refusals import RateLimited, Refusal
from seats import scripts
from seats.counters import Day, GateAway, Reserved, SeatCounters

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Coming:
    """An application that has passed what can be refused without a seat."""

    application: Application
    ref: str
    offer: Offer
    now: datetime

    @classmethod
    def of(cls, application: Application, offer: Offer, now: datetime) -> "Coming":
        return cls(application, ref_for(application.lawyer_id, application.key), offer, now)

    @property
    def slot(self) -> AnySlot:
        return self.offer.slot

    def held(self, reserved: Reserved) -> Held:
        shown = self.offer.shown(reserved.left, self.now)
        ends_at = shown.starts_at + timedelta(minutes=self.application.minutes)
        fresh = reserved.outcome == scripts.HELD
        return Held(self.application, self.ref, shown, ends_at, self.now, fresh=fresh)


class Sittings:
    """`anybody_waits` says whether another batch comes at once; of `checkpoint` see Desk."""

    def __init__(
        self,
        seats: SeatCounters,
        board: Board,
        anybody_waits: Callable[[], bool],
        checkpoint: Callable[[str], None],
    ):
        self._seats, self._board = seats, board
        self._anybody_waits, self._checkpoint = anybody_waits, checkpoint
        self._owed: defaultdict[Day, list[tuple[str, str]]] = defaultdict(list)

    def serve(self, batch: Sequence[Coming | Held]) -> Sequence[Receipt | Exception]:
        """An outcome for each; NoSeat for who may find one in a moment."""
        only_look_up()
        came = self._come_in(batch)
        held = [one for one in came if isinstance(one, Held)]
        self._checkpoint("held")
        decided = decide_batch(held) if held else []
        self._checkpoint("committed")
        self._note(held, decided)
        if not self._anybody_waits():
            self.settle()
        self._checkpoint("settled")
        answers = iter(decided)
        return [next(answers) if isinstance(one, Held) else one for one in came]

    def settle(self) -> None:
        """Tell the gate of what was taken, if it has not been told."""
        owed, self._owed = self._owed, defaultdict(list)
        try:
            if owed:
                self._seats.settle_all(owed)
        except GateAway:
            log.warning("holds wait for the sweep: the gate is away")

    def leave(self) -> None:
        """The teller goes, or what he holds may be broken."""
        self.settle()
        database.close()

    def _come_in(self, batch: Sequence[Coming | Held]) -> list[Held | Refusal]:
        coming = [one for one in batch if isinstance(one, Coming)]
        reserved = iter(self._hold(coming) if coming else ())
        return [self._seated(one, next(reserved)) if isinstance(one, Coming) else one for one in batch]

    def _seated(self, one: Coming, reserved: Reserved) -> Held | Refusal:
        if reserved.outcome == scripts.FULL:
            return holding.NoSeat()
        if reserved.outcome == scripts.TOO_MANY:
            return RateLimited()
        return one.held(reserved)

    def _hold(self, coming: Sequence[Coming]) -> list[Reserved]:
        """In the trip in which the last batch is settled. Of which the outcome is unknown runs out, and the sweep looks."""
        owed, self._owed = self._owed, defaultdict(list)
        wanted: defaultdict[Day, list[tuple[str, str, int]]] = defaultdict(list)
        for one in coming:
            day = Day(one.slot.centre_id, one.slot.starts_at.date())
            wanted[day].append((one.slot.id, one.ref, one.application.lawyer_id))
        try:
            answers = self._seats.reserve_all(wanted, coming[0].now, owed)
        except GateAway:
            if owed:
                log.warning("holds wait for the sweep: the gate is away")
            return [holding.without_gate(one.slot) for one in coming]
        told = {day: iter(some) for day, some in answers.items()}
        found = [next(told[Day(one.slot.centre_id, one.slot.starts_at.date())]) for one in coming]
        return [
            holding.loaded(self._seats, one.slot, one.ref, one.application.lawyer_id, one.now)
            if reserved.outcome == scripts.UNLOADED
            else reserved
            for one, reserved in zip(coming, found, strict=True)
        ]

    def _note(self, batch: Sequence[Held], outcomes: Sequence[Outcome]) -> None:
        """What is owed to the gate; seats of who was refused go back at once. After an error nobody knows what was."""
        back = defaultdict(list)
        for held, outcome in zip(batch, outcomes, strict=True):
            day = Day(held.slot.centre, held.slot.date)
            ref = outcome.ref if isinstance(outcome, Receipt) else None
            if isinstance(outcome, Receipt) and not outcome.replayed:
                self._owed[day].append((held.slot.id, outcome.ref))
                self._board.note_left(held.slot)
            if held.fresh and ref != held.ref and isinstance(outcome, Receipt | Refusal):
                back[day].append(held.ref)
        try:
            for day, refs in back.items():
                self._seats.give_back(day, refs)
        except GateAway:
            log.warning("holds wait for the sweep: the gate is away")
        for day in back:
            self._board.invalidate_day(day)
