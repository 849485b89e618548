"""What the reviewer sees beside the findings: what was said, what our lists have, what else is booked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from booking import by_id
from booking.desk import Desk
from booking.record.actor import Actor
from booking.review import decisions, dossier, track_record
from models import Booking, Detainee, Lawyer, RollEntry, Strike, keyring
from models.detainees import id_key, name_key
from tests.booking.conftest import FRIDAY, Clock, add_slot, applying

Lawyers = Callable[[int], list[int]]
QIAN, SUN, NAMESAKE = "11010519491231002X", "440524188001010014", "320311770706001000"


@pytest.fixture
def held(desk: Desk, clock: Clock) -> Callable[..., None]:
    def made(name: str, id_no: str, **more: Any) -> None:
        key = id_key(id_no)
        sealed = Detainee.name_sealed.seal(name, key=key)
        Detainee.create(centre="pudong", key=key, name_index=name_key(name), name_sealed=sealed, ward="三监区",
                        updated_at=clock(), **more)  # fmt: skip

    return made


def opened(ref: str) -> dossier.Dossier:
    return dossier.of(Booking.get_by_id(ref))


def agreeing(lines: list[dossier.DossierRow]) -> dict[str, bool | None]:
    return {line.what: line.agrees for line in lines}


def test_the_lawyer_stands_beside_the_roll(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    ref = desk.book(applying(lawyer)).ref
    RollEntry.update(firm="别的律师事务所", state="suspended", valid_until=date(2027, 5, 31)).execute()
    RollEntry.update(phone_index=keyring().index("phone", "13800000000")).execute()
    lines = opened(ref).lawyer
    assert agreeing(lines) == {
        "姓名": True, "律师事务所": False, "执业证": False, "身份证号": True, "手机号": False,
    }  # fmt: skip
    assert lines[1] == ("律师事务所", "东方律师事务所", "别的律师事务所", False)
    assert lines[2].listed == "停止执业，有效期至2027-05-31"
    RollEntry.delete().execute()
    assert opened(ref).lawyer == [("执业证号", Lawyer.get_by_id(lawyer).licence_no, "名册中没有", False)]


def test_no_number_of_anybody_is_shown(desk: Desk, lawyers: Lawyers, held: Callable[..., None]) -> None:
    held("钱途", QIAN)
    (lawyer,) = lawyers(1)
    ref = desk.book(replace(applying(lawyer), detainee={"name": "钱途", "id_no": QIAN})).ref
    file = opened(ref)
    said = str((file.lawyer, file.detainee))
    assert QIAN not in said and Lawyer.get_by_id(lawyer).phone not in said
    assert file.detainee[0] == ("在押人员", "钱途", "钱途，三监区，号码一致", True)


def test_a_pending_lawyers_phone_is_compared_and_one_that_cannot_be_opened_is_not(desk: Desk, lawyers: Lawyers) -> None:
    lawyer = Lawyer.get_by_id(lawyers(1)[0])
    lawyer.phone_claim = None
    entry = RollEntry.get()
    entry.phone_index = keyring().index("phone", lawyer.phone)
    assert agreeing(dossier.lawyer_lines(lawyer, entry))["手机号"] is True
    lawyer.phone_sealed = "gone00.AAAA"
    assert agreeing(dossier.lawyer_lines(lawyer, entry))["手机号"] is None


def test_of_namesakes_nobody_says_which_and_a_stranger_is_not_in_the_register(
    desk: Desk, lawyers: Lawyers, held: Callable[..., None]
) -> None:
    one, two, three = lawyers(3)
    assert opened(desk.book(applying(one, detainee="孙平")).ref).detainee[0].listed == "本所未导入名册"
    held("孙平", SUN, case_no="A1")
    held("孙平", NAMESAKE, permit_case=True)
    lines = opened(desk.book(applying(two, detainee="孙平")).ref).detainee
    assert [line.agrees for line in lines if line.what == "在押人员"] == [None, None]
    assert agreeing(lines)["会见许可"] is False
    lines = opened(desk.book(applying(three, detainee="查无此人")).ref).detainee
    assert lines == [("在押人员", "查无此人", "名册中未找到", False)]


def test_other_meetings_of_the_time_the_person_and_the_case_are_told_apart(desk: Desk, lawyers: Lawyers) -> None:
    for start in (time(10), time(13, 30)):
        add_slot("pudong", FRIDAY, start)
    one, two = lawyers(2)
    same_person = desk.book(applying(two, "pudong-20261127-1000", detainee="孙平")).ref
    same_time = desk.book(applying(two, detainee="孙平")).ref
    same_case = desk.book(applying(one, "pudong-20261127-1330", detainee="李四", case_no="A1")).ref
    file = opened(desk.book(applying(one, detainee="孙平", case_no="A1")).ref)
    assert [b.ref for b in file.same_time] == [same_time]
    assert [b.ref for b in file.person] == [same_person]
    assert [b.ref for b in file.case] == [same_case]


def test_companions_are_compared_too(desk: Desk, lawyers: Lawyers) -> None:
    one, two = lawyers(2)
    second = Lawyer.get_by_id(two)
    companions = [
        {"name": second.name, "role": "lawyer", "licence_no": second.licence_no},
        {"name": "译员", "role": "interpreter"},
    ]
    ref = desk.book(applying(one, companions=companions, body_hash="with two")).ref
    assert [line.agrees for line in opened(ref).companions] == [True, None]
    RollEntry.update(name="别人").where(RollEntry.licence_no == second.licence_no).execute()
    assert opened(ref).companions[0].agrees is False


def test_the_record_counts_every_end_and_the_strikes_that_stand(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    for start in (time(10), time(13, 30)):
        add_slot("pudong", FRIDAY, start)
    (lawyer,) = lawyers(1)
    refused = desk.book(applying(lawyer)).ref
    decisions.reject(desk, Actor("review-pudong"), refused, "手续不全")
    missed = desk.book(applying(lawyer, "pudong-20261127-1000")).ref
    Booking.update(state="no_show").where(Booking.ref == missed).execute()
    Strike.create(booking=missed, lawyer=lawyer, kind="no_show", state="standing", at=clock())
    desk.book(applying(lawyer, "pudong-20261127-1330"))
    assert track_record.record_of(lawyer) == (0, 1, 0, 1, 1, 1)


def test_it_takes_as_many_questions_for_much_as_for_little(
    desk: Desk, lawyers: Lawyers, held: Callable[..., None], queries: list[str]
) -> None:
    held("孙平", SUN)
    people = lawyers(6)
    refs = [desk.book(applying(lawyer, detainee=f"某人{lawyer}")).ref for lawyer in people[:5]]
    booking = by_id.booking(desk.book(applying(people[5])).ref)
    dossier.of(booking)  # which fetches its lawyer
    queries.clear()
    dossier.of(booking)
    few = len(queries)
    Booking.update(detainee_key=booking.detainee_key).where(Booking.ref.in_(refs)).execute()
    queries.clear()
    dossier.of(booking)
    assert len(queries) == few <= 7
