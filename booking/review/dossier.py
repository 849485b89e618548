"""What a booking was compared with, side by side, for whoever decides it; and the lawyer's record. Rule 7.

Read as it stands now: roll and register may have changed since the comparison.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from booking.documents import numbers_said
from booking.identity import same_name
from booking.review.track_record import TrackRecord, record_of
from booking.words import LICENCES
from models import Booking, Detainee, Lawyer, RollEntry, keyring
from models.bookings import NAME_LOST
from models.detainees import name_key
from models.sealed import UNREADABLE

_NEARBY = timedelta(hours=12)
_MOST = 40


class DossierRow(NamedTuple):
    """One thing as the lawyer said it and as our list has it; `agrees` is None where nothing can be said."""

    what: str
    said: str
    listed: str
    agrees: bool | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """`same_time`, `person` and `case` are other bookings: overlapping ones of the lawyer or the detainee, others about
    the detainee, and the lawyer's own about others of the same case."""

    roll: RollEntry | None
    lawyer: list[DossierRow]
    detainee: list[DossierRow]
    companions: list[DossierRow]
    same_time: list[Booking]
    person: list[Booking]
    case: list[Booking]
    record: TrackRecord


def of(booking: Booking) -> Dossier:
    """In seven questions; `booking` comes with its lawyer."""
    asked = booking.detainee_shown
    entries = _roll(booking)
    roll = entries.get(booking.lawyer.licence_no)
    register, held = _register(booking, asked["name"])
    numbers = {number for e in held for number in (e.key, e.custody_index) if number}
    others = _others(booking, {booking.detainee_key, name_key(asked["name"])} | numbers)
    same_time = [o for o in others if o.starts_at < booking.ends_at and booking.starts_at < o.ends_at]
    keys = {o.ref for o in same_time}
    later = [o for o in others if o.ref not in keys]
    return Dossier(
        roll=roll,
        lawyer=lawyer_lines(booking.lawyer, roll),
        detainee=list(_detainee(booking, asked, held, register)),
        companions=[_companion(one, entries) for one in booking.companions],
        same_time=same_time,
        person=[o for o in later if o.detainee_key == booking.detainee_key],
        case=[o for o in later if _is_of_case(o, booking)],
        record=record_of(booking.lawyer_id),
    )


def lawyer_lines(lawyer: Lawyer, roll: RollEntry | None) -> list[DossierRow]:
    """The lawyer's own words beside the roll's line; an ID number and a phone only as equal or not."""
    if roll is None:
        return [DossierRow("执业证号", lawyer.licence_no, "名册中没有", False)]
    listed = LICENCES.get(roll.state, roll.state)
    if roll.valid_until:
        listed += f"，有效期至{roll.valid_until}"
    return [
        DossierRow("姓名", lawyer.name, roll.name, same_name(lawyer.name, roll.name)),
        DossierRow("律师事务所", lawyer.firm, roll.firm, same_name(lawyer.firm, roll.firm)),
        DossierRow("执业证", lawyer.licence_no, listed, roll.state == "active"),
        _sealed("身份证号", "已填", lawyer.id_no_index == roll.id_no_index),
        _sealed("手机号", "微信已验证", _same_phone(lawyer, roll)),
    ]


def _roll(booking: Booking) -> dict[str, RollEntry]:
    licences = [booking.lawyer.licence_no, *(c.get("licence_no") for c in booking.companions)]
    found = RollEntry.select().where(RollEntry.licence_no.in_([one for one in licences if one]))
    return {entry.licence_no: entry for entry in found}


def _register(booking: Booking, name: str) -> tuple[bool, list[Detainee]]:
    """Whether the centre keeps a register, and its lines of this person or of this name."""
    here = Detainee.centre == booking.centre_id
    numbers = [booking.detainee_key, *numbers_said(booking.centre_id, booking.detainee_shown)]
    wanted = Detainee.key.in_(numbers) | Detainee.custody_index.in_(numbers) | (Detainee.name_index == name_key(name))
    held = list(Detainee.select().where(here & wanted).order_by(Detainee.id).limit(_MOST))
    return bool(held) or Detainee.select().where(here).exists(), held


