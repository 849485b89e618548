"""What a claim is compared with: the roll's line of that licence number. Rule 6."""

from datetime import date
from typing import NamedTuple

from booking.findings import Finding, finding
from booking.identity import same_name
from booking.words import LICENCES
from models import Lawyer, RollEntry, keyring
from refusals import WrongState

BARRED = {"suspended": "律师名册显示该执业证已停止执业", "revoked": "律师名册显示该执业证已被吊销",
          "closed": "律师名册显示该执业证已注销；换发了新证的，请用新证重新核验"}  # fmt: skip


class Claim(NamedTuple):
    """Who somebody says to be; the phone is WeChat's word, the rest is his."""

    name: str
    licence_no: str
    firm: str
    id_no: str
    phone: str


def compare(claim: Claim, today: date) -> tuple[list[Finding], list[Finding]]:
    """What an officer has to look at, and what bars the licence; nothing of either is a match."""
    entry = RollEntry.get_or_none(RollEntry.licence_no == claim.licence_no)
    if entry is None:
        return [finding("not_on_roll", f"执业证号不在律师名册中{_elsewhere(claim)}，待民警核验")], []
    return _differences(entry, claim), _barred(entry, today)


def _elsewhere(claim: Claim) -> str:
    """For the officer: the licence the roll has for this ID number, which may be barred."""
    his = RollEntry.select().where(RollEntry.id_no_index == keyring().index("id_no", claim.id_no))
    lines = "、".join(f"{one.licence_no}（{LICENCES.get(one.state, one.state)}）" for one in his.limit(5))
    return f"；名册中此身份证号的执业证为{lines}" if lines else ""


def brings_his_phone(licence_no: str, phone: str) -> bool:
    """Whether this phone, which WeChat answers for, is the one on the roll, or the one bound since: then it is the
    lawyer himself who tries."""
    index = keyring().index("phone", phone)
    rolls = RollEntry.select().where(RollEntry.licence_no == licence_no, RollEntry.phone_index == index)
    bound = Lawyer.select().where(Lawyer.licence_claim == licence_no, Lawyer.phone_claim == index)
    return bool(rolls.exists() or bound.exists())


def has_firm(licence_no: str, firm: str) -> bool:
    """Whether the roll has this licence, in force, with this firm."""
    entry = RollEntry.get_or_none(RollEntry.licence_no == licence_no)
    return entry is not None and entry.state == "active" and same_name(entry.firm, firm)


def _differences(entry: RollEntry, claim: Claim) -> list[Finding]:
    """For the officer who decides. Whoever tries names is told none of it (`licences.WAITS`)."""
    keys = keyring()
    equal = {
        "姓名": same_name(entry.name, claim.name),
        "律师事务所": same_name(entry.firm, claim.firm),
        "身份证号": entry.id_no_index == keys.index("id_no", claim.id_no),
        "手机号": not entry.phone_index or entry.phone_index == keys.index("phone", claim.phone),
    }
    found = [finding("differs", f"{what}与律师名册不一致，待民警核验") for what, same in equal.items() if not same]
    if not entry.phone_index:
        # All that would be left to guess is the ID number, and that can be tried through.
        found.append(finding("phone_not_on_roll", "律师名册未载手机号，待民警核验"))
    return found


def _barred(entry: RollEntry, today: date) -> list[Finding]:
    if entry.state != "active":
        return [finding(f"licence_{entry.state}", BARRED.get(entry.state, "律师名册显示该执业证不在执业状态"))]
    if entry.valid_until is not None and entry.valid_until < today:
        return [finding("licence_expired", f"律师名册显示执业证有效期至{entry.valid_until}")]
    return []


def may_verify(licence_no: str) -> None:
    """No officer's yes passes over what the roll says of a licence: the roll is mended first. Raises WrongState."""
    entry = RollEntry.get_or_none(RollEntry.licence_no == licence_no)
    if entry is not None and entry.state in BARRED:
        state = LICENCES.get(entry.state, entry.state)
        raise WrongState(f"律师名册显示该执业证为“{state}”，不能核验通过；名册有误的，请更正名册后再核验")


def is_same(lawyer: Lawyer, claim: Claim) -> bool:
    return (
        lawyer.licence_no == claim.licence_no
        and same_name(lawyer.name, claim.name)
        and same_name(lawyer.firm, claim.firm)
        and lawyer.id_no_index == keyring().index("id_no", claim.id_no)
        and lawyer.phone == claim.phone
    )
