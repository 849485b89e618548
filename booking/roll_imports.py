"""A roll brought to the console: kept, read in the background, reported row by row, and applied whole after a yes.

SQL remembers, the queue only calls. A run takes the import by its `claim`; a run that was given up for dead finds its
claim gone and writes nothing more, so any number of runs do the work once.
"""

import base64
import logging
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from booking import roll, sheets
from booking.roll_rows import parse
from models import Audit, RollImport, RollImportLine, RollImportPart, database, keyring
from models.statements import entering, together
from refusals import Invalid, NotFound, TooLarge, WrongState

if TYPE_CHECKING:
    from booking.desk import Desk

log = logging.getLogger(__name__)

MOST_BYTES = 20_000_000
PART_BYTES = 300_000
KEPT = timedelta(days=1)  # the file and its lines; the row itself stays with its counts
LOST_AFTER = timedelta(seconds=20)  # in the queue
DEAD_AFTER = timedelta(seconds=120)  # without a sign of the run
MOST_RUNS = 3
LINES_AT_ONCE = 5000
TELL_EVERY = 1000  # rows

OPEN = ("queued", "reading", "applying")
UNREADABLE = "处理中断，名册未改动，请重新上传"
CHANGED = "检查之后名册或律师绑定有变动，报告已不准确，名册未改动；请重新上传检查"


class Lost(Exception):
    """Another run has the import now."""


def bring(desk: "Desk", file_name: str, raw: bytes, by: str, centre: str | None) -> RollImport:
    """Keep a file to be read. Its name is only shown. Raises TooLarge, Invalid for what is no table by its name."""
    if len(raw) > MOST_BYTES:
        raise TooLarge(f"文件超过{MOST_BYTES // 1_000_000}MB，请分次导入")
    kind, now = sheets.kind_of(file_name), desk.now()
    if not raw:
        raise Invalid("文件是空的")
    shown = "".join(letter for letter in file_name if letter.isprintable())[-200:]
    with database.atomic():
        made: RollImport = RollImport.create(
            by=by, centre=centre, file_name=shown, kind=kind, size=len(raw), state="queued",
            touched_at=now, created_at=now,
        )  # fmt: skip
        for place, start in enumerate(range(0, len(raw), PART_BYTES)):
            text = base64.b64encode(raw[start : start + PART_BYTES]).decode()
            sealed = keyring().seal(text, _row(made.id, place))
            RollImportPart.create(roll_import=made.id, place=place, sealed=sealed)
        Audit.create(at=now, who=by, what="roll.brought", subject=str(made.id), words={"bytes": len(raw)})
    desk.seats.wake()
    return made


def find(import_id: int) -> RollImport:
    found: RollImport | None = RollImport.get_or_none(RollImport.id == import_id)
    if found is None:
        raise NotFound("没有这次导入")
    return found


def latest(limit: int = 10) -> list[RollImport]:
    return list(RollImport.select().order_by(RollImport.created_at.desc(), RollImport.id.desc()).limit(limit))


def confirm(desk: "Desk", import_id: int, by: str) -> RollImport:
    """The officer's yes to the report. Raises NotFound, WrongState when it is not ready, or was confirmed before."""
    found, now = find(import_id), desk.now()
    if found.state == "ready" and found.counts.get("wrong"):
        raise WrongState(f"有{found.counts['wrong']}行有误，改正后请重新上传")
    mine = (RollImport.id == import_id) & (RollImport.state == "ready")
    change: dict[str, Any] = {
        "state": "applying",
        "claim": None,
        "runs": 0,
        "queued_at": None,
        "touched_at": now,
    }
    with database.atomic():
        if not RollImport.update(by=by, **change).where(mine).execute():
            raise WrongState("这次导入不在待确认的状态，请查看最新进度")
    desk.seats.wake()
    return find(import_id)


def take(now: datetime, queued: Iterable[int] = ()) -> list[int]:
    """Ids to call a worker for, marked so; one called for a while ago and not among the `queued` was lost."""
    waits = RollImport.queued_at.is_null() | (RollImport.queued_at < now - LOST_AFTER)
    ready = RollImport.state.in_(OPEN) & RollImport.claim.is_null() & waits
    ids = [
        one.id for one in RollImport.select(RollImport.id).where(ready, RollImport.id.not_in(list(queued)))
    ]
    if not ids:
        return []
    taken = RollImport.update(queued_at=now).where(RollImport.id.in_(ids), ready).returning(RollImport.id)
    return sorted(import_id for (import_id,) in taken.tuples().execute())


def take_back(ids: Iterable[int]) -> None:
    """The queue did not take them."""
    here = RollImport.id.in_(list(ids)) & RollImport.claim.is_null()
    RollImport.update(queued_at=None).where(here).execute()


