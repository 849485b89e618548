"""A few days of what has happened at Pudong, and some bookings that wait for an officer."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from booking import review, timetable
from booking.application import Application
from booking.desk import Desk
from booking.refs import ref_for
from booking.slots import SlotView
from models import Booking, Change, Lawyer, Slot, Strike, Suspension, database
from models.bookings import seal_detainee
from models.detainees import id_key
from sandbox.cast import COLLEAGUES, HE, HELD, LI, NAMESAKES, PERMIT, TAO, WANG, XIE, ZHAO, Person, Prisoner

DAYS = 4
_LIVES = {
    "done": ("submitted", "confirmed", "arrived", "meeting", "done"),
    "no_show": ("submitted", "confirmed", "no_show"),
    "cancelled": ("submitted", "cancelled"),
    "rejected": ("submitted", "rejected"),
}
_REASONS = {"cancelled": "当事人家属另行委托", "rejected": "委托手续与所填阶段不符，请到会见窗口办理"}


class Meeting(NamedTuple):
    """One that was: who met whom, on which of the days (0 is the earliest), in which slot of the day, how it ended."""

    lawyer: Person
    prisoner: Prisoner
    day: int
    slot: int
    state: str


def write(desk: Desk, now: datetime) -> None:
    """Once: where there are bookings already, nothing is added."""
    if Booking.select().exists():
        return
    with database.atomic():
        _past(now)
    _coming(desk)


def _past(now: datetime) -> None:
    days = _slots_of_last_days(now)
    ids = dict(Lawyer.select(Lawyer.openid, Lawyer.id).tuples())
    rows = [_booking(m, days[m.day][m.slot], ids[m.lawyer.openid]) for m in _meetings() if m.day < len(days)]
    taken: dict[str, int] = {}
    for row in rows:
        taken[row["slot"]] = taken.get(row["slot"], 0) + (row["active"] or 0)
    slots = [_closed_account(slot, taken.get(slot["id"], 0)) for day in days for slot in day]
    if not rows:
        return
    Slot.insert_many(slots).on_conflict_ignore().execute()
    Booking.insert_many(rows).execute()
    Change.insert_many([change for row in rows for change in _life(row)]).execute()
    _strikes(rows, ids)


def _slots_of_last_days(now: datetime) -> list[list[dict[str, Any]]]:
    today = now.date()
    days: dict[Any, list[dict[str, Any]]] = {}
    for row in timetable.rows_between(["pudong"], today - timedelta(days=21), today - timedelta(days=1)):
        if row["open"]:
            days.setdefault(row["date"], []).append(row)
    return [days[day] for day in sorted(days)][-DAYS:]


def _meetings() -> Iterator[Meeting]:
    here = [prisoner for prisoner in HELD if prisoner.centre == "pudong"][10:]
    for number in range(DAYS * 12):
        day, place = divmod(number, 12)
        yield Meeting(COLLEAGUES[20 + number], here[number], day, place % 3, "done")
    yield Meeting(WANG, TAO, 0, 3, "done")
    yield Meeting(WANG, TAO, 3, 3, "cancelled")
    yield Meeting(COLLEAGUES[19], XIE, 1, 3, "rejected")
    yield from (Meeting(LI, HE, day, 3, "no_show") for day in (1, 2))
    yield from (Meeting(ZHAO, NAMESAKES[0], day, 4, "no_show") for day in (0, 1, 2))


def _booking(meeting: Meeting, slot: dict[str, Any], lawyer: int) -> dict[str, Any]:
    ref = ref_for(lawyer, f"history-{meeting.day}-{meeting.slot}")
    key, held = id_key(meeting.prisoner.id_no), meeting.state not in ("cancelled", "rejected")
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
        "detainee_claim": key if held else None,
        "detainee_sealed": seal_detainee(ref, meeting.prisoner.as_asked),
        "case_no": meeting.prisoner.case_no,
        "mandate": "entrusted",
        "stage": "investigation",
        "decision_reason": _REASONS.get(meeting.state),
        "created_at": slot["starts_at"] - timedelta(days=5),
    }


def _closed_account(slot: dict[str, Any], taken: int) -> dict[str, Any]:
    """As it stands once the unclaimed seats passed to the window."""
    window = slot["window_seats"] + slot["seats"] - taken
    return slot | {"taken": taken, "seats": taken, "window_seats": window}


def _life(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    start, before = row["starts_at"], None
    at = {
        "submitted": row["created_at"],
        "confirmed": start - timedelta(days=3),
        "rejected": start - timedelta(days=3),
        "cancelled": start - timedelta(days=2),
        "arrived": start - timedelta(minutes=20),
        "meeting": start + timedelta(minutes=4),
        "no_show": start + timedelta(minutes=15),
        "done": start + timedelta(minutes=58),
    }
    for state in _LIVES[row["state"]]:
        why = _REASONS.get(state, "")
        by = {"submitted": "lawyer", "cancelled": "lawyer", "no_show": "system"}.get(state, "review-pudong")
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
    missed = [row for row in rows if row["state"] == "no_show"]
    of_zhao = [row for row in missed if row["lawyer"] == ids[ZHAO.openid]]
    suspension = None
    if len(of_zhao) >= 3:
        since = max(row["starts_at"] for row in of_zhao) + late
        suspension = Suspension.create(lawyer=ids[ZHAO.openid], since=since, until=since + timedelta(days=90))
        Lawyer.update(suspended_until=suspension.until).where(Lawyer.id == suspension.lawyer_id).execute()
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


def _coming(desk: Desk) -> None:
    """Booked as lawyers book; where no day is open (a long holiday), there are none."""
    pudong, qingpu = _bookable(desk, "pudong"), _bookable(desk, "qingpu")
    asked = [
        (WANG, pudong, TAO.as_asked, {}),
        (COLLEAGUES[0], pudong, XIE.as_asked, {}),
        (COLLEAGUES[0], pudong[7:], HE.as_asked, {}),  # two suspects of one case
        (COLLEAGUES[1], pudong, {"name": "查无此演"}, {}),
        (COLLEAGUES[2], pudong[2:], {"name": NAMESAKES[0].name}, {}),
        (COLLEAGUES[3], pudong[1:], {"name": HELD[20].name}, {"stage": "trial"}),
        (LI, qingpu, PERMIT.as_asked, {}),  # no permit
        (COLLEAGUES[4], qingpu, HELD[7].as_asked, {"mandate": "legal_aid"}),
        (COLLEAGUES[5], pudong[3:], HELD[11].as_asked, {}),
    ]
    made = [_book(desk, *each) for each in asked]
    for ref in made[-2:]:
        if ref:
            review.approve(desk, ref, "review-pudong")


def _bookable(desk: Desk, centre: str) -> list[SlotView]:
    days = [day.date for day in desk.days(centre) if day.bookable]
    return [slot for day in days for slot in desk.slots(centre, day) if slot.bookable]


def _book(
    desk: Desk, person: Person, slots: list[SlotView], detainee: dict[str, str], more: Any
) -> str | None:
    if not slots:
        return None
    lawyer = Lawyer.get(Lawyer.openid == person.openid)
    fields: dict[str, Any] = {"mandate": "entrusted", "stage": "investigation"} | more
    application = Application(
        lawyer_id=lawyer.id,
        key=f"demo-{slots[0].id}",
        body_hash="demo",
        slot_id=slots[0].id,
        minutes=60,
        detainee=detainee,
        telling=lambda booking, slot: f'{{"ref":"{booking.ref}"}}',
        **fields,
    )
    return desk.book(application).ref
