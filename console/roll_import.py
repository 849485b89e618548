"""Import of the roll: a file is brought, read in the background, reported row by row, and applied whole after a yes."""

from datetime import timedelta
from typing import Literal

from flask import Response, request, url_for
from pydantic import Field

from booking.record.kinds import Kind
from booking.roll import imports
from booking.roll.roll import COLUMNS
from console.door import back, console, here, note_look, page, say
from console.door.forms import Form, asked, read
from console.door.workbook import workbook
from models import Booking, RollImport, rows_of
from refusals import Invalid

KIND_WORDS = {
    "wrong": "有误", "revoked": "吊销", "closed": "注销", "suspended": "停止执业", "new": "新增", "changed": "变更",
    "unchanged": "未变",
}  # fmt: skip
STATE_WORDS = {
    "queued": "等待检查", "reading": "正在检查", "ready": "检查完毕，待确认", "applying": "正在写入", "done": "已导入",
    "failed": "未导入", "expired": "已过期",
}  # fmt: skip


class Lines(Form):
    kind: Literal["wrong", "revoked", "closed", "suspended", "new", "changed", "unchanged"] | None = None
    page: int = Field(1, ge=1, le=10_000)


class Confirmation(Form):
    """`without_wrong`: the wrong lines, which the officer has seen, are left out."""

    without_wrong: bool = False


@console.get("/import")
def roll() -> str:
    recent = imports.latest(here().officer.centre_id)
    return page(
        "roll.html",
        recent=recent,
        states=STATE_WORDS,
        columns=COLUMNS,
        most=imports.MOST_BYTES // 1_000_000,
    )


@console.post("/import")
def bring_roll() -> Response:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("请选择一个 .xlsx 或 .csv 文件")
    visit = here()
    made = imports.bring(visit.actor, visit.desk.now(), file.filename, file.read(), centre=visit.officer.centre_id)
    return back("console.roll_import", roll_import=made.id)


@console.get("/import/template.xlsx")
def roll_template() -> Response:
    example = ("（示例，请删除）", "13101201512345678", "示例律师事务所", "", "", "执业", "2027-05-31")
    return workbook("律师名册模板", [column.headers[0] for column in COLUMNS], [example])


@console.get("/import/<int:roll_import>")
def roll_import(roll_import: int) -> str:
    about, form = import_here(roll_import), asked(Lines)
    kind = form.kind or ("wrong" if about.counts.get("wrong") else "")
    many = about.counts.get(kind or "rows", 0)
    last = max(1, -(-many // imports.LINES_SHOWN))
    number = min(form.page, last)
    return page(
        "roll_import.html", about=about, kind=kind, kinds=KIND_WORDS, states=STATE_WORDS, number=number, last=last,
        lines=imports.lines(about.id, kind, number), follows=_follows(about),
        kept_until=about.created_at + imports.KEPT - timedelta(minutes=1),
    )  # fmt: skip


@console.get("/import/<int:roll_import>/progress")
def roll_progress(roll_import: int) -> Response:
    """Asked for each second while it is under way; once it is not, the page is shown anew."""
    about = import_here(roll_import)
    answer = Response(page("_roll_progress.html", about=about, states=STATE_WORDS))
    if about.state not in imports.OPEN:
        answer.headers["HX-Redirect"] = url_for("console.roll_import", roll_import=about.id)
    return answer


@console.post("/import/<int:roll_import>/confirmation")
def confirm_roll(roll_import: int) -> Response:
    about = import_here(roll_import)
    form = read(Confirmation)
    imports.confirm(here().actor, here().desk.now(), about.id, without_wrong=form.without_wrong)
    say("已确认，正在写入")
    return back("console.roll_import", roll_import=about.id)


@console.get("/import/<int:roll_import>/report.xlsx")
def roll_report(roll_import: int) -> Response:
    about = import_here(roll_import)
    note_look(Kind.ROLL_REPORT, str(about.id))
    rows = (
        (line.row, KIND_WORDS[line.kind], line.licence_no or "", line.columns, line.why)
        for line in imports.every_line(about.id)
    )
    return workbook(f"名册检查报告{about.id}", ["行号", "结果", "执业证号", "变更的列", "说明"], rows)


def import_here(import_id: int) -> RollImport:
    """What an officer of the same centre brought; the bureau sees all. Raises NotFound."""
    return imports.find(import_id, here().officer.centre_id)


def _follows(about: RollImport) -> list[dict[str, object]]:
    """Bookings of other centres are counted, not named."""
    follows = about.counts.get("follows", [])[:200]
    refs = [ref for one in follows for ref in one["bookings"]]
    own = Booking.select(Booking.ref).where(Booking.ref.in_(refs))
    if centre := here().officer.centre_id:
        own = own.where(Booking.centre == centre)
    mine = {ref for (ref,) in rows_of(own)}
    return [
        {
            **one,
            "here": [ref for ref in one["bookings"] if ref in mine],
            "elsewhere": len(set(one["bookings"]) - mine),
        }
        for one in follows
    ]