def work(desk: "Desk", import_id: int) -> None:
    """Read the file and report, or apply what was said yes to; whichever is its turn. Twice is once."""
    claim, now = secrets.token_hex(16), desk.now()
    free = (RollImport.id == import_id) & RollImport.claim.is_null() & RollImport.state.in_(OPEN)
    change = {"claim": claim, "runs": RollImport.runs + 1, "touched_at": now}
    if not RollImport.update(change).where(free).execute():
        return
    run = Run(desk, find(import_id), claim)
    try:
        run.apply() if run.about.state == "applying" else run.report()
    except Lost:
        log.info("import %s goes on elsewhere", import_id)
    except Invalid as no:
        run.note(state="failed", problem=no.detail[:300], finished_at=desk.now())
    except Exception:
        log.exception("import %s broke off", import_id)
        run.break_off()


class Run:
    """One worker's work on an import. Raises Lost as soon as the import was given to another."""

    def __init__(self, desk: "Desk", about: RollImport, claim: str):
        self.desk, self.about, self.claim = desk, about, claim
        self.checkpoint = desk.checkpoint

    def note(self, **columns: Any) -> None:
        mine = (RollImport.id == self.about.id) & (RollImport.claim == self.claim)
        if not RollImport.update(touched_at=self.desk.now(), **columns).where(mine).execute():
            raise Lost

    def break_off(self) -> None:
        """Nothing was written: another run shall try, a while later, but not for ever."""
        now = self.desk.now()
        if self.about.runs >= MOST_RUNS:
            self.note(state="failed", problem=UNREADABLE, claim=None, finished_at=now)
        else:
            self.note(claim=None, queued_at=now)

    def report(self) -> None:
        parsed = self._parse("reading")
        with database.atomic():
            found = roll.compare(parsed, self.desk.now())
            self._write_lines(found.lines)
            self.checkpoint("import:reported")
            self.note(state="ready", counts=_counts(found), fingerprint=found.fingerprint, claim=None)

    def apply(self) -> None:
        """Roll, lawyers, audit and the word `done` are one commit. Raises Invalid when the report has changed."""
        parsed = self._parse("applying")
        with database.atomic():
            found = roll.compare(parsed, self.desk.now())
            if found.fingerprint != self.about.fingerprint or found.report.wrong:
                raise Invalid(CHANGED)
            roll.write(found, self.desk.now(), self.about.by)
            self.checkpoint("import:written")
            self.note(state="done", counts=_counts(found), finished_at=self.desk.now(), claim=None)
        self.checkpoint("import:committed")

    def _parse(self, state: str) -> Any:
        raw = self._file()
        self.note(state=state, done=0, total=2 * sheets.about(self.about.kind, raw))
        rows = sheets.read_sent(self.about.kind, raw, roll.COLUMNS, self._watching(0))
        self.note(done=len(rows), total=2 * len(rows))
        return parse(rows, self._watching(len(rows)))

    def _watching(self, before: int) -> sheets.Watching:
        """Tells how far it is, each thousand rows."""

        def watched(rows: Iterable[Any]) -> Iterator[Any]:
            for number, row in enumerate(rows, 1):
                if number % TELL_EVERY == 0:
                    self.note(done=before + number)
                yield row

        return watched

    def _file(self) -> bytes:
        parts = RollImportPart.select().where(RollImportPart.roll_import == self.about.id)
        texts = [
            keyring().open(part.sealed, _row(self.about.id, part.place)) or ""
            for part in parts.order_by(RollImportPart.place)
        ]
        if not texts:
            raise Invalid("上传的文件已过期，请重新上传")
        return b"".join(map(base64.b64decode, texts))

    def _write_lines(self, lines: list[roll.Line]) -> None:
        RollImportLine.delete().where(RollImportLine.roll_import == self.about.id).execute()
        for start in range(0, len(lines), LINES_AT_ONCE):
            some = lines[start : start + LINES_AT_ONCE]
            rows = [(self.about.id, one.row, one.kind, one.licence_no, "、".join(one.columns), one.why)
                    for one in some]  # fmt: skip
            together([entering("roll_import_line", _LINE, rows)])


_LINE = {
    "roll_import_id": "int", "row": "int", "kind": "text", "licence_no": "text", "columns": "text", "why": "text",
}  # fmt: skip


def find_dead(now: datetime) -> int:
    """Imports whose run gave no sign: put back to be called for again, or failed after MOST_RUNS; answers how many."""
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


def _counts(found: roll.Found) -> dict[str, Any]:
    """Of the lines by kind, and the lawyers who may no longer book."""
    counts: dict[str, Any] = dict.fromkeys(roll.KINDS, 0)
    for line in found.lines:
        counts[line.kind] += 1
    follows = [one._asdict() for one in found.report.follows]
    return counts | {"rows": found.report.rows, "follows": follows}


def _row(import_id: int, place: int) -> str:
    return f"roll_import.part:{import_id}:{place}"