def _detainee(booking: Booking, asked: dict[str, str], held: list[Detainee], register: bool) -> Iterable[DossierRow]:
    number = numbers_said(booking.centre_id, asked)
    if asked["name"] == NAME_LOST:
        yield DossierRow("在押人员", NAME_LOST, "无从比对")
        return
    if not register:
        yield DossierRow("在押人员", asked["name"], "本所未导入名册")
        return
    if not held:
        yield DossierRow("在押人员", asked["name"], "名册中未找到", False)
        return
    for one in held:
        yield DossierRow("在押人员", asked["name"], _listed(one, number), _is_person(one, asked, number, len(held)))
        yield DossierRow("案号", booking.case_no or "未填", one.case_no or "名册未载", _same_or_none(booking, one))
        if one.permit_case:
            yield DossierRow("会见许可", booking.permit_no or "未填写许可文号", "侦查期间须经许可", _permitted(booking))


def _listed(entry: Detainee, said: Collection[str]) -> str:
    words = f"{entry.name}，{entry.ward}"
    if not said:
        return words
    others = {key for key in said if key not in (entry.key, entry.custody_index)}
    return f"{words}，号码{'一致' if not others else '不一致' if others == set(said) else '只有一个一致'}"


def _is_person(entry: Detainee, asked: dict[str, str], said: Collection[str], namesakes: int) -> bool | None:
    """Of several of one name, and without a number, nobody can say which is meant; nor where only one number agrees."""
    if not said:
        return None if namesakes > 1 else same_name(entry.name, asked["name"])
    agree = [key in (entry.key, entry.custody_index) for key in said]
    return (None if any(agree) and not all(agree) else all(agree)) if same_name(entry.name, asked["name"]) else False


def _same_or_none(booking: Booking, entry: Detainee) -> bool | None:
    return booking.case_no == entry.case_no if booking.case_no and entry.case_no else None


def _permitted(booking: Booking) -> bool | None:
    return bool(booking.permit_no) if booking.stage == "investigation" else None


def _companion(one: dict[str, Any], entries: dict[str, RollEntry]) -> DossierRow:
    if one["role"] != "lawyer":
        what = "翻译人员" if one["role"] == "interpreter" else "助理"
        return DossierRow(what, one["name"], "须当场核对证件")
    entry = entries.get(one.get("licence_no") or "")
    said = f"{one['name']}，{one.get('licence_no') or '未填执业证号'}"
    if entry is None:
        return DossierRow("同行律师", said, "名册中没有", False)
    listed = f"{entry.name}，{entry.firm}，{LICENCES.get(entry.state, entry.state)}"
    return DossierRow("同行律师", said, listed, entry.state == "active" and same_name(entry.name, one["name"]))


def _sealed(what: str, said: str, same: bool | None) -> DossierRow:
    return DossierRow(what, said, {True: "一致", False: "不一致", None: "无从比对"}[same], same)


def _same_phone(lawyer: Lawyer, roll: RollEntry) -> bool | None:
    """Only the verified have their phone's index beside them; anybody else's must be opened for it."""
    if not roll.phone_index:
        return None
    try:
        return bool((lawyer.phone_claim or keyring().index("phone", lawyer.phone)) == roll.phone_index)
    except UNREADABLE:
        return None


def _others(booking: Booking, people: Collection[str]) -> list[Booking]:
    """Other bookings that hold a seat: about these people, of this lawyer around the time or about the case."""
    around = Booking.starts_at.between(booking.starts_at - _NEARBY, booking.starts_at + _NEARBY)
    touches = Booking.detainee_key.in_(list(people)) | ((Booking.lawyer == booking.lawyer_id) & around)
    if booking.case_no:
        touches |= (Booking.case_no == booking.case_no) & (Booking.lawyer == booking.lawyer_id)
    found = Booking.select(Booking, Lawyer).join(Lawyer)
    found = found.where(touches, Booking.active == 1, Booking.ref != booking.ref)
    return list(found.order_by(Booking.starts_at.desc()).limit(_MOST))


def _is_of_case(other: Booking, booking: Booking) -> bool:
    same = bool(booking.case_no) and other.case_no == booking.case_no
    return same and other.lawyer_id == booking.lawyer_id and other.detainee_key != booking.detainee_key
