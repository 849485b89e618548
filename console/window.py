"""现场登记: walk-ins and over-long meetings into the same day book. Rules 13 and 18."""

import secrets
from datetime import date, timedelta
from typing import Literal

from flask import Response, request
from pydantic import Field

from booking.documents import WORDS as DOCUMENTS
from booking.documents import Document, fault
from booking.fields import LICENCE, CustodyNo, DocumentNo, Firm, LicenceNo, Name, Number, Phone, number, unseen
from booking.fingerprint import LENGTH
from booking.policy import Policy
from booking.record.kinds import Kind
from booking.window import entry, walk_ins
from booking.window.entry import Entry
from booking.window.findings import FindingsUnseen
from booking.window.walk_ins import WalkIn
from console.door import back, console, here, note_look, page, say
from console.door.forms import Form, asked, read
from console.door.scope import booking_in_scope, centre_shown, slot_in_scope
from refusals import Invalid, Refusal

COMPANIONS = 3


class DayAsked(Form):
    day: date | None = None


class LicenceAsked(Form):
    licence_no: LicenceNo


class WindowForm(Form):
    """`token` is this form's own: sent twice, or come back to, it is one booking. `seen` is of the findings shown."""

    token: str = Field(pattern=r"^[A-Za-z0-9_-]{10,60}$")
    day: date
    slot: str = Field(title="时段", max_length=40)
    minutes: int = Field(title="会见时长")
    licence_no: LicenceNo = Field(title="执业证号")
    licence_seen: Literal["true"] = Field(title="请核对原件并勾选", description="the original lay on the table")
    name: Name | None = Field(None, title="姓名")
    firm: Firm | None = Field(None, title="律师事务所")
    phone: Phone | None = Field(None, title="手机号")
    detainee_name: Name = Field(title="在押人员姓名")
    detainee_document: Document | None = Field(None, title="证件类型")
    detainee_id_no: DocumentNo | None = Field(None, title="在押人员证件号码")
    detainee_custody_no: CustodyNo | None = Field(None, title="在押编号")
    mandate: Literal["entrusted", "legal_aid"] = Field(title="委托方式")
    stage: Literal["investigation", "prosecution", "trial"] = Field(title="诉讼阶段")
    case_no: Number | None = Field(None, title="案号")
    permit_no: Number | None = Field(None, title="许可文号")
    companion_name: list[str] = []
    companion_role: list[Literal["lawyer", "assistant", "interpreter"]] = []
    companion_licence: list[str] = []
    seen: str = Field("", max_length=LENGTH)


@console.get("/window")
def window_entry() -> str:
    return _form(asked(DayAsked).day or here().now.date())


@console.get("/window/lawyer")
def window_lawyer() -> str:
    """What is known of a licence, while the officer types."""
    if not request.args.get("licence_no", "").strip():
        return page("_window_lawyer.html", known=None)
    licence_no = asked(LicenceAsked).licence_no
    known = walk_ins.known(licence_no)
    note_look(Kind.LAWYER_SEEN, licence_no, source=known.source)
    return page("_window_lawyer.html", known=known, now=here().now)


@console.post("/window")
def window_enter() -> Response | str:
    """Entered at once; with findings only after the officer has seen them. What was wrong comes back as it was typed."""
    day = _day_typed()
    try:
        form = _read_typed()
        slot = slot_in_scope(form.slot)
        if slot.centre_id != centre_shown().code:
            raise Invalid("该时段不属于当前看守所，请重新选择时段")
        booking = entry.enter(here().actor, here().desk.now(), _entry(form), form.seen)
    except FindingsUnseen as found:
        return _form(day, found=found)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        say(refusal.detail, wrong=True)
        return _form(day)
    say("已登记")
    return back("console.window_entered", ref=booking.ref)


@console.get("/window/<ref>")
def window_entered(ref: str) -> str:
    booking = booking_in_scope(ref)
    note_look(Kind.BOOKING_SEEN, booking.ref)
    return page("window_entered.html", booking=booking)


def _form(day: date, found: FindingsUnseen | None = None) -> str:
    centre, now = centre_shown(), here().now
    policy = Policy.of(centre)
    days = [now.date() + timedelta(days=n) for n in range(policy.opens_days_before + 1)]
    day = day if day in days else days[0]
    typed = request.form if request.method == "POST" else {}
    return page(
        "window.html", day=day, days=days, slots=entry.open_slots(centre.code, now, day), found=found, typed=typed,
        token=typed.get("token") or secrets.token_urlsafe(16), companions=_companions_typed(), lengths=policy.lengths,
        documents=DOCUMENTS,
        longest=entry.LONGEST, shortest=entry.SHORTEST,
    )  # fmt: skip


def _detainee(form: WindowForm) -> dict[str, str]:
    """Raises Invalid for a number that is none of such a document."""
    said = {"document": form.detainee_document, "id_no": form.detainee_id_no, "custody_no": form.detainee_custody_no}
    if form.detainee_id_no and (why := fault(form.detainee_document, form.detainee_id_no)):
        raise Invalid(f"填写的内容有误：{why}", errors=[{"field": "detainee_id_no", "message": why}])
    return {"name": form.detainee_name} | {name: str(value) for name, value in said.items() if value}


def _entry(form: WindowForm) -> Entry:
    return Entry(
        token=f"{here().by}:{form.token}",
        walk_in=WalkIn(form.licence_no, form.name or "", form.firm or "", form.phone or ""),
        slot_id=form.slot,
        minutes=form.minutes,
        detainee=_detainee(form),
        mandate=form.mandate,
        stage=form.stage,
        case_no=form.case_no,
        permit_no=form.permit_no,
        companions=[_companion(one) for one in _companions_typed() if one["name"]],
    )


def _companions_typed() -> list[dict[str, str]]:
    """The rows of the form, by their place: an empty one keeps its own."""
    names, roles, licences = (request.form.getlist(f"companion_{what}") for what in ("name", "role", "licence"))
    rows = [
        {"name": name.strip(), "role": role, "licence_no": number(licence)}
        for name, role, licence in zip(names, roles, licences, strict=False)
    ][:COMPANIONS]
    return rows + [{"name": "", "role": "lawyer", "licence_no": ""}] * (COMPANIONS - len(rows))


def _companion(typed: dict[str, str]) -> dict[str, object]:
    if typed["role"] not in ("lawyer", "assistant", "interpreter") or len(typed["name"]) > 60:
        raise Invalid("同行人员填写有误")
    if unseen(typed["name"]):
        raise Invalid("同行人员姓名不能含有不可见字符")
    if typed["licence_no"] and not LICENCE.fullmatch(typed["licence_no"]):
        raise Invalid(f"同行人员{typed['name']}的执业证号应为 17 位数字")
    return {name: value for name, value in typed.items() if value}


def _day_typed() -> date:
    try:
        return date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        return here().now.date()


def _read_typed() -> WindowForm:
    """Raises Invalid in the words of this form: which field, and what of it."""
    try:
        return read(WindowForm)
    except Invalid as wrong:
        titles = {name: field.title or name for name, field in WindowForm.model_fields.items()}
        errors = wrong.extra.get("errors", [])
        said = [f"{titles.get(error['field'], error['field'])}：{error['message']}" for error in errors]
        raise Invalid("；".join(said) or wrong.detail) from None
