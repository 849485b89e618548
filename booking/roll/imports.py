"""A roll brought to the console: kept, read in the background, reported row by row, and applied whole after a yes.

SQL remembers, the queue only calls. A run takes the import by its `claim`; a run that was given up for dead finds its
claim gone and writes nothing more, so any number of runs do the work once.
"""

import base64
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from peewee import ModelSelect

import wake
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from booking.roll import sheets
from models import RollImport, RollImportLine, RollImportPart, database, rows_of
from refusals import Invalid, NotFound, TooLarge, WrongState

MOST_BYTES = 20_000_000
PART_BYTES = 300_000
KEPT = timedelta(days=1)  # the file and its lines; the row itself stays with its counts
LOST_AFTER = timedelta(seconds=20)  # in the queue
DEAD_AFTER = timedelta(seconds=120)  # without a sign of the run
MOST_RUNS = 3
LINES_SHOWN = 100

OPEN = ("queued", "reading", "applying")
UNREADABLE = "处理中断，名册未改动，请重新上传"


def bring(actor: Actor, now: datetime, file_name: str, raw: bytes, centre: str | None) -> RollImport:
    """Keep a file to be read. Its name is only shown. Raises TooLarge, Invalid for what is no table by its name."""
    if len(raw) > MOST_BYTES:
        raise TooLarge(f"文件超过{MOST_BYTES // 1_000_000}MB，请分次导入")
    kind = sheets.kind_of(file_name)
    if not raw:
        raise Invalid("文件是空的")
    shown = "".join(letter for letter in file_name if letter.isprintable())[-200:]
    with database.atomic():
        made = RollImport.create(
            by=actor.account, centre=centre, file_name=shown, kind=kind, size=len(raw), state="queued",
            touched_at=now, created_at=now,
        )  # fmt: skip
        for place, start in enumerate(range(0, len(raw), PART_BYTES)):
            text = base64.b64encode(raw[start : start + PART_BYTES]).decode()
            sealed = RollImportPart.sealed.seal(text, roll_import_id=made.id, place=place)
            RollImportPart.create(roll_import=made.id, place=place, sealed=sealed)
        words, subject = {"bytes": len(raw)}, str(made.id)
        note(actor, now, Kind.ROLL_BROUGHT, subject, words, centre=centre)
        database.after_commit(wake.relay)
    return made


def find(import_id: int, centre: str | None = None) -> RollImport:
    """With `centre` only what was brought by an officer of it. Raises NotFound."""
    where = RollImport.id == min(import_id, 2**31 - 1)
    if centre is not None:
        where &= RollImport.centre == centre
    found = RollImport.get_or_none(where)
    if found is None:
        raise NotFound("没有这次导入")
    return found


def latest(centre: str | None = None, limit: int = 10) -> list[RollImport]:
    """The newest first; with `centre` those brought by its officers."""
    query = RollImport.select().order_by(RollImport.created_at.desc()).limit(limit)
    return list(query if centre is None else query.where(RollImport.centre == centre))


def lines(import_id: int, kind: str = "", page: int = 1) -> list[RollImportLine]:
    """LINES_SHOWN of the report, by row; with `kind` only those."""
    return list(_lines(import_id, kind).paginate(page, LINES_SHOWN))


def every_line(import_id: int, kind: str = "") -> Iterable[RollImportLine]:
    found: Iterable[RollImportLine] = _lines(import_id, kind).iterator()
    return found


def _lines(import_id: int, kind: str) -> "ModelSelect[RollImportLine]":
    mine = RollImportLine.roll_import == import_id
    if kind:
        mine &= RollImportLine.kind == kind
    return RollImportLine.select().where(mine).order_by(RollImportLine.row)


def confirm(actor: Actor, now: datetime, import_id: int, *, without_wrong: bool = False) -> RollImport:
    """The officer's yes to the report, or to all of it but its wrong lines.

    Raises NotFound, WrongState when it is not ready, or was confirmed before.
    """
    found = find(import_id)
    if found.state == "ready" and found.counts.get("wrong") and not without_wrong:
        raise WrongState(f"有{found.counts['wrong']}行有误，改正后请重新上传，或选择不导入这些行")
    mine = (RollImport.id == import_id) & (RollImport.state == "ready")
    change: dict[str, Any] = {
        "state": "applying",
        "claim": None,
        "runs": 0,
        "queued_at": None,
        "touched_at": now,
        "counts": found.counts | {"without_wrong": without_wrong},
    }
    with database.atomic():
        if not RollImport.update(by=actor.account, **change).where(mine).execute():
            raise WrongState("这次导入不在待确认的状态，请查看最新进度")
        database.after_commit(wake.relay)
    return find(import_id)


def take(now: datetime, queued: Iterable[int] = ()) -> list[int]:
    """Ids to call a worker for, marked so; one called for a while ago and not among the `queued` was lost."""
    waits = RollImport.queued_at.is_null() | (RollImport.queued_at < now - LOST_AFTER)
    ready = RollImport.state.in_(OPEN) & RollImport.claim.is_null() & waits
    ids = [one.id for one in RollImport.select(RollImport.id).where(ready, RollImport.id.not_in(list(queued)))]
    if not ids:
        return []
    taken = RollImport.update(queued_at=now).where(RollImport.id.in_(ids), ready).returning(RollImport.id)
    return sorted(import_id for (import_id,) in rows_of(taken))


def take_back(ids: Iterable[int]) -> None:
    """The queue did not take them."""
    here = RollImport.id.in_(list(ids)) & RollImport.claim.is_null()
    RollImport.update(queued_at=None).where(here).execute()


def find_dead(now: datetime) -> int:
    """Imports with a run that gave no sign: put back to be called again, or failed after MOST_RUNS; answers how many."""
    dead = RollImport.claim.is_null(False) & RollImport.state.in_(OPEN)
    dead &= RollImport.touched_at < now - DEAD_AFTER
    with database.atomic():
        over = RollImport.update(state="failed", claim=None, problem=UNREADABLE, finished_at=now)
        failed = over.where(dead, RollImport.runs >= MOST_RUNS).execute()
        return int(failed + RollImport.update(claim=None, queued_at=None).where(dead).execute())


def prune(now: datetime) -> int:
    """After a day the file and its lines go, and what was not confirmed by then has expired."""
    old = RollImport.select(RollImport.id).where(RollImport.created_at < now - KEPT)
    with database.atomic():
        gone = RollImportPart.delete().where(RollImportPart.roll_import.in_(old)).execute()
        gone += RollImportLine.delete().where(RollImportLine.roll_import.in_(old)).execute()
        late = RollImport.state.in_(("ready", *OPEN)) & (RollImport.created_at < now - KEPT)
        RollImport.update(state="expired", claim=None, finished_at=now).where(late).execute()
    return int(gone)
