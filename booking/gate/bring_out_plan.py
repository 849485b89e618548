"""The bring-out plan 提押单 [rule 17]: for each slot who is brought where and when, by ward, and what changed since it was
printed. A print keeps references, times, wards and rooms: no name."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from peewee import JOIN

from booking.fingerprint import fingerprint
from booking.gate.wards import place_of
from booking.lifecycle import BROUGHT, CAME_TO_NOTHING
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from clock import at
from models import Booking, Detainee, Lawyer, Mandate, PlanPrint, Room, Slot, Visit, database, rows_of
from models.bookings import shown_detainee
from models.states import State
from refusals import NotFound, WrongState

_PARTS = ("时间", "时长", "监区", "会见室")


@dataclass(frozen=True, slots=True)
class PlanLine:
    """Somebody to be brought. `mark` is what became of the line since the last print: 新增, 取消 or 变更, and `was` what
    changed, in words. A ward that is not known is empty. `proven`: the mandate was seen in original, and lasts."""

    ref: str
    slot_id: str
    starts_at: datetime
    minutes: int
    state: str
    way: str
    ward: str
    room: str
    detainee: str
    lawyer: str
    licence_no: str
    companions: tuple[str, ...]
    proven: bool
    mark: str = ""
    was: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, tuple[bool, int, str], datetime, str]:
        """Where it stands in the plan of its day."""
        return self.slot_id, place_of(self.ward), self.starts_at, self.ref

    @property
    def printed(self) -> list[object]:
        """What a print remembers of it."""
        return [f"{self.starts_at:%H:%M}", self.minutes, self.ward, self.room]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A slot's page. `waiting` bookings still wait for an officer's decision and may yet be added."""

    slot: Slot
    lines: tuple[PlanLine, ...]
    waiting: int
    printed: PlanPrint | None

    @property
    def changes(self) -> int:
        return sum(bool(line.mark) for line in self.lines)

    @property
    def brought(self) -> int:
        return sum(line.state not in CAME_TO_NOTHING for line in self.lines)


def of(centre: str, day: date, slot_id: str = "") -> tuple[Sheet, ...]:
    """The sheets of a day, or of one of its slots. Four questions, however many are brought. Raises NotFound."""
    slots = [slot for slot in Slot.of_day(centre, day) if slot_id in ("", slot.id)]
    if slot_id and not slots:
        raise NotFound("当天没有这个时段")
    prints = PlanPrint.latest(centre, day)
    lines, waiting = _lines(centre, day, {ref for one in prints.values() for ref in one.lines})
    return tuple(
        _sheet(slot, [line for line in lines if line.slot_id == slot.id], waiting.get(slot.id, 0), prints)
        for slot in slots
    )


def lines_behind(sheets: Iterable[Sheet], end: str = "") -> list[PlanLine]:
    """All lines in the plan's order; with the `place_text` of one, those that follow where it stands or stood."""
    lines = [line for sheet in sheets for line in sheet.lines]
    if not end:
        return lines
    slot_id, ward, starts_at, ref = json.loads(end)
    place = slot_id, place_of(ward), datetime.fromisoformat(starts_at), ref
    return [line for line in lines if line.place > place]


def place_text(line: PlanLine) -> str:
    return json.dumps([line.slot_id, line.ward, line.starts_at.isoformat(), line.ref])


def changed_since(sheets: Iterable[Sheet]) -> datetime | None:
    """When the oldest print that no longer holds was made."""
    return min((one.printed.printed_at for one in sheets if one.printed and one.changes), default=None)


def version(sheets: Iterable[Sheet]) -> str:
    """The same while the sheets say the same."""
    told = [(sheet.slot.id, sheet.waiting, sheet.lines) for sheet in sheets]
    return fingerprint(told)


