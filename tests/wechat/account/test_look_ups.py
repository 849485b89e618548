"""An officer asks by tapping and by typing, through WeChat's real protocol, and finds what is his to see."""

import pytest

from models import Booking, Lawyer, Officer, RollEntry
from models.names import plain
from tests.booking.conftest import FRIDAY, add_slot
from tests.wechat.account.conftest import PUBLIC_URL, STRANGER, meeting, note_look
from wechat.account import texts

LICENCE = "13101201510000000"


@pytest.mark.parametrize("ask", ["now", "现在"])
def test_now_and_the_next_slot(pudong, phone, ask):
    gate = phone("gate")
    said = gate.tap(ask) if ask.isascii() else gate.type(ask)
    assert "现在 08:30 1人：会见中1" in said
    assert "下一时段 10:00 1人：已预约1" in said
    assert "律师0→陶* 会见中 AAAA1111" in said
    assert "CCCC3333" not in said
    assert f"{PUBLIC_URL}/console/today" in said
    (row,) = note_look("lookup.now")
    assert (row.who, row.subject, row.origin, row.centre) == ("gate", "pudong:2026-11-24", "wechat", "pudong")


@pytest.mark.parametrize("typed", ["2026-11-27", "11-27", "11月27日", "周五", "１１－２７", " 11月27号 "])
def test_a_day_by_any_of_its_names(pudong, phone, typed):
    said = phone("gate").type(typed)
    assert "11月27日（周五） 浦东新区看守所 共1人" in said
    assert "08:30 律师0→张* 待复核 DDDD4444" in said


def test_today_by_its_slots_and_the_bring_out_plan_by_tapping(pudong, phone):
    gate = phone("gate")
    assert "08:30 1人：会见中1\n10:00 1人：已预约1" in gate.tap("day")
    said = gate.tap("plan")
    assert "08:30 三监区 陶*（律师0律师）会见中" in said
    assert "10:00 监区不详 谢*" in said
    assert f"{PUBLIC_URL}/console/plan?day=2026-11-24" in said
    assert "没有会见时段" in gate.type("明天")
    assert gate.type("2月30日") == texts.NO_SUCH_DAY


@pytest.mark.parametrize("typed", ["BBBB2222", "bbbb2222", "ｂｂｂｂ２２２２", "bbbb-2222"])
def test_a_booking_by_its_reference(pudong, phone, typed):
    said = phone("gate").type(typed)
    assert "预约 BBBB2222 已预约\n浦东新区看守所 11月24日 10:00，60分钟\n律师：律师1 13101201510000001" in said
    assert "会见：谢*（审判）" in said
    assert f"{PUBLIC_URL}/console/bookings/BBBB2222" in said
    assert [row.subject for row in note_look("lookup.booking")] == ["BBBB2222"]


def test_misheard_letters_of_a_reference_are_understood(pudong, phone):
    meeting("0110AAAA", pudong[1].lawyer_id, pudong[0].slot, "某甲", "confirmed")
    assert "预约 0110AAAA" in phone("gate").type("olioaaaa")


def test_findings_name_no_detainee(pudong, phone):
    said = phone("chief").type("DDDD4444")
    assert "提示：在押人员名册中未找到此人" in said
    assert "张某演" not in said


def test_a_name_that_can_not_be_opened_keeps_no_other_meeting_from_being_told(pudong, phone):
    Booking.update(detainee_sealed="gone00.AAAA").where(Booking.ref == "DDDD4444").execute()
    assert "律师0→（无法读取） 待复核 DDDD4444" in phone("gate").type("11-27")
    said = phone("gate").type("DDDD4444")
    assert "请在工作台查看" in said and "张" not in said


@pytest.mark.parametrize("typed", [LICENCE, "１３１０１２０１５１００００００0", "律师0"])
def test_a_lawyer_by_licence_number_and_by_name(pudong, phone, typed):
    said = phone("gate").type(typed)
    assert f"律师0 {LICENCE}\n东方律师事务所\n律师名册：执业；微信身份：已核验\n预约2次" in said
    assert "11月27日 08:30 张* 待复核 DDDD4444\n11月24日 08:30 陶* 会见中 AAAA1111" in said
    assert f"{PUBLIC_URL}/console/lawyers/" in said
    assert [row.subject for row in note_look("lookup.")] == [LICENCE]


def test_what_was_typed_as_a_name_is_not_written_down(pudong, phone):
    phone("gate").type("陶某演")
    (row,) = note_look("lookup.name")
    assert (row.subject, row.words) == ("", {"found": 0})


def test_the_seats_left_and_what_waits_for_review(pudong, phone):
    assert "11月27日（周五） 余11/12" in phone("gate").tap("seats")
    said = phone("reviewer").tap("review")
    assert said.startswith("浦东新区看守所待复核1件\n11月27日 08:30 律师0 提示1项 DDDD4444")
    assert f"{PUBLIC_URL}/console/review" in said


