"""A few days of what has happened at Pudong, and what happens there today."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from peewee import EXCLUDED

from booking.documents import document_key, numbers_said, said_key
from booking.lifecycle import FREED
from booking.refs import ref_for
from booking.slots import SlotRow
from booking.timetable import rollout
from models import Booking, Change, Lawyer, Slot, Strike, Suspension, rows_of
from models.bookings import seal_detainee
from models.states import State
from sandbox.world import visits
from sandbox.world.cast import COLLEAGUES, HE, HELD, LI, NAMESAKES, TAO, WANG, XIE, ZHAO, Person, Prisoner

DAYS = 4
TODAY_EACH = 6  # meetings in each of today's slots
_LIVES = {
    State.CONFIRMED: (State.SUBMITTED, State.CONFIRMED),
    State.ARRIVED: (State.SUBMITTED, State.CONFIRMED, State.ARRIVED),
    State.MEETING: (State.SUBMITTED, State.CONFIRMED, State.ARRIVED, State.MEETING),
    State.DONE: (State.SUBMITTED, State.CONFIRMED, State.ARRIVED, State.MEETING, State.DONE),
    State.NO_SHOW: (State.SUBMITTED, State.CONFIRMED, State.NO_SHOW),
    State.CANCELLED: (State.SUBMITTED, State.CANCELLED),
    State.REJECTED: (State.SUBMITTED, State.REJECTED),
}
_REASONS = {State.CANCELLED: "当事人家属另行委托", State.REJECTED: "委托手续与所填阶段不符，请到会见窗口办理"}


class Meeting(NamedTuple):
    """One that was: who met whom, on which of the days (0 is the earliest), in which slot of the day, how it ended."""

    lawyer: Person
    prisoner: Prisoner
    day: int
    slot: int
    state: State


def write(now: datetime) -> None:
    """What is over, and today as it stands at this hour. Inside the caller's transaction."""
    ids = dict(rows_of(Lawyer.select(Lawyer.openid, Lawyer.id)))
    past = _slots_of_days(now, 21, 1)[-DAYS:]
    today = [slot for day in _slots_of_days(now, 0, 0) for slot in day]
    rows = [_booking(m, past[m.day][m.slot], ids[m.lawyer.openid]) for m in _meetings() if m.day < len(past)]
    rows += [_booking(m, today[m.slot], ids[m.lawyer.openid]) for m in _of_today(today, now)]
    if rows:
        _account([slot for day in (*past, today) for slot in day], rows)
        Booking.insert_many(rows).execute()
        Change.insert_many([change for row in rows for change in _life(row)]).execute()
        visits.write(rows, now)
        _strikes(rows, ids)


def _account(slots: list[SlotRow], rows: list[dict[str, object]]) -> None:
    """The slots as they stand once the unclaimed seats passed to the window."""
    taken = Counter(row["slot"] for row in rows if row["active"])
    names = ("taken", "seats", "window_seats")
    entered = Slot.insert_many([_closed_account(slot, taken[slot["id"]]) for slot in slots])
    update = {getattr(Slot, name): getattr(EXCLUDED, name) for name in names}
    entered.on_conflict(conflict_target=[Slot.id], update=update).execute()


def _slots_of_days(now: datetime, first: int, last: int) -> list[list[SlotRow]]:
    """Open days of Pudong from `first` to `last` days ago, the earliest first."""
    today = now.date()
    days: dict[date, list[SlotRow]] = {}
    for row in rollout.rows_between(["pudong"], today - timedelta(days=first), today - timedelta(days=last)):
        if row["open"]:
            days.setdefault(row["date"], []).append(row)
    return [days[day] for day in sorted(days)]


def _meetings() -> Iterator[Meeting]:
    here = [prisoner for prisoner in HELD if prisoner.centre == "pudong"][10:]
    for number in range(DAYS * 12):
        day, place = divmod(number, 12)
        yield Meeting(COLLEAGUES[20 + number], here[number], day, place % 3, State.DONE)
    yield Meeting(WANG, TAO, 0, 3, State.DONE)
    yield Meeting(WANG, TAO, 3, 3, State.CANCELLED)
    yield Meeting(COLLEAGUES[19], XIE, 1, 3, State.REJECTED)
    yield from (Meeting(LI, HE, day, 3, State.NO_SHOW) for day in (1, 2))
    yield from (Meeting(ZHAO, NAMESAKES[0], day, 4, State.NO_SHOW) for day in (0, 1, 2))


