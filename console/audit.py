"""操作记录: who saw or did what, from where, when. An officer of one centre sees that centre's lines."""

from datetime import date
from typing import Annotated

from flask import Response, url_for
from pydantic import Field, StringConstraints

from booking.record import entries
from booking.record.kinds import KIND_LABELS, Kind
from console.door import console, here, note_look, page
from console.door.forms import Form, asked
from console.door.scope import centres_here
from console.door.workbook import workbook
from refusals import Invalid

AT_ONCE = 50
MOST_EXPORTED = 5000
HEADERS = ("时间", "民警", "事项", "对象", "说明", "看守所", "来源地址")

Text = Annotated[str, StringConstraints(max_length=80)]
_Year = {"ge": date(2019, 1, 1), "le": date(2199, 12, 31)}


class Asked(Form):
    who: Text = ""
    what: Text = ""
    subject: Text = ""
    since: Annotated[date, Field(**_Year)] | None = None
    until: Annotated[date, Field(**_Year)] | None = None
    before: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    of: Text = ""


@console.get("/audit")
def audit() -> str:
    form = asked(Asked)
    found = entries.entries(_question(form), AT_ONCE + 1, form.before)
    shown = found[:AT_ONCE]
    filters = form.model_dump(exclude={"before"}, exclude_defaults=True, mode="json")
    older = url_for("console.audit", **filters, before=shown[-1].id) if len(found) > AT_ONCE else None
    return page(
        "audit.html", form=form, shown=shown, older=older, filters=filters, kinds=KIND_LABELS, about=entries.about,
        names=_names(), most=MOST_EXPORTED,
    )  # fmt: skip


@console.get("/audit.xlsx")
def audit_workbook() -> Response:
    """The newest lines that fit the question. Taking them out is a line of its own."""
    form = asked(Asked)
    found, names = entries.entries(_question(form), MOST_EXPORTED), _names()
    filters = form.model_dump(exclude={"before"}, exclude_defaults=True, mode="json")
    note_look(Kind.AUDIT_EXPORT, "", rows=len(found), **filters)
    rows = (
        (f"{e.at:%Y-%m-%d %H:%M:%S}", e.who, KIND_LABELS.get(e.what, e.what), e.subject, entries.about(e),
         names.get(e.centre or "", e.centre or ""), e.origin)
        for e in found
    )  # fmt: skip
    return workbook(f"操作记录 {here().now:%Y%m%d-%H%M}", HEADERS, rows)


def _question(form: Asked) -> entries.Question:
    """Raises Invalid for a centre the officer can't see."""
    own = here().officer.centre_id
    if form.of and form.of not in _names():
        raise Invalid("没有这个看守所")
    return entries.Question(own or form.of or None, form.who, form.what, form.subject, form.since, form.until)


def _names() -> dict[str, str]:
    return {centre.code: centre.name for centre in centres_here()}
