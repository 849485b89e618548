"""每周时间表: those in force and to come, a new one dated ahead, and whom it affects before it is written. Rules 1, 19."""

import json
from collections.abc import Iterable
from datetime import date, time
from typing import Any

from flask import Response
from pydantic import Field, create_model

from booking.timetable import imports, rollout, weekly_changes
from booking.timetable.imports import Table
from booking.weekly import Period
from console.door import back, console, here, page, say
from console.door.forms import Form, read
from console.door.scope import centre_shown, slot_in_scope
from refusals import Invalid

LINES = 8
_LINE: dict[str, Any] = {"weekdays": (list[int], []), "starts": (str, ""), "minutes": (int | None, None),
                         "seats": (int | None, None), "window_seats": (int | None, None)}  # fmt: skip


class Dates(Form):
    valid_from: date
    valid_to: date | None = None


TableForm = create_model(
    "TableForm",
    __base__=Dates,
    **{f"{name}_{n}": field for n in range(LINES) for name, field in _LINE.items()},
)


class WeeklySeats(Form):
    valid_from: date
    seats: int
    window_seats: int


class Confirmed(Form):
    table: str = Field(max_length=20_000)


@console.get("/timetable/weekly")
def weekly() -> str:
    return page("weekly.html", tables=weekly_changes.written(centre_shown().code, here().now.date()))


@console.get("/timetable/weekly/new")
def weekly_new() -> str:
    """Begun from the one that rules today."""
    today, tables = here().now.date(), weekly_changes.written(centre_shown().code, here().now.date())
    ruling = next((one.days for one in tables if one.rules_today), {})
    lines = _grouped(ruling)[:LINES]
    blank: list[dict[str, object]] = [{}] * (LINES - len(lines))
    return page("weekly_new.html", lines=lines + blank, used=len(lines), today=today)


@console.post("/timetable/weekly/preview")
def weekly_preview() -> str:
    form = read(TableForm)
    said = form.model_dump()
    lines = [
        {name: said[f"{name}_{n}"] for name in _LINE} | {"starts": _starts(said[f"starts_{n}"], n)}
        for n in range(LINES)
        if said[f"weekdays_{n}"] or said[f"starts_{n}"]
    ]
    dates = {"valid_from": said["valid_from"], "valid_to": said["valid_to"]}
    return _previewed({"centre": centre_shown().code} | dates | {"slot": [_whole(line) for line in lines]})


@console.post("/timetable/slots/<slot_id>/weekly")
def weekly_seats(slot_id: str) -> str:
    """From a day on, the seats of this weekday's slot: a new timetable that says so, and the rest as before."""
    slot = slot_in_scope(slot_id)
    form, starts_at = read(WeeklySeats), slot.starts_at
    table = weekly_changes.with_seats(
        slot.centre_id, slot.date.weekday(), starts_at.time(), form.seats, form.window_seats, form.valid_from
    )
    return _preview(table)


@console.post("/timetable/weekly")
def weekly_import() -> Response:
    """The preview confirmed. Nobody is thrown out: who is booked stays booked."""
    centre, now, desk = centre_shown(), here().now, here().desk
    table = imports.read(_unpacked(read(Confirmed).table) | {"centre": centre.code})
    weekly_changes.may_begin(table, now.date())
    made = imports.import_table(here().actor, now, table, f"工作台录入（{here().by}）")
    rollout.open_days(desk, now)
    desk.board.invalidate_centre(centre.code)
    say(f"新的时间表自{table.valid_from}起生效" if made else "与现行时间表相同，未重复保存")
    return back("console.weekly")


def _previewed(document: dict[str, object]) -> str:
    return _preview(imports.read(document))


def _preview(table: Table) -> str:
    weekly_changes.may_begin(table, here().now.date())
    imports.check(table)
    hit = imports.affected(table, here().now)
    return page("weekly_preview.html", table=table, days=table.by_weekday(), hit=hit,
                packed=table.model_dump_json(exclude={"centre"}))  # fmt: skip


def _starts(text: str, line: int) -> list[time]:
    """Times as people part them: by blanks, commas, 、 or new lines. Raises Invalid."""
    words = text.translate(str.maketrans("，、,;；：", "     :")).split()
    try:
        return [time.fromisoformat(word.rjust(5, "0")) for word in words]
    except ValueError:
        raise Invalid(f"第{line + 1}行的开始时间应写作 08:30 10:00 这样") from None


def _whole(line: dict[str, object]) -> dict[str, object]:
    """An empty number is a missing one, and the check says so."""
    return {name: value for name, value in line.items() if value is not None}


def _unpacked(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):  # brackets within brackets
        found = None
    if not isinstance(found, dict):
        raise Invalid("时间表的内容不完整，请重新填写")
    return found


def _grouped(days: dict[int, list[Period]]) -> list[dict[str, object]]:
    """Weekdays that run alike as one line, as a centre would write them."""
    lines: dict[tuple[object, ...], list[int]] = {}
    for weekday, periods in days.items():
        for like in sorted({_numbers(period) for period in periods}):
            starts = " ".join(f"{period.starts:%H:%M}" for period in periods if _numbers(period) == like)
            lines.setdefault((starts, *like), []).append(weekday)
    return [_line(weekdays, like) for like, weekdays in lines.items()]


def _numbers(period: Period) -> tuple[int, int, int]:
    return period.minutes, period.seats, period.window_seats


def _line(weekdays: Iterable[int], like: tuple[object, ...]) -> dict[str, Any]:
    starts, minutes, seats, window_seats = like
    return {
        "weekdays": list(weekdays), "starts": starts, "minutes": minutes, "seats": seats, "window_seats": window_seats
    }  # fmt: skip