def _of_today(slots: list[SlotRow], now: datetime) -> Iterator[Meeting]:
    """By the hour: what is over is done, in the slot that is on they meet, those of the next one come in."""
    here = [prisoner for prisoner in HELD if prisoner.centre == "pudong"][10:]
    for number in range(len(slots) * TODAY_EACH):
        slot = number // TODAY_EACH
        state = _by_now(slots[slot]["starts_at"], number, now)
        yield Meeting(COLLEAGUES[20 + number], here[number], DAYS, slot, state)


def _by_now(start: datetime, number: int, now: datetime) -> State:
    if now >= start + timedelta(minutes=70):
        return State.DONE
    if now >= start:
        return State.MEETING if number % TODAY_EACH else State.ARRIVED
    early = start - timedelta(minutes=30) <= now
    return State.ARRIVED if early and number % 2 else State.CONFIRMED


def _booking(meeting: Meeting, slot: SlotRow, lawyer: int) -> dict[str, object]:
    ref = ref_for(lawyer, f"history-{meeting.day}-{meeting.slot}")
    key, held = document_key(meeting.prisoner.id_no), meeting.state not in FREED
    return {
        "ref": ref,
        "lawyer": lawyer,
        "centre": slot["centre"],
        "slot": slot["id"],
        "starts_at": slot["starts_at"],
        "ends_at": slot["starts_at"] + timedelta(minutes=60),
        "minutes": 60,
        "state": meeting.state,
        "active": 1 if held else None,
        "detainee_key": key,
        "detainee_claim": key if held and meeting.state != State.SUBMITTED else None,
        "detainee_said": said_key(slot["centre"], meeting.prisoner.as_asked),
        "detainee_numbers": " ".join(numbers_said(slot["centre"], meeting.prisoner.as_asked)),
        "detainee_sealed": seal_detainee(ref, meeting.prisoner.as_asked),
        "case_no": meeting.prisoner.case_no,
        "mandate": "entrusted",
        "stage": "investigation",
        "decision_reason": _REASONS.get(meeting.state),
        "created_at": slot["starts_at"] - timedelta(days=5),
    }


def _closed_account(slot: SlotRow, taken: int) -> dict[str, object]:
    """As it stands once the unclaimed seats passed to the window."""
    window = slot["window_seats"] + slot["seats"] - taken
    return {**slot, "taken": taken, "seats": taken, "window_seats": window}


def _life(row: dict[str, Any]) -> Iterator[dict[str, object]]:
    start, before = row["starts_at"], None
    at = {
        State.SUBMITTED: row["created_at"],
        State.CONFIRMED: start - timedelta(days=3),
        State.REJECTED: start - timedelta(days=3),
        State.CANCELLED: start - timedelta(days=2),
        State.ARRIVED: start - timedelta(minutes=20),
        State.MEETING: start + timedelta(minutes=4),
        State.NO_SHOW: start + timedelta(minutes=15),
        State.DONE: start + timedelta(minutes=58),
    }
    for state in _LIVES[row["state"]]:
        why = _REASONS.get(state, "")
        by = {State.SUBMITTED: "lawyer", State.CANCELLED: "lawyer", State.NO_SHOW: "system"}.get(state, "review-pudong")
        yield {
            "booking": row["ref"],
            "at": at[state],
            "from_state": before,
            "to_state": state,
            "by": by,
            "why": why,
        }
        before = state


def _strikes(rows: list[dict[str, Any]], ids: dict[str, int]) -> None:
    late = timedelta(minutes=15)
    missed = [row for row in rows if row["state"] == State.NO_SHOW]
    of_zhao = [row for row in missed if row["lawyer"] == ids[ZHAO.openid]]
    suspension = None
    if len(of_zhao) >= 3:
        since = max(row["starts_at"] for row in of_zhao) + late
        suspension = Suspension.create(lawyer=ids[ZHAO.openid], since=since, until=since + timedelta(days=90))
        Lawyer.update(suspended_until=suspension.until, updated_at=since).where(
            Lawyer.id == suspension.lawyer_id
        ).execute()
    for row in missed:
        used = suspension if row in of_zhao else None
        Strike.create(
            booking=row["ref"],
            lawyer=row["lawyer"],
            kind="no_show",
            state="used" if used else "standing",
            suspension=used,
            at=row["starts_at"] + late,
        )
