"""A worker's run on an import of the roll: reading it and reporting, or applying what an officer said yes to."""

import base64
import logging
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from peewee import chunked

from booking.desk.desk import Desk
from booking.record.actor import Actor
from booking.roll import imports, roll, sheets
from booking.roll.rows import parse
from models import RollImport, RollImportLine, RollImportPart, database
from models.statements import entering, together
from refusals import Invalid

log = logging.getLogger(__name__)

LINES_AT_ONCE = 5000
TELL_EVERY = 1000  # rows
CHANGED = "检查之后名册或律师绑定有变动，报告已不准确，名册未改动；请重新上传检查"


class Lost(Exception):
    """Another run has the import now."""


def work(desk: Desk, import_id: int) -> None:
    """Read the file and report, or apply what was said yes to; whichever is its turn. Twice is once."""
    claim, now = secrets.token_hex(16), desk.now()
    free = (RollImport.id == import_id) & RollImport.claim.is_null() & RollImport.state.in_(imports.OPEN)
    change = {"claim": claim, "runs": RollImport.runs + 1, "touched_at": now}
    if not RollImport.update(change).where(free).execute():
        return
    run = Run(desk, imports.find(import_id), claim)
    try:
        run.apply() if run.about.state == "applying" else run.report()
    except Lost:
        log.info("import %s goes on elsewhere", import_id)
    except Invalid as no:
        run.note(state="failed", problem=no.detail[:300], finished_at=desk.now())
    except Exception:  # nothing is written yet: it is put back, and after some runs told as failed
        log.exception("import %s broke off", import_id)
        run.break_off()


class Run:
    """One worker's work on an import. Raises Lost as soon as the import was given to another."""

    def __init__(self, desk: Desk, about: RollImport, claim: str):
        self.desk, self.about, self.claim = desk, about, claim
        self.sheet = ""
        self.checkpoint = desk.checkpoint

    def note(self, **columns: object) -> None:
        mine = (RollImport.id == self.about.id) & (RollImport.claim == self.claim)
        if not RollImport.update(touched_at=self.desk.now(), **columns).where(mine).execute():
            raise Lost

    def break_off(self) -> None:
        """Nothing was written: another run shall try, a while later, but not for ever."""
        now = self.desk.now()
        if self.about.runs >= imports.MOST_RUNS:
            self.note(state="failed", problem=imports.UNREADABLE, claim=None, finished_at=now)
        else:
            self.note(claim=None, queued_at=now)

    def report(self) -> None:
        parsed = self._parse("reading")
        with database.atomic():
            found = roll.compare(parsed, self.desk.now())
            self._write_lines(found.lines)
            self.checkpoint("import:reported")
            self.note(
                state="ready", counts=_counts(found) | {"sheet": self.sheet}, fingerprint=found.fingerprint, claim=None
            )

    def apply(self) -> None:
        """Roll, lawyers, audit and the word `done` are one commit. Raises Invalid when the report has changed."""
        parsed = self._parse("applying")
        with database.atomic():
            found = roll.compare(parsed, self.desk.now())
            spoilt = found.report.wrong and not self.about.counts.get("without_wrong")
            if found.fingerprint != self.about.fingerprint or spoilt:
                raise Invalid(CHANGED)
            roll.write(Actor(self.about.by), self.desk.now(), found)
            self.checkpoint("import:written")
            self.note(
                state="done", counts=_counts(found) | {"sheet": self.sheet}, finished_at=self.desk.now(), claim=None
            )
        self.checkpoint("import:committed")

    def _parse(self, state: str) -> Any:
        raw = self._file()
        self.note(state=state, done=0, total=2 * sheets.about(self.about.kind, raw))
        rows = sheets.read_sent(self.about.kind, raw, roll.COLUMNS, self._watching(0))
        self.sheet = rows.sheet
        self.note(done=len(rows), total=2 * len(rows))
        return parse(rows, self._watching(len(rows)))

    def _watching(self, before: int) -> sheets.Watching:
        """Tells how far it is, each thousand rows."""

        def watched(rows: Iterable[Any]) -> Iterator[object]:
            for number, row in enumerate(rows, 1):
                if number % TELL_EVERY == 0:
                    self.note(done=before + number)
                yield row

        return watched

    def _file(self) -> bytes:
        parts = RollImportPart.select().where(RollImportPart.roll_import == self.about.id)
        texts = [RollImportPart.sealed.of(part) for part in parts.order_by(RollImportPart.place)]
        if not texts:
            raise Invalid("上传的文件已过期，请重新上传")
        return b"".join(map(base64.b64decode, texts))

    def _write_lines(self, lines: list[roll.RollLine]) -> None:
        RollImportLine.delete().where(RollImportLine.roll_import == self.about.id).execute()
        for some in chunked(lines, LINES_AT_ONCE):
            rows = [(self.about.id, one.row, one.kind, one.licence_no, "、".join(one.columns), one.why) for one in some]
            together([entering("roll_import_line", _LINE, rows)])


_LINE = {
    "roll_import_id": "int", "row": "int", "kind": "text", "licence_no": "text", "columns": "text", "why": "text",
}  # fmt: skip


def _counts(found: roll.Found) -> dict[str, object]:
    """Of the lines by kind, and the lawyers who may no longer book."""
    counts: dict[str, Any] = dict.fromkeys(roll.LINE_KINDS, 0)
    for line in found.lines:
        counts[line.kind] += 1
    follows = [one._asdict() for one in found.report.follows]
    standing = sum(line.bars for line in found.lines)
    return counts | {"rows": found.report.rows, "follows": follows, "left_standing": standing}