@pytest.mark.parametrize("key", ["lawyer", "booking", "help", "bind", "centre", "about", "no-such-key"])
def test_every_other_button_says_something(pudong, phone, key):
    assert len(phone("gate").tap(key)) > 10


def test_a_long_list_goes_on_with_more_and_loses_nobody(pudong, phone, clock):
    slot = add_slot("pudong", FRIDAY, clock().time().replace(hour=14), seats=60)
    made = [
        meeting(f"EE{number:06d}", lawyer, slot, "某甲", "confirmed")
        for number, lawyer in enumerate(add_lawyers_named(45, clock()))
    ]
    chief, other = phone("chief"), phone("reviewer")
    pages = [chief.type("11-27")]
    other.type("BBBB2222")
    while "更多" in pages[-1]:
        assert len(pages) < 9
        pages.append(chief.type("更多"))
    found = [word for page in pages for word in page.split() if word.startswith("EE")]
    assert found == [booking.ref for booking in made]
    assert len(pages) >= 3
    assert chief.type("更多") == texts.NOTHING_FURTHER
    assert other.type("更多") == texts.NOTHING_FURTHER


def test_more_is_forgotten_after_ten_minutes(pudong, phone, clock, redis_client):
    slot = add_slot("pudong", FRIDAY, clock().time().replace(hour=14), seats=60)
    for number, lawyer in enumerate(add_lawyers_named(45, clock())):
        meeting(f"EE{number:06d}", lawyer, slot, "某甲", "confirmed")
    phone("chief").type("11-27")
    (key,) = redis_client.keys("wechat:more:*")
    assert 0 < redis_client.ttl(key) <= 600
    assert b"day" not in redis_client.get(key)


def test_namesakes_are_listed_and_each_is_found_by_number(pudong, phone, clock):
    for table in (Lawyer, RollEntry):
        table.update(name="王·同名", plain_name=plain("王·同名")).execute()
    said = phone("auditor").type("王•同名")
    assert said.startswith("同名律师3位\n")
    assert said.count("东方律师事务所") == 3
    assert "同名律师3位，其中1位未在本所预约" not in said
    assert phone("qingpu").type("王·同名").startswith("同名律师3位，其中3位未在本所预约")


THEIRS = ["BBBB2222", "DDDD4444", LICENCE, "律师0", "11-27", "今天"]


@pytest.mark.parametrize("typed", THEIRS)
def test_an_officer_of_qingpu_finds_nothing_of_pudong(pudong, phone, typed):
    said = phone("qingpu").type(typed)
    for told in ("陶", "张", "谢", "律师0 ", "BBBB2222 ", "AAAA1111", "DDDD4444 ", "东方", "console/lawyers",
                 "console/bookings/"):  # fmt: skip
        assert told not in said
    assert "律师名册：执业" in said or "没有" in said


@pytest.mark.parametrize("key", ["now", "day", "plan", "review"])
def test_the_lists_of_qingpu_are_empty(pudong, phone, key):
    said = phone("qingpu").tap(key)
    assert "→" not in said and "1人" not in said
    assert "青浦" in said


MAY = {
    "gate": {"now", "day", "plan", "seats"},
    "reviewer": {"now", "day", "plan", "seats", "review"},
    "chief": {"now", "day", "plan", "seats", "review"},
    "auditor": {"now", "day", "plan", "seats", "review"},
}


@pytest.mark.parametrize("role", MAY)
def test_each_role_may_what_it_may(pudong, phone, role):
    answered = {key for key in ("now", "day", "plan", "seats", "review") if phone(role).tap(key) != texts.NOT_YOURS}
    assert answered == MAY[role]


def test_an_officer_of_the_bureau_sees_all_and_chooses_a_centre(pudong, phone, clock):
    auditor = phone("auditor")
    assert "AAAA1111" in auditor.tap("now")
    assert auditor.type("青浦") == "已切换到青浦区看守所。"
    clock.move(seconds=1)  # within one second the same tap is the same push
    assert "青浦区看守所" in auditor.tap("now")
    assert "预约 BBBB2222" in auditor.type("BBBB2222")
    assert "浦东新区看守所" in auditor.tap("centre")


def test_strangers_and_the_suspended_get_one_empty_answer(pudong, officers, phone):
    Officer.update(state="suspended").where(Officer.account == "gate").execute()
    for who in (STRANGER, "gate"):
        asked = phone(who)
        said = {asked.tap(key) for key in ("now", "day", "review", "bind", "help", "about")}
        said |= {
            asked.type(text) for text in ("你好", "BBBB2222", LICENCE, "律师0", "明天", "更多", "解绑", "x" * 3000)
        }
        assert said == {texts.STRANGER}
    assert not note_look("lookup.")


def add_lawyers_named(many, now):
    """Lawyers beside those who are there."""
    return [
        Lawyer.enter(
            f"id-{n}", "1", openid=f"o-other-{n}", licence_no=f"1310120161{n:07d}", name=f"某律师{n}",
            firm="西方律师事务所", state="verified", created_at=now, updated_at=now,
        ).id
        for n in range(many)
    ]  # fmt: skip