def printed(actor: Actor, now: datetime, centre: str, day: date, slot_id: str, seen: str) -> None:
    """Remember what is on paper now. Raises WrongState where it is no longer what was `seen`."""
    with database.atomic():
        sheets = of(centre, day, slot_id)
        if version(sheets) != seen:
            raise WrongState("提押单刚刚有变化，请看过新的再打印")
        PlanPrint.insert_many(
            {
                "centre": centre,
                "day": day,
                "slot": sheet.slot.id,
                "printed_at": now,
                "by": actor.account,
                "lines": {line.ref: line.printed for line in sheet.lines if line.state not in CAME_TO_NOTHING},
            }
            for sheet in sheets
        ).execute()
        note(actor, now, Kind.PLAN_PRINTED, slot_id or f"{day}", centre=centre)


def _lines(centre: str, day: date, on_paper: set[str]) -> tuple[list[PlanLine], Mapping[str, int]]:
    """Everybody of that day who is brought or was on paper; and how many of each slot are not decided."""
    begin, waiting, lines = at(day, time()), dict[str, int](), []
    found = (
        Booking.select(
            Booking.ref, Booking.slot, Booking.starts_at, Booking.minutes, Booking.state, Booking.way,
            Detainee.ward, Room.name.alias("room"), Booking.detainee_sealed, Lawyer.name, Lawyer.licence_no,
            Booking.companions, Mandate.id,
        )
        .join(Lawyer)
        .switch(Booking)
        .join(Detainee, JOIN.LEFT_OUTER, on=(
            (Detainee.centre == Booking.centre) & (Detainee.key == Booking.detainee_key)))
        .switch(Booking)
        .join(Visit, JOIN.LEFT_OUTER)
        .join(Room, JOIN.LEFT_OUTER, on=(Visit.room == Room.id))
        .switch(Booking)
        .join(Mandate, JOIN.LEFT_OUTER, on=(
            (Mandate.lawyer == Booking.lawyer) & (Mandate.centre == Booking.centre)
            & (Mandate.person == Booking.detainee_key) & (Mandate.active == 1)))
        .where(Booking.centre == centre, Booking.starts_at >= begin, Booking.starts_at < begin + timedelta(days=1))
    )  # fmt: skip
    for row in rows_of(found):
        ref, slot, _, _, state = row[:5]
        if state == State.SUBMITTED:
            waiting[slot] = waiting.get(slot, 0) + 1
        elif state in BROUGHT or ref in on_paper:
            lines.append(_line(*row))
    return sorted(lines, key=lambda line: (place_of(line.ward), line.starts_at, line.ref)), waiting


def _line(
    ref: str, slot: str, starts_at: datetime, minutes: int, state: str, way: str, ward: str | None,
    room: str | None, sealed: str, lawyer: str, licence_no: str, companions: list[dict[str, str]], mandate: int | None,
) -> PlanLine:  # fmt: skip
    detainee = str(shown_detainee(ref, sealed)["name"])
    beside, where, proven = tuple(one["name"] for one in companions), (ward or "", room or ""), mandate is not None
    return PlanLine(ref, slot, starts_at, minutes, state, way, *where, detainee, lawyer, licence_no, beside, proven)


def _sheet(slot: Slot, lines: list[PlanLine], waiting: int, prints: Mapping[str, PlanPrint]) -> Sheet:
    paper = prints.get(slot.id)
    if paper is not None:
        lines = [_marked(line, paper.lines.get(line.ref)) for line in lines]
    return Sheet(slot, tuple(line for line in lines if line.state not in CAME_TO_NOTHING or line.mark), waiting, paper)


def _marked(line: PlanLine, before: list[object] | None) -> PlanLine:
    if line.state in CAME_TO_NOTHING:
        return replace(line, mark="取消") if before else line
    if before is None:
        return replace(line, mark="新增")
    was = tuple(
        f"{part}原为{old or '未定'}"
        for part, old, new in zip(_PARTS, before, line.printed, strict=True)
        if old != new and (part != "会见室" or old)  # a room given since is no change of what was printed
    )
    return replace(line, mark="变更", was=was) if was else line
