"""Only sentences of ours leave by SMS: whatever an officer types stands in the mini-program and nowhere else."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest

from booking.desk import Desk
from booking.lawyers import licences, standing
from booking.record.actor import Actor
from booking.review import decisions
from booking.timetable import closures, seat_overrides
from booking.timetable.closures import Closing
from booking.timetable.withdrawal import withdraw
from booking.words import CLOSINGS, NOT_VERIFIED_IN_TIME, REJECTIONS, reason_by_sms
from models import Booking, Lawyer, Notice, Strike
from sms.templates import LONGEST_VARIABLE, TEMPLATES, sms_params, wechat_data
from tests.booking.conftest import FRIDAY, Clock, add_slot, applying

Lawyers = Callable[[int], list[int]]
CHIEF = Actor("chief-pudong")
NAME = "欧阳金雀"
CANARIES = (
    NAME, "欧阳 金雀不在本所", "欧阳·金雀不在", "欧阳•金雀", "金雀已转所", "31000019820711200X", "310000 19820711 200X",
    "31000019820711****", "涉嫌诈骗罪，不予会见", "ＯＵＹＡＮＧ", "律师执业证信息与律师名册不符，金雀",
)  # fmt: skip
OURS = (
    "centre",
    "when",
    "ref",
    "by",
    "tail",
    "strike",
    "strikes",
    "until",
    "since",
    "tail",
    "nearest",
)  # made of facts, by us
WHOSE = dict.fromkeys(("centre", "when", "ref", "note"), "x")


def told() -> str:
    """All that any letter would say, on either channel."""
    return "\n".join(
        f"{sms_params(n.kind, n.words)} {wechat_data(n.kind, n.words, WHOSE)} {n.words}" for n in Notice.select()
    )


def reasons() -> set[str]:
    return {str(n.words["reason"]) for n in Notice.select() if "reason" in n.words}


def test_every_variable_of_every_message_is_a_fact_of_ours_or_a_listed_reason() -> None:
    variables = {name for template in TEMPLATES.values() for name in template.variables}
    assert variables == {*OURS, "reason"}


@pytest.mark.parametrize("sentence", [*REJECTIONS, *CLOSINGS, NOT_VERIFIED_IN_TIME])
def test_a_listed_reason_goes_whole(sentence: str) -> None:
    assert reason_by_sms(sentence) == sentence and len(sentence) <= LONGEST_VARIABLE


@pytest.mark.parametrize("typed", CANARIES)
def test_a_rejection_in_an_officers_words(desk: Desk, lawyers: Lawyers, typed: str) -> None:
    ref = desk.book(applying(lawyers(1)[0], detainee=NAME)).ref
    decisions.reject(desk, CHIEF, ref, typed)
    assert Booking.get_by_id(ref).decision_reason == typed
    assert reasons() == {"原因请在小程序查看"} and typed not in told()


@pytest.mark.parametrize("typed", CANARIES)
def test_a_withdrawal_a_closing_and_lowered_seats_in_an_officers_words(
    desk: Desk, lawyers: Lawyers, typed: str
) -> None:
    one, two, three = lawyers(3)
    for hour in (10, 14):
        add_slot("pudong", FRIDAY, time(hour))
    withdraw(desk, CHIEF, [desk.book(applying(one, detainee=NAME)).ref], typed)
    desk.book(applying(two, slot="pudong-20261127-1000", detainee=NAME))
    shut = Closing("pudong", FRIDAY, FRIDAY, typed, ("pudong-20261127-1000",))
    closures.close(desk, CHIEF, shut, closures.preview(desk, shut).fingerprint)
    desk.book(applying(three, slot="pudong-20261127-1400", detainee=NAME))
    lower(desk, "pudong-20261127-1400", typed)
    assert Notice.select().where(Notice.kind == "withdrawn").count() == 3
    assert reasons() == {"原因请在小程序查看"} and typed not in told()


def lower(desk: Desk, slot: str, why: str) -> None:
    shown = seat_overrides.preview(desk, slot, 0)
    seat_overrides.set_seats(desk, CHIEF, slot, 0, fingerprint=shown.fingerprint, why=why)


@pytest.mark.parametrize("typed", CANARIES)
def test_waived_lifted_refused_and_unbound_in_an_officers_words(
    desk: Desk, lawyers: Lawyers, clock: Clock, typed: str
) -> None:
    one, two = lawyers(2)
    ref = desk.book(applying(one, detainee=NAME)).ref
    decisions.approve(CHIEF, desk.now(), ref)
    clock.move(days=2, hours=23)
    desk.cancel(one, ref, accept_strike=True, reason=typed)
    standing.appeal(one, Strike.get().id, typed, clock())
    standing.waive(CHIEF, clock(), Strike.get().id, typed)
    Lawyer.update(suspended_until=clock() + timedelta(days=9)).where(Lawyer.id == one).execute()
    standing.lift(CHIEF, clock(), one, typed)
    Lawyer.update(state="pending").where(Lawyer.id == two).execute()
    licences.decide(CHIEF, clock(), two, False, typed)
    licences.unbind(CHIEF, clock(), one, typed)
    assert Notice.select().count() >= 3 and typed not in told() and not reasons()
